/*
 * start_time: a start, or a reconnect, with a clock that may be wrong: refused, with an alarm, or
 * accepted by an operator.
 *
 * PostgreSQL says its time with the head, Redis whenever the link for writes comes up. Redis is
 * waited for at a start, for a moment: two servers that agree outweigh one clock.
 */
#include "lead/parts.h"

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include "host/log.h"

static const enum eh_alarm server_alarms[EH_TIME_SERVERS] = {
    [EH_TIME_POSTGRES] = EH_ALARM_CLOCK_POSTGRES, [EH_TIME_REDIS] = EH_ALARM_CLOCK_REDIS};

static void learn(struct eh_app *app, enum eh_time_server server, int64_t their_us)
{
    char text[EH_ERROR_TEXT_MAX];
    int64_t now = eh_clock_now_us(&app->services.clock);
    struct eh_time_offset *offset = &app->start_time.servers[server];
    *offset = (struct eh_time_offset){true, now - their_us};
    if (eh_time_server_odd(offset, server, text))
        app_alarm(app, server_alarms[server], "%s", text);
    else
        app_alarm_clear(app, server_alarms[server]);
}

/* ---- Redis. */

static bool number_read(const redisReply *reply, int64_t most, int64_t *ret)
{
    return reply->type == REDIS_REPLY_STRING &&
           eh_integer_parse(eh_str_n(reply->str, (size_t)reply->len), ret, NULL) == 0 &&
           *ret >= 0 && *ret <= most;
}

/* It came too late to be waited for: what has been decided meanwhile stands, and no more. */
static void judge_late(struct eh_app *app)
{
    char text[EH_ERROR_TEXT_MAX];
    struct eh_start_time *start = &app->start_time;
    if (!app->state.deciding || start->judged || app->start_time.accept)
        return;
    start->judged = true;
    if (eh_time_both_differ(start->servers, text))
        app_fatal(app, EH_EXIT_CONFIG, text);
}

static void got_redis_time(void *context, const redisReply *reply)
{
    struct eh_app *app = context;
    int64_t seconds, us;
    if (!reply || reply->type != REDIS_REPLY_ARRAY || reply->elements != 2 ||
        !number_read(reply->element[0], INT64_MAX / 2000000, &seconds) ||
        !number_read(reply->element[1], 999999, &us)) {
        if (reply && reply->type == REDIS_REPLY_ERROR)
            eh_log_limited(EH_LOG_WARNING, "redis-time",
                           "redis TIME: %s; its clock cannot be compared with ours", reply->str);
        return;
    }
    learn(app, EH_TIME_REDIS, seconds * 1000000 + us);
    judge_late(app);
}

void app_time_ask_redis(struct eh_app *app)
{
    const char *argv[] = {"TIME"};
    app->start_time.servers[EH_TIME_REDIS].known = false;
    (void)!eh_redis_command(app->services.writes, got_redis_time, app, 1, argv, NULL);
}

bool app_time_waits(struct eh_app *app)
{
    struct eh_start_time *start = &app->start_time;
    struct timeval soon = {0, EH_TIME_LOOK_US};
    int64_t waited_us = eh_clock_monotonic_us() - start->began_us;
    if (start->servers[EH_TIME_REDIS].known || waited_us > EH_TIME_WAIT_US)
        return false;
    event_add(start->wait, &soon);
    return true;
}

/* ---- What is made of it. */

/* An operator goes by this clock: it is taken as it is, whatever the log says. */
static void accept_wall(struct eh_app *app, const char *text)
{
    eh_log(EH_LOG_WARNING, "--accept-time: %s", text);
    eh_clock_take_wall(&app->services.clock);
    app->start_time.accept_due = true;
}

int app_time_ready(struct eh_app *app, struct eh_error *error)
{
    char text[EH_ERROR_TEXT_MAX] = "";
    struct eh_start_time *start = &app->start_time;
    if (app->state.head.server_us)
        learn(app, EH_TIME_POSTGRES, app->state.head.server_us);
    struct eh_time_facts facts = {.now_us = eh_clock_now_us(&app->services.clock),
                                  .last_us = app->state.head.at_us};
    if (!start->judged) /* at a reconnect they raise their alarms, and stop nobody */
        memcpy(facts.servers, start->servers, sizeof facts.servers);
    enum eh_time_verdict verdict = eh_time_judge(&facts, text);
    start->judged |= facts.servers[EH_TIME_REDIS].known || app->start_time.accept;
    app_alarm_clear(app, EH_ALARM_CLOCK_START);
    if (app->start_time.accept && verdict != EH_TIME_GOOD) {
        accept_wall(app, text);
        return 0;
    }
    if (app->start_time.accept)
        eh_log(EH_LOG_INFO, "--accept-time: clock, log and servers agree: nothing to accept");
    app->start_time.accept = NULL;
    if (verdict == EH_TIME_REFUSED)
        return eh_error_set(error, EH_ECONFLICT, "%s", text);
    if (verdict == EH_TIME_AFTER_ODD)
        app_alarm(app, EH_ALARM_CLOCK_START, "%s", text);
    if (verdict == EH_TIME_BEFORE_ODD) /* from here on it is a clock that jumped */
        eh_log(EH_LOG_WARNING, "%s", text);
    eh_clock_at_least(&app->services.clock, app->state.head.at_us);
    return 0;
}

/* Whoever started this process: it is nobody on the admin socket. */
bool app_accept_time_take(struct eh_app *app, struct eh_message *ret)
{
    if (!app->start_time.accept_due)
        return false;
    app->start_time.accept_due = false;
    const struct passwd *user = getpwuid(getuid());
    *ret = (struct eh_message){.type = EH_MESSAGE_ACCEPT_TIME,
                               .reason = eh_str(app->start_time.accept),
                               .actor = eh_str(user ? user->pw_name : "?")};
    ret->has = EH_FIELD_BIT(EH_FIELD_REASON) | EH_FIELD_BIT(EH_FIELD_ACTOR);
    return true;
}

void app_accept_time_ask(struct eh_app *app, const char *reason)
{
    app->start_time.accept = reason;
}

bool app_accept_time_asked(const struct eh_app *app)
{
    return app->start_time.accept != NULL;
}

bool app_accept_time_due(const struct eh_app *app)
{
    return app->start_time.accept_due;
}

void app_accept_time_again(struct eh_app *app)
{
    app->start_time.accept_due = app->start_time.accept != NULL;
}

/* ---- Its timer. */

void app_time_begin(struct eh_app *app, event_callback_fn on_waited)
{
    app->start_time.wait = evtimer_new(app->services.base, on_waited, app);
    app->start_time.began_us = eh_clock_monotonic_us();
    eh_require(app->start_time.wait);
}

void app_time_wait_no_more(struct eh_app *app)
{
    event_del(app->start_time.wait);
}

void app_time_end(struct eh_app *app)
{
    if (app->start_time.wait)
        event_free(app->start_time.wait);
    app->start_time.wait = NULL;
}

void app_accept_time_done(struct eh_app *app)
{
    eh_log(EH_LOG_WARNING, "the time of this clock is accepted, and the log has it");
    app->start_time.accept = NULL;
}

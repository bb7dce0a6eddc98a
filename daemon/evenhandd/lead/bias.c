/* bias: the daily look at each team's fairness. See bias.h. */
#include "lead/parts.h"
#include "host/command_line.h"
#include "host/log.h"

#define OUTPUT_MAX (1u << 16) /* bytes: a line for each test */
#define ALARM      "alarm: "  /* a line that begins so is one */

/* ---- What a look found. */

static void on_told(void *context, const struct eh_command_result *result)
{
    (void)context;
    if (result->code < 0)
        eh_log_limited(EH_LOG_WARNING, "bias-told", "no notice of an alarm on fairness: %s",
                       result->message);
}

/* The text of the message; false: out of memory. */
static bool message_fill(struct eh_command *c, const struct eh_bias_watch *watch,
                         struct eh_str sentence)
{
    char event[EH_ID_MAX + 32], period[EH_DECIMAL_TEXT_MAX];
    struct eh_message *m = &c->message;
    eh_period_print(eh_period_of(EH_PERIOD_MONTH, watch->look_day), period);
    size_t size = eh_format(event, sizeof event, "bias %s %s", watch->look_team, period);
    m->team = eh_arena_str(&c->arena, eh_str(watch->look_team));
    m->reason = eh_arena_str(&c->arena, eh_str_cut(sentence, EH_ERROR_TEXT_MAX - 1));
    m->event = eh_arena_str(&c->arena, eh_str_n(event, size));
    m->actor = eh_str("evenhandd");
    m->has = EH_FIELD_BIT(EH_FIELD_TEAM) | EH_FIELD_BIT(EH_FIELD_REASON) |
             EH_FIELD_BIT(EH_FIELD_EVENT) | EH_FIELD_BIT(EH_FIELD_ACTOR);
    return m->team.data && m->reason.data && m->event.data;
}

/* An input, which becomes a notice. Its event has the team and the month: what was said of them
 * before, by a look of another day or of another leader, is known and changes nothing, whatever its
 * words. One that gets lost is told by the next look. */
static void alarm_tell(struct eh_app *app, struct eh_str sentence)
{
    struct eh_error error = {0};
    struct eh_command *c;
    int r = eh_command_new(EH_MESSAGE_ALARM, on_told, app, &c, &error);
    if (r == 0) {
        c->patient = true;
        c->reserve = true;
        r = message_fill(c, &app->bias, sentence) ? eh_app_submit(app, c, &error) : -EH_ENOMEM;
        if (r < 0)
            eh_command_free(c);
    }
    if (r < 0)
        eh_log_limited(EH_LOG_WARNING, "bias-told", "no notice of an alarm on fairness yet: %s",
                       error.text);
}

/* Whether the line is an alarm. */
static bool line_take(struct eh_app *app, struct eh_str line)
{
    struct eh_bias_watch *watch = &app->bias;
    size_t size = sizeof ALARM - 1;
    if (line.size <= size || memcmp(line.data, ALARM, size) != 0)
        return false;
    struct eh_str sentence = eh_str_n(line.data + size, line.size - size);
    if (watch->found++ == 0)
        eh_format(watch->text, sizeof watch->text, "%.*s", EH_STR_ARG(sentence));
    alarm_tell(app, sentence);
    return true;
}

/* Of one look the first alarm is told. */
static void output_take(struct eh_app *app, struct evbuffer *output)
{
    size_t size = evbuffer_get_length(output);
    const char *text = (const char *)evbuffer_pullup(output, -1);
    while (text && size > 0) {
        const char *end = memchr(text, '\n', size);
        size_t line = end ? (size_t)(end - text) : size;
        if (line_take(app, eh_str_n(text, line)))
            return;
        line += end != NULL;
        text += line;
        size -= line;
    }
}

static void round_end(struct eh_app *app)
{
    struct eh_bias_watch *watch = &app->bias;
    char day[EH_DECIMAL_TEXT_MAX];
    watch->looked = watch->day;
    eh_date_print(watch->day, day);
    eh_log(EH_LOG_INFO, "fairness looked at up to=%s teams=%u alarms=%u", day, watch->team,
           watch->found);
    if (watch->found == 0)
        app_alarm_clear(app, EH_ALARM_BIAS);
    else if (watch->found == 1)
        app_alarm(app, EH_ALARM_BIAS, "%s", watch->text);
    else
        app_alarm(app, EH_ALARM_BIAS, "%s (and %u more)", watch->text, watch->found - 1);
}

static void on_end(void *context, const struct eh_child_result *result)
{
    struct eh_app *app = context;
    app->bias.child = NULL;
    if (result->end == EH_CHILD_EXITED && result->exit_code == 0)
        output_take(app, result->output);
    else
        eh_log_limited(EH_LOG_WARNING, "bias", "the daily look at fairness: the command line %s",
                       result->end == EH_CHILD_LATE ? "took too long" : "failed");
}

/* ---- The next look. */

static int look_start(struct eh_app *app, struct eh_str id, int32_t day)
{
    static char fairness[] = "fairness", bias[] = "--bias", to[] = "--to", db[] = "--db";
    static char given[] = "-";
    char team[EH_ID_MAX + 1], date[EH_DECIMAL_TEXT_MAX];
    char *const arguments[] = {fairness, team, bias, to, date, db, given, NULL};
    const struct eh_command_line run = {
        .conninfo = app->services.config->postgres,
        .arguments = arguments,
        .bounds = {.output_max = OUTPUT_MAX,
                   .memory_max = eh_replay_memory(app->services.config->open_tickets),
                   .at_most_ms = EH_BIAS_MS}};
    eh_format(team, sizeof team, "%.*s", EH_STR_ARG(id));
    eh_date_print(day, date);
    eh_format(app->bias.look_team, sizeof app->bias.look_team, "%s", team);
    app->bias.look_day = day;
    int r = eh_command_line_start(app->services.base, &run, on_end, app, &app->bias.child, NULL);
    if (r == 0)
        eh_child_put_back(app->bias.child); /* dealing goes first */
    return r;
}

static int32_t month_first(int32_t day)
{
    return eh_period_first(eh_period_of(EH_PERIOD_MONTH, day));
}

/* The last day that is looked at next, of the month so far or of the one before. */
static int32_t next_look(struct eh_bias_watch *watch)
{
    int32_t first = month_first(watch->day);
    if (watch->before) {
        watch->before = false;
        watch->team++;
        return first - 1;
    }
    if (watch->day - first < EH_BIAS_LAST)
        watch->before = true;
    else
        watch->team++;
    return watch->day;
}

/* Begins a round when a day is over that was not looked at. */
static bool round_is_on(struct eh_app *app)
{
    struct eh_bias_watch *watch = &app->bias;
    struct eh_totals totals;
    eh_engine_totals(app->state.engine, &totals);
    int32_t day = totals.date - 1;
    if (totals.epoch == 0 || watch->looked == day)
        return false; /* the first day of the log is not over */
    if (watch->day == day)
        return true;
    watch->day = day;
    watch->team = watch->found = 0;
    watch->before = false;
    return true;
}

void app_bias_tick(struct eh_app *app)
{
    struct eh_bias_watch *watch = &app->bias;
    if (app->state.role != EH_ROLE_LEADER || !app->state.deciding || !app->state.engine) {
        watch->seconds = 0;
        return;
    }
    if (watch->child || ++watch->seconds < EH_BIAS_DELAY_S || !round_is_on(app))
        return;
    const struct eh_desk *desk = eh_engine_desk(app->state.engine);
    if (!desk || watch->team >= desk->team_count) {
        round_end(app);
        return;
    }
    struct eh_str team = desk->teams[watch->team].id;
    if (look_start(app, team, next_look(watch)) < 0)
        eh_log_limited(EH_LOG_WARNING, "bias", "the daily look at fairness could not begin");
}

void app_bias_stop(struct eh_app *app)
{
    eh_child_free(app->bias.child);
    app->bias = (struct eh_bias_watch){0};
}

/*
 * out: puts the parts of this room together. See out.h.
 */
#include "bridge/out/out.h"

#include <stdlib.h>
#include <time.h>

#include "bridge/out/accountless.h"
#include "bridge/out/cursor.h"
#include "bridge/out/tail.h"
#include "bridge/out/wanted.h"
#include "bridge/out/words.h"
#include "host/clock.h"
#include "host/log.h"

#define PATH_SIZE      512
#define TICK_MS        100  /* while jobs are there: rests end, and room is looked for */
#define LOGIN_MS       5000 /* until the profile is asked again how to log in */
#define RESUME_PERCENT 90   /* of the most jobs: with fewer the outbox is read on */

/* A question to the map that a job waits for. */
struct asking {
    struct eh_out *out;
    eh_asked_fn *fn;
    void *job; /* NULL: this place is free */
};

struct eh_out {
    struct eh_out_options options;
    char source[EH_NAME_MAX + 1];
    struct eh_web *web;
    struct eh_sender *sender;
    struct eh_parked *parked;
    struct eh_cursor *cursor;
    struct eh_jobs *jobs;
    struct eh_tail *tail; /* NULL: not started */
    struct event *tick, *login_timer;
    struct asking asking[EH_JOBS_WINDOW];
    bool tail_waits;       /* for room */
    int64_t away_since_us; /* 0: the helpdesk answers */
    char disk_trouble[EH_ERROR_TEXT_MAX];
};

static void tick_arm(struct eh_out *out)
{
    const struct timeval wait = {0, TICK_MS * 1000};
    if (!event_pending(out->tick, EV_TIMEOUT, NULL))
        event_add(out->tick, &wait);
}

static void cursor_follow(struct eh_out *out)
{
    eh_cursor_move(out->cursor, eh_jobs_low(out->jobs));
}

/* ---- What jobs need. */

static const enum eh_program programs[EH_ASK_COUNT] = {[EH_ASK_ASSIGN] = EH_PROGRAM_ASSIGN,
                                                       [EH_ASK_DONE] = EH_PROGRAM_DONE,
                                                       [EH_ASK_READ] = EH_PROGRAM_READ,
                                                       [EH_ASK_IN] = EH_PROGRAM_IN};

static void on_mapped(void *context, const struct eh_mapped *mapped)
{
    struct asking *asking = context;
    void *job = asking->job;
    asking->job = NULL;
    asking->fn(job, mapped->end == EH_MAP_DONE ? mapped->values : NULL, mapped->why);
}

/* What is known of the ticket since its webhook: the profile may compare and set. */
static void previous_add(struct eh_out *out, json_t *input)
{
    const char *id = json_string_value(json_object_get(input, "id"));
    if (!out->options.previous || !json_is_null(json_object_get(input, "previous")))
        return;
    json_t *previous = out->options.previous(out->options.context, id);
    if (previous && json_object_set_new(input, "previous", previous) < 0)
        eh_log_limited(EH_LOG_WARNING, "out-previous", "ticket %s: memory is out", id);
}

static int way_ask(void *context, enum eh_ask what, json_t *input, eh_asked_fn *fn, void *job)
{
    struct eh_out *out = context;
    struct asking *asking = NULL;
    for (size_t i = 0; i < EH_JOBS_WINDOW && !asking; i++)
        asking = out->asking[i].job ? NULL : &out->asking[i];
    eh_require(asking); /* a job asks one thing at a time */
    if (what == EH_ASK_ASSIGN)
        previous_add(out, input);
    *asking = (struct asking){out, fn, job};
    int r = eh_map_ask(out->options.map, programs[what], input, on_mapped, asking);
    if (r < 0)
        asking->job = NULL;
    return r;
}

static int way_send(void *context, json_t *request, eh_web_fn *fn, void *job)
{
    return eh_sender_send(((struct eh_out *)context)->sender, request, fn, job);
}

static void way_forget(void *context, void *job)
{
    struct eh_out *out = context;
    eh_sender_forget(out->sender, job);
    for (size_t i = 0; i < EH_JOBS_WINDOW; i++)
        if (out->asking[i].job == job) {
            eh_map_forget(out->options.map, &out->asking[i]);
            out->asking[i].job = NULL;
        }
}

static int64_t way_now_us(void *context)
{
    (void)context;
    return eh_clock_monotonic_us();
}

static int way_park(void *context, const struct eh_parked_item *job)
{
    struct eh_out *out = context;
    struct eh_error error = {0};
    struct eh_parked_item item = *job;
    item.at_s = time(NULL);
    int r = eh_parked_add(out->parked, &item, &error);
    eh_log_limited(r < 0 ? EH_LOG_ERROR : EH_LOG_WARNING, r < 0 ? "out-park" : "out-parked",
                   "ticket %.*s: %.*s; %s", EH_STR_ARG(item.id), EH_STR_ARG(item.why),
                   r < 0 ? error.text : "it is parked");
    return r;
}

static void unpark(struct eh_out *out, struct eh_str id)
{
    struct eh_error error = {0};
    if (eh_parked_has(out->parked, id) && eh_parked_remove(out->parked, id, &error) < 0)
        eh_log_limited(EH_LOG_ERROR, "out-unpark", "%s", error.text);
}

static void way_on_end(void *context, const struct eh_wish *wish, enum eh_job_end end)
{
    struct eh_out *out = context;
    if (end != EH_JOB_PARKED)
        unpark(out, wish->id);
    if (end == EH_JOB_DONE && out->options.on_set)
        out->options.on_set(out->options.context, wish->id.data);
    cursor_follow(out);
    if (out->tail_waits)
        tick_arm(out);
}

/* ---- Entries of the outbox. */

static struct eh_str member(const json_t *entry, const char *key)
{
    const json_t *value = json_object_get(entry, key);
    return eh_str_n(json_string_value(value), json_string_length(value));
}

/* It was given up after this entry already: read again after a kill, it changes nothing. */
static bool is_parked_since(struct eh_out *out, const struct eh_wish *wish)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_parked_item item;
    return eh_parked_has(out->parked, wish->id) &&
           eh_parked_get(out->parked, wish->id, &arena, &item, NULL) == 0 && item.seq >= wish->seq;
}

/* Who has it is nobody at this helpdesk. Where there is no room to park it, the log has said so: no
 * request would come of it anyhow. */
static void accountless_park(struct eh_out *out, const struct eh_wish *wish, struct eh_str rep)
{
    char why[EH_PARKED_WHY_MAX];
    eh_accountless_say(out->source, rep, why);
    const struct eh_parked_item item = {
        .id = wish->id, .seq = wish->seq, .why = eh_str(why), .rep = rep};
    eh_jobs_drop(out->jobs, wish->id);
    way_park(out, &item);
}

static int owner_want(struct eh_out *out, const struct eh_wish *wish)
{
    struct eh_error error = {0};
    int r = eh_jobs_want(out->jobs, wish, &error);
    if (r < 0)
        return r;
    unpark(out, wish->id); /* what was given up is not wanted any more */
    tick_arm(out);
    return 0;
}

/* The helpdesk has said that owner itself, and nothing of ours has come or is to come between: a
 * request would change nothing but what somebody sets there in that moment. */
static bool is_said(const struct eh_out *out, const struct eh_wish *wish)
{
    return out->options.is_said && !eh_jobs_has(out->jobs, wish->id) &&
           out->options.is_said(out->options.context, wish->id.data,
                                wish->account.size > 0 ? wish->account.data : NULL);
}

/* 0: taken; below: there is no room. */
static int entry_want(struct eh_out *out, uint64_t seq, const json_t *entry, bool from_before)
{
    struct eh_wish wish = {.seq = seq, .doubt = from_before};
    enum eh_wanted wanted = eh_wanted_read(entry, &wish);
    if (wish.id.size == 0 || wanted == EH_WANTED_NOTHING || is_parked_since(out, &wish))
        return 0;
    if (wanted == EH_WANTED_OWNER && !is_said(out, &wish))
        return owner_want(out, &wish);
    if (wanted == EH_WANTED_ACCOUNT) {
        accountless_park(out, &wish, member(entry, "rep"));
        return 0;
    }
    eh_jobs_drop(out->jobs, wish.id);
    unpark(out, wish.id);
    return 0;
}

/* Entries name the rep; whoever knows who that is at the helpdesk is asked. */
static int account_find(struct eh_out *out, json_t *entry)
{
    const char *account = NULL, *rep = json_string_value(json_object_get(entry, "rep"));
    const char *id = json_string_value(json_object_get(entry, "id"));
    if (!rep || !id || !out->options.account_of || json_object_get(entry, "account"))
        return 0;
    int r = out->options.account_of(out->options.context, rep, id, &account);
    if (r == 0 && account)
        json_object_set_new(entry, "account", json_string(account));
    return r;
}

static int on_entry(void *context, uint64_t seq, json_t *entry, bool from_before)
{
    struct eh_out *out = context;
    bool is_ours = eh_str_equal(member(entry, "source"), eh_str(out->source));
    if (is_ours && (account_find(out, entry) < 0 || entry_want(out, seq, entry, from_before) < 0)) {
        out->tail_waits = true;
        eh_jobs_hold(out->jobs, false); /* no more can be read before some are done */
        tick_arm(out);
        return -EH_EFULL;
    }
    eh_jobs_pass(out->jobs, seq);
    if (is_ours && out->options.on_entry)
        out->options.on_entry(out->options.context, entry);
    eh_jobs_turn(out->jobs);
    cursor_follow(out);
    return 0;
}

static void on_caught_up(void *context)
{
    struct eh_out *out = context;
    eh_jobs_hold(out->jobs, false);
    eh_jobs_turn(out->jobs);
    if (out->options.on_caught_up)
        out->options.on_caught_up(out->options.context);
}

static void lose(struct eh_out *out)
{
    if (out->options.on_lost)
        out->options.on_lost(out->options.context);
}

static void sweep_ask(struct eh_out *out, const char *why)
{
    if (out->options.on_sweep)
        out->options.on_sweep(out->options.context, why);
}

static void on_gap(void *context, uint64_t first, uint64_t last)
{
    struct eh_out *out = context;
    eh_log(EH_LOG_WARNING,
           "%s: entries %llu to %llu were trimmed before they were read; all tickets are compared",
           out->options.outbox_key, (unsigned long long)first, (unsigned long long)last);
    lose(out);
    sweep_ask(out, "the outbox was trimmed");
}

static void on_other_log(void *context)
{
    struct eh_out *out = context;
    eh_cursor_restart(out->cursor);
    eh_jobs_restart(out->jobs);
    lose(out);
    sweep_ask(out, "another outbox");
}

/* ---- How the helpdesk and the disk are. */

static void on_state(void *context, const char *why)
{
    struct eh_out *out = context;
    int64_t now_us = eh_clock_monotonic_us();
    if (why) {
        if (out->away_since_us == 0)
            out->away_since_us = now_us;
        return;
    }
    bool long_enough = now_us - out->away_since_us >= EH_OUT_OUTAGE_S * INT64_C(1000000);
    out->away_since_us = 0;
    if (long_enough)
        sweep_ask(out, "the helpdesk is back");
}

static void on_disk_trouble(void *context, const char *why)
{
    struct eh_out *out = context;
    eh_format(out->disk_trouble, sizeof out->disk_trouble, "%s", why ? why : "");
}

/* ---- Time. */

static void on_tick(evutil_socket_t fd, short what, void *context)
{
    (void)fd, (void)what;
    struct eh_out *out = context;
    struct eh_jobs_figures figures;
    eh_jobs_turn(out->jobs);
    eh_jobs_figures(out->jobs, &figures);
    if (out->tail_waits && figures.jobs < EH_JOBS_MAX / 100 * RESUME_PERCENT) {
        out->tail_waits = false;
        eh_tail_turn(out->tail);
    }
    if (figures.jobs > 0 || out->tail_waits)
        tick_arm(out);
}

/* ---- Starting. */

static void tail_begin(struct eh_out *out)
{
    struct eh_error error = {0};
    const struct eh_tail_options options = {.base = out->options.base,
                                            .address = out->options.address,
                                            .key = out->options.outbox_key,
                                            .after = eh_cursor_at(out->cursor),
                                            .on_entry = on_entry,
                                            .on_caught_up = on_caught_up,
                                            .on_gap = on_gap,
                                            .on_other_log = on_other_log,
                                            .context = out,
                                            .behind_s = out->options.behind_s};
    if (!out->tail && eh_tail_new(&options, &out->tail, &error) < 0)
        eh_log(EH_LOG_ERROR, "%s", error.text);
}

static void login_ask(struct eh_out *out);

static void on_login_timer(evutil_socket_t fd, short what, void *context)
{
    (void)fd, (void)what;
    login_ask(context);
}

static void login_again(struct eh_out *out, const char *why)
{
    const struct timeval wait = {LOGIN_MS / 1000, LOGIN_MS % 1000 * 1000};
    eh_log_limited(EH_LOG_ERROR, "out-login", "the profile does not say how to log in: %s", why);
    event_add(out->login_timer, &wait);
}

static void on_login_mapped(void *context, const struct eh_mapped *mapped)
{
    struct eh_out *out = context;
    json_t *request = mapped->end == EH_MAP_DONE ? json_array_get(mapped->values, 0) : NULL;
    if (request)
        eh_sender_login_with(out->sender, request);
    else
        login_again(out, mapped->why ? mapped->why : "it yields nothing");
}

static void login_ask(struct eh_out *out)
{
    json_t *input = json_object();
    int r = eh_map_ask(out->options.map, EH_PROGRAM_LOGIN, input, on_login_mapped, out);
    json_decref(input);
    if (r < 0)
        login_again(out, "too much waits");
}

static void on_session_mapped(void *context, const struct eh_mapped *mapped)
{
    struct eh_out *out = context;
    json_t *value = mapped->end == EH_MAP_DONE ? json_array_get(mapped->values, 0) : NULL;
    if (mapped->why)
        eh_log_limited(EH_LOG_WARNING, "out-session", "%s", mapped->why);
    eh_sender_session(out->sender, json_string_value(json_object_get(value, "session")));
}

/* The profile says which part of the answer is the session; where it yields nothing, cookies are.
 */
static int read_login(void *context, const struct eh_web_answer *answer)
{
    struct eh_out *out = context;
    json_t *said = eh_words_in(answer, "login");
    json_t *input = said ? json_pack("{s:o}", "answer", said) : NULL;
    if (said)
        json_object_set_new(said, "status", json_integer(answer->status));
    int r = input ? eh_map_ask(out->options.map, EH_PROGRAM_LOGIN, input, on_session_mapped, out)
                  : -EH_ENOMEM;
    json_decref(input);
    return r;
}

void eh_out_start(struct eh_out *out)
{
    if (out->options.profile->programs[EH_PROGRAM_LOGIN])
        login_ask(out);
    if (out->options.outbox_key)
        tail_begin(out);
}

/* ---- What others ask for. */

int eh_out_set_owner(struct eh_out *out, const char *id, const char *account)
{
    struct eh_error error = {0};
    const struct eh_wish wish = {.id = eh_str(id), .account = eh_str(account), .doubt = true};
    int r = eh_jobs_want(out->jobs, &wish, &error);
    if (r < 0)
        return r;
    tick_arm(out);
    eh_jobs_turn(out->jobs);
    return 0;
}

bool eh_out_is_pending(const struct eh_out *out, const char *id)
{
    return eh_jobs_has(out->jobs, eh_str(id));
}

bool eh_out_is_parked(const struct eh_out *out, const char *id)
{
    return eh_parked_has(out->parked, eh_str(id));
}

int eh_out_fetch(struct eh_out *out, json_t *request, eh_web_fn *fn, void *whose)
{
    return eh_sender_send(out->sender, request, fn, whose);
}

void eh_out_forget(struct eh_out *out, const void *whose)
{
    eh_sender_forget(out->sender, whose);
}

int eh_out_retry(struct eh_out *out, const char *id, struct eh_error *error)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_parked_item item;
    int r = eh_parked_get(out->parked, eh_str(id), &arena, &item, error);
    if (r == 0)
        r = eh_accountless_again(&out->options, &item, error);
    if (r < 0)
        return r;
    const struct eh_wish wish = {
        .id = item.id, .account = item.account, .doubt = true, .was_parked = true};
    r = eh_jobs_want(out->jobs, &wish, error);
    if (r < 0)
        return r;
    tick_arm(out);
    eh_jobs_turn(out->jobs);
    return 0;
}

int eh_out_drop(struct eh_out *out, const char *id, struct eh_error *error)
{
    return eh_parked_remove(out->parked, eh_str(id), error);
}

int eh_out_each_parked(const struct eh_out *out, eh_parked_fn *each, void *context,
                       struct eh_error *error)
{
    return eh_parked_each(out->parked, each, context, error);
}

void eh_out_figures(const struct eh_out *out, struct eh_out_figures *ret)
{
    *ret = (struct eh_out_figures){.parked = eh_parked_count(out->parked),
                                   .read = out->tail ? eh_tail_at(out->tail) : 0,
                                   .cursor = eh_cursor_at(out->cursor),
                                   .cursor_on_disk = eh_cursor_on_disk(out->cursor),
                                   .outbox_up = out->tail && eh_tail_up(out->tail),
                                   .outbox_trouble = eh_tail_trouble(out->tail),
                                   .trouble = eh_sender_trouble(out->sender),
                                   .last_failure = eh_jobs_last_failure(out->jobs),
                                   .disk_trouble = out->disk_trouble};
    eh_jobs_figures(out->jobs, &ret->jobs);
    eh_sender_figures(out->sender, &ret->sender);
}

/* ---- Its life. */

static int sender_begin(struct eh_out *out, struct eh_error *error)
{
    const struct eh_connection *c = out->options.connection;
    const struct eh_web_options web = {
        .base = out->options.base, .url = c->url, .ca_file = c->ca_file};
    int r = eh_web_new(&web, &out->web, error);
    const struct eh_sender_options sender = {
        .base = out->options.base,
        .web = out->web,
        .url = c->url,
        .secret = c->secret,
        .auth = out->options.profile->auth,
        .auth_body = out->options.profile->auth_body,
        .session = out->options.session,
        .has_login = out->options.profile->programs[EH_PROGRAM_LOGIN] != NULL,
        .rate_count = c->rate.count,
        .rate_us = (c->rate.per_s > 0 ? c->rate.per_s : 60) * INT64_C(1000000),
        .read_login = read_login,
        .on_state = on_state,
        .context = out};
    return r < 0 ? r : eh_sender_new(&sender, &out->sender, error);
}

static int files_begin(struct eh_out *out, struct eh_error *error)
{
    char path[PATH_SIZE];
    const struct eh_connection *c = out->options.connection;
    eh_format(path, sizeof path, "%s/" EH_PARKED_FILE, c->state);
    int r = eh_parked_open(path, EH_PARKED_MAX, &out->parked, error);
    if (r < 0)
        return r;
    const struct eh_cursor_options cursor = {.base = out->options.base,
                                             .folder = c->state,
                                             .before_fd = eh_parked_fd(out->parked),
                                             .on_trouble = on_disk_trouble,
                                             .context = out};
    return eh_cursor_new(&cursor, &out->cursor, error);
}

static int jobs_begin(struct eh_out *out, struct eh_error *error)
{
    const struct eh_jobs_ways ways = {.ask = way_ask,
                                      .send = way_send,
                                      .forget = way_forget,
                                      .now_us = way_now_us,
                                      .park = way_park,
                                      .on_end = way_on_end,
                                      .context = out,
                                      .fail_us = out->options.fail_us};
    int r = eh_jobs_new(&ways, &out->jobs, error);
    if (r < 0)
        return r;
    eh_jobs_hold(out->jobs, true); /* until all that stands in the outbox was read */
    eh_jobs_pass(out->jobs, eh_cursor_at(out->cursor));
    out->tick = event_new(out->options.base, -1, 0, on_tick, out);
    out->login_timer = event_new(out->options.base, -1, 0, on_login_timer, out);
    return out->tick && out->login_timer ? 0 : eh_error_set(error, EH_ENOMEM, "out of memory");
}

int eh_out_new(const struct eh_out_options *options, struct eh_out **ret, struct eh_error *error)
{
    struct eh_out *out = calloc(1, sizeof *out);
    if (!out)
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    out->options = *options;
    json_incref(out->options.session);
    eh_format(out->source, sizeof out->source, "%s", options->connection->source);
    int r = sender_begin(out, error);
    if (r == 0)
        r = files_begin(out, error);
    if (r == 0)
        r = jobs_begin(out, error);
    if (r < 0) {
        eh_out_free(out);
        return r;
    }
    *ret = out;
    return 0;
}

void eh_out_free(struct eh_out *out)
{
    if (!out)
        return;
    eh_tail_free(out->tail);
    eh_map_forget(out->options.map, out);
    eh_jobs_free(out->jobs);
    eh_sender_free(out->sender);
    eh_web_free(out->web);
    eh_cursor_free(out->cursor); /* writes it: after the jobs, before what is parked is closed */
    eh_parked_close(out->parked);
    struct event *timers[] = {out->tick, out->login_timer};
    for (size_t i = 0; i < sizeof timers / sizeof *timers; i++)
        if (timers[i])
            event_free(timers[i]);
    json_decref(out->options.session);
    free(out);
}

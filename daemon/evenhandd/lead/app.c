/* app: the tick, and the life of a leader. See app.h. */
#include "lead/app_private.h"

#include <stdlib.h>

#include "host/log.h"

const char *eh_role_name(enum eh_role role)
{
    static const char *const names[] = {"starting", "standby", "leader", "stopping"};
    return names[role];
}

void app_error(struct eh_app *app, const char *text)
{
    eh_format(app->last_error, sizeof app->last_error, "%s", text);
    eh_text_tidy(app->last_error, strlen(app->last_error));
    app->last_error_us = eh_clock_now_us(&app->clock);
}

void app_wake(struct eh_app *app)
{
    event_active(app->tick, EV_TIMEOUT, 0);
}

/* ---- The tick: what is there goes into a batch as soon as there is a place for it in flight. */

static bool time_brings(struct eh_app *app)
{
    struct eh_totals totals;
    int64_t now = eh_clock_now_us(&app->clock);
    eh_engine_totals(app->engine, &totals);
    return app->new_key_due || app->accept_due || eh_skips_ticket(&app->skips) ||
           totals.rules < EH_RULES_LAST || !totals.committed ||
           eh_engine_due_us(app->engine) <= now || eh_clock_date(&app->clock, now) > totals.date;
}

static void arm_timer(struct eh_app *app)
{
    int64_t now = eh_clock_now_us(&app->clock);
    int64_t next = eh_clock_next_day_us(&app->clock, now), due = eh_engine_due_us(app->engine);
    int64_t later = app_later_due_us(app);
    due = due < later ? due : later;
    int64_t wait = (due < next ? due : next) - now;
    if (wait < 1000)
        wait = 1000;
    struct timeval tv = {wait / 1000000, wait % 1000000};
    event_add(app->timer, &tv);
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    app_wake(context);
}

static void on_tick(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct eh_app *app = context;
    if (!app->deciding || app->recalling || eh_store_committing(app->store) >= EH_COMMITS_MAX)
        return;
    app_later_move(app, eh_clock_now_us(&app->clock));
    const struct eh_batch *next = app_next(app);
    bool something = (next && next->item_count > 0) || time_brings(app);
    if (!something)
        arm_timer(app); /* the loop's coarse clock may wake us just before the moment */
    if (!something || app_history_holds(app) || !app_filling(app))
        return;
    app->recalling = app_take_next(app);
    int r = eh_store_recall(app->store, app->recalling);
    if (r < 0 && app->recalling) /* otherwise on_lost was told and has freed it */
        eh_store_restart(app->store, "postgres: nothing could be looked up");
}

/* ---- Answers to commands. */

void app_answer(struct eh_app *app, struct eh_item *item, const struct eh_command_result *result)
{
    struct eh_command *command = item->command;
    item->command = NULL;
    if (!command)
        return;
    app->commands--;
    app->command_bytes -= command->size;
    if (command->on_done)
        command->on_done(command->context, result);
    eh_command_free(command);
}

static void tell_watchers(struct eh_batch *b, bool confirmed)
{
    struct eh_watcher *watcher = b->watchers;
    b->watchers = NULL;
    for (; watcher; watcher = watcher->next)
        watcher->on_confirmed(watcher->context, confirmed);
}

int eh_app_when_confirmed(struct eh_app *app, eh_confirmed_fn *on_confirmed, void *context)
{
    struct eh_batch *b = app->in_flight_last;
    if (!b) {
        on_confirmed(context, true);
        return 0;
    }
    struct eh_watcher *watcher = eh_arena_alloc(&b->arena, sizeof *watcher);
    if (!watcher)
        return -EH_ENOMEM;
    *watcher = (struct eh_watcher){on_confirmed, context, b->watchers};
    b->watchers = watcher;
    return 0;
}

void app_answer_commands(struct eh_app *app, struct eh_batch *b,
                         const struct eh_command_result *result)
{
    for (size_t i = b->item_count; i > 0; i--) {
        struct eh_item *item = &b->items[i - 1];
        if (!item->command)
            continue;
        app_answer(app, item, result);
        b->command_count--;
        eh_batch_remove(b, item);
    }
}

void app_drop_batch(struct eh_app *app, struct eh_batch *b)
{
    (void)app;
    tell_watchers(b, false);
    eh_batch_free(b);
}

/* Nothing is known of what became of it, or it was never decided. */
static void give_up_batch(struct eh_app *app, struct eh_batch *b, const char *why)
{
    const struct eh_command_result result = {.code = -EH_EUNAVAILABLE, .message = why};
    for (size_t i = 0; b && i < b->item_count; i++)
        app_answer(app, &b->items[i], &result);
    if (b)
        tell_watchers(b, false);
    eh_batch_free(b);
}

static void give_up_list(struct eh_app *app, struct eh_batch **list, const char *why)
{
    while (*list) {
        struct eh_batch *b = *list;
        *list = b->next;
        give_up_batch(app, b, why);
    }
}

/* ---- Decide, commit, publish. */

void app_fatal(struct eh_app *app, int exit_code, const char *why)
{
    eh_log(EH_LOG_ERROR, "%s", why);
    app->exit_code = exit_code;
    event_base_loopbreak(app->base);
}

static void on_fatal(void *context, int exit_code, const char *why)
{
    app_fatal(context, exit_code, why);
}

static void on_recalled(void *context, struct eh_batch *b)
{
    struct eh_app *app = context;
    struct eh_error error = {0};
    app->recalling = NULL;
    int r = app_decide(app, b, &error);
    struct eh_batch *settled = app->settled;
    app->settled = NULL;
    while (settled) {
        struct eh_batch *next = settled->next;
        app_done_with(app, settled);
        settled = next;
    }
    if (app->in_flight_last)
        app->in_flight_last->next = b;
    else
        app->in_flight = b;
    app->in_flight_last = b;
    if (r < 0) {
        if (r == -EH_ENOMEM) { /* the same would follow, again and again: better to begin anew */
            on_fatal(app, EXIT_FAILURE, error.text);
            return;
        }
        eh_log(EH_LOG_ERROR, "%s", error.text);
        eh_store_restart(app->store, error.text);
        return;
    }
    app->batches++;
    b->sent_us = eh_clock_monotonic_us();
    if (eh_store_commit(app->store, b) < 0)
        return;
    app_snapshot_maybe(app);
    arm_timer(app);
    app_set_room(app);
    app_wake(app);
}

static void acknowledge(struct eh_app *app, const struct eh_batch *b)
{
    struct eh_stream_id ids[2 * EH_BATCH_ITEMS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < b->item_count; i++) {
        const struct eh_item *item = &b->items[i];
        const struct eh_stream_id id = eh_input_stream_id(&item->input);
        if (eh_stream_id_is_set(id) && !item->held &&
            !item->kept) /* of it, or of what it stands for */
            ids[count++] = id;
        if (eh_stream_id_is_set(item->also))
            ids[count++] = item->also;
    }
    if (count)
        eh_inbox_done(app->inbox, ids, count);
    app_full_hold(app, b);
}

/* ---- Checkpoints: of what is committed only. */

static void checkpoint(struct eh_app *app, uint64_t input, struct eh_key digest,
                       const struct eh_chain *chain)
{
    struct eh_error error = {0};
    if (input <= app->checkpoint.input)
        return;
    app->checkpoint = (struct eh_checkpoint){input, digest, *chain};
    app->checkpoint_at_us = eh_clock_monotonic_us(); /* written or not: not tried for each batch */
    if (eh_checkpoint_append(app->config->checkpoint_file, &app->checkpoint, &error) == 0)
        return;
    app_error(app, error.text);
    eh_log(EH_LOG_ERROR, "%s", error.text);
}

/* At each draw epoch, and when the last one is old. */
static void maybe_checkpoint(struct eh_app *app, const struct eh_batch *b)
{
    int64_t age_us = eh_clock_monotonic_us() - app->checkpoint_at_us;
    bool due = age_us >= EH_CHECKPOINT_S * INT64_C(1000000);
    for (size_t i = 0; !due && i < b->record_count; i++)
        due = b->records[i].type == EH_MESSAGE_DAY || b->records[i].type == EH_MESSAGE_REVEAL ||
              b->records[i].type == EH_MESSAGE_NEW_KEY ||
              b->records[i].type == EH_MESSAGE_ACCEPT_TIME;
    if (due)
        checkpoint(app, b->to_input, b->digest, &b->chain);
}

/* What the shell has to know of a committed input beyond handing it on. */
static void follow(struct eh_app *app, const struct eh_batch *b)
{
    for (size_t i = 0; i < b->record_count; i++) {
        if (b->records[i].type == EH_MESSAGE_NEW_KEY)
            app_new_key_done(app);
        if (b->records[i].type == EH_MESSAGE_ACCEPT_TIME)
            app_accept_time_done(app);
        if (b->records[i].type != EH_MESSAGE_DESK)
            continue;
        eh_log(EH_LOG_INFO, "desk applied input=%llu", (unsigned long long)b->records[i].input);
        app_desk_file_check(app);
    }
}

static void on_committed(void *context, struct eh_batch *b)
{
    struct eh_app *app = context;
    eh_require(app->in_flight == b);
    app->in_flight = b->next;
    if (!app->in_flight)
        app->in_flight_last = NULL;
    b->next = NULL;
    app_pace_commit(app, b);
    app_refused_over(app, b);
    acknowledge(app, b);
    if (b->effects.count > 0 || b->dead_count > 0)
        eh_outbox_publish(app->outbox, eh_batch_notices(b));
    follow(app, b);
    maybe_checkpoint(app, b);
    for (size_t i = 0; i < b->item_count; i++)
        app_answer(app, &b->items[i], &b->items[i].result);
    tell_watchers(b, true);
    if (app->recalling) { /* its lookup may not have seen this batch */
        b->next = app->settled;
        app->settled = b;
    } else {
        app_done_with(app, b);
    }
    app_books_soon(app);
    app_set_room(app);
    app_wake(app);
}

/* ---- Leading, standing by, losing. */

static void on_page(void *context, struct eh_outbox_batch *page)
{
    struct eh_app *app = context;
    eh_outbox_page(app->outbox, page);
}

void app_want_notices(void *context, uint64_t from_seq, uint64_t from_dead_input)
{
    struct eh_app *app = context;
    eh_store_page(app->store, from_seq, from_dead_input);
}

/* The engine is as the log is: key and time zone have to fit that. */
static bool fits(struct eh_app *app)
{
    struct eh_totals totals;
    struct eh_error error = {0};
    const struct eh_desk *desk = eh_engine_desk(app->engine);
    eh_engine_totals(app->engine, &totals);
    if (app_key_ready(app, &totals, &error) < 0) {
        on_fatal(app, EXIT_CONFIG, error.text);
        return false;
    }
    if (desk && eh_clock_set_zone(&app->clock, desk->time_zone, &error) < 0)
        app_error(app, error.text);
    return true;
}

static void go_on(struct eh_app *app)
{
    app_books_forget(app);
    app->items_first = false;
    app->resuming = false;
    app->deciding = true;
    app->role = app->role == EH_ROLE_STOPPING ? EH_ROLE_STOPPING : EH_ROLE_LEADER;
    eh_committed_from(app->engine, &app->committed);
    app->committed.dead_letters = app->head.dead_letters;
    app->snapshot_at_us = eh_clock_monotonic_us();
    app_set_room(app);
    arm_timer(app);
    app_wake(app);
}

static void on_hold_over(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct eh_app *app = context;
    if (app->resuming && app->engine && fits(app))
        go_on(app);
}

/* After a refused transaction; at once, or when the hold is over. */
static void resume(struct eh_app *app)
{
    int64_t wait_us = app->hold_until_us - eh_clock_monotonic_us();
    struct timeval wait = {wait_us / 1000000, wait_us % 1000000};
    app->accept_due = app->accept_time != NULL; /* it was not committed */
    if (app->hold_until_us > 0 && wait_us > 0)
        event_add(app->hold_over, &wait);
    else if (fits(app))
        go_on(app);
}

static void begin_deciding(struct eh_app *app)
{
    struct eh_totals totals;
    const struct eh_desk *desk = eh_engine_desk(app->engine);
    struct eh_error error = {0};
    if (app_time_waits(app))
        return;
    if (app_time_ready(app, &error) < 0) {
        on_fatal(app, EXIT_CONFIG, error.text);
        return;
    }
    if (!fits(app))
        return;
    eh_engine_totals(app->engine, &totals);
    app->checkpoint_at_us = eh_clock_monotonic_us();
    app_seen_compare(app);
    eh_log(EH_LOG_INFO, "leading epoch=%llu input=%llu seq=%llu open=%llu waiting=%llu",
           (unsigned long long)app->head.epoch, (unsigned long long)app->head.input,
           (unsigned long long)app->head.seq, (unsigned long long)totals.open,
           (unsigned long long)totals.waiting);
    eh_outbox_start(app->outbox, app->head.seq, app->head.dead);
    eh_inbox_start(app->inbox, app->head.low, app->head.high);
    go_on(app);
    if (!desk)
        app_desk_file_load(app, "first start");
    app_desk_file_check(app);
    if (app->new_key && !app->new_key_due)
        app_new_key_done(app);
}

static void on_time_waited(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    begin_deciding(context);
}

static void on_recovered(void *context, struct eh_engine *engine, const struct eh_recovered *found,
                         const struct eh_error *error)
{
    struct eh_app *app = context;
    struct eh_recovered been = *found; /* the recovery's, which ends here */
    eh_recovery_free(app->recovery);
    app->recovery = NULL;
    if (!engine) {
        app_error(app, error->text);
        eh_log(EH_LOG_ERROR, "%s", error->text);
        if (error->code == EH_EUNAVAILABLE) {
            eh_store_restart(app->store, error->text);
        } else {
            app->exit_code = 1;
            event_base_loopbreak(app->base);
        }
        return;
    }
    eh_engine_free(app->engine);
    app->engine = engine;
    app->snapshot_input = app->head.input - been.replayed;
    app->latest_day = been.latest_day;
    eh_log(EH_LOG_INFO, "recovered input=%llu replayed=%llu", (unsigned long long)app->head.input,
           (unsigned long long)been.replayed);
    if (app->resuming)
        resume(app);
    else
        begin_deciding(app);
}

/* Nothing was in flight when the link went: the engine in memory is what the head says. */
static bool engine_still_good(const struct eh_app *app)
{
    struct eh_totals totals;
    if (!app->engine)
        return false;
    eh_engine_totals(app->engine, &totals);
    return totals.input == app->head.input && totals.seq == app->head.seq &&
           eh_key_equal(eh_engine_digest(app->engine), app->head.digest);
}

static void recover(struct eh_app *app)
{
    static const struct eh_recovery_callbacks callbacks = {.on_done = on_recovered,
                                                           .on_month = app_snapshot_past};
    app->recovery = eh_recovery_start(eh_store_reads(app->store), &app->head, &callbacks, app);
    if (!app->recovery)
        eh_store_restart(app->store, "recovery could not begin");
}

void app_stop_deciding(struct eh_app *app)
{
    app->deciding = false;
    app->resuming = true;
    event_del(app->timer);
    app_history_stop(app);
    app_set_room(app);
}

void app_resume(struct eh_app *app)
{
    app->head = app->durable;
    recover(app);
}

static void on_leading(void *context, const struct eh_head *head)
{
    struct eh_app *app = context;
    app->head = app->durable = *head;
    if (app->role == EH_ROLE_STOPPING)
        return;
    if (engine_still_good(app)) {
        begin_deciding(app);
        return;
    }
    recover(app);
}

static void on_standby(void *context)
{
    struct eh_app *app = context;
    if (app->role == EH_ROLE_STOPPING)
        return;
    if (app->new_key) {
        on_fatal(app, EXIT_CONFIG,
                 "--new-key: another evenhandd leads this desk, and has its key: nothing is lost "
                 "as long as it runs");
        return;
    }
    if (app->accept_time) {
        on_fatal(app, EXIT_CONFIG,
                 "--accept-time: another evenhandd leads this desk; stop it first: the time of the "
                 "log is the leader's");
        return;
    }
    app->role = EH_ROLE_STANDBY;
    eh_engine_free(app->engine); /* somebody else decides now: ours grows old */
    app->engine = NULL;
    app->committed.known = false;
    app_later_forget(app);
    eh_log(EH_LOG_INFO, "standing by: another evenhandd leads desk %s", app->desk_id);
}

static void on_lost(void *context, const char *why)
{
    struct eh_app *app = context;
    static const char unknown[] =
        "PostgreSQL went away before the answer; ask again (with the same Idempotency-Key)";
    bool led = app->deciding || app->resuming;
    app->deciding = app->resuming = false;
    eh_skips_again(&app->skips);
    event_del(app->hold_over);
    if (app->role == EH_ROLE_LEADER)
        app->role = EH_ROLE_STARTING;
    if (led || app->in_flight)
        app->commits_failed++;
    if (app->in_flight)
        eh_pace_failed(&app->pace, eh_batch_weight(app->in_flight));
    app_error(app, why);
    eh_log(EH_LOG_WARNING, "holding: %s", why);
    eh_recovery_free(app->recovery);
    app->recovery = NULL;
    if (led) {
        eh_inbox_stop(app->inbox);
        eh_outbox_stop(app->outbox);
    }
    event_del(app->timer);
    event_del(app->start_time.wait);
    app_history_stop(app);
    struct eh_batch *filling = app->filling, *recalling = app->recalling;
    app->filling = app->recalling = NULL;
    app->in_flight_last = NULL;
    give_up_batch(app, filling, unknown);
    give_up_batch(app, recalling, unknown);
    give_up_list(app, &app->left_over, unknown);
    give_up_list(app, &app->in_flight, unknown);
    give_up_list(app, &app->settled, unknown);
    app_later_unread(app);
}

static void on_snapshot(void *context)
{
    struct eh_app *app = context;
    if (app->recovery)
        eh_recovery_go_on(app->recovery);
}

const struct eh_store_callbacks app_store_callbacks = {
    .on_leading = on_leading,
    .on_standby = on_standby,
    .on_lost = on_lost,
    .on_refused = app_refused,
    .on_recalled = on_recalled,
    .on_committed = on_committed,
    .on_page = on_page,
    .on_snapshot = on_snapshot,
    .on_fatal = on_fatal,
};

/* ---- The Redis side tells only whether it is there. */

static void on_inbox_state(void *context, bool up, bool lost, const char *why)
{
    struct eh_app *app = context;
    if (up != app->inbox_up)
        eh_log(up ? EH_LOG_INFO : EH_LOG_WARNING, "redis inbox %s%s%s", up ? "up" : "down",
               *why ? ": " : "", why);
    app->inbox_up = up;
    if (lost) {
        eh_alarm_set(&app->alarms, EH_ALARM_INBOX_LOST, eh_clock_now_us(&app->clock),
                     "the inbox stream or its group was lost and made anew: %s", why);
        eh_outbox_recheck(app->outbox);
    }
    if (!up)
        app_error(app, why);
}

const struct eh_inbox_callbacks app_inbox_callbacks = {app_take_entries, on_inbox_state,
                                                       app_inbox_end, app_inbox_doubt};

/* ---- Commands. */

int eh_app_check_zone(struct eh_app *app, const struct eh_desk *desk, struct eh_error *error)
{
    struct eh_clock probe = app->clock;
    int r = eh_clock_set_new_zone(&probe, desk->time_zone, error);
    if (r == -EH_ENOTFOUND) /* nobody asked for a zone: the file is wrong */
        r = -(error->code = EH_EINVAL);
    if (r == 0)
        r = eh_clock_set_zone(&app->clock, eh_str(app->clock.time_zone), error);
    return r;
}

static int check_desk(struct eh_app *app, const struct eh_command *c, struct eh_error *error)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_desk *desk;
    struct eh_totals totals;
    eh_engine_totals(app->engine, &totals);
    bool known = eh_str_equal(c->message.text, totals.desk_text); /* applied once: it may stay */
    int r = known ? eh_desk_parse(c->message.text, &arena, &desk, error)
                  : eh_desk_parse_new(c->message.text, &arena, &desk, error);
    return r < 0 ? r : eh_app_check_zone(app, desk, error);
}

/* A place for one more; NULL: there is none, or what is left is kept for others. */
static struct eh_item *add_command(struct eh_app *app, struct eh_command *c)
{
    size_t all = app->commands + (c->reserve ? 0 : EH_COMMANDS_RESERVE);
    size_t bytes = app->command_bytes + (c->reserve ? 0 : EH_COMMANDS_BYTES_RESERVE);
    size_t kept = c->reserve ? 0 : EH_BATCH_COMMANDS_RESERVE;
    c->size = c->patient ? 0 : c->arena.held; /* our own are bounded where they come from */
    bool room = all < EH_COMMANDS_MAX && (c->size == 0 || bytes + c->size <= EH_COMMANDS_BYTES_MAX);
    struct eh_batch *b = room ? app_filling(app) : NULL;
    if (!b || b->command_count + kept >= EH_BATCH_COMMANDS_MAX)
        return NULL;
    struct eh_item *item = eh_batch_add(b);
    if (item) {
        b->command_count++;
        app->commands++;
        app->command_bytes += c->size;
    }
    return item;
}

int eh_app_submit(struct eh_app *app, struct eh_command *c, struct eh_error *error)
{
    if (!app->deciding)
        return eh_error_set(
            error, EH_EUNAVAILABLE, "%s",
            app->role == EH_ROLE_STANDBY ? "this evenhandd stands by; ask the leader"
            : app->resuming ? "PostgreSQL refuses what is written just now; nothing was changed"
                            : "PostgreSQL is not there just now; nothing was changed");
    if (c->message.type == EH_MESSAGE_DESK) {
        int r = check_desk(app, c, error);
        if (r < 0)
            return r;
    }
    struct eh_item *item = add_command(app, c);
    if (!item)
        return eh_error_set(error, EH_EFULL, "too many changes at once; try again in a moment");
    item->command = c;
    item->later = c->later;
    item->input.origin = EH_ORIGIN_ADMIN;
    item->input.message = c->message;
    if (c->body.size > 0) { /* it came from the stream */
        item->input.origin = EH_ORIGIN_STREAM;
        eh_input_set_stream_id(&item->input, c->entry);
        item->body = c->body;
        app->filling->bytes += c->body.size;
    }
    item->input.at_us = eh_clock_now_us(&app->clock);
    eh_salts_draw(&item->input);
    eh_input_identify(&item->input);
    item->wants_identity =
        c->message.type == EH_MESSAGE_TICKET || eh_message_has(&c->message, EH_FIELD_EVENT);
    app_wake(app);
    return 0;
}

/* ---- What others may see. */

void eh_app_status(const struct eh_app *app, struct eh_app_status *ret)
{
    *ret = (struct eh_app_status){
        .role = app->role,
        .committed = app->committed,
        .epoch = app->head.epoch,
        .published_seq = eh_outbox_published(app->outbox),
        .in_flight = app->in_flight_entries,
        .repeats = app->repeats,
        .superseded = app->superseded,
        .kept = app_later_pending(app),
        .batches = app->batches,
        .commits_failed = app->commits_failed,
        .redis_up = eh_redis_link_up(app->writes) && (app->inbox_up || !app->deciding),
        .postgres_up = eh_store_up(app->store),
        .redis_address = app->redis_address,
        .redis_error = eh_redis_link_up(app->writes) ? "" : eh_redis_link_last_error(app->writes),
        .last_error = app->last_error,
        .last_error_us = app->last_error_us,
        .schema = app->head.schema,
        .desk_file_differs = app->desk_file_differs,
        .desk_file = app->config->desk,
        .snapshot_pause_us = app->snapshot_pause_us,
        .snapshot_input = app->snapshot_input,
        .alarms = &app->alarms,
    };
}

const struct eh_engine *eh_app_engine(const struct eh_app *app)
{
    return app->engine;
}

const struct eh_config *eh_app_config(const struct eh_app *app)
{
    return app->config;
}

struct event_base *eh_app_base(const struct eh_app *app)
{
    return app->base;
}

size_t eh_app_repeats(const struct eh_app *app, struct eh_stream_id after, struct eh_stream_id last,
                      struct eh_repeat *ret, size_t max)
{
    return eh_repeats_between(&app->repeated, after, last, ret, max);
}

struct eh_stream_id eh_app_decided_before(const struct eh_app *app)
{
    return app->inbox ? eh_inbox_low(app->inbox) : (struct eh_stream_id){0, 0};
}

struct eh_pg *eh_app_reader(const struct eh_app *app)
{
    return app->reader;
}

int64_t eh_app_day_us(struct eh_app *app, int32_t date)
{
    return eh_clock_day_us(&app->clock, date);
}

int64_t eh_app_now_us(struct eh_app *app)
{
    return eh_clock_now_us(&app->clock);
}

/* ---- Used by life.c. */

void app_begin_ticking(struct eh_app *app)
{
    app->tick = event_new(app->base, -1, 0, on_tick, app);
    app->timer = evtimer_new(app->base, on_timer, app);
    app->start_time.wait = evtimer_new(app->base, on_time_waited, app);
    app->start_time.began_us = eh_clock_monotonic_us();
    app->hold_over = evtimer_new(app->base, on_hold_over, app);
    eh_require(app->tick && app->timer && app->start_time.wait && app->hold_over);
    eh_pace_begin(&app->pace);
}

void app_forget_all(struct eh_app *app, const char *why)
{
    eh_batch_free(app->spare);
    app->spare = NULL;
    app_history_stop(app);
    app->holding = app->following = 0;
    eh_alarm_clear(&app->alarms, EH_ALARM_OPEN_TICKETS);
    give_up_batch(app, app->filling, why);
    give_up_batch(app, app->recalling, why);
    app->filling = app->recalling = NULL;
    give_up_list(app, &app->left_over, why);
    give_up_list(app, &app->in_flight, why);
    give_up_list(app, &app->settled, why);
}

void app_checkpoint_soon(struct eh_app *app)
{
    app->checkpoint_at_us = eh_clock_monotonic_us() - EH_CHECKPOINT_S * INT64_C(1000000);
}

void app_final_writes(struct eh_app *app)
{
    checkpoint(app, app->head.input, app->head.digest, &app->head.chain);
    app_books_finish(app);
    if (app->head.input > app->snapshot_input)
        app_snapshot_take(app);
}

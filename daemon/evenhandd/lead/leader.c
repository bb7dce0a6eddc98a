/*
 * leader: leading, standing by, losing the lease: when the state is built again from the log, and
 * when inputs are taken.
 */
#include "lead/app_private.h"

#include <stdlib.h>

#include "host/log.h"

static void on_fatal(void *context, int exit_code, const char *why)
{
    app_fatal(context, exit_code, why);
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
static bool engine_fits(struct eh_app *app)
{
    struct eh_totals totals;
    struct eh_error error = {0};
    const struct eh_desk *desk = eh_engine_desk(app->engine);
    eh_engine_totals(app->engine, &totals);
    if (app_key_ready(app, &totals, &error) < 0) {
        on_fatal(app, EH_EXIT_CONFIG, error.text);
        return false;
    }
    if (desk && eh_clock_set_zone(&app->clock, desk->time_zone, &error) < 0)
        app_error(app, error.text);
    return true;
}

static void deciding_go_on(struct eh_app *app)
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
    app_timer_arm(app);
    app_wake(app);
}

static void on_hold_over(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct eh_app *app = context;
    if (app->resuming && app->engine && engine_fits(app))
        deciding_go_on(app);
}

/* After a refused transaction; at once, or when the hold is over. */
static void deciding_resume(struct eh_app *app)
{
    int64_t wait_us = app->hold_until_us - eh_clock_monotonic_us();
    struct timeval wait = {wait_us / 1000000, wait_us % 1000000};
    app->accept_due = app->accept_time != NULL; /* it was not committed */
    if (app->hold_until_us > 0 && wait_us > 0)
        event_add(app->hold_over, &wait);
    else if (engine_fits(app))
        deciding_go_on(app);
}

static void deciding_begin(struct eh_app *app)
{
    struct eh_totals totals;
    const struct eh_desk *desk = eh_engine_desk(app->engine);
    struct eh_error error = {0};
    if (app_time_waits(app))
        return;
    if (app_time_ready(app, &error) < 0) {
        on_fatal(app, EH_EXIT_CONFIG, error.text);
        return;
    }
    if (!engine_fits(app))
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
    deciding_go_on(app);
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
    deciding_begin(context);
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
        deciding_resume(app);
    else
        deciding_begin(app);
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

static void engine_recover(struct eh_app *app)
{
    static const struct eh_recovery_callbacks callbacks = {.on_done = on_recovered,
                                                           .on_month = app_snapshot_past};
    app->recovery = eh_recovery_start(eh_store_reads(app->store), &app->head, &callbacks, app);
    if (!app->recovery)
        eh_store_restart(app->store, "recovery could not begin");
}

static void deciding_stop(struct eh_app *app)
{
    app->deciding = false;
    app->resuming = true;
    event_del(app->timer);
    app_history_stop(app);
    app_set_room(app);
}

/* Everything decided and not committed is forgotten; the engine goes back to the last commit. */
static void on_refused(void *context, const struct eh_refusal *refusal)
{
    struct eh_app *app = context;
    deciding_stop(app);
    app_refused(app, refusal);
    app->head = app->durable;
    engine_recover(app);
}

static void on_leading(void *context, const struct eh_head *head)
{
    struct eh_app *app = context;
    app->head = app->durable = *head;
    if (app->role == EH_ROLE_STOPPING)
        return;
    if (engine_still_good(app)) {
        deciding_begin(app);
        return;
    }
    engine_recover(app);
}

static void on_standby(void *context)
{
    struct eh_app *app = context;
    if (app->role == EH_ROLE_STOPPING)
        return;
    if (app->new_key) {
        on_fatal(app, EH_EXIT_CONFIG,
                 "--new-key: another evenhandd leads this desk, and has its key: nothing is lost "
                 "as long as it runs");
        return;
    }
    if (app->accept_time) {
        on_fatal(app, EH_EXIT_CONFIG,
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
    app_give_up_batch(app, filling, unknown);
    app_give_up_batch(app, recalling, unknown);
    app_give_up_list(app, &app->left_over, unknown);
    app_give_up_list(app, &app->in_flight, unknown);
    app_give_up_list(app, &app->settled, unknown);
    app_later_unread(app);
    app_suspects_forget(app);
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
    .on_refused = on_refused,
    .on_recalled = app_recalled,
    .on_committed = app_committed,
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

/* ---- Used by life.c. */

void app_begin_ticking(struct eh_app *app)
{
    app_tick_begin(app);
    app->start_time.wait = evtimer_new(app->base, on_time_waited, app);
    app->start_time.began_us = eh_clock_monotonic_us();
    app->hold_over = evtimer_new(app->base, on_hold_over, app);
    eh_require(app->start_time.wait && app->hold_over);
}

void app_forget_all(struct eh_app *app, const char *why)
{
    eh_batch_free(app->spare);
    app->spare = NULL;
    app_history_stop(app);
    app_suspects_forget(app);
    app->holding = app->following = 0;
    eh_alarm_clear(&app->alarms, EH_ALARM_OPEN_TICKETS);
    app_give_up_batch(app, app->filling, why);
    app_give_up_batch(app, app->recalling, why);
    app->filling = app->recalling = NULL;
    app_give_up_list(app, &app->left_over, why);
    app_give_up_list(app, &app->in_flight, why);
    app_give_up_list(app, &app->settled, why);
}

void app_final_writes(struct eh_app *app)
{
    app_checkpoint_write(app, app->head.input, app->head.digest, &app->head.chain);
    app_books_finish(app);
    if (app->head.input > app->snapshot_input)
        app_snapshot_take(app);
}

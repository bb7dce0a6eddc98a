/*
 * leader: leading, standing by, losing the lease: when the state is built again from the log, and
 * when inputs are taken.
 */
#include "lead/accounts.h"
#include "lead/inbox_trust.h"
#include "lead/parts.h"

#include <stdlib.h>

#include "host/log.h"
#include "host/loop.h"

static void on_fatal(void *context, int exit_code, const char *why)
{
    app_fatal(context, exit_code, why);
}

/* ---- Leading, standing by, losing. */

static void on_page(void *context, struct eh_outbox_batch *page)
{
    struct eh_app *app = context;
    if (page)
        app_accounts_name(app, page);
    eh_outbox_page(app->services.outbox, page);
}

void app_want_notices(void *context, uint64_t from_seq, uint64_t from_dead_input)
{
    struct eh_app *app = context;
    eh_store_page(app->services.store, from_seq, from_dead_input);
}

/* The engine is as the log is: key and time zone have to fit that. */
static bool engine_fits(struct eh_app *app)
{
    struct eh_totals totals;
    struct eh_error error = {0};
    const struct eh_desk *desk = eh_engine_desk(app->state.engine);
    eh_engine_totals(app->state.engine, &totals);
    if (app_key_ready(app, &totals, &error) < 0) {
        on_fatal(app, EH_EXIT_CONFIG, error.text);
        return false;
    }
    if (desk && eh_clock_set_zone(&app->services.clock, desk->time_zone, &error) < 0)
        app_error(app, error.text);
    return true;
}

static void deciding_go_on(struct eh_app *app)
{
    app_books_forget(app);
    app_decide_begin(app);
    app->state.resuming = false;
    app->state.deciding = true;
    app->state.role = app->state.role == EH_ROLE_STOPPING ? EH_ROLE_STOPPING : EH_ROLE_LEADER;
    eh_committed_from(app->state.engine, &app->state.committed);
    app->state.committed.dead_letters = app->state.head.dead_letters;
    app_snapshot_begin(app);
    app_set_room(app);
    app_timer_arm(app);
    app_wake(app);
    eh_loop_note("other", "");
    app_desk_file_begin(app);
    eh_loop_note("desk", "file");
}

static void on_hold_over(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct eh_app *app = context;
    if (app->state.resuming && app->state.engine && engine_fits(app))
        deciding_go_on(app);
}

/* After a refused transaction; at once, or when the hold is over. */
static void deciding_resume(struct eh_app *app)
{
    int64_t wait_us = app_refused_wait_us(app);
    struct timeval wait = {wait_us / 1000000, wait_us % 1000000};
    app_accept_time_again(app); /* it was not committed */
    if (wait_us > 0)
        event_add(app->leader.hold_over, &wait);
    else if (engine_fits(app))
        deciding_go_on(app);
}

static void deciding_begin(struct eh_app *app)
{
    struct eh_totals totals;
    struct eh_error error = {0};
    if (app_time_waits(app))
        return;
    if (app_time_ready(app, &error) < 0) {
        on_fatal(app, EH_EXIT_CONFIG, error.text);
        return;
    }
    if (!engine_fits(app))
        return;
    eh_engine_totals(app->state.engine, &totals);
    app_checkpoint_begin(app);
    app_seen_compare(app);
    eh_log(EH_LOG_INFO, "leading epoch=%llu input=%llu seq=%llu open=%llu waiting=%llu",
           (unsigned long long)app->state.head.epoch, (unsigned long long)app->state.head.input,
           (unsigned long long)app->state.head.seq, (unsigned long long)totals.open,
           (unsigned long long)totals.waiting);
    eh_outbox_start(app->services.outbox, app->state.head.seq, app->state.head.dead);
    eh_inbox_start(app->services.inbox, app->state.head.low, app->state.head.high);
    deciding_go_on(app);
    app_desk_file_check(app);
    eh_loop_note("desk", "file");
    if (app_new_key_asked(app) && !app_new_key_due(app))
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
    eh_recovery_free(app->leader.recovery);
    app->leader.recovery = NULL;
    if (!engine) {
        app_error(app, error->text);
        eh_log(EH_LOG_ERROR, "%s", error->text);
        if (error->code == EH_EUNAVAILABLE) {
            eh_store_restart(app->services.store, error->text);
        } else {
            app_leave(app, EXIT_FAILURE);
        }
        return;
    }
    eh_engine_free(app->state.engine);
    app->state.engine = engine;
    app_snapshot_recovered(app, app->state.head.input - been.replayed, been.latest_day);
    eh_log(EH_LOG_INFO, "recovered input=%llu replayed=%llu",
           (unsigned long long)app->state.head.input, (unsigned long long)been.replayed);
    if (app->state.resuming)
        deciding_resume(app);
    else
        deciding_begin(app);
}

/* Nothing was in flight when the link went: the engine in memory is what the head says. */
static bool engine_still_good(const struct eh_app *app)
{
    struct eh_totals totals;
    if (!app->state.engine)
        return false;
    eh_engine_totals(app->state.engine, &totals);
    return totals.input == app->state.head.input && totals.seq == app->state.head.seq &&
           eh_key_equal(eh_engine_digest(app->state.engine), app->state.head.digest);
}

static void engine_recover(struct eh_app *app)
{
    static const struct eh_recovery_callbacks callbacks = {.on_done = on_recovered,
                                                           .on_month = app_snapshot_past};
    app->leader.recovery =
        eh_recovery_start(eh_store_reads(app->services.store), &app->state.head, &callbacks, app);
    if (!app->leader.recovery)
        eh_store_restart(app->services.store, "recovery could not begin");
}

static void deciding_stop(struct eh_app *app)
{
    app->state.deciding = false;
    app->state.resuming = true;
    app_timer_stop(app);
    app_history_stop(app);
    app_set_room(app);
}

/* Everything decided and not committed is forgotten; the engine goes back to the last commit. */
static void on_refused(void *context, const struct eh_refusal *refusal)
{
    struct eh_app *app = context;
    deciding_stop(app);
    app_refused(app, refusal);
    app->state.head = app->state.durable;
    engine_recover(app);
}

static void on_leading(void *context, const struct eh_head *head)
{
    struct eh_app *app = context;
    app->state.head = app->state.durable = *head;
    if (app->state.role == EH_ROLE_STOPPING)
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
    if (app->state.role == EH_ROLE_STOPPING)
        return;
    if (app_new_key_asked(app)) {
        on_fatal(app, EH_EXIT_CONFIG,
                 "--new-key: another evenhandd leads this desk, and has its key: nothing is lost "
                 "as long as it runs");
        return;
    }
    if (app_accept_time_asked(app)) {
        on_fatal(app, EH_EXIT_CONFIG,
                 "--accept-time: another evenhandd leads this desk; stop it first: the time of the "
                 "log is the leader's");
        return;
    }
    app->state.role = EH_ROLE_STANDBY;
    eh_engine_free(app->state.engine); /* somebody else decides now: ours grows old */
    app->state.engine = NULL;
    app->state.committed.known = false;
    app_later_forget(app);
    eh_log(EH_LOG_INFO, "standing by: another evenhandd leads desk %s", app->services.desk_id);
}

static void on_lost(void *context, const char *why)
{
    struct eh_app *app = context;
    static const char unknown[] =
        "PostgreSQL went away before the answer; ask again (with the same Idempotency-Key)";
    bool led = app->state.deciding || app->state.resuming;
    app->state.deciding = app->state.resuming = false;
    app_refused_forget(app);
    event_del(app->leader.hold_over);
    if (app->state.role == EH_ROLE_LEADER)
        app->state.role = EH_ROLE_STARTING;
    if (led || app_in_flight(app))
        app_commit_failed(app, app_in_flight(app));
    app_error(app, why);
    eh_log(EH_LOG_WARNING, "holding: %s", why);
    eh_recovery_free(app->leader.recovery);
    app->leader.recovery = NULL;
    if (led) {
        eh_inbox_stop(app->services.inbox);
        eh_outbox_stop(app->services.outbox);
    }
    app_timer_stop(app);
    app_time_wait_no_more(app);
    app_history_stop(app);
    app_give_up_all(app, unknown);
    app_full_forget(app);
    app_later_unread(app);
    app_suspects_forget(app);
}

static void on_snapshot(void *context)
{
    struct eh_app *app = context;
    if (app->leader.recovery)
        eh_recovery_go_on(app->leader.recovery);
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
    if (up != app->leader.inbox_up)
        eh_log(up ? EH_LOG_INFO : EH_LOG_WARNING, "redis inbox %s%s%s", up ? "up" : "down",
               *why ? ": " : "", why);
    app->leader.inbox_up = up;
    if (lost) {
        app_alarm(app, EH_ALARM_INBOX_LOST,
                  "the inbox stream or its group was lost and made anew: %s", why);
        eh_outbox_recheck(app->services.outbox);
    }
    if (!up)
        app_error(app, why);
}

/* What waited for messages that stood there may go on. */
static void on_inbox_read(void *context)
{
    app_wake(context);
}

/* What is not decided yet may fill the room; deciding it looks again. */
static void on_inbox_releasable(void *context)
{
    struct eh_app *app = context;
    const struct eh_batch *b = app_waiting(app, NULL);
    if ((!b || b->item_count == 0) && !app_recalling(app))
        app_full_look(app);
}

const struct eh_inbox_callbacks app_inbox_callbacks = {.on_entries = app_take_entries,
                                                       .on_state = on_inbox_state,
                                                       .on_end = app_inbox_end,
                                                       .on_read = on_inbox_read,
                                                       .on_releasable = on_inbox_releasable,
                                                       .on_doubt = app_inbox_doubt};

/* ---- Used by life.c. */

void app_begin(struct eh_app *app)
{
    app_tick_begin(app);
    app_time_begin(app, on_time_waited);
    app->leader.hold_over = evtimer_new(app->services.base, on_hold_over, app);
    eh_require(app->leader.hold_over);
}

void app_forget_all(struct eh_app *app, const char *why)
{
    app_history_stop(app);
    app_bias_stop(app);
    app_alarm_clear(app, EH_ALARM_BIAS);
    app_suspects_forget(app);
    app_full_forget(app);
    app_alarm_clear(app, EH_ALARM_OPEN_TICKETS);
    app_give_up_all(app, why);
}

void app_end(struct eh_app *app)
{
    app_later_free(app);
    app_checkpoint_end(app);
    eh_recovery_free(app->leader.recovery);
    eh_engine_free(app->state.engine);
    if (app->leader.hold_over)
        event_free(app->leader.hold_over);
    app_tick_end(app);
    app_time_end(app);
    app_books_end(app);
    app_bias_stop(app);
    app_step_end(app);
    eh_repeats_done(&app->state.repeated);
}

void app_stop(struct eh_app *app)
{
    app->state.role = EH_ROLE_STOPPING;
    app_later_flush(app);
    app_set_room(app);
    app_wake(app);
}

enum eh_role app_role(const struct eh_app *app)
{
    return app->state.role;
}

bool app_deciding(const struct eh_app *app)
{
    return app->state.deciding;
}

const struct eh_head *app_head(const struct eh_app *app)
{
    return &app->state.head;
}

bool app_inbox_up(const struct eh_app *app)
{
    return app->leader.inbox_up;
}

bool app_recovering(const struct eh_app *app)
{
    return app->leader.recovery != NULL;
}

void app_final_writes(struct eh_app *app)
{
    const struct eh_head *head = &app->state.head;
    app_checkpoint_write(app, head->input, head->digest, &head->chain);
    app_books_finish(app);
    app_snapshot_last(app);
}

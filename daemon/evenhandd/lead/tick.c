/*
 * tick: what is there goes into a batch as soon as there is a place for it in flight: it is looked
 * up, decided, committed; then acknowledged, published and answered.
 */
#include "lead/accounts.h"
#include "lead/parts.h"
#include "lead/timely.h"

#include <stdlib.h>

#include "host/log.h"
#include "host/loop.h"

void app_timer_arm(struct eh_app *app)
{
    int64_t now = eh_clock_now_us(&app->services.clock);
    int64_t next = eh_clock_next_day_us(&app->services.clock, now), due = app_due_us(app);
    int64_t later = app_later_due_us(app);
    due = due < later ? due : later;
    int64_t wait = (due < next ? due : next) - now;
    if (wait < 1000)
        wait = 1000;
    struct timeval tv = {wait / 1000000, wait % 1000000};
    event_add(app->tick.timer, &tv);
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
    if (!app->state.deciding || app_recalling(app) ||
        eh_store_committing(app->services.store) >= EH_COMMITS_MAX)
        return;
    app_later_move(app, eh_clock_now_us(&app->services.clock));
    const struct eh_batch *next = app_next(app);
    bool something = (next && next->item_count > 0) || app_time_brings(app);
    if (!something)
        app_timer_arm(app); /* the loop's coarse clock may wake us just before the moment */
    if (!something || app_history_holds(app) || !app_filling(app))
        return;
    int r = eh_store_recall(app->services.store, app_recall_next(app));
    if (r < 0 && app_recalling(app)) /* otherwise on_lost was told and has freed it */
        eh_store_restart(app->services.store, "postgres: nothing could be looked up");
}

void app_recalled(void *context, struct eh_batch *b)
{
    struct eh_app *app = context;
    struct eh_error error = {0};
    app_recall_ended(app);
    eh_loop_note("other", "");
    int r = app_decide(app, b, &error);
    eh_loop_note("rows", "");
    app_decided(app, b);
    if (r < 0) {
        if (r == -EH_ENOMEM) { /* it would happen again and again: better to begin anew */
            app_fatal(app, EXIT_FAILURE, error.text);
            return;
        }
        eh_log(EH_LOG_ERROR, "%s", error.text);
        eh_store_restart(app->services.store, error.text);
        return;
    }
    app_sent(app, b);
    if (eh_store_commit(app->services.store, b) < 0)
        return;
    eh_loop_note("commit", "");
    app_snapshot_maybe(app);
    app_timer_arm(app);
    app_set_room(app);
    app_wake(app);
}

static void batch_acknowledge(struct eh_app *app, const struct eh_batch *b)
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
        eh_inbox_done(app->services.inbox, ids, count);
    app_full_hold(app, b);
    app_holds_take(app, b);
}

/* What the shell has to know of a committed input beyond handing it on. */
static void batch_follow(struct eh_app *app, const struct eh_batch *b)
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

static void batch_publish(struct eh_app *app, const struct eh_batch *b)
{
    struct eh_outbox_batch *told = eh_batch_notices(b);
    app_accounts_name(app, told);
    eh_outbox_publish(app->services.outbox, told);
}

void app_committed(void *context, struct eh_batch *b)
{
    struct eh_app *app = context;
    app_confirmed(app, b);
    eh_loop_note("other", "");
    app_refused_over(app, b);
    batch_acknowledge(app, b);
    if (b->effects.count > 0 || b->dead_count > 0)
        batch_publish(app, b);
    batch_follow(app, b);
    app_checkpoint_maybe(app, b);
    for (size_t i = 0; i < b->item_count; i++)
        app_answer(app, &b->items[i], &b->items[i].result);
    app_tell_watchers(b, true);
    app_settle(app, b);
    eh_loop_note("committed", "");
    app_books_soon(app);
    app_set_room(app);
    app_wake(app);
}

void app_tick_begin(struct eh_app *app)
{
    app_pipeline_begin(app, on_tick);
    app->tick.timer = evtimer_new(app->services.base, on_timer, app);
    eh_require(app->tick.timer);
}

void app_timer_stop(struct eh_app *app)
{
    event_del(app->tick.timer);
}

void app_tick_end(struct eh_app *app)
{
    if (app->tick.timer)
        event_free(app->tick.timer);
    app->tick.timer = NULL;
    app_pipeline_end(app);
}

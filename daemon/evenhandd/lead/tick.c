/*
 * tick: what is there goes into a batch as soon as there is a place for it in flight: it is looked
 * up, decided, committed; then acknowledged, published and answered.
 */
#include "lead/app_private.h"

#include <stdlib.h>

#include "host/log.h"
#include "host/loop.h"

static bool time_brings(struct eh_app *app)
{
    struct eh_totals totals;
    int64_t now = eh_clock_now_us(&app->clock);
    eh_engine_totals(app->engine, &totals);
    return app->new_key_due || app->accept_due || eh_skips_ticket(&app->skips) ||
           totals.rules < EH_RULES_LAST || !totals.committed ||
           eh_engine_due_us(app->engine) <= now || eh_clock_date(&app->clock, now) > totals.date;
}

void app_timer_arm(struct eh_app *app)
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
        app_timer_arm(app); /* the loop's coarse clock may wake us just before the moment */
    if (!something || app_history_holds(app) || !app_filling(app))
        return;
    app->recalling = app_take_next(app);
    int r = eh_store_recall(app->store, app->recalling);
    if (r < 0 && app->recalling) /* otherwise on_lost was told and has freed it */
        eh_store_restart(app->store, "postgres: nothing could be looked up");
}

void app_recalled(void *context, struct eh_batch *b)
{
    struct eh_app *app = context;
    struct eh_error error = {0};
    app->recalling = NULL;
    eh_loop_note("other", "");
    int r = app_decide(app, b, &error);
    eh_loop_note("rows", "");
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
        if (r ==
            -EH_ENOMEM) { /* the same would batch_follow, again and again: better to begin anew */
            app_fatal(app, EXIT_FAILURE, error.text);
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
        eh_inbox_done(app->inbox, ids, count);
    app_full_hold(app, b);
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

void app_committed(void *context, struct eh_batch *b)
{
    struct eh_app *app = context;
    eh_require(app->in_flight == b);
    app->in_flight = b->next;
    if (!app->in_flight)
        app->in_flight_last = NULL;
    b->next = NULL;
    eh_loop_note("other", "");
    app_pace_commit(app, b);
    app_refused_over(app, b);
    batch_acknowledge(app, b);
    if (b->effects.count > 0 || b->dead_count > 0)
        eh_outbox_publish(app->outbox, eh_batch_notices(b));
    batch_follow(app, b);
    app_checkpoint_maybe(app, b);
    for (size_t i = 0; i < b->item_count; i++)
        app_answer(app, &b->items[i], &b->items[i].result);
    app_tell_watchers(b, true);
    if (app->recalling) { /* its lookup may not have seen this batch */
        b->next = app->settled;
        app->settled = b;
    } else {
        app_done_with(app, b);
    }
    eh_loop_note("committed", "");
    app_books_soon(app);
    app_set_room(app);
    app_wake(app);
}

void app_tick_begin(struct eh_app *app)
{
    app->tick = event_new(app->base, -1, 0, on_tick, app);
    app->timer = evtimer_new(app->base, on_timer, app);
    eh_require(app->tick && app->timer);
    eh_pace_begin(&app->pace);
}

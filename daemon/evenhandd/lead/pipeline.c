/*
 * pipeline: the batches on their way: which is next, what of one is left for the next, what may be
 * read ahead, and what the state comes to as far as it is committed.
 */
#include "lead/parts.h"

void app_wake(struct eh_app *app)
{
    event_active(app->pipeline.tick, EV_TIMEOUT, 0);
}

static struct eh_batch *batch_empty(struct eh_app *app)
{
    struct eh_batch *b = app->pipeline.spare;
    app->pipeline.spare = NULL;
    return b || eh_batch_new(&b, NULL) == 0 ? b : NULL;
}

struct eh_batch *app_filling(struct eh_app *app)
{
    if (!app->pipeline.filling)
        app->pipeline.filling = batch_empty(app);
    return app->pipeline.filling;
}

/* Its memory serves another. */
static void batch_reuse(struct eh_app *app, struct eh_batch *b)
{
    eh_batch_free(app->pipeline.spare);
    eh_batch_clear(b);
    app->pipeline.spare = b;
}

struct eh_batch *app_next(struct eh_app *app)
{
    return app->pipeline.left_over ? app->pipeline.left_over : app->pipeline.filling;
}

static struct eh_batch *next_take(struct eh_app *app)
{
    struct eh_batch *b = app_next(app);
    if (b == app->pipeline.filling)
        app->pipeline.filling = NULL;
    else
        app->pipeline.left_over = b->next;
    if (b)
        b->next = NULL;
    return b;
}

struct eh_batch *app_recall_next(struct eh_app *app)
{
    return app->pipeline.recalling = next_take(app);
}

void app_recall_ended(struct eh_app *app)
{
    app->pipeline.recalling = NULL;
}

bool app_recalling(const struct eh_app *app)
{
    return app->pipeline.recalling != NULL;
}

int app_carry(struct eh_app *app, struct eh_batch *b, size_t first)
{
    struct eh_batch *rest = batch_empty(app);
    if (!rest)
        return -EH_ENOMEM;
    rest->next = app->pipeline.left_over;
    app->pipeline.left_over = rest;
    return eh_batch_move(b, first, rest);
}

bool app_pipeline_empty(const struct eh_app *app)
{
    return !app->pipeline.in_flight && !app->pipeline.recalling && !app->pipeline.left_over &&
           app->pipeline.apart_entries == 0 &&
           (!app->pipeline.filling || app->pipeline.filling->item_count == 0);
}

/* ---- In flight, and behind. */

void app_decided(struct eh_app *app, struct eh_batch *b)
{
    struct eh_pipeline *p = &app->pipeline;
    struct eh_batch *settled = p->settled;
    p->settled = NULL;
    for (struct eh_batch *next; settled; settled = next) {
        next = settled->next;
        batch_reuse(app, settled);
    }
    if (p->in_flight_last)
        p->in_flight_last->next = b;
    else
        p->in_flight = b;
    p->in_flight_last = b;
}

void app_sent(struct eh_app *app, struct eh_batch *b)
{
    app->pipeline.batches++;
    b->sent_us = eh_clock_monotonic_us();
}

const struct eh_batch *app_in_flight(const struct eh_app *app)
{
    return app->pipeline.in_flight;
}

struct eh_batch *app_in_flight_last(const struct eh_app *app)
{
    return app->pipeline.in_flight_last;
}

const struct eh_batch *app_settled(const struct eh_app *app)
{
    return app->pipeline.settled;
}

void app_settle(struct eh_app *app, struct eh_batch *b)
{
    if (app_recalling(app)) { /* its lookup may not have seen this batch */
        b->next = app->pipeline.settled;
        app->pipeline.settled = b;
    } else {
        batch_reuse(app, b);
    }
}

/* ---- Taken out again. */

struct eh_batch *app_take_in_flight(struct eh_app *app)
{
    struct eh_batch *b = app->pipeline.in_flight;
    app->pipeline.in_flight = app->pipeline.in_flight_last = NULL;
    return b;
}

struct eh_batch *app_take_recalling(struct eh_app *app)
{
    struct eh_batch *b = app->pipeline.recalling;
    app->pipeline.recalling = NULL;
    return b;
}

struct eh_batch *app_take_settled(struct eh_app *app)
{
    struct eh_batch *b = app->pipeline.settled;
    app->pipeline.settled = NULL;
    return b;
}

static struct eh_batch *list_append(struct eh_batch *list, struct eh_batch *more)
{
    struct eh_batch **end = &list;
    while (*end)
        end = &(*end)->next;
    *end = more;
    return list;
}

struct eh_batch *app_take_all(struct eh_app *app)
{
    struct eh_pipeline *p = &app->pipeline;
    struct eh_batch *all = list_append(p->filling, p->recalling);
    all = list_append(all, p->left_over);
    all = list_append(all, p->in_flight);
    all = list_append(all, p->settled);
    p->filling = p->recalling = p->left_over = p->settled = NULL;
    p->in_flight = p->in_flight_last = NULL;
    return all;
}

void app_put_first(struct eh_app *app, struct eh_batch *list)
{
    app->pipeline.left_over = list_append(list, app->pipeline.left_over);
}

struct eh_batch *app_waiting(const struct eh_app *app, const struct eh_batch *after)
{
    const struct eh_pipeline *p = &app->pipeline;
    if (after && after == p->filling)
        return NULL;
    struct eh_batch *b = after ? after->next : p->left_over;
    return b ? b : p->filling;
}

/* ---- Room: how much may be read ahead of what is committed. */

static size_t batch_entries(const struct eh_batch *b)
{
    return b->item_count - b->command_count;
}

static void entries_hold(struct eh_app *app, const struct eh_batch *b)
{
    for (; b; b = b->next) {
        app->pipeline.in_flight_entries += batch_entries(b);
        app->pipeline.in_flight_bytes += b->bytes;
    }
}

void app_hold_apart(struct eh_app *app, size_t entries, size_t bytes)
{
    app->pipeline.apart_entries = entries;
    app->pipeline.apart_bytes = bytes;
}

void app_set_room(struct eh_app *app)
{
    app->pipeline.in_flight_entries = app->pipeline.apart_entries;
    app->pipeline.in_flight_bytes = app->pipeline.apart_bytes;
    entries_hold(app, app->pipeline.filling);
    entries_hold(app, app->pipeline.recalling);
    entries_hold(app, app->pipeline.left_over);
    entries_hold(app, app->pipeline.in_flight);
    size_t held = app->pipeline.in_flight_entries, room = 0;
    size_t most = (size_t)app->services.config->inflight_entries;
    /* Without a desk every ticket would be refused: they wait in Redis until there is one. */
    if (app->state.deciding && app->pipeline.apart_entries == 0 &&
        app->state.role == EH_ROLE_LEADER && eh_engine_desk(app->state.engine) && held < most &&
        app->pipeline.in_flight_bytes < (size_t)app->services.config->inflight_bytes) {
        size_t batch = EH_BATCH_ENTRIES_MAX -
                       (app->pipeline.filling ? batch_entries(app->pipeline.filling) : 0);
        room = most - held < batch ? most - held : batch;
    }
    eh_inbox_set_room(app->services.inbox, room);
    app_full_look(app);
}

/* ---- What is committed, and how much at once. */

void eh_committed_from(const struct eh_engine *engine, struct eh_committed *ret)
{
    *ret = (struct eh_committed){.known = true, .has_desk = eh_engine_desk(engine) != NULL};
    eh_engine_totals(engine, &ret->totals);
    ret->totals.desk_text = eh_str(NULL);
}

/* A batch that writes nothing leaves digest and chain as they stand. */
void app_head_advance(struct eh_head *head, const struct eh_batch *b)
{
    head->input = b->to_input;
    head->seq = b->to_seq;
    head->dead = b->head_dead;
    head->dead_letters += b->dead_count;
    head->at_us = b->at_us;
    head->high = b->high;
    head->low = b->low;
    if (b->record_count == 0)
        return;
    head->digest = b->digest;
    head->chain = b->chain;
    head->state = EH_STATE_VERSION;
}

void app_confirmed(struct eh_app *app, struct eh_batch *b)
{
    struct eh_pipeline *p = &app->pipeline;
    eh_require(p->in_flight == b);
    p->in_flight = b->next;
    if (!p->in_flight)
        p->in_flight_last = NULL;
    b->next = NULL;
    int64_t now_us = eh_clock_monotonic_us();
    int64_t began_us = b->sent_us > p->answered_us ? b->sent_us : p->answered_us;
    p->answered_us = now_us;
    app->state.committed = b->after;
    app_head_advance(&app->state.durable, b);
    if (b->record_count > 0)
        eh_pace_committed(&p->pace, eh_batch_weight(b), now_us - began_us);
}

uint32_t app_batch_most(const struct eh_app *app)
{
    return app->pipeline.pace.most;
}

void app_batch_least(struct eh_app *app)
{
    app->pipeline.pace.most = EH_PACE_LEAST;
}

void app_commit_failed(struct eh_app *app, const struct eh_batch *too_slow)
{
    app->pipeline.commits_failed++;
    if (too_slow)
        eh_pace_failed(&app->pipeline.pace, eh_batch_weight(too_slow));
}

uint64_t app_batches(const struct eh_app *app)
{
    return app->pipeline.batches;
}

size_t app_entries_in_flight(const struct eh_app *app)
{
    return app->pipeline.in_flight_entries;
}

void app_pipeline_show(const struct eh_app *app, struct eh_app_status *ret)
{
    ret->in_flight = app->pipeline.in_flight_entries;
    ret->batches = app->pipeline.batches;
    ret->commits_failed = app->pipeline.commits_failed;
}

void app_pipeline_begin(struct eh_app *app, event_callback_fn on_tick)
{
    app->pipeline.tick = event_new(app->services.base, -1, 0, on_tick, app);
    eh_require(app->pipeline.tick);
    eh_pace_begin(&app->pipeline.pace);
}

void app_pipeline_end(struct eh_app *app)
{
    eh_batch_free(app->pipeline.spare);
    app->pipeline.spare = NULL;
    if (app->pipeline.tick)
        event_free(app->pipeline.tick);
    app->pipeline.tick = NULL;
}

/*
 * pipeline: the batches on their way: which is next, what of one is left for the next, what may be
 * read ahead, and what the state comes to as far as it is committed.
 */
#include "lead/app_private.h"

void app_wake(struct eh_app *app)
{
    event_active(app->tick, EV_TIMEOUT, 0);
}

struct eh_batch *app_filling(struct eh_app *app)
{
    if (!app->filling)
        app->filling = app_empty_batch(app);
    return app->filling;
}

struct eh_batch *app_empty_batch(struct eh_app *app)
{
    struct eh_batch *b = app->spare ? app->spare : eh_batch_new();
    app->spare = NULL;
    return b;
}

void app_done_with(struct eh_app *app, struct eh_batch *b)
{
    eh_batch_free(app->spare);
    eh_batch_clear(b);
    app->spare = b;
}

struct eh_batch *app_next(struct eh_app *app)
{
    return app->left_over ? app->left_over : app->filling;
}

struct eh_batch *app_take_next(struct eh_app *app)
{
    struct eh_batch *b = app_next(app);
    if (b == app->filling)
        app->filling = NULL;
    else
        app->left_over = b->next;
    if (b)
        b->next = NULL;
    return b;
}

int app_carry(struct eh_app *app, struct eh_batch *b, size_t first)
{
    struct eh_batch *rest = app_empty_batch(app);
    if (!rest)
        return -EH_ENOMEM;
    rest->next = app->left_over;
    app->left_over = rest;
    return eh_batch_move(b, first, rest);
}

bool app_pipeline_empty(const struct eh_app *app)
{
    return !app->in_flight && !app->recalling && !app->left_over && !app->suspects &&
           (!app->filling || app->filling->item_count == 0);
}

/* ---- Room: how much may be read ahead of what is committed. */

static size_t entries_of(const struct eh_batch *b)
{
    return b->item_count - b->command_count;
}

static void hold(struct eh_app *app, const struct eh_batch *b)
{
    for (; b; b = b->next) {
        app->in_flight_entries += entries_of(b);
        app->in_flight_bytes += b->bytes;
    }
}

void app_set_room(struct eh_app *app)
{
    app->in_flight_entries = app->suspect_entries;
    app->in_flight_bytes = app->suspect_bytes;
    hold(app, app->filling);
    hold(app, app->recalling);
    hold(app, app->left_over);
    hold(app, app->in_flight);
    size_t held = app->in_flight_entries, room = 0;
    size_t most = (size_t)app->config->inflight_entries;
    /* Without a desk every ticket would be refused: they wait in Redis until there is one. */
    if (app->deciding && !app->suspects && app->role == EH_ROLE_LEADER &&
        eh_engine_desk(app->engine) && held < most &&
        app->in_flight_bytes < (size_t)app->config->inflight_bytes) {
        size_t batch = EH_BATCH_ENTRIES_MAX - (app->filling ? entries_of(app->filling) : 0);
        room = most - held < batch ? most - held : batch;
    }
    eh_inbox_set_room(app->inbox, room);
    app_full_look(app);
}

/* ---- What is committed. */

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

void app_pace_commit(struct eh_app *app, const struct eh_batch *b)
{
    int64_t now_us = eh_clock_monotonic_us();
    int64_t began_us = b->sent_us > app->answered_us ? b->sent_us : app->answered_us;
    app->answered_us = now_us;
    app->committed = b->after;
    app_head_advance(&app->durable, b);
    if (b->record_count > 0)
        eh_pace_committed(&app->pace, eh_batch_weight(b), now_us - began_us);
}

/*
 * later: signals of the admin socket, said more often than they may become inputs.
 *
 * A signal is a state, so of a rep's signals the last one said is the one that counts. What comes
 * above the rate of inputs (eh_engine_signal_from) is kept here until the rate allows it, one a
 * rep; whatever is said meanwhile takes its place. It is answered as not logged yet, and a clean
 * stop logs it. Entries of the stream are always inputs: the sweep after a restart hands over again
 * what the log does not have, and out of order.
 */
#include "app_private.h"

#include <stdlib.h>

/* Of one rep. `id` tells it from what takes its place; 0: a free slot. */
struct later {
    uint64_t id;
    struct eh_key rep;
    int64_t due_us;
    bool moved;     /* on its way in a batch */
    uint8_t *bytes; /* the message */
    size_t size;
};

struct eh_later {
    struct eh_table by_rep; /* -> slot */
    struct later *items;
    size_t count, capacity, bytes;
    uint64_t last_id;
    int64_t next_us; /* none is due before it */
};

static struct eh_later *of(struct eh_app *app)
{
    if (!app->later) {
        app->later = calloc(1, sizeof *app->later);
        eh_require(app->later);
        app->later->next_us = EH_TIME_NEVER;
    }
    return app->later;
}

static struct later *find(struct eh_later *l, struct eh_key rep)
{
    uint64_t at;
    return eh_table_get(&l->by_rep, rep, &at) ? &l->items[at] : NULL;
}

/* ---- Kept, and away again. */

static void drop(struct eh_later *l, struct later *kept)
{
    eh_table_remove(&l->by_rep, kept->rep);
    l->bytes -= kept->size;
    free(kept->bytes);
    *kept = (struct later){.id = 0};
}

void app_later_forget(struct eh_app *app)
{
    struct eh_later *l = app->later;
    for (size_t i = 0; l && i < l->count; i++)
        if (l->items[i].id)
            drop(l, &l->items[i]);
}

void app_later_free(struct eh_app *app)
{
    app_later_forget(app);
    if (app->later) {
        eh_table_done(&app->later->by_rep);
        free(app->later->items);
    }
    free(app->later);
    app->later = NULL;
}

static struct later *free_slot(struct eh_later *l)
{
    for (size_t i = 0; i < l->count; i++)
        if (!l->items[i].id)
            return &l->items[i];
    if (l->count == l->capacity) {
        size_t more = l->capacity ? l->capacity * 2 : 16;
        struct later *items = realloc(l->items, more * sizeof *items);
        if (!items)
            return NULL;
        l->items = items;
        l->capacity = more;
    }
    l->items[l->count] = (struct later){.id = 0};
    return &l->items[l->count++];
}

/* False: there is no room for it; it becomes an input. */
static bool keep(struct eh_later *l, const struct eh_message *m, struct eh_key rep, int64_t due_us)
{
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    struct later *before = find(l, rep);
    if (before)
        drop(l, before);
    eh_message_encode(m, 0, &bytes);
    if (bytes.failed || l->bytes + bytes.size > EH_LATER_BYTES_MAX)
        return false;
    struct later *slot = free_slot(l);
    if (!slot || eh_table_put(&l->by_rep, rep, (uint64_t)(slot - l->items)) < 0)
        return false;
    *slot = (struct later){.id = ++l->last_id, .rep = rep, .due_us = due_us, .size = bytes.size};
    slot->bytes = bytes.data; /* taken over */
    bytes.data = NULL;
    l->bytes += slot->size;
    l->next_us = due_us < l->next_us ? due_us : l->next_us;
    return true;
}

/* ---- Decided. */

static bool repeats(struct eh_app *app, struct eh_item *item, uint64_t input, int64_t from_us,
                    int64_t until_us)
{
    app->repeats++;
    item->result = (struct eh_command_result){
        .repeat = true, .input = input, .from_us = from_us, .until_us = until_us, .message = ""};
    return true;
}

bool app_later_takes(struct eh_app *app, const struct eh_batch *b, struct eh_item *item)
{
    const struct eh_message *m = &item->input.message;
    int64_t from = b->at_us, until = EH_TIME_NEVER;
    if (m->type != EH_MESSAGE_SIGNAL)
        return false;
    struct eh_later *l = of(app);
    struct eh_key rep = eh_key_of_text(m->rep);
    struct later *kept = find(l, rep);
    if (item->later && (!kept || kept->id != item->later)) /* another one was said meanwhile */
        return repeats(app, item, b->to_input, from, until);
    if (kept && kept->id != item->later) /* its own is kept until it is committed */
        drop(l, kept);
    if (item->input.origin == EH_ORIGIN_STREAM || app->role == EH_ROLE_STOPPING)
        return false;
    if (eh_engine_signal_is_repeat(app->engine, m, &from, &until))
        return repeats(app, item, b->to_input, from, until);
    int64_t due = eh_engine_signal_from(app->engine, m, b->at_us);
    if (due <= b->at_us || !keep(l, m, rep, due))
        return false;
    item->result =
        (struct eh_command_result){.later = true, .from_us = due, .until_us = until, .message = ""};
    return true;
}

/* ---- Its time has come. */

struct waiter {
    struct eh_app *app;
    struct eh_key rep;
    uint64_t id;
};

/* Not committed: it is tried again, unless something else was said. */
static void on_done(void *context, const struct eh_command_result *result)
{
    const struct waiter *waiter = context;
    struct eh_later *l = waiter->app->later;
    struct later *kept = l ? find(l, waiter->rep) : NULL;
    if (!kept || kept->id != waiter->id)
        return;
    if (result->code == -EH_EUNAVAILABLE) {
        kept->moved = false;
        l->next_us = kept->due_us < l->next_us ? kept->due_us : l->next_us;
    } else {
        drop(l, kept);
    }
}

static struct eh_command *command_of(struct eh_app *app, const struct later *kept)
{
    struct eh_command *c = eh_command_new(EH_MESSAGE_SIGNAL, on_done, NULL);
    struct waiter *waiter = c ? eh_arena_alloc(&c->arena, sizeof *waiter) : NULL;
    void *bytes = waiter ? eh_arena_copy(&c->arena, kept->bytes, kept->size) : NULL;
    if (!bytes) {
        eh_command_free(c);
        return NULL;
    }
    c->message = (struct eh_message){0};
    eh_require(eh_message_decode(eh_str_n(bytes, kept->size), &c->message, NULL) == 0);
    *waiter = (struct waiter){app, kept->rep, kept->id};
    c->context = waiter;
    c->patient = c->reserve = true;
    c->later = kept->id;
    return c;
}

static bool move(struct eh_app *app, const struct later *kept)
{
    struct eh_error error = {0};
    struct eh_command *c = command_of(app, kept);
    if (c && eh_app_submit(app, c, &error) == 0)
        return true;
    eh_command_free(c);
    return false;
}

int64_t app_later_due_us(const struct eh_app *app)
{
    return app->later ? app->later->next_us : EH_TIME_NEVER;
}

/* What finds no place now is due still: the next tick tries again. */
void app_later_move(struct eh_app *app, int64_t now_us)
{
    struct eh_later *l = app->later;
    if (!l || l->next_us > now_us)
        return;
    l->next_us = EH_TIME_NEVER;
    for (size_t i = 0; i < l->count; i++) {
        struct later *kept = &l->items[i];
        if (!kept->id || kept->moved)
            continue;
        kept->moved = kept->due_us <= now_us && move(app, kept);
        if (!kept->moved && kept->due_us < l->next_us)
            l->next_us = kept->due_us;
    }
}

void app_later_flush(struct eh_app *app)
{
    struct eh_later *l = app->later;
    for (size_t i = 0; l && i < l->count; i++)
        l->items[i].due_us = 0;
    if (l && l->count)
        l->next_us = 0;
}

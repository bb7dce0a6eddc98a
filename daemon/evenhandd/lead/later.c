/*
 * later: signals that are said more often than they may become inputs.
 *
 * A signal is a state, so only a rep's last signal counts. A signal above the rate of inputs
 * (eh_engine_signal_from) is kept here until the rate allows it, one a rep, whether it came over
 * the socket or the stream. The next signal of the rep takes its place.
 *
 * A kept signal of the socket is answered as not logged yet, and a clean stop logs it. A kept
 * signal of the stream is not acknowledged before it is logged: its entry stays pending, in flight
 * for the inbox, and comes again after a kill. An entry whose place is taken is acknowledged
 * without an input. The sweep after a kill hands it over again, behind the pending entries: the
 * engine knows the newest id that was taken, and tells that this one is old. A signal of the socket
 * that takes the place of an entry is logged with the id of the entry, which is acknowledged then.
 */
#include "lead/intake.h"
#include "lead/parts.h"

#include <stdlib.h>

#include "redis/stream_id.h"

#define MOVED_AT_ONCE 16 /* into one batch: commands have their places, too */

/* The kept signal of a rep. `id` tells it from a signal that takes its place; 0: a free slot. */
struct later {
    uint64_t id;
    struct eh_key rep;
    int64_t due_us;
    bool moved;     /* on its way in a batch ... */
    bool decided;   /* ... and an input there */
    char encoding;  /* of an entry of the stream; 0: it was said over the socket */
    uint8_t *bytes; /* the entry's body, or the message */
    size_t size;
    struct eh_stream_id entry; /* the newest entry that it is or takes the place of; 0-0: none */
    bool owned;                /* ... which is pending until this is logged */
};

struct eh_later {
    struct eh_table by_rep; /* -> slot */
    struct later *items;
    size_t count, capacity, bytes;
    size_t free_from; /* no slot before it is free */
    uint64_t last_id;
    int64_t next_us; /* none is due before it */
};

static struct eh_later *of(struct eh_app *app)
{
    if (!app->later.kept) {
        app->later.kept = calloc(1, sizeof *app->later.kept);
        eh_require(app->later.kept);
        app->later.kept->next_us = EH_TIME_NEVER;
    }
    return app->later.kept;
}

static struct later *find(struct eh_later *l, struct eh_key rep)
{
    uint64_t at;
    return eh_table_get(&l->by_rep, rep, &at) ? &l->items[at] : NULL;
}

/* ---- Keeping signals and dropping them. */

static void drop(struct eh_later *l, struct later *kept)
{
    eh_table_remove(&l->by_rep, kept->rep);
    size_t at = (size_t)(kept - l->items);
    l->free_from = at < l->free_from ? at : l->free_from;
    l->bytes -= kept->size;
    free(kept->bytes);
    *kept = (struct later){.id = 0};
}

/* All that is in flight will be read again: drops the kept signals of the stream. */
void app_later_unread(struct eh_app *app)
{
    struct eh_later *l = app->later.kept;
    for (size_t i = 0; l && i < l->count; i++) {
        struct later *kept = &l->items[i];
        if (kept->id && kept->encoding)
            drop(l, kept);
        kept->moved = kept->decided = kept->owned = false;
        l->next_us = kept->id && kept->due_us < l->next_us ? kept->due_us : l->next_us;
    }
}

void app_later_forget(struct eh_app *app)
{
    struct eh_later *l = app->later.kept;
    for (size_t i = 0; l && i < l->count; i++)
        if (l->items[i].id)
            drop(l, &l->items[i]);
}

void app_later_free(struct eh_app *app)
{
    app_later_forget(app);
    if (app->later.kept) {
        eh_table_done(&app->later.kept->by_rep);
        free(app->later.kept->items);
    }
    free(app->later.kept);
    app->later.kept = NULL;
}

static struct later *free_slot(struct eh_later *l)
{
    while (l->free_from < l->count && l->items[l->free_from].id)
        l->free_from++;
    if (l->free_from < l->count)
        return &l->items[l->free_from];
    if (eh_array_room(&l->items, &l->capacity, l->count + 1, EH_ARRAY_MAX) < 0)
        return NULL;
    l->items[l->count] = (struct later){.id = 0};
    return &l->items[l->count++];
}

/* Copies what is kept of a signal. An entry is kept as it came, to be decoded once more. */
static bool copy_of(const struct eh_item *item, struct eh_bytes *bytes)
{
    if (item->input.origin == EH_ORIGIN_STREAM)
        eh_bytes_put(bytes, item->body.data, item->body.size);
    else
        eh_message_encode(&item->input.message, 0, bytes);
    return !bytes->failed;
}

/* Keeps a signal of a rep of whom none is kept. False: there is no room, so it becomes an input. */
static bool keep(struct eh_later *l, const struct eh_item *item, struct later as)
{
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    if (!copy_of(item, &bytes) || l->bytes + bytes.size > EH_LATER_BYTES_MAX)
        return false;
    struct later *slot = free_slot(l);
    if (!slot || eh_table_put(&l->by_rep, as.rep, (uint64_t)(slot - l->items)) < 0)
        return false;
    *slot = as;
    slot->id = ++l->last_id;
    slot->encoding = item->input.origin == EH_ORIGIN_STREAM ? item->encoding : 0;
    slot->size = bytes.size;
    slot->bytes = bytes.data; /* taken over */
    bytes.data = NULL;
    l->bytes += slot->size;
    l->next_us = slot->due_us < l->next_us ? slot->due_us : l->next_us;
    return true;
}

/* ---- Decided. */

struct place {
    struct eh_stream_id entry;
    bool owned;
};

/* Drops the kept signal, because the rep said something else. Returns the entry that it stands for.
 */
static struct place place_take(struct eh_app *app, struct eh_later *l, struct later *kept)
{
    if (!kept)
        return (struct place){.owned = false};
    struct place place = {kept->entry, kept->owned && !kept->decided};
    app->later.superseded += kept->encoding && !kept->decided;
    drop(l, kept);
    return place;
}

static void stand_for(struct eh_input *in, struct eh_stream_id entry)
{
    if (eh_stream_id_is_set(entry))
        eh_input_set_stream_id(in, entry);
}

/* Makes the item one that is no input and never will be. */
static bool is_none(const struct eh_batch *b, struct eh_item *item)
{
    item->result = (struct eh_command_result){.repeat = true,
                                              .input = b->to_input,
                                              .from_us = b->at_us,
                                              .until_us = EH_TIME_NEVER,
                                              .message = ""};
    return true;
}

static bool is_state_in_force(struct eh_app *app, const struct eh_batch *b, struct eh_item *item)
{
    int64_t from, until;
    if (!eh_engine_signal_is_repeat(app->state.engine, &item->input.message, &from, &until))
        return false;
    app->state.repeats++;
    (void)is_none(b, item);
    item->result.from_us = from;
    item->result.until_us = until;
    return true;
}

static bool is_later(struct eh_item *item, int64_t due_us)
{
    item->kept = true;
    item->result = (struct eh_command_result){
        .later = true, .from_us = due_us, .until_us = EH_TIME_NEVER, .message = ""};
    return true;
}

/* Decides a kept signal that no later one took the place of. */
static bool decide_kept(struct eh_app *app, const struct eh_batch *b, struct eh_item *item,
                        struct later *kept)
{
    struct eh_input *in = &item->input;
    bool socket = !kept->encoding, stopping = app->state.role == EH_ROLE_STOPPING;
    if (eh_engine_signal_is_old(app->state.engine, in)) {
        app->later.superseded++;
        return is_none(b, item);
    }
    if (socket && !stopping && !eh_stream_id_is_set(kept->entry) && is_state_in_force(app, b, item))
        return true;
    int64_t due = eh_engine_signal_from(app->state.engine, &in->message, b->at_us);
    if (due > b->at_us && !stopping) {
        kept->due_us = due;
        return is_later(item, due);
    }
    kept->decided = item->was_input = true;
    if (socket)
        stand_for(in, kept->entry);
    return false;
}

static bool decide_streamed(struct eh_app *app, const struct eh_batch *b, struct eh_item *item,
                            struct later *kept)
{
    const struct eh_input *in = &item->input;
    struct eh_stream_id id = eh_input_stream_id(in);
    if (kept && !kept->decided && eh_stream_id_compare(id, kept->entry) == 0) {
        kept->owned = true; /* decided or read once more */
        return is_later(item, kept->due_us);
    }
    if (eh_engine_signal_is_old(app->state.engine, in) ||
        (kept && eh_signal_is_old(id.ms, id.no, kept->entry.ms, kept->entry.no))) {
        app->later.superseded++;
        return is_none(b, item);
    }
    if (in->recalled.known) /* its event was another one's: it is refused */
        return false;
    int64_t due = eh_engine_signal_from(app->state.engine, &in->message, b->at_us);
    struct place before = place_take(app, app->later.kept, kept);
    if (before.owned)
        item->also = before.entry;
    struct later as = {
        .rep = eh_key_of_text(in->message.rep), .due_us = due, .entry = id, .owned = true};
    return due > b->at_us && keep(app->later.kept, item, as) && is_later(item, due);
}

static bool decide_said(struct eh_app *app, const struct eh_batch *b, struct eh_item *item,
                        struct later *kept)
{
    struct eh_input *in = &item->input;
    bool stands = kept && eh_stream_id_is_set(kept->entry);
    if (app->state.role != EH_ROLE_STOPPING && !stands) {
        struct place none = place_take(app, app->later.kept, kept);
        eh_require(!none.owned);
        if (is_state_in_force(app, b, item))
            return true;
        kept = NULL;
    }
    struct place before = place_take(app, app->later.kept, kept);
    int64_t due = eh_engine_signal_from(app->state.engine, &in->message, b->at_us);
    struct later as = {.rep = eh_key_of_text(in->message.rep),
                       .due_us = due,
                       .entry = before.entry,
                       .owned = before.owned};
    if (due > b->at_us && app->state.role != EH_ROLE_STOPPING && keep(app->later.kept, item, as))
        return is_later(item, due);
    stand_for(in, before.entry);
    return false;
}

bool app_later_takes(struct eh_app *app, const struct eh_batch *b, struct eh_item *item)
{
    struct eh_input *in = &item->input;
    struct eh_later *l = of(app);
    if (in->message.type == EH_MESSAGE_RELEASE && in->origin == EH_ORIGIN_ADMIN)
        stand_for(in, place_take(app, l, find(l, eh_key_of_text(in->message.rep))).entry);
    if (in->message.type != EH_MESSAGE_SIGNAL)
        return false;
    struct later *kept = find(l, eh_key_of_text(in->message.rep));
    if (item->later &&
        (!kept || kept->id != item->later)) { /* the rep said another one meanwhile */
        item->kept = !item->was_input;        /* the signal that took its place has its entry now */
        return is_none(b, item);
    }
    if (item->later)
        return decide_kept(app, b, item, kept);
    return in->origin == EH_ORIGIN_STREAM ? decide_streamed(app, b, item, kept)
                                          : decide_said(app, b, item, kept);
}

/* ---- Its time has come. */

struct waiter {
    struct eh_app *app;
    struct eh_key rep;
    uint64_t id;
};

/* If the signal was not committed it is tried again, unless the rep said another one. */
static void on_done(void *context, const struct eh_command_result *result)
{
    const struct waiter *waiter = context;
    struct eh_later *l = waiter->app->later.kept;
    struct later *kept = l ? find(l, waiter->rep) : NULL;
    if (!kept || kept->id != waiter->id)
        return;
    if (result->code == -EH_EUNAVAILABLE || result->later) {
        kept->moved = kept->decided = false;
        l->next_us = kept->due_us < l->next_us ? kept->due_us : l->next_us;
    } else {
        if (!kept->encoding && kept->owned) /* once more, or it is no input */
            eh_inbox_done(waiter->app->services.inbox, &kept->entry, 1);
        drop(l, kept);
    }
}

static int decode(const struct later *kept, const void *bytes, struct eh_command *c)
{
    struct eh_str text = eh_str_n(bytes, kept->size);
    c->message = (struct eh_message){0};
    return kept->encoding ? app_decode(kept->encoding, text, &c->arena, &c->message, NULL)
                          : eh_message_decode(text, &c->message, NULL);
}

static struct eh_command *command_of(struct eh_app *app, const struct later *kept)
{
    struct eh_command *c = NULL;
    int r = eh_command_new(EH_MESSAGE_SIGNAL, on_done, NULL, &c, NULL);
    struct waiter *waiter = r == 0 ? eh_arena_alloc(&c->arena, sizeof *waiter) : NULL;
    void *bytes = waiter ? eh_arena_copy(&c->arena, kept->bytes, kept->size) : NULL;
    if (!bytes) {
        eh_command_free(c);
        return NULL;
    }
    r = decode(kept, bytes, c);
    if (r == -EH_ENOMEM) {
        eh_command_free(c);
        return NULL;
    }
    eh_require(r == 0); /* it was, when it came */
    *waiter = (struct waiter){app, kept->rep, kept->id};
    c->context = waiter;
    c->patient = true;
    c->reserve = kept->encoding == 0;
    c->later = kept->id;
    if (kept->encoding) {
        c->entry = kept->entry;
        c->body = eh_str_n(bytes, kept->size);
    }
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
    return app->later.kept ? app->later.kept->next_us : EH_TIME_NEVER;
}

/* Moves signals that are due into the next batch. One that finds no place stays due: the next tick
 * tries again. */
void app_later_move(struct eh_app *app, int64_t now_us)
{
    struct eh_later *l = app->later.kept;
    if (!l || l->next_us > now_us)
        return;
    size_t moved = 0;
    l->next_us = EH_TIME_NEVER;
    for (size_t i = 0; i < l->count; i++) {
        struct later *kept = &l->items[i];
        if (!kept->id || kept->moved)
            continue;
        kept->moved = kept->due_us <= now_us && moved < MOVED_AT_ONCE && move(app, kept);
        moved += kept->moved;
        if (!kept->moved && kept->due_us < l->next_us)
            l->next_us = kept->due_us;
    }
}

size_t app_later_pending(const struct eh_app *app)
{
    size_t pending = 0;
    for (size_t i = 0; app->later.kept && i < app->later.kept->count; i++)
        pending += app->later.kept->items[i].id != 0 && app->later.kept->items[i].owned;
    return pending;
}

void app_later_flush(struct eh_app *app)
{
    struct eh_later *l = app->later.kept;
    for (size_t i = 0; l && i < l->count; i++)
        l->items[i].due_us = 0;
    if (l && l->count)
        l->next_us = 0;
}

void app_later_show(const struct eh_app *app, struct eh_app_status *ret)
{
    ret->superseded = app->later.superseded;
    ret->kept = app_later_pending(app);
}

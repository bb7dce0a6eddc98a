/* held: a sorted array; new ids nearly always go to its end, and most leave at its front. */
#include "inbox/held.h"

#include <stdlib.h>

#include "inbox/set.h"

_Static_assert(offsetof(struct eh_inbox_held_item, id) == 0, "eh_stream_id_find() reads it there");

/* Index of the first item that is not below id. */
static size_t held_find(const struct eh_inbox_held *held, struct eh_stream_id id)
{
    return eh_stream_id_find(held->items, sizeof *held->items, held->first, held->end, id);
}

/* Closes the gaps. */
static void held_compact(struct eh_inbox_held *held)
{
    size_t kept = 0;
    for (size_t i = held->first; i < held->end; i++)
        if (!held->items[i].gone)
            held->items[kept++] = held->items[i];
    held->first = 0;
    held->end = kept;
}

static int held_room(struct eh_inbox_held *held)
{
    if (held->end < held->capacity)
        return 0;
    if (held->tickets + held->others <= held->capacity / 2) {
        held_compact(held);
        if (held->end < held->capacity)
            return 0;
    }
    return eh_array_room(&held->items, &held->capacity, held->end + 1, EH_ARRAY_MAX);
}

int eh_inbox_held_add(struct eh_inbox_held *held, struct eh_stream_id id, struct eh_key ticket,
                      bool is_ticket)
{
    int r = held_room(held);
    if (r < 0)
        return r;
    const struct eh_inbox_held_item item = {.id = id, .ticket = ticket, .is_ticket = is_ticket};
    size_t at = held->end;
    if (at > held->first && eh_stream_id_compare(held->items[at - 1].id, id) >= 0)
        at = held_find(held, id);
    *(is_ticket ? &held->tickets : &held->others) += 1;
    if (at < held->end && eh_stream_id_compare(held->items[at].id, id) == 0) {
        if (!held->items[at].gone) /* the entry is there already */
            *(held->items[at].is_ticket ? &held->tickets : &held->others) -= 1;
        held->items[at] = item;
        return 0;
    }
    memmove(held->items + at + 1, held->items + at, (held->end - at) * sizeof *held->items);
    held->items[at] = item;
    held->end++;
    return 0;
}

bool eh_inbox_held_has(const struct eh_inbox_held *held, struct eh_stream_id id)
{
    size_t at = held_find(held, id);
    return at < held->end && eh_stream_id_compare(held->items[at].id, id) == 0 &&
           !held->items[at].gone;
}

bool eh_inbox_held_lowest(const struct eh_inbox_held *held, struct eh_stream_id *ret)
{
    for (size_t i = held->first; i < held->end; i++)
        if (!held->items[i].gone) {
            *ret = held->items[i].id;
            return true;
        }
    return false;
}

int eh_inbox_held_wake(struct eh_inbox_held *held, struct eh_key ticket)
{
    return eh_table_put(&held->woken, ticket, 1);
}

void eh_inbox_held_forget_woken(struct eh_inbox_held *held)
{
    eh_table_done(&held->woken);
    held->woken = (struct eh_table){0};
}

struct released {
    struct eh_stream_id first, last;
    size_t count;
};

static void held_let_go(struct eh_inbox_held *held, struct eh_inbox_held_item *item,
                        struct released *gone)
{
    item->gone = true;
    *(item->is_ticket ? &held->tickets : &held->others) -= 1;
    if (gone->count == 0 || eh_stream_id_compare(item->id, gone->first) < 0)
        gone->first = item->id;
    if (gone->count == 0 || eh_stream_id_compare(item->id, gone->last) > 0)
        gone->last = item->id;
    gone->count++;
}

static void release_tickets(struct eh_inbox_held *held, size_t tickets, struct released *gone)
{
    for (size_t i = held->first; i < held->end && tickets > 0; i++) {
        struct eh_inbox_held_item *item = &held->items[i];
        if (item->gone || !item->is_ticket)
            continue;
        held_let_go(held, item, gone);
        eh_require(held->others == 0 || eh_inbox_held_wake(held, item->ticket) == 0);
        tickets--;
    }
}

static void release_others(struct eh_inbox_held *held, struct released *gone)
{
    for (size_t i = held->first; i < held->end && held->others > 0; i++) {
        struct eh_inbox_held_item *item = &held->items[i];
        uint64_t one;
        if (!item->gone && !item->is_ticket &&
            (held->tickets == 0 || eh_table_get(&held->woken, item->ticket, &one)))
            held_let_go(held, item, gone);
    }
}

bool eh_inbox_held_release(struct eh_inbox_held *held, size_t tickets,
                           struct eh_stream_id *ret_first, struct eh_stream_id *ret_last)
{
    struct released gone = {0};
    release_tickets(held, tickets, &gone);
    release_others(held, &gone);
    while (held->first < held->end && held->items[held->first].gone)
        held->first++;
    *ret_first = gone.first;
    *ret_last = gone.last;
    return gone.count > 0;
}

void eh_inbox_held_clear(struct eh_inbox_held *held)
{
    held->first = held->end = held->tickets = held->others = 0;
    eh_inbox_held_forget_woken(held);
}

void eh_inbox_held_done(struct eh_inbox_held *held)
{
    free(held->items);
    eh_table_done(&held->woken);
    *held = (struct eh_inbox_held){0};
}

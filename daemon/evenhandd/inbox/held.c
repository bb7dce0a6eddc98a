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

/* Counts an item: +1 as it comes, -1 as it goes. */
static int held_count(struct eh_inbox_held *held, const struct eh_inbox_held_item *item, int more)
{
    *(item->is_ticket ? &held->tickets : &held->others) += (size_t)more;
    if (!item->is_ticket)
        return 0;
    size_t now = eh_inbox_held_of(held, item->team) + (size_t)more;
    if (now == 0) {
        eh_table_remove(&held->teams, item->team);
        return 0;
    }
    return eh_table_put(&held->teams, item->team, now);
}

int eh_inbox_held_add(struct eh_inbox_held *held, const struct eh_inbox_hold *hold)
{
    const struct eh_inbox_held_item item = {
        .id = hold->id, .ticket = hold->ticket, .team = hold->team, .is_ticket = hold->is_ticket};
    int r = held_room(held);
    if (r == 0)
        r = held_count(held, &item, 1);
    if (r < 0)
        return r;
    size_t at = held->end;
    if (at > held->first && eh_stream_id_compare(held->items[at - 1].id, hold->id) >= 0)
        at = held_find(held, hold->id);
    if (at < held->end && eh_stream_id_compare(held->items[at].id, hold->id) == 0) {
        if (!held->items[at].gone) /* the entry is there already */
            eh_require(held_count(held, &held->items[at], -1) == 0);
        held->items[at] = item;
        return 0;
    }
    memmove(held->items + at + 1, held->items + at, (held->end - at) * sizeof *held->items);
    held->items[at] = item;
    held->end++;
    return 0;
}

size_t eh_inbox_held_of(const struct eh_inbox_held *held, struct eh_key team)
{
    uint64_t count;
    return eh_table_get(&held->teams, team, &count) ? (size_t)count : 0;
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
    eh_require(held_count(held, item, -1) == 0);
    if (gone->count == 0 || eh_stream_id_compare(item->id, gone->first) < 0)
        gone->first = item->id;
    if (gone->count == 0 || eh_stream_id_compare(item->id, gone->last) > 0)
        gone->last = item->id;
    gone->count++;
}

/* Takes a place for the item, if there is one. */
static bool room_take(struct eh_inbox_room *room, const struct eh_inbox_held_item *item)
{
    if (room->tickets > 0) {
        room->tickets--;
        return true;
    }
    for (size_t i = 0; i < room->part_count; i++) {
        struct eh_inbox_part *part = &room->parts[i];
        if (part->tickets == 0 || !eh_key_equal(part->team, item->team))
            continue;
        if (--part->tickets == 0)
            *part = room->parts[--room->part_count];
        return true;
    }
    return false;
}

static void release_tickets(struct eh_inbox_held *held, struct eh_inbox_room room,
                            struct released *gone)
{
    for (size_t i = held->first;
         i < held->end && held->tickets > 0 && (room.tickets > 0 || room.part_count > 0); i++) {
        struct eh_inbox_held_item *item = &held->items[i];
        if (item->gone || !item->is_ticket || !room_take(&room, item))
            continue;
        held_let_go(held, item, gone);
        eh_require(held->others == 0 || eh_inbox_held_wake(held, item->ticket) == 0);
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

bool eh_inbox_held_release(struct eh_inbox_held *held, const struct eh_inbox_room *room,
                           struct eh_stream_id *ret_first, struct eh_stream_id *ret_last)
{
    struct released gone = {0};
    release_tickets(held, *room, &gone);
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
    eh_table_done(&held->teams);
    held->teams = (struct eh_table){0};
}

void eh_inbox_held_done(struct eh_inbox_held *held)
{
    free(held->items);
    eh_table_done(&held->woken);
    eh_table_done(&held->teams);
    *held = (struct eh_inbox_held){0};
}

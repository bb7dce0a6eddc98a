/* set: a sorted array; new ids nearly always go to its end. */
#include "inbox/set.h"

#include <stdlib.h>

uint64_t eh_inbox_hash(struct eh_str body)
{
    return eh_key_of_text(body).low;
}

_Static_assert(offsetof(struct eh_inbox_item, id) == 0, "eh_stream_id_find() reads it there");

/* Index of the first item that is not below id. */
static size_t find(const struct eh_inbox_set *set, struct eh_stream_id id)
{
    return eh_stream_id_find(set->items, sizeof *set->items, 0, set->count, id);
}

static bool is_at(const struct eh_inbox_set *set, size_t at, struct eh_stream_id id)
{
    return at < set->count && eh_stream_id_compare(set->items[at].id, id) == 0;
}

int eh_inbox_set_add(struct eh_inbox_set *set, struct eh_stream_id id, uint64_t hash)
{
    int r = eh_array_room(&set->items, &set->capacity, set->count + 1, EH_ARRAY_MAX);
    if (r < 0)
        return r;
    size_t at = set->count;
    if (at > 0 && eh_stream_id_compare(set->items[at - 1].id, id) > 0)
        at = find(set, eh_stream_id_after(id));
    memmove(set->items + at + 1, set->items + at, (set->count - at) * sizeof *set->items);
    set->items[at] = (struct eh_inbox_item){.id = id, .hash = hash};
    set->count++;
    return 0;
}

bool eh_inbox_set_has(const struct eh_inbox_set *set, struct eh_stream_id id)
{
    return is_at(set, find(set, id), id);
}

bool eh_inbox_set_has_same(const struct eh_inbox_set *set, struct eh_stream_id id, uint64_t hash)
{
    for (size_t at = find(set, id); is_at(set, at, id); at++)
        if (!set->items[at].acking && set->items[at].hash == hash)
            return true;
    return false;
}

static void sweep_out_gone(struct eh_inbox_set *set)
{
    size_t kept = 0;
    for (size_t i = 0; i < set->count; i++)
        if (!set->items[i].gone)
            set->items[kept++] = set->items[i];
    set->count = kept;
}

/* Of several items with one id the oldest becomes done. The last one is acknowledged. */
bool eh_inbox_set_done(struct eh_inbox_set *set, struct eh_stream_id id)
{
    struct eh_inbox_item *first = NULL;
    bool more = false;
    for (size_t at = find(set, id); is_at(set, at, id); at++) {
        struct eh_inbox_item *item = &set->items[at];
        if (item->acking)
            continue;
        more = first != NULL;
        if (!first)
            first = item;
        if (more)
            break;
    }
    if (!first)
        return true; /* the entry is gone: acknowledging it twice does no harm */
    first->gone = more;
    first->acking = !more;
    set->acking += !more;
    if (more)
        sweep_out_gone(set);
    return !more;
}

void eh_inbox_set_acked(struct eh_inbox_set *set, const struct eh_stream_id *ids, size_t count,
                        bool remember)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t at = find(set, ids[i]); is_at(set, at, ids[i]); at++) {
            struct eh_inbox_item *item = &set->items[at];
            if (!item->acking || item->gone)
                continue;
            item->remembered = remember;
            item->gone = !remember;
            set->acking -= item->gone;
        }
    }
    sweep_out_gone(set);
}

void eh_inbox_set_forget_remembered(struct eh_inbox_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        set->items[i].gone = set->items[i].remembered;
        set->acking -= set->items[i].remembered;
    }
    sweep_out_gone(set);
}

bool eh_inbox_set_lowest(const struct eh_inbox_set *set, struct eh_stream_id *ret)
{
    for (size_t i = 0; i < set->count; i++) {
        if (!set->items[i].acking) {
            *ret = set->items[i].id;
            return true;
        }
    }
    return false;
}

void eh_inbox_set_clear(struct eh_inbox_set *set)
{
    set->count = set->acking = 0;
}

void eh_inbox_set_free_items(struct eh_inbox_set *set)
{
    free(set->items);
    *set = (struct eh_inbox_set){0};
}

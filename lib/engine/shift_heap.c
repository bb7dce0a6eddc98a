/*
 * shift_heap: schedules and reps with absences by their next change, then schedules by number
 * before reps by id.
 */
#include "shift_heap.h"

#include "absences.h"
#include "interner.h"
#include "schedules.h"
#include "state.h"

int64_t eh_schedule_next_us(const struct schedule *s)
{
    if (s->stale)
        return 0;
    if (s->first == s->count)
        return EH_TIME_NEVER;
    return s->on ? s->intervals[s->first].until_us : s->intervals[s->first].from_us;
}

int64_t eh_absence_next_us(const struct rep *rep)
{
    int64_t next = EH_TIME_NEVER;
    for (uint32_t i = 0; i < rep->absence_count; i++) {
        const struct absence *absence = &rep->absences[i];
        int64_t change = absence->begun ? absence->until_us : absence->from_us;
        next = change < next ? change : next;
    }
    return next;
}

static int64_t item_next_us(const struct eh_engine *e, uint32_t item)
{
    if (item & SHIFT_OF_REP)
        return eh_absence_next_us(&e->roster.reps[item & ~SHIFT_OF_REP]);
    return eh_schedule_next_us(&e->schedules.items[item - 1]);
}

static bool item_is_before(const struct eh_engine *e, uint32_t a, uint32_t b)
{
    int64_t left = item_next_us(e, a), right = item_next_us(e, b);
    if (left != right)
        return left < right;
    if (!(a & b & SHIFT_OF_REP))
        return a < b;
    return eh_str_compare(interned(&e->roster.rep_ids, a & ~SHIFT_OF_REP),
                          interned(&e->roster.rep_ids, b & ~SHIFT_OF_REP)) < 0;
}

static uint32_t *item_place(struct eh_engine *e, uint32_t item)
{
    return item & SHIFT_OF_REP ? &e->roster.reps[item & ~SHIFT_OF_REP].absence_at
                               : &e->schedules.items[item - 1].place;
}

static void heap_put(struct eh_engine *e, uint32_t at, uint32_t item)
{
    e->schedules.heap[at] = item;
    *item_place(e, item) = at;
}

static void heap_swap(struct eh_engine *e, uint32_t a, uint32_t b)
{
    uint32_t item = e->schedules.heap[a];
    heap_put(e, a, e->schedules.heap[b]);
    heap_put(e, b, item);
}

static void heap_settle(struct eh_engine *e, uint32_t at)
{
    const uint32_t *heap = e->schedules.heap;
    while (at > 0 && item_is_before(e, heap[at], heap[(at - 1) / 2])) {
        heap_swap(e, at, (at - 1) / 2);
        at = (at - 1) / 2;
    }
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child + 1 < e->schedules.heap_count && item_is_before(e, heap[child + 1], heap[child]))
            child++;
        if (child >= e->schedules.heap_count || !item_is_before(e, heap[child], heap[at]))
            return;
        heap_swap(e, at, child);
        at = child;
    }
}

static void item_update(struct eh_engine *e, uint32_t item)
{
    struct schedules *all = &e->schedules;
    uint32_t at = *item_place(e, item);
    if (item_next_us(e, item) != EH_TIME_NEVER) {
        if (at == NONE) /* there is room: eh_shifts_reserve() */
            heap_put(e, at = all->heap_count++, item);
        heap_settle(e, at);
    } else if (at != NONE) {
        uint32_t last = all->heap[--all->heap_count];
        *item_place(e, item) = NONE;
        if (last != item) {
            heap_put(e, at, last);
            heap_settle(e, at);
        }
    }
}

int eh_shifts_reserve(struct eh_engine *e, uint32_t schedules)
{
    struct schedules *all = &e->schedules;
    size_t reps = e->roster.rep_ids.count;
    if (schedules < all->count)
        schedules = all->count;
    return eh_array_room(&all->heap, &all->heap_capacity, schedules + reps, EH_ARRAY_MAX);
}

void eh_shift_place(struct eh_engine *e, uint32_t schedule)
{
    item_update(e, schedule);
}

void eh_absence_place(struct eh_engine *e, uint32_t rep)
{
    item_update(e, rep | SHIFT_OF_REP);
}

int64_t eh_shift_due(const struct eh_engine *e)
{
    if (e->schedules.turn.schedule)
        return e->at_us;
    return e->schedules.heap_count ? item_next_us(e, e->schedules.heap[0]) : EH_TIME_NEVER;
}

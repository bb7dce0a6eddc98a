/*
 * clock_heap: the clock whose time comes next: a heap of clocks by that time, then by the number of
 * their tickets.
 */
#include "clock_heap.h"

#include "clocks.h"
#include "state.h"
#include "ticket.h"

/* A time of a ticket that stands aside comes when somebody touches the ticket. */
int64_t eh_clock_next_us(const struct eh_engine *e, const struct clock *c, uint32_t *ret_event)
{
    int64_t next = EH_TIME_NEVER;
    if (c->stopped || e->tickets.slots[c->slot].aside)
        return next;
    for (uint32_t i = 0; i < CLOCK_EVENTS; i++) {
        const struct moment *m = &c->moments[i];
        bool over = i == CLOCK_ANSWER && c->late;
        if (over || m->left_us || m->at_us >= next)
            continue;
        next = m->at_us;
        if (ret_event)
            *ret_event = i;
    }
    return next;
}

static bool clock_is_before(const struct eh_engine *e, uint32_t a, uint32_t b)
{
    const struct clock *one = &e->clocks.items[a], *other = &e->clocks.items[b];
    int64_t left = eh_clock_next_us(e, one, NULL), right = eh_clock_next_us(e, other, NULL);
    if (left != right)
        return left < right;
    return e->tickets.slots[one->slot].no < e->tickets.slots[other->slot].no;
}

static void heap_put(struct eh_engine *e, uint32_t at, uint32_t clock)
{
    e->clocks.heap[at] = clock;
    e->clocks.items[clock].place = at;
}

static void heap_swap(struct eh_engine *e, uint32_t a, uint32_t b)
{
    uint32_t clock = e->clocks.heap[a];
    heap_put(e, a, e->clocks.heap[b]);
    heap_put(e, b, clock);
}

static void heap_settle(struct eh_engine *e, uint32_t at)
{
    const uint32_t *heap = e->clocks.heap;
    while (at > 0 && clock_is_before(e, heap[at], heap[(at - 1) / 2])) {
        heap_swap(e, at, (at - 1) / 2);
        at = (at - 1) / 2;
    }
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child + 1 < e->clocks.heap_count && clock_is_before(e, heap[child + 1], heap[child]))
            child++;
        if (child >= e->clocks.heap_count || !clock_is_before(e, heap[child], heap[at]))
            return;
        heap_swap(e, at, child);
        at = child;
    }
}

void eh_clock_displace(struct eh_engine *e, uint32_t clock)
{
    uint32_t at = e->clocks.items[clock].place;
    if (at == NONE)
        return;
    uint32_t last = e->clocks.heap[--e->clocks.heap_count];
    e->clocks.items[clock].place = NONE;
    if (last != clock) {
        heap_put(e, at, last);
        heap_settle(e, at);
    }
}

void eh_clock_place(struct eh_engine *e, uint32_t clock)
{
    struct clock *c = &e->clocks.items[clock];
    if (eh_clock_next_us(e, c, NULL) == EH_TIME_NEVER) {
        eh_clock_displace(e, clock);
        return;
    }
    if (c->place == NONE) /* there is room: eh_clock_make() */
        heap_put(e, e->clocks.heap_count++, clock);
    heap_settle(e, c->place);
}

uint32_t eh_clock_first(const struct eh_engine *e)
{
    return e->clocks.heap_count ? e->clocks.heap[0] : NONE;
}

void eh_clock_aside(struct eh_engine *e, uint32_t slot)
{
    uint32_t at = eh_clock_find(e, slot);
    if (at != NONE)
        eh_clock_place(e, at);
}

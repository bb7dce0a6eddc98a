/*
 * queue: the tickets that wait in each required-skill set of a team.
 *
 * A queue is a heap by priority, then by when each has to be answered, then by age. A waiting
 * ticket knows its place in it.
 */
#include "queue.h"

#include "clock_heap.h"
#include "ready.h"
#include "skill_set.h"
#include "state.h"
#include "ticket.h"

static struct skill_set *set_of(struct eh_engine *e, uint32_t team, uint32_t set)
{
    return &e->roster.teams[team].sets[set];
}

/* ---- queues */

static __attribute__((noinline)) bool ticket_is_before_by_clock(const struct eh_engine *e,
                                                                const struct ticket *a,
                                                                const struct ticket *b)
{
    uint32_t one = (uint32_t)(a - e->tickets.slots), other = (uint32_t)(b - e->tickets.slots);
    unsigned high = eh_clock_priority(e, one), low = eh_clock_priority(e, other);
    int64_t first_us = eh_clock_due_us(e, one), second_us = eh_clock_due_us(e, other);
    if (high != low)
        return high > low;
    return first_us != second_us ? first_us < second_us : a->no < b->no;
}

static inline bool ticket_is_before(const struct eh_engine *e, const struct ticket *a,
                                    const struct ticket *b)
{
    if (__builtin_expect(e->clocks.count > 0, 0))
        return ticket_is_before_by_clock(e, a, b);
    return a->priority != b->priority ? a->priority > b->priority : a->no < b->no;
}

bool eh_ticket_before(const struct eh_engine *e, const struct ticket *a, const struct ticket *b)
{
    return ticket_is_before(e, a, b);
}

static void heap_put(struct eh_engine *e, struct skill_set *set, uint32_t at, uint32_t slot)
{
    set->queue[at] = slot;
    e->tickets.slots[slot].queue_at = at;
}

static bool heap_is_before(const struct eh_engine *e, const struct skill_set *set, uint32_t a,
                           uint32_t b)
{
    return ticket_is_before(e, &e->tickets.slots[set->queue[a]], &e->tickets.slots[set->queue[b]]);
}

static void heap_swap(struct eh_engine *e, struct skill_set *set, uint32_t a, uint32_t b)
{
    uint32_t slot = set->queue[a];
    heap_put(e, set, a, set->queue[b]);
    heap_put(e, set, b, slot);
}

static void heap_settle(struct eh_engine *e, struct skill_set *set, uint32_t at)
{
    while (at > 0 && heap_is_before(e, set, at, (at - 1) / 2)) {
        heap_swap(e, set, at, (at - 1) / 2);
        at = (at - 1) / 2;
    }
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child + 1 < set->queue_count && heap_is_before(e, set, child + 1, child))
            child++;
        if (child >= set->queue_count || !heap_is_before(e, set, child, at))
            return;
        heap_swap(e, set, at, child);
        at = child;
    }
}

int eh_queue_reserve(struct eh_engine *e, uint32_t team, uint32_t set_no)
{
    struct skill_set *set = set_of(e, team, set_no);
    return eh_array_room(&set->queue, &set->queue_capacity, set->queue_count + 1, EH_ARRAY_MAX);
}

void eh_queue_push(struct eh_engine *e, uint32_t slot)
{
    const struct ticket *t = &e->tickets.slots[slot];
    struct skill_set *set = set_of(e, t->team, t->set);
    eh_require(set->queue_count < set->queue_capacity);
    heap_put(e, set, set->queue_count++, slot);
    heap_settle(e, set, set->queue_count - 1);
    eh_set_check_ready(e, t->team, t->set);
}

void eh_queue_remove(struct eh_engine *e, uint32_t slot)
{
    struct ticket *t = &e->tickets.slots[slot];
    if (t->aside) { /* it stands in no queue */
        t->aside = false;
        eh_clock_aside(e, slot);
        return;
    }
    struct skill_set *set = set_of(e, t->team, t->set);
    uint32_t at = t->queue_at, last = set->queue[--set->queue_count];
    t->queue_at = NONE;
    if (last != slot) {
        heap_put(e, set, at, last);
        heap_settle(e, set, at);
    }
    eh_set_check_ready(e, t->team, t->set);
}

void eh_queue_settle(struct eh_engine *e, uint32_t slot)
{
    const struct ticket *t = &e->tickets.slots[slot];
    bool queues = t->state == EH_TICKET_WAITING && !t->aside && t->queue_at != NONE;
    if (queues)
        heap_settle(e, set_of(e, t->team, t->set), t->queue_at);
}

const char *eh_waiting_why(const struct eh_engine *e, const struct ticket *t)
{
    const struct team *team = &e->roster.teams[t->team];
    const struct skill_set *set = &team->sets[t->set];
    if (t->aside)
        return "aside";
    if (set->tree[1].count > 0 && e->rules >= EH_RULES_SLICES)
        return "queue";
    if (e->rules >= EH_RULES_UNDOABLE && set->able == 0 && team->today > 0)
        return "skill";
    if (team->available == 0)
        return "nobody";
    return set->available == 0 ? "skill" : "full";
}

/*
 * clock_unset: the clocks with a time that is not set yet, in no order.
 */
#include "clock_unset.h"

#include "clocks.h"

/* One that stands still waits for no hours. */
static bool clock_is_unset(const struct clock *c)
{
    bool unset = false;
    for (uint32_t i = 0; i < CLOCK_EVENTS; i++)
        unset |= c->moments[i].left_us > 0;
    return unset && !c->stopped;
}

void eh_clock_unset_leave(struct clocks *all, uint32_t clock)
{
    uint32_t at = all->items[clock].unset;
    if (at == NONE)
        return;
    uint32_t last = all->unset[--all->unset_count];
    all->unset[at] = last;
    all->items[last].unset = at;
    all->items[clock].unset = NONE;
}

void eh_clock_unset_place(struct clocks *all, uint32_t clock)
{
    struct clock *c = &all->items[clock];
    if (!clock_is_unset(c)) {
        eh_clock_unset_leave(all, clock);
    } else if (c->unset == NONE) {
        c->unset = all->unset_count++;
        all->unset[c->unset] = clock;
    }
}

/*
 * clock_view: what a ticket's clock says.
 */
#include "clocks.h"
#include "state.h"
#include "ticket.h"

uint32_t eh_clock_find(const struct eh_engine *e, uint32_t slot)
{
    return slot < e->clocks.of_count ? e->clocks.of[slot] : NONE;
}

const struct clock *eh_clock_of(const struct eh_engine *e, uint32_t slot)
{
    uint32_t at = eh_clock_find(e, slot);
    return at == NONE ? NULL : &e->clocks.items[at];
}

int64_t eh_clock_due_us(const struct eh_engine *e, uint32_t slot)
{
    const struct clock *c = eh_clock_of(e, slot);
    return c && !c->moments[CLOCK_ANSWER].left_us ? c->moments[CLOCK_ANSWER].at_us : EH_TIME_NEVER;
}

uint8_t eh_clock_priority(const struct eh_engine *e, uint32_t slot)
{
    const struct clock *c = eh_clock_of(e, slot);
    unsigned priority = e->tickets.slots[slot].priority + (c ? c->raised : 0u);
    return (uint8_t)(priority < PRIORITY_MOST ? priority : PRIORITY_MOST);
}

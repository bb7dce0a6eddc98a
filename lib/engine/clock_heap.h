/*
 * clock_heap: the clock whose time comes next: a heap of clocks by that time, then by the number of
 * their tickets. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_CLOCK_HEAP_H
#define EVENHAND_LIB_ENGINE_CLOCK_HEAP_H

#include "units.h"

struct clock;
struct eh_engine;
enum clock_event;

/* The event that comes next and when; EH_TIME_NEVER: none does. */
int64_t eh_clock_next_us(const struct eh_engine *, const struct clock *, uint32_t *ret_event);
/* Moves a clock to its place in the heap, in which there is room for every clock. */
void eh_clock_place(struct eh_engine *, uint32_t clock);
void eh_clock_displace(struct eh_engine *, uint32_t clock); /* takes it out */
/* The ticket stands aside, or no longer. */
void eh_clock_aside(struct eh_engine *, uint32_t slot);
/* The clock whose time comes next, or NONE. */
uint32_t eh_clock_first(const struct eh_engine *);

#endif

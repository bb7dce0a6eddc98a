/*
 * clock_unset: the clocks with a time that is not set yet, for the hours that were handed over do
 * not reach it: so that only these are looked at when there are more. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_CLOCK_UNSET_H
#define EVENHAND_LIB_ENGINE_CLOCK_UNSET_H

#include "units.h"

struct clocks;

/* Puts the clock among them, or takes it away, as its times are. There is room. */
void eh_clock_unset_place(struct clocks *, uint32_t clock);
void eh_clock_unset_leave(struct clocks *, uint32_t clock);

#endif

/*
 * hold: somebody outside a ticket's team has it: it is not dealt, and it is no rep's load. Private
 * to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_HOLD_H
#define EVENHAND_LIB_ENGINE_HOLD_H

#include "units.h"

struct step;

/* Holds a ticket that is open or waiting, and tells so. keeps: the rep who has it keeps the
 * receipt; else the receipt is in transit. */
int eh_hold(struct step *, uint32_t slot, bool keeps, const char *why) EH_MUST_CHECK;
/* Holds a new ticket, which waits outside its queue. */
int eh_hold_first(struct step *, uint32_t slot) EH_MUST_CHECK;
/* Nobody has a held ticket any more: it goes back to the rep it was taken from, or to the deal. */
int eh_hold_end(struct step *, uint32_t slot) EH_MUST_CHECK;

#endif

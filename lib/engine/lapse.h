/*
 * lapse: a rep has a ticket for too long without an answer. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_LAPSE_H
#define EVENHAND_LIB_ENGINE_LAPSE_H

#include "units.h"

struct step;

#define LAPSE_EFFECTS 3 /* told; the rep is away; the ticket is dealt, or waits */

/* The open ticket was not answered in its team's time: it is told, and goes back to the deal where
 * the team says so. */
int eh_lapse(struct step *, uint32_t slot) EH_MUST_CHECK;

#endif

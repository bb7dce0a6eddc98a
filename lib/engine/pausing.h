/*
 * pausing: `paused` of an UPDATE: a ticket waits for the customer, or does not any more. Private to
 * engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_PAUSING_H
#define EVENHAND_LIB_ENGINE_PAUSING_H

#include "units.h"

struct step;
struct ticket;

/* 1: refused: no rep has the ticket that is to be paused. */
int eh_pausing_check(struct step *, const struct ticket *) EH_MUST_CHECK;
/* Pauses or resumes the ticket, where the message says so and it is another state. Of a paused one
 * a time that the message sets stands still, too: it comes behind all else the message says. */
int eh_pausing_apply(struct step *, uint32_t slot) EH_MUST_CHECK;

#endif

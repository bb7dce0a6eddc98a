/*
 * move: a ticket goes to another team: to a home it had there, or to the deal. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_MOVE_H
#define EVENHAND_LIB_ENGINE_MOVE_H

#include "units.h"

struct step;
struct ticket;

/* Moves the ticket into another team and deals it there; `set` is that of its skills in the other
 * team. */
int eh_ticket_enter_team(struct step *, uint32_t slot, uint32_t team, uint32_t set,
                         const char *why) EH_MUST_CHECK;

/* Refuses to move it into one team more than it can remember. */
int eh_step_refuse_homes(struct step *, const struct ticket *);

#endif

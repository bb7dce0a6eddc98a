/*
 * move: a ticket goes to another team: to a home it had there, or to the deal. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_MOVE_H
#define EVENHAND_LIB_ENGINE_MOVE_H

#include "units.h"

struct step;

/* With the set of its skills there; before it is dealt there */
int eh_ticket_enter_team(struct step *, uint32_t slot, uint32_t team, uint32_t set,
                         const char *why) EH_MUST_CHECK;

#endif

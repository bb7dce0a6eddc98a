/*
 * homes: the teams that a ticket was dealt in before the one it is in. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_HOMES_H
#define EVENHAND_LIB_ENGINE_HOMES_H

#include "units.h"

struct home;
struct ticket;

/* Whether the ticket can remember its present team when it goes to this one. */
bool eh_homes_room(const struct ticket *, uint32_t team);
/* The ticket goes to another team. Its present team is remembered if it was dealt there. *ret: its
 * home in the other team, which is forgotten; team NONE: it has none. */
int eh_homes_move(struct ticket *, uint32_t team, struct home *ret) EH_MUST_CHECK;

#endif

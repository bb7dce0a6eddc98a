/*
 * named: the rep and the team that a message names. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_NAMED_H
#define EVENHAND_LIB_ENGINE_NAMED_H

#include "units.h"

struct step;

/* The rep or team that the message names; NONE: it is not on the desk, and that was refused. */
int eh_step_rep(struct step *, uint32_t *ret) EH_MUST_CHECK;
int eh_step_team(struct step *, uint32_t *ret) EH_MUST_CHECK;

#endif

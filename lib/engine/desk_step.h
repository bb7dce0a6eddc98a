/*
 * desk_step: a new desk file takes effect, or a new day: whoever leaves or comes back by it does.
 * Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_DESK_STEP_H
#define EVENHAND_LIB_ENGINE_DESK_STEP_H

#include "units.h"

struct step;

/* Sets the date, and does what follows for reps who leave or come back by it. */
int eh_roster_turn_date(struct step *, int32_t date) EH_MUST_CHECK;

#endif

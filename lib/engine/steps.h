/*
 * steps: the function of each type of message: it does what the message says, or refuses it.
 * Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_STEPS_H
#define EVENHAND_LIB_ENGINE_STEPS_H

#include "units.h"

struct step;

#define EH_STEP_DECLARED(NAME, number, name, does, ...)                                            \
    int eh_step_##does(struct step *) EH_MUST_CHECK;
EH_MESSAGE_TYPES(EH_STEP_DECLARED)
#undef EH_STEP_DECLARED

#endif

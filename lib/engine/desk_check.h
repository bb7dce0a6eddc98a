/*
 * desk_check: whether a new desk file may take effect: who or what still holds tickets stays.
 * Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_DESK_CHECK_H
#define EVENHAND_LIB_ENGINE_DESK_CHECK_H

#include "units.h"

struct step;

int eh_desk_refuse_change(struct step *, const struct eh_desk *new) EH_MUST_CHECK;

#endif

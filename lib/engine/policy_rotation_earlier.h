/*
 * policy_rotation_earlier: rounds under rules before EH_RULES_TURNS. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_POLICY_ROTATION_EARLIER_H
#define EVENHAND_LIB_ENGINE_POLICY_ROTATION_EARLIER_H

#include "units.h"

struct eh_engine;

bool eh_rotation_earlier_prepare(struct eh_engine *, uint32_t team, uint32_t set, uint32_t avoid);
void eh_rotation_earlier_took(struct eh_engine *, uint32_t team, uint32_t set, uint32_t position);

#endif

/*
 * plans: bonus plans come and go with desk files: what may change, and what follows for the
 * periods. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_PLANS_H
#define EVENHAND_LIB_ENGINE_PLANS_H

#include "units.h"

struct eh_engine;

/* Plans that are counted beside the desk's. Neither they nor their periods are part of the state.
 */
struct shadow {
    const struct eh_bonus_plan *plans;
    size_t count;
};

void eh_periods_adopt(struct eh_engine *, int32_t today);
/* Facts that were counted from the log for plans that begin in the past. */
int eh_periods_recall(struct eh_engine *, struct eh_str bytes) EH_MUST_CHECK;

#endif

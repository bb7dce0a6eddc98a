/*
 * rounds: whose tickets go back to the deal, a few a step, and whose turn it is. Private to
 * engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_ROUNDS_H
#define EVENHAND_LIB_ENGINE_ROUNDS_H

#include "units.h"

struct eh_engine;

/* The reps whose tickets go back to the deal, in no order. */
struct rounds {
    uint32_t *reps;
    uint32_t count, capacity;
};

/* Adds the rep to those that rounds are due for, or takes them out, as they need it now. */
int eh_rounds_update(struct eh_engine *, uint32_t rep) EH_MUST_CHECK;
/* The rep whose turn it is; there must be one. */
uint32_t eh_rounds_next(const struct eh_engine *);

#endif

/*
 * expiries: which rep's state changes next by itself: a heap of reps by that moment, then by id.
 * Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_EXPIRIES_H
#define EVENHAND_LIB_ENGINE_EXPIRIES_H

#include "units.h"

struct eh_engine;

/* A heap of the reps whose state changes by itself: the next change first, then by id. */
struct expiries {
    uint32_t *reps;
    uint32_t count, capacity;
};

/* Moves the rep to the place of their next change. */
void eh_expiry_update(struct eh_engine *, uint32_t rep);
/* When the first change comes, or EH_TIME_NEVER. */
int64_t eh_expiry_due(const struct eh_engine *);

#endif

/*
 * affinity: the open and waiting tickets of each customer in a team, the newest first; kept for
 * teams whose desk asks for it. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_AFFINITY_H
#define EVENHAND_LIB_ENGINE_AFFINITY_H

#include "units.h"

struct eh_engine;
struct last;
struct ticket;

/* A ticket with a customer is open or waits in its team; or it is not any more. */
int eh_affinity_join(struct eh_engine *, uint32_t slot) EH_MUST_CHECK;
void eh_affinity_leave(struct eh_engine *, uint32_t slot);
/* The position of the rep who has an open ticket of this customer and could get this one, or else
 * of the one who closed their last, which is *ret_last then; or NONE. */
uint32_t eh_affinity_find(const struct eh_engine *, const struct ticket *, int64_t now_us,
                          const struct last **ret_last);
/* Makes all lists anew, for the teams whose desk asks for them. */
int eh_affinity_rebuild(struct eh_engine *) EH_MUST_CHECK;

#endif

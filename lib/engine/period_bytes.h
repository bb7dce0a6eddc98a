/*
 * period_bytes: bonus periods with all that is counted in them, as canonical bytes and back: in
 * snapshots, and where a plan comes later than what it governs. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_PERIOD_BYTES_H
#define EVENHAND_LIB_ENGINE_PERIOD_BYTES_H

#include "units.h"

struct eh_engine;

/* Writes all periods: those of the state, or those of the shadow whose team has no plan. What is
 * read is added to what is there. */
void eh_periods_put(const struct eh_engine *, bool shadow, struct eh_bytes *);
int eh_periods_read(struct eh_engine *, struct eh_reader *) EH_MUST_CHECK;

#endif

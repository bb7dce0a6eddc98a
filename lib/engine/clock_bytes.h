/*
 * clock_bytes: the clocks of tickets in a snapshot. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_CLOCK_BYTES_H
#define EVENHAND_LIB_ENGINE_CLOCK_BYTES_H

#include "units.h"

struct eh_engine;

/* All of them in a snapshot, in the order of their tickets. */
void eh_clocks_put(const struct eh_engine *, struct eh_bytes *);
int eh_clocks_read(struct eh_engine *, struct eh_reader *) EH_MUST_CHECK;

#endif

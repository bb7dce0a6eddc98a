/*
 * past_bytes: what the desks before the one of now said, into a snapshot and back. Private to
 * engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_PAST_BYTES_H
#define EVENHAND_LIB_ENGINE_PAST_BYTES_H

#include "units.h"

struct eh_engine;

/* Into a snapshot, and back. */
void eh_pasts_put(const struct eh_engine *, struct eh_bytes *);
int eh_pasts_read(struct eh_engine *, struct eh_reader *) EH_MUST_CHECK;

#endif

/*
 * pause_bytes: canonical bytes of pauses in a snapshot. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_PAUSE_BYTES_H
#define EVENHAND_LIB_ENGINE_PAUSE_BYTES_H

#include "units.h"

struct eh_engine;

void eh_pauses_put(const struct eh_engine *, struct eh_bytes *);
/* When desk, accounts and tickets are there. */
int eh_pauses_read(struct eh_engine *, struct eh_reader *) EH_MUST_CHECK;

#endif

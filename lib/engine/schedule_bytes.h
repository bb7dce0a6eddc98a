/*
 * schedule_bytes: canonical bytes of schedules, absences and whose they are. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_SCHEDULE_BYTES_H
#define EVENHAND_LIB_ENGINE_SCHEDULE_BYTES_H

#include "units.h"

struct eh_engine;

/* All of hours and absences in a snapshot, the intervals with a hash of their own. */
void eh_schedules_put(const struct eh_engine *, struct eh_bytes *);
int eh_schedules_read(struct eh_engine *, struct eh_reader *) EH_MUST_CHECK;

#endif

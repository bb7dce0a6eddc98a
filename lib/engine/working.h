/*
 * working: working time of a team between two instants, by its hours. A team without hours works
 * always. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_WORKING_H
#define EVENHAND_LIB_ENGINE_WORKING_H

#include "units.h"

struct eh_engine;

/* Working µs between two instants. What was longer ago than SCHEDULE_KEPT_US counts nothing. */
int64_t eh_working_us(const struct eh_engine *, uint32_t team, int64_t from_us, int64_t until_us);
/* When so much working time is over, 1 µs or more; EH_TIME_NEVER: beyond what was handed over, so
 * it is asked again when a SCHEDULE input extends that. */
int64_t eh_working_end_us(const struct eh_engine *, uint32_t team, int64_t from_us,
                          int64_t working_us);

#endif

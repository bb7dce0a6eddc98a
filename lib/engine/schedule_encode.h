/*
 * schedule_encode: canonical bytes of schedules, absences and whose they are. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_SCHEDULE_ENCODE_H
#define EVENHAND_LIB_ENGINE_SCHEDULE_ENCODE_H

#include "units.h"

struct eh_engine;

void eh_encode_schedule(const struct eh_engine *, uint32_t number, struct eh_bytes *);
void eh_encode_hours(const struct eh_engine *, struct eh_bytes *);
void eh_encode_rep_hours(const struct eh_engine *, uint32_t rep, struct eh_bytes *);
void eh_encode_team_hours(const struct eh_engine *, uint32_t team, struct eh_bytes *);
/* By which schedules a rep or a team worked. */
void eh_encode_hours_past(const struct eh_engine *, bool is_team, uint32_t no, struct eh_bytes *);
/* Whether there is such an object at all. */
bool eh_has_hours(const struct eh_engine *);
bool eh_rep_has_hours(const struct eh_engine *, uint32_t rep);

#endif

/*
 * work_days: owns how many minutes of work each day of a schedule has, as the shell told them.
 * Private to engine/.
 *
 * A day keeps its minutes when the schedule gets other hours, or other people: only days from today
 * on are told anew.
 */
#ifndef EVENHAND_LIB_ENGINE_WORK_DAYS_H
#define EVENHAND_LIB_ENGINE_WORK_DAYS_H

#include "units.h"

#include <evenhand/wire/schedule.h>

/* Days that may be told ahead of today. */
#define WORK_DAYS_AHEAD (2 * EH_SCHEDULE_DAYS)
/* The most that one schedule holds: those that are over, today, and those ahead. 522 bytes, so that
 * EH_SCHEDULES_MAX of them have 52 MB; equal hours share a schedule. */
#define WORK_DAYS_MAX (EH_CONTRACT_DAYS + 1 + WORK_DAYS_AHEAD)

struct work_days {
    uint16_t *minutes; /* owned; EH_SCHEDULE_NO_MINUTES: nobody told them */
    int32_t first;     /* the day of minutes[0] */
    uint32_t count, capacity;
};

/* Whether all days of a MINUTES record are near enough to today to be held. */
bool eh_work_days_fit(const struct eh_schedule_record *, int32_t today);
/* Takes a record over, which fits. */
int eh_work_days_take(struct work_days *, struct eh_schedule_record, int32_t today) EH_MUST_CHECK;
/* The minutes of a day, or EH_SCHEDULE_NO_MINUTES. */
uint16_t eh_work_days_at(const struct work_days *, int32_t day);
void eh_work_days_put(const struct work_days *, struct eh_bytes *);
int eh_work_days_read(struct work_days *, struct eh_reader *) EH_MUST_CHECK;

#endif

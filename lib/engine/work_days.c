/*
 * work_days: how many minutes of work each day of a schedule has.
 */
#include "work_days.h"

#include <evenhand/base/array.h>

#include <stdlib.h>

static int32_t days_end(const struct work_days *days)
{
    return days->first + (int32_t)days->count;
}

bool eh_work_days_fit(const struct eh_schedule_record *record, int32_t today)
{
    int64_t end = (int64_t)record->first + record->count;
    return record->first >= (int64_t)today - EH_CONTRACT_DAYS &&
           end <= (int64_t)today + 1 + WORK_DAYS_AHEAD;
}

/* Drops the days before this one. */
static void days_trim(struct work_days *days, int32_t day)
{
    if (days->count == 0 || days->first >= day)
        return;
    uint32_t gone = days_end(days) > day ? (uint32_t)(day - days->first) : days->count;
    days->count -= gone;
    days->first += (int32_t)gone;
    memmove(days->minutes, &days->minutes[gone], days->count * sizeof *days->minutes);
}

/* Drops the days from this one on. */
static void days_cut(struct work_days *days, int32_t day)
{
    if (days->count > 0 && days_end(days) > day)
        days->count = days->first < day ? (uint32_t)(day - days->first) : 0;
}

static void day_append(struct work_days *days, int32_t day, uint16_t minutes)
{
    if (days->count == 0)
        days->first = day;
    if (day < days_end(days))
        return; /* it is over: what was told then holds */
    while (days_end(days) < day)
        days->minutes[days->count++] = EH_SCHEDULE_NO_MINUTES;
    days->minutes[days->count++] = minutes;
}

int eh_work_days_take(struct work_days *days, struct eh_schedule_record record, int32_t today)
{
    int r = eh_array_room(&days->minutes, &days->capacity, WORK_DAYS_MAX, WORK_DAYS_MAX);
    if (r < 0)
        return r;
    uint16_t minutes;
    days_trim(days, today - EH_CONTRACT_DAYS);
    days_cut(days, record.first > today ? record.first : today);
    for (int32_t day = record.first; eh_schedule_minute(&record, &minutes); day++)
        day_append(days, day, minutes);
    return 0;
}

uint16_t eh_work_days_at(const struct work_days *days, int32_t day)
{
    bool held = days->count > 0 && day >= days->first && day < days_end(days);
    return held ? days->minutes[day - days->first] : EH_SCHEDULE_NO_MINUTES;
}

void eh_work_days_put(const struct work_days *days, struct eh_bytes *out)
{
    eh_bytes_put_u(out, days->count);
    if (days->count > 0)
        eh_bytes_put_i(out, days->first);
    for (uint32_t i = 0; i < days->count; i++)
        eh_bytes_put_u(out, days->minutes[i]);
}

int eh_work_days_read(struct work_days *days, struct eh_reader *in)
{
    uint32_t count = eh_read_u32(in);
    if (in->failed || count > WORK_DAYS_MAX)
        return -EH_ECORRUPT;
    if (count == 0)
        return 0;
    int r = eh_array_room(&days->minutes, &days->capacity, WORK_DAYS_MAX, WORK_DAYS_MAX);
    if (r < 0)
        return r;
    days->first = eh_read_i32(in);
    for (; days->count < count && !in->failed; days->count++) {
        uint64_t minutes = eh_read_u(in);
        in->failed |= minutes > EH_SCHEDULE_DAY_MINUTES_MAX && minutes != EH_SCHEDULE_NO_MINUTES;
        days->minutes[days->count] = (uint16_t)minutes;
    }
    return in->failed || !eh_is_date(days->first) ? -EH_ECORRUPT : 0;
}

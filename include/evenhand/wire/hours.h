/*
 * hours: a calendar of a desk as instants: when there is work, day by day.
 *
 * lib/ knows no time zones. The caller has a function that knows them.
 *
 *     EH_AUTO(eh_hours) struct eh_hours hours = EH_HOURS_INIT;
 *     struct eh_hours_zone zone = {zone_instant, NULL};
 *     int r = eh_hours_expand(calendar, &zone, first, last, &hours);
 *     for (uint32_t i = 0; i < hours.count; i++) // ascending, none touches another
 *         work(hours.spans[i].from_us, hours.spans[i].until_us);
 */
#ifndef EVENHAND_WIRE_HOURS_H
#define EVENHAND_WIRE_HOURS_H

#include <evenhand/wire/desk.h>
#include <evenhand/wire/schedule.h>

EH_C_BEGIN

#define EH_HOURS_SPANS_MAX 65536 /* of one calendar at a time */

/* The instant of a local time, both in seconds since 1970-01-01. A local time that does not exist
 * counts from the next that does, one that comes twice the first time. */
struct eh_hours_zone {
    int64_t (*instant)(void *context, struct eh_str time_zone, int64_t local_s);
    void *context;
};

struct eh_hours {
    struct eh_interval *spans;
    uint32_t count, room;
};

#define EH_HOURS_INIT                                                                              \
    {                                                                                              \
        NULL, 0, 0                                                                                 \
    }

void eh_hours_done(struct eh_hours *);

/* Whether there is work on any day: a weekday, or a holiday with other hours. */
bool eh_hours_any(const struct eh_desk_calendar *);

/* Appends the work that begins on the local days from `first` to `last`, both included. What
 * touches becomes one. -EH_ENOMEM, -EH_EFULL. */
int eh_hours_expand(const struct eh_desk_calendar *, const struct eh_hours_zone *, int32_t first,
                    int32_t last, struct eh_hours *) EH_MUST_CHECK;
/* ... and says how many minutes of it begin on each day: of a shift over midnight all of them. What
 * belongs to two shifts counts for the first. Seconds that make no minute are left out. */
int eh_hours_expand_days(const struct eh_desk_calendar *, const struct eh_hours_zone *,
                         int32_t first, int32_t last, struct eh_hours *,
                         uint16_t *ret_minutes) EH_MUST_CHECK;
/* Drops what lies outside of two instants. */
void eh_hours_clip(struct eh_hours *, int64_t from_us, int64_t until_us);

/* The work that lies between two instants, in µs; 0 where the second is not after the first. */
int64_t eh_hours_between(const struct eh_hours *, int64_t from_us, int64_t until_us);
/* When so much work is over that begins at `from_us`; EH_TIME_NEVER: there is not as much. */
int64_t eh_hours_end(const struct eh_hours *, int64_t from_us, int64_t work_us);

EH_C_END

#endif

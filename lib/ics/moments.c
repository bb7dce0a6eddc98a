/*
 * moments: what the properties of an event say of when.
 */
#include "moments.h"

#define DAY_S INT64_C(86400)

struct icaltimetype eh_ics_moment(icalproperty *property, icalcomponent *event)
{
    return icalproperty_get_datetime_with_component(property, event);
}

int64_t eh_ics_seconds(struct icaltimetype time)
{
    const icaltimezone *utc = icaltimezone_get_utc_timezone();
    return icaltime_as_timet_with_zone(time, time.zone ? time.zone : utc);
}

bool eh_ics_is_floating(struct icaltimetype time)
{
    return !time.is_date && !time.zone;
}

bool eh_ics_is_there(struct icaltimetype time)
{
    struct icaltimetype normal = icaltime_normalize(time);
    return !icaltime_is_null_time(time) && normal.year == time.year && normal.month == time.month &&
           normal.day == time.day && normal.hour == time.hour && normal.minute == time.minute;
}

struct eh_ics_name eh_ics_name_of(struct icaltimetype time)
{
    const icaltimezone *utc = icaltimezone_get_utc_timezone();
    return (struct eh_ics_name){eh_ics_seconds(time), icaltime_as_timet_with_zone(time, utc),
                                time.is_date, eh_ics_is_floating(time)};
}

struct eh_ics_name eh_ics_name_at(struct icaltimetype series_start, int64_t start_s)
{
    const icaltimezone *utc = icaltimezone_get_utc_timezone();
    const icaltimezone *zone = series_start.zone ? series_start.zone : utc;
    struct icaltimetype start = icaltime_from_timet_with_zone((time_t)start_s, 0, zone);
    struct eh_ics_name name = eh_ics_name_of(start);
    name.instant_s = start_s;
    name.day = series_start.is_date;
    name.floating = eh_ics_is_floating(series_start);
    return name;
}

static int64_t day_of(int64_t clock_s)
{
    return (clock_s - (clock_s % DAY_S + DAY_S) % DAY_S) / DAY_S;
}

bool eh_ics_name_is(const struct eh_ics_name *a, const struct eh_ics_name *b)
{
    if (a->day || b->day)
        return day_of(a->clock_s) == day_of(b->clock_s);
    return a->floating || b->floating ? a->clock_s == b->clock_s : a->instant_s == b->instant_s;
}

/*
 * moments: what the properties of an event say of when.
 */
#include "moments.h"

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

static bool same_day(struct icaltimetype a, struct icaltimetype b)
{
    return a.year == b.year && a.month == b.month && a.day == b.day;
}

static bool same_clock(struct icaltimetype a, struct icaltimetype b)
{
    return same_day(a, b) && a.hour == b.hour && a.minute == b.minute && a.second == b.second;
}

bool eh_ics_names(struct icaltimetype name, struct icaltimetype series_start, int64_t start_s)
{
    const icaltimezone *utc = icaltimezone_get_utc_timezone();
    const icaltimezone *zone = series_start.zone ? series_start.zone : utc;
    bool by_day = name.is_date || series_start.is_date;
    if (!by_day && name.zone && series_start.zone)
        return eh_ics_seconds(name) == start_s;
    struct icaltimetype start = icaltime_from_timet_with_zone((time_t)start_s, 0, zone);
    return by_day ? same_day(name, start) : same_clock(name, start);
}

/*
 * hours: a calendar of a desk as instants.
 */
#include <evenhand/wire/hours.h>

#include <stdlib.h>

#include <evenhand/base/array.h>

#define DAY_S         86400
#define US            INT64_C(1000000)
#define MINUTE_US     (60 * US)
#define EPOCH_WEEKDAY 3 /* 1970-01-01 was a Thursday; Monday is 0 */

void eh_hours_done(struct eh_hours *hours)
{
    free(hours->spans);
    *hours = (struct eh_hours)EH_HOURS_INIT;
}

bool eh_hours_any(const struct eh_desk_calendar *calendar)
{
    const struct eh_desk_calendar *of = calendar->holidays_of ? calendar->holidays_of : calendar;
    bool any = false;
    for (int i = 0; i < 7; i++)
        any |= calendar->week[i].span_count > 0;
    for (uint32_t i = 0; !any && i < of->holiday_count; i++)
        any = of->holidays[i].day.span_count > 0;
    return any;
}

static int holiday_compare(const void *date, const void *item)
{
    const struct eh_desk_holiday *holiday = item;
    int32_t wanted = *(const int32_t *)date;
    return (wanted > holiday->date) - (wanted < holiday->date);
}

/* The hours of a date: those of a holiday, or the weekday's. */
static const struct eh_desk_day *calendar_day(const struct eh_desk_calendar *calendar, int32_t date)
{
    const struct eh_desk_calendar *of = calendar->holidays_of ? calendar->holidays_of : calendar;
    const struct eh_desk_holiday *holiday =
        of->holiday_count
            ? bsearch(&date, of->holidays, of->holiday_count, sizeof *of->holidays, holiday_compare)
            : NULL;
    int32_t weekday = (date % 7 + EPOCH_WEEKDAY + 7) % 7;
    return holiday ? &holiday->day : &calendar->week[weekday];
}

/* Adds to *added_us what was not there before. */
static int span_append(struct eh_hours *hours, int64_t from_us, int64_t until_us, int64_t *added_us)
{
    struct eh_interval *last = hours->count ? &hours->spans[hours->count - 1] : NULL;
    if (from_us >= until_us)
        return 0; /* the clocks skipped all of it */
    if (last && from_us <= last->until_us) {
        if (until_us > last->until_us) {
            *added_us += until_us - last->until_us;
            last->until_us = until_us;
        }
        return 0;
    }
    int r = eh_array_room(&hours->spans, &hours->room, hours->count + 1, EH_HOURS_SPANS_MAX);
    if (r < 0)
        return r;
    hours->spans[hours->count++] = (struct eh_interval){from_us, until_us};
    *added_us += until_us - from_us;
    return 0;
}

static int day_expand(const struct eh_desk_calendar *calendar, const struct eh_hours_zone *zone,
                      int32_t date, struct eh_hours *hours, int64_t *added_us)
{
    const struct eh_desk_day *day = calendar_day(calendar, date);
    int r = 0;
    for (uint32_t i = 0; r == 0 && i < day->span_count; i++) {
        int64_t midnight_s = (int64_t)date * DAY_S;
        int64_t from_s =
            zone->instant(zone->context, calendar->time_zone, midnight_s + day->spans[i].from * 60);
        int64_t until_s = zone->instant(zone->context, calendar->time_zone,
                                        midnight_s + day->spans[i].until * 60);
        r = span_append(hours, from_s * US, until_s * US, added_us);
    }
    return r;
}

int eh_hours_expand(const struct eh_desk_calendar *calendar, const struct eh_hours_zone *zone,
                    int32_t first, int32_t last, struct eh_hours *hours)
{
    int r = 0;
    int64_t added_us = 0;
    for (int32_t date = first; r == 0 && date <= last; date++)
        r = day_expand(calendar, zone, date, hours, &added_us);
    return r;
}

int eh_hours_expand_days(const struct eh_desk_calendar *calendar, const struct eh_hours_zone *zone,
                         int32_t first, int32_t last, struct eh_hours *hours, uint16_t *ret_minutes)
{
    int r = 0;
    for (int32_t date = first; r == 0 && date <= last; date++) {
        int64_t added_us = 0;
        r = day_expand(calendar, zone, date, hours, &added_us);
        ret_minutes[date - first] = (uint16_t)(added_us / MINUTE_US);
    }
    return r;
}

void eh_hours_clip(struct eh_hours *hours, int64_t from_us, int64_t until_us)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < hours->count; i++) {
        struct eh_interval span = hours->spans[i];
        span.from_us = span.from_us > from_us ? span.from_us : from_us;
        span.until_us = span.until_us < until_us ? span.until_us : until_us;
        if (span.from_us < span.until_us)
            hours->spans[kept++] = span;
    }
    hours->count = kept;
}

/* The first span that is not over at `us`. */
static uint32_t span_at(const struct eh_hours *hours, int64_t us)
{
    uint32_t low = 0, high = hours->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (hours->spans[middle].until_us <= us)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int64_t eh_hours_between(const struct eh_hours *hours, int64_t from_us, int64_t until_us)
{
    int64_t sum = 0;
    for (uint32_t i = span_at(hours, from_us); i < hours->count; i++) {
        struct eh_interval span = hours->spans[i];
        if (span.from_us >= until_us)
            break;
        int64_t begin_us = span.from_us > from_us ? span.from_us : from_us;
        int64_t end_us = span.until_us < until_us ? span.until_us : until_us;
        sum += end_us > begin_us ? end_us - begin_us : 0;
    }
    return sum;
}

int64_t eh_hours_end(const struct eh_hours *hours, int64_t from_us, int64_t work_us)
{
    for (uint32_t i = span_at(hours, from_us); i < hours->count; i++) {
        struct eh_interval span = hours->spans[i];
        int64_t begin_us = span.from_us > from_us ? span.from_us : from_us;
        if (work_us <= span.until_us - begin_us)
            return begin_us + work_us;
        work_us -= span.until_us - begin_us;
    }
    return EH_TIME_NEVER;
}

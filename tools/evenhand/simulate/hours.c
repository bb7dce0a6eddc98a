/* hours: the working time of each team over all of the history, and a while behind it. */
#include <stdlib.h>

#include "simulation.h"
#include "term/zone.h"

/* `calendar` NULL: the desk's own zone. */
static int zone_check(const struct eh_simulation *s, const struct eh_desk_calendar *calendar,
                      const char *path, struct eh_error *error)
{
    struct eh_zone zone = {0};
    char place[EH_DESK_PLACE_BYTES];
    struct eh_str name = calendar ? calendar->time_zone : s->desk->time_zone;
    if (eh_zone_set(&zone, name, NULL) == 0)
        return 0;
    return eh_error_set(error, EH_ENOTFOUND,
                        "%s:%s: %.*s is not known here: write it like Europe/Oslo, or install "
                        "tzdata",
                        path, eh_desk_zone_place(s->desk, calendar, place), EH_STR_ARG(name));
}

int eh_simulation_zones(struct eh_simulation *s, const char *path, struct eh_error *error)
{
    int r = zone_check(s, NULL, path, error);
    for (uint32_t i = 0; r == 0 && i < s->desk->calendar_count; i++)
        r = zone_check(s, &s->desk->calendars[i], path, error);
    s->desk_refused |= r < 0;
    return r;
}

int eh_simulation_expand(const struct eh_simulation *s, const struct eh_desk_calendar *calendar,
                         struct eh_zones *zones, struct eh_hours *ret, struct eh_error *error)
{
    const struct eh_messages *m = &s->messages;
    const struct eh_hours_zone zone = {eh_zones_instant, zones};
    if (m->count == 0)
        return 0;
    int32_t first = eh_zone_date(m->items[0].at_us / 1000) - 2;
    int32_t last = eh_zone_date(m->items[m->count - 1].at_us / 1000) + EH_SIMULATION_HOURS_DAYS;
    int r = eh_hours_expand(calendar, &zone, first, last, ret);
    if (r == -EH_EFULL)
        return eh_error_set(error, EH_EFULL,
                            "hours %.*s: more than %d spans from the first row of the history to a "
                            "year behind the last; deal fewer years",
                            EH_STR_ARG(calendar->id.size ? calendar->id : eh_str("of a rep")),
                            EH_HOURS_SPANS_MAX);
    return r < 0 ? eh_error_set(error, -r, "out of memory") : 0;
}

int eh_simulation_hours(struct eh_simulation *s, struct eh_error *error)
{
    struct eh_zone set = {0};
    struct eh_zones zones = {.offsets = {eh_zone_offset_s, &set}};
    s->hours = calloc(s->desk->team_count + (size_t)1, sizeof *s->hours);
    if (!s->hours)
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    int r = 0;
    for (uint32_t i = 0; r == 0 && i < s->desk->team_count; i++)
        if (s->desk->teams[i].hours)
            r = eh_simulation_expand(s, s->desk->teams[i].hours, &zones, &s->hours[i], error);
    return r < 0 ? r : eh_zone_set(&set, s->desk->time_zone, error);
}

int64_t eh_simulation_between(const struct eh_simulation *s, uint32_t team, int64_t from_us,
                              int64_t until_us)
{
    const struct eh_hours *hours = &s->hours[team];
    return hours->count ? eh_hours_between(hours, from_us, until_us) : until_us - from_us;
}

int64_t eh_simulation_end(const struct eh_simulation *s, uint32_t team, int64_t from_us,
                          int64_t work_us)
{
    const struct eh_hours *hours = &s->hours[team];
    int64_t end_us = hours->count ? eh_hours_end(hours, from_us, work_us) : EH_TIME_NEVER;
    return end_us == EH_TIME_NEVER ? from_us + work_us : end_us;
}

/*
 * zones: instants of local times. lib/ knows no time zones: the caller has a function that knows
 * what local clocks are ahead of UTC at an instant.
 *
 *     struct eh_zones zones = {.offsets = {offset_s, NULL}};
 *     const struct eh_hours_zone zone = {eh_zones_instant, &zones};
 *     r = eh_hours_expand(calendar, &zone, first, last, &hours);
 */
#ifndef EVENHAND_CALENDAR_ZONES_H
#define EVENHAND_CALENDAR_ZONES_H

#include <evenhand/wire/hours.h>

EH_C_BEGIN

#define EH_ZONE_NAME_MAX  63
#define EH_ZONE_KNOWN_MAX 1024 /* instants that are remembered */

/* What local clocks of a zone are ahead of UTC, in seconds. The same zone is asked many times in a
 * row. */
struct eh_zone_offsets {
    int64_t (*at)(void *context, const char *time_zone, int64_t instant_s);
    void *context;
};

struct eh_zones {
    struct eh_zone_offsets offsets;
    char name[EH_ZONE_NAME_MAX + 1]; /* of the last question; empty: none was asked */
    struct {
        bool is_set;
        int64_t local_s, instant_s;
    } known[EH_ZONE_KNOWN_MAX]; /* in the zone `name` */
};

/* The instant of a local time, as struct eh_hours_zone wants it; `zones` is a struct eh_zones. A
 * local time that does not exist counts from the next that does, one that comes twice the first
 * time. */
int64_t eh_zones_instant(void *zones, struct eh_str time_zone, int64_t local_s);

EH_C_END

#endif

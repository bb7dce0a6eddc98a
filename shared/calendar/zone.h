/*
 * zone: instants of local times in any time zone of this machine, by libc.
 *
 *     struct eh_zones zones = EH_ZONES_INIT;
 *     const struct eh_hours_zone zone = {eh_zone_instant, &zones};
 *     r = eh_hours_expand(calendar, &zone, first, last, &hours);
 *     eh_zones_done(&zones);
 */
#ifndef EVENHAND_CALENDAR_ZONE_H
#define EVENHAND_CALENDAR_ZONE_H

#include <evenhand/wire/hours.h>

#define EH_ZONE_NAME_MAX  63
#define EH_ZONE_KNOWN_MAX 1024 /* instants that are remembered */

/* libc knows one zone at a time, that of the process. From the first question on it is that of the
 * last question, until eh_zones_done(). */
struct eh_zones {
    bool entered;
    char *before; /* the zone of the process; NULL: it had none */
    char name[EH_ZONE_NAME_MAX + 1];
    struct {
        bool is_set;
        int64_t local_s, instant_s;
    } known[EH_ZONE_KNOWN_MAX]; /* in the zone `name` */
};

#define EH_ZONES_INIT                                                                              \
    {                                                                                              \
        .entered = false                                                                           \
    }

/* As struct eh_hours_zone wants it; `context` is a struct eh_zones. */
int64_t eh_zone_instant(void *context, struct eh_str time_zone, int64_t local_s);
/* The process has its own zone again. */
void eh_zones_done(struct eh_zones *);

#endif

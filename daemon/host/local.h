/*
 * local: instants of local times in any time zone of this machine, by libc.
 *
 *     struct eh_local local;
 *     eh_local_begin(&local);
 *     int64_t instant_s = eh_local_instant(&local, eh_str("Europe/Oslo"), local_s);
 *     eh_local_done(&local);
 */
#ifndef EVENHAND_HOST_LOCAL_H
#define EVENHAND_HOST_LOCAL_H

#include <evenhand/calendar/zones.h>

/* libc knows one zone at a time, that of the process. From the first question on it is that of the
 * last question, until eh_local_done(). */
struct eh_local {
    bool entered;
    char *before; /* the zone of the process; NULL: it had none */
    char name[EH_ZONE_NAME_MAX + 1];
    struct eh_zones zones;
};

/* The structure must not move until eh_local_done(). */
void eh_local_begin(struct eh_local *);
/* Both in seconds since 1970. */
int64_t eh_local_instant(struct eh_local *, struct eh_str time_zone, int64_t local_s);
/* For eh_hours_expand(). */
struct eh_hours_zone eh_local_zone(struct eh_local *);
/* The process has its own zone again. */
void eh_local_done(struct eh_local *);

#endif

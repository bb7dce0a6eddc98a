/*
 * local: instants of local times in any time zone of this machine.
 *
 * libc knows one zone at a time, TZ, which the clock sets to the desk's.
 */
#include "host/local.h"

#include <stdlib.h>
#include <time.h>

static void zone_set(const char *name)
{
    if (name)
        setenv("TZ", name, 1);
    else
        unsetenv("TZ");
    tzset();
}

static void zone_enter(struct eh_local *local, const char *time_zone)
{
    if (!local->entered) {
        const char *was = getenv("TZ");
        local->before = was ? strdup(was) : NULL;
        eh_require(!was || local->before);
    }
    eh_format(local->name, sizeof local->name, "%s", time_zone);
    zone_set(local->name);
    local->entered = true;
}

static int64_t offset_at(void *context, const char *time_zone, int64_t instant_s)
{
    struct eh_local *local = context;
    time_t seconds = (time_t)instant_s;
    struct tm tm;
    if (!local->entered || strcmp(local->name, time_zone) != 0)
        zone_enter(local, time_zone);
    return localtime_r(&seconds, &tm) ? tm.tm_gmtoff : 0;
}

void eh_local_begin(struct eh_local *local)
{
    *local = (struct eh_local){.zones.offsets = {offset_at, local}};
}

int64_t eh_local_instant(struct eh_local *local, struct eh_str time_zone, int64_t local_s)
{
    return eh_zones_instant(&local->zones, time_zone, local_s);
}

struct eh_hours_zone eh_local_zone(struct eh_local *local)
{
    return (struct eh_hours_zone){eh_zones_instant, &local->zones};
}

void eh_local_done(struct eh_local *local)
{
    if (local->entered)
        zone_set(local->before);
    free(local->before);
    local->before = NULL;
    local->entered = false;
}

/*
 * zone: instants of local times in any time zone of this machine.
 *
 * libc knows one zone at a time, TZ, which the clock sets to the desk's. mktime() leaves open what
 * it answers to a local time that does not exist or comes twice, so only the other direction is
 * asked.
 */
#include "calendar/zone.h"

#include <stdlib.h>
#include <time.h>

#define AROUND_S (36 * 3600) /* more than any offset, and than any leap of one */

static void zone_set(const char *name)
{
    if (name)
        setenv("TZ", name, 1);
    else
        unsetenv("TZ");
    tzset();
}

static void zone_enter(struct eh_zones *zones, struct eh_str time_zone)
{
    if (!zones->entered) {
        const char *was = getenv("TZ");
        zones->before = was ? strdup(was) : NULL;
        eh_require(!was || zones->before);
    }
    memset(zones->known, 0, sizeof zones->known);
    eh_format(zones->name, sizeof zones->name, "%.*s", EH_STR_ARG(time_zone));
    zone_set(zones->name);
    zones->entered = true;
}

void eh_zones_done(struct eh_zones *zones)
{
    if (zones->entered)
        zone_set(zones->before);
    free(zones->before);
    zones->before = NULL;
    zones->entered = false;
}

/* What local clocks are ahead of UTC at an instant. */
static int64_t offset_at(int64_t instant_s)
{
    time_t seconds = (time_t)instant_s;
    struct tm local;
    return localtime_r(&seconds, &local) ? local.tm_gmtoff : 0;
}

/* The first instant at which local clocks show `local_s` or more, between two where they show less
 * and at least that much. */
static int64_t instant_search(int64_t local_s, int64_t before_s, int64_t after_s)
{
    while (after_s - before_s > 1) {
        int64_t middle_s = before_s + (after_s - before_s) / 2;
        if (middle_s + offset_at(middle_s) >= local_s)
            after_s = middle_s;
        else
            before_s = middle_s;
    }
    return after_s;
}

static int64_t instant_find(int64_t local_s)
{
    int64_t early_s = offset_at(local_s - AROUND_S), late_s = offset_at(local_s + AROUND_S);
    int64_t first_s = local_s - (early_s > late_s ? early_s : late_s);
    int64_t second_s = local_s - (early_s > late_s ? late_s : early_s);
    if (first_s + offset_at(first_s) == local_s)
        return first_s;
    if (second_s + offset_at(second_s) == local_s)
        return second_s;
    return instant_search(local_s, first_s - 1, second_s);
}

int64_t eh_zone_instant(void *context, struct eh_str time_zone, int64_t local_s)
{
    struct eh_zones *zones = context;
    if (!zones->entered || !eh_str_equal(eh_str(zones->name), time_zone))
        zone_enter(zones, time_zone);
    size_t at = (size_t)(local_s / 60) % EH_ZONE_KNOWN_MAX;
    if (!zones->known[at].is_set || zones->known[at].local_s != local_s) {
        zones->known[at].is_set = true;
        zones->known[at].local_s = local_s;
        zones->known[at].instant_s = instant_find(local_s);
    }
    return zones->known[at].instant_s;
}

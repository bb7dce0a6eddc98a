/*
 * zones: instants of local times, found by asking what local clocks are ahead of UTC.
 *
 * The other direction is not asked: mktime() leaves open what it answers to a local time that does
 * not exist or comes twice.
 */
#include <evenhand/calendar/zones.h>

#define AROUND_S (36 * 3600) /* more than any offset, and than any leap of one */

static int64_t offset_at(const struct eh_zones *zones, int64_t instant_s)
{
    return zones->offsets.at(zones->offsets.context, zones->name, instant_s);
}

/* The first instant at which local clocks show `local_s` or more, between two where they show less
 * and at least that much. */
static int64_t instant_search(const struct eh_zones *zones, int64_t local_s, int64_t before_s,
                              int64_t after_s)
{
    while (after_s - before_s > 1) {
        int64_t middle_s = before_s + (after_s - before_s) / 2;
        if (middle_s + offset_at(zones, middle_s) >= local_s)
            after_s = middle_s;
        else
            before_s = middle_s;
    }
    return after_s;
}

static int64_t instant_find(const struct eh_zones *zones, int64_t local_s)
{
    int64_t early_s = offset_at(zones, local_s - AROUND_S);
    int64_t late_s = offset_at(zones, local_s + AROUND_S);
    int64_t first_s = local_s - (early_s > late_s ? early_s : late_s);
    int64_t second_s = local_s - (early_s > late_s ? late_s : early_s);
    if (first_s + offset_at(zones, first_s) == local_s)
        return first_s;
    if (second_s + offset_at(zones, second_s) == local_s)
        return second_s;
    return instant_search(zones, local_s, first_s - 1, second_s);
}

int64_t eh_zones_instant(void *context, struct eh_str time_zone, int64_t local_s)
{
    struct eh_zones *zones = context;
    if (!zones->name[0] || !eh_str_equal(eh_str(zones->name), time_zone)) {
        memset(zones->known, 0, sizeof zones->known);
        eh_format(zones->name, sizeof zones->name, "%.*s", EH_STR_ARG(time_zone));
    }
    size_t at = (size_t)(local_s / 60) % EH_ZONE_KNOWN_MAX;
    if (!zones->known[at].is_set || zones->known[at].local_s != local_s) {
        zones->known[at].is_set = true;
        zones->known[at].local_s = local_s;
        zones->known[at].instant_s = instant_find(zones, local_s);
    }
    return zones->known[at].instant_s;
}

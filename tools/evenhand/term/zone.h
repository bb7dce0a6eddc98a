/*
 * zone: the local civil date of a moment in a desk's time zone, as the daemon has it. Sets the zone
 * of the whole process (TZ).
 *
 *     struct eh_zone zone = {0};
 *     r = eh_zone_set(&zone, eh_str("Europe/Oslo"), &error);    // cheap when it is that already
 *     int32_t date = eh_zone_date(at_ms);                       // days since 1970
 */
#ifndef EVENHAND_TOOLS_TERM_ZONE_H
#define EVENHAND_TOOLS_TERM_ZONE_H

#include <evenhand/base/base.h>

struct eh_zone {
    char name[64];
};

/* -EH_ENOTFOUND: this machine does not know it. */
int eh_zone_set(struct eh_zone *, struct eh_str name, struct eh_error *) EH_MUST_CHECK;
int32_t eh_zone_date(int64_t ms);
/* What local clocks of a zone are ahead of UTC, as struct eh_zone_offsets wants it; `zone` is a
 * struct eh_zone, which that zone is set in from here on. 0 of a zone that this machine does not
 * know. */
int64_t eh_zone_offset_s(void *zone, const char *time_zone, int64_t instant_s);
/* The moment of a local time, given in seconds since midnight. A time that a clock change skips
 * becomes a time after the change. */
int64_t eh_zone_us(int32_t date, int32_t second_of_day);

#endif

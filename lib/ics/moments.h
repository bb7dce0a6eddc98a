/*
 * moments: what the properties of an event say of when: each with its zone, and the times of a
 * series that RECURRENCE-ID and EXDATE name.
 */
#ifndef EVENHAND_LIB_ICS_MOMENTS_H
#define EVENHAND_LIB_ICS_MOMENTS_H

#include <libical/ical.h>

#include <evenhand/base/base.h>

/* With the zone of its TZID, which icalproperty_get_recurrenceid() and its like leave out. Of an
 * RDATE that is a period: no time, but the zone. */
struct icaltimetype eh_ics_moment(icalproperty *, icalcomponent *event);

/* Seconds since 1970, UTC; of a time without a zone, as local clocks show it. */
int64_t eh_ics_seconds(struct icaltimetype);

bool eh_ics_is_floating(struct icaltimetype);
/* No 30 February, no hour 25. */
bool eh_ics_is_there(struct icaltimetype);

/* A time as it is named, to be compared often. */
struct eh_ics_name {
    int64_t instant_s, clock_s; /* by UTC, and as clocks of its zone show it */
    bool day, floating;
};

struct eh_ics_name eh_ics_name_of(struct icaltimetype);
/* Of the time of a series that begins at start_s. */
struct eh_ics_name eh_ics_name_at(struct icaltimetype series_start, int64_t start_s);
/* By the day where one of both is a day, by the clock where one of both has no zone, else by the
 * instant. */
bool eh_ics_name_is(const struct eh_ics_name *, const struct eh_ics_name *);

#endif

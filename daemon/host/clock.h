/*
 * clock: the time that inputs carry: wall clock, but never backwards and never by leaps.
 *
 * Wall time is CLOCK_MONOTONIC plus an offset. A wall clock that moves against the monotonic one by
 * less than EH_CLOCK_JUMP_S is followed (never backwards: time stands until it caught up); by more,
 * the old offset is kept and an alarm raised until the two agree again or the daemon restarts.
 *
 *     struct eh_clock clock;
 *     int r = eh_clock_init(&clock, &error);
 *     r = eh_clock_set_zone(&clock, eh_str("Europe/Oslo"), &error);
 *     int64_t now = eh_clock_now_us(&clock);           // >= every value before
 *     int32_t today = eh_clock_date(&clock, now);      // local civil date, days since 1970
 */
#ifndef EVENHAND_HOST_CLOCK_H
#define EVENHAND_HOST_CLOCK_H

#include <evenhand/base/base.h>

#define EH_CLOCK_JUMP_S 300

struct eh_clock {
    int64_t offset_us; /* wall = monotonic + offset */
    int64_t last_us;   /* last value given out */
    bool jumped;       /* the wall clock is away by more than EH_CLOCK_JUMP_S just now */
    int64_t jump_us;   /* by how much */
    char time_zone[64];
};

int eh_clock_init(struct eh_clock *, struct eh_error *) EH_MUST_CHECK;
/* Sets the zone (the desk file's); unknown: -EH_ENOTFOUND and the old one stays. Uses TZ/tzset. */
int eh_clock_set_zone(struct eh_clock *, struct eh_str zone, struct eh_error *) EH_MUST_CHECK;
/* The same for a new desk. Names of the zone folder that are no place's (copies, zones with leap
 * seconds, this machine's own) are -EH_ENOTFOUND, too. A desk in the log may have such a name. */
int eh_clock_set_new_zone(struct eh_clock *, struct eh_str zone, struct eh_error *) EH_MUST_CHECK;
/* Never gives less than `us` from now on: the time of the last input in the log. If the wall clock
 * is more than EH_CLOCK_JUMP_S behind it, time goes on from `us`. */
void eh_clock_at_least(struct eh_clock *, int64_t us);
/* Takes the wall clock as it is, even if it is before a time that was given: time begins anew. */
void eh_clock_take_wall(struct eh_clock *);
int64_t eh_clock_now_us(struct eh_clock *);
int64_t eh_clock_monotonic_us(void);
int32_t eh_clock_date(const struct eh_clock *, int64_t us);
/* The local date in another zone than the one that is set: a zone that a desk had. */
int32_t eh_clock_date_in(const struct eh_clock *, struct eh_str zone, int64_t us);
/* How many seconds after a full hour of UTC one of that zone begins. */
int64_t eh_clock_hour_s(const struct eh_clock *, struct eh_str zone, int64_t us);
/* First moment of a local day. */
int64_t eh_clock_day_us(const struct eh_clock *, int32_t date);
/* First moment of the next local day after us. */
int64_t eh_clock_next_day_us(const struct eh_clock *, int64_t us);

#endif

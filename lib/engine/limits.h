/*
 * limits: how many tickets a team deals to a rep in an hour of its clock and on a day. Private to
 * engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_LIMITS_H
#define EVENHAND_LIB_ENGINE_LIMITS_H

#include "units.h"

struct eh_engine;
struct member;
struct team;

/* The hour of the desk's clock. The engine knows no time zone: the inputs DAY and DESK say how far
 * its full hours are from those of UTC. */
struct hours {
    int64_t clock_s; /* so many seconds behind a full hour of UTC */
    int64_t now_s;   /* the first second of this hour; it follows from the time of the last input */
    uint64_t full;   /* members who get nothing before the next hour; it follows from the rest */
};

/* Whether `count` is all that a share may have of `most` (0: no limit). As capacity does, it counts
 * by share, and the last ticket may pass it. */
static inline bool eh_limit_is_reached(uint32_t count, uint32_t most, uint32_t share_ppm)
{
    return most && (uint64_t)count * EH_PPM >= (uint64_t)most * share_ppm;
}

/* Whether the team deals the member no more today, or in this hour. */
bool eh_limit_of_day(const struct eh_engine *, const struct team *, const struct member *);
bool eh_limit_of_hour(const struct eh_engine *, const struct team *, const struct member *);
/* The member's flag; it keeps the count of those who are full. */
void eh_limit_set(struct eh_engine *, struct member *, bool hour_full);
/* A ticket was dealt to the member. */
void eh_limit_count(struct eh_engine *, const struct team *, const struct member *);
/* Before a step at this moment: whether it lies in another hour than the step before. */
bool eh_hours_turn(struct eh_engine *, int64_t now_us);
/* A desk's clock is so far behind UTC's from now on. The caller finds everybody's eligibility
 * again. */
void eh_hours_set_clock(struct eh_engine *, int64_t clock_s, int64_t now_us);
/* When the next hour begins, if somebody waits for it; or EH_TIME_NEVER. */
int64_t eh_hours_due(const struct eh_engine *);
/* How many were dealt to the member in this hour and on this day. */
uint32_t eh_limit_dealt_in_hour(const struct eh_engine *, const struct member *);
uint32_t eh_limit_dealt_on_day(const struct eh_engine *, const struct member *);

#endif

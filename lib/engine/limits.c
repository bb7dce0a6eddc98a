/*
 * limits: how many tickets a team deals to a rep in an hour of its clock and on a day.
 *
 * An account counts what was dealt in one hour and on one day. It counts anew with the first ticket
 * of another one, so nothing has to be set back when an hour is over. Then only those who were full
 * are looked at again, before the step that comes first in the new hour. A DUE input comes at that
 * moment for what waits. A new day finds everybody's eligibility again, as ever.
 *
 * What a rep takes at the helpdesk, or gets from a manager, is no deal and is not counted.
 */
#include "limits.h"

#include "digest.h"
#include "state.h"

#define HOUR_S INT64_C(3600)

static struct dealt *member_dealt(const struct eh_engine *e, const struct member *member)
{
    return &e->accounts.items[member->account].dealt;
}

static int64_t hour_begin_s(int64_t us, int64_t clock_s)
{
    int64_t s = us / SECOND_US - clock_s;
    int64_t into = s % HOUR_S;
    return s - (into < 0 ? into + HOUR_S : into) + clock_s;
}

uint32_t eh_limit_dealt_in_hour(const struct eh_engine *e, const struct member *member)
{
    const struct dealt *dealt = member_dealt(e, member);
    return dealt->hour_s == e->hours.now_s ? dealt->in_hour : 0;
}

uint32_t eh_limit_dealt_on_day(const struct eh_engine *e, const struct member *member)
{
    const struct dealt *dealt = member_dealt(e, member);
    return dealt->date == e->date ? dealt->on_day : 0;
}

bool eh_limit_of_hour(const struct eh_engine *e, const struct team *team,
                      const struct member *member)
{
    return eh_limit_is_reached(eh_limit_dealt_in_hour(e, member), team->desk->at_most_hour,
                               e->roster.reps[member->rep].share_ppm);
}

bool eh_limit_of_day(const struct eh_engine *e, const struct team *team,
                     const struct member *member)
{
    return eh_limit_is_reached(eh_limit_dealt_on_day(e, member), team->desk->at_most_day,
                               e->roster.reps[member->rep].share_ppm);
}

void eh_limit_set(struct eh_engine *e, struct member *member, bool hour_full)
{
    e->hours.full += (uint64_t)hour_full - (uint64_t)member->hour_full; /* modulo 2^64 */
    member->hour_full = hour_full;
}

void eh_limit_count(struct eh_engine *e, const struct team *team, const struct member *member)
{
    struct dealt *dealt = member_dealt(e, member);
    if (!team->desk->at_most_hour && !team->desk->at_most_day)
        return;
    dealt->in_hour = eh_limit_dealt_in_hour(e, member) + 1;
    dealt->on_day = eh_limit_dealt_on_day(e, member) + 1;
    dealt->hour_s = e->hours.now_s;
    dealt->date = e->date;
    eh_digest_dealt(e, &e->accounts.items[member->account]);
}

bool eh_hours_turn(struct eh_engine *e, int64_t now_us)
{
    int64_t was_s = e->hours.now_s;
    e->hours.now_s = hour_begin_s(now_us, e->hours.clock_s);
    return e->hours.now_s != was_s;
}

void eh_hours_set_clock(struct eh_engine *e, int64_t clock_s, int64_t now_us)
{
    e->hours.clock_s = clock_s;
    e->hours.now_s = hour_begin_s(now_us, clock_s);
}

int64_t eh_hours_due(const struct eh_engine *e)
{
    return e->hours.full > 0 ? (e->hours.now_s + HOUR_S) * SECOND_US : EH_TIME_NEVER;
}

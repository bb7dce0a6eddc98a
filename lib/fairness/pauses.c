/*
 * pauses: how often and how long reps paused tickets of the team: a place to hide work. Time is
 * working time of the team, as it is for its clocks.
 *
 * Nothing is kept per ticket: the time of all of them together grows by the number that is paused.
 */
#include <evenhand/wire/hours.h>

#include "facts.h"

static int64_t working_us(const struct eh_fairness *f, int64_t from_us, int64_t until_us)
{
    const struct eh_interval *intervals = NULL;
    uint32_t schedule = f->engine ? eh_engine_schedule_of_team(f->engine, f->team) : 0;
    if (schedule == 0)
        return until_us - from_us;
    uint32_t count = eh_engine_schedule(f->engine, schedule, &intervals);
    const struct eh_hours hours = {(struct eh_interval *)intervals, count, count};
    return eh_hours_between(&hours, from_us, until_us);
}

void eh_fairness_work_until(struct eh_fairness *f, int64_t to_us)
{
    if (to_us <= f->worked_at_us)
        return;
    f->worked_us += working_us(f, f->worked_at_us, to_us);
    f->worked_at_us = to_us;
}

void eh_fairness_pauses_until(struct pauses *pauses, int64_t worked_us)
{
    pauses->time_us += (__int128)pauses->count * (worked_us - pauses->since_us);
    pauses->since_us = worked_us;
}

void eh_fairness_pausing(struct eh_fairness *f, struct eh_str id, uint64_t count, int64_t at_us)
{
    struct rep *rep = eh_fairness_rep_of(f, id);
    if (!rep || rep->pauses.count == count)
        return;
    eh_fairness_work_until(f, at_us);
    eh_fairness_pauses_until(&rep->pauses, f->worked_us);
    f->paused += count - rep->pauses.count; /* modulo 2^64 */
    rep->pauses.count = count;
}

void eh_fairness_paused(struct eh_fairness *f, struct eh_str id, int64_t value)
{
    struct rep *rep = eh_fairness_rep_of(f, id);
    if (!rep)
        return;
    rep->pauses.begun++;
    rep->pauses.value = eh_add_clamped(rep->pauses.value, value);
}

bool eh_fairness_has_paused(const struct eh_fairness *f)
{
    return f->paused > 0;
}

/*
 * pauses: how often and how long reps paused tickets of the team: a place to hide work.
 *
 * Nothing is kept per ticket: the time of all of them together grows by the number that is paused.
 */
#include "facts.h"

void eh_fairness_pauses_until(struct pauses *pauses, int64_t to_us)
{
    if (to_us > pauses->since_us)
        pauses->time_us += (__int128)pauses->count * (to_us - pauses->since_us);
    pauses->since_us = to_us;
}

void eh_fairness_pausing(struct eh_fairness *f, struct eh_str id, uint64_t count, int64_t at_us)
{
    struct rep *rep = eh_fairness_rep_of(f, id);
    if (!rep || rep->pauses.count == count)
        return;
    eh_fairness_pauses_until(&rep->pauses, at_us);
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

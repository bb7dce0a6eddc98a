/*
 * outlook: what a rep may signal now, told before they do: how long overloaded may last, how often
 * in a row it may still be said, and when a change takes effect. The rules are those of signals.c.
 */
#include "interner.h"
#include "signal_terms.h"
#include "state.h"

static int64_t later(int64_t a_us, int64_t b_us)
{
    return a_us > b_us ? a_us : b_us;
}

static int64_t sooner(int64_t a_us, int64_t b_us)
{
    return a_us < b_us ? a_us : b_us;
}

/* When `available` takes effect if it is said now. */
static int64_t available_from(const struct eh_engine *e, const struct rep *rep, int64_t now_us)
{
    if (rep->status != EH_STATUS_OVERLOADED)
        return now_us;
    int64_t change_us = eh_change_from(rep, e->date, now_us);
    int64_t least_us = eh_overloaded_least_until(e, rep, rep->since_us);
    return later(change_us, sooner(least_us, rep->until_us));
}

static uint32_t overloads_left(const struct eh_engine *e, const struct rep *rep, int64_t now_us)
{
    bool goes_on = rep->status == EH_STATUS_OVERLOADED ||
                   (rep->overload_over_us &&
                    now_us < eh_overloaded_least_until(e, rep, rep->overload_over_us));
    uint32_t said = goes_on ? rep->overloads : 0, most = EH_OVERLOADED_RENEWALS + 1;
    return said < most ? most - said : 0;
}

bool eh_engine_outlook(const struct eh_engine *e, struct eh_str id, int64_t now_us,
                       struct eh_outlook *ret)
{
    uint32_t no = eh_interner_find(&e->roster.rep_ids, id);
    if (no == NONE || !e->roster.reps[no].present)
        return false;
    const struct rep *rep = &e->roster.reps[no];
    const struct said overloaded = {.status = EH_STATUS_OVERLOADED};
    *ret = (struct eh_outlook){
        .available_us = available_from(e, rep, now_us),
        .change_us = eh_change_from(rep, e->date, now_us),
        .overloaded_us = eh_overload_from(e, rep, overloaded, now_us),
        .overloads_left = overloads_left(e, rep, now_us),
    };
    eh_overloaded_bounds(e, rep, &ret->at_least_s, &ret->at_most_s);
    eh_changes_left(rep, e->date, now_us, &ret->changes_minute, &ret->changes_today);
    return true;
}

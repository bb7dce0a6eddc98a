/*
 * member: what holds of one member alone: days, years of service, minutes, whether they take part.
 */
#include "internal.h"

#include <evenhand/wire/desk.h>

bool eh_bonus_eligible(const struct eh_bonus_plan *plan, const struct eh_bonus_member *m)
{
    return m->days > 0 && !m->excluded && !(m->left && plan->leavers == EH_LEAVERS_FORFEIT);
}

bool eh_bonus_minutes(const struct eh_bonus_plan *plan, const struct eh_bonus_member *m,
                      int64_t *ret)
{
    bool prior = !m->has_paid && plan->if_missing == EH_MISSING_PRIOR && m->has_contract;
    if (!m->has_paid && !prior)
        return false;
    bool bounded = m->has_contract && (prior || m->paid_minutes > m->contract_minutes);
    *ret = bounded ? m->contract_minutes : m->paid_minutes;
    return true;
}

uint32_t eh_bonus_years(int32_t since, int32_t day)
{
    if (since == EH_DATE_ALWAYS || day <= since)
        return 0;
    int from[3], to[3];
    eh_date_split(since, &from[0], &from[1], &from[2]);
    eh_date_split(day, &to[0], &to[1], &to[2]);
    bool before = to[1] < from[1] || (to[1] == from[1] && to[2] < from[2]);
    return (uint32_t)(to[0] - from[0] - before);
}

uint32_t eh_bonus_band(const struct eh_bonus_plan *plan, int32_t since, int32_t day)
{
    uint32_t years = eh_bonus_years(since, day), weight = 0;
    for (uint32_t i = 0; i < plan->band_count && plan->bands[i].years <= years; i++)
        weight = plan->bands[i].weight;
    return weight;
}

void eh_bonus_count_days(const struct eh_bonus_stay *stays, uint32_t count, struct eh_period period,
                         struct eh_bonus_member *ret)
{
    int32_t first = eh_period_first(period), last = eh_period_last(period);
    ret->days = 0;
    ret->first_day = last;
    bool there = false;
    for (uint32_t i = 0; i < count; i++) {
        int32_t from = stays[i].from > first ? stays[i].from : first;
        int32_t until = stays[i].until < last ? stays[i].until : last;
        if (from > until)
            continue;
        ret->days += (uint32_t)(until - from + 1);
        ret->first_day = from < ret->first_day ? from : ret->first_day;
        there |= until == last;
    }
    ret->left = !there;
}

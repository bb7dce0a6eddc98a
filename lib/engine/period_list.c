/*
 * period_list: the bonus periods of a team in which something was counted, the latest first.
 *
 * A period is found by its team and a date, and made where a plan governs that date. Periods of the
 * shadow plan stand in a list of their own, and are no part of the state.
 */
#include "period_list.h"

#include "digest.h"
#include "facts.h"
#include "state.h"

#include <stdlib.h>

/* A closing may be dated so many days ahead of the engine's day (EH_AT_AHEAD_MAX_S). One beyond
 * that was dated by time that was led back. */
#define AHEAD_DAYS 1

static bool period_holds(const struct period *p, int32_t date)
{
    return p->first <= date && date <= p->last;
}

bool eh_period_settled(const struct eh_engine *e, uint32_t team, int32_t date)
{
    const struct purse *purse = &e->roster.teams[team].purse;
    return purse->used && date <= purse->settled;
}

uint32_t eh_period_find(const struct eh_engine *e, uint32_t head, int32_t date)
{
    uint32_t at = head;
    while (at != NONE && e->periods.slots[at].first > date) /* the latest comes first */
        at = e->periods.slots[at].older;
    return at != NONE && period_holds(&e->periods.slots[at], date) ? at : NONE;
}

uint32_t *eh_period_head(struct eh_engine *e, uint32_t team, bool shadow)
{
    return shadow ? &e->roster.teams[team].shadow_periods : &e->roster.teams[team].periods;
}

static int period_alloc(struct eh_engine *e, uint32_t *ret)
{
    if (e->periods.free != NONE) {
        *ret = e->periods.free;
        e->periods.free = e->periods.slots[*ret].older;
        return 0;
    }
    int r =
        eh_array_room(&e->periods.slots, &e->periods.capacity, e->periods.used + 1, EH_ARRAY_MAX);
    if (r == 0)
        *ret = e->periods.used++;
    return r;
}

static void period_link(struct eh_engine *e, uint32_t slot)
{
    struct period *p = &e->periods.slots[slot];
    uint32_t *at = eh_period_head(e, p->team, p->shadow);
    while (*at != NONE && e->periods.slots[*at].first > p->first)
        at = &e->periods.slots[*at].older;
    p->older = *at;
    *at = slot;
}

int eh_period_add(struct eh_engine *e, uint32_t team, struct eh_period period,
                  const struct eh_bonus_plan *plan, bool shadow, uint32_t *ret)
{
    uint32_t slot = NONE;
    int r = period_alloc(e, &slot);
    if (r < 0)
        return r;
    e->periods.slots[slot] = (struct period){.team = team,
                                             .period = period,
                                             .first = eh_period_first(period),
                                             .last = eh_period_last(period),
                                             .plan = plan,
                                             .shadow = shadow,
                                             .state = EH_PERIOD_OPEN,
                                             .facts = NONE,
                                             .imports = NONE};
    period_link(e, slot);
    *ret = slot;
    return 0;
}

/* Gets the period of a date, made if a plan governs the date; NONE: no plan does. */
int eh_period_get(struct eh_engine *e, uint32_t team, int32_t date, bool shadow, uint32_t *ret)
{
    *ret = eh_period_find(e, *eh_period_head(e, team, shadow), date);
    if (*ret != NONE || (!shadow && eh_period_settled(e, team, date)))
        return 0;
    struct eh_str id = e->roster.team_ids.items[team];
    const struct eh_bonus_plan *plan = NULL;
    if (shadow)
        plan = eh_plans_find(e->shadow.plans, e->shadow.count, id, date);
    else if (e->desk)
        plan = eh_desk_plan(e->desk->desk, id, date);
    if (!plan)
        return 0;
    return eh_period_add(e, team, eh_period_of(plan->from.kind, date), plan, shadow, ret);
}

/* The period of a date that a closing had; NONE: there is none, or it is settled for good. */
uint32_t eh_facts_period(struct eh_engine *e, uint32_t team, int32_t date, bool shadow)
{
    if (e->rules >= EH_RULES_TIME_BACK && date > e->date + AHEAD_DAYS)
        date = e->date;
    return eh_period_find(e, *eh_period_head(e, team, shadow), date);
}

int eh_facts_make_period(struct eh_engine *e, uint32_t team, int32_t date, bool shadow,
                         uint32_t *ret)
{
    if (date > e->date + AHEAD_DAYS)
        date = e->date;
    return eh_period_get(e, team, date, shadow, ret);
}

void eh_period_drop(struct eh_engine *e, uint32_t slot)
{
    struct period *p = &e->periods.slots[slot];
    uint32_t *at = eh_period_head(e, p->team, p->shadow);
    while (*at != slot)
        at = &e->periods.slots[*at].older;
    *at = p->older;
    eh_facts_drop(e, slot, p->facts);
    eh_facts_drop(e, slot, p->imports);
    eh_digest_leave(e, &p->hash);
    free(p->frozen);
    free(p->statement);
    *p = (struct period){.older = e->periods.free};
    e->periods.free = slot;
}

/* ---- whether there is room */

static int team_check_count(const struct eh_engine *e, uint32_t team, struct eh_error *error)
{
    uint32_t open = 0;
    for (uint32_t at = e->roster.teams[team].periods; at != NONE; at = e->periods.slots[at].older)
        open += e->periods.slots[at].last_version == 0;
    if (open < EH_PERIODS_OPEN_MAX)
        return 0;
    return eh_error_set(error, EH_EFULL,
                        "period: team %.*s has %d periods that were not closed; close some",
                        EH_STR_ARG(e->roster.team_ids.items[team]), EH_PERIODS_OPEN_MAX);
}

int eh_facts_room(const struct eh_engine *e, uint32_t team, int32_t date, struct eh_error *error)
{
    const struct eh_desk *desk = e->desk ? e->desk->desk : NULL;
    if (!desk || !eh_desk_plan(desk, e->roster.team_ids.items[team], date) ||
        eh_period_settled(e, team, date))
        return 0;
    if (e->facts.of_state > EH_FACTS_MAX - 4)
        return eh_error_set(error, EH_EFULL,
                            "period: %u facts of bonus periods are held already; close some",
                            EH_FACTS_MAX);
    return eh_period_find(e, e->roster.teams[team].periods, date) != NONE
               ? 0
               : team_check_count(e, team, error);
}

/*
 * plans: bonus plans come and go with desk files: which changes are allowed, and what they do to
 * periods.
 */
#include "plans.h"

#include "digest.h"
#include "interner.h"
#include "period_bytes.h"
#include "period_list.h"
#include "state.h"

/* A plan that has begun stays; so does a plan under which something was counted. */
int eh_engine_plans_check(const struct eh_engine *e, const struct eh_desk *new, int32_t today,
                          struct eh_error *error)
{
    const struct eh_desk *old = e->desk ? e->desk->desk : NULL;
    int r = eh_desk_plans_check(old, new, today, error);
    for (uint32_t team = 0; r == 0 && team < e->roster.team_ids.count; team++)
        for (uint32_t at = e->roster.teams[team].periods; at != NONE;
             at = e->periods.slots[at].older) {
            const struct period *p = &e->periods.slots[at];
            if (p->first <= today)
                break; /* periods are in order, the latest first */
            const struct eh_bonus_plan *plan =
                eh_desk_plan(new, e->roster.team_ids.items[team], p->first);
            char text[EH_DECIMAL_TEXT_MAX];
            eh_period_print(p->period, text);
            if (!plan || !eh_plan_same(plan, p->plan))
                return eh_error_field(error, EH_ECONFLICT, "plans",
                                      "plans: something is counted for %s of team %.*s already; "
                                      "let the change begin with a later period",
                                      text, EH_STR_ARG(e->roster.team_ids.items[team]));
        }
    return r;
}

static void team_adopt(struct eh_engine *e, uint32_t no, int32_t today, bool planned)
{
    struct team *team = &e->roster.teams[no];
    if (planned && !team->purse.used) {
        team->purse.used = true;
        team->purse.planned_on = today;
        team->purse.settled = EH_DATE_ALWAYS;
        eh_digest_purse(e, no);
    }
    for (uint32_t at = team->periods, older; at != NONE; at = older) {
        struct period *p = &e->periods.slots[at];
        older = p->older;
        p->plan = eh_desk_plan(e->desk->desk, e->roster.team_ids.items[no], p->first);
        if (!p->plan || p->plan->from.kind != p->period.kind)
            eh_period_drop(e, at); /* its plan went or changed before plans had an effect */
    }
}

/* Whether the team never had a plan. In a team that no desk had, nothing was ever closed. */
static bool team_is_new_to_plans(const struct eh_engine *e, struct eh_str team)
{
    uint32_t no = eh_interner_find(&e->roster.team_ids, team);
    return no != NONE && !e->roster.teams[no].purse.used;
}

size_t eh_engine_late_plans(const struct eh_engine *e, const struct eh_desk *desk, int32_t today,
                            struct eh_bonus_plan *ret, size_t max)
{
    size_t count = 0;
    bool late = false;
    for (uint32_t i = 0; i < desk->plan_count; i++) {
        const struct eh_bonus_plan *plan = &desk->plans[i];
        bool first = i == 0 || !eh_str_equal(plan->team, desk->plans[i - 1].team);
        if (first)
            late = team_is_new_to_plans(e, plan->team) && eh_period_first(plan->from) <= today;
        if (late && count++ < max)
            ret[count - 1] = *plan;
    }
    return count;
}

int eh_periods_recall(struct eh_engine *e, struct eh_str bytes)
{
    struct eh_reader in = eh_reader(bytes.data, bytes.size);
    int r = eh_periods_read(e, &in);
    return r == 0 && !eh_reader_complete(&in) ? -EH_ECORRUPT : r;
}

void eh_periods_adopt(struct eh_engine *e, int32_t today)
{
    const struct eh_desk *desk = e->desk->desk;
    for (uint32_t i = 0; i < e->roster.team_ids.count; i++)
        team_adopt(e, i, today,
                   eh_desk_plan(desk, e->roster.team_ids.items[i], EH_DATE_NEVER) != NULL);
}

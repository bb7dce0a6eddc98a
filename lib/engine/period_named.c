/*
 * period_named: the team, the period, the plan and the rep that a message names.
 */
#include "period_named.h"

#include "effects.h"
#include "figures.h"
#include "interner.h"
#include "member.h"
#include "named.h"
#include "past.h"
#include "period_list.h"
#include "state.h"
#include "step.h"

/* Team, period and the plan that governs it, or NULL; refuses a team or period that is wrong. */
int eh_step_plan(struct step *s, uint32_t *ret_team, struct eh_period *ret_period,
                 const struct eh_bonus_plan **ret_plan)
{
    const struct eh_message *m = &s->m;
    uint32_t team;
    int r = eh_step_team(s, &team);
    *ret_plan = NULL;
    if (r < 0 || team == NONE)
        return r;
    if (eh_period_parse(m->period, ret_period, NULL) < 0)
        return eh_step_refuse(s, EH_EINVAL,
                              "period: %.*s is none; write 2026-03, 2026-Q1 or 2026-W10",
                              EH_STR_ARG(m->period));
    *ret_team = team;
    const struct eh_bonus_plan *plan =
        eh_desk_plan(s->e->desk->desk, m->team, eh_period_first(*ret_period));
    if (plan && plan->from.kind != ret_period->kind)
        return eh_step_refuse_kind(s, plan);
    *ret_plan = plan;
    return 0;
}

/* A period that is not kept any more cannot be made again. */
int eh_step_refuse_settled(struct step *s, uint32_t team, int32_t first)
{
    if (!eh_period_settled(s->e, team, first) ||
        eh_period_find(s->e, s->e->roster.teams[team].periods, first) != NONE)
        return 0;
    return eh_step_refuse(s, EH_ECONFLICT, "period: %.*s of team %.*s is settled for good%s",
                          EH_STR_ARG(s->m.period), EH_STR_ARG(s->m.team),
                          s->e->rules >= EH_RULES_WAYS_OUT
                              ? "; what belongs there goes into a period that is not closed"
                              : "");
}

/* As eh_step_plan(), where a plan must govern the period; and the period itself, or NONE. */
int eh_step_period(struct step *s, uint32_t *ret_team, struct eh_period *ret_period,
                   uint32_t *ret_slot)
{
    const struct eh_bonus_plan *plan;
    int r = eh_step_plan(s, ret_team, ret_period, &plan);
    if (r < 0 || s->fx->refused)
        return r;
    if (!plan)
        return eh_step_refuse(s, EH_ENOTFOUND,
                              "period: no plan of team %.*s governs %.*s; plans stand in the desk "
                              "file",
                              EH_STR_ARG(s->m.team), EH_STR_ARG(s->m.period));
    *ret_slot =
        eh_period_find(s->e, s->e->roster.teams[*ret_team].periods, eh_period_first(*ret_period));
    return eh_step_refuse_settled(s, *ret_team, eh_period_first(*ret_period));
}

/* Whether the rep that the message names was in the team on a day of the period: 1, 0 or
 * -EH_ENOMEM. */
int eh_step_rep_was_there(const struct step *s, uint32_t team, struct eh_period period)
{
    uint32_t rep = eh_interner_find(&s->e->roster.rep_ids, s->m.rep);
    if (s->e->rules < EH_RULES_STAYS || rep == NONE)
        return 0;
    return eh_past_has(s->e, team, rep, eh_period_first(period), eh_period_last(period));
}

/* The rep that the message names, who is in the team today or was on a day of the period; NONE:
 * that was refused. */
int eh_step_person(struct step *s, uint32_t team, struct eh_period period, uint32_t *ret)
{
    int r = eh_step_rep_was_there(s, team, period);
    *ret = r > 0 ? eh_interner_find(&s->e->roster.rep_ids, s->m.rep) : NONE;
    if (r != 0)
        return r < 0 ? r : 0;
    r = eh_step_rep(s, ret);
    if (r < 0 || *ret == NONE || eh_member_position(s->e, team, *ret) != NONE)
        return r;
    *ret = NONE;
    return eh_step_refuse(s, EH_ENOTFOUND, "rep: %.*s is not in team %.*s", EH_STR_ARG(s->m.rep),
                          EH_STR_ARG(s->m.team));
}

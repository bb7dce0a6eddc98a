/*
 * metric: the message METRIC: an imported figure.
 */
#include "effects.h"
#include "figures.h"
#include "imports.h"
#include "interner.h"
#include "named.h"
#include "period_list.h"
#include "period_named.h"
#include "state.h"
#include "step.h"
#include "steps.h"

/* A rep who had no day in the period: no pool could use the figure. */
static int rep_refuse_absent(struct step *s, uint32_t team, struct eh_period period)
{
    uint32_t rep = eh_interner_find(&s->e->roster.rep_ids, s->m.rep);
    int r = eh_step_rep_was_there(s, team, period);
    if (r != 0 || rep == NONE)
        return r < 0 ? r : rep == NONE ? eh_step_rep(s, &rep) : 0;
    return eh_step_refuse(s, EH_ENOTFOUND, "rep: %.*s was not in team %.*s in %.*s",
                          EH_STR_ARG(s->m.rep), EH_STR_ARG(s->m.team), EH_STR_ARG(s->m.period));
}

/* The first builds took figures of everybody. */
static int rep_refuse_uncounted(struct step *s, uint32_t team, struct eh_period period)
{
    uint32_t rep;
    if (!eh_message_has(&s->m, EH_FIELD_REP))
        return 0;
    if (s->e->rules >= EH_RULES_COUNTABLE)
        return rep_refuse_absent(s, team, period);
    return s->e->rules < EH_RULES_METRICS ? eh_step_rep(s, &rep)
                                          : eh_step_person(s, team, period, &rep);
}

/* Figures that no plan could ever use. */
static int figure_refuse_useless(struct step *s, const struct eh_bonus_plan *plan)
{
    const struct eh_message *m = &s->m;
    const struct eh_plan_measure *measure = eh_plan_measure_find(plan, m->metric);
    if (s->e->rules < EH_RULES_METRICS)
        return 0;
    if (eh_measure_is_reserved(m->metric) || (measure && measure->kind != EH_MEASURE_IMPORTED))
        return eh_step_refuse(s, EH_EINVAL,
                              "metric: %.*s is computed from the tickets; none is imported",
                              EH_STR_ARG(m->metric));
    return 0;
}

static int figure_refuse(struct step *s, bool minutes)
{
    const struct eh_message *m = &s->m;
    if (minutes && !eh_message_has(m, EH_FIELD_REP))
        return eh_step_refuse(s, EH_EINVAL, "rep: missing; %.*s are a rep's",
                              EH_STR_ARG(m->metric));
    if (minutes && m->value < 0)
        return eh_step_refuse(s, EH_ERANGE, "value: %lld minutes are below 0", (long long)m->value);
    return 0;
}

static int figure_import(struct step *s)
{
    const struct eh_message *m = &s->m;
    uint32_t team = NONE;
    struct eh_period period;
    const struct eh_bonus_plan *plan;
    int r = eh_step_plan(s, &team, &period, &plan);
    if (r < 0 || s->fx->refused)
        return r;
    r = rep_refuse_uncounted(s, team, period);
    if (r == 0 && !s->fx->refused)
        r = figure_refuse_useless(s, plan);
    if (r < 0 || s->fx->refused)
        return r;
    bool minutes = eh_plan_is_minutes(m->metric);
    int32_t first = eh_period_first(period);
    struct eh_error error = {0};
    r = figure_refuse(s, minutes);
    if (r == 0 && !s->fx->refused)
        r = eh_figure_check(s, team, period, plan);
    if (r == 0 && !s->fx->refused && plan)
        r = eh_step_refuse_settled(s, team, first);
    if (r < 0 || s->fx->refused)
        return r;
    if (plan && eh_facts_room(s->e, team, first, &error) < 0)
        return eh_step_refuse(s, EH_EFULL, "%s", error.text);
    bool needed = s->e->rules >= EH_RULES_WAYS_OUT && eh_plan_measure_find(plan, m->metric) != NULL;
    if (plan && !minutes && !needed && eh_imports_full(s->e, team, first, m->metric))
        return eh_step_refuse(s, EH_EFULL, "metric: %.*s has %d imported metrics already",
                              EH_STR_ARG(m->period), EH_IMPORTS_MAX);
    s->touched = true;
    return eh_facts_imported(s->e, team, period, m);
}

/* Before there were periods, a figure was only written down, and less was checked. A figure that
 * would be refused now was taken then, and counts nowhere. */
int eh_step_metric(struct step *s)
{
    int r = figure_import(s);
    if (r == 0 && s->fx->refused && eh_step_was(s, EH_RECORDED_TAKEN))
        eh_step_take(s);
    return r;
}

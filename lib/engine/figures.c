/*
 * figures: checks that an imported figure can count: its name is no slip of a known name, its
 * period is of the team's kind, its minutes fit into the period.
 */
#include "figures.h"

#include "effects.h"
#include "imports.h"
#include "state.h"
#include "step.h"

#define NEAR_MAX 2  /* a name that differs in so few letters is taken for a slip */
#define NAME_MAX 64 /* bytes of a name in a message */

/* ---- the name */

/* ASCII letters become small letters. */
static struct eh_str text_lower(struct eh_str s, char ret[EH_DISTANCE_MAX])
{
    for (uint32_t i = 0; i < s.size; i++)
        ret[i] = (char)(s.data[i] >= 'A' && s.data[i] <= 'Z' ? s.data[i] + 'a' - 'A' : s.data[i]);
    return eh_str_n(ret, s.size);
}

static bool name_is_slip(struct eh_str name, struct eh_str known)
{
    char a[EH_DISTANCE_MAX], b[EH_DISTANCE_MAX];
    if (name.size > EH_DISTANCE_MAX || known.size > EH_DISTANCE_MAX)
        return false;
    uint32_t apart = eh_text_distance(text_lower(name, a), text_lower(known, b));
    return apart <= NEAR_MAX && apart < known.size;
}

struct search {
    struct eh_str name;
    struct eh_str near; /* a known name that differs little from it; empty: none */
    bool known;
};

static void search_compare(struct search *search, struct eh_str known)
{
    if (eh_str_equal(search->name, known))
        search->known = true;
    else if (search->near.size == 0 && name_is_slip(search->name, known))
        search->near = known;
}

static void search_plans(const struct eh_desk *desk, struct eh_str team, struct search *search)
{
    for (uint32_t i = 0; i < desk->plan_count; i++) {
        const struct eh_bonus_plan *plan = &desk->plans[i];
        for (uint32_t k = 0; eh_str_equal(plan->team, team) && k < plan->measure_count; k++)
            search_compare(search, plan->measures[k].name);
    }
}

/* A name that was insisted on before is not asked about again: the period has it. */
static int figure_refuse_slip(struct step *s, uint32_t team, struct eh_period period)
{
    const struct eh_message *m = &s->m;
    struct search search = {.name = m->metric};
    search_plans(s->e->desk->desk, m->team, &search);
    search_compare(&search, eh_str("paid_minutes"));
    search_compare(&search, eh_str("contract_minutes"));
    for (size_t i = 0; eh_measure_reserved(i); i++)
        search_compare(&search, eh_str(eh_measure_reserved(i)));
    if (search.known || search.near.size == 0 || eh_message_has(m, EH_FIELD_NEW) ||
        eh_import_known(s->e, team, period, m->metric))
        return 0;
    return eh_step_refuse(s, EH_EINVAL,
                          "metric: no plan of team %.*s has %.*s; did you mean %.*s? A new name is "
                          "insisted on with `new`: true, or --new",
                          EH_STR_ARG(m->team), EH_STR_ARG(eh_str_cut(m->metric, NAME_MAX)),
                          EH_STR_ARG(eh_str_cut(search.near, NAME_MAX)));
}

/* ---- the period */

static const char *const forms[] = {
    [EH_PERIOD_WEEK] = "weeks, like 2026-W10",
    [EH_PERIOD_MONTH] = "months, like 2026-03",
    [EH_PERIOD_QUARTER] = "quarters, like 2026-Q1",
};

int eh_step_refuse_kind(struct step *s, const struct eh_bonus_plan *plan)
{
    const struct eh_message *m = &s->m;
    return eh_step_refuse(s, EH_EINVAL, "period: %.*s is none of team %.*s: its periods are %s",
                          EH_STR_ARG(m->period), EH_STR_ARG(m->team), forms[plan->from.kind]);
}

/* The team's first plan, or NULL; *ret_kind: whether one of its plans has such periods. */
static const struct eh_bonus_plan *plan_of_kind(const struct eh_desk *desk, struct eh_str team,
                                                struct eh_period period, bool *ret_kind)
{
    const struct eh_bonus_plan *first = NULL;
    *ret_kind = false;
    for (uint32_t i = 0; i < desk->plan_count; i++) {
        const struct eh_bonus_plan *plan = &desk->plans[i];
        if (!eh_str_equal(plan->team, team))
            continue;
        first = first ? first : plan;
        *ret_kind |= plan->from.kind == period.kind;
    }
    return first;
}

static int figure_refuse_kind(struct step *s, struct eh_period period)
{
    bool known;
    const struct eh_message *m = &s->m;
    const struct eh_bonus_plan *first = plan_of_kind(s->e->desk->desk, m->team, period, &known);
    if (!first || known)
        return 0;
    return eh_step_refuse_kind(s, first);
}

/* ---- minutes */

static int figure_refuse_minutes(struct step *s, struct eh_period period)
{
    const struct eh_message *m = &s->m;
    int64_t days = (int64_t)eh_period_last(period) - eh_period_first(period) + 1;
    int64_t most = eh_message_has(m, EH_FIELD_MINUTES) ? m->minutes : days * 24 * 60;
    if (m->value <= most)
        return 0;
    return eh_step_refuse(s, EH_ERANGE, "value: %lld %.*s are more than the %lld minutes of %.*s",
                          (long long)m->value, EH_STR_ARG(m->metric), (long long)most,
                          EH_STR_ARG(m->period));
}

/* ---- together */

/* The figure is taken, and the sender is told that it counts nowhere. */
static int figure_note(struct step *s, const struct eh_bonus_plan *plan)
{
    const struct eh_message *m = &s->m;
    char text[EH_MENDED_MAX / 2];
    if (eh_plan_is_minutes(m->metric) ? plan != NULL
                                      : eh_plan_measure_find(plan, m->metric) != NULL)
        return 0;
    struct eh_str what = plan ? eh_str_cut(m->metric, NAME_MAX) : m->period;
    eh_format(text, sizeof text, "counts nowhere: no plan of team %.*s %s %.*s",
              EH_STR_ARG(eh_str_cut(m->team, NAME_MAX)), plan ? "has" : "governs",
              EH_STR_ARG(what));
    s->fx->note = eh_arena_str(s->fx->arena, eh_str(text));
    return s->fx->note.data ? 0 : -EH_ENOMEM;
}

int eh_figure_check(struct step *s, uint32_t team, struct eh_period period,
                    const struct eh_bonus_plan *plan)
{
    if (s->e->rules < EH_RULES_COUNTABLE)
        return 0;
    int r = plan ? 0 : figure_refuse_kind(s, period);
    if (r == 0 && !s->fx->refused)
        r = eh_plan_is_minutes(s->m.metric) ? figure_refuse_minutes(s, period)
                                            : figure_refuse_slip(s, team, period);
    return r < 0 || s->fx->refused ? r : figure_note(s, plan);
}

/*
 * what_if: a period under another plan, or with other figures: an estimate from the facts of its
 * last version, which changes nothing.
 */
#include "internal.h"

/* ---- handling times, which a plan winsorises one by one */

static const struct eh_plan_measure *plan_handle_time(const struct eh_bonus_plan *plan)
{
    for (uint32_t i = 0; i < plan->measure_count; i++)
        if (plan->measures[i].kind == EH_MEASURE_HANDLE_TIME)
            return &plan->measures[i];
    return NULL;
}

static bool is_said(const struct eh_pool_if *what, struct eh_str name)
{
    for (uint32_t i = 0; i < what->said_count; i++)
        if (eh_str_equal(what->said[i].name, name))
            return true;
    return false;
}

static int bounds_check(const struct eh_bonus_plan *own, const struct eh_pool_if *what,
                        struct eh_error *error)
{
    const struct eh_plan_measure *ours = plan_handle_time(own);
    const struct eh_plan_measure *theirs = plan_handle_time(what->plan);
    if (!theirs || is_said(what, theirs->name) ||
        (ours && ours->least_ms == theirs->least_ms && ours->most_ms == theirs->most_ms))
        return 0;
    return eh_error_set(error, EH_ECONFLICT,
                        "handling times have to be counted anew under these bounds");
}

static void handled_take(struct eh_bonus_kind *kind, const struct eh_bonus_facts *counted)
{
    kind->handled_count = kind->handled_ms = 0;
    for (uint32_t i = 0; i < counted->kind_count; i++)
        if (eh_str_equal(counted->kinds[i].id, kind->id)) {
            kind->handled_count = counted->kinds[i].handled_count;
            kind->handled_ms = counted->kinds[i].handled_ms;
        }
}

/* Puts the handling times into the version's facts: nothing else of them differs between plans. */
static int handled_put(const struct eh_bonus_facts *counted, struct eh_arena *arena,
                       struct eh_bonus_facts *facts, struct eh_error *error)
{
    struct eh_bonus_kind *kinds =
        eh_arena_copy(arena, facts->kinds, facts->kind_count * sizeof *kinds);
    if (!kinds)
        return eh_error_set(error, EH_ENOMEM, "out of memory for the facts");
    for (uint32_t i = 0; i < facts->kind_count; i++)
        handled_take(&kinds[i], counted);
    facts->kinds = kinds;
    return 0;
}

/* For a version that kept no facts: the facts as the engine counted them, with its members. */
static int facts_recount(const struct eh_engine *e, const struct eh_period_view *view,
                         const struct eh_bonus_facts *counted, struct eh_arena *arena,
                         struct eh_bonus_facts **ret, struct eh_error *error)
{
    struct eh_bonus_facts *first, *facts = eh_arena_copy(arena, counted, sizeof *facts);
    if (!facts)
        return eh_error_set(error, EH_ENOMEM, "out of memory for the facts");
    int r = eh_pool_first_facts(e, view, arena, &first, error);
    if (r == 0)
        r = eh_pool_keep_members(first, arena, facts, error);
    if (r < 0)
        return r;
    eh_pool_keep_terms(first, facts);
    *ret = facts;
    return 0;
}

/* ---- the whole */

static int plan_check(const struct eh_period_view *view, const struct eh_bonus_plan *plan,
                      struct eh_error *error)
{
    const struct eh_bonus_plan *own = view->plan;
    char period[EH_DECIMAL_TEXT_MAX];
    eh_period_print(view->period, period);
    if (plan->from.kind != view->period.kind)
        return eh_error_set(error, EH_EINVAL, "the periods of plan %.*s are %ss, and %s is a %s",
                            EH_STR_ARG(plan->id),
                            eh_period_kind_name((enum eh_period_kind)plan->from.kind), period,
                            eh_period_kind_name((enum eh_period_kind)view->period.kind));
    if (!eh_str_equal(plan->currency, own->currency))
        return eh_error_set(error, EH_EINVAL, "plan %.*s pays %.*s, and %s was counted in %.*s",
                            EH_STR_ARG(plan->id), EH_STR_ARG(plan->currency), period,
                            EH_STR_ARG(own->currency));
    return 0;
}

int eh_pool_what_if_facts(const struct eh_engine *e, const struct eh_period_view *view,
                          const struct eh_pool_if *what, struct eh_arena *arena,
                          struct eh_bonus_facts **ret, struct eh_error *error)
{
    const struct eh_bonus_facts *counted = what->counted;
    struct eh_bonus_facts *facts;
    int r = plan_check(view, what->plan, error);
    if (r == 0 && !counted)
        r = bounds_check(view->plan, what, error);
    if (r < 0)
        return r;
    r = eh_pool_version_facts(e, view, arena, &facts, error);
    if (r == 0 && counted)
        r = handled_put(counted, arena, facts, error);
    else if (r == -EH_ENOTFOUND && counted)
        r = facts_recount(e, view, counted, arena, &facts, error);
    if (r < 0)
        return r;
    facts->said = what->said;
    facts->said_count = what->said_count;
    *ret = facts;
    return 0;
}

int eh_pool_what_if(const struct eh_engine *e, const struct eh_period_view *view,
                    const struct eh_pool_if *what, struct eh_arena *arena,
                    struct eh_pool_statement **ret, struct eh_error *error)
{
    struct eh_bonus_facts *facts;
    struct eh_pool_statement *s;
    int r = eh_pool_what_if_facts(e, view, what, arena, &facts, error);
    if (r == 0)
        r = eh_pool_estimate(what->plan, facts, arena, &s, error);
    if (r < 0)
        return r;
    s->team = view->team;
    s->late = view->late;
    s->facts_of = eh_pool_facts_of(view);
    if (what->said_count > 0) /* they are no facts of anything */
        memset(s->facts_sha256, 0, sizeof s->facts_sha256);
    *ret = s;
    return 0;
}

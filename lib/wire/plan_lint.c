/*
 * plan_lint: advice on what a plan will make people do.
 */
#include "lines.h"
#include "plan_read.h"

static bool is_quality(const struct eh_plan_measure *measure)
{
    const struct plan_known *known = eh_plan_known(measure->kind);
    return known && known->quality;
}

/* Amount or speed: what can be had more of at the cost of doing it well. */
static bool is_quantity(const struct eh_plan_measure *measure)
{
    const struct plan_known *known = eh_plan_known(measure->kind);
    return known && !known->quality;
}

static bool pays_quality(const struct eh_bonus_plan *plan)
{
    for (uint32_t i = 0; i < plan->metric_count; i++)
        if (is_quality(&plan->measures[plan->metrics[i].measure]))
            return true;
    return false;
}

static void lint_quantity(struct eh_lines *to, const struct eh_bonus_plan *plan)
{
    if (pays_quality(plan))
        return;
    bool gated = false;
    for (uint32_t i = 0; i < plan->metric_count; i++) {
        const struct eh_plan_metric *metric = &plan->metrics[i];
        const struct eh_plan_measure *measure = &plan->measures[metric->measure];
        bool watched = metric->gate.effect && is_quality(&plan->measures[metric->gate.measure]);
        gated |= watched;
        if (is_quantity(measure) && !watched)
            eh_lines_say(
                to,
                "%.*s is paid without a quality metric or gate beside it; add csat or reopen_rate",
                EH_STR_ARG(measure->name));
    }
    if (plan->individual_ppm > 0 && !gated)
        eh_lines_say(
            to, "closed tickets are paid without a quality metric or gate in the plan; add csat or "
                "reopen_rate");
}

static void lint_directions(struct eh_lines *to, const struct eh_bonus_plan *plan)
{
    for (uint32_t i = 0; i < plan->metric_count; i++) {
        const struct eh_plan_metric *metric = &plan->metrics[i];
        const struct eh_plan_measure *measure = &plan->measures[metric->measure];
        const struct plan_known *known = eh_plan_known(measure->kind);
        int64_t first = metric->curve.points[0].y;
        int64_t last = metric->curve.points[metric->curve.count - 1].y;
        if (first == last)
            eh_lines_say(
                to, "%.*s scores the same whatever it is; give its curve a slope or leave it out",
                EH_STR_ARG(measure->name));
        else if (known && (last > first) != (known->better > 0))
            eh_lines_say(to, "%.*s pays more the worse it gets; turn its curve around",
                         EH_STR_ARG(measure->name));
    }
}

/* Only for plans that use the scorecard at all. */
static void lint_perspectives(struct eh_lines *to, const struct eh_bonus_plan *plan)
{
    static const char *const names[] = {[EH_PERSPECTIVE_FINANCIAL] = "financial",
                                        [EH_PERSPECTIVE_CUSTOMER] = "customer",
                                        [EH_PERSPECTIVE_PROCESS] = "process",
                                        [EH_PERSPECTIVE_LEARNING] = "learning"};
    uint32_t seen = 0;
    for (uint32_t i = 0; i < plan->metric_count; i++)
        if (plan->metrics[i].perspective)
            seen |= UINT32_C(1) << plan->metrics[i].perspective;
    for (uint32_t p = EH_PERSPECTIVE_FINANCIAL; seen && p <= EH_PERSPECTIVE_LEARNING; p++)
        if (!(seen & UINT32_C(1) << p))
            eh_lines_say(to, "the scorecard's %s perspective is empty; give it a metric", names[p]);
}

static void lint_priors(struct eh_lines *to, const struct eh_bonus_plan *plan)
{
    for (uint32_t i = 0; plan->if_missing == EH_MISSING_BLOCKS && i < plan->measure_count; i++)
        if (plan->measures[i].has_prior && plan->measures[i].kind != EH_MEASURE_CSAT)
            eh_lines_say(to,
                         "the prior of %.*s is never used; say `if_missing: prior` or leave it out",
                         EH_STR_ARG(plan->measures[i].name));
}

static bool has_points(const struct eh_bonus_plan *plan, struct eh_str kind)
{
    for (uint32_t i = 0; i < plan->point_count; i++)
        if (eh_str_equal(plan->points[i].kind, kind))
            return plan->points[i].points > 0;
    return false;
}

static void lint_kinds(struct eh_lines *to, const struct eh_bonus_plan *plan,
                       const struct eh_desk *desk)
{
    for (uint32_t i = 0; plan->individual_ppm > 0 && desk && i < desk->kind_count; i++)
        if (!has_points(plan, desk->kinds[i].id))
            eh_lines_say(to,
                         "closing a ticket of kind %.*s earns nobody a point; add it to "
                         "`individual.points`",
                         EH_STR_ARG(desk->kinds[i].id));
    for (uint32_t i = 0; desk && i < plan->measure_count; i++)
        if (plan->measures[i].kind == EH_MEASURE_CONVERSION && !eh_desk_kind(desk, eh_str("quote")))
            eh_lines_say(
                to,
                "conversion counts tickets of kind quote, and this desk has none; leave it out");
}

static void lint_unused(struct eh_lines *to, const struct eh_bonus_plan *plan)
{
    if (plan->point_count > 0 && plan->individual_ppm == 0)
        eh_lines_say(to,
                     "`individual` is never used; give `split: individual` a part or leave it out");
    if (plan->band_count > 0 && plan->seniority_ppm == 0)
        eh_lines_say(to,
                     "`seniority` is never used; give `split: seniority` a part or leave it out");
}

size_t eh_plan_lint(const struct eh_bonus_plan *plan, const struct eh_desk *desk,
                    eh_plan_line_fn *line, void *context)
{
    struct eh_lines to = {line, context, 0};
    lint_quantity(&to, plan);
    lint_directions(&to, plan);
    lint_perspectives(&to, plan);
    lint_priors(&to, plan);
    lint_kinds(&to, plan, desk);
    lint_unused(&to, plan);
    return to.count;
}

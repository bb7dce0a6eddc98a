/*
 * plan_lint: advice on a plan: what it will make people do, and which parts of it can never matter.
 */
#include "lines.h"
#include "plan_read.h"

static bool measure_is_quality(const struct eh_plan_measure *measure)
{
    return eh_measure(measure->kind)->quality;
}

/* Whether the measure is an amount or a speed. People can raise those by doing the work badly. */
static bool measure_is_quantity(const struct eh_plan_measure *measure)
{
    return measure->kind != EH_MEASURE_IMPORTED && !measure_is_quality(measure);
}

static bool plan_pays_quality(const struct eh_bonus_plan *plan)
{
    for (uint32_t i = 0; i < plan->metric_count; i++)
        if (measure_is_quality(&plan->measures[plan->metrics[i].measure]))
            return true;
    return false;
}

static void quantity_lint(struct eh_lines *to, const struct eh_bonus_plan *plan)
{
    if (plan_pays_quality(plan))
        return;
    bool gated = false;
    for (uint32_t i = 0; i < plan->metric_count; i++) {
        const struct eh_plan_metric *metric = &plan->metrics[i];
        const struct eh_plan_measure *measure = &plan->measures[metric->measure];
        bool watched =
            metric->gate.effect && measure_is_quality(&plan->measures[metric->gate.measure]);
        gated |= watched;
        if (measure_is_quantity(measure) && !watched)
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

static void directions_lint(struct eh_lines *to, const struct eh_bonus_plan *plan)
{
    for (uint32_t i = 0; i < plan->metric_count; i++) {
        const struct eh_plan_metric *metric = &plan->metrics[i];
        const struct eh_plan_measure *measure = &plan->measures[metric->measure];
        int8_t better = eh_measure(measure->kind)->better;
        int64_t first = metric->curve.points[0].y;
        int64_t last = metric->curve.points[metric->curve.count - 1].y;
        if (first == last)
            eh_lines_say(
                to, "%.*s scores the same whatever it is; give its curve a slope or leave it out",
                EH_STR_ARG(measure->name));
        else if (better && (last > first) != (better > 0))
            eh_lines_say(to, "%.*s pays more the worse it gets; turn its curve around",
                         EH_STR_ARG(measure->name));
    }
}

/* ---- parts of a plan that can never matter */

static struct eh_measure_range measure_range(const struct eh_plan_measure *measure)
{
    return eh_measure(measure->kind)->can;
}

static struct eh_measure_range metric_scores(const struct eh_curve *curve)
{
    int64_t first = curve->points[0].y, last = curve->points[curve->count - 1].y;
    return first < last ? (struct eh_measure_range){first, last}
                        : (struct eh_measure_range){last, first};
}

static void gate_lint(struct eh_lines *to, const struct eh_bonus_plan *plan,
                      const struct eh_plan_metric *metric)
{
    const struct eh_plan_gate *gate = &metric->gate;
    const struct eh_plan_measure *watched = &plan->measures[gate->measure];
    struct eh_measure_range can = measure_range(watched), scores = metric_scores(&metric->curve);
    struct eh_str name = plan->measures[metric->measure].name;
    bool low = gate->has_least && gate->at_least > can.least;
    bool high = gate->has_most && gate->at_most < can.most;
    if (!low && !high)
        eh_lines_say(to,
                     "the gate of %.*s can never shut: %.*s is always within it; move its bound",
                     EH_STR_ARG(name), EH_STR_ARG(watched->name));
    else if ((gate->has_least && gate->at_least > can.most) ||
             (gate->has_most && gate->at_most < can.least))
        eh_lines_say(to, "the gate of %.*s is always shut: %.*s is never within it; move its bound",
                     EH_STR_ARG(name), EH_STR_ARG(watched->name));
    else if ((gate->effect == EH_GATE_CAP_METRIC && scores.most <= EH_PPM) ||
             (gate->effect == EH_GATE_ZERO_METRIC && scores.most == 0))
        eh_lines_say(to,
                     "the gate of %.*s changes nothing: its curve gives no more than the gate "
                     "leaves; leave it out",
                     EH_STR_ARG(name));
}

/* Whether the curve has a slope somewhere within the range of the figure. */
static bool curve_has_slope(const struct eh_curve *curve, struct eh_measure_range can)
{
    for (uint32_t i = 0; i + 1 < curve->count; i++) {
        const struct eh_curve_point *p = &curve->points[i];
        if (p[0].y != p[1].y && p[0].x < can.most && p[1].x > can.least)
            return true;
    }
    return false;
}

static void curve_lint(struct eh_lines *to, const struct eh_bonus_plan *plan,
                       const struct eh_plan_metric *metric)
{
    const struct eh_plan_measure *measure = &plan->measures[metric->measure];
    struct eh_measure_range scores = metric_scores(&metric->curve);
    if (scores.least != scores.most && !curve_has_slope(&metric->curve, measure_range(measure)))
        eh_lines_say(to,
                     "the curve of %.*s can never matter: no value of it lies where the curve "
                     "slopes; move its points",
                     EH_STR_ARG(measure->name));
}

/* The range of the composite: all scores by their weights, gates included. */
static struct eh_measure_range plan_composites(const struct eh_bonus_plan *plan)
{
    __int128 least = 0, most = 0;
    for (uint32_t i = 0; i < plan->metric_count; i++) {
        const struct eh_plan_metric *metric = &plan->metrics[i];
        struct eh_measure_range scores = metric_scores(&metric->curve);
        bool zeroed = metric->gate.effect == EH_GATE_ZERO_METRIC;
        least += (__int128)metric->weight_ppm * (zeroed ? 0 : scores.least);
        most += (__int128)metric->weight_ppm * scores.most;
    }
    return (struct eh_measure_range){(int64_t)(least / EH_PPM), (int64_t)(most / EH_PPM)};
}

static void funding_lint(struct eh_lines *to, const struct eh_bonus_plan *plan)
{
    struct eh_measure_range can = plan_composites(plan), pays = metric_scores(&plan->funding);
    char least[EH_DECIMAL_TEXT_MAX], most[EH_DECIMAL_TEXT_MAX];
    eh_ppm_print(can.least, least);
    eh_ppm_print(can.most, most);
    if (pays.least == pays.most || (can.least < can.most && !curve_has_slope(&plan->funding, can)))
        eh_lines_say(to,
                     "the funding curve can never matter: the composite is between %s and %s, "
                     "and there it is flat; move its points",
                     least, most);
    for (uint32_t i = 0; i + 1 < plan->funding.count; i++) {
        const struct eh_curve_point *p = &plan->funding.points[i];
        char from[EH_DECIMAL_TEXT_MAX];
        if (p[0].y == p[1].y || p[0].x < can.most || !curve_has_slope(&plan->funding, can))
            continue;
        eh_ppm_print(p[0].x, from);
        eh_lines_say(to,
                     "funding above a composite of %s is never reached: it is %s at most; move "
                     "the points or let a curve go higher",
                     from, most);
        break;
    }
}

static void never_lint(struct eh_lines *to, const struct eh_bonus_plan *plan)
{
    for (uint32_t i = 0; i < plan->metric_count; i++) {
        const struct eh_plan_metric *metric = &plan->metrics[i];
        curve_lint(to, plan, metric);
        if (metric->gate.effect != EH_GATE_NONE)
            gate_lint(to, plan, metric);
    }
    funding_lint(to, plan);
}

/* Advises on perspectives, if the plan has any at all. */
static void perspectives_lint(struct eh_lines *to, const struct eh_bonus_plan *plan)
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

static void priors_lint(struct eh_lines *to, const struct eh_bonus_plan *plan)
{
    for (uint32_t i = 0; plan->if_missing == EH_MISSING_BLOCKS && i < plan->measure_count; i++)
        if (plan->measures[i].has_prior && !eh_measure(plan->measures[i].kind)->shrinks)
            eh_lines_say(to,
                         "the prior of %.*s is never used; say `if_missing: prior` or leave it out",
                         EH_STR_ARG(plan->measures[i].name));
}

static bool desk_has_points(const struct eh_bonus_plan *plan, struct eh_str kind)
{
    for (uint32_t i = 0; i < plan->point_count; i++)
        if (eh_str_equal(plan->points[i].kind, kind))
            return plan->points[i].points > 0;
    return false;
}

static void kind_lint(struct eh_lines *to, const struct eh_plan_measure *measure,
                      const struct eh_desk *desk)
{
    const char *kind = eh_measure(measure->kind)->of_kind;
    if (kind && !eh_desk_kind(desk, eh_str(kind)))
        eh_lines_say(to, "%.*s counts tickets of kind %s, and this desk has none; leave it out",
                     EH_STR_ARG(measure->name), kind);
}

static void kinds_lint(struct eh_lines *to, const struct eh_bonus_plan *plan,
                       const struct eh_desk *desk)
{
    for (uint32_t i = 0; plan->individual_ppm > 0 && desk && i < desk->kind_count; i++)
        if (!desk_has_points(plan, desk->kinds[i].id))
            eh_lines_say(to,
                         "closing a ticket of kind %.*s earns nobody a point; add it to "
                         "`individual.points`",
                         EH_STR_ARG(desk->kinds[i].id));
    for (uint32_t i = 0; desk && i < plan->measure_count; i++)
        kind_lint(to, &plan->measures[i], desk);
}

static void unused_lint(struct eh_lines *to, const struct eh_bonus_plan *plan)
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
    quantity_lint(&to, plan);
    directions_lint(&to, plan);
    never_lint(&to, plan);
    perspectives_lint(&to, plan);
    priors_lint(&to, plan);
    kinds_lint(&to, plan, desk);
    unused_lint(&to, plan);
    return to.count;
}

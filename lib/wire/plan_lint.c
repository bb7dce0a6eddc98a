/*
 * plan_lint: a plan in plain sentences, and advice on what it will make people do.
 */
#include "plan_read.h"

#define LINE_MAX 640 /* bytes of one sentence */

struct lines {
    eh_plan_line_fn *line;
    void *context;
    size_t count;
};

EH_PRINTF(2, 3) static void say(struct lines *to, const char *format, ...)
{
    char text[LINE_MAX];
    va_list args;
    va_start(args, format);
    eh_format_v(text, sizeof text, format, args);
    va_end(args);
    to->line(to->context, text);
    to->count++;
}

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

static void lint_quantity(struct lines *to, const struct eh_bonus_plan *plan)
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
            say(to,
                "%.*s is paid without a quality metric or gate beside it; add csat or reopen_rate",
                EH_STR_ARG(measure->name));
    }
    if (plan->individual_ppm > 0 && !gated)
        say(to, "closed tickets are paid without a quality metric or gate in the plan; add csat or "
                "reopen_rate");
}

static void lint_directions(struct lines *to, const struct eh_bonus_plan *plan)
{
    for (uint32_t i = 0; i < plan->metric_count; i++) {
        const struct eh_plan_metric *metric = &plan->metrics[i];
        const struct eh_plan_measure *measure = &plan->measures[metric->measure];
        const struct plan_known *known = eh_plan_known(measure->kind);
        int64_t first = metric->curve.points[0].y;
        int64_t last = metric->curve.points[metric->curve.count - 1].y;
        if (first == last)
            say(to, "%.*s scores the same whatever it is; give its curve a slope or leave it out",
                EH_STR_ARG(measure->name));
        else if (known && (last > first) != (known->better > 0))
            say(to, "%.*s pays more the worse it gets; turn its curve around",
                EH_STR_ARG(measure->name));
    }
}

/* Only for plans that use the scorecard at all. */
static void lint_perspectives(struct lines *to, const struct eh_bonus_plan *plan)
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
            say(to, "the scorecard's %s perspective is empty; give it a metric", names[p]);
}

static void lint_priors(struct lines *to, const struct eh_bonus_plan *plan)
{
    for (uint32_t i = 0; plan->if_missing == EH_MISSING_BLOCKS && i < plan->measure_count; i++)
        if (plan->measures[i].has_prior && plan->measures[i].kind != EH_MEASURE_CSAT)
            say(to, "the prior of %.*s is never used; say `if_missing: prior` or leave it out",
                EH_STR_ARG(plan->measures[i].name));
}

static bool has_points(const struct eh_bonus_plan *plan, struct eh_str kind)
{
    for (uint32_t i = 0; i < plan->point_count; i++)
        if (eh_str_equal(plan->points[i].kind, kind))
            return plan->points[i].points > 0;
    return false;
}

static void lint_kinds(struct lines *to, const struct eh_bonus_plan *plan,
                       const struct eh_desk *desk)
{
    for (uint32_t i = 0; plan->individual_ppm > 0 && desk && i < desk->kind_count; i++)
        if (!has_points(plan, desk->kinds[i].id))
            say(to,
                "closing a ticket of kind %.*s earns nobody a point; add it to "
                "`individual.points`",
                EH_STR_ARG(desk->kinds[i].id));
    for (uint32_t i = 0; desk && i < plan->measure_count; i++)
        if (plan->measures[i].kind == EH_MEASURE_CONVERSION && !eh_desk_kind(desk, eh_str("quote")))
            say(to,
                "conversion counts tickets of kind quote, and this desk has none; leave it out");
}

static void lint_unused(struct lines *to, const struct eh_bonus_plan *plan)
{
    if (plan->point_count > 0 && plan->individual_ppm == 0)
        say(to, "`individual` is never used; give `split: individual` a part or leave it out");
    if (plan->band_count > 0 && plan->seniority_ppm == 0)
        say(to, "`seniority` is never used; give `split: seniority` a part or leave it out");
}

size_t eh_plan_lint(const struct eh_bonus_plan *plan, const struct eh_desk *desk,
                    eh_plan_line_fn *line, void *context)
{
    struct lines to = {line, context, 0};
    lint_quantity(&to, plan);
    lint_directions(&to, plan);
    lint_perspectives(&to, plan);
    lint_priors(&to, plan);
    lint_kinds(&to, plan, desk);
    lint_unused(&to, plan);
    return to.count;
}

const char *eh_gate_name(enum eh_gate gate)
{
    static const char *const names[] = {[EH_GATE_NONE] = "none",
                                        [EH_GATE_ZERO_METRIC] = "zero_metric",
                                        [EH_GATE_CAP_METRIC] = "cap_metric",
                                        [EH_GATE_ZERO_POOL] = "zero_pool"};
    return names[gate];
}

const char *eh_unit_name(enum eh_unit unit)
{
    static const char *const names[] = {[EH_UNIT_COUNT] = "count",
                                        [EH_UNIT_MONEY] = "minor",
                                        [EH_UNIT_PPM] = "ppm",
                                        [EH_UNIT_MILLI] = "milli",
                                        [EH_UNIT_SECONDS] = "seconds"};
    return names[unit];
}

static void describe_gate(struct lines *to, const struct eh_bonus_plan *plan,
                          const struct eh_plan_metric *metric)
{
    static const char *const effects[] = {[EH_GATE_ZERO_METRIC] = "counts nothing",
                                          [EH_GATE_CAP_METRIC] = "counts 100% at most",
                                          [EH_GATE_ZERO_POOL] = "leaves no pool at all"};
    const struct eh_plan_gate *gate = &metric->gate;
    const struct eh_plan_measure *measure = &plan->measures[gate->measure];
    char least[EH_DECIMAL_TEXT_MAX], most[EH_DECIMAL_TEXT_MAX];
    eh_plan_value_print(plan, measure->unit, gate->at_least, least);
    eh_plan_value_print(plan, measure->unit, gate->at_most, most);
    say(to, "%.*s %s unless %.*s is%s%s%s%s%s", EH_STR_ARG(plan->measures[metric->measure].name),
        effects[gate->effect], EH_STR_ARG(measure->name), gate->has_least ? " at least " : "",
        gate->has_least ? least : "", gate->has_least && gate->has_most ? " and" : "",
        gate->has_most ? " at most " : "", gate->has_most ? most : "");
}

static void describe_metric(struct lines *to, const struct eh_bonus_plan *plan,
                            const struct eh_plan_metric *metric)
{
    const struct eh_plan_measure *measure = &plan->measures[metric->measure];
    const struct eh_curve_point *first = &metric->curve.points[0];
    const struct eh_curve_point *last = &metric->curve.points[metric->curve.count - 1];
    char weight[EH_DECIMAL_TEXT_MAX], low[EH_DECIMAL_TEXT_MAX], high[EH_DECIMAL_TEXT_MAX];
    char from[EH_DECIMAL_TEXT_MAX], to_score[EH_DECIMAL_TEXT_MAX];
    eh_ppm_print(metric->weight_ppm, weight);
    eh_plan_value_print(plan, measure->unit, first->x, low);
    eh_plan_value_print(plan, measure->unit, last->x, high);
    eh_ppm_print(first->y, from);
    eh_ppm_print(last->y, to_score);
    say(to, "%s of the score is %.*s: %s scores %s, %s scores %s", weight,
        EH_STR_ARG(measure->name), low, from, high, to_score);
    if (metric->gate.effect)
        describe_gate(to, plan, metric);
}

static void describe_sharing(struct lines *to, const struct eh_bonus_plan *plan)
{
    char individual[EH_DECIMAL_TEXT_MAX], equal[EH_DECIMAL_TEXT_MAX];
    char hours[EH_DECIMAL_TEXT_MAX], seniority[EH_DECIMAL_TEXT_MAX], cap[EH_DECIMAL_TEXT_MAX];
    eh_ppm_print(plan->individual_ppm, individual);
    eh_ppm_print(plan->equal_ppm, equal);
    eh_ppm_print(plan->hours_ppm, hours);
    eh_ppm_print(plan->seniority_ppm, seniority);
    eh_ppm_print(plan->cap_ppm, cap);
    say(to,
        "it is shared: %s equally by days, %s by paid hours, %s by seniority, %s by closed "
        "tickets",
        equal, hours, seniority, individual);
    if (plan->individual_ppm > 0 && plan->cap_ppm < EH_PPM)
        say(to, "nobody gets more than %s of the part for closed tickets", cap);
    say(to, plan->leavers == EH_LEAVERS_FORFEIT ? "who leaves within a period gets nothing of it"
                                                : "who leaves within a period gets their days");
}

size_t eh_plan_describe(const struct eh_bonus_plan *plan, eh_plan_line_fn *line, void *context)
{
    struct lines to = {line, context, 0};
    char from[EH_DECIMAL_TEXT_MAX], target[EH_DECIMAL_TEXT_MAX], max[EH_DECIMAL_TEXT_MAX];
    eh_period_print(plan->from, from);
    eh_money_print(plan->target_pool, plan->currency_exponent, target);
    eh_money_print(plan->max_pool, plan->currency_exponent, max);
    say(&to, "plan %.*s of team %.*s, every %s from %s on", EH_STR_ARG(plan->id),
        EH_STR_ARG(plan->team), eh_period_kind_name(plan->from.kind), from);
    say(&to, "it encourages: %.*s", EH_STR_ARG(plan->encourages));
    say(&to, "it discourages: %.*s", EH_STR_ARG(plan->discourages));
    say(&to, "the pool is %s %.*s on target and %s at most", target, EH_STR_ARG(plan->currency),
        max);
    for (uint32_t i = 0; i < plan->metric_count; i++)
        describe_metric(&to, plan, &plan->metrics[i]);
    describe_sharing(&to, plan);
    return to.count;
}

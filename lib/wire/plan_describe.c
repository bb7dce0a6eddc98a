/*
 * plan_describe: describes a plan in plain sentences, with every number that it pays by: enough to
 * compute a share from the figures by hand. It also has the names of gates and units.
 */
#include "lines.h"
#include "plan_read.h"

#define MS 1000

void eh_plan_figure_print(const struct eh_bonus_plan *plan, enum eh_unit unit, int64_t value,
                          char ret[EH_AMOUNT_TEXT_MAX])
{
    if (unit == EH_UNIT_MONEY)
        eh_amount_print(value, plan->currency_exponent, plan->currency, ret);
    else
        eh_plan_value_print(plan, unit, value, ret);
}

/* A sentence that is put together in parts. */
struct sentence {
    char text[EH_LINES_MAX];
    size_t used;
};

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

EH_PRINTF(2, 3) static void add(struct sentence *to, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    size_t size = eh_format_v(to->text + to->used, sizeof to->text - to->used, format, args);
    va_end(args);
    to->used += size < sizeof to->text - to->used ? size : sizeof to->text - to->used - 1;
}

static void sentence_finish(struct eh_lines *to, struct sentence *s)
{
    to->line(to->context, s->text);
    to->count++;
    s->used = 0;
}

/* The text before the item `index` of a list "a, b, c". */
static const char *item_comma(uint32_t index)
{
    return index == 0 ? "" : ", ";
}

static void gate_describe(struct eh_lines *to, const struct eh_bonus_plan *plan,
                          const struct eh_plan_metric *metric)
{
    static const char *const effects[] = {[EH_GATE_ZERO_METRIC] = "counts nothing",
                                          [EH_GATE_CAP_METRIC] = "counts 100% at most",
                                          [EH_GATE_ZERO_POOL] = "leaves no pool at all"};
    const struct eh_plan_gate *gate = &metric->gate;
    const struct eh_plan_measure *measure = &plan->measures[gate->measure];
    char least[EH_AMOUNT_TEXT_MAX], most[EH_AMOUNT_TEXT_MAX];
    eh_plan_figure_print(plan, measure->unit, gate->at_least, least);
    eh_plan_figure_print(plan, measure->unit, gate->at_most, most);
    eh_lines_say(to, "%.*s %s unless %.*s is%s%s%s%s%s",
                 EH_STR_ARG(plan->measures[metric->measure].name), effects[gate->effect],
                 EH_STR_ARG(measure->name), gate->has_least ? " at least " : "",
                 gate->has_least ? least : "", gate->has_least && gate->has_most ? " and" : "",
                 gate->has_most ? " at most " : "", gate->has_most ? most : "");
}

static void metric_describe(struct eh_lines *to, struct sentence *s,
                            const struct eh_bonus_plan *plan, const struct eh_plan_metric *metric)
{
    const struct eh_plan_measure *measure = &plan->measures[metric->measure];
    char x[EH_AMOUNT_TEXT_MAX], y[EH_DECIMAL_TEXT_MAX];
    eh_ppm_print(metric->weight_ppm, y);
    add(s, "%s of the score is %.*s: ", y, EH_STR_ARG(measure->name));
    for (uint32_t i = 0; i < metric->curve.count; i++) {
        eh_plan_figure_print(plan, measure->unit, metric->curve.points[i].x, x);
        eh_ppm_print(metric->curve.points[i].y, y);
        add(s, "%s%s scores %s", item_comma(i), x, y);
    }
    sentence_finish(to, s);
    if (metric->gate.effect)
        gate_describe(to, plan, metric);
}

static void mix_describe(struct eh_lines *to, struct sentence *s,
                         const struct eh_plan_measure *measure)
{
    char share[EH_DECIMAL_TEXT_MAX];
    add(s, "%.*s is ", EH_STR_ARG(measure->name));
    for (uint32_t i = 0; i < measure->mix_count; i++) {
        eh_ppm_print(measure->mix[i].share_ppm, share);
        add(s, "%s%s the mean of %.*s", item_comma(i), share, EH_STR_ARG(measure->mix[i].kind));
    }
    sentence_finish(to, s);
}

static bool measure_winsorises(const struct eh_plan_measure *measure)
{
    return measure->least_ms > 0 || measure->most_ms < (int64_t)EH_DESK_DURATION_MAX_S * MS;
}

/* Says how a figure is made, where the plan decides part of that. */
static void measure_describe(struct eh_lines *to, struct sentence *s,
                             const struct eh_bonus_plan *plan,
                             const struct eh_plan_measure *measure)
{
    char least[EH_DECIMAL_TEXT_MAX], most[EH_DECIMAL_TEXT_MAX], prior[EH_AMOUNT_TEXT_MAX];
    if (measure->mix_count > 0)
        mix_describe(to, s, measure);
    if (measure->mix_count > 0 && measure_winsorises(measure)) {
        eh_duration_print(measure->least_ms / MS, least);
        eh_duration_print(measure->most_ms / MS, most);
        eh_lines_say(to, "a time below %s counts as %s, one above %s as %s", least, least, most,
                     most);
    }
    eh_plan_figure_print(plan, measure->unit, measure->prior_mean, prior);
    if (measure->has_prior && measure->prior_count > 0)
        eh_lines_say(to, "%.*s is mixed with %s, which weighs as much as %lld ratings",
                     EH_STR_ARG(measure->name), prior, (long long)measure->prior_count);
    if (measure->has_prior && plan->if_missing == EH_MISSING_PRIOR)
        eh_lines_say(to, "%.*s is %s when nothing came", EH_STR_ARG(measure->name), prior);
}

static void funding_describe(struct eh_lines *to, struct sentence *s,
                             const struct eh_bonus_plan *plan)
{
    char x[EH_DECIMAL_TEXT_MAX], y[EH_DECIMAL_TEXT_MAX];
    add(s, "of the pool on target, ");
    for (uint32_t i = 0; i < plan->funding.count; i++) {
        eh_ppm_print(plan->funding.points[i].x, x);
        eh_ppm_print(plan->funding.points[i].y, y);
        add(s, "%sa score of %s pays %s", item_comma(i), x, y);
    }
    sentence_finish(to, s);
    eh_lines_say(to, "between two such points a straight line counts, beyond them the last one");
}

static void individual_describe(struct eh_lines *to, struct sentence *s,
                                const struct eh_bonus_plan *plan)
{
    char cap[EH_DECIMAL_TEXT_MAX];
    if (plan->individual_ppm == 0)
        return;
    add(s, "points for a closed ticket: ");
    for (uint32_t i = 0; i < plan->point_count; i++)
        add(s, "%s%.*s %u", item_comma(i), EH_STR_ARG(plan->points[i].kind),
            plan->points[i].points);
    sentence_finish(to, s);
    eh_ppm_print(plan->cap_ppm, cap);
    if (plan->cap_ppm < EH_PPM)
        eh_lines_say(to, "nobody gets more than %s of the part for closed tickets", cap);
}

static void seniority_describe(struct eh_lines *to, struct sentence *s,
                               const struct eh_bonus_plan *plan)
{
    if (plan->seniority_ppm == 0)
        return;
    add(s, "by seniority a day weighs ");
    for (uint32_t i = 0; i < plan->band_count; i++)
        if (plan->bands[i].years == 0)
            add(s, "%u", plan->bands[i].weight);
        else
            add(s, ", after %u year%s %u", plan->bands[i].years,
                plan->bands[i].years == 1 ? "" : "s", plan->bands[i].weight);
    sentence_finish(to, s);
}

static void sharing_describe(struct eh_lines *to, struct sentence *s,
                             const struct eh_bonus_plan *plan)
{
    char individual[EH_DECIMAL_TEXT_MAX], equal[EH_DECIMAL_TEXT_MAX];
    char hours[EH_DECIMAL_TEXT_MAX], seniority[EH_DECIMAL_TEXT_MAX], carry[EH_DECIMAL_TEXT_MAX];
    eh_ppm_print(plan->individual_ppm, individual);
    eh_ppm_print(plan->equal_ppm, equal);
    eh_ppm_print(plan->hours_ppm, hours);
    eh_ppm_print(plan->seniority_ppm, seniority);
    eh_ppm_print(plan->carry_at_most_ppm, carry);
    eh_lines_say(
        to,
        "it is shared: %s equally by days, %s by paid hours, %s by seniority, %s by closed "
        "tickets",
        equal, hours, seniority, individual);
    seniority_describe(to, s, plan);
    individual_describe(to, s, plan);
    eh_lines_say(to, plan->leavers == EH_LEAVERS_FORFEIT
                         ? "who leaves within a period gets nothing of it"
                         : "who leaves within a period gets their days");
    eh_lines_say(to, eh_plan_shares_unearned(plan)
                         ? "a part that nobody can earn goes to the other parts"
                         : "a part that nobody can earn is held: nobody gets it");
    eh_lines_say(to, "what was paid too much before takes %s of a pool at most", carry);
}

size_t eh_plan_describe(const struct eh_bonus_plan *plan, eh_plan_line_fn *line, void *context)
{
    struct eh_lines to = {line, context, 0};
    struct sentence s = {.used = 0};
    char from[EH_DECIMAL_TEXT_MAX], target[EH_AMOUNT_TEXT_MAX], max[EH_AMOUNT_TEXT_MAX];
    eh_period_print(plan->from, from);
    eh_amount_print(plan->target_pool, plan->currency_exponent, plan->currency, target);
    eh_amount_print(plan->max_pool, plan->currency_exponent, plan->currency, max);
    eh_lines_say(&to, "plan %.*s of team %.*s, every %s from %s on", EH_STR_ARG(plan->id),
                 EH_STR_ARG(plan->team), eh_period_kind_name(plan->from.kind), from);
    eh_lines_say(&to, "it encourages: %.*s", EH_STR_ARG(plan->encourages));
    eh_lines_say(&to, "it discourages: %.*s", EH_STR_ARG(plan->discourages));
    eh_lines_say(&to, "the pool is %s on target and %s at most", target, max);
    for (uint32_t i = 0; i < plan->metric_count; i++)
        metric_describe(&to, &s, plan, &plan->metrics[i]);
    for (uint32_t i = 0; i < plan->measure_count; i++)
        measure_describe(&to, &s, plan, &plan->measures[i]);
    funding_describe(&to, &s, plan);
    sharing_describe(&to, &s, plan);
    return to.count;
}

/*
 * bias: tests of a month that is looked at every day. See bias.h.
 */
#include <evenhand/fairness/bias.h>

#include <math.h>

/* Of the level: what each test may spend of it. */
static const double parts[EH_BIASES] = {
    [EH_BIAS_DRAW] = 0.6, [EH_BIAS_BALANCE] = 0.2, [EH_BIAS_PICKING] = 0.2};
/* Of the tests of a rep: too much is two thirds of it, too little one. */
#define MUCH   (3.0 / 2)
#define LITTLE 3.0

const char *eh_bias_name(enum eh_bias_kind kind)
{
    static const char *const names[EH_BIASES] = {
        [EH_BIAS_DRAW] = "draw", [EH_BIAS_BALANCE] = "balance", [EH_BIAS_PICKING] = "picking"};
    return names[kind];
}

/* The part of the level that is spent up to the end of that day. */
static double spent(uint32_t day, uint32_t days)
{
    double part = 1;
    for (int i = 0; i < EH_BIAS_EXPONENT; i++)
        part *= (double)day / days;
    return part;
}

double eh_bias_level(enum eh_bias_kind kind, uint32_t day, uint32_t days)
{
    return EH_BIAS_LEVEL * parts[kind] * (spent(day, days) - spent(day - 1, days));
}

/* How often an honest draw is so far off. A deficit is an excess of all others. */
static double draw_p(const struct eh_fairness_rep *rep, int64_t most)
{
    double off = (double)rep->drawn - rep->drawn_expected;
    (void)most;
    return (off > 0 ? MUCH : LITTLE) * eh_excess_tail(fabs(off), rep->variance);
}

/* Freedman's bound: no value is above `most`. */
static double balance_p(const struct eh_fairness_rep *rep, int64_t most)
{
    double off = fabs(rep->drawn_value);
    double spread = rep->drawn_value_variance + (double)most * off / 3;
    return (rep->drawn_value > 0 ? MUCH : LITTLE) *
           (spread > 0 ? exp(-off * off / (2 * spread)) : 1);
}

/* The smallest p of all reps of whom there is enough to tell, for all of them. */
static void reps_judge(const struct eh_fairness_report *report,
                       double (*p_of)(const struct eh_fairness_rep *, int64_t most),
                       struct eh_bias *ret)
{
    uint32_t told = 0;
    double least = NAN;
    for (uint32_t i = 0; i < report->rep_count; i++) {
        const struct eh_fairness_rep *rep = &report->reps[i];
        if (rep->variance < EH_FAIRNESS_ENOUGH)
            continue;
        double p = p_of(rep, report->drawn_most);
        told++;
        if (!(p >= least)) {
            least = p;
            ret->rep = rep->rep;
        }
    }
    ret->p = eh_smallest_of(least, told);
}

static void picking_judge(const struct eh_fairness_report *report, struct eh_bias *ret)
{
    double by_value = report->verdicts[EH_VERDICT_BY_VALUE].p;
    double picker = report->verdicts[EH_VERDICT_PICKER].p;
    uint32_t told = !isnan(by_value) + !isnan(picker);
    bool is_picker = !isnan(picker) && !(by_value < picker);
    ret->p = eh_smallest_of(is_picker ? picker : by_value, told);
    if (is_picker && eh_str_equal(report->picker.first, report->picker.last))
        ret->rep = report->picker.first;
}

void eh_bias_judge(const struct eh_fairness_report *report, uint32_t day, uint32_t days,
                   struct eh_bias ret[EH_BIASES])
{
    for (int i = 0; i < EH_BIASES; i++)
        ret[i] = (struct eh_bias){.p = NAN, .level = eh_bias_level(i, day, days)};
    reps_judge(report, draw_p, &ret[EH_BIAS_DRAW]);
    reps_judge(report, balance_p, &ret[EH_BIAS_BALANCE]);
    picking_judge(report, &ret[EH_BIAS_PICKING]);
    for (int i = 0; i < EH_BIASES; i++)
        ret[i].alarms = ret[i].p <= ret[i].level;
}

/*
 * report: makes the figures of the report from the sums.
 */
#include <math.h>
#include <stdlib.h>

#include "facts.h"

#define SECOND_US INT64_C(1000000)
#define WEEK_S    604800.0
#define DAY_S     86400.0 /* seconds: a shorter stay is not extrapolated to a week */

/* ---- One rep. */

/* The mean and the variance of the mean. False: there are too few tickets. */
static bool arrived_mean(const struct arrived *a, double *ret_mean, double *ret_variance)
{
    if (a->count < EH_FAIRNESS_ENOUGH)
        return false;
    double n = (double)a->count, mean = (double)a->sum / n;
    double spread = ((double)a->squares - (double)a->sum * mean) / (n - 1);
    *ret_mean = mean;
    *ret_variance = (spread > 0 ? spread : 0) / n;
    return true;
}

/* The chance that mean ranks differ at least so much, in either direction, by a normal
 * distribution.
 */
static double arrived_differ_p(const struct arrived *meanwhile, const struct arrived *otherwise)
{
    double n = (double)meanwhile->count, m = (double)otherwise->count;
    double variance = meanwhile->rank_variance / (n * n) + otherwise->rank_variance / (m * m);
    double difference = meanwhile->rank / n - otherwise->rank / m;
    return variance > 0 ? eh_chi_square_tail(difference * difference / variance, 1) : NAN;
}

static void overload_fill(const struct rep *rep, struct eh_fairness_rep *ret)
{
    double meanwhile_variance, otherwise_variance;
    double present_s = (double)(ret->available_s + ret->overloaded_s + ret->away_s);
    ret->overloads = rep->overloads;
    ret->overloads_weekly = present_s >= DAY_S ? (double)rep->overloads * WEEK_S / present_s : NAN;
    ret->value_meanwhile = ret->value_otherwise = ret->value_error = ret->meanwhile_p = NAN;
    if (arrived_mean(&rep->meanwhile, &ret->value_meanwhile, &meanwhile_variance) &&
        arrived_mean(&rep->otherwise, &ret->value_otherwise, &otherwise_variance)) {
        ret->value_error = sqrt(meanwhile_variance + otherwise_variance);
        ret->meanwhile_p = arrived_differ_p(&rep->meanwhile, &rep->otherwise);
    }
}

/* A copy of the rep, with the time up to to_us added to their status. */
static struct rep rep_until(const struct eh_fairness *f, uint32_t number, int64_t to_us)
{
    struct rep rep = f->reps[number];
    struct arrived *to = rep.status == EH_STATUS_OVERLOADED ? &rep.meanwhile : &rep.otherwise;
    eh_fairness_book_time(&rep, to_us);
    eh_fairness_pauses_until(&rep.pauses, f->worked_us);
    if (rep.status)
        eh_fairness_add_since(to, &f->arrived, &rep.at_since);
    return rep;
}

static void rep_fill(const struct rep *rep, struct eh_fairness_rep *ret)
{
    *ret = (struct eh_fairness_rep){
        .rep = rep->id,
        .account = {.entitled_nano = rep->last.entitled_nano - rep->first.entitled_nano,
                    .received = rep->last.received - rep->first.received,
                    .entitled_value =
                        eh_clamp((__int128)rep->last.entitled_value - rep->first.entitled_value),
                    .received_value =
                        eh_clamp((__int128)rep->last.received_value - rep->first.received_value)},
        .expected = rep->expected,
        .expected_value = rep->expected_value,
        .drawn = rep->drawn,
        .drawn_expected = rep->drawn_expected,
        .variance = rep->variance,
        .drawn_value = rep->drawn_value,
        .drawn_value_variance = rep->drawn_value_variance,
        .deviation = NAN,
        .available_s = rep->status_us[EH_STATUS_AVAILABLE] / SECOND_US,
        .overloaded_s = rep->status_us[EH_STATUS_OVERLOADED] / SECOND_US,
        .away_s = rep->status_us[EH_STATUS_AWAY] / SECOND_US,
        .overrides = rep->overrides,
        .ended = rep->ended,
    };
    memcpy(ret->deeds, rep->deeds, sizeof ret->deeds);
    eh_fairness_time_fill(rep, &ret->time);
    ret->paused = (struct eh_fairness_deed){rep->pauses.begun, rep->pauses.value};
    ret->paused_s = eh_clamp(rep->pauses.time_us / SECOND_US);
    for (uint32_t way = 0; rep->ways && way < EH_WAY_BEFORE; way++) {
        ret->not_drawn += rep->ways[way].tickets;
        ret->not_drawn_value = eh_add_clamped(ret->not_drawn_value, rep->ways[way].value);
    }
    if (rep->variance >= EH_FAIRNESS_ENOUGH)
        ret->deviation = ((double)rep->drawn - rep->drawn_expected) / sqrt(rep->variance);
    overload_fill(rep, ret);
}

static int reps_fill(const struct eh_fairness *f, struct eh_arena *arena,
                     struct eh_fairness_report *report)
{
    uint32_t *order = eh_fairness_by_id(f);
    size_t room = f->rep_count ? f->rep_count : 1;
    report->reps = eh_arena_alloc(arena, room * sizeof *report->reps);
    bool failed = !order || !report->reps;
    for (uint32_t i = 0; !failed && i < f->rep_count; i++) {
        struct rep rep = rep_until(f, order[i], report->to_us);
        rep.id = eh_arena_str(arena, rep.id);
        failed = !rep.id.data;
        rep_fill(&rep, &report->reps[i]);
    }
    report->rep_count = f->rep_count;
    free(order);
    return failed ? -EH_ENOMEM : 0;
}

static int managers_compare(const void *left, const void *right)
{
    const struct eh_fairness_manager *a = left, *b = right;
    return eh_str_compare(a->manager, b->manager);
}

static int managers_fill(const struct eh_fairness *f, struct eh_arena *arena,
                         struct eh_fairness_report *report)
{
    uint32_t count = f->manager_count;
    report->managers = eh_arena_alloc(arena, (count ? count : 1) * sizeof *report->managers);
    if (!report->managers)
        return -EH_ENOMEM;
    for (uint32_t i = 0; i < count; i++) {
        const struct manager *m = &f->managers[i];
        report->managers[i] = (struct eh_fairness_manager){.manager = eh_arena_str(arena, m->id),
                                                           .overrides = m->overrides,
                                                           .value = m->value,
                                                           .ended = m->ended,
                                                           .moves = m->moves,
                                                           .moves_value = m->moves_value};
        if (m->id.size && !report->managers[i].manager.data)
            return -EH_ENOMEM;
    }
    qsort(report->managers, count, sizeof *report->managers, managers_compare);
    report->manager_count = count;
    return 0;
}

/* ---- Balance. */

static int balance_fill(struct eh_portion *portions, size_t count, struct eh_fairness_balance *ret)
{
    ret->jain = eh_jain(portions, count);
    int r = eh_gini(portions, count, &ret->gini);
    for (size_t i = 0; i < count; i++)
        portions[i].entitled =
            portions[i].entitled > 0; /* the plain index weighs every rep the same */
    ret->plain_jain = eh_jain(portions, count);
    return r < 0 ? r : eh_gini(portions, count, &ret->plain_gini);
}

static int balance_judge(struct eh_fairness_report *report)
{
    struct eh_portion *portions = calloc(report->rep_count + 1, sizeof *portions);
    double entitled = 0;
    uint32_t reps = 0;
    if (!portions)
        return -EH_ENOMEM;
    for (uint32_t i = 0; i < report->rep_count; i++) {
        const struct eh_fairness_account *account = &report->reps[i].account;
        portions[i] =
            (struct eh_portion){(double)account->entitled_nano * 1e-9, (double)account->received};
        entitled += portions[i].entitled;
        reps += account->entitled_nano > 0;
    }
    report->balance_enough = reps >= 2 && entitled >= EH_FAIRNESS_BALANCE_ENOUGH * reps - 0.5;
    int r = balance_fill(portions, report->rep_count, &report->count);
    for (uint32_t i = 0; i < report->rep_count; i++) {
        const struct eh_fairness_account *account = &report->reps[i].account;
        portions[i] =
            (struct eh_portion){(double)account->entitled_value, (double)account->received_value};
    }
    if (r == 0)
        r = balance_fill(portions, report->rep_count, &report->value);
    free(portions);
    return r;
}

/* ---- Verdicts. */

static void verdicts_clear(struct eh_fairness_report *report)
{
    for (uint32_t i = 0; i < EH_VERDICT_KINDS; i++)
        report->verdicts[i] = (struct eh_verdict){.p = NAN};
}

static void overload_judge(struct eh_fairness_report *report)
{
    double least = NAN;
    uint32_t count = 0;
    for (uint32_t i = 0; i < report->rep_count; i++) {
        double p = report->reps[i].meanwhile_p;
        count += !isnan(p);
        if (!isnan(p) && !(p >= least))
            least = p;
    }
    report->verdicts[EH_VERDICT_OVERLOAD].p = eh_smallest_of(least, count);
}

/* Calls the parts of the report that have tests, and judges their p together. */
static int report_judge(struct eh_fairness *f, struct eh_arena *arena,
                        struct eh_fairness_report *report)
{
    verdicts_clear(report);
    overload_judge(report);
    int r = eh_fairness_judge_draw(f, report);
    if (r == 0)
        r = eh_fairness_judge_picking(f, arena, report);
    eh_fairness_judge_ways(f, report);
    report->verdict_count = eh_verdicts_judge(report->verdicts, EH_VERDICT_KINDS);
    return r;
}

int eh_fairness_report(struct eh_fairness *f, int64_t to_us, struct eh_arena *arena,
                       struct eh_fairness_report *ret, struct eh_error *error)
{
    eh_fairness_work_until(f, to_us);
    struct eh_fairness_report report = {
        .team = eh_arena_str(arena, f->team),
        .from_us = f->from_us,
        .to_us = to_us,
        .arrived = f->arrived.count,
        .tickets = f->tickets,
        .deals = f->deals,
        .drawn = f->drawn,
        .overrides = f->overrides,
        .drawn_most = f->drawn_most,
        .predictability = f->drawn ? f->most / (double)f->drawn : NAN,
    };
    int r = f->failed ? -EH_ENOMEM : reps_fill(f, arena, &report);
    if (r == 0)
        r = managers_fill(f, arena, &report);
    if (r == 0)
        r = eh_fairness_fill_again(f, arena, &report);
    if (r == 0)
        r = eh_fairness_fill_ways(f, arena, &report);
    if (r == 0)
        r = balance_judge(&report);
    if (r == 0)
        eh_fairness_fill_bands(f, &report);
    if (r == 0)
        r = report_judge(f, arena, &report);
    if (r == 0)
        r = eh_fairness_write_notes(&report, arena);
    if (r < 0)
        return eh_error_set(error, -r, "the fairness report: out of memory with %u reps",
                            f->rep_count);
    *ret = report;
    return 0;
}

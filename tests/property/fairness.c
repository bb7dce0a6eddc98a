/*
 * fairness: an honest draw's p-value is uniform, and a crooked one's is not.
 *
 * Thousands of periods are dealt here, by a dealer of the test's own, at random and by the better
 * of two, whose chances change with every ticket. The seed is EVENHAND_SEED or 1, and printed.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <criterion/criterion.h>

#include <evenhand/fairness/report.h>

#include "seed.h"

enum { REPS = 10, PERIODS = 1000, TICKETS = 400, LONG = 20000 };

TestSuite(fairness, .timeout = 1800);

static const char *const names[REPS] = {"ana", "ben", "cai", "dov", "eli",
                                        "fay", "gus", "hal", "ida", "jon"};

struct table {
    struct eh_fairness *f;
    struct seed seed;
    double received[REPS];
    struct eh_deal_chance chances[REPS];
};

static void sit_down(struct table *t, struct seed *seed)
{
    struct eh_error error = {0};
    *t = (struct table){.seed = {seed_next(seed)}};
    cr_assert_eq(eh_fairness_new(eh_str("sales"), 0, &t->f, &error), 0);
    for (int i = 0; i < REPS; i++)
        t->chances[i].rep = eh_str(names[i]);
}

static void tell(struct table *t, int winner)
{
    struct eh_deal deal = {.team = eh_str("sales"),
                           .rep = t->chances[winner].rep,
                           .why = eh_str("test"),
                           .value = (int64_t)seed_below(&t->seed, 100000),
                           .dealt = true,
                           .chances = t->chances,
                           .count = REPS};
    eh_fairness_on_deal(t->f, &deal);
    t->received[winner]++;
}

/* Every rep by its chance as said, but the first one by `more`, taken from all alike. */
static void deal_at_random(struct table *t, double more)
{
    double at = seed_chance(&t->seed);
    int winner = 0;
    if (at < more)
        at = 0;
    else
        at = (at - more) / (1 - more);
    for (double end = t->chances[0].p; winner < REPS - 1 && at >= end;)
        end += t->chances[++winner].p;
    tell(t, winner);
}

/* Unequal shares, some away: all chances change from ticket to ticket. */
static void set_shares(struct table *t, unsigned ticket)
{
    double total = 0;
    for (int i = 0; i < REPS; i++) {
        bool away = (ticket / 50 + (unsigned)i) % 5 == 0;
        t->chances[i].p = away ? 0 : 1 + i % 3;
        total += t->chances[i].p;
    }
    for (int i = 0; i < REPS; i++)
        t->chances[i].p /= total;
}

/* Two drawn, the one with less gets it, a tie is drawn: what follows for each one's chance. */
static void set_better_of_two(struct table *t)
{
    for (int i = 0; i < REPS; i++) {
        double wins = 0;
        for (int j = 0; j < REPS; j++)
            if (j != i)
                wins += t->received[i] < t->received[j]    ? 1
                        : t->received[i] == t->received[j] ? 0.5
                                                           : 0;
        t->chances[i].p = wins * 2 / (REPS * (REPS - 1));
    }
}

static double end_period(struct table *t)
{
    struct eh_arena arena = EH_ARENA_INIT;
    struct eh_fairness_report report;
    struct eh_error error = {0};
    cr_assert_eq(eh_fairness_report(t->f, 1, &arena, &report, &error), 0, "%s", error.text);
    double p = report.draw_p;
    cr_assert(!isnan(p));
    eh_arena_done(&arena);
    eh_fairness_free(t->f);
    return p;
}

static int ascending(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Kolmogorov and Smirnov's distance from the uniform distribution, times √n. */
static double distance(double *p, int n)
{
    double most = 0;
    qsort(p, (size_t)n, sizeof *p, ascending);
    for (int i = 0; i < n; i++) {
        most = fmax(most, fabs(p[i] - (double)i / n));
        most = fmax(most, fabs(p[i] - (double)(i + 1) / n));
    }
    return most * sqrt(n);
}

/* The chance of 1.95 and more is 1 in 1,000 (Kolmogorov's distribution). */
#define DISTANCE_MAX 1.95

Test(fairness, p_is_uniform_when_the_draw_is_honest)
{
    struct seed seed = seed_fixed();
    double p[PERIODS];
    for (int i = 0; i < PERIODS; i++) {
        struct table t;
        sit_down(&t, &seed);
        for (unsigned n = 0; n < TICKETS; n++) {
            set_shares(&t, n);
            deal_at_random(&t, 0);
        }
        p[i] = end_period(&t);
    }
    double d = distance(p, PERIODS);
    fprintf(stderr, "# at random: distance %.3f\n", d);
    cr_expect_lt(d, DISTANCE_MAX);
}

Test(fairness, p_is_uniform_when_the_policy_adapts)
{
    struct seed seed = seed_fixed();
    double p[PERIODS];
    for (int i = 0; i < PERIODS; i++) {
        struct table t;
        sit_down(&t, &seed);
        for (unsigned n = 0; n < TICKETS; n++) {
            set_better_of_two(&t);
            deal_at_random(&t, 0);
        }
        p[i] = end_period(&t);
    }
    double d = distance(p, PERIODS);
    fprintf(stderr, "# better of two: distance %.3f\n", d);
    cr_expect_lt(d, DISTANCE_MAX);
}

/* Ana gets 15 % of what should be 10 %: (x + (1 − x) / 10 = 0.15) x = 0.05 / 0.9. */
Test(fairness, five_points_more_for_one_do_not_stay_hidden)
{
    struct seed seed = seed_fixed();
    struct table t;
    sit_down(&t, &seed);
    for (unsigned n = 0; n < LONG; n++) {
        for (int i = 0; i < REPS; i++)
            t.chances[i].p = 1.0 / REPS;
        deal_at_random(&t, 0.05 / 0.9);
    }
    double p = end_period(&t);
    fprintf(stderr, "# ana got %.0f of %d: p %g\n", t.received[0], LONG, p);
    cr_expect_lt(p, 1e-6);
}

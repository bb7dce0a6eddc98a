/*
 * fairness_engine: the report's test of the draw on what the engine itself deals, under each
 * policy.
 *
 * Shares differ, values too, and reps come and go; draws are keyed by a seed of each period. The
 * p-values of honest periods must be uniform, whatever the policy remembers of what went before.
 */
#include "fairness_desks.h"

enum { PERIODS = 300, TICKETS = 300, PAUSE_US = 60000000 };

TestSuite(fairness_engine, .timeout = 1800);

static const char yaml[] =
    "desk: main\n"
    "currency: EUR\n"
    "kinds: {order: {points: 1}}\n"
    "reps: [{id: ana}, {id: ben, share: 0.5}, {id: cai}, {id: dov, share: 0.8}, {id: eli},\n"
    "       {id: fay}]\n"
    "teams:\n"
    "- {id: sales, policy: %s, overloaded: {at_least: 1s, at_most: 8h},\n"
    "   reps: [ana, ben, cai, dov, eli, fay]}\n";

static const char *const reps[] = {"ana", "ben", "cai", "dov", "eli", "fay"};

/* p of one period under the policy. */
static double deal_period(const char *policy, struct seed *seed)
{
    struct desk d = {.pause_us = PAUSE_US};
    char text[1024];
    eh_format(text, sizeof text, yaml, policy);
    desk_begin(&d, seed, eh_str(text));
    for (unsigned n = 0; n < TICKETS; n++) {
        if (n % 20 == 0)
            cr_assert(desk_say(&d, "{\"type\":\"signal\",\"rep\":\"%s\",\"status\":\"%s\"}",
                               reps[seed_below(&d.seed, 6)],
                               seed_below(&d.seed, 3) ? "available" : "away"));
        cr_assert(
            desk_say(&d,
                     "{\"type\":\"ticket\",\"id\":\"T%u\",\"team\":\"sales\",\"kind\":\"order\","
                     "\"value\":%u}",
                     n, (unsigned)seed_below(&d.seed, 1000) * (unsigned)seed_below(&d.seed, 1000)));
    }
    double value = desk_report(&d).draw_p;
    cr_assert(!isnan(value));
    desk_close(&d);
    return value;
}

static int ascending(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Kolmogorov and Smirnov's distance times √n; the chance of 1.95 and more is 1 in 1,000. */
static void expect_uniform(const char *policy)
{
    struct seed seed = seed_fixed();
    double p[PERIODS], most = 0;
    for (int i = 0; i < PERIODS; i++)
        p[i] = deal_period(policy, &seed);
    qsort(p, PERIODS, sizeof *p, ascending);
    for (int i = 0; i < PERIODS; i++)
        most = fmax(most,
                    fmax(fabs(p[i] - (double)i / PERIODS), fabs(p[i] - (double)(i + 1) / PERIODS)));
    fprintf(stderr, "# %s: distance %.3f\n", policy, most * sqrt(PERIODS));
    cr_expect_lt(most * sqrt(PERIODS), 1.95);
}

Test(fairness_engine, random_draws_are_as_told)
{
    expect_uniform("random");
}

Test(fairness_engine, balanced_draws_are_as_told)
{
    expect_uniform("balanced");
}

Test(fairness_engine, rotation_draws_are_as_told)
{
    expect_uniform("rotation");
}

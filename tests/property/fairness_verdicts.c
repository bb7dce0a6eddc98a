/*
 * fairness_verdicts: how often a report doubts an honest desk.
 *
 * Every p is held against two levels: of so many desks no more may be below a level than chance
 * gives but once in 1,000 runs of this test. The verdict on the draw may not be below it much less
 * often either; the others may, for they err on the side of the rep.
 *
 * Short by default. EVENHAND_LONG=1 takes 4,000 desks and prints what evenhand(1) states. The seed
 * is EVENHAND_SEED or 1, and printed.
 */
#include "fairness_desks.h"

enum { SHORT = 150, LONG = 4000 };
#define ONCE_IN 0.001

TestSuite(fairness_verdicts, .timeout = 7200);

struct tally {
    unsigned of, at[2];
};

static const double levels[2] = {0.05, 0.001};

static void count(struct tally *t, double p)
{
    t->of += !isnan(p);
    for (int i = 0; i < 2; i++)
        t->at[i] += p <= levels[i];
}

/* The chance of at most k of n: the sum of the binomial terms, one out of the other. */
static double at_most(unsigned k, unsigned n, double p)
{
    double term = exp(n * log1p(-p)), sum = term;
    for (unsigned i = 1; i <= k && i <= n; i++) {
        term *= (n - i + 1.0) / i * p / (1 - p);
        sum += term;
    }
    return sum;
}

static void expect_within(const char *name, const struct tally *t, bool exact)
{
    for (int i = 0; i < 2 && t->of > 0; i++) {
        double below = at_most(t->at[i], t->of, levels[i]);
        double fewer = t->at[i] ? at_most(t->at[i] - 1, t->of, levels[i]) : 0;
        fprintf(stderr, "# %s: %u of %u are %g or less (%.2f %%)\n", name, t->at[i], t->of,
                levels[i], 100.0 * t->at[i] / t->of);
        cr_expect_gt(1 - fewer, ONCE_IN, "%s: too many", name);
        cr_expect(!exact || below > ONCE_IN, "%s: too few", name);
    }
}

Test(fairness_verdicts, honest_desks_are_doubted_as_often_as_said)
{
    struct seed seed = seed_fixed();
    struct tally kinds[EH_VERDICT_KINDS] = {0}, reports = {0};
    unsigned desks = getenv("EVENHAND_LONG") ? LONG : SHORT, doubtful = 0;
    for (unsigned i = 0; i < desks; i++) {
        struct eh_verdict verdicts[EH_VERDICT_KINDS];
        struct desk_shape shape;
        double least = NAN;
        honest_desk(&seed, &shape, verdicts);
        for (int k = 0; k < EH_VERDICT_KINDS; k++) {
            count(&kinds[k], verdicts[k].p);
            least = fmin(least, verdicts[k].corrected);
        }
        count(&reports, least);
        doubtful += least <= EH_FAIRNESS_LEVEL;
    }
    for (int k = 0; k < EH_VERDICT_KINDS; k++)
        expect_within(eh_verdict_name(k), &kinds[k], k == EH_VERDICT_DRAW);
    expect_within("the least corrected one", &reports, false);
    fprintf(stderr, "# %u of %u reports have a doubtful verdict\n", doubtful, reports.of);
}

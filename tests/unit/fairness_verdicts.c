/*
 * fairness_verdicts: one level for all verdicts of a report.
 *
 * Holm's corrected p of 0.01, 0.04, 0.03, 0.005 are, by hand, 0.03, 0.06, 0.06, 0.02: sorted 4 ·
 * 0.005, 3 · 0.01, 2 · 0.03, and 1 · 0.04, which may not be below the one before it.
 */
#include <math.h>

#include <criterion/criterion.h>

#include <evenhand/fairness/verdicts.h>

TestSuite(fairness_verdicts, .timeout = 60);

static void expect_near(double is, double should)
{
    cr_expect(fabs(is - should) <= 1e-12, "%.17g should be %.17g", is, should);
}

Test(fairness_verdicts, are_corrected_by_holm)
{
    struct eh_verdict v[] = {{.p = 0.01}, {.p = 0.04}, {.p = 0.03}, {.p = 0.005}};
    const double corrected[] = {0.03, 0.06, 0.06, 0.02};
    cr_expect_eq(eh_verdicts_judge(v, 4), 4);
    for (int i = 0; i < 4; i++) {
        expect_near(v[i].corrected, corrected[i]);
        cr_expect(!v[i].doubtful);
    }
}

Test(fairness_verdicts, what_has_too_few_is_not_counted)
{
    struct eh_verdict v[] = {{.p = NAN, .doubtful = true}, {.p = 0.004}, {.p = NAN}, {.p = 0.7}};
    cr_expect_eq(eh_verdicts_judge(v, 4), 2);
    cr_expect(isnan(v[0].corrected) && !v[0].doubtful);
    expect_near(v[1].corrected, 0.008);
    cr_expect(v[1].doubtful);
    expect_near(v[3].corrected, 0.7);
    cr_expect_eq(eh_verdicts_judge(v, 1), 0);
}

Test(fairness_verdicts, no_p_is_above_one_and_equal_ones_stay_equal)
{
    struct eh_verdict v[] = {{.p = 0.6}, {.p = 0.6}, {.p = 0}};
    cr_expect_eq(eh_verdicts_judge(v, 3), 3);
    cr_expect_eq(v[0].corrected, 1);
    cr_expect_eq(v[1].corrected, 1);
    cr_expect(v[2].corrected == 0 && v[2].doubtful);
    cr_expect_eq(eh_verdicts_judge(v, 3), 3, "again the same");
    cr_expect_eq(v[0].corrected, 1);
}

Test(fairness_verdicts, the_smallest_of_many)
{
    expect_near(eh_smallest_of(0.002, 5), 0.01);
    cr_expect_eq(eh_smallest_of(0.4, 5), 1);
    cr_expect(isnan(eh_smallest_of(NAN, 5)));
}

Test(fairness_verdicts, each_has_a_name)
{
    for (uint32_t i = 0; i < EH_VERDICT_KINDS; i++)
        cr_expect(eh_verdict_name(i) != NULL, "%u", i);
}

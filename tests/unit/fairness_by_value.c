/*
 * fairness_by_value: the tests behind the verdicts, each against what follows from its definition.
 *
 * The tail of an excess comes from Python: of an even number of degrees of freedom the exact sum in
 * 50 decimal digits. Others are computed here deal by deal, or by hand.
 */
#include "fairness_kit.h"

TestSuite(fairness_by_value, .timeout = 600);

Test(fairness_by_value, tail_of_an_excess)
{
    expect_near(eh_excess_tail(7, 5), 0.0037490113254228653);
    expect_near(eh_excess_tail(-3, 5), 0.92349505975814294);
    expect_near(eh_excess_tail(20, 10), 2.8087216260420957e-07);
    expect_near(eh_excess_tail(10, 5), 0.00017630289773856828);
    expect_near(eh_excess_tail(0, 50), 0.49059658199276368);
    cr_expect_eq(eh_excess_tail(-11, 5), 1);
}

/* Half of P(X = k) and all above it, of Poisson's distribution: never below it by more than a
 * hundredth, and at most half above, far out as well. */
Test(fairness_by_value, tail_of_an_excess_is_about_poissons)
{
    const double known[][3] = {{12, 5, 0.0037359717702231971},  {17, 5, 1.264269095014524e-05},
                               {20, 10, 0.002521301318857428},  {26, 10, 1.2051597607984739e-05},
                               {35, 20, 0.0011463469113718069}, {45, 20, 7.5714053507692202e-07}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        double p = eh_excess_tail(known[i][0] - known[i][1], known[i][1]);
        cr_expect(p > 0.99 * known[i][2] && p < 1.5 * known[i][2], "%g of %g: %g", known[i][0],
                  known[i][1], p);
    }
}

/* ---- Reports. */

enum { REPS = 4 };

static const char *const names[REPS] = {"ana", "ben", "cai", "dov"};

/* Shares are told as chances, unless `shares` says otherwise. */
static void deal_told(struct told *p, int who, const double *chances, const double *shares,
                      int64_t value)
{
    struct eh_deal_chance told[REPS];
    for (int i = 0; i < REPS; i++)
        told[i] = (struct eh_deal_chance){
            .rep = eh_str(names[i]), .share_ppm = (uint32_t)(shares[i] * 1e6), .p = chances[i]};
    struct eh_deal deal = {.team = eh_str("sales"),
                           .rep = eh_str(names[who]),
                           .why = eh_str("test"),
                           .value = value,
                           .dealt = true,
                           .chances = told,
                           .count = REPS};
    eh_fairness_on_deal(p->f, &deal);
}

static void deal(struct told *p, int who, const double *chances, int64_t value)
{
    deal_told(p, who, chances, chances, value);
}

/* So many of the same tickets to each. */
static void deal_each(struct told *p, const double *chances, const int counts[REPS])
{
    for (int who = 0; who < REPS; who++)
        for (int i = 0; i < counts[who]; i++)
            deal(p, who, chances, 100);
}

/* 40 tickets, ana's chance is a tenth: her variance is 3.6, so ben is counted with her. Then 6 of
 * 0.55 · 40 = 22 against 12 of 18: χ² = 6²/(40 · 0.45 · 0.55), of one degree. */
Test(fairness_by_value, too_little_chance_goes_with_the_next_by_id)
{
    struct told p = told_start();
    const double chances[REPS] = {0.1, 0.45, 0, 0.45};
    deal_each(&p, chances, (const int[REPS]){9, 19, 0, 12});
    told_look(&p, 1);
    cr_expect(isnan(p.report.reps[0].deviation) && !isnan(p.report.reps[1].deviation));
    cr_expect_eq(p.report.draw_cells, 2);
    cr_expect_eq(p.report.draw_degrees, 1);
    expect_near(p.report.draw_chi_square, 36 / 9.9);
    expect_near(p.report.draw_p, erfc(sqrt(36 / 9.9 / 2)));
    expect_near(p.report.verdicts[EH_VERDICT_DRAW].p, p.report.draw_p);
    told_done(&p);
}

/* The last by id goes with the one before. */
Test(fairness_by_value, too_little_chance_at_the_end_goes_with_the_last)
{
    struct told p = told_start();
    const double chances[REPS] = {0.45, 0.45, 0, 0.1};
    deal_each(&p, chances, (const int[REPS]){12, 19, 0, 9});
    told_look(&p, 1);
    cr_expect_eq(p.report.draw_cells, 2);
    expect_near(p.report.draw_chi_square, 36 / 9.9);
    told_done(&p);
}

/* Of one multinomial Q is Pearson's χ², with its degrees of freedom. */
Test(fairness_by_value, drawn_by_share_the_test_is_pearsons)
{
    struct told p = told_start();
    const double chances[REPS] = {0.1, 0.2, 0.3, 0.4};
    deal_each(&p, chances, (const int[REPS]){14, 17, 35, 34});
    told_look(&p, 1);
    double pearson = 16 / 10.0 + 9 / 20.0 + 25 / 30.0 + 36 / 40.0;
    expect_near(p.report.draw_chi_square, pearson);
    expect_near(p.report.draw_p, eh_chi_square_tail(pearson, 3));
    told_done(&p);
}

/* What a policy makes of equal shares: Q, its mean and variance from their definitions. */
Test(fairness_by_value, a_policy_has_its_own_mean_and_variance)
{
    struct told p = told_start();
    const double equal[REPS] = {0.25, 0.25, 0.25, 0.25};
    const double told[3][REPS] = {{0.5, 0.3, 0.1, 0.1}, {0, 0.2, 0.3, 0.5}, {0.25, 0.5, 0, 0.25}};
    double off[REPS] = {0}, sigma[REPS][REPS] = {{0}}, q = 0, mean = 0, variance = 0;
    for (int t = 0; t < 150; t++) {
        const double *chances = told[t % 3];
        int who = t % 3 == 0 ? t % 2 : t % 3 == 1 ? 1 + t % 3 : 3;
        deal_told(&p, who, chances, equal, 100);
        off[who] += 1;
        for (int a = 0; a < REPS; a++) {
            off[a] -= chances[a];
            for (int b = 0; b < REPS; b++)
                sigma[a][b] += (a == b) * chances[a] - chances[a] * chances[b];
        }
    }
    for (int a = 0; a < REPS; a++) {
        q += off[a] * off[a] / 37.5;
        mean += sigma[a][a] / 37.5;
        for (int b = 0; b < REPS; b++)
            variance += 2 * sigma[a][b] * sigma[a][b] / (37.5 * 37.5);
    }
    told_look(&p, 1);
    cr_expect_eq(p.report.draw_cells, REPS);
    expect_near(p.report.draw_p,
                eh_chi_square_tail(2 * q * mean / variance, 2 * mean * mean / variance));
    told_done(&p);
}

/* ---- By value. Two values by half each: two columns. */

/* Coins of ana and dov: of 40 cheap ones each gets 20, of 40 dear ones dov 28. Q is 8²/10. */
Test(fairness_by_value, each_quintile_is_compared_by_itself)
{
    struct told p = told_start();
    const double coin[REPS] = {0.5, 0, 0, 0.5};
    for (int i = 0; i < 40; i++)
        deal(&p, i % 2 ? 0 : 3, coin, 100);
    for (int i = 0; i < 40; i++)
        deal(&p, i < 12 ? 0 : 3, coin, 9000);
    told_look(&p, 1);
    const struct eh_fairness_report *r = &p.report;
    expect_near(r->verdicts[EH_VERDICT_BY_VALUE].p, exp(-3.2)); /* χ² 6.4, two degrees */
    expect_near(r->verdicts[EH_VERDICT_PICKER].p, 2 * eh_excess_tail(8, 10));
    cr_expect(eh_str_equal(r->picker.first, eh_str("dov")));
    cr_expect(eh_str_equal(r->picker.last, eh_str("dov")));
    expect_near(r->picker.received, 28);
    expect_near(r->picker.expected, 20);
    expect_near(r->picker.deviation, 8 / sqrt(10));
    cr_expect_eq(r->picker.of, 2);
    expect_near(r->draw_p, erfc(sqrt(64 / 20.0 / 2)));
    cr_expect_eq(r->verdict_count, 3);
    told_done(&p);
}

/* A picker among those counted together is named with them. */
Test(fairness_by_value, neighbours_are_named_from_to)
{
    struct told p = told_start();
    const double chances[REPS] = {0.1, 0.1, 0.4, 0.4};
    for (int i = 0; i < 40; i++)
        deal(&p, i % 10 < 2 ? i % 10 : 2 + i % 2, chances, 100);
    for (int i = 0; i < 40; i++)
        deal(&p, i % 5 < 2 ? 1 : 2 + i % 2, chances, 9000);
    told_look(&p, 1);
    cr_expect(eh_str_equal(p.report.picker.first, eh_str("ana")));
    cr_expect(eh_str_equal(p.report.picker.last, eh_str("ben")));
    expect_near(p.report.picker.received, 16);
    expect_near(p.report.picker.expected, 8);
    cr_expect_eq(p.report.picker.of, 3);
    told_done(&p);
}

/* Two who alternate, whatever the value: no draw, nothing to doubt. */
Test(fairness_by_value, who_alternates_is_not_doubted)
{
    struct told p = told_start();
    const double shares[REPS] = {0.5, 0.5, 0, 0};
    for (int i = 0; i < 1000; i++) {
        const double sure[REPS] = {i % 2 == 0, i % 2 == 1, 0, 0};
        deal_told(&p, i % 2, sure, shares, i % 2 ? 9000 : 100);
    }
    told_look(&p, 1);
    cr_expect_eq(p.report.verdict_count, 0);
    for (int i = 0; i < EH_VERDICT_KINDS; i++)
        cr_expect(!p.report.verdicts[i].doubtful);
    told_done(&p);
}

/* Of 30 cheap overrides and 30 dear ones each is due half. Dov got 25 dear ones: Q = 10²/7.5. */
Test(fairness_by_value, what_managers_gave_is_judged_by_value)
{
    struct told p = told_start();
    const double coin[REPS] = {0.5, 0, 0, 0.5};
    for (int i = 0; i < 80; i++)
        deal(&p, i % 4 < 2 ? 0 : 3, coin, i % 2 ? 9000 : 100);
    for (int i = 0; i < 60; i++)
        eh_fairness_override(p.f, eh_str("maja"), eh_str(i < 15 || i >= 55 ? "ana" : "dov"),
                             i < 30 ? 100 : 9000);
    told_look(&p, 1);
    expect_near(p.report.verdicts[EH_VERDICT_OVERRIDDEN].p, exp(-100 / 7.5 / 2));
    cr_expect(p.report.verdicts[EH_VERDICT_OVERRIDDEN].doubtful);
    cr_expect(!p.report.verdicts[EH_VERDICT_PICKER].doubtful);
    told_done(&p);
}

/* ---- More classes of value than there is room for matrices. */

enum { MANY = 200, DEALS = 600 };

static double chi_square_of_many(int64_t (*value_of)(int))
{
    struct told p = told_start();
    static char many[MANY][8];
    static struct eh_deal_chance told[MANY];
    for (int i = 0; i < MANY; i++) {
        eh_format(many[i], sizeof many[i], "r%03u", (unsigned)i);
        told[i] =
            (struct eh_deal_chance){.rep = eh_str(many[i]), .share_ppm = 1000000, .p = 1.0 / MANY};
    }
    for (int i = 0; i < DEALS; i++) {
        struct eh_deal d = {.team = eh_str("sales"),
                            .rep = told[i * i % 197].rep,
                            .why = eh_str("test"),
                            .value = value_of(i),
                            .dealt = true,
                            .chances = told,
                            .count = MANY};
        eh_fairness_on_deal(p.f, &d);
    }
    told_look(&p, 1);
    double chi_square = p.report.draw_chi_square;
    cr_expect_gt(p.report.draw_cells, 90);
    cr_expect(!isnan(p.report.verdicts[EH_VERDICT_BY_VALUE].p));
    told_done(&p);
    return chi_square;
}

static int64_t all_alike(int i)
{
    return 100 + i % 2 * 900;
}

/* All 506 of them, the largest first. */
static int64_t of_every_class(int i)
{
    int power = 62 - i / 8 % 63;
    return (INT64_C(1) << power) + (power >= 3 ? (INT64_C(1) << (power - 3)) * (i % 8) : 0);
}

Test(fairness_by_value, classes_become_coarser_and_lose_nothing)
{
    expect_near(chi_square_of_many(of_every_class), chi_square_of_many(all_alike));
}

/* ---- Overload. */

/* 40 values arrive in ascending order, ana overloaded from the 21st on; 40 times the same value
 * says nothing. Rank t of t, ½ − ½/t above the middle, of variance (t² − 1) / 12 t². */
Test(fairness_by_value, what_arrives_meanwhile_is_judged_by_ranks)
{
    struct told p = told_start();
    double rank[2] = {0}, variance[2] = {0};
    eh_fairness_state(p.f, eh_str("ana"), EH_STATUS_AVAILABLE, 0);
    for (int t = 1; t <= 40; t++) {
        if (t == 21)
            eh_fairness_state(p.f, eh_str("ana"), EH_STATUS_OVERLOADED, 1);
        eh_fairness_arrival(p.f, INT64_C(1) << t);
        rank[t > 20] += (0.5 - 0.5 / t) / 20;
        variance[t > 20] += (t * t - 1) / (12.0 * t * t) / 400;
    }
    told_look(&p, 1);
    double z = (rank[1] - rank[0]) / sqrt(variance[0] + variance[1]);
    expect_near(p.report.reps[0].meanwhile_p, erfc(z / sqrt(2)));
    expect_near(p.report.verdicts[EH_VERDICT_OVERLOAD].p, erfc(z / sqrt(2)));
    told_done(&p);
    p = told_start();
    eh_fairness_state(p.f, eh_str("ana"), EH_STATUS_AVAILABLE, 0);
    for (int t = 1; t <= 40; t++) {
        if (t == 21)
            eh_fairness_state(p.f, eh_str("ana"), EH_STATUS_OVERLOADED, 1);
        eh_fairness_arrival(p.f, 100);
    }
    told_look(&p, 1);
    cr_expect(isnan(p.report.verdicts[EH_VERDICT_OVERLOAD].p));
    told_done(&p);
}

/* Of 10,000 reps who are overloaded for 6 of 60 tickets of wild values, 5 in 100 are below .05. */
Test(fairness_by_value, ranks_are_tame_where_values_are_not)
{
    uint64_t state = 1;
    unsigned at_05 = 0, at_001 = 0;
    for (int run = 0; run < 10000; run++) {
        struct told p = told_start();
        eh_fairness_state(p.f, eh_str("ana"), EH_STATUS_AVAILABLE, 0);
        for (int t = 0; t < 60; t++) {
            state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            if (t == 20 || t == 26)
                eh_fairness_state(p.f, eh_str("ana"),
                                  t == 20 ? EH_STATUS_OVERLOADED : EH_STATUS_AVAILABLE, t);
            eh_fairness_arrival(p.f, (int64_t)exp((double)(state >> 40) * 0x1p-24 * 30));
        }
        told_look(&p, 1);
        at_05 += p.report.reps[0].meanwhile_p <= 0.05;
        at_001 += p.report.reps[0].meanwhile_p <= 0.001;
        told_done(&p);
    }
    cr_expect(at_05 > 420 && at_05 < 580, "%u", at_05); /* 3.6 standard errors */
    cr_expect(at_001 < 23, "%u", at_001);
}

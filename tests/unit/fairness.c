/*
 * fairness: each figure against one computed otherwise, and the report of a period told by hand.
 *
 * The tails of χ² come from Python: for an even number of degrees of freedom the exact sum
 * e^(−x/2) Σ (x/2)^k / k!, for an odd one erfc and its recursion, in 40 decimal digits. The indices
 * come from their definitions, the Gini as the double sum over all pairs.
 */
#include "fairness_kit.h"

#define HOUR_US INT64_C(3600000000)

TestSuite(fairness, .timeout = 600);

Test(fairness, chi_square_tail)
{
    expect_near(eh_chi_square_tail(3.841458820694124, 1), 0.05);
    expect_near(eh_chi_square_tail(16.918977604620448, 9), 0.05);
    expect_near(eh_chi_square_tail(0.5, 9), 0.9999695662588389);
    expect_near(eh_chi_square_tail(2, 10), 0.9963401531726563);
    expect_near(eh_chi_square_tail(40, 9), 7.598525229464276e-06);
    expect_near(eh_chi_square_tail(100, 10), 5.4497019829205295e-17);
    expect_near(eh_chi_square_tail(250, 255), 0.5766352636499276);
    expect_near(eh_chi_square_tail(300, 255), 0.02772752205390483);
    expect_near(eh_chi_square_tail(900, 255), 8.223626060047833e-73);
    cr_expect_eq(eh_chi_square_tail(0, 3), 1);
    cr_expect(isnan(eh_chi_square_tail(1, 0)));
}

Test(fairness, indices)
{
    const struct eh_portion weighed[] = {{10, 9}, {5, 6}, {0, 3}, {2.5, 4}, {7, 5.5}};
    const struct eh_portion plain[] = {{1, 9}, {1, 6}, {1, 4}, {1, 5.5}};
    const struct eh_portion equal[] = {{3, 6}, {1, 2}, {2.5, 5}};
    const struct eh_portion all_to_one[] = {{1, 0}, {1, 0}, {1, 0}, {1, 8}};
    double gini;
    expect_near(eh_jain(weighed, 5), 0.9415317046390338); /* {0, 3} is left out */
    cr_expect_eq(eh_gini(weighed, 5, &gini), 0);
    expect_near(gini, 0.1236984589754269);
    expect_near(eh_jain(plain, 4), 0.919218989280245);
    cr_expect_eq(eh_gini(plain, 4, &gini), 0);
    expect_near(gini, 0.15816326530612246);
    expect_near(eh_jain(equal, 3), 1);
    cr_expect_eq(eh_gini(equal, 3, &gini), 0);
    cr_expect_lt(gini, 1e-12);
    expect_near(eh_jain(all_to_one, 4), 0.25);
    cr_expect_eq(eh_gini(all_to_one, 4, &gini), 0);
    expect_near(gini, 0.75);
}

Test(fairness, indices_without_anything_to_compare)
{
    const struct eh_portion nothing[] = {{4, 0}, {0, 3}};
    double gini;
    cr_expect(isnan(eh_jain(nothing, 2)) && isnan(eh_jain(NULL, 0)));
    cr_expect_eq(eh_gini(nothing, 2, &gini), 0);
    cr_expect(isnan(gini));
    cr_expect_eq(eh_gini(NULL, 0, &gini), 0);
    cr_expect(isnan(gini));
}

/* Of one multinomial the form is Pearson's χ² = Σ (n − e)²/e, with one degree less. */
Test(fairness, quadratic_form_of_a_multinomial_is_pearsons)
{
    const double p[4] = {0.1, 0.2, 0.3, 0.4}, counts[4] = {14, 17, 35, 34};
    double matrix[16], off[4], pearson = 0;
    uint32_t rank;
    for (int a = 0; a < 4; a++) {
        off[a] = counts[a] - 100 * p[a];
        pearson += off[a] * off[a] / (100 * p[a]);
        for (int b = 0; b < 4; b++)
            matrix[4 * a + b] = 100 * ((a == b) * p[a] - p[a] * p[b]);
    }
    expect_near(eh_quadratic_form(matrix, off, 4, 1e-6, &rank), pearson);
    cr_expect_eq(rank, 3);
}

/* Two pairs who never meet: two independent coins. */
Test(fairness, quadratic_form_finds_the_rank)
{
    double matrix[16] = {25, -25, 0, 0, -25, 25, 0, 0, 0, 0, 9, -9, 0, 0, -9, 9};
    double off[4] = {5, -5, -6, 6};
    uint32_t rank;
    expect_near(eh_quadratic_form(matrix, off, 4, 1e-6, &rank), 1 + 4);
    cr_expect_eq(rank, 2);
}

Test(fairness, observed_against_expected)
{
    const double observed[] = {12, 8, 5, 15, 3}, expected[] = {10, 10, 10, 10, 0};
    expect_near(eh_g_statistic(observed, expected, 5), 6.037901979673033);
    expect_near(eh_pearson(observed, expected, 5), 5.8);
    expect_near(eh_cramer_v(5.8, 40, 2, 2), 0.3807886552931954);
    cr_expect(isnan(eh_cramer_v(5.8, 40, 1, 5)));
}

/* ---- The report. */

/* Dealt between ana and eli, ana's chance being p. */
static void deal(struct told *p, const char *rep, double chance, int64_t value)
{
    const struct eh_deal_chance chances[] = {
        {.rep = eh_str("ana"), .share_ppm = 1000000, .p = chance},
        {.rep = eh_str("eli"), .share_ppm = 1000000, .p = 1 - chance}};
    struct eh_deal deal = {.team = eh_str("sales"),
                           .rep = eh_str(rep),
                           .why = eh_str("random"),
                           .value = value,
                           .booked = value,
                           .dealt = true,
                           .chances = chances,
                           .count = 2};
    eh_fairness_on_deal(p->f, &deal);
}

static void book(struct told *p, const char *team, const char *rep, const char *why, int64_t value)
{
    struct eh_deal deal = {.team = eh_str(team),
                           .rep = eh_str(rep),
                           .why = eh_str(why),
                           .value = value,
                           .booked = value};
    eh_fairness_on_deal(p->f, &deal);
}

static void account(struct told *p, const char *rep, int64_t entitled, int64_t received)
{
    const struct eh_fairness_account none = {0}, now = {entitled * 1000000000, received,
                                                        entitled * 100, received * 100};
    eh_fairness_account(p->f, eh_str(rep), &none);
    eh_fairness_account(p->f, eh_str(rep), &now);
}

static bool noted(const struct told *p, const char *beginning)
{
    for (uint32_t i = 0; i < p->report.note_count; i++)
        if (strncmp(p->report.notes[i], beginning, strlen(beginning)) == 0)
            return true;
    return false;
}

/* 20 coins, ana gets 12: e = 10, Σ = 5 [1 −1; −1 1], χ² = 2²/5 = 0.8, p = erfc(√0.4). */
Test(fairness, a_period_of_coins)
{
    struct told p = told_start();
    for (int i = 0; i < 20; i++)
        deal(&p, i < 12 ? "ana" : "eli", 0.5, 1000);
    book(&p, "sales", "eli", "affinity", 500);
    book(&p, "support", "eli", "owner", 500); /* another team's */
    account(&p, "ana", 10, 12);
    account(&p, "eli", 11, 9);
    told_look(&p, HOUR_US);

    const struct eh_fairness_report *r = &p.report;
    cr_assert_eq(r->rep_count, 2);
    cr_expect_eq(r->tickets, 21);
    cr_expect_eq(r->drawn, 20);
    expect_near(r->draw_chi_square, 0.8);
    cr_expect_eq(r->draw_degrees, 1);
    expect_near(r->draw_p, erfc(sqrt(0.4)));
    expect_near(r->predictability, 0.5);
    expect_near(r->reps[0].deviation, 2 / sqrt(5));
    expect_near(r->reps[0].expected, 10);
    expect_near(r->reps[0].expected_value, 10000);
    expect_near(r->reps[1].expected, 11);
    expect_near(r->reps[1].expected_value, 10500);
    cr_expect_eq(r->reps[1].drawn, 8);
    /* r = 12/10 and 9/11: 21² / (21 · (144/10 + 81/11)) */
    expect_near(r->count.jain, 21 / (14.4 + 81.0 / 11));
    expect_near(r->value.jain, 21 / (14.4 + 81.0 / 11));
    expect_near(r->count.plain_jain, 441 / (2 * 225.0));
    cr_expect(!r->balance_enough);
    cr_expect(isnan(r->dealt.g)); /* one value: nothing to pick */
    cr_expect(noted(&p, "value of dealt tickets: too few to tell"));
    cr_expect(noted(&p, "balance: too few") && !noted(&p, "draw"));
    account(&p, "ana", 20, 12);
    account(&p, "eli", 20, 9);
    told_look(&p, HOUR_US);
    cr_expect(p.report.balance_enough && !noted(&p, "balance"));
    told_done(&p);
}

Test(fairness, too_few_to_tell)
{
    struct told p = told_start();
    told_look(&p, HOUR_US);
    cr_expect(isnan(p.report.draw_p) && isnan(p.report.count.jain));
    cr_expect(noted(&p, "draw: too few to tell; chance had no say"));
    cr_expect(noted(&p, "balance: too few to tell"));
    for (int i = 0; i < 19; i++) /* variance 4.75 each */
        deal(&p, "ana", 0.5, 0);
    account(&p, "ana", 4, 9);
    account(&p, "eli", 5, 0);
    told_look(&p, HOUR_US);
    cr_expect(isnan(p.report.draw_p) && isnan(p.report.reps[0].deviation));
    cr_expect(noted(&p, "draw: too few to tell; 19 draws"));
    cr_expect(noted(&p, "balance: too few to tell; 19 tickets among 2 reps"));
    told_done(&p);
}

/* Two who alternate: chance has no say, and 1,000 tickets do not change that. */
Test(fairness, certainty_is_no_draw)
{
    struct told p = told_start();
    for (int i = 0; i < 1000; i++)
        deal(&p, i % 2 ? "ana" : "eli", i % 2, 100);
    told_look(&p, HOUR_US);
    cr_expect(isnan(p.report.draw_p));
    expect_near(p.report.predictability, 1);
    told_done(&p);
}

Test(fairness, a_crooked_draw_is_doubted)
{
    struct told p = told_start();
    for (int i = 0; i < 100; i++)
        deal(&p, i < 70 ? "ana" : "eli", 0.5, 100); /* χ² = 20²/25 = 16 */
    told_look(&p, HOUR_US);
    expect_near(p.report.draw_p, erfc(sqrt(8)));
    cr_expect(noted(&p, "draw: fewer than 1 in 100"));
    told_done(&p);
}

/* Values 1, 10, ... 10,000 by 20 each: ana gets all of the two highest, eli of the two lowest. E is
 * 10 in each of ten cells, O 20 in four, 0 in four, 10 in two: G = 2 · 4 · 20 ln 2, χ² = 80. */
Test(fairness, picking_the_valuable_ones_shows)
{
    struct told p = told_start();
    const int64_t values[] = {1, 10, 100, 1000, 10000};
    for (int q = 0; q < 5; q++)
        for (int i = 0; i < 20; i++)
            deal(&p, q > 2 || (q == 2 && i % 2) ? "ana" : "eli", 0.5, values[q]);
    for (int i = 0; i < 100; i++)
        eh_fairness_override(p.f, eh_str("maja"), eh_str(i < 50 ? "ana" : "eli"), values[i % 5]);
    told_look(&p, HOUR_US);
    expect_near(p.report.dealt.g, 2 * 4 * 20 * log(2));
    expect_near(p.report.dealt.v, sqrt(80.0 / 100));
    expect_near(p.report.dealt.v_by_chance, sqrt(5.0 / 100));
    cr_expect_eq(p.report.overridden.tickets, 100);
    cr_expect_lt(p.report.overridden.g, 1e-9);
    cr_expect_eq(p.report.overrides, 100);
    cr_expect_eq(p.report.tickets, 100);
    cr_assert_eq(p.report.manager_count, 1);
    cr_expect_eq(p.report.managers[0].overrides, 100);
    cr_expect_eq(p.report.managers[0].value, 20 * 11111);
    cr_expect_eq(p.report.reps[0].overrides, 50);
    told_done(&p);
}

/* Values 10 to 50 while overloaded: mean 30, variance 250; 110 to 150 otherwise: mean 130. Error
 * √(250/5 + 250/5) = 10. */
Test(fairness, overload)
{
    struct told p = told_start();
    eh_fairness_state(p.f, eh_str("ana"), EH_STATUS_AVAILABLE, 0);
    for (int i = 1; i <= 5; i++)
        eh_fairness_arrival(p.f, 100 + 10 * i);
    eh_fairness_state(p.f, eh_str("ana"), EH_STATUS_OVERLOADED, 2 * HOUR_US);
    eh_fairness_state(p.f, eh_str("ana"), EH_STATUS_OVERLOADED, 2 * HOUR_US + 5);
    for (int i = 1; i <= 5; i++)
        eh_fairness_arrival(p.f, 10 * i);
    eh_fairness_state(p.f, eh_str("ana"), EH_STATUS_AWAY, 3 * HOUR_US);
    eh_fairness_state(p.f, eh_str("ana"), 0, 4 * HOUR_US);
    eh_fairness_arrival(p.f, 1000000);
    told_look(&p, 9 * HOUR_US);
    const struct eh_fairness_rep *ana = &p.report.reps[0];
    cr_expect_eq(p.report.arrived, 11);
    cr_expect_eq(ana->available_s, 7200);
    cr_expect_eq(ana->overloaded_s, 3600);
    cr_expect_eq(ana->away_s, 3600);
    cr_expect_eq(ana->overloads, 1);
    cr_expect(isnan(ana->overloads_weekly)); /* four hours are too few */
    expect_near(ana->value_meanwhile, 30);
    expect_near(ana->value_otherwise, 130);
    expect_near(ana->value_error, 10);
    cr_expect(noted(&p, "overload: tickets that arrived while ana was overloaded were worth less"));
    told_done(&p);
}

Test(fairness, overloads_a_week)
{
    struct told p = told_start();
    for (int day = 0; day < 2; day++) {
        eh_fairness_state(p.f, eh_str("ana"), EH_STATUS_AVAILABLE, day * 24 * HOUR_US);
        eh_fairness_state(p.f, eh_str("ana"), EH_STATUS_OVERLOADED, (day * 24 + 10) * HOUR_US);
    }
    told_look(&p, 48 * HOUR_US);
    expect_near(p.report.reps[0].overloads_weekly, 7);
    told_done(&p);
}

/* A reading up to now does not end the period. */
Test(fairness, a_report_may_be_asked_for_again)
{
    struct told p = told_start();
    eh_fairness_state(p.f, eh_str("ana"), EH_STATUS_OVERLOADED, 0);
    eh_fairness_arrival(p.f, 5);
    told_look(&p, HOUR_US);
    cr_expect_eq(p.report.reps[0].overloaded_s, 3600);
    cr_expect_eq(p.report.reps[0].overloads, 0); /* he was before it began */
    eh_fairness_state(p.f, eh_str("ana"), EH_STATUS_AVAILABLE, 2 * HOUR_US);
    told_look(&p, 3 * HOUR_US);
    cr_expect_eq(p.report.reps[0].overloaded_s, 7200);
    cr_expect_eq(p.report.reps[0].available_s, 3600);
    told_done(&p);
}

/* ---- More reps than are told apart. */

static void deal_among(struct told *p, struct eh_deal_chance *chances, uint32_t count,
                       uint32_t winner)
{
    for (uint32_t i = 0; i < count; i++)
        chances[i].p = 1.0 / count;
    struct eh_deal deal = {.team = eh_str("sales"),
                           .rep = chances[winner].rep,
                           .why = eh_str("random"),
                           .dealt = true,
                           .chances = chances,
                           .count = count};
    eh_fairness_on_deal(p->f, &deal);
}

enum { MANY = 768, EACH = 3, SOME = 600 };

static void many_reps(struct told *p, uint32_t first_count)
{
    static char names[MANY][8];
    static struct eh_deal_chance chances[MANY];
    for (uint32_t i = 0; i < MANY; i++) {
        eh_format(names[i], sizeof names[i], "r%04u", i);
        chances[i] = (struct eh_deal_chance){.rep = eh_str(names[i]), .share_ppm = 1000000};
    }
    for (uint32_t i = 0; i < EACH * SOME; i++) /* those in the middle come first */
        deal_among(p, chances + (MANY - first_count) / 2, first_count, i % first_count);
    for (uint32_t i = 0; i < EACH * MANY; i++)
        deal_among(p, chances, MANY, i % MANY);
    told_look(p, HOUR_US);
}

/* Everybody gets exactly what chance expects, so whatever the groups, χ² is 0. */
Test(fairness, above_256_reps_there_are_groups_by_id)
{
    struct told p = told_start();
    many_reps(&p, SOME);
    cr_expect_eq(p.report.rep_count, MANY);
    cr_expect_eq(p.report.draw_cells, EH_FAIRNESS_CELLS_MAX);
    cr_expect_eq(p.report.draw_degrees, EH_FAIRNESS_CELLS_MAX - 1);
    cr_expect_lt(p.report.draw_chi_square, 1e-9);
    cr_expect(eh_str_equal(p.report.reps[MANY - 1].rep, eh_str("r0767")));
    told_done(&p);
}

/* Known to as many as fit, put together only by the report. */
Test(fairness, between_256_and_512_they_are_grouped_at_the_end)
{
    struct told p = told_start();
    static char names[300][8];
    static struct eh_deal_chance chances[300];
    for (uint32_t i = 0; i < 300; i++) {
        eh_format(names[i], sizeof names[i], "r%04u", 299 - i); /* not in order of id */
        chances[i] = (struct eh_deal_chance){.rep = eh_str(names[i])};
    }
    for (uint32_t i = 0; i < 3000; i++)
        deal_among(&p, chances, 300, i % 300);
    told_look(&p, HOUR_US);
    cr_expect_eq(p.report.draw_cells, EH_FAIRNESS_CELLS_MAX);
    cr_expect_eq(p.report.draw_degrees, EH_FAIRNESS_CELLS_MAX - 1);
    cr_expect_lt(p.report.draw_chi_square, 1e-9);
    told_done(&p);
}

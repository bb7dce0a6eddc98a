/*
 * unit/bonus: the worked example to the cent, its variants, later versions, members, and every
 * figure on the way from facts to the pool.
 */
#include "bonus_kit.h"

/* --- The worked example --- */

Test(bonus, the_worked_example_to_the_pool)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    const struct eh_bonus_result *r = example_compute(&e);
    cr_expect_eq(r->pool.values[0].value, 12934567);
    cr_expect_eq(r->pool.values[1].value, 4383);
    cr_expect_eq(r->pool.values[1].count, 184);
    cr_expect_eq(r->pool.values[2].value, 655);
    cr_expect_eq(r->pool.values[3].value, 55825);
    cr_expect_eq(r->pool.values[3].count, 412);
    cr_expect_eq(r->pool.scores[0].score_ppm, 1155761);
    cr_expect_eq(r->pool.scores[1].score_ppm, 957500);
    cr_expect_eq(r->pool.scores[2].score_ppm, 1008333);
    cr_expect(!r->pool.scores[2].gate_failed);
    cr_expect_eq(r->pool.composite_ppm, 1046971);
    cr_expect_eq(r->pool.funding_ppm, 1093942);
    cr_expect_eq(r->pool.gross, 656365);
    cr_expect_eq(r->carry, -1240);
    cr_expect_eq(r->net, 655125);
    cr_expect_eq(r->split.individual, 65513);
    cr_expect_eq(r->split.team, 589612);
    cr_expect_eq(r->split.over, 0);
    cr_expect_eq(r->split.limit, 19653);
    cr_expect_eq(r->split.equal, 235845);
    cr_expect_eq(r->split.hours, 235845);
    cr_expect_eq(r->split.seniority, 117922);
    cr_expect_eq(r->split.held, 0);
}

struct line {
    const char *rep;
    int64_t days, minutes, band, points, equal, hours, seniority, individual, total;
    bool capped;
};

static const struct line lines[] = {
    {"ana", 31, 10080, 130, 168, 57119, 66480, 32002, 19653, 175254, true},
    {"bo", 31, 9600, 115, 108, 57119, 63314, 28309, 18761, 167503, false},
    {"cy", 31, 5040, 105, 72, 57118, 33240, 25848, 12507, 128713, false},
    {"dee", 15, 4800, 100, 24, 27638, 31657, 11911, 4169, 75375, false},
    {"eli", 20, 6240, 125, 60, 36851, 41154, 19852, 10423, 108280, false}};

Test(bonus, the_worked_example_to_every_share)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    const struct eh_bonus_result *r = example_compute(&e);
    cr_assert_eq(r->split.count, 5);
    int64_t sum = 0;
    for (uint32_t i = 0; i < 5; i++) {
        const struct eh_bonus_share *s = &r->split.shares[i];
        const struct line *l = &lines[i];
        cr_expect(eh_str_equal(s->rep, eh_str(l->rep)));
        cr_expect_eq(s->days, l->days, "%s: days %lld", l->rep, (long long)s->days);
        cr_expect_eq(s->minutes, l->minutes);
        cr_expect_eq(s->band, l->band, "%s: band %lld", l->rep, (long long)s->band);
        cr_expect_eq(s->points, l->points);
        cr_expect_eq(s->equal, l->equal, "%s: equal %lld", l->rep, (long long)s->equal);
        cr_expect_eq(s->hours, l->hours, "%s: hours %lld", l->rep, (long long)s->hours);
        cr_expect_eq(s->seniority, l->seniority, "%s: %lld", l->rep, (long long)s->seniority);
        cr_expect_eq(s->individual, l->individual, "%s: %lld", l->rep, (long long)s->individual);
        cr_expect_eq(s->total, l->total, "%s: total %lld", l->rep, (long long)s->total);
        cr_expect_eq(s->capped, l->capped);
        sum += s->total;
    }
    cr_expect_eq(sum, 655125);
}

/* Days: 31, 31, 31, so that one has a cent more or less than the others: in no year the same one
 * each month. As computed with Python's hashlib. */
Test(bonus, the_odd_cent_is_nobodys_for_ever)
{
    EH_AUTO(example) struct example e;
    static const char *const least[] = {"cy",  "bo", "cy", "ana", "cy",  "ana",
                                        "ana", "bo", "cy", "bo",  "ana", "ana"};
    for (unsigned month = 0; month < 12; month++) {
        char period[16];
        example_init(&e);
        snprintf(period, sizeof period, "2026-%02u", month + 1);
        e.facts.period = kit_period(period);
        const struct eh_bonus_split s = example_compute(&e)->split;
        for (uint32_t i = ANA; i <= CY; i++)
            cr_expect_eq(s.shares[i].equal,
                         57119 - eh_str_equal(s.shares[i].rep, eh_str(least[month])), "%s", period);
        e.facts.ties_by_id = true;
        cr_expect_eq(example_compute(&e)->split.shares[CY].equal, 57118);
        example_done(&e);
    }
    example_init(&e);
}

Test(bonus, the_order_of_members_does_not_matter)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    for (uint32_t i = 0; i < REPS / 2; i++) {
        struct eh_bonus_member kept = e.members[i];
        e.members[i] = e.members[REPS - 1 - i];
        e.members[REPS - 1 - i] = kept;
    }
    const struct eh_bonus_result *r = example_compute(&e);
    for (uint32_t i = 0; i < 5; i++)
        cr_expect_eq(r->split.shares[i].total, lines[i].total);
}

Test(bonus, a_gate_that_fails_takes_its_metric)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    e.facts.reopened = 33; /* 80,097 ppm; 32 are 77,670 and pass */
    const struct eh_bonus_result *r = example_compute(&e);
    cr_expect(r->pool.scores[2].gate_failed);
    cr_expect_eq(r->pool.scores[2].curve_ppm, 1008333);
    cr_expect_eq(r->pool.scores[2].score_ppm, 0);
    cr_expect_eq(r->pool.composite_ppm, 845304);
    cr_expect_eq(r->pool.funding_ppm, 613260);
    cr_expect_eq(r->pool.gross, 367956);
    e.facts.reopened = 32;
    cr_expect(!example_compute(&e)->pool.scores[2].gate_failed);
}

Test(bonus, gates_cap_a_metric_or_take_the_pool)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    e.facts.reopened = 33;
    e.plan->metrics[2].gate.effect = EH_GATE_CAP_METRIC;
    cr_expect_eq(example_compute(&e)->pool.scores[2].score_ppm, EH_PPM);
    e.plan->metrics[2].gate.effect = EH_GATE_ZERO_POOL;
    const struct eh_bonus_result *r = example_compute(&e);
    cr_expect(r->pool.zeroed);
    cr_expect_eq(r->pool.gross + r->carry + r->net, 0);
    for (uint32_t i = 0; i < r->split.count; i++)
        cr_expect_eq(r->split.shares[i].total, 0);
}

/* A gate's bounds are inside: at most 8 % passes at 8 %. */
Test(bonus, a_gate_holds_at_its_bound)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    e.plan->metrics[2].gate.at_most = 55825;
    cr_expect(!example_compute(&e)->pool.scores[2].gate_failed);
    e.plan->metrics[2].gate.at_most = 55824;
    cr_expect(example_compute(&e)->pool.scores[2].gate_failed);
    e.plan->metrics[2].gate.has_most = false;
    e.plan->metrics[2].gate.has_least = true;
    e.plan->metrics[2].gate.at_least = 55825;
    cr_expect(!example_compute(&e)->pool.scores[2].gate_failed);
    e.plan->metrics[2].gate.at_least = 55826;
    cr_expect(example_compute(&e)->pool.scores[2].gate_failed);
}

/* --- Later versions --- */

static struct eh_bonus_later *recompute(struct example *e, int64_t revenue, int64_t carry_open,
                                        const struct eh_bonus_closed *last)
{
    struct eh_bonus_facts facts = e->facts;
    facts.revenue = revenue;
    facts.carry_open = carry_open;
    struct eh_bonus_later *later = NULL;
    int r = eh_bonus_recompute(e->plan, &facts, &e->facts, last, &e->arena, &later, &e->error);
    cr_assert_eq(r, 0, "%s", e->error.text);
    return later;
}

Test(bonus, a_refund_after_the_close_becomes_carry)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    const struct eh_bonus_closed closed = {1, 656365, -1240, 655125, NULL};
    const struct eh_bonus_later *v2 = recompute(&e, 12934567 - 340000, 0, &closed);
    cr_expect_eq(v2->version, 2);
    cr_expect_eq(v2->pool.scores[0].score_ppm, 1099095);
    cr_expect_eq(v2->pool.composite_ppm, 1024305);
    cr_expect_eq(v2->pool.funding_ppm, 1048610);
    cr_expect_eq(v2->pool.gross, 629166);
    cr_expect_eq(v2->difference, -27199);
    cr_expect_eq(v2->carry_open, -27199);
    cr_expect_eq(v2->carry, -1240);
    cr_expect_eq(v2->paid, 0);
    cr_expect_eq(v2->net, 655125);
    for (uint32_t i = 0; i < v2->split.count; i++)
        cr_expect_eq(v2->split.shares[i].total, 0);
}

/* The refund is taken back: first what carry is still open goes, the rest is paid. */
Test(bonus, a_positive_difference_cancels_carry_and_pays_the_rest)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    const struct eh_bonus_closed second = {2, 629166, -1240, 655125, NULL};
    const struct eh_bonus_later *whole = recompute(&e, 12934567, -27199, &second);
    cr_expect_eq(whole->difference, 27199);
    cr_expect_eq(whole->cancelled, 27199);
    cr_expect_eq(whole->paid, 0);
    cr_expect_eq(whole->carry_open, 0);
    cr_expect_eq(whole->net, 655125);
    /* 20,000 of it were taken by April's pool already. */
    const struct eh_bonus_later *rest = recompute(&e, 12934567, -7199, &second);
    cr_expect_eq(rest->cancelled, 7199);
    cr_expect_eq(rest->paid, 20000);
    cr_expect_eq(rest->net, 675125);
    cr_expect_eq(rest->carry_open, 0);
    int64_t sum = 0;
    for (uint32_t i = 0; i < rest->split.count; i++)
        sum += rest->split.shares[i].total;
    cr_expect_eq(sum, 20000);
    cr_expect_eq(rest->split.individual, 2000);
    cr_expect_eq(rest->split.shares[ANA].individual, 600);
}

Test(bonus, a_second_refund_adds_only_what_is_new)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    const struct eh_bonus_closed second = {2, 629166, -1240, 655125, NULL};
    const struct eh_bonus_later *v3 = recompute(&e, 12934567 - 340000, -27199, &second);
    cr_expect_eq(v3->difference, 0);
    cr_expect_eq(v3->carry_open, -27199);
}

/* --- Carry --- */

Test(bonus, carry_takes_at_most_its_part_of_the_gross)
{
    cr_expect_eq(eh_bonus_carry(656365, -1240, 250000), -1240);
    cr_expect_eq(eh_bonus_carry(656365, -1000000, 250000), -164091); /* 164,091.25 */
    cr_expect_eq(eh_bonus_carry(0, -5, 250000), 0);
    cr_expect_eq(eh_bonus_carry(100, 0, 250000), 0);
    cr_expect_eq(eh_bonus_carry(100, -50, 0), 0);
    cr_expect_eq(eh_bonus_carry(INT64_MAX, INT64_MIN, EH_PPM), -INT64_MAX);
}

/* --- Members --- */

Test(bonus, leavers_forfeit_when_the_plan_says_so)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    e.plan->leavers = EH_LEAVERS_FORFEIT;
    const struct eh_bonus_result *r = example_compute(&e);
    cr_expect(!r->split.shares[ELI].eligible);
    cr_expect_eq(r->split.shares[ELI].total, 0);
    cr_expect(r->split.shares[DEE].eligible);
    cr_expect_eq(r->net, 655125);
}

Test(bonus, who_is_set_aside_gets_nothing_and_the_others_all)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    e.members[BO].excluded = true;
    const struct eh_bonus_result *r = example_compute(&e);
    int64_t sum = 0;
    for (uint32_t i = 0; i < REPS; i++)
        sum += r->split.shares[i].total;
    cr_expect_eq(r->split.shares[BO].total, 0);
    cr_expect_eq(sum, 655125);
}

Test(bonus, days_are_counted_from_stays)
{
    struct eh_period march = kit_period("2026-03");
    const struct {
        struct eh_bonus_stay stays[2];
        uint32_t count, days;
        const char *first;
        bool left;
    } cases[] = {
        {{{EH_DATE_ALWAYS, EH_DATE_NEVER}}, 1, 31, "2026-03-01", false},
        {{{kit_date("2026-03-17"), EH_DATE_NEVER}}, 1, 15, "2026-03-17", false},
        {{{EH_DATE_ALWAYS, kit_date("2026-03-20")}}, 1, 20, "2026-03-01", true},
        {{{kit_date("2026-04-01"), EH_DATE_NEVER}}, 1, 0, "2026-03-31", true},
        {{{EH_DATE_ALWAYS, kit_date("2026-03-05")}, {kit_date("2026-03-31"), EH_DATE_NEVER}},
         2,
         6,
         "2026-03-01",
         false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct eh_bonus_member m = {0};
        eh_bonus_count_days(cases[i].stays, cases[i].count, march, &m);
        cr_expect_eq(m.days, cases[i].days, "%zu: %u", i, m.days);
        cr_expect_eq(m.first_day, kit_date(cases[i].first));
        cr_expect_eq(m.left, cases[i].left);
    }
}

Test(bonus, years_count_by_anniversaries)
{
    int32_t since = kit_date("2020-02-29");
    cr_expect_eq(eh_bonus_years(since, kit_date("2021-02-28")), 0);
    cr_expect_eq(eh_bonus_years(since, kit_date("2021-03-01")), 1);
    cr_expect_eq(eh_bonus_years(since, kit_date("2024-02-29")), 4);
    cr_expect_eq(eh_bonus_years(since, kit_date("2019-01-01")), 0);
    cr_expect_eq(eh_bonus_years(EH_DATE_ALWAYS, since), 0);
    EH_AUTO(example) struct example e;
    example_init(&e);
    cr_expect_eq(eh_bonus_band(e.plan, kit_date("2025-03-01"), kit_date("2026-03-01")), 105);
    cr_expect_eq(eh_bonus_band(e.plan, kit_date("2025-03-02"), kit_date("2026-03-01")), 100);
    cr_expect_eq(eh_bonus_band(e.plan, kit_date("1990-03-02"), kit_date("2026-03-01")), 130);
}

Test(bonus, paid_minutes_count_up_to_the_contract)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    e.members[ANA].has_contract = e.members[BO].has_contract = true;
    e.members[ANA].contract_minutes = 9600;
    e.members[BO].contract_minutes = 20000;
    const struct eh_bonus_result *r = example_compute(&e);
    cr_expect_eq(r->split.shares[ANA].minutes, 9600);
    cr_expect_eq(r->split.shares[BO].minutes, 9600);
    int64_t more = r->split.shares[ANA].hours - r->split.shares[BO].hours;
    cr_expect(more >= -1 && more <= 1); /* the last cent goes by hash */
}

/* --- What is missing --- */

static void expect_refused(struct example *e, int code, const char *sentence)
{
    struct eh_bonus_result *result = NULL;
    int r = eh_bonus_compute(e->plan, &e->facts, &e->arena, &result, &e->error);
    cr_expect_eq(r, -code, "%d", r);
    cr_expect_null(result);
    cr_expect_str_eq(e->error.text, sentence);
}

Test(bonus, what_is_missing_blocks_and_is_named)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    e.members[CY].has_paid = false;
    expect_refused(&e, EH_ENOTFOUND,
                   "2026-03: paid_minutes of cy did not come; send them with `metric`");
    e.kinds[QUOTE].handled_count = 0;
    expect_refused(&e, EH_ENOTFOUND,
                   "2026-03: handle_time: a kind of the mix has no handled ticket (and 1 more "
                   "missing)");
    e.facts.estimate = true;
    const struct eh_bonus_result *r = example_compute(&e);
    cr_expect(r->pool.values[2].missing);
    cr_expect_eq(r->pool.scores[2].score_ppm, 0);
    cr_expect_eq(r->split.shares[CY].hours, 0);
}

/* Who is not eligible need not be known. */
Test(bonus, minutes_matter_only_where_hours_count)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    e.members[CY].has_paid = false;
    e.members[CY].excluded = true;
    cr_expect_eq(example_compute(&e)->split.shares[CY].total, 0);
    e.members[CY].excluded = false;
    e.plan->hours_ppm = 0;
    e.plan->equal_ppm = 720000;
    cr_expect_eq(example_compute(&e)->split.hours, 0);
}

Test(bonus, the_prior_stands_in_when_the_plan_says_so)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    e.plan->if_missing = EH_MISSING_PRIOR;
    for (uint32_t i = 1; i < e.plan->measure_count; i++)
        e.plan->measures[i].has_prior = true;
    e.plan->measures[2].prior_mean = 660;
    e.kinds[QUOTE].handled_count = e.kinds[QUOTE].handled_ms = 0;
    e.members[CY].has_paid = false;
    e.members[CY].has_contract = true;
    e.members[CY].contract_minutes = 5040;
    const struct eh_bonus_result *r = example_compute(&e);
    cr_expect(r->pool.values[2].prior);
    cr_expect_eq(r->pool.scores[2].score_ppm, EH_PPM);
    cr_expect_eq(r->split.shares[CY].minutes, 5040);
}

Test(bonus, few_ratings_shrink_to_the_prior)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    e.facts.ratings = e.facts.rating_sum = 0;
    cr_expect_eq(example_compute(&e)->pool.values[1].value, 4200);
    e.facts.ratings = 1;
    e.facts.rating_sum = 1;
    cr_expect_eq(example_compute(&e)->pool.values[1].value, 4097); /* 127,000 / 31 = 4096.77 */
    e.facts.ratings = e.facts.rating_sum = 0;
    e.plan->measures[1].prior_count = 0;
    expect_refused(&e, EH_ENOTFOUND, "2026-03: csat: no ratings came and the prior weighs nothing");
}

Test(bonus, facts_that_cannot_be_are_refused)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    e.members[BO].rep = e.members[ANA].rep;
    expect_refused(&e, EH_EINVAL, "ana is a member twice");
    example_done(&e);
    example_init(&e);
    e.facts.reopened = -1;
    expect_refused(&e, EH_EINVAL, "the count of reopened is below 0");
    e.facts.reopened = 0;
    e.facts.carry_open = 1;
    expect_refused(&e, EH_EINVAL, "the open carry is above 0");
    e.facts.carry_open = 0;
    e.members[ANA].paid_minutes = -1;
    expect_refused(&e, EH_EINVAL, "the minutes of ana are below 0");
}

/* --- Other figures --- */

static struct eh_bonus_value value_of(struct example *e, const char *yaml)
{
    char text[2048];
    snprintf(text, sizeof text,
             "{id: p, team: sales, from: 2026-03, encourages: a, discourages: b, target_pool: 1, "
             "max_pool: 1, metrics: [%s], funding: [[0%%, 0%%], [100%%, 100%%]], "
             "split: {equal: 100%%}}",
             yaml);
    struct eh_bonus_plan *plan;
    int r = eh_plan_parse(eh_str(text), NULL, &e->arena, &plan, &e->error);
    cr_assert_eq(r, 0, "%s", e->error.text);
    e->facts.estimate = true;
    struct eh_bonus_result *result;
    r = eh_bonus_compute(plan, &e->facts, &e->arena, &result, &e->error);
    cr_assert_eq(r, 0, "%s", e->error.text);
    return result->pool.values[0];
}

Test(bonus, every_figure_is_rounded_once)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    e.kinds[QUOTE].won = 2;
    e.kinds[QUOTE].lost = 1;
    e.kinds[ORDER].won = 100; /* conversion is of quotes */
    e.facts.responses = 2;
    e.facts.response_ms = 3000;
    e.facts.cycles = 3;
    e.facts.cycle_ms = 4499;
    const struct eh_bonus_import imports[] = {{eh_str("training"), 12, 5, 3}};
    e.facts.imports = imports;
    e.facts.import_count = 1;
    const struct {
        const char *metric;
        int64_t value, count;
    } cases[] = {
        {"{metric: conversion, weight: 100%, curve: [[0%, 0%], [1%, 1%]]}", 666667, 3},
        {"{metric: response_time, weight: 100%, curve: [[0s, 1%], [1s, 0%]]}", 2, 2},
        {"{metric: cycle_time, weight: 100%, curve: [[0s, 1%], [1s, 0%]]}", 1, 3},
        {"{metric: reopen_rate, weight: 100%, curve: [[0%, 1%], [1%, 0%]]}", 55825, 412},
        {"{metric: training, take: sum, weight: 100%, curve: [[0, 0%], [9, 1%]]}", 12, 3},
        {"{metric: training, take: last, weight: 100%, curve: [[0, 0%], [9, 1%]]}", 5, 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct eh_bonus_value value = value_of(&e, cases[i].metric);
        cr_expect_eq(value.value, cases[i].value, "%s: %lld", cases[i].metric,
                     (long long)value.value);
        cr_expect_eq(value.count, cases[i].count);
    }
    cr_expect(value_of(&e, "{metric: safety, take: last, weight: 100%, curve: [[0, 0%], [9, 1%]]}")
                  .missing);
}

Test(bonus, durations_are_winsorised)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    const struct eh_plan_measure *handle = &e.plan->measures[2];
    cr_expect_eq(eh_plan_winsorise(handle, 1), 30000);
    cr_expect_eq(eh_plan_winsorise(handle, 45678), 45678);
    cr_expect_eq(eh_plan_winsorise(handle, INT64_MAX), 7200000);
}

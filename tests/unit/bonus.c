/*
 * unit/bonus: the worked example to the cent, its variants, the published cases of apportionment
 * and tiers, and every rule on the way from facts to shares.
 */
#include "bonus_kit.h"

static const struct eh_bonus_lines all;

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
    const struct eh_bonus_closed closed = {1, 656365, -1240, 655125};
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
    const struct eh_bonus_closed second = {2, 629166, -1240, 655125};
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
    const struct eh_bonus_closed second = {2, 629166, -1240, 655125};
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

/* --- Published cases --- */

static void expect_shares(int64_t total, const int64_t *weights, const int64_t *wanted,
                          uint32_t count)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    static const char *const ids[] = {"a", "b", "c", "d", "e", "f"};
    struct eh_part parts[6] = {0};
    for (uint32_t i = 0; i < count; i++)
        parts[i] = (struct eh_part){.id = eh_str(ids[i]), .weight = weights[i]};
    cr_assert_eq(eh_apportion(total, parts, count, eh_str(NULL), &arena, NULL), 0);
    for (uint32_t i = 0; i < count; i++)
        cr_expect_eq(parts[i].share, wanted[i], "%u: %lld", i, (long long)parts[i].share);
}

Test(bonus, the_published_cases_of_apportionment)
{
    expect_shares(100, (int64_t[]){5117, 4400, 162, 161, 160}, (int64_t[]){51, 44, 2, 2, 1}, 5);
    expect_shares(7000000000000000, (int64_t[]){1, 2},
                  (int64_t[]){2333333333333333, 4666666666666667}, 2);
    expect_shares(9999, (int64_t[]){75, 25}, (int64_t[]){7499, 2500}, 2);
}

Test(bonus, ties_go_to_the_smaller_weight_then_by_id)
{
    expect_shares(1, (int64_t[]){1, 1, 1}, (int64_t[]){1, 0, 0}, 3);
    expect_shares(2, (int64_t[]){1, 1, 1}, (int64_t[]){1, 1, 0}, 3);
    expect_shares(2, (int64_t[]){3, 1}, (int64_t[]){1, 1}, 2); /* 1.5 and 0.5 */
    expect_shares(-2, (int64_t[]){3, 1}, (int64_t[]){-1, -1}, 2);
    expect_shares(5, (int64_t[]){0, 1, 0}, (int64_t[]){0, 5, 0}, 3);
    expect_shares(0, (int64_t[]){0, 0}, (int64_t[]){0, 0}, 2);
}

/* Of one unit among five of the same weight, months in a row, as sha256sum has it: printf
 * 'sales-2026\nsales\n2026-01\nequal\na' | sha256sum. */
Test(bonus, ties_go_by_a_hash_that_changes_with_the_period)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    static const char *const orders[] = {"eadcb", "ecdba", "bacde", "decba", "bdcea", "edabc",
                                         "edbac", "bdcea", "adbec", "adcbe", "cadeb", "abcde"};
    static const char *const names[] = {"a", "b", "c", "d", "e"};
    for (unsigned month = 0; month < sizeof orders / sizeof *orders; month++)
        for (int64_t total = 1; total < 5; total++) {
            char tie[64];
            struct eh_part parts[5];
            for (unsigned i = 0; i < 5; i++)
                parts[i] = (struct eh_part){.id = eh_str(names[4 - i]), .weight = 7};
            snprintf(tie, sizeof tie, "sales-2026\nsales\n2026-%02u\nequal\n", month + 1);
            cr_assert_eq(eh_apportion(total, parts, 5, eh_str(tie), &arena, NULL), 0);
            for (unsigned i = 0; i < 5; i++)
                cr_expect_eq(parts[i].share,
                             strchr(orders[month], *parts[i].id.data) - orders[month] < total,
                             "%u: %lld", month + 1, (long long)total);
        }
}

/* The remainder and the weight come first, whatever the hash. */
Test(bonus, a_hash_decides_nothing_but_ties)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    for (unsigned i = 0; i < 64; i++) {
        char tie[16];
        struct eh_part two[] = {{.id = eh_str("a"), .weight = 3}, {.id = eh_str("b"), .weight = 1}};
        struct eh_part five[] = {{.id = eh_str("a"), .weight = 5117},
                                 {.id = eh_str("b"), .weight = 4400},
                                 {.id = eh_str("c"), .weight = 162},
                                 {.id = eh_str("d"), .weight = 161},
                                 {.id = eh_str("e"), .weight = 160}};
        snprintf(tie, sizeof tie, "%u\n", i);
        cr_assert_eq(eh_apportion(2, two, 2, eh_str(tie), &arena, NULL), 0);
        cr_expect(two[0].share == 1 && two[1].share == 1); /* 1.5 and 0.5 */
        cr_assert_eq(eh_apportion(100, five, 5, eh_str(tie), &arena, NULL), 0);
        cr_expect(five[0].share == 51 && five[1].share == 44 && five[2].share == 2 &&
                  five[3].share == 2 && five[4].share == 1);
    }
}

Test(bonus, the_published_case_of_tiers)
{
    struct eh_curve_point points[] = {{620, 500000}, {1997, 1000000}};
    const struct eh_curve curve = {points, 2};
    cr_expect_eq(eh_curve_at(&curve, 1313), 751634);
    cr_expect_eq(eh_curve_at(&curve, 620), 500000);
    cr_expect_eq(eh_curve_at(&curve, 1997), 1000000);
    cr_expect_eq(eh_curve_at(&curve, -9000000000000000), 500000);
    cr_expect_eq(eh_curve_at(&curve, 9000000000000000), 1000000);
}

/* Half of a unit is rounded away from zero on falling lines, too. */
Test(bonus, curves_fall_and_round_once)
{
    struct eh_curve_point points[] = {{0, 101}, {2, 100}, {3, 100}, {7, 0}};
    const struct eh_curve curve = {points, 4};
    cr_expect_eq(eh_curve_at(&curve, 1), 101); /* 100.5 */
    cr_expect_eq(eh_curve_at(&curve, 2), 100);
    cr_expect_eq(eh_curve_at(&curve, 5), 50);
    cr_expect_eq(eh_curve_at(&curve, 8), 0);
}

/* --- Caps --- */

Test(bonus, what_caps_leave_goes_to_the_team_part)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    e.facts.carry_open = 0;
    e.facts.member_count = 3; /* three earners at 30 % cannot take all */
    const struct eh_bonus_result *r = example_compute(&e);
    cr_expect_eq(r->split.individual, 65637); /* 65,636.5: a tie goes to the smaller weight */
    cr_expect_eq(r->split.individual + r->split.team, 656365);
    int64_t limit = r->split.limit, over = r->split.over;
    cr_expect_eq(limit, r->split.individual * 3 / 10);
    cr_expect_eq(over, r->split.individual - 3 * limit);
    cr_expect_eq(r->split.equal + r->split.hours + r->split.seniority, r->split.team + over);
    int64_t sum = 0;
    for (uint32_t i = 0; i < 3; i++) {
        cr_expect_eq(r->split.shares[i].individual, limit);
        sum += r->split.shares[i].total;
    }
    cr_expect_eq(sum, 656365);
}

/* --- Parts that nobody can earn --- */

static int64_t paid_out(const struct eh_bonus_split *s)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < s->count; i++)
        sum += s->shares[i].total;
    return sum;
}

Test(bonus, an_individual_part_without_points_goes_to_the_team_part)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    memset(e.closed, 0, sizeof e.closed);
    const struct eh_bonus_split s = example_compute(&e)->split;
    cr_expect(s.individual == 0 && s.team == 655125 && s.moved == 65513 && s.held == 0);
    cr_expect(s.equal == 262050 && s.hours == 262050 && s.seniority == 131025);
    cr_expect_eq(paid_out(&s), 655125);
}

static const struct eh_bonus_node *part_node(const struct eh_bonus_node *root, const char *name)
{
    const struct eh_bonus_node *parts = root->children;
    while (!eh_str_equal(parts->name, eh_str("parts")))
        parts = parts->next;
    const struct eh_bonus_node *part = parts->children;
    while (part && !eh_str_equal(part->name, eh_str(name)))
        part = part->next;
    return part;
}

static void expect_part(const struct eh_bonus_node *root, const char *name, const char *formula,
                        int64_t value)
{
    const struct eh_bonus_node *part = part_node(root, name);
    cr_assert_not_null(part, "%s", name);
    cr_expect(eh_str_equal(part->formula, eh_str(formula)), "%s: %.*s", name,
              EH_STR_ARG(part->formula));
    cr_expect_eq(part->value, value, "%s: %lld", name, (long long)part->value);
}

Test(bonus, the_explanation_says_where_a_part_went)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    const struct eh_bonus_result *r = example_compute(&e);
    const struct eh_bonus_node *tree = eh_bonus_explain(e.plan, &e.facts, r, &all, &e.arena);
    cr_expect_null(part_node(tree, "moved"));
    expect_part(tree, "individual", "net * split", 65513);
    memset(e.closed, 0, sizeof e.closed);
    for (uint32_t i = 0; i < REPS; i++)
        e.members[i].paid_minutes = 0;
    r = example_compute(&e);
    tree = eh_bonus_explain(e.plan, &e.facts, r, &all, &e.arena);
    expect_part(tree, "individual", "nothing: nobody has points; it goes to the team part", 0);
    expect_part(tree, "hours", "nothing: nobody has a weight in it; it goes to the others", 0);
    expect_part(tree, "equal", "(team + over) * split / splits", 436750);
    cr_expect_null(part_node(tree, "moved")); /* each such part says itself where it went */
    e.plan->unearned = EH_UNEARNED_HOLD;
    r = example_compute(&e);
    tree = eh_bonus_explain(e.plan, &e.facts, r, &all, &e.arena);
    expect_part(tree, "held", "parts nobody has a weight in", 65513 + 235845);
    cr_expect_eq(part_node(tree, "held")->input_count, 2);
}

/* 2 : 1 as equal and seniority have it; without any but theirs, to them alone. */
Test(bonus, a_team_part_without_weights_goes_to_the_others_by_their_percentages)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    for (uint32_t i = 0; i < REPS; i++)
        e.members[i].paid_minutes = 0;
    struct eh_bonus_split s = example_compute(&e)->split;
    cr_expect(s.individual == 65513 && s.team == 589612 && s.held == 0);
    cr_expect(s.equal == 393075 && s.hours == 0 && s.seniority == 196537);
    cr_expect_eq(s.moved, 235845);
    cr_expect_eq(paid_out(&s), 655125);
    memset(e.closed, 0, sizeof e.closed);
    s = example_compute(&e)->split;
    cr_expect(s.individual == 0 && s.equal == 436750 && s.seniority == 218375);
    cr_expect_eq(paid_out(&s), 655125);
}

/* What caps leave would go to the team part: where that is nobody's, nothing is capped. */
Test(bonus, without_any_team_part_all_is_individual_and_not_capped)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    e.plan->equal_ppm = e.plan->seniority_ppm = 0;
    e.plan->hours_ppm = 900000;
    for (uint32_t i = 0; i < REPS; i++)
        e.members[i].paid_minutes = 0;
    struct eh_bonus_split s = example_compute(&e)->split;
    cr_expect(s.individual == 655125 && s.team == 0 && s.over == 0 && s.held == 0);
    cr_expect_eq(s.limit, 655125);
    cr_expect_eq(s.moved, 589612);
    cr_expect_eq(s.shares[ANA].individual, 254771); /* 168 of 432 */
    cr_expect_eq(paid_out(&s), 655125);
    memset(e.closed, 0, sizeof e.closed); /* nobody has a weight in anything */
    s = example_compute(&e)->split;
    cr_expect(s.held == 655125 && s.held_of[EH_PART_HOURS] == 589612 &&
              s.held_of[EH_PART_INDIVIDUAL] == 65513 && s.moved == 0);
}

Test(bonus, a_plan_may_hold_what_nobody_earns)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    e.plan->unearned = EH_UNEARNED_HOLD;
    memset(e.closed, 0, sizeof e.closed);
    cr_expect_eq(example_compute(&e)->split.held_of[EH_PART_INDIVIDUAL], 65513);
    e.plan->unearned = EH_UNEARNED_UNSAID;
    e.plan->before_unearned = true; /* published when there was nothing else */
    const struct eh_bonus_result *r = example_compute(&e);
    cr_expect_eq(r->split.held, 65513);
    cr_expect_eq(r->split.moved, 0);
    cr_expect_eq(r->split.over, 0);
    cr_expect_eq(r->split.shares[ANA].individual, 0);
    cr_expect_eq(r->split.shares[ANA].equal, 57119);
    for (uint32_t i = 0; i < REPS; i++)
        e.members[i].excluded = true;
    r = example_compute(&e);
    cr_expect_eq(r->split.held, 655125);
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

/* --- Why --- */

static bool is(const struct eh_bonus_node *node, const char *formula)
{
    return eh_str_equal(node->formula, eh_str(formula));
}

static const struct eh_bonus_node *find(const struct eh_bonus_node *node, const char *name)
{
    if (!node || eh_str_equal(node->name, eh_str(name)))
        return node;
    for (const struct eh_bonus_node *child = node->children; child; child = child->next) {
        const struct eh_bonus_node *found = find(child, name);
        if (found)
            return found;
    }
    return NULL;
}

Test(bonus, the_tree_explains_every_number)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    const struct eh_bonus_result *r = example_compute(&e);
    const struct eh_bonus_node *root = eh_bonus_explain(e.plan, &e.facts, r, &all, &e.arena);
    cr_assert_not_null(root);
    const struct {
        const char *node;
        int64_t value;
    } wanted[] = {{"pool", 655125},     {"net", 655125},           {"gross", 656365},
                  {"carry", -1240},     {"funding", 1093942},      {"composite", 1046971},
                  {"csat", 4383},       {"score of csat", 957500}, {"reopen_rate", 55825},
                  {"handle_time", 655}, {"seniority", 117922},     {"ana", 175254},
                  {"eli", 108280},      {"gate on reopen_rate", 1}};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        const struct eh_bonus_node *node = find(root, wanted[i].node);
        cr_assert_not_null(node, "%s", wanted[i].node);
        cr_expect_eq(node->value, wanted[i].value, "%s: %lld", wanted[i].node,
                     (long long)node->value);
        cr_expect_gt(node->formula.size, 0);
        cr_expect_gt(node->rounding.size, 0);
    }
    const struct eh_bonus_node *csat = find(root, "csat");
    cr_assert_eq(csat->input_count, 4);
    cr_expect_eq(csat->inputs[0].value, 812);
    cr_expect_eq(csat->inputs[0].count, 184);
    cr_expect_eq(find(root, "handle_time")->input_count, 6);
}

Test(bonus, the_tree_has_the_lines_asked_for)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    const struct eh_bonus_result *r = example_compute(&e);
    const struct {
        struct eh_bonus_lines lines;
        const char *reps;
    } cases[] = {{{.max = 0}, "ana bo cy dee eli "},
                 {{.only = eh_str("bo")}, "bo "},
                 {{.after = eh_str("bo"), .max = 2}, "cy dee "},
                 {{.after = eh_str("dee"), .max = 2}, "eli "},
                 {{.after = eh_str("zoe")}, ""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char reps[64] = "";
        size_t used = 0;
        const struct eh_bonus_node *shares =
            find(eh_bonus_explain(e.plan, &e.facts, r, &cases[i].lines, &e.arena), "shares");
        for (const struct eh_bonus_node *n = shares->children; n; n = n->next)
            used += eh_format(reps + used, sizeof reps - used, "%.*s ", EH_STR_ARG(n->name));
        cr_expect_str_eq(reps, cases[i].reps);
    }
}

static int64_t given(const struct eh_bonus_node *node, const char *name)
{
    for (uint32_t i = 0; i < node->input_count; i++)
        if (eh_str_equal(node->inputs[i].name, eh_str(name)))
            return node->inputs[i].value;
    cr_assert_fail("%.*s = %.*s has no input %s", EH_STR_ARG(node->name), EH_STR_ARG(node->formula),
                   name);
    return 0;
}

static int64_t sum_of_children(const struct eh_bonus_node *node)
{
    int64_t sum = 0;
    for (const struct eh_bonus_node *child = node->children; child; child = child->next)
        sum += child->value;
    return sum;
}

/* What the formula says, from what the node shows and nothing else. -1: no formula known here. */
static int64_t by_hand(const struct eh_bonus_node *n)
{
    if (is(n, "at_from + (value - from) * (at_to - at_from) / (to - from)"))
        return given(n, "at_from") +
               (int64_t)eh_round_divide((__int128)(given(n, "value") - given(n, "from")) *
                                            (given(n, "at_to") - given(n, "at_from")),
                                        given(n, "to") - given(n, "from"));
    if (is(n, "(sum + weight * prior) / (ratings + weight)"))
        return (int64_t)eh_round_divide(given(n, "sum") * 1000 +
                                            given(n, "weight") * given(n, "prior"),
                                        given(n, "ratings") + given(n, "weight"));
    if (is(n, "reopened / first closed"))
        return (int64_t)eh_round_divide(given(n, "reopened") * EH_PPM, given(n, "first closed"));
    if (is(n, "curve"))
        return given(n, "curve");
    if (is(n, "min(max_pool, target_pool * funding)"))
        return (int64_t)eh_round_divide(given(n, "target_pool") * given(n, "funding"), EH_PPM);
    if (is(n, "max(open, -gross * at_most)"))
        return given(n, "open");
    if (is(n, "closed * each"))
        return given(n, "closed") * given(n, "each");
    if (is(n, "gross + carry") || is(n, "sum of the kinds") ||
        is(n, "equal + hours + seniority + individual"))
        return sum_of_children(n);
    return -1;
}

/* A part by a weight: largest remainders take it down or up to a whole cent. */
static void check_line(const struct eh_bonus_node *n, int64_t part, __int128 weight)
{
    __int128 of = given(n, "all"), exact = part * weight;
    cr_expect(n->value * of > exact - of && n->value * of < exact + of, "%.*s: %lld",
              EH_STR_ARG(n->name), (long long)n->value);
}

static size_t follow(const struct eh_bonus_node *n)
{
    int64_t value = by_hand(n);
    size_t followed = value != -1;
    if (followed)
        cr_expect_eq(value, n->value, "%.*s = %.*s: %lld, not %lld", EH_STR_ARG(n->name),
                     EH_STR_ARG(n->formula), (long long)value, (long long)n->value);
    else if (is(n, "part * days / all"))
        check_line(n, given(n, "part"), given(n, "days"));
    else if (is(n, "part * minutes / all"))
        check_line(n, given(n, "part"), given(n, "minutes"));
    else if (is(n, "part * band * days / all"))
        check_line(n, given(n, "part"), (__int128)given(n, "band") * given(n, "days"));
    else if (is(n, "part * points / all"))
        check_line(n, given(n, "part"), given(n, "points"));
    else if (is(n, "(part - fixed) * points / all"))
        check_line(n, given(n, "part") - given(n, "fixed"), given(n, "points"));
    for (const struct eh_bonus_node *child = n->children; child; child = child->next)
        followed += follow(child);
    return followed;
}

Test(bonus, the_tree_can_be_followed_by_hand)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    const struct eh_bonus_result *r = example_compute(&e);
    size_t followed = follow(eh_bonus_explain(e.plan, &e.facts, r, &all, &e.arena));
    cr_expect_gt(followed, 20, "%zu", followed);
}

Test(bonus, the_tree_of_a_later_version_can_be_followed_by_hand)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    const struct eh_bonus_result *r = example_compute(&e);
    struct eh_bonus_facts facts = e.facts; /* in which another kind comes first */
    struct eh_bonus_kind kinds[KINDS + 1] = {{.id = eh_str("chat")}};
    memcpy(kinds + 1, e.kinds, sizeof e.kinds);
    facts.kinds = kinds;
    facts.kind_count = KINDS + 1;
    facts.revenue += 500000;
    facts.members = NULL;
    facts.member_count = 0;
    int64_t totals[REPS];
    for (uint32_t i = 0; i < REPS; i++)
        totals[i] = r->split.shares[i].total;
    const struct eh_bonus_before before = {{1, r->pool.gross, r->carry, r->net},
                                           totals,
                                           eh_bonus_explain(e.plan, &e.facts, r, &all, &e.arena)};
    struct eh_bonus_later *later = NULL;
    cr_assert_eq(
        eh_bonus_recompute(e.plan, &facts, &e.facts, &before.closed, &e.arena, &later, &e.error), 0,
        "%s", e.error.text);
    cr_assert_gt(later->paid, 0);
    const struct eh_bonus_node *root =
        eh_bonus_explain_later(e.plan, &facts, later, &before, &all, &e.arena);
    cr_expect_eq(root->value, r->net + later->paid);
    size_t first = follow(before.first), both = follow(root);
    cr_expect_gt(both, first + 20, "%zu of %zu", first, both);
    cr_expect_not_null(find(find(find(root, "shares"), "ana"), "order"));
}

Test(bonus, the_tree_says_where_a_curve_ends)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    const int64_t revenue[] = {9600000, 15000001};
    const char *wanted[] = {"at_from: the curve begins there, and value is not above from",
                            "at_from: the curve ends there, and value is above from"};
    for (size_t i = 0; i < 2; i++) {
        e.facts.revenue = revenue[i];
        const struct eh_bonus_node *root =
            eh_bonus_explain(e.plan, &e.facts, example_compute(&e), &all, &e.arena);
        const struct eh_bonus_node *curve = find(find(root, "score of revenue"), "curve");
        cr_expect(is(curve, wanted[i]), "%.*s", EH_STR_ARG(curve->formula));
        cr_expect_eq(curve->value, given(curve, "at_from"));
    }
}

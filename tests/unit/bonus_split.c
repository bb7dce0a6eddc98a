/* unit/bonus_split: from the pool to the people: apportionment, ties, caps, parts nobody earns. */
#include "bonus_kit.h"

static const struct eh_bonus_lines all;

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

Test(bonus_split, the_published_cases_of_apportionment)
{
    expect_shares(100, (int64_t[]){5117, 4400, 162, 161, 160}, (int64_t[]){51, 44, 2, 2, 1}, 5);
    expect_shares(7000000000000000, (int64_t[]){1, 2},
                  (int64_t[]){2333333333333333, 4666666666666667}, 2);
    expect_shares(9999, (int64_t[]){75, 25}, (int64_t[]){7499, 2500}, 2);
}

Test(bonus_split, ties_go_to_the_smaller_weight_then_by_id)
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
Test(bonus_split, ties_go_by_a_hash_that_changes_with_the_period)
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
Test(bonus_split, a_hash_decides_nothing_but_ties)
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

Test(bonus_split, the_published_case_of_tiers)
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
Test(bonus_split, curves_fall_and_round_once)
{
    struct eh_curve_point points[] = {{0, 101}, {2, 100}, {3, 100}, {7, 0}};
    const struct eh_curve curve = {points, 4};
    cr_expect_eq(eh_curve_at(&curve, 1), 101); /* 100.5 */
    cr_expect_eq(eh_curve_at(&curve, 2), 100);
    cr_expect_eq(eh_curve_at(&curve, 5), 50);
    cr_expect_eq(eh_curve_at(&curve, 8), 0);
}

/* --- Caps --- */

Test(bonus_split, what_caps_leave_goes_to_the_team_part)
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

Test(bonus_split, an_individual_part_without_points_goes_to_the_team_part)
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

Test(bonus_split, the_explanation_says_where_a_part_went)
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
Test(bonus_split, a_team_part_without_weights_goes_to_the_others_by_their_percentages)
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
Test(bonus_split, without_any_team_part_all_is_individual_and_not_capped)
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

Test(bonus_split, a_plan_may_hold_what_nobody_earns)
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

/* -1: nothing scores more. */
static int64_t next_of(const struct eh_curve *curve, int64_t x)
{
    const struct eh_curve_point *p = eh_curve_next(curve, x);
    return p ? p->x : -1;
}

Test(bonus_split, the_next_point_is_the_nearest_that_scores_more)
{
    struct eh_curve_point up[] = {{10, 0}, {20, 0}, {30, 50}, {40, 50}, {50, 90}};
    struct eh_curve_point down[] = {{10, 90}, {20, 50}, {30, 50}, {40, 0}, {50, 0}};
    struct eh_curve_point flat[] = {{10, 7}, {20, 7}};
    const struct eh_curve rising = {up, 5}, falling = {down, 5}, level = {flat, 2};
    const int64_t from[] = {0, 10, 15, 20, 29, 30, 35, 40, 49, 50, 60};
    const int64_t rises[] = {30, 30, 30, 30, 30, 50, 50, 50, 50, -1, -1};
    const int64_t falls[] = {-1, -1, 10, 10, 10, 10, 30, 30, 30, 30, 30};
    for (size_t i = 0; i < sizeof from / sizeof *from; i++) {
        cr_expect_eq(next_of(&rising, from[i]), rises[i], "%zu", i);
        cr_expect_eq(next_of(&falling, from[i]), falls[i], "%zu", i);
        cr_expect_eq(next_of(&level, from[i]), -1);
    }
}

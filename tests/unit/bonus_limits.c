/*
 * unit/bonus_limits: the largest pools, revenues, teams and counts: exact, compared with arithmetic
 * that cannot overflow, or a clear error; never wrapped.
 */
#include "bonus_big.h"
#include "bonus_kit.h"

static const struct eh_bonus_lines all;

#define LARGEST INT64_C(9000000000000000) /* minor units */

enum { MANY = 100000 };

static uint64_t next(uint64_t *state)
{
    *state += UINT64_C(0x9E3779B97F4A7C15); /* SplitMix64 */
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/* --- The tests' own arithmetic --- */

Test(bonus_limits, the_big_numbers_are_right)
{
    struct big rest, a = big_of(UINT64_MAX);
    struct big square = big_multiply(a, a); /* 2^128 - 2^65 + 1 */
    cr_expect_eq(square.limbs[0], 1);
    cr_expect_eq(square.limbs[1], 0);
    cr_expect_eq(square.limbs[2], UINT32_MAX - 1);
    cr_expect_eq(square.limbs[3], UINT32_MAX);
    cr_expect_eq(big_u64(big_divide(square, a, &rest)), UINT64_MAX);
    cr_expect_eq(big_u64(rest), 0);
    cr_expect_eq(big_u64(big_round_divide(big_of(5), big_of(2))), 3);
    cr_expect_eq(big_u64(big_round_divide(big_of(7), big_of(3))), 2);
}

/* --- Each formula --- */

static void check_curve(uint64_t *state)
{
    int64_t x0 = (int64_t)(next(state) % (uint64_t)LARGEST);
    int64_t x1 = x0 + 1 + (int64_t)(next(state) % (uint64_t)(LARGEST - x0 + 1));
    uint64_t y0 = next(state) % (EH_PLAN_RATIO_MAX + 1), y1 = next(state) % (EH_PLAN_RATIO_MAX + 1);
    int64_t x = x0 + (int64_t)(next(state) % (uint64_t)(x1 - x0 + 1));
    struct eh_curve_point points[] = {{x0, (int64_t)y0}, {x1, (int64_t)y1}};
    struct eh_curve curve = {points, 2};
    /* y = (y0 (x1 - x) + y1 (x - x0)) / (x1 - x0), with nothing below 0 in it */
    struct big left = big_multiply(big_of(y0), big_of((uint64_t)(x1 - x)));
    struct big right = big_multiply(big_of(y1), big_of((uint64_t)(x - x0)));
    struct big wanted = big_round_divide(big_add(left, right), big_of((uint64_t)(x1 - x0)));
    cr_assert_eq((uint64_t)eh_curve_at(&curve, x), big_u64(wanted));
}

Test(bonus_limits, curves_are_exact_up_to_the_largest_values)
{
    uint64_t state = 1;
    for (unsigned i = 0; i < 20000; i++)
        check_curve(&state);
    struct eh_curve_point points[] = {{-LARGEST, 0}, {LARGEST, EH_PLAN_RATIO_MAX}};
    cr_expect_eq(eh_curve_at(&(struct eh_curve){points, 2}, 0), EH_PLAN_RATIO_MAX / 2);
}

Test(bonus_limits, the_largest_pool_of_the_largest_revenue)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    e.plan->target_pool = e.plan->max_pool = LARGEST;
    e.plan->metrics[0].curve.points[0].x = 0;
    e.plan->metrics[0].curve.points[1].x = LARGEST / 2;
    e.plan->metrics[0].curve.points[2].x = LARGEST;
    e.facts.revenue = LARGEST - 7;
    const struct eh_bonus_result *r = example_compute(&e);
    cr_expect_eq(r->pool.scores[0].score_ppm, 1500000);
    cr_expect_eq(r->pool.gross, LARGEST);
    cr_expect_eq(r->net, LARGEST - 1240);
    int64_t sum = r->split.held;
    for (uint32_t i = 0; i < r->split.count; i++)
        sum += r->split.shares[i].total;
    cr_expect_eq(sum, r->net);
}

static void check_gross(struct example *e, uint64_t *state)
{
    e->plan->target_pool = (int64_t)(next(state) % (uint64_t)LARGEST);
    e->plan->max_pool = LARGEST;
    e->facts.revenue = (int64_t)(next(state) % 20000000);
    e->facts.carry_open = -(int64_t)(next(state) % (uint64_t)LARGEST);
    const struct eh_bonus_result *r = example_compute(e);
    struct big gross =
        big_multiply(big_of((uint64_t)e->plan->target_pool), big_of((uint64_t)r->pool.funding_ppm));
    gross = big_round_divide(gross, big_of(EH_PPM));
    struct big most = big_of((uint64_t)e->plan->max_pool);
    uint64_t wanted = big_u64(big_compare(&gross, &most) > 0 ? most : gross);
    cr_assert_eq((uint64_t)r->pool.gross, wanted);
    struct big rest;
    struct big carry = big_multiply(big_of(wanted), big_of(e->plan->carry_at_most_ppm));
    uint64_t taken = big_u64(big_divide(carry, big_of(EH_PPM), &rest));
    if (taken > (uint64_t)-e->facts.carry_open)
        taken = (uint64_t)-e->facts.carry_open;
    cr_assert_eq((uint64_t)-r->carry, taken);
}

Test(bonus_limits, gross_and_carry_are_exact)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    uint64_t state = 2;
    for (unsigned i = 0; i < 2000; i++)
        check_gross(&e, &state);
}

Test(bonus_limits, means_and_ratios_are_exact)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    uint64_t state = 3;
    for (unsigned i = 0; i < 2000; i++) {
        uint64_t n = next(&state) % (UINT64_C(1) << 50), sum = n + next(&state) % (4 * n + 1);
        e.facts.ratings = (int64_t)n;
        e.facts.rating_sum = (int64_t)sum;
        e.kinds[ORDER].closed = (int64_t)n + 1;
        e.facts.firsts = (int64_t)n + 393;
        e.facts.reopened = (int64_t)(sum % (n + 1));
        const struct eh_bonus_result *r = example_compute(&e);
        struct big csat = big_add(big_multiply(big_of(sum), big_of(1000)), big_of(30 * 4200));
        cr_assert_eq((uint64_t)r->pool.values[1].value,
                     big_u64(big_round_divide(csat, big_of(n + 30))));
        struct big rate = big_multiply(big_of((uint64_t)e.facts.reopened), big_of(EH_PPM));
        cr_assert_eq((uint64_t)r->pool.values[3].value,
                     big_u64(big_round_divide(rate, big_of(n + 393))));
    }
}

/* --- Many people --- */

struct remainder {
    struct big rest;
    int64_t weight, share;
    uint32_t id;
};

static int by_remainder(const void *left, const void *right)
{
    const struct remainder *a = left, *b = right;
    int order = big_compare(&b->rest, &a->rest);
    if (order == 0)
        order = (a->weight > b->weight) - (a->weight < b->weight);
    return order ? order : (a->id > b->id) - (a->id < b->id);
}

static int by_id(const void *left, const void *right)
{
    const struct remainder *a = left, *b = right;
    return (a->id > b->id) - (a->id < b->id);
}

/* Hamilton's method again, with no other arithmetic than big numbers. */
static void hamilton(uint64_t total, struct remainder *lines, uint32_t count)
{
    struct big sum = big_of(0), given = big_of(0);
    for (uint32_t i = 0; i < count; i++)
        sum = big_add(sum, big_of((uint64_t)lines[i].weight));
    for (uint32_t i = 0; i < count; i++) {
        struct big exact = big_multiply(big_of(total), big_of((uint64_t)lines[i].weight));
        struct big floor = big_divide(exact, sum, &lines[i].rest);
        given = big_add(given, floor);
        lines[i].share = (int64_t)big_u64(floor);
    }
    uint64_t left = big_u64(big_subtract(big_of(total), given));
    cr_assert_lt(left, count);
    qsort(lines, count, sizeof *lines, by_remainder);
    for (uint64_t i = 0; i < left; i++)
        lines[i].share++;
    qsort(lines, count, sizeof *lines, by_id);
}

static void check_apportion(uint64_t total, struct remainder *lines, uint32_t count)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_part *parts = eh_arena_alloc(&arena, count * sizeof *parts);
    char(*ids)[8] = eh_arena_alloc(&arena, count * sizeof *ids);
    cr_assert(parts && ids);
    for (uint32_t i = 0; i < count; i++) {
        snprintf(ids[i], sizeof ids[i], "r%06u", i);
        lines[i].id = i;
        parts[i] = (struct eh_part){.id = eh_str(ids[i]), .weight = lines[i].weight};
    }
    struct eh_error error = {0};
    int r = eh_apportion((int64_t)total, parts, count, eh_str(NULL), &arena, &error);
    cr_assert_eq(r, 0, "%s", error.text);
    hamilton(total, lines, count);
    for (uint32_t i = 0; i < count; i++)
        cr_assert_eq(parts[i].share, lines[i].share, "%u of %u", i, count);
}

Test(bonus_limits, apportionment_is_exact_for_random_weights)
{
    uint64_t state = 4;
    for (unsigned i = 0; i < 300; i++) {
        struct remainder lines[20] = {0};
        uint32_t count = 1 + (uint32_t)(next(&state) % 20);
        for (uint32_t k = 0; k < count; k++)
            lines[k].weight = (int64_t)(next(&state) >> (5 + next(&state) % 58)) + (k == 0);
        check_apportion(next(&state) >> 1, lines, count);
    }
}

Test(bonus_limits, a_hundred_thousand_reps_share_exactly, .timeout = 600)
{
    struct remainder *lines = calloc(MANY, sizeof *lines);
    cr_assert_not_null(lines);
    uint64_t state = 5;
    for (uint32_t i = 0; i < MANY; i++)
        lines[i].weight = (int64_t)(next(&state) % 1000000);
    check_apportion((uint64_t)LARGEST, lines, MANY);
    free(lines);
}

/* 100,000 reps and 1,000,000 tickets through the whole of it. */
Test(bonus_limits, a_team_of_a_hundred_thousand, .timeout = 600)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    struct eh_bonus_member *members = calloc(MANY, sizeof *members);
    char(*ids)[8] = calloc(MANY, sizeof *ids);
    int64_t(*closed)[KINDS] = calloc(MANY, sizeof *closed);
    cr_assert(members && ids && closed);
    for (uint32_t i = 0; i < MANY; i++) {
        snprintf(ids[i], sizeof ids[i], "r%06u", i);
        closed[i][i % KINDS] = 10;
        members[i] = e.members[i % REPS];
        members[i].rep = eh_str(ids[i]);
        members[i].closed = closed[i];
    }
    e.facts.members = members;
    e.facts.member_count = MANY;
    e.plan->target_pool = e.plan->max_pool = LARGEST;
    const struct eh_bonus_result *r = example_compute(&e);
    int64_t sum = 0;
    for (uint32_t i = 0; i < r->split.count; i++)
        sum += r->split.shares[i].total;
    cr_expect_eq(sum, r->net);
    cr_expect_eq(r->split.held, 0);
    free(members);
    free(ids);
    free(closed);
}

/* --- What does not fit is said --- */

static void expect_range(struct example *e, const char *sentence)
{
    struct eh_bonus_result *result = NULL;
    int r = eh_bonus_compute(e->plan, &e->facts, &e->arena, &result, &e->error);
    cr_expect_eq(r, -EH_ERANGE, "%d", r);
    cr_expect_null(result);
    cr_expect_str_eq(e->error.text, sentence);
}

Test(bonus_limits, overflows_are_errors)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    e.facts.by_closings = true;
    e.kinds[ORDER].closed = e.kinds[QUOTE].closed = INT64_MAX;
    expect_range(&e, "the count of closed does not fit 64 bits");
    example_done(&e);
    example_init(&e);
    e.closed[ANA][ORDER] = INT64_MAX;
    expect_range(&e, "the points of a rep does not fit 64 bits");
    example_done(&e);
    example_init(&e);
    e.members[ANA].paid_minutes = e.members[BO].paid_minutes = INT64_MAX;
    expect_range(&e, "the weights of all sum beyond 64 bits");
    example_done(&e);
    example_init(&e);
    e.facts.ratings = 0;
    e.facts.rating_sum = INT64_MAX;
    expect_range(&e, "csat does not fit 64 bits");
}

Test(bonus_limits, a_later_version_says_what_does_not_fit)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    struct eh_bonus_later *later = NULL;
    struct eh_bonus_closed last = {1, 0, 0, INT64_MAX, NULL};
    e.facts.carry_open = 0;
    int r = eh_bonus_recompute(e.plan, &e.facts, &e.facts, &last, &e.arena, &later, &e.error);
    cr_expect_eq(r, -EH_ERANGE);
    cr_expect_str_eq(e.error.text, "what is paid in total does not fit 64 bits");
    last = (struct eh_bonus_closed){1, LARGEST, 0, LARGEST, NULL};
    e.facts.carry_open = INT64_MIN;
    r = eh_bonus_recompute(e.plan, &e.facts, &e.facts, &last, &e.arena, &later, &e.error);
    cr_expect_eq(r, -EH_ERANGE);
    cr_expect_str_eq(e.error.text, "the carry does not fit 64 bits");
    last.version = UINT32_MAX;
    r = eh_bonus_recompute(e.plan, &e.facts, &e.facts, &last, &e.arena, &later, &e.error);
    cr_expect_eq(r, -EH_ERANGE);
    cr_expect_null(later);
}

Test(bonus_limits, the_ends_of_64_bits_are_shared_whole)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_part parts[] = {{.id = eh_str("a"), .weight = INT64_MAX - 1},
                              {.id = eh_str("b"), .weight = 1}};
    cr_assert_eq(eh_apportion(INT64_MIN, parts, 2, eh_str(NULL), &arena, NULL), 0);
    cr_expect_eq((__int128)parts[0].share + parts[1].share, INT64_MIN);
    cr_assert_eq(eh_apportion(INT64_MAX, parts, 2, eh_str(NULL), &arena, NULL), 0);
    cr_expect_eq((__int128)parts[0].share + parts[1].share, INT64_MAX);
    parts[1].weight = 2;
    struct eh_error error = {0};
    cr_expect_eq(eh_apportion(1, parts, 2, eh_str(NULL), &arena, &error), -EH_ERANGE);
    parts[1].weight = -1;
    cr_expect_eq(eh_apportion(1, parts, 2, eh_str(NULL), &arena, &error), -EH_EINVAL);
    parts[0].weight = parts[1].weight = 0;
    cr_expect_eq(eh_apportion(1, parts, 2, eh_str(NULL), &arena, &error), -EH_EINVAL);
    cr_expect_str_eq(error.text, "all weights are zero, so nothing can be shared");
}

Test(bonus_limits, memory_that_ends_is_an_error)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    EH_AUTO(eh_arena) struct eh_arena small = {.limit = 256};
    struct eh_bonus_result *result = NULL;
    cr_expect_eq(eh_bonus_compute(e.plan, &e.facts, &small, &result, &e.error), -EH_ENOMEM);
    cr_expect_null(result);
    const struct eh_bonus_result *whole = example_compute(&e);
    EH_AUTO(eh_arena) struct eh_arena tiny = {.limit = 2048};
    cr_expect_null(eh_bonus_explain(e.plan, &e.facts, whole, &all, &tiny));
}

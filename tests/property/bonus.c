/*
 * bonus: what must hold however a pool is shared. More than a million random cases: sums, floor or
 * ceiling, monotone, free of order, symmetric in sign; caps never passed and what they leave given
 * out again; curves monotone; whole periods to the cent.
 *
 * The seed is EVENHAND_SEED or 1; it is printed, so that a failure can be had again.
 */
#include <stdio.h>
#include <stdlib.h>

#include <criterion/criterion.h>

#include <evenhand/bonus/apportion.h>
#include <evenhand/bonus/bonus.h>

enum { SHARES = 1000000, CAPS = 400000, CURVES = 200000, PERIODS = 20000, PARTS_MAX = 12 };

TestSuite(bonus, .timeout = 1800);

struct chance {
    uint64_t state;
};

static struct chance seeded(uint64_t test)
{
    const char *text = getenv("EVENHAND_SEED");
    unsigned long seed = text ? strtoul(text, NULL, 10) : 1;
    fprintf(stderr, "# seed %lu (another with EVENHAND_SEED=N)\n", seed);
    return (struct chance){seed * 1000 + test};
}

static uint64_t next(struct chance *c)
{
    c->state += UINT64_C(0x9E3779B97F4A7C15); /* SplitMix64 */
    uint64_t z = c->state;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static uint64_t below(struct chance *c, uint64_t n)
{
    return next(c) % n;
}

/* Small numbers make ties, large ones make overflows: every size is as likely. */
static int64_t any_size(struct chance *c, unsigned bits)
{
    return (int64_t)(next(c) >> (64 - bits + below(c, bits)));
}

static const char *const ids[PARTS_MAX] = {"a", "b", "c", "d", "e", "f",
                                           "g", "h", "i", "j", "k", "l"};

/* 1 to 12 parts with at least one weight; now and then some weigh the same or nothing. */
static uint32_t random_parts(struct chance *c, struct eh_part parts[PARTS_MAX])
{
    uint32_t count = 1 + (uint32_t)below(c, PARTS_MAX);
    unsigned bits = 1 + (unsigned)below(c, 59);
    for (uint32_t i = 0; i < count; i++) {
        parts[i] = (struct eh_part){.id = eh_str(ids[i]), .weight = any_size(c, bits)};
        if (i > 0 && below(c, 4) == 0)
            parts[i].weight = parts[i - 1].weight;
    }
    parts[below(c, count)].weight += 1;
    return count;
}

static __int128 sum_of_weights(const struct eh_part *parts, uint32_t count)
{
    __int128 sum = 0;
    for (uint32_t i = 0; i < count; i++)
        sum += parts[i].weight;
    return sum;
}

/* Ties by id, or by the hash of some period. */
static struct eh_str random_tie(struct chance *c, char ret[32])
{
    size_t size = eh_format(ret, 32, "p\nt\n2026-%02u\nequal\n", (unsigned)below(c, 12) + 1);
    return eh_str_n(ret, below(c, 4) ? size : 0);
}

/* --- Apportionment --- */

static void check_sum(int64_t total, const struct eh_part *parts, uint32_t count)
{
    __int128 sum = 0;
    for (uint32_t i = 0; i < count; i++)
        sum += parts[i].share;
    cr_assert_eq(sum, total);
}

/* |share * weights - total * weight| < weights: floor or ceiling of the exact share. */
static void check_quota(int64_t total, const struct eh_part *parts, uint32_t count)
{
    __int128 weights = sum_of_weights(parts, count);
    for (uint32_t i = 0; i < count; i++) {
        __int128 off = parts[i].share * weights - (__int128)total * parts[i].weight;
        cr_assert(off > -weights && off < weights);
    }
}

static void check_monotone(int64_t total, const struct eh_part *parts, uint32_t count)
{
    int64_t sign = total < 0 ? -1 : 1;
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t j = 0; j < count; j++)
            if (parts[i].weight < parts[j].weight)
                cr_assert_leq(sign * parts[i].share, sign * parts[j].share);
}

static void shuffle(struct chance *c, struct eh_part *parts, uint32_t count)
{
    for (uint32_t i = count; i > 1; i--) {
        uint32_t j = (uint32_t)below(c, i);
        struct eh_part kept = parts[i - 1];
        parts[i - 1] = parts[j];
        parts[j] = kept;
    }
}

static void check_same(const struct eh_part *parts, const struct eh_part *others, uint32_t count,
                       int64_t sign)
{
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t j = 0; j < count; j++)
            if (eh_str_equal(parts[i].id, others[j].id))
                cr_assert_eq(parts[i].share, sign * others[j].share);
}

Test(bonus, shares_are_whole_fair_and_free_of_order)
{
    struct chance c = seeded(1);
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    for (unsigned i = 0; i < SHARES; i++) {
        struct eh_part parts[PARTS_MAX], other[PARTS_MAX];
        uint32_t count = random_parts(&c, parts);
        int64_t total = any_size(&c, 63) * (below(&c, 2) ? 1 : -1);
        char text[32];
        struct eh_str tie = random_tie(&c, text);
        cr_assert_eq(eh_apportion(total, parts, count, tie, &arena, NULL), 0);
        check_sum(total, parts, count);
        check_quota(total, parts, count);
        check_monotone(total, parts, count);
        memcpy(other, parts, sizeof other);
        shuffle(&c, other, count);
        cr_assert_eq(eh_apportion(-total, other, count, tie, &arena, NULL), 0);
        check_same(parts, other, count, -1);
        eh_arena_reset(&arena);
    }
}

/* --- Caps --- */

/* Uncapped lines share what the capped ones leave, as if alone; capped ones would get more. */
static void check_capped(int64_t total, int64_t limit, int64_t left, const struct eh_part *parts,
                         uint32_t count, struct eh_str tie, struct eh_arena *arena)
{
    struct eh_part open[PARTS_MAX];
    uint32_t opens = 0;
    __int128 sum = left;
    for (uint32_t i = 0; i < count; i++) {
        cr_assert_leq(parts[i].share, limit);
        cr_assert(!parts[i].capped || parts[i].share == limit);
        sum += parts[i].share;
        if (!parts[i].capped)
            open[opens++] = parts[i];
    }
    cr_assert_eq(sum, total);
    if (sum_of_weights(open, opens) == 0)
        return;
    cr_assert_eq(left, 0, "something is left although somebody could take it");
    int64_t rest = total - limit * (int64_t)(count - opens);
    cr_assert_eq(eh_apportion(rest, open, opens, tie, arena, NULL), 0);
    check_same(parts, open, opens, 1);
}

Test(bonus, caps_are_never_passed_and_the_excess_is_given_out)
{
    struct chance c = seeded(2);
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    for (unsigned i = 0; i < CAPS; i++) {
        struct eh_part parts[PARTS_MAX], other[PARTS_MAX];
        uint32_t count = random_parts(&c, parts);
        int64_t total = any_size(&c, 53), left = -1, again = -1;
        uint64_t cap = EH_PLAN_CAP_LEAST + below(&c, EH_PPM - EH_PLAN_CAP_LEAST + 1);
        int64_t limit = (int64_t)((__int128)total * (int64_t)cap / EH_PPM);
        char text[32];
        struct eh_str tie = random_tie(&c, text);
        struct eh_capped capped = {total, limit, parts, count, tie};
        int r = eh_apportion_capped(&capped, &arena, &left, NULL);
        cr_assert_eq(r, 0);
        check_capped(total, limit, left, parts, count, tie, &arena);
        check_monotone(total, parts, count);
        memcpy(other, parts, sizeof other);
        shuffle(&c, other, count);
        capped.parts = other;
        r = eh_apportion_capped(&capped, &arena, &again, NULL);
        cr_assert_eq(r, 0);
        check_same(parts, other, count, 1);
        cr_assert_eq(left, again);
        eh_arena_reset(&arena);
    }
}

/* --- Curves --- */

static uint32_t random_curve(struct chance *c, struct eh_curve_point points[5], bool falls)
{
    uint32_t count = 2 + (uint32_t)below(c, 4);
    int64_t x = any_size(c, 40) - any_size(c, 40), y = any_size(c, 20);
    for (uint32_t i = 0; i < count; i++) {
        points[i] = (struct eh_curve_point){x, falls ? EH_PLAN_RATIO_MAX - y : y};
        x += 1 + any_size(c, 40);
        y += any_size(c, 20);
    }
    return count;
}

Test(bonus, curves_rise_or_fall_as_their_points_do)
{
    struct chance c = seeded(3);
    for (unsigned i = 0; i < CURVES; i++) {
        struct eh_curve_point points[5];
        bool falls = below(&c, 2);
        uint32_t count = random_curve(&c, points, falls);
        struct eh_curve curve = {points, count};
        for (uint32_t p = 0; p < count; p++)
            cr_assert_eq(eh_curve_at(&curve, points[p].x), points[p].y);
        int64_t a = points[0].x - 5 + any_size(&c, 42), b = a + any_size(&c, 42);
        int64_t ya = eh_curve_at(&curve, a), yb = eh_curve_at(&curve, b);
        cr_assert(falls ? ya >= yb : ya <= yb);
    }
}

/* --- Whole periods --- */

static const char plan_text[] =
    "{id: p, team: t, from: 2026-03, encourages: a, discourages: b, target_pool: 6000, "
    "max_pool: 9000, metrics: [{metric: revenue, weight: 100%, curve: [[0, 0%], [100, 150%]]}], "
    "funding: [[0%, 0%], [150%, 150%]], "
    "split: {individual: 10%, equal: 36%, hours: 36%, seniority: 18%}, "
    "individual: {points: {order: 2, query: 1}, cap: 30%}, seniority: [[0y, 100], [3y, 115]]}";

static void random_member(struct chance *c, struct eh_bonus_member *m, int64_t closed[2],
                          unsigned index)
{
    closed[0] = any_size(c, 12) * (int64_t)below(c, 2);
    closed[1] = any_size(c, 12) * (int64_t)below(c, 2);
    bool closes = below(c, 3), works = below(c, 4);
    closed[0] *= closes;
    closed[1] *= closes;
    *m = (struct eh_bonus_member){.rep = eh_str(ids[index]),
                                  .since = (int32_t)below(c, 22000),
                                  .first_day = 20513,
                                  .days = (uint32_t)below(c, 32),
                                  .left = below(c, 4) == 0,
                                  .excluded = below(c, 8) == 0,
                                  .has_paid = true,
                                  .paid_minutes = works * any_size(c, 14),
                                  .has_contract = below(c, 2),
                                  .contract_minutes = any_size(c, 14),
                                  .closed = closed};
}

/* Nothing is held that anybody has a weight for, unless the plan says so. */
static void check_held(const struct eh_bonus_plan *plan, const struct eh_bonus_split *s)
{
    int64_t held = 0;
    bool anybody = !s->unearned[EH_PART_INDIVIDUAL] || (plan->equal_ppm && !s->unearned[0]) ||
                   (plan->hours_ppm && !s->unearned[1]) || (plan->seniority_ppm && !s->unearned[2]);
    for (unsigned i = 0; i < EH_PARTS; i++) {
        cr_assert(s->unearned[i] || s->held_of[i] == 0);
        held += s->held_of[i];
    }
    cr_assert_eq(held, s->held);
    cr_assert(!eh_plan_shares_unearned(plan) || !anybody || s->held == 0);
    cr_assert(s->moved >= 0 && (eh_plan_shares_unearned(plan) || s->moved == 0));
}

/* Parts sum to the whole, lines to their part, and who takes no part gets nothing. */
static void check_split(const struct eh_bonus_plan *plan, const struct eh_bonus_split *s)
{
    check_held(plan, s);
    int64_t equal = 0, hours = 0, seniority = 0, individual = 0, total = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        const struct eh_bonus_share *share = &s->shares[i];
        cr_assert(share->eligible || share->total == 0);
        cr_assert_leq(share->individual, s->limit);
        cr_assert(share->equal >= 0 && share->hours >= 0 && share->seniority >= 0);
        equal += share->equal;
        hours += share->hours;
        seniority += share->seniority;
        individual += share->individual;
        total += share->total;
    }
    cr_assert_eq(total + s->held, s->amount);
    cr_assert_eq(s->individual + s->team, s->amount);
    cr_assert_eq(s->equal + s->hours + s->seniority, s->team + s->over);
    cr_assert(equal == s->equal || (equal == 0 && s->held >= s->equal));
    cr_assert(hours == s->hours || (hours == 0 && s->held >= s->hours));
    cr_assert(seniority == s->seniority || (seniority == 0 && s->held >= s->seniority));
    cr_assert(individual + s->over == s->individual || (individual == 0 && s->over == 0));
}

/* What a later version pays, cancels and carries adds up to what changed. */
static void check_later(const struct eh_bonus_plan *plan, const struct eh_bonus_facts *facts,
                        const struct eh_bonus_result *first, int64_t revenue, int64_t open,
                        struct eh_arena *arena)
{
    struct eh_bonus_closed closed = {1, first->pool.gross, first->carry, first->net, NULL};
    struct eh_bonus_facts now = *facts;
    now.revenue = revenue;
    now.carry_open = open;
    struct eh_bonus_later *later;
    cr_assert_eq(eh_bonus_recompute(plan, &now, facts, &closed, arena, &later, NULL), 0);
    cr_assert_eq(later->difference, later->pool.gross - first->pool.gross);
    cr_assert_eq(later->paid + (later->carry_open - open), later->difference);
    cr_assert_eq(later->net, first->net + later->paid);
    cr_assert(later->paid >= 0 && later->carry_open <= 0);
    cr_assert(later->paid == 0 || later->carry_open == 0);
    check_split(plan, &later->split);
}

Test(bonus, whole_periods_are_shared_to_the_cent)
{
    struct chance c = seeded(4);
    EH_AUTO(eh_arena) struct eh_arena kept = EH_ARENA_INIT;
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_bonus_plan *plan;
    struct eh_error error = {0};
    cr_assert_eq(eh_plan_parse(eh_str(plan_text), NULL, &kept, &plan, &error), 0, "%s", error.text);
    const struct eh_bonus_kind kinds[] = {{.id = eh_str("order")}, {.id = eh_str("query")}};
    for (unsigned i = 0; i < PERIODS; i++) {
        struct eh_bonus_member members[PARTS_MAX];
        int64_t closed[PARTS_MAX][2];
        uint32_t count = (uint32_t)below(&c, PARTS_MAX + 1);
        for (uint32_t m = 0; m < count; m++)
            random_member(&c, &members[m], closed[m], m);
        plan->leavers = (uint8_t)below(&c, 2);
        plan->unearned = (uint8_t)below(&c, 3);
        plan->before_unearned = below(&c, 2);
        plan->individual_ppm = below(&c, 3) ? 100000 : 0;
        plan->equal_ppm = below(&c, 2) ? 360000 : 0;
        plan->seniority_ppm = below(&c, 2) ? 180000 : 0;
        plan->hours_ppm = EH_PPM - plan->individual_ppm - plan->equal_ppm - plan->seniority_ppm;
        struct eh_bonus_facts facts = {.period = plan->from,
                                       .kinds = kinds,
                                       .kind_count = 2,
                                       .revenue = (int64_t)below(&c, 12000),
                                       .members = members,
                                       .member_count = count,
                                       .carry_open = -any_size(&c, 20)};
        struct eh_bonus_result *result;
        int r = eh_bonus_compute(plan, &facts, &arena, &result, &error);
        cr_assert_eq(r, 0, "%s", error.text);
        cr_assert_eq(result->net, result->pool.gross + result->carry);
        cr_assert(result->net >= 0 && -result->carry <= result->pool.gross / 4);
        check_split(plan, &result->split);
        check_later(plan, &facts, result, (int64_t)below(&c, 12000), -any_size(&c, 20), &arena);
        eh_arena_reset(&arena);
    }
}

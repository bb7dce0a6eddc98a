/*
 * draw: what must hold whatever is drawn. Chances are equal, every part of a query matters, and
 * where one text ends and the next begins matters too.
 *
 * The seed is EVENHAND_SEED or 1; it is printed, so that a failure can be had again.
 */
#include <stdio.h>
#include <stdlib.h>

#include <criterion/criterion.h>

#include <evenhand/draw/draw.h>
#include <evenhand/draw/hash.h>

enum { BUCKETS = 10, DRAWS = 60000 /* by 3, 5 and 10 */, ROUNDS = 2000 };

TestSuite(draw, .timeout = 1800);

static void test_seed(uint8_t ret[EH_SEED_BYTES])
{
    const char *text = getenv("EVENHAND_SEED");
    unsigned long number = text ? strtoul(text, NULL, 10) : 1;
    uint8_t key[EH_SEED_BYTES] = {0};
    memcpy(key, &number, sizeof number);
    fprintf(stderr, "# seed %lu (another with EVENHAND_SEED=N)\n", number);
    eh_seed_derive(key, 1, ret);
}

static bool draw_keyed(void *context, const struct eh_draw_query *query, uint64_t *ret)
{
    *ret = eh_draw_compute(context, query);
    return true;
}

/* χ² of DRAWS choices below `total`, sorted into `buckets` equal parts, times 1000. */
static uint64_t chi_square_milli(uint8_t *seed, uint64_t total, unsigned buckets)
{
    uint64_t seen[BUCKETS] = {0};
    uint64_t part = total / buckets;
    const uint8_t digest[EH_DIGEST_BYTES] = {0};
    for (uint32_t i = 0; i < DRAWS; i++) {
        char ticket[16];
        snprintf(ticket, sizeof ticket, "T-%u", i);
        struct eh_draws draws = {.draw = draw_keyed, .context = seed};
        struct eh_draw_query query = {.desk = eh_str("main"),
                                      .team = eh_str("sales"),
                                      .source = eh_str("default"),
                                      .ticket = eh_str(ticket),
                                      .digest = digest,
                                      .deal = 1};
        uint64_t at;
        cr_assert_eq(eh_draw_below(&draws, query, total, &at), 0);
        cr_assert_lt(at, total);
        seen[at / part]++;
    }
    uint64_t expected = DRAWS / buckets, sum = 0;
    for (unsigned i = 0; i < buckets; i++) {
        int64_t off = (int64_t)seen[i] - (int64_t)expected;
        sum += (uint64_t)(off * off);
    }
    return sum * 1000 / expected;
}

/* Limits: the chance of more is 1 in 100,000 (χ² with 9, 4 and 2 degrees of freedom). */
Test(draw, chances_are_equal)
{
    uint8_t seed[EH_SEED_BYTES];
    test_seed(seed);
    cr_expect_lt(chi_square_milli(seed, 10, 10), 39341);
    cr_expect_lt(chi_square_milli(seed, 7350000, 10), 39341);
    cr_expect_lt(chi_square_milli(seed, 5, 5), 28473);
    cr_expect_lt(chi_square_milli(seed, UINT64_MAX / 5 * 5, 5), 28473);
}

/* A modulo of all results would give the first third half of everything. */
Test(draw, chances_are_equal_where_modulo_is_not)
{
    uint8_t seed[EH_SEED_BYTES];
    test_seed(seed);
    cr_expect_lt(chi_square_milli(seed, (UINT64_C(1) << 62) * 3 - 3, 3), 23026);
}

static uint64_t query_result(const uint8_t *seed, const char *const text[4], const uint8_t *digest,
                             uint32_t deal, uint32_t number)
{
    struct eh_draw_query query = {.epoch = 1,
                                  .desk = eh_str(text[0]),
                                  .team = eh_str(text[1]),
                                  .source = eh_str(text[2]),
                                  .ticket = eh_str(text[3]),
                                  .digest = digest,
                                  .deal = deal,
                                  .number = number};
    return eh_draw_compute(seed, &query);
}

Test(draw, every_part_of_a_query_matters)
{
    uint8_t seed[EH_SEED_BYTES], other[EH_SEED_BYTES];
    test_seed(seed);
    for (uint32_t i = 0; i < ROUNDS; i++) {
        char ticket[16];
        snprintf(ticket, sizeof ticket, "T-%u", i);
        const char *text[4] = {"main", "sales", "default", ticket};
        uint8_t digest[EH_DIGEST_BYTES] = {(uint8_t)i};
        uint64_t base = query_result(seed, text, digest, 1, 0);
        cr_expect_eq(query_result(seed, text, digest, 1, 0), base);
        cr_expect_neq(query_result(seed, text, digest, 2, 0), base);
        cr_expect_neq(query_result(seed, text, digest, 1, 1), base);
        for (int part = 0; part < 4; part++) {
            const char *kept = text[part];
            text[part] = "else";
            cr_expect_neq(query_result(seed, text, digest, 1, 0), base);
            text[part] = kept;
        }
        digest[i % EH_DIGEST_BYTES] ^= (uint8_t)(1u << i % 8);
        cr_expect_neq(query_result(seed, text, digest, 1, 0), base);
        eh_seed_derive(seed, i, other);
        digest[i % EH_DIGEST_BYTES] ^= (uint8_t)(1u << i % 8);
        cr_expect_neq(query_result(other, text, digest, 1, 0), base);
    }
}

/* The same letters, cut into texts at other places, are another draw. */
Test(draw, boundaries_matter)
{
    uint8_t seed[EH_SEED_BYTES];
    test_seed(seed);
    const uint8_t digest[EH_DIGEST_BYTES] = {0};
    const char letters[] = "abcdefgh";
    uint64_t seen[45];
    unsigned count = 0;
    for (unsigned a = 0; a <= 8; a++)
        for (unsigned b = a; b <= 8; b++) {
            struct eh_draw_query query = {.desk = eh_str_n(letters, a),
                                          .team = eh_str_n(letters + a, b - a),
                                          .source = eh_str_n(letters + b, 8 - b),
                                          .digest = digest,
                                          .deal = 1};
            seen[count++] = eh_draw_compute(seed, &query);
        }
    for (unsigned i = 0; i < count; i++)
        for (unsigned j = i + 1; j < count; j++)
            cr_expect_neq(seen[i], seen[j]);
}

Test(draw, chains_differ_from_the_first_different_row_on)
{
    uint8_t seed[EH_SEED_BYTES];
    test_seed(seed);
    struct eh_chain one = {0}, two = {0};
    for (uint32_t i = 0; i < ROUNDS; i++) {
        uint64_t row = i, changed = i == 17 ? 18 : i;
        eh_chain_add(&one, &row, sizeof row);
        eh_chain_add(&two, &changed, sizeof changed);
        cr_expect_eq(memcmp(one.hash, two.hash, EH_CHAIN_BYTES) == 0, i < 17);
    }
}

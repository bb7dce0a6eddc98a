/*
 * draw: hashes and draws against vectors computed with another implementation, and the choice's
 * edges.
 *
 * The vectors come from Python, e.g. for a draw, with L(b) = struct.pack('<I', len(b)) + b:
 *     seed = blake2b(b'', digest_size=32, key=bytes(range(32)),
 *                    salt=struct.pack('<Q', 12) + bytes(8), person=b'ehepoch1' + bytes(8)).digest()
 *     m = L(b'evenhand draw v1') + L(b'main') + L(b'sales') + L(b'default') + L(b'T-1')
 *         + L(bytes(range(16, 32))) + struct.pack('<II', 1, 0)
 *     struct.unpack('<Q', blake2b(m, digest_size=32, key=seed).digest()[:8])
 * The SipHash vectors come from a plain transcription of the reference, checked against its own.
 */
#include <criterion/criterion.h>

#include <evenhand/draw/draw.h>
#include <evenhand/draw/hash.h>

TestSuite(draw, .timeout = 600);

static void expect_hex(const uint8_t *bytes, size_t size, const char *hex)
{
    char text[129];
    for (size_t i = 0; i < size; i++) {
        text[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
        text[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
    }
    text[2 * size] = 0;
    cr_expect_str_eq(text, hex);
}

static void expect_key(struct eh_key key, const char *hex)
{
    uint8_t bytes[16];
    eh_key_bytes(key, bytes);
    expect_hex(bytes, sizeof bytes, hex);
}

static void master_key(uint8_t ret[EH_SEED_BYTES])
{
    for (int i = 0; i < EH_SEED_BYTES; i++)
        ret[i] = (uint8_t)i;
}

Test(draw, initialises)
{
    cr_assert_eq(eh_draw_init(), 0);
    cr_assert_eq(eh_draw_init(), 0);
}

Test(draw, hashes_keep_domains_apart)
{
    expect_key(eh_hash_128(EH_DOMAIN_IDENTITY, "abc", 3), "dae08214b2317ab624bd91687a1661a0");
    expect_key(eh_hash_128(EH_DOMAIN_CONTENT, "abc", 3), "5d1834c220867ba348f461f2f42f9c14");
    expect_key(eh_hash_128(EH_DOMAIN_ENTRY, "abc", 3), "f016ffef1ffd4c54a2c7baf7d5e140ed");
    expect_key(eh_hash_128(EH_DOMAIN_PERSONAL, "abc", 3), "0dab23da8d37ceccbe7562ae034dab48");
    expect_key(eh_hash_128(EH_DOMAIN_IDENTITY, NULL, 0), "2de7f36258d9ecb540bc959c654c1496");
    const uint8_t salt[EH_SALT_BYTES] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    expect_key(eh_hash_salted(EH_DOMAIN_SALTED, salt, "abc", 3),
               "872e69bf3d34eaab17a321b0660bcd9b");
    expect_key(eh_hash_salted(EH_DOMAIN_SALTED_ENTRY, salt, "abc", 3),
               "c559548de80f932d11461a69c6e9d073");
}

Test(draw, sha256_is_sha256)
{
    uint8_t hash[32];
    eh_hash_sha256("abc", 3, hash);
    expect_hex(hash, 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    eh_hash_sha256(NULL, 0, hash);
    expect_hex(hash, 32, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

Test(draw, state_hash_is_siphash_with_the_fixed_key)
{
    expect_key(eh_hash_state("abc", 3), "72fe499d17a26760ed4c0426b3063288");
    expect_key(eh_hash_state(NULL, 0), "bea010d0a34a71ddaf3fc827bd2e8797");
}

Test(draw, chain_binds_every_row_to_all_before)
{
    struct eh_chain chain = {0};
    eh_chain_add(&chain, "row one", 7);
    expect_hex(chain.hash, 32, "4d88c526ebae545355f4762b66a0d2d66d73e999a035758fbc02305838bb54d3");
    eh_chain_add(&chain, NULL, 0);
    expect_hex(chain.hash, 32, "2edf8357783cc0c6544d2a90d4a80969e95a1182946a29b5c069719ad8706d02");
    eh_chain_add(&chain, "row two", 7);
    expect_hex(chain.hash, 32, "605d4a6af7d21103abb02cd924da3afbbabfa71174db86c04e72f12ff7259894");
}

Test(draw, key_bytes_are_big_endian)
{
    struct eh_key key = {.high = 0x0102030405060708, .low = 0x090a0b0c0d0e0f10};
    expect_key(key, "0102030405060708090a0b0c0d0e0f10");
    uint8_t bytes[16];
    eh_key_bytes(key, bytes);
    cr_assert(eh_key_equal(eh_key_from_bytes(bytes), key));
}

static void expect_seed(uint32_t epoch, const char *seed_hex, const char *commitment_hex)
{
    uint8_t key[EH_SEED_BYTES], seed[EH_SEED_BYTES], commitment[32];
    master_key(key);
    eh_seed_derive(key, epoch, seed);
    expect_hex(seed, sizeof seed, seed_hex);
    eh_seed_commit(seed, commitment);
    expect_hex(commitment, sizeof commitment, commitment_hex);
}

Test(draw, seeds_and_commitments)
{
    expect_seed(0, "0dd524489d99534ac3b214bb2e02242e136676dad1143ecbe35d93ecfd7fd3d2",
                "9dd7d7a804090e6c9405aa8888da228aa834deb987fa9d6b32a5b1e7f0004b35");
    expect_seed(1, "b1bef98253141bb9e0984bdd461f87b62793b255c70be0bdde3a96324afab2de",
                "59215a9332dc8e1bf5d00b858f2fbf7df4f0ef7c9a7f5e3ba0469179ff738c42");
    expect_seed(12, "fbd0e4e6302ba157e64da66612d9b3a5e4bcd636d129e18cfb1501e7001ae869",
                "050e19d7d398400784eeafc6acd3a992d5cb27a3e6555c006ec55f87ed59fac8");
    expect_seed(UINT32_MAX, "0a2eec9d4fdd9954f82f7e937ac18083138328bcec60a673885ef321c6bf5c1a",
                "931cd3597c4e3154203c23d9ed72157ecf202c6f62fb9b68e48864e308329bec");
}

static const uint8_t sample_digest[EH_DIGEST_BYTES] = {
    0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f};
static const uint8_t no_digest[EH_DIGEST_BYTES];

static struct eh_draw_query sample_query(void)
{
    return (struct eh_draw_query){.epoch = 12,
                                  .desk = eh_str("main"),
                                  .team = eh_str("sales"),
                                  .source = eh_str("default"),
                                  .ticket = eh_str("T-1"),
                                  .digest = sample_digest,
                                  .deal = 1,
                                  .number = 0};
}

Test(draw, results_match_the_vectors)
{
    uint8_t key[EH_SEED_BYTES], seed[EH_SEED_BYTES];
    master_key(key);
    eh_seed_derive(key, 12, seed);
    struct eh_draw_query query = sample_query();
    cr_expect_eq(eh_draw_compute(seed, &query), 0x87978ff133791046);
    query.number = 1;
    cr_expect_eq(eh_draw_compute(seed, &query), 0x199e5a49762ca84e);
    query.deal = 258;
    query.number = 7;
    cr_expect_eq(eh_draw_compute(seed, &query), 0xe7363f692e1c59c5);
    query = sample_query();
    query.source = eh_str("defaultT");
    query.ticket = eh_str("-1");
    cr_expect_eq(eh_draw_compute(seed, &query), 0x4999255a8533a81d);
    query = (struct eh_draw_query){.digest = no_digest, .deal = 1};
    cr_expect_eq(eh_draw_compute(seed, &query), 0x9fce9aabe5b8717c);
}

/* Replays what a test gave it, and notes the numbers it was asked for. */
struct script {
    uint64_t results[EH_DRAWS_MAX + 1];
    uint32_t count, at;
    uint32_t numbers[EH_DRAWS_MAX + 1];
};

static bool draw_script(void *context, const struct eh_draw_query *query, uint64_t *ret)
{
    struct script *script = context;
    if (script->at >= script->count)
        return false;
    script->numbers[script->at] = query->number;
    *ret = script->results[script->at++];
    return true;
}

Test(draw, below_accepts_the_largest_multiple_and_no_more)
{
    /* 2^64 mod 10 = 6: results 2^64 - 6 and above are refused. */
    struct script script = {.results = {UINT64_MAX, UINT64_MAX - 5, UINT64_MAX - 6}, .count = 3};
    struct eh_draws draws = {.draw = draw_script, .context = &script};
    uint64_t at = 99;
    cr_assert_eq(eh_draw_below(&draws, sample_query(), 10, &at), 0);
    cr_expect_eq(at, 9);
    cr_expect_eq(draws.count, 3);
    cr_expect_eq(draws.results[0], UINT64_MAX);
    cr_expect_eq(draws.results[2], UINT64_MAX - 6);
    for (uint32_t i = 0; i < 3; i++)
        cr_expect_eq(script.numbers[i], i);
}

Test(draw, below_takes_every_result_when_the_total_divides)
{
    static const uint64_t totals[] = {1, 2, UINT64_C(1) << 32, UINT64_C(1) << 63};
    for (size_t i = 0; i < sizeof totals / sizeof *totals; i++) {
        struct script script = {.results = {UINT64_MAX}, .count = 1};
        struct eh_draws draws = {.draw = draw_script, .context = &script};
        uint64_t at = 99;
        cr_assert_eq(eh_draw_below(&draws, sample_query(), totals[i], &at), 0);
        cr_expect_eq(at, totals[i] - 1);
    }
}

Test(draw, below_copes_with_the_largest_totals)
{
    /* Of total 2^64 - 1 one result is refused; of 2^63 + 1 nearly half are. */
    struct script script = {.results = {UINT64_MAX, UINT64_MAX - 1}, .count = 2};
    struct eh_draws draws = {.draw = draw_script, .context = &script};
    uint64_t at = 0;
    cr_assert_eq(eh_draw_below(&draws, sample_query(), UINT64_MAX, &at), 0);
    cr_expect_eq(at, UINT64_MAX - 1);

    uint64_t half = (UINT64_C(1) << 63) + 1;
    script = (struct script){.results = {half, half - 1}, .count = 2};
    draws = (struct eh_draws){.draw = draw_script, .context = &script};
    cr_assert_eq(eh_draw_below(&draws, sample_query(), half, &at), 0);
    cr_expect_eq(at, half - 1);
    cr_expect_eq(draws.count, 2);
}

Test(draw, below_goes_on_from_the_draws_before)
{
    struct script script = {.results = {3, 4}, .count = 2};
    struct eh_draws draws = {.draw = draw_script, .context = &script};
    uint64_t at;
    cr_assert_eq(eh_draw_below(&draws, sample_query(), 10, &at), 0);
    cr_assert_eq(eh_draw_below(&draws, sample_query(), 10, &at), 0);
    cr_expect_eq(at, 4);
    cr_expect_eq(script.numbers[1], 1);
}

Test(draw, below_says_when_there_is_no_draw)
{
    struct script script = {.results = {UINT64_MAX}, .count = 1};
    struct eh_draws draws = {.draw = draw_script, .context = &script};
    uint64_t at = 77;
    cr_assert_eq(eh_draw_below(&draws, sample_query(), 10, &at), -EH_ECORRUPT);
    cr_expect_eq(at, 77);
    cr_expect_eq(draws.count, 1);
}

Test(draw, below_stops_at_the_bound)
{
    struct script script = {.count = EH_DRAWS_MAX + 1};
    for (uint32_t i = 0; i < script.count; i++)
        script.results[i] = UINT64_MAX;
    struct eh_draws draws = {.draw = draw_script, .context = &script};
    uint64_t at = 77;
    cr_assert_eq(eh_draw_below(&draws, sample_query(), 10, &at), -EH_EFULL);
    cr_expect_eq(at, 77);
    cr_expect_eq(draws.count, EH_DRAWS_MAX);
    cr_expect_eq(script.at, EH_DRAWS_MAX);
}

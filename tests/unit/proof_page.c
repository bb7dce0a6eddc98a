/*
 * proof_page: the test vectors of evenhand-proof(7) are what this program makes.
 *
 * Each block of the page is made anew and compared as text; what it should be is printed where it
 * differs.
 */
#include <criterion/criterion.h>

#include "engine_kit.h"

TestSuite(proof_page, .timeout = 600);

/* ---- The page. */

static char page[1 << 17];

static void read_page(void)
{
    FILE *f = fopen(PROOF_PAGE, "r");
    cr_assert(f, "%s", PROOF_PAGE);
    size_t size = fread(page, 1, sizeof page - 1, f);
    cr_assert(feof(f) && size > 0);
    fclose(f);
    page[size] = '\0';
}

static void expect_on_page(const struct eh_bytes *block)
{
    read_page();
    cr_assert_not(block->failed);
    char *text = strndup((const char *)block->data, block->size);
    if (!strstr(page, text))
        fprintf(stderr, "%s", text);
    cr_assert(strstr(page, text), "the page has other vectors than these:\n%s", text);
    free(text);
}

static void put_hex(struct eh_bytes *out, const void *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        eh_bytes_put_text(out, "%02x", ((const uint8_t *)bytes)[i]);
}

static void put_line(struct eh_bytes *out, const char *name, const void *bytes, size_t size)
{
    eh_bytes_put_text(out, "%-14s", name);
    put_hex(out, bytes, size);
    eh_bytes_put_text(out, "\n");
}

/* ---- Hashes. */

#define EPOCH 12
#define MESSAGE                                                                                    \
    "{\"type\":\"ticket\",\"id\":\"4711\",\"team\":\"sales\",\"kind\":\"order\",\n"                \
    " \"value\":12995,\"skills\":[\"sap\",\"german\"],\"created_at\":1740787200123,\n"             \
    " \"customer\":\"Kari Nordmann\"}"

static void seed_of_page(uint8_t ret[EH_SEED_BYTES])
{
    uint8_t key[EH_SEED_BYTES];
    for (int i = 0; i < EH_SEED_BYTES; i++)
        key[i] = (uint8_t)i;
    eh_seed_derive(key, EPOCH, ret);
}

static void put_seed(struct eh_bytes *out)
{
    uint8_t key[EH_SEED_BYTES], seed[EH_SEED_BYTES], commitment[EH_SEED_BYTES];
    for (int i = 0; i < EH_SEED_BYTES; i++)
        key[i] = (uint8_t)i;
    seed_of_page(seed);
    eh_seed_commit(seed, commitment);
    put_line(out, "master key", key, sizeof key);
    eh_bytes_put_text(out, "%-14s%d\n", "epoch", EPOCH);
    put_line(out, "seed", seed, sizeof seed);
    put_line(out, "commitment", commitment, sizeof commitment);
}

static struct eh_input identified(struct eh_arena *arena)
{
    struct eh_input in = {.origin = EH_ORIGIN_STREAM, .bare = true};
    struct eh_error error = {0};
    cr_assert_eq(eh_message_from_json(eh_str(MESSAGE), arena, &in.message, &error), 0, "%s",
                 error.text);
    in.customer_salt.how = EH_SALTED;
    for (int i = 0; i < EH_SALT_BYTES; i++)
        in.customer_salt.bytes[i] = (uint8_t)(0xa0 + i);
    eh_input_identify(&in);
    return in;
}

static void put_content(struct eh_bytes *out, const struct eh_input *in, uint8_t ret_digest[16])
{
    EH_AUTO(eh_bytes) struct eh_bytes content = EH_BYTES_INIT;
    eh_message_encode(&in->message,
                      EH_FIELD_BIT(EH_FIELD_CUSTOMER) | EH_FIELD_BIT(EH_FIELD_CUSTOMER_DIGEST),
                      &content);
    cr_assert(eh_key_equal(eh_hash_128(EH_DOMAIN_CONTENT, content.data, content.size), in->digest));
    eh_key_bytes(in->digest, ret_digest);
    eh_bytes_put_text(out, "message       " MESSAGE "\n");
    put_line(out, "customer salt", in->customer_salt.bytes, EH_SALT_BYTES);
    put_line(out, "its digest", in->customer_digest, 16);
    size_t half = content.size / 2;
    put_line(out, "content", content.data, half);
    put_line(out, "", content.data + half, content.size - half);
    put_line(out, "digest", ret_digest, 16);
}

Test(proof_page, hashes)
{
    EH_AUTO(eh_bytes) struct eh_bytes out = EH_BYTES_INIT;
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    uint8_t seed[EH_SEED_BYTES], digest[16];
    struct eh_input in = identified(&arena);
    seed_of_page(seed);
    put_seed(&out);
    put_content(&out, &in, digest);
    for (uint32_t i = 0; i < 3; i++) {
        struct eh_draw_query query = {.desk = eh_str("main"),
                                      .team = eh_str("sales"),
                                      .source = eh_str("default"),
                                      .ticket = eh_str("4711"),
                                      .digest = digest,
                                      .deal = 1 + i / 2,
                                      .number = i % 2};
        uint64_t result = eh_draw_compute(seed, &query);
        eh_bytes_put_text(&out, "deal %u draw %u %016llx = %llu\n", query.deal, query.number,
                          (unsigned long long)result, (unsigned long long)result);
    }
    expect_on_page(&out);
}

/* ---- Choices. */

struct fed {
    uint64_t results[3];
    uint32_t next;
};

static bool feed(void *context, const struct eh_draw_query *query, uint64_t *ret)
{
    struct fed *fed = context;
    cr_assert_eq(query->number, fed->next);
    *ret = fed->results[fed->next++];
    return true;
}

Test(proof_page, choices)
{
    static const struct {
        uint64_t total, results[3];
    } cases[] = {
        {2500000, {UINT64_C(12345678901234567890)}},
        {2, {7}},
        {3, {UINT64_MAX, 5}},
        {UINT64_C(9223372036854775809), {UINT64_C(9223372036854775809), UINT64_MAX, 11}},
    };
    EH_AUTO(eh_bytes) struct eh_bytes out = EH_BYTES_INIT;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fed fed = {.next = 0};
        memcpy(fed.results, cases[i].results, sizeof fed.results);
        struct eh_draws draws = {.draw = feed, .context = &fed};
        uint64_t at;
        cr_assert_eq(eh_draw_below(&draws, (struct eh_draw_query){0}, cases[i].total, &at), 0);
        eh_bytes_put_text(&out, "T %llu:", (unsigned long long)cases[i].total);
        for (uint32_t d = 0; d < draws.count; d++)
            eh_bytes_put_text(&out, " %llu%s", (unsigned long long)draws.results[d],
                              d + 1 < draws.count ? " is rejected," : "");
        eh_bytes_put_text(&out, " gives %llu\n", (unsigned long long)at);
    }
    expect_on_page(&out);
}

/* ---- Deals. */

static bool draw_of_page(void *context, const struct eh_draw_query *query, uint64_t *ret)
{
    uint8_t seed[EH_SEED_BYTES];
    (void)context;
    seed_of_page(seed);
    *ret = eh_draw_compute(seed, query);
    return true;
}

static void put_pair(struct eh_bytes *out, const struct eh_deal_detail *d)
{
    for (int i = 0; i < 2; i++)
        eh_bytes_put_text(out, "\n  %s %.*s dc %lld means %lld", i ? "and" : "pair",
                          EH_STR_ARG(d->pair[i].rep), (long long)d->pair[i].dc_nano,
                          (long long)d->pair[i].means_nano);
    eh_bytes_put_text(out, "; x %lld M %lld%s", (long long)d->value, (long long)d->mean,
                      d->tie ? "; tie" : "");
}

static void put_deal(struct eh_bytes *out, const struct kit *k, int64_t value)
{
    const struct eh_effect *e = kit_item(k, 0);
    struct eh_deal_detail d;
    uint8_t digest[16];
    cr_assert_eq(eh_deal_detail_view(e->detail, &d, NULL), 0);
    eh_key_bytes(k->in.digest, digest);
    eh_bytes_put_text(out, "%.*s value %lld digest ", EH_STR_ARG(e->id), (long long)value);
    put_hex(out, digest, sizeof digest);
    eh_bytes_put_text(out, "\n  draws");
    for (uint32_t i = 0; i < e->draw_count; i++)
        eh_bytes_put_text(out, " %016llx", (unsigned long long)e->draws[i]);
    if (d.pair[0].rep.size)
        put_pair(out, &d);
    if (d.slots)
        eh_bytes_put_text(out, "; slots %llu", (unsigned long long)d.slots);
    if (d.ties)
        eh_bytes_put_text(out, "; ties %llu", (unsigned long long)d.ties);
    eh_bytes_put_text(out, "; %.*s\n", EH_STR_ARG(e->rep));
}

Test(proof_page, deals)
{
    static const char desk[] =
        "desk: main\ncurrency: EUR\ntime_zone: Europe/Oslo\nkinds: {order: {points: 2}}\n"
        "reps: [{id: ana}, {id: bo, share: 0.5}, {id: cai}]\nteams:\n"
        "  - {id: ran, policy: random, reps: [ana, bo, cai]}\n"
        "  - {id: bal, policy: balanced, reps: [ana, bo, cai]}\n"
        "  - {id: rot, policy: rotation, reps: [ana, bo, cai]}\n"
        "  - {id: lea, policy: least_loaded, reps: [ana, bo, cai]}\n";
    static const char *const teams[] = {"ran", "bal", "rot", "lea"};
    static const int64_t values[] = {12000, 300, 45000};
    EH_AUTO(eh_bytes) struct eh_bytes out = EH_BYTES_INIT;
    struct kit k;
    kit_start(&k, desk);
    k.draws.draw = draw_of_page;
    for (size_t team = 0; team < 4; team++)
        for (int n = 0; n < 3; n++) {
            kit_sendf(&k, "{'type':'ticket','id':'%s-%d','team':'%s','kind':'order','value':%lld}",
                      teams[team], n + 1, teams[team], (long long)values[n]);
            put_deal(&out, &k, values[n]);
        }
    expect_on_page(&out);
    kit_done(&k);
}

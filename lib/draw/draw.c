/*
 * draw: epoch seeds, their commitments, and the unbiased choice made from keyed hashes.
 */
#include <evenhand/draw/draw.h>

#include <sodium.h>

_Static_assert(EH_SEED_BYTES == crypto_kdf_KEYBYTES, "the master key is a libsodium kdf key");

static const char kdf_context[crypto_kdf_CONTEXTBYTES] = "ehepoch1";
static const char draw_domain[] = "evenhand draw v1";

void eh_seed_derive(const uint8_t master_key[EH_SEED_BYTES], uint32_t epoch,
                    uint8_t ret_seed[EH_SEED_BYTES])
{
    eh_require(
        crypto_kdf_derive_from_key(ret_seed, EH_SEED_BYTES, epoch, kdf_context, master_key) == 0);
}

void eh_seed_commit(const uint8_t seed[EH_SEED_BYTES], uint8_t ret_commitment[32])
{
    eh_require(crypto_generichash(ret_commitment, 32, seed, EH_SEED_BYTES, NULL, 0) == 0);
}

static void add_bytes(crypto_generichash_state *state, const void *data, size_t size)
{
    eh_require(crypto_generichash_update(state, data, size) == 0);
}

static void add_u32(crypto_generichash_state *state, uint32_t value)
{
    uint8_t bytes[4] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
                        (uint8_t)(value >> 24)};
    add_bytes(state, bytes, sizeof bytes);
}

static void add_text(crypto_generichash_state *state, struct eh_str text)
{
    add_u32(state, text.size);
    add_bytes(state, text.data, text.size);
}

uint64_t eh_draw_compute(const uint8_t seed[EH_SEED_BYTES], const struct eh_draw_query *query)
{
    crypto_generichash_state state;
    eh_require(crypto_generichash_init(&state, seed, EH_SEED_BYTES, 32) == 0);
    add_text(&state, eh_str_n(draw_domain, sizeof draw_domain - 1));
    add_text(&state, query->desk);
    add_text(&state, query->team);
    add_text(&state, query->source);
    add_text(&state, query->ticket);
    add_text(&state, eh_str_n((const char *)query->digest, EH_DIGEST_BYTES));
    add_u32(&state, query->deal);
    add_u32(&state, query->number);

    uint8_t hash[32];
    eh_require(crypto_generichash_final(&state, hash, sizeof hash) == 0);
    uint64_t result = 0;
    for (int i = 7; i >= 0; i--)
        result = result << 8 | hash[i];
    return result;
}

int eh_draw_below(struct eh_draws *draws, struct eh_draw_query query, uint64_t total, uint64_t *ret)
{
    eh_require(total > 0);
    /* 2^64 mod total: so many results lie beyond the last complete multiple and are rejected. */
    uint64_t excess = (UINT64_MAX - total + 1) % total;
    for (;;) {
        if (draws->count >= EH_DRAWS_MAX)
            return -EH_EFULL;
        query.number = draws->count;
        uint64_t result;
        if (!draws->draw(draws->context, &query, &result))
            return -EH_ECORRUPT;
        draws->results[draws->count++] = result;
        if (result <= UINT64_MAX - excess) {
            *ret = result % total;
            return 0;
        }
    }
}

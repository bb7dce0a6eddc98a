/*
 * hash: BLAKE2b, SipHash and SHA-256 as evenhand uses them. Only this file and draw.c call
 * libsodium.
 */
#include <evenhand/draw/hash.h>

#include <sodium.h>

/* It keeps evenhand's hashes apart from other uses of BLAKE2b. It is public: nothing about it is
 * secret. */
static const char hash_domain[16] = "evenhand hash v1";

/* It never changes: digests of the state are stored, and compared by later versions. */
static const uint8_t state_key[crypto_shorthash_siphashx24_KEYBYTES] = "evenhand state1";

_Static_assert(crypto_shorthash_siphashx24_BYTES == 16, "a state hash fills one eh_key");
_Static_assert(sizeof(struct eh_chain) == EH_CHAIN_BYTES, "a chain is its hash and nothing else");

int eh_draw_init(void)
{
    return sodium_init() < 0 ? -EH_EUNAVAILABLE : 0;
}

static struct eh_key hash_of(enum eh_domain domain, const void *salt, size_t salt_size,
                             const void *data, size_t size)
{
    uint8_t number = (uint8_t)domain;
    uint8_t hash[16];
    crypto_generichash_state state;
    eh_require(crypto_generichash_init(&state, NULL, 0, sizeof hash) == 0);
    eh_require(
        crypto_generichash_update(&state, (const uint8_t *)hash_domain, sizeof hash_domain) == 0);
    eh_require(crypto_generichash_update(&state, &number, 1) == 0);
    eh_require(crypto_generichash_update(&state, salt, salt_size) == 0);
    eh_require(crypto_generichash_update(&state, data, size) == 0);
    eh_require(crypto_generichash_final(&state, hash, sizeof hash) == 0);
    return eh_key_from_bytes(hash);
}

struct eh_key eh_hash_128(enum eh_domain domain, const void *data, size_t size)
{
    return hash_of(domain, NULL, 0, data, size);
}

struct eh_key eh_hash_salted(enum eh_domain domain, const uint8_t salt[EH_SALT_BYTES],
                             const void *data, size_t size)
{
    return hash_of(domain, salt, EH_SALT_BYTES, data, size);
}

void eh_hash_sha256(const void *data, size_t size, uint8_t ret[32])
{
    eh_require(crypto_hash_sha256(ret, data, size) == 0);
}

struct eh_key eh_hash_state(const void *data, size_t size)
{
    uint8_t hash[crypto_shorthash_siphashx24_BYTES];
    eh_require(crypto_shorthash_siphashx24(hash, data, size, state_key) == 0);
    return eh_key_from_bytes(hash);
}

void eh_chain_add(struct eh_chain *chain, const void *data, size_t size)
{
    crypto_generichash_state state;
    eh_require(crypto_generichash_init(&state, NULL, 0, EH_CHAIN_BYTES) == 0);
    eh_require(crypto_generichash_update(&state, chain->hash, EH_CHAIN_BYTES) == 0);
    eh_require(crypto_generichash_update(&state, data, size) == 0);
    eh_require(crypto_generichash_final(&state, chain->hash, EH_CHAIN_BYTES) == 0);
}

static void put_be64(uint64_t value, uint8_t *ret)
{
    for (int i = 0; i < 8; i++)
        ret[i] = (uint8_t)(value >> (56 - 8 * i));
}

static uint64_t get_be64(const uint8_t *bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < 8; i++)
        value = value << 8 | bytes[i];
    return value;
}

void eh_key_bytes(struct eh_key key, uint8_t ret[16])
{
    put_be64(key.high, ret);
    put_be64(key.low, ret + 8);
}

struct eh_key eh_key_from_bytes(const uint8_t bytes[16])
{
    return (struct eh_key){.high = get_be64(bytes), .low = get_be64(bytes + 8)};
}

/*
 * hash: the digests evenhand uses, in one place.
 *
 * BLAKE2b (RFC 7693) hashes what somebody might forge: identities, contents, the chain. SipHash-2-4
 * with 128 bits and a fixed key hashes the state, whose digest only has to show an honest
 * difference.
 *
 *     struct eh_key identity = eh_hash_128(EH_DOMAIN_IDENTITY, bytes, size);
 *     struct eh_chain chain = {0};
 *     eh_chain_add(&chain, row, size);   // chain.hash = BLAKE2b-256(chain.hash, row)
 */
#ifndef EVENHAND_DRAW_HASH_H
#define EVENHAND_DRAW_HASH_H

#include <evenhand/base/base.h>

EH_C_BEGIN

#define EH_CHAIN_BYTES  32
#define EH_SHA256_BYTES 32
#define EH_KEY_BYTES    16

/* Numbers are hashed, and hashes are stored: never change, never reuse. */
enum eh_domain {
    EH_DOMAIN_IDENTITY = 1,     /* the identity of a message: equal for repeats of it */
    EH_DOMAIN_CONTENT = 2,      /* the content of a message */
    EH_DOMAIN_ENTRY = 3,        /* id and bytes of a stream entry */
    EH_DOMAIN_PERSONAL = 4,     /* a customer or subject without a salt: earlier builds alone */
    EH_DOMAIN_SALTED = 5,       /* a salt, then a customer, subject or reason */
    EH_DOMAIN_SALTED_ENTRY = 6, /* a salt, then a refused entry */
    EH_DOMAIN_SUBJECT_SALT =
        7 /* a customer's salt and the master key: the salt of their subjects */
};
#define EH_SALT_BYTES 16

struct eh_chain {
    uint8_t hash[EH_CHAIN_BYTES];
};

/* Call it once, before any other function of draw/. -EH_EUNAVAILABLE: libsodium cannot start. */
int eh_draw_init(void) EH_MUST_CHECK;

/* BLAKE2b-128 of "evenhand hash v1", the domain in one byte, and the data. */
struct eh_key eh_hash_128(enum eh_domain, const void *data, size_t size);
/* eh_hash_128() of the salt and the data. Without the salt nobody can guess the data. */
struct eh_key eh_hash_salted(enum eh_domain, const uint8_t salt[EH_SALT_BYTES], const void *data,
                             size_t size);
/* SHA-256 (FIPS 180-4), which people can check with sha256sum. */
void eh_hash_sha256(const void *data, size_t size, uint8_t ret[EH_SHA256_BYTES]);
struct eh_key eh_hash_state(const void *data, size_t size); /* SipHash-2-4-128 with a fixed key */
/* Adds a row to a chain: the new hash is BLAKE2b-256 of the old hash and the data. */
void eh_chain_add(struct eh_chain *, const void *data, size_t size);

/* A key as big-endian bytes, which a column of type uuid stores, and back. */
void eh_key_bytes(struct eh_key, uint8_t ret[EH_KEY_BYTES]);
struct eh_key eh_key_from_bytes(const uint8_t bytes[EH_KEY_BYTES]);

EH_C_END

#endif

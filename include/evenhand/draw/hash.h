/*
 * hash: the digests evenhand uses, in one place.
 *
 * BLAKE2b (RFC 7693) where somebody might want to cheat (identities, contents, the chain),
 * SipHash-2-4 with 128 bits and a fixed key where only an honest difference must show (the state
 * digest).
 *
 *     struct eh_key identity = eh_hash_128(EH_DOMAIN_IDENTITY, bytes, size);
 *     struct eh_chain chain = {0};
 *     eh_chain_add(&chain, row, size);   // chain.hash = BLAKE2b-256(chain.hash, row)
 */
#ifndef EVENHAND_DRAW_HASH_H
#define EVENHAND_DRAW_HASH_H

#include <evenhand/base/base.h>

#define EH_CHAIN_BYTES  32
#define EH_SHA256_BYTES 32
#define EH_KEY_BYTES    16

/* Numbers are hashed, and hashes are stored: never change, never reuse. */
enum eh_domain {
    EH_DOMAIN_IDENTITY = 1,     /* what makes two messages the same one */
    EH_DOMAIN_CONTENT = 2,      /* what a message says */
    EH_DOMAIN_ENTRY = 3,        /* a stream entry as such: its id and its bytes */
    EH_DOMAIN_PERSONAL = 4,     /* customer, subject, as earlier builds had them */
    EH_DOMAIN_SALTED = 5,       /* customer, subject, behind their salt */
    EH_DOMAIN_SALTED_ENTRY = 6, /* a refused entry, behind its salt */
    EH_DOMAIN_SUBJECT_SALT = 7 /* salt of a customer's subjects, of their salt and the master key */
};
#define EH_SALT_BYTES 16

struct eh_chain {
    uint8_t hash[EH_CHAIN_BYTES];
};

/* Must be called once before anything else of draw/. -EH_EUNAVAILABLE when libsodium cannot start.
 */
int eh_draw_init(void) EH_MUST_CHECK;

/* BLAKE2b-128 of "evenhand hash v1", one byte domain, and the data. */
struct eh_key eh_hash_128(enum eh_domain, const void *data, size_t size);
/* The same of the salt and the data: who does not have the salt cannot guess the data. */
struct eh_key eh_hash_salted(enum eh_domain, const uint8_t salt[EH_SALT_BYTES], const void *data,
                             size_t size);
/* SHA-256 (FIPS 180-4): what people can check with sha256sum. */
void eh_hash_sha256(const void *data, size_t size, uint8_t ret[EH_SHA256_BYTES]);
struct eh_key eh_hash_state(const void *data, size_t size); /* SipHash-2-4-128, fixed key */
void eh_chain_add(struct eh_chain *, const void *data, size_t size);

/* Big-endian bytes of a key, as stored in a uuid column. */
void eh_key_bytes(struct eh_key, uint8_t ret[EH_KEY_BYTES]);
struct eh_key eh_key_from_bytes(const uint8_t bytes[EH_KEY_BYTES]);

#endif

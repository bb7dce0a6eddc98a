/*
 * pool_kit: bytes of facts and statements, taken apart and put together again.
 */
#ifndef TESTS_UNIT_POOL_KIT_H
#define TESTS_UNIT_POOL_KIT_H

#include "bonus_kit.h"

#include <evenhand/pool/pool.h>

typedef int again_fn(struct eh_str, struct eh_bytes *out);

static inline int facts_again(struct eh_str bytes, struct eh_bytes *out)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_bonus_facts *facts = NULL;
    int r = eh_pool_facts_decode(bytes, &arena, &facts, NULL);
    if (r == 0)
        eh_pool_facts_encode(facts, out);
    return r;
}

static inline int statement_again(struct eh_str bytes, struct eh_bytes *out)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_pool_statement *s = NULL;
    int r = eh_pool_statement_decode(bytes, &arena, &s, NULL);
    if (r == 0)
        eh_pool_statement_encode(s, out);
    return r;
}

/* Refused, or read as what is written the same way. In memory of exactly its size. */
static inline bool sound(again_fn *again, const uint8_t *data, size_t size)
{
    EH_AUTO(eh_bytes) struct eh_bytes out = EH_BYTES_INIT;
    char *exact = malloc(size ? size : 1);
    cr_assert_not_null(exact);
    memcpy(exact, data, size);
    int r = again(eh_str_n(exact, size), &out);
    bool ok = r == -EH_ECORRUPT ||
              (r == 0 && out.size == size && (size == 0 || memcmp(out.data, data, size) == 0));
    free(exact);
    return ok;
}

static inline void check_bytes(again_fn *again, const struct eh_bytes *bytes)
{
    EH_AUTO(eh_bytes) struct eh_bytes copy = EH_BYTES_INIT, out = EH_BYTES_INIT;
    cr_assert_not(bytes->failed);
    cr_assert_eq(again(eh_str_n((char *)bytes->data, bytes->size), &out), 0);
    cr_assert_eq(out.size, bytes->size);
    cr_assert_eq(memcmp(out.data, bytes->data, bytes->size), 0);
    for (size_t cut = 0; cut < bytes->size; cut++) {
        eh_bytes_clear(&out);
        cr_assert_eq(again(eh_str_n((char *)bytes->data, cut), &out), -EH_ECORRUPT, "cut at %zu",
                     cut);
    }
    eh_bytes_put(&copy, bytes->data, bytes->size);
    eh_bytes_put_u8(&copy, 0);
    cr_assert_eq(again(eh_str_n((char *)copy.data, copy.size), &out), -EH_ECORRUPT);
    for (size_t at = 0; at < bytes->size; at++)
        for (unsigned flip = 1; flip < 256; flip++) {
            copy.data[at] = bytes->data[at] ^ (uint8_t)flip;
            cr_assert(sound(again, copy.data, bytes->size), "byte %zu ^ %u", at, flip);
            copy.data[at] = bytes->data[at];
        }
}

#endif

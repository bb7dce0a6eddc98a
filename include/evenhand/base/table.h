/*
 * table: a hash table from 128-bit keys to 64-bit values. Open addressing, grows by doubling.
 *
 * Keys are well mixed already: identities of tickets are BLAKE2b, and eh_key_of_text() hashes a
 * name under a fixed key. That key is known, so somebody who chooses names that collide can make a
 * table slow. No function lists a table: the order of hashes must not reach a decision.
 *
 *     struct eh_table reps = {0};
 *     eh_table_put(&reps, eh_key_of_text(eh_str("ana")), 7);
 *     uint64_t no;
 *     if (eh_table_get(&reps, eh_key_of_text(eh_str("ana")), &no)) …
 *     eh_table_done(&reps);
 */
#ifndef EVENHAND_BASE_TABLE_H
#define EVENHAND_BASE_TABLE_H

#include <evenhand/base/text.h>

EH_C_BEGIN

struct eh_key {
    uint64_t high, low;
};

static inline bool eh_key_equal(struct eh_key a, struct eh_key b)
{
    return a.high == b.high && a.low == b.low;
}

struct eh_table_slot;

struct eh_table {
    struct eh_table_slot *slots;
    size_t capacity; /* a power of two, or 0 */
    size_t used;
};

struct eh_key eh_key_of_text(struct eh_str);
bool eh_table_get(const struct eh_table *, struct eh_key, uint64_t *ret_value);
/* Adds or replaces. -EH_ENOMEM. */
int eh_table_put(struct eh_table *, struct eh_key, uint64_t value) EH_MUST_CHECK;
/* The same for values that are pointers. NULL: the key is not there. */
void *eh_table_get_pointer(const struct eh_table *, struct eh_key);
int eh_table_put_pointer(struct eh_table *, struct eh_key, void *value) EH_MUST_CHECK;
bool eh_table_remove(struct eh_table *, struct eh_key); /* true if it was there */
void eh_table_done(struct eh_table *);

EH_C_END

#endif

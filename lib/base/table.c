/* table.c: linear probing, at most three quarters full; removal closes the gap, so there are no
 * tombstones and a table that shrinks stays fast. */
#include <evenhand/base/table.h>

#include <stdlib.h>

#define CAPACITY_FIRST 16u

struct eh_table_slot {
    struct eh_key key;
    uint64_t value;
    bool used;
};

static uint64_t load_le64(const uint8_t *at)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < 8; i++)
        value |= (uint64_t)at[i] << (8 * i);
    return value;
}

static uint64_t rotate(uint64_t value, unsigned by)
{
    return value << by | value >> (64 - by);
}

static void sip_rounds(uint64_t v[4], unsigned count)
{
    for (; count > 0; count--) {
        v[0] += v[1];
        v[1] = rotate(v[1], 13) ^ v[0];
        v[0] = rotate(v[0], 32);
        v[2] += v[3];
        v[3] = rotate(v[3], 16) ^ v[2];
        v[0] += v[3];
        v[3] = rotate(v[3], 21) ^ v[0];
        v[2] += v[1];
        v[1] = rotate(v[1], 17) ^ v[2];
        v[2] = rotate(v[2], 32);
    }
}

/* SipHash-2-4 with 128 bits of output (Aumasson, Bernstein) under the key 00 01 … 0f of its
 * reference test vectors: fixed, because the same names must be the same keys in every process. */
struct eh_key eh_key_of_text(struct eh_str s)
{
    const uint64_t k0 = UINT64_C(0x0706050403020100), k1 = UINT64_C(0x0f0e0d0c0b0a0908);
    uint64_t v[4] = {k0 ^ UINT64_C(0x736f6d6570736575), k1 ^ UINT64_C(0x646f72616e646f6d) ^ 0xee,
                     k0 ^ UINT64_C(0x6c7967656e657261), k1 ^ UINT64_C(0x7465646279746573)};
    const uint8_t *bytes = (const uint8_t *)s.data;
    size_t whole = s.size & ~(size_t)7;
    for (size_t at = 0; at < whole; at += 8) {
        uint64_t word = load_le64(bytes + at);
        v[3] ^= word;
        sip_rounds(v, 2);
        v[0] ^= word;
    }
    uint64_t last = (uint64_t)s.size << 56;
    for (size_t at = whole; at < s.size; at++)
        last |= (uint64_t)bytes[at] << (8 * (at - whole));
    v[3] ^= last;
    sip_rounds(v, 2);
    v[0] ^= last;
    v[2] ^= 0xee;
    sip_rounds(v, 4);
    struct eh_key key = {.high = v[0] ^ v[1] ^ v[2] ^ v[3]};
    v[1] ^= 0xdd;
    sip_rounds(v, 4);
    key.low = v[0] ^ v[1] ^ v[2] ^ v[3];
    return key;
}

/* The slot that holds the key, or the free one where it belongs. There is always a free one. */
static size_t slot_find(const struct eh_table *table, struct eh_key key)
{
    size_t mask = table->capacity - 1;
    size_t at = (size_t)key.low & mask;
    while (table->slots[at].used && !eh_key_equal(table->slots[at].key, key))
        at = (at + 1) & mask;
    return at;
}

bool eh_table_get(const struct eh_table *table, struct eh_key key, uint64_t *ret_value)
{
    if (table->used == 0)
        return false;
    const struct eh_table_slot *slot = &table->slots[slot_find(table, key)];
    if (slot->used && ret_value)
        *ret_value = slot->value;
    return slot->used;
}

void *eh_table_get_pointer(const struct eh_table *table, struct eh_key key)
{
    uint64_t value;
    void *pointer = NULL;
    if (eh_table_get(table, key, &value))
        memcpy(&pointer, &value, sizeof pointer);
    return pointer;
}

static int table_grow(struct eh_table *table)
{
    size_t capacity = table->capacity ? table->capacity * 2 : CAPACITY_FIRST;
    struct eh_table bigger = {calloc(capacity, sizeof *bigger.slots), capacity, table->used};
    if (!bigger.slots)
        return -EH_ENOMEM;
    for (size_t i = 0; i < table->capacity; i++)
        if (table->slots[i].used)
            bigger.slots[slot_find(&bigger, table->slots[i].key)] = table->slots[i];
    free(table->slots);
    *table = bigger;
    return 0;
}

int eh_table_put(struct eh_table *table, struct eh_key key, uint64_t value)
{
    if (table->capacity == 0 || (table->used + 1) * 4 > table->capacity * 3) {
        int r = table_grow(table);
        if (r < 0)
            return r;
    }
    struct eh_table_slot *slot = &table->slots[slot_find(table, key)];
    table->used += !slot->used;
    *slot = (struct eh_table_slot){key, value, true};
    return 0;
}

int eh_table_put_pointer(struct eh_table *table, struct eh_key key, void *pointer)
{
    _Static_assert(sizeof pointer <= sizeof(uint64_t), "a value holds a pointer");
    uint64_t value = 0;
    memcpy(&value, &pointer, sizeof pointer);
    return eh_table_put(table, key, value);
}

bool eh_table_remove(struct eh_table *table, struct eh_key key)
{
    if (table->used == 0)
        return false;
    size_t mask = table->capacity - 1, hole = slot_find(table, key);
    if (!table->slots[hole].used)
        return false;
    /* Entries behind the hole move into it unless that would put them before their own place. */
    for (size_t at = (hole + 1) & mask; table->slots[at].used; at = (at + 1) & mask) {
        size_t home = (size_t)table->slots[at].key.low & mask;
        if (((at - home) & mask) >= ((at - hole) & mask)) {
            table->slots[hole] = table->slots[at];
            hole = at;
        }
    }
    table->slots[hole].used = false;
    table->used--;
    return true;
}

void eh_table_done(struct eh_table *table)
{
    free(table->slots);
    *table = (struct eh_table){NULL, 0, 0};
}

/*
 * bonus_big: arithmetic of our own on whole numbers of any size a test needs, to check the 64 and
 * 128 bits of the calculator against something that cannot overflow.
 *
 * Schoolbook on 32-bit limbs, least first, never below 0; 512 bits, checked.
 */
#ifndef TESTS_UNIT_BONUS_BIG_H
#define TESTS_UNIT_BONUS_BIG_H

#include <stdint.h>
#include <string.h>

#include <criterion/criterion.h>

enum { BIG_LIMBS = 16 };

struct big {
    uint32_t limbs[BIG_LIMBS];
};

static inline struct big big_of(uint64_t n)
{
    return (struct big){{(uint32_t)n, (uint32_t)(n >> 32)}};
}

static inline int big_compare(const struct big *a, const struct big *b)
{
    for (int i = BIG_LIMBS - 1; i >= 0; i--)
        if (a->limbs[i] != b->limbs[i])
            return a->limbs[i] < b->limbs[i] ? -1 : 1;
    return 0;
}

static inline struct big big_add(struct big a, struct big b)
{
    uint64_t carry = 0;
    for (int i = 0; i < BIG_LIMBS; i++) {
        carry += (uint64_t)a.limbs[i] + b.limbs[i];
        a.limbs[i] = (uint32_t)carry;
        carry >>= 32;
    }
    cr_assert_eq(carry, 0);
    return a;
}

/* a - b, for a >= b. */
static inline struct big big_subtract(struct big a, struct big b)
{
    int64_t borrow = 0;
    for (int i = 0; i < BIG_LIMBS; i++) {
        borrow += (int64_t)a.limbs[i] - b.limbs[i];
        a.limbs[i] = (uint32_t)borrow;
        borrow >>= 32;
    }
    cr_assert_eq(borrow, 0);
    return a;
}

static inline struct big big_multiply(struct big a, struct big b)
{
    struct big product = {0};
    for (int i = 0; i < BIG_LIMBS; i++) {
        uint64_t carry = 0;
        for (int j = 0; j < BIG_LIMBS && a.limbs[i]; j++) {
            if (i + j >= BIG_LIMBS) {
                cr_assert(b.limbs[j] == 0 && carry == 0);
                continue;
            }
            carry += (uint64_t)a.limbs[i] * b.limbs[j] + product.limbs[i + j];
            product.limbs[i + j] = (uint32_t)carry;
            carry >>= 32;
        }
    }
    return product;
}

/* Long division, bit by bit. */
static inline struct big big_divide(struct big a, struct big b, struct big *ret_rest)
{
    struct big quotient = {0}, rest = {0};
    for (int bit = BIG_LIMBS * 32 - 1; bit >= 0; bit--) {
        rest = big_add(rest, rest);
        rest.limbs[0] |= a.limbs[bit / 32] >> (bit % 32) & 1;
        if (big_compare(&rest, &b) < 0)
            continue;
        rest = big_subtract(rest, b);
        quotient.limbs[bit / 32] |= UINT32_C(1) << (bit % 32);
    }
    *ret_rest = rest;
    return quotient;
}

/* Half away from zero, for what is not below 0. */
static inline struct big big_round_divide(struct big a, struct big b)
{
    struct big rest;
    struct big quotient = big_divide(a, b, &rest);
    rest = big_add(rest, rest);
    return big_compare(&rest, &b) >= 0 ? big_add(quotient, big_of(1)) : quotient;
}

static inline uint64_t big_u64(struct big a)
{
    for (int i = 2; i < BIG_LIMBS; i++)
        cr_assert_eq(a.limbs[i], 0);
    return (uint64_t)a.limbs[1] << 32 | a.limbs[0];
}

#endif

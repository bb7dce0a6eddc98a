/*
 * apportion: a sum shared by weights to the last minor unit (largest remainder, Hamilton's method).
 *
 * For every input: the shares sum to the total; each is floor or ceiling of its exact share; a
 * smaller weight never gets more; the order of the parts does not matter; the shares of -x are
 * those of x with the sign turned. What is left after the floors goes to the larger remainders;
 * ties: to the smaller weight, then to the smaller SHA-256 of `tie` and the id behind it. A `tie`
 * that names the period is another draw in each, which anybody can repeat; without one, ties go by
 * id. Apportion a difference, never again what is closed: with another total somebody's share can
 * shrink although the total grew (the Alabama paradox; Balinski & Young, The Quota Method of
 * Apportionment, 1975).
 *
 *     struct eh_part parts[2] = {{.id = ana, .weight = 3}, {.id = bo, .weight = 1}};
 *     struct eh_str tie = eh_str("sales-2026\nsales\n2026-03\nequal\n");
 *     int64_t left;
 *     r = eh_apportion(9999, parts, 2, tie, &scratch, &error);                      // 7499, 2500
 *     const struct eh_capped capped = {9999, 5000, parts, 2, tie};
 *     r = eh_apportion_capped(&capped, &scratch, &left, &error);                    // 5000, 4999
 */
#ifndef EVENHAND_BONUS_APPORTION_H
#define EVENHAND_BONUS_APPORTION_H

#include <evenhand/base/base.h>

EH_C_BEGIN

#define EH_APPORTION_ROUNDS_MAX 1000 /* of capping; a cap of 1 % or more needs some 200 */

struct eh_part {
    struct eh_str id; /* each once */
    int64_t weight;   /* 0 or more */
    int64_t share;    /* out */
    bool capped;      /* out: fixed at the limit */
};

/* -EH_EINVAL: a negative weight, or something to share and all weights zero. -EH_ERANGE: weights
 * that sum beyond 64 bits. -EH_ENOMEM. Shares are untouched on failure. */
int eh_apportion(int64_t total, struct eh_part *parts, uint32_t count, struct eh_str tie,
                 struct eh_arena *scratch, struct eh_error *) EH_MUST_CHECK;

struct eh_capped {
    int64_t total, limit;  /* minor units, 0 or more */
    struct eh_part *parts; /* their shares are set */
    uint32_t count;
    struct eh_str tie;
};

/* No share above the limit: parts over it are fixed there and the rest is apportioned again among
 * the others, until none is over. *ret_left is what nobody may take. -EH_EFULL: the limit is too
 * low for so many parts; else as above. */
int eh_apportion_capped(const struct eh_capped *, struct eh_arena *scratch, int64_t *ret_left,
                        struct eh_error *) EH_MUST_CHECK;

EH_C_END

#endif

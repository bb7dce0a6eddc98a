/*
 * apportion: a sum shared by weights to the last minor unit (largest remainder, Hamilton's method).
 *
 * For every input: The shares sum to the total. Each share is the floor or the ceiling of its exact
 * share. A smaller weight never gets more. The order of the parts does not matter. The shares of -x
 * are those of x with the sign turned.
 *
 * Each part gets its floor, and the units that are left go to the largest remainders. Of equal
 * remainders the smaller weight comes first, then the smaller SHA-256 of `tie` and the id behind
 * it. A `tie` that names the period breaks ties in another order in each period, and anybody can
 * repeat it. An empty `tie` breaks them by id.
 *
 * When the total of a closed period changes, apportion the difference, never the new total: a share
 * can shrink although the total grew (the Alabama paradox; Balinski & Young, The Quota Method of
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

#define EH_APPORTION_ROUNDS_MAX 1000 /* of capping; a limit of 1 % or more needs some 200 */

struct eh_part {
    struct eh_str id; /* each once */
    int64_t weight;   /* 0 or more */
    int64_t share;    /* out */
    bool capped;      /* out: fixed at the limit */
};

/* -EH_EINVAL: a weight is negative, or the total is not 0 and all weights are. -EH_ERANGE: the sum
 * of the weights passes 64 bits. -EH_ENOMEM. Shares are untouched on failure. */
int eh_apportion(int64_t total, struct eh_part *parts, uint32_t count, struct eh_str tie,
                 struct eh_arena *scratch, struct eh_error *) EH_MUST_CHECK;

struct eh_capped {
    int64_t total, limit;  /* minor units, 0 or more */
    struct eh_part *parts; /* their shares are set */
    uint32_t count;
    struct eh_str tie;
};

/* The same with no share above the limit. Parts above it get the limit, and the rest is apportioned
 * again among the others, until no part is above. *ret_left is what no part may take. -EH_EFULL:
 * capping takes more than EH_APPORTION_ROUNDS_MAX rounds. Other errors are those of eh_apportion().
 */
int eh_apportion_capped(const struct eh_capped *, struct eh_arena *scratch, int64_t *ret_left,
                        struct eh_error *) EH_MUST_CHECK;

EH_C_END

#endif

/*
 * internal: what the files of the bonus room call of each other.
 */
#ifndef EVENHAND_BONUS_INTERNAL_H
#define EVENHAND_BONUS_INTERNAL_H

#include <evenhand/bonus/apportion.h>
#include <evenhand/bonus/bonus.h>

/* facts.c: refuses facts that cannot be: negative counts, a rep twice. */
int eh_bonus_check_facts(const struct eh_bonus_facts *, struct eh_arena *scratch,
                         struct eh_error *) EH_MUST_CHECK;
/* values.c: the value of a measure. It is `missing` when there are no facts and no prior for it. */
int eh_bonus_measure(const struct eh_bonus_plan *, const struct eh_plan_measure *,
                     const struct eh_bonus_facts *, struct eh_bonus_value *ret,
                     struct eh_error *) EH_MUST_CHECK;
/* pool.c: the last point of the curve before x. The first point: x is at it or before it. */
const struct eh_curve_point *eh_bonus_curve_left(const struct eh_curve *, int64_t x);
/* member.c: whether a member takes part; their minutes that count (false: none are known). */
bool eh_bonus_eligible(const struct eh_bonus_plan *, const struct eh_bonus_member *);
bool eh_bonus_minutes(const struct eh_bonus_plan *, const struct eh_bonus_member *, int64_t *ret);
/* split.c: shares an amount: its parts, and the line of each member. */
int eh_bonus_share_out(const struct eh_bonus_plan *, const struct eh_bonus_facts *, int64_t amount,
                       struct eh_arena *, struct eh_bonus_split *ret,
                       struct eh_error *) EH_MUST_CHECK;

#endif

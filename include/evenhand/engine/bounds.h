/*
 * bounds: how far what a rep received may be from what they were entitled to, however reps come and
 * go.
 *
 *     #include <evenhand/engine/bounds.h>
 *     if (deficit_nano > eh_rotation_bound_nano(reps)) …    // never
 *
 * The bounds are about drawn deals, by which the ledger entitles reps. A ticket that names its
 * owner, that a manager gives, or that goes to the customer's own rep is no deal.
 *
 * `rotation`, in number, for each required-skill set of a team:
 *
 *     |received - entitled|  <  5/2 (n - 1)      n: reps who were ever in the team
 *
 * The bound holds however often reps come, go and are full, also when they plot it together. In a
 * team with one set it also holds however often reps leave the team and join it again. In a team
 * with several sets, a rep who leaves takes what they are owed into the set that they are dealt to
 * next. Nothing is lost by that, but the debts of one set no longer sum to nothing. Measured in all
 * sets together: less than 2.5 tickets a set.
 *
 * Proof. Let S(k) be the most that k reps together were ever behind; claim: S(k) < 5/2 k (n - k).
 * A ticket entitles a set K of reps to p(K) <= 1, and goes to j. If j is in K, K is no further
 * behind than before. If j is not in K, take an eligible i of K. K without i was behind by at most
 * S(k - 1), and K with j by at most S(k + 1). So K was behind by at most half of their sum and half
 * of what i was further behind than j. That difference is less than 3 tickets: j, who is drawn, had
 * a slot and is at most a ticket ahead of the round's level; i, who is not drawn, is less than
 * EH_ROTATION_LATE behind it, or j was the latest of all. So K is now behind by less than
 * 5/2 (k (n - k) - 1) + 3/2 + 1. (After Ajtai, Aspnes, Naor, Rabani, Schulman, Waarts, Fairness in
 * scheduling, J. Algorithms 29, 1998: with pairs that somebody chooses, no rule does better than a
 * part of n.)
 *
 * A rep who comes and goes while all others stay is always less than EH_ROTATION_LATE tickets
 * behind or ahead. Where all come and go at random, every rep is less than 2.5 tickets behind or
 * ahead. Both are measured (tests/property/presence.c), with strategies that know all but the next
 * draw. In value rotation leaves everything to chance.
 *
 * `balanced`, with v the weight of value, in all sets together:
 *
 *     |received - entitled|  <  (3 + ln(n · tickets) / 2) / √(1 - v)   tickets
 *     |received - entitled|  <  15 + ln(n · tickets)                   means of value, v from 10 %
 *
 * This is not proved. The chance of a larger difference falls by e^1.59 a ticket (e^x with
 * x = 2 (1 - e^-x), because the rep who is furthest behind is drawn twice as often as they are
 * due). A formula of that form holds with room to spare for all that was measured: for reps who
 * stay, who come and go at random, and who do so on purpose. Where all reps plot it together, (n -
 * 1) / 2 more. After Berenbrink, Czumaj, Steger, Vöcking, Balanced allocations: the heavily loaded
 * case, SIAM J. Computing 35, 2006; Talwar, Wieder, Balanced allocations: the weighted case, STOC
 * 2007; Peres, Talwar, Wieder, Graphical balanced allocations and the (1 + β)-choice process,
 * Random Structures & Algorithms 47, 2015.
 *
 * `random`: 4.5 standard deviations; the variance is Σ p (1 - p). `least_loaded`: no bound.
 */
#ifndef EVENHAND_ENGINE_BOUNDS_H
#define EVENHAND_ENGINE_BOUNDS_H

#include <stdint.h>

/* A rep who is so many whole tickets behind comes before all slots. */
#define EH_ROTATION_LATE 2

static inline int64_t eh_rotation_bound_nano(uint32_t reps)
{
    return reps > 1 ? INT64_C(2500000000) * (reps - 1) : 0;
}

#endif

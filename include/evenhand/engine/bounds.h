/*
 * bounds: how far what a rep received may be from what they were entitled to, whoever comes and
 * goes.
 *
 *     #include <evenhand/engine/bounds.h>
 *     if (deficit_nano > eh_rotation_bound_nano(reps)) …    // never
 *
 * Entitled is what the ledger entitles by deals that were drawn; what comes with an owner, what a
 * manager gives and what goes to a customer's own rep is no deal.
 *
 * `rotation`, in number, for each required-skill set of a team. However often anybody comes, goes
 * and is full, and whoever plots it with whom; where the team has one set, also however often
 * anybody leaves the team and joins it again:
 *
 *     |received - entitled|  <  5/2 (n - 1)      n: reps who were ever in the team
 *
 * (Where it has several, what is owed to who leaves goes with them into the set they are dealt to
 * next. So nothing is lost, but the sets no longer add up to nothing each. Measured in all sets
 * together: less than 2.5 tickets a set.)
 *
 * Proof. Let S(k) be the most that k reps together were ever behind; claim: S(k) < 5/2 k (n - k).
 * A ticket entitles a set K of reps to p(K) <= 1, and goes to j. If j is in K, K is no further
 * behind than before. If j is not, take an eligible i of K: K without i, and K with j, were behind
 * by at most S(k - 1) and S(k + 1), so K was by half of both and half of what i was further behind
 * than j. That is less than 3 tickets: who is drawn had a slot, and is at most a ticket ahead of
 * the round's level; who is not drawn is less than EH_ROTATION_LATE behind it, or j was the latest
 * of all. So K is now behind by less than 5/2 (k (n - k) - 1) + 3/2 + 1. (After Ajtai, Aspnes,
 * Naor, Rabani, Schulman, Waarts, Fairness in scheduling, J. Algorithms 29, 1998: with pairs that
 * somebody chooses no rule does better than a part of n.)
 *
 * Whoever comes and goes alone, while the others stay, is never EH_ROTATION_LATE tickets behind or
 * ahead; where everybody does at random, nobody is 2.5. Both are measured
 * (tests/property/presence.c), by strategies that know all but the next draw. In value rotation
 * leaves everything to chance.
 *
 * `balanced`, with v the weight of value, in all sets together:
 *
 *     |received - entitled|  <  (3 + ln(n · tickets) / 2) / √(1 - v)   tickets
 *     |received - entitled|  <  15 + ln(n · tickets)                   means of value, v from 10 %
 *
 * Not proved: the chance of more falls by e^1.59 a ticket (e^x with x = 2 (1 - e^-x), as who is
 * furthest behind is drawn twice as often as they are due), and a formula of that form holds with
 * room to spare for all that was measured, of who stays, who comes and goes at random and who does
 * so on purpose. Whoever plots it with everybody: (n - 1) / 2 more. After Berenbrink, Czumaj,
 * Steger, Vöcking, Balanced allocations: the heavily loaded case, SIAM J. Computing 35, 2006;
 * Talwar, Wieder, Balanced allocations: the weighted case, STOC 2007; Peres, Talwar, Wieder,
 * Graphical balanced allocations and the (1 + β)-choice process, Random Structures & Algorithms 47,
 * 2015.
 *
 * `random`: 4.5 standard deviations, Σ p (1 - p) being the variance. `least_loaded`: none.
 */
#ifndef EVENHAND_ENGINE_BOUNDS_H
#define EVENHAND_ENGINE_BOUNDS_H

#include <stdint.h>

/* Whoever is so many whole tickets behind comes before all slots. */
#define EH_ROTATION_LATE 2

static inline int64_t eh_rotation_bound_nano(uint32_t reps)
{
    return reps > 1 ? INT64_C(2500000000) * (reps - 1) : 0;
}

#endif

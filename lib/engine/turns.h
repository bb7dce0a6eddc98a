/*
 * turns: owns what the rounds of a rotation owe each rep. Its functions do nothing for policies
 * without rounds. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_TURNS_H
#define EVENHAND_LIB_ENGINE_TURNS_H

#include "amount.h"
#include "units.h"

struct eh_engine;
struct member;
struct skill_set;
struct team;

/* What a member has of the rounds of one set. The balance is in turns.c. */
struct slot {
    uint32_t slots;  /* tickets still due to them in this round */
    uint32_t credit; /* rules before EH_RULES_TURNS: share, ppm, that makes no slot yet */
    __int128 offset; /* of what the rounds owe them, 10^-15 tickets */
    struct eh_key hash;
};

/* The rounds of one set. */
struct turns {
    __int128 cumulative; /* entitlement per ppm of share by drawn tickets, 10^-15 tickets */
    __int128 carry;      /* what the divisions left over; below the weight that divided */
    uint32_t
        level; /* everybody was at least so many tickets ahead when the round began, rounded up */
};

#define NEVER_DUE ((__int128)((unsigned __int128)-1 >> 1))

static inline bool eh_slot_is_empty(const struct slot *slot)
{
    return slot->slots == 0 && slot->credit == 0 && slot->offset == 0;
}

/* Of policies by slots; does nothing for others */
/* The member becomes eligible for tickets of these sets (bit i: sets[i]), or ceases to be; with
 * their share of now. */
void eh_turns_enter(struct eh_engine *, uint32_t team, const struct member *, uint64_t sets);
void eh_turns_leave(struct eh_engine *, uint32_t team, const struct member *, uint64_t sets);
/* What the member is owed now: entitled by the deals of the rounds, less received by them; 10^-15
 * tickets. */
__int128 eh_turns_owed(const struct team *, uint32_t set, uint32_t position);
/* Moves what is owed to the account, for a member who has no part in the set any more; and from the
 * account into a round. */
void eh_turns_put_down(struct eh_engine *, const struct team *, uint32_t set, uint32_t position);
void eh_turns_take_up(struct eh_engine *, uint32_t team, uint32_t set, uint32_t position);
/* The cumulative entitlement after one more ticket dealt among this weight. */
__int128 eh_turns_next(const struct skill_set *, uint64_t weight);
void eh_turns_advance(struct eh_engine *, uint32_t team, uint32_t set, uint64_t weight);
/* The cumulative entitlement at which the member is owed so much that it matters. */
__int128 eh_turns_due(const struct team *, uint32_t set, uint32_t position);
/* The first member, from this position on, to whom it matters by this cumulative entitlement; or
 * NONE. */
uint32_t eh_turns_due_from(const struct team *, const struct skill_set *, __int128 cumulative,
                           uint32_t position);
/* Rules before EH_RULES_TURNS: a member who ceases to be eligible loses their slots of this
 * round. */
void eh_rotation_earlier_drop(struct eh_engine *, uint32_t team, uint32_t set, uint32_t position);

#endif

/*
 * turns: what the rounds of a rotation owe each rep: entitled by its deals less received by them.
 * Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_TURNS_H
#define EVENHAND_LIB_ENGINE_TURNS_H

#include "amount.h"
#include "units.h"

struct eh_engine;
struct member;
struct skill_set;
struct team;

/* What a member has of the rounds of one set. */
struct slot {
    uint32_t slots;  /* tickets still due to them in this round */
    uint32_t credit; /* rules before EH_RULES_TURNS: share, ppm, that makes no slot yet */
    __int128 offset; /* of what the rounds owe them, 10^-15 tickets (turns.c) */
    struct eh_key hash;
};

/* The rounds of one set. */
struct turns {
    __int128 cumulative; /* entitlement per ppm of share, 10^-15 tickets, by drawn tickets */
    __int128 carry;      /* what the divisions left over; below the weight that divided */
    uint32_t level;      /* so many tickets everybody was ahead when the round began, rounded up */
};

#define NEVER_DUE ((__int128)((unsigned __int128)-1 >> 1))

static inline bool eh_slot_is_empty(const struct slot *slot)
{
    return slot->slots == 0 && slot->credit == 0 && slot->offset == 0;
}

/* Of policies by slots; does nothing for others */
/* The member becomes eligible, or ceases to be; with the sets and the share he has now. */
void eh_turns_enter(struct eh_engine *, uint32_t team, const struct member *);
void eh_turns_leave(struct eh_engine *, uint32_t team, const struct member *);
/* Entitled by the deals of the rounds up to now, less received by them; 10^-15 tickets. */
__int128 eh_turns_owed(const struct eh_engine *, const struct team *, uint32_t set,
                       uint32_t position);
/* What is owed goes to the account, for somebody who has no part in the set any more; and from it
 * into a round. */
void eh_turns_put_down(struct eh_engine *, const struct team *, uint32_t set, uint32_t position);
void eh_turns_take_up(struct eh_engine *, uint32_t team, uint32_t set, uint32_t position);
/* The cumulative entitlement after a ticket dealt among so many shares. */
__int128 eh_turns_next(const struct skill_set *, uint64_t weight);
void eh_turns_advance(struct eh_engine *, uint32_t team, uint32_t set, uint64_t weight);
/* The cumulative entitlement at which the member is owed as much as matters next. */
__int128 eh_turns_due(const struct eh_engine *, const struct team *, uint32_t set,
                      uint32_t position);
/* The first one from this position on who is by this cumulative entitlement, or NONE. */
uint32_t eh_turns_due_from(const struct team *, const struct skill_set *, __int128 cumulative,
                           uint32_t position);
/* Who ceases to be eligible enters with the next round. */
void eh_rotation_earlier_drop(struct eh_engine *, uint32_t team, uint32_t set, uint32_t position);

#endif

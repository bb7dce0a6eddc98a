/*
 * turns: what the rounds of a rotation owe each rep: what they are entitled to by the rounds'
 * deals, less what they received by them.
 *
 * There is one balance for each member and required-skill set. It grows as the ledger's entitlement
 * does, but with a cumulative entitlement of the set that only drawn tickets move: it is `offset` +
 * share × cumulative entitlement while the member is eligible, else `offset` alone. So it lasts
 * whoever comes and goes. What is owed to a rep who leaves the team, loses the skills, or whose set
 * goes away, stands on their account until a round begins that they take part in.
 *
 * A leaf of the tree `dues` says at which cumulative entitlement the member is owed so much that it
 * matters: a whole ticket, which is a slot in any round; for a member with a slot, EH_ROTATION_LATE
 * tickets, which come before all slots. Both are counted above the level of the round
 * (policy_rotation.c).
 */
#include "turns.h"

#include "amount.h"
#include "digest.h"
#include "policy.h"
#include "skill_set.h"
#include "state.h"

static bool member_is_eligible(const struct team *team, uint32_t set, uint32_t position)
{
    return member_deals(&team->members[position]) >> set & 1;
}

__int128 eh_turns_owed(const struct team *team, uint32_t set, uint32_t position)
{
    const struct slot *slot = &team->sets[set].slots[position];
    if (!member_is_eligible(team, set, position))
        return slot->offset;
    return slot->offset + team->sets[set].turns.cumulative * team->members[position].weight;
}

static void member_settle(struct eh_engine *e, uint32_t team_no, const struct member *member,
                          uint64_t sets, int sign)
{
    const struct team *team = &e->roster.teams[team_no];
    uint32_t position = (uint32_t)(member - team->members);
    if (e->restoring || !team->policy->by_slots)
        return;
    for (uint64_t left = sets; left; left &= left - 1) {
        uint32_t set = (uint32_t)__builtin_ctzll(left);
        __int128 cumulative = team->sets[set].turns.cumulative;
        if (cumulative == 0)
            continue;
        team->sets[set].slots[position].offset += sign * cumulative * member->weight;
        eh_digest_slot(e, team_no, set, position);
    }
}

void eh_turns_enter(struct eh_engine *e, uint32_t team, const struct member *member, uint64_t sets)
{
    member_settle(e, team, member, sets, -1);
}

void eh_turns_leave(struct eh_engine *e, uint32_t team, const struct member *member, uint64_t sets)
{
    member_settle(e, team, member, sets, 1);
}

void eh_turns_take_up(struct eh_engine *e, uint32_t team_no, uint32_t set, uint32_t position)
{
    const struct team *team = &e->roster.teams[team_no];
    struct account *account = &e->accounts.items[team->members[position].account];
    if (account->turns == 0)
        return;
    team->sets[set].slots[position].offset += account->turns;
    account->turns = 0;
    eh_digest_account(e, account);
    eh_digest_slot(e, team_no, set, position);
}

void eh_turns_put_down(struct eh_engine *e, const struct team *team, uint32_t set,
                       uint32_t position)
{
    struct slot *slot = &team->sets[set].slots[position];
    struct account *account = &e->accounts.items[team->members[position].account];
    __int128 owed = eh_turns_owed(team, set, position);
    eh_digest_leave(e, &slot->hash);
    *slot = (struct slot){0};
    if (owed == 0)
        return;
    account->turns += owed;
    eh_digest_account(e, account);
}

/* ---- a deal */

__int128 eh_turns_next(const struct skill_set *set, uint64_t weight)
{
    return set->turns.cumulative + (set->turns.carry + TICKET) / weight;
}

void eh_turns_advance(struct eh_engine *e, uint32_t team, uint32_t set_no, uint64_t weight)
{
    struct skill_set *set = &e->roster.teams[team].sets[set_no];
    set->turns.cumulative = eh_turns_next(set, weight);
    set->turns.carry = (set->turns.carry + TICKET) % weight;
    set->dealt = true;
    eh_digest_set(e, team, set_no);
}

/* ---- when it matters */

__int128 eh_turns_due(const struct team *team, uint32_t set_no, uint32_t position)
{
    const struct skill_set *set = &team->sets[set_no];
    const struct slot *slot = &set->slots[position];
    uint32_t share = team->members[position].weight;
    __int128 tickets = (slot->slots ? EH_ROTATION_LATE : 1) - (__int128)set->turns.level;
    __int128 missing = tickets * TICKET - slot->offset;
    return missing > 0 ? (missing + share - 1) / share : missing / share;
}

uint32_t eh_turns_due_from(const struct team *team, const struct skill_set *set,
                           __int128 cumulative, uint32_t position)
{
    uint32_t node = team->leaves + position;
    if (position >= team->leaves)
        return NONE;
    while (set->dues[node] > cumulative) {
        while (node & 1)
            node /= 2;
        if (node == 0)
            return NONE;
        node++;
    }
    while (node < team->leaves) {
        node *= 2;
        node += set->dues[node] > cumulative;
    }
    return node - team->leaves;
}

/* ---- the rules */

void eh_rotation_earlier_drop(struct eh_engine *e, uint32_t team, uint32_t set, uint32_t position)
{
    struct slot *slots = e->roster.teams[team].sets[set].slots;
    if (!slots || slots[position].slots == 0)
        return;
    slots[position].slots = 0;
    eh_digest_slot(e, team, set, position);
}

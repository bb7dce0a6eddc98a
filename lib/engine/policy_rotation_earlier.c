/*
 * policy_rotation_earlier: rounds under rules before EH_RULES_TURNS.
 *
 * A round begins when no eligible rep has a slot left. Each eligible rep is then credited with
 * their share; each whole share is a slot. If all shares are small, several rounds begin at once,
 * as many as it takes until somebody has a slot; but one for the rep who gave the ticket back and
 * is passed over. A rep who ceases to be eligible loses their slots (eligible.c) and gets new ones
 * with the next round. So a rep who came and went at the wrong moments got nothing.
 */
#include "policy_rotation_earlier.h"

#include "digest.h"
#include "eligible.h"
#include "skill_set.h"
#include "state.h"
#include "turns.h"

static bool member_takes_part(const struct team *team, uint32_t set, uint32_t position)
{
    return team->members[position].eligible && team->members[position].sets >> set & 1;
}

/* How many rounds must begin until one of those who may get the ticket has a slot. */
static uint64_t round_count(const struct eh_engine *e, const struct team *team, uint32_t set,
                            uint32_t avoid)
{
    uint64_t least = UINT64_MAX;
    for (uint32_t i = 0; i < team->member_count; i++) {
        if (i == avoid || !member_takes_part(team, set, i))
            continue;
        uint64_t share = e->roster.reps[team->members[i].rep].share_ppm;
        uint64_t missing = EH_PPM - team->sets[set].slots[i].credit;
        uint64_t rounds = (missing + share - 1) / share;
        least = rounds < least ? rounds : least;
    }
    return least;
}

bool eh_rotation_earlier_prepare(struct eh_engine *e, uint32_t team_no, uint32_t set_no,
                                 uint32_t avoid)
{
    struct team *team = &e->roster.teams[team_no];
    struct skill_set *set = &team->sets[set_no];
    if (set->tree[1].slots > 0)
        return false;
    uint64_t rounds = round_count(e, team, set_no, avoid);
    for (uint32_t i = 0; i < team->member_count; i++) {
        if (!member_takes_part(team, set_no, i))
            continue;
        struct slot *slot = &set->slots[i];
        uint64_t shares = i == avoid ? 1 : rounds;
        uint64_t credit = slot->credit + shares * e->roster.reps[team->members[i].rep].share_ppm;
        slot->slots += (uint32_t)(credit / EH_PPM);
        slot->credit = (uint32_t)(credit % EH_PPM);
        eh_digest_slot(e, team_no, set_no, i);
        if (i != avoid)
            eh_eligible_slots(e, team_no, set_no, i);
    }
    return true;
}

void eh_rotation_earlier_took(struct eh_engine *e, uint32_t team, uint32_t set, uint32_t position)
{
    struct slot *slot = &e->roster.teams[team].sets[set].slots[position];
    eh_require(slot->slots > 0);
    slot->slots--;
    eh_digest_slot(e, team, set, position);
    eh_eligible_slots(e, team, set, position);
}

/*
 * policy_rotation: shuffled rounds: each ticket is drawn among those with slots left in the round.
 *
 * A round is of one team and required-skill set. It begins when none of the eligible has a slot
 * left: whoever is eligible then is credited with his share, and each whole share is a slot; where
 * all shares are small, as many rounds begin at once as it takes until somebody has a slot; but one
 * for whoever gave the ticket back and is passed over. Who ceases to be eligible loses his slots
 * (eligible.c) and enters with the next round.
 */
#include "policy.h"

static bool takes_part(const struct team *team, uint32_t set, uint32_t position)
{
    return team->members[position].eligible && team->members[position].sets >> set & 1;
}

/* How many shares it takes until one of those who may get the ticket has a slot. */
static uint64_t rounds_needed(const struct eh_engine *e, const struct team *team, uint32_t set,
                              uint32_t avoid)
{
    uint64_t least = UINT64_MAX;
    for (uint32_t i = 0; i < team->member_count; i++) {
        if (i == avoid || !takes_part(team, set, i))
            continue;
        uint64_t share = e->reps[team->members[i].rep].share_ppm;
        uint64_t missing = EH_PPM - team->sets[set].slots[i].credit;
        uint64_t rounds = (missing + share - 1) / share;
        least = rounds < least ? rounds : least;
    }
    return least;
}

static bool prepare(struct eh_engine *e, uint32_t team_no, uint32_t set_no, uint32_t avoid)
{
    struct team *team = &e->teams[team_no];
    struct skill_set *set = &team->sets[set_no];
    if (set->tree[1].slots > 0)
        return false;
    uint64_t rounds = rounds_needed(e, team, set_no, avoid);
    for (uint32_t i = 0; i < team->member_count; i++) {
        if (!takes_part(team, set_no, i))
            continue;
        struct slot *slot = &set->slots[i];
        uint64_t shares = i == avoid ? 1 : rounds;
        uint64_t credit = slot->credit + shares * e->reps[team->members[i].rep].share_ppm;
        slot->slots += (uint32_t)(credit / EH_PPM);
        slot->credit = (uint32_t)(credit % EH_PPM);
        eh_digest_slot(e, team_no, set_no, i);
        if (i != avoid)
            eh_eligible_slots(e, team_no, set_no, i);
    }
    return true;
}

static int choose(const struct eh_choice *choice, struct eh_draws *draws, uint32_t *ret_position)
{
    uint64_t slots = choice->set->tree[1].slots, at = 0;
    int r = eh_draw_below(draws, choice->query, slots, &at);
    if (r < 0)
        return r;
    eh_bytes_put_u8(choice->detail, DETAIL_ROUND);
    eh_bytes_put_u(choice->detail, slots);
    *ret_position = eh_eligible_at_slot(choice->team, choice->set, at);
    return 0;
}

static void took(struct eh_engine *e, uint32_t team, uint32_t set, uint32_t position)
{
    struct slot *slot = &e->teams[team].sets[set].slots[position];
    eh_require(slot->slots > 0);
    slot->slots--;
    eh_digest_slot(e, team, set, position);
    eh_eligible_slots(e, team, set, position);
}

static void chances(const struct eh_choice *choice, const struct eh_chances *to)
{
    double all = choice->set->tree[1].slots;
    for (uint32_t i = 0; i < to->count; i++)
        to->items[i].p = choice->set->slots[to->positions[i]].slots / all;
}

const struct eh_policy eh_policy_rotation = {.name = "rotation",
                                             .by_slots = true,
                                             .choose = choose,
                                             .chances = chances,
                                             .prepare = prepare,
                                             .took = took};

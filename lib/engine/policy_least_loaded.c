/*
 * policy_least_loaded: the eligible rep with the fewest open points per share; among equals any.
 */
#include "policy.h"

static int choose(const struct eh_choice *choice, struct eh_draws *draws, uint32_t *ret_position)
{
    const struct node *all = &choice->set->tree[1];
    uint64_t at = 0;
    if (all->ties > 1) {
        int r = eh_draw_below(draws, choice->query, all->ties, &at);
        if (r < 0)
            return r;
    }
    *ret_position = eh_eligible_at_tie(choice->engine, choice->team, choice->set, at);
    return 0;
}

const struct eh_policy eh_policy_least_loaded = {"least_loaded", true, choose};

/*
 * policy_random: any eligible rep, with a chance in proportion to his share.
 */
#include "policy.h"

static int choose(const struct eh_choice *choice, struct eh_draws *draws, uint32_t *ret_position)
{
    uint64_t at;
    int r = eh_draw_below(draws, choice->query, choice->set->tree[1].weight, &at);
    if (r < 0)
        return r;
    *ret_position = eh_eligible_at_weight(choice->team, choice->set, at);
    return 0;
}

const struct eh_policy eh_policy_random = {"random", false, choose};

/*
 * policy_random: any eligible rep may get the ticket, with a chance in proportion to their share.
 */
#include "eligible.h"
#include "policy.h"
#include "skill_set.h"

static int random_choose(const struct eh_choice *choice, struct eh_draws *draws,
                         uint32_t *ret_position)
{
    uint64_t at;
    int r = eh_draw_below(draws, choice->query, choice->set->tree[1].weight, &at);
    if (r < 0)
        return r;
    *ret_position = eh_eligible_at_weight(choice->team, choice->set, at);
    return 0;
}

static void random_chances(const struct eh_choice *choice, const struct eh_chances *to)
{
    double all = (double)choice->set->tree[1].weight;
    for (uint32_t i = 0; i < to->count; i++)
        to->items[i].p = to->items[i].share_ppm / all;
}

EH_POLICY(random, .choose = random_choose, .chances = random_chances);

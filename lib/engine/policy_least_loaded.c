/*
 * policy_least_loaded: the eligible rep with the fewest open points per share gets the ticket;
 * equals are drawn.
 */
#include "detail.h"
#include "eligible.h"
#include "policy.h"
#include "skill_set.h"
#include "state.h"

static int least_loaded_choose(const struct eh_choice *choice, struct eh_draws *draws,
                               uint32_t *ret_position)
{
    const struct node *all = &choice->set->tree[1];
    uint64_t at = 0;
    if (all->ties > 1) {
        int r = eh_draw_below(draws, choice->query, all->ties, &at);
        if (r < 0)
            return r;
    }
    if (choice->engine->rules >= EH_RULES_COMPARED) {
        eh_bytes_put_u8(choice->detail, DETAIL_TIES);
        eh_bytes_put_u(choice->detail, all->ties);
    }
    *ret_position = eh_eligible_at_tie(choice->engine, choice->team, choice->set, at);
    return 0;
}

static void least_loaded_chances(const struct eh_choice *choice, const struct eh_chances *to)
{
    const struct node *all = &choice->set->tree[1];
    for (uint32_t i = 0; i < to->count; i++)
        to->items[i].p = 0;
    for (uint32_t at = 0, i = 0; at < all->ties; at++) {
        uint32_t position = eh_eligible_at_tie(choice->engine, choice->team, choice->set, at);
        while (to->positions[i] != position)
            i++;
        to->items[i].p = 1.0 / all->ties;
    }
}

EH_POLICY(least_loaded, .by_load = true, .choose = least_loaded_choose,
          .chances = least_loaded_chances);

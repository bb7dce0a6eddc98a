/*
 * policy: how one of the eligible reps is chosen. A policy is one file and one row of policies.c;
 * policies do not know each other.
 *
 *     const struct eh_policy *policy = eh_policy_find(eh_str("random"));
 *     struct eh_choice choice = {engine, team, set, query, value};
 *     r = policy->choose(&choice, draws, &position);   // 0 <= position < team->member_count
 */
#ifndef EVENHAND_LIB_ENGINE_POLICY_H
#define EVENHAND_LIB_ENGINE_POLICY_H

#include "state.h"

struct eh_choice {
    const struct eh_engine *engine;
    const struct team *team;
    const struct skill_set *set; /* at least two are eligible */
    struct eh_draw_query query;
    int64_t value; /* of the ticket, minor units */
};

struct eh_policy {
    const char *name; /* as in the desk file, and `why` of what it deals */
    bool by_load;     /* wants to know who has the least open points */
    int (*choose)(const struct eh_choice *, struct eh_draws *, uint32_t *ret_position);
};

extern const struct eh_policy eh_policy_random, eh_policy_least_loaded;

const struct eh_policy *eh_policy_find(struct eh_str name); /* NULL: not in this version */

#endif

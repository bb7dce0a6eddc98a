/*
 * first_policies: the first builds knew two policies.
 */
#include "first_policies.h"

#include "state.h"

/* A team whose policy the first builds did not know, or NULL. */
const struct eh_desk_team *eh_desk_later_policy(const struct eh_desk *desk)
{
    for (uint32_t i = 0; i < desk->team_count; i++) {
        struct eh_str policy = desk->teams[i].policy;
        if (!eh_str_equal(policy, eh_str("random")) &&
            !eh_str_equal(policy, eh_str("least_loaded")))
            return &desk->teams[i];
    }
    return NULL;
}

bool eh_desk_has_first_policies(const struct eh_engine *e)
{
    return e->desk && !eh_desk_later_policy(e->desk->desk);
}

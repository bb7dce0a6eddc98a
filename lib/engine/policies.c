/*
 * policies: the table of all policies.
 */
#include "policy.h"

static const struct eh_policy *const policies[] = {
    &eh_policy_random,
    &eh_policy_balanced,
    &eh_policy_rotation,
    &eh_policy_least_loaded,
};

const struct eh_policy *eh_policy_find(struct eh_str name)
{
    for (size_t i = 0; i < sizeof policies / sizeof *policies; i++)
        if (eh_str_equal(name, eh_str(policies[i]->name)))
            return policies[i];
    return NULL;
}

/*
 * policies: the policy of each row of evenhand/wire/policies.h.
 */
#include "policy.h"

#define ENTRY(name, ...) [EH_POLICY_AT_##name] = &eh_policy_##name,

static const struct eh_policy *const policies[EH_POLICY_COUNT] = {EH_POLICIES(ENTRY)};

const struct eh_policy *eh_policy_find(struct eh_str name)
{
    const struct eh_policy_row *row = eh_policy_row_find(name);
    return row ? policies[row - eh_policy_rows] : NULL;
}

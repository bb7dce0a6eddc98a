/*
 * form: the rules in force, and the form of a statement that goes with them.
 */
#include "internal.h"

#include <evenhand/engine/rules.h>

uint32_t eh_pool_rules(const struct eh_engine *e)
{
    struct eh_totals totals;
    eh_engine_totals(e, &totals);
    return totals.rules;
}

enum eh_pool_form eh_pool_form_of(const struct eh_engine *e)
{
    return eh_pool_rules(e) >= EH_RULES_TIES ? EH_POOL_FORM_TIES : EH_POOL_FORM_FACTS;
}

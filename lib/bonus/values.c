/*
 * values: the figures of a plan, each as its measure makes it of the facts.
 */
#include "internal.h"

int eh_bonus_measure(const struct eh_bonus_plan *plan, const struct eh_plan_measure *measure,
                     const struct eh_bonus_facts *facts, struct eh_bonus_value *ret,
                     struct eh_error *error)
{
    const struct eh_measure *row = eh_measure(measure->kind);
    struct eh_bonus_value value = {.unknown = row->unknown ? row->unknown(facts) : 0};
    int r = row->value(measure, facts, &value, error);
    if (r < 0)
        return r;
    if (value.missing && plan->if_missing == EH_MISSING_PRIOR && measure->has_prior)
        value = (struct eh_bonus_value){.value = measure->prior_mean, .prior = true};
    *ret = value;
    return 0;
}

/*
 * values: the figures of a plan, each as its measure makes it of the facts.
 */
#include "internal.h"

/* The figure that was said instead; NULL: none was. */
static const struct eh_bonus_said *said_find(const struct eh_bonus_facts *facts, struct eh_str name)
{
    for (uint32_t i = 0; i < facts->said_count; i++)
        if (eh_str_equal(facts->said[i].name, name))
            return &facts->said[i];
    return NULL;
}

int eh_bonus_measure(const struct eh_bonus_plan *plan, const struct eh_plan_measure *measure,
                     const struct eh_bonus_facts *facts, struct eh_bonus_value *ret,
                     struct eh_error *error)
{
    const struct eh_measure *row = eh_measure(measure->kind);
    const struct eh_bonus_said *said = said_find(facts, measure->name);
    if (said) {
        *ret = (struct eh_bonus_value){.value = said->value};
        return 0;
    }
    struct eh_bonus_value value = {.unknown = row->unknown ? row->unknown(facts) : 0};
    int r = row->value(measure, facts, &value, error);
    if (r < 0)
        return r;
    if (value.missing && plan->if_missing == EH_MISSING_PRIOR && measure->has_prior)
        value = (struct eh_bonus_value){.value = measure->prior_mean, .prior = true};
    *ret = value;
    return 0;
}

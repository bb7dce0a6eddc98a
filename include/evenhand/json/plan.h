/*
 * plan: a bonus plan as JSON, with what its period is at: the rules in the plan's own words, each
 * curve point by point, and what the next step takes.
 *
 *     const struct eh_plan_shown shown = {.plan = view.plan, .statement = statement, .next = next};
 *     json_t *body = eh_plan_json(&shown);
 *
 * A value is in its unit, money in minor units, ratios in ppm. A missing value is null.
 */
#ifndef EVENHAND_JSON_PLAN_H
#define EVENHAND_JSON_PLAN_H

#include <jansson.h>

#include <evenhand/pool/next.h>

EH_C_BEGIN

struct eh_plan_shown {
    const struct eh_bonus_plan *plan;
    const struct eh_pool_statement *statement; /* what the period comes to under this plan; it has
                                                  the plan's metrics */
    const struct eh_pool_next *next;           /* NULL: the period is not open any more */
};

/* Keys: team, period, first_day, last_day, state, version, currency, plan, plan_sha256,
 * published_late, from, every, encourages, discourages, rules[], target_pool, max_pool, metrics[],
 * funding[], composite_ppm, funding_ppm, zeroed, gross, next{}, says[], split{}, points[], bands[],
 * cap_ppm, carry_at_most_ppm, leavers. NULL: no memory. */
json_t *eh_plan_json(const struct eh_plan_shown *);

/* The points of its funding: [{composite_ppm, funding_ppm, gross}]. */
json_t *eh_plan_funding_json(const struct eh_bonus_plan *);

EH_C_END

#endif

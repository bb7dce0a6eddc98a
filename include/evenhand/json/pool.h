/*
 * pool: a statement of a team's pool as JSON: one shape, whoever answers with it: the daemon,
 * or a program that works on the log.
 *
 *     struct eh_pool_shown shown = {.plan = view.plan, .as_of_us = now_us};
 *     json_t *body = eh_pool_json(statement, &shown);
 *     json_object_set_new(body, "explain", eh_pool_node_json(why));
 *
 * Money is minor units, ratios are ppm, times RFC 3339. What is not there is null.
 */
#ifndef EVENHAND_JSON_POOL_H
#define EVENHAND_JSON_POOL_H

#include <jansson.h>

#include <evenhand/pool/pool.h>

struct eh_pool_shown {
    const struct eh_bonus_plan *plan; /* that it follows; NULL: without sentences and bounds */
    struct eh_bonus_lines lines;
    int64_t as_of_us; /* 0: not said */
    bool what_if;
};

/* Keys: team, period, version, paid_version, state, estimate, what_if, currency, plan, plan_sha256,
 * facts_sha256, published_late, late, target_pool, max_pool, metrics[], composite_ppm, funding_ppm,
 * zeroed, gross, carry, net, parts{}, held, difference, cancelled, paid, carry_open, shares[],
 * after (the last line's rep when there are more), encourages, discourages, rules[], as_of. NULL:
 * no memory. */
json_t *eh_pool_json(const struct eh_pool_statement *, const struct eh_pool_shown *);

/* Its metrics alone: [{metric, value, unit, count, ...}]. */
json_t *eh_pool_metrics_json(const struct eh_pool_statement *, const struct eh_bonus_plan *);

/* Its words under encourages, discourages and rules; plan NULL: null and none. */
void eh_pool_put_rules(json_t *, const struct eh_bonus_plan *);

/* The tree: {name, formula, rounding, value, unit, inputs[], children[]}. */
json_t *eh_pool_node_json(const struct eh_bonus_node *);

/* What keeps the period from being closed, as sentences. */
json_t *eh_pool_missing_json(const struct eh_bonus_plan *, const struct eh_bonus_facts *);

#endif

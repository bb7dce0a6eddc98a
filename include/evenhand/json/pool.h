/*
 * pool: the statement of a team's pool as JSON, in one shape for all: the daemon, and programs that
 * work on the log.
 *
 *     struct eh_pool_shown shown = {.plan = view.plan, .as_of_us = now_us};
 *     json_t *body = eh_pool_json(statement, &shown);
 *     json_object_set_new(body, "explain", eh_pool_node_json(why));
 *
 * Money is in minor units, ratios in ppm, times in RFC 3339. A missing value is null.
 */
#ifndef EVENHAND_JSON_POOL_H
#define EVENHAND_JSON_POOL_H

#include <jansson.h>

#include <evenhand/pool/pool.h>

EH_C_BEGIN

struct eh_pool_shown {
    const struct eh_bonus_plan *plan; /* the plan it follows; NULL: without sentences and bounds */
    struct eh_bonus_lines lines;
    int64_t as_of_us; /* 0: not said */
    bool what_if;
    const struct eh_engine *engine; /* for the names of reps and teams; NULL: without names */
    const struct eh_pool_expected *expected; /* NULL: not asked for, or the period is closed */
};

/* Keys: team, team_name, period, version, paid_version, state, estimate, what_if, currency, plan,
 * plan_sha256, facts_sha256, facts_of, published_late, late, target_pool, max_pool, metrics[],
 * composite_ppm, funding_ppm, zeroed, gross, carry, net, parts{}, moved, held, held_parts{}, ties,
 * difference, cancelled, paid, due, carry_open, expected{}, shares[], after (the last line's rep
 * when there are more), encourages, discourages, rules[], as_of. NULL: no memory. */
json_t *eh_pool_json(const struct eh_pool_statement *, const struct eh_pool_shown *);

/* One metric of a statement; rule NULL: without the bounds of its gate. */
json_t *eh_pool_metric_json(const struct eh_pool_metric *, const struct eh_plan_metric *rule);
/* The metrics of a statement alone: [{metric, value, unit, count, ...}]. */
json_t *eh_pool_metrics_json(const struct eh_pool_statement *, const struct eh_bonus_plan *);

/* What CLOSE would make of a period: {carry, net, carry_open, earlier[]}. */
json_t *eh_pool_expected_json(const struct eh_pool_expected *, const struct eh_bonus_lines *);
/* A version: {period, version, gross, carry, net, difference, cancelled, paid, carry_open, shares[]
 * of those it pays}. */
json_t *eh_pool_version_json(const struct eh_pool_statement *, const struct eh_bonus_lines *);

/* Puts a plan's sentences under encourages, discourages and rules. Plan NULL: null, null and []. */
void eh_pool_put_rules(json_t *, const struct eh_bonus_plan *);

/* A tree of reasons: {name, formula, rounding, value, unit, inputs[], children[]}. */
json_t *eh_pool_node_json(const struct eh_bonus_node *);

/* The sentences that say which facts are missing, so that the period cannot be closed. */
json_t *eh_pool_missing_json(const struct eh_bonus_plan *, const struct eh_bonus_facts *);

EH_C_END

#endif

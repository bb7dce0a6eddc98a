/*
 * plan_read: functions that the files which read a bonus plan share: figures by unit, and sections.
 */
#ifndef EVENHAND_WIRE_PLAN_READ_H
#define EVENHAND_WIRE_PLAN_READ_H

#include <evenhand/wire/plan.h>

#include "desk_read.h"

/* plan.c: reads the list `plans` of a desk whose kinds and teams are read already. */
int eh_plan_read_all(struct desk_reader *, const struct desk_node *,
                     const struct desk_path *) EH_MUST_CHECK;

/* plan_metric.c: reads `metrics` into the plan's measures and metrics. */
int eh_plan_read_metrics(struct desk_reader *, const struct desk_node *, const struct desk_path *,
                         struct eh_bonus_plan *) EH_MUST_CHECK;

/* plan_curve.c: reads figures in the notation of their unit, and curves. */
struct plan_bounds {
    enum eh_unit unit;
    unsigned exponent; /* of money */
    int64_t least, most;
};
int eh_plan_read_value(struct desk_reader *, const struct desk_node *, const struct desk_path *,
                       const struct plan_bounds *, int64_t *ret) EH_MUST_CHECK;
/* Reads a curve and sorts its points by rising x. A curve over the composite may only rise. */
int eh_plan_read_curve(struct desk_reader *, const struct desk_node *, const struct desk_path *,
                       const struct plan_bounds *, struct eh_curve *ret) EH_MUST_CHECK;

/* plan_split.c: reads how the pool is split and shared. */
int eh_plan_read_split(struct desk_reader *, const struct desk_node *, const struct desk_path *,
                       struct eh_bonus_plan *) EH_MUST_CHECK;
int eh_plan_read_individual(struct desk_reader *, const struct desk_node *,
                            const struct desk_path *, struct eh_bonus_plan *) EH_MUST_CHECK;
int eh_plan_read_bands(struct desk_reader *, const struct desk_node *, const struct desk_path *,
                       struct eh_bonus_plan *) EH_MUST_CHECK;
/* Refuses a kind that the desk does not have. Without a desk every kind is taken. */
int eh_plan_read_kind(struct desk_reader *, const struct desk_node *key, const struct desk_path *,
                      struct eh_str *ret) EH_MUST_CHECK;

#endif

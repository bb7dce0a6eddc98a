/*
 * held: what an engine holds of who works when.
 */
#include <evenhand/calendar/handover.h>
#include <evenhand/engine/rules.h>

static uint32_t held_highest(const void *engine, int64_t *ret_window_us)
{
    return eh_engine_schedules(engine, ret_window_us);
}

static uint32_t held_intervals(const void *engine, uint32_t schedule,
                               const struct eh_interval **ret)
{
    return eh_engine_schedule(engine, schedule, ret);
}

static uint32_t held_minutes(const void *engine, uint32_t schedule, int32_t *ret_first,
                             const uint16_t **ret)
{
    return eh_engine_schedule_minutes(engine, schedule, ret_first, ret);
}

static uint32_t held_of_rep(const void *engine, struct eh_str id)
{
    return eh_engine_schedule_of_rep(engine, id);
}

static uint32_t held_of_team(const void *engine, struct eh_str id)
{
    return eh_engine_schedule_of_team(engine, id);
}

struct eh_held eh_held_engine(const struct eh_engine *engine)
{
    struct eh_totals totals;
    eh_engine_totals(engine, &totals);
    return (struct eh_held){engine,         held_highest,
                            held_intervals, totals.rules >= EH_RULES_CONTRACT ? held_minutes : NULL,
                            held_of_rep,    held_of_team};
}

/*
 * held: what an engine holds of who works when.
 */
#include <evenhand/calendar/handover.h>

static uint32_t held_highest(const void *engine, int64_t *ret_window_us)
{
    return eh_engine_schedules(engine, ret_window_us);
}

static uint32_t held_intervals(const void *engine, uint32_t schedule,
                               const struct eh_interval **ret)
{
    return eh_engine_schedule(engine, schedule, ret);
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
    return (struct eh_held){engine, held_highest, held_intervals, held_of_rep, held_of_team};
}

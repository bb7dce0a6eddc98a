/*
 * schedule_view: the schedules as the shell reads them, to hand over what they lack.
 */
#include "interner.h"
#include "schedules.h"
#include "state.h"

uint32_t eh_engine_schedules(const struct eh_engine *e, int64_t *ret_window_us)
{
    *ret_window_us = e->schedules.window_us;
    return e->schedules.count;
}

uint32_t eh_engine_schedule(const struct eh_engine *e, uint32_t number,
                            const struct eh_interval **ret)
{
    if (number == 0 || number > e->schedules.count)
        return 0;
    *ret = e->schedules.items[number - 1].intervals;
    return e->schedules.items[number - 1].count;
}

uint32_t eh_engine_schedule_minutes(const struct eh_engine *e, uint32_t number, int32_t *ret_first,
                                    const uint16_t **ret)
{
    if (number == 0 || number > e->schedules.count)
        return 0;
    const struct work_days *days = &e->schedules.items[number - 1].days;
    *ret_first = days->first;
    *ret = days->minutes;
    return days->count;
}

static uint32_t told(uint32_t schedule)
{
    return schedule == SCHEDULE_UNTOLD ? 0 : schedule;
}

uint32_t eh_engine_schedule_of_rep(const struct eh_engine *e, struct eh_str id)
{
    uint32_t no = eh_interner_find(&e->roster.rep_ids, id);
    return no == NONE ? 0 : told(e->roster.reps[no].schedule);
}

uint32_t eh_engine_schedule_of_team(const struct eh_engine *e, struct eh_str id)
{
    uint32_t no = eh_interner_find(&e->roster.team_ids, id);
    return no == NONE ? 0 : told(e->roster.teams[no].schedule);
}

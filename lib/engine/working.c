/*
 * working: working time of a team between two instants. A team without hours works always.
 */
#include "working.h"

#include <evenhand/wire/hours.h>

#include "schedules.h"
#include "state.h"

/* Of hours that were not handed over yet: nobody works in them. */
static const struct schedule untold = {.count = 0};

static const struct schedule *team_schedule(const struct eh_engine *e, uint32_t no)
{
    const struct team *team = &e->roster.teams[no];
    if (team->schedule)
        return &e->schedules.items[team->schedule - 1];
    return team->desk && team->desk->hours ? &untold : NULL;
}

static struct eh_hours schedule_hours(const struct schedule *s)
{
    return (struct eh_hours){s->intervals, s->count, s->count};
}

int64_t eh_working_us(const struct eh_engine *e, uint32_t team, int64_t from_us, int64_t until_us)
{
    const struct schedule *s = team_schedule(e, team);
    if (until_us <= from_us)
        return 0;
    if (!s)
        return until_us - from_us;
    const struct eh_hours hours = schedule_hours(s);
    return eh_hours_between(&hours, from_us, until_us);
}

int64_t eh_working_end_us(const struct eh_engine *e, uint32_t team, int64_t from_us,
                          int64_t working_us)
{
    const struct schedule *s = team_schedule(e, team);
    if (!s)
        return working_us > EH_TIME_LAST - from_us ? EH_TIME_NEVER : from_us + working_us;
    const struct eh_hours hours = schedule_hours(s);
    return eh_hours_end(&hours, from_us, working_us);
}

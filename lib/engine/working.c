/*
 * working: working time of a team between two instants. A team without hours works always.
 */
#include "working.h"

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

/* The first interval that is not over at this time. */
static uint32_t interval_from(const struct schedule *s, int64_t at_us)
{
    uint32_t low = 0, high = s->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (s->intervals[middle].until_us <= at_us)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int64_t eh_working_us(const struct eh_engine *e, uint32_t team, int64_t from_us, int64_t until_us)
{
    const struct schedule *s = team_schedule(e, team);
    int64_t sum = 0;
    if (until_us <= from_us)
        return 0;
    if (!s)
        return until_us - from_us;
    for (uint32_t i = interval_from(s, from_us); i < s->count; i++) {
        struct eh_interval one = s->intervals[i];
        if (one.from_us >= until_us)
            break;
        int64_t from = one.from_us > from_us ? one.from_us : from_us;
        sum += (one.until_us < until_us ? one.until_us : until_us) - from;
    }
    return sum;
}

int64_t eh_working_end_us(const struct eh_engine *e, uint32_t team, int64_t from_us,
                          int64_t working_us)
{
    const struct schedule *s = team_schedule(e, team);
    if (!s)
        return working_us > EH_TIME_LAST - from_us ? EH_TIME_NEVER : from_us + working_us;
    for (uint32_t i = interval_from(s, from_us); i < s->count; i++) {
        struct eh_interval one = s->intervals[i];
        int64_t from = one.from_us > from_us ? one.from_us : from_us;
        if (working_us <= one.until_us - from)
            return from + working_us;
        working_us -= one.until_us - from;
    }
    return EH_TIME_NEVER;
}

/*
 * contract: the minutes of a contract by the calendar: how much work the days had on which somebody
 * was in a team, by the schedule of each day.
 */
#include "hours_past.h"
#include "interner.h"
#include "schedules.h"
#include "state.h"

/* Whose hours held in a team on a day: the rep's own, else the team's. */
static struct hours_run run_find(const struct rep *rep, const struct team *team, int32_t day)
{
    struct hours_run own = eh_hours_past_run(&rep->hours_past, day);
    if (own.schedule != 0)
        return own;
    struct hours_run teams = eh_hours_past_run(&team->hours_past, day);
    if (own.until < teams.until)
        teams.until = own.until;
    return teams;
}

/* Adds these days of one schedule. False: of one that is not ahead nothing is known. */
static bool days_add(const struct eh_engine *e, uint32_t schedule, struct eh_stay days,
                     struct eh_contract *to)
{
    if (schedule == 0 || schedule > e->schedules.count)
        return false;
    const struct work_days *work = &e->schedules.items[schedule - 1].days;
    for (int32_t day = days.from; day <= days.until; day++) {
        uint16_t minutes = eh_work_days_at(work, day);
        if (minutes == EH_SCHEDULE_NO_MINUTES && day <= e->date)
            return false;
        if (minutes != EH_SCHEDULE_NO_MINUTES)
            to->minutes += minutes;
        else if (day <= to->until)
            to->until = day - 1;
    }
    return true;
}

bool eh_engine_contract(const struct eh_engine *e, struct eh_str team_id, struct eh_str rep_id,
                        const struct eh_stay *stay, struct eh_contract *ret)
{
    uint32_t team = eh_interner_find(&e->roster.team_ids, team_id);
    uint32_t rep = eh_interner_find(&e->roster.rep_ids, rep_id);
    if (team == NONE || rep == NONE || e->rules < EH_RULES_CONTRACT ||
        eh_schedule_of(e, team, rep) == SCHEDULE_UNTOLD)
        return false;
    struct eh_contract sum = *ret;
    for (int32_t day = stay->from; day <= stay->until;) {
        struct hours_run run = run_find(&e->roster.reps[rep], &e->roster.teams[team], day);
        struct eh_stay days = {day, run.until < stay->until ? run.until : stay->until};
        if (!days_add(e, run.schedule, days, &sum))
            return false;
        day = days.until + 1;
    }
    *ret = sum;
    return true;
}

/*
 * rep_days: when the days of a rep begin, by their own time zone. See app.h.
 */
#include "lead/parts.h"

#include "host/local.h"

#define DAY_S INT64_C(86400)

static bool team_has(const struct eh_desk_team *team, uint32_t rep)
{
    for (uint32_t i = 0; i < team->member_count; i++)
        if (team->members[i].rep == rep)
            return true;
    return false;
}

struct eh_str eh_app_rep_zone(const struct eh_app *app, struct eh_str id)
{
    const struct eh_desk *desk = eh_engine_desk(app->state.engine);
    const struct eh_desk_rep *rep = eh_desk_rep(desk, id);
    if (rep && rep->hours)
        return rep->hours->time_zone;
    for (uint32_t i = 0; rep && i < desk->team_count; i++)
        if (desk->teams[i].hours && team_has(&desk->teams[i], (uint32_t)(rep - desk->reps)))
            return desk->teams[i].hours->time_zone;
    return desk->time_zone;
}

int64_t eh_app_rep_day_us(const struct eh_app *app, struct eh_str rep, int32_t date)
{
    struct eh_local local;
    eh_local_begin(&local);
    int64_t day_s = eh_local_instant(&local, eh_app_rep_zone(app, rep), date * DAY_S);
    eh_local_done(&local);
    return day_s * 1000000;
}

int64_t eh_app_rep_tomorrow_us(struct eh_app *app, struct eh_str rep)
{
    struct eh_clock *clock = &app->services.clock;
    int32_t today = eh_clock_date_in(clock, eh_app_rep_zone(app, rep), eh_clock_now_us(clock));
    return eh_app_rep_day_us(app, rep, today + 1);
}

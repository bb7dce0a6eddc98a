/*
 * schedules: hands over to the engine who works when.
 */
#include "lead/schedules.h"
#include "lead/parts.h"

#include <evenhand/calendar/handover.h>
#include <evenhand/calendar/idle.h>

#include "host/local.h"
#include "host/log.h"

void app_schedules_begin(struct eh_app *app)
{
    app->schedules = (struct eh_schedules){0};
}

bool app_schedules_wait(const struct eh_app *app)
{
    return !app->schedules.looked && eh_engine_desk(app->state.engine);
}

static int schedule_step(struct eh_app *app, struct eh_batch *b, const struct eh_bytes *text,
                         int32_t date)
{
    struct eh_input in = {.origin = EH_ORIGIN_SHELL, .date = date};
    in.message =
        (struct eh_message){.type = EH_MESSAGE_SCHEDULE, .has = EH_FIELD_BIT(EH_FIELD_TEXT)};
    in.message.text = eh_arena_str(&b->arena, eh_str_n((const char *)text->data, text->size));
    if (!in.message.text.data)
        return -EH_ENOMEM;
    eh_input_identify(&in);
    return app_step(app, b, &in, NULL);
}

/* A calendar that nobody can work by is no error, but nobody would see it otherwise. */
static void idle_tell(struct eh_app *app, const struct eh_handover *handover)
{
    if (handover->idle == 0) {
        app_alarm_clear(app, EH_ALARM_HOURS);
        return;
    }
    app_alarm(app, EH_ALARM_HOURS,
              "hours: %s has none in the %d days to come%s; nothing is dealt by them; look at "
              "`hours` and `holidays` of the desk file",
              handover->idle_of, EH_SCHEDULE_DAYS,
              handover->idle > 1 ? ", nor have others that `evenhand desk diff` names" : "");
}

static int handed_over(struct eh_app *app, struct eh_batch *b, int32_t date)
{
    const struct eh_engine *engine = app->state.engine;
    const struct eh_held held = eh_held_engine(engine);
    struct eh_local local;
    struct eh_handover handover = {0};
    eh_local_begin(&local);
    const struct eh_hours_zone zone = eh_local_zone(&local);
    const struct eh_handover_at at = {b->at_us, date, &zone};
    int r = eh_handover_make(eh_engine_desk(engine), &held, &at, &handover);
    eh_local_done(&local);
    if (r == -EH_EFULL) { /* they would be handed over in vain each time */
        eh_log(EH_LOG_ERROR, "hours: more than %u different hours; they stay as they were",
               EH_SCHEDULES_MAX);
        eh_handover_done(&handover);
        r = 0;
    }
    for (uint32_t i = 0; r == 0 && i < handover.count; i++)
        r = schedule_step(app, b, &handover.texts[i], date);
    if (r == 0)
        idle_tell(app, &handover);
    eh_handover_done(&handover);
    return r;
}

int eh_app_idle_hours(struct eh_app *app, const struct eh_desk *desk, eh_desk_line_fn *line,
                      void *context)
{
    struct eh_local local;
    int64_t now_us = eh_clock_now_us(&app->services.clock);
    int32_t date = eh_clock_date_in(&app->services.clock, desk->time_zone, now_us);
    eh_local_begin(&local);
    const struct eh_hours_zone zone = eh_local_zone(&local);
    const struct eh_handover_at at = {now_us, date, &zone};
    int r = eh_idle_warnings(desk, &at, line, context);
    eh_local_done(&local);
    return r;
}

int app_step_desk_schedules(struct eh_app *app, struct eh_batch *b, int32_t date)
{
    int r = eh_engine_desk(app->state.engine) ? handed_over(app, b, date) : 0;
    if (r == 0)
        app->schedules = (struct eh_schedules){true, date};
    return r;
}

int app_step_schedules(struct eh_app *app, struct eh_batch *b, int32_t date)
{
    bool done = app->schedules.looked && app->schedules.date == date;
    return done ? 0 : app_step_desk_schedules(app, b, date);
}

/* status: what the rooms above may see of a leader. See app.h. */
#include "lead/app_private.h"

const char *eh_role_name(enum eh_role role)
{
    static const char *const names[] = {"starting", "standby", "leader", "stopping"};
    return names[role];
}

void eh_app_status(const struct eh_app *app, struct eh_app_status *ret)
{
    *ret = (struct eh_app_status){
        .role = app->role,
        .committed = app->committed,
        .epoch = app->head.epoch,
        .published_seq = eh_outbox_published(app->outbox),
        .in_flight = app->in_flight_entries,
        .repeats = app->repeats,
        .superseded = app->superseded,
        .kept = app_later_pending(app),
        .batches = app->batches,
        .commits_failed = app->commits_failed,
        .redis_up = eh_redis_link_up(app->writes) && (app->inbox_up || !app->deciding),
        .postgres_up = eh_store_up(app->store),
        .redis_address = app->redis_address,
        .redis_error = eh_redis_link_up(app->writes) ? "" : eh_redis_link_last_error(app->writes),
        .last_error = app->last_error,
        .last_error_us = app->last_error_us,
        .schema = app->head.schema,
        .desk_file_differs = app->desk_file_differs,
        .desk_file = app->config->desk,
        .snapshot_pause_us = app->snapshot_pause_us,
        .snapshot_input = app->snapshot_input,
        .alarms = &app->alarms,
    };
}

const struct eh_engine *eh_app_engine(const struct eh_app *app)
{
    return app->engine;
}

const struct eh_config *eh_app_config(const struct eh_app *app)
{
    return app->config;
}

struct event_base *eh_app_base(const struct eh_app *app)
{
    return app->base;
}

size_t eh_app_repeats(const struct eh_app *app, struct eh_stream_id after, struct eh_stream_id last,
                      struct eh_repeat *ret, size_t max)
{
    return eh_repeats_between(&app->repeated, after, last, ret, max);
}

struct eh_stream_id eh_app_decided_before(const struct eh_app *app)
{
    return app->inbox ? eh_inbox_low(app->inbox) : (struct eh_stream_id){0, 0};
}

struct eh_pg *eh_app_reader(const struct eh_app *app)
{
    return app->reader;
}

int64_t eh_app_day_us(struct eh_app *app, int32_t date)
{
    return eh_clock_day_us(&app->clock, date);
}

int64_t eh_app_now_us(struct eh_app *app)
{
    return eh_clock_now_us(&app->clock);
}

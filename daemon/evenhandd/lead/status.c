/* status: reads of struct eh_app for the rooms above lead/, which do not know its parts. See app.h.
 */
#include "lead/parts.h"

const char *eh_role_name(enum eh_role role)
{
    static const char *const names[] = {"starting", "standby", "leader", "stopping"};
    return names[role];
}

void eh_app_status(const struct eh_app *app, struct eh_app_status *ret)
{
    const struct eh_services *s = &app->services;
    bool writes_up = eh_redis_link_up(s->writes);
    *ret = (struct eh_app_status){
        .role = app->state.role,
        .committed = app->state.committed,
        .epoch = app->state.head.epoch,
        .schema = app->state.head.schema,
        .repeats = app->state.repeats,
        .published_seq = eh_outbox_published(s->outbox),
        .redis_up = writes_up && (app_inbox_up(app) || !app->state.deciding),
        .postgres_up = eh_store_up(s->store),
        .redis_address = s->config->redis,
        .redis_error = writes_up ? "" : eh_redis_link_last_error(s->writes),
        .desk_file_differs = app_desk_file_differs(app),
        .desk_file = s->config->desk,
    };
    app_pipeline_show(app, ret);
    app_later_show(app, ret);
    app_snapshot_show(app, ret);
    app_trouble_show(app, ret);
}

const struct eh_engine *eh_app_engine(const struct eh_app *app)
{
    return app->state.engine;
}

const struct eh_config *eh_app_config(const struct eh_app *app)
{
    return app->services.config;
}

struct event_base *eh_app_base(const struct eh_app *app)
{
    return app->services.base;
}

size_t eh_app_repeats(const struct eh_app *app, struct eh_stream_id after, struct eh_stream_id last,
                      struct eh_repeat *ret, size_t max)
{
    return eh_repeats_between(&app->state.repeated, after, last, ret, max);
}

struct eh_stream_id eh_app_decided_before(const struct eh_app *app)
{
    return app->services.inbox ? eh_inbox_low(app->services.inbox) : (struct eh_stream_id){0, 0};
}

struct eh_pg *eh_app_reader(const struct eh_app *app)
{
    return app->services.reader;
}

int64_t eh_app_day_us(struct eh_app *app, int32_t date)
{
    return eh_clock_day_us(&app->services.clock, date);
}

int64_t eh_app_now_us(struct eh_app *app)
{
    return eh_clock_now_us(&app->services.clock);
}

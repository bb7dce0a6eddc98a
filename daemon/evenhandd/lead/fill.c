/*
 * fill: what the shell adds to an input before it is decided: seeds, local dates, room in the
 * batch. It is no part of what was said, so the input's digest stays.
 */
#include "lead/fill.h"
#include "lead/parts.h"

#include "lead/period_rows.h"

/* Puts the commitments and the ended seed into an input that turns the draw epoch. */
static int fill_seeds(struct eh_app *app, struct eh_batch *b, struct eh_message *m)
{
    struct eh_totals totals;
    eh_engine_totals(app->state.engine, &totals);
    return eh_keys_turn(&app->services.keys, &totals, &b->arena, m);
}

static int fill_commitments(struct eh_app *app, struct eh_batch *b, struct eh_message *m)
{
    struct eh_totals totals;
    eh_engine_totals(app->state.engine, &totals);
    return eh_keys_replace(&app->services.keys, &totals, &b->arena, m);
}

struct moment {
    struct eh_app *app;
    int64_t us;
};

static int32_t moment_date_in(void *context, struct eh_str zone)
{
    const struct moment *moment = context;
    return eh_clock_date_in(&moment->app->services.clock, zone, moment->us);
}

/* Sets the local date of an outcome, by the desk's time zone. An outcome without a time counts
 * today, if no other zone was said for its period. */
static void fill_date(struct eh_app *app, struct eh_input *in)
{
    struct eh_message *m = &in->message;
    bool has = eh_message_has(m, EH_FIELD_AT);
    struct moment moment = {app, has ? m->at_ms * 1000 : in->at_us};
    m->at_date = eh_engine_local_date(app->state.engine, in, moment_date_in, &moment);
    m->has &= ~EH_FIELD_BIT(EH_FIELD_AT_DATE);
    if (has || m->at_date != in->date)
        m->has |= EH_FIELD_BIT(EH_FIELD_AT_DATE);
    else
        m->at_date = 0;
}

static int32_t clock_date_at(void *context, struct eh_str zone, int64_t us)
{
    const struct eh_app *app = context;
    return eh_clock_date_in(&app->services.clock, zone, us);
}

/* Sets how many minutes the period of a rep's imported minutes has, by the desk's clock. */
static void fill_minutes(struct eh_app *app, struct eh_message *m)
{
    struct eh_period period;
    m->has &= ~EH_FIELD_BIT(EH_FIELD_MINUTES);
    m->minutes = 0;
    if (!eh_plan_is_minutes(m->metric) || eh_period_parse(m->period, &period, NULL) < 0)
        return;
    m->minutes = eh_engine_period_minutes(app->state.engine, period, clock_date_at, app);
    if (m->minutes > 0)
        m->has |= EH_FIELD_BIT(EH_FIELD_MINUTES);
}

/* Sets how far full hours of the desk's clock are from those of UTC: of a new desk, its own. */
static void fill_clock(const struct eh_app *app, struct eh_input *in)
{
    const struct eh_desk *desk =
        in->parsed_desk ? in->parsed_desk->desk : eh_engine_desk(app->state.engine);
    struct eh_message *m = &in->message;
    m->clock_s = desk ? eh_clock_hour_s(&app->services.clock, desk->time_zone, in->at_us) : 0;
    m->has &= ~EH_FIELD_BIT(EH_FIELD_CLOCK);
    if (m->clock_s)
        m->has |= EH_FIELD_BIT(EH_FIELD_CLOCK);
}

/* Makes instants of the days of an absence: from the first moment of the first to the last of the
 * last. */
static void fill_absence(const struct eh_app *app, struct eh_message *m)
{
    if (!eh_engine_desk(app->state.engine))
        return;
    if (eh_message_has(m, EH_FIELD_FROM_DAY)) {
        m->from_ms = eh_app_rep_day_us(app, m->rep, (int32_t)m->from_day) / 1000;
        m->has |= EH_FIELD_BIT(EH_FIELD_FROM);
    }
    if (eh_message_has(m, EH_FIELD_UNTIL_DAY)) {
        m->until_ms = eh_app_rep_day_us(app, m->rep, (int32_t)m->until_day + 1) / 1000;
        m->has |= EH_FIELD_BIT(EH_FIELD_UNTIL);
    }
}

static int fill_known(struct eh_app *app, struct eh_batch *b, struct eh_input *in)
{
    struct eh_message *m = &in->message;
    if (m->type == EH_MESSAGE_DAY || m->type == EH_MESSAGE_DESK)
        fill_clock(app, in);
    if (m->type == EH_MESSAGE_NEW_KEY) /* the seed of the epoch before is lost with the key */
        return fill_commitments(app, b, m);
    if (eh_message_is(m, EH_TYPE_EPOCH))
        return fill_seeds(app, b, m);
    if (eh_message_is(m, EH_TYPE_SETTLES))
        return eh_period_text(app->state.engine, &b->arena, m);
    if (eh_message_is(m, EH_TYPE_DATED))
        fill_date(app, in);
    if (m->type == EH_MESSAGE_METRIC)
        fill_minutes(app, m);
    if (m->type == EH_MESSAGE_ABSENCE)
        fill_absence(app, m);
    return 0;
}

/* Sets the size of an input that can make many tickets dealable: the room of the batch. Without a
 * size a step may have EH_DEALS_PER_STEP_MAX deals. */
static void fill_size(const struct eh_app *app, const struct eh_batch *b, struct eh_message *m)
{
    uint32_t weight = eh_batch_weight(b);
    uint32_t most = app_batch_most(app);
    uint32_t left = most > weight ? most - weight : 0;
    m->has &= ~EH_FIELD_BIT(
        EH_FIELD_MOST); /* an input that was decided before and is decided once more */
    if (left >= EH_MOST_MAX || !eh_message_is(m, EH_TYPE_DEALS))
        return;
    m->most = left < EH_MOST_MIN ? EH_MOST_MIN : left;
    m->has |= EH_FIELD_BIT(EH_FIELD_MOST);
}

int app_fill(struct eh_app *app, struct eh_batch *b, struct eh_input *in)
{
    fill_size(app, b, &in->message);
    return fill_known(app, b, in);
}

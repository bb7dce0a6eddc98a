/*
 * decide: carries the items of a batch through the engine, one after the other, and gathers what
 * they cause as rows. It knows when time brings an input of its own; how anything is decided is the
 * engine's business.
 */
#include "lead/parts.h"
#include "lead/recent.h"
#include "lead/timely.h"

#include "host/log.h"
#include "lead/period_rows.h"

/* A capacity is reached: the message is not lost, it becomes a dead letter that says so. */
static void input_make_unparsed(struct eh_input *in, const char *reason)
{
    struct eh_message m = {.type = EH_MESSAGE_UNPARSED};
    m.reason = eh_str(reason);
    m.has = EH_FIELD_BIT(EH_FIELD_REASON);
    in->message = m;
    in->recalled = (struct eh_recalled){0};
}

/* Personal text is not in it: fields, and what was done to them. */
static void mended_tell(const struct eh_input *in)
{
    const struct eh_message *m = &in->message;
    if (m->mended.size && m->type == EH_MESSAGE_METRIC)
        eh_log_limited(EH_LOG_WARNING, "figure",
                       "metric=%.*s of team=%.*s period=%.*s input=%llu: %.*s",
                       EH_STR_ARG(m->metric), EH_STR_ARG(m->team), EH_STR_ARG(m->period),
                       (unsigned long long)in->no, EH_STR_ARG(m->mended));
    else if (m->mended.size)
        eh_log_limited(EH_LOG_INFO, "mended", "%s of id=%.*s source=%.*s input=%llu: %.*s",
                       eh_message_type_name(m->type), EH_STR_ARG(m->id), EH_STR_ARG(m->source),
                       (unsigned long long)in->no, EH_STR_ARG(m->mended));
}

/* What a figure came to, or stands at since it was told first. */
static void figure_tell(const struct eh_app *app, struct eh_item *item)
{
    if (item->input.message.type == EH_MESSAGE_METRIC)
        item->result.has_figure =
            eh_engine_figure(app->state.engine, &item->input.message, &item->result.figure);
}

static void result_tell(const struct eh_app *app, struct eh_batch *b, struct eh_item *item)
{
    const struct eh_effects *fx = &b->effects;
    struct eh_command_result *result = &item->result;
    *result = (struct eh_command_result){.pending = fx->pending,
                                         .mended = item->input.message.mended,
                                         .input = item->input.no,
                                         .from_us = fx->from_us,
                                         .until_us = fx->until_us,
                                         .message = ""};
    if (!fx->refused) {
        mended_tell(&item->input);
        figure_tell(app, item);
        result->period = eh_period_answer(app->state.engine, &item->input, b);
        return;
    }
    result->code = -(fx->refused_code ? fx->refused_code : EH_EINVAL);
    result->message = eh_arena_str(&b->arena, fx->reason).data;
}

/* The input is in the log already: nothing is decided. */
static int item_repeat(struct eh_app *app, struct eh_batch *b, struct eh_item *item)
{
    struct eh_input *in = &item->input;
    app->state.repeats++;
    if (eh_engine_is_older(app->state.engine, in) &&
        app_step_add_word(b, &in->message, EH_WORD_OLDER) < 0)
        return -EH_ENOMEM;
    if (in->origin == EH_ORIGIN_STREAM)
        eh_repeats_add(&app->state.repeated, eh_input_stream_id(in), in->recalled.input);
    item->result = (struct eh_command_result){
        .repeat = true, .mended = in->message.mended, .input = in->recalled.input, .message = ""};
    figure_tell(app, item);
    return 0;
}

static int item_step(struct eh_app *app, struct eh_batch *b, struct eh_item *item)
{
    struct eh_input *in = &item->input;
    struct eh_desk_basis basis = eh_desk_basis(app->state.engine);
    int r = app_step(app, b, in, item);
    if (r == -EH_EFULL) {
        input_make_unparsed(in, "the daemon holds as many open tickets as it can; close some");
        r = app_step(app, b, in, item);
    }
    if (r == 0 && in->message.type == EH_MESSAGE_DESK && !b->effects.refused) {
        result_tell(app, b, item);
        item->result.basis = basis;
        return app_step_desk_schedules(app, b, in->date);
    }
    if (r == 0) {
        app_full_came(app, in);
        result_tell(app, b, item);
        item->result.basis = basis;
    }
    return r;
}

/* A ticket that is known and stands otherwise now is an update of it. */
static int item_retell(const struct eh_app *app, struct eh_batch *b, struct eh_item *item)
{
    if (eh_engine_retold(app->state.engine, &item->input) != EH_RETOLD_UPDATE)
        return 0;
    item->told = eh_arena_copy(&b->arena, &item->input.message, sizeof *item->told);
    if (!item->told)
        return -EH_ENOMEM;
    eh_input_retell(app->state.engine, &item->input);
    return 0;
}

/* Names of the engine's own texts, which a new desk may take away. */
static int item_name(const struct eh_app *app, struct eh_batch *b, struct eh_item *item)
{
    struct eh_message *m = &item->input.message;
    eh_input_name(app->state.engine, &item->input);
    m->owner = eh_arena_str(&b->arena, m->owner);
    m->by = eh_arena_str(&b->arena, m->by);
    return m->owner.data && m->by.data ? 0 : -EH_ENOMEM;
}

static int item_decide(struct eh_app *app, struct eh_batch *b, struct eh_item *item, int32_t date)
{
    struct eh_input *in = &item->input;
    in->date = date;
    in->at_us = b->at_us;
    if (item_name(app, b, item) < 0)
        return -EH_ENOMEM;
    app_recent_overlay(app, b, item);
    if (item->history_failed || app_history_lacks(app, item)) {
        const char *why = item->history_failed ? item->history_failed
                                               : "plans: two desk files at once; try again";
        item->result = (struct eh_command_result){.code = -EH_EUNAVAILABLE, .message = why};
        return 0;
    }
    in->recalled.periods = item->history;
    if (item->refused) {
        input_make_unparsed(in, item->refused);
        eh_input_identify(in);
    }
    if (item->entry_known || eh_engine_is_repeat(app->state.engine, in))
        return item_repeat(app, b, item);
    if (item_retell(app, b, item) < 0)
        return -EH_ENOMEM;
    if (app_later_takes(app, b, item) || app_full_holds(app, b, item))
        return 0;
    return item_step(app, b, item);
}

/* A desk file with facts of the past: they are as long as the log, so nothing may come before. */
static int history_decide(struct eh_app *app, struct eh_batch *b)
{
    struct eh_totals totals;
    if (b->item_count == 0 || b->items[0].history.size == 0)
        return 0;
    eh_engine_totals(app->state.engine, &totals);
    return item_decide(app, b, &b->items[0], totals.date);
}

/* The items from *at on, until the batch weighs as much as it may. */
static int items_decide(struct eh_app *app, struct eh_batch *b, int32_t date, uint32_t most,
                        size_t *at)
{
    int r = 0;
    while (r == 0 && *at < b->item_count && eh_batch_weight(b) < most) {
        struct eh_item *item = &b->items[(*at)++];
        if (item->history.size == 0)
            r = item_decide(app, b, item, date);
        struct eh_stream_id id = eh_input_stream_id(&item->input);
        if (eh_stream_id_compare(id, b->high) > 0)
            b->high = id;
    }
    return r;
}

/* What is due comes first. Where that is more than a batch holds, it has half of each, and what
 * came in is served in between: in every other batch before it. */
static int shares_decide(struct eh_app *app, struct eh_batch *b, int32_t date)
{
    uint32_t most = app_batch_most(app), share = b->item_count ? (most + 1) / 2 : most;
    bool items_first = app->decide.items_first;
    size_t at = 0;
    int r = items_first ? 0 : app_step_due(app, b, date, share);
    if (r == 0)
        r = items_decide(app, b, date, items_first ? share : most, &at);
    if (r == 0 && items_first)
        r = app_step_due(app, b, date, most);
    app->decide.items_first = !items_first && app_is_due(app, b);
    return r == 0 && at < b->item_count ? app_carry(app, b, at) : r;
}

/* What comes from outside, and what is due. All of it waits while shifts are due. */
static int rest_decide(struct eh_app *app, struct eh_batch *b)
{
    int32_t date = 0;
    if (app_shift_is_due(app, b))
        return b->item_count ? app_carry(app, b, 0) : 0;
    int r = history_decide(app, b);
    if (r >= 0)
        r = app_step_day(app, b, &date);
    if (r >= 0)
        r = app_step_schedules(app, b, date);
    return r < 0 ? r : shares_decide(app, b, date);
}

int app_decide(struct eh_app *app, struct eh_batch *b, struct eh_error *error)
{
    b->from_input = b->to_input = app->state.head.input;
    b->from_seq = b->to_seq = app->state.head.seq;
    b->head_dead = app->state.head.dead;
    b->high = app->state.head.high;
    b->chain = app->state.head.chain;
    b->at_us = eh_clock_now_us(&app->services.clock);
    if (b->at_us < app->state.head.at_us)
        b->at_us = app->state.head.at_us;
    app_snapshot_month(app, eh_clock_date(&app->services.clock, b->at_us));
    int r = app_step_rules(app, b);
    if (r >= 0)
        r = app_step_new_key(app, b);
    if (r >= 0)
        r = app_step_accept_time(app, b);
    if (r >= 0)
        r = app_step_skipped_tickets(app, b);
    if (r >= 0)
        r = app_step_shifts(app, b);
    if (r >= 0)
        r = rest_decide(app, b);
    if (r < 0)
        return eh_error_set(error, -r, "input %llu could not be decided: %s",
                            (unsigned long long)b->to_input + 1, eh_code_name(r));
    b->low = eh_inbox_low(app->services.inbox);
    b->digest = eh_engine_digest(app->state.engine);
    eh_committed_from(app->state.engine, &b->after);
    app_head_advance(&app->state.head, b);
    app_day_is(app);
    b->after.dead_letters = app->state.head.dead_letters;
    return 0;
}

void app_decide_begin(struct eh_app *app)
{
    app->decide.items_first = false;
    app_schedules_begin(app);
}

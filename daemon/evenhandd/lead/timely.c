/*
 * timely: inputs that nobody sends: a new day, what is due, a new key, new rules, an accepted time,
 * and what takes the place of one that PostgreSQL refused.
 */
#include "lead/parts.h"
#include "lead/timely.h"

/* Says that a time of tickets is meant. */
static void message_mark_clocks(struct eh_message *m)
{
    m->clocks = 1;
    m->has |= EH_FIELD_BIT(EH_FIELD_CLOCKS);
}

static int shell_step(struct eh_app *app, struct eh_batch *b, enum eh_skip_kind kind, int32_t date)
{
    uint8_t type = kind == EH_SKIP_DAY ? EH_MESSAGE_DAY : EH_MESSAGE_DUE;
    struct eh_input in = {.origin = EH_ORIGIN_SHELL, .date = date, .message.type = type};
    if (kind == EH_SKIP_CLOCKS)
        message_mark_clocks(&in.message);
    eh_input_identify(&in);
    return app_step(app, b, &in, NULL);
}

/* It is logged why. */
static int skip_step(struct eh_app *app, struct eh_batch *b, struct eh_skip *skip, int32_t date,
                     enum eh_skip_kind kind)
{
    struct eh_input in = {.origin = EH_ORIGIN_SHELL, .date = date};
    in.message = (struct eh_message){.type = EH_MESSAGE_SKIPPED,
                                     .has = EH_FIELD_BIT(EH_FIELD_REASON),
                                     .reason = eh_batch_text(b, skip->reason),
                                     .ticket = (int64_t)skip->ticket};
    if (!in.message.reason.data)
        return -EH_ENOMEM;
    if (skip->ticket)
        in.message.has |= EH_FIELD_BIT(EH_FIELD_TICKET);
    if (kind == EH_SKIP_CLOCKS)
        message_mark_clocks(&in.message);
    eh_input_identify(&in);
    int r = app_step(app, b, &in, NULL);
    skip->input = in.no;
    return r;
}

int app_step_skipped_tickets(struct eh_app *app, struct eh_batch *b)
{
    struct eh_totals totals;
    struct eh_skip *skip;
    int r = 0;
    eh_engine_totals(app->state.engine, &totals);
    while (r == 0 && (skip = eh_skips_ticket(app_skips(app))) != NULL)
        r = skip_step(app, b, skip, totals.date, EH_SKIP_DUE);
    return r;
}

/* What time brings, or what takes its place where PostgreSQL refused it. */
static int timed_step(struct eh_app *app, struct eh_batch *b, enum eh_skip_kind kind, int32_t date)
{
    struct eh_key key = eh_skip_key(app->state.engine, date, kind);
    struct eh_skip *skip = eh_skips_find(app_skips(app), key);
    if (skip)
        return skip_step(app, b, skip, date, kind);
    struct eh_batch_due *due = eh_batch_due(b);
    if (!due)
        return -EH_ENOMEM;
    *due = (struct eh_batch_due){b->to_input + 1, key};
    return shell_step(app, b, kind, date);
}

/* Before anything else: what was committed can neither be drawn with nor revealed. */
int app_step_new_key(struct eh_app *app, struct eh_batch *b)
{
    struct eh_totals totals;
    struct eh_input in = {.origin = EH_ORIGIN_SHELL};
    if (!app_new_key_take(app, &in.message))
        return 0;
    eh_engine_totals(app->state.engine, &totals);
    in.date = totals.date;
    eh_input_identify(&in);
    return app_step(app, b, &in, NULL);
}

/* The first leader of a new build says by which rules it decides from here on. */
int app_step_rules(struct eh_app *app, struct eh_batch *b)
{
    struct eh_totals totals;
    struct eh_input in = {.origin = EH_ORIGIN_SHELL, .message.type = EH_MESSAGE_RULES};
    eh_engine_totals(app->state.engine, &totals);
    if (totals.rules >= EH_RULES_LAST)
        return 0;
    in.date = totals.date;
    in.message.rules = EH_RULES_LAST;
    in.message.has = EH_FIELD_BIT(EH_FIELD_RULES);
    eh_input_identify(&in);
    return app_step(app, b, &in, NULL);
}

/* From here on the time is this clock's, whatever it was before. */
int app_step_accept_time(struct eh_app *app, struct eh_batch *b)
{
    struct eh_input in = {.origin = EH_ORIGIN_SHELL};
    if (!app_accept_time_take(app, &in.message))
        return 0;
    b->at_us = eh_clock_now_us(&app->services.clock);
    in.date = eh_clock_date(&app->services.clock, b->at_us);
    eh_input_identify(&in);
    return app_step(app, b, &in, NULL);
}

/* A new local day comes before anything else that happens on it. */
int app_step_day(struct eh_app *app, struct eh_batch *b, int32_t *ret_date)
{
    struct eh_totals totals;
    eh_engine_totals(app->state.engine, &totals);
    int32_t date = eh_clock_date(&app->services.clock, b->at_us);
    if (totals.input > 0 && date < totals.date)
        date = totals.date;
    *ret_date = date;
    if (date > totals.date || !totals.committed) /* nothing committed: first day, or an old log */
        return timed_step(app, b, EH_SKIP_DAY, date);
    return 0;
}

bool app_shift_is_due(const struct eh_app *app, const struct eh_batch *b)
{
    return eh_engine_shift_us(app->state.engine) <= b->at_us;
}

/* Shifts that begin or end, on the day of the engine: nothing else is decided before them. */
int app_step_shifts(struct eh_app *app, struct eh_batch *b)
{
    struct eh_totals totals;
    uint32_t most = app_batch_most(app);
    int r = 0;
    eh_engine_totals(app->state.engine, &totals);
    for (int i = 0;
         r == 0 && i < EH_BATCH_SHIFTS_MAX && app_shift_is_due(app, b) && eh_batch_weight(b) < most;
         i++)
        r = timed_step(app, b, EH_SKIP_DUE, totals.date);
    return r;
}

/* An answer may stand on the inbox that makes a ticket late no more: what it says comes first. */
static int64_t clocks_due_us(const struct eh_app *app)
{
    return eh_inbox_caught_up(app->services.inbox) ? eh_engine_clocks_due_us(app->state.engine)
                                                   : EH_TIME_NEVER;
}

int64_t app_due_us(const struct eh_app *app)
{
    int64_t due = eh_engine_due_us(app->state.engine), clocks = clocks_due_us(app);
    return due < clocks ? due : clocks;
}

bool app_is_due(const struct eh_app *app, const struct eh_batch *b)
{
    return app_due_us(app) <= b->at_us;
}

/* What is due, until the batch weighs as much as it may. */
int app_step_due(struct eh_app *app, struct eh_batch *b, int32_t date, uint32_t most)
{
    int r = 0;
    for (int i = 0;
         r == 0 && i < EH_BATCH_DUE_MAX && app_is_due(app, b) && eh_batch_weight(b) < most; i++) {
        bool clocks = eh_engine_due_us(app->state.engine) > b->at_us;
        r = timed_step(app, b, clocks ? EH_SKIP_CLOCKS : EH_SKIP_DUE, date);
    }
    return r;
}

bool app_time_brings(struct eh_app *app)
{
    struct eh_totals totals;
    int64_t now = eh_clock_now_us(&app->services.clock);
    eh_engine_totals(app->state.engine, &totals);
    return app_new_key_due(app) || app_accept_time_due(app) || eh_skips_ticket(app_skips(app)) ||
           totals.rules < EH_RULES_LAST || !totals.committed || app_schedules_wait(app) ||
           app_due_us(app) <= now || eh_clock_date(&app->services.clock, now) > totals.date;
}

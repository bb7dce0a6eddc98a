/*
 * pool_days: a pool day by day: what a period came to at the end of each of its days, as it was
 * known then. The log is decided again from the last snapshot before the period.
 */
#include "pool_days.h"

#include <stdio.h>

#include <evenhand/json/plan.h>
#include <evenhand/value/json.h>

#include "client/object.h"
#include "log/replay.h"
#include "term/say.h"
#include "term/table.h"

struct walk {
    struct eh_replay replay;
    struct eh_str team;
    struct eh_period period;
    int32_t day; /* the first day without a row */
    json_t *days;
};

/* ---- Rows. */

static bool is_missing(const struct eh_pool_statement *s)
{
    bool missing = false;
    for (uint32_t i = 0; i < s->metric_count; i++)
        missing |= s->metrics[i].missing;
    return missing;
}

/* What the period comes to now, without a day. NULL: no plan governs it. */
static int state_json(const struct walk *walk, json_t **ret, struct eh_error *error)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_period_view view;
    struct eh_pool_statement *s;
    struct eh_totals totals;
    *ret = NULL;
    if (!eh_engine_period(walk->replay.engine, walk->team, walk->period, &view))
        return 0;
    int r = eh_pool_statement(walk->replay.engine, &view, &arena, &s, error);
    if (r < 0)
        return r;
    eh_engine_totals(walk->replay.engine, &totals);
    json_t *row = json_object();
    eh_json_put_int(row, "composite_ppm", s->composite_ppm);
    eh_json_put_int(row, "funding_ppm", s->funding_ppm);
    eh_json_put_int(row, "gross", s->gross);
    eh_json_put_int(row, "carry", s->carry);
    eh_json_put_int(row, "net", s->net);
    eh_json_put_bool(row, "missing", is_missing(s));
    eh_json_put_int(row, "input", (int64_t)totals.input);
    *ret = row;
    return 0;
}

/* Puts a row for each day of the period before `end` that has none. Nothing happened in between, so
 * all of them are alike. */
static int rows_put(struct walk *walk, int32_t end, struct eh_error *error)
{
    json_t *state;
    int32_t last = eh_period_last(walk->period);
    if (end > last + 1)
        end = last + 1;
    if (walk->day >= end)
        return 0;
    int r = state_json(walk, &state, error);
    for (; r == 0 && walk->day < end; walk->day++) {
        json_t *row = state ? json_copy(state) : NULL;
        if (!row)
            continue;
        eh_json_put_date(row, "day", walk->day);
        json_array_append_new(walk->days, row);
    }
    json_decref(state);
    return r;
}

/* ---- The log. */

static int32_t date_of(const struct eh_replay *replay)
{
    struct eh_totals totals;
    eh_engine_totals(replay->engine, &totals);
    return totals.date;
}

static bool has_team(const struct walk *walk)
{
    const struct eh_desk *desk = eh_engine_desk(walk->replay.engine);
    return desk && eh_desk_team(desk, walk->team);
}

/* Ends behind the period, but not before a desk has the team. */
static int log_walk(struct walk *walk, struct eh_error *error)
{
    struct eh_replay *replay = &walk->replay;
    int r;
    while ((r = eh_replay_next(replay, error)) > 0) {
        int32_t before = date_of(replay);
        if (replay->in.date > before && replay->row.record.input > 1)
            r = rows_put(walk, replay->in.date, error);
        if (r >= 0)
            r = eh_replay_decide(replay, error);
        if (r < 0 || (date_of(replay) > eh_period_last(walk->period) && has_team(walk)))
            break;
    }
    return r < 0 ? r : rows_put(walk, date_of(replay) + 1, error);
}

static json_t *answer_json(struct walk *walk)
{
    const struct eh_engine *engine = walk->replay.engine;
    const struct eh_desk *desk = eh_engine_desk(engine);
    struct eh_period_view view;
    struct eh_totals totals;
    char period[EH_DECIMAL_TEXT_MAX];
    bool there = eh_engine_period(engine, walk->team, walk->period, &view);
    json_t *body = json_object();
    eh_engine_totals(engine, &totals);
    eh_period_print(walk->period, period);
    eh_json_put_text(body, "team", walk->team);
    eh_json_put_string(body, "period", period);
    eh_json_put_text(body, "currency", desk ? desk->currency : eh_str(NULL));
    eh_json_put_text(body, "plan", there ? view.plan->id : eh_str(NULL));
    eh_json_put(body, "days", json_incref(walk->days));
    eh_json_put(body, "funding", there ? eh_plan_funding_json(view.plan) : json_array());
    eh_json_put_time(body, "as_of", totals.at_us);
    return body;
}

static int days_make(struct walk *walk, const char *conninfo, struct eh_error *error)
{
    const struct eh_cli_log_before before = {.day = eh_period_first(walk->period),
                                             .input = UINT64_MAX};
    int r = eh_replay_open(conninfo, &walk->replay, error);
    if (r == 0)
        r = eh_replay_begin_before(&walk->replay, &before, error);
    if (r == 0)
        r = log_walk(walk, error);
    if (r < 0)
        return r;
    return has_team(walk)
               ? 0
               : eh_error_set(error, EH_ENOTFOUND, "team %.*s: the desk has none of that id",
                              EH_STR_ARG(walk->team));
}

int eh_pool_days_from_log(const struct eh_cli *cli, const char *conninfo, const char *period,
                          json_t **ret)
{
    struct eh_error error = {0};
    struct walk walk = {.team = eh_str(cli->args[0])};
    if (eh_period_parse(eh_str(period), &walk.period, &error) < 0)
        return eh_say(cli, EH_EXIT_USAGE, "--period: %s", error.text);
    walk.day = eh_period_first(walk.period);
    walk.days = json_array();
    int r = days_make(&walk, conninfo, &error);
    if (r == 0)
        *ret = answer_json(&walk);
    else
        r = eh_say(cli, eh_cli_log_exit(r), "%s", error.text);
    json_decref(walk.days);
    eh_replay_done(&walk.replay);
    return r;
}

/* ---- For people. */

static void day_row(struct eh_grid *g, const json_t *day, unsigned exponent)
{
    static const char *const ratios[] = {"composite_ppm", "funding_ppm"};
    static const char *const amounts[] = {"gross", "carry", "net"};
    char text[EH_CLI_TEXT];
    eh_grid_text(g, eh_object_text(day, "day"));
    for (size_t i = 0; i < sizeof ratios / sizeof *ratios; i++) {
        eh_pool_percent(eh_object_int(day, ratios[i]), text);
        eh_grid_text(g, text);
    }
    for (size_t i = 0; i < sizeof amounts / sizeof *amounts; i++)
        eh_grid_money(g, eh_object_int(day, amounts[i]), exponent);
    eh_grid_dim(g, json_is_true(json_object_get(day, "missing")) ? "a figure is missing" : "");
}

void eh_pool_show_days(const struct eh_cli *cli, const json_t *days)
{
    unsigned exponent = eh_object_exponent(days);
    struct eh_grid *g = eh_grid_begin(cli, "day,>composite,>funding,>gross,>carry,>net,note");
    size_t i;
    json_t *day;
    if (json_array_size(json_object_get(days, "days")) == 0)
        puts("nothing is recorded for a day of that period");
    json_array_foreach(json_object_get(days, "days"), i, day) day_row(g, day, exponent);
    eh_grid_print(g);
}

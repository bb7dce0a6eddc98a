/*
 * gauges: how the teams stand, for /metrics and the status: what waits and since when, who
 * is there, what nobody can do.
 *
 * The engine may be ahead of PostgreSQL, and neither answer waits for a COMMIT: a watchdog has to
 * hear when none comes. So the figures are those of this request, if that state is committed, and
 * else those of the last request before.
 */
#include "admin/api/api.h"

#include <evenhand/engine/periods.h>
#include <stdlib.h>

#define TICKETS_LOOKED_AT 200000 /* for the oldest, in all teams together */
#define ROWS_MAX          16     /* of what nobody can do, of a team */
#define HOUR_US           INT64_C(3600000000)

/* Outlives the admin API while a COMMIT is awaited. */
struct eh_admin_gauges {
    json_t *shown, *taken; /* arrays, a row a team; NULL: none yet */
    bool awaited, orphan;
};

/* [{"skills": [...], "missing": [...], "waiting": n}] */
static json_t *undoable_json(const struct eh_engine *engine, struct eh_str team)
{
    struct eh_undoable rows[ROWS_MAX];
    json_t *list = json_array();
    size_t count = eh_engine_undoable(engine, team, ROWS_MAX, rows);
    for (size_t i = 0; i < count; i++) {
        json_t *row = json_object(), *skills = eh_json_list(rows[i].skills);
        json_t *missing = json_array();
        for (size_t n = 0; n < json_array_size(skills); n++)
            if (rows[i].lacking >> n & 1)
                json_array_append(missing, json_array_get(skills, n));
        eh_json_put(row, "skills", skills);
        eh_json_put(row, "missing", missing);
        eh_json_put_int(row, "waiting", (int64_t)rows[i].waiting);
        json_array_append_new(list, row);
    }
    return list;
}

static json_t *team_json(const struct eh_engine *engine, struct eh_str id, int64_t now_us,
                         uint32_t *budget)
{
    struct eh_team_gauges g;
    if (!eh_engine_team_gauges(engine, id, budget, &g))
        return NULL;
    json_t *row = json_object();
    eh_json_put_text(row, "team", id);
    eh_json_put_int(row, "waiting", (int64_t)g.waiting);
    eh_json_put_int(row, "oldest_us", g.oldest_us);
    eh_json_put_int(row, "open", (int64_t)g.open);
    eh_json_put_int(row, "paused", (int64_t)g.paused);
    eh_json_put_int(row, "available", g.available);
    eh_json_put_int(row, "late", (int64_t)g.late);
    eh_json_put_int(row, "due_soon", eh_engine_due_by(engine, id, now_us + HOUR_US));
    eh_json_put_int(row, "late_periods", g.late_periods);
    eh_json_put_int(row, "late_facts", (int64_t)g.late_facts);
    eh_json_put_int(row, "undoable", (int64_t)g.undoable);
    eh_json_put(row, "sets", g.undoable ? undoable_json(engine, id) : json_array());
    return row;
}

static json_t *take(const struct eh_engine *engine, int64_t now_us)
{
    const struct eh_desk *desk = engine ? eh_engine_desk(engine) : NULL;
    uint32_t budget = TICKETS_LOOKED_AT;
    json_t *list = json_array();
    for (uint32_t i = 0; desk && i < desk->team_count; i++) {
        json_t *row = team_json(engine, desk->teams[i].id, now_us, &budget);
        if (row)
            json_array_append_new(list, row);
    }
    return list;
}

static void gauges_free(struct eh_admin_gauges *gauges)
{
    json_decref(gauges->shown);
    json_decref(gauges->taken);
    free(gauges);
}

static void show(struct eh_admin_gauges *gauges)
{
    json_decref(gauges->shown);
    gauges->shown = json_incref(gauges->taken);
}

static void on_confirmed(void *context, bool confirmed)
{
    struct eh_admin_gauges *gauges = context;
    gauges->awaited = false;
    if (gauges->orphan)
        gauges_free(gauges);
    else if (confirmed)
        show(gauges);
}

static bool all_committed(const struct eh_admin *admin, const struct eh_engine *engine)
{
    struct eh_app_status status;
    struct eh_totals totals;
    eh_app_status(admin->app, &status);
    eh_engine_totals(engine, &totals);
    return status.committed.known && status.committed.totals.input == totals.input;
}

/* Takes the figures anew, unless the last ones are not committed yet. */
static void refresh(struct eh_admin *admin, struct eh_admin_gauges *gauges)
{
    const struct eh_engine *engine = eh_app_engine(admin->app);
    if (gauges->awaited || !engine)
        return;
    json_decref(gauges->taken);
    gauges->taken = take(engine, eh_app_now_us(admin->app));
    if (all_committed(admin, engine)) {
        show(gauges);
        return;
    }
    gauges->awaited = true;
    if (eh_app_when_confirmed(admin->app, on_confirmed, gauges) < 0)
        gauges->awaited = false;
}

const json_t *eh_admin_gauges(struct eh_admin *admin)
{
    if (!admin->gauges)
        admin->gauges = calloc(1, sizeof *admin->gauges);
    if (!admin->gauges)
        return NULL;
    refresh(admin, admin->gauges);
    return admin->gauges->shown;
}

void eh_admin_gauges_done(struct eh_admin *admin)
{
    struct eh_admin_gauges *gauges = admin->gauges;
    admin->gauges = NULL;
    if (gauges && gauges->awaited)
        gauges->orphan = true;
    else if (gauges)
        gauges_free(gauges);
}

/* ---- The status: what nobody can do, in the teams that the caller has to do with. */

static bool sees(const struct eh_admin_request *request, const char *team)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    const struct eh_desk *desk = engine ? eh_engine_desk(engine) : NULL;
    const struct eh_desk_team *found = desk ? eh_desk_team(desk, eh_str(team)) : NULL;
    return eh_peer_sees_all(request->peer) || (request->peer->roles & EH_MAY_HELPDESK) ||
           (found && eh_peer_sees_team(request->peer, desk, found));
}

void eh_admin_put_undoable(const struct eh_admin_request *request, json_t *body)
{
    const json_t *teams = eh_admin_gauges(request->admin), *team, *set;
    json_t *list = json_array();
    size_t t, s;
    json_int_t count = 0;
    json_array_foreach(teams, t, team)
    {
        if (!sees(request, json_string_value(json_object_get(team, "team"))))
            continue;
        count += json_integer_value(json_object_get(team, "undoable"));
        json_array_foreach(json_object_get(team, "sets"), s, set)
        {
            json_t *row = json_copy((json_t *)set);
            json_object_set(row, "team", json_object_get(team, "team"));
            json_array_append_new(list, row);
        }
    }
    eh_json_put_int(body, "undoable", count);
    eh_json_put(body, "missing_skills", list);
}

/* ---- /metrics */

static const struct {
    const char *name, *key, *help;
} gauges_rows[] = {
    {"evenhand_team_waiting", "waiting", "Tickets of the team that wait for a rep"},
    {"evenhand_team_oldest_wait_seconds", "oldest_us", "Since the oldest that waits was received"},
    {"evenhand_team_open", "open", "Tickets of the team assigned and not closed"},
    {"evenhand_team_paused", "paused", "Open tickets of the team that wait for the customer"},
    {"evenhand_team_available", "available", "Members who are available, also those who are full"},
    {"evenhand_team_undoable", "undoable", "Waiting tickets whose skills no member of today has"},
    {"evenhand_team_late", "late", "Tickets that were not answered in time, and still are not"},
    {"evenhand_team_due_soon", "due_soon", "Tickets that have to be answered within the hour"},
    {"evenhand_team_late_periods", "late_periods", "Bonus periods that are over and not closed"},
    {"evenhand_team_late_facts", "late_facts",
     "Facts that came after their period was frozen or its last version"},
};

/* As a label's value: backslash, quote and line end are escaped; ids have no line ends. */
static void print_label(struct evbuffer *out, const char *text)
{
    for (; *text; text++)
        evbuffer_add_printf(out, "%s%c", *text == '"' || *text == '\\' ? "\\" : "", *text);
}

static long long figure_of(const json_t *team, const char *key, int64_t now_us)
{
    long long figure = json_integer_value(json_object_get(team, key));
    if (strcmp(key, "oldest_us") != 0)
        return figure;
    return figure == 0 || figure > now_us ? 0 : (now_us - figure) / 1000000;
}

void eh_admin_print_gauges(struct eh_admin *admin, struct evbuffer *out)
{
    const json_t *teams = eh_admin_gauges(admin), *team;
    int64_t now_us = eh_app_now_us(admin->app);
    size_t t;
    for (size_t i = 0; i < sizeof gauges_rows / sizeof *gauges_rows; i++) {
        evbuffer_add_printf(out, "# HELP %s %s\n# TYPE %s gauge\n", gauges_rows[i].name,
                            gauges_rows[i].help, gauges_rows[i].name);
        json_array_foreach(teams, t, team)
        {
            evbuffer_add_printf(out, "%s{team=\"", gauges_rows[i].name);
            print_label(out, json_string_value(json_object_get(team, "team")));
            evbuffer_add_printf(out, "\"} %lld\n", figure_of(team, gauges_rows[i].key, now_us));
        }
    }
}

/* books: roster and pool metrics as text. See books.h. */
#include <evenhand/json/books.h>

#include <evenhand/json/pool.h>
#include <evenhand/value/json.h>

#define FORM 1

/* Writes the body as text and frees it. */
static int body_dump(json_t *body, char **ret, struct eh_error *error)
{
    *ret = body ? json_dumps(body, JSON_COMPACT) : NULL;
    json_decref(body);
    return *ret ? 0 : eh_error_set(error, EH_ENOMEM, "out of memory");
}

/* ---- The roster. */

static json_t *rep_json(const struct eh_desk_rep *rep)
{
    json_t *row = json_object(), *skills = json_array();
    for (uint32_t i = 0; i < rep->skill_count; i++)
        json_array_append_new(skills, eh_json_text(rep->skills[i]));
    eh_json_put_text(row, "rep", rep->id);
    eh_json_put_text(row, "name", rep->name);
    eh_json_put_text(row, "user", rep->user);
    eh_json_put_int(row, "share_ppm", rep->share_ppm);
    eh_json_put_date(row, "since", rep->since);
    eh_json_put(row, "skills", skills);
    eh_json_put_bool(row, "on_desk", true);
    return row;
}

static json_t *team_json(const struct eh_desk_team *team)
{
    json_t *row = json_object(), *managers = json_array();
    for (uint32_t i = 0; i < team->manager_count; i++) {
        json_t *manager = json_object();
        eh_json_put_text(manager, team->managers[i].is_group ? "group" : "user",
                         team->managers[i].name);
        json_array_append_new(managers, manager);
    }
    eh_json_put_text(row, "team", team->id);
    eh_json_put_text(row, "name", team->name);
    eh_json_put_text(row, "policy", team->policy);
    eh_json_put(row, "capacity", team->capacity ? json_integer(team->capacity) : NULL);
    eh_json_put(row, "managers", managers);
    if (team->at_most_hour)
        eh_json_put_int(row, "per_hour", team->at_most_hour);
    if (team->at_most_day)
        eh_json_put_int(row, "per_day", team->at_most_day);
    return row;
}

struct stays {
    const struct eh_engine *engine;
    struct eh_str team;
    json_t *list, *reps, *known; /* known: a set of ids */
};

/* Adds a rep who is not on the desk any more, with the last name they had. */
static void gone_add(const struct stays *s, struct eh_str rep)
{
    char id[EH_ID_MAX + 1];
    eh_format(id, sizeof id, "%.*s", EH_STR_ARG(rep));
    if (json_object_get(s->known, id))
        return;
    json_t *row = json_object();
    eh_json_put_text(row, "rep", rep);
    eh_json_put_text(row, "name", eh_engine_rep_name(s->engine, rep));
    eh_json_put_bool(row, "on_desk", false);
    json_array_append_new(s->reps, row);
    eh_json_put_bool(s->known, id, true);
}

static void stay_add(void *context, struct eh_str rep, const struct eh_stay *stay)
{
    const struct stays *s = context;
    json_t *row = json_object();
    eh_json_put_text(row, "team", s->team);
    eh_json_put_text(row, "rep", rep);
    eh_json_put_date(row, "from", stay->from);
    eh_json_put_date(row, "until", stay->until);
    json_array_append_new(s->list, row);
    gone_add(s, rep);
}

static int stays_add(struct stays *s, const struct eh_desk *desk)
{
    int r = 0;
    for (uint32_t i = 0; r == 0 && i < desk->team_count; i++) {
        s->team = desk->teams[i].id;
        r = eh_engine_stays(s->engine, s->team, EH_DATE_ALWAYS, EH_DATE_NEVER, stay_add, s);
    }
    return r;
}

int eh_roster_text(const struct eh_engine *engine, char **ret, struct eh_error *error)
{
    const struct eh_desk *desk = eh_engine_desk(engine);
    *ret = NULL;
    if (!desk || desk->rep_count > EH_BOOK_REPS_MAX)
        return 0;
    json_t *body = json_object(), *teams = json_array();
    struct stays stays = {engine, {NULL, 0}, json_array(), json_array(), json_object()};
    for (uint32_t i = 0; i < desk->team_count; i++)
        json_array_append_new(teams, team_json(&desk->teams[i]));
    for (uint32_t i = 0; i < desk->rep_count; i++) {
        char id[EH_ID_MAX + 1];
        eh_format(id, sizeof id, "%.*s", EH_STR_ARG(desk->reps[i].id));
        json_array_append_new(stays.reps, rep_json(&desk->reps[i]));
        eh_json_put_bool(stays.known, id, true);
    }
    int r = stays_add(&stays, desk);
    eh_json_put_int(body, "form", FORM);
    eh_json_put(body, "teams", teams);
    eh_json_put(body, "reps", stays.reps);
    eh_json_put(body, "memberships", stays.list);
    json_decref(stays.known);
    if (r == 0)
        return body_dump(body, ret, error);
    json_decref(body);
    return eh_error_set(error, EH_ENOMEM, "out of memory");
}

/* ---- Pools. */

int eh_pool_metrics_text(const struct eh_engine *engine, const struct eh_period_view *view,
                         char **ret, uint32_t *ret_lines, struct eh_error *error)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_pool_statement *statement;
    *ret = NULL;
    *ret_lines = 0;
    int r = eh_pool_statement(engine, view, &arena, &statement, error);
    if (r < 0)
        return r == -EH_ENOMEM ? r : 0;
    json_t *body = json_object();
    eh_json_put_int(body, "form", FORM);
    eh_json_put_text(body, "plan", view->plan->id);
    eh_json_put(body, "metrics", eh_pool_metrics_json(statement, view->plan));
    *ret_lines = statement->line_count;
    return body_dump(body, ret, error);
}

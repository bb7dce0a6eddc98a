/* books: roster and pool metrics as text. See books.h. */
#include <evenhand/json/books.h>

#include <evenhand/json/pool.h>

#define FORM 1

static void put(json_t *to, const char *key, json_t *value)
{
    json_object_set_new(to, key, value ? value : json_null());
}

static json_t *text_json(struct eh_str text)
{
    return text.size > 0 ? json_stringn(text.data, text.size) : NULL;
}

static json_t *date_json(int32_t date)
{
    char text[EH_DECIMAL_TEXT_MAX];
    if (date == EH_DATE_ALWAYS || date == EH_DATE_NEVER)
        return NULL;
    return json_stringn(text, eh_date_print(date, text));
}

/* Takes the body. */
static int dump(json_t *body, char **ret, struct eh_error *error)
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
        json_array_append_new(skills, text_json(rep->skills[i]));
    put(row, "rep", text_json(rep->id));
    put(row, "name", text_json(rep->name));
    put(row, "user", text_json(rep->user));
    put(row, "share_ppm", json_integer(rep->share_ppm));
    put(row, "since", date_json(rep->since));
    put(row, "skills", skills);
    put(row, "on_desk", json_true());
    return row;
}

static json_t *team_json(const struct eh_desk_team *team)
{
    json_t *row = json_object(), *managers = json_array();
    for (uint32_t i = 0; i < team->manager_count; i++) {
        json_t *manager = json_object();
        put(manager, team->managers[i].is_group ? "group" : "user",
            text_json(team->managers[i].name));
        json_array_append_new(managers, manager);
    }
    put(row, "team", text_json(team->id));
    put(row, "name", text_json(team->name));
    put(row, "policy", text_json(team->policy));
    put(row, "capacity", team->capacity ? json_integer(team->capacity) : NULL);
    put(row, "managers", managers);
    return row;
}

struct stays {
    const struct eh_engine *engine;
    struct eh_str team;
    json_t *list, *reps, *known; /* known: a set of ids */
};

/* Who is on the desk no more is told by the name they had last. */
static void add_gone(const struct stays *s, struct eh_str rep)
{
    char id[EH_ID_MAX + 1];
    eh_format(id, sizeof id, "%.*s", EH_STR_ARG(rep));
    if (json_object_get(s->known, id))
        return;
    json_t *row = json_object();
    put(row, "rep", text_json(rep));
    put(row, "name", text_json(eh_engine_rep_name(s->engine, rep)));
    put(row, "on_desk", json_false());
    json_array_append_new(s->reps, row);
    put(s->known, id, json_true());
}

static void add_stay(void *context, struct eh_str rep, const struct eh_stay *stay)
{
    const struct stays *s = context;
    json_t *row = json_object();
    put(row, "team", text_json(s->team));
    put(row, "rep", text_json(rep));
    put(row, "from", date_json(stay->from));
    put(row, "until", date_json(stay->until));
    json_array_append_new(s->list, row);
    add_gone(s, rep);
}

static int add_stays(struct stays *s, const struct eh_desk *desk)
{
    int r = 0;
    for (uint32_t i = 0; r == 0 && i < desk->team_count; i++) {
        s->team = desk->teams[i].id;
        r = eh_engine_stays(s->engine, s->team, EH_DATE_ALWAYS, EH_DATE_NEVER, add_stay, s);
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
        put(stays.known, id, json_true());
    }
    int r = add_stays(&stays, desk);
    put(body, "form", json_integer(FORM));
    put(body, "teams", teams);
    put(body, "reps", stays.reps);
    put(body, "memberships", stays.list);
    json_decref(stays.known);
    if (r == 0)
        return dump(body, ret, error);
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
    put(body, "form", json_integer(FORM));
    put(body, "plan", text_json(view->plan->id));
    put(body, "metrics", eh_pool_metrics_json(statement, view->plan));
    *ret_lines = statement->line_count;
    return dump(body, ret, error);
}

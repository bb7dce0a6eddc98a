/*
 * desk: the desk file as its reader may see it.
 *
 * Operators and auditors get the file itself. Everybody else gets a desk file of their own teams,
 * written anew as JSON: a manager with everything of the members there, a rep with everything of
 * themselves and the others' names. Such a file has nothing that colleagues' pay is made of (share,
 * first day, user, skills, plans of other teams). The pool tells of plans.
 */
#include "admin/api/api.h"
#include "host/loop.h"

struct desk_view {
    const struct eh_peer *peer;
    const struct eh_desk *desk;
};

static void put_date(json_t *object, const char *key, int32_t date)
{
    if (date != EH_DATE_ALWAYS && date != EH_DATE_NEVER)
        eh_json_put_date(object, key, date);
}

/* Is the rep in a team that the caller manages? */
static bool in_managed_team(const struct desk_view *v, uint32_t rep)
{
    for (uint32_t i = 0; i < v->desk->team_count; i++) {
        const struct eh_desk_team *team = &v->desk->teams[i];
        for (uint32_t m = 0; m < team->member_count; m++)
            if (team->members[m].rep == rep && eh_peer_manages(v->peer, v->desk, team->id))
                return true;
    }
    return false;
}

static json_t *texts(const struct eh_str *items, uint32_t count)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < count; i++)
        json_array_append_new(list, eh_json_text(items[i]));
    return list;
}

/* As the desk file has them. */
static json_t *accounts_map(const struct eh_desk_rep *rep)
{
    json_t *map = json_object();
    for (uint32_t i = 0; i < rep->account_count; i++) {
        char source[EH_NAME_MAX + 1];
        eh_format(source, sizeof source, "%.*s", EH_STR_ARG(rep->accounts[i].source));
        eh_json_put_text(map, source, rep->accounts[i].account);
    }
    return map;
}

static json_t *rep_entry(const struct desk_view *v, uint32_t number)
{
    const struct eh_desk_rep *rep = &v->desk->reps[number];
    json_t *entry = json_object();
    eh_json_put_text(entry, "id", rep->id);
    eh_json_put_text(entry, "name", rep->name);
    if (!eh_peer_is_rep(v->peer, rep->id) && !in_managed_team(v, number))
        return entry;
    char share[EH_DECIMAL_TEXT_MAX];
    size_t size = eh_ppm_print(rep->share_ppm, share);
    eh_json_put_text(entry, "share", eh_str_n(share, size));
    put_date(entry, "since", rep->since);
    if (rep->user.size > 0)
        eh_json_put_text(entry, "user", rep->user);
    if (rep->skill_count > 0)
        eh_json_put(entry, "skills", texts(rep->skills, rep->skill_count));
    if (rep->account_count > 0)
        eh_json_put(entry, "accounts", accounts_map(rep));
    return entry;
}

/* A member with the days of the membership, where the caller may see them. */
static json_t *member_entry(const struct desk_view *v, const struct eh_desk_team *team,
                            const struct eh_desk_member *member)
{
    struct eh_str rep = v->desk->reps[member->rep].id;
    if (!eh_peer_is_rep(v->peer, rep) && !eh_peer_manages(v->peer, v->desk, team->id))
        return eh_json_text(rep);
    json_t *entry = json_object();
    eh_json_put_text(entry, "id", rep);
    put_date(entry, "from", member->from);
    put_date(entry, "until", member->until);
    return entry;
}

static json_t *managers_of(const struct eh_desk_team *team)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < team->manager_count; i++) {
        json_t *name = eh_json_text(team->managers[i].name);
        json_array_append_new(list, team->managers[i].is_group ? json_pack("{s:o}", "group", name)
                                                               : name);
    }
    return list;
}

static json_t *team_entry(const struct desk_view *v, const struct eh_desk_team *team)
{
    json_t *entry = json_object(), *reps = json_array();
    uint32_t last = UINT32_MAX; /* without days a rep is listed once in a team */
    for (uint32_t i = 0; i < team->member_count; i++) {
        json_t *member = member_entry(v, team, &team->members[i]);
        bool again = json_is_string(member) && team->members[i].rep == last;
        last = team->members[i].rep;
        if (again)
            json_decref(member);
        else
            json_array_append_new(reps, member);
    }
    eh_json_put_text(entry, "id", team->id);
    eh_json_put_text(entry, "name", team->name);
    eh_json_put_text(entry, "policy", team->policy);
    if (team->capacity)
        eh_json_put_int(entry, "capacity", team->capacity);
    eh_json_put(entry, "managers", managers_of(team));
    eh_json_put(entry, "reps", reps);
    return entry;
}

/* Who is in one of the teams that are shown, or is the caller. */
static json_t *reps_of(const struct desk_view *v, const bool *shown)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < v->desk->rep_count; i++)
        if (shown[i] || eh_peer_is_rep(v->peer, v->desk->reps[i].id))
            json_array_append_new(list, rep_entry(v, i));
    return list;
}

static json_t *kinds_of(const struct eh_desk *desk)
{
    json_t *kinds = json_object();
    for (uint32_t i = 0; i < desk->kind_count; i++) {
        char id[EH_ID_MAX + 1];
        eh_format(id, sizeof id, "%.*s", EH_STR_ARG(desk->kinds[i].id));
        eh_json_put(kinds, id, json_pack("{s:i}", "points", (int)desk->kinds[i].points));
    }
    return kinds;
}

/* NULL: no memory. */
static json_t *own_part(struct eh_admin_request *request, const struct desk_view *v)
{
    size_t size = v->desk->rep_count * sizeof(bool);
    bool *shown = eh_arena_alloc(&request->arena, size ? size : 1);
    if (!shown)
        return NULL;
    memset(shown, 0, size);
    json_t *teams = json_array();
    for (uint32_t i = 0; i < v->desk->team_count; i++) {
        const struct eh_desk_team *team = &v->desk->teams[i];
        if (!eh_peer_sees_team(v->peer, v->desk, team))
            continue;
        json_array_append_new(teams, team_entry(v, team));
        for (uint32_t m = 0; m < team->member_count; m++)
            shown[team->members[m].rep] = true;
    }
    json_t *part = json_object();
    eh_json_put_text(part, "desk", v->desk->id);
    eh_json_put_text(part, "currency", v->desk->currency);
    eh_json_put_text(part, "time_zone", v->desk->time_zone);
    eh_json_put(part, "kinds", kinds_of(v->desk));
    eh_json_put(part, "reps", reps_of(v, shown));
    eh_json_put(part, "teams", teams);
    return part;
}

static json_t *own_text(struct eh_admin_request *request, const struct eh_desk *desk)
{
    const struct desk_view view = {request->peer, desk};
    json_t *part = own_part(request, &view);
    char *text = part ? json_dumps(part, JSON_INDENT(2)) : NULL;
    json_t *value = eh_json_string(text);
    free(text);
    json_decref(part);
    return value;
}

void eh_admin_get_desk(struct eh_admin_request *request)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    const struct eh_desk *desk = eh_engine_desk(engine);
    if (!desk) {
        eh_admin_error(request, EH_ENOTFOUND, NULL, "no desk file has been applied yet");
        return;
    }
    bool whole = eh_peer_sees_all(request->peer);
    struct eh_totals totals;
    eh_engine_totals(engine, &totals);
    if (whole && !eh_admin_has_room(request, totals.desk_text.size))
        return;
    json_t *body = json_object();
    eh_json_put_text(body, "desk", desk->id);
    eh_json_put_hex(body, "sha256", totals.desk_sha256, sizeof totals.desk_sha256);
    eh_json_put_bool(body, "whole", whole);
    eh_json_put(body, "text", whole ? eh_json_text(totals.desk_text) : own_text(request, desk));
    eh_admin_reply(request, 200, body);
    eh_loop_note("admin", "desk");
}

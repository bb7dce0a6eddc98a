/*
 * reads: status, desk, teams and reps, straight from the engine's memory.
 *
 * Lists come in pages of EH_ADMIN_PAGE, so that no single answer holds up the loop for long.
 */
#include "admin/api/board.h"
#include "admin/api/team_times.h"

#include <evenhand/engine/periods.h>

/* ---- Status. */

json_t *eh_admin_roles(const struct eh_peer *peer)
{
    json_t *list = json_array();
    for (unsigned bit = 1; bit <= EH_MAY_DELEGATE; bit <<= 1)
        if (peer->roles & bit)
            json_array_append_new(list, json_string(eh_admin_role_name(bit)));
    return list;
}

/* What is committed; id and currency of a desk never change. */
static void put_totals(json_t *body, const struct eh_engine *engine,
                       const struct eh_committed *committed)
{
    const struct eh_totals *totals = &committed->totals;
    bool known = committed->known;
    const struct eh_desk *desk = engine && committed->has_desk ? eh_engine_desk(engine) : NULL;
    eh_json_put(body, "desk", desk ? eh_json_text(desk->id) : NULL);
    eh_json_put(body, "currency", desk ? eh_json_text(desk->currency) : NULL);
    eh_json_put(body, "time_zone", desk ? eh_json_text(desk->time_zone) : NULL);
    eh_json_put(body, "desk_sha256",
                desk ? eh_json_hex(totals->desk_sha256, sizeof totals->desk_sha256) : NULL);
    eh_json_put(body, "input", known ? json_integer((json_int_t)totals->input) : NULL);
    eh_json_put(body, "seq", known ? json_integer((json_int_t)totals->seq) : NULL);
    eh_json_put(body, "waiting", known ? json_integer((json_int_t)totals->waiting) : NULL);
    eh_json_put(body, "open", known ? json_integer((json_int_t)totals->open) : NULL);
    eh_json_put(body, "held", known ? json_integer((json_int_t)totals->held) : NULL);
    eh_json_put(body, "paused", known ? json_integer((json_int_t)totals->paused) : NULL);
    eh_json_put(body, "parked", known ? json_integer((json_int_t)totals->pending) : NULL);
    eh_json_put(body, "dead", known ? json_integer((json_int_t)committed->dead_letters) : NULL);
    eh_json_put(body, "refused", known ? json_integer((json_int_t)totals->dead) : NULL);
    eh_json_put(body, "rules", known ? json_integer((json_int_t)totals->rules) : NULL);
    eh_json_put(body, "draw_epoch", known ? json_integer((json_int_t)totals->epoch) : NULL);
    eh_json_put_time(body, "at", totals->at_us);
}

/* Tickets of teams their reps have left, of those teams that the caller may see. */
static json_t *left_of(const struct eh_admin_request *request)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    const struct eh_desk *desk = engine ? eh_engine_desk(engine) : NULL;
    struct eh_left_view views[EH_ADMIN_LEFT_MAX];
    size_t count = desk ? eh_engine_left(engine, views, EH_ADMIN_LEFT_MAX) : 0;
    json_t *list = json_array();
    for (size_t i = 0; i < count && i < EH_ADMIN_LEFT_MAX; i++) {
        if (!eh_peer_sees_all(request->peer) &&
            !eh_peer_manages(request->peer, desk, views[i].team))
            continue;
        json_t *one = json_object();
        eh_json_put_text(one, "team", views[i].team);
        eh_json_put_text(one, "rep", views[i].rep);
        eh_json_put_int(one, "open", (int64_t)views[i].open);
        json_array_append_new(list, one);
    }
    return list;
}

/* All that stand, the most urgent first. */
static json_t *alarms_of(const struct eh_alarms *alarms)
{
    json_t *list = json_array();
    for (enum eh_alarm alarm = 0; alarm < EH_ALARM_COUNT; alarm++) {
        if (!eh_alarm_stands(alarms, alarm))
            continue;
        json_t *one = json_object();
        eh_json_put_string(one, "name", eh_alarm_name(alarm));
        eh_json_put_string(one, "text", alarms->rows[alarm].text);
        eh_json_put_time(one, "since", alarms->rows[alarm].since_us);
        json_array_append_new(list, one);
    }
    return list;
}

static void put_trouble(const struct eh_admin_request *request, const struct eh_app_status *status,
                        json_t *body)
{
    /* It may quote the desk file, shares and first days with it. */
    bool all = eh_peer_sees_all(request->peer);
    eh_json_put(body, "last_error", all ? eh_json_string(status->last_error) : NULL);
    eh_json_put_time(body, "last_error_at", status->last_error_us);
    eh_json_put_string(body, "alarm", eh_alarm_first(status->alarms));
    eh_json_put(body, "alarms", alarms_of(status->alarms));
}

void eh_admin_get_status(struct eh_admin_request *request)
{
    struct eh_app_status status;
    eh_app_status(request->admin->app, &status);
    json_t *body = json_object();
    eh_json_put_string(body, "role", eh_role_name(status.role));
    eh_json_put_int(body, "epoch", (int64_t)status.epoch);
    put_totals(body, eh_app_engine(request->admin->app), &status.committed);
    eh_admin_put_undoable(request, body);
    eh_json_put_int(body, "published", (int64_t)status.published_seq);
    eh_json_put_int(body, "in_flight", (int64_t)status.in_flight);
    eh_json_put_int(body, "repeats", (int64_t)status.repeats);
    eh_json_put_int(body, "signals_superseded", (int64_t)status.superseded);
    eh_json_put_int(body, "signals_kept", (int64_t)status.kept);
    eh_json_put_string(body, "redis", status.redis_up ? "up" : "down");
    eh_json_put_string(body, "redis_address", status.redis_address);
    eh_json_put_string(body, "redis_error", status.redis_error);
    eh_json_put_string(body, "postgres", status.postgres_up ? "up" : "down");
    put_trouble(request, &status, body);
    eh_json_put(body, "left_with_open", left_of(request));
    eh_json_put_int(body, "schema", status.schema);
    eh_json_put_string(body, "version", EVENHAND_VERSION);
    eh_json_put_string(body, "desk_file", status.desk_file);
    eh_json_put_bool(body, "desk_file_differs", status.desk_file_differs);
    eh_json_put_string(body, "user", request->peer->user);
    eh_json_put_string(body, "through", request->peer->through);
    eh_json_put(body, "roles", eh_admin_roles(request->peer));
    eh_json_put_string(body, "rep", request->peer->rep);
    eh_admin_reply(request, 200, body);
}

/* ---- Teams. */

/* Somebody who is in no team today is in none of the states. */
static const char *shown_state(uint8_t state, bool on_duty, bool left)
{
    if (on_duty)
        return state ? eh_status_name(state) : "off";
    return left ? "left" : "not on duty";
}

/* The kinds that the team deals the rep none of, for they have as many open as they may. */
static json_t *full_for(const struct eh_engine *engine, struct eh_str team, struct eh_str rep)
{
    struct eh_kind_view kinds[EH_DESK_KINDS_MAX];
    size_t count = eh_engine_kinds(engine, team, rep, kinds);
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        if (kinds[i].full)
            json_array_append_new(list, eh_json_text(kinds[i].kind));
    return list;
}

/* A rep sees who is in the team and in which state, and of themselves alone what they were entitled
 * to and received: the others' parts would tell their shares. */
static json_t *member_json(const struct eh_engine *engine, struct eh_str team,
                           const struct eh_member_view *member, bool figures)
{
    json_t *body = json_object();
    struct eh_rep_view rep = {.ends_us = EH_TIME_NEVER, .next_us = EH_TIME_NEVER};
    bool known = figures && eh_engine_rep(engine, member->rep, &rep);
    eh_json_put_text(body, "id", member->rep);
    eh_json_put_text(body, "name", eh_engine_rep_name(engine, member->rep));
    uint8_t state = member->off ? 0 : member->state;
    eh_json_put_string(body, "state", shown_state(state, member->active, member->left));
    eh_json_put_time(body, "until", member->off ? member->off_until_us : rep.ends_us);
    eh_json_put_string(body, "said", eh_status_name(member->state));
    eh_json_put(body, "since", known ? eh_json_time(rep.since_us) : NULL);
    eh_json_put(body, "reason", known ? eh_json_text(rep.reason) : NULL);
    eh_json_put(body, "by", known ? eh_json_text(rep.by) : NULL);
    eh_json_put_string(body, "next_state", eh_status_name(rep.next_state));
    eh_json_put_time(body, "next_from", rep.next_us);
    eh_json_put_bool(body, "full", member->full);
    eh_json_put(body, "full_for", full_for(engine, team, member->rep));
    bool ramps = member->ramp_until_us != EH_TIME_NEVER && figures;
    eh_json_put(body, "ramp_share_ppm", ramps ? json_integer(member->share_ppm) : NULL);
    eh_json_put_time(body, "ramp_until", ramps ? member->ramp_until_us : EH_TIME_NEVER);
    eh_json_put_bool(body, "active", member->active);
    eh_json_put(body, "open", figures ? json_integer((json_int_t)member->open) : NULL);
    eh_json_put(body, "points", figures ? json_integer((json_int_t)member->points) : NULL);
    eh_json_put(body, "paused", figures ? json_integer((json_int_t)member->paused) : NULL);
    eh_json_put(body, "dealt_hour", figures ? json_integer(member->dealt_hour) : NULL);
    eh_json_put(body, "dealt_day", figures ? json_integer(member->dealt_day) : NULL);
    eh_json_put(body, "entitled", figures ? eh_json_tickets(member->entitled_nano) : NULL);
    eh_json_put(body, "received", figures ? json_integer((json_int_t)member->received) : NULL);
    eh_json_put(body, "entitled_value", figures ? json_integer(member->entitled_value) : NULL);
    eh_json_put(body, "received_value", figures ? json_integer(member->received_value) : NULL);
    return body;
}

/* Index of the first member whose id comes behind `after`. */
static uint32_t member_behind(const struct eh_engine *engine, const struct eh_team_view *team,
                              struct eh_str after)
{
    uint32_t low = 0, high = after.size > 0 ? team->member_count : 0;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        struct eh_member_view member;
        if (eh_engine_member(engine, team->id, middle, &member) &&
            eh_str_compare(member.rep, after) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The one its period of today is under, or null. */
static json_t *plan_of(const struct eh_engine *engine, const struct eh_desk *desk,
                       struct eh_str team)
{
    struct eh_totals totals;
    eh_engine_totals(engine, &totals);
    const struct eh_bonus_plan *plan = desk ? eh_desk_plan(desk, team, totals.date) : NULL;
    return plan ? eh_json_text(plan->id) : NULL;
}

/* Null where the team has no limit. */
static json_t *at_most_json(const struct eh_team_view *team)
{
    if (!team->at_most_hour && !team->at_most_day)
        return NULL;
    json_t *body = json_object();
    if (team->at_most_hour)
        eh_json_put_int(body, "per_hour", team->at_most_hour);
    if (team->at_most_day)
        eh_json_put_int(body, "per_day", team->at_most_day);
    return body;
}

/* The kinds of which it lets a rep have so many open tickets. */
static json_t *kinds_json(const struct eh_desk_team *team)
{
    json_t *list = json_array();
    for (uint32_t i = 0; team && i < team->kind_count; i++) {
        json_t *limit = json_object();
        eh_json_put_text(limit, "kind", team->kinds[i].kind);
        eh_json_put_int(limit, "open", team->kinds[i].open);
        json_array_append_new(list, limit);
    }
    return list;
}

/* What paused tickets count. */
static json_t *pausing_json(const struct eh_team_view *team)
{
    static const char *const words[] = {[EH_PAUSED_COUNTS_NO] = "no",
                                        [EH_PAUSED_COUNTS_HALF] = "half",
                                        [EH_PAUSED_COUNTS_YES] = "yes"};
    json_t *body = json_object();
    eh_json_put_string(body, "counts", words[team->paused_counts]);
    eh_json_put_int(body, "at_most", team->paused_at_most);
    return body;
}

/* The team with a page of its members; returns how many those were. */
static uint32_t team_json(const struct eh_admin_request *request, const struct eh_team_view *team,
                          struct eh_str after, struct eh_board_budget *budget, json_t **ret)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    const struct eh_peer *peer = request->peer;
    json_t *body = json_object();
    eh_json_put_text(body, "id", team->id);
    eh_json_put_text(body, "name", team->name);
    eh_json_put_text(body, "policy", team->policy);
    eh_json_put_int(body, "capacity", (int64_t)team->capacity);
    eh_json_put(body, "at_most", at_most_json(team));
    const struct eh_desk *desk = eh_engine_desk(engine);
    const struct eh_desk_team *rules = desk ? eh_desk_team(desk, team->id) : NULL;
    if (rules)
        eh_admin_put_team_times(rules, body);
    eh_json_put(body, "kinds", kinds_json(rules));
    eh_json_put_int(body, "waiting", (int64_t)team->waiting);
    eh_json_put_int(body, "open", (int64_t)team->open);
    eh_json_put_int(body, "paused", (int64_t)team->paused);
    eh_json_put(body, "pausing", pausing_json(team));
    eh_json_put_int(body, "members", (int64_t)team->member_count);
    eh_json_put(body, "plan", plan_of(engine, desk, team->id));
    eh_json_put(body, "currency", desk ? eh_json_text(desk->currency) : NULL);

    eh_admin_put_board(request, team->id, budget, body);

    bool all = eh_peer_sees_all(peer) || eh_peer_manages(peer, desk, team->id);
    json_t *reps = json_array();
    uint32_t i = member_behind(engine, team, after), shown = 0;
    struct eh_member_view member = {0};
    while (i < team->member_count && shown < EH_ADMIN_PAGE &&
           eh_engine_member(engine, team->id, i, &member)) {
        bool figures = all || eh_peer_is_rep(peer, member.rep);
        json_array_append_new(reps, member_json(engine, team->id, &member, figures));
        shown++;
        i++;
    }
    eh_json_put(body, "reps", reps);
    eh_json_put(body, "after", i < team->member_count ? eh_json_text(member.rep) : NULL);
    *ret = body;
    return shown;
}

void eh_admin_get_team(struct eh_admin_request *request)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    const struct eh_desk *desk = eh_engine_desk(engine);
    struct eh_str id = eh_admin_part(request, "team");
    const struct eh_desk_team *team = desk ? eh_desk_team(desk, id) : NULL;
    struct eh_team_view view;

    if (team ? !eh_peer_sees_team(request->peer, desk, team) : !eh_peer_sees_all(request->peer)) {
        eh_admin_deny(request, "a manager or member of team %.*s, an auditor or an operator",
                      EH_STR_ARG(id));
        return;
    }
    if (!team || !eh_engine_team(engine, id, &view)) {
        eh_admin_no_team(request, id);
        return;
    }
    json_t *body;
    struct eh_board_budget budget = EH_BOARD_BUDGET;
    team_json(request, &view, eh_http_path_query(&request->path, "after"), &budget, &body);
    eh_admin_reply(request, 200, body);
}

/* Whole teams, as many as hold about a page of members; `after` is the last team shown. */
static json_t *teams_json(const struct eh_admin_request *request)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    const struct eh_desk *desk = eh_engine_desk(engine);
    struct eh_str after = eh_http_path_query(&request->path, "after");
    json_t *list = json_array();
    uint32_t members = 0, i = 0;
    struct eh_str last = {NULL, 0};
    struct eh_board_budget budget = EH_BOARD_BUDGET;

    for (; desk && i < desk->team_count && members < EH_ADMIN_PAGE; i++) {
        struct eh_team_view view;
        const struct eh_desk_team *team = &desk->teams[i];
        if (after.size > 0 && eh_str_compare(team->id, after) <= 0)
            continue;
        if (!eh_peer_sees_team(request->peer, desk, team) ||
            !eh_engine_team(engine, team->id, &view))
            continue;
        json_t *body;
        members += 1 + team_json(request, &view, eh_str(NULL), &budget, &body);
        json_array_append_new(list, body);
        last = team->id;
    }
    json_t *body = json_object();
    eh_json_put(body, "teams", list);
    eh_json_put(body, "after", desk && i < desk->team_count ? eh_json_text(last) : NULL);
    return body;
}

void eh_admin_get_teams(struct eh_admin_request *request)
{
    eh_admin_reply(request, 200, teams_json(request));
}

void eh_admin_get_board(struct eh_admin_request *request)
{
    struct eh_app_status status;
    eh_app_status(request->admin->app, &status);
    json_t *body = teams_json(request);
    put_trouble(request, &status, body);
    eh_json_put_int(body, "dead", (int64_t)status.committed.dead_letters);
    eh_json_put_int(body, "refused", (int64_t)status.committed.totals.dead);
    eh_json_put_int(body, "input", (int64_t)status.committed.totals.input);
    eh_json_put_time(body, "now", eh_app_now_us(request->admin->app));
    eh_admin_reply(request, 200, body);
}

/* ---- Reps. */

json_t *eh_json_accounts(const struct eh_desk_rep *rep)
{
    json_t *list = json_array();
    for (uint32_t i = 0; rep && i < rep->account_count; i++) {
        json_t *one = json_object();
        eh_json_put_text(one, "source", rep->accounts[i].source);
        eh_json_put_text(one, "account", rep->accounts[i].account);
        json_array_append_new(list, one);
    }
    return list;
}

/* The same of all their teams. */
static json_t *rep_full_for(const struct eh_engine *engine, const struct eh_rep_view *rep)
{
    struct eh_kind_view kinds[EH_DESK_KINDS_MAX];
    const struct eh_desk *desk = eh_engine_desk(engine);
    json_t *list = json_array();
    for (uint32_t i = 0; i < rep->team_count; i++) {
        struct eh_str team = desk->teams[rep->teams[i]].id;
        size_t count = eh_engine_kinds(engine, team, rep->id, kinds);
        for (size_t k = 0; k < count; k++) {
            if (!kinds[k].full)
                continue;
            json_t *one = json_object();
            eh_json_put_text(one, "team", team);
            eh_json_put_text(one, "kind", kinds[k].kind);
            json_array_append_new(list, one);
        }
    }
    return list;
}

/* The teams that they come back to with a part of their share. */
static json_t *rep_ramps(const struct eh_engine *engine, const struct eh_rep_view *rep)
{
    const struct eh_desk *desk = eh_engine_desk(engine);
    json_t *list = json_array();
    for (uint32_t i = 0; i < rep->team_count; i++) {
        const struct eh_desk_team *team = &desk->teams[rep->teams[i]];
        struct eh_member_view member;
        if (!team->ramp_ppm || !eh_engine_member_of(engine, team->id, rep->id, &member) ||
            member.ramp_until_us == EH_TIME_NEVER)
            continue;
        json_t *one = json_object();
        eh_json_put_text(one, "team", team->id);
        eh_json_put_int(one, "share_ppm", member.share_ppm);
        eh_json_put_time(one, "until", member.ramp_until_us);
        json_array_append_new(list, one);
    }
    return list;
}

json_t *eh_json_rep(const struct eh_engine *engine, const struct eh_rep_view *rep)
{
    const struct eh_desk *desk = eh_engine_desk(engine);
    json_t *teams = json_array();
    for (uint32_t i = 0; i < rep->team_count; i++)
        json_array_append_new(teams, eh_json_text(desk->teams[rep->teams[i]].id));

    json_t *body = json_object();
    eh_json_put_text(body, "id", rep->id);
    eh_json_put_text(body, "name", rep->name);
    eh_json_put_text(body, "user", rep->user);
    eh_json_put(body, "accounts", eh_json_accounts(desk ? eh_desk_rep(desk, rep->id) : NULL));
    eh_json_put(body, "teams", teams);
    eh_json_put_string(body, "state",
                       shown_state(rep->off ? 0 : rep->state, rep->member, rep->left));
    eh_json_put_string(body, "said", eh_status_name(rep->state));
    eh_json_put_bool(body, "absent", rep->absent);
    eh_json_put_time(body, "on_until", rep->on_until_us);
    eh_json_put_bool(body, "full", rep->full);
    eh_json_put(body, "full_for", rep_full_for(engine, rep));
    eh_json_put(body, "ramps", rep_ramps(engine, rep));
    eh_json_put_time(body, "since", rep->since_us);
    eh_json_put_time(body, "until", rep->off ? rep->off_until_us : rep->ends_us);
    eh_json_put_text(body, "reason", rep->reason);
    eh_json_put_text(body, "by", rep->by);
    eh_json_put(body, "released_in", eh_json_list(rep->released_in));
    eh_json_put_string(body, "next_state", eh_status_name(rep->next_state));
    eh_json_put_time(body, "next_from", rep->next_us);
    eh_json_put_int(body, "share_ppm", rep->share_ppm);
    eh_json_put_int(body, "open", (int64_t)rep->open);
    eh_json_put_int(body, "paused", (int64_t)rep->paused);
    eh_json_put_int(body, "points", (int64_t)rep->points);
    return body;
}

/* A time that is still to come, or null: now. */
static void put_from(json_t *body, const char *key, int64_t at_us, int64_t now_us)
{
    eh_json_put_time(body, key, at_us > now_us ? at_us : EH_TIME_NEVER);
}

json_t *eh_json_outlook(const struct eh_admin_request *request, struct eh_str rep)
{
    struct eh_app *app = request->admin->app;
    int64_t now_us = eh_app_now_us(app);
    struct eh_outlook outlook;
    if (!eh_engine_outlook(eh_app_engine(app), rep, now_us, &outlook))
        return NULL;
    json_t *body = json_object();
    put_from(body, "available_from", outlook.available_us, now_us);
    put_from(body, "change_from", outlook.change_us, now_us);
    put_from(body, "overloaded_from", outlook.overloaded_us, now_us);
    eh_json_put_int(body, "overloads_left", outlook.overloads_left);
    eh_json_put_int(body, "at_least", outlook.at_least_s);
    eh_json_put_int(body, "at_most", outlook.at_most_s);
    eh_json_put_int(body, "changes_left_minute", outlook.changes_minute);
    eh_json_put_int(body, "changes_left_today", outlook.changes_today);
    return body;
}

/* The open tickets of the rep into body: at most a page, and not for ever; `after` goes on in
 * /v1/tickets. */
static void put_tickets(const struct eh_admin_request *request, json_t *body,
                        const struct eh_rep_view *rep)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    json_t *list = json_array();
    struct eh_ticket_view views[64];
    uint64_t after = 0;
    unsigned rounds = 0;
    size_t seen = 0; /* of the rep, whether or not the caller may see them */
    size_t max = rep->open < EH_ADMIN_PAGE ? (size_t)rep->open : EH_ADMIN_PAGE;
    while (seen < max && (after != 0 || rounds == 0) && rounds++ < EH_ADMIN_REP_ROUNDS) {
        struct eh_ticket_query query = {
            .rep = rep->id, .state = EH_TICKET_ASSIGNED, .after = after};
        size_t count =
            eh_engine_tickets(engine, &query, sizeof views / sizeof views[0], views, &after);
        seen += count;
        for (size_t i = 0; i < count; i++) {
            if (!eh_admin_sees_ticket(request, &views[i]))
                continue;
            json_t *item = json_object();
            eh_json_put_text(item, "source", views[i].source);
            eh_json_put_text(item, "id", views[i].id);
            eh_json_put_text(item, "team", views[i].team);
            eh_json_put_text(item, "kind", views[i].kind);
            eh_json_put_int(item, "value", views[i].value);
            eh_json_put_int(item, "priority", views[i].priority);
            eh_json_put_int(item, "raised", views[i].raised);
            eh_json_put_time(item, "assigned_at", views[i].assigned_us);
            eh_json_put_time(item, "paused_at", views[i].paused_us);
            eh_json_put_time(item, "due_at", views[i].due_us);
            eh_json_put_lapse(item, &views[i]);
            eh_json_put_bool(item, "late", views[i].late);
            eh_json_put_bool(item, "answered", views[i].answered);
            json_array_append_new(list, item);
        }
    }
    char text[24];
    eh_format(text, sizeof text, "%llu", (unsigned long long)after);
    bool cut = after != 0 && seen < rep->open;
    eh_json_put(body, "tickets", list);
    eh_json_put(body, "after", cut ? json_string(text) : NULL);
}

void eh_admin_get_rep(struct eh_admin_request *request)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    struct eh_str id = eh_admin_part(request, "rep");
    struct eh_rep_view rep;
    bool known = eh_engine_rep(engine, id, &rep);

    if (known ? !eh_peer_sees_rep(request->peer, &rep) &&
                    !eh_peer_holds_managed(request->peer, engine, id)
              : !eh_peer_sees_all(request->peer)) {
        eh_admin_deny(request, "rep %.*s, one of their managers, an auditor or an operator",
                      EH_STR_ARG(id));
        return;
    }
    if (!known) {
        eh_admin_no_rep(request, id);
        return;
    }
    json_t *body = eh_json_rep(engine, &rep);
    const struct eh_desk *desk = eh_engine_desk(engine);
    eh_json_put(body, "currency", desk ? eh_json_text(desk->currency) : NULL);
    eh_json_put(body, "signals", eh_json_outlook(request, rep.id));
    put_tickets(request, body, &rep);
    eh_admin_reply(request, 200, body);
}

void eh_admin_get_reps(struct eh_admin_request *request)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    const struct eh_desk *desk = eh_engine_desk(engine);
    json_t *list = json_array();
    uint32_t i = desk ? eh_admin_rep_behind(desk, eh_http_path_query(&request->path, "after")) : 0;
    uint32_t seen = 0;

    for (; desk && i < desk->rep_count && seen < EH_ADMIN_SCAN_MAX &&
           json_array_size(list) < EH_ADMIN_PAGE;
         i++, seen++) {
        struct eh_rep_view rep;
        if (eh_engine_rep(engine, desk->reps[i].id, &rep) && eh_peer_sees_rep(request->peer, &rep))
            json_array_append_new(list, eh_json_rep(engine, &rep));
    }
    bool more = desk && i < desk->rep_count;
    json_t *body = json_object();
    eh_json_put(body, "reps", list);
    eh_json_put(body, "after", more ? eh_json_text(desk->reps[i - 1].id) : NULL);
    eh_admin_reply(request, 200, body);
}

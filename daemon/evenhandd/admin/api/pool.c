/*
 * pool: a team's pool: of one period, whole and explained, and of all periods in a list.
 *
 * A rep sees the pool, the rules and their own line; of the others' lines neither sums nor weights.
 */
#include "admin/api/pool.h"

#include <evenhand/json/pool.h>

/* ---- What is asked for. */

/* The caller may see the team's pool; *ret_only as in struct eh_pool_asked. False: answered. */
static bool may_see(struct eh_admin_request *request, struct eh_str *ret_only)
{
    const struct eh_desk *desk = eh_engine_desk(eh_app_engine(request->admin->app));
    const struct eh_peer *peer = request->peer;
    struct eh_str id = eh_admin_part(request, "team");
    const struct eh_desk_team *team = desk ? eh_desk_team(desk, id) : NULL;
    if (team ? !eh_peer_sees_team(peer, desk, team) : !eh_peer_sees_all(peer)) {
        eh_admin_deny(request, "a manager or member of team %.*s, an auditor or an operator",
                      EH_STR_ARG(id));
        return false;
    }
    if (!team) {
        eh_admin_no_team(request, id);
        return false;
    }
    bool all = eh_peer_sees_all(peer) || eh_peer_manages(peer, desk, id);
    *ret_only = all ? eh_str(NULL) : eh_str(peer->rep);
    return true;
}

/* The plan of the team that begins first, or NULL. */
static const struct eh_bonus_plan *first_plan(const struct eh_desk *desk, struct eh_str team)
{
    for (uint32_t i = 0; i < desk->plan_count; i++)
        if (eh_str_equal(desk->plans[i].team, team))
            return &desk->plans[i];
    return NULL;
}

/* Refuses a period that no plan governs. `when`: the period as asked for, or "today"; `date`: its
 * first day. */
static void refuse_period(struct eh_admin_request *request, const char *when, int32_t date)
{
    const struct eh_desk *desk = eh_engine_desk(eh_app_engine(request->admin->app));
    struct eh_str team = eh_admin_part(request, "team");
    const struct eh_bonus_plan *then = eh_desk_plan(desk, team, date);
    const struct eh_bonus_plan *first = first_plan(desk, team);
    char period[EH_DECIMAL_TEXT_MAX];
    if (then) {
        eh_period_print(eh_period_of(then->from.kind, date), period);
        eh_admin_error(request, EH_ENOTFOUND, "period",
                       "team %.*s has no plan that governs %s; its plan %.*s goes by the %s: ask "
                       "for %s",
                       EH_STR_ARG(team), when, EH_STR_ARG(then->id),
                       eh_period_kind_name(then->from.kind), period);
    } else if (first) {
        eh_period_print(first->from, period);
        eh_admin_error(request, EH_ENOTFOUND, "period",
                       "team %.*s has no plan that governs %s; its first one, %.*s, begins with %s",
                       EH_STR_ARG(team), when, EH_STR_ARG(first->id), period);
    } else {
        eh_admin_error(request, EH_ENOTFOUND, "period",
                       "team %.*s has no plan that governs %s; put one under `plans` in the desk "
                       "file and apply it (man evenhand-plan)",
                       EH_STR_ARG(team), when);
    }
}

/* The period that runs today. False: answered. */
static bool running_period(struct eh_admin_request *request, const struct eh_engine *engine,
                           struct eh_period *ret)
{
    struct eh_totals totals;
    eh_engine_totals(engine, &totals);
    const struct eh_bonus_plan *plan =
        eh_desk_plan(eh_engine_desk(engine), eh_admin_part(request, "team"), totals.date);
    if (!plan) {
        refuse_period(request, "today", totals.date);
        return false;
    }
    *ret = eh_period_of(plan->from.kind, totals.date);
    return true;
}

/* False: answered. */
static bool read_period(struct eh_admin_request *request, const char *key, struct eh_str text,
                        struct eh_period *ret)
{
    struct eh_error error = {0};
    if (eh_period_parse(text, ret, &error) == 0)
        return true;
    eh_admin_error(request, EH_EINVAL, key, "%s: %s", key, error.text);
    return false;
}

bool eh_pool_asked(struct eh_admin_request *request, struct eh_pool_asked *ret)
{
    struct eh_pool_asked asked = {.engine = eh_app_engine(request->admin->app),
                                  .team = eh_admin_part(request, "team")};
    struct eh_str text = eh_http_path_query(&request->path, "period");
    struct eh_period period;
    if (!may_see(request, &asked.only))
        return false;
    if (!(text.size > 0 ? read_period(request, "period", text, &period)
                        : running_period(request, asked.engine, &period)))
        return false;
    if (!eh_engine_period(asked.engine, asked.team, period, &asked.view)) {
        char name[EH_DECIMAL_TEXT_MAX];
        eh_period_print(period, name);
        refuse_period(request, name, eh_period_first(period));
        return false;
    }
    *ret = asked;
    return true;
}

/* ---- One period. */

static bool asks_why(const struct eh_admin_request *request)
{
    struct eh_str value = eh_http_path_query(&request->path, "explain");
    for (uint32_t i = 0; i < request->path.query_count; i++)
        if (eh_str_equal(request->path.queries[i].name, eh_str("explain")))
            return !eh_str_equal(value, eh_str("0"));
    return false;
}

/* Puts what changed since the freeze, which also keeps the period from being closed. */
static void put_since(struct eh_admin_request *request, const struct eh_pool_asked *asked,
                      json_t *missing)
{
    struct eh_error why = {0};
    if (eh_pool_since_freeze(asked->engine, &asked->view, &request->arena, &why) == -EH_ECONFLICT)
        json_array_append_new(missing, json_string(why.text));
}

/* Under `missing`: what keeps the period from being closed; for those who can do something about
 * it. */
static int put_missing(struct eh_admin_request *request, const struct eh_pool_asked *asked,
                       json_t *body, struct eh_error *error)
{
    const struct eh_period_view *view = &asked->view;
    struct eh_bonus_facts *facts;
    int r;
    if (view->state >= EH_PERIOD_CLOSED || asked->only.size > 0) {
        eh_json_put(body, "missing", json_array());
        return 0;
    }
    if (view->state == EH_PERIOD_OPEN)
        r = eh_pool_facts(asked->engine, view, true, &request->arena, &facts, error);
    else
        r = eh_pool_facts_decode(view->frozen, &request->arena, &facts, error);
    if (r < 0)
        return r;
    bool forgone = view->state != EH_PERIOD_OPEN && facts->estimate; /* it scores nothing */
    json_t *missing = forgone ? json_array() : eh_pool_missing_json(view->plan, facts);
    eh_json_put(body, "missing", missing);
    if (view->state == EH_PERIOD_PROVISIONAL)
        put_since(request, asked, missing);
    return 0;
}

static int put_why(struct eh_admin_request *request, const struct eh_pool_asked *asked,
                   const struct eh_bonus_lines *lines, json_t *body, struct eh_error *error)
{
    const struct eh_bonus_node *root;
    if (!asks_why(request))
        return 0;
    int r = eh_pool_explain(asked->engine, &asked->view, lines, &request->arena, &root, error);
    if (r == 0)
        eh_json_put(body, "explain", eh_pool_node_json(root));
    return r;
}

void eh_admin_get_pool(struct eh_admin_request *request)
{
    struct eh_pool_asked asked;
    struct eh_pool_statement *statement;
    struct eh_error error = {0};
    if (!eh_pool_asked(request, &asked))
        return;
    if (eh_pool_statement(asked.engine, &asked.view, &request->arena, &statement, &error) < 0) {
        eh_admin_fail(request, &error);
        return;
    }
    struct eh_pool_expected expected;
    bool expects = asked.view.last.version == 0;
    expects =
        expects && eh_pool_expect(asked.engine, &asked.view, &request->arena, &expected, NULL) == 0;
    const struct eh_pool_shown shown = {
        .plan = asked.view.plan,
        .engine = asked.engine,
        .expected = expects ? &expected : NULL,
        .lines = {asked.only, eh_http_path_query(&request->path, "after"), EH_ADMIN_PAGE},
        .as_of_us = eh_app_now_us(request->admin->app)};
    json_t *body = eh_pool_json(statement, &shown);
    int r = body ? put_missing(request, &asked, body, &error)
                 : eh_error_set(&error, EH_ENOMEM, "out of memory");
    if (r == 0)
        r = put_why(request, &asked, &shown.lines, body, &error);
    if (r == 0) {
        eh_admin_reply(request, 200, body);
    } else {
        json_decref(body);
        eh_admin_fail(request, &error);
    }
}

/* ---- All periods. */

/* Puts the estimate for a period that is not settled. *members grows by the members it is computed
 * for. */
static void put_estimate(struct eh_admin_request *request, const struct eh_period_view *view,
                         json_t *item, uint32_t *members)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_pool_statement *s = NULL;
    if (eh_pool_statement(engine, view, &arena, &s, NULL) < 0)
        s = NULL;
    eh_json_put(item, "gross", s ? json_integer(s->gross) : NULL);
    eh_json_put(item, "carry", s ? json_integer(s->carry) : NULL);
    eh_json_put(item, "net", s ? json_integer(s->net) : NULL);
    *members += s ? s->line_count : 0;
}

static json_t *period_json(struct eh_admin_request *request, const struct eh_period_view *view,
                           uint32_t *members)
{
    char period[EH_DECIMAL_TEXT_MAX];
    json_t *item = json_object();
    eh_period_print(view->period, period);
    eh_json_put_string(item, "period", period);
    eh_json_put_string(item, "state", eh_period_state_name(view->state));
    eh_json_put_int(item, "version", view->last.version);
    eh_json_put_int(item, "paid_version", view->paid_version);
    eh_json_put_text(item, "plan", view->plan->id);
    eh_json_put_bool(item, "published_late", view->published_late);
    eh_json_put_int(item, "late", (int64_t)view->late);
    if (view->last.version == 0) {
        put_estimate(request, view, item, members);
        return item;
    }
    eh_json_put_int(item, "gross", view->last.gross);
    eh_json_put_int(item, "carry", view->last.carry);
    eh_json_put_int(item, "net", view->last.net);
    return item;
}

/* Reads where the list goes on: behind the first day of the last period shown. */
static bool read_after(struct eh_admin_request *request, int32_t *ret)
{
    struct eh_str text = eh_http_path_query(&request->path, "after");
    struct eh_period period;
    *ret = EH_DATE_ALWAYS;
    if (text.size == 0)
        return true;
    if (!read_period(request, "after", text, &period))
        return false;
    *ret = eh_period_first(period);
    return true;
}

void eh_admin_get_pools(struct eh_admin_request *request)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    struct eh_str team = eh_admin_part(request, "team"), only;
    struct eh_period_view view;
    uint32_t members = 0;
    int32_t after;
    if (!may_see(request, &only) || !read_after(request, &after))
        return;
    json_t *list = json_array();
    bool more = eh_engine_period_after(engine, team, after, &view);
    char last[EH_DECIMAL_TEXT_MAX] = "";
    while (more && json_array_size(list) < EH_ADMIN_POOL_PAGE && members < EH_ADMIN_PAGE) {
        json_array_append_new(list, period_json(request, &view, &members));
        eh_period_print(view.period, last);
        more = eh_engine_period_after(engine, team, eh_period_first(view.period), &view);
    }
    json_t *body = json_object();
    eh_json_put_text(body, "team", team);
    eh_json_put_text(body, "currency", eh_engine_desk(engine)->currency);
    eh_json_put_int(body, "carry_open", eh_engine_carry_open(engine, team));
    eh_json_put(body, "pools", list);
    eh_json_put(body, "after", more ? eh_json_string(last) : NULL);
    eh_admin_reply(request, 200, body);
}

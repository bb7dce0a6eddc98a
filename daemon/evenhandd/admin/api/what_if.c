/*
 * what_if: a period's pool under another plan. It changes nothing.
 *
 * Where the plan counts handling times in another way than the one that governs, only the log knows
 * them one by one: then the command line replays it.
 */
#include "admin/http/child.h"
#include "admin/api/pool.h"
#include <evenhand/json/pool.h>

#define OUTPUT_MAX (4u << 20) /* bytes of an answer */

/* Of a manager, an auditor or an operator: a rep would learn from it what others are paid. */
static bool may_ask(struct eh_admin_request *request, const struct eh_pool_asked *asked)
{
    if (asked->only.size == 0)
        return true;
    eh_admin_deny(request, "a manager of team %.*s, an auditor or an operator",
                  EH_STR_ARG(asked->team));
    return false;
}

/* ---- By the log. */

/* The first of "periods", which is borrowed; *ret_all: what it belongs to. */
static json_t *first_period(const struct eh_child_result *result, json_t **ret_all)
{
    size_t size = evbuffer_get_length(result->output);
    const char *text = (const char *)evbuffer_pullup(result->output, -1);
    *ret_all = text ? json_loadb(text, size, 0, NULL) : NULL;
    return json_array_get(json_object_get(*ret_all, "periods"), 0);
}

/* What a test over many periods leaves out: the plan's words, and when. */
static void put_rest(struct eh_admin_request *request, json_t *body)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app); /* it may have left */
    struct eh_bonus_plan *plan;
    if (engine &&
        eh_plan_parse(request->body, eh_engine_desk(engine), &request->arena, &plan, NULL) == 0)
        eh_pool_put_rules(body, plan);
    eh_json_put_bool(body, "what_if", true);
    eh_json_put_time(body, "as_of", eh_app_now_us(request->admin->app));
}

static void answer(struct eh_admin_request *request, const struct eh_child_result *result)
{
    struct eh_str team = eh_admin_part(request, "team");
    char instead[EH_ID_MAX + 64];
    json_t *all = NULL, *body = NULL;
    if (eh_admin_child_done(result))
        body = first_period(result, &all);
    if (body) {
        put_rest(request, body);
        eh_admin_reply(request, 200, json_incref(body));
    } else if (json_is_array(json_object_get(all, "periods"))) {
        eh_admin_error(request, EH_ENOTFOUND, "period",
                       "team %.*s: nothing has happened yet in that period", EH_STR_ARG(team));
    } else {
        eh_format(instead, sizeof instead, "evenhand plan test PLAN.yaml --team %.*s --db CONNINFO",
                  EH_STR_ARG(team));
        eh_admin_child_refuse(request, result, "pool under that plan", instead);
    }
    json_decref(all);
}

static void ask_log(struct eh_admin_request *request, const struct eh_pool_asked *asked)
{
    static char json[] = "--json", plan[] = "plan", test[] = "test", file[] = "-";
    static char team_option[] = "--team", period_option[] = "--period", db[] = "--db";
    static char carry[] = "--carry";
    char team[EH_ID_MAX + 1], period[EH_DECIMAL_TEXT_MAX];
    char *const arguments[] = {json,          plan,   test,  file, team_option, team,
                               period_option, period, carry, db,   file,        NULL};
    const struct eh_admin_child_call call = {.what = "pool under another plan",
                                             .arguments = arguments,
                                             .input = request->body,
                                             .output_max = OUTPUT_MAX,
                                             .answer = answer};
    eh_format(team, sizeof team, "%.*s", EH_STR_ARG(asked->team));
    eh_period_print(asked->view.period, period);
    eh_admin_child_start(request, &call);
}

/* ---- By what the engine counts. */

/* Under `missing`: what scores nothing under that plan. */
static int put_missing(struct eh_admin_request *request, const struct eh_pool_asked *asked,
                       const struct eh_bonus_plan *plan, json_t *body, struct eh_error *error)
{
    struct eh_bonus_facts *facts;
    int r = eh_pool_what_if_facts(asked->engine, &asked->view, plan, NULL, &request->arena, &facts,
                                  error);
    if (r == 0)
        eh_json_put(body, "missing", eh_pool_missing_json(plan, facts));
    return r;
}

static void reply(struct eh_admin_request *request, const struct eh_pool_asked *asked,
                  const struct eh_bonus_plan *plan, const struct eh_pool_statement *statement)
{
    struct eh_pool_expected expected;
    struct eh_period_view view = asked->view;
    view.plan = plan;
    bool expects = view.last.version == 0 &&
                   eh_pool_expect(asked->engine, &view, &request->arena, &expected, NULL) == 0;
    const struct eh_pool_shown shown = {
        .plan = plan,
        .expected = expects ? &expected : NULL,
        .engine = asked->engine,
        .lines = {.after = eh_http_path_query(&request->path, "after"), .max = EH_ADMIN_PAGE},
        .as_of_us = eh_app_now_us(request->admin->app),
        .what_if = true};
    struct eh_error error = {0};
    json_t *body = eh_pool_json(statement, &shown);
    int r = body ? put_missing(request, asked, plan, body, &error)
                 : eh_error_set(&error, EH_ENOMEM, "out of memory");
    if (r < 0) {
        json_decref(body);
        eh_admin_fail(request, &error);
        return;
    }
    request->shows_state = true;
    eh_admin_reply(request, 200, body);
}

void eh_admin_post_what_if(struct eh_admin_request *request)
{
    struct eh_pool_asked asked;
    struct eh_pool_statement *statement;
    struct eh_bonus_plan *plan;
    struct eh_error error = {0};
    if (!eh_pool_asked(request, &asked) || !may_ask(request, &asked))
        return;
    const struct eh_desk *desk = eh_engine_desk(asked.engine);
    if (eh_plan_parse(request->body, desk, &request->arena, &plan, &error) < 0) {
        eh_admin_fail(request, &error);
        return;
    }
    int r = eh_pool_what_if(asked.engine, &asked.view, plan, &request->arena, &statement, &error);
    if (r == 0)
        reply(request, &asked, plan, statement);
    else if (r == -EH_ECONFLICT || r == -EH_ENOTFOUND) /* or that version kept no facts */
        ask_log(request, &asked);
    else
        eh_admin_fail(request, &error);
}

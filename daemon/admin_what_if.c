/*
 * admin_what_if: a period's pool under another plan. It changes nothing.
 *
 * Where the plan counts handling times in another way than the one that governs, only the log knows
 * them one by one: then the command line replays it.
 */
#include "admin_child.h"
#include "admin_pool.h"
#include "pool_json.h"

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

static json_t *first_period(const struct eh_child_result *result)
{
    size_t size = evbuffer_get_length(result->output);
    const char *text = (const char *)evbuffer_pullup(result->output, -1);
    json_t *all = text ? json_loadb(text, size, 0, NULL) : NULL;
    json_t *period = json_incref(json_array_get(json_object_get(all, "periods"), 0));
    json_decref(all);
    return period;
}

static void answer(struct eh_admin_request *request, const struct eh_child_result *result)
{
    struct eh_str team = request->path.parts[2];
    json_t *body = eh_admin_child_done(result) ? first_period(result) : NULL;
    char instead[EH_ID_MAX + 64];
    if (body) {
        eh_json_put(body, "what_if", json_true());
        eh_admin_reply(request, 200, body);
        return;
    }
    eh_format(instead, sizeof instead, "evenhand plan test PLAN.yaml --team %.*s --db CONNINFO",
              EH_STR_ARG(team));
    eh_admin_child_refuse(request, result, "pool under that plan", instead);
}

static void ask_log(struct eh_admin_request *request, const struct eh_pool_asked *asked)
{
    static char json[] = "--json", plan[] = "plan", test[] = "test", file[] = "-";
    static char team_option[] = "--team", period_option[] = "--period", db[] = "--db";
    char team[EH_ID_MAX + 1], period[EH_DECIMAL_TEXT_MAX];
    char *const arguments[] = {json,          plan,   test, file, team_option, team,
                               period_option, period, db,   file, NULL};
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

static void reply(struct eh_admin_request *request, const struct eh_pool_asked *asked,
                  const struct eh_bonus_plan *plan, const struct eh_pool_statement *statement)
{
    const struct eh_pool_shown shown = {.plan = plan,
                                        .after = eh_admin_path_query(&request->path, "after"),
                                        .line_max = EH_ADMIN_PAGE,
                                        .as_of_us = eh_app_now_us(request->admin->app),
                                        .what_if = true};
    struct eh_error error = {0};
    json_t *body = eh_pool_json(statement, &shown);
    int r = body ? eh_pool_put_missing(request, asked, plan, body, &error)
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
    else if (r == -EH_ECONFLICT)
        ask_log(request, &asked);
    else
        eh_admin_fail(request, &error);
}

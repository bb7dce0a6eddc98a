/*
 * what_if: a period's pool under another plan, or with other figures. It changes nothing.
 *
 * Where the plan counts handling times in another way than the one that governs, only the log knows
 * them one by one: then the command line replays it.
 */
#include "admin/http/child.h"
#include "admin/api/what_if.h"
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
    const struct eh_str *text = request->state;
    struct eh_bonus_plan *plan;
    if (engine && eh_plan_parse(*text, eh_engine_desk(engine), &request->arena, &plan, NULL) == 0)
        eh_pool_put_rules(body, plan);
    eh_json_put_bool(body, "what_if", true);
    eh_json_put(body, "facts", json_array());
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

static void ask_log(struct eh_admin_request *request, const struct eh_pool_asked *asked,
                    struct eh_str plan_text)
{
    static char json[] = "--json", plan[] = "plan", test[] = "test", file[] = "-";
    static char team_option[] = "--team", period_option[] = "--period", db[] = "--db";
    static char carry[] = "--carry";
    char team[EH_ID_MAX + 1], period[EH_DECIMAL_TEXT_MAX];
    char *const arguments[] = {json,          plan,   test,  file, team_option, team,
                               period_option, period, carry, db,   file,        NULL};
    const struct eh_admin_child_call call = {.what = "pool under another plan",
                                             .arguments = arguments,
                                             .input = plan_text,
                                             .output_max = OUTPUT_MAX,
                                             .answer = answer};
    request->state = eh_arena_copy(&request->arena, &plan_text, sizeof plan_text);
    if (!request->state) {
        eh_admin_error(request, EH_ENOMEM, NULL, "out of memory");
        return;
    }
    eh_format(team, sizeof team, "%.*s", EH_STR_ARG(asked->team));
    eh_period_print(asked->view.period, period);
    eh_admin_child_start(request, &call);
}

/* ---- By what the engine counts. */

/* Under `missing`: what scores nothing under that plan. */
static int put_missing(struct eh_admin_request *request, const struct eh_pool_asked *asked,
                       const struct eh_pool_if *what, json_t *body, struct eh_error *error)
{
    struct eh_bonus_facts *facts;
    int r =
        eh_pool_what_if_facts(asked->engine, &asked->view, what, &request->arena, &facts, error);
    if (r == 0)
        eh_json_put(body, "missing", eh_pool_missing_json(what->plan, facts));
    return r;
}

/* Under `facts`: the figures that were said. */
static void put_facts(const struct eh_pool_if *what, json_t *body)
{
    json_t *facts = json_array();
    for (uint32_t i = 0; i < what->said_count; i++) {
        const struct eh_bonus_said *said = &what->said[i];
        const struct eh_plan_measure *measure = eh_plan_measure_find(what->plan, said->name);
        json_t *fact = json_object();
        eh_json_put_text(fact, "metric", said->name);
        eh_json_put_int(fact, "value", said->value);
        eh_json_put_string(fact, "unit", measure ? eh_unit_name(measure->unit) : NULL);
        json_array_append_new(facts, fact);
    }
    eh_json_put(body, "facts", facts);
}

/* What CLOSE would make of it; not of figures that nobody counted. */
static bool expects(struct eh_admin_request *request, const struct eh_pool_asked *asked,
                    const struct eh_pool_if *what, struct eh_pool_expected *ret)
{
    struct eh_period_view view = asked->view;
    view.plan = what->plan;
    return view.last.version == 0 && what->said_count == 0 &&
           eh_pool_expect(asked->engine, &view, &request->arena, ret, NULL) == 0;
}

static void reply(struct eh_admin_request *request, const struct eh_pool_asked *asked,
                  const struct eh_pool_if *what, const struct eh_pool_statement *statement)
{
    struct eh_pool_expected expected;
    const struct eh_pool_shown shown = {
        .plan = what->plan,
        .expected = expects(request, asked, what, &expected) ? &expected : NULL,
        .engine = asked->engine,
        .lines = {.after = eh_http_path_query(&request->path, "after"), .max = EH_ADMIN_PAGE},
        .as_of_us = eh_app_now_us(request->admin->app),
        .what_if = true};
    struct eh_error error = {0};
    json_t *body = eh_pool_json(statement, &shown);
    int r = body ? put_missing(request, asked, what, body, &error)
                 : eh_error_set(&error, EH_ENOMEM, "out of memory");
    if (r < 0) {
        json_decref(body);
        eh_admin_fail(request, &error);
        return;
    }
    put_facts(what, body);
    request->shows_state = true;
    eh_admin_reply(request, 200, body);
}

/* The log counts handling times anew, but it knows nothing of figures that were said. */
static void leave_to_log(struct eh_admin_request *request, const struct eh_pool_asked *asked,
                         const struct eh_what_if *what)
{
    if (what->asked.said_count == 0 && what->plan_text.size > 0)
        ask_log(request, asked, what->plan_text);
    else
        eh_admin_error(request, EH_ECONFLICT, "facts",
                       "facts: only the log can count this, and it takes no facts; say %s",
                       what->plan_text.size > 0 ? "handle_time, too, or leave facts out"
                                                : "a period with facts of its own");
}

void eh_admin_post_what_if(struct eh_admin_request *request)
{
    struct eh_pool_asked asked;
    struct eh_pool_statement *statement;
    struct eh_what_if what;
    struct eh_error error = {0};
    if (!eh_pool_asked(request, &asked) || !may_ask(request, &asked))
        return;
    if (eh_what_if_read(request, &asked, &what, &error) < 0) {
        eh_admin_fail(request, &error);
        return;
    }
    int r = eh_pool_what_if(asked.engine, &asked.view, &what.asked, &request->arena, &statement,
                            &error);
    if (r == 0)
        reply(request, &asked, &what.asked, statement);
    else if (r == -EH_ECONFLICT || r == -EH_ENOTFOUND) /* or that version kept no facts */
        leave_to_log(request, &asked, &what);
    else
        eh_admin_fail(request, &error);
}

/* pool: `evenhand pool`: asks for a team's pool and prints it. */
#include "pool.h"

#include <stdio.h>
#include <stdlib.h>

#include "client/caller.h"
#include "client/object.h"
#include "commands.h"
#include "payroll.h"
#include "pool_ask.h"
#include "pool_days.h"
#include "log/log.h"
#include "term/args.h"
#include "term/file.h"
#include "term/say.h"
#include "term/table.h"
#include "term/text.h"

#define PLAN_MAX (1u << 20) /* bytes of a plan */

/* "/v1/teams/sales/pool" with the query that the options make. */
static bool pool_path(const struct eh_cli *cli, char ret[EH_CLI_PATH])
{
    const char *period = eh_cli_option(cli, "period");
    bool why = eh_cli_option(cli, "explain") != NULL;
    if (!eh_path(ret, "/v1/teams/%s/pool", cli->args[0]))
        return false;
    if ((eh_cli_option(cli, "what-if") || eh_cli_option(cli, "facts")) &&
        !eh_path_add(ret, "/what-if", ""))
        return false;
    if (period && !eh_path_add(ret, "?period=", period))
        return false;
    return !why || eh_path_add(ret, period ? "&explain=" : "?explain=", "1");
}

/* ---- The list of periods. */

static void list_row(struct eh_grid *g, const json_t *item, unsigned exponent)
{
    static const char *const keys[] = {"gross", "carry", "net"};
    bool settled = eh_object_int(item, "version") > 0;
    char note[96] = "";
    eh_grid_text(g, eh_object_text(item, "period"));
    eh_grid_text(g, eh_object_text(item, "state"));
    if (settled)
        eh_grid_count(g, eh_object_int(item, "version"));
    else
        eh_grid_dim(g, "");
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (eh_object_has(item, keys[i]))
            eh_grid_money(g, eh_object_int(item, keys[i]), exponent);
        else
            eh_grid_dim(g, "?");
    if (!settled)
        eh_format(note, sizeof note, "estimate");
    else if (eh_object_int(item, "late"))
        eh_format(note, sizeof note, "%lld later facts", (long long)eh_object_int(item, "late"));
    eh_grid_dim(g, note);
}

static void print_list(const struct eh_cli *cli, const json_t *pools)
{
    const char *currency = eh_object_text(pools, "currency"), *team = eh_object_text(pools, "team");
    const json_t *list = json_object_get(pools, "pools");
    unsigned exponent = eh_object_exponent(pools);
    char columns[96], open[EH_CLI_TEXT];
    size_t i;
    json_t *item;
    if (json_array_size(list) == 0) {
        printf("nothing has happened yet in a period of team %s\n", team ? team : "?");
        return;
    }
    eh_format(columns, sizeof columns, "period,state,>version,>gross,>carry,>net%s%s,note",
              currency ? " " : "", currency ? currency : "");
    struct eh_grid *g = eh_grid_begin(cli, columns);
    json_array_foreach((json_t *)list, i, item) list_row(g, item, exponent);
    eh_grid_print(g);
    if (eh_object_int(pools, "carry_open")) {
        eh_pool_amount(pools, "carry_open", open);
        printf("still to be taken from pools to come: %s\n", open);
    }
}

static int show_list(struct eh_cli *cli)
{
    EH_AUTO(eh_answer) struct eh_answer answer = {0};
    char path[EH_CLI_PATH];
    if (!eh_path(path, "/v1/teams/%s/pools", cli->args[0]))
        return eh_say_long(cli, cli->args[0]);
    const struct eh_pool_question q = {.method = "GET", .path = path, .list = "pools"};
    int r = eh_pool_ask(cli, &q, &answer);
    if (!eh_answer_told(cli, r, &answer))
        print_list(cli, answer.json);
    return r;
}

/* ---- What the page of a plan shows. */

/* A view of its own, which goes with --period alone. */
struct view {
    const char *option, *path; /* behind the team's */
    void (*show)(const struct eh_cli *, const json_t *);
};
static const struct view views[] = {
    {"plan", "/plan", eh_pool_show_plan},
    {"metrics", "/metrics", eh_pool_show_figures},
    {"days", "/pool/days", eh_pool_show_days},
};

/* The view that is asked for; NULL: none. */
static const struct view *call_view(const struct eh_cli *cli)
{
    const struct view *found = NULL;
    for (size_t i = 0; i < sizeof views / sizeof *views && !found; i++)
        found = eh_cli_option(cli, views[i].option) ? &views[i] : NULL;
    return found;
}

static size_t views_asked(const struct eh_cli *cli)
{
    size_t count = 0;
    for (size_t i = 0; i < sizeof views / sizeof *views; i++)
        count += eh_cli_option(cli, views[i].option) != NULL;
    return count;
}

/* The days as the daemon would answer them, out of the database of --db. */
static int days_from_log(const struct eh_cli *cli, struct eh_answer *ret)
{
    const char *conninfo = eh_cli_log_conninfo(eh_cli_option(cli, "db"));
    int r = eh_pool_days_from_log(cli, conninfo, eh_cli_option(cli, "period"), &ret->json);
    if (r != EH_EXIT_DONE)
        return r;
    char *text = json_dumps(ret->json, JSON_COMPACT);
    eh_require(text);
    eh_bytes_put(&ret->text, text, strlen(text));
    free(text);
    return EH_EXIT_DONE;
}

static int show_view(struct eh_cli *cli, const struct view *view)
{
    EH_AUTO(eh_answer) struct eh_answer answer = {0};
    const char *period = eh_cli_option(cli, "period");
    char path[EH_CLI_PATH];
    if (!eh_path(path, "/v1/teams/%s", cli->args[0]) || !eh_path_add(path, view->path, "") ||
        (period && !eh_path_add(path, "?period=", period)))
        return eh_say_long(cli, cli->args[0]);
    int r =
        eh_cli_option(cli, "db") ? days_from_log(cli, &answer) : eh_http_get(cli, path, &answer);
    if (!eh_answer_told(cli, r, &answer))
        view->show(cli, answer.json);
    return r;
}

/* ---- For payroll. */

static void print_csv(const struct eh_cli *cli, const json_t *pool)
{
    eh_payroll_head();
    eh_payroll_rows(pool);
    eh_payroll_say(cli, pool);
}

/* ---- The command. */

/* "csat=4.5,revenue=120000.00" as {"csat": "4.5", ...}. NULL: a part has no name or value. */
static json_t *facts_of(const char *text)
{
    json_t *facts = json_object();
    while (facts && *text) {
        size_t size = strcspn(text, ","), name = strcspn(text, "=");
        if (name == 0 || name + 1 >= size) {
            json_decref(facts);
            return NULL;
        }
        json_object_setn_new(facts, text, name, json_stringn(text + name + 1, size - name - 1));
        text += size + (text[size] == ',');
    }
    return facts;
}

/* The body of a what-if: a plan as its file has it, or an object with the facts beside it. */
static int what_if_body(const struct eh_cli *cli, const char *file, struct eh_bytes *ret)
{
    const char *said = eh_cli_option(cli, "facts");
    struct eh_error error = {0};
    EH_AUTO(eh_bytes) struct eh_bytes plan = EH_BYTES_INIT;
    if (file && eh_file_read(file, PLAN_MAX, said ? &plan : ret, &error) < 0)
        return eh_say(cli, EH_EXIT_REFUSED, "%s", error.text);
    if (!said)
        return EH_EXIT_DONE;
    json_t *body = json_object(), *facts = facts_of(said);
    if (!facts || json_object_size(facts) == 0) {
        json_decref(facts);
        json_decref(body);
        return eh_say_usage(cli, "--facts: write NAME=VALUE,NAME=VALUE, such as csat=4.5");
    }
    json_object_set_new(body, "facts", facts);
    if (file)
        json_object_set_new(body, "plan", json_stringn((const char *)plan.data, plan.size));
    char *text = json_dumps(body, JSON_COMPACT);
    json_decref(body);
    if (text)
        eh_bytes_put(ret, text, strlen(text));
    free(text);
    return EH_EXIT_DONE;
}

/* Asks for the pool, or with --what-if and --facts for the pool as it would be. */
static int get_pool(struct eh_cli *cli, struct eh_answer *ret)
{
    const char *file = eh_cli_option(cli, "what-if");
    EH_AUTO(eh_bytes) struct eh_bytes body = EH_BYTES_INIT;
    char path[EH_CLI_PATH], before[EH_CLI_PATH] = "";
    if (!pool_path(cli, path))
        return eh_say_long(cli, cli->args[0]);
    int r = what_if_body(cli, file, &body);
    if (r != EH_EXIT_DONE)
        return r;
    if (file)
        eh_format(before, sizeof before, "%s:", file);
    const struct eh_pool_question q = {.method = body.size > 0 ? "POST" : "GET",
                                       .path = path,
                                       .list = "shares",
                                       .body = eh_str_n((const char *)body.data, body.size),
                                       .file = before};
    return eh_pool_ask(cli, &q, ret);
}

static int check_call(const struct eh_cli *cli)
{
    const char *period = eh_cli_option(cli, "period");
    bool history = eh_cli_option(cli, "history"), csv = eh_cli_option(cli, "csv");
    bool why = eh_cli_option(cli, "explain");
    bool what_if = eh_cli_option(cli, "what-if") || eh_cli_option(cli, "facts");
    const struct view *view = call_view(cli);
    struct eh_period parsed;
    struct eh_error error = {0};
    if (period && eh_period_parse(eh_str(period), &parsed, &error) < 0)
        return eh_say_usage(cli, "--period: %s", error.text);
    if (view && (history || csv || why || what_if || views_asked(cli) > 1))
        return eh_say_usage(cli, "--%s goes with --period alone", view->option);
    if (eh_cli_option(cli, "db") && !(eh_cli_option(cli, "days") && period))
        return eh_say_usage(cli, "--db goes with --days and --period");
    if (history && (period || csv || why || what_if))
        return eh_say_usage(cli, "--history lists all periods; it goes with no other option");
    if (csv && (why || cli->json))
        return eh_say_usage(cli, "--csv: leave --explain and --json out");
    if (why && what_if)
        return eh_say_usage(
            cli, "--explain: it explains the pool as it is; leave --what-if and --facts out");
    return EH_EXIT_DONE;
}

int eh_cmd_pool(struct eh_cli *cli)
{
    EH_AUTO(eh_answer) struct eh_answer answer = {0};
    char team[EH_NAME_MAX + 1];
    int r = check_call(cli);
    if (r == EH_EXIT_DONE && cli->arg_count == 0) {
        r = eh_caller_team(cli, team);
        cli->args[cli->arg_count++] = team;
    }
    if (r != EH_EXIT_DONE)
        return r;
    if (eh_cli_option(cli, "history"))
        return show_list(cli);
    if (call_view(cli))
        return show_view(cli, call_view(cli));
    r = get_pool(cli, &answer);
    if (eh_answer_told(cli, r, &answer))
        return r;
    if (eh_cli_option(cli, "csv")) {
        print_csv(cli, answer.json);
    } else {
        eh_pool_show(cli, answer.json);
        eh_pool_show_why(cli, answer.json);
    }
    return r;
}

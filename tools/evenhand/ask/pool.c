/* pool: `evenhand pool`: asks for a team's pool and prints it. */
#include "pool.h"

#include <stdio.h>
#include <stdlib.h>

#include "client/caller.h"
#include "client/object.h"
#include "commands.h"
#include "payroll.h"
#include "pool_ask.h"
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
    if (eh_cli_option(cli, "what-if") && !eh_path_add(ret, "/what-if", ""))
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
        return eh_say_long(cli->args[0]);
    const struct eh_pool_question q = {.method = "GET", .path = path, .list = "pools"};
    int r = eh_pool_ask(cli, &q, &answer);
    if (!eh_answer_told(cli, r, &answer))
        print_list(cli, answer.json);
    return r;
}

/* ---- For payroll. */

static void print_csv(const json_t *pool)
{
    eh_payroll_head();
    eh_payroll_rows(pool);
    eh_payroll_say(pool);
}

/* ---- The command. */

/* Asks for the pool, or with --what-if for the pool under the plan of a file. */
static int get_pool(struct eh_cli *cli, struct eh_answer *ret)
{
    const char *file = eh_cli_option(cli, "what-if");
    EH_AUTO(eh_bytes) struct eh_bytes plan = EH_BYTES_INIT;
    struct eh_error error = {0};
    char path[EH_CLI_PATH], before[EH_CLI_PATH] = "";
    if (!pool_path(cli, path))
        return eh_say_long(cli->args[0]);
    if (file && eh_file_read(file, PLAN_MAX, &plan, &error) < 0)
        return eh_say(EH_EXIT_REFUSED, "%s", error.text);
    if (file)
        eh_format(before, sizeof before, "%s:", file);
    const struct eh_pool_question q = {.method = file ? "POST" : "GET",
                                       .path = path,
                                       .list = "shares",
                                       .body = eh_str_n((const char *)plan.data, plan.size),
                                       .file = before};
    return eh_pool_ask(cli, &q, ret);
}

static int check_call(const struct eh_cli *cli)
{
    const char *period = eh_cli_option(cli, "period");
    bool history = eh_cli_option(cli, "history"), csv = eh_cli_option(cli, "csv");
    bool why = eh_cli_option(cli, "explain"), what_if = eh_cli_option(cli, "what-if");
    struct eh_period parsed;
    struct eh_error error = {0};
    if (period && eh_period_parse(eh_str(period), &parsed, &error) < 0)
        return eh_say_usage(cli, "--period: %s", error.text);
    if (history && (period || csv || why || what_if))
        return eh_say_usage(cli, "--history lists all periods; it goes with no other option");
    if (csv && (why || cli->json))
        return eh_say_usage(cli, "--csv: leave --explain and --json out");
    if (why && what_if)
        return eh_say_usage(cli, "--explain: it explains the pool as it is; leave --what-if out");
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
    r = get_pool(cli, &answer);
    if (eh_answer_told(cli, r, &answer))
        return r;
    if (eh_cli_option(cli, "csv")) {
        print_csv(answer.json);
    } else {
        eh_pool_show(cli, answer.json);
        eh_pool_show_why(cli, answer.json);
    }
    return r;
}

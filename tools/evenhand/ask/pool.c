/* pool: `evenhand pool`: asks for a team's pool, whole however long, and hands it on. */
#include "pool.h"

#include <stdio.h>
#include <stdlib.h>

#include "client/caller.h"
#include "payroll.h"
#include "term/table.h"

#define PLAN_MAX (1u << 20) /* bytes of a plan */

/* ---- Asking. Long answers come in pages; `after` says where the next one begins. */

struct question {
    const char *method, *path, *list; /* list: the key of what comes in pages */
    struct eh_str body;
    const char *what; /* before what is refused */
    bool quiet;       /* what is refused is not said */
};

static int ask(const struct eh_cli *cli, const struct question *q, const char *after,
               struct eh_answer *ret)
{
    char path[EH_CLI_PATH];
    eh_format(path, sizeof path, "%s", q->path);
    if (after && !eh_path_add(path, strchr(path, '?') ? "&after=" : "?after=", after))
        return eh_say(EH_EXIT_REFUSED, "the daemon's `after` is too long");
    if (strcmp(q->method, "GET") == 0)
        return eh_http_send(cli, "GET", path, "application/json", eh_str(NULL),
                            q->quiet ? NULL : "", ret);
    int r = eh_http_send(cli, q->method, path, "application/yaml", q->body, q->what, ret);
    return ret->status == 400 ? EH_EXIT_CONFIG : r;
}

/* The lines that a page's tree has under "shares" go behind those of the trees before; so under
 * "version 1", which stands in the tree of a later version. */
static void join_trees(const json_t *tree, const json_t *page)
{
    const json_t *children = json_object_get(tree, "children");
    const json_t *others = json_object_get(page, "children");
    for (size_t i = 0; i < json_array_size(children); i++) {
        const json_t *child = json_array_get(children, i), *other = json_array_get(others, i);
        const char *name = eh_json_text(child, "name");
        if (name && strcmp(name, "shares") == 0)
            json_array_extend(json_object_get(child, "children"),
                              json_object_get(other, "children"));
        else if (name && strcmp(name, "version 1") == 0)
            join_trees(child, other);
    }
}

/* The first page with the lists of all others at its end. */
static int ask_all(const struct eh_cli *cli, const struct question *q, struct eh_answer *ret)
{
    int r = ask(cli, q, NULL, ret);
    bool more = false;
    while (r == EH_EXIT_DONE && eh_json_has(ret->json, "after")) {
        EH_AUTO(eh_answer) struct eh_answer page = {0};
        r = ask(cli, q, eh_json_text(ret->json, "after"), &page);
        if (r != EH_EXIT_DONE)
            break;
        json_array_extend(json_object_get(ret->json, q->list), json_object_get(page.json, q->list));
        join_trees(json_object_get(ret->json, "explain"), json_object_get(page.json, "explain"));
        json_object_set(ret->json, "after", json_object_get(page.json, "after"));
        more = true;
    }
    if (r == EH_EXIT_DONE && more) {
        char *text = json_dumps(ret->json, JSON_COMPACT);
        eh_require(text);
        eh_bytes_done(&ret->text);
        ret->text = (struct eh_bytes)EH_BYTES_INIT;
        eh_bytes_put(&ret->text, text, strlen(text));
        free(text);
    }
    return r;
}

int eh_pool_get(const struct eh_cli *cli, const char *path, bool quiet, struct eh_answer *ret)
{
    const struct question q = {.method = "GET", .path = path, .list = "shares", .quiet = quiet};
    return ask_all(cli, &q, ret);
}

/* "/v1/teams/sales/pool" and what the options add. */
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
    bool settled = eh_json_int(item, "version") > 0;
    char note[96] = "";
    eh_grid_text(g, eh_json_text(item, "period"));
    eh_grid_text(g, eh_json_text(item, "state"));
    if (settled)
        eh_grid_count(g, eh_json_int(item, "version"));
    else
        eh_grid_dim(g, "");
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (eh_json_has(item, keys[i]))
            eh_grid_money(g, eh_json_int(item, keys[i]), exponent);
        else
            eh_grid_dim(g, "?");
    if (!settled)
        eh_format(note, sizeof note, "estimate");
    else if (eh_json_int(item, "late"))
        eh_format(note, sizeof note, "%lld later facts", (long long)eh_json_int(item, "late"));
    eh_grid_dim(g, note);
}

static void print_list(const struct eh_cli *cli, const json_t *pools)
{
    const char *currency = eh_json_text(pools, "currency"), *team = eh_json_text(pools, "team");
    const json_t *list = json_object_get(pools, "pools");
    unsigned exponent = eh_json_exponent(pools);
    char columns[96], open[EH_CLI_TEXT];
    size_t i;
    json_t *item;
    if (json_array_size(list) == 0) {
        printf("nothing has happened yet in a period of team %s\n", team ? team : "?");
        return;
    }
    eh_format(columns, sizeof columns, "period,state,>version,>gross,>carry,>net%s%s,note",
              currency ? " " : "", currency ? currency : "");
    struct eh_grid *g = eh_grid_new(cli, columns);
    json_array_foreach((json_t *)list, i, item) list_row(g, item, exponent);
    eh_grid_print(g);
    if (eh_json_int(pools, "carry_open")) {
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
    const struct question q = {.method = "GET", .path = path, .list = "pools"};
    int r = ask_all(cli, &q, &answer);
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

/* The pool asked for, or the one under the plan in a file. */
static int get_pool(struct eh_cli *cli, struct eh_answer *ret)
{
    const char *file = eh_cli_option(cli, "what-if");
    EH_AUTO(eh_bytes) struct eh_bytes plan = EH_BYTES_INIT;
    struct eh_error error = {0};
    char path[EH_CLI_PATH], what[EH_CLI_PATH] = "";
    if (!pool_path(cli, path))
        return eh_say_long(cli->args[0]);
    if (file && eh_file_read(file, PLAN_MAX, &plan, &error) < 0)
        return eh_say(EH_EXIT_REFUSED, "%s", error.text);
    if (file)
        eh_format(what, sizeof what, "%s:", file);
    const struct question q = {.method = file ? "POST" : "GET",
                               .path = path,
                               .list = "shares",
                               .body = eh_str_n((const char *)plan.data, plan.size),
                               .what = what};
    return ask_all(cli, &q, ret);
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
        return eh_say_usage(cli, "--csv: goes neither with --explain nor with --json");
    if (why && what_if)
        return eh_say_usage(cli, "--explain: tells of what is, not of --what-if");
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

/*
 * payroll: pools as payroll takes them: rows of a CSV file, and the pools of all teams together.
 *
 * The totals of a pool sum to its net: money that nobody gets is a row of its own. A cell that a
 * spreadsheet would read as a formula begins with an apostrophe.
 */
#include "payroll.h"

#include <stdio.h>

#include "client/object.h"
#include "commands.h"
#include "pool.h"
#include "pool_ask.h"
#include "term/args.h"
#include "term/say.h"
#include "term/table.h"
#include "term/text.h"

static const char *const parts[] = {"equal", "hours", "seniority", "individual"};
#define PARTS (sizeof parts / sizeof *parts)

/* ---- CSV */

static void csv_put_cell(const char *text)
{
    static const char formula[] = "=+-@\t\r";
    const char *apostrophe = *text && strchr(formula, *text) ? "'" : "";
    if (!*apostrophe && !text[strcspn(text, ",\"\n\r")]) {
        printf("%s,", text);
        return;
    }
    printf("\"%s", apostrophe);
    for (; *text; text++)
        printf(*text == '"' ? "\"\"" : "%c", *text);
    printf("\",");
}

static void csv_put_text(const json_t *object, const char *key)
{
    const char *text = eh_object_text(object, key);
    csv_put_cell(text ? text : "");
}

static void csv_put_money(int64_t minor, unsigned exponent)
{
    char text[EH_DECIMAL_TEXT_MAX];
    eh_money_print(minor, exponent, text);
    printf("%s,", text);
}

/* An empty cell for null, which means: not known. */
static void csv_put_amount(const json_t *object, const char *key, unsigned exponent)
{
    if (eh_object_has(object, key))
        csv_put_money(eh_object_int(object, key), exponent);
    else
        putchar(',');
}

/* team,team_name */
static void csv_put_team(const json_t *pool)
{
    csv_put_text(pool, "team");
    csv_put_text(pool, "team_name");
}

/* currency,state,contract_minutes,contract_by; `share`: NULL for money that is nobody's */
static void csv_put_end(const json_t *pool, const json_t *share)
{
    const char *currency = eh_object_text(pool, "currency"), *state = eh_object_text(pool, "state");
    if (json_is_true(json_object_get(pool, "what_if")))
        state = "what_if";
    const char *by = share ? eh_object_text(share, "contract_by") : NULL;
    printf("%s,%s,", currency ? currency : "", state ? state : "");
    if (by)
        printf("%lld,%s\n", (long long)eh_object_int(share, "contract_minutes"), by);
    else
        puts(",");
}

static void csv_put_period(const json_t *pool)
{
    const char *period = eh_object_text(pool, "period");
    printf("%s,%lld,", period ? period : "", (long long)eh_object_int(pool, "version"));
}

static void csv_put_share(const json_t *pool, const json_t *share, unsigned exponent)
{
    csv_put_team(pool);
    csv_put_text(share, "rep");
    csv_put_text(share, "name");
    csv_put_period(pool);
    for (size_t i = 0; i < PARTS; i++)
        csv_put_amount(share, parts[i], exponent);
    csv_put_amount(share, "total", exponent);
    csv_put_amount(share, "paid_before", exponent);
    csv_put_amount(share, "due", exponent);
    csv_put_end(pool, share);
}

/* Held money belongs to nobody: its `due` is 0. */
static void csv_put_held(const json_t *pool, unsigned exponent)
{
    csv_put_team(pool);
    csv_put_cell("");
    csv_put_cell(EH_PAYROLL_HELD);
    csv_put_period(pool);
    for (size_t i = 0; i < PARTS; i++)
        csv_put_money(eh_object_int(json_object_get(pool, "held_parts"), parts[i]), exponent);
    csv_put_money(eh_object_int(pool, "held"), exponent);
    csv_put_money(0, exponent);
    csv_put_money(0, exponent);
    csv_put_end(pool, NULL);
}

bool eh_payroll_whole(const json_t *pool)
{
    int64_t sum = eh_object_int(pool, "held");
    size_t i;
    json_t *share;
    json_array_foreach(json_object_get(pool, "shares"), i, share) sum +=
        eh_object_int(share, "total");
    return sum == eh_object_int(pool, "net");
}

void eh_payroll_head(void)
{
    puts("team,team_name,rep,name,period,version,equal,hours,seniority,individual,total,"
         "paid_before,due,currency,state,contract_minutes,contract_by");
}

void eh_payroll_rows(const json_t *pool)
{
    unsigned exponent = eh_object_exponent(pool);
    size_t i;
    json_t *share;
    json_array_foreach(json_object_get(pool, "shares"), i, share)
        csv_put_share(pool, share, exponent);
    if (eh_object_int(pool, "held") && eh_payroll_whole(pool))
        csv_put_held(pool, exponent);
}

void eh_payroll_say(const struct eh_cli *cli, const json_t *pool)
{
    const char *team = eh_object_text(pool, "team"), *period = eh_object_text(pool, "period");
    const char *state = eh_object_text(pool, "state");
    char held[EH_CLI_TEXT];
    if (json_is_true(json_object_get(pool, "what_if")))
        eh_say(cli, EH_EXIT_DONE, "%s: a pool under another plan is never paid",
               period ? period : "?");
    else if (eh_object_int(pool, "version") == 0)
        eh_say(cli, EH_EXIT_DONE, "%s of team %s is %s, not final: nothing is due yet",
               period ? period : "?", team ? team : "?", state ? state : "open");
    if (!eh_object_int(pool, "held"))
        return;
    eh_pool_amount(pool, "held", held);
    eh_say(cli, EH_EXIT_DONE, "%s of the pool of team %s is held: nobody has a weight in it", held,
           team ? team : "?");
}

/* ---- For people */

static void grid_add_share(struct eh_grid *g, const json_t *share, unsigned exponent)
{
    static const char *const keys[] = {"total", "paid_before", "due"};
    eh_grid_text(g, eh_object_text(share, "rep"));
    eh_grid_text(g, eh_object_text(share, "name"));
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (eh_object_has(share, keys[i]))
            eh_grid_money(g, eh_object_int(share, keys[i]), exponent);
        else
            eh_grid_dim(g, "?");
}

static void grid_add_total(struct eh_grid *g, const json_t *pool, unsigned exponent)
{
    int64_t total = 0, before = 0, due = 0;
    size_t i;
    json_t *share;
    if (eh_object_int(pool, "held")) {
        eh_grid_dim(g, "");
        eh_grid_dim(g, EH_PAYROLL_HELD);
        eh_grid_money(g, eh_object_int(pool, "held"), exponent);
        eh_grid_dim(g, "");
        eh_grid_dim(g, "");
    }
    json_array_foreach(json_object_get(pool, "shares"), i, share)
    {
        total += eh_object_int(share, "total");
        before += eh_object_int(share, "paid_before");
        due += eh_object_int(share, "due");
    }
    eh_grid_text(g, "total");
    eh_grid_text(g, "");
    eh_grid_money(g, total + eh_object_int(pool, "held"), exponent);
    eh_grid_money(g, before, exponent);
    eh_grid_money(g, due, exponent);
}

static void pool_show(const struct eh_cli *cli, const json_t *pool)
{
    unsigned exponent = eh_object_exponent(pool);
    const char *name = eh_object_text(pool, "team_name"), *team = eh_object_text(pool, "team");
    const char *state = eh_object_text(pool, "state"), *currency = eh_object_text(pool, "currency");
    int64_t version = eh_object_int(pool, "version");
    char columns[96], number[32] = "";
    size_t i;
    json_t *share;
    if (version > 0)
        eh_format(number, sizeof number, ", version %lld", (long long)version);
    printf("%s%s (%s)%s: %s%s%s\n", eh_colour_bold(cli), name ? name : "?", team ? team : "?",
           eh_colour_end(cli), state ? state : "?", number,
           version > 0 ? "" : ", not final: nothing is due yet");
    eh_format(columns, sizeof columns, "rep,name,>total %s,>paid before,>due",
              currency ? currency : "");
    struct eh_grid *g = eh_grid_begin(cli, columns);
    json_array_foreach(json_object_get(pool, "shares"), i, share)
        grid_add_share(g, share, exponent);
    if (eh_payroll_whole(pool))
        grid_add_total(g, pool, exponent);
    eh_grid_print(g);
}

/* ---- All teams */

/* The ids of the teams the caller sees. */
static int teams_list(const struct eh_cli *cli, json_t *ret)
{
    char after[EH_ID_MAX + 1] = "";
    do {
        EH_AUTO(eh_answer) struct eh_answer answer = {0};
        char path[EH_CLI_PATH];
        size_t i;
        json_t *team;
        if (!eh_path(path, "/v1/teams") || (*after && !eh_path_add(path, "?after=", after)))
            return eh_say(cli, EH_EXIT_REFUSED, "the daemon's `after` is too long");
        int r = eh_http_get(cli, path, &answer);
        if (r != EH_EXIT_DONE)
            return r;
        json_array_foreach(json_object_get(answer.json, "teams"), i, team)
            json_array_append(ret, json_object_get(team, "id"));
        const char *next = eh_object_text(answer.json, "after");
        eh_format(after, sizeof after, "%s", next ? next : "");
    } while (*after);
    return EH_EXIT_DONE;
}

/* Adds the team's pool. A team without this period is said; one the caller may not see is skipped.
 */
static int pools_add(const struct eh_cli *cli, const char *team, json_t *pools)
{
    EH_AUTO(eh_answer) struct eh_answer answer = {0};
    char path[EH_CLI_PATH];
    if (!eh_path(path, "/v1/teams/%s/pool?period=%s", team, cli->args[0]))
        return eh_say_long(cli, team);
    int r = eh_pool_get(cli, path, true, &answer);
    if (r == EH_EXIT_DONE) {
        json_array_append(pools, answer.json);
        return r;
    }
    const char *why = eh_object_text(json_object_get(answer.json, "error"), "message");
    if (answer.status == 403)
        return EH_EXIT_DONE;
    eh_say(cli, r, "%s", why ? why : "there is no answer");
    return answer.status == 404 ? EH_EXIT_DONE : r;
}

static void pools_print(const struct eh_cli *cli, const json_t *pools)
{
    bool csv = eh_cli_option(cli, "csv") != NULL;
    size_t i;
    json_t *pool;
    if (cli->json) {
        json_t *all = json_pack("{s:s, s:O}", "period", cli->args[0], "pools", pools);
        json_dumpf(all, stdout, JSON_COMPACT);
        putchar('\n');
        json_decref(all);
        return;
    }
    if (csv)
        eh_payroll_head();
    json_array_foreach((json_t *)pools, i, pool)
    {
        eh_object_clean(pool);
        if (csv) {
            eh_payroll_rows(pool);
            eh_payroll_say(cli, pool);
        } else {
            printf("%s", i ? "\n" : "");
            pool_show(cli, pool);
        }
    }
}

int eh_cmd_payroll(struct eh_cli *cli)
{
    struct eh_period period;
    struct eh_error error = {0};
    size_t i;
    json_t *team;
    if (eh_period_parse(eh_str(cli->args[0]), &period, &error) < 0)
        return eh_say_usage(cli, "%s", error.text);
    if (cli->json && eh_cli_option(cli, "csv"))
        return eh_say_usage(cli, "--csv: leave --json out");
    json_t *teams = json_array(), *pools = json_array();
    int r = teams_list(cli, teams);
    json_array_foreach(teams, i, team)
    {
        if (r == EH_EXIT_DONE)
            r = pools_add(cli, json_string_value(team), pools);
    }
    if (r == EH_EXIT_DONE && json_array_size(pools) == 0)
        r = eh_say(cli, EH_EXIT_REFUSED, "no team that you may see has a pool for %s",
                   cli->args[0]);
    if (r == EH_EXIT_DONE)
        pools_print(cli, pools);
    json_decref(teams);
    json_decref(pools);
    return r;
}

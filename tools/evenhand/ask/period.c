/* period: a period's way from open to paid, who is set aside, and imported figures. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "changes.h"
#include "client/object.h"
#include "commands.h"
#include "pool.h"
#include "term/args.h"
#include "term/say.h"
#include "term/text.h"

/* Checks the period of the call; an error is said. */
static int period_check(const struct eh_cli *cli, const char *text)
{
    struct eh_period period;
    struct eh_error error = {0};
    if (eh_period_parse(eh_str(text), &period, &error) < 0)
        return eh_say_usage(cli, "%s", error.text);
    return EH_EXIT_DONE;
}

/* ---- The way of a period. */

/* Prints what CLOSE will change, or has changed, in earlier periods. */
static void consequences_show(const json_t *answer)
{
    const json_t *expected = json_object_get(answer, "expected");
    const json_t *earlier = json_object_get(expected, "earlier");
    const char *currency = eh_object_text(answer, "currency");
    char text[2 * EH_CLI_TEXT + 64], paid[EH_CLI_TEXT];
    size_t i;
    json_t *one;
    if (json_is_object(expected) &&
        (json_array_size(earlier) > 0 ||
         eh_object_int(expected, "net") != eh_object_int(answer, "net"))) {
        eh_pool_expected(answer, expected, text, sizeof text);
        puts(text);
    }
    if (!json_is_object(expected))
        earlier = json_object_get(answer, "settled");
    json_array_foreach((json_t *)earlier, i, one)
    {
        const char *period = eh_object_text(one, "period");
        eh_text_amount(eh_object_int(one, "difference"), eh_object_exponent(answer), currency,
                       text);
        eh_text_amount(eh_object_int(one, "paid"), eh_object_exponent(answer), currency, paid);
        printf("%s, version %lld: a difference of %s, %s is paid\n", period ? period : "?",
               (long long)eh_object_int(one, "version"), text, paid);
        if (!json_is_object(expected) && eh_object_int(one, "paid") > 0)
            printf("payroll: evenhand payroll %s --csv\n", period ? period : "?");
    }
    if (eh_object_has(answer, "due")) {
        eh_pool_amount(answer, "due", paid);
        printf("%s is paid by it\n", paid);
    }
}

/* Prints the result of a step: the figures that the daemon tells, and what is missing. */
static void step_show(const struct eh_cli *cli, const char *period, const json_t *answer)
{
    const char *state = eh_object_text(answer, "state"),
               *missing = eh_object_text(answer, "missing");
    const char *currency = eh_object_text(answer, "currency");
    int64_t version = eh_object_int(answer, "version");
    char net[EH_CLI_TEXT], number[32] = "";
    if (version > 0)
        eh_format(number, sizeof number, ", version %lld", (long long)version);
    printf("%s of team %s is %s%s", period, cli->args[0], state ? state : "?", number);
    if (currency && eh_object_has(answer, "net")) {
        eh_pool_amount(answer, "net", net);
        printf(": %s net", net);
    }
    puts(json_is_true(json_object_get(answer, "repeat")) ? " (it was already)" : "");
    consequences_show(answer);
    if (missing) {
        char *clean = eh_text_clean(missing);
        printf("it cannot be closed like this: %s\n", clean);
        free(clean);
    }
}

/* One step of a period. `question` is asked on a terminal before the step is done; NULL: none. */
struct period_step {
    const char *period, *verb, *question;
    json_t *body;
};

static int step_send(struct eh_cli *cli, const struct period_step *step, bool dry,
                     struct eh_answer *ret)
{
    char path[EH_CLI_PATH];
    int r = period_check(cli, step->period);
    if (r == EH_EXIT_DONE &&
        (!eh_path(path, "/v1/teams/%s/periods/%s/", cli->args[0], step->period) ||
         !eh_path_add(path, step->verb, "") || (dry && !eh_path_add(path, "?dry_run=", "1"))))
        r = eh_say_long(cli, cli->args[0]);
    return r == EH_EXIT_DONE ? eh_http_post(cli, path, json_deep_copy(step->body), ret) : r;
}

/* --dry-run: prints what the step would do, in words or as JSON. */
static int try_step(struct eh_cli *cli, const struct period_step *step)
{
    EH_AUTO(eh_answer) struct eh_answer answer = {0};
    int r = step_send(cli, step, true, &answer);
    if (eh_answer_told(cli, r, &answer))
        return r;
    const char *facts = eh_object_text(answer.json, "facts_of");
    printf("would be done: ");
    step_show(cli, step->period, answer.json);
    if (facts)
        printf("by the facts of %s\n", facts);
    return r;
}

/* Whether a person at a terminal can answer. */
static bool is_asked(const struct eh_cli *cli, const struct period_step *step)
{
    return step->question && !eh_cli_option(cli, "yes") && isatty(STDIN_FILENO);
}

static int do_step(struct eh_cli *cli, const struct period_step *step, bool *ret_done)
{
    EH_AUTO(eh_answer) struct eh_answer answer = {0};
    if (is_asked(cli, step) && !cli->json) {
        int tried = try_step(cli, step);
        if (tried != EH_EXIT_DONE)
            return tried;
    }
    if (step->question && !eh_change_confirmed(cli, step->question))
        return eh_say(cli, EH_EXIT_REFUSED, "nothing was done");
    int r = step_send(cli, step, false, &answer);
    if (eh_answer_told(cli, r, &answer))
        return r;
    step_show(cli, step->period, answer.json);
    *ret_done = true;
    return r;
}

/* POST to /v1/teams/T/periods/P/verb. Frees the body. *ret_done: the step was done. */
static int post_step(struct eh_cli *cli, struct period_step step, bool *ret_done)
{
    *ret_done = false;
    int r = eh_cli_option(cli, "dry-run") ? try_step(cli, &step) : do_step(cli, &step, ret_done);
    json_decref(step.body);
    return r;
}

int eh_cmd_freeze(struct eh_cli *cli)
{
    const char *team = cli->args[0], *period = cli->args[1];
    bool done;
    json_t *body = json_object();
    if (eh_cli_option(cli, "incomplete"))
        json_object_set_new(body, "incomplete", json_true());
    if (!eh_change_text(cli, body, "reason", eh_cli_option(cli, "reason"))) {
        json_decref(body);
        return EH_EXIT_USAGE;
    }
    int r = post_step(cli, (struct period_step){period, "freeze", NULL, body}, &done);
    if (done)
        printf("look:  evenhand pool %s --period %s\nfinal: evenhand close %s %s\n", team, period,
               team, period);
    return r;
}

int eh_cmd_close(struct eh_cli *cli)
{
    const char *team = cli->args[0], *period = cli->args[1];
    bool done;
    int r = post_step(
        cli,
        (struct period_step){period, "close", "There is no way back. Close it?", json_object()},
        &done);
    if (done)
        printf("payroll: evenhand pool %s --period %s --csv\npaid:    evenhand pay %s %s\n", team,
               period, team, period);
    return r;
}

int eh_cmd_pay(struct eh_cli *cli)
{
    bool done;
    return post_step(cli,
                     (struct period_step){cli->args[1], "pay", "There is no way back. Was it paid?",
                                          json_object()},
                     &done);
}

/* exclude and include. */
static int set_aside(struct eh_cli *cli, const char *verb, const char *question, const char *said)
{
    bool done;
    json_t *body = json_object();
    if (!eh_change_text(cli, body, "rep", cli->args[1]) ||
        !eh_change_text(cli, body, "reason", eh_cli_option(cli, "reason"))) {
        json_decref(body);
        return EH_EXIT_USAGE;
    }
    int r = post_step(cli, (struct period_step){cli->args[2], verb, question, body}, &done);
    if (done)
        printf("%s %s\n", cli->args[1], said);
    return r;
}

int eh_cmd_exclude(struct eh_cli *cli)
{
    return set_aside(cli, "exclude", "Set the rep aside?", "is set aside in it");
}

int eh_cmd_include(struct eh_cli *cli)
{
    return set_aside(cli, "include", "Include the rep again?", "has a share in it again");
}

/* ---- Imported figures. */

/* The unit of this figure in the plan, from a metric or a gate; NULL: the plan does not name it. */
static const char *unit_of(const json_t *pool, const char *name)
{
    size_t i;
    json_t *metric;
    json_array_foreach(json_object_get(pool, "metrics"), i, metric)
    {
        const json_t *gate = json_object_get(metric, "gate");
        const char *own = eh_object_text(metric, "metric"), *other = eh_object_text(gate, "metric");
        if (own && strcmp(own, name) == 0)
            return eh_object_text(metric, "unit");
        if (other && strcmp(other, name) == 0)
            return eh_object_text(gate, "unit");
    }
    return NULL;
}

/* Reads a value as its unit is written: "99.95%", "12m", "4.2", "129.95", "17". */
static int figure_read(const struct eh_cli *cli, const char *unit, unsigned exponent,
                       const char *text, int64_t *ret)
{
    struct eh_str value = eh_str(text);
    struct eh_error error = {0};
    int r;
    if (strcmp(unit, "minor") == 0)
        r = eh_money_parse(value, exponent, ret, &error);
    else if (strcmp(unit, "ppm") == 0)
        r = eh_percent_parse(value, ret, &error);
    else if (strcmp(unit, "milli") == 0)
        r = eh_decimal_parse(value, 3, ret, &error);
    else if (strcmp(unit, "seconds") == 0 && eh_integer_parse(value, ret, NULL) < 0)
        r = eh_duration_parse(value, ret, &error);
    else
        r = eh_integer_parse(value, ret, &error);
    if (r < 0)
        return eh_say_usage(cli, "%s: %s", cli->args[1], error.text);
    return EH_EXIT_DONE;
}

/* By the team's plan of that period; without one, or where it does not name the figure, a whole
 * number. Only a value that is none needs the daemon to be asked. */
static int figure_find(const struct eh_cli *cli, int64_t *ret)
{
    EH_AUTO(eh_answer) struct eh_answer answer = {0};
    char path[EH_CLI_PATH];
    if (!eh_path(path, "/v1/teams/%s/pool?period=%s", cli->args[0], cli->args[2]))
        return eh_say_long(cli, cli->args[0]);
    const char *unit = NULL;
    if (eh_http_try(cli, path, &answer)) /* else the daemon says what is wrong with the figure */
        unit = unit_of(answer.json, cli->args[1]);
    return figure_read(cli, unit ? unit : "count", eh_object_exponent(answer.json), cli->args[3],
                       ret);
}

static bool is_minutes(const char *name)
{
    return strcmp(name, "paid_minutes") == 0 || strcmp(name, "contract_minutes") == 0;
}

/* Writes a value as its unit is written. */
static void figure_write(const char *unit, unsigned exponent, int64_t value,
                         char ret[EH_DECIMAL_TEXT_MAX])
{
    if (unit && strcmp(unit, "minor") == 0)
        eh_decimal_print(value, exponent, ret);
    else if (unit && strcmp(unit, "ppm") == 0)
        eh_ppm_print(value, ret);
    else if (unit && strcmp(unit, "milli") == 0)
        eh_decimal_print(value, 3, ret);
    else
        eh_decimal_print(value, 0, ret);
}

/* Decimals of the desk's currency, for a figure in money. */
static unsigned desk_exponent(const struct eh_cli *cli, const char *unit)
{
    EH_AUTO(eh_answer) struct eh_answer status = {0};
    if (!unit || strcmp(unit, "minor") != 0 || !eh_http_try(cli, "/v1/status", &status))
        return 2;
    return eh_object_exponent(status.json);
}

/* What the daemon did, and what the figure is now: `17 added: leads of team t in 2026-10 is 187`.
 */
static void figure_say(const struct eh_cli *cli, const json_t *answer)
{
    const char *rep = eh_cli_option(cli, "rep"), *take = eh_object_text(answer, "take");
    const char *unit = eh_object_text(answer, "unit");
    char now[EH_DECIMAL_TEXT_MAX];
    bool repeat = json_is_true(json_object_get(answer, "repeat"));
    bool replace = eh_cli_option(cli, "replace") != NULL;
    if (is_minutes(cli->args[1])) {
        printf("%s of %s of team %s in %s is %s%s\n", cli->args[1], rep ? rep : "?", cli->args[0],
               cli->args[2], cli->args[3], repeat ? " (it was told before)" : "");
        return;
    }
    if (!eh_object_has(answer, "now") || !take) {
        printf("%s for %s of team %s in %s is written down\n", cli->args[3], cli->args[1],
               cli->args[0], cli->args[2]);
        return;
    }
    figure_write(unit, desk_exponent(cli, unit), eh_object_int(answer, "now"), now);
    if (repeat)
        printf("told before, nothing changed: ");
    else if (strcmp(take, "sum") == 0 && !replace)
        printf("%s added: ", cli->args[3]);
    printf("%s of team %s in %s is %s\n", cli->args[1], cli->args[0], cli->args[2], now);
}

int eh_cmd_metric(struct eh_cli *cli)
{
    const char *team = cli->args[0], *name = cli->args[1], *period = cli->args[2];
    const char *rep = eh_cli_option(cli, "rep");
    EH_AUTO(eh_answer) struct eh_answer answer = {0};
    char path[EH_CLI_PATH];
    int64_t value = 0;
    int r = period_check(cli, period);
    if (r == EH_EXIT_DONE)
        r = is_minutes(name) ? figure_read(cli, "count", 0, cli->args[3], &value)
                             : figure_find(cli, &value);
    if (r == EH_EXIT_DONE && !eh_path(path, "/v1/teams/%s/metrics", team))
        r = eh_say_long(cli, team);
    if (r != EH_EXIT_DONE)
        return r;
    json_t *body = json_pack("{s:I}", "value", (json_int_t)value);
    if (!eh_change_text(cli, body, "metric", name) ||
        !eh_change_text(cli, body, "period", period) || !eh_change_text(cli, body, "rep", rep) ||
        !eh_change_text(cli, body, "event", eh_cli_option(cli, "event"))) {
        json_decref(body);
        return EH_EXIT_USAGE;
    }
    if (eh_cli_option(cli, "replace"))
        json_object_set_new(body, "replace", json_true());
    if (eh_cli_option(cli, "new"))
        json_object_set_new(body, "new", json_true());
    r = eh_http_post(cli, path, body, &answer);
    if (!eh_answer_told(cli, r, &answer)) {
        figure_say(cli, answer.json);
        if (eh_object_text(answer.json, "mended"))
            (void)eh_say(cli, EH_EXIT_DONE, "warning: %s", eh_object_text(answer.json, "mended"));
    }
    return r;
}

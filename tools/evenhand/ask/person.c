/* person: what is held of one customer or rep, as JSON; a customer forgotten, or why a rep was
 * absent. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "changes.h"
#include "client/http.h"
#include "client/object.h"
#include "commands.h"
#include "term/args.h"
#include "term/say.h"

/* {"customer": X} or {"rep": R}. False: the call is wrong, and the error has been said. */
static bool person_of(struct eh_cli *cli, json_t *ret)
{
    const char *customer = eh_cli_option(cli, "customer"), *rep = eh_cli_option(cli, "rep");
    if (!customer == !rep) {
        eh_say_usage(cli, "one of --customer and --rep is needed");
        return false;
    }
    return eh_change_text(cli, ret, "customer", customer) && eh_change_text(cli, ret, "rep", rep);
}

/* ---- export */

/* Appends all pages to `all`. */
static int export_fetch(struct eh_cli *cli, const json_t *person, json_t *all)
{
    json_t *items = json_array(), *after = json_null();
    int r = EH_EXIT_DONE;
    json_object_set_new(all, "items", items);
    do {
        EH_AUTO(eh_answer) struct eh_answer answer = {0};
        json_t *body = json_deep_copy(person);
        json_object_set_new(body, "after", after);
        after = NULL;
        r = eh_http_post(cli, "/v1/export", body, &answer);
        if (r != EH_EXIT_DONE)
            break;
        json_array_extend(items, json_object_get(answer.json, "items"));
        if (json_is_object(json_object_get(answer.json, "rep")))
            json_object_set(all, "rep", json_object_get(answer.json, "rep"));
        if (eh_object_has(answer.json, "after"))
            after = json_incref(json_object_get(answer.json, "after"));
    } while (after);
    return r;
}

int eh_cmd_export(struct eh_cli *cli)
{
    json_t *person = json_object(), *all = json_object();
    int r = person_of(cli, person) ? EH_EXIT_DONE : EH_EXIT_USAGE;
    if (r == EH_EXIT_DONE) {
        json_object_update(all, person);
        r = export_fetch(cli, person, all);
    }
    if (r == EH_EXIT_DONE) {
        char *text = json_dumps(all, JSON_INDENT(2));
        puts(text ? text : "");
        free(text);
    }
    json_decref(person);
    json_decref(all);
    return r;
}

/* ---- forget */

static const char *deed(const json_t *answer)
{
    return json_is_true(json_object_get(answer, "erased")) ? "Erased" : "To be erased";
}

static void print_customer(const json_t *answer)
{
    printf("%s: personal text of %lld tickets in %lld rows, and %lld refused entries\n",
           deed(answer), (long long)eh_object_int(answer, "tickets"),
           (long long)eh_object_int(answer, "texts"), (long long)eh_object_int(answer, "bodies"));
}

static void print_rep(const json_t *answer)
{
    printf("%s: why they were absent, told in %lld messages, and %lld refused entries\n",
           deed(answer), (long long)eh_object_int(answer, "reasons"),
           (long long)eh_object_int(answer, "bodies"));
    if (eh_object_int(answer, "stay") > 0)
        printf("%lld reasons stay: they were told before rules 43, and are part of the proof\n",
               (long long)eh_object_int(answer, "stay"));
}

/* Prints the places from which the daemon cannot erase. */
static void print_left(const json_t *answer)
{
    const json_t *entries = json_object_get(answer, "dead_entries"), *entry;
    size_t i;
    if (json_array_size(entries) > 0) {
        printf("Still in Redis, until it is trimmed: XDEL evenhand:{DESK}:dead");
        json_array_foreach(entries, i, entry) printf(" %s", json_string_value(entry));
        putchar('\n');
    }
    puts("The log is proven as before. Not reached: the inbox until it is trimmed, backups, and\n"
         "what was written into ids or other reasons (man evenhand-api, ERASING).");
}

/* Asks, when there is somebody to ask. */
static bool forget_is_confirmed(const struct eh_cli *cli)
{
    char line[16] = "";
    if (eh_cli_option(cli, "yes") || !isatty(STDIN_FILENO))
        return true;
    fputs("There is no way back. Erase? [y/N] ", stderr);
    return fgets(line, sizeof line, stdin) && (line[0] == 'y' || line[0] == 'Y');
}

/* Counts what would go, asks, and has it erased. */
static int forget_text(struct eh_cli *cli, json_t *person, void (*print)(const json_t *))
{
    bool dry = eh_cli_option(cli, "dry-run") != NULL;
    EH_AUTO(eh_answer) struct eh_answer counted = {0}, done = {0};
    json_t *body = json_deep_copy(person);
    json_object_set_new(body, "dry_run", json_true());
    int r = eh_http_post(cli, "/v1/forget", body, &counted);
    if (r != EH_EXIT_DONE || (dry && eh_answer_told(cli, r, &counted)))
        return r;
    if (!cli->json)
        print(counted.json);
    if (dry)
        return EH_EXIT_DONE;
    if (!forget_is_confirmed(cli))
        return eh_say(cli, EH_EXIT_REFUSED, "nothing was erased");
    r = eh_http_post(cli, "/v1/forget", json_deep_copy(person), &done);
    if (eh_answer_told(cli, r, &done))
        return r;
    print(done.json);
    print_left(done.json);
    return EH_EXIT_DONE;
}

/* The current desk file no longer has the display name, but past ones keep it: the command says so
 * and fails. */
static int forget_name(struct eh_cli *cli, json_t *person)
{
    EH_AUTO(eh_answer) struct eh_answer answer = {0};
    json_t *body = json_deep_copy(person);
    json_object_set_new(body, "name_only", json_true());
    int r = eh_http_post(cli, "/v1/forget", body, &answer);
    if (r != EH_EXIT_DONE || eh_object_int(answer.json, "desk_files") == 0) {
        if (!eh_answer_told(cli, r, &answer))
            printf("No desk file of the log speaks of %s.\n", eh_cli_option(cli, "rep"));
        return r;
    }
    return eh_say(
        cli, EH_EXIT_REFUSED,
        "the name of %s is not in force any more, but %lld desk files of the log may hold "
        "it; they are part of the proof, and stay",
        eh_cli_option(cli, "rep"), (long long)eh_object_int(answer.json, "desk_files"));
}

/* False: the call is wrong, and the error has been said. */
static bool before_put(struct eh_cli *cli, json_t *person)
{
    const char *before = eh_cli_option(cli, "before");
    int32_t day;
    if (!before)
        return true;
    if (!eh_cli_option(cli, "rep") || eh_cli_option(cli, "name-only")) {
        eh_say_usage(cli, "--before goes with --rep, and not with --name-only");
        return false;
    }
    if (eh_date_parse(eh_str(before), &day, NULL) < 0) {
        eh_say_usage(cli, "--before: `%s` is no day; write it like 2026-01-01", before);
        return false;
    }
    return eh_change_text(cli, person, "before", before);
}

int eh_cmd_forget(struct eh_cli *cli)
{
    json_t *person = json_object();
    int r = person_of(cli, person) && before_put(cli, person) ? EH_EXIT_DONE : EH_EXIT_USAGE;
    if (r == EH_EXIT_DONE && !eh_cli_option(cli, "rep"))
        r = forget_text(cli, person, print_customer);
    else if (r == EH_EXIT_DONE && !eh_cli_option(cli, "name-only"))
        r = forget_text(cli, person, print_rep);
    else if (r == EH_EXIT_DONE)
        r = forget_name(cli, person);
    json_decref(person);
    return r;
}

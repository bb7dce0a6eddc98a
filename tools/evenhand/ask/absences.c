/* absences: who is absent when: told, cancelled, imported from a calendar, and listed. */
#include <stdio.h>
#include <stdlib.h>

#include "changes.h"
#include "client/caller.h"
#include "client/list.h"
#include "client/object.h"
#include "commands.h"
#include "term/args.h"
#include "term/file.h"
#include "term/say.h"
#include "term/text.h"

#define LIST_SHOWN   100000     /* rows shown at most; --after shows the rest */
#define CALENDAR_MAX (1u << 20) /* bytes of a calendar that the admin socket takes */

/* Of the rep that is named, or of the caller. */
static int absences_path(struct eh_cli *cli, const char *named, const char *end,
                         char ret_rep[EH_NAME_MAX + 1], char ret[EH_CLI_PATH])
{
    int r = EH_EXIT_DONE;
    if (named)
        eh_format(ret_rep, EH_NAME_MAX + 1, "%s", named);
    else
        r = eh_caller_rep(cli, ret_rep);
    if (r == EH_EXIT_DONE &&
        (!eh_path(ret, "/v1/reps/%s/absences", ret_rep) || (*end && !eh_path_add(ret, end, ""))))
        r = eh_say_long(cli, ret_rep);
    return r;
}

/* Puts a day as it is typed, or a time as milliseconds, into the body. */
static int moment_put(const struct eh_cli *cli, const char *option, json_t *body)
{
    const char *text = eh_cli_option(cli, option);
    struct eh_error error = {0};
    int64_t us;
    int32_t day;
    if (!text)
        return EH_EXIT_DONE;
    if (eh_time_parse(eh_str(text), &us, &error) < 0)
        return eh_say_usage(cli, "--%s: %s", option, error.text);
    bool is_day = eh_date_parse(eh_str(text), &day, NULL) == 0;
    json_object_set_new(body, option, is_day ? json_string(text) : json_integer(us / 1000));
    return EH_EXIT_DONE;
}

static int absence_put(const struct eh_cli *cli, json_t *body)
{
    const char *cancel = eh_cli_option(cli, "cancel"), *reason = eh_cli_option(cli, "reason");
    int64_t number;
    if (cancel && (eh_integer_parse(eh_str(cancel), &number, NULL) < 0 || number < 1))
        return eh_say_usage(cli,
                            "--cancel: `%s` is no number of an absence; see `evenhand "
                            "absences`",
                            cancel);
    if (!cancel == !eh_cli_option(cli, "from"))
        return eh_say_usage(cli, "say since when: --from 2026-12-22, or --cancel N");
    if (cancel)
        json_object_set_new(body, "cancel", json_integer(number));
    int r = moment_put(cli, "from", body);
    if (r == EH_EXIT_DONE)
        r = moment_put(cli, "until", body);
    if (r == EH_EXIT_DONE && !eh_change_text(cli, body, "reason", reason))
        r = EH_EXIT_USAGE;
    return r;
}

int eh_cmd_absent(struct eh_cli *cli)
{
    char path[EH_CLI_PATH], rep[EH_NAME_MAX + 1], done[512];
    const char *from = eh_cli_option(cli, "from"), *until = eh_cli_option(cli, "until");
    int r = absences_path(cli, cli->arg_count ? cli->args[0] : NULL, "", rep, path);
    if (r != EH_EXIT_DONE)
        return r;
    json_t *body = json_object();
    r = absence_put(cli, body);
    if (r != EH_EXIT_DONE) {
        json_decref(body);
        return r;
    }
    if (from)
        eh_format(done, sizeof done, "%s is absent from %s%s%s", rep, from,
                  until ? " until " : ", nobody knows until when", until ? until : "");
    else
        eh_format(done, sizeof done, "%s: absence %s is cancelled", rep,
                  eh_cli_option(cli, "cancel"));
    return eh_change_post(cli, path, body, done);
}

/* ---- The list. */

static void moment_show(const json_t *absence, const char *key, const char *none,
                        char ret[EH_CLI_TEXT])
{
    int64_t us;
    if (eh_object_time_us(absence, key, &us))
        eh_text_when(us, ret);
    else
        eh_format(ret, EH_CLI_TEXT, "%s", none);
}

static void grid_add_absence(struct eh_grid *grid, const json_t *item, void *context)
{
    (void)context;
    char number[EH_CLI_TEXT], from[EH_CLI_TEXT], until[EH_CLI_TEXT];
    eh_format(number, sizeof number, "%lld", (long long)eh_object_int(item, "number"));
    moment_show(item, "from", "", from);
    moment_show(item, "until", "nobody knows", until);
    eh_grid_text(grid, number);
    eh_grid_text(grid, eh_object_text(item, "rep"));
    eh_grid_text(grid, from);
    eh_grid_text(grid, until);
    eh_grid_text(grid, json_is_true(json_object_get(item, "reason_erased"))
                           ? "erased"
                           : eh_object_text(item, "reason"));
}

int eh_cmd_absences(struct eh_cli *cli)
{
    char path[EH_CLI_PATH] = "/v1/absences", rep[EH_NAME_MAX + 1];
    int r = cli->arg_count ? absences_path(cli, cli->args[0], "", rep, path) : EH_EXIT_DONE;
    struct eh_list list = {.cli = cli,
                           .path = path,
                           .key = "absences",
                           .add = grid_add_absence,
                           .shown_max = LIST_SHOWN};
    return r != EH_EXIT_DONE ? r
                             : eh_list_show(&list, ">number,rep,from,until,reason",
                                            "nobody is absent, now or later");
}

/* ---- A calendar. */

static void imported_print(const json_t *answer)
{
    int64_t left_out = eh_object_int(answer, "left_out");
    printf("%lld told, %lld cancelled\n", (long long)eh_object_int(answer, "told"),
           (long long)eh_object_int(answer, "cancelled"));
    if (left_out > 0)
        printf("%lld left out: more than a rep may have ahead, or from before tomorrow\n",
               (long long)left_out);
}

int eh_cmd_absences_import(struct eh_cli *cli)
{
    EH_AUTO(eh_answer) struct eh_answer answer = {0};
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    struct eh_error error = {0};
    char path[EH_CLI_PATH], file[EH_CLI_PATH], rep[EH_NAME_MAX + 1];
    int r = absences_path(cli, eh_cli_option(cli, "rep"), "/import", rep, path);
    if (r != EH_EXIT_DONE)
        return r;
    if (eh_file_read(cli->args[0], CALENDAR_MAX, &text, &error) < 0)
        return eh_say(cli, EH_EXIT_REFUSED, "%s", error.text);
    eh_format(file, sizeof file, "%s: ", cli->args[0]);
    const struct eh_request request = {.method = "POST",
                                       .path = path,
                                       .type = "text/calendar",
                                       .body = eh_str_n((const char *)text.data, text.size),
                                       .file = file};
    r = eh_http_send(cli, &request, &answer);
    if (!eh_answer_told(cli, r, &answer))
        imported_print(answer.json);
    return r;
}

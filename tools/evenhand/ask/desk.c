/* desk: the desk as the daemon holds it, and what a desk file would change or changes. */
#include <stdio.h>
#include <stdlib.h>

#include <evenhand/wire/desk.h>

#include "client/http.h"
#include "client/object.h"
#include "commands.h"
#include "term/file.h"
#include "term/say.h"
#include "term/text.h"

#define DESK_SENT_MAX                                                                              \
    (1u << 20) /* bytes of a desk file that the admin socket takes; with SIGHUP it may be larger   \
                */

/* Prints a file unchanged; on a terminal each line is cleaned. */
static void desk_file_print(const struct eh_cli *cli, const char *text)
{
    while (*text) {
        size_t size = strcspn(text, "\n");
        char *line = strndup(text, size), *shown = line;
        eh_require(line);
        if (cli->terminal)
            shown = eh_text_clean(line);
        puts(shown);
        if (shown != line)
            free(shown);
        free(line);
        text += size + (text[size] == '\n');
    }
}

int eh_cmd_desk_show(struct eh_cli *cli)
{
    EH_AUTO(eh_answer) struct eh_answer answer = {0};
    int r = eh_http_get(cli, "/v1/desk", &answer);
    if (r != EH_EXIT_DONE || cli->json) {
        (void)eh_answer_told(cli, r, &answer);
        return r;
    }
    const char *text = eh_object_text(answer.json, "text");
    if (!text || !*text)
        return eh_say(cli, EH_EXIT_REFUSED, "no desk file has been applied yet");
    desk_file_print(cli, text);
    return EH_EXIT_DONE;
}

/* Reads a desk file. Checks it here rather than by the daemon, so that the error can name the file
 * and the line. */
static int desk_file_read(const struct eh_cli *cli, const char *path, struct eh_bytes *ret)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_error error = {0};
    struct eh_desk *desk;
    struct eh_bytes text = EH_BYTES_INIT;
    if (eh_file_read(path, DESK_SENT_MAX, &text, &error) < 0)
        return eh_say(cli, EH_EXIT_REFUSED, "%s", error.text);
    if (eh_desk_parse_new(eh_str_n((const char *)text.data, text.size), &arena, &desk, &error) <
        0) {
        eh_bytes_done(&text);
        return eh_say(cli, EH_EXIT_CONFIG, "%s:%s", path, error.text);
    }
    *ret = text;
    return EH_EXIT_DONE;
}

static void lines_print(const json_t *lines, const char *before)
{
    size_t i;
    json_t *line;
    json_array_foreach((json_t *)lines, i, line)
    {
        if (!json_is_string(line))
            continue;
        char *clean = eh_text_clean(json_string_value(line));
        printf("%s%s\n", before, clean);
        free(clean);
    }
}

static int desk_put(struct eh_cli *cli, const char *path, const char *nothing)
{
    EH_AUTO(eh_answer) struct eh_answer answer = {0};
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    char file[EH_CLI_PATH];
    int r = desk_file_read(cli, cli->args[0], &text);
    if (r != EH_EXIT_DONE)
        return r;
    eh_format(file, sizeof file, "%s: ", cli->args[0]);
    const struct eh_request request = {.method = "PUT",
                                       .path = path,
                                       .type = "application/yaml",
                                       .body = eh_str_n((const char *)text.data, text.size),
                                       .file = file};
    r = eh_http_send(cli, &request, &answer);
    if (answer.status == 400)
        return EH_EXIT_CONFIG;
    if (eh_answer_told(cli, r, &answer))
        return r;
    const json_t *changes = json_object_get(answer.json, "changes");
    if (json_array_size(changes) + json_array_size(json_object_get(answer.json, "periods")) == 0)
        puts(nothing);
    lines_print(changes, "");
    lines_print(json_object_get(answer.json, "periods"), "");
    lines_print(json_object_get(answer.json, "warnings"), "warning: ");
    return EH_EXIT_DONE;
}

int eh_cmd_desk_diff(struct eh_cli *cli)
{
    return desk_put(cli, "/v1/desk?dry_run=1", "the file would change nothing");
}

int eh_cmd_desk_apply(struct eh_cli *cli)
{
    return desk_put(cli, "/v1/desk", "applied; it changed nothing");
}

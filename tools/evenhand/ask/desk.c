/* desk: the desk as the daemon holds it, and what a desk file would change or changes. */
#include <stdio.h>
#include <stdlib.h>

#include <evenhand/wire/desk.h>
#include <evenhand/wire/holidays_file.h>

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

/* ---- Files of holidays: evenhandd reads iCalendar, but not the files of whoever asks. */

struct holidays {
    const char *desk; /* the path of the desk file */
    struct eh_arena arena;
    struct eh_str names[EH_HOLIDAYS_FILES_MAX]; /* whose text stands in front of here */
    uint32_t count;
};

static bool holidays_have(const struct holidays *h, struct eh_str name)
{
    for (uint32_t i = 0; i < h->count; i++)
        if (eh_str_equal(h->names[i], name))
            return true;
    return false;
}

static int holidays_note(struct holidays *h, struct eh_str name, struct eh_error *error)
{
    if (h->count == EH_HOLIDAYS_FILES_MAX)
        return eh_error_set(error, EH_ERANGE, "more than %d different files; put them into one",
                            EH_HOLIDAYS_FILES_MAX);
    h->names[h->count++] = eh_arena_str(&h->arena, name);
    return 0;
}

static int holidays_read(const struct holidays *h, struct eh_str name, struct eh_bytes *ret,
                         struct eh_error *error)
{
    size_t bad_at;
    int r = eh_file_read_beside(h->desk, name, EH_HOLIDAYS_TEXT_MAX, ret, error);
    if (r < 0)
        return r;
    return eh_utf8_valid(eh_str_n((const char *)ret->data, ret->size), &bad_at)
               ? 0
               : eh_error_set(error, EH_EPARSE, "%.*s: this is not UTF-8 text; export it anew",
                              EH_STR_ARG(name));
}

static int holidays_put(void *context, const struct eh_holidays_mention *mention,
                        struct eh_bytes *to, struct eh_error *error)
{
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    struct holidays *h = context;
    if (mention->has_text || mention->has_dates || !eh_holidays_name_valid(mention->name) ||
        holidays_have(h, mention->name))
        return 0; /* who reads the desk file says whether it is right */
    int r = holidays_note(h, mention->name, error);
    if (r == 0)
        r = holidays_read(h, mention->name, &text, error);
    if (r < 0)
        return r;
    struct eh_str whole = eh_str_n((const char *)text.data, text.size);
    eh_holidays_put_text(to, mention->name, &whole);
    return 0;
}

/* The desk file with the texts of its files of holidays. */
static int holidays_add(const struct eh_cli *cli, const char *path, struct eh_bytes *text)
{
    EH_AUTO(eh_bytes) struct eh_bytes whole = EH_BYTES_INIT;
    struct holidays h = {.desk = path};
    struct eh_error error = {0};
    int r = eh_holidays_write(eh_str_n((const char *)text->data, text->size), holidays_put, &h,
                              &whole, &error);
    eh_arena_done(&h.arena);
    if (r < 0)
        return eh_say(cli, EH_EXIT_CONFIG, "%s:%s", path, error.text);
    if (whole.size > DESK_SENT_MAX)
        return eh_say(cli, EH_EXIT_REFUSED,
                      "%s: is larger than %u bytes with its files of holidays; put it where "
                      "evenhandd reads it, and send SIGHUP",
                      path, DESK_SENT_MAX);
    eh_bytes_clear(text);
    eh_bytes_put(text, whole.data, whole.size);
    eh_require(!text->failed);
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
    int r = holidays_add(cli, path, &text);
    if (r == EH_EXIT_DONE)
        *ret = text;
    else
        eh_bytes_done(&text);
    return r;
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
    eh_format(file, sizeof file, "%s:", cli->args[0]);
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

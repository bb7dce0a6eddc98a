/* dead: dead letters: entries of the stream that were refused, and why. */
#include <stdio.h>
#include <stdlib.h>

#include "client/list.h"
#include "client/object.h"
#include "commands.h"
#include "term/args.h"
#include "term/say.h"
#include "term/text.h"

#define DEAD_SHOWN 500 /* rows shown at most; --after shows the rest */
#define DEAD_PAGE  100

/* The id of the ticket, where the letter is about one. */
static void id_cell(struct eh_grid *g, const json_t *letter)
{
    const char *id = eh_object_text(letter, "ticket");
    eh_grid_text(g, id ? id : "");
}

static void letter_row(struct eh_grid *g, const json_t *letter, void *context)
{
    const int64_t *now_us = context;
    char input[EH_DECIMAL_TEXT_MAX], when[EH_CLI_TEXT] = "";
    int64_t us;
    if (eh_object_time_us(letter, "at", &us))
        eh_text_when_short(*now_us, us, when);
    eh_format(input, sizeof input, "%lld", (long long)eh_object_int(letter, "input"));
    eh_grid_text(g, input);
    eh_grid_dim(g, when);
    id_cell(g, letter);
    eh_grid_text(g, eh_object_text(letter, "reason"));
}

static void letter_line(const struct eh_cli *cli, const char *name, const char *text)
{
    if (text)
        printf("%s%-9s%s %s\n", eh_colour_dim(cli), name, eh_colour_end(cli), text);
}

/* Prints JSON indented, other text unchanged. */
static void letter_body_show(const struct eh_cli *cli, const char *body)
{
    json_t *said = json_loads(body, 0, NULL);
    char *text = said ? json_dumps(said, JSON_INDENT(2) | JSON_PRESERVE_ORDER) : NULL;
    printf("\n%swhat it said%s\n%s\n", eh_colour_bold(cli), eh_colour_end(cli), text ? text : body);
    free(text);
    json_decref(said);
}

static int letter_show(struct eh_cli *cli)
{
    EH_AUTO(eh_answer) struct eh_answer answer = {0};
    char path[EH_CLI_PATH], when[EH_CLI_TEXT], size[EH_CLI_TEXT];
    int64_t us;
    if (!eh_path(path, "/v1/dead/%s", cli->args[0]))
        return eh_say_long(cli, cli->args[0]);
    int r = eh_http_get(cli, path, &answer);
    if (eh_answer_told(cli, r, &answer))
        return r;
    printf("%sdead letter %s%s\n", eh_colour_bold(cli), cli->args[0], eh_colour_end(cli));
    letter_line(cli, "why", eh_object_text(answer.json, "reason"));
    if (eh_object_time_us(answer.json, "at", &us)) {
        eh_text_when(us, when);
        letter_line(cli, "refused", when);
    }
    letter_line(cli, "stream id", eh_object_text(answer.json, "stream_id"));
    eh_text_count(eh_object_int(answer.json, "size"), size);
    letter_line(cli, "bytes", size);
    if (eh_object_text(answer.json, "body"))
        letter_body_show(cli, eh_object_text(answer.json, "body"));
    else
        puts("\nits text is not kept, or you may not read it");
    return EH_EXIT_DONE;
}

int eh_cmd_dead(struct eh_cli *cli)
{
    int64_t now_us = eh_text_now_us();
    const char *source = eh_cli_option(cli, "source");
    char path[EH_CLI_PATH];
    if (!eh_path(path, "/v1/dead") || (source && !eh_path_add(path, "?source=", source)))
        return eh_say_long(cli, source);
    struct eh_list list = {.cli = cli,
                           .path = path,
                           .key = "letters",
                           .add = letter_row,
                           .context = &now_us,
                           .page = DEAD_PAGE,
                           .shown_max = DEAD_SHOWN};
    if (cli->arg_count)
        return letter_show(cli);
    return eh_list_show(&list, ">input,refused,id,why", "no dead letters");
}

/* log: what people did, and why: who gave what to whom, who was set away, who froze a period. */
#include <stdio.h>

#include "client/list.h"
#include "client/object.h"
#include "commands.h"
#include "term/args.h"
#include "term/say.h"
#include "term/text.h"

#define LOG_SHOWN 500 /* rows shown at most; --after shows the rest */
#define LOG_PAGE  100

static void row_add(struct eh_grid *g, const json_t *item, void *context)
{
    const int64_t *now_us = context;
    char input[EH_DECIMAL_TEXT_MAX], when[EH_CLI_TEXT] = "";
    int64_t us;
    if (eh_object_time_us(item, "at", &us))
        eh_text_when_short(*now_us, us, when);
    eh_format(input, sizeof input, "%lld", (long long)eh_object_int(item, "input"));
    eh_grid_text(g, input);
    eh_grid_dim(g, when);
    eh_grid_text(g, eh_object_text(item, "text"));
}

static bool path_add(char path[EH_CLI_PATH], const char *name, const char *value)
{
    char before[16];
    if (!value)
        return true;
    eh_format(before, sizeof before, "&%s=", name);
    return eh_path_add(path, before, value);
}

int eh_cmd_log(struct eh_cli *cli)
{
    int64_t now_us = eh_text_now_us();
    const char *id = cli->arg_count ? cli->args[0] : NULL, *source = eh_cli_option(cli, "source");
    char path[EH_CLI_PATH];
    if (source && !id)
        return eh_say_usage(cli, "--source: a ticket's ID goes with it");
    if (!eh_path(path, "/v1/log?newest=%s", eh_cli_option(cli, "oldest") ? "0" : "1") ||
        !path_add(path, "person", eh_cli_option(cli, "person")) ||
        !path_add(path, "team", eh_cli_option(cli, "team")) || !path_add(path, "id", id) ||
        !path_add(path, "source", source))
        return eh_say(cli, EH_EXIT_USAGE, "log: what is asked for is too long");
    struct eh_list list = {.cli = cli,
                           .path = path,
                           .key = "log",
                           .add = row_add,
                           .context = &now_us,
                           .page = LOG_PAGE,
                           .shown_max = LOG_SHOWN};
    return eh_list_show(&list, ">input,done,what", "nothing was done");
}

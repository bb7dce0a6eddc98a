/* desk_from: `evenhand desk from`: a first desk file out of a ticket history. */
#include <stdio.h>

#include "commands.h"
#include "found.h"
#include "term/args.h"
#include "term/file.h"
#include "term/say.h"

int eh_cmd_desk_from(struct eh_cli *cli)
{
    const char *file = cli->args[0], *team = eh_cli_option(cli, "team");
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    EH_AUTO(eh_bytes) struct eh_bytes desk = EH_BYTES_INIT;
    struct eh_history_rules rules = {.file = file, .team = eh_str(team)};
    struct eh_error error = {0};
    if (team && !eh_id_valid(rules.team))
        return eh_say_usage(cli, "--team: `%s` is no id (a-z, 0-9, and . _ - behind the first)",
                            team);
    if (cli->json)
        return eh_say_usage(cli, "desk from: it writes YAML; leave --json out");
    if (eh_file_read(file, EH_HISTORY_FILE_MAX, &text, &error) < 0)
        return eh_say(cli, EH_EXIT_REFUSED, "%s", error.text);
    if (eh_found_desk(eh_str_n((const char *)text.data, text.size), &rules, &desk, &error) < 0)
        return eh_say(cli, EH_EXIT_REFUSED, "%s", error.text);
    fwrite(desk.data, 1, desk.size, stdout);
    return EH_EXIT_DONE;
}

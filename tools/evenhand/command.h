/*
 * command: the types that all rooms of the command line share: exit codes, a row of the table of
 * commands, the parsed call. It has no functions, so that every room may include it.
 *
 * A command is one row of the table in evenhand.c and one function `int eh_cmd_…(struct eh_cli *)`
 * that returns an exit code. When the code is not EH_EXIT_DONE, the function
 * has printed one line on stderr that says why.
 *
 *     int eh_cmd_reps(struct eh_cli *cli)
 *     {
 *         EH_AUTO(eh_answer) struct eh_answer answer = {0};
 *         int r = eh_http_get(cli, "/v1/reps", &answer);
 *         if (r != EH_EXIT_DONE || cli->json)
 *             return eh_answer_finish(cli, r, &answer);
 *         …for people: a table of what answer.json says…
 *         return EH_EXIT_DONE;
 *     }
 */
#ifndef EVENHAND_TOOLS_COMMAND_H
#define EVENHAND_TOOLS_COMMAND_H

#include <evenhand/base/base.h>

#define EH_CLI_ARGS_MAX    4  /* positional arguments of a command */
#define EH_CLI_OPTIONS_MAX 12 /* options of a command */
#define EH_CLI_SOCKET      "/run/evenhand/admin.sock"

struct eh_cli_option {
    const char *name;  /* without the dashes */
    const char *value; /* name of the value in the help: "T"; NULL: a switch without a value */
    const char *help;
    bool required;
};

struct eh_cli;

struct eh_cli_command {
    const char *name;  /* one or two words */
    const char *args;  /* as in the help: "ID R", "[R]" */
    const char *group; /* heading in the help */
    const char *help;  /* one line */
    int arg_min, arg_max;
    const struct eh_cli_option *options; /* ends with a name of NULL; or NULL */
    int (*run)(struct eh_cli *);
    const char *details; /* more, for its own --help; or NULL */
};

struct eh_cli {
    const struct eh_cli_command *command;
    const char *several; /* set instead of `command`: a first word that several have, `desk` */
    const char *socket;
    bool json;      /* print the daemon's answer as it came */
    bool says_json; /* errors are JSON, too; known before the call is parsed */
    bool no_pager;
    bool terminal; /* stdout is one */
    bool colour;
    int width; /* columns of the terminal; 0: tables are not cut */
    const char *args[EH_CLI_ARGS_MAX];
    int arg_count;
    const char *values[EH_CLI_OPTIONS_MAX]; /* in the order of command->options; NULL: not given */
};

#endif

/*
 * args: reads the call: the command, its arguments and options.
 *
 *     r = eh_cli_parse(commands, argc - 1, argv + 1, &cli, &wants_help);
 *     const char *team = eh_cli_option(&cli, "team");
 */
#ifndef EVENHAND_TOOLS_TERM_ARGS_H
#define EVENHAND_TOOLS_TERM_ARGS_H

#include "command.h"

extern const struct eh_cli_option eh_cli_everywhere[]; /* options of every command */

/* The value of an option; NULL when it was not given, "" for a switch. */
const char *eh_cli_option(const struct eh_cli *, const char *name);

/* Fills *cli from argv (without the program's name). Returns EH_EXIT_DONE, or EH_EXIT_USAGE after
 * saying what is wrong. *ret_help: the call asks for help. */
int eh_cli_parse(const struct eh_cli_command *commands, int argc, char **argv, struct eh_cli *cli,
                 bool *ret_help) EH_MUST_CHECK;

#endif

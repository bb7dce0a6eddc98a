/*
 * evenhand: what the parts of the command line share: exit codes, the command table's row, the
 * parsed call, and how errors are said.
 *
 * A command is one row of the table in evenhand.c and one function `int eh_cmd_…(struct eh_cli *)`
 * that returns an exit code. It has said its one line on stderr when that is not EH_EXIT_DONE.
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
    const char *value; /* what stands for its value in the help; NULL: a switch */
    const char *help;
    bool required;
};

extern const struct eh_cli_option eh_cli_everywhere[]; /* what every command takes */

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
    const char *several; /* no command, but the first word of these: `desk` */
    const char *socket;
    bool json; /* print what the daemon answered */
    bool no_pager;
    bool terminal; /* stdout is one */
    bool colour;
    int width; /* of the terminal, in columns; 0: nothing needs to be cut */
    const char *args[EH_CLI_ARGS_MAX];
    int arg_count;
    const char *values[EH_CLI_OPTIONS_MAX]; /* in the order of command->options; NULL: not given */
};

/* The value of an option; NULL when it was not given, "" for a switch. */
const char *eh_cli_option(const struct eh_cli *, const char *name);

/* Fills *cli from argv (after the program's name). EH_EXIT_DONE and *ret_help when help was asked
 * for; EH_EXIT_USAGE after saying what is wrong. */
int eh_cli_parse(const struct eh_cli_command *commands, int argc, char **argv, struct eh_cli *cli,
                 bool *ret_help) EH_MUST_CHECK;

/* "evenhand: " and the sentence on stderr, without control characters; returns `code`. With --json
 * the same as the daemon would say it: {"error": {"code", "message", "field"}}. */
int eh_say(int code, const char *format, ...) EH_PRINTF(2, 3);
/* The same of what the daemon refused: its own code, and the field it is about or NULL. */
int eh_say_refused(int code, const char *name, const char *field, const char *format, ...)
    EH_PRINTF(4, 5);
/* From now on errors are JSON. */
void eh_say_in_json(void);
/* The same for a wrong call: exit code 2 and a hint at --help. */
int eh_say_usage(const struct eh_cli *, const char *format, ...) EH_PRINTF(2, 3);
/* Of an argument that does not fit into an address of the admin API. */
int eh_say_long(const char *argument);

/* completion/complete.c: what may stand in place of the last word. */
int eh_complete(const struct eh_cli_command *commands, int argc, char **argv, struct eh_cli *cli);

/* A whole file in memory, with a terminator behind it; refuses what is larger than max bytes. */
int eh_file_read(const char *path, size_t max, struct eh_bytes *ret,
                 struct eh_error *) EH_MUST_CHECK;

int eh_cmd_status(struct eh_cli *);
int eh_cmd_teams(struct eh_cli *);
int eh_cmd_team(struct eh_cli *);
int eh_cmd_reps(struct eh_cli *);
int eh_cmd_rep(struct eh_cli *);
int eh_cmd_me(struct eh_cli *);
int eh_cmd_dead(struct eh_cli *);
int eh_cmd_waiting(struct eh_cli *);
int eh_cmd_tickets(struct eh_cli *);
int eh_cmd_ticket(struct eh_cli *);
int eh_cmd_overloaded(struct eh_cli *);
int eh_cmd_available(struct eh_cli *);
int eh_cmd_away(struct eh_cli *);
int eh_cmd_fairness(struct eh_cli *);
int eh_cmd_assign(struct eh_cli *);
int eh_cmd_release(struct eh_cli *);
int eh_cmd_move(struct eh_cli *);
int eh_cmd_outcome(struct eh_cli *);
int eh_cmd_draws(struct eh_cli *);
int eh_cmd_draws_reveal(struct eh_cli *);
int eh_cmd_draws_deals(struct eh_cli *);
int eh_cmd_verify(struct eh_cli *);
int eh_cmd_desk_show(struct eh_cli *);
int eh_cmd_desk_diff(struct eh_cli *);
int eh_cmd_desk_apply(struct eh_cli *);
int eh_cmd_desk_from(struct eh_cli *);
int eh_cmd_plan_check(struct eh_cli *);
int eh_cmd_plan_test(struct eh_cli *);
int eh_cmd_plan_history(struct eh_cli *);
int eh_cmd_pool(struct eh_cli *);
int eh_cmd_payroll(struct eh_cli *);
int eh_cmd_freeze(struct eh_cli *);
int eh_cmd_close(struct eh_cli *);
int eh_cmd_pay(struct eh_cli *);
int eh_cmd_exclude(struct eh_cli *);
int eh_cmd_include(struct eh_cli *);
int eh_cmd_metric(struct eh_cli *);
int eh_cmd_push(struct eh_cli *);
int eh_cmd_simulate(struct eh_cli *);
int eh_cmd_export(struct eh_cli *);
int eh_cmd_forget(struct eh_cli *);

#endif

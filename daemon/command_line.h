/*
 * command_line: our own command line, run as a child: what replays the log has no place on the
 * loop.
 *
 *     char *const arguments[] = {"--json", "fairness", team, "--db", "-", NULL};
 *     const struct eh_command_line run = {.conninfo = config->postgres, .arguments = arguments,
 *                                         .output_max = 1 << 20, .at_most_ms = 9000};
 *     r = eh_command_line_start(base, &run, on_end, context, &child, &error);
 *
 * The conninfo goes over by environment (EVENHAND_DB): the arguments of a process are for everybody
 * to read.
 */
#ifndef EVENHAND_DAEMON_COMMAND_LINE_H
#define EVENHAND_DAEMON_COMMAND_LINE_H

#include "child.h"

struct eh_command_line {
    const char *conninfo;
    char *const *arguments; /* behind the program's name; NULL at the end; at most 16 */
    struct eh_str input;    /* what it reads */
    size_t output_max;
    int64_t at_most_ms;
};

/* Errors and on_end as those of eh_child_start(). */
int eh_command_line_start(struct event_base *, const struct eh_command_line *, eh_child_fn *on_end,
                          void *context, struct eh_child **ret, struct eh_error *) EH_MUST_CHECK;

#endif

/*
 * command_line: our own command line, run as a child: replaying the log takes too long for the
 * loop.
 *
 *     char *const arguments[] = {"--json", "fairness", "sales", "--db", "-", NULL};
 *     const struct eh_command_line run = {
 *         .conninfo = conninfo, .arguments = arguments, .bounds = {.output_max = 1 << 20}};
 *     r = eh_command_line_start(base, &run, on_end, context, &child, &error);
 *
 * The conninfo goes over by environment (EVENHAND_DB): the arguments of a process are for everybody
 * to read.
 */
#ifndef EVENHAND_HOST_COMMAND_LINE_H
#define EVENHAND_HOST_COMMAND_LINE_H

#include "host/child.h"

struct eh_command_line {
    const char *conninfo;
    char *const *arguments; /* behind the program's name; NULL at the end; at most 16 */
    struct eh_str input;    /* what it reads */
    struct eh_child_bounds bounds;
};

/* A replay holds the desk as it was at some moment, and what a report gathers. */
#define EH_REPLAY_MEMORY        (80u << 20) /* bytes of address space without any ticket ... */
#define EH_REPLAY_MEMORY_TICKET 512         /* ... and for each that may be open */

/* `open_tickets`: as many as the desk may have. */
static inline size_t eh_replay_memory(int64_t open_tickets)
{
    return EH_REPLAY_MEMORY + (size_t)open_tickets * EH_REPLAY_MEMORY_TICKET;
}

/* Errors and on_end as those of eh_child_new(). */
int eh_command_line_start(struct event_base *, const struct eh_command_line *, eh_child_fn *on_end,
                          void *context, struct eh_child **ret, struct eh_error *) EH_MUST_CHECK;

#endif

/*
 * say: the one way to tell an error.
 *
 *     return eh_say(cli, EH_EXIT_REFUSED, "%s: no such file", path);
 *
 * prints "evenhand: desk.yaml: no such file" on stderr, without control characters, and returns the
 * exit code. With --json (cli->says_json) it prints what the daemon would answer:
 * {"error": {"code", "message", "field"}}.
 */
#ifndef EVENHAND_TOOLS_TERM_SAY_H
#define EVENHAND_TOOLS_TERM_SAY_H

#include "command.h"

int eh_say(const struct eh_cli *, int code, const char *format, ...) EH_PRINTF(3, 4);
/* An error that the daemon answered: `name` is its code, `field` what it is about; both or NULL. */
int eh_say_refused(const struct eh_cli *, int code, const char *name, const char *field,
                   const char *format, ...) EH_PRINTF(5, 6);
/* A wrong call: EH_EXIT_USAGE, and a hint at --help. */
int eh_say_usage(const struct eh_cli *, const char *format, ...) EH_PRINTF(2, 3);
/* An argument that does not fit into a path of the admin API. */
int eh_say_long(const struct eh_cli *, const char *argument);

#endif

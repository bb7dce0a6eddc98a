/*
 * changes: what every command that changes something does: a text of the call into its body,
 * and one sentence when the daemon has committed it.
 *
 *     json_t *body = json_object();
 *     if (!eh_change_text(body, "reason", eh_cli_option(cli, "reason"))) …
 *     return eh_change_post(cli, path, body, "2026-03 of team sales is closed");
 */
#ifndef EVENHAND_TOOLS_ASK_CHANGES_H
#define EVENHAND_TOOLS_ASK_CHANGES_H

#include "client/http.h"

/* Puts a text that came from the command line, or nothing for NULL; false (and said) when it is not
 * UTF-8. */
bool eh_change_text(json_t *body, const char *key, const char *text);

/* Posts a change, takes its body over, and prints the sentence when it is done. */
int eh_change_post(struct eh_cli *, const char *path, json_t *body, const char *done);

/* Whether it may be done: asks on a terminal, unless --yes is given. Without a terminal nothing is
 * asked. */
bool eh_change_confirmed(const struct eh_cli *, const char *question);

#endif

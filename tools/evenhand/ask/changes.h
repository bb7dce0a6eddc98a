/*
 * changes: the steps of every command that changes something. It puts texts of the call into a
 * body, sends the body, and prints one sentence once the daemon has committed the change.
 *
 *     json_t *body = json_object();
 *     if (!eh_change_text(cli, body, "reason", eh_cli_option(cli, "reason"))) …
 *     return eh_change_post(cli, path, body, "2026-03 of team sales is closed");
 */
#ifndef EVENHAND_TOOLS_ASK_CHANGES_H
#define EVENHAND_TOOLS_ASK_CHANGES_H

#include "client/http.h"

/* Puts a text of the command line into the body; NULL: puts nothing. False: the text is not UTF-8,
 * and the error has been said. */
bool eh_change_text(const struct eh_cli *, json_t *body, const char *key, const char *text);

/* Posts a change and frees `body`. Prints the sentence when the daemon has committed it. */
int eh_change_post(struct eh_cli *, const char *path, json_t *body, const char *done);

/* Whether to go on: asks on a terminal, unless --yes is given. Without a terminal the answer is
 * yes. */
bool eh_change_confirmed(const struct eh_cli *, const char *question);

#endif

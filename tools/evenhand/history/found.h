/*
 * found: the desk that a ticket history speaks of, as a first desk file.
 *
 * Teams and reps are those the history names; a rep belongs to each team whose tickets they had.
 * Names become ids; two names that become the same id get -2, -3 … in order of appearance. Teams
 * whose names become the same id are one team, as in `push`.
 *
 *     EH_AUTO(eh_bytes) struct eh_bytes yaml = EH_BYTES_INIT;
 *     r = eh_found_desk(text, &rules, &yaml, &error);
 */
#ifndef EVENHAND_TOOLS_HISTORY_FOUND_H
#define EVENHAND_TOOLS_HISTORY_FOUND_H

#include "history.h"

/* Appends the desk file to *out, checked with the parser the daemon uses. */
int eh_found_desk(struct eh_str text, const struct eh_history_rules *, struct eh_bytes *out,
                  struct eh_error *) EH_MUST_CHECK;

#endif

/*
 * push: the parts of `push`: what is checked before, and what is asked for after.
 */
#ifndef EVENHAND_TOOLS_FEED_PUSH_H
#define EVENHAND_TOOLS_FEED_PUSH_H

#include "command.h"
#include "fates.h"
#include "history/messages.h"
#include "redis/stream.h"

/* Whether nothing is wrong with the rows, as far as can be told before; `ask`: the daemon's desk.
 * What is wrong with which is in *fates. */
bool eh_push_check(const struct eh_cli *, const struct eh_messages *, bool ask, struct eh_fates *);

/* Waits until every message is decided: ids[i] is the entry of messages->items[i], rising. What
 * became of the rows is in *fates. EH_EXIT_UNAVAILABLE, after saying why, where it cannot be known.
 */
int eh_push_wait(const struct eh_cli *, const struct eh_messages *, const struct eh_entry_id *ids,
                 const char *source, struct eh_fates *) EH_MUST_CHECK;

#endif

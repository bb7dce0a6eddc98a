/*
 * push: the steps of `push` before and after sending: check the rows, wait for their fates.
 */
#ifndef EVENHAND_TOOLS_FEED_PUSH_H
#define EVENHAND_TOOLS_FEED_PUSH_H

#include "command.h"
#include "fates.h"
#include "history/messages.h"
#include "redis/stream.h"

/* Whether the rows can be sent; *fates has what is wrong with which row. `ask`: checks them against
 * the daemon's desk, too. */
bool eh_push_check(const struct eh_cli *, const struct eh_messages *, bool ask, struct eh_fates *);

/* Waits until every message is decided: ids[i] is the entry of messages->items[i], rising. *fates
 * gets what became of the rows. EH_EXIT_UNAVAILABLE: it cannot be known, and the reason has been
 * said.
 */
int eh_push_wait(const struct eh_cli *, const struct eh_messages *, const struct eh_entry_id *ids,
                 const char *source, struct eh_fates *) EH_MUST_CHECK;

#endif

/*
 * changed: which of a ticket's changes is the newest, by what the helpdesk says (`changed_at`).
 * Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_CHANGED_H
#define EVENHAND_LIB_ENGINE_CHANGED_H

#include "units.h"

struct eh_engine;
struct step;
struct ticket;

/* The newest `changed_at` that was applied to a ticket in memory, in ms since 1970; 0: none. */
int64_t eh_changed_get(const struct eh_engine *, const struct ticket *);
int eh_changed_put(struct eh_engine *, const struct ticket *, int64_t ms) EH_MUST_CHECK;
void eh_changed_drop(struct eh_engine *, const struct ticket *); /* the ticket leaves memory */
/* Whether the message is older than what was applied: then it does nothing. */
bool eh_changed_is_older(const struct eh_message *, int64_t newest_ms);
/* The message is applied. A `changed_at` ahead of the time counts as the time. */
int eh_changed_apply(struct step *, const struct ticket *) EH_MUST_CHECK;

#endif

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

/* What the newest `changed_at` applied to a ticket in memory was, in ms since 1970; 0: none. */
int64_t eh_changed_get(const struct eh_engine *, const struct ticket *);
int eh_changed_put(struct eh_engine *, const struct ticket *, int64_t ms) EH_MUST_CHECK;
void eh_changed_drop(struct eh_engine *, const struct ticket *); /* it goes out of memory */
/* Whether the message was changed before what is applied: it does nothing. */
bool eh_changed_is_older(const struct eh_message *, int64_t newest_ms);
/* The message is applied; a moment ahead of the time is the time. */
int eh_changed_apply(struct step *, const struct ticket *) EH_MUST_CHECK;

#endif

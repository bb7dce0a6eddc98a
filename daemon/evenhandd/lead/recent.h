/*
 * recent: what is decided and may not be visible in PostgreSQL yet.
 */
#ifndef EVENHAND_LEAD_RECENT_H
#define EVENHAND_LEAD_RECENT_H

#include "lead/app.h"

/* What PostgreSQL recalled for an item, made newer by what is still on its way there. */
void app_recent_overlay(const struct eh_app *, const struct eh_batch *, struct eh_item *);
int app_recent_add(struct eh_batch *, const struct eh_record *) EH_MUST_CHECK;
int app_recent_add_personal(struct eh_batch *, const struct eh_input *) EH_MUST_CHECK;

#endif

/*
 * recent: decisions that may not be visible in PostgreSQL yet, for the items that come behind them.
 */
#ifndef EVENHAND_LEAD_RECENT_H
#define EVENHAND_LEAD_RECENT_H

#include "lead/app.h"

/* Completes what PostgreSQL recalled for an item by the batches that are not committed yet. */
void app_recent_overlay(const struct eh_app *, const struct eh_batch *, struct eh_item *);
/* Note a decided record, and the erasable text of an input, for later items. */
int app_recent_add(struct eh_batch *, const struct eh_record *) EH_MUST_CHECK;
int app_recent_add_personal(struct eh_batch *, const struct eh_input *) EH_MUST_CHECK;

#endif

/*
 * history: whether a desk file waits for facts of the past, or for them to be counted.
 */
#ifndef EVENHAND_LEAD_HISTORY_H
#define EVENHAND_LEAD_HISTORY_H

#include "lead/app.h"
#include "host/child.h"

struct eh_history {
    struct eh_child *child; /* counts facts of the past; nothing is decided meanwhile */
};

bool app_history_holds(struct eh_app *);
bool app_history_counts(const struct eh_app *);
/* Whether the item is a desk file that needs such facts and has none. */
bool app_history_lacks(const struct eh_app *, const struct eh_item *);
void app_history_stop(struct eh_app *);

#endif

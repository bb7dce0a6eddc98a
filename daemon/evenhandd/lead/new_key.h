/*
 * new_key: before anything is decided, the key is there and fits: it is made at the first start,
 * and when it is lost and the operator said so.
 */
#ifndef EVENHAND_LEAD_NEW_KEY_H
#define EVENHAND_LEAD_NEW_KEY_H

#include "lead/app.h"

struct eh_new_key {
    const char *reason; /* why the key is lost, as the operator says, or NULL */
    bool made;          /* in its file */
    bool due;           /* not in the log yet */
};

void app_new_key_ask(struct eh_app *, const char *reason);
bool app_new_key_asked(const struct eh_app *);
int app_key_ready(struct eh_app *, const struct eh_totals *, struct eh_error *) EH_MUST_CHECK;
bool app_new_key_due(const struct eh_app *);
bool app_new_key_take(struct eh_app *, struct eh_message *ret); /* false: none is due */
void app_new_key_done(struct eh_app *); /* it is in the log: says so, and stops */

#endif

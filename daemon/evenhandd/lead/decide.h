/*
 * decide: a batch is decided: what time brings and its items, one after the other.
 */
#ifndef EVENHAND_LEAD_DECIDE_H
#define EVENHAND_LEAD_DECIDE_H

#include "lead/app.h"

struct eh_decide {
    bool items_first; /* the batch before was full of what was due */
};

void app_decide_begin(struct eh_app *);
int app_decide(struct eh_app *, struct eh_batch *, struct eh_error *) EH_MUST_CHECK;

#endif

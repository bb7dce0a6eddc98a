/*
 * refused: what PostgreSQL refused, and what is left out for it.
 */
#ifndef EVENHAND_LEAD_REFUSED_H
#define EVENHAND_LEAD_REFUSED_H

#include "lead/app.h"
#include "lead/quarantine.h"
#include "lead/skips.h"
#include "store/store.h"

struct eh_refused {
    struct eh_quarantine quarantine;
    struct eh_skips skips;
    int64_t hold_until_us; /* monotonic; 0: nothing is held */
    bool held_by_time;     /* by no item: any commit ends it */
};

/* All that was decided and is not committed is to be decided again, without the one that was
 * refused. */
void app_refused(struct eh_app *, const struct eh_refusal *);
void app_refused_over(struct eh_app *, const struct eh_batch *); /* it is committed */
void app_refused_forget(struct eh_app *);           /* the link went: skips are logged anew */
int64_t app_refused_wait_us(const struct eh_app *); /* until it is tried again; 0: now */
void app_refused_tick(struct eh_app *);             /* once a second: alarms */
struct eh_skips *app_skips(struct eh_app *);

#endif

/*
 * snapshots: when the state is written.
 */
#ifndef EVENHAND_LEAD_SNAPSHOTS_H
#define EVENHAND_LEAD_SNAPSHOTS_H

#include "lead/app.h"

struct eh_snapshots {
    int64_t at_us, pause_us; /* the last one: when, monotonic, and how long it took */
    uint64_t input;
    int32_t latest_day; /* of the inputs decided: local, days since 1970 */
};

void app_snapshot_recovered(struct eh_app *, uint64_t input, int32_t day); /* the last one of all */
void app_snapshot_begin(struct eh_app *); /* the next is due after the usual time */
void app_snapshot_take(struct eh_app *);  /* not while one is being written */
void app_snapshot_last(struct eh_app *);  /* of a clean stop: if there is something new */
void app_snapshot_maybe(struct eh_app *); /* where so many inputs came, or time passed */
/* Before a batch of that local day is decided: where it begins a month. */
void app_snapshot_month(struct eh_app *, int32_t day);
void app_day_is(struct eh_app *); /* behind what was decided */
/* An eh_recovery_month_fn. */
bool app_snapshot_past(void *app, const struct eh_engine *, int32_t day);
void app_snapshot_show(const struct eh_app *, struct eh_app_status *);

#endif

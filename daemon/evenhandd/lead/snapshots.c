/*
 * snapshots: when the state is written: after so many inputs or so long, at a clean stop, and as it
 * was before the first input of each local month. The store keeps the last one of each month.
 *
 * A month begins where its first input comes, and again where the log is decided anew from its
 * beginning: after an upgrade that cannot read what is there.
 */
#include <evenhand/base/period.h>

#include "lead/parts.h"
#include "host/log.h"
#include "host/loop.h"

static void take(struct eh_app *app, const struct eh_engine *engine, int32_t day)
{
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    struct eh_totals totals;
    int64_t began = eh_clock_monotonic_us();
    if (eh_engine_snapshot(engine, &bytes) < 0 || bytes.failed) {
        app_error(app, "snapshot: out of memory");
        return;
    }
    eh_engine_totals(engine, &totals);
    app->snapshots.pause_us = eh_clock_monotonic_us() - began;
    app->snapshots.input = totals.input;
    app->snapshots.at_us = began;
    eh_log(EH_LOG_INFO, "snapshot input=%llu bytes=%zu pause_us=%lld",
           (unsigned long long)totals.input, bytes.size, (long long)app->snapshots.pause_us);
    eh_store_snapshot(app->services.store, totals.input, day, &bytes);
    eh_loop_note("snapshot", "");
}

void app_snapshot_take(struct eh_app *app)
{
    if (!eh_store_snapshotting(app->services.store))
        take(app, app->state.engine, app->snapshots.latest_day);
}

void app_snapshot_maybe(struct eh_app *app)
{
    uint64_t since = app->state.head.input - app->snapshots.input;
    int64_t age_us = eh_clock_monotonic_us() - app->snapshots.at_us;
    if (since >= (uint64_t)app->services.config->snapshot_inputs ||
        (since > 0 && age_us >= app->services.config->snapshot_seconds * 1000000))
        app_snapshot_take(app);
}

/* ---- Months. */

/* One that is still being written serves, too: it is of the month that ends. */
void app_snapshot_month(struct eh_app *app, int32_t day)
{
    if (eh_period_begins(EH_PERIOD_MONTH, app->snapshots.latest_day, day) &&
        app->state.head.input > app->snapshots.input)
        app_snapshot_take(app);
}

void app_day_is(struct eh_app *app)
{
    struct eh_totals totals;
    eh_engine_totals(app->state.engine, &totals);
    if (totals.date > app->snapshots.latest_day)
        app->snapshots.latest_day = totals.date;
}

bool app_snapshot_past(void *context, const struct eh_engine *engine, int32_t day)
{
    struct eh_app *app = context;
    if (eh_store_snapshotting(app->services.store))
        return false;
    take(app, engine, day);
    return true;
}

void app_snapshot_recovered(struct eh_app *app, uint64_t input, int32_t day)
{
    app->snapshots.input = input;
    app->snapshots.latest_day = day;
}

void app_snapshot_begin(struct eh_app *app)
{
    app->snapshots.at_us = eh_clock_monotonic_us();
}

void app_snapshot_last(struct eh_app *app)
{
    if (app->state.head.input > app->snapshots.input)
        app_snapshot_take(app);
}

void app_snapshot_show(const struct eh_app *app, struct eh_app_status *ret)
{
    ret->snapshot_pause_us = app->snapshots.pause_us;
    ret->snapshot_input = app->snapshots.input;
}

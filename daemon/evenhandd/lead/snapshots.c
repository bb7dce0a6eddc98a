/*
 * snapshots: when the state is written: after so many inputs or so long, at a clean stop, and as it
 * was before the first input of each local month. The store keeps the last one of each month.
 *
 * A month begins where its first input comes, and again where the log is decided anew from its
 * beginning: after an upgrade that cannot read what is there.
 */
#include <evenhand/base/period.h>

#include "lead/app_private.h"
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
    app->snapshot_pause_us = eh_clock_monotonic_us() - began;
    app->snapshot_input = totals.input;
    app->snapshot_at_us = began;
    eh_log(EH_LOG_INFO, "snapshot input=%llu bytes=%zu pause_us=%lld",
           (unsigned long long)totals.input, bytes.size, (long long)app->snapshot_pause_us);
    eh_store_snapshot(app->store, totals.input, day, &bytes);
    eh_loop_note("snapshot", "");
}

void app_snapshot_take(struct eh_app *app)
{
    if (!eh_store_snapshotting(app->store))
        take(app, app->engine, app->latest_day);
}

void app_snapshot_maybe(struct eh_app *app)
{
    uint64_t since = app->head.input - app->snapshot_input;
    int64_t age_us = eh_clock_monotonic_us() - app->snapshot_at_us;
    if (since >= (uint64_t)app->config->snapshot_inputs ||
        (since > 0 && age_us >= app->config->snapshot_seconds * 1000000))
        app_snapshot_take(app);
}

/* ---- Months. */

/* One that is still being written serves, too: it is of the month that ends. */
void app_snapshot_month(struct eh_app *app, int32_t day)
{
    if (eh_period_begins(EH_PERIOD_MONTH, app->latest_day, day) &&
        app->head.input > app->snapshot_input)
        app_snapshot_take(app);
}

void app_day_is(struct eh_app *app)
{
    struct eh_totals totals;
    eh_engine_totals(app->engine, &totals);
    if (totals.date > app->latest_day)
        app->latest_day = totals.date;
}

bool app_snapshot_past(void *context, const struct eh_engine *engine, int32_t day)
{
    struct eh_app *app = context;
    if (eh_store_snapshotting(app->store))
        return false;
    take(app, engine, day);
    return true;
}

/* sync: its beginning and end, and what it hands on to its parts. */
#include "bridge/sync/private.h"

#include <stdlib.h>

static int get(struct eh_sync *sync, const json_t *value)
{
    const struct eh_fetch_options options = {.request = value, .from = "get", .is_get = true};
    if (!json_string_value(json_object_get(value, "path"))) {
        sync->counts.wrong++;
        eh_sync_fail(sync, "in: get: has to have a path");
        return -EH_EINVAL;
    }
    return eh_sync_fetch(sync, &options);
}

int eh_sync_new(const struct eh_sync_options *options, struct eh_sync **ret, struct eh_error *error)
{
    struct eh_sync *sync = calloc(1, sizeof *sync);
    if (!sync)
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    sync->options = *options;
    sync->get = get;
    const struct eh_asker_options asker = {
        .base = options->base, .path = options->connection->admin_socket, .links = EH_SYNC_LINKS};
    int r = eh_asker_new(&asker, &sync->asker, error);
    if (r == 0 && (eh_holdings_new(&sync->holdings) < 0 || eh_sweep_new(sync, &sync->sweep) < 0 ||
                   eh_accounts_new(sync, &sync->accounts) < 0))
        r = eh_error_set(error, EH_ENOMEM, "out of memory");
    if (r == 0 && eh_looks_new(sync, &sync->looks) < 0)
        r = eh_error_set(error, EH_ENOMEM, "out of memory");
    if (r < 0)
        eh_sync_free(sync);
    else
        *ret = sync;
    return r;
}

static void drop_waits(struct eh_sync *sync)
{
    if (!sync->holdings)
        return;
    struct eh_held *held;
    for (uint32_t at = 0; (held = eh_holdings_next(sync->holdings, &at));)
        held->waits = NULL;
}

void eh_sync_free(struct eh_sync *sync)
{
    if (!sync)
        return;
    eh_asker_free(sync->asker);
    eh_sweep_free(sync->sweep);
    eh_looks_free(sync->looks);
    eh_accounts_free(sync->accounts);
    eh_sync_drop_fetches(sync);
    drop_waits(sync);
    eh_sync_drop_tolds(sync);
    eh_holdings_free(sync->holdings);
    free(sync);
}

void eh_sync_sweep(struct eh_sync *sync, const char *why)
{
    eh_sweep_begin(sync->sweep, why);
}

bool eh_sync_is_sweeping(const struct eh_sync *sync)
{
    return eh_sweep_runs(sync->sweep);
}

const struct eh_sync_counts *eh_sync_counts(const struct eh_sync *sync)
{
    return &sync->counts;
}

uint32_t eh_sync_known(const struct eh_sync *sync)
{
    return eh_holdings_count(sync->holdings);
}

const char *eh_sync_last_error(const struct eh_sync *sync)
{
    return sync->last_error;
}

/*
 * snapshot: a snapshot is written in parts, one between two batches, each guarded by epoch and
 * head.
 */
#include "store/private.h"

#include "host/log.h"

static void snapshot_over(struct eh_store *s)
{
    if (s->callbacks->on_snapshot)
        s->callbacks->on_snapshot(s->context);
}

static void on_part(void *context, PGresult *result)
{
    struct eh_store *s = context;
    s->snapshot_in_flight = false;
    if (!result || store_failed(s, result)) {
        if (result && !store_in_refused(result)) {
            eh_log(EH_LOG_WARNING, "snapshot input=%llu failed: %s",
                   (unsigned long long)s->snapshot_input, s->error);
            memcpy(s->snapshot_error, s->error, sizeof s->snapshot_error);
        }
        eh_bytes_clear(&s->snapshot);
        s->snapshot_at = 0;
        if (result)
            snapshot_over(s);
        return;
    }
    s->snapshot_error[0] = 0;
    store_snapshot_next(s);
}

static int snapshot_part_send(struct eh_store *s, size_t size)
{
    char desk[2], input[8], part[4], parts[4], day[4], state[2], epoch[8];
    size_t count = (s->snapshot.size + EH_SNAPSHOT_PART_BYTES - 1) / EH_SNAPSHOT_PART_BYTES;
    eh_pg_put16(desk, s->head.desk);
    eh_pg_put64(input, (int64_t)s->snapshot_input);
    eh_pg_put32(part, (int32_t)(s->snapshot_at / EH_SNAPSHOT_PART_BYTES));
    eh_pg_put32(parts, (int32_t)count);
    eh_pg_put32(day, s->snapshot_day);
    eh_pg_put16(state, EH_STATE_VERSION);
    eh_pg_put64(epoch, (int64_t)s->head.epoch);
    const char *values[8] = {
        desk, input, part, parts, day, state, (const char *)s->snapshot.data + s->snapshot_at,
        epoch};
    const int lengths[8] = {2, 8, 4, 4, 4, 2, (int)size, 8};
    return eh_pg_send(s->write, &(struct eh_pg_query){"snapshot_put", 8, values, lengths}, on_part,
                      s);
}

static int snapshot_clear_send(struct eh_store *s)
{
    char desk[2], input[8], state[2], epoch[8];
    eh_pg_put16(desk, s->head.desk);
    eh_pg_put64(input, (int64_t)s->snapshot_input);
    eh_pg_put16(state, EH_STATE_VERSION);
    eh_pg_put64(epoch, (int64_t)s->head.epoch);
    const char *values[4] = {desk, input, state, epoch};
    const int lengths[4] = {2, 8, 2, 8};
    return eh_pg_send(s->write, &(struct eh_pg_query){"snapshot_clear", 4, values, lengths},
                      store_statement_done, s);
}

static int snapshot_trim_send(struct eh_store *s)
{
    char desk[2], state[2];
    eh_pg_put16(desk, s->head.desk);
    eh_pg_put16(state, EH_STATE_VERSION);
    const char *values[2] = {desk, state};
    const int lengths[2] = {2, 2};
    return eh_pg_send(s->write, &(struct eh_pg_query){"snapshot_trim", 2, values, lengths},
                      store_statement_done, s);
}

/* Sends the next part, if there is one. */
void store_snapshot_next(struct eh_store *s)
{
    if (s->state != STORE_LEADING || s->snapshot_in_flight || s->snapshot.size == 0)
        return;
    size_t left = s->snapshot.size - s->snapshot_at;
    int r;
    bool over = left == 0;
    if (over) {
        eh_bytes_done(&s->snapshot);
        s->snapshot_at = 0;
        r = snapshot_trim_send(s);
    } else {
        size_t size = left < EH_SNAPSHOT_PART_BYTES ? left : EH_SNAPSHOT_PART_BYTES;
        r = s->snapshot_at == 0 ? snapshot_clear_send(s) : 0;
        if (r == 0)
            r = snapshot_part_send(s, size);
        s->snapshot_at += size;
        s->snapshot_in_flight = true;
    }
    if (r == 0)
        r = eh_pg_sync(s->write);
    if (r < 0)
        store_lost(s, "postgres: the snapshot could not be sent");
    else if (over)
        snapshot_over(s);
}

void eh_store_snapshot(struct eh_store *s, uint64_t input, int32_t day, struct eh_bytes *bytes)
{
    if (eh_store_snapshotting(s))
        return;
    eh_bytes_done(&s->snapshot);
    s->snapshot = *bytes;
    *bytes = (struct eh_bytes)EH_BYTES_INIT;
    s->snapshot_input = input;
    s->snapshot_day = day;
    s->snapshot_at = 0;
    store_snapshot_next(s);
}

bool eh_store_snapshotting(const struct eh_store *s)
{
    return s->snapshot.size > 0;
}

const char *eh_store_snapshot_error(const struct eh_store *s)
{
    return s->snapshot_error;
}

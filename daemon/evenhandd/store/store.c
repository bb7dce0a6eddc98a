/* store: the two links, what is in flight on them, and how a batch is committed. See store.h. */
#include "store/private.h"

#include <stdlib.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/log.h"

bool store_failed(struct eh_store *s, const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_FATAL_ERROR && status != PGRES_PIPELINE_ABORTED)
        return false;
    if (status == PGRES_FATAL_ERROR) {
        const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
        const char *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
        if (store_head_not_ours(result))
            text = "the lease or the head of this desk is not ours any more";
        eh_format(s->error, sizeof s->error, "postgres: %s (%s)", text ? text : "error",
                  state ? state : "?");
        eh_text_tidy(s->error, strlen(s->error));
    }
    return true;
}

void store_forget_in_flight(struct eh_store *s)
{
    s->committing = s->committing_last = NULL; /* the app owns and frees them */
    s->commit_count = 0;
    s->recalling = NULL;
    s->recall_answers = 0;
    eh_bytes_clear(&s->snapshot);
    s->snapshot_at = 0;
    s->snapshot_in_flight = false;
}

bool store_leads(const struct eh_store *s)
{
    return s->state == STORE_LEADING || s->state == STORE_REFUSED;
}

/* Whatever it was, the state is not to be trusted: a clean session, and the lease anew. */
void store_lost(struct eh_store *s, const char *why)
{
    if (s->state == STORE_DOWN)
        return;
    char text[EH_ERROR_TEXT_MAX]; /* `why` may be our own buffer */
    eh_format(text, sizeof text, "%s", why);
    s->state = STORE_DOWN;
    s->locked = false;
    store_lease_stop(s);
    store_forget_in_flight(s);
    eh_outbox_batch_free(s->page);
    s->page = NULL;
    s->refusal = (struct eh_refusal){0};
    eh_pg_reset(s->write, text);
    eh_pg_reset(s->read, text);
    eh_format(s->error, sizeof s->error, "%s", text);
    s->callbacks->on_lost(s->context, text);
}

static void on_link(void *context, bool up, const char *why)
{
    struct eh_store *s = context;
    if (!up) {
        char text[EH_ERROR_TEXT_MAX];
        eh_format(text, sizeof text, "postgres: %s", why);
        store_lost(s, text);
    } else if (eh_store_up(s) && s->state == STORE_DOWN) {
        store_lease_look(s);
    }
}

struct eh_store *eh_store_new(struct event_base *base, const char *conninfo, struct eh_str desk,
                              struct eh_str currency, const struct eh_store_callbacks *callbacks,
                              void *context)
{
    struct eh_store *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->base = base;
    s->callbacks = callbacks;
    s->context = context;
    eh_format(s->desk_name, sizeof s->desk_name, "%.*s", EH_STR_ARG(desk));
    eh_format(s->currency, sizeof s->currency, "%.*s", EH_STR_ARG(currency));
    char host[64] = "";
    gethostname(host, sizeof host - 1);
    eh_text_tidy(host, strlen(host)); /* it goes into a column */
    eh_format(s->host, sizeof s->host, "%s %d %lld", host, (int)getpid(),
              (long long)eh_clock_monotonic_us());
    s->write = eh_pg_new(base, conninfo, "write", eh_store_write_statements, on_link, s);
    s->read = eh_pg_new(base, conninfo, "read", eh_store_read_statements, on_link, s);
    if (!s->write || !s->read) {
        eh_store_free(s);
        return NULL;
    }
    return s;
}

void eh_store_free(struct eh_store *s)
{
    if (!s)
        return;
    store_lease_stop(s);
    eh_pg_free(s->write);
    eh_pg_free(s->read);
    for (size_t i = 0; i < STORE_COLUMNS_MAX; i++)
        eh_array_done(&s->columns[i]);
    eh_bytes_done(&s->snapshot);
    eh_outbox_batch_free(s->page);
    free(s);
}

void eh_store_start(struct eh_store *s)
{
    eh_pg_start(s->write);
    eh_pg_start(s->read);
}

void eh_store_restart(struct eh_store *s, const char *why)
{
    store_lost(s, why);
}

bool eh_store_up(const struct eh_store *s)
{
    return eh_pg_up(s->write) && eh_pg_up(s->read);
}

int eh_store_schema(const struct eh_store *s)
{
    return s->head.schema;
}

struct eh_pg *eh_store_reads(struct eh_store *s)
{
    return s->read;
}

/* ---- One batch, one transaction. */

static void snapshot_next(struct eh_store *);

void store_statement_done(void *context, PGresult *result)
{
    if (result)
        (void)store_failed(context, result);
}

/* Only the tag exactly COMMIT is a commit: a failed transaction answers COMMIT with ROLLBACK. */
static void on_commit(void *context, PGresult *result)
{
    struct eh_store *s = context;
    if (result && s->state == STORE_REFUSED)
        store_refused_answer(s);
    if (!result || s->state != STORE_LEADING)
        return; /* the link is gone: on_link says so */
    struct eh_batch *b;
    store_row_done(s, result); /* constraints that are looked at last */
    if (store_failed(s, result) || strcmp(PQcmdStatus(result), "COMMIT") != 0) {
        if (s->committing->unsendable && !s->refusal.state[0])
            store_value_refused(s, &s->refusal);
        if (store_refused(s))
            return;
        char why[EH_ERROR_TEXT_MAX];
        eh_format(why, sizeof why, "%s", s->error[0] ? s->error : "postgres: rolled back");
        store_lost(s, why);
        return;
    }
    s->commit_count--;
    s->refusal = (struct eh_refusal){0};
    do { /* the batch, then those behind it that had nothing to write */
        b = s->committing;
        s->committing = b->commit_next;
        if (!s->committing)
            s->committing_last = NULL;
        b->commit_next = NULL;
        s->callbacks->on_committed(s->context, b);
    } while (s->state == STORE_LEADING && s->committing && s->committing->record_count == 0);
    if (s->state == STORE_LEADING)
        snapshot_next(s);
}

static int send_head(struct eh_store *s, const struct eh_batch *b)
{
    const int64_t numbers[11] = {(int64_t)b->from_input,
                                 (int64_t)b->to_input,
                                 (int64_t)b->from_seq,
                                 (int64_t)b->to_seq,
                                 b->at_us,
                                 (int64_t)b->head_dead,
                                 (int64_t)b->high.ms,
                                 (int64_t)b->high.no,
                                 (int64_t)b->low.ms,
                                 (int64_t)b->low.no,
                                 (int64_t)s->head.epoch};
    char desk[2], big[11][8], digest[16], state[2];
    const char *values[15];
    int lengths[15];
    eh_pg_put16(desk, s->head.desk);
    values[0] = desk;
    lengths[0] = 2;
    for (int i = 0; i < 11; i++) {
        eh_pg_put64(big[i], numbers[i]);
        values[i + 1] = big[i];
        lengths[i + 1] = 8;
    }
    eh_key_bytes(b->digest, (uint8_t *)digest);
    values[12] = digest;
    lengths[12] = sizeof digest;
    values[13] = (const char *)b->chain.hash;
    lengths[13] = EH_CHAIN_BYTES;
    eh_pg_put16(state, EH_STATE_VERSION);
    values[14] = state;
    lengths[14] = 2;
    return eh_pg_send(s->write, "advance_head", 15, values, lengths, store_row_done, s);
}

/* A value that no column can hold is refused like one that PostgreSQL does not take. */
static int send_transaction(struct eh_store *s, struct eh_batch *b)
{
    const struct store_part all = {b, b->record_count, UINT32_MAX};
    const char *end = "commit";
    int r = eh_pg_send(s->write, "begin", 0, NULL, NULL, store_row_done, s);
    if (r == 0)
        r = store_rows_send(s, &all);
    if (r == 0)
        r = send_head(s, b);
    b->unsendable = r == -EH_EINVAL;
    if (b->unsendable) {
        end = "rollback";
        r = 0;
    }
    return r == 0 ? eh_pg_send(s->write, end, 0, NULL, NULL, on_commit, s) : r;
}

int eh_store_commit(struct eh_store *s, struct eh_batch *b)
{
    if (s->state != STORE_LEADING)
        return -EH_EUNAVAILABLE;
    s->error[0] = 0;
    if (b->record_count == 0 && !s->committing) {
        s->callbacks->on_committed(s->context, b);
        return 0;
    }
    /* With nothing to write it still waits for what is before it: it may hold repeats of that. */
    if (b->record_count > 0 && (send_transaction(s, b) < 0 || eh_pg_sync(s->write) < 0)) {
        char why[EH_ERROR_TEXT_MAX];
        eh_format(why, sizeof why, "%s",
                  s->error[0] ? s->error : "postgres: the batch could not be sent");
        store_lost(s, why);
        return -EH_EUNAVAILABLE;
    }
    if (s->committing_last)
        s->committing_last->commit_next = b;
    else
        s->committing = b;
    s->committing_last = b;
    s->commit_count += b->record_count > 0;
    return 0;
}

/* ---- Snapshots go in parts, one between two batches, each guarded by epoch and head. */

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
    snapshot_next(s);
}

static int send_part(struct eh_store *s, size_t size)
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
    return eh_pg_send(s->write, "snapshot_put", 8, values, lengths, on_part, s);
}

static int send_clear(struct eh_store *s)
{
    char desk[2], input[8], state[2], epoch[8];
    eh_pg_put16(desk, s->head.desk);
    eh_pg_put64(input, (int64_t)s->snapshot_input);
    eh_pg_put16(state, EH_STATE_VERSION);
    eh_pg_put64(epoch, (int64_t)s->head.epoch);
    const char *values[4] = {desk, input, state, epoch};
    const int lengths[4] = {2, 8, 2, 8};
    return eh_pg_send(s->write, "snapshot_clear", 4, values, lengths, store_statement_done, s);
}

static int send_trim(struct eh_store *s)
{
    char desk[2], state[2];
    eh_pg_put16(desk, s->head.desk);
    eh_pg_put16(state, EH_STATE_VERSION);
    const char *values[2] = {desk, state};
    const int lengths[2] = {2, 2};
    return eh_pg_send(s->write, "snapshot_trim", 2, values, lengths, store_statement_done, s);
}

/* Sends the next part, if there is one. */
static void snapshot_next(struct eh_store *s)
{
    if (s->state != STORE_LEADING || s->snapshot_in_flight || s->snapshot.size == 0)
        return;
    size_t left = s->snapshot.size - s->snapshot_at;
    int r;
    bool over = left == 0;
    if (over) {
        eh_bytes_done(&s->snapshot);
        s->snapshot_at = 0;
        r = send_trim(s);
    } else {
        size_t size = left < EH_SNAPSHOT_PART_BYTES ? left : EH_SNAPSHOT_PART_BYTES;
        r = s->snapshot_at == 0 ? send_clear(s) : 0;
        if (r == 0)
            r = send_part(s, size);
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
    snapshot_next(s);
}

bool eh_store_snapshotting(const struct eh_store *s)
{
    return s->snapshot.size > 0;
}

size_t eh_store_committing(const struct eh_store *s)
{
    return s->state == STORE_REFUSED ? EH_COMMITS_MAX : s->commit_count;
}

const char *eh_store_ledger_error(const struct eh_store *s)
{
    return s->ledger_error;
}

const char *eh_store_snapshot_error(const struct eh_store *s)
{
    return s->snapshot_error;
}

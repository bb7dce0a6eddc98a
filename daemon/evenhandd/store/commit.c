/* commit: one batch, one transaction: begin, rows, head, COMMIT. See store.h. */
#include "store/private.h"

/* Only the tag exactly COMMIT is a commit: a failed transaction answers COMMIT with ROLLBACK. */
static void on_commit(void *context, PGresult *result)
{
    struct eh_store *s = context;
    if (result && s->state == STORE_REFUSED)
        store_refused_answer(s);
    if (!result || s->state != STORE_LEADING)
        return; /* the link is gone: on_link says so */
    struct eh_batch *b;
    store_row_done(s, result); /* an error of a constraint that is checked at the end */
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
    do { /* the batch, and then batches behind it without rows */
        b = s->committing;
        s->committing = b->commit_next;
        if (!s->committing)
            s->committing_last = NULL;
        b->commit_next = NULL;
        s->callbacks->on_committed(s->context, b);
    } while (s->state == STORE_LEADING && s->committing && s->committing->record_count == 0);
    if (s->state == STORE_LEADING)
        store_snapshot_next(s);
}

static int head_send(struct eh_store *s, const struct eh_batch *b)
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
    return eh_pg_send(s->write, &(struct eh_pg_query){"advance_head", 15, values, lengths},
                      store_row_done, s);
}

/* A value that no column can hold is refused like one that PostgreSQL does not take. */
static int transaction_send(struct eh_store *s, struct eh_batch *b)
{
    const struct store_part all = {b, b->record_count, UINT32_MAX};
    const char *end = "commit";
    int r = eh_pg_send(s->write, &(struct eh_pg_query){.statement = "begin"}, store_row_done, s);
    if (r == 0)
        r = store_rows_send(s, &all);
    if (r == 0)
        r = head_send(s, b);
    b->unsendable = r == -EH_EINVAL;
    if (b->unsendable) {
        end = "rollback";
        r = 0;
    }
    return r == 0 ? eh_pg_send(s->write, &(struct eh_pg_query){.statement = end}, on_commit, s) : r;
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
    /* A batch without rows still waits for the batches before it: it may hold repeats of their
     * inputs. */
    if (b->record_count > 0 && (transaction_send(s, b) < 0 || eh_pg_sync(s->write) < 0)) {
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

size_t eh_store_committing(const struct eh_store *s)
{
    return s->state == STORE_REFUSED ? EH_COMMITS_MAX : s->commit_count;
}

/*
 * link: the work under way on the two connections. After any trouble it is forgotten, and the
 * connections begin anew.
 */
#include "store/private.h"

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

void store_statement_done(void *context, PGresult *result)
{
    if (result)
        (void)store_failed(context, result);
}

/* The first error counts: those behind it follow from it. */
void store_row_done(void *context, PGresult *result)
{
    struct eh_store *s = context;
    if (!result || !store_failed(s, result) || PQresultStatus(result) != PGRES_FATAL_ERROR)
        return;
    if (s->state == STORE_REFUSED) {
        if (!s->search.failed)
            store_refusal_read(result, &s->search.found);
        s->search.failed = true;
    } else if (!s->refusal.state[0]) {
        store_refusal_read(result, &s->refusal);
    }
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

void store_beat_stop(struct eh_store *s)
{
    if (s->beat)
        event_free(s->beat);
    s->beat = NULL;
}

/* After any trouble the state is not to be trusted: begins with a clean session and takes the lease
 * anew. */
void store_lost(struct eh_store *s, const char *why)
{
    if (s->state == STORE_DOWN)
        return;
    char text[EH_ERROR_TEXT_MAX]; /* `why` may be our own buffer */
    eh_format(text, sizeof text, "%s", why);
    s->state = STORE_DOWN;
    s->locked = false;
    store_beat_stop(s);
    store_forget_in_flight(s);
    eh_outbox_batch_free(s->page.rows);
    s->page = (struct store_page){0};
    s->refusal = (struct eh_refusal){0};
    eh_pg_reset(s->write, text);
    eh_pg_reset(s->read, text);
    eh_format(s->error, sizeof s->error, "%s", text);
    s->callbacks->on_lost(s->context, text);
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

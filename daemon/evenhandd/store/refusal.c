/*
 * refusal: finds the row for which PostgreSQL refused a transaction.
 *
 * The same rows are tried again, half as many at a time, until the first row that PostgreSQL does
 * not take stands alone. Each trial is a transaction that is rolled back in any case. The engine
 * has no part in it. Trials leave the head out: if all rows are taken, no row is to blame.
 */
#include "store/private.h"

#include "host/log.h"

/* Refuses a value before it is sent, because its column cannot hold it: s->error names it. */
void store_value_refused(struct eh_store *s, struct eh_refusal *ret)
{
    *ret = (struct eh_refusal){.kind = EH_REFUSED_CONTENT, .state = EH_STATE_UNSENT};
    eh_format(ret->text, sizeof ret->text, "%s", s->error);
}

/* ---- The search. */

static void tell(struct eh_store *s)
{
    struct eh_refusal refusal = s->refusal;
    s->refusal = (struct eh_refusal){0};
    store_forget_in_flight(s);
    s->error[0] = 0;
    s->state = STORE_LEADING;
    s->callbacks->on_refused(s->context, &refusal);
}

static void on_rolled_back(void *context, PGresult *result);

/* Rolls back, whatever state the session is in. */
static int rollback_send(struct eh_store *s)
{
    int r = eh_pg_send(s->write, &(struct eh_pg_query){.statement = "rollback"}, on_rolled_back, s);
    return r == 0 ? eh_pg_sync(s->write) : r;
}

static void try_rows(struct eh_store *s, const struct store_part *part)
{
    s->search.failed = false;
    int r = eh_pg_send(s->write, &(struct eh_pg_query){.statement = "begin"}, store_row_done, s);
    if (r == 0)
        r = store_rows_send(s, part);
    if (r == 0) /* checks constraints now that are otherwise checked at the end */
        r = eh_pg_send(s->write, &(struct eh_pg_query){.statement = "constraints_now"},
                       store_row_done, s);
    if (r == -EH_EINVAL) {
        store_value_refused(s, &s->search.found);
        s->search.failed = true;
        r = 0;
    }
    if (r < 0 || eh_pg_sync(s->write) < 0 || rollback_send(s) < 0)
        store_lost(s, "postgres: the rows could not be tried");
}

/* Tries all records before the one that is looked into, and some of its effects. */
static void try_middle(struct eh_store *s)
{
    struct store_search *search = &s->search;
    struct store_part part = {s->refusal.batch, 0, UINT32_MAX};
    search->tried = search->good + (search->bad - search->good) / 2;
    if (search->in_effects) {
        part.records = s->refusal.record + 1;
        part.effects = (uint32_t)search->tried;
    } else {
        part.records = (size_t)search->tried;
    }
    try_rows(s, &part);
}

/* Takes the words of the last refused trial: the wanted row is among its rows. */
static void words_take(struct eh_refusal *to, const struct eh_refusal *from)
{
    memcpy(to->state, from->state, sizeof to->state);
    memcpy(to->table, from->table, sizeof to->table);
    memcpy(to->constraint, from->constraint, sizeof to->constraint);
    memcpy(to->text, from->text, sizeof to->text);
}

static void look_into_effects(struct eh_store *s)
{
    struct eh_refusal *refusal = &s->refusal;
    refusal->record = (size_t)s->search.bad - 1;
    uint32_t count = refusal->batch->records[refusal->record].effect_count;
    s->search.in_effects = true;
    s->search.good = -1;
    s->search.bad = count;
    if (count == 0)
        tell(s);
    else
        try_middle(s);
}

/* Tries the next rows, or ends the search because the row is found. */
static void go_on(struct eh_store *s)
{
    struct store_search *search = &s->search;
    struct eh_refusal *refusal = &s->refusal;
    if (search->bad - search->good > 1) {
        try_middle(s);
    } else if (search->in_effects) {
        refusal->effect = search->bad > 0 ? (uint32_t)search->bad - 1 : UINT32_MAX;
        tell(s);
    } else if ((size_t)search->bad > refusal->batch->record_count) {
        tell(s); /* all rows are taken */
    } else {
        look_into_effects(s);
    }
}

static void begin_search(struct eh_store *s)
{
    struct eh_refusal *refusal = &s->refusal;
    s->search =
        (struct store_search){.under_way = true, .bad = (int64_t)refusal->batch->record_count + 1};
    refusal->record = SIZE_MAX;
    refusal->effect = UINT32_MAX;
    eh_log(EH_LOG_WARNING, "refused: %s (%s): trying %zu inputs in halves", refusal->text,
           refusal->state, refusal->batch->record_count);
    go_on(s);
}

/* Told after the ROLLBACK of the refused transaction, and then of each trial. */
static void on_rolled_back(void *context, PGresult *result)
{
    struct eh_store *s = context;
    struct store_search *search = &s->search;
    if (!result || s->state != STORE_REFUSED)
        return;
    if (store_failed(s, result)) {
        store_lost(s, s->error);
    } else if (!search->under_way) {
        search->under_way = s->refusal.kind == EH_REFUSED_CONTENT;
        if (search->under_way)
            begin_search(s);
        else
            tell(s);
    } else if (search->failed && search->found.kind != EH_REFUSED_CONTENT) {
        store_lost(s, s->error); /* another trouble came meanwhile */
    } else {
        if (search->failed)
            words_take(&s->refusal, &search->found);
        *(search->failed ? &search->bad : &search->good) = search->tried;
        go_on(s);
    }
}

bool store_refused(struct eh_store *s)
{
    if (s->refusal.kind == EH_REFUSED_NOT)
        return false;
    s->refusal.batch = s->committing;
    s->state = STORE_REFUSED;
    s->search = (struct store_search){0};
    s->refused_answers = s->commit_count;
    store_refused_answer(s);
    return true;
}

void store_refused_answer(struct eh_store *s)
{
    if (--s->refused_answers == 0 && rollback_send(s) < 0)
        store_lost(s, "postgres: the refused batch could not be rolled back");
}

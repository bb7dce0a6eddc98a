/* ledger: the tables ledger and book, which people read: copies that may lag. See store.h. */
#include "store/private.h"

static void on_ledger(void *context, PGresult *result)
{
    struct eh_store *s = context;
    if (!result)
        return;
    if (!store_failed(s, result))
        s->ledger_error[0] = 0;
    else if (!store_in_refused(result))
        memcpy(s->ledger_error, s->error, sizeof s->ledger_error);
}

int eh_store_ledger(struct eh_store *s, uint64_t input, const struct eh_ledger_entry *entries,
                    size_t count)
{
    if (s->state != STORE_LEADING)
        return -EH_EUNAVAILABLE;
    store_insert_begin(s, STORE_LEDGER);
    for (size_t i = 0; i < count; i++) {
        const struct eh_member_view *m = &entries[i].member;
        store_insert_put(s, STORE_LEDGER,
                         &(struct eh_ledger_row){input, entries[i].team, m->rep, m->entitled_nano,
                                                 m->entitled_value, (int64_t)m->received,
                                                 m->received_value});
    }
    const int64_t numbers[] = {(int64_t)input, (int64_t)s->head.epoch};
    int r = store_insert_send(s, STORE_LEDGER, numbers, on_ledger);
    return r == 0 ? eh_pg_sync(s->write) : r == -EH_EINVAL ? -EH_ENOMEM : r;
}

int eh_store_book(struct eh_store *s, uint64_t input, const struct eh_book *book)
{
    char desk[2], as_of[8], epoch[8], version[8];
    if (s->state != STORE_LEADING)
        return -EH_EUNAVAILABLE;
    eh_pg_put16(desk, s->head.desk);
    eh_pg_put64(as_of, (int64_t)input);
    eh_pg_put64(epoch, (int64_t)s->head.epoch);
    eh_pg_put64(version, book->version);
    const char *values[] = {desk,
                            as_of,
                            epoch,
                            book->what,
                            book->team.data ? book->team.data : "",
                            book->period.data ? book->period.data : "",
                            version,
                            book->body.data};
    const int lengths[] = {2,
                           8,
                           8,
                           (int)strlen(book->what),
                           (int)book->team.size,
                           (int)book->period.size,
                           8,
                           (int)book->body.size};
    int r =
        eh_pg_send(s->write, &(struct eh_pg_query){"book_put", 8, values, lengths}, on_ledger, s);
    return r == 0 ? eh_pg_sync(s->write) : r;
}

const char *eh_store_ledger_error(const struct eh_store *s)
{
    return s->ledger_error;
}

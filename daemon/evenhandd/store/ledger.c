/* ledger: the tables ledger and book, which people read: copies that may lag. See store.h. */
#include "store/private.h"

static const enum eh_array_type ledger_types[] = {EH_ARRAY_TEXT, EH_ARRAY_TEXT, EH_ARRAY_INT8,
                                                  EH_ARRAY_INT8, EH_ARRAY_INT8, EH_ARRAY_INT8};

static void entry_put(struct eh_array *c, const struct eh_ledger_entry *entry)
{
    eh_array_put_text(c++, entry->team);
    eh_array_put_text(c++, entry->member.rep);
    eh_array_put_int(c++, entry->member.entitled_nano);
    eh_array_put_int(c++, entry->member.entitled_value);
    eh_array_put_int(c++, (int64_t)entry->member.received);
    eh_array_put_int(c++, entry->member.received_value);
}

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
    size_t columns = sizeof ledger_types / sizeof *ledger_types;
    char desk[2], as_of[8], epoch[8];
    const char *values[3 + 6] = {desk, as_of, epoch};
    int lengths[3 + 6] = {2, 8, 8};
    if (s->state != STORE_LEADING)
        return -EH_EUNAVAILABLE;
    store_columns_begin(s, ledger_types, columns);
    for (size_t i = 0; i < count; i++)
        entry_put(s->columns, &entries[i]);
    eh_pg_put16(desk, s->head.desk);
    eh_pg_put64(as_of, (int64_t)input);
    eh_pg_put64(epoch, (int64_t)s->head.epoch);
    for (size_t i = 0; i < columns; i++) {
        if (s->columns[i].bytes.failed || s->columns[i].wrong)
            return -EH_ENOMEM;
        values[3 + i] = eh_array_value(&s->columns[i]);
        lengths[3 + i] = eh_array_size(&s->columns[i]);
    }
    int r = eh_pg_send(s->write, "ledger_put", 9, values, lengths, on_ledger, s);
    return r == 0 ? eh_pg_sync(s->write) : r;
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
    int r = eh_pg_send(s->write, "book_put", 8, values, lengths, on_ledger, s);
    return r == 0 ? eh_pg_sync(s->write) : r;
}

const char *eh_store_ledger_error(const struct eh_store *s)
{
    return s->ledger_error;
}

/*
 * recall: what PostgreSQL knows of a batch before it is decided.
 *
 * Four questions a batch, each answered by one query: which of these identities are in the log, and
 * which personal text came with them; (for outcomes) how do these tickets stand; behind which salts
 * are these customers hashed; and which of the entries that come again are dead letters. Most
 * batches of tickets ask the first, and the third where they have customers.
 */
#include "store/private.h"

static bool wants_ticket(const struct eh_input *in)
{
    return eh_type_is(in->message.type, EH_TYPE_RECALLS);
}

static void key_put(struct eh_array *keys, struct eh_key key)
{
    uint8_t bytes[16];
    eh_key_bytes(key, bytes);
    eh_array_put_bytes(keys, bytes, sizeof bytes);
}

/* Row of a key in a result whose first column is a uuid. False: the store has been told. */
static bool index_rows(struct eh_store *s, const PGresult *result, struct eh_table *rows)
{
    for (int i = 0; i < PQntuples(result); i++) {
        struct eh_key key = eh_key_from_bytes((const uint8_t *)PQgetvalue(result, i, 0));
        if (eh_table_put(rows, key, (uint64_t)i) < 0) {
            eh_table_done(rows);
            store_lost(s, "out of memory");
            return false;
        }
    }
    return true;
}

static void answered(struct eh_store *s)
{
    if (--s->recall_answers > 0)
        return;
    struct eh_batch *b = s->recalling;
    s->recalling = NULL;
    s->callbacks->on_recalled(s->context, b);
}

/* Whether the answer may be used. False: the store has been told. */
static bool usable(struct eh_store *s, PGresult *result)
{
    if (!result || !s->recalling)
        return false;
    if (!store_failed(s, result))
        return true;
    store_lost(s, s->error);
    return false;
}

static struct eh_str kept_column(struct eh_batch *b, const PGresult *result, int row, int column)
{
    return eh_batch_kept(&b->arena, eh_pg_text(result, row, column));
}

static void past_read(struct eh_batch *b, const PGresult *result, int row, struct eh_past *ret)
{
    eh_past_read(eh_pg_text(result, row, 3), ret);
    ret->customer.there = eh_pg_int(result, row, 4) != 0;
    ret->customer.salt = kept_column(b, result, row, 5);
    ret->subject.there = eh_pg_int(result, row, 6) != 0;
    ret->subject.salt = kept_column(b, result, row, 7);
    ret->reason.there = eh_pg_int(result, row, 8) != 0;
    ret->reason.salt = kept_column(b, result, row, 9);
    struct eh_str erased = eh_pg_text(result, row, 10);
    ret->erased = erased.size == sizeof ret->erased_customer;
    if (ret->erased)
        memcpy(ret->erased_customer, erased.data, erased.size);
}

static void on_identities(void *context, PGresult *result)
{
    struct eh_store *s = context;
    struct eh_table rows = {0};
    if (!usable(s, result) || !index_rows(s, result, &rows))
        return;
    for (size_t i = 0; rows.used && i < s->recalling->item_count; i++) {
        struct eh_item *item = &s->recalling->items[i];
        uint64_t row;
        if (eh_table_get(&rows, item->input.identity, &row)) {
            item->input.recalled.known = true;
            item->input.recalled.digest =
                eh_key_from_bytes((const uint8_t *)PQgetvalue(result, (int)row, 1));
            item->input.recalled.input = (uint64_t)eh_pg_int(result, (int)row, 2);
            past_read(s->recalling, result, (int)row, &item->past);
        }
        if (item->seen_before && (eh_table_get(&rows, item->entry, &row) ||
                                  (!eh_key_equal(item->former, item->input.identity) &&
                                   eh_table_get(&rows, item->former, &row))))
            item->entry_known = true;
    }
    eh_table_done(&rows);
    answered(s);
}

static void on_tickets(void *context, PGresult *result)
{
    struct eh_store *s = context;
    struct eh_table rows = {0};
    if (!usable(s, result) || !index_rows(s, result, &rows))
        return;
    for (size_t i = 0; rows.used && i < s->recalling->item_count; i++) {
        struct eh_input *in = &s->recalling->items[i].input;
        uint64_t row;
        if (!wants_ticket(in) ||
            !eh_table_get(&rows, eh_ticket_identity(in->message.source, in->message.id), &row))
            continue;
        in->recalled.ticket_known = true;
        in->recalled.ticket_image =
            eh_batch_kept(&s->recalling->arena, eh_pg_text(result, (int)row, 2));
    }
    eh_table_done(&rows);
    answered(s);
}

static void on_customers(void *context, PGresult *result)
{
    struct eh_store *s = context;
    struct eh_table rows = {0};
    if (!usable(s, result))
        return;
    for (int i = 0; i < PQntuples(result); i++)
        if (eh_table_put(&rows, eh_key_of_text(eh_pg_text(result, i, 0)), (uint64_t)i) < 0) {
            eh_table_done(&rows);
            store_lost(s, "out of memory");
            return;
        }
    for (size_t i = 0; rows.used && i < s->recalling->item_count; i++) {
        struct eh_item *item = &s->recalling->items[i];
        struct eh_str customer = item->input.message.customer;
        uint64_t row;
        if (customer.size > 0 && eh_table_get(&rows, eh_key_of_text(customer), &row) &&
            eh_str_equal(customer, eh_pg_text(result, (int)row, 0)))
            item->customer_salt = kept_column(s->recalling, result, (int)row, 1);
    }
    eh_table_done(&rows);
    answered(s);
}

/* Whether an entry is a dead letter already. Its bytes have to be those of the row. If they were
 * erased, place and size have to do. */
static bool is_dead(const struct eh_item *item, const PGresult *result, int row)
{
    const struct eh_input *in = &item->input;
    struct eh_key identity = eh_key_from_bytes((const uint8_t *)PQgetvalue(result, row, 1));
    struct eh_str salt = eh_pg_text(result, row, 4);
    if (eh_pg_int(result, row, 2) == 0) /* no body any more */
        return eh_pg_int(result, row, 3) == (int64_t)item->body.size;
    return salt.size == EH_SALT_BYTES &&
           eh_key_equal(identity,
                        eh_entry_identity_salted((const uint8_t *)salt.data, in->stream_ms,
                                                 in->stream_no, item->body));
}

static void on_dead(void *context, PGresult *result)
{
    struct eh_store *s = context;
    if (!usable(s, result))
        return;
    for (size_t i = 0; PQntuples(result) && i < s->recalling->item_count; i++) {
        struct eh_item *item = &s->recalling->items[i];
        struct eh_stream_id id = eh_input_stream_id(&item->input);
        char text[EH_STREAM_ID_TEXT_MAX];
        if (!item->seen_before)
            continue;
        struct eh_str own = eh_str_n(text, eh_stream_id_print(id, text));
        for (int row = 0; row < PQntuples(result); row++)
            if (eh_str_equal(own, eh_pg_text(result, row, 0)) && is_dead(item, result, row))
                item->entry_known = true;
    }
    answered(s);
}

static int ask(struct eh_store *s, const char *statement, struct eh_array *keys,
               eh_pg_result_fn *on_result)
{
    char desk[2];
    eh_pg_put16(desk, s->head.desk);
    const char *values[2] = {desk, eh_array_value(keys)};
    const int lengths[2] = {2, eh_array_size(keys)};
    s->recall_answers++;
    return eh_pg_send(s->read, &(struct eh_pg_query){statement, 2, values, lengths}, on_result, s);
}

/* Asks about an entry that comes again: by the identity of builds without salts, and by its place.
 */
static void seen_put(struct eh_batch *b, const struct eh_item *item, struct eh_array *identities,
                     struct eh_array *dead)
{
    key_put(identities, item->entry);
    key_put(identities, item->former);
    eh_array_put_text(dead, eh_batch_stream_id(&b->arena, eh_input_stream_id(&item->input)));
}

int eh_store_recall(struct eh_store *s, struct eh_batch *b)
{
    if (s->state != STORE_LEADING)
        return -EH_EUNAVAILABLE;
    struct eh_array *identities = &s->columns[0], *tickets = &s->columns[1];
    struct eh_array *customers = &s->columns[2], *dead = &s->columns[3];
    eh_array_begin(identities, EH_ARRAY_UUID);
    eh_array_begin(tickets, EH_ARRAY_UUID);
    eh_array_begin(customers, EH_ARRAY_TEXT);
    eh_array_begin(dead, EH_ARRAY_TEXT);
    for (size_t i = 0; i < b->item_count; i++) {
        const struct eh_item *item = &b->items[i];
        if (item->wants_identity)
            key_put(identities, item->input.identity);
        if (item->seen_before)
            seen_put(b, item, identities, dead);
        if (wants_ticket(&item->input))
            key_put(tickets,
                    eh_ticket_identity(item->input.message.source, item->input.message.id));
        if (item->input.message.customer.size > 0)
            eh_array_put_text(customers, item->input.message.customer);
    }
    s->recalling = b;
    s->recall_answers = 1; /* one answer of our own, given at the end: there may be no question */
    int r = 0;
    if (identities->any)
        r = ask(s, "recall_identities", identities, on_identities);
    if (r == 0 && tickets->any)
        r = ask(s, "recall_tickets", tickets, on_tickets);
    if (r == 0 && customers->any)
        r = ask(s, "recall_customers", customers, on_customers);
    if (r == 0 && dead->any)
        r = ask(s, "recall_dead", dead, on_dead);
    if (r == 0 && s->recall_answers > 1)
        r = eh_pg_sync(s->read);
    if (r < 0) {
        store_lost(s, "postgres: nothing could be looked up");
        return r;
    }
    answered(s);
    return 0;
}

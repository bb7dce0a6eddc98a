/*
 * store_rows: every kind of row at its extremes, written by the store into a real PostgreSQL and
 * read back: what a column may hold comes back as it went in. Seeded: EVENHAND_SEED=N again.
 */
#include <criterion/criterion.h>

#include <stdlib.h>

#include "lead/period_rows.h"
#include "pg/pg.h"
#include "store_bench.h"

#define BATCHES 8

TestSuite(store_rows, .timeout = 600);

/* ---- Read back. */

/* Rows of a table whose input is in (from, to], in its order. */
static PGresult *rows(const struct eh_batch *b, const char *columns, const char *table,
                      const char *order)
{
    char sql[1200];
    eh_format(sql, sizeof sql,
              "SELECT %s FROM evenhand.%s WHERE input > %llu AND input <= %llu ORDER BY %s",
              columns, table, (unsigned long long)b->from_input, (unsigned long long)b->to_input,
              order);
    PGresult *result = PQexecParams(bench.reads, sql, 0, NULL, NULL, NULL, NULL, 1);
    cr_assert_eq(PQresultStatus(result), PGRES_TUPLES_OK, "%s", PQerrorMessage(bench.reads));
    return result;
}

static void same_text(const PGresult *rows_read, int row, int column, struct eh_str wanted)
{
    cr_assert_eq(PQgetisnull(rows_read, row, column), wanted.size == 0);
    cr_assert(eh_str_equal(eh_pg_text(rows_read, row, column), wanted), "%s of row %d",
              PQfname(rows_read, column), row);
}

static void same_number(const PGresult *rows_read, int row, int column, int64_t wanted)
{
    cr_assert_not(PQgetisnull(rows_read, row, column));
    cr_assert_eq(eh_pg_int(rows_read, row, column), wanted, "%s of row %d",
                 PQfname(rows_read, column), row);
}

static void same_numbers(const PGresult *rows_read, int row, int column, const int64_t *wanted,
                         size_t count)
{
    for (size_t i = 0; i < count; i++)
        same_number(rows_read, row, column + (int)i, wanted[i]);
}

/* The chain takes in every column: the same bytes, the same row. */
static void same_record(const struct eh_record *read, const struct eh_record *wanted)
{
    EH_AUTO(eh_bytes) struct eh_bytes scratch = EH_BYTES_INIT;
    struct eh_chain a = {{0}}, b = {{0}};
    struct eh_record without = *wanted;
    without.image = (struct eh_str){NULL, 0};
    without.image_ticket = 0;
    eh_record_chain(read, NULL, 0, &scratch, &a);
    eh_record_chain(&without, NULL, 0, &scratch, &b);
    cr_assert_eq(read->input, wanted->input);
    cr_assert_eq(read->has, wanted->has, "input %llu", (unsigned long long)wanted->input);
    cr_assert_arr_eq(a.hash, b.hash, EH_CHAIN_BYTES, "input %llu",
                     (unsigned long long)wanted->input);
}

static void check_inputs(const struct eh_batch *b)
{
    PGresult *read = rows(b, EH_INPUT_SELECT, "input", "input");
    cr_assert_eq(PQntuples(read), (int)b->record_count);
    for (int row = 0; row < PQntuples(read); row++) {
        struct eh_record record = {0};
        for (int c = 0; c < EH_INPUT_COLUMN_COUNT; c++)
            cr_assert_eq(eh_record_set_column(&record, c, PQgetvalue(read, row, c),
                                              (size_t)PQgetlength(read, row, c),
                                              PQgetisnull(read, row, c)),
                         0, "column %d", c);
        same_record(&record, &b->records[row]);
    }
    PQclear(read);
}

static void check_effects(const struct eh_batch *b)
{
    PGresult *read = rows(b,
                          "seq, type, team, rep, was, why, detail, ticket, eligible, weight,"
                          " epoch, draws",
                          "effect", "seq");
    cr_assert_eq(PQntuples(read), (int)b->effects.count);
    for (int row = 0; row < PQntuples(read); row++) {
        const struct eh_effect *e = &b->effects.items[row];
        const struct eh_str texts[] = {e->team, e->rep, e->was, e->why, e->detail};
        same_number(read, row, 0, (int64_t)e->seq);
        same_number(read, row, 1, e->type);
        for (int i = 0; i < 5; i++)
            same_text(read, row, 2 + i, texts[i]);
        cr_assert_eq(eh_pg_int(read, row, 7), (int64_t)e->ticket);
        cr_assert_eq(eh_pg_int(read, row, 8), e->eligible);
        cr_assert_eq(eh_pg_int(read, row, 9), (int64_t)e->weight);
        cr_assert_eq(eh_pg_int(read, row, 10), e->epoch);
        struct eh_str draws = eh_pg_text(read, row, 11);
        cr_assert_eq(draws.size, 8 * e->draw_count);
        for (uint32_t d = 0; d < e->draw_count; d++) {
            char big[8];
            eh_pg_put64(big, (int64_t)e->draws[d]);
            cr_assert_arr_eq(draws.data + 8 * d, big, sizeof big);
        }
    }
    PQclear(read);
}

static void check_changes(const struct eh_batch *b)
{
    PGresult *read =
        rows(b, "input, ticket, image, value, team, outcome, closed", "ticket_change", "input");
    int row = 0;
    for (size_t i = 0; i < b->record_count; i++) {
        const struct eh_record *r = &b->records[i];
        struct eh_ticket_view view;
        if (!r->image_ticket)
            continue;
        cr_assert_eq(eh_ticket_image_view(r->image, &view, NULL), 0);
        same_number(read, row, 0, (int64_t)r->input);
        same_number(read, row, 1, (int64_t)r->image_ticket);
        same_text(read, row, 2, r->image);
        same_number(read, row, 3, view.value);
        same_text(read, row, 4, view.team);
        same_text(read, row, 5, view.outcome);
        cr_assert_eq(eh_pg_int(read, row++, 6), view.closed_us);
    }
    cr_assert_eq(PQntuples(read), row);
    PQclear(read);
}

/* A salt stands where its text does. */
static void same_salt(PGresult *read, int row, int column, struct eh_str text, const uint8_t *salt)
{
    same_text(read, row, column,
              text.size ? eh_str_n((const char *)salt, EH_SALT_BYTES) : eh_str(""));
}

static void check_dead_and_personal(const struct eh_batch *b)
{
    PGresult *read = rows(b, "input, stream_id, reason, size", "dead", "input");
    cr_assert_eq(PQntuples(read), (int)b->dead_count);
    for (int row = 0; row < PQntuples(read); row++) {
        same_number(read, row, 0, (int64_t)b->dead[row].input);
        same_text(read, row, 1, b->dead[row].stream_id);
        same_text(read, row, 2, b->dead[row].reason);
        same_number(read, row, 3, (int64_t)b->dead[row].size);
    }
    PQclear(read);
    read = rows(b, "input, salt, body, sha256", "dead_body", "input");
    cr_assert_eq(PQntuples(read), (int)b->dead_count);
    for (int row = 0; row < PQntuples(read); row++) {
        same_number(read, row, 0, (int64_t)b->dead[row].input);
        same_text(read, row, 1, eh_str_n((const char *)b->dead[row].salt, EH_SALT_BYTES));
        same_text(read, row, 2, b->dead[row].body);
        same_text(read, row, 3, b->dead[row].sha256);
    }
    PQclear(read);
    read = rows(b, "input, customer, subject, customer_salt, subject_salt, reason, reason_salt",
                "personal", "input");
    cr_assert_eq(PQntuples(read), (int)b->personal_count);
    for (int row = 0; row < PQntuples(read); row++) {
        const struct eh_personal *p = &b->personal[row];
        same_number(read, row, 0, (int64_t)p->input);
        same_text(read, row, 1, p->customer);
        same_text(read, row, 2, p->subject);
        same_salt(read, row, 3, p->customer, p->customer_salt);
        same_salt(read, row, 4, p->subject, p->subject_salt);
        same_text(read, row, 5, p->reason);
        same_salt(read, row, 6, p->reason, p->reason_salt);
    }
    PQclear(read);
}

static void check_steps(const struct eh_batch *b)
{
    PGresult *read = rows(b,
                          "input, version, published_late::int, team, period, currency, plan,"
                          " missing, composite_ppm, funding_ppm, gross, carry, net, difference,"
                          " cancelled, paid, held, carry_open, plan_sha256, facts_sha256",
                          "period_step", "input");
    cr_assert_eq(PQntuples(read), (int)b->period_count);
    for (int row = 0; row < PQntuples(read); row++) {
        const struct eh_period_row *p = &b->period_rows[row];
        const struct eh_str texts[] = {p->step.team, p->step.period, p->step.currency, p->step.plan,
                                       p->step.missing};
        const int64_t head[] = {(int64_t)p->step.input, p->step.version, p->step.published_late};
        same_numbers(read, row, 0, head, 3);
        for (int i = 0; i < 5; i++)
            same_text(read, row, 3 + i, texts[i]);
        const struct eh_pool_statement *s = p->statement;
        if (!s) {
            cr_assert(PQgetisnull(read, row, 8));
            continue;
        }
        const int64_t figures[] = {s->composite_ppm, s->funding_ppm, s->gross,     s->carry,
                                   s->net,           s->difference,  s->cancelled, s->paid,
                                   s->held,          s->carry_open};
        same_numbers(read, row, 8, figures, 10);
        same_text(read, row, 18, eh_str_n((const char *)s->plan_sha256, 32));
        same_text(read, row, 19, eh_str_n((const char *)s->facts_sha256, 32));
    }
    PQclear(read);
}

static void check_lines(const struct eh_batch *b)
{
    PGresult *read = rows(b,
                          "eligible::int, capped::int, days, minutes, band, points, equal,"
                          " hours, seniority, individual, total, paid, team, period, rep",
                          "period_line", "input, left(rep, 1)");
    int row = 0;
    for (size_t i = 0; i < b->period_count; i++) {
        const struct eh_period_row *p = &b->period_rows[i];
        for (uint32_t n = 0; p->statement && n < p->statement->line_count; n++, row++) {
            const struct eh_pool_line *l = &p->statement->lines[n];
            const int64_t numbers[] = {l->eligible,  l->capped,     l->days,  l->minutes,
                                       l->band,      l->points,     l->equal, l->hours,
                                       l->seniority, l->individual, l->total, l->paid};
            same_numbers(read, row, 0, numbers, 12);
            same_text(read, row, 12, p->step.team);
            same_text(read, row, 13, p->step.period);
            same_text(read, row, 14, l->rep);
        }
    }
    cr_assert_eq(PQntuples(read), row);
    PQclear(read);
}

/* Taking the lease again reads the head. */
static void check_head(const struct eh_batch *b)
{
    eh_store_restart(bench.store, "the test wants to see the head");
    lead();
    const struct eh_head *h = &bench.head;
    cr_assert_eq(h->input, b->to_input);
    cr_assert_eq(h->seq, b->to_seq);
    cr_assert_eq(h->dead, b->head_dead);
    cr_assert_eq(h->at_us, b->at_us);
    cr_assert(h->high.ms == b->high.ms && h->high.no == b->high.no);
    cr_assert(h->low.ms == b->low.ms && h->low.no == b->low.no);
    cr_assert(eh_key_equal(h->digest, b->digest));
    cr_assert_arr_eq(h->chain.hash, b->chain.hash, EH_CHAIN_BYTES);
    PGresult *read = rows(b, "input, seq, epoch, digest, hash, state", "chain", "input");
    uint8_t digest[16];
    eh_key_bytes(b->digest, digest);
    cr_assert_eq(PQntuples(read), 1);
    same_number(read, 0, 0, (int64_t)b->to_input);
    same_number(read, 0, 1, (int64_t)b->to_seq);
    same_text(read, 0, 3, eh_str_n((const char *)digest, sizeof digest));
    same_text(read, 0, 4, eh_str_n((const char *)b->chain.hash, EH_CHAIN_BYTES));
    same_number(read, 0, 5, EH_STATE_VERSION);
    PQclear(read);
}

Test(store_rows, what_a_column_may_hold_comes_back_as_it_went_in)
{
    open_all();
    for (int i = 0; i < BATCHES; i++) {
        struct eh_batch *b = any_batch();
        cr_assert_eq(eh_store_commit(bench.store, b), 0, "%s", bench.lost);
        turn_until(&bench.committed, b->to_input);
        cr_assert_eq(bench.committed, b->to_input, "lost: %s; refused: %s", bench.lost,
                     bench.refused);
        check_inputs(b);
        check_effects(b);
        check_changes(b);
        check_dead_and_personal(b);
        check_steps(b);
        check_lines(b);
        check_head(b);
        eh_batch_free(b);
    }
    close_all();
}

static uint64_t snapshot_rows(void)
{
    PGresult *read = PQexec(bench.reads, "SELECT count(*) FROM evenhand.snapshot");
    uint64_t count = strtoull(PQgetvalue(read, 0, 0), NULL, 10);
    PQclear(read);
    return count;
}

Test(store_rows, snapshots_and_ledgers_come_back_as_they_went_in)
{
    open_all();
    struct eh_batch *b = any_batch();
    cr_assert_eq(eh_store_commit(bench.store, b), 0, "%s", bench.lost);
    turn_until(&bench.committed, b->to_input);
    cr_assert_eq(bench.committed, b->to_input, "lost: %s; refused: %s", bench.lost, bench.refused);

    EH_AUTO(eh_bytes) struct eh_bytes wanted = EH_BYTES_INIT;
    struct eh_bytes given = EH_BYTES_INIT;
    while (wanted.size < 2 * EH_SNAPSHOT_PART_BYTES + 17)
        eh_bytes_put_u8(&wanted, (uint8_t)seed_next(&bench.seed));
    eh_bytes_put(&given, wanted.data, wanted.size);
    eh_store_snapshot(bench.store, b->to_input, 0, &given);
    uint64_t parts = 0;
    for (int i = 0; i < WAIT_S * 10 && parts < 3; i++) {
        struct timeval most = {0, 100000};
        event_base_loopexit(bench.base, &most);
        event_base_dispatch(bench.base);
        parts = snapshot_rows();
    }
    PGresult *read = rows(b, "body, parts", "snapshot", "part");
    size_t at = 0;
    cr_assert_eq(PQntuples(read), 3);
    for (int row = 0; row < 3; row++) {
        struct eh_str part = eh_pg_text(read, row, 0);
        cr_assert_arr_eq(part.data, wanted.data + at, part.size);
        same_number(read, row, 1, 3);
        at += part.size;
    }
    cr_assert_eq(at, wanted.size);
    PQclear(read);

    struct eh_ledger_entry entry = {.team = any_text(b),
                                    .member = {.rep = any_text(b),
                                               .entitled_nano = INT64_MIN,
                                               .entitled_value = INT64_MAX,
                                               .received = INT64_MAX,
                                               .received_value = INT64_MIN}};
    cr_assert_eq(eh_store_ledger(bench.store, b->to_input, &entry, 1), 0);
    PGresult *ledger = NULL;
    for (int i = 0; i < WAIT_S * 10; i++) {
        struct timeval most = {0, 100000};
        event_base_loopexit(bench.base, &most);
        event_base_dispatch(bench.base);
        ledger = rows(b, "entitled, entitled_value, received, received_value, team, rep", "ledger",
                      "rep");
        if (PQntuples(ledger) == 1)
            break;
        PQclear(ledger);
    }
    const int64_t numbers[] = {INT64_MIN, INT64_MAX, INT64_MAX, INT64_MIN};
    same_numbers(ledger, 0, 0, numbers, 4);
    same_text(ledger, 0, 4, entry.team);
    same_text(ledger, 0, 5, entry.member.rep);
    PQclear(ledger);
    eh_batch_free(b);
    close_all();
}

/* ---- What no column can hold is named before it is sent. */

static void expect_refused(struct eh_batch *b, const char *wanted)
{
    uint64_t before = bench.refusals;
    cr_assert_eq(eh_store_commit(bench.store, b), 0);
    turn_until(&bench.refusals, before + 1);
    cr_expect(strstr(bench.refused, wanted), "%s", bench.refused);
    cr_assert_str_empty(bench.lost);
    eh_batch_free(b);
}

Test(store_rows, a_value_its_column_cannot_hold_is_named_and_never_sent)
{
    char wanted[80];
    open_all();
    struct eh_batch *b = any_batch();
    b->records[7].reason = eh_str("\xc3");
    eh_format(wanted, sizeof wanted, "input 8: insert_input: column reason");
    expect_refused(b, wanted);

    b = any_batch();
    b->records[3].rep = eh_str_n("a\0b", 3);
    expect_refused(b, "input 4: insert_input: column rep");

    b = any_batch();
    *eh_batch_dead(b) =
        (struct eh_dead_entry){.input = 61, .reason = eh_str("\xe2\x82"), .body = eh_str("{")};
    expect_refused(b, "input 61: insert_dead: column reason");

    b = any_batch();
    b->personal[b->personal_count++] =
        (struct eh_personal){.input = 62, .customer = eh_str("\xff"), .subject = eh_str("s")};
    expect_refused(b, "input 62: insert_personal: column customer");

    b = any_batch();
    b->period_rows[1].step.plan = eh_str("\xed\xa0\x80");
    eh_format(wanted, sizeof wanted, "input %llu: insert_step: column plan",
              (unsigned long long)b->period_rows[1].step.input);
    expect_refused(b, wanted);

    b = any_batch(); /* and after all that the store goes on */
    cr_assert_eq(eh_store_commit(bench.store, b), 0, "%s", bench.lost);
    turn_until(&bench.committed, b->to_input);
    cr_assert_eq(bench.committed, b->to_input, "lost: %s; refused: %s", bench.lost, bench.refused);
    eh_batch_free(b);
    close_all();
}

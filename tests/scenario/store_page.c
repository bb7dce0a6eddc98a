/*
 * store_page: rows read back for the outbox. Of what is asked for while other rows are read, only
 * the last is answered, with its own rows. Seeded: EVENHAND_SEED=N again.
 */
#include <criterion/criterion.h>

#include "store_bench.h"

TestSuite(store_page, .timeout = 600);

static void open_with_rows(void)
{
    open_all();
    struct eh_batch *b = any_batch();
    cr_assert_eq(eh_store_commit(bench.store, b), 0, "%s", bench.lost);
    turn_until(&bench.committed, b->to_input);
    cr_assert_eq(bench.committed, b->to_input, "lost: %s; refused: %s", bench.lost, bench.refused);
    cr_assert_geq(b->effects.count, 8);
    eh_batch_free(b);
}

/* Long enough for an answer that should not be there. */
static void turn_on(void)
{
    struct timeval most = {0, 300000};
    event_base_loopexit(bench.base, &most);
    event_base_dispatch(bench.base);
}

static void expect_page_from(uint64_t seq)
{
    turn_until(&bench.pages, 1);
    turn_on();
    cr_assert_eq(bench.pages, 1, "%llu answers; lost: %s", (unsigned long long)bench.pages,
                 bench.lost);
    cr_assert(bench.page);
    cr_assert_gt(bench.page->notice_count, 0);
    cr_expect_eq(bench.page->notices[0].seq, seq);
    bench.pages = 0;
}

static void sql(const char *statement)
{
    PGresult *result = PQexec(bench.reads, statement);
    cr_assert_eq(PQresultStatus(result), PGRES_COMMAND_OK, "%s", PQerrorMessage(bench.reads));
    PQclear(result);
}

Test(store_page, the_rows_are_those_that_were_asked_for_last)
{
    open_with_rows();
    eh_store_page(bench.store, 1, 1);
    expect_page_from(1);
    eh_store_page(bench.store, 1, 1);
    eh_store_page(bench.store, 5, 1);
    expect_page_from(5);
    eh_store_page(bench.store, 6, 1);
    eh_store_page(bench.store, 1, 1);
    eh_store_page(bench.store, 3, 1);
    expect_page_from(3);
    close_all();
}

Test(store_page, rows_that_cannot_be_read_do_not_fail_those_that_are_asked_for_meanwhile)
{
    open_with_rows();
    sql("BEGIN");
    sql("LOCK TABLE evenhand.effect");
    eh_store_page(bench.store, 1, 1);
    turn_on();
    PGresult *result = PQexec(bench.reads, "SELECT pg_cancel_backend(pid) FROM pg_stat_activity"
                                           " WHERE wait_event_type = 'Lock'");
    cr_assert_eq(PQntuples(result), 1);
    PQclear(result);
    eh_store_page(bench.store, 4, 1);
    sql("COMMIT");
    expect_page_from(4);
    close_all();
}

Test(store_page, rows_that_cannot_be_read_are_told)
{
    open_with_rows();
    sql("BEGIN");
    sql("LOCK TABLE evenhand.effect");
    eh_store_page(bench.store, 1, 1);
    turn_until(&bench.pages, 1);
    cr_assert_eq(bench.pages, 1);
    cr_assert_null(bench.page);
    sql("COMMIT");
    bench.pages = 0;
    eh_store_page(bench.store, 2, 1);
    expect_page_from(2);
    close_all();
}

/* tables: rows of the tables beside inputs and effects. See tables.h. */
#include "tables.h"

#include "private.h"

static bool there(uint64_t nulls, int column)
{
    return !(nulls >> column & 1);
}

int eh_cli_log_next_dead(struct eh_cli_log *log, uint64_t input, struct eh_dead_row *ret,
                         struct eh_error *error)
{
    struct eh_dead_row row = {0};
    uint64_t nulls;
    int r = log_next_row(log, LOG_DEAD, &eh_dead_columns, input, &row, &nulls, error);
    if (r <= 0)
        return r;
    row.has_stream_id = there(nulls, EH_DEAD_STREAM_ID);
    row.has_body = there(nulls, EH_DEAD_BODY);
    *ret = row;
    return 1;
}

int eh_cli_log_next_body(struct eh_cli_log *log, uint64_t input, struct eh_body_row *ret,
                         struct eh_error *error)
{
    struct eh_body_row row = {0};
    uint64_t nulls;
    int r = log_next_row(log, LOG_BODIES, &eh_body_columns, input, &row, &nulls, error);
    if (r <= 0)
        return r;
    row.has_salt = there(nulls, EH_BODY_SALT);
    row.has_body = there(nulls, EH_BODY_BODY);
    *ret = row;
    return 1;
}

int eh_cli_log_next_personal(struct eh_cli_log *log, uint64_t input, struct eh_personal_row *ret,
                             struct eh_error *error)
{
    struct eh_personal_row row = {0};
    uint64_t nulls;
    int r = log_next_row(log, LOG_PERSONAL, &eh_personal_columns, input, &row, &nulls, error);
    if (r <= 0)
        return r;
    row.has_customer = there(nulls, EH_PERSONAL_CUSTOMER);
    row.has_subject = there(nulls, EH_PERSONAL_SUBJECT);
    row.has_customer_salt = there(nulls, EH_PERSONAL_CUSTOMER_SALT);
    row.has_subject_salt = there(nulls, EH_PERSONAL_SUBJECT_SALT);
    row.has_reason = there(nulls, EH_PERSONAL_REASON);
    row.has_reason_salt = there(nulls, EH_PERSONAL_REASON_SALT);
    *ret = row;
    return 1;
}

static int next_ledger(struct eh_cli_log *log, int which, uint64_t input, struct eh_ledger_row *ret,
                       struct eh_error *error)
{
    struct eh_ledger_row row = {0};
    uint64_t nulls;
    int r = log_next_row(log, which, &eh_ledger_columns, input, &row, &nulls, error);
    if (r > 0)
        *ret = row;
    return r;
}

int eh_cli_log_next_ledger(struct eh_cli_log *log, uint64_t input, struct eh_ledger_row *ret,
                           struct eh_error *error)
{
    return next_ledger(log, LOG_LEDGER, input, ret, error);
}

int eh_cli_log_next_member(struct eh_cli_log *log, struct eh_ledger_row *ret,
                           struct eh_error *error)
{
    return next_ledger(log, LOG_MEMBERS, UINT64_MAX, ret, error);
}

int eh_cli_log_next_book(struct eh_cli_log *log, uint64_t input, struct eh_book_row *ret,
                         struct eh_error *error)
{
    struct eh_book_row row = {0};
    uint64_t nulls;
    int r = log_next_row(log, LOG_BOOKS, &eh_book_columns, input, &row, &nulls, error);
    if (r > 0)
        *ret = row;
    return r;
}

int eh_cli_log_next_part(struct eh_cli_log *log, uint64_t input, struct eh_cli_log_part *ret,
                         struct eh_error *error)
{
    struct log_stream *s = &log->streams[LOG_PARTS];
    struct eh_cli_log_part row = {0};
    int r = log_next_of(log, LOG_PARTS, input, &row.input, error);
    if (r <= 0)
        return r;
    row.part = log_number(s->page, s->row, 1);
    row.parts = log_number(s->page, s->row, 2);
    row.day = (int32_t)log_number(s->page, s->row, 3);
    row.state = (int16_t)log_number(s->page, s->row, 4);
    row.body = log_text(s->page, s->row, 5);
    s->row++;
    *ret = row;
    return 1;
}

/* ---- Single answers. */

/* The numbers in the one row that the query gives. */
static int ask_numbers(struct eh_cli_log *log, const char *sql, int64_t *ret, int count,
                       struct eh_error *error)
{
    PGresult *found = NULL;
    int r = log_query(log, sql, &found, error);
    if (r < 0)
        return r;
    for (int i = 0; i < count; i++)
        ret[i] = log_number(found, 0, i);
    PQclear(found);
    return 0;
}

int eh_cli_log_ledger_end(struct eh_cli_log *log, uint64_t *ret, struct eh_error *error)
{
    char sql[120];
    int64_t input;
    eh_format(sql, sizeof sql, "SELECT max(input) FROM evenhand.ledger WHERE desk = %d",
              log->head.desk);
    int r = ask_numbers(log, sql, &input, 1, error);
    *ret = r < 0 ? 0 : (uint64_t)input;
    return r;
}

int eh_cli_log_may_read(struct eh_cli_log *log, const char *table, bool *ret,
                        struct eh_error *error)
{
    char sql[120];
    int64_t may = 0;
    eh_format(sql, sizeof sql, "SELECT has_table_privilege('evenhand.%s', 'SELECT')", table);
    int r = ask_numbers(log, sql, &may, 1, error);
    *ret = may != 0;
    return r;
}

int eh_cli_log_lease(struct eh_cli_log *log, struct eh_cli_log_lease *ret, struct eh_error *error)
{
    int64_t numbers[4] = {0};
    int r = ask_numbers(log,
                        "SELECT (SELECT count(*) FROM evenhand.lease),"
                        " (SELECT count(*) FROM evenhand.heartbeat),"
                        " (SELECT max(epoch) FROM evenhand.lease),"
                        " (SELECT max(epoch) FROM evenhand.heartbeat)",
                        numbers, 4, error);
    *ret = (struct eh_cli_log_lease){(uint64_t)numbers[0], (uint64_t)numbers[1], numbers[2],
                                     numbers[3]};
    return r;
}

int eh_cli_log_ask(struct eh_cli_log *log, const char *sql, eh_cli_log_row_fn *fn, void *context,
                   struct eh_error *error)
{
    PGresult *found = NULL;
    int r = log_query(log, sql, &found, error);
    if (r < 0)
        return r;
    for (int i = 0; r == 0 && i < PQntuples(found); i++)
        r = fn(context, PQgetvalue(found, i, 0), PQgetvalue(found, i, 1), error);
    PQclear(found);
    return r;
}

/* tables: rows of the tables beside inputs and effects. See tables.h. */
#include "tables.h"

#include "private.h"

int eh_cli_log_next_dead(struct eh_cli_log *log, uint64_t input, struct eh_cli_log_dead *ret,
                         struct eh_error *error)
{
    struct log_stream *s = &log->streams[LOG_DEAD];
    struct eh_cli_log_dead row = {0};
    int r = log_next_of(log, LOG_DEAD, input, &row.input, error);
    if (r <= 0)
        return r;
    row.has_stream_id = !PQgetisnull(s->page, s->row, 1);
    row.stream_id = log_text(s->page, s->row, 1);
    row.reason = log_text(s->page, s->row, 2);
    row.size = (uint64_t)log_number(s->page, s->row, 3);
    row.has_body = !PQgetisnull(s->page, s->row, 4);
    row.body = log_text(s->page, s->row, 4);
    s->row++;
    *ret = row;
    return 1;
}

int eh_cli_log_next_body(struct eh_cli_log *log, uint64_t input, struct eh_cli_log_body *ret,
                         struct eh_error *error)
{
    struct log_stream *s = &log->streams[LOG_BODIES];
    struct eh_cli_log_body row = {0};
    int r = log_next_of(log, LOG_BODIES, input, &row.input, error);
    if (r <= 0)
        return r;
    row.has_salt = !PQgetisnull(s->page, s->row, 1);
    row.salt = log_text(s->page, s->row, 1);
    row.has_body = !PQgetisnull(s->page, s->row, 2);
    row.body = log_text(s->page, s->row, 2);
    row.sha256 = log_text(s->page, s->row, 3);
    s->row++;
    *ret = row;
    return 1;
}

int eh_cli_log_next_personal(struct eh_cli_log *log, uint64_t input,
                             struct eh_cli_log_personal *ret, struct eh_error *error)
{
    struct log_stream *s = &log->streams[LOG_PERSONAL];
    struct eh_cli_log_personal row = {0};
    int r = log_next_of(log, LOG_PERSONAL, input, &row.input, error);
    if (r <= 0)
        return r;
    row.has_customer = !PQgetisnull(s->page, s->row, 1);
    row.customer = log_text(s->page, s->row, 1);
    row.has_subject = !PQgetisnull(s->page, s->row, 2);
    row.subject = log_text(s->page, s->row, 2);
    row.has_customer_salt = !PQgetisnull(s->page, s->row, 3);
    row.customer_salt = log_text(s->page, s->row, 3);
    row.has_subject_salt = !PQgetisnull(s->page, s->row, 4);
    row.subject_salt = log_text(s->page, s->row, 4);
    s->row++;
    *ret = row;
    return 1;
}

static void read_ledger(struct log_stream *s, struct eh_cli_log_ledger *ret)
{
    *ret = (struct eh_cli_log_ledger){
        .input = (uint64_t)log_number(s->page, s->row, 0),
        .team = log_text(s->page, s->row, 1),
        .rep = log_text(s->page, s->row, 2),
        .entitled = log_number(s->page, s->row, 3),
        .entitled_value = log_number(s->page, s->row, 4),
        .received = log_number(s->page, s->row, 5),
        .received_value = log_number(s->page, s->row, 6),
    };
    s->row++;
}

int eh_cli_log_next_ledger(struct eh_cli_log *log, uint64_t input, struct eh_cli_log_ledger *ret,
                           struct eh_error *error)
{
    uint64_t under;
    int r = log_next_of(log, LOG_LEDGER, input, &under, error);
    if (r > 0)
        read_ledger(&log->streams[LOG_LEDGER], ret);
    return r;
}

int eh_cli_log_next_member(struct eh_cli_log *log, struct eh_cli_log_ledger *ret,
                           struct eh_error *error)
{
    int r = log_peek(log, LOG_MEMBERS, error);
    if (r > 0)
        read_ledger(&log->streams[LOG_MEMBERS], ret);
    return r;
}

int eh_cli_log_next_book(struct eh_cli_log *log, uint64_t input, struct eh_cli_log_book *ret,
                         struct eh_error *error)
{
    struct log_stream *s = &log->streams[LOG_BOOKS];
    struct eh_cli_log_book row = {0};
    int r = log_next_of(log, LOG_BOOKS, input, &row.input, error);
    if (r <= 0)
        return r;
    row.what = log_text(s->page, s->row, 1);
    row.team = log_text(s->page, s->row, 2);
    row.period = log_text(s->page, s->row, 3);
    row.version = log_number(s->page, s->row, 4);
    row.body = log_text(s->page, s->row, 5);
    s->row++;
    *ret = row;
    return 1;
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

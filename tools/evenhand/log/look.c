/* look: reads inputs backwards, or selected ones. See log.h. */
#include "private.h"

#define SQL_MAX 600

/* A search: the caller's function, and the last row so far. */
struct look {
    eh_cli_log_input_fn *each;
    void *context;
    bool goes_on;
    int rows;      /* of the last page */
    uint64_t last; /* input of the last row */
};

static int look_give_row(const PGresult *page, int row, struct look *look, struct eh_error *error)
{
    struct eh_record record;
    struct eh_input in;
    int r = log_record(page, row, &record, error);
    if (r < 0)
        return r;
    if (eh_record_to_input(&record, &in, NULL) < 0)
        return eh_error_set(error, EH_ECORRUPT, "input %llu: cannot be read back",
                            (unsigned long long)record.input);
    look->last = record.input;
    r = look->each(look->context, &in, &look->goes_on);
    return r < 0 ? eh_error_set(error, -r, "input %llu: %s", (unsigned long long)record.input,
                                eh_code_name(r))
                 : 0;
}

static int look_give_page(struct eh_cli_log *log, const char *sql, struct look *look,
                          struct eh_error *error)
{
    PGresult *page = NULL;
    int r = log_query(log, sql, &page, error);
    if (r < 0)
        return r;
    look->rows = PQntuples(page);
    for (int row = 0; r == 0 && look->goes_on && row < look->rows; row++)
        r = look_give_row(page, row, look, error);
    PQclear(page);
    return r;
}

int eh_cli_log_back(struct eh_cli_log *log, uint64_t input, eh_cli_log_input_fn *each,
                    void *context, struct eh_error *error)
{
    struct look look = {each, context, true, 1, 0};
    int r = 0;
    for (uint64_t to = input; r == 0 && look.goes_on && look.rows > 0 && to > 0;) {
        char sql[SQL_MAX];
        uint64_t from = to > EH_CLI_LOG_PAGE ? to - EH_CLI_LOG_PAGE : 0;
        eh_format(sql, sizeof sql,
                  "SELECT " EH_INPUT_SELECT " FROM evenhand.input WHERE desk = %d AND input > %llu"
                  " AND input <= %llu ORDER BY input DESC",
                  log->head.desk, (unsigned long long)from, (unsigned long long)to);
        r = look_give_page(log, sql, &look, error);
        to = from;
    }
    return r;
}

/* The condition is that of the index input_named. */
int eh_cli_log_named(struct eh_cli_log *log, uint64_t input, eh_cli_log_input_fn *each,
                     void *context, struct eh_error *error)
{
    struct look look = {each, context, true, EH_CLI_LOG_PAGE, 0};
    int r = 0;
    while (r == 0 && look.goes_on && look.rows == EH_CLI_LOG_PAGE) {
        char sql[SQL_MAX];
        eh_format(sql, sizeof sql,
                  "SELECT " EH_INPUT_SELECT " FROM evenhand.input WHERE desk = %d"
                  " AND input > %llu AND input <= %llu AND type IN (%d, %d, %d, %d, %d)"
                  " AND type <> %d ORDER BY input LIMIT %d",
                  log->head.desk, (unsigned long long)look.last, (unsigned long long)input,
                  EH_MESSAGE_METRIC, EH_MESSAGE_DESK, EH_MESSAGE_EXCLUDE, EH_MESSAGE_RULES,
                  EH_MESSAGE_INCLUDE, EH_MESSAGE_DESK, EH_CLI_LOG_PAGE);
        r = look_give_page(log, sql, &look, error);
    }
    return r;
}

int eh_cli_log_ticket(struct eh_cli_log *log, struct eh_str source, struct eh_str id, uint64_t *ret,
                      struct eh_error *error)
{
    uint8_t bytes[16];
    char sql[SQL_MAX], hex[EH_HEX_TEXT(sizeof bytes)];
    PGresult *found = NULL;
    eh_key_bytes(eh_ticket_identity(source, id), bytes);
    eh_hex_print(bytes, sizeof bytes, hex);
    eh_format(sql, sizeof sql,
              "SELECT input FROM evenhand.input WHERE identity = '%s' AND desk + 0 = %d", hex,
              log->head.desk);
    int r = log_query(log, sql, &found, error);
    if (r < 0)
        return r;
    *ret = PQntuples(found) > 0 ? (uint64_t)log_number(found, 0, 0) : 0;
    PQclear(found);
    return 0;
}

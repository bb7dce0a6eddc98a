/* cursors: the tables of the log, each read page by page in the order of its inputs. */
#include <evenhand/pool/rows.h>

#include "private.h"

#define SQL_MAX        800
#define CHANGES_INPUTS 50000 /* inputs whose changes are sorted at once */

/* The first column of each but LOG_EFFECTS and LOG_EPOCHS is the input. */
static const char *const selects[LOG_STREAMS] = {
    [LOG_INPUTS] = "SELECT " EH_INPUT_SELECT " FROM evenhand.input WHERE desk = $1 ORDER BY input",
    [LOG_EFFECTS] = "SELECT " EH_EFFECT_SELECT " FROM evenhand.effect WHERE desk = $1 ORDER BY seq",
    [LOG_CHANGES] = "SELECT " EH_CHANGE_SELECT " FROM evenhand.ticket_change WHERE desk = $1"
                    " ORDER BY input, ticket",
    [LOG_CHAIN] =
        "SELECT input, seq, epoch, digest, hash, state, link FROM evenhand.chain WHERE desk = $1"
        " ORDER BY input",
    [LOG_EPOCHS] = "SELECT epoch, type, why FROM evenhand.effect WHERE desk = $1 AND type IN (7, 8)"
                   " ORDER BY epoch, type",
    [LOG_STEPS] = "SELECT " EH_STEP_SELECT " FROM evenhand.period_step WHERE desk = $1"
                  " ORDER BY input, team COLLATE \"C\", period COLLATE \"C\"",
    [LOG_LINES] = "SELECT " EH_LINE_SELECT " FROM evenhand.period_line WHERE desk = $1"
                  " ORDER BY input, team COLLATE \"C\", period COLLATE \"C\", rep COLLATE \"C\"",
    [LOG_DEAD] = "SELECT " EH_DEAD_SELECT " FROM evenhand.dead WHERE desk = $1 ORDER BY input",
    [LOG_BODIES] = "SELECT " EH_BODY_SELECT " FROM evenhand.dead_body WHERE desk = $1"
                   " ORDER BY input",
    [LOG_PERSONAL] = "SELECT " EH_PERSONAL_SELECT " FROM evenhand.personal WHERE desk = $1"
                     " ORDER BY input",
    [LOG_LEDGER] = "SELECT " EH_LEDGER_SELECT " FROM evenhand.ledger WHERE desk = $1"
                   " ORDER BY input, team, rep",
    [LOG_MEMBERS] = "SELECT " EH_LEDGER_SELECT " FROM evenhand.ledger WHERE desk = $1"
                    " ORDER BY team COLLATE \"C\", rep COLLATE \"C\"",
    [LOG_PARTS] =
        "SELECT input, part, parts, day, state, body FROM evenhand.snapshot WHERE desk = $1"
        " ORDER BY input, part",
    [LOG_BOOKS] = "SELECT " EH_BOOK_SELECT " FROM evenhand.book WHERE desk = $1"
                  " ORDER BY input, what, team, period, version",
};

/* Tables that are read from behind log->begun on. */
static const bool by_input[LOG_STREAMS] = {
    [LOG_INPUTS] = true,   [LOG_CHAIN] = true, [LOG_DEAD] = true,   [LOG_BODIES] = true,
    [LOG_PERSONAL] = true, [LOG_PARTS] = true, [LOG_LEDGER] = true, [LOG_BOOKS] = true,
};

/* Rows read at once from tables with large rows; from the others EH_CLI_LOG_PAGE. */
static const int pages[LOG_STREAMS] = {[LOG_BODIES] = 32, [LOG_PARTS] = 8, [LOG_BOOKS] = 32};

/* ticket_change has no index by input, so its rows are sorted, CHANGES_INPUTS inputs at a time. */
static void changes_begin(struct eh_cli_log *log, char *ret, size_t size)
{
    uint64_t from = log->changes_to ? log->changes_to : log->begun, to = from + CHANGES_INPUTS;
    bool last = to >= log->head.input; /* also rows whose input does not exist */
    log->changes_to = last ? UINT64_MAX : to;
    if (last)
        eh_format(ret, size, " AND input > %llu", (unsigned long long)from);
    else
        eh_format(ret, size, " AND input > %llu AND input <= %llu", (unsigned long long)from,
                  (unsigned long long)to);
}

static void cursor_begin_behind(struct eh_cli_log *log, int which, char *ret, size_t size)
{
    ret[0] = '\0';
    if (which == LOG_CHANGES)
        changes_begin(log, ret, size);
    else if (which == LOG_CHAIN) /* the row of `begun` as well */
        eh_format(ret, size, " AND input >= %llu", (unsigned long long)log->begun);
    else if (which != LOG_EFFECTS && which < LOG_STREAMS && by_input[which])
        eh_format(ret, size, " AND input > %llu", (unsigned long long)log->begun);
    else if (which == LOG_EFFECTS)
        eh_format(ret, size, " AND seq > %llu", (unsigned long long)log->first_seq);
}

static int cursor_declare(struct eh_cli_log *log, int which, struct eh_error *error)
{
    char sql[SQL_MAX], select[SQL_MAX - 40];
    const char *dollar = strstr(selects[which], "$1"); /* a cursor's query takes no parameters */
    char behind[80];
    cursor_begin_behind(log, which, behind, sizeof behind);
    size_t size = eh_format(select, sizeof select, "%.*s%d%s%s", (int)(dollar - selects[which]),
                            selects[which], log->head.desk, behind, dollar + 2);
    eh_require(size < sizeof select);
    eh_format(sql, sizeof sql, "DECLARE eh%d NO SCROLL CURSOR FOR %s", which, select);
    log->streams[which].open = true;
    return log_command(log, sql, error);
}

/* Fetches the next page of the cursor. */
static int cursor_fetch(struct eh_cli_log *log, int which, struct eh_error *error)
{
    struct log_stream *s = &log->streams[which];
    char sql[64];
    PQclear(s->page);
    s->page = NULL;
    s->row = 0;
    eh_format(sql, sizeof sql, "FETCH %d FROM eh%d", pages[which] ? pages[which] : EH_CLI_LOG_PAGE,
              which);
    return log_query(log, sql, &s->page, error);
}

static int cursor_close(struct eh_cli_log *log, int which, struct eh_error *error)
{
    char sql[32];
    eh_format(sql, sizeof sql, "CLOSE eh%d", which);
    log->streams[which].open = false;
    return log_command(log, sql, error);
}

int log_peek(struct eh_cli_log *log, int which, struct eh_error *error)
{
    struct log_stream *s = &log->streams[which];
    int r = 0;
    if (s->page && s->row < PQntuples(s->page))
        return 1;
    while (r == 0 && !s->ended) {
        if (!s->open && (r = cursor_declare(log, which, error)) < 0)
            break;
        r = cursor_fetch(log, which, error);
        if (r == 0 && PQntuples(s->page) > 0)
            return 1;
        if (r == 0 && which == LOG_CHANGES && log->changes_to < UINT64_MAX)
            r = cursor_close(log, which, error);
        else
            s->ended = true;
    }
    return r;
}

int log_next_of(struct eh_cli_log *log, int which, uint64_t input, uint64_t *ret_input,
                struct eh_error *error)
{
    const struct log_stream *s = &log->streams[which];
    int r = log_peek(log, which, error);
    if (r <= 0)
        return r;
    *ret_input = (uint64_t)log_number(s->page, s->row, 0);
    return *ret_input <= input;
}

int log_next_row(struct eh_cli_log *log, int which, const struct eh_columns *columns,
                 uint64_t input, void *ret, uint64_t *ret_nulls, struct eh_error *error)
{
    struct log_stream *s = &log->streams[which];
    uint64_t under;
    int r = log_next_of(log, which, input, &under, error);
    if (r <= 0)
        return r;
    r = log_row_read(s->page, s->row, columns, ret, ret_nulls, error);
    s->row++;
    return r < 0 ? r : 1;
}

/* log: the database behind the log: one snapshot of it, read by cursors. See log.h. */
#include <stdlib.h>

#include "private.h"
#include "tables.h"
#include "command.h"

#define SCHEMA_VERSION 16 /* the first with all of these columns */
#define SQL_MAX        800
#define CHANGES_INPUTS 50000 /* inputs whose changes are sorted at once */

/* The others are made of their columns. */
static const char *const selects[LOG_STREAMS] = {
    [LOG_INPUTS] = "SELECT " EH_RECORD_SELECT " FROM evenhand.input WHERE desk = $1 ORDER BY input",
    [LOG_EFFECTS] = "SELECT seq, type, epoch, input, ticket, eligible, weight, team, rep, was, why,"
                    " draws, detail FROM evenhand.effect WHERE desk = $1 ORDER BY seq",
    [LOG_CHANGES] = "SELECT input, ticket, state, priority, value, closed, team, outcome, image"
                    " FROM evenhand.ticket_change WHERE desk = $1 ORDER BY input, ticket",
    [LOG_CHAIN] =
        "SELECT input, seq, epoch, digest, hash, state, link FROM evenhand.chain WHERE desk = $1"
        " ORDER BY input",
    [LOG_EPOCHS] = "SELECT epoch, type, why FROM evenhand.effect WHERE desk = $1 AND type IN (7, 8)"
                   " ORDER BY epoch, type",
    [LOG_DEAD] = "SELECT input, stream_id, reason, size, body"
                 " FROM evenhand.dead WHERE desk = $1 ORDER BY input",
    [LOG_BODIES] = "SELECT input, salt, body, sha256 FROM evenhand.dead_body WHERE desk = $1"
                   " ORDER BY input",
    [LOG_PERSONAL] = "SELECT input, customer, subject, customer_salt, subject_salt"
                     " FROM evenhand.personal WHERE desk = $1 ORDER BY input",
    [LOG_LEDGER] = "SELECT input, team, rep, entitled, entitled_value, received, received_value"
                   " FROM evenhand.ledger WHERE desk = $1 ORDER BY input, team, rep",
    [LOG_MEMBERS] = "SELECT input, team, rep, entitled, entitled_value, received, received_value"
                    " FROM evenhand.ledger WHERE desk = $1 ORDER BY team COLLATE \"C\","
                    " rep COLLATE \"C\"",
    [LOG_PARTS] =
        "SELECT input, part, parts, day, state, body FROM evenhand.snapshot WHERE desk = $1"
        " ORDER BY input, part",
    [LOG_BOOKS] = "SELECT input, what, team, period, version, body FROM evenhand.book"
                  " WHERE desk = $1 ORDER BY input, what, team, period, version",
};

/* Those that begin behind an input with the log. */
static const bool by_input[LOG_STREAMS] = {
    [LOG_INPUTS] = true,   [LOG_CHAIN] = true, [LOG_DEAD] = true,   [LOG_BODIES] = true,
    [LOG_PERSONAL] = true, [LOG_PARTS] = true, [LOG_LEDGER] = true, [LOG_BOOKS] = true,
};

/* Rows read at once, where EH_CLI_LOG_PAGE of them would be too large. */
static const int pages[LOG_STREAMS] = {[LOG_BODIES] = 32, [LOG_PARTS] = 8, [LOG_BOOKS] = 32};

const char *eh_cli_log_conninfo(const char *option)
{
    const char *environment = getenv("EVENHAND_DB");
    if (option && strcmp(option, "-") != 0)
        return option;
    return environment && *environment ? environment : EH_CLI_DB;
}

/* ---- PostgreSQL. */

static int fail(const PGconn *connection, const PGresult *result, struct eh_error *error)
{
    const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *text = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    bool denied = state && strcmp(state, "42501") == 0,
         no_table = state && strcmp(state, "42P01") == 0;
    int code = denied ? EH_EDENIED : no_table ? EH_EVERSION : EH_EUNAVAILABLE;
    if (!text)
        text = PQerrorMessage(connection);
    return eh_error_set(error, code, "postgres: %.*s%s", (int)strcspn(text, "\n"), text,
                        denied     ? "; it takes the role evenhand_auditor"
                        : no_table ? "; is this the database, and was `evenhandd --migrate` run?"
                                   : "");
}

static int command(struct eh_cli_log *log, const char *sql, struct eh_error *error)
{
    PGresult *result = PQexec(log->connection, sql);
    int r = PQresultStatus(result) == PGRES_COMMAND_OK ? 0 : fail(log->connection, result, error);
    PQclear(result);
    return r;
}

int log_query(struct eh_cli_log *log, const char *sql, PGresult **ret, struct eh_error *error)
{
    PGresult *result = PQexecParams(log->connection, sql, 0, NULL, NULL, NULL, NULL, 1);
    if (PQresultStatus(result) != PGRES_TUPLES_OK) {
        int r = fail(log->connection, result, error);
        PQclear(result);
        return r;
    }
    *ret = result;
    return 0;
}

int64_t log_number(const PGresult *page, int row, int column)
{
    const unsigned char *bytes = (const unsigned char *)PQgetvalue(page, row, column);
    int size = PQgetlength(page, row, column);
    uint64_t value = size > 0 && bytes[0] & 0x80 ? UINT64_MAX : 0;
    for (int i = 0; i < size; i++)
        value = value << 8 | bytes[i];
    return (int64_t)value;
}

struct eh_str log_text(const PGresult *page, int row, int column)
{
    return eh_str_n(PQgetvalue(page, row, column), (size_t)PQgetlength(page, row, column));
}

bool log_key(const PGresult *page, int row, int column, struct eh_key *ret)
{
    if (PQgetlength(page, row, column) != 16)
        return false;
    *ret = eh_key_from_bytes((const uint8_t *)PQgetvalue(page, row, column));
    return true;
}

bool log_link(const PGresult *page, int row, int column, uint8_t ret[EH_CLI_LOG_LINK_BYTES],
              bool *ret_there)
{
    *ret_there = !PQgetisnull(page, row, column);
    if (*ret_there && PQgetlength(page, row, column) != EH_CLI_LOG_LINK_BYTES)
        return false;
    if (*ret_there)
        memcpy(ret, PQgetvalue(page, row, column), EH_CLI_LOG_LINK_BYTES);
    return true;
}

bool log_chain(const PGresult *page, int row, int column, struct eh_chain *ret)
{
    if (PQgetlength(page, row, column) != EH_CHAIN_BYTES)
        return false;
    memcpy(ret->hash, PQgetvalue(page, row, column), EH_CHAIN_BYTES);
    return true;
}

int log_record(const PGresult *page, int row, struct eh_record *ret, struct eh_error *error)
{
    *ret = (struct eh_record){0};
    for (int c = 0; c < EH_RECORD_SELECT_COUNT; c++)
        if (eh_record_set_column(ret, c, PQgetvalue(page, row, c),
                                 (size_t)PQgetlength(page, row, c), PQgetisnull(page, row, c)) < 0)
            return eh_error_set(error, EH_ECORRUPT,
                                "input %llu: a column holds what it cannot hold",
                                (unsigned long long)ret->input);
    return 0;
}

/* ---- Cursors. */

/* Changes have no index in the order of their inputs, and are sorted: so many inputs at a time. */
static void next_changes(struct eh_cli_log *log, char *ret, size_t size)
{
    uint64_t from = log->changes_to ? log->changes_to : log->begun, to = from + CHANGES_INPUTS;
    bool last = to >= log->head.input; /* with those that stand under no input */
    log->changes_to = last ? UINT64_MAX : to;
    if (last)
        eh_format(ret, size, " AND input > %llu", (unsigned long long)from);
    else
        eh_format(ret, size, " AND input > %llu AND input <= %llu", (unsigned long long)from,
                  (unsigned long long)to);
}

static void begin_behind(struct eh_cli_log *log, int which, char *ret, size_t size)
{
    ret[0] = '\0';
    if (which == LOG_CHANGES)
        next_changes(log, ret, size);
    else if (which == LOG_CHAIN) /* with the row of where it begins */
        eh_format(ret, size, " AND input >= %llu", (unsigned long long)log->begun);
    else if (which != LOG_EFFECTS && which < LOG_STREAMS && by_input[which])
        eh_format(ret, size, " AND input > %llu", (unsigned long long)log->begun);
    else if (which == LOG_EFFECTS)
        eh_format(ret, size, " AND seq > %llu", (unsigned long long)log->first_seq);
}

static int declare(struct eh_cli_log *log, int which, struct eh_error *error)
{
    char sql[SQL_MAX], select[SQL_MAX - 40];
    size_t size;
    if (selects[which]) {
        const char *dollar =
            strstr(selects[which], "$1"); /* a cursor's query takes no parameters */
        char behind[80];
        begin_behind(log, which, behind, sizeof behind);
        size = eh_format(select, sizeof select, "%.*s%d%s%s", (int)(dollar - selects[which]),
                         selects[which], log->head.desk, behind, dollar + 2);
    } else {
        size = log_pool_select(which, log->head.desk, select, sizeof select);
    }
    eh_require(size < sizeof select);
    eh_format(sql, sizeof sql, "DECLARE eh%d NO SCROLL CURSOR FOR %s", which, select);
    log->streams[which].open = true;
    return command(log, sql, error);
}

/* The next page of the stream, or of what comes behind it. */
static int fetch(struct eh_cli_log *log, int which, struct eh_error *error)
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

static int close_stream(struct eh_cli_log *log, int which, struct eh_error *error)
{
    char sql[32];
    eh_format(sql, sizeof sql, "CLOSE eh%d", which);
    log->streams[which].open = false;
    return command(log, sql, error);
}

int log_peek(struct eh_cli_log *log, int which, struct eh_error *error)
{
    struct log_stream *s = &log->streams[which];
    int r = 0;
    if (s->page && s->row < PQntuples(s->page))
        return 1;
    while (r == 0 && !s->ended) {
        if (!s->open && (r = declare(log, which, error)) < 0)
            break;
        r = fetch(log, which, error);
        if (r == 0 && PQntuples(s->page) > 0)
            return 1;
        if (r == 0 && which == LOG_CHANGES && log->changes_to < UINT64_MAX)
            r = close_stream(log, which, error);
        else
            s->ended = true;
    }
    return r;
}

/* ---- Opening. */

/* In the order of the query in find_desk(). */
static int read_head(const PGresult *found, struct eh_cli_log_head *head, struct eh_error *error)
{
    if (!log_key(found, 0, 9, &head->digest) || !log_chain(found, 0, 10, &head->chain) ||
        !log_link(found, 0, 11, head->seal, &head->sealed))
        return eh_error_set(error, EH_ECORRUPT, "head: its digest, chain or seal is no hash");
    head->desk = (int16_t)log_number(found, 0, 0);
    head->input = (uint64_t)log_number(found, 0, 1);
    head->seq = (uint64_t)log_number(found, 0, 2);
    head->at_us = log_number(found, 0, 3);
    head->dead = (uint64_t)log_number(found, 0, 4);
    head->high_ms = (uint64_t)log_number(found, 0, 5);
    head->high_no = (uint64_t)log_number(found, 0, 6);
    head->low_ms = (uint64_t)log_number(found, 0, 7);
    head->low_no = (uint64_t)log_number(found, 0, 8);
    eh_format(head->name, sizeof head->name, "%.*s", EH_STR_ARG(log_text(found, 0, 12)));
    eh_format(head->currency, sizeof head->currency, "%.*s", EH_STR_ARG(log_text(found, 0, 13)));
    return 0;
}

static int check_schema(struct eh_cli_log *log, struct eh_error *error)
{
    PGresult *found = NULL;
    int r = log_query(log, "SELECT max(version) FROM evenhand.migration", &found, error);
    if (r < 0)
        return r;
    log->head.schema = (int)log_number(found, 0, 0);
    PQclear(found);
    if (log->head.schema < SCHEMA_VERSION)
        return eh_error_set(error, EH_EVERSION,
                            "postgres: schema version %d, this needs %d: run evenhandd --migrate",
                            log->head.schema, SCHEMA_VERSION);
    return 0;
}

static int find_desk(struct eh_cli_log *log, struct eh_error *error)
{
    PGresult *found = NULL;
    int r = check_schema(log, error);
    if (r == 0)
        r = log_query(log,
                      "SELECT h.desk, h.input, h.seq, h.at, h.dead, h.high_ms, h.high_no, h.low_ms,"
                      " h.low_no, h.digest, h.chain, h.seal, d.name, d.currency, d.no IS NOT NULL,"
                      " (SELECT count(*) FROM evenhand.desk)"
                      " FROM evenhand.head h LEFT JOIN evenhand.desk d ON d.no = h.desk",
                      &found, error);
    if (r < 0)
        return r;
    int heads = PQntuples(found);
    int64_t desks = heads > 0 ? log_number(found, 0, 15) : 0;
    if (heads != 1)
        r = eh_error_set(error, EH_ENOTFOUND,
                         "head: the database holds the heads of %d desks, not one", heads);
    else if (desks != 1 || !log_number(found, 0, 14))
        r = eh_error_set(error, EH_ENOTFOUND,
                         "desk: the database holds %lld desks, and the head of desk %lld",
                         (long long)desks, (long long)log_number(found, 0, 0));
    else
        r = read_head(found, &log->head, error);
    PQclear(found);
    return r;
}

int eh_cli_log_open(const char *conninfo, struct eh_cli_log **ret, struct eh_error *error)
{
    struct eh_cli_log *log = calloc(1, sizeof *log);
    if (!log)
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    log->connection = PQconnectdb(conninfo);
    int r = PQstatus(log->connection) == CONNECTION_OK ? 0 : fail(log->connection, NULL, error);
    if (r == 0)
        r = command(log, "SET statement_timeout = 0", error);
    if (r == 0)
        r = command(log, "SET idle_in_transaction_session_timeout = 0", error);
    if (r == 0)
        r = command(log, "SET search_path = pg_catalog", error);
    if (r == 0)
        r = command(log, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", error);
    if (r == 0)
        r = find_desk(log, error);
    if (r < 0) {
        eh_cli_log_close(log);
        return r;
    }
    *ret = log;
    return 0;
}

void eh_cli_log_close(struct eh_cli_log *log)
{
    if (!log)
        return;
    for (int i = 0; i < LOG_STREAMS; i++)
        PQclear(log->streams[i].page);
    PQfinish(log->connection);
    eh_arena_done(&log->arena);
    free(log->effects);
    free(log);
}

const struct eh_cli_log_head *eh_cli_log_head(const struct eh_cli_log *log)
{
    return &log->head;
}

int eh_cli_log_desk(struct eh_cli_log *log, struct eh_arena *arena, struct eh_str *ret,
                    struct eh_error *error)
{
    char sql[400];
    struct eh_record record;
    struct eh_input in;
    PGresult *found = NULL;
    eh_format(sql, sizeof sql,
              "SELECT " EH_RECORD_SELECT " FROM evenhand.input WHERE desk = %d AND type = %d"
              " ORDER BY input DESC LIMIT 1",
              log->head.desk, EH_MESSAGE_DESK);
    int r = log_query(log, sql, &found, error);
    if (r < 0)
        return r;
    *ret = eh_str(NULL);
    bool one = PQntuples(found) > 0;
    if (one)
        r = log_record(found, 0, &record, error);
    if (one && r == 0)
        r = eh_record_to_input(&record, arena, &in, error);
    if (one && r == 0)
        *ret = eh_arena_str(arena, in.message.text);
    PQclear(found);
    return r;
}

/* ---- Beginning elsewhere. */

void eh_cli_log_want_changes(struct eh_cli_log *log)
{
    log->wants_changes = true;
}

void eh_cli_log_begin_behind(struct eh_cli_log *log, uint64_t input, uint64_t seq)
{
    log->input = log->begun = input;
    log->first_seq = seq;
}

/* Of our version, and how many of another are newer. */
static int find_snapshot(struct eh_cli_log *log, const struct eh_cli_log_before *before, int skip,
                         struct eh_cli_log_snapshot *ret, struct eh_error *error)
{
    char sql[SQL_MAX];
    PGresult *found = NULL;
    uint64_t input = before->input < INT64_MAX ? before->input : INT64_MAX;
    eh_format(sql, sizeof sql,
              "WITH whole AS (SELECT s.input, s.day, s.state FROM evenhand.snapshot s"
              " WHERE s.desk = %d AND s.day < %d AND s.input < %llu"
              " GROUP BY s.input, s.day, s.state, s.parts HAVING count(*) = s.parts),"
              " one AS (SELECT input, day FROM whole WHERE state = %d ORDER BY input DESC"
              " LIMIT 1 OFFSET %d)"
              " SELECT (SELECT input FROM one), (SELECT day FROM one), (SELECT count(*) FROM whole"
              " WHERE state <> %d AND input > coalesce((SELECT input FROM one), 0))",
              log->head.desk, before->day, (unsigned long long)input, EH_STATE_VERSION, skip,
              EH_STATE_VERSION);
    int r = log_query(log, sql, &found, error);
    if (r < 0)
        return r;
    ret->input = (uint64_t)log_number(found, 0, 0);
    ret->day = (int32_t)log_number(found, 0, 1);
    ret->others = (unsigned)log_number(found, 0, 2);
    PQclear(found);
    return 0;
}

/* Part by part: a row at a time is held twice. */
static int read_snapshot(struct eh_cli_log *log, uint64_t input, struct eh_bytes *out,
                         struct eh_error *error)
{
    int parts = 1;
    for (int part = 0; part < parts; part++) {
        char sql[SQL_MAX];
        PGresult *found = NULL;
        eh_format(sql, sizeof sql,
                  "SELECT parts, body FROM evenhand.snapshot WHERE desk = %d AND input = %llu"
                  " AND part = %d",
                  log->head.desk, (unsigned long long)input, part);
        int r = log_query(log, sql, &found, error);
        if (r < 0)
            return r;
        parts = PQntuples(found) == 1 ? (int)log_number(found, 0, 0) : 0;
        if (parts > 0)
            eh_bytes_put(out, PQgetvalue(found, 0, 1), (size_t)PQgetlength(found, 0, 1));
        PQclear(found);
        if (out->failed)
            return eh_error_set(error, EH_ENOMEM, "out of memory");
    }
    return parts > 0;
}

int eh_cli_log_snapshot(struct eh_cli_log *log, const struct eh_cli_log_before *before, int skip,
                        struct eh_bytes *bytes, struct eh_cli_log_snapshot *ret,
                        struct eh_error *error)
{
    bool may = false;
    int r = eh_cli_log_may_read(log, "snapshot", &may, error);
    *ret = (struct eh_cli_log_snapshot){.others = 0};
    if (r == 0 && may)
        r = find_snapshot(log, before, skip, ret, error);
    return r == 0 && ret->input > 0 ? read_snapshot(log, ret->input, bytes, error) : r;
}

int eh_cli_log_exit(int code)
{
    switch (-code) {
    case EH_EUNAVAILABLE:
        return EH_EXIT_UNAVAILABLE;
    case EH_EDENIED:
        return EH_EXIT_DENIED;
    case EH_EVERSION:
        return EH_EXIT_CONFIG;
    default:
        return EH_EXIT_REFUSED;
    }
}

/* cli_log: four cursors over one snapshot of the database, merged by input. See cli_log.h. */
#include "cli_log.h"

#include <libpq-fe.h>
#include <stdlib.h>

#include "evenhand.h"

#define SCHEMA_VERSION 3 /* the first with all of these columns */

enum { INPUTS, EFFECTS, CHANGES, CHAIN, EPOCHS, STREAMS };

static const char *const selects[STREAMS] = {
    [INPUTS] = "SELECT " EH_RECORD_SELECT " FROM evenhand.input WHERE desk = $1 ORDER BY input",
    [EFFECTS] = "SELECT seq, type, epoch, input, ticket, eligible, weight, team, rep, was, why,"
                " draws, detail FROM evenhand.effect WHERE desk = $1 ORDER BY seq",
    [CHANGES] = "SELECT input, ticket, state, priority, value, closed, team, outcome, image"
                " FROM evenhand.ticket_change WHERE desk = $1 ORDER BY input, ticket",
    [CHAIN] = "SELECT input, seq, epoch, digest, hash FROM evenhand.chain WHERE desk = $1"
              " ORDER BY input",
    [EPOCHS] = "SELECT epoch, type, why FROM evenhand.effect WHERE desk = $1 AND type IN (7, 8)"
               " ORDER BY epoch, type",
};

struct stream {
    PGresult *page;
    int row;
    bool open, ended;
};

struct eh_cli_log {
    PGconn *connection;
    struct eh_cli_log_head head;
    struct stream streams[STREAMS];
    uint64_t input;        /* of the last row given out */
    struct eh_arena arena; /* of the effects of one row */
    struct eh_effect *effects;
    uint32_t effect_capacity;
};

/* ---- PostgreSQL. */

static int fail(const PGconn *connection, const PGresult *result, struct eh_error *error)
{
    const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *text = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    int code = state && strcmp(state, "42501") == 0 ? EH_EDENIED : EH_EUNAVAILABLE;
    if (!text)
        text = PQerrorMessage(connection);
    return eh_error_set(error, code, "postgres: %.*s%s", (int)strcspn(text, "\n"), text,
                        code == EH_EDENIED ? "; it takes the role evenhand_auditor" : "");
}

static int command(struct eh_cli_log *log, const char *sql, struct eh_error *error)
{
    PGresult *result = PQexec(log->connection, sql);
    int r = PQresultStatus(result) == PGRES_COMMAND_OK ? 0 : fail(log->connection, result, error);
    PQclear(result);
    return r;
}

/* Rows in binary. *ret is the caller's to clear. */
static int query(struct eh_cli_log *log, const char *sql, PGresult **ret, struct eh_error *error)
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

static int64_t number(const PGresult *page, int row, int column)
{
    const unsigned char *bytes = (const unsigned char *)PQgetvalue(page, row, column);
    int size = PQgetlength(page, row, column);
    uint64_t value = size > 0 && bytes[0] & 0x80 ? UINT64_MAX : 0;
    for (int i = 0; i < size; i++)
        value = value << 8 | bytes[i];
    return (int64_t)value;
}

static struct eh_str text(const PGresult *page, int row, int column)
{
    return eh_str_n(PQgetvalue(page, row, column), (size_t)PQgetlength(page, row, column));
}

static bool key(const PGresult *page, int row, int column, struct eh_key *ret)
{
    if (PQgetlength(page, row, column) != 16)
        return false;
    *ret = eh_key_from_bytes((const uint8_t *)PQgetvalue(page, row, column));
    return true;
}

static bool chain_hash(const PGresult *page, int row, int column, struct eh_chain *ret)
{
    if (PQgetlength(page, row, column) != EH_CHAIN_BYTES)
        return false;
    memcpy(ret->hash, PQgetvalue(page, row, column), EH_CHAIN_BYTES);
    return true;
}

/* ---- Cursors. */

static int declare(struct eh_cli_log *log, int which, struct eh_error *error)
{
    char sql[600], select[560];
    const char *dollar = strstr(selects[which], "$1"); /* a cursor's query takes no parameters */
    eh_format(select, sizeof select, "%.*s%d%s", (int)(dollar - selects[which]), selects[which],
              log->head.desk, dollar + 2);
    eh_format(sql, sizeof sql, "DECLARE eh%d NO SCROLL CURSOR FOR %s", which, select);
    log->streams[which].open = true;
    return command(log, sql, error);
}

/* 1: row s->row of s->page is the next one; 0: there is none. */
static int peek(struct eh_cli_log *log, int which, struct eh_error *error)
{
    struct stream *s = &log->streams[which];
    int r = s->open ? 0 : declare(log, which, error);
    if (r < 0 || s->ended)
        return r;
    if (s->page && s->row < PQntuples(s->page))
        return 1;
    char sql[64];
    PQclear(s->page);
    s->page = NULL;
    s->row = 0;
    eh_format(sql, sizeof sql, "FETCH %d FROM eh%d", EH_CLI_LOG_PAGE, which);
    r = query(log, sql, &s->page, error);
    if (r < 0)
        return r;
    s->ended = PQntuples(s->page) == 0;
    return !s->ended;
}

/* ---- Opening. */

static int find_desk(struct eh_cli_log *log, struct eh_error *error)
{
    PGresult *found = NULL;
    int r = query(log,
                  "SELECT d.no, d.name, h.input, h.seq, h.digest, h.chain,"
                  " (SELECT max(version) FROM evenhand.migration) FROM evenhand.desk d"
                  " JOIN evenhand.head h ON h.desk = d.no",
                  &found, error);
    if (r < 0)
        return r;
    struct eh_cli_log_head *head = &log->head;
    if (PQntuples(found) != 1) {
        r = eh_error_set(error, EH_ENOTFOUND, "postgres: the database holds %d desks, not one",
                         PQntuples(found));
    } else if (number(found, 0, 6) < SCHEMA_VERSION) {
        r = eh_error_set(error, EH_EVERSION,
                         "postgres: schema version %lld, this needs %d: run evenhandd --migrate",
                         (long long)number(found, 0, 6), SCHEMA_VERSION);
    } else if (!key(found, 0, 4, &head->digest) || !chain_hash(found, 0, 5, &head->chain)) {
        r = eh_error_set(error, EH_ECORRUPT, "head: its digest or chain is no hash");
    } else {
        head->desk = (int16_t)number(found, 0, 0);
        eh_format(head->name, sizeof head->name, "%.*s", EH_STR_ARG(text(found, 0, 1)));
        head->input = (uint64_t)number(found, 0, 2);
        head->seq = (uint64_t)number(found, 0, 3);
    }
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
    for (int i = 0; i < STREAMS; i++)
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

/* ---- One input with what it caused. */

static int read_record(const struct stream *s, struct eh_record *ret, struct eh_error *error)
{
    *ret = (struct eh_record){0};
    for (int c = 0; c < EH_RECORD_SELECT_COUNT; c++)
        if (eh_record_set_column(ret, c, PQgetvalue(s->page, s->row, c),
                                 (size_t)PQgetlength(s->page, s->row, c),
                                 PQgetisnull(s->page, s->row, c)) < 0)
            return eh_error_set(error, EH_ECORRUPT,
                                "input %llu: a column holds what it cannot hold",
                                (unsigned long long)ret->input);
    return 0;
}

static struct eh_effect *room(struct eh_cli_log *log, uint32_t count)
{
    if (count == log->effect_capacity) {
        uint32_t capacity = count ? 2 * count : 64;
        struct eh_effect *effects = realloc(log->effects, capacity * sizeof *effects);
        if (!effects)
            return NULL;
        log->effects = effects;
        log->effect_capacity = capacity;
    }
    return &log->effects[count];
}

/* Big-endian numbers of 8 bytes each. */
static bool read_draws(struct eh_arena *arena, struct eh_str bytes, struct eh_effect *effect)
{
    effect->draw_count = bytes.size / 8;
    effect->draws = eh_arena_alloc(arena, (effect->draw_count + 1) * sizeof *effect->draws);
    if (!effect->draws)
        return false;
    for (uint32_t i = 0; i < effect->draw_count; i++) {
        uint64_t value = 0;
        for (uint32_t b = 0; b < 8; b++)
            value = value << 8 | (uint8_t)bytes.data[8 * i + b];
        effect->draws[i] = value;
    }
    return true;
}

/* The text is copied: the page may go before the row does. */
static int read_effect(struct eh_cli_log *log, const struct stream *s, struct eh_effect *ret,
                       struct eh_error *error)
{
    const PGresult *p = s->page;
    struct eh_arena *arena = &log->arena;
    *ret = (struct eh_effect){
        .seq = (uint64_t)number(p, s->row, 0),
        .type = (uint8_t)number(p, s->row, 1),
        .epoch = (uint32_t)number(p, s->row, 2),
        .ticket = (uint64_t)number(p, s->row, 4),
        .eligible = (uint32_t)number(p, s->row, 5),
        .weight = (uint64_t)number(p, s->row, 6),
        .team = eh_arena_str(arena, text(p, s->row, 7)),
        .rep = eh_arena_str(arena, text(p, s->row, 8)),
        .was = eh_arena_str(arena, text(p, s->row, 9)),
        .why = eh_arena_str(arena, text(p, s->row, 10)),
        .detail = eh_arena_str(arena, text(p, s->row, 12)),
    };
    struct eh_str draws = text(p, s->row, 11);
    if (draws.size % 8 != 0)
        return eh_error_set(error, EH_ECORRUPT, "seq %llu: its draws are not of 8 bytes each",
                            (unsigned long long)ret->seq);
    return read_draws(arena, draws, ret) ? 0 : eh_error_set(error, EH_ENOMEM, "out of memory");
}

static int stray(const char *what, int64_t number, int64_t input, struct eh_error *error)
{
    return eh_error_set(error, EH_ECORRUPT,
                        "%s %lld: stands under input %lld, where it does not belong", what,
                        (long long)number, (long long)input);
}

/* Those of the input; input 0: there may be none left. */
static int read_effects(struct eh_cli_log *log, uint64_t input, struct eh_cli_log_row *row,
                        struct eh_error *error)
{
    struct stream *s = &log->streams[EFFECTS];
    int r;
    while ((r = peek(log, EFFECTS, error)) > 0) {
        int64_t under = number(s->page, s->row, 3);
        if (input > 0 && under > (int64_t)input)
            break;
        if (under != (int64_t)input)
            return stray("seq", number(s->page, s->row, 0), under, error);
        struct eh_effect *effect = room(log, row->effect_count);
        r = effect ? read_effect(log, s, effect, error)
                   : eh_error_set(error, EH_ENOMEM, "out of memory");
        if (r < 0)
            return r;
        row->effect_count++;
        s->row++;
    }
    row->effects = log->effects;
    return r < 0 ? r : 0;
}

static int read_change(struct eh_cli_log *log, uint64_t input, struct eh_cli_log_row *row,
                       struct eh_error *error)
{
    struct stream *s = &log->streams[CHANGES];
    int r = peek(log, CHANGES, error);
    if (r <= 0)
        return r;
    const PGresult *p = s->page;
    int64_t under = number(p, s->row, 0);
    if (input > 0 && under > (int64_t)input)
        return 0;
    if (under != (int64_t)input)
        return stray("change of ticket", number(p, s->row, 1), under, error);
    row->record.image_ticket = (uint64_t)number(p, s->row, 1);
    row->record.image = text(p, s->row, 8);
    row->change = (struct eh_ticket_view){
        .state = (uint8_t)number(p, s->row, 2),
        .priority = (uint8_t)number(p, s->row, 3),
        .value = number(p, s->row, 4),
        .closed_us = number(p, s->row, 5),
        .team = text(p, s->row, 6),
        .outcome = text(p, s->row, 7),
    };
    s->row++;
    return 0;
}

/* Numbers are gapless, from 1 to the head's. */
static int check_gap(const struct eh_cli_log *log, const struct eh_record *row,
                     struct eh_error *error)
{
    unsigned long long next = log->input + 1;
    if (row && row->input != next)
        return eh_error_set(error, EH_ECORRUPT, "input %llu: is missing; the log goes on with %llu",
                            next, (unsigned long long)row->input);
    if (!row && next <= log->head.input)
        return eh_error_set(error, EH_ECORRUPT,
                            "input %llu: is missing; the head says the log ends with %llu", next,
                            (unsigned long long)log->head.input);
    return 0;
}

int eh_cli_log_next(struct eh_cli_log *log, struct eh_cli_log_row *ret, struct eh_error *error)
{
    struct stream *s = &log->streams[INPUTS];
    struct eh_cli_log_row row = {0};
    eh_arena_reset(&log->arena);
    int r = peek(log, INPUTS, error);
    if (r < 0)
        return r;
    bool one = r > 0;
    r = one ? read_record(s, &row.record, error) : 0;
    if (r == 0)
        r = check_gap(log, one ? &row.record : NULL, error);
    uint64_t input =
        one ? row.record.input : 0; /* none left: whatever is left elsewhere is stray */
    if (r == 0)
        r = read_effects(log, input, &row, error);
    if (r == 0)
        r = read_change(log, input, &row, error);
    if (r < 0)
        return r;
    s->row += one;
    log->input += one;
    *ret = row;
    return one;
}

/* ---- The rest. */

int eh_cli_log_next_chain(struct eh_cli_log *log, struct eh_cli_log_chain *ret,
                          struct eh_error *error)
{
    struct stream *s = &log->streams[CHAIN];
    int r = peek(log, CHAIN, error);
    if (r <= 0)
        return r;
    struct eh_cli_log_chain chain = {
        .input = (uint64_t)number(s->page, s->row, 0),
        .seq = (uint64_t)number(s->page, s->row, 1),
        .epoch = (uint64_t)number(s->page, s->row, 2),
    };
    if (!key(s->page, s->row, 3, &chain.digest) || !chain_hash(s->page, s->row, 4, &chain.chain))
        return eh_error_set(error, EH_ECORRUPT, "chain row of input %llu: holds no hash",
                            (unsigned long long)chain.input);
    s->row++;
    *ret = chain;
    return 1;
}

int eh_cli_log_next_epoch(struct eh_cli_log *log, struct eh_cli_log_epoch *ret,
                          struct eh_error *error)
{
    struct stream *s = &log->streams[EPOCHS];
    int r = peek(log, EPOCHS, error);
    if (r <= 0)
        return r;
    *ret = (struct eh_cli_log_epoch){
        .epoch = (uint32_t)number(s->page, s->row, 0),
        .revealed = number(s->page, s->row, 1) == EH_NOTICE_REVEALED,
        .hex = text(s->page, s->row, 2),
    };
    s->row++;
    return 1;
}

bool eh_cli_log_draw(void *context, const struct eh_draw_query *query, uint64_t *ret_result)
{
    struct eh_cli_log_row *row = context;
    uint32_t skip = row->draws_taken;
    (void)query;
    for (uint32_t i = 0; i < row->effect_count; i++) {
        const struct eh_effect *effect = &row->effects[i];
        if (skip < effect->draw_count) {
            *ret_result = effect->draws[skip];
            row->draws_taken++;
            return true;
        }
        skip -= effect->draw_count;
    }
    return false;
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

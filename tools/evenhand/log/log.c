/* log: opens the database behind the log: one snapshot of it. See log.h. */
#include <stdlib.h>

#include "command.h"
#include "private.h"

#define SCHEMA_VERSION 16 /* the oldest schema with all of these columns */

const char *eh_cli_log_conninfo(const char *option)
{
    const char *environment = getenv("EVENHAND_DB");
    if (option && strcmp(option, "-") != 0)
        return option;
    return environment && *environment ? environment : EH_CLI_DB;
}

/* ---- Opening. */

/* In the order of the query in desk_find(). */
static int head_read(const PGresult *found, struct eh_cli_log_head *head, struct eh_error *error)
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

static int schema_check(struct eh_cli_log *log, struct eh_error *error)
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

static int desk_find(struct eh_cli_log *log, struct eh_error *error)
{
    PGresult *found = NULL;
    int r = schema_check(log, error);
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
        r = head_read(found, &log->head, error);
    PQclear(found);
    return r;
}

int eh_cli_log_new(const char *conninfo, struct eh_cli_log **ret, struct eh_error *error)
{
    struct eh_cli_log *log = calloc(1, sizeof *log);
    if (!log)
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    log->connection = PQconnectdb(conninfo);
    int r = PQstatus(log->connection) == CONNECTION_OK ? 0 : log_fail(log->connection, NULL, error);
    if (r == 0)
        r = log_command(log, "SET statement_timeout = 0", error);
    if (r == 0)
        r = log_command(log, "SET idle_in_transaction_session_timeout = 0", error);
    if (r == 0)
        r = log_command(log, "SET search_path = pg_catalog", error);
    if (r == 0)
        r = log_command(log, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", error);
    if (r == 0)
        r = desk_find(log, error);
    if (r < 0) {
        eh_cli_log_free(log);
        return r;
    }
    *ret = log;
    return 0;
}

void eh_cli_log_free(struct eh_cli_log *log)
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
              "SELECT " EH_INPUT_SELECT " FROM evenhand.input WHERE desk = %d AND type = %d"
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
        r = eh_record_to_input(&record, &in, error);
    if (one && r == 0)
        *ret = eh_arena_str(arena, in.message.text);
    PQclear(found);
    return r;
}

void eh_cli_log_want_changes(struct eh_cli_log *log)
{
    log->wants_changes = true;
}

void eh_cli_log_begin_behind(struct eh_cli_log *log, uint64_t input, uint64_t seq)
{
    log->input = log->begun = input;
    log->first_seq = seq;
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

/* floor_rows: one transaction a batch, an array a column, everything in one pipeline with one Sync.
 */
#include "floor.h"

#include <arpa/inet.h>
#include <endian.h>
#include <time.h>

#define TEXT  25
#define INT8  20
#define TEXTS 1009
#define INT8S 1016

static const char two_tables[] =
    "CREATE SCHEMA floor;"
    "CREATE TABLE floor.ticket (no bigint PRIMARY KEY, source text NOT NULL, id text NOT NULL,"
    " team text NOT NULL, kind text NOT NULL, value bigint NOT NULL, UNIQUE (source, id));"
    "CREATE TABLE floor.assignment (seq bigint PRIMARY KEY,"
    " ticket bigint NOT NULL REFERENCES floor.ticket (no), rep text NOT NULL, at bigint NOT NULL)";
static const char one_table_only[] =
    "CREATE SCHEMA floor;"
    "CREATE TABLE floor.ticket (no bigint PRIMARY KEY, source text NOT NULL, id text NOT NULL,"
    " team text NOT NULL, kind text NOT NULL, value bigint NOT NULL, rep text NOT NULL,"
    " at bigint NOT NULL, UNIQUE (source, id))";

struct statement {
    const char *name, *sql;
    int param_count;
    Oid types[7];
};

static const struct statement statements_of_two[] = {
    {"begin", "BEGIN", 0, {0}},
    {"commit", "COMMIT", 0, {0}},
    {"ticket",
     "INSERT INTO floor.ticket SELECT no, 'default', id, team, kind, value"
     " FROM unnest($1, $2, $3, $4, $5) AS u (no, id, team, kind, value)",
     5,
     {INT8S, TEXTS, TEXTS, TEXTS, INT8S}},
    {"assignment",
     "INSERT INTO floor.assignment SELECT no, no, rep, at"
     " FROM unnest($1, $2, $3) AS u (no, rep, at)",
     3,
     {INT8S, TEXTS, INT8S}},
    {NULL, NULL, 0, {0}},
};
static const struct statement statements_of_one[] = {
    {"begin", "BEGIN", 0, {0}},
    {"commit", "COMMIT", 0, {0}},
    {"ticket",
     "INSERT INTO floor.ticket SELECT no, 'default', id, team, kind, value, rep, at"
     " FROM unnest($1, $2, $3, $4, $5, $6, $7) AS u (no, id, team, kind, value, rep, at)",
     7,
     {INT8S, TEXTS, TEXTS, TEXTS, INT8S, TEXTS, INT8S}},
    {NULL, NULL, 0, {0}},
};

static void check(PGconn *pg, PGresult *result)
{
    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        bench_die("PostgreSQL: %s", PQerrorMessage(pg));
    PQclear(result);
}

PGconn *floor_connect(const char *conninfo, bool one_table)
{
    PGconn *pg = PQconnectdb(conninfo);
    if (PQstatus(pg) != CONNECTION_OK)
        bench_die("PostgreSQL: %s", PQerrorMessage(pg));
    check(pg, PQexec(pg, one_table ? one_table_only : two_tables));
    for (const struct statement *s = one_table ? statements_of_one : statements_of_two; s->name;
         s++)
        check(pg, PQprepare(pg, s->name, s->sql, s->param_count, s->types));
    if (!PQenterPipelineMode(pg) || PQsetnonblocking(pg, 1) < 0)
        bench_die("PostgreSQL: %s", PQerrorMessage(pg));
    return pg;
}

static void put32(struct eh_bytes *out, uint32_t value)
{
    uint32_t big = htonl(value);
    eh_bytes_put(out, &big, sizeof big);
}

static void put64(struct eh_bytes *out, int64_t value)
{
    uint64_t big = htobe64((uint64_t)value);
    put32(out, sizeof big);
    eh_bytes_put(out, &big, sizeof big);
}

static void put_str(struct eh_bytes *out, struct eh_str text)
{
    put32(out, text.size);
    eh_bytes_put(out, text.data, text.size);
}

/* One dimension, no NULLs, from 1. */
static void begin_array(struct eh_bytes *out, Oid element, uint32_t count)
{
    eh_bytes_clear(out);
    put32(out, 1);
    put32(out, 0);
    put32(out, element);
    put32(out, count);
    put32(out, 1);
}

enum column { NO, ID, TEAM, KIND, VALUE, REP, AT, COLUMNS };
static const Oid column_types[COLUMNS] = {INT8, TEXT, TEXT, TEXT, INT8, TEXT, INT8};

static void put_row(struct eh_bytes columns[COLUMNS], const struct floor_ticket *ticket,
                    uint64_t number, int64_t at_us)
{
    char rep[16];
    put64(&columns[NO], (int64_t)number);
    put_str(&columns[ID], ticket->id);
    put_str(&columns[TEAM], ticket->team);
    put_str(&columns[KIND], ticket->kind);
    put64(&columns[VALUE], ticket->value);
    put_str(&columns[REP], floor_rep(number, rep));
    put64(&columns[AT], at_us);
}

static void send_statement(PGconn *pg, const char *name, int count, const enum column *which,
                           const struct eh_bytes *columns)
{
    const char *values[COLUMNS];
    int lengths[COLUMNS], formats[COLUMNS];
    for (int i = 0; i < count; i++) {
        values[i] = (const char *)columns[which[i]].data;
        lengths[i] = (int)columns[which[i]].size;
        formats[i] = 1;
    }
    if (!PQsendQueryPrepared(pg, name, count, values, lengths, formats, 1))
        bench_die("PostgreSQL: %s", PQerrorMessage(pg));
}

void floor_send(PGconn *pg, const struct floor_batch *batch, bool one_table)
{
    static struct eh_bytes columns[COLUMNS];
    static const enum column all[] = {NO, ID, TEAM, KIND, VALUE, REP, AT};
    static const enum column assignment[] = {NO, REP, AT};
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    int64_t at_us = now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
    for (int i = 0; i < COLUMNS; i++)
        begin_array(&columns[i], column_types[i], batch->count);
    for (uint32_t i = 0; i < batch->count; i++)
        put_row(columns, &batch->tickets[i], batch->first + i, at_us);
    send_statement(pg, "begin", 0, NULL, NULL);
    send_statement(pg, "ticket", one_table ? COLUMNS : REP, all, columns);
    if (!one_table)
        send_statement(pg, "assignment", 3, assignment, columns);
    send_statement(pg, "commit", 0, NULL, NULL);
    if (!PQpipelineSync(pg) || PQflush(pg) < 0)
        bench_die("PostgreSQL: %s", PQerrorMessage(pg));
}

bool floor_committed(PGconn *pg)
{
    while (!PQisBusy(pg)) {
        PGresult *result = PQgetResult(pg);
        ExecStatusType status = PQresultStatus(result);
        if (result && status != PGRES_COMMAND_OK && status != PGRES_PIPELINE_SYNC)
            bench_die("PostgreSQL: %s", PQresultErrorMessage(result));
        PQclear(result);
        if (status == PGRES_PIPELINE_SYNC)
            return true;
    }
    return false;
}

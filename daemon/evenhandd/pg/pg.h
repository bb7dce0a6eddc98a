/*
 * pg: one PostgreSQL connection on the event loop, in pipeline mode, with a first-in first-out list
 * of what was sent. It knows how to talk, not what about.
 *
 * It connects, keeps trying (100 ms doubling to 5 s, with jitter), prepares the caller's statements
 * on each connect, and hands every result to the callback of its query in the order they were sent.
 * When the link dies, or nothing is heard for EH_PG_ANSWER_S while an answer is due, each
 * outstanding query gets NULL once, then on_state(false). Callbacks may send further queries; they
 * must not free the connection.
 *
 *     struct eh_pg *pg;
 *     const struct eh_pg_options options = {base, conninfo, "reader", statements, on_state, app};
 *     r = eh_pg_new(&options, &pg, &error);
 *     const struct eh_pg_query query = {"ticket_by_identity", 1, values, lengths};
 *     eh_pg_send(pg, &query, got_row, request);
 *     eh_pg_sync(pg);                       // ends the implicit transaction, flushes
 *
 * Everything is binary: parameters and results. Text parameters are their bytes. A query may be
 * sent only while eh_pg_up(); otherwise -EH_EUNAVAILABLE.
 */
#ifndef EVENHAND_PG_PG_H
#define EVENHAND_PG_PG_H

#include <event2/event.h>
#include <libpq-fe.h>

#include <evenhand/base/base.h>

#define EH_PG_CONNECT_TIMEOUT_S 10
#define EH_PG_ANSWER_S          7 /* silent for so long: dropped; above statement_timeout */
#define EH_PG_PARAMS_MAX        32
#define EH_PG_OUTSTANDING_MAX   4096

struct eh_pg;

/* One prepared statement; the table ends with a name of NULL. */
struct eh_pg_statement {
    const char *name, *sql;
    int param_count;
    Oid types[EH_PG_PARAMS_MAX]; /* 0: let the server decide */
};

/* result NULL: the connection went away. Otherwise any status, also PGRES_FATAL_ERROR and
 * PGRES_PIPELINE_ABORTED; it is cleared after the callback. */
typedef void eh_pg_result_fn(void *context, PGresult *result);
typedef void eh_pg_state_fn(void *context, bool up, const char *why);

struct eh_pg_options {
    struct event_base *base;
    const char *conninfo; /* copied */
    const char *name;     /* "admin": for people and PostgreSQL's application_name */
    const struct eh_pg_statement *statements;
    eh_pg_state_fn *on_state;
    void *context;
};
int eh_pg_new(const struct eh_pg_options *, struct eh_pg **ret, struct eh_error *) EH_MUST_CHECK;
void eh_pg_free(struct eh_pg *);                   /* no callbacks any more */
void eh_pg_start(struct eh_pg *);                  /* begins to connect; goes on for ever */
void eh_pg_reset(struct eh_pg *, const char *why); /* drop the link (NULL results), connect again */
bool eh_pg_up(const struct eh_pg *);

/* Inside a result callback: makes the result the caller's, who clears it with PQclear. */
PGresult *eh_pg_keep(struct eh_pg *);

struct eh_pg_query {
    const char *statement; /* its name */
    int param_count;
    const char *const *values; /* values[i] NULL: SQL NULL */
    const int *lengths;
};
/* on_result NULL: nobody cares. */
int eh_pg_send(struct eh_pg *, const struct eh_pg_query *, eh_pg_result_fn *on_result,
               void *context) EH_MUST_CHECK;
int eh_pg_sync(struct eh_pg *) EH_MUST_CHECK;

/* Reading binary results; NULL columns give 0 / empty. */
int64_t eh_pg_int(const PGresult *, int row, int column);        /* int2, int4, int8 by length */
struct eh_str eh_pg_text(const PGresult *, int row, int column); /* text, bytea: points into it */
/* Writing binary integers, big-endian. */
void eh_pg_put64(char buffer[8], int64_t value);
void eh_pg_put32(char buffer[4], int32_t value);
void eh_pg_put16(char buffer[2], int16_t value);

#endif

/* schema: applies and checks the embedded migrations. Blocking: used before the loop runs. */
#include "store/schema.h"

#include <poll.h>

#include <libpq-fe.h>

#define ANSWER_MS 10000

/* Any number will do, as long as every evenhandd takes the same. */
#define MIGRATION_LOCK "SELECT pg_advisory_lock(1702260077)"

int eh_schema_version(void)
{
    int version = 0;
    for (const struct eh_migration *m = eh_migrations; m->version; m++)
        version = m->version;
    return version;
}

static void conn_done(PGconn **conn)
{
    if (*conn)
        PQfinish(*conn);
}

static int fail(PGconn *conn, int code, const char *doing, struct eh_error *error)
{
    const char *text = PQerrorMessage(conn);
    if (!*text)
        text = "no answer";
    size_t n = strcspn(text, "\n");
    return eh_error_set(error, code, "postgres: %s: %.*s", doing, (int)n, text);
}

static int connect_to(const char *conninfo, PGconn **ret, struct eh_error *error)
{
    const char *keywords[] = {"dbname", "connect_timeout", "options", "fallback_application_name",
                              NULL};
    const char *values[] = {conninfo, "5", "-c client_min_messages=warning", "evenhandd", NULL};
    *ret = PQconnectdbParams(keywords, values, 1);
    if (!*ret)
        return eh_error_set(error, EH_ENOMEM, "postgres: out of memory");
    if (PQstatus(*ret) != CONNECTION_OK)
        return fail(*ret, EH_EUNAVAILABLE, "connect", error);
    return 0;
}

/* PQexec with a deadline. NULL: the server did not answer in time. */
static PGresult *exec_in_time(PGconn *conn, const char *sql)
{
    PGresult *last = NULL, *result;
    struct pollfd readable = {.fd = PQsocket(conn), .events = POLLIN};
    int sent = PQsendQuery(conn, sql);
    while (sent) {
        while (PQisBusy(conn))
            if (poll(&readable, 1, ANSWER_MS) == 0 || !PQconsumeInput(conn)) {
                PQclear(last);
                return NULL;
            }
        result = PQgetResult(conn);
        if (!result)
            break;
        PQclear(last);
        last = result;
    }
    return last;
}

/* Whether the trouble passes by itself: the link broke; the server starts, ends, or has no room. */
static bool passes(const PGconn *conn, const PGresult *result)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    return PQstatus(conn) != CONNECTION_OK || !state || strncmp(state, "08", 2) == 0 ||
           strncmp(state, "53", 2) == 0 || strncmp(state, "57", 2) == 0 ||
           strncmp(state, "58", 2) == 0;
}

static int run(PGconn *conn, const char *sql, struct eh_error *error)
{
    PGresult *result = PQexec(conn, sql);
    ExecStatusType status = PQresultStatus(result);
    PQclear(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        return fail(conn, EH_EINVAL, "migrate", error);
    return 0;
}

/* Asks for one integer; `fallback`: there is no row. */
static int ask(PGconn *conn, const char *sql, int fallback, int *ret, struct eh_error *error)
{
    PGresult *result = exec_in_time(conn, sql);
    if (PQresultStatus(result) != PGRES_TUPLES_OK) {
        int code = passes(conn, result) ? EH_EUNAVAILABLE : EH_EINVAL;
        PQclear(result);
        return fail(conn, code, "schema", error);
    }
    int64_t value = fallback;
    int r = 0;
    if (PQntuples(result) > 0 && !PQgetisnull(result, 0, 0))
        r = eh_integer_parse(eh_str(PQgetvalue(result, 0, 0)), &value, error);
    PQclear(result);
    if (r == 0)
        *ret = (int)value;
    return r;
}

static int version_of(PGconn *conn, int *ret, struct eh_error *error)
{
    int there = 0;
    int r =
        ask(conn, "SELECT (to_regclass('evenhand.migration') IS NOT NULL)::int", 0, &there, error);
    if (r < 0 || !there) {
        if (r == 0)
            *ret = 0;
        return r;
    }
    return ask(conn, "SELECT max(version) FROM evenhand.migration", 0, ret, error);
}

static int only_desk(PGconn *conn, struct eh_schema_found *found, struct eh_error *error)
{
    PGresult *result = exec_in_time(conn, "SELECT name, currency FROM evenhand.desk");
    bool known = PQresultStatus(result) == PGRES_TUPLES_OK || !passes(conn, result);
    if (PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1) {
        eh_format(found->desk, sizeof found->desk, "%s", PQgetvalue(result, 0, 0));
        eh_format(found->currency, sizeof found->currency, "%s", PQgetvalue(result, 0, 1));
    }
    PQclear(result);
    return known ? 0 : fail(conn, EH_EUNAVAILABLE, "desk", error);
}

/* ---- What later statements need, asked before the first of them. */

/* As every session of the daemon does (pg.c). */
static const char become_app[] =
    "SELECT CASE WHEN EXISTS (SELECT FROM pg_roles WHERE rolname = 'evenhand_app'"
    " AND pg_has_role(rolname, 'member')) THEN set_config('role', 'evenhand_app', false) END";

/* Answers a sentence on a missing right, or NULL. A missing table counts as a missing right. */
static const char wanting[] =
    "SELECT CASE"
    " WHEN current_setting('server_encoding') <> 'UTF8' THEN 'the encoding of the database is '"
    "   || current_setting('server_encoding') || '; make one with ENCODING UTF8'"
    " WHEN NOT has_schema_privilege('evenhand', 'USAGE') THEN 'user ' || session_user"
    "   || ' may not use schema evenhand; GRANT evenhand_app TO it'"
    " ELSE (SELECT 'user ' || session_user || ' has no right to '"
    "   || string_agg(p || ' on evenhand.' || t, ', ' ORDER BY t, p)"
    "   || '; GRANT evenhand_app TO it, and give evenhand_app back what was taken from it'"
    "   FROM (VALUES ('migration', 'SELECT'), ('desk', 'SELECT,INSERT'),"
    "   ('lease', 'SELECT,INSERT,UPDATE'), ('heartbeat', 'SELECT,INSERT,UPDATE'),"
    "   ('head', 'SELECT,INSERT,UPDATE'), ('input', 'SELECT,INSERT'), ('effect', 'SELECT,INSERT'),"
    "   ('ticket_change', 'SELECT,INSERT'), ('dead', 'SELECT,INSERT'),"
    "   ('dead_body', 'SELECT,INSERT'), ('personal', 'SELECT,INSERT'),"
    "   ('chain', 'SELECT,INSERT'), ('snapshot', 'SELECT,INSERT,DELETE'),"
    "   ('ledger', 'SELECT,INSERT,UPDATE'), ('book', 'SELECT,INSERT,UPDATE'),"
    "   ('period_step', 'SELECT,INSERT'),"
    "   ('period_line', 'INSERT'), ('draw', 'SELECT')) AS n (t, ps),"
    "   unnest(string_to_array(ps, ',')) AS p"
    "   WHERE to_regclass('evenhand.' || t) IS NULL"
    "   OR NOT has_table_privilege(to_regclass('evenhand.' || t)::oid, p)) END";

static int rights(PGconn *conn, struct eh_error *error)
{
    PQclear(exec_in_time(conn, become_app));
    PGresult *result = exec_in_time(conn, wanting);
    int r = 0;
    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        r = fail(conn, passes(conn, result) ? EH_EUNAVAILABLE : EH_EINVAL, "rights", error);
    else if (!PQgetisnull(result, 0, 0))
        r = eh_error_set(error, EH_EDENIED, "postgres: %s", PQgetvalue(result, 0, 0));
    PQclear(result);
    return r;
}

int eh_schema_check(const char *conninfo, struct eh_schema_found *ret, struct eh_error *error)
{
    EH_AUTO(conn) PGconn *conn = NULL;
    struct eh_schema_found found = {0};
    int r = connect_to(conninfo, &conn, error);
    if (r == 0)
        r = version_of(conn, &found.version, error);
    if (r == 0 && found.version == eh_schema_version())
        r = only_desk(conn, &found, error);
    if (r == 0 && found.version == eh_schema_version())
        r = rights(conn, error);
    if (r == 0)
        *ret = found;
    return r;
}

static int apply(PGconn *conn, const struct eh_migration *m, struct eh_error *error)
{
    char insert[160];
    eh_format(insert, sizeof insert,
              "INSERT INTO evenhand.migration (version, name) VALUES (%d, '%s')", m->version,
              m->name);
    int r = run(conn, "BEGIN", error);
    if (r == 0)
        r = run(conn, m->sql, error);
    if (r == 0)
        r = run(conn, insert, error);
    if (r == 0)
        r = run(conn, "COMMIT", error);
    return r;
}

int eh_schema_migrate(const char *conninfo, eh_schema_report_fn *report, void *context,
                      struct eh_error *error)
{
    EH_AUTO(conn) PGconn *conn = NULL;
    int found = 0, r = connect_to(conninfo, &conn, error);
    if (r == 0)
        r = run(conn, MIGRATION_LOCK, error);
    if (r == 0)
        r = version_of(conn, &found, error);
    if (r < 0)
        return r;
    if (found > eh_schema_version())
        return eh_error_set(error, EH_EVERSION,
                            "postgres: schema version %d is newer than this evenhandd (%d); use "
                            "the evenhandd that made it",
                            found, eh_schema_version());
    for (const struct eh_migration *m = eh_migrations; m->version; m++) {
        if (m->version <= found)
            continue;
        r = apply(conn, m, error);
        if (r < 0)
            return r;
        if (report)
            report(context, m->version, m->name);
    }
    return 0;
}

/* schema: applies and checks the embedded migrations. Blocking: used before the loop runs. */
#include "schema.h"

#include <libpq-fe.h>

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

static int run(PGconn *conn, const char *sql, struct eh_error *error)
{
    PGresult *result = PQexec(conn, sql);
    ExecStatusType status = PQresultStatus(result);
    PQclear(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        return fail(conn, EH_EINVAL, "migrate", error);
    return 0;
}

/* One integer, or `fallback` when there is no row. */
static int ask(PGconn *conn, const char *sql, int fallback, int *ret, struct eh_error *error)
{
    PGresult *result = PQexec(conn, sql);
    if (PQresultStatus(result) != PGRES_TUPLES_OK) {
        PQclear(result);
        return fail(conn, EH_EINVAL, "schema", error);
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

static void only_desk(PGconn *conn, struct eh_schema_found *found)
{
    PGresult *result = PQexec(conn, "SELECT name, currency FROM evenhand.desk");
    if (PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1) {
        eh_format(found->desk, sizeof found->desk, "%s", PQgetvalue(result, 0, 0));
        eh_format(found->currency, sizeof found->currency, "%s", PQgetvalue(result, 0, 1));
    }
    PQclear(result);
}

int eh_schema_check(const char *conninfo, struct eh_schema_found *ret, struct eh_error *error)
{
    EH_AUTO(conn) PGconn *conn = NULL;
    struct eh_schema_found found = {0};
    int r = connect_to(conninfo, &conn, error);
    if (r == 0)
        r = version_of(conn, &found.version, error);
    if (r == 0 && found.version == eh_schema_version())
        only_desk(conn, &found);
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

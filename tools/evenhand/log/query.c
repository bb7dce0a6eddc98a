/* query: one statement to PostgreSQL, and what it means when it fails. */
#include "private.h"

int log_fail(const PGconn *connection, const PGresult *result, struct eh_error *error)
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

int log_command(struct eh_cli_log *log, const char *sql, struct eh_error *error)
{
    PGresult *result = PQexec(log->connection, sql);
    int r =
        PQresultStatus(result) == PGRES_COMMAND_OK ? 0 : log_fail(log->connection, result, error);
    PQclear(result);
    return r;
}

int log_query(struct eh_cli_log *log, const char *sql, PGresult **ret, struct eh_error *error)
{
    PGresult *result = PQexecParams(log->connection, sql, 0, NULL, NULL, NULL, NULL, 1);
    if (PQresultStatus(result) != PGRES_TUPLES_OK) {
        int r = log_fail(log->connection, result, error);
        PQclear(result);
        return r;
    }
    *ret = result;
    return 0;
}

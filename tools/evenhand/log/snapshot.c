/* snapshot: finds and reads the newest snapshot that serves. See log.h. */
#include "private.h"
#include "tables.h"

#define SQL_MAX 800

/* Finds a snapshot of this EH_STATE_VERSION, and counts newer ones of another. */
static int snapshot_find(struct eh_cli_log *log, const struct eh_cli_log_before *before, int skip,
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

/* Reads part by part, so that only one part is in memory twice. */
static int snapshot_read(struct eh_cli_log *log, uint64_t input, struct eh_bytes *out,
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
        r = snapshot_find(log, before, skip, ret, error);
    return r == 0 && ret->input > 0 ? snapshot_read(log, ret->input, bytes, error) : r;
}

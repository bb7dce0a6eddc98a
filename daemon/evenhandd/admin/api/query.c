/* query: sends what a request asks of PostgreSQL, for the desk that is led. */
#include "admin/api/api.h"
#include "host/log.h"
#include "pg/pg.h"

#define PARAMETERS_MAX 6

bool eh_admin_query_failed(const PGresult *result)
{
    if (result && PQresultStatus(result) == PGRES_TUPLES_OK)
        return false;
    if (result)
        eh_log_limited(EH_LOG_WARNING, "admin-read", "reading for the admin API: %s",
                       PQresultErrorMessage(result));
    return true;
}

int eh_admin_query(struct eh_admin_request *request, const char *statement,
                   const struct eh_str *parameters, unsigned count, eh_pg_result_fn *on_result)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    const struct eh_desk *desk = engine ? eh_engine_desk(engine) : NULL;
    struct eh_pg *reader = eh_app_reader(request->admin->app);
    const char *values[PARAMETERS_MAX + 1];
    int lengths[PARAMETERS_MAX + 1];
    eh_require(count <= PARAMETERS_MAX);
    if (!desk || !reader || !eh_pg_up(reader))
        return -EH_EUNAVAILABLE;
    values[0] = desk->id.data;
    lengths[0] = (int)desk->id.size;
    for (unsigned i = 0; i < count; i++) {
        values[i + 1] = parameters[i].data ? parameters[i].data : "";
        lengths[i + 1] = (int)parameters[i].size;
    }
    int r = eh_pg_send(reader, &(struct eh_pg_query){statement, (int)count + 1, values, lengths},
                       on_result, request);
    if (r < 0)
        return -EH_EUNAVAILABLE;
    eh_admin_wait(request);
    r = eh_pg_sync(reader);
    (void)r; /* a link that dies now gives the callback NULL */
    return 0;
}

/*
 * draws: the draw epochs with their commitments, and the seeds of those that ended, read back
 * from PostgreSQL: what is shown there is what everybody can check.
 */
#include "admin/api/api.h"

#include "host/log.h"

/* Each epoch's seed is revealed with the input that ends it, or never. */
static bool is_lost(const PGresult *result, int row, const struct eh_totals *now)
{
    return eh_pg_text(result, row, 2).size == 0 && eh_pg_int(result, row, 0) < now->epoch;
}

static json_t *draw_json(const PGresult *result, int row, const struct eh_totals *now)
{
    json_t *item = json_object();
    eh_json_put_int(item, "epoch", eh_pg_int(result, row, 0));
    eh_json_put_text(item, "commitment", eh_pg_text(result, row, 1));
    eh_json_put_text(item, "seed", eh_pg_text(result, row, 2));
    eh_json_put_time(item, "opened_at", eh_pg_int(result, row, 3));
    eh_json_put_time(item, "revealed_at", eh_pg_int(result, row, 4));
    eh_json_put_bool(item, "lost", is_lost(result, row, now));
    return item;
}

static void on_draws(void *context, PGresult *result)
{
    struct eh_admin_request *request = context;
    if (!eh_admin_resume(request))
        return;
    if (!result || PQresultStatus(result) != PGRES_TUPLES_OK) {
        if (result)
            eh_log_limited(EH_LOG_WARNING, "admin-read", "reading for the admin API: %s",
                           PQresultErrorMessage(result));
        eh_admin_error(request, EH_EUNAVAILABLE, NULL, "PostgreSQL went away; try again later");
        return;
    }
    int rows = PQntuples(result);
    json_t *list = json_array(), *body = json_object();
    struct eh_totals now = {0};
    if (eh_app_engine(request->admin->app))
        eh_engine_totals(eh_app_engine(request->admin->app), &now);
    for (int row = 0; row < rows; row++)
        json_array_append_new(list, draw_json(result, row, &now));
    char after[24];
    if (rows == EH_ADMIN_PAGE)
        eh_format(after, sizeof after, "%lld", (long long)eh_pg_int(result, rows - 1, 0));
    eh_json_put(body, "draws", list);
    eh_json_put(body, "after", rows == EH_ADMIN_PAGE ? json_string(after) : NULL);
    eh_admin_reply(request, 200, body);
}

void eh_admin_get_draws(struct eh_admin_request *request)
{
    struct eh_str after = eh_http_path_query(&request->path, "after");
    int64_t number = -1;
    if (after.size > 0 && (eh_integer_parse(after, &number, NULL) < 0 || number < 0)) {
        eh_admin_error(request, EH_EINVAL, "after",
                       "after: %.*s is no cursor; take it from the answer before",
                       EH_STR_ARG(after));
        return;
    }
    char big[8];
    eh_pg_put64(big, number);
    struct eh_str key = eh_str_n(big, sizeof big);
    if (eh_admin_query(request, "admin_draws", &key, 1, on_draws) < 0)
        eh_admin_error(request, EH_EUNAVAILABLE, NULL, "PostgreSQL is away; try again later");
}

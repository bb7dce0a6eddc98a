/*
 * pool_days: a team's pool at the end of each day of a period, made by the command line: it replays
 * the log.
 */
#include "admin/http/child.h"
#include "admin/api/pool.h"

#define OUTPUT_MAX (1u << 17) /* bytes: a quarter has 92 days, and a funding 32 points */

static void answer(struct eh_admin_request *request, const struct eh_child_result *result)
{
    struct eh_str team = eh_admin_part(request, "team");
    char instead[EH_ID_MAX + 64];
    if (eh_admin_child_done(result)) {
        struct evbuffer *body = evbuffer_new();
        eh_require(body);
        evbuffer_add_buffer(body, result->output);
        eh_admin_reply_text(request, "application/json", body);
        evbuffer_free(body);
        return;
    }
    eh_format(instead, sizeof instead, "evenhand pool %.*s --days --period P --db CONNINFO",
              EH_STR_ARG(team));
    eh_admin_child_refuse(request, result, "pool day by day", instead);
}

void eh_admin_get_pool_days(struct eh_admin_request *request)
{
    static char json[] = "--json", pool[] = "pool", days[] = "--days", db[] = "--db", given[] = "-";
    static char period_option[] = "--period";
    char team[EH_ID_MAX + 1], period[EH_DECIMAL_TEXT_MAX];
    char *const arguments[] = {json, pool, team, days, period_option, period, db, given, NULL};
    const struct eh_admin_child_call call = {.what = "pool day by day",
                                             .arguments = arguments,
                                             .output_max = OUTPUT_MAX,
                                             .answer = answer};
    struct eh_pool_asked asked;
    if (!eh_pool_asked(request, &asked))
        return;
    if (asked.only.size > 0) {
        eh_admin_deny(request, "a manager of team %.*s, an auditor or an operator",
                      EH_STR_ARG(asked.team));
        return;
    }
    eh_format(team, sizeof team, "%.*s", EH_STR_ARG(asked.team));
    eh_period_print(asked.view.period, period);
    eh_admin_child_start(request, &call);
}

/*
 * plan: the plan that governs a team's period, and what the period is at under it: curves point by
 * point, and what the next step takes. A rep sees all of it: it has nobody's line.
 */
#include "admin/api/pool.h"

#include <evenhand/json/plan.h>

/* What lifts the pool of an open period. *ret NULL: it is not open any more. */
static int find_next(struct eh_admin_request *request, const struct eh_pool_asked *asked,
                     const struct eh_pool_statement *statement, struct eh_pool_next **ret,
                     struct eh_error *error)
{
    struct eh_bonus_facts *facts;
    *ret = NULL;
    if (asked->view.state != EH_PERIOD_OPEN)
        return 0;
    int r = eh_pool_version_facts(asked->engine, &asked->view, &request->arena, &facts, error);
    return r < 0 ? r
                 : eh_pool_next(asked->view.plan, facts, statement, &request->arena, ret, error);
}

void eh_admin_get_plan(struct eh_admin_request *request)
{
    struct eh_pool_asked asked;
    struct eh_pool_statement *statement;
    struct eh_pool_next *next;
    struct eh_error error = {0};
    if (!eh_pool_asked(request, &asked))
        return;
    int r = eh_pool_statement(asked.engine, &asked.view, &request->arena, &statement, &error);
    if (r == 0 && statement->metric_count != asked.view.plan->metric_count)
        r = eh_error_set(&error, EH_ECORRUPT, "the last version does not go with the plan");
    if (r == 0)
        r = find_next(request, &asked, statement, &next, &error);
    if (r < 0) {
        eh_admin_fail(request, &error);
        return;
    }
    const struct eh_plan_shown shown = {
        .plan = asked.view.plan, .statement = statement, .next = next};
    json_t *body = eh_plan_json(&shown);
    eh_json_put_time(body, "as_of", eh_app_now_us(request->admin->app));
    eh_admin_reply(request, 200, body);
}

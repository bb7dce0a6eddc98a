/* board: how a team stands. See board.h. */
#include "admin/api/board.h"

#include <stdlib.h>

#include <evenhand/engine/periods.h>

#define WAITS_MOST  100 /* the newest tickets whose waits make the rule */
#define WAITS_LEAST 20  /* of fewer nothing is told */
#define MICRO       INT64_C(1000000)
#define HOUR_US     (3600 * MICRO)

static int compare(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* Seconds within which nine of ten of the newest tickets found somebody; null: too few to tell. */
static json_t *usual_wait(const struct eh_engine *engine, struct eh_str team, uint32_t *budget)
{
    int64_t waits_us[WAITS_MOST];
    size_t count = eh_engine_waits(engine, team, budget, WAITS_MOST, waits_us);
    if (count < WAITS_LEAST)
        return NULL;
    qsort(waits_us, count, sizeof *waits_us, compare);
    int64_t us = waits_us[(count * 9 + 9) / 10 - 1];
    return json_integer((us + MICRO - 1) / MICRO);
}

/* Which ticket it is, only those are told who may see it. */
static json_t *oldest_json(const struct eh_admin_request *request, const struct eh_team_gauges *g,
                           uint32_t *looks)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    struct eh_ticket_view ticket;
    if (!g->oldest_us || !eh_engine_ticket(engine, g->oldest_source, g->oldest_id, &ticket))
        return NULL;
    json_t *body = json_object();
    bool seen = eh_admin_sees_ticket(request, &ticket);
    eh_json_put_time(body, "since", ticket.received_us);
    eh_json_put_text(body, "why", ticket.waiting_why);
    eh_json_put(body, "source", seen ? eh_json_text(ticket.source) : NULL);
    eh_json_put(body, "id", seen ? eh_json_text(ticket.id) : NULL);
    eh_json_put(body, "missing_skills",
                seen ? eh_admin_missing_skills(engine, &ticket, looks) : NULL);
    return body;
}

void eh_admin_put_board(const struct eh_admin_request *request, struct eh_str team,
                        struct eh_board_budget *budget, json_t *body)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    struct eh_team_gauges g;
    if (!eh_engine_team_gauges(engine, team, &budget->waiting, &g))
        return;
    eh_json_put_int(body, "available", g.available);
    eh_json_put_int(body, "undoable", (int64_t)g.undoable);
    eh_json_put_int(body, "late", (int64_t)g.late);
    eh_json_put_int(body, "due_soon",
                    eh_engine_due_by(engine, team, eh_app_now_us(request->admin->app) + HOUR_US));
    eh_json_put(body, "oldest", oldest_json(request, &g, &budget->skills));
    eh_json_put(body, "usual_wait", usual_wait(engine, team, &budget->waits));
}

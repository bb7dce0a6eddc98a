/*
 * figures: the metrics of a team's last periods, so that people see where they go. It has nobody's
 * line, so that a rep sees all of it.
 */
#include "admin/api/pool.h"

#include <evenhand/json/pool.h>

/* The period of the team before this one, which may be of another kind. False: no plan governs it,
 * or it is settled for good. */
static bool period_before(const struct eh_engine *engine, const struct eh_period_view *view,
                          struct eh_period_view *ret)
{
    int32_t date = eh_period_first(view->period) - 1;
    const struct eh_bonus_plan *plan = eh_desk_plan(eh_engine_desk(engine), view->team, date);
    return plan && eh_engine_period(engine, view->team,
                                    eh_period_of((enum eh_period_kind)plan->from.kind, date), ret);
}

/* *members grows by those the statement was made for. NULL: it could not be made. */
static json_t *period_json(const struct eh_engine *engine, const struct eh_period_view *view,
                           uint32_t *members, struct eh_error *error)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_pool_statement *s;
    char period[EH_DECIMAL_TEXT_MAX];
    if (eh_pool_statement(engine, view, &arena, &s, error) < 0)
        return NULL;
    json_t *item = json_object();
    eh_period_print(view->period, period);
    eh_json_put_string(item, "period", period);
    eh_json_put_string(item, "state", eh_period_state_name(view->state));
    eh_json_put_int(item, "version", view->last.version);
    eh_json_put_bool(item, "final", view->state >= EH_PERIOD_CLOSED);
    eh_json_put_text(item, "plan", view->plan->id);
    eh_json_put(item, "metrics", eh_pool_metrics_json(s, view->plan));
    eh_json_put_int(item, "composite_ppm", s->composite_ppm);
    eh_json_put_int(item, "funding_ppm", s->funding_ppm);
    eh_json_put_int(item, "gross", s->gross);
    *members += s->line_count;
    return item;
}

/* Puts the periods, the oldest first. *view is the newest, and then the one before the oldest;
 * *ret_more: there is such a one. */
static int put_periods(const struct eh_engine *engine, struct eh_period_view *view, json_t *list,
                       bool *ret_more, struct eh_error *error)
{
    uint32_t members = 0;
    *ret_more = true;
    while (*ret_more && json_array_size(list) < EH_ADMIN_FIGURE_PERIODS &&
           members < EH_ADMIN_FIGURE_MEMBERS) {
        struct eh_period_view shown = *view;
        json_t *item = period_json(engine, &shown, &members, error);
        if (!item)
            return -error->code;
        json_array_insert_new(list, 0, item);
        *ret_more = period_before(engine, &shown, view);
    }
    return 0;
}

void eh_admin_get_figures(struct eh_admin_request *request)
{
    struct eh_pool_asked asked;
    struct eh_error error = {0};
    char before[EH_DECIMAL_TEXT_MAX];
    bool more;
    if (!eh_pool_asked(request, &asked))
        return;
    json_t *list = json_array(), *body = json_object();
    int r = put_periods(asked.engine, &asked.view, list, &more, &error);
    eh_json_put_text(body, "team", asked.team);
    eh_json_put_text(body, "currency", eh_engine_desk(asked.engine)->currency);
    eh_json_put(body, "periods", list);
    eh_period_print(asked.view.period, before);
    eh_json_put(body, "before", more ? eh_json_string(before) : NULL);
    if (r == 0) {
        eh_admin_reply(request, 200, body);
    } else {
        json_decref(body);
        eh_admin_fail(request, &error);
    }
}

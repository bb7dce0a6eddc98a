/* plan: a bonus plan and what its period is at, into jansson objects. */
#include <evenhand/json/plan.h>

#include <evenhand/json/pool.h>
#include <evenhand/measure/measure.h>
#include <evenhand/value/json.h>

static void period_put(json_t *to, const char *key, struct eh_period period)
{
    char text[EH_DECIMAL_TEXT_MAX];
    eh_json_put_text(to, key, eh_str_n(text, eh_period_print(period, text)));
}

/* ---- Curves. */

static json_t *curve_json(const struct eh_curve *curve)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < curve->count; i++) {
        json_t *point = json_object();
        eh_json_put_int(point, "value", curve->points[i].x);
        eh_json_put_int(point, "score_ppm", curve->points[i].y);
        json_array_append_new(list, point);
    }
    return list;
}

json_t *eh_plan_funding_json(const struct eh_bonus_plan *plan)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < plan->funding.count; i++) {
        const struct eh_curve_point *p = &plan->funding.points[i];
        json_t *step = json_object();
        eh_json_put_int(step, "composite_ppm", p->x);
        eh_json_put_int(step, "funding_ppm", p->y);
        eh_json_put_int(step, "gross", eh_bonus_funded(plan, p->y));
        json_array_append_new(list, step);
    }
    return list;
}

/* ---- What the next step takes. */

static json_t *metric_next_json(const struct eh_pool_point *next)
{
    if (!next->there)
        return NULL;
    json_t *body = json_object();
    eh_json_put_int(body, "value", next->x);
    eh_json_put_int(body, "score_ppm", next->y);
    eh_json_put_int(body, "distance", next->distance);
    eh_json_put_int(body, "gross", next->gross);
    return body;
}

static json_t *funding_next_json(const struct eh_pool_point *next)
{
    if (!next->there)
        return NULL;
    json_t *body = json_object();
    eh_json_put_int(body, "composite_ppm", next->x);
    eh_json_put_int(body, "funding_ppm", next->y);
    eh_json_put_int(body, "distance", next->distance);
    eh_json_put_int(body, "gross", next->gross);
    return body;
}

static void room_put(json_t *gate, const struct eh_pool_room *room)
{
    bool there = room && room->there;
    eh_json_put(gate, "room", there ? json_integer(room->room) : NULL);
    eh_json_put(gate, "gross", there && room->room < 0 ? json_integer(room->gross) : NULL);
}

/* What may be said of a figure in a what-if. */
static void range_put(json_t *to, const struct eh_bonus_plan *plan, uint32_t measure)
{
    struct eh_measure_range range = eh_measure_range(eh_measure(plan->measures[measure].kind));
    eh_json_put_int(to, "least", range.least);
    eh_json_put_int(to, "most", range.most);
}

static json_t *metric_json(const struct eh_plan_shown *shown, uint32_t index)
{
    const struct eh_plan_metric *rule = &shown->plan->metrics[index];
    json_t *metric = eh_pool_metric_json(&shown->statement->metrics[index], rule);
    json_t *gate = json_object_get(metric, "gate");
    const struct eh_pool_next *next = shown->next;
    eh_json_put(metric, "curve", curve_json(&rule->curve));
    range_put(metric, shown->plan, rule->measure);
    eh_json_put(metric, "next", next ? metric_next_json(&next->metrics[index]) : NULL);
    if (json_is_object(gate)) {
        room_put(gate, next ? &next->gates[index] : NULL);
        range_put(gate, shown->plan, rule->gate.measure);
    }
    return metric;
}

static json_t *metrics_json(const struct eh_plan_shown *shown)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < shown->statement->metric_count; i++)
        json_array_append_new(list, metric_json(shown, i));
    return list;
}

static void line_append(void *context, const char *line)
{
    json_array_append_new(context, json_string(line));
}

static json_t *says_json(const struct eh_plan_shown *shown)
{
    json_t *list = json_array();
    if (shown->next)
        eh_pool_next_say(shown->plan, shown->statement, shown->next, line_append, list);
    return list;
}

/* ---- How the pool is shared. */

static json_t *split_json(const struct eh_bonus_plan *plan)
{
    const uint32_t parts[EH_PARTS] = {[EH_PART_EQUAL] = plan->equal_ppm,
                                      [EH_PART_HOURS] = plan->hours_ppm,
                                      [EH_PART_SENIORITY] = plan->seniority_ppm,
                                      [EH_PART_INDIVIDUAL] = plan->individual_ppm};
    json_t *split = json_object();
    for (unsigned i = 0; i < EH_PARTS; i++)
        eh_json_put_int(split, eh_bonus_part_name((enum eh_bonus_part)i), parts[i]);
    return split;
}

static json_t *points_json(const struct eh_bonus_plan *plan)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < plan->point_count; i++) {
        json_t *item = json_object();
        eh_json_put_text(item, "kind", plan->points[i].kind);
        eh_json_put_int(item, "points", plan->points[i].points);
        json_array_append_new(list, item);
    }
    return list;
}

static json_t *bands_json(const struct eh_bonus_plan *plan)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < plan->band_count; i++) {
        json_t *item = json_object();
        eh_json_put_int(item, "years", plan->bands[i].years);
        eh_json_put_int(item, "weight", plan->bands[i].weight);
        json_array_append_new(list, item);
    }
    return list;
}

static void sharing_put(json_t *to, const struct eh_bonus_plan *plan)
{
    eh_json_put(to, "split", split_json(plan));
    eh_json_put(to, "points", points_json(plan));
    eh_json_put(to, "bands", bands_json(plan));
    eh_json_put_int(to, "cap_ppm", plan->cap_ppm);
    eh_json_put_int(to, "carry_at_most_ppm", plan->carry_at_most_ppm);
    eh_json_put_string(to, "leavers", plan->leavers == EH_LEAVERS_FORFEIT ? "forfeit" : "prorate");
}

/* ---- The whole. */

static void head_put(json_t *to, const struct eh_plan_shown *shown)
{
    const struct eh_bonus_plan *plan = shown->plan;
    const struct eh_pool_statement *s = shown->statement;
    eh_json_put_text(to, "team", s->team);
    period_put(to, "period", s->period);
    eh_json_put_date(to, "first_day", eh_period_first(s->period));
    eh_json_put_date(to, "last_day", eh_period_last(s->period));
    eh_json_put_string(to, "state", eh_period_state_name(s->state));
    eh_json_put_int(to, "version", s->version);
    eh_json_put_text(to, "currency", plan->currency);
    eh_json_put_text(to, "plan", plan->id);
    eh_json_put_hex(to, "plan_sha256", s->plan_sha256, sizeof s->plan_sha256);
    eh_json_put_bool(to, "published_late", s->published_late);
    period_put(to, "from", plan->from);
    eh_json_put_string(to, "every", eh_period_kind_name((enum eh_period_kind)plan->from.kind));
    eh_pool_put_rules(to, plan);
    eh_json_put_int(to, "target_pool", plan->target_pool);
    eh_json_put_int(to, "max_pool", plan->max_pool);
}

json_t *eh_plan_json(const struct eh_plan_shown *shown)
{
    const struct eh_pool_statement *s = shown->statement;
    const struct eh_pool_next *next = shown->next;
    json_t *body = json_object();
    if (!body)
        return NULL;
    head_put(body, shown);
    eh_json_put(body, "metrics", metrics_json(shown));
    eh_json_put(body, "funding", eh_plan_funding_json(shown->plan));
    eh_json_put_int(body, "composite_ppm", s->composite_ppm);
    eh_json_put_int(body, "funding_ppm", s->funding_ppm);
    eh_json_put_bool(body, "zeroed", s->zeroed);
    eh_json_put_int(body, "gross", s->gross);
    eh_json_put(body, "next", next ? funding_next_json(&next->funding) : NULL);
    eh_json_put(body, "says", says_json(shown));
    sharing_put(body, shown->plan);
    return body;
}

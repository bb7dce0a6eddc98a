/*
 * plan_code: encodes the canonical form of a plan: all that it says, defaults included, in a fixed
 * order.
 */
#include <evenhand/wire/plan.h>

/* Of the form; another form is another number. */
#define VERSION          1
#define VERSION_UNEARNED 2 /* ... with `unearned` at the end, where the plan says it */

static void curve_put(struct eh_bytes *out, const struct eh_curve *curve)
{
    eh_bytes_put_u(out, curve->count);
    for (uint32_t i = 0; i < curve->count; i++) {
        eh_bytes_put_i(out, curve->points[i].x);
        eh_bytes_put_i(out, curve->points[i].y);
    }
}

static void measure_put(struct eh_bytes *out, const struct eh_plan_measure *m)
{
    eh_bytes_put_str(out, m->name);
    eh_bytes_put_u8(out, m->kind);
    eh_bytes_put_u8(out, m->unit);
    eh_bytes_put_u8(out, m->take);
    eh_bytes_put_u8(out, m->has_prior);
    eh_bytes_put_i(out, m->prior_mean);
    eh_bytes_put_i(out, m->prior_count);
    eh_bytes_put_u(out, m->mix_count);
    for (uint32_t i = 0; i < m->mix_count; i++) {
        eh_bytes_put_str(out, m->mix[i].kind);
        eh_bytes_put_u(out, m->mix[i].share_ppm);
    }
    eh_bytes_put_i(out, m->least_ms);
    eh_bytes_put_i(out, m->most_ms);
}

static void metric_put(struct eh_bytes *out, const struct eh_plan_metric *m)
{
    eh_bytes_put_u(out, m->measure);
    eh_bytes_put_u(out, m->weight_ppm);
    eh_bytes_put_u8(out, m->perspective);
    curve_put(out, &m->curve);
    eh_bytes_put_u8(out, m->gate.effect);
    eh_bytes_put_u(out, m->gate.measure);
    eh_bytes_put_u8(out, m->gate.has_least);
    eh_bytes_put_i(out, m->gate.at_least);
    eh_bytes_put_u8(out, m->gate.has_most);
    eh_bytes_put_i(out, m->gate.at_most);
}

static void sharing_put(struct eh_bytes *out, const struct eh_bonus_plan *plan)
{
    eh_bytes_put_u(out, plan->individual_ppm);
    eh_bytes_put_u(out, plan->equal_ppm);
    eh_bytes_put_u(out, plan->hours_ppm);
    eh_bytes_put_u(out, plan->seniority_ppm);
    eh_bytes_put_u(out, plan->point_count);
    for (uint32_t i = 0; i < plan->point_count; i++) {
        eh_bytes_put_str(out, plan->points[i].kind);
        eh_bytes_put_u(out, plan->points[i].points);
    }
    eh_bytes_put_u(out, plan->cap_ppm);
    eh_bytes_put_u(out, plan->band_count);
    for (uint32_t i = 0; i < plan->band_count; i++) {
        eh_bytes_put_u(out, plan->bands[i].years);
        eh_bytes_put_u(out, plan->bands[i].weight);
    }
    eh_bytes_put_u8(out, plan->leavers);
    eh_bytes_put_u8(out, plan->if_missing);
    eh_bytes_put_u(out, plan->carry_at_most_ppm);
}

void eh_plan_encode(const struct eh_bonus_plan *plan, struct eh_bytes *out)
{
    eh_bytes_put_str(out, eh_str("evenhand plan"));
    eh_bytes_put_u8(out, plan->unearned ? VERSION_UNEARNED : VERSION);
    eh_bytes_put_str(out, plan->id);
    eh_bytes_put_str(out, plan->team);
    eh_bytes_put_str(out, plan->currency);
    eh_bytes_put_u8(out, (uint8_t)plan->currency_exponent);
    eh_bytes_put_u8(out, plan->from.kind);
    eh_bytes_put_i(out, plan->from.number);
    eh_bytes_put_str(out, plan->encourages);
    eh_bytes_put_str(out, plan->discourages);
    eh_bytes_put_i(out, plan->target_pool);
    eh_bytes_put_i(out, plan->max_pool);
    eh_bytes_put_u(out, plan->measure_count);
    for (uint32_t i = 0; i < plan->measure_count; i++)
        measure_put(out, &plan->measures[i]);
    eh_bytes_put_u(out, plan->metric_count);
    for (uint32_t i = 0; i < plan->metric_count; i++)
        metric_put(out, &plan->metrics[i]);
    curve_put(out, &plan->funding);
    sharing_put(out, plan);
    if (plan->unearned)
        eh_bytes_put_u8(out, plan->unearned);
}

bool eh_plan_same(const struct eh_bonus_plan *a, const struct eh_bonus_plan *b)
{
    EH_AUTO(eh_bytes) struct eh_bytes left = EH_BYTES_INIT;
    EH_AUTO(eh_bytes) struct eh_bytes right = EH_BYTES_INIT;
    eh_plan_encode(a, &left);
    eh_plan_encode(b, &right);
    return !left.failed && !right.failed && left.size == right.size &&
           memcmp(left.data, right.data, left.size) == 0;
}

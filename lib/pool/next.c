/*
 * next: what lifts the pool: the next point of each curve, and the room that gates leave.
 */
#include <evenhand/pool/next.h>

static int64_t distance(int64_t a, int64_t b)
{
    __int128 wide = (__int128)a - b;
    wide = wide < 0 ? -wide : wide;
    return wide > INT64_MAX ? INT64_MAX : (int64_t)wide;
}

/* The gross pool with one figure at another value. */
static int gross_with(const struct eh_bonus_plan *plan, const struct eh_bonus_facts *facts,
                      struct eh_bonus_said said, struct eh_arena *arena, int64_t *ret,
                      struct eh_error *error)
{
    struct eh_bonus_facts other = *facts;
    other.said = &said;
    other.said_count = 1;
    return eh_bonus_gross(plan, &other, arena, ret, error);
}

static int metric_next(const struct eh_bonus_plan *plan, const struct eh_bonus_facts *facts,
                       const struct eh_pool_statement *s, uint32_t index, struct eh_arena *arena,
                       struct eh_pool_point *ret, struct eh_error *error)
{
    const struct eh_pool_metric *m = &s->metrics[index];
    const struct eh_curve_point *p = eh_curve_next(&plan->metrics[index].curve, m->value);
    if (m->missing || !p)
        return 0;
    *ret = (struct eh_pool_point){true, p->x, p->y, distance(p->x, m->value), 0};
    return gross_with(plan, facts, (struct eh_bonus_said){m->name, p->x}, arena, &ret->gross,
                      error);
}

/* Which bound the value is beyond, or else nearer to. */
static bool least_counts(const struct eh_plan_gate *gate, int64_t value)
{
    if (!gate->has_least || !gate->has_most)
        return gate->has_least;
    if (value > gate->at_most)
        return false;
    return value < gate->at_least ||
           distance(value, gate->at_least) < distance(gate->at_most, value);
}

static int gate_room(const struct eh_bonus_plan *plan, const struct eh_bonus_facts *facts,
                     const struct eh_pool_statement *s, uint32_t index, struct eh_arena *arena,
                     struct eh_pool_room *ret, struct eh_error *error)
{
    const struct eh_pool_metric *m = &s->metrics[index];
    const struct eh_plan_gate *gate = &plan->metrics[index].gate;
    if (gate->effect == EH_GATE_NONE || m->gate_missing)
        return 0;
    bool least = least_counts(gate, m->gate_value);
    int64_t bound = least ? gate->at_least : gate->at_most;
    int64_t away = distance(m->gate_value, bound);
    *ret = (struct eh_pool_room){true, m->gate_failed ? -away : away, bound, least, 0};
    if (!m->gate_failed)
        return 0;
    return gross_with(plan, facts, (struct eh_bonus_said){m->gate_metric, bound}, arena,
                      &ret->gross, error);
}

static struct eh_pool_point funding_next(const struct eh_bonus_plan *plan,
                                         const struct eh_pool_statement *s)
{
    const struct eh_curve_point *p = eh_curve_next(&plan->funding, s->composite_ppm);
    if (!p)
        return (struct eh_pool_point){.there = false};
    return (struct eh_pool_point){true, p->x, p->y, distance(p->x, s->composite_ppm),
                                  s->zeroed ? 0 : eh_bonus_funded(plan, p->y)};
}

int eh_pool_next(const struct eh_bonus_plan *plan, const struct eh_bonus_facts *facts,
                 const struct eh_pool_statement *s, struct eh_arena *arena,
                 struct eh_pool_next **ret, struct eh_error *error)
{
    struct eh_pool_next *next = eh_arena_alloc(arena, sizeof *next);
    if (next) {
        next->metrics = eh_arena_alloc(arena, plan->metric_count * sizeof *next->metrics);
        next->gates = eh_arena_alloc(arena, plan->metric_count * sizeof *next->gates);
    }
    if (!next || !next->metrics || !next->gates)
        return eh_error_set(error, EH_ENOMEM, "out of memory for the next steps");
    eh_require(s->metric_count == plan->metric_count);
    int r = 0;
    for (uint32_t i = 0; r == 0 && i < plan->metric_count; i++) {
        r = metric_next(plan, facts, s, i, arena, &next->metrics[i], error);
        if (r == 0)
            r = gate_room(plan, facts, s, i, arena, &next->gates[i], error);
    }
    if (r < 0)
        return r;
    next->funding = funding_next(plan, s);
    *ret = next;
    return 0;
}

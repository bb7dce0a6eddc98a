/*
 * describe: a computed pool as a statement: every figure on the way to the pool, and a line for
 * each member.
 */
#include "internal.h"

static int memory_refuse(struct eh_error *error)
{
    return eh_error_set(error, EH_ENOMEM, "out of memory for the statement");
}

static void gate_describe(const struct eh_bonus_plan *plan, const struct eh_bonus_pool *pool,
                          uint32_t index, struct eh_pool_metric *ret)
{
    const struct eh_plan_gate *gate = &plan->metrics[index].gate;
    if (gate->effect == EH_GATE_NONE)
        return;
    ret->gate = gate->effect;
    ret->gate_failed = pool->scores[index].gate_failed;
    ret->gate_metric = plan->measures[gate->measure].name;
    ret->gate_unit = plan->measures[gate->measure].unit;
    ret->gate_value = pool->values[gate->measure].value;
    ret->gate_missing = pool->values[gate->measure].missing;
}

static int metrics_describe(const struct eh_bonus_plan *plan, const struct eh_bonus_pool *pool,
                            struct eh_arena *arena, struct eh_pool_statement *s,
                            struct eh_error *error)
{
    s->metric_count = plan->metric_count;
    s->metrics = eh_arena_alloc(arena, s->metric_count * sizeof *s->metrics);
    if (!s->metrics)
        return memory_refuse(error);
    for (uint32_t i = 0; i < s->metric_count; i++) {
        const struct eh_plan_metric *metric = &plan->metrics[i];
        const struct eh_bonus_value *value = &pool->values[metric->measure];
        s->metrics[i] = (struct eh_pool_metric){.name = plan->measures[metric->measure].name,
                                                .value = value->value,
                                                .count = value->count,
                                                .unknown = value->unknown,
                                                .unit = plan->measures[metric->measure].unit,
                                                .prior = value->prior,
                                                .missing = value->missing,
                                                .curve_ppm = pool->scores[i].curve_ppm,
                                                .score_ppm = pool->scores[i].score_ppm,
                                                .weight_ppm = metric->weight_ppm};
        gate_describe(plan, pool, i, &s->metrics[i]);
    }
    s->composite_ppm = pool->composite_ppm;
    s->funding_ppm = pool->funding_ppm;
    s->zeroed = pool->zeroed;
    s->gross = pool->gross;
    return 0;
}

const char *eh_pool_contract_name(int by)
{
    return by == EH_POOL_CONTRACT_IMPORT     ? "import"
           : by == EH_POOL_CONTRACT_CALENDAR ? "calendar"
                                             : NULL;
}

void eh_pool_line_contract(const struct eh_bonus_member *m, struct eh_pool_line *line)
{
    if (!m->has_contract)
        return;
    line->contract_minutes = m->contract_minutes;
    line->contract_by = m->by_calendar ? EH_POOL_CONTRACT_CALENDAR : EH_POOL_CONTRACT_IMPORT;
    line->contract_until = m->by_calendar ? m->calendar_until : EH_DATE_NEVER;
}

static int split_describe(const struct eh_bonus_split *split, struct eh_arena *arena,
                          struct eh_pool_statement *s, struct eh_error *error)
{
    s->over = split->over;
    s->moved = split->moved;
    s->individual = split->individual - split->over; /* `over` is in the other parts */
    s->equal = split->equal;
    s->hours = split->hours;
    s->seniority = split->seniority;
    s->held = split->held;
    memcpy(s->held_of, split->held_of, sizeof s->held_of);
    s->ties_by_id = split->facts->ties_by_id;
    s->form = EH_POOL_FORM_TIES;
    s->paid = split->amount;
    s->line_count = split->count;
    s->lines = eh_arena_alloc(arena, s->line_count * sizeof *s->lines);
    if (!s->lines)
        return memory_refuse(error);
    for (uint32_t i = 0; i < s->line_count; i++) {
        const struct eh_bonus_share *share = &split->shares[i];
        s->lines[i] = (struct eh_pool_line){.rep = share->rep,
                                            .eligible = share->eligible,
                                            .capped = share->capped,
                                            .days = share->days,
                                            .minutes = share->minutes,
                                            .band = share->band,
                                            .points = share->points,
                                            .equal = share->equal,
                                            .hours = share->hours,
                                            .seniority = share->seniority,
                                            .individual = share->individual,
                                            .total = share->total,
                                            .paid = share->total};
        eh_pool_line_contract(share->member, &s->lines[i]);
    }
    return 0;
}

static int statement_begin(const struct eh_bonus_plan *plan, struct eh_period period,
                           struct eh_arena *arena, struct eh_pool_statement **ret,
                           struct eh_error *error)
{
    struct eh_pool_statement *s = eh_arena_alloc(arena, sizeof *s);
    if (!s || eh_bonus_plan_sha256(plan, s->plan_sha256) < 0)
        return memory_refuse(error);
    s->team = plan->team;
    s->currency = plan->currency;
    s->currency_exponent = plan->currency_exponent;
    s->plan = plan->id;
    s->period = period;
    *ret = s;
    return 0;
}

int eh_pool_describe(const struct eh_bonus_plan *plan, const struct eh_bonus_facts *facts,
                     const struct eh_bonus_result *result, struct eh_arena *arena,
                     struct eh_pool_statement **ret, struct eh_error *error)
{
    struct eh_pool_statement *s = NULL;
    int r = statement_begin(plan, facts->period, arena, &s, error);
    if (r == 0)
        r = metrics_describe(plan, &result->pool, arena, s, error);
    if (r == 0)
        r = split_describe(&result->split, arena, s, error);
    if (r < 0)
        return r;
    s->estimate = facts->estimate;
    s->cancelled_tickets = facts->cancelled;
    s->carry = result->carry;
    s->net = result->net;
    s->carry_before = facts->carry_open;
    s->carry_open = facts->carry_open - result->carry; /* the carry takes at most what is open */
    *ret = s;
    return 0;
}

int eh_pool_estimate(const struct eh_bonus_plan *plan, const struct eh_bonus_facts *facts,
                     struct eh_arena *arena, struct eh_pool_statement **ret, struct eh_error *error)
{
    struct eh_bonus_result *result;
    struct eh_pool_statement *s = NULL;
    int r = eh_bonus_compute(plan, facts, arena, &result, error);
    if (r == 0)
        r = eh_pool_describe(plan, facts, result, arena, &s, error);
    if (r == 0)
        r = eh_pool_facts_sha256(facts, s->facts_sha256, error);
    if (r < 0)
        return r;
    s->state = EH_PERIOD_OPEN;
    *ret = s;
    return 0;
}

/* Adds the lines of the statement before. Both lists are sorted by rep and have the same members:
 * those the period was closed with. */
static int lines_add(const struct eh_pool_statement *before, struct eh_pool_statement *s,
                     struct eh_error *error)
{
    bool same = s->line_count == before->line_count;
    for (uint32_t i = 0; same && i < s->line_count; i++) {
        const struct eh_pool_line *was = &before->lines[i];
        struct eh_pool_line *line = &s->lines[i];
        same = eh_str_equal(was->rep, line->rep) &&
               !__builtin_add_overflow(line->equal, was->equal, &line->equal) &&
               !__builtin_add_overflow(line->hours, was->hours, &line->hours) &&
               !__builtin_add_overflow(line->seniority, was->seniority, &line->seniority) &&
               !__builtin_add_overflow(line->individual, was->individual, &line->individual) &&
               !__builtin_add_overflow(line->total, was->total, &line->total);
        line->capped |= was->capped;
        if (!eh_pool_paid_before(before, was, &line->paid_before))
            line->paid_before = EH_POOL_UNKNOWN;
    }
    same &= !__builtin_add_overflow(s->held, before->held, &s->held);
    for (unsigned i = 0; i < EH_PARTS; i++)
        same &= !__builtin_add_overflow(s->held_of[i], before->held_of[i], &s->held_of[i]);
    return same ? 0
                : eh_error_set(error, EH_ECORRUPT,
                               "the last version does not go with the frozen facts");
}

int eh_pool_describe_later(const struct eh_bonus_plan *plan, const struct eh_bonus_facts *facts,
                           const struct eh_bonus_later *later,
                           const struct eh_pool_statement *before, struct eh_arena *arena,
                           struct eh_pool_statement **ret, struct eh_error *error)
{
    struct eh_pool_statement *s = NULL;
    int r = statement_begin(plan, facts->period, arena, &s, error);
    if (r == 0)
        r = metrics_describe(plan, &later->pool, arena, s, error);
    if (r == 0)
        r = split_describe(&later->split, arena, s, error);
    if (r == 0)
        r = lines_add(before, s, error);
    if (r < 0)
        return r;
    s->version = later->version;
    s->carry = later->carry;
    s->net = later->net;
    s->difference = later->difference;
    s->cancelled = later->cancelled;
    s->carry_before = before->carry_before;
    s->carry_open = later->carry_open;
    *ret = s;
    return 0;
}

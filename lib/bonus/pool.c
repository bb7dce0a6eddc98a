/*
 * pool: values to scores, gates, composite, funding and the gross pool; then carry, net and, by the
 * split, the result as a whole.
 */
#include "internal.h"

#include <evenhand/draw/hash.h>

const struct eh_curve_point *eh_bonus_curve_left(const struct eh_curve *curve, int64_t x)
{
    const struct eh_curve_point *p = curve->points, *last = p + curve->count - 1;
    while (p < last && x > p[1].x)
        p++;
    return p;
}

int64_t eh_curve_at(const struct eh_curve *curve, int64_t x)
{
    const struct eh_curve_point *p = eh_bonus_curve_left(curve, x);
    if (x <= p->x || p == curve->points + curve->count - 1)
        return p->y;
    __int128 width = (__int128)p[1].x - p->x, rise = (__int128)p[1].y - p->y;
    return (int64_t)eh_round_divide(p->y * width + ((__int128)x - p->x) * rise, width);
}

/* A curve goes only up or only down, so what is higher lies on one side of x. */
const struct eh_curve_point *eh_curve_next(const struct eh_curve *curve, int64_t x)
{
    const struct eh_curve_point *points = curve->points, *found = NULL;
    bool rises = points[curve->count - 1].y > points[0].y;
    int64_t y = eh_curve_at(curve, x);
    for (uint32_t i = 0; i < curve->count && !found; i++) {
        const struct eh_curve_point *p = &points[rises ? i : curve->count - 1 - i];
        found = p->y > y ? p : NULL;
    }
    return found;
}

int64_t eh_bonus_carry(int64_t gross, int64_t carry_open, uint32_t at_most_ppm)
{
    if (gross <= 0 || carry_open >= 0)
        return 0;
    __int128 most = (__int128)gross * at_most_ppm / EH_PPM, open = -(__int128)carry_open;
    return (int64_t) - (open < most ? open : most);
}

int eh_bonus_plan_sha256(const struct eh_bonus_plan *plan, uint8_t ret[32])
{
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    eh_plan_encode(plan, &bytes);
    if (bytes.failed)
        return -EH_ENOMEM;
    eh_hash_sha256(bytes.data, bytes.size, ret);
    return 0;
}

/* Keeps the first line, which the error repeats. */
static void first_keep(void *context, const char *line)
{
    char *first = context;
    if (!*first)
        eh_format(first, EH_ERROR_TEXT_MAX, "%s", line);
}

static int missing_refuse(const struct eh_bonus_plan *plan, const struct eh_bonus_facts *facts,
                          struct eh_error *error)
{
    char first[EH_ERROR_TEXT_MAX] = "", period[EH_DECIMAL_TEXT_MAX];
    size_t count = eh_bonus_missing(plan, facts, first_keep, first);
    if (count == 0)
        return 0;
    eh_period_print(facts->period, period);
    if (count == 1)
        return eh_error_set(error, EH_ENOTFOUND, "%s: %s", period, first);
    return eh_error_set(error, EH_ENOTFOUND, "%s: %s (and %zu more missing)", period, first,
                        count - 1);
}

static bool gate_passes(const struct eh_plan_gate *gate, const struct eh_bonus_value *value)
{
    return !value->missing && !(gate->has_least && value->value < gate->at_least) &&
           !(gate->has_most && value->value > gate->at_most);
}

static void metric_score(const struct eh_bonus_plan *plan, struct eh_bonus_pool *pool,
                         uint32_t index)
{
    const struct eh_plan_metric *metric = &plan->metrics[index];
    const struct eh_bonus_value *value = &pool->values[metric->measure];
    struct eh_bonus_score *score = &pool->scores[index];
    score->curve_ppm = value->missing ? 0 : eh_curve_at(&metric->curve, value->value);
    score->score_ppm = score->curve_ppm;
    if (!metric->gate.effect || gate_passes(&metric->gate, &pool->values[metric->gate.measure]))
        return;
    score->gate_failed = true;
    if (metric->gate.effect == EH_GATE_ZERO_METRIC)
        score->score_ppm = 0;
    else if (metric->gate.effect == EH_GATE_CAP_METRIC && score->score_ppm > EH_PPM)
        score->score_ppm = EH_PPM;
    else if (metric->gate.effect == EH_GATE_ZERO_POOL)
        pool->zeroed = true;
}

int64_t eh_bonus_funded(const struct eh_bonus_plan *plan, int64_t funding_ppm)
{
    __int128 gross = eh_round_divide((__int128)plan->target_pool * funding_ppm, EH_PPM);
    return gross < plan->max_pool ? (int64_t)gross : plan->max_pool;
}

/* Scores are at most 10^7 and weights sum to 10^6: nothing here comes near 128 bits. */
static void pool_fund(const struct eh_bonus_plan *plan, struct eh_bonus_pool *pool)
{
    __int128 sum = 0;
    for (uint32_t i = 0; i < plan->metric_count; i++)
        sum += (__int128)plan->metrics[i].weight_ppm * pool->scores[i].score_ppm;
    pool->composite_ppm = (int64_t)eh_round_divide(sum, EH_PPM);
    pool->funding_ppm = eh_curve_at(&plan->funding, pool->composite_ppm);
    pool->gross = pool->zeroed ? 0 : eh_bonus_funded(plan, pool->funding_ppm);
}

/* Computes the measures of the plan. A missing value is taken from the version before. */
static int plan_measure_all(const struct eh_bonus_plan *plan, const struct eh_bonus_facts *facts,
                            const struct eh_bonus_value *last, struct eh_bonus_value *values,
                            struct eh_error *error)
{
    int r = 0;
    for (uint32_t i = 0; r == 0 && i < plan->measure_count; i++) {
        r = eh_bonus_measure(plan, &plan->measures[i], facts, &values[i], error);
        if (r == 0 && values[i].missing && last && !last[i].missing)
            values[i] = (struct eh_bonus_value){.value = last[i].value, .kept = true};
    }
    return r;
}

/* Checks the facts, refuses when one is missing, and computes up to the gross pool. */
static int pool_compute(const struct eh_bonus_plan *plan, const struct eh_bonus_facts *facts,
                        const struct eh_bonus_value *last, struct eh_arena *arena,
                        struct eh_bonus_pool *ret, struct eh_error *error)
{
    EH_AUTO(eh_arena) struct eh_arena scratch = EH_ARENA_INIT;
    int r = eh_bonus_check_facts(facts, &scratch, error);
    if (r == 0 && !facts->estimate && !last)
        r = missing_refuse(plan, facts, error);
    if (r < 0)
        return r;
    struct eh_bonus_pool pool = {
        .values = eh_arena_alloc(arena, plan->measure_count * sizeof *pool.values),
        .scores = eh_arena_alloc(arena, plan->metric_count * sizeof *pool.scores)};
    if (!pool.values || !pool.scores)
        return eh_error_set(error, EH_ENOMEM, "out of memory for the scores");
    r = plan_measure_all(plan, facts, last, pool.values, error);
    if (r < 0)
        return r;
    for (uint32_t i = 0; i < plan->metric_count; i++)
        metric_score(plan, &pool, i);
    pool_fund(plan, &pool);
    *ret = pool;
    return 0;
}

int eh_bonus_gross(const struct eh_bonus_plan *plan, const struct eh_bonus_facts *facts,
                   struct eh_arena *arena, int64_t *ret, struct eh_error *error)
{
    struct eh_bonus_facts alone = *facts;
    struct eh_bonus_pool pool;
    alone.estimate = true;
    alone.member_count = 0;
    int r = pool_compute(plan, &alone, NULL, arena, &pool, error);
    if (r == 0)
        *ret = pool.gross;
    return r;
}

int eh_bonus_compute(const struct eh_bonus_plan *plan, const struct eh_bonus_facts *facts,
                     struct eh_arena *arena, struct eh_bonus_result **ret, struct eh_error *error)
{
    struct eh_bonus_result *result = eh_arena_alloc(arena, sizeof *result);
    if (!result)
        return eh_error_set(error, EH_ENOMEM, "out of memory for the result");
    int r = pool_compute(plan, facts, NULL, arena, &result->pool, error);
    if (r < 0)
        return r;
    result->carry = eh_bonus_carry(result->pool.gross, facts->carry_open, plan->carry_at_most_ppm);
    result->net = result->pool.gross + result->carry; /* the carry takes at most the gross pool */
    r = eh_bonus_share_out(plan, facts, result->net, arena, &result->split, error);
    if (r == 0)
        *ret = result;
    return r;
}

/* A positive difference first repays open carry; the rest of it is paid. */
static int version_settle(const struct eh_bonus_closed *last, int64_t carry_open,
                          struct eh_bonus_later *later, struct eh_error *error)
{
    int r = eh_narrow((__int128)later->pool.gross - last->gross, "the difference",
                      &later->difference, error);
    if (r < 0)
        return r;
    int64_t d = later->difference;
    __int128 open = carry_open;
    if (d > 0)
        later->cancelled = -open < d ? (int64_t)-open : d;
    open += d > 0 ? later->cancelled : d;
    later->paid = d > 0 ? d - later->cancelled : 0;
    r = eh_narrow(open, "the carry", &later->carry_open, error);
    return r < 0 ? r
                 : eh_narrow((__int128)last->net + later->paid, "what is paid in total",
                             &later->net, error);
}

int eh_bonus_recompute(const struct eh_bonus_plan *plan, const struct eh_bonus_facts *facts,
                       const struct eh_bonus_facts *frozen, const struct eh_bonus_closed *last,
                       struct eh_arena *arena, struct eh_bonus_later **ret, struct eh_error *error)
{
    if (last->version == UINT32_MAX)
        return eh_error_set(error, EH_ERANGE, "the period has too many versions");
    struct eh_bonus_later *later = eh_arena_alloc(arena, sizeof *later);
    if (!later)
        return eh_error_set(error, EH_ENOMEM, "out of memory for the result");
    later->version = last->version + 1;
    later->carry = last->carry;
    EH_AUTO(eh_arena) struct eh_arena scratch = EH_ARENA_INIT;
    int r = eh_bonus_check_facts(frozen, &scratch, error);
    if (r == 0)
        r = pool_compute(plan, facts, last->values, arena, &later->pool, error);
    if (r == 0)
        r = version_settle(last, facts->carry_open, later, error);
    if (r == 0)
        r = eh_bonus_share_out(plan, frozen, later->paid, arena, &later->split, error);
    if (r == 0)
        *ret = later;
    return r;
}

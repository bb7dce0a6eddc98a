/*
 * values: from facts to the figures of a plan, each an integer in its unit, rounded once (twice for
 * handle_time: each kind's mean, then the mix of them).
 */
#include "internal.h"

#define MS 1000

int eh_bonus_narrow(__int128 wide, const char *what, int64_t *ret, struct eh_error *error)
{
    if (wide < INT64_MIN || wide > INT64_MAX)
        return eh_error_set(error, EH_ERANGE, "%s does not fit 64 bits", what);
    *ret = (int64_t)wide;
    return 0;
}

static const struct eh_bonus_kind *find_kind(const struct eh_bonus_facts *facts, struct eh_str id)
{
    for (uint32_t i = 0; i < facts->kind_count; i++)
        if (eh_str_equal(facts->kinds[i].id, id))
            return &facts->kinds[i];
    return NULL;
}

static int ratio(__int128 dividend, __int128 divisor, const char *what, struct eh_bonus_value *ret,
                 struct eh_error *error)
{
    ret->missing = divisor == 0;
    return ret->missing
               ? 0
               : eh_bonus_narrow(eh_round_divide(dividend, divisor), what, &ret->value, error);
}

static int total(const struct eh_bonus_facts *facts, size_t at, const char *what, int64_t *ret,
                 struct eh_error *error)
{
    __int128 sum = 0;
    for (uint32_t i = 0; i < facts->kind_count; i++) {
        const char *kind = (const char *)&facts->kinds[i];
        sum += *(const int64_t *)(const void *)(kind + at);
    }
    return eh_bonus_narrow(sum, what, ret, error);
}

static int revenue(const struct eh_plan_measure *measure, const struct eh_bonus_facts *facts,
                   struct eh_bonus_value *ret, struct eh_error *error)
{
    (void)measure;
    ret->value = facts->revenue;
    return total(facts, offsetof(struct eh_bonus_kind, won), "the count of won", &ret->count,
                 error);
}

/* Few ratings shrink to the prior mean (an empirical Bayes estimate with a fixed weight). */
static int csat(const struct eh_plan_measure *measure, const struct eh_bonus_facts *facts,
                struct eh_bonus_value *ret, struct eh_error *error)
{
    __int128 sum =
        (__int128)facts->rating_sum * 1000 + (__int128)measure->prior_count * measure->prior_mean;
    ret->count = facts->ratings;
    return ratio(sum, (__int128)facts->ratings + measure->prior_count, "csat", ret, error);
}

/* The mix is fixed in the plan: closing more of the quick kinds does not pay. */
static int handle_time(const struct eh_plan_measure *measure, const struct eh_bonus_facts *facts,
                       struct eh_bonus_value *ret, struct eh_error *error)
{
    __int128 sum = 0, count = 0;
    for (uint32_t i = 0; i < measure->mix_count; i++) {
        const struct eh_bonus_kind *kind = find_kind(facts, measure->mix[i].kind);
        if (!kind || kind->handled_count == 0) {
            ret->missing = true;
            return 0;
        }
        sum += measure->mix[i].share_ppm * eh_round_divide(kind->handled_ms, kind->handled_count);
        count += kind->handled_count;
    }
    int r = eh_bonus_narrow(count, "the count of handled", &ret->count, error);
    return r < 0 ? r : ratio(sum, (__int128)EH_PPM * MS, "handle_time", ret, error);
}

static int reopen_rate(const struct eh_plan_measure *measure, const struct eh_bonus_facts *facts,
                       struct eh_bonus_value *ret, struct eh_error *error)
{
    (void)measure;
    ret->count = facts->firsts;
    int r = facts->by_closings ? total(facts, offsetof(struct eh_bonus_kind, closed),
                                       "the count of closed", &ret->count, error)
                               : 0;
    return r < 0 ? r
                 : ratio((__int128)facts->reopened * EH_PPM, ret->count, "reopen_rate", ret, error);
}

static int conversion(const struct eh_plan_measure *measure, const struct eh_bonus_facts *facts,
                      struct eh_bonus_value *ret, struct eh_error *error)
{
    (void)measure;
    const struct eh_bonus_kind *quote = find_kind(facts, eh_str("quote"));
    __int128 won = quote ? quote->won : 0, lost = quote ? quote->lost : 0;
    int r = eh_bonus_narrow(won + lost, "the count of quotes", &ret->count, error);
    return r < 0 ? r : ratio(won * EH_PPM, won + lost, "conversion", ret, error);
}

int64_t eh_bonus_unknown(const struct eh_bonus_facts *facts, enum eh_measure_kind kind)
{
    bool response = kind == EH_MEASURE_RESPONSE_TIME;
    int64_t known = response ? facts->responses : facts->cycles;
    __int128 closed = 0;
    for (uint32_t i = 0; i < facts->kind_count; i++)
        closed += facts->kinds[i].closed;
    if (!response && kind != EH_MEASURE_CYCLE_TIME)
        return 0;
    return facts->by_closings || closed <= known ? 0 : (int64_t)(closed - known);
}

static int response_time(const struct eh_plan_measure *measure, const struct eh_bonus_facts *facts,
                         struct eh_bonus_value *ret, struct eh_error *error)
{
    (void)measure;
    ret->count = facts->responses;
    ret->unknown = eh_bonus_unknown(facts, EH_MEASURE_RESPONSE_TIME);
    return ratio(facts->response_ms, (__int128)facts->responses * MS, "response_time", ret, error);
}

static int cycle_time(const struct eh_plan_measure *measure, const struct eh_bonus_facts *facts,
                      struct eh_bonus_value *ret, struct eh_error *error)
{
    (void)measure;
    ret->count = facts->cycles;
    ret->unknown = eh_bonus_unknown(facts, EH_MEASURE_CYCLE_TIME);
    return ratio(facts->cycle_ms, (__int128)facts->cycles * MS, "cycle_time", ret, error);
}

static int imported(const struct eh_plan_measure *measure, const struct eh_bonus_facts *facts,
                    struct eh_bonus_value *ret, struct eh_error *error)
{
    (void)error;
    ret->missing = true;
    for (uint32_t i = 0; i < facts->import_count; i++) {
        const struct eh_bonus_import *import = &facts->imports[i];
        if (!eh_str_equal(import->name, measure->name) || import->count == 0)
            continue;
        ret->value = measure->take == EH_TAKE_SUM ? import->sum : import->last;
        ret->count = import->count;
        ret->missing = false;
    }
    return 0;
}

typedef int measure_fn(const struct eh_plan_measure *, const struct eh_bonus_facts *,
                       struct eh_bonus_value *, struct eh_error *);

int eh_bonus_measure(const struct eh_bonus_plan *plan, const struct eh_plan_measure *measure,
                     const struct eh_bonus_facts *facts, struct eh_bonus_value *ret,
                     struct eh_error *error)
{
    static measure_fn *const table[] = {
        [EH_MEASURE_REVENUE] = revenue,         [EH_MEASURE_CSAT] = csat,
        [EH_MEASURE_HANDLE_TIME] = handle_time, [EH_MEASURE_REOPEN_RATE] = reopen_rate,
        [EH_MEASURE_CONVERSION] = conversion,   [EH_MEASURE_RESPONSE_TIME] = response_time,
        [EH_MEASURE_CYCLE_TIME] = cycle_time,   [EH_MEASURE_IMPORTED] = imported};
    struct eh_bonus_value value = {0};
    int r = table[measure->kind](measure, facts, &value, error);
    if (r < 0)
        return r;
    if (value.missing && plan->if_missing == EH_MISSING_PRIOR && measure->has_prior)
        value = (struct eh_bonus_value){.value = measure->prior_mean, .prior = true};
    *ret = value;
    return 0;
}

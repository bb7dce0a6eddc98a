/*
 * measures: the table of all measures, and the functions that make their values. A value is an
 * integer in the measure's unit. It is rounded once; handle_time is rounded twice, at the mean of
 * each kind and at the mix of the means.
 */
#include <evenhand/measure/measure.h>

#define MS           1000
#define RATING_LEAST 1000 /* milli-points */
#define RATING_MOST  5000
#define QUOTE        "quote" /* the kind of ticket that conversion counts */

/* --- Functions that several values share --- */

static const struct eh_bonus_kind *kind_find(const struct eh_bonus_facts *facts, struct eh_str id)
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
    return ret->missing ? 0
                        : eh_narrow(eh_round_divide(dividend, divisor), what, &ret->value, error);
}

/* Sums a member of struct eh_bonus_kind, at offset `at`, over all kinds. */
static int kinds_sum(const struct eh_bonus_facts *facts, size_t at, const char *what, int64_t *ret,
                     struct eh_error *error)
{
    __int128 sum = 0;
    for (uint32_t i = 0; i < facts->kind_count; i++) {
        const char *kind = (const char *)&facts->kinds[i];
        sum += *(const int64_t *)(const void *)(kind + at);
    }
    return eh_narrow(sum, what, ret, error);
}

static void input_add(struct eh_measure_inputs *to, struct eh_str name, enum eh_unit unit,
                      int64_t value)
{
    eh_require(to->count < EH_MEASURE_INPUTS_MAX);
    to->list[to->count++] =
        (struct eh_bonus_input){.name = name, .value = value, .unit = (uint8_t)unit};
}

static void count_add(struct eh_measure_inputs *to, const char *name, int64_t value)
{
    input_add(to, eh_str(name), EH_UNIT_COUNT, value);
}

/* Gives the first input the number of facts that the value is made of. */
static void inputs_finish(struct eh_measure_inputs *to, int64_t facts)
{
    to->list[0].count = facts;
}

static struct eh_str name_of_kind(struct eh_measure_inputs *to, const char *what,
                                  struct eh_str kind)
{
    char text[EH_NAME_MAX + 32];
    eh_format(text, sizeof text, "%s%.*s", what, EH_STR_ARG(kind));
    struct eh_str kept = eh_arena_str(to->arena, eh_str(text));
    to->failed |= !kept.data;
    return kept;
}

static void total_explain(const struct eh_plan_measure *measure, const struct eh_bonus_facts *facts,
                          const struct eh_bonus_value *value, struct eh_measure_inputs *ret)
{
    (void)facts;
    input_add(ret, eh_str("total"), (enum eh_unit)measure->unit, value->value);
    inputs_finish(ret, value->count);
}

/* --- revenue --- */

static int revenue_value(const struct eh_plan_measure *measure, const struct eh_bonus_facts *facts,
                         struct eh_bonus_value *ret, struct eh_error *error)
{
    (void)measure;
    ret->value = facts->revenue;
    return kinds_sum(facts, offsetof(struct eh_bonus_kind, won), "the count of won", &ret->count,
                     error);
}

/* --- csat --- */

/* The mean of the ratings and of `prior_count` ratings of the prior mean, so that few ratings move
 * the value little: an empirical Bayes estimate with a fixed weight. */
static int csat_value(const struct eh_plan_measure *measure, const struct eh_bonus_facts *facts,
                      struct eh_bonus_value *ret, struct eh_error *error)
{
    __int128 sum =
        (__int128)facts->rating_sum * 1000 + (__int128)measure->prior_count * measure->prior_mean;
    ret->count = facts->ratings;
    return ratio(sum, (__int128)facts->ratings + measure->prior_count, "csat", ret, error);
}

static void csat_explain(const struct eh_plan_measure *measure, const struct eh_bonus_facts *facts,
                         const struct eh_bonus_value *value, struct eh_measure_inputs *ret)
{
    count_add(ret, "sum", facts->rating_sum);
    count_add(ret, "ratings", facts->ratings);
    input_add(ret, eh_str("prior"), EH_UNIT_MILLI, measure->prior_mean);
    count_add(ret, "weight", measure->prior_count);
    inputs_finish(ret, value->count);
}

/* --- handle_time --- */

/* The mean of the kinds' means by the plan's mix. The mix is fixed, so closing more tickets of the
 * quick kinds does not pay. */
static int handle_time_value(const struct eh_plan_measure *measure,
                             const struct eh_bonus_facts *facts, struct eh_bonus_value *ret,
                             struct eh_error *error)
{
    __int128 sum = 0, count = 0;
    for (uint32_t i = 0; i < measure->mix_count; i++) {
        const struct eh_bonus_kind *kind = kind_find(facts, measure->mix[i].kind);
        if (!kind || kind->handled_count == 0) {
            ret->missing = true;
            return 0;
        }
        sum += measure->mix[i].share_ppm * eh_round_divide(kind->handled_ms, kind->handled_count);
        count += kind->handled_count;
    }
    int r = eh_narrow(count, "the count of handled", &ret->count, error);
    return r < 0 ? r : ratio(sum, (__int128)EH_PPM * MS, "handle_time", ret, error);
}

/* Adds two inputs for each kind of the mix: its mean with its own count, and its share. */
static void handle_time_explain(const struct eh_plan_measure *measure,
                                const struct eh_bonus_facts *facts,
                                const struct eh_bonus_value *value, struct eh_measure_inputs *ret)
{
    (void)value;
    for (uint32_t i = 0; i < measure->mix_count; i++) {
        const struct eh_bonus_kind *kind = kind_find(facts, measure->mix[i].kind);
        if (!kind || kind->handled_count == 0)
            continue;
        input_add(ret, name_of_kind(ret, "mean ms of ", kind->id), EH_UNIT_COUNT,
                  (int64_t)eh_round_divide(kind->handled_ms, kind->handled_count));
        ret->list[ret->count - 1].count = kind->handled_count;
        input_add(ret, name_of_kind(ret, "mix of ", kind->id), EH_UNIT_PPM,
                  measure->mix[i].share_ppm);
    }
}

/* --- reopen_rate --- */

static int reopen_rate_value(const struct eh_plan_measure *measure,
                             const struct eh_bonus_facts *facts, struct eh_bonus_value *ret,
                             struct eh_error *error)
{
    (void)measure;
    ret->count = facts->firsts;
    int r = facts->by_closings ? kinds_sum(facts, offsetof(struct eh_bonus_kind, closed),
                                           "the count of closed", &ret->count, error)
                               : 0;
    return r < 0 ? r
                 : ratio((__int128)facts->reopened * EH_PPM, ret->count, "reopen_rate", ret, error);
}

static void reopen_rate_explain(const struct eh_plan_measure *measure,
                                const struct eh_bonus_facts *facts,
                                const struct eh_bonus_value *value, struct eh_measure_inputs *ret)
{
    (void)measure;
    count_add(ret, "reopened", facts->reopened);
    count_add(ret, facts->by_closings ? "closed" : "first closed", value->count);
    inputs_finish(ret, value->count);
}

/* --- conversion --- */

static int conversion_value(const struct eh_plan_measure *measure,
                            const struct eh_bonus_facts *facts, struct eh_bonus_value *ret,
                            struct eh_error *error)
{
    (void)measure;
    const struct eh_bonus_kind *quote = kind_find(facts, eh_str(QUOTE));
    __int128 won = quote ? quote->won : 0, lost = quote ? quote->lost : 0;
    int r = eh_narrow(won + lost, "the count of quotes", &ret->count, error);
    return r < 0 ? r : ratio(won * EH_PPM, won + lost, "conversion", ret, error);
}

static void conversion_explain(const struct eh_plan_measure *measure,
                               const struct eh_bonus_facts *facts,
                               const struct eh_bonus_value *value, struct eh_measure_inputs *ret)
{
    (void)measure;
    const struct eh_bonus_kind *quote = kind_find(facts, eh_str(QUOTE));
    if (!quote)
        return;
    count_add(ret, "won", quote->won);
    count_add(ret, "lost", quote->lost);
    inputs_finish(ret, value->count);
}

/* --- response_time and cycle_time --- */

static int64_t closed_beyond(const struct eh_bonus_facts *facts, int64_t known)
{
    __int128 closed = 0;
    for (uint32_t i = 0; i < facts->kind_count; i++)
        closed += facts->kinds[i].closed;
    return facts->by_closings || closed <= known ? 0 : (int64_t)(closed - known);
}

static void time_explain(int64_t ms, int64_t tickets, const struct eh_bonus_value *value,
                         struct eh_measure_inputs *ret)
{
    count_add(ret, "ms", ms);
    count_add(ret, "tickets", tickets);
    if (value->unknown > 0)
        count_add(ret, "without a duration", value->unknown);
    inputs_finish(ret, value->count);
}

static int64_t response_time_unknown(const struct eh_bonus_facts *facts)
{
    return closed_beyond(facts, facts->responses);
}

static int response_time_value(const struct eh_plan_measure *measure,
                               const struct eh_bonus_facts *facts, struct eh_bonus_value *ret,
                               struct eh_error *error)
{
    (void)measure;
    ret->count = facts->responses;
    return ratio(facts->response_ms, (__int128)facts->responses * MS, "response_time", ret, error);
}

static void response_time_explain(const struct eh_plan_measure *measure,
                                  const struct eh_bonus_facts *facts,
                                  const struct eh_bonus_value *value, struct eh_measure_inputs *ret)
{
    (void)measure;
    time_explain(facts->response_ms, facts->responses, value, ret);
}

static int64_t cycle_time_unknown(const struct eh_bonus_facts *facts)
{
    return closed_beyond(facts, facts->cycles);
}

static int cycle_time_value(const struct eh_plan_measure *measure,
                            const struct eh_bonus_facts *facts, struct eh_bonus_value *ret,
                            struct eh_error *error)
{
    (void)measure;
    ret->count = facts->cycles;
    return ratio(facts->cycle_ms, (__int128)facts->cycles * MS, "cycle_time", ret, error);
}

static void cycle_time_explain(const struct eh_plan_measure *measure,
                               const struct eh_bonus_facts *facts,
                               const struct eh_bonus_value *value, struct eh_measure_inputs *ret)
{
    (void)measure;
    time_explain(facts->cycle_ms, facts->cycles, value, ret);
}

/* --- answered_in_time and answer_time --- */

static int answered_in_time_value(const struct eh_plan_measure *measure,
                                  const struct eh_bonus_facts *facts, struct eh_bonus_value *ret,
                                  struct eh_error *error)
{
    (void)measure;
    ret->count = facts->answers_timed;
    return ratio((__int128)facts->answers_in_time * EH_PPM, facts->answers_timed,
                 "answered_in_time", ret, error);
}

static void answered_in_time_explain(const struct eh_plan_measure *measure,
                                     const struct eh_bonus_facts *facts,
                                     const struct eh_bonus_value *value,
                                     struct eh_measure_inputs *ret)
{
    (void)measure;
    count_add(ret, "in time", facts->answers_in_time);
    count_add(ret, "answered", facts->answers_timed);
    inputs_finish(ret, value->count);
}

static int answer_time_value(const struct eh_plan_measure *measure,
                             const struct eh_bonus_facts *facts, struct eh_bonus_value *ret,
                             struct eh_error *error)
{
    (void)measure;
    ret->count = facts->answers;
    return ratio(facts->answer_ms, (__int128)facts->answers * MS, "answer_time", ret, error);
}

static void answer_time_explain(const struct eh_plan_measure *measure,
                                const struct eh_bonus_facts *facts,
                                const struct eh_bonus_value *value, struct eh_measure_inputs *ret)
{
    (void)measure;
    time_explain(facts->answer_ms, facts->answers, value, ret);
}

/* --- imported figures --- */

static int imported_value(const struct eh_plan_measure *measure, const struct eh_bonus_facts *facts,
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

/* --- The table --- */

static const struct eh_measure rows[] = {
    [EH_MEASURE_REVENUE] = {.name = "revenue",
                            .help = "won, less refunded",
                            .formula = "won - refunded",
                            .unit = EH_UNIT_MONEY,
                            .better = 1,
                            .exact = true,
                            .reserved = true,
                            .said = {-EH_PLAN_MONEY_MAX, EH_PLAN_MONEY_MAX},
                            .can = {INT64_MIN, INT64_MAX},
                            .value = revenue_value,
                            .explain = total_explain},
    [EH_MEASURE_CSAT] = {.name = "csat",
                         .help = "the mean rating, from 1 to 5",
                         .formula = "(sum + weight * prior) / (ratings + weight)",
                         .missing = "no ratings came and the prior weighs nothing",
                         .unit = EH_UNIT_MILLI,
                         .better = 1,
                         .quality = true,
                         .shrinks = true,
                         .reserved = true,
                         .said = {RATING_LEAST, RATING_MOST},
                         .can = {RATING_LEAST, RATING_MOST},
                         .value = csat_value,
                         .explain = csat_explain},
    [EH_MEASURE_HANDLE_TIME] = {.name = "handle_time",
                                .help = "the mean time of work on a ticket, by *mix*",
                                .formula = "sum(mix * mean ms) / 1000, of handling",
                                .missing = "a kind of the mix has no handled ticket",
                                .unit = EH_UNIT_SECONDS,
                                .better = -1,
                                .reserved = true,
                                .said = {0, EH_MEASURE_TIME_MAX_S},
                                .can = {0, INT64_MAX},
                                .value = handle_time_value,
                                .explain = handle_time_explain},
    [EH_MEASURE_REOPEN_RATE] = {.name = "reopen_rate",
                                .help = "tickets first closed in the period that were reopened",
                                .formula = "reopened / first closed",
                                .formula_earlier = "reopened / closed",
                                .missing = "no ticket was closed",
                                .unit = EH_UNIT_PPM,
                                .better = -1,
                                .quality = true,
                                .reserved = true,
                                .said = {0, EH_PLAN_RATIO_MAX},
                                .can = {0, EH_PPM},
                                .value = reopen_rate_value,
                                .explain = reopen_rate_explain},
    [EH_MEASURE_CONVERSION] = {.name = "conversion",
                               .help = "quotes won, of those won or lost",
                               .formula = "won / (won + lost)",
                               .missing = "no quote was won or lost",
                               .of_kind = QUOTE,
                               .unit = EH_UNIT_PPM,
                               .better = 1,
                               .reserved = true,
                               .said = {0, EH_PPM},
                               .can = {0, EH_PPM},
                               .value = conversion_value,
                               .explain = conversion_explain},
    [EH_MEASURE_RESPONSE_TIME] = {.name = "response_time",
                                  .help = "the mean time from a ticket's coming to its assignment",
                                  .formula = "ms / tickets / 1000, to assignment",
                                  .missing = "no ticket was assigned",
                                  .unit = EH_UNIT_SECONDS,
                                  .better = -1,
                                  .reserved = true,
                                  .said = {0, EH_MEASURE_TIME_MAX_S},
                                  .can = {0, INT64_MAX},
                                  .value = response_time_value,
                                  .explain = response_time_explain,
                                  .unknown = response_time_unknown},
    [EH_MEASURE_CYCLE_TIME] = {.name = "cycle_time",
                               .help = "the mean time from a ticket's coming to its last closing",
                               .formula = "ms / tickets / 1000, to closing",
                               .missing = "no ticket was closed",
                               .unit = EH_UNIT_SECONDS,
                               .better = -1,
                               .reserved = true,
                               .said = {0, EH_MEASURE_TIME_MAX_S},
                               .can = {0, INT64_MAX},
                               .value = cycle_time_value,
                               .explain = cycle_time_explain,
                               .unknown = cycle_time_unknown},
    [EH_MEASURE_IMPORTED] = {.formula = "imported",
                             .missing = "the imported figure did not come; send it with `metric`",
                             .unit = EH_UNIT_COUNT,
                             .exact = true,
                             .said = {-EH_PLAN_MONEY_MAX, EH_PLAN_MONEY_MAX},
                             .can = {INT64_MIN, INT64_MAX},
                             .value = imported_value,
                             .explain = total_explain},
    [EH_MEASURE_ANSWERED_IN_TIME] = {.name = "answered_in_time",
                                     .help =
                                         "first answers in time, of those that had a time to keep",
                                     .formula = "in time / answered",
                                     .missing = "no ticket was answered that had a time to keep",
                                     .unit = EH_UNIT_PPM,
                                     .better = 1,
                                     .said = {0, EH_PPM},
                                     .can = {0, EH_PPM},
                                     .value = answered_in_time_value,
                                     .explain = answered_in_time_explain},
    [EH_MEASURE_ANSWER_TIME] =
        {.name = "answer_time",
         .help = "the mean working time from a ticket's coming to its first answer",
         .formula = "ms / tickets / 1000, of working time to the first answer",
         .missing = "no ticket was answered",
         .unit = EH_UNIT_SECONDS,
         .better = -1,
         .said = {0, EH_MEASURE_TIME_MAX_S},
         .can = {0, INT64_MAX},
         .value = answer_time_value,
         .explain = answer_time_explain},
};
#define ROW_COUNT (sizeof rows / sizeof *rows)

const struct eh_measure *eh_measure(int kind)
{
    return kind >= 0 && (size_t)kind < ROW_COUNT && rows[kind].value ? &rows[kind] : NULL;
}

struct eh_measure_range eh_measure_range(const struct eh_measure *row)
{
    return (struct eh_measure_range){
        .least = row->can.least > row->said.least ? row->can.least : row->said.least,
        .most = row->can.most < row->said.most ? row->can.most : row->said.most};
}

enum eh_measure_kind eh_measure_named(struct eh_str name)
{
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (rows[i].name && eh_str_equal(name, eh_str(rows[i].name)))
            return (enum eh_measure_kind)i;
    return EH_MEASURE_IMPORTED;
}

static const char *name_at(size_t at, bool reserved)
{
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (rows[i].name && rows[i].reserved >= reserved && at-- == 0)
            return rows[i].name;
    return NULL;
}

const char *eh_measure_name(size_t at)
{
    return name_at(at, false);
}

const char *eh_measure_reserved(size_t at)
{
    return name_at(at, true);
}

bool eh_measure_is_reserved(struct eh_str name)
{
    const struct eh_measure *row = eh_measure(eh_measure_named(name));
    return row->reserved;
}

/*
 * plan_metric: `metrics` of a plan: how each figure is made, what it is worth, what gates it.
 */
#include "plan_read.h"

#include <stdlib.h>

#define RATING_LEAST 1000 /* milli-points */
#define RATING_MOST  5000
#define MS           1000

/* By number; one without a name is of a figure that is imported. */
static const struct plan_known known[] = {
    [EH_MEASURE_REVENUE] = {"revenue", EH_MEASURE_REVENUE, EH_UNIT_MONEY, 1, false,
                            -EH_PLAN_MONEY_MAX, EH_PLAN_MONEY_MAX},
    [EH_MEASURE_CSAT] = {"csat", EH_MEASURE_CSAT, EH_UNIT_MILLI, 1, true, RATING_LEAST,
                         RATING_MOST},
    [EH_MEASURE_HANDLE_TIME] = {"handle_time", EH_MEASURE_HANDLE_TIME, EH_UNIT_SECONDS, -1, false,
                                0, EH_DESK_DURATION_MAX_S},
    [EH_MEASURE_REOPEN_RATE] = {"reopen_rate", EH_MEASURE_REOPEN_RATE, EH_UNIT_PPM, -1, true, 0,
                                EH_PLAN_RATIO_MAX},
    [EH_MEASURE_CONVERSION] = {"conversion", EH_MEASURE_CONVERSION, EH_UNIT_PPM, 1, false, 0,
                               EH_PPM},
    [EH_MEASURE_RESPONSE_TIME] = {"response_time", EH_MEASURE_RESPONSE_TIME, EH_UNIT_SECONDS, -1,
                                  false, 0, EH_DESK_DURATION_MAX_S},
    [EH_MEASURE_CYCLE_TIME] = {"cycle_time", EH_MEASURE_CYCLE_TIME, EH_UNIT_SECONDS, -1, false, 0,
                               EH_DESK_DURATION_MAX_S},
};
#define KNOWN_COUNT (sizeof known / sizeof *known)

const struct plan_known *eh_plan_known(enum eh_measure_kind kind)
{
    return kind < KNOWN_COUNT && known[kind].name ? &known[kind] : NULL;
}

bool eh_plan_computes(struct eh_str metric)
{
    for (size_t i = 0; i < KNOWN_COUNT; i++)
        if (known[i].name && eh_str_equal(metric, eh_str(known[i].name)))
            return true;
    return false;
}

bool eh_plan_is_minutes(struct eh_str metric)
{
    return eh_str_equal(metric, eh_str("paid_minutes")) ||
           eh_str_equal(metric, eh_str("contract_minutes"));
}

bool eh_plan_has(const struct eh_bonus_plan *plan, struct eh_str metric)
{
    for (uint32_t i = 0; plan && i < plan->measure_count; i++)
        if (eh_str_equal(plan->measures[i].name, metric))
            return true;
    return false;
}

const char *eh_plan_computed(size_t at)
{
    for (size_t i = 0; i < KNOWN_COUNT; i++)
        if (known[i].name && at-- == 0)
            return known[i].name;
    return NULL;
}

/* The keys that say how a figure is made, of a metric or a gate, before its name is known. */
struct raw {
    struct eh_str name;
    const struct desk_node *node, *take, *unit, *prior, *mix, *winsorise;
};

struct raw_metric {
    struct raw raw;
    uint32_t weight_ppm;
    uint8_t perspective;
    const struct desk_node *curve, *gate;
};

struct raw_gate {
    struct raw raw;
    const struct desk_node *at_least, *at_most;
    uint8_t effect;
};

struct prior {
    const struct desk_node *mean, *count;
};

struct metrics {
    struct desk_reader *reader;
    const struct desk_path *path; /* of the list */
    struct eh_bonus_plan *plan;
    struct raw_metric *raws;
};

static struct plan_bounds bounds_of(const struct eh_bonus_plan *plan,
                                    const struct eh_plan_measure *measure)
{
    const struct plan_known *k = eh_plan_known(measure->kind);
    return (struct plan_bounds){.unit = measure->unit,
                                .exponent = plan->currency_exponent,
                                .least = k ? k->least : -EH_PLAN_MONEY_MAX,
                                .most = k ? k->most : EH_PLAN_MONEY_MAX};
}

static int read_weight(struct desk_reader *reader, const struct desk_node *node,
                       const struct desk_path *path, void *ret)
{
    return eh_desk_read_share(reader, node, path, 1, "100%", ret);
}

static int read_perspective(struct desk_reader *reader, const struct desk_node *node,
                            const struct desk_path *path, void *ret)
{
    static const char *const words[] = {[EH_PERSPECTIVE_FINANCIAL] = "financial",
                                        [EH_PERSPECTIVE_CUSTOMER] = "customer",
                                        [EH_PERSPECTIVE_PROCESS] = "process",
                                        [EH_PERSPECTIVE_LEARNING] = "learning"};
    return eh_desk_read_choice(reader, node, path, words, sizeof words / sizeof *words, ret);
}

static int read_effect(struct desk_reader *reader, const struct desk_node *node,
                       const struct desk_path *path, void *ret)
{
    static const char *const words[] = {[EH_GATE_ZERO_METRIC] = "zero_metric",
                                        [EH_GATE_CAP_METRIC] = "cap_metric",
                                        [EH_GATE_ZERO_POOL] = "zero_pool"};
    return eh_desk_read_choice(reader, node, path, words, sizeof words / sizeof *words, ret);
}

/* What only handle_time and only imported figures have. */
static int check_keys(struct metrics *m, const struct desk_path *path, const struct raw *raw,
                      const struct eh_plan_measure *measure)
{
    bool imported = measure->kind == EH_MEASURE_IMPORTED;
    bool handle = measure->kind == EH_MEASURE_HANDLE_TIME;
    const struct {
        const struct desk_node *node;
        const char *key, *whose;
        bool allowed;
    } keys[] = {{raw->mix, "mix", "handle_time", handle},
                {raw->winsorise, "winsorise", "handle_time", handle},
                {raw->take, "take", "an imported metric", imported},
                {raw->unit, "unit", "an imported metric", imported}};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (keys[i].node && !keys[i].allowed) {
            struct desk_path at = eh_desk_path_key(path, eh_str(keys[i].key));
            return eh_desk_refuse(m->reader, keys[i].node, &at, EH_EINVAL,
                                  "belongs to %s, not to %.*s; leave it out", keys[i].whose,
                                  EH_STR_ARG(measure->name));
        }
    return 0;
}

static int read_imported(struct metrics *m, const struct desk_path *path, const struct raw *raw,
                         struct eh_plan_measure *measure)
{
    static const char *const takes[] = {[EH_TAKE_SUM] = "sum", [EH_TAKE_LAST] = "last"};
    static const char *const units[] = {[EH_UNIT_COUNT] = "count",
                                        [EH_UNIT_MONEY] = "money",
                                        [EH_UNIT_PPM] = "percent",
                                        [EH_UNIT_MILLI] = "milli",
                                        [EH_UNIT_SECONDS] = "seconds"};
    size_t index = 0;
    if (!raw->take)
        return eh_desk_refuse(m->reader, raw->node, path, EH_EINVAL,
                              "`%.*s` is none of revenue, csat, handle_time, reopen_rate, "
                              "conversion, response_time, cycle_time; an imported metric says "
                              "`take: sum` or `take: last`",
                              measure->name.size < 40 ? (int)measure->name.size : 40,
                              measure->name.data);
    struct desk_path at = eh_desk_path_key(path, eh_str("take"));
    int r = eh_desk_read_word(m->reader, raw->take, &at, takes, 2, &index);
    measure->take = (uint8_t)index;
    if (r < 0 || !raw->unit)
        return r;
    at = eh_desk_path_key(path, eh_str("unit"));
    r = eh_desk_read_word(m->reader, raw->unit, &at, units, sizeof units / sizeof *units, &index);
    measure->unit = (uint8_t)index;
    return r;
}

static int compare_mix(const void *left, const void *right)
{
    const struct eh_plan_mix *a = left, *b = right;
    return eh_str_compare(a->kind, b->kind);
}

static int read_mix(struct metrics *m, const struct desk_node *owner, const struct desk_node *node,
                    const struct desk_path *up, struct eh_plan_measure *measure)
{
    struct desk_path path = eh_desk_path_key(up, eh_str("mix"));
    if (!node)
        return eh_desk_refuse(m->reader, owner, &path, EH_EINVAL,
                              "is missing; handle_time needs the share of each kind, such as "
                              "{order: 60%%, query: 40%%}");
    int r = eh_desk_check_map(m->reader, node, &path);
    if (r < 0)
        return r;
    if (node->size > EH_PLAN_MIX_MAX)
        return eh_desk_refuse(m->reader, node, &path, EH_ERANGE, "has %u kinds, more than %d",
                              node->size, EH_PLAN_MIX_MAX);
    measure->mix = eh_arena_alloc(m->reader->arena, node->size * sizeof *measure->mix);
    if (!measure->mix)
        return eh_desk_out_of_memory(m->reader);
    uint64_t sum = 0;
    for (const struct desk_node *key = node->first; key; key = key->next->next) {
        struct eh_plan_mix *mix = &measure->mix[measure->mix_count];
        r = eh_plan_read_kind(m->reader, key, &path, &mix->kind);
        if (r < 0)
            return r;
        struct desk_path at = eh_desk_path_key(&path, mix->kind);
        for (uint32_t i = 0; i < measure->mix_count; i++)
            if (eh_str_equal(measure->mix[i].kind, mix->kind))
                return eh_desk_refuse(m->reader, key, &at, EH_EINVAL,
                                      "stands twice in the same map");
        r = eh_desk_read_share(m->reader, key->next, &at, 1, "100%", &mix->share_ppm);
        if (r < 0)
            return r;
        sum += mix->share_ppm;
        measure->mix_count++;
    }
    if (sum != EH_PPM) {
        char text[EH_DECIMAL_TEXT_MAX];
        eh_ppm_print((int64_t)sum, text);
        return eh_desk_refuse(m->reader, node, &path, EH_EINVAL, "sums to %s; make it 100%% in all",
                              text);
    }
    qsort(measure->mix, measure->mix_count, sizeof *measure->mix, compare_mix);
    return 0;
}

static int read_winsorise(struct metrics *m, const struct desk_node *node,
                          const struct desk_path *up, struct eh_plan_measure *measure)
{
    static const struct plan_bounds bounds = {EH_UNIT_SECONDS, 0, 0, EH_DESK_DURATION_MAX_S};
    struct desk_path path = eh_desk_path_key(up, eh_str("winsorise"));
    measure->least_ms = 0;
    measure->most_ms = (int64_t)EH_DESK_DURATION_MAX_S * MS;
    if (!node)
        return 0;
    int r = eh_desk_check_list(m->reader, node, &path, 2);
    if (r == 0 && node->size != 2)
        r = eh_desk_refuse(m->reader, node, &path, EH_EINVAL,
                           "must be the shortest and the longest time, such as [30s, 2h]");
    int64_t least, most;
    struct desk_path first = eh_desk_path_item(&path, 0), second = eh_desk_path_item(&path, 1);
    if (r == 0)
        r = eh_plan_read_value(m->reader, node->first, &first, &bounds, &least);
    if (r == 0)
        r = eh_plan_read_value(m->reader, node->first->next, &second, &bounds, &most);
    if (r < 0)
        return r;
    if (least >= most)
        return eh_desk_refuse(m->reader, node, &path, EH_EINVAL,
                              "begins where it ends or behind; put the shorter time first");
    measure->least_ms = least * MS;
    measure->most_ms = most * MS;
    return 0;
}

static int read_prior(struct metrics *m, const struct desk_node *node, const struct desk_path *up,
                      const struct raw *raw, struct eh_plan_measure *measure)
{
    static const struct desk_field fields[] = {
        {"mean", eh_desk_read_node, offsetof(struct prior, mean), true},
        {"count", eh_desk_read_node, offsetof(struct prior, count), false}};
    struct desk_path path = eh_desk_path_key(up, eh_str("prior"));
    bool csat = measure->kind == EH_MEASURE_CSAT;
    if (!node)
        return !csat ? 0
                     : eh_desk_refuse(m->reader, raw->node, &path, EH_EINVAL,
                                      "is missing; csat needs the mean that few ratings shrink "
                                      "to, such as {mean: 4.2, count: 30}");
    struct prior prior = {0};
    int r = eh_desk_read_map(m->reader, node, &path, fields, 2, &prior);
    if (r < 0)
        return r;
    struct plan_bounds bounds = bounds_of(m->plan, measure);
    struct desk_path at = eh_desk_path_key(&path, eh_str("mean"));
    r = eh_plan_read_value(m->reader, prior.mean, &at, &bounds, &measure->prior_mean);
    measure->has_prior = true;
    at = eh_desk_path_key(&path, eh_str("count"));
    if (r == 0 && csat != !!prior.count)
        return eh_desk_refuse(m->reader, node, &at, EH_EINVAL, "%s",
                              csat ? "is missing; say how many ratings the mean weighs"
                                   : "belongs to csat; leave it out");
    uint32_t count = 0;
    if (r == 0 && csat)
        r = eh_desk_read_number(m->reader, prior.count, &at, 0, EH_PLAN_PRIOR_MAX, &count);
    measure->prior_count = count;
    return r;
}

static int define(struct metrics *m, const struct desk_path *path, const struct raw *raw,
                  struct eh_plan_measure *ret)
{
    struct eh_plan_measure measure = {
        .name = raw->name, .kind = EH_MEASURE_IMPORTED, .unit = EH_UNIT_COUNT};
    for (size_t i = 0; i < KNOWN_COUNT; i++)
        if (known[i].name && eh_str_equal(raw->name, eh_str(known[i].name))) {
            measure.kind = known[i].kind;
            measure.unit = known[i].unit;
        }
    if (eh_str_equal(raw->name, eh_str("paid_minutes")) ||
        eh_str_equal(raw->name, eh_str("contract_minutes")))
        return eh_desk_refuse(m->reader, raw->node, path, EH_EINVAL,
                              "%.*s is what `split: hours` shares by, not a metric of the pool",
                              EH_STR_ARG(raw->name));
    int r = check_keys(m, path, raw, &measure);
    if (r == 0 && measure.kind == EH_MEASURE_IMPORTED)
        r = read_imported(m, path, raw, &measure);
    if (r == 0 && measure.kind == EH_MEASURE_HANDLE_TIME)
        r = read_mix(m, raw->node, raw->mix, path, &measure);
    if (r == 0 && measure.kind == EH_MEASURE_HANDLE_TIME)
        r = read_winsorise(m, raw->winsorise, path, &measure);
    if (r == 0)
        r = read_prior(m, raw->prior, path, raw, &measure);
    if (r == 0)
        *ret = measure;
    return r;
}

static uint32_t find_measure(const struct eh_bonus_plan *plan, struct eh_str name)
{
    uint32_t i = 0;
    while (i < plan->measure_count && !eh_str_equal(plan->measures[i].name, name))
        i++;
    return i;
}

static const struct desk_field metric_fields[] = {
    {"metric", eh_desk_read_name, offsetof(struct raw_metric, raw.name), true},
    {"weight", read_weight, offsetof(struct raw_metric, weight_ppm), true},
    {"curve", eh_desk_read_node, offsetof(struct raw_metric, curve), true},
    {"gate", eh_desk_read_node, offsetof(struct raw_metric, gate), false},
    {"perspective", read_perspective, offsetof(struct raw_metric, perspective), false},
    {"prior", eh_desk_read_node, offsetof(struct raw_metric, raw.prior), false},
    {"mix", eh_desk_read_node, offsetof(struct raw_metric, raw.mix), false},
    {"winsorise", eh_desk_read_node, offsetof(struct raw_metric, raw.winsorise), false},
    {"take", eh_desk_read_node, offsetof(struct raw_metric, raw.take), false},
    {"unit", eh_desk_read_node, offsetof(struct raw_metric, raw.unit), false},
};

static int read_metric(struct metrics *m, const struct desk_node *node, uint32_t index)
{
    struct eh_bonus_plan *plan = m->plan;
    struct desk_path path = eh_desk_path_item(m->path, index);
    struct raw_metric *raw = &m->raws[index];
    int r = eh_desk_read_map(m->reader, node, &path, metric_fields,
                             sizeof metric_fields / sizeof *metric_fields, raw);
    if (r < 0)
        return r;
    raw->raw.node = node;
    if (find_measure(plan, raw->raw.name) < plan->measure_count)
        return eh_desk_refuse(m->reader, node, &path, EH_EINVAL,
                              "%.*s is in the list already; give it one weight and one curve",
                              EH_STR_ARG(raw->raw.name));
    struct eh_plan_measure *measure = &plan->measures[index];
    r = define(m, &path, &raw->raw, measure);
    if (r < 0)
        return r;
    plan->measure_count++;
    struct eh_plan_metric *metric = &plan->metrics[index];
    *metric = (struct eh_plan_metric){
        .measure = index, .weight_ppm = raw->weight_ppm, .perspective = raw->perspective};
    struct plan_bounds bounds = bounds_of(plan, measure);
    struct desk_path curve = eh_desk_path_key(&path, eh_str("curve"));
    return eh_plan_read_curve(m->reader, raw->curve, &curve, &bounds, &metric->curve);
}

static const struct desk_field gate_fields[] = {
    {"metric", eh_desk_read_name, offsetof(struct raw_gate, raw.name), true},
    {"else", read_effect, offsetof(struct raw_gate, effect), true},
    {"at_most", eh_desk_read_node, offsetof(struct raw_gate, at_most), false},
    {"at_least", eh_desk_read_node, offsetof(struct raw_gate, at_least), false},
    {"prior", eh_desk_read_node, offsetof(struct raw_gate, raw.prior), false},
    {"mix", eh_desk_read_node, offsetof(struct raw_gate, raw.mix), false},
    {"winsorise", eh_desk_read_node, offsetof(struct raw_gate, raw.winsorise), false},
    {"take", eh_desk_read_node, offsetof(struct raw_gate, raw.take), false},
    {"unit", eh_desk_read_node, offsetof(struct raw_gate, raw.unit), false},
};

/* The figure a gate watches: one that has a definition already, or its own. */
static int watch(struct metrics *m, const struct desk_path *path, const struct raw *raw,
                 uint32_t *ret)
{
    struct eh_bonus_plan *plan = m->plan;
    uint32_t index = find_measure(plan, raw->name);
    if (index == plan->measure_count) {
        int r = define(m, path, raw, &plan->measures[index]);
        if (r < 0)
            return r;
        plan->measure_count++;
    } else if (raw->take || raw->unit || raw->prior || raw->mix || raw->winsorise) {
        return eh_desk_refuse(m->reader, raw->node, path, EH_EINVAL,
                              "says again how %.*s is made; say it once, where it stands first",
                              EH_STR_ARG(raw->name));
    }
    *ret = index;
    return 0;
}

static int read_limit(struct metrics *m, const struct desk_node *node, const struct desk_path *up,
                      const char *key, const struct eh_plan_measure *measure, bool *ret_has,
                      int64_t *ret)
{
    struct desk_path path = eh_desk_path_key(up, eh_str(key));
    struct plan_bounds bounds = bounds_of(m->plan, measure);
    *ret_has = node != NULL;
    return node ? eh_plan_read_value(m->reader, node, &path, &bounds, ret) : 0;
}

static int read_gate(struct metrics *m, const struct desk_node *node, const struct desk_path *up,
                     struct eh_plan_metric *metric)
{
    struct desk_path path = eh_desk_path_key(up, eh_str("gate"));
    struct raw_gate raw = {.raw.node = node};
    int r = eh_desk_read_map(m->reader, node, &path, gate_fields,
                             sizeof gate_fields / sizeof *gate_fields, &raw);
    if (r < 0)
        return r;
    struct eh_plan_gate *gate = &metric->gate;
    if (eh_str_equal(raw.raw.name, m->plan->measures[metric->measure].name))
        return eh_desk_refuse(m->reader, node, &path, EH_EINVAL,
                              "watches its own metric; name another one, the curve rules this one");
    if (!raw.at_least && !raw.at_most)
        return eh_desk_refuse(m->reader, node, &path, EH_EINVAL,
                              "has no bound; add `at_most` or `at_least`");
    r = watch(m, &path, &raw.raw, &gate->measure);
    if (r < 0)
        return r;
    const struct eh_plan_measure *measure = &m->plan->measures[gate->measure];
    r = read_limit(m, raw.at_least, &path, "at_least", measure, &gate->has_least, &gate->at_least);
    if (r == 0)
        r = read_limit(m, raw.at_most, &path, "at_most", measure, &gate->has_most, &gate->at_most);
    if (r == 0 && gate->has_least && gate->has_most && gate->at_least > gate->at_most)
        r = eh_desk_refuse(m->reader, node, &path, EH_EINVAL,
                           "`at_least` is above `at_most`, so nothing passes; swap them");
    gate->effect = raw.effect;
    return r;
}

static int check_weights(struct metrics *m, const struct desk_node *node)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < m->plan->metric_count; i++)
        sum += m->plan->metrics[i].weight_ppm;
    if (sum == EH_PPM)
        return 0;
    char text[EH_DECIMAL_TEXT_MAX];
    eh_ppm_print((int64_t)sum, text);
    return eh_desk_refuse(m->reader, node, m->path, EH_EINVAL,
                          "the weights sum to %s; make them 100%% in all", text);
}

static int allocate(struct metrics *m, uint32_t count)
{
    struct desk_reader *reader = m->reader;
    struct eh_bonus_plan *plan = m->plan;
    plan->metrics = eh_arena_alloc(reader->arena, count * sizeof *plan->metrics);
    plan->measures = eh_arena_alloc(reader->arena, 2 * count * sizeof *plan->measures);
    m->raws = eh_arena_alloc(reader->scratch, count * sizeof *m->raws);
    return plan->metrics && plan->measures && m->raws ? 0 : eh_desk_out_of_memory(reader);
}

int eh_plan_read_metrics(struct desk_reader *reader, const struct desk_node *node,
                         const struct desk_path *path, struct eh_bonus_plan *plan)
{
    struct metrics m = {reader, path, plan, NULL};
    int r = eh_desk_check_list(reader, node, path, EH_PLAN_METRICS_MAX);
    if (r < 0)
        return r;
    if (node->size == 0)
        return eh_desk_refuse(reader, node, path, EH_EINVAL,
                              "is empty; name at least one metric the pool depends on");
    r = allocate(&m, node->size);
    for (const struct desk_node *item = node->first; r == 0 && item; item = item->next)
        r = read_metric(&m, item, plan->metric_count++);
    for (uint32_t i = 0; r == 0 && i < plan->metric_count; i++) {
        struct desk_path at = eh_desk_path_item(path, i);
        if (m.raws[i].gate)
            r = read_gate(&m, m.raws[i].gate, &at, &plan->metrics[i]);
    }
    return r < 0 ? r : check_weights(&m, node);
}

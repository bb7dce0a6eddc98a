/*
 * plan_metric: reads `metrics` of a plan: how each figure is made, its weight and curve, its gate.
 */
#include "plan_read.h"

#include <stdlib.h>

#define MS         1000
#define NAMES_SIZE 200 /* bytes of a list of all measures */

_Static_assert(EH_MEASURE_TIME_MAX_S == EH_DESK_DURATION_MAX_S, "a plan says times as a desk does");

bool eh_plan_is_minutes(struct eh_str metric)
{
    return eh_str_equal(metric, eh_str("paid_minutes")) ||
           eh_str_equal(metric, eh_str("contract_minutes"));
}

const struct eh_plan_measure *eh_plan_measure_find(const struct eh_bonus_plan *plan,
                                                   struct eh_str metric)
{
    for (uint32_t i = 0; plan && i < plan->measure_count; i++)
        if (eh_str_equal(plan->measures[i].name, metric))
            return &plan->measures[i];
    return NULL;
}

/* The keys of a metric or a gate that say how its figure is made. They are kept as nodes until the
 * name of the figure is known. */
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

static struct plan_bounds figure_bounds(const struct eh_bonus_plan *plan,
                                        const struct eh_plan_measure *measure)
{
    struct eh_measure_range said = eh_measure(measure->kind)->said;
    return (struct plan_bounds){.unit = measure->unit,
                                .exponent = plan->currency_exponent,
                                .least = said.least,
                                .most = said.most};
}

static int weight_read(struct desk_reader *reader, const struct desk_node *node,
                       const struct desk_path *path, void *ret)
{
    return eh_desk_read_share(reader, node, path, 1, "100%", ret);
}

static int perspective_read(struct desk_reader *reader, const struct desk_node *node,
                            const struct desk_path *path, void *ret)
{
    static const char *const words[] = {[EH_PERSPECTIVE_FINANCIAL] = "financial",
                                        [EH_PERSPECTIVE_CUSTOMER] = "customer",
                                        [EH_PERSPECTIVE_PROCESS] = "process",
                                        [EH_PERSPECTIVE_LEARNING] = "learning"};
    return eh_desk_read_choice(reader, node, path, words, sizeof words / sizeof *words, ret);
}

static int effect_read(struct desk_reader *reader, const struct desk_node *node,
                       const struct desk_path *path, void *ret)
{
    static const char *const words[] = {[EH_GATE_ZERO_METRIC] = "zero_metric",
                                        [EH_GATE_CAP_METRIC] = "cap_metric",
                                        [EH_GATE_ZERO_POOL] = "zero_pool"};
    return eh_desk_read_choice(reader, node, path, words, sizeof words / sizeof *words, ret);
}

/* Refuses keys of handle_time and of imported figures for other figures. */
static int keys_check(struct metrics *m, const struct desk_path *path, const struct raw *raw,
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

/* "revenue, csat, ..." */
static void names_list(char *ret, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; used < size && eh_measure_name(i); i++)
        used += eh_format(ret + used, size - used, "%s%s", i ? ", " : "", eh_measure_name(i));
}

static int name_refuse(struct metrics *m, const struct desk_path *path, const struct raw *raw,
                       struct eh_str name)
{
    char names[NAMES_SIZE];
    names_list(names, sizeof names);
    return eh_desk_refuse(m->reader, raw->node, path, EH_EINVAL,
                          "`%.*s` is none of %s; an imported metric says `take: sum` or "
                          "`take: last`",
                          name.size < 40 ? (int)name.size : 40, name.data, names);
}

static int imported_read(struct metrics *m, const struct desk_path *path, const struct raw *raw,
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
        return name_refuse(m, path, raw, measure->name);
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

static int mix_compare(const void *left, const void *right)
{
    const struct eh_plan_mix *a = left, *b = right;
    return eh_str_compare(a->kind, b->kind);
}

static int mix_read(struct metrics *m, const struct desk_node *owner, const struct desk_node *node,
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
    qsort(measure->mix, measure->mix_count, sizeof *measure->mix, mix_compare);
    return 0;
}

static int winsorise_read(struct metrics *m, const struct desk_node *node,
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

static int prior_read(struct metrics *m, const struct desk_node *node, const struct desk_path *up,
                      const struct raw *raw, struct eh_plan_measure *measure)
{
    static const struct desk_field fields[] = {
        {"mean", eh_desk_read_node, offsetof(struct prior, mean), true},
        {"count", eh_desk_read_node, offsetof(struct prior, count), false}};
    struct desk_path path = eh_desk_path_key(up, eh_str("prior"));
    bool shrinks = eh_measure(measure->kind)->shrinks;
    if (!node)
        return !shrinks ? 0
                        : eh_desk_refuse(m->reader, raw->node, &path, EH_EINVAL,
                                         "is missing; %.*s needs the mean that few ratings shrink "
                                         "to, such as {mean: 4.2, count: 30}",
                                         EH_STR_ARG(measure->name));
    struct prior prior = {0};
    int r = eh_desk_read_map(m->reader, node, &path, fields, 2, &prior);
    if (r < 0)
        return r;
    struct plan_bounds bounds = figure_bounds(m->plan, measure);
    struct desk_path at = eh_desk_path_key(&path, eh_str("mean"));
    r = eh_plan_read_value(m->reader, prior.mean, &at, &bounds, &measure->prior_mean);
    measure->has_prior = true;
    at = eh_desk_path_key(&path, eh_str("count"));
    if (r == 0 && shrinks != !!prior.count)
        return eh_desk_refuse(m->reader, node, &at, EH_EINVAL, "%s",
                              shrinks ? "is missing; say how many ratings the mean weighs"
                                      : "belongs to csat; leave it out");
    uint32_t count = 0;
    if (r == 0 && shrinks)
        r = eh_desk_read_number(m->reader, prior.count, &at, 0, EH_PLAN_PRIOR_MAX, &count);
    measure->prior_count = count;
    return r;
}

/* The measure of that name. A plan that says `take` imports the figure instead: it may be older
 * than the measure. */
static enum eh_measure_kind measure_kind(const struct raw *raw)
{
    enum eh_measure_kind kind = eh_measure_named(raw->name);
    return raw->take && !eh_measure(kind)->reserved ? EH_MEASURE_IMPORTED : kind;
}

static int measure_define(struct metrics *m, const struct desk_path *path, const struct raw *raw,
                          struct eh_plan_measure *ret)
{
    enum eh_measure_kind kind = measure_kind(raw);
    struct eh_plan_measure measure = {
        .name = raw->name, .kind = (uint8_t)kind, .unit = eh_measure(kind)->unit};
    if (eh_plan_is_minutes(raw->name))
        return eh_desk_refuse(m->reader, raw->node, path, EH_EINVAL,
                              "%.*s is what `split: hours` shares by, not a metric of the pool",
                              EH_STR_ARG(raw->name));
    int r = keys_check(m, path, raw, &measure);
    if (r == 0 && measure.kind == EH_MEASURE_IMPORTED)
        r = imported_read(m, path, raw, &measure);
    if (r == 0 && measure.kind == EH_MEASURE_HANDLE_TIME)
        r = mix_read(m, raw->node, raw->mix, path, &measure);
    if (r == 0 && measure.kind == EH_MEASURE_HANDLE_TIME)
        r = winsorise_read(m, raw->winsorise, path, &measure);
    if (r == 0)
        r = prior_read(m, raw->prior, path, raw, &measure);
    if (r == 0)
        *ret = measure;
    return r;
}

static uint32_t measure_find(const struct eh_bonus_plan *plan, struct eh_str name)
{
    uint32_t i = 0;
    while (i < plan->measure_count && !eh_str_equal(plan->measures[i].name, name))
        i++;
    return i;
}

static const struct desk_field metric_fields[] = {
    {"metric", eh_desk_read_name, offsetof(struct raw_metric, raw.name), true},
    {"weight", weight_read, offsetof(struct raw_metric, weight_ppm), true},
    {"curve", eh_desk_read_node, offsetof(struct raw_metric, curve), true},
    {"gate", eh_desk_read_node, offsetof(struct raw_metric, gate), false},
    {"perspective", perspective_read, offsetof(struct raw_metric, perspective), false},
    {"prior", eh_desk_read_node, offsetof(struct raw_metric, raw.prior), false},
    {"mix", eh_desk_read_node, offsetof(struct raw_metric, raw.mix), false},
    {"winsorise", eh_desk_read_node, offsetof(struct raw_metric, raw.winsorise), false},
    {"take", eh_desk_read_node, offsetof(struct raw_metric, raw.take), false},
    {"unit", eh_desk_read_node, offsetof(struct raw_metric, raw.unit), false},
};

static int metric_read(struct metrics *m, const struct desk_node *node, uint32_t index)
{
    struct eh_bonus_plan *plan = m->plan;
    struct desk_path path = eh_desk_path_item(m->path, index);
    struct raw_metric *raw = &m->raws[index];
    int r = eh_desk_read_map(m->reader, node, &path, metric_fields,
                             sizeof metric_fields / sizeof *metric_fields, raw);
    if (r < 0)
        return r;
    raw->raw.node = node;
    if (measure_find(plan, raw->raw.name) < plan->measure_count)
        return eh_desk_refuse(m->reader, node, &path, EH_EINVAL,
                              "%.*s is in the list already; give it one weight and one curve",
                              EH_STR_ARG(raw->raw.name));
    struct eh_plan_measure *measure = &plan->measures[index];
    r = measure_define(m, &path, &raw->raw, measure);
    if (r < 0)
        return r;
    plan->measure_count++;
    struct eh_plan_metric *metric = &plan->metrics[index];
    *metric = (struct eh_plan_metric){
        .measure = index, .weight_ppm = raw->weight_ppm, .perspective = raw->perspective};
    struct plan_bounds bounds = figure_bounds(plan, measure);
    struct desk_path curve = eh_desk_path_key(&path, eh_str("curve"));
    return eh_plan_read_curve(m->reader, raw->curve, &curve, &bounds, &metric->curve);
}

static const struct desk_field gate_fields[] = {
    {"metric", eh_desk_read_name, offsetof(struct raw_gate, raw.name), true},
    {"else", effect_read, offsetof(struct raw_gate, effect), true},
    {"at_most", eh_desk_read_node, offsetof(struct raw_gate, at_most), false},
    {"at_least", eh_desk_read_node, offsetof(struct raw_gate, at_least), false},
    {"prior", eh_desk_read_node, offsetof(struct raw_gate, raw.prior), false},
    {"mix", eh_desk_read_node, offsetof(struct raw_gate, raw.mix), false},
    {"winsorise", eh_desk_read_node, offsetof(struct raw_gate, raw.winsorise), false},
    {"take", eh_desk_read_node, offsetof(struct raw_gate, raw.take), false},
    {"unit", eh_desk_read_node, offsetof(struct raw_gate, raw.unit), false},
};

/* Finds the figure that a gate watches. A figure that no metric has yet is defined by the gate. */
static int gate_watch(struct metrics *m, const struct desk_path *path, const struct raw *raw,
                      uint32_t *ret)
{
    struct eh_bonus_plan *plan = m->plan;
    uint32_t index = measure_find(plan, raw->name);
    if (index == plan->measure_count) {
        int r = measure_define(m, path, raw, &plan->measures[index]);
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

static int limit_read(struct metrics *m, const struct desk_node *node, const struct desk_path *up,
                      const char *key, const struct eh_plan_measure *measure, bool *ret_has,
                      int64_t *ret)
{
    struct desk_path path = eh_desk_path_key(up, eh_str(key));
    struct plan_bounds bounds = figure_bounds(m->plan, measure);
    *ret_has = node != NULL;
    return node ? eh_plan_read_value(m->reader, node, &path, &bounds, ret) : 0;
}

static int gate_read(struct metrics *m, const struct desk_node *node, const struct desk_path *up,
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
    r = gate_watch(m, &path, &raw.raw, &gate->measure);
    if (r < 0)
        return r;
    const struct eh_plan_measure *measure = &m->plan->measures[gate->measure];
    r = limit_read(m, raw.at_least, &path, "at_least", measure, &gate->has_least, &gate->at_least);
    if (r == 0)
        r = limit_read(m, raw.at_most, &path, "at_most", measure, &gate->has_most, &gate->at_most);
    if (r == 0 && gate->has_least && gate->has_most && gate->at_least > gate->at_most)
        r = eh_desk_refuse(m->reader, node, &path, EH_EINVAL,
                           "`at_least` is above `at_most`, so nothing passes; swap them");
    gate->effect = raw.effect;
    return r;
}

static int weights_check(struct metrics *m, const struct desk_node *node)
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

static int metrics_allocate(struct metrics *m, uint32_t count)
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
    r = metrics_allocate(&m, node->size);
    for (const struct desk_node *item = node->first; r == 0 && item; item = item->next)
        r = metric_read(&m, item, plan->metric_count++);
    for (uint32_t i = 0; r == 0 && i < plan->metric_count; i++) {
        struct desk_path at = eh_desk_path_item(path, i);
        if (m.raws[i].gate)
            r = gate_read(&m, m.raws[i].gate, &at, &plan->metrics[i]);
    }
    return r < 0 ? r : weights_check(&m, node);
}

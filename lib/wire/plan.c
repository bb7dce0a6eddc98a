/*
 * plan: reads a bonus plan as a whole, and the list of a desk's plans: which one governs when.
 */
#include "plan_read.h"

#include <stdlib.h>

#include <evenhand/wire/message.h>

#define CARRY_AT_MOST (EH_PPM / 4)

/* Where the sections of a plan stand. They are read in a fixed order, not in the file's. */
struct top {
    struct eh_bonus_plan plan;
    struct eh_str from; /* points into the tree */
    const struct desk_node *period, *target, *max;
    const struct desk_node *metrics, *funding, *split, *individual, *seniority;
};

static int sentence_read(struct desk_reader *reader, const struct desk_node *node,
                         const struct desk_path *path, void *ret)
{
    struct eh_str text;
    int r = eh_desk_read_text(reader, node, path, &text);
    if (r < 0)
        return r;
    if (!eh_name_valid(text, EH_PLAN_SENTENCE_MAX))
        return eh_desk_refuse(reader, node, path, EH_EINVAL,
                              "must be a sentence everybody will read, of 1 to %d bytes on one "
                              "line",
                              EH_PLAN_SENTENCE_MAX);
    return eh_desk_keep_text(reader, text, ret);
}

static int leavers_read(struct desk_reader *reader, const struct desk_node *node,
                        const struct desk_path *path, void *ret)
{
    static const char *const words[] = {
        [EH_LEAVERS_PRORATE] = "prorate", [EH_LEAVERS_FORFEIT] = "forfeit"};
    return eh_desk_read_choice(reader, node, path, words, 2, ret);
}

static int if_missing_read(struct desk_reader *reader, const struct desk_node *node,
                           const struct desk_path *path, void *ret)
{
    static const char *const words[] = {
        [EH_MISSING_BLOCKS] = "block", [EH_MISSING_PRIOR] = "prior"};
    return eh_desk_read_choice(reader, node, path, words, 2, ret);
}

static int unearned_read(struct desk_reader *reader, const struct desk_node *node,
                         const struct desk_path *path, void *ret)
{
    static const char *const words[] = {[EH_UNEARNED_SHARE] = "share", [EH_UNEARNED_HOLD] = "hold"};
    return eh_desk_read_choice(reader, node, path, words, sizeof words / sizeof *words, ret);
}

static int at_most_read(struct desk_reader *reader, const struct desk_node *node,
                        const struct desk_path *path, void *ret)
{
    return eh_desk_read_share(reader, node, path, 0, "100%", ret);
}

static int carry_read(struct desk_reader *reader, const struct desk_node *node,
                      const struct desk_path *path, void *ret)
{
    static const struct desk_field fields[] = {
        {"at_most", at_most_read, offsetof(struct eh_bonus_plan, carry_at_most_ppm), true}};
    return eh_desk_read_map(reader, node, path, fields, 1, ret);
}

static int team_read(struct desk_reader *reader, const struct desk_node *node,
                     const struct desk_path *path, void *ret)
{
    struct top *top = ret;
    int r = eh_desk_read_id(reader, node, path, &top->plan.team);
    if (r < 0)
        return r;
    if (reader->desk && !eh_desk_team(reader->desk, top->plan.team))
        return eh_desk_refuse(reader, node, path, EH_EINVAL,
                              "`%.*s` is no team of this desk; add it to `teams`",
                              EH_STR_ARG(top->plan.team));
    return 0;
}

static int from_read(struct desk_reader *reader, const struct desk_node *node,
                     const struct desk_path *path, void *ret)
{
    struct top *top = ret;
    struct eh_str text;
    int r = eh_desk_read_text(reader, node, path, &text);
    if (r < 0)
        return r;
    struct eh_error inner;
    if (eh_period_parse(text, &top->plan.from, &inner) < 0)
        return eh_desk_refuse(reader, node, path, EH_EINVAL, "%s", inner.text);
    top->from = text;
    return 0;
}

static const struct desk_field fields[] = {
    {"id", eh_desk_read_id, offsetof(struct top, plan.id), true},
    {"team", team_read, 0, true},
    {"from", from_read, 0, true},
    {"period", eh_desk_read_node, offsetof(struct top, period), false},
    {"encourages", sentence_read, offsetof(struct top, plan.encourages), true},
    {"discourages", sentence_read, offsetof(struct top, plan.discourages), true},
    {"target_pool", eh_desk_read_node, offsetof(struct top, target), true},
    {"max_pool", eh_desk_read_node, offsetof(struct top, max), true},
    {"metrics", eh_desk_read_node, offsetof(struct top, metrics), true},
    {"funding", eh_desk_read_node, offsetof(struct top, funding), true},
    {"split", eh_desk_read_node, offsetof(struct top, split), true},
    {"individual", eh_desk_read_node, offsetof(struct top, individual), false},
    {"seniority", eh_desk_read_node, offsetof(struct top, seniority), false},
    {"leavers", leavers_read, offsetof(struct top, plan.leavers), false},
    {"if_missing", if_missing_read, offsetof(struct top, plan.if_missing), false},
    {"unearned", unearned_read, offsetof(struct top, plan.unearned), false},
    {"carry", carry_read, offsetof(struct top, plan), false},
};

_Static_assert(offsetof(struct top, plan) == 0, "sections write into the plan through the top");

static int period_check(struct desk_reader *reader, const struct desk_path *up, struct top *top)
{
    static const char *const words[] = {
        [EH_PERIOD_WEEK] = "week", [EH_PERIOD_MONTH] = "month", [EH_PERIOD_QUARTER] = "quarter"};
    struct desk_path path = eh_desk_path_key(up, eh_str("period"));
    if (!top->period)
        return 0;
    size_t index;
    int r = eh_desk_read_word(reader, top->period, &path, words, 3, &index);
    if (r < 0)
        return r;
    if (index != top->plan.from.kind)
        return eh_desk_refuse(reader, top->period, &path, EH_EINVAL,
                              "is %s, but `from: %.*s` is a %s; write `from` as a %s", words[index],
                              EH_STR_ARG(top->from), words[top->plan.from.kind], words[index]);
    return 0;
}

static int pools_read(struct desk_reader *reader, const struct desk_path *up, struct top *top)
{
    struct plan_bounds bounds = {EH_UNIT_MONEY, top->plan.currency_exponent, 0, EH_PLAN_MONEY_MAX};
    struct desk_path target = eh_desk_path_key(up, eh_str("target_pool"));
    struct desk_path max = eh_desk_path_key(up, eh_str("max_pool"));
    int r = eh_plan_read_value(reader, top->target, &target, &bounds, &top->plan.target_pool);
    if (r == 0)
        r = eh_plan_read_value(reader, top->max, &max, &bounds, &top->plan.max_pool);
    if (r == 0 && top->plan.target_pool > top->plan.max_pool)
        r = eh_desk_refuse(reader, top->max, &max, EH_EINVAL,
                           "is below `target_pool`; raise it or lower the target");
    return r;
}

static int funding_read(struct desk_reader *reader, const struct desk_path *up, struct top *top)
{
    static const struct plan_bounds bounds = {EH_UNIT_PPM, 0, 0, EH_PLAN_RATIO_MAX};
    struct eh_bonus_plan *plan = &top->plan;
    struct desk_path path = eh_desk_path_key(up, eh_str("funding"));
    int r = eh_plan_read_curve(reader, top->funding, &path, &bounds, &plan->funding);
    if (r < 0)
        return r;
    int64_t first = plan->funding.points[0].y,
            last = plan->funding.points[plan->funding.count - 1].y;
    if (first > last)
        return eh_desk_refuse(reader, top->funding, &path, EH_EINVAL,
                              "falls: a better composite would pay less; let it rise");
    __int128 most = eh_round_divide((__int128)plan->target_pool * last, EH_PPM);
    if (most > plan->max_pool) {
        char percent[EH_DECIMAL_TEXT_MAX], pool[EH_DECIMAL_TEXT_MAX];
        eh_ppm_print(last, percent);
        eh_money_print(plan->max_pool, plan->currency_exponent, pool);
        return eh_desk_refuse(reader, top->funding, &path, EH_EINVAL,
                              "a maximum of %s of `target_pool` is above `max_pool` %s; raise "
                              "`max_pool` or end the curve lower",
                              percent, pool);
    }
    return 0;
}

static int key_refuse_missing(struct desk_reader *reader, const struct desk_node *node,
                              const struct desk_path *up, const char *key, const char *why)
{
    struct desk_path path = eh_desk_path_key(up, eh_str(key));
    return eh_desk_refuse(reader, node, &path, EH_EINVAL, "%s", why);
}

/* Reads `split` first: a part that it gives something to must say how it is shared. */
static int sharing_read(struct desk_reader *reader, const struct desk_node *node,
                        const struct desk_path *up, struct top *top)
{
    struct eh_bonus_plan *plan = &top->plan;
    struct desk_path split = eh_desk_path_key(up, eh_str("split"));
    struct desk_path individual = eh_desk_path_key(up, eh_str("individual"));
    struct desk_path seniority = eh_desk_path_key(up, eh_str("seniority"));
    int r = eh_plan_read_split(reader, top->split, &split, plan);
    if (r == 0 && top->individual)
        r = eh_plan_read_individual(reader, top->individual, &individual, plan);
    else if (r == 0 && plan->individual_ppm > 0)
        r = key_refuse_missing(
            reader, node, up, "individual",
            "is missing; say the points of each kind, or give `split: individual` nothing");
    if (r == 0 && top->seniority)
        r = eh_plan_read_bands(reader, top->seniority, &seniority, plan);
    else if (r == 0 && plan->seniority_ppm > 0)
        r = key_refuse_missing(reader, node, up, "seniority",
                               "is missing; say the bands, or give `split: seniority` nothing");
    return r;
}

static int priors_check(struct desk_reader *reader, const struct desk_path *up,
                        const struct top *top)
{
    const struct eh_bonus_plan *plan = &top->plan;
    struct desk_path path = eh_desk_path_key(up, eh_str("metrics"));
    for (uint32_t i = 0; plan->if_missing == EH_MISSING_PRIOR && i < plan->measure_count; i++)
        if (eh_measure(plan->measures[i].kind)->missing && !plan->measures[i].has_prior)
            return eh_desk_refuse(reader, top->metrics, &path, EH_EINVAL,
                                  "`if_missing: prior` needs `prior: {mean: ...}` for %.*s",
                                  EH_STR_ARG(plan->measures[i].name));
    return 0;
}

/* Reads an item of `plans`, or the plan of a file of its own. reader->desk may be NULL. */
static int plan_read_one(struct desk_reader *reader, const struct desk_node *node,
                         const struct desk_path *path, struct eh_bonus_plan *ret)
{
    const struct eh_desk *desk = reader->desk;
    struct top top = {.plan = {.currency = desk ? desk->currency : eh_str("EUR"),
                               .currency_exponent = desk ? desk->currency_exponent : 2,
                               .cap_ppm = EH_PPM,
                               .carry_at_most_ppm = CARRY_AT_MOST,
                               .line = node->line}};
    struct desk_path metrics = eh_desk_path_key(path, eh_str("metrics"));
    int r = eh_desk_read_map(reader, node, path, fields, sizeof fields / sizeof *fields, &top);
    if (r == 0)
        r = eh_desk_keep_text(reader, top.plan.currency, &top.plan.currency);
    if (r == 0)
        r = period_check(reader, path, &top);
    if (r == 0)
        r = pools_read(reader, path, &top);
    if (r == 0)
        r = eh_plan_read_metrics(reader, top.metrics, &metrics, &top.plan);
    if (r == 0)
        r = priors_check(reader, path, &top);
    if (r == 0)
        r = funding_read(reader, path, &top);
    if (r == 0)
        r = sharing_read(reader, node, path, &top);
    if (r == 0)
        *ret = top.plan;
    return r;
}

int eh_plan_parse(struct eh_str text, const struct eh_desk *desk, struct eh_arena *arena,
                  struct eh_bonus_plan **ret, struct eh_error *error)
{
    if (text.size > EH_DESK_TEXT_MAX)
        return eh_error_set(error, EH_ERANGE, "1: %u bytes are too many; a file has at most %u",
                            text.size, EH_DESK_TEXT_MAX);
    EH_AUTO(eh_arena) struct eh_arena scratch = EH_ARENA_INIT;
    struct eh_desk known = desk ? *desk : (struct eh_desk){0};
    struct desk_reader reader = {.arena = arena,
                                 .scratch = &scratch,
                                 .error = error,
                                 .desk = desk ? &known : NULL,
                                 .written_now = true};
    const struct desk_path path = {0};
    struct desk_node *root;
    int r = eh_desk_tree_build(text, &scratch, &root, error);
    if (r < 0)
        return r;
    struct eh_bonus_plan *plan = eh_arena_alloc(arena, sizeof *plan);
    if (!plan)
        return eh_desk_out_of_memory(&reader);
    r = plan_read_one(&reader, root, &path, plan);
    if (r < 0)
        return r;
    for (uint32_t i = 0; desk && i < desk->plan_count; i++)
        plan->before_unearned |=
            desk->plans[i].before_unearned && eh_plan_same(&desk->plans[i], plan);
    *ret = plan;
    return 0;
}

/* A plan of the list and its place in the file. */
struct listed {
    struct eh_bonus_plan plan;
    const struct desk_node *node;
    uint32_t index;
};

static int listed_compare(const void *left, const void *right)
{
    const struct listed *a = left, *b = right;
    int order = eh_str_compare(a->plan.team, b->plan.team);
    int32_t first = eh_period_first(a->plan.from), other = eh_period_first(b->plan.from);
    if (order == 0)
        order = (first > other) - (first < other);
    return order ? order : (a->index > b->index) - (a->index < b->index);
}

static int ids_compare(const void *left, const void *right)
{
    const struct listed *a = left, *b = right;
    int order = eh_str_compare(a->plan.id, b->plan.id);
    return order ? order : (a->index > b->index) - (a->index < b->index);
}

static int ids_check(struct desk_reader *reader, const struct desk_path *path,
                     struct listed *listed, uint32_t count)
{
    qsort(listed, count, sizeof *listed, ids_compare);
    for (uint32_t i = 1; i < count; i++)
        if (eh_str_equal(listed[i - 1].plan.id, listed[i].plan.id)) {
            struct desk_path item = eh_desk_path_item(path, listed[i].index);
            struct desk_path at = eh_desk_path_key(&item, eh_str("id"));
            return eh_desk_refuse(reader, listed[i].node, &at, EH_EINVAL,
                                  "`%.*s` is taken by the plan on line %u; a change is a new plan "
                                  "with an id of its own",
                                  EH_STR_ARG(listed[i].plan.id), listed[i - 1].node->line);
        }
    return 0;
}

/* Refuses plans of a team whose periods leave a gap or overlap where a plan follows another. */
static int succession_check(struct desk_reader *reader, const struct desk_path *path,
                            const struct listed *before, const struct listed *after)
{
    struct desk_path item = eh_desk_path_item(path, after->index);
    struct desk_path at = eh_desk_path_key(&item, eh_str("from"));
    int32_t first = eh_period_first(after->plan.from);
    if (first == eh_period_first(before->plan.from))
        return eh_desk_refuse(reader, after->node, &at, EH_EINVAL,
                              "team %.*s has a plan from then on line %u; let this one begin later",
                              EH_STR_ARG(after->plan.team), before->node->line);
    struct eh_period running = eh_period_of(before->plan.from.kind, first);
    if (first == eh_period_first(running))
        return 0;
    char text[EH_DECIMAL_TEXT_MAX];
    eh_period_print(running, text);
    return eh_desk_refuse(reader, after->node, &at, EH_EINVAL,
                          "begins within %s of plan %.*s; let it begin where such a period ends",
                          text, EH_STR_ARG(before->plan.id));
}

static int plans_arrange(struct desk_reader *reader, const struct desk_path *path,
                         struct listed *listed, uint32_t count)
{
    struct eh_desk *desk = reader->desk;
    int r = ids_check(reader, path, listed, count);
    if (r < 0)
        return r;
    qsort(listed, count, sizeof *listed, listed_compare);
    for (uint32_t i = 1; i < count; i++) {
        if (!eh_str_equal(listed[i - 1].plan.team, listed[i].plan.team))
            continue;
        r = succession_check(reader, path, &listed[i - 1], &listed[i]);
        if (r < 0)
            return r;
    }
    desk->plans = eh_arena_alloc(reader->arena, count * sizeof *desk->plans);
    if (!desk->plans)
        return eh_desk_out_of_memory(reader);
    for (uint32_t i = 0; i < count; i++)
        desk->plans[i] = listed[i].plan;
    desk->plan_count = count;
    return 0;
}

int eh_plan_read_all(struct desk_reader *reader, const struct desk_node *node,
                     const struct desk_path *path)
{
    int r = eh_desk_check_list(reader, node, path, EH_PLANS_MAX);
    if (r < 0)
        return r;
    struct listed *listed = eh_arena_alloc(reader->scratch, node->size * sizeof *listed);
    if (!listed)
        return eh_desk_out_of_memory(reader);
    uint32_t count = 0;
    for (const struct desk_node *item = node->first; item; item = item->next, count++) {
        struct desk_path at = eh_desk_path_item(path, count);
        r = plan_read_one(reader, item, &at, &listed[count].plan);
        if (r < 0)
            return r;
        listed[count].node = item;
        listed[count].index = count;
    }
    return plans_arrange(reader, path, listed, count);
}

const struct eh_bonus_plan *eh_plans_find(const struct eh_bonus_plan *plans, size_t count,
                                          struct eh_str team, int32_t date)
{
    size_t low = 0, high = count; /* plans[0 .. low) begin on `date` or before */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct eh_bonus_plan *plan = &plans[middle];
        int order = eh_str_compare(plan->team, team);
        if (order < 0 || (order == 0 && eh_period_first(plan->from) <= date))
            low = middle + 1;
        else
            high = middle;
    }
    const struct eh_bonus_plan *found = low > 0 ? &plans[low - 1] : NULL;
    return found && eh_str_equal(found->team, team) ? found : NULL;
}

const struct eh_bonus_plan *eh_desk_plan(const struct eh_desk *desk, struct eh_str team,
                                         int32_t date)
{
    return eh_plans_find(desk->plans, desk->plan_count, team, date);
}

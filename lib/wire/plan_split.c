/*
 * plan_split: reads how a plan shares its pool: `split`, `individual`, `seniority`.
 */
#include "plan_read.h"

#include <stdlib.h>

static int share_read(struct desk_reader *reader, const struct desk_node *node,
                      const struct desk_path *path, void *ret)
{
    return eh_desk_read_share(reader, node, path, 0, "100%", ret);
}

static const struct desk_field split_fields[] = {
    {"individual", share_read, offsetof(struct eh_bonus_plan, individual_ppm), false},
    {"equal", share_read, offsetof(struct eh_bonus_plan, equal_ppm), false},
    {"hours", share_read, offsetof(struct eh_bonus_plan, hours_ppm), false},
    {"seniority", share_read, offsetof(struct eh_bonus_plan, seniority_ppm), false},
};

int eh_plan_read_split(struct desk_reader *reader, const struct desk_node *node,
                       const struct desk_path *path, struct eh_bonus_plan *plan)
{
    int r = eh_desk_read_map(reader, node, path, split_fields,
                             sizeof split_fields / sizeof *split_fields, plan);
    if (r < 0)
        return r;
    uint64_t sum =
        (uint64_t)plan->individual_ppm + plan->equal_ppm + plan->hours_ppm + plan->seniority_ppm;
    char text[EH_DECIMAL_TEXT_MAX];
    eh_ppm_print((int64_t)sum, text);
    if (sum != EH_PPM)
        return eh_desk_refuse(reader, node, path, EH_EINVAL,
                              "the parts sum to %s; make them 100%% in all", text);
    if (plan->individual_ppm == EH_PPM)
        return eh_desk_refuse(reader, node, path, EH_EINVAL,
                              "gives nothing to the team; leave a part to equal, hours or "
                              "seniority");
    return 0;
}

int eh_plan_read_kind(struct desk_reader *reader, const struct desk_node *key,
                      const struct desk_path *path, struct eh_str *ret)
{
    struct eh_str kind;
    int r = eh_desk_read_id(reader, key, path, &kind);
    if (r < 0)
        return r;
    if (reader->desk && !eh_desk_kind(reader->desk, kind)) {
        struct desk_path at = eh_desk_path_key(path, kind);
        return eh_desk_refuse(reader, key, &at, EH_EINVAL,
                              "is no kind of this desk; add it to `kinds` or leave it out");
    }
    *ret = kind;
    return 0;
}

static int points_compare(const void *left, const void *right)
{
    const struct eh_plan_points *a = left, *b = right;
    return eh_str_compare(a->kind, b->kind);
}

static int points_read(struct desk_reader *reader, const struct desk_node *node,
                       const struct desk_path *path, void *ret)
{
    struct eh_bonus_plan *plan = ret;
    int r = eh_desk_check_map(reader, node, path);
    if (r < 0)
        return r;
    if (node->size == 0 || node->size > EH_DESK_KINDS_MAX)
        return eh_desk_refuse(reader, node, path, EH_EINVAL,
                              "has %u kinds; give points to 1 to %d kinds", node->size,
                              EH_DESK_KINDS_MAX);
    plan->points = eh_arena_alloc(reader->arena, node->size * sizeof *plan->points);
    if (!plan->points)
        return eh_desk_out_of_memory(reader);
    uint64_t sum = 0;
    for (const struct desk_node *key = node->first; key; key = key->next->next) {
        struct eh_plan_points *points = &plan->points[plan->point_count];
        r = eh_plan_read_kind(reader, key, path, &points->kind);
        if (r < 0)
            return r;
        struct desk_path at = eh_desk_path_key(path, points->kind);
        for (uint32_t i = 0; i < plan->point_count; i++)
            if (eh_str_equal(plan->points[i].kind, points->kind))
                return eh_desk_refuse(reader, key, &at, EH_EINVAL, "stands twice in the same map");
        r = eh_desk_read_number(reader, key->next, &at, 0, EH_PLAN_POINTS_MAX, &points->points);
        if (r < 0)
            return r;
        sum += points->points;
        plan->point_count++;
    }
    if (sum == 0)
        return eh_desk_refuse(reader, node, path, EH_EINVAL,
                              "gives points to no kind, so nobody could earn the individual part; "
                              "give one a point");
    qsort(plan->points, plan->point_count, sizeof *plan->points, points_compare);
    return 0;
}

static int cap_read(struct desk_reader *reader, const struct desk_node *node,
                    const struct desk_path *path, void *ret)
{
    uint32_t cap;
    int r = eh_desk_read_share(reader, node, path, 1, "100%", &cap);
    if (r < 0)
        return r;
    if (cap < EH_PLAN_CAP_LEAST)
        return eh_desk_refuse(reader, node, path, EH_ERANGE,
                              "is below 1%%; for so little leave out the individual part");
    *(uint32_t *)ret = cap;
    return 0;
}

static const struct desk_field individual_fields[] = {
    {"points", points_read, 0, true},
    {"cap", cap_read, offsetof(struct eh_bonus_plan, cap_ppm), false},
};

int eh_plan_read_individual(struct desk_reader *reader, const struct desk_node *node,
                            const struct desk_path *path, struct eh_bonus_plan *plan)
{
    return eh_desk_read_map(reader, node, path, individual_fields,
                            sizeof individual_fields / sizeof *individual_fields, plan);
}

static int years_read(struct desk_reader *reader, const struct desk_node *node,
                      const struct desk_path *path, uint32_t *ret)
{
    struct eh_str text;
    int r = eh_desk_read_text(reader, node, path, &text);
    if (r < 0)
        return r;
    int64_t years;
    if (text.size < 2 || text.data[text.size - 1] != 'y' ||
        eh_integer_parse(eh_str_n(text.data, text.size - 1), &years, NULL) < 0 || years < 0 ||
        years > EH_PLAN_YEARS_MAX)
        return eh_desk_refuse(reader, node, path, EH_EINVAL,
                              "`%.*s` is no number of years such as 0y or 3y, up to %dy",
                              text.size < 40 ? (int)text.size : 40, text.data, EH_PLAN_YEARS_MAX);
    *ret = (uint32_t)years;
    return 0;
}

static int band_read(struct desk_reader *reader, const struct desk_node *node,
                     const struct desk_path *path, struct eh_plan_band *ret)
{
    int r = eh_desk_check_list(reader, node, path, 2);
    if (r < 0)
        return r;
    if (node->size != 2)
        return eh_desk_refuse(reader, node, path, EH_EINVAL,
                              "must be years and a weight, such as [1y, 105]");
    struct desk_path years = eh_desk_path_item(path, 0), weight = eh_desk_path_item(path, 1);
    r = years_read(reader, node->first, &years, &ret->years);
    return r < 0 ? r
                 : eh_desk_read_number(reader, node->first->next, &weight, 1, EH_PLAN_BAND_LARGEST,
                                       &ret->weight);
}

/* Refuses a band that does not begin later than the one before, weighs less, or rises more steeply
 * than the step before. */
static int band_check(struct desk_reader *reader, const struct desk_node *node,
                      const struct desk_path *path, const struct eh_plan_band *at, uint32_t index)
{
    if (at->years <= at[-1].years)
        return eh_desk_refuse(reader, node, path, EH_EINVAL,
                              "is not after %uy; list the bands by rising years", at[-1].years);
    if (at->weight < at[-1].weight)
        return eh_desk_refuse(reader, node, path, EH_EINVAL,
                              "falls from %u to %u; longer service must not weigh less",
                              at[-1].weight, at->weight);
    if (index < 2)
        return 0;
    uint64_t rise = (uint64_t)(at->weight - at[-1].weight) * (at[-1].years - at[-2].years);
    uint64_t before = (uint64_t)(at[-1].weight - at[-2].weight) * (at->years - at[-1].years);
    if (rise > before)
        return eh_desk_refuse(reader, node, path, EH_EINVAL,
                              "rises more a year than the band before; bands must flatten out "
                              "(concave)");
    return 0;
}

int eh_plan_read_bands(struct desk_reader *reader, const struct desk_node *node,
                       const struct desk_path *path, struct eh_bonus_plan *plan)
{
    int r = eh_desk_check_list(reader, node, path, EH_PLAN_BANDS_MAX);
    if (r < 0)
        return r;
    plan->bands = eh_arena_alloc(reader->arena, node->size * sizeof *plan->bands);
    if (!plan->bands)
        return eh_desk_out_of_memory(reader);
    for (const struct desk_node *item = node->first; item; item = item->next) {
        uint32_t index = plan->band_count++;
        struct desk_path at = eh_desk_path_item(path, index);
        r = band_read(reader, item, &at, &plan->bands[index]);
        if (r == 0 && index > 0)
            r = band_check(reader, item, &at, &plan->bands[index], index);
        if (r < 0)
            return r;
    }
    if (plan->band_count == 0 || plan->bands[0].years != 0)
        return eh_desk_refuse(reader, node, path, EH_EINVAL,
                              "must begin with a band from 0y, such as [0y, 100]");
    return 0;
}

/*
 * split: the pool to its parts, and each part to the people by its own weights.
 */
#include "internal.h"

#include <stdlib.h>

bool eh_bonus_eligible(const struct eh_bonus_plan *plan, const struct eh_bonus_member *m)
{
    return m->days > 0 && !m->excluded && !(m->left && plan->leavers == EH_LEAVERS_FORFEIT);
}

bool eh_bonus_minutes(const struct eh_bonus_plan *plan, const struct eh_bonus_member *m,
                      int64_t *ret)
{
    bool prior = !m->has_paid && plan->if_missing == EH_MISSING_PRIOR && m->has_contract;
    if (!m->has_paid && !prior)
        return false;
    bool bounded = m->has_contract && (prior || m->paid_minutes > m->contract_minutes);
    *ret = bounded ? m->contract_minutes : m->paid_minutes;
    return true;
}

/* `worth`: the points of a closing, by the facts' kinds. */
static int count_points(const uint32_t *worth, uint32_t kinds, const struct eh_bonus_member *m,
                        int64_t *ret, struct eh_error *error)
{
    __int128 sum = 0;
    for (uint32_t i = 0; m->closed && i < kinds; i++)
        sum += (__int128)m->closed[i] * worth[i];
    return eh_bonus_narrow(sum, "the points of a rep", ret, error);
}

static const uint32_t *worth_of_kinds(const struct eh_bonus_plan *plan,
                                      const struct eh_bonus_facts *facts, struct eh_arena *scratch)
{
    uint32_t *worth = eh_arena_alloc(scratch, facts->kind_count * sizeof *worth);
    for (uint32_t i = 0; worth && i < facts->kind_count; i++)
        for (uint32_t j = 0; j < plan->point_count; j++)
            if (eh_str_equal(facts->kinds[i].id, plan->points[j].kind))
                worth[i] = plan->points[j].points;
    return worth;
}

/* The weights of one member; all zero for who takes no part. */
static int weigh(const struct eh_bonus_plan *plan, const uint32_t *worth, uint32_t kinds,
                 const struct eh_bonus_member *m, struct eh_bonus_share *ret,
                 struct eh_error *error)
{
    *ret =
        (struct eh_bonus_share){.rep = m->rep, .member = m, .eligible = eh_bonus_eligible(plan, m)};
    if (!ret->eligible)
        return 0;
    ret->days = m->days;
    if (!eh_bonus_minutes(plan, m, &ret->minutes))
        ret->minutes = 0;
    ret->band = eh_bonus_band(plan, m->since, m->first_day);
    return count_points(worth, kinds, m, &ret->points, error);
}

static int compare_shares(const void *left, const void *right)
{
    const struct eh_bonus_share *a = left, *b = right;
    return eh_str_compare(a->rep, b->rep);
}

static int64_t weight_equal(const struct eh_bonus_share *s)
{
    return s->days;
}

static int64_t weight_hours(const struct eh_bonus_share *s)
{
    return s->minutes;
}

static int64_t weight_seniority(const struct eh_bonus_share *s)
{
    return s->band * s->days; /* at most 10^4 times 2^32 */
}

static int64_t weight_individual(const struct eh_bonus_share *s)
{
    return s->points;
}

struct sharing {
    struct eh_bonus_split *split;
    struct eh_part *parts; /* one for each share, used for one part after the other */
    struct eh_arena *scratch;
    struct eh_error *error;
};

/* False: nobody has a weight. */
static bool set_weights(struct sharing *s, int64_t (*weight)(const struct eh_bonus_share *))
{
    bool any = false;
    for (uint32_t i = 0; i < s->split->count; i++) {
        const struct eh_bonus_share *share = &s->split->shares[i];
        s->parts[i] = (struct eh_part){.id = share->rep, .weight = weight(share)};
        any |= s->parts[i].weight > 0;
    }
    return any;
}

static int share_part(struct sharing *s, int64_t amount,
                      int64_t (*weight)(const struct eh_bonus_share *), size_t line)
{
    if (!set_weights(s, weight)) {
        s->split->held += amount;
        return 0;
    }
    int r = eh_apportion(amount, s->parts, s->split->count, s->scratch, s->error);
    for (uint32_t i = 0; r == 0 && i < s->split->count; i++) {
        char *share = (char *)&s->split->shares[i];
        *(int64_t *)(void *)(share + line) = s->parts[i].share;
    }
    return r;
}

static int share_individual(struct sharing *s, uint32_t cap_ppm)
{
    struct eh_bonus_split *split = s->split;
    split->limit = (int64_t)((__int128)split->individual * cap_ppm / EH_PPM);
    if (!set_weights(s, weight_individual)) {
        split->held += split->individual;
        return 0;
    }
    int r = eh_apportion_capped(split->individual, split->limit, s->parts, split->count, s->scratch,
                                &split->over, s->error);
    for (uint32_t i = 0; r == 0 && i < split->count; i++) {
        split->shares[i].individual = s->parts[i].share;
        split->shares[i].capped = s->parts[i].capped;
    }
    return r;
}

static int divide(struct sharing *s, const struct eh_bonus_plan *plan)
{
    struct eh_bonus_split *split = s->split;
    struct eh_part first[] = {
        {.id = eh_str("individual"), .weight = plan->individual_ppm},
        {.id = eh_str("team"), .weight = (int64_t)EH_PPM - plan->individual_ppm}};
    int r = eh_apportion(split->amount, first, 2, s->scratch, s->error);
    if (r < 0)
        return r;
    split->individual = first[0].share;
    split->team = first[1].share;
    return share_individual(s, plan->cap_ppm);
}

static int divide_team(struct sharing *s, const struct eh_bonus_plan *plan)
{
    struct eh_bonus_split *split = s->split;
    struct eh_part parts[] = {{.id = eh_str("equal"), .weight = plan->equal_ppm},
                              {.id = eh_str("hours"), .weight = plan->hours_ppm},
                              {.id = eh_str("seniority"), .weight = plan->seniority_ppm}};
    int r = eh_apportion(split->team + split->over, parts, 3, s->scratch, s->error);
    if (r < 0)
        return r;
    split->equal = parts[0].share;
    split->hours = parts[1].share;
    split->seniority = parts[2].share;
    r = share_part(s, split->equal, weight_equal, offsetof(struct eh_bonus_share, equal));
    if (r == 0)
        r = share_part(s, split->hours, weight_hours, offsetof(struct eh_bonus_share, hours));
    return r < 0 ? r
                 : share_part(s, split->seniority, weight_seniority,
                              offsetof(struct eh_bonus_share, seniority));
}

static int weigh_all(const struct eh_bonus_plan *plan, const struct eh_bonus_facts *facts,
                     struct eh_arena *scratch, struct eh_bonus_split *split, struct eh_error *error)
{
    const uint32_t *worth = worth_of_kinds(plan, facts, scratch);
    if (!worth)
        return eh_error_set(error, EH_ENOMEM, "out of memory for %u kinds", facts->kind_count);
    for (uint32_t i = 0; i < facts->member_count; i++) {
        int r = weigh(plan, worth, facts->kind_count, &facts->members[i], &split->shares[i], error);
        if (r < 0)
            return r;
    }
    split->count = facts->member_count;
    qsort(split->shares, split->count, sizeof *split->shares, compare_shares);
    return 0;
}

int eh_bonus_share_out(const struct eh_bonus_plan *plan, const struct eh_bonus_facts *facts,
                       int64_t amount, struct eh_arena *arena, struct eh_bonus_split *ret,
                       struct eh_error *error)
{
    EH_AUTO(eh_arena) struct eh_arena scratch = EH_ARENA_INIT;
    struct eh_bonus_split split = {.facts = facts, .amount = amount};
    struct sharing s = {.split = &split, .scratch = &scratch, .error = error};
    split.shares = eh_arena_alloc(arena, facts->member_count * sizeof *split.shares);
    s.parts = eh_arena_alloc(&scratch, facts->member_count * sizeof *s.parts);
    if (!split.shares || !s.parts)
        return eh_error_set(error, EH_ENOMEM, "out of memory for %u shares", facts->member_count);
    int r = weigh_all(plan, facts, &scratch, &split, error);
    if (r == 0)
        r = divide(&s, plan);
    if (r == 0)
        r = divide_team(&s, plan);
    if (r < 0)
        return r;
    int64_t given = split.held;
    for (uint32_t i = 0; i < split.count; i++) {
        struct eh_bonus_share *share = &split.shares[i];
        share->total = share->equal + share->hours + share->seniority + share->individual;
        given += share->total;
    }
    eh_require(given == amount);
    *ret = split;
    return 0;
}

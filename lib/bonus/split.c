/*
 * split: the pool to its parts, and each part to the people by its own weights.
 */
#include "internal.h"

#include <stdlib.h>

/* Counts a member's points. `worth`: the points of a closed ticket, by the facts' kinds. */
static int points_count(const uint32_t *worth, uint32_t kinds, const struct eh_bonus_member *m,
                        int64_t *ret, struct eh_error *error)
{
    __int128 sum = 0;
    for (uint32_t i = 0; m->closed && i < kinds; i++)
        sum += (__int128)m->closed[i] * worth[i];
    return eh_narrow(sum, "the points of a rep", ret, error);
}

static const uint32_t *plan_kinds_worth(const struct eh_bonus_plan *plan,
                                        const struct eh_bonus_facts *facts,
                                        struct eh_arena *scratch)
{
    uint32_t *worth = eh_arena_alloc(scratch, facts->kind_count * sizeof *worth);
    for (uint32_t i = 0; worth && i < facts->kind_count; i++)
        for (uint32_t j = 0; j < plan->point_count; j++)
            if (eh_str_equal(facts->kinds[i].id, plan->points[j].kind))
                worth[i] = plan->points[j].points;
    return worth;
}

/* Sets the weights of a member. Who takes no part has zeros. */
static int member_weigh(const struct eh_bonus_plan *plan, const uint32_t *worth, uint32_t kinds,
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
    return points_count(worth, kinds, m, &ret->points, error);
}

static int shares_compare(const void *left, const void *right)
{
    const struct eh_bonus_share *a = left, *b = right;
    return eh_str_compare(a->rep, b->rep);
}

static int64_t equal_weight(const struct eh_bonus_share *s)
{
    return s->days;
}

static int64_t hours_weight(const struct eh_bonus_share *s)
{
    return s->minutes;
}

static int64_t seniority_weight(const struct eh_bonus_share *s)
{
    return s->band * s->days; /* at most 10^4 times 2^32 */
}

static int64_t individual_weight(const struct eh_bonus_share *s)
{
    return s->points;
}

/* ---- The parts. */

static const struct part {
    const char *name;
    int64_t (*weight)(const struct eh_bonus_share *);
    size_t amount; /* in struct eh_bonus_split */
    size_t line;   /* in struct eh_bonus_share */
} parts[EH_PARTS] = {
    [EH_PART_EQUAL] = {"equal", equal_weight, offsetof(struct eh_bonus_split, equal),
                       offsetof(struct eh_bonus_share, equal)},
    [EH_PART_HOURS] = {"hours", hours_weight, offsetof(struct eh_bonus_split, hours),
                       offsetof(struct eh_bonus_share, hours)},
    [EH_PART_SENIORITY] = {"seniority", seniority_weight,
                           offsetof(struct eh_bonus_split, seniority),
                           offsetof(struct eh_bonus_share, seniority)},
    [EH_PART_INDIVIDUAL] = {"individual", individual_weight,
                            offsetof(struct eh_bonus_split, individual),
                            offsetof(struct eh_bonus_share, individual)},
};
#define TEAM_PARTS EH_PART_INDIVIDUAL /* those before it */

const char *eh_bonus_part_name(enum eh_bonus_part part)
{
    return parts[part].name;
}

struct sharing {
    const struct eh_bonus_plan *plan;
    struct eh_bonus_split *split;
    struct eh_part *lines; /* one for each share; each part of the pool uses them in turn */
    bool uncapped;         /* the individual part has no limit, because it takes all */
    struct eh_arena *scratch;
    struct eh_error *error;
};

static int64_t *share_figure(void *of, size_t at)
{
    return (int64_t *)(void *)((char *)of + at);
}

static void weights_set(struct sharing *s, enum eh_bonus_part part)
{
    for (uint32_t i = 0; i < s->split->count; i++) {
        const struct eh_bonus_share *share = &s->split->shares[i];
        s->lines[i] = (struct eh_part){.id = share->rep, .weight = parts[part].weight(share)};
    }
}

static void parts_find_unearned(struct eh_bonus_split *split)
{
    for (unsigned part = 0; part < EH_PARTS; part++) {
        split->unearned[part] = true;
        for (uint32_t i = 0; i < split->count; i++)
            split->unearned[part] &= parts[part].weight(&split->shares[i]) == 0;
    }
}

#define TIE_MAX (2 * EH_ID_MAX + EH_DECIMAL_TEXT_MAX + 32) /* bytes before the rep's id */

/* "sales-2026\nsales\n2026-03\nequal\n". This and the id of a rep are hashed to break ties. */
static struct eh_str rep_tie(const struct sharing *s, enum eh_bonus_part part, char ret[TIE_MAX])
{
    char period[EH_DECIMAL_TEXT_MAX];
    if (s->split->facts->ties_by_id)
        return eh_str(NULL);
    eh_period_print(s->split->facts->period, period);
    size_t size = eh_format(ret, TIE_MAX, "%.*s\n%.*s\n%s\n%s\n", EH_STR_ARG(s->plan->id),
                            EH_STR_ARG(s->plan->team), period, parts[part].name);
    return eh_str_n(ret, size < TIE_MAX ? size : TIE_MAX - 1);
}

static bool part_hold(struct eh_bonus_split *split, enum eh_bonus_part part, int64_t amount)
{
    if (!split->unearned[part])
        return false;
    split->held_of[part] = amount;
    split->held += amount;
    return true;
}

static int part_share(struct sharing *s, enum eh_bonus_part part)
{
    int64_t amount = *share_figure(s->split, parts[part].amount);
    char tie[TIE_MAX];
    if (part_hold(s->split, part, amount))
        return 0;
    weights_set(s, part);
    int r = eh_apportion(amount, s->lines, s->split->count, rep_tie(s, part, tie), s->scratch,
                         s->error);
    for (uint32_t i = 0; r == 0 && i < s->split->count; i++)
        *share_figure(&s->split->shares[i], parts[part].line) = s->lines[i].share;
    return r;
}

static int individual_share(struct sharing *s)
{
    struct eh_bonus_split *split = s->split;
    uint32_t cap_ppm = s->uncapped ? EH_PPM : s->plan->cap_ppm;
    char tie[TIE_MAX];
    split->limit = (int64_t)((__int128)split->individual * cap_ppm / EH_PPM);
    if (part_hold(split, EH_PART_INDIVIDUAL, split->individual))
        return 0;
    weights_set(s, EH_PART_INDIVIDUAL);
    const struct eh_capped capped = {.total = split->individual,
                                     .limit = split->limit,
                                     .parts = s->lines,
                                     .count = split->count,
                                     .tie = rep_tie(s, EH_PART_INDIVIDUAL, tie)};
    int r = eh_apportion_capped(&capped, s->scratch, &split->over, s->error);
    for (uint32_t i = 0; r == 0 && i < split->count; i++) {
        split->shares[i].individual = s->lines[i].share;
        split->shares[i].capped = s->lines[i].capped;
    }
    return r;
}

/* ---- From the whole to the parts. */

/* The sum of the plan's shares of those team parts in which a rep has a weight. */
static int64_t parts_earned_ppm(const struct eh_bonus_split *split, const uint32_t ppm[TEAM_PARTS])
{
    int64_t sum = 0;
    for (unsigned part = 0; part < TEAM_PARTS; part++)
        sum += split->unearned[part] ? 0 : ppm[part];
    return sum;
}

/* Moves an individual part that nobody earned to the team part. Where nobody earned a team part,
 * all of that moves to the individual part. */
static void part_move_whole(struct sharing *s, bool team_earned)
{
    struct eh_bonus_split *split = s->split;
    split->moves = team_earned || !split->unearned[EH_PART_INDIVIDUAL];
    if (team_earned && split->unearned[EH_PART_INDIVIDUAL]) {
        split->moved = split->individual;
        split->team = split->amount;
        split->individual = 0;
    } else if (!team_earned && split->moves) {
        s->uncapped = true;
        split->moved = split->team;
        split->individual = split->amount;
        split->team = 0;
    }
}

static int pool_divide(struct sharing *s, const uint32_t ppm[TEAM_PARTS])
{
    struct eh_bonus_split *split = s->split;
    struct eh_part first[] = {
        {.id = eh_str("individual"), .weight = s->plan->individual_ppm},
        {.id = eh_str("team"), .weight = (int64_t)EH_PPM - s->plan->individual_ppm}};
    int r = eh_apportion(split->amount, first, 2, eh_str(NULL), s->scratch, s->error);
    if (r < 0)
        return r;
    split->individual = first[0].share;
    split->team = first[1].share;
    if (eh_plan_shares_unearned(s->plan))
        part_move_whole(s, parts_earned_ppm(split, ppm) > 0);
    return individual_share(s);
}

/* Divides the team part; with `earned_only` a part that nobody earned has no weight. Ties go by the
 * order of the parts, which is that of their names. */
static int team_divide(struct sharing *s, const uint32_t ppm[TEAM_PARTS], bool earned_only,
                       struct eh_part ret[TEAM_PARTS])
{
    for (unsigned part = 0; part < TEAM_PARTS; part++)
        ret[part] = (struct eh_part){
            .id = eh_str(parts[part].name),
            .weight = earned_only && s->split->unearned[part] ? 0 : (int64_t)ppm[part]};
    return eh_apportion(s->split->team + s->split->over, ret, TEAM_PARTS, eh_str(NULL), s->scratch,
                        s->error);
}

static int team_share(struct sharing *s, const uint32_t ppm[TEAM_PARTS])
{
    struct eh_part team[TEAM_PARTS];
    bool move = s->split->moves && !s->uncapped;
    int r = team_divide(s, ppm, false, team);
    for (unsigned part = 0; r == 0 && move && part < TEAM_PARTS; part++)
        s->split->moved += s->split->unearned[part] ? team[part].share : 0;
    if (r == 0 && move)
        r = team_divide(s, ppm, true, team);
    for (unsigned part = 0; r == 0 && part < TEAM_PARTS; part++) {
        *share_figure(s->split, parts[part].amount) = team[part].share;
        r = part_share(s, (enum eh_bonus_part)part);
    }
    return r;
}

static int members_weigh(const struct eh_bonus_plan *plan, const struct eh_bonus_facts *facts,
                         struct eh_arena *scratch, struct eh_bonus_split *split,
                         struct eh_error *error)
{
    const uint32_t *worth = plan_kinds_worth(plan, facts, scratch);
    if (!worth)
        return eh_error_set(error, EH_ENOMEM, "out of memory for %u kinds", facts->kind_count);
    for (uint32_t i = 0; i < facts->member_count; i++) {
        int r = member_weigh(plan, worth, facts->kind_count, &facts->members[i], &split->shares[i],
                             error);
        if (r < 0)
            return r;
    }
    split->count = facts->member_count;
    qsort(split->shares, split->count, sizeof *split->shares, shares_compare);
    return 0;
}

static void shares_sum_up(struct eh_bonus_split *split)
{
    int64_t given = split->held;
    for (uint32_t i = 0; i < split->count; i++) {
        struct eh_bonus_share *share = &split->shares[i];
        share->total = share->equal + share->hours + share->seniority + share->individual;
        given += share->total;
    }
    eh_require(given == split->amount);
}

int eh_bonus_share_out(const struct eh_bonus_plan *plan, const struct eh_bonus_facts *facts,
                       int64_t amount, struct eh_arena *arena, struct eh_bonus_split *ret,
                       struct eh_error *error)
{
    EH_AUTO(eh_arena) struct eh_arena scratch = EH_ARENA_INIT;
    const uint32_t ppm[TEAM_PARTS] = {plan->equal_ppm, plan->hours_ppm, plan->seniority_ppm};
    struct eh_bonus_split split = {.facts = facts, .amount = amount};
    struct sharing s = {.plan = plan, .split = &split, .scratch = &scratch, .error = error};
    split.shares = eh_arena_alloc(arena, facts->member_count * sizeof *split.shares);
    s.lines = eh_arena_alloc(&scratch, facts->member_count * sizeof *s.lines);
    if (!split.shares || !s.lines)
        return eh_error_set(error, EH_ENOMEM, "out of memory for %u shares", facts->member_count);
    int r = members_weigh(plan, facts, &scratch, &split, error);
    if (r < 0)
        return r;
    parts_find_unearned(&split);
    r = pool_divide(&s, ppm);
    if (r == 0)
        r = team_share(&s, ppm);
    if (r < 0)
        return r;
    shares_sum_up(&split);
    *ret = split;
    return 0;
}

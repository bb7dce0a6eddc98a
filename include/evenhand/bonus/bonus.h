/*
 * bonus: from the facts of a period and the plan that governs it to the pool and everybody's share.
 *
 * Pure integers: money in minor units, ratios in ppm; one rounding rule, half away from zero, once
 * at each node; the rounded number is the number used next. Knows nothing of the engine: it takes
 * facts. What does not fit 64 bits is an error, never wrapped.
 *
 *     struct eh_bonus_result *march;
 *     int r = eh_bonus_compute(plan, &facts, &arena, &march, &error);
 *     if (r < 0) // "2026-03: csat: no ratings came and the prior weighs nothing (and 2 more ...)"
 *         return r;
 *     for (uint32_t i = 0; i < march->split.count; i++)
 *         pay(march->split.shares[i].rep, march->split.shares[i].total);
 *     const struct eh_bonus_node *why = eh_bonus_explain(plan, &facts, march, &all, &arena);
 */
#ifndef EVENHAND_BONUS_BONUS_H
#define EVENHAND_BONUS_BONUS_H

#include <evenhand/base/base.h>
#include <evenhand/measure/facts.h>
#include <evenhand/wire/plan.h>

/* --- What comes of it. --- */

struct eh_bonus_score {
    int64_t curve_ppm; /* what the curve gives */
    int64_t score_ppm; /* what counts, after the gate */
    bool gate_failed;
};

struct eh_bonus_share {
    struct eh_str rep;
    const struct eh_bonus_member *member; /* of the facts it was shared by */
    bool eligible, capped;
    int64_t days, minutes, band, points; /* minutes as they count */
    int64_t equal, hours, seniority, individual, total;
};

/* The order of amounts in a statement. Numbers are stored: never change, never reuse. */
enum eh_bonus_part {
    EH_PART_EQUAL = 0,
    EH_PART_HOURS = 1,
    EH_PART_SENIORITY = 2,
    EH_PART_INDIVIDUAL = 3,
    EH_PARTS
};
const char *eh_bonus_part_name(enum eh_bonus_part); /* "equal" */

/* Every line can be checked by hand: each part is apportioned on its own. */
struct eh_bonus_split {
    const struct eh_bonus_facts *facts; /* whose members share it */
    int64_t amount;                     /* what is shared */
    int64_t individual, team;           /* as split first, or all to one of them */
    int64_t limit;                      /* for one line of the individual part */
    int64_t over; /* what caps left of it; goes to the team part before its split */
    int64_t equal, hours, seniority;
    bool unearned[EH_PARTS]; /* nobody has a weight in it */
    bool moves;              /* ... and what it would have had goes to others */
    int64_t moved; /* 0: no such part had anything. What one got of another counts twice */
    int64_t held;  /* of parts that nobody has a weight in */
    int64_t held_of[EH_PARTS];     /* ... each */
    struct eh_bonus_share *shares; /* by rep */
    uint32_t count;
};

struct eh_bonus_pool {
    struct eh_bonus_value *values; /* by the plan's measures */
    struct eh_bonus_score *scores; /* by the plan's metrics */
    int64_t composite_ppm, funding_ppm;
    bool zeroed; /* by a gate */
    int64_t gross;
};

struct eh_bonus_result {
    struct eh_bonus_pool pool;
    int64_t carry, net; /* net = gross + carry */
    struct eh_bonus_split split;
};

/* Members and kinds stay the facts', which must outlive it; the rest is the arena's. -EH_ENOTFOUND:
 * something is missing; -EH_EINVAL: facts that cannot be; -EH_ERANGE: an overflow; -EH_ENOMEM. */
int eh_bonus_compute(const struct eh_bonus_plan *, const struct eh_bonus_facts *, struct eh_arena *,
                     struct eh_bonus_result **ret, struct eh_error *) EH_MUST_CHECK;

/* What keeps the period from being closed, one line each. Returns how many. */
typedef void eh_bonus_line_fn(void *context, const char *line);
size_t eh_bonus_missing(const struct eh_bonus_plan *, const struct eh_bonus_facts *,
                        eh_bonus_line_fn *, void *context);

/* --- A later version of a closed period. --- */

struct eh_bonus_closed {
    uint32_t version;
    int64_t gross, carry; /* of the last version; carry is version 1's for ever */
    int64_t net;          /* paid in total so far */
    const struct eh_bonus_value *values;
};

struct eh_bonus_later {
    struct eh_bonus_pool pool;
    uint32_t version;
    int64_t carry;      /* as in version 1 */
    int64_t difference; /* what the pool would have been, against the last version */
    int64_t cancelled;  /* of a positive one: open carry it took away */
    int64_t paid;       /* what this version pays, shared in `split` */
    int64_t net;        /* paid in total with it */
    int64_t carry_open; /* of the team afterwards, 0 or less */
    struct eh_bonus_split split;
};

/* `facts`: all that is known by now, with the team's carry_open of today. `frozen`: the facts the
 * period was closed with; its members and weights share what is paid. Nobody owes money back.
 * last->values, by the plan's measures, or NULL: what stands in for those that are missing now. */
int eh_bonus_recompute(const struct eh_bonus_plan *, const struct eh_bonus_facts *facts,
                       const struct eh_bonus_facts *frozen, const struct eh_bonus_closed *last,
                       struct eh_arena *, struct eh_bonus_later **ret,
                       struct eh_error *) EH_MUST_CHECK;

/* --- Its parts, each a function of its own. --- */

/* y at x, on straight lines between the points, rounded once. */
int64_t eh_curve_at(const struct eh_curve *, int64_t x);

/* What of the open carry (0 or less) a period takes: 0 or less. */
int64_t eh_bonus_carry(int64_t gross, int64_t carry_open, uint32_t at_most_ppm);

/* Full years of service on a day; 29 February has its anniversary on 1 March of other years. */
uint32_t eh_bonus_years(int32_t since, int32_t day);
uint32_t eh_bonus_band(const struct eh_bonus_plan *, int32_t since, int32_t day);

/* Stays in the team, inclusive dates. Fills days, first_day and left of a member. */
struct eh_bonus_stay {
    int32_t from, until;
};
void eh_bonus_count_days(const struct eh_bonus_stay *, uint32_t count, struct eh_period,
                         struct eh_bonus_member *ret);

/* SHA-256 over the canonical form of a plan: what was published. -EH_ENOMEM. */
int eh_bonus_plan_sha256(const struct eh_bonus_plan *, uint8_t ret[32]) EH_MUST_CHECK;

/* --- Why. --- */

struct eh_bonus_node {
    struct eh_str name, formula, rounding; /* rounding: how the value came to be a whole number */
    struct eh_bonus_input *inputs;
    uint32_t input_count;
    int64_t value;
    uint8_t unit;                          /* enum eh_unit */
    struct eh_bonus_node *children, *next; /* what it is made of */
};

/* Whose lines, by rep; all zero: everybody's. */
struct eh_bonus_lines {
    struct eh_str only;  /* this rep's */
    struct eh_str after; /* those behind this rep */
    uint32_t max;        /* so many; 0: all */
};
bool eh_bonus_line_wanted(const struct eh_bonus_lines *, struct eh_str rep); /* max aside */

/* The whole way to the pool and to the shares of those lines. In the arena; texts point into plan,
 * facts and arena. NULL: out of memory. */
const struct eh_bonus_node *eh_bonus_explain(const struct eh_bonus_plan *,
                                             const struct eh_bonus_facts *,
                                             const struct eh_bonus_result *,
                                             const struct eh_bonus_lines *, struct eh_arena *);

/* What a later version goes on from. */
struct eh_bonus_before {
    struct eh_bonus_closed closed;     /* the last version */
    const int64_t *totals;             /* paid up to it, by the later one's split.shares */
    const struct eh_bonus_node *first; /* the tree of version 1, with the same lines */
};
/* As eh_bonus_explain(), of a later version: its own way to the gross pool, what of the difference
 * is paid and what is carried, its parts and shares; the tree of version 1 comes last. `facts`: all
 * that was known by then. */
const struct eh_bonus_node *eh_bonus_explain_later(
    const struct eh_bonus_plan *, const struct eh_bonus_facts *, const struct eh_bonus_later *,
    const struct eh_bonus_before *, const struct eh_bonus_lines *, struct eh_arena *);

#endif

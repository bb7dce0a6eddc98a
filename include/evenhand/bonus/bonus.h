/*
 * bonus: from the facts of a period and the plan that governs it to the pool and everybody's share.
 *
 * All numbers are integers: money in minor units, ratios in ppm. Each node rounds once, half away
 * from zero, and the next node goes on from the rounded number. A number that does not fit 64 bits
 * is an error. This room takes facts and knows nothing of the engine.
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

EH_C_BEGIN

/* --- The result. --- */

struct eh_bonus_score {
    int64_t curve_ppm; /* what the curve gives */
    int64_t score_ppm; /* what counts, after the gate */
    bool gate_failed;
};

struct eh_bonus_share {
    struct eh_str rep;
    const struct eh_bonus_member *member; /* of the facts it was shared by */
    bool eligible, capped;
    int64_t days, minutes, band, points; /* minutes: those that count */
    int64_t equal, hours, seniority, individual, total;
};

/* The parts of a pool, in the order in which a statement lists them. Numbers are stored: never
 * change, never reuse. */
enum eh_bonus_part {
    EH_PART_EQUAL = 0,
    EH_PART_HOURS = 1,
    EH_PART_SENIORITY = 2,
    EH_PART_INDIVIDUAL = 3,
    EH_PARTS
};
const char *eh_bonus_part_name(enum eh_bonus_part); /* "equal" */

/* How an amount is shared. Each part is apportioned on its own, so every line can be checked by
 * hand. */
struct eh_bonus_split {
    const struct eh_bonus_facts *facts; /* whose members share it */
    int64_t amount;                     /* what is shared */
    int64_t individual, team;           /* the first split, or all to one of the two */
    int64_t limit;                      /* the most one line may have of `individual` */
    int64_t over; /* what the limit left of `individual`; goes to `team` before its split */
    int64_t equal, hours, seniority;
    bool unearned[EH_PARTS];       /* parts in which nobody has a weight */
    bool moves;                    /* the money of an unearned part goes to the other parts */
    int64_t moved;                 /* the money that moved; what moves twice counts twice */
    int64_t held;                  /* the money of unearned parts that does not move */
    int64_t held_of[EH_PARTS];     /* `held` by part */
    struct eh_bonus_share *shares; /* by rep */
    uint32_t count;
};

struct eh_bonus_pool {
    struct eh_bonus_value *values; /* by the plan's measures */
    struct eh_bonus_score *scores; /* by the plan's metrics */
    int64_t composite_ppm, funding_ppm;
    bool zeroed; /* a gate made the pool 0 */
    int64_t gross;
};

struct eh_bonus_result {
    struct eh_bonus_pool pool;
    int64_t carry, net; /* net = gross + carry */
    struct eh_bonus_split split;
};

/* Computes pool, carry and shares. The result lives in the arena and points to members and kinds of
 * the facts, which must outlive it. -EH_ENOTFOUND: a fact is missing; -EH_EINVAL: facts that cannot
 * be; -EH_ERANGE: a number does not fit 64 bits; -EH_ENOMEM. */
int eh_bonus_compute(const struct eh_bonus_plan *, const struct eh_bonus_facts *, struct eh_arena *,
                     struct eh_bonus_result **ret, struct eh_error *) EH_MUST_CHECK;

/* Computes the gross pool alone, as an estimate: a figure that is missing scores nothing. It costs
 * the same however many members there are. Errors as of eh_bonus_compute(). */
int eh_bonus_gross(const struct eh_bonus_plan *, const struct eh_bonus_facts *, struct eh_arena *,
                   int64_t *ret, struct eh_error *) EH_MUST_CHECK;

/* Hands each fact that is missing, and keeps the period from being closed, to `line` as a sentence.
 * Returns how many are missing. */
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
    int64_t difference; /* the gross pool of this version less that of the last one */
    int64_t cancelled;  /* how much of a positive difference repaid open carry */
    int64_t paid;       /* what this version pays, shared in `split` */
    int64_t net;        /* paid in total with it */
    int64_t carry_open; /* of the team afterwards, 0 or less */
    struct eh_bonus_split split;
};

/* Computes the next version of a closed period. `facts`: all facts known by now, with the team's
 * open carry of today. `frozen`: the facts the period was closed with; their members and weights
 * share what is paid. A version never pays less than 0. last->values (by the plan's measures, or
 * NULL) stand in for measures that are missing now. Errors as of eh_bonus_compute(). */
int eh_bonus_recompute(const struct eh_bonus_plan *, const struct eh_bonus_facts *facts,
                       const struct eh_bonus_facts *frozen, const struct eh_bonus_closed *last,
                       struct eh_arena *, struct eh_bonus_later **ret,
                       struct eh_error *) EH_MUST_CHECK;

/* --- The steps of the computation. --- */

/* y at x, on straight lines between the points, rounded once. */
int64_t eh_curve_at(const struct eh_curve *, int64_t x);
/* The point nearest to x at which the curve is higher than at x. NULL: it is nowhere higher. */
const struct eh_curve_point *eh_curve_next(const struct eh_curve *, int64_t x);

/* The gross pool that this part of the target pool makes: at most the plan's `max_pool`. */
int64_t eh_bonus_funded(const struct eh_bonus_plan *, int64_t funding_ppm);

/* How much of the open carry (0 or less) a period takes back: 0 or less, and at most `at_most_ppm`
 * of its gross pool. */
int64_t eh_bonus_carry(int64_t gross, int64_t carry_open, uint32_t at_most_ppm);

/* Full years of service on a day, and the weight of the band that these years are in. The
 * anniversary of 29 February is 1 March in other years. */
uint32_t eh_bonus_years(int32_t since, int32_t day);
uint32_t eh_bonus_band(const struct eh_bonus_plan *, int32_t since, int32_t day);

/* A stay in the team; both dates are included. */
struct eh_bonus_stay {
    int32_t from, until;
};
/* Fills days, first_day and left of a member from their stays. */
void eh_bonus_count_days(const struct eh_bonus_stay *, uint32_t count, struct eh_period,
                         struct eh_bonus_member *ret);

/* SHA-256 of the canonical form of a plan, so that everybody can compare it with the published one.
 * -EH_ENOMEM. */
int eh_bonus_plan_sha256(const struct eh_bonus_plan *, uint8_t ret[32]) EH_MUST_CHECK;

/* --- Why. --- */

struct eh_bonus_node {
    struct eh_str name, formula, rounding; /* rounding: how the value became a whole number */
    struct eh_bonus_input *inputs;
    uint32_t input_count;
    int64_t value;
    uint8_t unit;                          /* enum eh_unit */
    struct eh_bonus_node *children, *next; /* children: what the value is made of */
};

/* Which lines of a split are wanted. All zero: all of them. */
struct eh_bonus_lines {
    struct eh_str only;  /* the line of this rep alone */
    struct eh_str after; /* the lines of reps behind this one, in order of id */
    uint32_t max;        /* at most so many; 0: no limit */
};
bool eh_bonus_line_wanted(const struct eh_bonus_lines *, struct eh_str rep); /* but for `max` */

/* The whole way to the pool and to the shares of the wanted lines, as a tree in the arena. Its
 * texts point into plan, facts and arena. NULL: out of memory. */
const struct eh_bonus_node *eh_bonus_explain(const struct eh_bonus_plan *,
                                             const struct eh_bonus_facts *,
                                             const struct eh_bonus_result *,
                                             const struct eh_bonus_lines *, struct eh_arena *);

/* What a later version is explained from. */
struct eh_bonus_before {
    struct eh_bonus_closed closed;     /* the last version */
    const int64_t *totals;             /* paid up to it, by the later one's split.shares */
    const struct eh_bonus_node *first; /* the tree of version 1, with the same lines */
};
/* The tree of a later version: the way to its gross pool, how much of the difference is paid and
 * how much is carried, its parts and shares. The last child is the tree of version 1. `facts`: all
 * facts known by then. */
const struct eh_bonus_node *eh_bonus_explain_later(
    const struct eh_bonus_plan *, const struct eh_bonus_facts *, const struct eh_bonus_later *,
    const struct eh_bonus_before *, const struct eh_bonus_lines *, struct eh_arena *);

EH_C_END

#endif

/*
 * measure: what a plan can measure of a period. Each measure has a row: its name, its unit, the
 * function that makes its value of the facts, and the one that explains the value.
 *
 *     const struct eh_measure *row = eh_measure(measure->kind);
 *     struct eh_bonus_value value = {0};
 *     r = row->value(measure, facts, &value, &error);
 *     if (value.missing)
 *         complain(row->missing);       // "no ticket was closed"
 *
 * A new measure is a number here, a row and its functions in lib/measure/measures.c, a row of the
 * table in evenhand-plan(5), and a line in tests/unit/data/numbers.
 */
#ifndef EVENHAND_MEASURE_MEASURE_H
#define EVENHAND_MEASURE_MEASURE_H

#include <evenhand/measure/facts.h>

#define EH_PLAN_MIX_MAX       64               /* kinds a handle_time is mixed of */
#define EH_PLAN_RATIO_MAX     10000000         /* ppm a curve may reach: 1000 % */
#define EH_PLAN_MONEY_MAX     9000000000000000 /* minor units of a pool */
#define EH_MEASURE_TIME_MAX_S 31622400         /* 366 days: of a time that a plan may say */

/* Numbers are stored: never change, never reuse. */
enum eh_measure_kind {
    EH_MEASURE_REVENUE = 0,
    EH_MEASURE_CSAT = 1,
    EH_MEASURE_HANDLE_TIME = 2,
    EH_MEASURE_REOPEN_RATE = 3,
    EH_MEASURE_CONVERSION = 4,
    EH_MEASURE_RESPONSE_TIME = 5,
    EH_MEASURE_CYCLE_TIME = 6,
    EH_MEASURE_IMPORTED = 7
};

/* Numbers are stored: never change, never reuse. */
enum eh_unit {
    EH_UNIT_COUNT = 0, /* whole numbers */
    EH_UNIT_MONEY = 1, /* minor units */
    EH_UNIT_PPM = 2,
    EH_UNIT_MILLI = 3, /* thousandths: points of a rating */
    EH_UNIT_SECONDS = 4
};

/* Numbers are stored: never change, never reuse. */
enum eh_take { EH_TAKE_SUM = 0, EH_TAKE_LAST = 1 };

/* --- One figure of a plan --- */

struct eh_plan_mix {
    struct eh_str kind;
    uint32_t share_ppm; /* all together 10^6 */
};

/* How one figure is made of the facts; metrics and gates that name the same figure share it. */
struct eh_plan_measure {
    struct eh_str name;
    uint8_t kind; /* enum eh_measure_kind */
    uint8_t unit; /* enum eh_unit, of its value */
    uint8_t take; /* enum eh_take, for imported ones */
    bool has_prior;
    int64_t prior_mean;      /* in its unit */
    int64_t prior_count;     /* weight in ratings, for csat */
    struct eh_plan_mix *mix; /* by kind, for handle_time */
    uint32_t mix_count;
    int64_t least_ms, most_ms; /* winsorised at these */
};

/* A duration as the measure counts it. */
static inline int64_t eh_plan_winsorise(const struct eh_plan_measure *measure, int64_t duration_ms)
{
    if (duration_ms < measure->least_ms)
        return measure->least_ms;
    return duration_ms > measure->most_ms ? measure->most_ms : duration_ms;
}

/* --- What comes of it --- */

struct eh_bonus_value {
    int64_t value;   /* in the measure's unit */
    int64_t count;   /* of the facts it is made of */
    int64_t unknown; /* closed tickets whose time cannot be known: they are in no mean */
    bool prior;      /* nothing came; the plan's prior stands in */
    bool kept;       /* nothing is known any more: it is that of the version before */
    bool missing;    /* only in an estimate */
};

struct eh_bonus_input {
    struct eh_str name;
    int64_t value;
    uint8_t unit;  /* enum eh_unit */
    int64_t count; /* of the facts behind it; 0: it is no figure of facts */
};

/* --- The rows --- */

#define EH_MEASURE_INPUTS_MAX (2 * EH_PLAN_MIX_MAX)

/* What a value is made of, for whoever follows it by hand. Names that are made live in the arena.
 */
struct eh_measure_inputs {
    struct eh_arena *arena;
    struct eh_bonus_input list[EH_MEASURE_INPUTS_MAX];
    uint32_t count;
    bool failed; /* memory ran out once: a name is empty */
};

struct eh_measure_range {
    int64_t least, most;
};

struct eh_measure {
    const char *name;            /* in plans and manuals; NULL: of a figure that is imported */
    const char *help;            /* what it is, for the manual: "won less refunded" */
    const char *formula;         /* how it is made, in the words of its inputs */
    const char *formula_earlier; /* ... of facts that are counted by closings; NULL: the same */
    const char *missing;         /* why it has no value; NULL: it always has one */
    const char *of_kind;         /* the kind of ticket that it counts alone; NULL: all */
    uint8_t unit;                /* enum eh_unit, of its value */
    int8_t better;               /* 1: more is better, -1: less is better; 0: nobody knows */
    bool quality;                /* of the work, not the amount or the speed of it */
    bool exact;                  /* a sum: nothing is rounded */
    bool shrinks;                /* few facts shrink to the plan's `prior`, which has a `count` */
    /* No figure may be imported under its name, whatever the plan: of the measures that were there
     * when logs began to refuse such figures (EH_RULES_METRICS). A later one never sets it: under
     * its name there may be figures in logs, and plans that import them. */
    bool reserved;
    struct eh_measure_range said; /* what a plan may say of it, in its unit */
    struct eh_measure_range can;  /* what it can be at all */
    int (*value)(const struct eh_plan_measure *, const struct eh_bonus_facts *,
                 struct eh_bonus_value *ret, struct eh_error *);
    void (*explain)(const struct eh_plan_measure *, const struct eh_bonus_facts *,
                    const struct eh_bonus_value *, struct eh_measure_inputs *ret);
    /* Closed tickets that are not in it, for nobody can tell how long they took; NULL: none. */
    int64_t (*unknown)(const struct eh_bonus_facts *);
};

const struct eh_measure *eh_measure(int kind); /* of an enum eh_measure_kind; NULL: there is none */
/* The kind of that name; EH_MEASURE_IMPORTED: no measure has it. */
enum eh_measure_kind eh_measure_named(struct eh_str name);
/* The names of all measures, one after the other; NULL: that was all. */
const char *eh_measure_name(size_t at);
/* As eh_measure_name(), of those that are `reserved`. */
const char *eh_measure_reserved(size_t at);
bool eh_measure_is_reserved(struct eh_str name);

#endif

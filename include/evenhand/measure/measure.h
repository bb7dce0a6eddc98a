/*
 * measure: the figures of a period that a plan can pay by. Each measure has a row with its name,
 * its unit, the function that makes its value of the facts, and the function that explains the
 * value.
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

EH_C_BEGIN

#define EH_PLAN_MIX_MAX       64               /* kinds in the mix of a handle_time */
#define EH_PLAN_RATIO_MAX     10000000         /* ppm: the most a curve may reach, 1000 % */
#define EH_PLAN_MONEY_MAX     9000000000000000 /* minor units: the most a pool may have */
#define EH_MEASURE_TIME_MAX_S 31622400         /* 366 days: the longest time that a plan may say */

/* Numbers are stored: never change, never reuse. */
enum eh_measure_kind {
    EH_MEASURE_REVENUE = 0,
    EH_MEASURE_CSAT = 1,
    EH_MEASURE_HANDLE_TIME = 2,
    EH_MEASURE_REOPEN_RATE = 3,
    EH_MEASURE_CONVERSION = 4,
    EH_MEASURE_RESPONSE_TIME = 5,
    EH_MEASURE_CYCLE_TIME = 6,
    EH_MEASURE_IMPORTED = 7,
    EH_MEASURE_ANSWERED_IN_TIME = 8,
    EH_MEASURE_ANSWER_TIME = 9
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
    uint32_t share_ppm; /* the shares of a mix sum to 10^6 */
};

/* How one figure is made of the facts. Metrics and gates that name the same figure share it. */
struct eh_plan_measure {
    struct eh_str name;
    uint8_t kind; /* enum eh_measure_kind */
    uint8_t unit; /* enum eh_unit: the unit of its value */
    uint8_t take; /* enum eh_take: how imports of a period become one figure */
    bool has_prior;
    int64_t prior_mean;      /* in the measure's unit */
    int64_t prior_count;     /* csat: how many ratings the prior weighs */
    struct eh_plan_mix *mix; /* handle_time: sorted by kind */
    uint32_t mix_count;
    int64_t least_ms, most_ms; /* handle_time: the bounds of eh_plan_winsorise() */
};

/* A duration within the measure's bounds: beyond a bound, the bound. Milliseconds. */
static inline int64_t eh_plan_winsorise(const struct eh_plan_measure *measure, int64_t duration_ms)
{
    if (duration_ms < measure->least_ms)
        return measure->least_ms;
    return duration_ms > measure->most_ms ? measure->most_ms : duration_ms;
}

/* --- The value of a figure --- */

struct eh_bonus_value {
    int64_t value;   /* in the measure's unit */
    int64_t count;   /* how many facts it is made of */
    int64_t unknown; /* closed tickets whose time nobody knows: no mean has them */
    bool prior;      /* there were no facts: this is the plan's prior */
    bool kept;       /* the facts are gone: this is the value of the version before */
    bool missing;    /* there is no value; only an estimate may have such a figure */
};

struct eh_bonus_input {
    struct eh_str name;
    int64_t value;
    uint8_t unit;  /* enum eh_unit */
    int64_t count; /* how many facts it is made of; 0: it is not made of facts */
};

/* --- The rows --- */

#define EH_MEASURE_INPUTS_MAX (2 * EH_PLAN_MIX_MAX)

/* The inputs of a value, so that people can compute it by hand. Composed names live in the arena.
 */
struct eh_measure_inputs {
    struct eh_arena *arena;
    struct eh_bonus_input list[EH_MEASURE_INPUTS_MAX];
    uint32_t count;
    bool failed; /* memory ran out: some name is empty */
};

struct eh_measure_range {
    int64_t least, most;
};

struct eh_measure {
    const char *name;            /* in plans and manuals; NULL: the row of imported figures */
    const char *help;            /* the manual's words for it: "won less refunded" */
    const char *formula;         /* its formula, in the words of its inputs */
    const char *formula_earlier; /* its formula for facts `by_closings`; NULL: `formula` */
    const char *missing;         /* the reason when it has no value; NULL: it always has one */
    const char *of_kind;         /* the one kind of ticket that it counts; NULL: all kinds */
    uint8_t unit;                /* enum eh_unit: the unit of its value */
    int8_t better;               /* 1: more is better, -1: less is better; 0: it depends */
    bool quality;                /* it measures how well the work is done, not amount or speed */
    bool exact;                  /* it is a sum: nothing is rounded */
    bool shrinks;                /* with few facts it moves to the plan's `prior` with a `count` */
    /* No plan may import a figure under its name. Only the measures that existed when logs began to
     * refuse such figures (EH_RULES_METRICS) set it. A later measure never does: older logs may
     * have imported figures, and plans, with its name. */
    bool reserved;
    struct eh_measure_range said; /* the values that a plan may name, in its unit */
    struct eh_measure_range can;  /* the values that it can have at all */
    /* Makes the value, or sets ret->missing. -EH_ERANGE: it does not fit 64 bits. */
    int (*value)(const struct eh_plan_measure *, const struct eh_bonus_facts *,
                 struct eh_bonus_value *ret, struct eh_error *);
    void (*explain)(const struct eh_plan_measure *, const struct eh_bonus_facts *,
                    const struct eh_bonus_value *, struct eh_measure_inputs *ret);
    /* How many closed tickets it leaves out because nobody knows how long they took. NULL: none. */
    int64_t (*unknown)(const struct eh_bonus_facts *);
};

/* The row of an enum eh_measure_kind. NULL: there is no such kind. */
const struct eh_measure *eh_measure(int kind);
/* The values that it can have and a plan may name: what may be said of it. */
struct eh_measure_range eh_measure_range(const struct eh_measure *);
/* The kind of that name. EH_MEASURE_IMPORTED: no measure has the name. */
enum eh_measure_kind eh_measure_named(struct eh_str name);
/* The name of the measure at place `at`, from 0. NULL: there are no more. */
const char *eh_measure_name(size_t at);
/* As eh_measure_name(), among the measures that are `reserved`. */
const char *eh_measure_reserved(size_t at);
bool eh_measure_is_reserved(struct eh_str name);

EH_C_END

#endif

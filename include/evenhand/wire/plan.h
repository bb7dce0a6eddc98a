/*
 * plan: the model of a bonus plan: what a team's pool rewards, what it costs at most, how it is
 * shared.
 *
 * YAML (and so JSON) in, a checked struct out; a plan that contradicts itself is refused with line,
 * path and what to do. Money is minor units of the plan's currency, ratios are ppm, ratings
 * milli-points, times seconds. Everything lives in the arena.
 *
 *     struct eh_bonus_plan *plan;
 *     int r = eh_plan_parse(text, desk, &arena, &plan, &error);   // desk may be NULL
 *     if (r < 0) // error.text: "10: metrics: the weights sum to 90%; make them ..."
 *         return r;
 *     eh_plan_lint(plan, desk, say, context);   // advice that is no refusal
 *     eh_plan_encode(plan, &bytes);             // the canonical form, for its SHA-256
 */
#ifndef EVENHAND_WIRE_PLAN_H
#define EVENHAND_WIRE_PLAN_H

#include <evenhand/base/base.h>
#include <evenhand/measure/measure.h>

EH_C_BEGIN

#define EH_PLANS_MAX         10000 /* of a desk */
#define EH_PLAN_METRICS_MAX  16
#define EH_PLAN_CURVE_MAX    32     /* points of a curve */
#define EH_PLAN_BANDS_MAX    32     /* steps of seniority */
#define EH_PLAN_BAND_LARGEST 10000  /* weight of a step */
#define EH_PLAN_YEARS_MAX    100    /* of service a step may ask for */
#define EH_PLAN_POINTS_MAX   1000   /* for a closing */
#define EH_PLAN_PRIOR_MAX    100000 /* weight of a prior, in ratings */
#define EH_PLAN_CAP_LEAST    10000  /* ppm: a lower cap would hold back most of the part */
#define EH_PLAN_SENTENCE_MAX 500    /* bytes of `encourages` and `discourages` */

/* A plan's canonical form holds the numbers of these enums, and plan_sha256 is the hash of that
 * form: another number gives every published plan another hash. */

/* Numbers are stored: never change, never reuse. */
enum eh_gate {
    EH_GATE_NONE = 0,
    EH_GATE_ZERO_METRIC = 1,
    EH_GATE_CAP_METRIC = 2,
    EH_GATE_ZERO_POOL = 3
};
/* Numbers are stored: never change, never reuse. */
enum eh_leavers { EH_LEAVERS_PRORATE = 0, EH_LEAVERS_FORFEIT = 1 };
/* What becomes of a part of the pool that nobody has a weight in. UNSAID: nothing, if the plan was
 * published when there was no such rule; else as SHARE. Numbers are stored: never change, never
 * reuse. */
enum eh_unearned { EH_UNEARNED_UNSAID = 0, EH_UNEARNED_SHARE = 1, EH_UNEARNED_HOLD = 2 };
/* Numbers are stored: never change, never reuse. */
enum eh_if_missing { EH_MISSING_BLOCKS = 0, EH_MISSING_PRIOR = 1 };
/* Numbers are stored: never change, never reuse. */
enum eh_perspective {
    EH_PERSPECTIVE_NONE = 0,
    EH_PERSPECTIVE_FINANCIAL = 1,
    EH_PERSPECTIVE_CUSTOMER = 2,
    EH_PERSPECTIVE_PROCESS = 3,
    EH_PERSPECTIVE_LEARNING = 4
};

/* Straight lines between points, flat beyond both ends. */
struct eh_curve_point {
    int64_t x, y; /* x rises from point to point */
};

struct eh_curve {
    struct eh_curve_point *points; /* 2 or more */
    uint32_t count;
};

struct eh_plan_gate {
    uint8_t effect;            /* enum eh_gate; NONE: there is no gate */
    uint32_t measure;          /* index into measures */
    bool has_least, has_most;  /* one at least */
    int64_t at_least, at_most; /* in the measure's unit */
};

struct eh_plan_metric {
    uint32_t measure; /* index into measures */
    uint32_t weight_ppm;
    uint8_t perspective;   /* enum eh_perspective */
    struct eh_curve curve; /* from the value to the score, ppm */
    struct eh_plan_gate gate;
};

struct eh_plan_points {
    struct eh_str kind;
    uint32_t points; /* for each closing of that kind */
};

struct eh_plan_band {
    uint32_t years; /* from so many years of service on */
    uint32_t weight;
};

struct eh_bonus_plan {
    struct eh_str id, team, currency;
    unsigned currency_exponent;
    struct eh_period from; /* its kind is that of all periods of the plan */
    struct eh_str encourages, discourages;
    int64_t target_pool, max_pool; /* minor units */
    struct eh_plan_measure *measures;
    uint32_t measure_count;
    struct eh_plan_metric *metrics; /* in the plan's order */
    uint32_t metric_count;
    struct eh_curve funding; /* from the composite to the share of target_pool, both ppm */
    uint32_t individual_ppm, equal_ppm, hours_ppm, seniority_ppm; /* of the pool; together 10^6 */
    struct eh_plan_points *points;                                /* by kind */
    uint32_t point_count;
    uint32_t cap_ppm;           /* of the individual part, for one rep; 10^6: none */
    struct eh_plan_band *bands; /* by years, the first from 0 on */
    uint32_t band_count;
    uint8_t leavers;      /* enum eh_leavers */
    uint8_t if_missing;   /* enum eh_if_missing */
    uint8_t unearned;     /* enum eh_unearned */
    bool before_unearned; /* published before there was that rule; no part of what it says */
    uint32_t carry_at_most_ppm;
    uint32_t line; /* of the file it stood in */
};

/* Whether a part that nobody has a weight in goes to the others. */
static inline bool eh_plan_shares_unearned(const struct eh_bonus_plan *plan)
{
    return plan->unearned == EH_UNEARNED_SHARE ||
           (plan->unearned == EH_UNEARNED_UNSAID && !plan->before_unearned);
}

/* Figures of a rep that payroll imports, whatever the plans say. */
bool eh_plan_is_minutes(struct eh_str metric);
/* What it makes of that figure, in a metric or a gate; NULL: nothing. The plan may be NULL. */
const struct eh_plan_measure *eh_plan_measure_find(const struct eh_bonus_plan *,
                                                   struct eh_str metric);

struct eh_desk;

/* A file that holds one plan. Without a desk: team and kinds are not looked up, money is EUR. The
 * plan keeps no pointer into the desk. One that the desk has was published when that was.
 * -EH_EPARSE, -EH_EINVAL, -EH_ERANGE, -EH_ENOMEM; error->text is "LINE: path: what". */
int eh_plan_parse(struct eh_str text, const struct eh_desk *, struct eh_arena *,
                  struct eh_bonus_plan **ret, struct eh_error *) EH_MUST_CHECK;

/* Canonical: the same plan is the same bytes, whatever its spelling, order of keys or comments. */
void eh_plan_encode(const struct eh_bonus_plan *, struct eh_bytes *);
/* By their canonical bytes. Without memory no two are: whoever asks then treats them as changed. */
bool eh_plan_same(const struct eh_bonus_plan *, const struct eh_bonus_plan *);

/* One line each, for people. Advice; desk may be NULL. Returns how many. */
typedef void eh_plan_line_fn(void *context, const char *line);
size_t eh_plan_lint(const struct eh_bonus_plan *, const struct eh_desk *, eh_plan_line_fn *,
                    void *context);
/* What the plan rewards and how it shares, in sentences. Returns how many. */
size_t eh_plan_describe(const struct eh_bonus_plan *, eh_plan_line_fn *, void *context);

/* The one that governs a team's period with that date in it, or NULL. They are sorted by team, then
 * by when they begin. */
const struct eh_bonus_plan *eh_plans_find(const struct eh_bonus_plan *, size_t count,
                                          struct eh_str team, int32_t date);

/* --- The plans of a desk --- */

/* Which plans come, go or change, a line each; `was` may be NULL. Returns how many. */
size_t eh_desk_plans_diff(const struct eh_desk *was, const struct eh_desk *now, eh_plan_line_fn *,
                          void *context);
/* The advice for all of them, each line with its plan's name. */
size_t eh_desk_plans_lint(const struct eh_desk *, eh_plan_line_fn *, void *context);
/* Marks the plans of a new desk that were published before a part that nobody has a weight in went
 * to the others: those that stand unchanged from `was` (may be NULL) and were marked there,
 * or all, where the rules of then are in force (`before`). */
void eh_desk_plans_publish(const struct eh_desk *was, struct eh_desk *now, bool before);
/* Published, then immutable: a plan that has begun by `today` stays as it is, and no other begins
 * in the past but a team's first (`was` may be NULL). -EH_ECONFLICT. */
int eh_desk_plans_check(const struct eh_desk *was, const struct eh_desk *now, int32_t today,
                        struct eh_error *) EH_MUST_CHECK;

/* A value in the words of its unit: "129.95", "4.383", "5.5825%", "655s". */
size_t eh_plan_value_print(const struct eh_bonus_plan *, enum eh_unit, int64_t value,
                           char ret_text[EH_DECIMAL_TEXT_MAX]);

const char *eh_gate_name(enum eh_gate); /* "zero_metric" */
const char *eh_unit_name(enum eh_unit); /* "minor", "milli", "seconds", "ppm", "count" */

EH_C_END

#endif

/*
 * plan: the model of a bonus plan: which figures a team's pool rewards, what it costs at most, and
 * how it is shared.
 *
 * The reader makes a checked struct of YAML, and so of JSON. It refuses a plan that contradicts
 * itself, with line, path and what to do. Money is minor units of the plan's currency, ratios are
 * ppm, ratings milli-points, times seconds. Everything lives in the arena.
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

#define EH_PLANS_MAX         10000 /* plans of a desk */
#define EH_PLAN_METRICS_MAX  16
#define EH_PLAN_CURVE_MAX    32     /* points of a curve */
#define EH_PLAN_BANDS_MAX    32     /* steps of seniority */
#define EH_PLAN_BAND_LARGEST 10000  /* weight of a step */
#define EH_PLAN_YEARS_MAX    100    /* years of service that a step may ask for */
#define EH_PLAN_POINTS_MAX   1000   /* points for a closing */
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
/* What becomes of a part of the pool in which nobody has a weight. SHARE: it goes to the other
 * parts. HOLD: it stays unpaid. UNSAID: as SHARE, but as HOLD where `before_unearned`. Numbers are
 * stored: never change, never reuse. */
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

/* A point of a curve: straight lines join the points, and the curve is flat beyond both ends. */
struct eh_curve_point {
    int64_t x, y; /* x rises from point to point */
};

struct eh_curve {
    struct eh_curve_point *points; /* 2 or more */
    uint32_t count;
};

struct eh_plan_gate {
    uint8_t effect;            /* enum eh_gate; NONE: there is no gate */
    uint32_t measure;          /* index into the plan's measures */
    bool has_least, has_most;  /* one of them is set, or both */
    int64_t at_least, at_most; /* in the measure's unit */
};

struct eh_plan_metric {
    uint32_t measure; /* index into the plan's measures */
    uint32_t weight_ppm;
    uint8_t perspective;   /* enum eh_perspective */
    struct eh_curve curve; /* from the value, in its unit, to the score in ppm */
    struct eh_plan_gate gate;
};

struct eh_plan_points {
    struct eh_str kind;
    uint32_t points; /* for each closing of that kind */
};

struct eh_plan_band {
    uint32_t years; /* the band begins with so many years of service */
    uint32_t weight;
};

struct eh_bonus_plan {
    struct eh_str id, team, currency;
    unsigned currency_exponent;
    struct eh_period from; /* the first period; all periods of the plan have its kind */
    struct eh_str encourages, discourages;
    int64_t target_pool, max_pool; /* minor units */
    struct eh_plan_measure *measures;
    uint32_t measure_count;
    struct eh_plan_metric *metrics; /* in the plan's order */
    uint32_t metric_count;
    struct eh_curve funding; /* from the composite to the part of target_pool, both in ppm */
    uint32_t individual_ppm, equal_ppm, hours_ppm, seniority_ppm; /* of the pool; together 10^6 */
    struct eh_plan_points *points;                                /* sorted by kind */
    uint32_t point_count;
    uint32_t cap_ppm;           /* the most of the individual part that one rep gets; 10^6: all */
    struct eh_plan_band *bands; /* by years, the first from 0 on */
    uint32_t band_count;
    uint8_t leavers;      /* enum eh_leavers */
    uint8_t if_missing;   /* enum eh_if_missing */
    uint8_t unearned;     /* enum eh_unearned */
    bool before_unearned; /* it was published before that rule came; not in the canonical form */
    uint32_t carry_at_most_ppm;
    uint32_t line; /* of the file, from 1 */
};

/* Whether a part in which nobody has a weight goes to the other parts. */
static inline bool eh_plan_shares_unearned(const struct eh_bonus_plan *plan)
{
    return plan->unearned == EH_UNEARNED_SHARE ||
           (plan->unearned == EH_UNEARNED_UNSAID && !plan->before_unearned);
}

/* Whether the figure is one of a rep that payroll imports: `paid_minutes` or `contract_minutes`.
 * These need no plan. */
bool eh_plan_is_minutes(struct eh_str metric);
/* The measure of that name in a metric or a gate of the plan, which may be NULL. NULL: there is
 * none. */
const struct eh_plan_measure *eh_plan_measure_find(const struct eh_bonus_plan *,
                                                   struct eh_str metric);

struct eh_desk;

/* Parses a file that holds one plan. Without a desk (NULL), team and kinds are not looked up, and
 * money is EUR. The plan keeps no pointer into the desk. If the desk has the same plan,
 * `before_unearned` is taken from there. -EH_EPARSE, -EH_EINVAL, -EH_ERANGE, -EH_ENOMEM;
 * error->text is "LINE: path: what". */
int eh_plan_parse(struct eh_str text, const struct eh_desk *, struct eh_arena *,
                  struct eh_bonus_plan **ret, struct eh_error *) EH_MUST_CHECK;

/* Appends the canonical form: equal plans have equal bytes, whatever their spelling, order of keys
 * or comments. */
void eh_plan_encode(const struct eh_bonus_plan *, struct eh_bytes *);
/* Whether two plans have the same canonical form. False when memory runs out, so that the caller
 * treats the plan as changed. */
bool eh_plan_same(const struct eh_bonus_plan *, const struct eh_bonus_plan *);

/* Calls `line` with each sentence of advice on a plan; advice refuses nothing. The desk may be
 * NULL. Returns how many there were. */
typedef void eh_plan_line_fn(void *context, const char *line);
size_t eh_plan_lint(const struct eh_bonus_plan *, const struct eh_desk *, eh_plan_line_fn *,
                    void *context);
/* Calls `line` with sentences that say what the plan rewards and how it shares. Returns how many.
 */
size_t eh_plan_describe(const struct eh_bonus_plan *, eh_plan_line_fn *, void *context);

/* The plan that governs the period of a team with that date in it, or NULL. The plans must be
 * sorted by team, then by their beginning. */
const struct eh_bonus_plan *eh_plans_find(const struct eh_bonus_plan *, size_t count,
                                          struct eh_str team, int32_t date);

/* --- The plans of a desk --- */

/* Calls `line` for each plan that comes, goes or changes. `was` may be NULL. Returns how many. */
size_t eh_desk_plans_diff(const struct eh_desk *was, const struct eh_desk *now, eh_plan_line_fn *,
                          void *context);
/* As eh_plan_lint(), for all plans of the desk. Each line has its plan's name before it. */
size_t eh_desk_plans_lint(const struct eh_desk *, eh_plan_line_fn *, void *context);
/* Sets `before_unearned` of the plans of `now`. With `before`, the rules of that time are in force,
 * and all plans are marked. Else a plan is marked if it is unchanged from `was`, which may be NULL,
 * and is marked there. */
void eh_desk_plans_publish(const struct eh_desk *was, struct eh_desk *now, bool before);
/* Refuses changes that come too late, with -EH_ECONFLICT: a plan that has begun by `today` stays as
 * it was published, and only the first plan of a team may begin in the past. `was` may be NULL. */
int eh_desk_plans_check(const struct eh_desk *was, const struct eh_desk *now, int32_t today,
                        struct eh_error *) EH_MUST_CHECK;

/* Writes a value in the notation of its unit: "129.95", "4.383", "5.5825%", "655s". Returns its
 * size without the NUL. */
size_t eh_plan_value_print(const struct eh_bonus_plan *, enum eh_unit, int64_t value,
                           char ret_text[EH_DECIMAL_TEXT_MAX]);

/* The same with the currency behind money: "129.95 EUR". */
void eh_plan_figure_print(const struct eh_bonus_plan *, enum eh_unit, int64_t value,
                          char ret_text[EH_AMOUNT_TEXT_MAX]);
/* Reads a value in the notation of its unit. -EH_EPARSE, -EH_EINVAL, -EH_ERANGE. */
int eh_plan_value_parse(const struct eh_bonus_plan *, enum eh_unit, struct eh_str text,
                        int64_t *ret, struct eh_error *) EH_MUST_CHECK;

const char *eh_gate_name(enum eh_gate); /* "zero_metric" */
const char *eh_unit_name(enum eh_unit); /* "minor", "milli", "seconds", "ppm", "count" */

EH_C_END

#endif

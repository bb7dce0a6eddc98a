/*
 * backtest: what a bonus plan would have paid over the periods in the log: all of it is decided
 * again, and the facts of every closing are counted under the plan, as if it had always been there.
 *
 * A period of the team that was frozen or closed has the facts of its last version, with the people
 * it was frozen with; any other those of now. Nothing is carried from one period to the next. What
 * a period misses scores nothing.
 *
 *     EH_AUTO(eh_backtest) struct eh_backtest test = {.team = NULL};
 *     r = eh_backtest_run(conninfo, "sales.yaml", &test);
 *     for (uint32_t i = 0; i < test.period_count; i++)
 *         print(eh_str("gross"), test.periods[i].statement->gross);
 */
#ifndef EVENHAND_TOOLS_PLAN_BACKTEST_H
#define EVENHAND_TOOLS_PLAN_BACKTEST_H

#include <evenhand/pool/pool.h>

#include "log/replay.h"

struct eh_backtest_period {
    const struct eh_bonus_facts *facts;
    const struct eh_pool_statement *statement;
    bool running; /* its last day had not passed at the end of the log */
};

/* Over the periods that had ended. */
struct eh_backtest_metric {
    uint32_t periods, reached; /* reached: its curve gave 100 % or more */
    uint32_t missing;          /* of the periods: it had no figure, and so did not reach it */
    uint32_t gate_failed;
};

/* What was counted under the plan when a period was frozen, or settled once more. */
struct eh_backtest_step {
    struct eh_period period;
    struct eh_str facts; /* canonical bytes */
};

struct eh_backtest {
    /* Set before: */
    const char *team;   /* another than the plan's, or NULL */
    const char *period; /* that one alone, or NULL: all */
    bool carry;         /* of that one: what the team's pool had to take back then */
    /* What came of it: */
    struct eh_bonus_plan plan; /* for that team; begins when it says */
    const struct eh_desk *desk;
    struct eh_backtest_period *periods; /* those in which something was recorded, the first first */
    uint32_t period_count, ended, capacity;
    struct eh_backtest_metric metrics[EH_PLAN_METRICS_MAX]; /* in the plan's order */
    int64_t total_gross, running_gross;                     /* total: with those that still run */
    /* Private: */
    struct eh_bonus_plan always;    /* the plan as if it had always been there */
    struct eh_backtest_step *steps; /* a period's last one counts */
    size_t step_count, step_capacity;
    struct eh_replay replay;
    struct eh_arena arena;
};

/* An exit code; said already where it is not EH_EXIT_DONE. */
int eh_backtest_run(const char *conninfo, const char *path, struct eh_backtest *) EH_MUST_CHECK;
void eh_backtest_done(struct eh_backtest *);

/* steps.c: the facts of each freeze and later version, as the log comes by. */
int eh_backtest_watch(void *backtest, struct eh_error *) EH_MUST_CHECK;
/* ... the last of a period; *ret NULL: there is none. */
int eh_backtest_counted(struct eh_backtest *, struct eh_period, struct eh_bonus_facts **ret,
                        struct eh_error *) EH_MUST_CHECK;
/* ... the shadow's view of a period. False: nothing happened in it. */
bool eh_backtest_view(const struct eh_backtest *, struct eh_period, struct eh_period_view *ret);

#endif

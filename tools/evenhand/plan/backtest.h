/*
 * backtest: what a bonus plan would have paid for the periods in the log. The log is decided again,
 * and every closing is counted under the plan, as if the plan had always been in force.
 *
 * A frozen or closed period keeps the facts and people of its freeze or last version; any other
 * period has those of now. No carry passes from one period to the next. A missing figure scores
 * nothing.
 *
 *     EH_AUTO(eh_backtest) struct eh_backtest test = {.cli = cli, .team = NULL};
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
    bool running; /* it was still running at the end of the log */
};

/* Over the periods that had ended. */
struct eh_backtest_metric {
    uint32_t periods, reached; /* reached: its curve gave 100 % or more */
    uint32_t missing;          /* periods without a figure, which did not reach it */
    uint32_t gate_failed;
};

/* What the plan counted when a period was frozen or settled again. */
struct eh_backtest_step {
    struct eh_period period;
    struct eh_str facts; /* canonical bytes */
};

struct eh_backtest {
    /* Set before: */
    const struct eh_cli *cli; /* its form of errors is used */
    const char *team;         /* team to test it for; NULL: the plan's */
    const char *period;       /* only this period; NULL: all */
    bool carry;               /* with `period`: subtract the carry that the team's pool had then */
    /* What came of it: */
    struct eh_bonus_plan plan; /* for that team; begins when it says */
    const struct eh_desk *desk;
    struct eh_backtest_period *periods; /* periods with recorded facts, the first first */
    uint32_t period_count, ended, capacity;
    struct eh_backtest_metric metrics[EH_PLAN_METRICS_MAX]; /* in the plan's order */
    int64_t total_gross, running_gross;                     /* total: with periods that still run */
    /* Private: */
    struct eh_bonus_plan always;    /* the plan with its first period moved to the beginning */
    struct eh_backtest_step *steps; /* a period's last one counts */
    size_t step_count, step_capacity;
    struct eh_replay replay;
    struct eh_arena arena;
};

/* Returns an exit code; an error has been said. */
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

/* backtest: replays the log under a plan and collects the statement of each period. See backtest.h.
 */
#include "backtest.h"

#include <stdlib.h>

#include "command.h"
#include "file.h"
#include "log/begin.h"
#include "term/say.h"

void eh_backtest_done(struct eh_backtest *test)
{
    eh_replay_done(&test->replay);
    eh_arena_done(&test->arena);
    free(test->periods);
    free(test->steps);
}

static int test_fail(const struct eh_backtest *test, const struct eh_error *error)
{
    return eh_say(test->cli, eh_cli_log_exit(-error->code), "%s", error->text);
}

/* ---- Before: the desk, the plan, the period asked for. */

static int test_read_desk(struct eh_backtest *test)
{
    struct eh_error error = {0};
    struct eh_str text;
    struct eh_desk *desk;
    if (eh_cli_log_desk(test->replay.log, &test->arena, &text, &error) < 0)
        return test_fail(test, &error);
    if (text.size == 0)
        return eh_say(test->cli, EH_EXIT_REFUSED, "the log is empty: nothing is recorded yet");
    if (eh_desk_parse(text, &test->arena, &desk, &error) < 0)
        return eh_say(test->cli, EH_EXIT_REFUSED, "the desk in the log cannot be read: %s",
                      error.text);
    test->desk = desk;
    return EH_EXIT_DONE;
}

/* With --team the plan may name a team that this desk does not have. */
static void pretend_team(struct eh_str text, struct eh_backtest *test, struct eh_desk *desk,
                         struct eh_desk_team *team)
{
    struct eh_bonus_plan *plan;
    if (eh_plan_parse(text, NULL, &test->arena, &plan, NULL) < 0)
        return; /* an error is said when the plan is read for the desk */
    *team = (struct eh_desk_team){.id = plan->team};
    desk->teams = team;
    desk->team_count = 1;
}

static int read_plan(const char *path, struct eh_backtest *test)
{
    struct eh_bonus_plan *plan;
    struct eh_desk_team team;
    struct eh_desk desk = *test->desk;
    struct eh_str text;
    if (test->team && !eh_desk_team(test->desk, eh_str(test->team)))
        return eh_say(test->cli, EH_EXIT_REFUSED, "team %s: the desk has none of that id",
                      test->team);
    int r = eh_plan_file_text(test->cli, path, &test->arena, &text);
    if (r == EH_EXIT_DONE && test->team)
        pretend_team(text, test, &desk, &team);
    if (r == EH_EXIT_DONE)
        r = eh_plan_file_parse(test->cli, path, text, &desk, &test->arena, &plan);
    if (r != EH_EXIT_DONE)
        return r;
    test->plan = *plan;
    if (test->team)
        test->plan.team = eh_str(test->team);
    test->always = test->plan;
    test->always.from = eh_period_of((enum eh_period_kind)plan->from.kind, 0);
    return EH_EXIT_DONE;
}

static int read_period(const struct eh_backtest *test, struct eh_period *ret)
{
    struct eh_error error = {0};
    if (!test->period)
        return EH_EXIT_DONE;
    if (eh_period_parse(eh_str(test->period), ret, &error) < 0)
        return eh_say(test->cli, EH_EXIT_USAGE, "--period: %s", error.text);
    if (ret->kind == test->plan.from.kind)
        return EH_EXIT_DONE;
    return eh_say(test->cli, EH_EXIT_REFUSED, "--period %s: the plan counts by the %s",
                  test->period, eh_period_kind_name((enum eh_period_kind)test->plan.from.kind));
}

/* ---- After: the periods. */

static struct eh_backtest_period *add_period(struct eh_backtest *test)
{
    int r = eh_array_room(&test->periods, &test->capacity, test->period_count + (size_t)1,
                          EH_ARRAY_MAX);
    return r < 0 ? NULL : &test->periods[test->period_count++];
}

static void totals_add(struct eh_backtest *test, const struct eh_pool_statement *s)
{
    for (uint32_t i = 0; i < s->metric_count && i < EH_PLAN_METRICS_MAX; i++) {
        const struct eh_pool_metric *m = &s->metrics[i];
        struct eh_backtest_metric *all = &test->metrics[i];
        all->periods++;
        all->missing += m->missing;
        all->reached += !m->missing && m->curve_ppm >= EH_PPM;
        all->gate_failed += m->gate_failed;
    }
}

/* The facts of the last version in the desk's own books; of now, if the period is not closed. */
static int take_facts(struct eh_backtest *test, const struct eh_period_view *view,
                      struct eh_bonus_facts **ret, struct eh_period_view *ret_own,
                      struct eh_error *error)
{
    struct eh_period_view own;
    struct eh_bonus_facts *counted = NULL;
    int r = 0;
    bool there = eh_engine_period(test->replay.engine, view->team, view->period, &own);
    if (there && own.state != EH_PERIOD_OPEN)
        r = eh_backtest_counted(test, view->period, &counted, error);
    if (r < 0)
        return r;
    *ret_own = counted ? own : *view;
    if (!counted)
        return eh_pool_facts(test->replay.engine, view, true, &test->arena, ret, error);
    const struct eh_pool_if what = {.plan = &test->plan, .counted = counted};
    return eh_pool_what_if_facts(test->replay.engine, &own, &what, &test->arena, ret, error);
}

static int take_period(struct eh_backtest *test, const struct eh_period_view *view, int32_t today,
                       struct eh_error *error)
{
    struct eh_bonus_facts *facts;
    struct eh_pool_statement *statement;
    struct eh_period_view own;
    int r = take_facts(test, view, &facts, &own, error);
    if (r < 0)
        return r;
    if (!test->carry)
        facts->carry_open = 0; /* open carry comes of the desk's own plans, not of this one */
    r = eh_pool_estimate(&test->plan, facts, &test->arena, &statement, error);
    if (r < 0)
        return r;
    statement->facts_of = eh_pool_facts_of(&own);
    statement->late = own.late;
    struct eh_backtest_period *period = add_period(test);
    if (!period || __builtin_add_overflow(test->total_gross, statement->gross, &test->total_gross))
        return eh_error_set(error, EH_ENOMEM, "the total does not fit");
    *period = (struct eh_backtest_period){facts, statement, eh_period_last(view->period) >= today};
    if (period->running)
        test->running_gross += statement->gross;
    else
        totals_add(test, statement);
    test->ended += !period->running;
    return 0;
}

/* The period of --period gets a statement even when nothing happened in it, if a plan covers it. */
static bool is_empty(const struct eh_backtest *test, const struct eh_period *only,
                     struct eh_period_view *ret)
{
    if (!only || test->period_count > 0 ||
        !eh_engine_period(test->replay.engine, test->plan.team, *only, ret))
        return false;
    ret->plan = &test->always;
    return true;
}

/* The desk's own plan shares what nobody earns as when it was published. */
static void test_publish(struct eh_backtest *test)
{
    const struct eh_desk *desk = eh_engine_desk(test->replay.engine);
    for (uint32_t i = 0; desk && i < desk->plan_count; i++)
        if (eh_plan_same(&desk->plans[i], &test->plan))
            test->plan.before_unearned = desk->plans[i].before_unearned;
}

static int take_periods(struct eh_backtest *test, const struct eh_period *only)
{
    struct eh_totals totals;
    struct eh_period_view view;
    struct eh_error error = {0};
    int32_t after = EH_DATE_ALWAYS;
    int r = 0;
    eh_engine_totals(test->replay.engine, &totals);
    while (r == 0 && eh_engine_shadow_after(test->replay.engine, test->plan.team, after, &view)) {
        after = eh_period_first(view.period);
        if (!only || eh_period_equal(view.period, *only))
            r = take_period(test, &view, totals.date, &error);
    }
    if (r == 0 && is_empty(test, only, &view))
        r = take_period(test, &view, totals.date, &error);
    return r < 0 ? test_fail(test, &error) : EH_EXIT_DONE;
}

/* ---- The whole. */

int eh_backtest_run(const char *conninfo, const char *path, struct eh_backtest *test)
{
    struct eh_error error = {0};
    struct eh_period only = {0};
    if (eh_replay_open(conninfo, &test->replay, &error) < 0)
        return test_fail(test, &error);
    int r = test_read_desk(test);
    if (r == EH_EXIT_DONE)
        r = read_plan(path, test);
    if (r == EH_EXIT_DONE)
        r = read_period(test, &only);
    if (r != EH_EXIT_DONE)
        return r;
    const struct eh_begin begin = {.first = test->period ? eh_period_first(only) : EH_DATE_ALWAYS,
                                   .plans = &test->always,
                                   .count = 1,
                                   .input = UINT64_MAX};
    if (eh_replay_begin_count(&test->replay, &begin, &error) < 0)
        return test_fail(test, &error);
    test->replay.decided = eh_backtest_watch;
    test->replay.decided_context = test;
    if (eh_replay_all(&test->replay, &error) < 0)
        return test_fail(test, &error);
    test_publish(test);
    return take_periods(test, test->period ? &only : NULL);
}

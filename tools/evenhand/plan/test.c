/* test: `plan test`: prints what a plan would have paid for all recorded periods. */
#include <stdio.h>

#include <evenhand/json/pool.h>

#include "backtest.h"
#include "commands.h"
#include "term/args.h"
#include "term/say.h"
#include "term/table.h"
#include "term/text.h"

#define MISSING_LINES_MAX 12 /* sentences on missing figures shown at most */

/* ---- For programs. */

static json_t *period_json(const struct eh_backtest *test, const struct eh_backtest_period *period)
{
    struct eh_pool_shown shown = {.plan = &test->plan, .what_if = true};
    json_t *all = eh_pool_json(period->statement, &shown);
    if (!all)
        return NULL;
    json_object_set_new(all, "running", json_boolean(period->running));
    json_object_set_new(all, "missing", eh_pool_missing_json(&test->plan, period->facts));
    return all;
}

static struct eh_str metric_name(const struct eh_backtest *test, uint32_t metric)
{
    return test->plan.measures[test->plan.metrics[metric].measure].name;
}

static json_t *metric_json(const struct eh_backtest *test, uint32_t i)
{
    const struct eh_backtest_metric *m = &test->metrics[i];
    const struct eh_plan_gate *gate = &test->plan.metrics[i].gate;
    struct eh_str name = metric_name(test, i);
    json_t *all = json_pack("{s:s#, s:I, s:I, s:I}", "metric", name.data, (int)name.size, "reached",
                            (json_int_t)m->reached, "periods", (json_int_t)m->periods, "missing",
                            (json_int_t)m->missing);
    if (gate->effect != EH_GATE_NONE)
        json_object_set_new(all, "gate_failed", json_integer(m->gate_failed));
    return all;
}

static void test_print_json(const struct eh_backtest *test)
{
    json_t *periods = json_array(), *metrics = json_array();
    for (uint32_t i = 0; i < test->period_count; i++)
        json_array_append_new(periods, period_json(test, &test->periods[i]));
    for (uint32_t i = 0; i < test->plan.metric_count; i++)
        json_array_append_new(metrics, metric_json(test, i));
    const struct eh_bonus_plan *plan = &test->plan;
    json_t *all = json_pack(
        "{s:s#, s:s#, s:s#, s:o, s:o, s:I, s:I}", "team", plan->team.data, (int)plan->team.size,
        "plan", plan->id.data, (int)plan->id.size, "currency", plan->currency.data,
        (int)plan->currency.size, "periods", periods, "metrics", metrics, "total_gross",
        (json_int_t)test->total_gross, "running_gross", (json_int_t)test->running_gross);
    json_dumpf(all, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(all);
}

/* ---- For people: the periods. */

static void test_print_head(const struct eh_backtest *test)
{
    const struct eh_bonus_plan *plan = &test->plan;
    char from[EH_DECIMAL_TEXT_MAX], first[EH_DECIMAL_TEXT_MAX];
    struct eh_period began = test->periods[0].statement->period;
    eh_period_print(plan->from, from);
    eh_period_print(began, first);
    printf(
        "What plan %.*s would have paid team %.*s; nothing is carried from one %s to the next.\n",
        EH_STR_ARG(plan->id), EH_STR_ARG(plan->team),
        eh_period_kind_name((enum eh_period_kind)plan->from.kind));
    if (eh_period_first(began) < eh_period_first(plan->from))
        printf("It begins with %s; here it is taken as if it had begun with %s.\n", from, first);
    putchar('\n');
}

static void add_ppm(struct eh_grid *grid, int64_t ppm)
{
    char text[EH_DECIMAL_TEXT_MAX];
    eh_ppm_print(ppm, text);
    eh_grid_text(grid, text);
}

static void count_line(void *context, const char *line)
{
    (void)line;
    ++*(size_t *)context;
}

static const char *note_of(const struct eh_backtest *test, const struct eh_backtest_period *period)
{
    size_t missing = 0;
    eh_bonus_missing(&test->plan, period->facts, count_line, &missing);
    if (period->running)
        return "still runs";
    if (period->statement->zeroed)
        return "zeroed by a gate";
    return missing > 0 ? "incomplete" : "";
}

static void print_periods(const struct eh_cli *cli, const struct eh_backtest *test)
{
    char period[EH_DECIMAL_TEXT_MAX], basis[EH_DECIMAL_TEXT_MAX], columns[96];
    eh_format(columns, sizeof columns, "period,facts of,>composite,>funding,>gross %.*s,note",
              EH_STR_ARG(test->plan.currency));
    struct eh_grid *grid = eh_grid_begin(cli, columns);
    for (uint32_t i = 0; i < test->period_count; i++) {
        const struct eh_pool_statement *s = test->periods[i].statement;
        eh_period_print(s->period, period);
        eh_grid_text(grid, period);
        eh_pool_basis_print(s->facts_of, basis);
        eh_grid_text(grid, basis);
        add_ppm(grid, s->composite_ppm);
        add_ppm(grid, s->funding_ppm);
        eh_grid_money(grid, s->gross, test->plan.currency_exponent);
        eh_grid_dim(grid, note_of(test, &test->periods[i]));
    }
    eh_grid_print(grid);
}

/* ---- For people: what the periods say together. */

static const char *plural(uint32_t count)
{
    return count == 1 ? "" : "s";
}

static void print_name(struct eh_str name)
{
    char *text = strndup(name.data, name.size);
    eh_require(text);
    char *clean = eh_text_clean(text);
    fputs(clean, stdout);
    free(clean);
    free(text);
}

static void print_metric(const struct eh_backtest *test, uint32_t i)
{
    const struct eh_backtest_metric *m = &test->metrics[i];
    print_name(metric_name(test, i));
    if (m->reached == 0)
        printf(" never reached its 100 %% target");
    else if (m->reached == m->periods)
        printf(" always reached its 100 %% target");
    else
        printf(" reached its 100 %% target in %u of %u periods", m->reached, m->periods);
    if (m->missing > 0)
        printf("; it had no figure in %u", m->missing);
    putchar('\n');
}

static void print_gate(const struct eh_backtest *test, uint32_t i)
{
    const struct eh_backtest_metric *m = &test->metrics[i];
    const struct eh_plan_gate *gate = &test->plan.metrics[i].gate;
    if (gate->effect == EH_GATE_NONE)
        return;
    printf("the gate of ");
    print_name(metric_name(test, i));
    printf(" (");
    print_name(test->plan.measures[gate->measure].name);
    printf(", %s) ", eh_gate_name((enum eh_gate)gate->effect));
    if (m->gate_failed == 0)
        puts("never failed");
    else if (m->gate_failed == m->periods)
        puts("always failed");
    else
        printf("failed in %u of %u periods\n", m->gate_failed, m->periods);
}

static void print_metrics(const struct eh_backtest *test)
{
    if (test->ended == 0) {
        puts("\nNo period has ended yet: nothing can be said of targets and gates.");
        return;
    }
    printf("\nOver the %u period%s that ended:\n", test->ended, plural(test->ended));
    for (uint32_t i = 0; i < test->plan.metric_count; i++) {
        print_metric(test, i);
        print_gate(test, i);
    }
}

/* Prints each sentence once, with the number of periods it holds for. */
static json_t *missing_of_all(const struct eh_backtest *test)
{
    json_t *counts = json_object(), *line;
    size_t at;
    for (uint32_t i = 0; i < test->period_count; i++) {
        json_t *lines = eh_pool_missing_json(&test->plan, test->periods[i].facts);
        json_array_foreach(lines, at, line)
        {
            const char *text = json_string_value(line);
            json_int_t count = json_integer_value(json_object_get(counts, text));
            json_object_set_new(counts, text, json_integer(count + 1));
        }
        json_decref(lines);
    }
    return counts;
}

static void print_missing(const struct eh_backtest *test)
{
    json_t *counts = missing_of_all(test), *count;
    const char *line;
    unsigned shown = 0;
    if (json_object_size(counts) > 0)
        puts("\nMissing, and so scored as nothing or left out:");
    json_object_foreach(counts, line, count)
    {
        if (shown++ < MISSING_LINES_MAX)
            printf("in %lld of %u period%s: %s\n", (long long)json_integer_value(count),
                   test->period_count, plural(test->period_count), line);
    }
    if (shown > MISSING_LINES_MAX)
        printf("and %u more; --json has all\n", shown - MISSING_LINES_MAX);
    json_decref(counts);
}

static void print_total(const struct eh_backtest *test)
{
    char total[EH_CLI_TEXT], running[EH_CLI_TEXT];
    eh_text_money(test->total_gross, test->plan.currency_exponent, total);
    eh_text_money(test->running_gross, test->plan.currency_exponent, running);
    printf("\nIn all %s %.*s over %u period%s", total, EH_STR_ARG(test->plan.currency),
           test->period_count, plural(test->period_count));
    if (test->ended < test->period_count)
        printf(", %s of it for what still runs", running);
    puts(".");
}

static void test_print(const struct eh_cli *cli, const struct eh_backtest *test)
{
    if (test->period_count == 0) {
        printf("Nothing is recorded for team %.*s%s%s.\n", EH_STR_ARG(test->plan.team),
               test->period ? " in " : "", test->period ? test->period : "");
        return;
    }
    test_print_head(test);
    print_periods(cli, test);
    print_metrics(test);
    print_missing(test);
    print_total(test);
}

int eh_cmd_plan_test(struct eh_cli *cli)
{
    const char *db = eh_cli_log_conninfo(eh_cli_option(cli, "db"));
    EH_AUTO(eh_backtest)
    struct eh_backtest test = {.cli = cli,
                               .team = eh_cli_option(cli, "team"),
                               .period = eh_cli_option(cli, "period"),
                               .carry = eh_cli_option(cli, "carry") != NULL};
    if (test.carry && !test.period)
        return eh_say_usage(cli, "--carry goes with --period");
    int r = eh_backtest_run(db, cli->args[0], &test);
    if (r != EH_EXIT_DONE)
        return r;
    if (cli->json)
        test_print_json(&test);
    else
        test_print(cli, &test);
    return EH_EXIT_DONE;
}

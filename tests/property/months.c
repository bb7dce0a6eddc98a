/*
 * months: what is asked of a period and begins at a snapshot from before it comes to the same, byte
 * for byte, as what begins with the log.
 *
 * Random desks go through random days; on one of them a second engine goes on from a snapshot of
 * the first. Whatever a report needs from before its period has to be in there.
 */
#include <stdio.h>
#include <stdlib.h>

#include <criterion/criterion.h>

#include "ask/fairness.h"
#include "../unit/engine_kit.h"
#include "history.h"

enum { DESKS = 400, STEPS = 600, DAYS = 12 };

TestSuite(months, .timeout = 1800);

/* ---- the fairness report */

struct told {
    struct eh_fairness_watch watch;
    struct eh_arena arena;
};

struct pair {
    struct told whole, month;
    char team[8];
};

static void follow(struct told *told, const struct history *h)
{
    struct eh_effects fx = {.arena = &told->arena};
    struct eh_error error = {0};
    struct eh_draws draws = {.draw = history_draw};
    struct eh_input in = *h->in;
    in.draws = &draws;
    cr_assert_eq(eh_fairness_watch_step(&told->watch, &in, &fx, &error), 0, "%s", error.text);
    eh_arena_reset(&told->arena);
}

/* As the command line begins: the engine's time is that of the snapshot. */
static void begin_month(struct pair *pair)
{
    struct eh_totals totals;
    pair->month.watch.engine = kit_restored(pair->whole.watch.engine);
    eh_engine_totals(pair->month.watch.engine, &totals);
    pair->month.watch.at_us = totals.at_us;
}

static void follow_both(struct history *h)
{
    struct pair *pair = h->context;
    if (!pair->month.watch.engine && h->in->date >= pair->whole.watch.from)
        begin_month(pair);
    follow(&pair->whole, h);
    if (pair->month.watch.engine)
        follow(&pair->month, h);
}

static char *text_of(struct told *told)
{
    struct eh_fairness_report report;
    struct eh_error error = {0};
    int r = eh_fairness_watch_report(&told->watch, &told->arena, &report, &error);
    if (r < 0)
        return strdup(error.text);
    json_t *json = eh_fairness_to_json(&told->watch, &report, eh_engine_desk(told->watch.engine));
    char *text = json_dumps(json, JSON_INDENT(1) | JSON_REAL_PRECISION(17));
    json_decref(json);
    return text;
}

static void told_done(struct told *told)
{
    eh_fairness_watch_done(&told->watch);
    eh_engine_free(told->watch.engine);
    eh_arena_done(&told->arena);
}

/* Not through history_start(): the other engines have to see the first inputs, too. */
static void compare_reports(uint64_t seed)
{
    struct seed more = {seed ^ UINT64_C(0x6d6f6e746873)};
    struct pair pair = {.month.watch.engine = NULL};
    struct history h;
    struct eh_error error = {0};
    history_start(&h, seed);
    eh_format(pair.team, sizeof pair.team, "t%u", (unsigned)seed_below(&more, HISTORY_TEAMS));
    pair.whole.watch.team = eh_str(pair.team);
    pair.whole.watch.from = h.date + 1 + (int32_t)seed_below(&more, DAYS);
    pair.whole.watch.to = seed_below(&more, 3)
                              ? pair.whole.watch.from + (int32_t)seed_below(&more, 8)
                              : EH_DATE_NEVER;
    pair.month.watch = pair.whole.watch;
    pair.whole.watch.engine = kit_restored(h.e);
    cr_assert_not_null(pair.whole.watch.engine, "%s", error.text);
    h.after = follow_both;
    h.context = &pair;
    for (int i = 0; i < STEPS; i++)
        cr_assert_geq(history_go_on(&h), 0);
    if (pair.month.watch.engine) {
        char *whole = text_of(&pair.whole), *month = text_of(&pair.month);
        cr_assert_str_eq(month, whole, "seed %llu:\n%s\nfrom the beginning:\n%s",
                         (unsigned long long)seed, month, whole);
        free(whole);
        free(month);
    }
    told_done(&pair.whole);
    told_done(&pair.month);
    history_done(&h);
}

Test(months, a_report_from_a_snapshot_is_the_report_from_the_beginning)
{
    struct seed seed = seed_start();
    for (int i = 0; i < DESKS; i++)
        compare_reports(seed_next(&seed));
}

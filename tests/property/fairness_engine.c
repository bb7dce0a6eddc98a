/*
 * fairness_engine: the report's test of the draw on what the engine itself deals, under each
 * policy.
 *
 * Shares differ, values too, and reps come and go; draws are keyed by a seed of each period. The
 * p-values of honest periods must be uniform, whatever the policy remembers of what went before.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <criterion/criterion.h>

#include <evenhand/fairness/watch.h>

#include "seed.h"

enum { PERIODS = 300, TICKETS = 300, TODAY = 20000 };
#define START INT64_C(1728000000000000)

TestSuite(fairness_engine, .timeout = 1800);

static const char desk[] =
    "desk: main\n"
    "currency: EUR\n"
    "kinds: {order: {points: 1}}\n"
    "reps: [{id: ana}, {id: ben, share: 0.5}, {id: cai}, {id: dov, share: 0.8}, {id: eli},\n"
    "       {id: fay}]\n"
    "teams:\n"
    "- {id: sales, policy: %s, overloaded: {at_least: 1s, at_most: 8h},\n"
    "   reps: [ana, ben, cai, dov, eli, fay]}\n";

static const char *const reps[] = {"ana", "ben", "cai", "dov", "eli", "fay"};

struct period {
    struct eh_fairness_watch watch;
    struct eh_arena arena;
    uint8_t key[EH_SEED_BYTES];
    struct eh_draws draws;
    struct seed seed;
    uint64_t no;
};

static bool draw(void *context, const struct eh_draw_query *query, uint64_t *ret)
{
    *ret = eh_draw_compute(context, query);
    return true;
}

static void step(struct period *p, const struct eh_message *message)
{
    struct eh_effects fx = {.arena = &p->arena};
    struct eh_error error = {0};
    struct eh_input in = {.no = ++p->no,
                          .at_us = START + (int64_t)p->no * 60000000,
                          .date = TODAY,
                          .origin = EH_ORIGIN_STREAM,
                          .stream_ms = p->no,
                          .message = *message,
                          .draws = &p->draws};
    eh_input_identify(&in);
    cr_assert_eq(eh_fairness_watch_step(&p->watch, &in, &fx, &error), 0, "%s", error.text);
    cr_assert(!fx.refused, "%.*s", EH_STR_ARG(fx.reason));
    eh_arena_reset(&p->arena);
}

static void say(struct period *p, const char *format, ...) EH_PRINTF(2, 3);
static void say(struct period *p, const char *format, ...)
{
    char json[256];
    struct eh_message message = {0};
    struct eh_error error = {0};
    va_list args;
    va_start(args, format);
    eh_format_v(json, sizeof json, format, args);
    va_end(args);
    cr_assert_eq(eh_message_from_json(eh_str(json), &p->arena, &message, &error), 0, "%s",
                 error.text);
    step(p, &message);
}

static void open_desk(struct period *p, const char *policy, struct seed *seed)
{
    struct eh_error error = {0};
    char text[1024];
    *p = (struct period){.seed = {seed_next(seed)}};
    uint64_t number = seed_next(seed);
    memcpy(p->key, &number, sizeof number);
    p->draws = (struct eh_draws){.draw = draw, .context = p->key};
    p->watch = (struct eh_fairness_watch){
        .team = eh_str("sales"), .from = EH_DATE_ALWAYS, .to = EH_DATE_NEVER};
    cr_assert_eq(eh_engine_new(EH_RULES_LAST, &p->watch.engine, &error), 0);
    step(p, &(struct eh_message){.type = EH_MESSAGE_DAY});
    eh_format(text, sizeof text, desk, policy);
    step(p, &(struct eh_message){
                .type = EH_MESSAGE_DESK, .has = EH_FIELD_BIT(EH_FIELD_TEXT), .text = eh_str(text)});
}

/* p of one period under the policy. */
static double deal_period(const char *policy, struct seed *seed)
{
    struct period p;
    struct eh_fairness_report report;
    struct eh_error error = {0};
    open_desk(&p, policy, seed);
    for (unsigned n = 0; n < TICKETS; n++) {
        if (n % 20 == 0)
            say(&p, "{\"type\":\"signal\",\"rep\":\"%s\",\"status\":\"%s\"}",
                reps[seed_below(&p.seed, 6)], seed_below(&p.seed, 3) ? "available" : "away");
        say(&p,
            "{\"type\":\"ticket\",\"id\":\"T%u\",\"team\":\"sales\",\"kind\":\"order\","
            "\"value\":%u}",
            n, (unsigned)seed_below(&p.seed, 1000) * (unsigned)seed_below(&p.seed, 1000));
    }
    cr_assert_eq(eh_fairness_watch_report(&p.watch, &p.arena, &report, &error), 0, "%s",
                 error.text);
    double value = report.draw_p;
    cr_assert(!isnan(value));
    eh_fairness_watch_done(&p.watch);
    eh_engine_free(p.watch.engine);
    eh_arena_done(&p.arena);
    return value;
}

static int ascending(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Kolmogorov and Smirnov's distance times √n; the chance of 1.95 and more is 1 in 1,000. */
static void expect_uniform(const char *policy)
{
    struct seed seed = {1};
    double p[PERIODS], most = 0;
    if (getenv("EVENHAND_SEED"))
        seed = seed_start();
    for (int i = 0; i < PERIODS; i++)
        p[i] = deal_period(policy, &seed);
    qsort(p, PERIODS, sizeof *p, ascending);
    for (int i = 0; i < PERIODS; i++)
        most = fmax(most,
                    fmax(fabs(p[i] - (double)i / PERIODS), fabs(p[i] - (double)(i + 1) / PERIODS)));
    fprintf(stderr, "# %s: distance %.3f, seed 1 unless EVENHAND_SEED says otherwise\n", policy,
            most * sqrt(PERIODS));
    cr_expect_lt(most * sqrt(PERIODS), 1.95);
}

Test(fairness_engine, random_draws_are_as_told)
{
    expect_uniform("random");
}

Test(fairness_engine, balanced_draws_are_as_told)
{
    expect_uniform("balanced");
}

Test(fairness_engine, rotation_draws_are_as_told)
{
    expect_uniform("rotation");
}

/*
 * fairness_power: after how many tickets a report finds a rep who picks.
 *
 * A dealer of the test's own tells the report honest chances, and gives one rep so much more of the
 * most valuable fifth of tickets than they are due. Others make up for it alike. Reports are asked
 * for on the way; printed is after how many tickets 80 % of the runs had a doubtful verdict.
 *
 * Short by default; EVENHAND_LONG=1 takes RUNS of each picker and prints what evenhand(1) states.
 * The seed is EVENHAND_SEED or 1, and printed.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <criterion/criterion.h>

#include <evenhand/fairness/report.h>

#include "seed.h"

enum { REPS_MOST = 20, LOOKS = 24, RUNS = 400 };
#define TOP   0.8416212335729143 /* of a normal value: a fifth is above it */
#define FOUND 0.8                /* of runs */

TestSuite(fairness_power, .timeout = 7200);

struct picker {
    const char *policy;
    unsigned reps;
    double gets; /* of the top quintile, by what they are due */
    unsigned step;
};

static const struct picker pickers[] = {
    {"random", 5, 1.5, 250},     {"balanced", 5, 1.5, 250},   {"random", 20, 1.5, 1000},
    {"balanced", 20, 1.5, 1000}, {"random", 5, 1.2, 1000},    {"balanced", 5, 1.2, 1000},
    {"random", 20, 1.2, 5000},   {"balanced", 20, 1.2, 5000},
};

struct table {
    struct eh_fairness *f;
    struct seed seed;
    unsigned reps;
    double received[REPS_MOST];
    char names[REPS_MOST][8];
    struct eh_deal_chance chances[REPS_MOST];
};

static void sit_down(struct table *t, unsigned reps, struct seed *seed)
{
    struct eh_error error = {0};
    *t = (struct table){.seed = {seed_next(seed)}, .reps = reps};
    cr_assert_eq(eh_fairness_new(eh_str("sales"), 0, &t->f, &error), 0);
    for (unsigned i = 0; i < reps; i++) {
        eh_format(t->names[i], sizeof t->names[i], "r%02u", i);
        t->chances[i] = (struct eh_deal_chance){.rep = eh_str(t->names[i]), .share_ppm = 1000000};
    }
}

/* Two are drawn, who has less gets it, a tie is drawn. */
static double better_of_two(const struct table *t, unsigned i)
{
    double wins = 0;
    for (unsigned j = 0; j < t->reps; j++)
        if (j != i)
            wins += t->received[i] < t->received[j]    ? 1
                    : t->received[i] == t->received[j] ? 0.5
                                                       : 0;
    return wins * 2 / (t->reps * (t->reps - 1.0));
}

/* The first rep gets a valuable one by more than their chance; the others share what is left. */
static unsigned winner(struct table *t, double gets)
{
    double first = fmin(1, t->chances[0].p * gets), at = seed_chance(&t->seed), others = 0;
    if (at < first)
        return 0;
    at = (at - first) / (1 - first) * (1 - t->chances[0].p);
    for (unsigned i = 1; i < t->reps - 1; i++) {
        others += t->chances[i].p;
        if (at < others)
            return i;
    }
    return t->reps - 1;
}

static void deal(struct table *t, const struct picker *p)
{
    bool adapts = strcmp(p->policy, "balanced") == 0;
    double value = seed_normal(&t->seed);
    for (unsigned i = 0; i < t->reps; i++)
        t->chances[i].p = adapts ? better_of_two(t, i) : 1.0 / t->reps;
    unsigned who = winner(t, value > TOP ? p->gets : 1);
    struct eh_deal told = {.team = eh_str("sales"),
                           .rep = t->chances[who].rep,
                           .why = eh_str("test"),
                           .value = (int64_t)(10000 * exp(1.2 * value)),
                           .dealt = true,
                           .chances = t->chances,
                           .count = t->reps};
    eh_fairness_on_deal(t->f, &told);
    t->received[who]++;
}

static bool is_found(struct table *t)
{
    struct eh_arena arena = EH_ARENA_INIT;
    struct eh_fairness_report report;
    struct eh_error error = {0};
    bool found = false;
    cr_assert_eq(eh_fairness_report(t->f, 1, &arena, &report, &error), 0, "%s", error.text);
    for (int i = 0; i < EH_VERDICT_KINDS; i++)
        found |= report.verdicts[i].doubtful;
    eh_arena_done(&arena);
    return found;
}

/* Adds to each look whether the picker was found by then. */
static void look_on(const struct picker *p, struct seed *seed, unsigned looks,
                    unsigned found[LOOKS])
{
    static struct table t;
    sit_down(&t, p->reps, seed);
    for (unsigned look = 0; look < looks; look++) {
        for (unsigned n = 0; n < p->step; n++)
            deal(&t, p);
        found[look] += is_found(&t);
    }
    eh_fairness_free(t.f);
}

/* After how many tickets; 0: not within LOOKS. */
static unsigned tickets_to_find(const struct picker *p, struct seed *seed, unsigned count,
                                unsigned looks)
{
    unsigned found[LOOKS] = {0}, tickets = 0;
    for (unsigned run = 0; run < count; run++)
        look_on(p, seed, looks, found);
    fprintf(stderr, "# %s, %u reps, %.1f of what is due:", p->policy, p->reps, p->gets);
    for (unsigned look = 0; look < looks; look++) {
        fprintf(stderr, " %u:%.0f%%", (look + 1) * p->step, 100.0 * found[look] / count);
        if (tickets == 0 && found[look] >= FOUND * count)
            tickets = (look + 1) * p->step;
    }
    fprintf(stderr, "\n");
    return tickets;
}

Test(fairness_power, who_picks_is_found)
{
    struct seed seed = seed_fixed();
    bool all = getenv("EVENHAND_LONG");
    for (unsigned i = 0; i < (all ? sizeof pickers / sizeof *pickers : 2); i++) {
        unsigned tickets = tickets_to_find(&pickers[i], &seed, all ? RUNS : 60, all ? LOOKS : 12);
        fprintf(stderr, "# ... found in 80 %% of runs within %u tickets\n", tickets);
        cr_expect_gt(tickets, 0);
    }
}

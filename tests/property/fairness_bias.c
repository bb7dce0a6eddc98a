/*
 * fairness_bias: how often the daily look alarms an honest month, and that it finds who gets too
 * much.
 *
 * A dealer of the test's own tells the report honest chances and deals by them, or gives the first
 * rep so many more: with the chances of each policy, in the plainest form that has them. A month
 * has 30 days and is looked at after each. Values are lognormal.
 *
 * Short by default; EVENHAND_LONG=1 takes as many months as evenhandd(8) states, EVENHAND_MONTHS=N
 * another number. The seed is EVENHAND_SEED or 1, and printed.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <criterion/criterion.h>

#include <evenhand/fairness/bias.h>

#include "seed.h"

enum { REPS = 10, DAYS = 30, TICKETS = 2000, MONTHS = 400, MONTHS_LONG = 20000 };

TestSuite(fairness_bias, .timeout = 7200);

enum policy { RANDOM, BALANCED, ROTATION, LEAST_LOADED, POLICIES };
static const char *const policies[] = {"random", "balanced", "rotation", "least_loaded"};

struct month {
    struct eh_fairness *f;
    struct seed seed;
    enum policy policy;
    unsigned extra; /* tickets that the first rep gets in all; 0: as drawn */
    unsigned dealt, received[REPS];
    unsigned slots[REPS]; /* of rotation: left in the round, one each */
    unsigned open[REPS];  /* of least_loaded */
    bool named;           /* an alarm is about the first rep */
    char names[REPS][8];
    struct eh_deal_chance chances[REPS];
};

static void month_begin(struct month *m, struct seed *seed)
{
    struct eh_error error = {0};
    m->seed = (struct seed){seed_next(seed)};
    m->dealt = 0;
    m->named = false;
    memset(m->received, 0, sizeof m->received);
    memset(m->slots, 0, sizeof m->slots);
    memset(m->open, 0, sizeof m->open);
    cr_assert_eq(eh_fairness_new(eh_str("sales"), 0, &m->f, &error), 0);
    for (unsigned i = 0; i < REPS; i++) {
        eh_format(m->names[i], sizeof m->names[i], "r%02u", i);
        m->chances[i] = (struct eh_deal_chance){.rep = eh_str(m->names[i]), .share_ppm = 1000000};
    }
}

static unsigned sum_of(const unsigned *list)
{
    unsigned sum = 0;
    for (unsigned i = 0; i < REPS; i++)
        sum += list[i];
    return sum;
}

/* Two are drawn, and who has less gets it; a draw decides between equals. */
static double chance_balanced(const struct month *m, unsigned i)
{
    double wins = 0;
    for (unsigned j = 0; j < REPS; j++)
        if (j != i)
            wins += m->received[i] < m->received[j]    ? 1
                    : m->received[i] == m->received[j] ? 0.5
                                                       : 0;
    return wins * 2 / (REPS * (REPS - 1.0));
}

/* It is drawn among those with the least. */
static double chance_least(const struct month *m, unsigned i)
{
    unsigned least = m->open[0], count = 0;
    for (unsigned j = 0; j < REPS; j++)
        least = m->open[j] < least ? m->open[j] : least;
    for (unsigned j = 0; j < REPS; j++)
        count += m->open[j] == least;
    return m->open[i] == least ? 1.0 / count : 0;
}

static double chance_of(const struct month *m, unsigned i)
{
    switch (m->policy) {
    case BALANCED:
        return chance_balanced(m, i);
    case ROTATION:
        return (double)m->slots[i] / sum_of(m->slots);
    case LEAST_LOADED:
        return chance_least(m, i);
    default:
        return 1.0 / REPS;
    }
}

/* What comes before a ticket: a new round; somebody closes one now and then. */
static void live(struct month *m)
{
    bool over = m->policy == ROTATION && sum_of(m->slots) == 0;
    for (unsigned i = 0; over && i < REPS; i++)
        m->slots[i] = 1;
    for (unsigned i = 0; m->policy == LEAST_LOADED && i < REPS; i++)
        if (m->open[i] > 0 && seed_chance(&m->seed) < 1.0 / REPS)
            m->open[i]--;
}

/* Who gets it by the chances, among those from `first` on. */
static unsigned draw_from(struct month *m, unsigned first)
{
    double all = 0;
    for (unsigned i = first; i < REPS; i++)
        all += m->chances[i].p;
    double at = seed_chance(&m->seed) * all;
    for (unsigned i = first; i < REPS - 1; i++) {
        at -= m->chances[i].p;
        if (at < 0)
            return i;
    }
    return REPS - 1;
}

/* The first rep gets exactly `extra` of all tickets, whichever, when it is not 0. */
static unsigned winner(struct month *m)
{
    unsigned left = TICKETS - m->dealt, theirs = m->extra - m->received[0];
    if (m->extra == 0)
        return draw_from(m, 0);
    return seed_chance(&m->seed) * left < theirs ? 0 : draw_from(m, 1);
}

static void deal(struct month *m)
{
    int64_t value = (int64_t)(10000 * exp(1.2 * seed_normal(&m->seed)));
    live(m);
    for (unsigned i = 0; i < REPS; i++)
        m->chances[i].p = chance_of(m, i);
    unsigned who = winner(m);
    struct eh_deal told = {.team = eh_str("sales"),
                           .rep = m->chances[who].rep,
                           .why = eh_str("test"),
                           .value = value,
                           .booked = value < 200000 ? value : 200000, /* ten times the mean */
                           .dealt = true,
                           .chances = m->chances,
                           .count = REPS};
    eh_fairness_on_deal(m->f, &told);
    m->received[who]++;
    m->open[who]++;
    m->slots[who] -= m->slots[who] > 0;
    m->dealt++;
}

/* Which tests alarm on that day, as bits. */
static unsigned look(struct month *m, unsigned day, double least[EH_BIASES])
{
    struct eh_arena arena = EH_ARENA_INIT;
    struct eh_fairness_report report;
    struct eh_bias found[EH_BIASES];
    struct eh_error error = {0};
    unsigned alarms = 0;
    cr_assert_eq(eh_fairness_report(m->f, 1, &arena, &report, &error), 0, "%s", error.text);
    eh_bias_judge(&report, day, DAYS, found);
    for (int i = 0; i < EH_BIASES; i++) {
        alarms |= (unsigned)found[i].alarms << i;
        if (found[i].p / found[i].level < least[i])
            least[i] = found[i].p / found[i].level;
        m->named |= found[i].alarms && eh_str_equal(found[i].rep, eh_str("r00"));
    }
    eh_arena_done(&arena);
    return alarms;
}

/* The first day of an alarm; 0: there was none. */
static unsigned month_live(struct month *m, struct seed *seed, unsigned *ret_alarms,
                           double least[EH_BIASES])
{
    unsigned alarmed = 0;
    month_begin(m, seed);
    *ret_alarms = 0;
    for (unsigned day = 1; day <= DAYS && !alarmed; day++) {
        while (m->dealt < TICKETS * day / DAYS)
            deal(m);
        *ret_alarms = look(m, day, least);
        alarmed = *ret_alarms ? day : 0;
    }
    eh_fairness_free(m->f);
    return alarmed;
}

static unsigned months(void)
{
    const char *said = getenv("EVENHAND_MONTHS");
    return said ? (unsigned)atoi(said) : getenv("EVENHAND_LONG") ? MONTHS_LONG : MONTHS;
}

/* At most as many alarms as the level gives, with a chance of 1 in 10,000 to fail by chance. */
static unsigned alarms_most(unsigned count)
{
    unsigned most = 0;
    while (eh_binomial_tail(most + 1, count, EH_BIAS_LEVEL) > 1e-4)
        most++;
    return most;
}

Test(fairness_bias, the_level_is_spent_and_no_more)
{
    for (unsigned days = 28; days <= 31; days++) {
        double spent = 0;
        for (unsigned day = 1; day <= days; day++)
            for (int i = 0; i < EH_BIASES; i++)
                spent += eh_bias_level(i, day, days);
        cr_expect(fabs(spent - EH_BIAS_LEVEL) < 1e-12);
    }
}

Test(fairness_bias, an_honest_month_is_hardly_alarmed)
{
    struct seed seed = seed_fixed();
    for (enum policy policy = RANDOM; policy < POLICIES; policy++) {
        static struct month m;
        double least[EH_BIASES] = {INFINITY, INFINITY, INFINITY};
        unsigned count = months(), alarmed = 0, alarms;
        m = (struct month){.policy = policy};
        for (unsigned i = 0; i < count; i++)
            alarmed += month_live(&m, &seed, &alarms, least) > 0;
        fprintf(stderr, "# %s: %u of %u honest months alarmed; nearest p / level %.2g %.2g %.2g\n",
                policies[policy], alarmed, count, least[0], least[1], least[2]);
        cr_expect_leq(alarmed, alarms_most(count));
    }
}

Test(fairness_bias, who_gets_13_percent_is_found)
{
    struct seed seed = seed_fixed();
    for (enum policy policy = RANDOM; policy < POLICIES; policy++) {
        static struct month m;
        double least[EH_BIASES] = {INFINITY, INFINITY, INFINITY};
        unsigned count = months() / 4 + 1, found = 0, named = 0, days = 0, alarms;
        m = (struct month){.policy = policy, .extra = TICKETS * 13 / 100};
        for (unsigned i = 0; i < count; i++) {
            unsigned day = month_live(&m, &seed, &alarms, least);
            found += day > 0;
            named += m.named;
            days += day;
        }
        fprintf(
            stderr,
            "# %s: 260 of 2,000 found in %u of %u months, named in %u, on day %.1f on average\n",
            policies[policy], found, count, named, (double)days / (found ? found : 1));
        cr_expect_eq(found, count);
        /* Where the policy makes up for it, it may be somebody else who stands out. */
        cr_expect(policy != RANDOM || 100 * named >= 95 * found);
    }
}

/*
 * policies_reference: the figures the documentation gives for the policies, measured again: how far
 * apart ten reps end up, how even the values are, and how well the next one can be guessed.
 *
 * Spread is the largest deficit less the smallest, kept here from nothing but shares, values and
 * who got what, not read from the engine's ledger: in tickets, and in mean values M with each value
 * capped at 10 M as it is booked. A figure is the mean over independent repetitions; it is compared
 * with four standard errors to spare. Seeds are fixed (EVENHAND_SEED=N tries another).
 */
#include <evenhand/fairness/figures.h>

#include "seeded_engine.h"

#define REPS        10
#define MEDIAN      10000.0
#define PARETO      1.5 /* exponent of the Pareto values */
#define REPEATS_MAX 100
#define H_10        2.9289682539682538 /* 1 + 1/2 + … + 1/10 */

TestSuite(policies_reference, .timeout = 1800);

enum values { LOGNORMAL, PARETO_VALUES };

struct setting {
    const char *policy;
    enum values values;
    const double *shares; /* of REPS reps */
    unsigned tickets, repeats;
};

static const double equal[REPS] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
static const double unequal[REPS] = {1, 1, 1, 1, 0.8, 0.8, 0.6, 0.5, 0.5, 0.3};

/* One history under one policy. */
struct world {
    struct seeded s;
    struct seed chance; /* of the values */
    const double *shares;
    double all_shares, value_sum, mean;
    double count[REPS], value[REPS];          /* received */
    double count_deficit[REPS], booked[REPS]; /* deficits; value of the capped values */
    double likeliest;                         /* Σ max p */
    unsigned observed;
};

struct figure {
    double mean, error; /* standard error */
};

struct figures {
    struct figure count, value, jain, guess;
};

/* ---- chance */

static int64_t draw_value(struct world *w, enum values values)
{
    if (values == PARETO_VALUES)
        return llround(MEDIAN * pow(seeded_uniform(&w->chance), -1 / PARETO));
    return seeded_value(&w->chance);
}

/* ---- one history */

static void observe(void *context, const struct eh_deal *deal)
{
    struct world *w = context;
    double sum = 0, most = 0;
    cr_assert(deal->dealt);
    cr_assert_eq(deal->count, REPS);
    for (uint32_t i = 0; i < deal->count; i++) {
        sum += deal->chances[i].p;
        most = fmax(most, deal->chances[i].p);
    }
    cr_assert_float_eq(sum, 1, 1e-9);
    w->likeliest += most;
    w->observed++;
}

static void start(struct world *w, const struct setting *setting, uint64_t seed)
{
    char yaml[2048];
    size_t size = eh_format(yaml, sizeof yaml, "desk: main\ncurrency: EUR\nreps:\n");
    *w = (struct world){.chance = {seed}, .shares = setting->shares};
    seeded_start(&w->s, seed);
    for (unsigned i = 0; i < REPS; i++) {
        size += eh_format(yaml + size, sizeof yaml - size, "  - {id: r%u, share: %u.%u}\n", i,
                          setting->shares[i] >= 1, (unsigned)lround(10 * setting->shares[i]) % 10);
        w->all_shares += setting->shares[i];
    }
    eh_format(yaml + size, sizeof yaml - size,
              "teams:\n  - id: t\n    policy: %s\n    value_weight: 50%%\n"
              "    reps: [r0, r1, r2, r3, r4, r5, r6, r7, r8, r9]\n",
              setting->policy);
    seeded_desk(&w->s, yaml);
    cr_assert_eq(eh_engine_observe(w->s.e, observe, w), 0);
}

/* Whoever of r0 .. r9 the one effect names. */
static unsigned receiver(const struct world *w)
{
    cr_assert_eq(w->s.fx.count, 1);
    const struct eh_effect *effect = &w->s.fx.items[0];
    cr_assert_eq(effect->type, EH_NOTICE_ASSIGNED);
    cr_assert_eq(effect->rep.size, 2);
    return (unsigned)(effect->rep.data[1] - '0');
}

static void book(struct world *w, unsigned no, unsigned got, double value)
{
    w->value_sum += value;
    w->mean = fmax(1, w->value_sum / no);
    double booked = fmin(value, 10 * w->mean);
    for (unsigned i = 0; i < REPS; i++) {
        w->count_deficit[i] += w->shares[i] / w->all_shares;
        w->booked[i] += booked * w->shares[i] / w->all_shares;
    }
    w->count_deficit[got] -= 1;
    w->booked[got] -= booked;
    w->count[got] += 1;
    w->value[got] += value;
}

static void deal(struct world *w, enum values values, unsigned no)
{
    char id[24];
    int64_t value = draw_value(w, values);
    eh_format(id, sizeof id, "T%u", no);
    seeded_step(&w->s, (struct eh_message){
                           .type = EH_MESSAGE_TICKET,
                           .priority = 5,
                           .id = eh_str(id),
                           .source = eh_str("default"),
                           .team = eh_str("t"),
                           .kind = eh_str("order"),
                           .value = value,
                           .has = EH_FIELD_BIT(EH_FIELD_ID) | EH_FIELD_BIT(EH_FIELD_SOURCE) |
                                  EH_FIELD_BIT(EH_FIELD_TEAM) | EH_FIELD_BIT(EH_FIELD_KIND) |
                                  EH_FIELD_BIT(EH_FIELD_VALUE) | EH_FIELD_BIT(EH_FIELD_PRIORITY)});
    book(w, no, receiver(w), (double)value);
}

/* ---- many histories */

static double spread(const double *of)
{
    double least = of[0], most = of[0];
    for (unsigned i = 1; i < REPS; i++) {
        least = fmin(least, of[i]);
        most = fmax(most, of[i]);
    }
    return most - least;
}

static double jain(const struct world *w)
{
    struct eh_portion portions[REPS];
    for (unsigned i = 0; i < REPS; i++)
        portions[i] = (struct eh_portion){w->shares[i], w->value[i]};
    return eh_jain(portions, REPS);
}

static struct figure figure_of(const double *samples, unsigned count)
{
    double sum = 0, squares = 0;
    for (unsigned i = 0; i < count; i++)
        sum += samples[i];
    for (unsigned i = 0; i < count; i++)
        squares += (samples[i] - sum / count) * (samples[i] - sum / count);
    return (struct figure){sum / count, sqrt(squares / (count - 1) / count)};
}

static struct figures play(const struct setting *setting)
{
    static double count[REPEATS_MAX], value[REPEATS_MAX], even[REPEATS_MAX], guess[REPEATS_MAX];
    for (unsigned r = 0; r < setting->repeats; r++) {
        struct world w;
        start(&w, setting, seed_fixed_of(r));
        for (unsigned no = 1; no <= setting->tickets; no++)
            deal(&w, setting->values, no);
        cr_assert_eq(w.observed, setting->tickets);
        count[r] = spread(w.count_deficit);
        value[r] = spread(w.booked) / w.mean;
        even[r] = jain(&w);
        guess[r] = w.likeliest / setting->tickets;
        seeded_done(&w.s);
    }
    struct figures f = {figure_of(count, setting->repeats), figure_of(value, setting->repeats),
                        figure_of(even, setting->repeats), figure_of(guess, setting->repeats)};
    fprintf(stderr,
            "# seed %llu %-8s %5u tickets: count %6.2f ± %.2f, value %6.2f ± %.2f M,"
            " Jain %.3f, guess %.3f\n",
            (unsigned long long)seed_wish(), setting->policy, setting->tickets, f.count.mean,
            f.count.error, f.value.mean, f.value.error, f.jain.mean, f.guess.mean);
    return f;
}

static void expect_near(const char *what, struct figure is, double should)
{
    cr_expect_float_eq(is.mean, should, 4 * is.error + 1e-9, "%s: %g ± %g is not %g", what, is.mean,
                       is.error, should);
}

static void expect_within(const char *what, struct figure is, double least, double most)
{
    cr_expect(least <= is.mean && is.mean <= most, "%s: %g is not within %g and %g", what, is.mean,
              least, most);
}

/* How often each length is repeated: as many tickets in all as tell, not more. */
static const struct {
    unsigned tickets, repeats;
} lengths[] = {{200, 100}, {2000, 20}, {20000, 4}};

/* The range of ten independent normal numbers is 3.078 standard deviations on average (Tippett
 * 1925), and two reps' numbers of tickets differ with a variance of 2 n/10: it grows with √n. */
Test(policies_reference, random_spreads_with_the_root_of_n)
{
    for (size_t i = 0; i < 3; i++) {
        struct figures f = play(
            &(struct setting){"random", LOGNORMAL, equal, lengths[i].tickets, lengths[i].repeats});
        expect_near("count", f.count, 3.078 * sqrt(lengths[i].tickets / 10.0));
        expect_near("guess", f.guess, 0.1);
        if (i == 0)
            expect_near("Jain of value", f.jain, 0.855);
    }
}

/* Bounded however many tickets come, in number and in value. The likeliest wins when he is one of
 * the two: 2/n, but for ties, of which the first ticket is one. */
Test(policies_reference, balanced_stays_bounded)
{
    for (size_t i = 0; i < 3; i++) {
        struct figures f = play(&(struct setting){"balanced", LOGNORMAL, equal, lengths[i].tickets,
                                                  lengths[i].repeats});
        expect_within("count", f.count, 3, 7);
        expect_within("value", f.value, 5, 13);
        expect_within("guess", f.guess, 0.2 - 1.0 / lengths[i].tickets, 0.2 + 1e-9);
        if (i == 0)
            expect_near("Jain of value", f.jain, 0.965);
    }
}

/* Never further apart than a round, and so in number the tightest; it does not look at values. */
Test(policies_reference, rotation_goes_round)
{
    struct figures f = play(&(struct setting){"rotation", LOGNORMAL, equal, 200, 100});
    expect_within("count", f.count, 0, 1);
    expect_near("Jain of value", f.jain, 0.887);
    expect_near("guess", f.guess, H_10 / 10);
}

Test(policies_reference, unequal_shares)
{
    for (size_t i = 0; i < 3; i++) {
        struct figures f = play(&(struct setting){"balanced", LOGNORMAL, unequal,
                                                  lengths[i].tickets, lengths[i].repeats});
        expect_within("count", f.count, 3, 7);
        expect_within("value", f.value, 5, 13);
        if (i == 0)
            expect_near("Jain of value", f.jain, 0.965);
    }
    struct figures f = play(&(struct setting){"random", LOGNORMAL, unequal, 2000, 20});
    expect_within("count", f.count, 30, 60);
    expect_near("guess", f.guess, 1 / 7.5);
}

/* Values without a variance: the cap at ten times the mean keeps them in hand. */
Test(policies_reference, pareto_values)
{
    for (size_t i = 0; i < 3; i++) {
        struct figures f = play(&(struct setting){"balanced", PARETO_VALUES, equal,
                                                  lengths[i].tickets, lengths[i].repeats});
        expect_within("count", f.count, 3, 10);
        expect_within("value", f.value, 4, 16);
        expect_within("guess", f.guess, 0.2 - 1.0 / lengths[i].tickets, 0.2 + 1e-9);
    }
}

/*
 * policies: what nobody gains under any policy: by coming back, by joining, by dodging, by his name
 * or his place in the desk file. And the probabilities an observer is told.
 *
 * Seeds are fixed (EVENHAND_SEED=N tries others): the bounds are four standard errors of chance, or
 * what the policy promises.
 */
#include "seeded_engine.h"

#define REPS 10

TestSuite(policies, .timeout = 1800);

static const char *const names[] = {"random", "balanced", "rotation", "least_loaded"};
enum { RANDOM, BALANCED, ROTATION, LEAST_LOADED, POLICIES };

struct office {
    struct seeded s;
    struct seed seed;
    uint64_t tickets;
    int64_t last_value;
    double got[REPS], value[REPS]; /* by the digit the rep's id ends with */
};

static void open_office(struct office *o, const char *yaml, uint64_t seed)
{
    *o = (struct office){.seed = {seed_fixed_of(seed)}};
    seeded_start(&o->s, o->seed.state);
    seeded_desk(&o->s, yaml);
}

static void close_office(struct office *o)
{
    seeded_done(&o->s);
}

/* One team t of r0 … r9, the last `absent` of them not in it. */
static const char *desk_of(const char *policy, unsigned absent)
{
    static char yaml[2048];
    size_t at = eh_format(yaml, sizeof yaml, "desk: main\ncurrency: EUR\nreps: [");
    for (unsigned i = 0; i < REPS; i++)
        at += eh_format(yaml + at, sizeof yaml - at, "{id: r%u}%s", i, i + 1 < REPS ? ", " : "]\n");
    at += eh_format(yaml + at, sizeof yaml - at,
                    "teams:\n  - id: t\n    policy: %s\n    overloaded: {at_least: 0s}\n"
                    "    reps: [",
                    policy);
    for (unsigned i = 0; i < REPS - absent; i++)
        at += eh_format(yaml + at, sizeof yaml - at, "%sr%u", i ? ", " : "", i);
    eh_format(yaml + at, sizeof yaml - at, "]\n");
    return yaml;
}

/* Gives out one ticket; who got it, by the last digit of his id. */
static unsigned ticket(struct office *o)
{
    double u = seeded_uniform(&o->seed);
    o->last_value = llround(fmin(1000 / sqrt(u), 20000)); /* Pareto, 2, cut: a mean near 2000 */
    seeded_ticket(&o->s, o->tickets++, o->last_value, NULL);
    cr_assert_eq(o->s.fx.count, 1);
    cr_assert_eq(o->s.fx.items[0].type, EH_NOTICE_ASSIGNED);
    struct eh_str rep = o->s.fx.items[0].rep;
    unsigned got = (unsigned)(rep.data[rep.size - 1] - '0');
    o->got[got]++;
    o->value[got] += (double)o->last_value;
    return got;
}

/* A ticket that is done at once, so that load tells nothing. */
static unsigned quick_ticket(struct office *o)
{
    unsigned got = ticket(o);
    seeded_resolved(&o->s, o->tickets - 1);
    return got;
}

static void signal(struct office *o, unsigned rep, int status)
{
    char id[8];
    eh_format(id, sizeof id, "r%u", rep);
    o->s.now_us += 1000000;
    seeded_signal(&o->s, id, status);
}

/* ---- who returns, who joins */

/* Tickets of 50 beyond the share of 5: chance alone, four standard deviations of a binomial
 * number; balanced, by how far apart two reps ever are; rotation, a round. */
static const double spread_of_50[POLICIES] = {8.5, 7, 1, 8.5};

static void expect_no_flood(struct office *o, int policy, const char *who)
{
    double before = o->got[REPS - 1];
    for (int i = 0; i < 50; i++)
        quick_ticket(o);
    double got = o->got[REPS - 1] - before;
    cr_expect(fabs(got - 5) <= spread_of_50[policy], "%s: %s got %g of 50", names[policy], who,
              got);
}

Test(policies, nobody_who_returns_is_flooded)
{
    for (int policy = 0; policy < POLICIES; policy++) {
        for (uint64_t seed = 0; seed < 20; seed++) {
            struct office o;
            open_office(&o, desk_of(names[policy], 0), seed);
            for (int i = 0; i < 100; i++)
                quick_ticket(&o);
            signal(&o, REPS - 1, EH_STATUS_AWAY);
            for (int i = 0; i < 400; i++)
                quick_ticket(&o);
            signal(&o, REPS - 1, EH_STATUS_AVAILABLE);
            expect_no_flood(&o, policy, "who returned");
            close_office(&o);
        }
    }
}

Test(policies, nobody_who_joins_starts_behind_or_ahead)
{
    for (int policy = 0; policy < POLICIES; policy++) {
        for (uint64_t seed = 0; seed < 20; seed++) {
            struct office o;
            open_office(&o, desk_of(names[policy], 1), seed);
            for (int i = 0; i < 400; i++)
                quick_ticket(&o);
            seeded_desk(&o.s, desk_of(names[policy], 0));
            expect_no_flood(&o, policy, "who joined");
            close_office(&o);
        }
    }
}

/* ---- who dodges */

/* After each ticket he goes, and comes back `after` tickets later. */
static void dodge(struct office *o, unsigned tickets, unsigned after, int status)
{
    unsigned gone = 0;
    for (unsigned i = 0; i < tickets; i++) {
        bool got = quick_ticket(o) == 0;
        if (got)
            signal(o, 0, status);
        if (got)
            gone = 1;
        else if (gone)
            gone++;
        if (gone > after) {
            signal(o, 0, EH_STATUS_AVAILABLE);
            gone = 0;
        }
    }
}

/* His tickets and their value against the mean of the nine who never go. Chance alone may bring
 * him, in four standard deviations of a difference under `random`, 4 √(n/10 · 10/9) tickets, and in
 * value not more than twice as many means (E x² is 1.5 means squared); `balanced` and `rotation`
 * promise less. Dodging never brings more. */
Test(policies, who_dodges_gains_nothing)
{
    static const unsigned tickets = 4000;
    static const int how[] = {EH_STATUS_AWAY, EH_STATUS_OVERLOADED};
    for (int policy = 0; policy < POLICIES; policy++) {
        for (unsigned after = 0; after < 12; after += 3) {
            struct office o;
            double others = 0, others_value = 0;
            open_office(&o, desk_of(names[policy], 0), after);
            dodge(&o, tickets, after, how[after % 2]);
            for (unsigned i = 1; i < REPS; i++) {
                others += o.got[i] / (REPS - 1);
                others_value += o.value[i] / (REPS - 1);
            }
            double chance = 4 * sqrt(tickets / 10.0 * 10 / 9);
            cr_expect(o.got[0] - others <= (policy == ROTATION   ? 1
                                            : policy == BALANCED ? 7
                                                                 : chance),
                      "%s, gone for %u: %g tickets against %g", names[policy], after, o.got[0],
                      others);
            cr_expect(o.value[0] - others_value <= 2000 * (policy == BALANCED ? 40 : 2 * chance),
                      "%s, gone for %u: value %g against %g", names[policy], after, o.value[0],
                      others_value);
            close_office(&o);
        }
    }
}

/* ---- names and places */

/* Ids that sort the other way round, listed in another order, with the same last digits. */
static const char *other_desk(const char *policy)
{
    static char yaml[2048];
    static const int order[REPS] = {3, 7, 0, 9, 1, 8, 5, 2, 6, 4};
    size_t at = eh_format(yaml, sizeof yaml, "desk: main\ncurrency: EUR\nreps: [");
    for (int i = 0; i < REPS; i++)
        at += eh_format(yaml + at, sizeof yaml - at, "{id: %c%d}%s", 'z' - order[i], order[i],
                        i + 1 < REPS ? ", " : "]\n");
    at += eh_format(yaml + at, sizeof yaml - at, "teams:\n  - {id: t, policy: %s, reps: [", policy);
    for (int i = 0; i < REPS; i++)
        at += eh_format(yaml + at, sizeof yaml - at, "%s%c%d", i ? ", " : "",
                        'z' - order[REPS - 1 - i], order[REPS - 1 - i]);
    eh_format(yaml + at, sizeof yaml - at, "]}\n");
    return yaml;
}

static double chi_square(const double *counts)
{
    double sum = 0, chi = 0;
    for (int i = 0; i < REPS; i++)
        sum += counts[i];
    for (int i = 0; i < REPS; i++)
        chi += (counts[i] - sum / REPS) * (counts[i] - sum / REPS) / (sum / REPS);
    return chi;
}

/* χ² with nine degrees of freedom is above 27.9 in one of a thousand. */
Test(policies, names_and_places_decide_nothing)
{
    for (int policy = 0; policy < POLICIES; policy++) {
        for (int other = 0; other < 2; other++) {
            struct office o;
            double first[REPS] = {0}; /* of each ten: the order within rounds, too */
            open_office(&o, other ? other_desk(names[policy]) : desk_of(names[policy], 0), 7);
            for (int i = 0; i < 100000; i++) {
                unsigned got = ticket(&o);
                first[got] += i % REPS == 0;
            }
            cr_expect_lt(chi_square(o.got), 27.9, "%s", names[policy]);
            cr_expect_lt(chi_square(first), 27.9, "%s: first of ten", names[policy]);
            close_office(&o);
        }
    }
}

/* ---- probabilities */

struct owed {
    double share, dc, dv;
};

struct watcher {
    struct office *o;
    double dealt_value;
    unsigned dealt, compared;
};

/* The definition, pair by pair, from what readers show. */
static double chance_of(const struct owed *reps, const double *score, unsigned count, unsigned i)
{
    double all = 0, p = 0;
    for (unsigned j = 0; j < count; j++)
        all += reps[j].share;
    for (unsigned j = 0; j < count; j++) {
        double wi = reps[i].share, wj = reps[j].share;
        double pair = wi * wj / all * (1 / (all - wi) + 1 / (all - wj));
        if (j != i)
            p += fabs(score[i] - score[j]) < 1e-7 ? pair / 2 : score[i] > score[j] ? pair : 0;
    }
    return p;
}

static void compare(void *context, const struct eh_deal *deal)
{
    struct watcher *w = context;
    struct owed reps[REPS] = {0};
    double score[REPS] = {0};
    w->dealt_value += (double)deal->value;
    w->dealt++;
    double mean = floor(w->dealt_value / w->dealt), x = fmin((double)deal->value, 10 * mean);
    for (uint32_t i = 0; i < deal->count; i++) {
        struct eh_member_view m;
        cr_assert(eh_engine_member(w->o->s.e, deal->team, i, &m));
        cr_assert(eh_str_equal(m.rep, deal->chances[i].rep));
        reps[i] = (struct owed){deal->chances[i].share_ppm,
                                (double)m.entitled_nano / 1e9 - (double)m.received,
                                (double)(m.entitled_value - m.received_value)};
        score[i] = 0.7 * reps[i].dc + 0.3 * (x / mean) * (reps[i].dv / mean);
    }
    for (uint32_t i = 0; i < deal->count; i++)
        for (uint32_t j = 0; j < i; j++) /* readers round: no verdict where it may matter */
            if (fabs(score[i] - score[j]) < 1e-2 && score[i] != score[j])
                return;
    for (uint32_t i = 0; i < deal->count; i++)
        cr_assert_float_eq(deal->chances[i].p, chance_of(reps, score, deal->count, i), 1e-9);
    w->compared++;
}

Test(policies, observers_are_told_the_probabilities)
{
    struct office o;
    struct watcher w = {.o = &o};
    open_office(
        &o,
        "desk: main\ncurrency: EUR\nreps: [{id: r0}, {id: r1, share: 0.7}, {id: r2, share: 0.4},"
        " {id: r3, share: 0.25}, {id: r4}]\n"
        "teams: [{id: t, policy: balanced, value_weight: 30%, reps: [r0, r1, r2, r3, r4]}]\n",
        1);
    cr_assert_eq(eh_engine_observe(o.s.e, compare, &w), 0);
    for (int i = 0; i < 2000; i++)
        ticket(&o);
    cr_assert_gt(w.compared, 1000);
    close_office(&o);
}

/* ---- what happens is as probable as was told */

struct tally {
    double sum[REPS], variance[REPS]; /* of what happened less its probability */
};

static void count(void *context, const struct eh_deal *deal)
{
    struct tally *tally = context;
    cr_assert(deal->dealt);
    for (uint32_t i = 0; i < deal->count; i++) {
        double p = deal->chances[i].p;
        tally->sum[i] += eh_str_equal(deal->chances[i].rep, deal->rep) - p;
        tally->variance[i] += p * (1 - p);
    }
}

/* A sum of martingale differences stays within a few standard deviations, however a policy adapts:
 * beyond 4.2 once in 40,000. */
Test(policies, what_happens_is_as_probable_as_told)
{
    for (int policy = 0; policy < POLICIES; policy++) {
        struct office o;
        struct tally tally = {{0}, {0}};
        char yaml[1024];
        eh_format(yaml, sizeof yaml,
                  "desk: main\ncurrency: EUR\nreps: [{id: r0}, {id: r1, share: 0.7},"
                  " {id: r2, share: 0.4}, {id: r3, share: 0.25}, {id: r4}]\n"
                  "teams: [{id: t, policy: %s, reps: [r0, r1, r2, r3, r4]}]\n",
                  names[policy]);
        open_office(&o, yaml, 3);
        cr_assert_eq(eh_engine_observe(o.s.e, count, &tally), 0);
        for (int i = 0; i < 20000; i++) {
            quick_ticket(&o);
            if (i % 7 == 0) /* somebody comes or goes */
                signal(&o, (unsigned)seed_below(&o.seed, 3),
                       seed_below(&o.seed, 3) ? EH_STATUS_AVAILABLE : EH_STATUS_AWAY);
        }
        for (int i = 0; i < 5; i++)
            cr_expect_lt(fabs(tally.sum[i]), 4.2 * sqrt(tally.variance[i]) + 1e-6, "%s: r%d: %g",
                         names[policy], i, tally.sum[i] / sqrt(tally.variance[i]));
        close_office(&o);
    }
}

/*
 * presence: nobody sheds work by coming and going, under any policy that promises so.
 *
 * Everybody flaps at random: signals, capacity that fills and empties, joins and leaves, unequal
 * shares, sets of skills. And one rep flaps on purpose, while the others stay: by hand-made
 * strategies and by thousands of random ones, that know all there is to know but the next draw and
 * the next ticket: what they are owed, who has slots left, how big the last tickets were.
 *
 * A rep who flaps is better off if what they receive falls short of what they are entitled to while
 * they are there (work is shed) or goes beyond it (work is grabbed), in number or in value, by more
 * than the bounds below, which hold for whoever stays. EVENHAND_PRESENCE=N: N times as many of
 * everything, each five times as long.
 */
#include "../../lib/engine/interner.h"
#include "../../lib/engine/policy.h"
#include "../../lib/engine/skill_set.h"
#include "../../lib/engine/state.h"
#include "../../lib/engine/ticket.h"
#include "presence_office.h"

TestSuite(presence, .timeout = 7200);

static const char *const policies[] = {"random", "balanced", "rotation", "least_loaded"};
enum { RANDOM, BALANCED, ROTATION, LEAST_LOADED, POLICIES };

static unsigned times(void)
{
    const char *wish = getenv("EVENHAND_PRESENCE");
    unsigned n = wish ? (unsigned)strtoul(wish, NULL, 10) : 1;
    return n ? n : 1;
}

/* So many times as long. */
static unsigned steps(void)
{
    return times() > 1 ? 5 : 1;
}

/* The standard deviations that chance is granted. */
#define SIGMAS 4.5

/* No one ticket is booked with more means. */
#define CAP_MEANS 10

/* Chance is normal where there is enough of it. */
#define VARIANCE_LEAST 9

/* What the manual says of balanced, with half the weight on value (bounds.h). */
static double balanced_bound(unsigned reps, unsigned tickets)
{
    return (3 + log((double)reps * tickets) / 2) / sqrt(0.5);
}

static double balanced_value_bound(unsigned reps, unsigned tickets)
{
    return 15 + log((double)reps * tickets);
}

/* Of rotation, in a set, where everybody comes and goes at random. */
#define ROTATION_AT_RANDOM 2.5

/* ---- everybody flaps */

struct worst {
    double behind, ahead;             /* tickets, in one set */
    double all_behind, all_ahead;     /* ... in all sets */
    double value_behind, value_ahead; /* means, in all sets */
    double likeliest, drawn;          /* Σ max p */
};

static void note_worst(struct office *o)
{
    struct worst *w = o->context;
    for (unsigned i = 0; i < o->plan.reps; i++) {
        double owed = office_owed(o, i), value = office_owed_value(o, i);
        for (unsigned set = 0; set < o->plan.sets; set++) {
            w->behind = fmax(w->behind, o->due[i][set].count);
            w->ahead = fmax(w->ahead, -o->due[i][set].count);
        }
        w->all_behind = fmax(w->all_behind, owed);
        w->all_ahead = fmax(w->all_ahead, -owed);
        if (o->dealt > 100) {
            w->value_behind = fmax(w->value_behind, value);
            w->value_ahead = fmax(w->value_ahead, -value);
        }
    }
}

static void add_worst(struct worst *to, const struct worst *w)
{
    to->behind = fmax(to->behind, w->behind);
    to->ahead = fmax(to->ahead, w->ahead);
    to->all_behind = fmax(to->all_behind, w->all_behind);
    to->all_ahead = fmax(to->all_ahead, w->all_ahead);
    to->value_behind = fmax(to->value_behind, w->value_behind);
    to->value_ahead = fmax(to->value_ahead, w->value_ahead);
}

struct habits {
    double flap, join, done; /* chances, per rep and ticket; per ticket; closings a ticket */
    double mass;             /* chance that most go or come at once */
};

static void come_and_go(struct office *o, const struct habits *h)
{
    bool mass = office_chance(o, h->mass);
    double here = office_uniform(o);
    for (unsigned i = 0; i < o->plan.reps; i++) {
        if (mass)
            office_here(o, i, office_chance(o, here));
        else if (office_chance(o, h->flap))
            office_status(o, i, EH_STATUS_AVAILABLE + (int)seed_below(&o->seed, 3));
    }
    if (office_chance(o, h->join)) {
        unsigned rep = (unsigned)seed_below(&o->seed, o->plan.reps);
        office_member(o, rep, !o->reps[rep].in);
    }
}

static void one_ticket(struct office *o, const struct habits *h)
{
    come_and_go(o, h);
    office_ticket(o, (unsigned)seed_below(&o->seed, o->plan.sets));
    for (double left = h->done * 2 * office_uniform(o); o->open_count && office_chance(o, left);
         left--)
        office_done(o, (uint32_t)seed_below(&o->seed, o->open_count));
    if (o->open_count > 500) /* nobody is as slow as that */
        office_done(o, 0);
}

/* What the ledger says is what was found here. */
static void expect_ledger(struct office *o)
{
    for (unsigned i = 0; i < o->plan.reps; i++) {
        struct eh_member_view m;
        char id[8];
        eh_format(id, sizeof id, "r%02u", i);
        if (!eh_engine_member_of(o->s.e, eh_str("t"), eh_str(id), &m))
            continue;
        double entitled = 0, received = 0;
        for (unsigned set = 0; set < o->plan.sets; set++) {
            entitled += o->due[i][set].entitled;
            received += o->due[i][set].received;
        }
        cr_expect_eq(m.received, (uint64_t)received);
        cr_expect_float_eq((double)m.entitled_nano * 1e-9, entitled, 1e-8 * o->dealt,
                           "%s: the ledger has %.6f, due is %.6f", id,
                           (double)m.entitled_nano * 1e-9, entitled);
    }
    cr_expect(eh_ledger_check(o->s.e));
}

/* Whether chance may bring this about. */
static void expect_by_chance(const struct office *o, const char *what)
{
    for (unsigned i = 0; i < o->plan.reps; i++) {
        double variance = 0, count = office_owed(o, i), squares = 0, value = 0;
        for (unsigned set = 0; set < o->plan.sets; set++) {
            variance += o->due[i][set].variance;
            squares += o->due[i][set].value_variance;
            value += o->due[i][set].value;
        }
        if (variance < VARIANCE_LEAST)
            continue;
        cr_expect_leq(fabs(count), SIGMAS * sqrt(variance), "%s: r%02u: %g of %g", what, i, count,
                      sqrt(variance));
        cr_expect_leq(fabs(value), SIGMAS * sqrt(squares) + CAP_MEANS * o->mean,
                      "%s: r%02u: value %g of %g", what, i, value, sqrt(squares));
    }
}

/* What is owed to who leaves the team goes with them into whatever set they are dealt to next. */
static void expect_rotation(const struct worst *w, unsigned sets, bool joins)
{
    cr_expect_leq(fmax(w->all_behind, w->all_ahead), sets * ROTATION_AT_RANDOM);
    if (sets == 1 || !joins)
        cr_expect_leq(fmax(w->behind, w->ahead), ROTATION_AT_RANDOM);
}

static void flap(int policy, uint64_t seed, unsigned tickets, struct worst *worst)
{
    static const double shares[] = {1, 1, 0.8, 0.5, 0.333333, 0.1};
    double share[OFFICE_REPS_MAX];
    struct seed chance = {seed_fixed_of(1000 * seed)};
    static const unsigned sizes[] = {2, 3, 4, 5, 7, 10, 16, 24};
    static const double rates[] = {0.002, 0.02, 0.1, 0.4};
    bool equal = seed_below(&chance, 2);
    for (unsigned i = 0; i < OFFICE_REPS_MAX; i++)
        share[i] = equal ? 1 : shares[seed_below(&chance, 6)];
    struct office_plan plan = {
        .policy = policies[policy],
        .reps = sizes[seed_below(&chance, 8)],
        .sets = 1 + (unsigned)seed_below(&chance, OFFICE_SETS_MAX),
        .capacity = seed_below(&chance, 2) ? 10 * (1 + (unsigned)seed_below(&chance, 3)) : 0,
        .shares = share};
    struct habits h = {.flap = rates[seed_below(&chance, 4)],
                       .join = seed_below(&chance, 2) ? 0.01 : 0,
                       .mass = seed_below(&chance, 3) ? 0 : 0.02,
                       .done = 1};
    struct office o;
    office_open(&o, &plan, seed_next(&chance));
    struct worst own = {0};
    o.after = note_worst;
    o.context = &own;
    for (unsigned i = 0; i < tickets; i++) {
        if (i % 200 == 0)
            h.done = 2 * office_uniform(&o);
        one_ticket(&o, &h);
    }
    expect_ledger(&o);
    worst->likeliest += o.likeliest;
    worst->drawn += o.drawn;
    if (policy == RANDOM)
        expect_by_chance(&o, "everybody flaps");
    if (policy == BALANCED) {
        double bound = balanced_bound(plan.reps, tickets);
        cr_expect_leq(fmax(own.all_behind, own.all_ahead), bound);
        bound = balanced_value_bound(plan.reps, tickets);
        cr_expect_leq(fmax(own.value_behind, own.value_ahead), bound);
    }
    if (policy == ROTATION)
        expect_rotation(&own, plan.sets, h.join > 0);
    add_worst(worst, &own);
    office_close(&o);
}

/* What a division leaves over falls to whoever is there for the next ticket: to one who waits for
 * the others to go, and then to one who waits for them to come. */
Test(presence, nobody_lives_on_what_divisions_leave_over)
{
    for (unsigned alone = 0; alone < 2; alone++) {
        struct office o;
        office_open(&o, &(struct office_plan){.policy = "balanced", .reps = 7, .sets = 1},
                    seed_fixed_of(1));
        for (unsigned i = 0; i < 1000 * times(); i++) {
            bool all = i % 2 == alone;
            for (unsigned rep = 1; rep < 7; rep++)
                office_here(&o, rep, all);
            office_ticket(&o, 0);
            office_done(&o, 0);
        }
        expect_ledger(&o);
        office_close(&o);
    }
}

static void print_worst(const char *what, int policy, const struct worst *w)
{
    fprintf(stderr,
            "# %s, %s: at most %.2f behind and %.2f ahead in a set, %.2f and %.2f in all; in value "
            "%.1f and %.1f means; the likeliest had %.2f\n",
            what, policies[policy], w->behind, w->ahead, w->all_behind, w->all_ahead,
            w->value_behind, w->value_ahead, w->likeliest / fmax(w->drawn, 1));
}

Test(presence, everybody_flaps)
{
    for (int policy = 0; policy < POLICIES; policy++) {
        struct worst worst = {0};
        for (uint64_t seed = 0; seed < 8 * times(); seed++)
            flap(policy, seed, 4000 * steps(), &worst);
        print_worst("everybody flaps", policy, &worst);
    }
}

/* ---- everybody plots */

/* Always those two or three are there who are owed most alike: the worst there is for any rule. */
static void plot(struct office *o)
{
    unsigned order[OFFICE_REPS_MAX], reps = o->plan.reps, first = 0;
    unsigned count = reps > 2 && office_chance(o, 0.3) ? 3 : 2;
    double least = 1e9;
    for (unsigned i = 0; i < reps; i++) {
        unsigned at = i;
        for (; at > 0 && office_owed(o, order[at - 1]) > office_owed(o, i); at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
    for (unsigned i = 0; i + count <= reps; i++) {
        double gap = office_owed(o, order[i + count - 1]) - office_owed(o, order[i]);
        gap += 0.001 * office_uniform(o);
        first = gap < least ? i : first;
        least = fmin(gap, least);
    }
    for (unsigned i = 0; i < reps; i++)
        office_here(o, order[i], i >= first && i < first + count);
}

Test(presence, whoever_plots_with_whom)
{
    static const unsigned sizes[] = {3, 6, 12, 24};
    for (int policy = BALANCED; policy <= ROTATION; policy++) {
        for (int i = 0; i < 4; i++) {
            struct office o;
            struct worst worst = {0};
            unsigned tickets = 1000 * times();
            office_open(
                &o, &(struct office_plan){.policy = policies[policy], .reps = sizes[i], .sets = 1},
                seed_fixed_of(5));
            o.after = note_worst;
            o.context = &worst;
            for (unsigned no = 0; no < tickets; no++) {
                plot(&o);
                office_ticket(&o, 0);
                office_done(&o, 0);
            }
            double bound = policy == ROTATION
                               ? (double)eh_rotation_bound_nano(sizes[i]) * 1e-9
                               : balanced_bound(sizes[i], tickets) + (sizes[i] - 1) / 2.0;
            cr_expect_lt(fmax(worst.behind, worst.ahead), bound, "%s", policies[policy]);
            print_worst("everybody plots", policy, &worst);
            office_close(&o);
        }
    }
}

/* ---- one flaps on purpose */

/* What rep 0 goes by. */
struct sight {
    double owed, owed_value; /* tickets; means */
    unsigned slots, others;  /* slots of their own, and of the others, left in the round */
    unsigned rank;           /* so many others are owed more */
    bool big, mine;          /* the last ticket */
    unsigned since;          /* so many tickets ago they got one */
    unsigned no;             /* of the ticket that comes next */
};

static struct sight look(const struct office *o, unsigned no, unsigned since, int64_t last)
{
    const struct eh_engine *e = o->s.e;
    const struct team *team = &e->roster.teams[eh_interner_find(&e->roster.team_ids, eh_str("t"))];
    const struct slot *slots = team->set_count ? team->sets[0].slots : NULL;
    struct sight s = {.owed = office_owed(o, 0),
                      .owed_value = office_owed_value(o, 0),
                      .big = (double)last > o->mean,
                      .mine = since == 0,
                      .since = since,
                      .no = no};
    for (unsigned i = 0; slots && i < o->plan.reps; i++)
        *(i ? &s.others : &s.slots) += slots[i].slots;
    for (unsigned i = 1; i < o->plan.reps; i++)
        s.rank += office_owed(o, i) > s.owed;
    return s;
}

/* By hand. */
enum { HANDS = 16 };

static bool by_hand(unsigned how, const struct sight *s, unsigned reps)
{
    switch (how) {
    case 0: /* goes when the next slot is surely theirs */
        return s->slots == 0 || s->others > 0;
    case 1: /* ... or one of two */
        return s->slots == 0 || s->others > 1;
    case 2: /* goes as soon as they have a slot */
        return s->slots == 0;
    case 3: /* is not there when a round begins */
        return s->others > 0;
    case 4: /* is there when a round begins, and no longer */
        return s->others == 0 || s->others + 1 >= reps;
    case 5: /* comes for the end of rounds */
        return s->others <= 1;
    case 6: /* is away while owed anything */
        return s->owed <= 0;
    case 7:
        return s->owed < 0.9;
    case 8:
        return s->owed < 1.9;
    case 9: /* is there only while owed something */
        return s->owed > -0.3;
    case 10: /* while nobody is owed more */
        return s->rank > 0;
    case 11: /* while hardly anybody is owed less */
        return s->rank < 2;
    case 12: /* for a while after each ticket of theirs */
        return s->since < reps / 2;
    case 13: /* ... and not */
        return s->since >= reps / 2;
    case 14: /* while the big ones come */
        return s->big;
    default: /* every other ticket */
        return s->no % 2;
    }
}

/* At random, and then always the same in the same place. */
struct table {
    bool here[8][3][4][4][2][3];
};

static unsigned bucket(double x, double least, double step, unsigned count)
{
    double at = floor((x - least) / step) + 1;
    return at < 0 ? 0 : at >= count ? count - 1 : (unsigned)at;
}

static bool by_table(const struct table *t, const struct sight *s, unsigned reps)
{
    unsigned since = s->since < 1 ? 0 : s->since < reps ? 1 : 2;
    return t->here[bucket(s->owed, -1, 0.5, 8)][bucket(s->owed_value, -1, 2, 3)]
                  [s->slots ? 1 + (s->slots > 1) : 0][s->others < 3 ? s->others : 3][s->big][since];
}

static void fill_table(struct table *t, struct seed *chance)
{
    static const unsigned parts[] = {25, 50, 75, 90}; /* of 100: here */
    unsigned part = parts[seed_below(chance, 4)];
    bool *all = &t->here[0][0][0][0][0][0];
    for (size_t i = 0; i < sizeof *t; i++)
        all[i] = seed_below(chance, 100) < part;
}

/* Big ones come one after the other, and small ones. */
static int64_t burst_value(struct office *o, bool *big)
{
    if (office_chance(o, 0.1))
        *big = office_chance(o, 0.3);
    return llround((*big ? 50000 : 2500) * (0.5 + office_uniform(o)));
}

static void note_alone(struct office *o)
{
    struct worst *w = o->context;
    w->behind = fmax(w->behind, o->due[0][0].count);
    w->ahead = fmax(w->ahead, -o->due[0][0].count);
    if (o->dealt > 100) {
        w->value_behind = fmax(w->value_behind, office_owed_value(o, 0));
        w->value_ahead = fmax(w->value_ahead, -office_owed_value(o, 0));
    }
}

/* table NULL: by hand. */
static void flap_alone(int policy, unsigned reps, const double *shares, const struct table *table,
                       unsigned how, bool bursts, uint64_t seed, struct worst *worst)
{
    struct office o;
    bool big = false;
    unsigned since = 1;
    int64_t last = 0;
    office_open(&o,
                &(struct office_plan){
                    .policy = policies[policy], .reps = reps, .sets = 1, .shares = shares},
                seed_fixed_of(seed));
    o.after = note_alone;
    o.context = worst;
    for (unsigned i = 0; i < 1000 * steps(); i++) {
        struct sight s = look(&o, i, since, last);
        office_here(&o, 0, table ? by_table(table, &s, reps) : by_hand(how, &s, reps));
        last = bursts ? burst_value(&o, &big) : seeded_value(&o.seed);
        office_ticket_of(&o, 0, last);
        since = o.last == 0 ? 0 : since + 1;
        office_done(&o, 0);
    }
    worst->likeliest += o.likeliest;
    worst->drawn += o.drawn;
    if (policy == RANDOM)
        expect_by_chance(&o, "one flaps");
    office_close(&o);
}

static void everybody_alone(int policy, bool bursts, struct worst *worst)
{
    static const double unequal[] = {0.6, 1, 1, 0.3, 0.8, 1, 0.1, 1, 0.5, 1};
    static const double small[] = {0.1, 1, 1, 0.3, 0.8, 1, 0.1, 1, 0.5, 1};
    static const double *const shares[] = {NULL, unequal, small};
    static const unsigned sizes[] = {2, 3, 5, 10};
    struct seed chance = {seed_fixed_of(77)};
    for (unsigned i = times() > 1 ? 0 : 3; i<12; i += times()> 1 ? 1 : 2)
        for (unsigned how = 0; how < HANDS; how++)
            flap_alone(policy, sizes[i % 4], shares[i / 4], NULL, how, bursts, i, worst);
    for (unsigned i = 0; i < 40 * times(); i++) {
        struct table table;
        fill_table(&table, &chance);
        flap_alone(policy, sizes[seed_below(&chance, 4)], shares[seed_below(&chance, 3)], &table, 0,
                   bursts, i, worst);
    }
}

Test(presence, nobody_who_flaps_alone_is_better_off)
{
    for (int policy = 0; policy < LEAST_LOADED; policy++) {
        for (int bursts = 0; bursts < 2; bursts++) {
            struct worst worst = {0};
            everybody_alone(policy, bursts, &worst);
            if (policy == ROTATION)
                cr_expect_lt(fmax(worst.behind, worst.ahead), EH_ROTATION_LATE);
            if (policy == BALANCED) {
                cr_expect_lt(fmax(worst.behind, worst.ahead), balanced_bound(10, 1000 * steps()));
                cr_expect_lt(fmax(worst.value_behind, worst.value_ahead),
                             balanced_value_bound(10, 1000 * steps()));
            }
            print_worst(bursts ? "one flaps, in bursts" : "one flaps", policy, &worst);
        }
    }
}

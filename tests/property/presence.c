/*
 * presence: nobody sheds work by coming and going, under any policy that promises so.
 *
 * Everybody flaps at random: signals, capacity that fills and empties, joins and leaves, unequal
 * shares, sets of skills. And one rep flaps on purpose, knowing all they can see, while the others
 * stay.
 */
#include "presence_office.h"

TestSuite(presence, .timeout = 3600);

static const char *const policies[] = {"random", "balanced", "rotation", "least_loaded"};
enum { RANDOM, BALANCED, ROTATION, LEAST_LOADED, POLICIES };

/* EVENHAND_PRESENCE=N: N times as many of everything. */
static unsigned times(void)
{
    const char *wish = getenv("EVENHAND_PRESENCE");
    unsigned n = wish ? (unsigned)strtoul(wish, NULL, 10) : 1;
    return n ? n : 1;
}

static uint64_t wished(uint64_t seed)
{
    const char *wish = getenv("EVENHAND_SEED");
    return (wish ? strtoull(wish, NULL, 0) : 1) * 1000003 + seed;
}

/* ---- everybody flaps */

struct worst {
    double behind, ahead;             /* tickets, in one set */
    double all_behind, all_ahead;     /* ... in all sets */
    double value_behind, value_ahead; /* means, in all sets */
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
        if (!eh_engine_member_of(o->e, eh_str("t"), eh_str(id), &m))
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
    cr_expect(eh_ledger_check(o->e));
}

static void flap(int policy, uint64_t seed, unsigned tickets, struct worst *worst)
{
    static const double shares[] = {1, 1, 0.8, 0.5, 0.333333, 0.1};
    double share[OFFICE_REPS_MAX];
    struct seed chance = {wished(1000 * seed)};
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
                       .join = 0.01,
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
    fprintf(stderr,
            "# %s reps %u sets %u capacity %u equal %d flap %g: set %.2f %.2f all %.2f %.2f "
            "value %.1f %.1f guess %.2f drawn %u of %u\n",
            plan.policy, plan.reps, plan.sets, plan.capacity, equal, h.flap, own.behind, own.ahead,
            own.all_behind, own.all_ahead, own.value_behind, own.value_ahead, o.likeliest / o.drawn,
            o.drawn, o.dealt);
    *worst = own;
    office_close(&o);
}

/* What a division leaves over falls to whoever is there for the next ticket: to one who waits for
 * the others to go, and then to one who waits for them to come. */
Test(presence, nobody_lives_on_what_divisions_leave_over)
{
    for (unsigned alone = 0; alone < 2; alone++) {
        struct office o;
        office_open(&o, &(struct office_plan){.policy = "balanced", .reps = 7, .sets = 1},
                    wished(1));
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

Test(presence, everybody_flaps)
{
    for (int policy = 0; policy < POLICIES; policy++)
        for (uint64_t seed = 0; seed < 8 * times(); seed++) {
            struct worst w;
            flap(policy, seed, 4000 * times(), &w);
        }
}

/*
 * presence_office: one team whose reps come and go, and its own account of who was due what.
 *
 *     struct office o;
 *     office_open(&o, &(struct office_plan){"rotation", .reps = 10, .sets = 1}, seed);
 *     office_status(&o, 3, EH_STATUS_AWAY);       // also: full, out of the team, back in it
 *     office_ticket(&o, 0);                       // one that asks for the skills of set 0
 *     double due = o.due[3][0].count;             // entitled less received, tickets
 *     office_close(&o);
 *
 * What is due is found here, by share among those this file says can get a ticket, and not read
 * from the engine's ledger. Each deal asserts that the engine deals among the same. Everything
 * follows from the seed.
 */
#ifndef TESTS_PROPERTY_PRESENCE_OFFICE_H
#define TESTS_PROPERTY_PRESENCE_OFFICE_H

#include "seeded_engine.h"

#define OFFICE_REPS_MAX 40
#define OFFICE_SETS_MAX 3
#define OFFICE_CHANGES  50 /* of a rep a day; below EH_CHANGES_A_DAY */

struct office_plan {
    const char *policy;
    unsigned reps, sets; /* set 0 asks for nothing, set k for skill sk */
    unsigned capacity;   /* 0: none */
    const double *shares;
    const char *value_weight; /* NULL: 50% */
    bool skilled;             /* everybody has all skills; else some */
};

/* Of a rep in a set: entitled less received; and how far chance may bring the two apart. */
struct office_due {
    double count, value; /* value: as booked, minor units */
    double variance;     /* Σ p (1 - p) of the chances told */
    double entitled, entitled_value, received, received_value;
    double value_variance; /* Σ value² p (1 - p), p by share */
};

struct office_rep {
    bool in;
    uint8_t status;
    uint32_t skills; /* bit k: of set k */
    unsigned points, changes;
    double share;
};

struct office_ticket {
    uint8_t set, rep;
    bool open;
};

struct office {
    struct office_plan plan;
    struct seeded s;
    struct seed seed;
    struct office_rep reps[OFFICE_REPS_MAX];
    struct office_due due[OFFICE_REPS_MAX][OFFICE_SETS_MAX];
    struct office_ticket *tickets;
    uint32_t ticket_count, ticket_capacity;
    uint32_t *open, open_count; /* tickets */
    double dealt_value, mean;
    unsigned dealt;
    double likeliest; /* Σ max p, of those drawn */
    unsigned drawn;
    unsigned last;                  /* rep who got the last one */
    void (*after)(struct office *); /* each deal; NULL: nothing */
    void *context;
};

/* "r07" */
static inline unsigned office_number(struct eh_str id)
{
    return (unsigned)(10 * (id.data[1] - '0') + id.data[2] - '0');
}

/* Overloaded ends by itself. */
static inline void office_due_inputs(struct office *o)
{
    struct eh_due due;
    while (eh_engine_due_us(o->s.e) <= o->s.now_us) {
        if (eh_engine_due(o->s.e, &due) && due.kind == EH_DUE_SIGNAL)
            o->reps[office_number(due.rep)].status = EH_STATUS_AVAILABLE;
        seeded_step(&o->s, (struct eh_message){.type = EH_MESSAGE_DUE});
    }
}

/* ---- who can get a ticket, and what is due */

static inline unsigned office_ppm(const struct office_rep *r)
{
    return (unsigned)lround(1000000 * r->share);
}

static inline bool office_can(const struct office *o, unsigned rep, unsigned set)
{
    const struct office_rep *r = &o->reps[rep];
    return r->in && r->status == EH_STATUS_AVAILABLE && (r->skills >> set & 1) &&
           (o->plan.capacity == 0 || r->points * 1000000u < o->plan.capacity * office_ppm(r));
}

/* What the ticket is booked with. */
static inline double office_booked(struct office *o, int64_t value)
{
    o->dealt_value += (double)value;
    o->mean = fmax(1, floor(o->dealt_value / ++o->dealt));
    return fmin((double)value, 10 * o->mean);
}

static inline void office_dealt(void *context, const struct eh_deal *deal)
{
    struct office *o = context;
    unsigned got = office_number(deal->rep), no = 0, able = 0;
    double all = 0, most = 0, value = office_booked(o, deal->value);
    for (uint32_t i = 1; i < deal->id.size; i++)
        no = 10 * no + (unsigned)(deal->id.data[i] - '0');
    struct office_ticket *t = &o->tickets[no];
    for (unsigned i = 0; i < o->plan.reps; i++)
        if (office_can(o, i, t->set)) {
            all += o->reps[i].share;
            if (deal->dealt) {
                cr_assert_lt(able, deal->count);
                cr_assert_eq(office_number(deal->chances[able].rep), i);
            }
            able++;
        }
    cr_assert_eq(able, deal->dealt ? deal->count : 1, "%u can get it", able);
    for (unsigned i = 0, at = 0; i < o->plan.reps; i++) {
        if (!office_can(o, i, t->set))
            continue;
        struct office_due *due = &o->due[i][t->set];
        double part = o->reps[i].share / all, p = deal->dealt ? deal->chances[at++].p : 1;
        due->count += part - (i == got);
        due->value += value * (part - (i == got));
        due->value_variance += value * value * part * (1 - part);
        due->entitled += part;
        due->entitled_value += part * value;
        due->received += i == got;
        due->received_value += i == got ? value : 0;
        due->variance += p * (1 - p);
        most = fmax(most, p);
    }
    o->likeliest += deal->dealt ? most : 0;
    o->drawn += deal->dealt;
    o->last = got;
    t->open = true;
    t->rep = (uint8_t)got;
    o->open[o->open_count++] = no;
    o->reps[got].points++;
    if (o->after)
        o->after(o);
}

/* In all sets. */
static inline double office_owed(const struct office *o, unsigned rep)
{
    double sum = 0;
    for (unsigned set = 0; set < o->plan.sets; set++)
        sum += o->due[rep][set].count;
    return sum;
}

static inline double office_owed_value(const struct office *o, unsigned rep)
{
    double sum = 0;
    for (unsigned set = 0; set < o->plan.sets; set++)
        sum += o->due[rep][set].value;
    return sum / o->mean;
}

/* ---- what happens */

static inline void office_desk(struct office *o)
{
    char yaml[8192];
    size_t at = eh_format(yaml, sizeof yaml,
                          "desk: main\ncurrency: EUR\n"
                          "kinds: {order: {points: 1}}\nreps:\n");
    for (unsigned i = 0; i < o->plan.reps; i++) {
        unsigned ppm = office_ppm(&o->reps[i]);
        at += eh_format(yaml + at, sizeof yaml - at, "  - {id: r%02u, share: %u.%06u, skills: [", i,
                        ppm / 1000000, ppm % 1000000);
        for (unsigned set = 1; set < OFFICE_SETS_MAX; set++)
            if (o->reps[i].skills >> set & 1)
                at += eh_format(yaml + at, sizeof yaml - at, "s%u, ", set);
        at += eh_format(yaml + at, sizeof yaml - at, "]}\n");
    }
    at += eh_format(yaml + at, sizeof yaml - at,
                    "teams:\n  - {id: spare, policy: random, capacity: 1000,"
                    " overloaded: {at_least: 0s}, reps: [");
    for (unsigned i = 0; i < o->plan.reps; i++)
        at += eh_format(yaml + at, sizeof yaml - at, "r%02u, ", i);
    at += eh_format(yaml + at, sizeof yaml - at,
                    "]}\n  - {id: t, policy: %s, capacity: %u, value_weight: %s,"
                    " overloaded: {at_least: 0s}, reps: [",
                    o->plan.policy, o->plan.capacity,
                    o->plan.value_weight ? o->plan.value_weight : "50%");
    for (unsigned i = 0; i < o->plan.reps; i++)
        if (o->reps[i].in)
            at += eh_format(yaml + at, sizeof yaml - at, "r%02u, ", i);
    eh_format(yaml + at, sizeof yaml - at, "]}\n");
    seeded_desk(&o->s, yaml);
    office_due_inputs(o);
}

static inline void office_day(struct office *o)
{
    o->s.date++;
    o->s.now_us += INT64_C(86400000000);
    for (unsigned i = 0; i < o->plan.reps; i++)
        o->reps[i].changes = 0;
    seeded_step(&o->s, (struct eh_message){.type = EH_MESSAGE_DAY});
    office_due_inputs(o);
}

static inline void office_status(struct office *o, unsigned rep, int status)
{
    struct office_rep *r = &o->reps[rep];
    char id[8];
    if (r->status == status)
        return;
    if (r->changes++ >= OFFICE_CHANGES)
        office_day(o);
    eh_format(id, sizeof id, "r%02u", rep);
    o->s.now_us += 61000000;
    office_due_inputs(o);
    r->status = (uint8_t)status;
    seeded_signal(&o->s, id, status);
    office_due_inputs(o);
}

static inline void office_here(struct office *o, unsigned rep, bool here)
{
    office_status(o, rep, here ? EH_STATUS_AVAILABLE : EH_STATUS_AWAY);
}

/* The open ticket at this place. */
static inline void office_done(struct office *o, uint32_t at)
{
    uint32_t no = o->open[at];
    o->open[at] = o->open[--o->open_count];
    o->tickets[no].open = false;
    o->reps[o->tickets[no].rep].points--;
    seeded_resolved(&o->s, no);
    office_due_inputs(o);
}

/* Into the team or out of it; whoever goes has done their work before. */
static inline void office_member(struct office *o, unsigned rep, bool in)
{
    if (o->reps[rep].in == in)
        return;
    if (!in) {
        office_here(o, rep, false);
        for (uint32_t i = o->open_count; i-- > 0;)
            if (i < o->open_count && o->tickets[o->open[i]].rep == rep) {
                office_done(o, i);
                i = o->open_count;
            }
    }
    o->reps[rep].in = in;
    office_desk(o);
}

static inline double office_uniform(struct office *o) /* 0 < u < 1 */
{
    return seeded_uniform(&o->seed);
}

static inline bool office_chance(struct office *o, double p)
{
    return office_uniform(o) < p;
}

static inline void office_ticket_of(struct office *o, unsigned set, int64_t value)
{
    char skill[4];
    if (o->ticket_count == o->ticket_capacity) {
        o->ticket_capacity = o->ticket_capacity ? 2 * o->ticket_capacity : 1024;
        o->tickets = realloc(o->tickets, o->ticket_capacity * sizeof *o->tickets);
        o->open = realloc(o->open, o->ticket_capacity * sizeof *o->open);
        cr_assert(o->tickets && o->open);
    }
    eh_format(skill, sizeof skill, "s%u", set);
    o->s.now_us += 1000000;
    office_due_inputs(o);
    o->tickets[o->ticket_count] = (struct office_ticket){.set = (uint8_t)set};
    seeded_ticket(&o->s, o->ticket_count++, value, set ? skill : NULL);
}

static inline void office_ticket(struct office *o, unsigned set)
{
    office_ticket_of(o, set, seeded_value(&o->seed));
}

/* ---- opens and closes */

static inline void office_open(struct office *o, const struct office_plan *plan, uint64_t seed)
{
    *o = (struct office){.plan = *plan, .seed = {seed}};
    seeded_start(&o->s, seed_next(&o->seed));
    o->mean = 1;
    for (unsigned i = 0; i < plan->reps; i++)
        o->reps[i] = (struct office_rep){
            .in = true,
            .status = EH_STATUS_AVAILABLE,
            .share = plan->shares ? plan->shares[i] : 1,
            .skills = plan->skilled || i < 2 ? UINT32_MAX : 1 | (uint32_t)seed_next(&o->seed)};
    cr_assert_eq(eh_engine_observe(o->s.e, office_dealt, o), 0);
    office_desk(o);
}

static inline void office_close(struct office *o)
{
    seeded_done(&o->s);
    free(o->tickets);
    free(o->open);
}

#endif

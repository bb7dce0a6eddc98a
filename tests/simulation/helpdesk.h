/*
 * helpdesk: a random helpdesk: desks, tickets, signals, outcomes, managers; all from one seed.
 *
 *     struct helpdesk h = {.seed = seed};
 *     helpdesk_desk(&h, text, sizeof text);          // a desk file
 *     int type = helpdesk_next(&h, json, sizeof json); // the next thing that happens
 *
 * Few names, so that everything meets everything: outcomes before their tickets, reps that vanish,
 * the same ticket again and with other content.
 */
#ifndef TESTS_SIMULATION_HELPDESK_H
#define TESTS_SIMULATION_HELPDESK_H

#include "../property/seed.h"

#include <evenhand/pool/pool.h>
#include <evenhand/wire/policies.h>

#define HELPDESK_REPS  9
#define HELPDESK_TEAMS 3

struct helpdesk {
    struct seed seed;
    unsigned tickets; /* numbers given so far */
};

static inline unsigned helpdesk_below(struct helpdesk *h, unsigned below)
{
    return (unsigned)seed_below(&h->seed, below);
}

static inline bool helpdesk_chance(struct helpdesk *h, unsigned percent)
{
    return helpdesk_below(h, 100) < percent;
}

struct helpdesk_text {
    char *at;
    size_t left;
};

static inline void helpdesk_put(struct helpdesk_text *t, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static inline void helpdesk_put(struct helpdesk_text *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    size_t length = (size_t)vsnprintf(t->at, t->left, format, args);
    va_end(args);
    if (length >= t->left)
        abort();
    t->at += length;
    t->left -= length;
}

static inline void helpdesk_reps(struct helpdesk *h, struct helpdesk_text *t, unsigned present)
{
    static const char *const skills[] = {"", ", skills: [{de: 3}]", ", skills: [fr]",
                                         ", skills: [de, {fr: 2}]"};
    static const char *const shares[] = {"", ", share: 0.5", ", share: 0.333333"};
    helpdesk_put(t, "reps:\n");
    for (unsigned i = 0; i < HELPDESK_REPS; i++)
        if (present >> i & 1)
            helpdesk_put(t, "  - {id: r%u%s%s}\n", i, skills[helpdesk_below(h, 4)],
                         shares[helpdesk_below(h, 3)]);
}

static inline void helpdesk_member(struct helpdesk *h, struct helpdesk_text *t, unsigned rep)
{
    unsigned from = 1 + helpdesk_below(h, 20);
    if (helpdesk_chance(h, 80))
        helpdesk_put(t, "r%u, ", rep);
    else
        helpdesk_put(t, "{id: r%u, from: 2024-10-%02u, until: 2024-10-%02u}, ", rep, from,
                     from + helpdesk_below(h, 10));
}

static inline void helpdesk_team(struct helpdesk *h, struct helpdesk_text *t, unsigned team,
                                 unsigned present)
{
    static const unsigned capacities[] = {0, 2, 5, 9};
    static const char *const policies[] = {EH_POLICIES(EH_POLICY_BY_NUMBER)};
    helpdesk_put(t, "  - {id: t%u, policy: %s, capacity: %u", team,
                 policies[helpdesk_below(h, EH_POLICY_COUNT)], capacities[helpdesk_below(h, 4)]);
    if (helpdesk_chance(h, 50))
        helpdesk_put(t, ", value_weight: %u%%", helpdesk_below(h, 101));
    if (helpdesk_chance(h, 40))
        helpdesk_put(t, ", affinity: open, affinity_for: %uh", 1 + helpdesk_below(h, 48));
    if (helpdesk_chance(h, 15))
        helpdesk_put(t, ", presence: signalled");
    if (helpdesk_chance(h, 30))
        helpdesk_put(t, ", overloaded: {at_least: %us, at_most: %us}", helpdesk_below(h, 60),
                     60 + helpdesk_below(h, 600));
    helpdesk_put(t, ", reps: [");
    for (unsigned i = 0; i < HELPDESK_REPS; i++)
        if (present >> i & 1 && helpdesk_chance(h, 60))
            helpdesk_member(h, t, i);
    helpdesk_put(t, "]}\n");
}

/* Always the same: what has begun does not change. */
static inline void helpdesk_plan(struct helpdesk_text *t)
{
    helpdesk_put(
        t, "plans:\n  - {id: p, team: t0, from: 2024-W36, period: week, encourages: a,"
           " discourages: b, target_pool: 600.00, max_pool: 900.00, metrics: ["
           "{metric: revenue, weight: 50%%, curve: [[0.00, 0%%], [5000.00, 150%%]]},"
           " {metric: csat, weight: 30%%, prior: {mean: 4.2, count: 3},"
           " curve: [[3.0, 0%%], [5.0, 100%%]]},"
           " {metric: handle_time, weight: 20%%, prior: {mean: 600s}, mix: {query: 100%%},"
           " winsorise: [30s, 2h], curve: [[900s, 0%%], [60s, 100%%]]}],"
           " funding: [[0%%, 0%%], [100%%, 100%%], [125%%, 150%%]],"
           " if_missing: prior, split: {individual: 20%%, equal: 80%%},"
           " individual: {points: {order: 2, query: 1}, cap: 40%%}, carry: {at_most: 25%%}}\n");
}

static inline void helpdesk_desk(struct helpdesk *h, char *text, size_t size)
{
    struct helpdesk_text t = {text, size};
    unsigned present = 0x3 | (unsigned)seed_below(&h->seed, 1u << HELPDESK_REPS);
    if (helpdesk_chance(h, 70))
        present = (1u << HELPDESK_REPS) - 1;
    helpdesk_put(&t,
                 "desk: main\ncurrency: EUR\ntime_zone: Europe/Oslo\n"
                 "kinds: {order: {points: %u}, query: {points: 1}}\n",
                 1 + helpdesk_below(h, 4));
    helpdesk_reps(h, &t, present);
    helpdesk_put(&t, "teams:\n");
    for (unsigned i = 0; i < HELPDESK_TEAMS; i++)
        if (i == 0 || helpdesk_chance(h, 85))
            helpdesk_team(h, &t, i, present);
    helpdesk_plan(&t);
}

static inline const char *helpdesk_skills(struct helpdesk *h)
{
    static const char *const sets[] = {"[]", "{\"de\":2}", "[\"fr\"]", "[{\"fr\":2},\"de\"]",
                                       "[\"sv\"]"};
    return sets[helpdesk_chance(h, 60) ? 0 : helpdesk_below(h, 5)];
}

/* Of those around the last ones, sometimes one that has not come yet. */
static inline unsigned helpdesk_some_ticket(struct helpdesk *h)
{
    unsigned back = helpdesk_below(h, helpdesk_chance(h, 80) ? 30 : 400), last = h->tickets + 3;
    return back < last ? last - back : 0;
}

static inline void helpdesk_ticket(struct helpdesk *h, struct helpdesk_text *t)
{
    bool known = helpdesk_chance(h, 5);
    unsigned no = known ? helpdesk_some_ticket(h) : h->tickets++;
    helpdesk_put(t, "{\"type\":\"ticket\",\"id\":\"T%u\",\"team\":\"t%u\",\"kind\":\"%s\"", no,
                 helpdesk_chance(h, 2) ? 7 : helpdesk_below(h, HELPDESK_TEAMS),
                 helpdesk_chance(h, 2)    ? "nonsense"
                 : helpdesk_chance(h, 50) ? "order"
                                          : "query");
    helpdesk_put(t, ",\"value\":%u,\"priority\":%u,\"skills\":%s", helpdesk_below(h, 100000),
                 helpdesk_below(h, 10), helpdesk_skills(h));
    if (helpdesk_chance(h, 10))
        helpdesk_put(t, ",\"owner\":\"r%u\"", helpdesk_below(h, HELPDESK_REPS));
    if (helpdesk_chance(h, 30))
        helpdesk_put(t, ",\"customer\":\"c%u\",\"subject\":\"s\"", helpdesk_below(h, 20));
    helpdesk_put(t, "}");
}

static inline void helpdesk_outcome(struct helpdesk *h, struct helpdesk_text *t)
{
    unsigned outcome = helpdesk_chance(h, 70) ? 1 + helpdesk_below(h, 4) : 1 + helpdesk_below(h, 7);
    helpdesk_put(t, "{\"type\":\"outcome\",\"id\":\"T%u\",\"outcome\":\"%s\"",
                 helpdesk_some_ticket(h), eh_outcome_name((int)outcome));
    if (outcome == EH_OUTCOME_RATED || helpdesk_chance(h, 20))
        helpdesk_put(t, ",\"csat\":%u", 1 + helpdesk_below(h, 5));
    if (helpdesk_chance(h, 50))
        helpdesk_put(t, ",\"handled\":%u", helpdesk_below(h, 9000));
    if (helpdesk_chance(h, 60)) /* from 2024-09-16 on, over by the time it is told */
        helpdesk_put(t, ",\"at\":%llu", 1726444800000ULL + helpdesk_below(h, 17 * 86400) * 1000ULL);
    if (helpdesk_chance(h, 30))
        helpdesk_put(t, ",\"value\":%u", helpdesk_below(h, 100000));
    if (helpdesk_chance(h, 30))
        helpdesk_put(t, ",\"event\":\"e%u\"", helpdesk_below(h, 5000));
    helpdesk_put(t, "}");
}

static inline void helpdesk_signal(struct helpdesk *h, struct helpdesk_text *t)
{
    static const char *const states[] = {"available", "overloaded", "away", "available"};
    helpdesk_put(t, "{\"type\":\"signal\",\"rep\":\"r%u\",\"status\":\"%s\"",
                 helpdesk_below(h, HELPDESK_REPS), states[helpdesk_below(h, 4)]);
    if (helpdesk_chance(h, 50))
        helpdesk_put(t, ",\"for\":%u", 1 + helpdesk_below(h, 900));
    if (helpdesk_chance(h, 20))
        helpdesk_put(t, ",\"reason\":\"because\"");
    helpdesk_put(t, "}");
}

static inline void helpdesk_update(struct helpdesk *h, struct helpdesk_text *t)
{
    helpdesk_put(t, "{\"type\":\"update\",\"id\":\"T%u\"", helpdesk_some_ticket(h));
    if (helpdesk_chance(h, 50))
        helpdesk_put(t, ",\"priority\":%u", helpdesk_below(h, 10));
    if (helpdesk_chance(h, 50))
        helpdesk_put(t, ",\"skills\":%s", helpdesk_skills(h));
    if (helpdesk_chance(h, 50))
        helpdesk_put(t, ",\"value\":%u", helpdesk_below(h, 1000));
    helpdesk_put(t, "}");
}

/* Of a rep, somebody outside, or nobody; by one of these, or nobody known. */
static inline void helpdesk_owner(struct helpdesk *h, struct helpdesk_text *t)
{
    helpdesk_put(t, "{\"type\":\"owner\",\"id\":\"T%u\"", helpdesk_some_ticket(h));
    if (helpdesk_chance(h, 20))
        helpdesk_put(t, ",\"owner\":null");
    else
        helpdesk_put(t, ",\"owner\":\"r%u\"", helpdesk_below(h, HELPDESK_REPS + 2));
    if (helpdesk_chance(h, 70))
        helpdesk_put(t, ",\"by\":\"r%u\"", helpdesk_below(h, HELPDESK_REPS + 2));
    helpdesk_put(t, "}");
}

static inline void helpdesk_metric(struct helpdesk *h, struct helpdesk_text *t)
{
    bool minutes = helpdesk_chance(h, 50);
    helpdesk_put(t, "{\"type\":\"metric\",\"team\":\"t0\",\"period\":\"2024-W%u\",\"value\":%u",
                 37 + helpdesk_below(h, 5), helpdesk_below(h, 9000));
    if (minutes)
        helpdesk_put(t, ",\"metric\":\"paid_minutes\",\"rep\":\"r%u\"}",
                     helpdesk_below(h, HELPDESK_REPS));
    else
        helpdesk_put(t, ",\"metric\":\"m%u\"}", helpdesk_below(h, 4));
}

static inline int helpdesk_period(struct helpdesk *h, struct helpdesk_text *t)
{
    static const int types[] = {EH_MESSAGE_FREEZE, EH_MESSAGE_FREEZE,  EH_MESSAGE_CLOSE,
                                EH_MESSAGE_CLOSE,  EH_MESSAGE_EXCLUDE, EH_MESSAGE_PAY};
    int type = types[helpdesk_below(h, 6)];
    helpdesk_put(t, "{\"team\":\"t0\",\"period\":\"2024-W%u\"", 37 + helpdesk_below(h, 5));
    if (type == EH_MESSAGE_EXCLUDE)
        helpdesk_put(t, ",\"rep\":\"r%u\",\"reason\":\"x\"", helpdesk_below(h, HELPDESK_REPS));
    helpdesk_put(t, "}");
    return type;
}

/* What the shell adds to such a step. */
static inline void helpdesk_prepare(const struct eh_engine *e, struct eh_message *m,
                                    struct eh_arena *arena)
{
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    struct eh_error error = {0};
    if (m->type != EH_MESSAGE_FREEZE && m->type != EH_MESSAGE_CLOSE)
        return;
    bool made = eh_pool_prepare(e, m, &bytes, &error) == 0;
    struct eh_str text = made ? eh_str_n((char *)bytes.data, bytes.size) : eh_str(error.text);
    *(made ? &m->text : &m->reason) = eh_arena_str(arena, text);
    m->has |= EH_FIELD_BIT(made ? EH_FIELD_TEXT : EH_FIELD_REASON);
}

static inline int helpdesk_command(struct helpdesk *h, struct helpdesk_text *t)
{
    unsigned what = helpdesk_below(h, 7);
    helpdesk_put(t, "{\"reason\":\"x\"");
    if (what == 0) {
        helpdesk_put(t, ",\"rep\":\"r%u\"}", helpdesk_below(h, HELPDESK_REPS));
        return EH_MESSAGE_RELEASE;
    }
    helpdesk_put(t, ",\"id\":\"T%u\"", helpdesk_some_ticket(h));
    if (what == 6) {
        helpdesk_put(t, "}");
        return EH_MESSAGE_RETURN;
    }
    if (what <= 3)
        helpdesk_put(t, ",\"rep\":\"r%u\"}", helpdesk_below(h, HELPDESK_REPS));
    else
        helpdesk_put(t, ",\"team\":\"t%u\"}", helpdesk_below(h, HELPDESK_TEAMS));
    return what <= 3 ? EH_MESSAGE_ASSIGN : EH_MESSAGE_MOVE;
}

static inline bool helpdesk_is_command(int type)
{
    return (type >= EH_MESSAGE_ASSIGN && type <= EH_MESSAGE_MOVE) ||
           (type >= EH_MESSAGE_FREEZE && type != EH_MESSAGE_OWNER);
}

/* Writes what happens next; returns its type. DAY has no text, DESK a desk file, what comes over
 * the admin socket alone (helpdesk_is_command) a body, all others a message. */
static inline int helpdesk_next(struct helpdesk *h, char *text, size_t size)
{
    struct helpdesk_text t = {text, size};
    unsigned what = helpdesk_below(h, 1000);
    if (what < 400)
        return helpdesk_ticket(h, &t), EH_MESSAGE_TICKET;
    if (what < 450)
        return helpdesk_owner(h, &t), EH_MESSAGE_OWNER;
    if (what < 780)
        return helpdesk_outcome(h, &t), EH_MESSAGE_OUTCOME;
    if (what < 900)
        return helpdesk_signal(h, &t), EH_MESSAGE_SIGNAL;
    if (what < 940)
        return helpdesk_update(h, &t), EH_MESSAGE_UPDATE;
    if (what < 950)
        return helpdesk_metric(h, &t), EH_MESSAGE_METRIC;
    if (what < 960)
        return helpdesk_period(h, &t);
    if (what < 984)
        return helpdesk_command(h, &t);
    if (what < 994)
        return helpdesk_desk(h, text, size), EH_MESSAGE_DESK;
    return EH_MESSAGE_DAY;
}

#endif

/*
 * fairness_desks: honest desks of all policies, small and large, through the engine.
 *
 * What a desk is follows from its seed: policy, number of reps, shares, capacity, skills, owners,
 * customers with affinity, tickets moved out and back, reps released, and how often presence
 * changes. Values are lognormal; in some desks many tickets are worth nothing.
 *
 *     struct eh_verdict verdicts[EH_VERDICT_KINDS];
 *     honest_desk(&seed, &shape, verdicts);
 *
 * Or of another desk file, and told what the test likes:
 *
 *     struct desk d = {.pause_us = 60000000};
 *     desk_begin(&d, &seed, yaml);
 *     desk_say(&d, "{\"type\":\"ticket\",…}");
 *     double p = desk_report(&d).draw_p;
 *     desk_close(&d);
 */
#ifndef TESTS_PROPERTY_FAIRNESS_DESKS_H
#define TESTS_PROPERTY_FAIRNESS_DESKS_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <criterion/criterion.h>

#include <evenhand/fairness/watch.h>
#include <evenhand/wire/policies.h>

#include "seed.h"

#define DESK_TODAY   20000
#define DESK_START   INT64_C(1728000000000000)
#define DESK_REPS    300
#define DESK_TICKETS 6000
#define DESK_OPEN    4000

static const char *const desk_policies[] = {EH_POLICIES(EH_POLICY_BY_NUMBER)};
static const unsigned desk_sizes[] = {2, 3, 4, 5, 7, 10, 15, 25, 40, 80, 150, 300};

struct desk_shape {
    const char *policy;
    unsigned reps, tickets;
    bool shares, capacity, skills, owners, affinity, moves, flaps, worthless;
};

struct desk {
    struct eh_fairness_watch watch;
    struct eh_arena arena;
    struct desk_shape shape;
    uint8_t key[EH_SEED_BYTES];
    struct eh_draws draws;
    struct seed seed;
    int64_t pause_us; /* between two inputs */
    uint64_t no;
    unsigned open[DESK_OPEN], open_count; /* tickets not closed yet, in no order */
};

static inline bool desk_draw(void *context, const struct eh_draw_query *query, uint64_t *ret)
{
    *ret = eh_draw_compute(context, query);
    return true;
}

static inline bool one_in(struct desk *d, unsigned n)
{
    return seed_below(&d->seed, n) == 0;
}

/* ---- Inputs. What the engine refuses is refused: a ticket that closed before it was moved. */

/* Whether it was accepted. */
static inline bool desk_step(struct desk *d, const struct eh_message *message, int origin)
{
    struct eh_effects fx = {.arena = &d->arena};
    struct eh_error error = {0};
    struct eh_input in = {.no = ++d->no,
                          .at_us = DESK_START + (int64_t)d->no * d->pause_us,
                          .date = DESK_TODAY,
                          .origin = (uint8_t)origin,
                          .stream_ms = d->no,
                          .message = *message,
                          .draws = &d->draws};
    eh_input_identify(&in);
    cr_assert_eq(eh_fairness_watch_step(&d->watch, &in, &fx, &error), 0, "%s", error.text);
    eh_arena_reset(&d->arena);
    return !fx.refused;
}

static inline bool desk_say(struct desk *d, const char *format, ...) EH_PRINTF(2, 3);
static inline bool desk_say(struct desk *d, const char *format, ...)
{
    char json[512];
    struct eh_message message = {0};
    struct eh_error error = {0};
    va_list args;
    va_start(args, format);
    eh_format_v(json, sizeof json, format, args);
    va_end(args);
    cr_assert_eq(eh_message_from_json(eh_str(json), &d->arena, &message, &error), 0, "%s: %s", json,
                 error.text);
    return desk_step(d, &message, EH_ORIGIN_STREAM);
}

static inline void desk_command(struct desk *d, int type, const char *format, ...) EH_PRINTF(3, 4);
static inline void desk_command(struct desk *d, int type, const char *format, ...)
{
    char body[512];
    struct eh_message message = {.type = (uint8_t)type};
    struct eh_error error = {0};
    va_list args;
    va_start(args, format);
    eh_format_v(body, sizeof body, format, args);
    va_end(args);
    cr_assert_eq(eh_message_from_json_body(eh_str(body), &d->arena, &message, &error), 0, "%s: %s",
                 body, error.text);
    desk_step(d, &message, EH_ORIGIN_ADMIN);
}

/* ---- The desk. */

static inline struct desk_shape desk_shape_of(struct seed *seed)
{
    struct desk_shape s = {
        .policy = desk_policies[seed_below(seed, EH_POLICY_COUNT)],
        .reps = desk_sizes[seed_below(seed, sizeof desk_sizes / sizeof *desk_sizes)]};
    uint64_t bits = seed_next(seed);
    s.tickets = s.reps * (10 + (unsigned)seed_below(seed, 50));
    s.tickets = s.tickets > DESK_TICKETS ? DESK_TICKETS : s.tickets;
    s.shares = bits & 1;
    s.capacity = bits & 2;
    s.skills = bits & 4;
    s.owners = bits & 8;
    s.affinity = bits & 16;
    s.moves = bits & 32;
    s.flaps = bits & 64;
    s.worthless = (bits & 384) == 0;
    return s;
}

static inline void desk_yaml(const struct desk_shape *s, struct eh_bytes *out)
{
    eh_bytes_put_text(out, "desk: main\ncurrency: EUR\nkinds: {order: {points: 1}}\nreps:\n");
    for (unsigned i = 0; i < s->reps; i++)
        eh_bytes_put_text(out, "- {id: r%u%s%s}\n", i,
                          s->shares && i % 3 == 1 ? ", share: 0.5" : "",
                          s->skills && i % 2 ? ", skills: [german]" : "");
    eh_bytes_put_text(out, "teams:\n- {id: other, reps: [r0, r1]}\n");
    eh_bytes_put_text(out, "- {id: sales, policy: %s,%s%s reps: [", s->policy,
                      s->affinity ? " affinity: open," : "", s->capacity ? " capacity: 8," : "");
    for (unsigned i = 0; i < s->reps; i++)
        eh_bytes_put_text(out, "%sr%u", i ? ", " : "", i);
    eh_bytes_put_text(out, "]}\n");
}

/* Its engine is told the desk file; what happens and the draws have each a seed of their own. */
static inline void desk_begin(struct desk *d, struct seed *seed, struct eh_str yaml)
{
    struct eh_error error = {0};
    d->seed.state = seed_next(seed);
    uint64_t number = seed_next(seed);
    memcpy(d->key, &number, sizeof number);
    d->draws = (struct eh_draws){.draw = desk_draw, .context = d->key};
    d->watch = (struct eh_fairness_watch){
        .team = eh_str("sales"), .from = EH_DATE_ALWAYS, .to = EH_DATE_NEVER};
    cr_assert_eq(eh_engine_new(EH_RULES_LAST, &d->watch.engine, &error), 0);
    desk_step(d, &(struct eh_message){.type = EH_MESSAGE_DAY}, EH_ORIGIN_SHELL);
    desk_step(d,
              &(struct eh_message){
                  .type = EH_MESSAGE_DESK, .has = EH_FIELD_BIT(EH_FIELD_TEXT), .text = yaml},
              EH_ORIGIN_SHELL);
    cr_assert(eh_engine_desk(d->watch.engine), "the desk was refused");
}

static inline void desk_open(struct desk *d, struct seed *seed)
{
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    *d = (struct desk){.shape = desk_shape_of(seed), .pause_us = 10000000};
    desk_yaml(&d->shape, &text);
    desk_begin(d, seed, eh_str_n((const char *)text.data, text.size));
}

static inline void desk_close(struct desk *d)
{
    eh_fairness_watch_done(&d->watch);
    eh_engine_free(d->watch.engine);
    eh_arena_done(&d->arena);
}

/* ---- What happens. */

static inline void desk_ticket(struct desk *d, unsigned n)
{
    char extra[128] = "";
    bool worthless = d->shape.worthless && !one_in(d, 4);
    int64_t value = worthless ? 0 : (int64_t)(5000 * exp(1.2 * seed_normal(&d->seed)));
    if (d->shape.skills && one_in(d, 5))
        eh_format(extra, sizeof extra, ",\"skills\":[\"german\"]");
    else if (d->shape.owners && one_in(d, 20))
        eh_format(extra, sizeof extra, ",\"owner\":\"r%u\"",
                  (unsigned)seed_below(&d->seed, d->shape.reps));
    else if (d->shape.affinity && one_in(d, 4))
        eh_format(extra, sizeof extra, ",\"customer\":\"c%u\"", (unsigned)seed_below(&d->seed, 50));
    desk_say(d,
             "{\"type\":\"ticket\",\"id\":\"T%u\",\"team\":\"sales\",\"kind\":\"order\","
             "\"value\":%lld%s}",
             n, (long long)value, extra);
    if (d->open_count < DESK_OPEN)
        d->open[d->open_count++] = n;
}

/* So that about two are open for each rep. */
static inline void desk_outcome(struct desk *d)
{
    while (d->open_count > 2 * d->shape.reps) {
        unsigned at = (unsigned)seed_below(&d->seed, d->open_count), id = d->open[at];
        d->open[at] = d->open[--d->open_count];
        desk_say(d, "{\"type\":\"outcome\",\"id\":\"T%u\",\"outcome\":\"resolved\"}", id);
    }
}

static inline void desk_flap(struct desk *d)
{
    unsigned rep = (unsigned)seed_below(&d->seed, d->shape.reps);
    desk_say(d, "{\"type\":\"signal\",\"rep\":\"r%u\",\"status\":\"%s\"}", rep,
             seed_below(&d->seed, 3) ? "available" : "away");
}

static inline void desk_moves(struct desk *d)
{
    unsigned id = d->open[seed_below(&d->seed, d->open_count)];
    if (one_in(d, 10)) {
        desk_command(d, EH_MESSAGE_RELEASE, "{\"rep\":\"r%u\",\"reason\":\"ill\"}",
                     (unsigned)seed_below(&d->seed, d->shape.reps));
        return;
    }
    desk_command(d, EH_MESSAGE_MOVE, "{\"id\":\"T%u\",\"team\":\"other\",\"reason\":\"no\"}", id);
    desk_command(d, EH_MESSAGE_MOVE, "{\"id\":\"T%u\",\"team\":\"sales\",\"reason\":\"yes\"}", id);
}

static inline void desk_run(struct desk *d)
{
    for (unsigned n = 0; n < d->shape.tickets; n++) {
        if (d->shape.flaps && one_in(d, 8))
            desk_flap(d);
        if (d->shape.moves && d->open_count > 0 && one_in(d, 30))
            desk_moves(d);
        desk_ticket(d, n);
        desk_outcome(d);
    }
}

static inline struct eh_fairness_report desk_report(struct desk *d)
{
    struct eh_fairness_report report;
    struct eh_error error = {0};
    cr_assert_eq(eh_fairness_watch_report(&d->watch, &d->arena, &report, &error), 0, "%s",
                 error.text);
    return report;
}

static inline void honest_desk(struct seed *seed, struct desk_shape *ret_shape,
                               struct eh_verdict ret[EH_VERDICT_KINDS])
{
    static struct desk d;
    desk_open(&d, seed);
    desk_run(&d);
    struct eh_fairness_report report = desk_report(&d);
    memcpy(ret, report.verdicts, sizeof report.verdicts);
    *ret_shape = d.shape;
    desk_close(&d);
}

#endif

/*
 * engine: an engine to be measured: it steps messages, and tells the CPU time that passed.
 *
 *     struct bench b;
 *     bench_begin(&b, "bench-decide");
 *     bench_message(&b, m);                     // a step that is not measured
 *     struct eh_input in = bench_input(&b, m);
 *     int64_t began = bench_cpu_ns();
 *     bench_step(&b, &in);
 *     took = bench_cpu_ns() - began;
 *
 * Whatever goes wrong ends the program with a sentence.
 */
#ifndef EVENHAND_BENCH_ENGINE_H
#define EVENHAND_BENCH_ENGINE_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <evenhand/engine/engine.h>

#define BENCH_START_US  INT64_C(1767225600000000) /* 2026-01-01 */
#define BENCH_START_DAY 20454

struct bench {
    struct eh_engine *engine;
    struct eh_arena arena;
    struct eh_effects effects;
    struct eh_draws draws;
    uint64_t input, tickets; /* numbers given so far */
    int32_t day;
    const char *program;
};

static inline _Noreturn void bench_die(const struct bench *b, const char *what)
{
    fprintf(stderr, "%s: %s\n", b->program, what);
    exit(1);
}

static inline bool bench_draw(void *context, const struct eh_draw_query *query, uint64_t *ret)
{
    (void)context;
    static const uint8_t seed[EH_SEED_BYTES] = "a seed for measuring";
    *ret = eh_draw_compute(seed, query);
    return true;
}

static inline int64_t bench_cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* The next input; its texts are the message's. */
static inline struct eh_input bench_input(struct bench *b, struct eh_message message)
{
    struct eh_input in = {.no = ++b->input,
                          .at_us =
                              BENCH_START_US + (b->day - BENCH_START_DAY) * INT64_C(86400000000),
                          .date = b->day,
                          .origin = EH_ORIGIN_STREAM,
                          .stream_ms = 1,
                          .stream_no = b->input,
                          .message = message,
                          .draws = &b->draws};
    eh_input_identify(&in);
    return in;
}

static inline void bench_step(struct bench *b, const struct eh_input *in)
{
    b->effects.items = NULL;
    b->effects.count = b->effects.capacity = 0;
    int r = eh_engine_step(b->engine, in, &b->effects);
    if (r < 0 || b->effects.refused)
        bench_die(b, r < 0 ? eh_code_name(r) : b->effects.reason.data);
    eh_arena_reset(&b->arena);
}

static inline void bench_message(struct bench *b, struct eh_message message)
{
    struct eh_input in = bench_input(b, message);
    bench_step(b, &in);
}

static inline void bench_day(struct bench *b, int32_t day)
{
    b->day = day;
    bench_message(b, (struct eh_message){.type = EH_MESSAGE_DAY});
}

static inline void bench_desk(struct bench *b, const struct eh_bytes *yaml)
{
    if (yaml->failed)
        bench_die(b, "out of memory");
    bench_message(b, (struct eh_message){.type = EH_MESSAGE_DESK,
                                         .has = EH_FIELD_BIT(EH_FIELD_TEXT),
                                         .text = eh_str_n((char *)yaml->data, yaml->size)});
}

/* On its first day; without a desk. The effects live in b's arena: b stays where it is. */
static inline void bench_begin(struct bench *b, const char *program)
{
    struct eh_error error = {0};
    *b = (struct bench){.draws = {.draw = bench_draw}, .program = program};
    b->effects.arena = &b->arena;
    if (eh_engine_new(EH_RULES_LAST, &b->engine, &error) < 0)
        bench_die(b, error.text);
    bench_day(b, BENCH_START_DAY);
}

static inline void bench_done(struct bench *b)
{
    eh_engine_free(b->engine);
    eh_arena_done(&b->arena);
}

/* Of a ticket of kind `order`; its id is written to `ret_id`. */
static inline struct eh_message bench_ticket(struct bench *b, const char *team, char ret_id[24])
{
    uint64_t no = ++b->tickets;
    eh_format(ret_id, 24, "T%llu", (unsigned long long)no);
    struct eh_message m = {.type = EH_MESSAGE_TICKET,
                           .priority = 5,
                           .id = eh_str(ret_id),
                           .source = eh_str("default"),
                           .team = eh_str(team),
                           .kind = eh_str("order"),
                           .value = (int64_t)(no * 7919 % 100000)};
    m.has = EH_FIELD_BIT(EH_FIELD_ID) | EH_FIELD_BIT(EH_FIELD_TEAM) | EH_FIELD_BIT(EH_FIELD_KIND) |
            EH_FIELD_BIT(EH_FIELD_SOURCE) | EH_FIELD_BIT(EH_FIELD_VALUE) |
            EH_FIELD_BIT(EH_FIELD_PRIORITY);
    return m;
}

static inline struct eh_message bench_outcome(const char *id, enum eh_outcome outcome)
{
    struct eh_message m = {.type = EH_MESSAGE_OUTCOME,
                           .outcome = (uint8_t)outcome,
                           .id = eh_str(id),
                           .source = eh_str("default")};
    m.has =
        EH_FIELD_BIT(EH_FIELD_ID) | EH_FIELD_BIT(EH_FIELD_SOURCE) | EH_FIELD_BIT(EH_FIELD_OUTCOME);
    return m;
}

/* A whole number of the call, from `least` on. */
static inline uint32_t bench_number(const struct bench *b, const char *text, uint32_t least,
                                    uint32_t most, const char *usage)
{
    int64_t n;
    if (eh_integer_parse(eh_str(text), &n, NULL) < 0 || n < least || n > most)
        bench_die(b, usage);
    return (uint32_t)n;
}

#endif

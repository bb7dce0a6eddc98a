/*
 * bench-decide: nanoseconds of CPU time that the engine takes to decide who gets a ticket.
 *
 *     bench-decide REPS without|with 0|WAITING ROUNDS POLICY...
 *
 * One line of JSON per policy: {"policy": …, "ns": [one figure a round]}. Without waiting tickets a
 * decision is the step of an arriving ticket, from message to effect; what arrived in a round is
 * closed before the next, outside the measurement. With them it is the deal of a ticket out of the
 * queue, EH_DEALS_PER_STEP_MAX a step. "with" skills: each ticket requires one of SKILLS, each rep
 * has half of them. Shares differ, and so do values.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <evenhand/engine/engine.h>

#define SKILLS    8
#define ARRIVALS  2000 /* decisions of a round without waiting tickets */
#define ROUND_MAX 1000
#define START_US  INT64_C(1767225600000000) /* 2026-01-01 */
#define START_DAY 20454

struct bench {
    struct eh_engine *engine;
    struct eh_arena arena;
    struct eh_effects effects;
    struct eh_draws draws;
    uint64_t input, tickets;
    uint32_t reps;
    bool skills;
};

_Noreturn static void die(const char *what)
{
    fprintf(stderr, "bench-decide: %s\n", what);
    exit(1);
}

static bool draw(void *context, const struct eh_draw_query *query, uint64_t *ret)
{
    (void)context;
    static const uint8_t seed[EH_SEED_BYTES] = "a seed for measuring";
    *ret = eh_draw_compute(seed, query);
    return true;
}

static int64_t cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static struct eh_input input_of(struct eh_message message, uint64_t no)
{
    struct eh_input in = {.no = no,
                          .at_us = START_US,
                          .date = START_DAY,
                          .origin = EH_ORIGIN_STREAM,
                          .stream_ms = 1,
                          .stream_no = no,
                          .message = message};
    eh_input_identify(&in);
    return in;
}

static void step(struct bench *b, struct eh_input *in)
{
    in->draws = &b->draws;
    b->effects.items = NULL;
    b->effects.count = b->effects.capacity = 0;
    int r = eh_engine_step(b->engine, in, &b->effects);
    if (r < 0 || b->effects.refused)
        die(r < 0 ? eh_code_name(r) : b->effects.reason.data);
    eh_arena_reset(&b->arena);
}

static void step_message(struct bench *b, struct eh_message message)
{
    struct eh_input in = input_of(message, ++b->input);
    step(b, &in);
}

/* ---- desk and tickets */

static void put_rep(const struct bench *b, uint32_t rep, struct eh_bytes *out)
{
    eh_bytes_put_text(out, "  - {id: r%06u, share: 0.%u", rep, 5 + rep % 5);
    for (uint32_t i = 0; b->skills && i < SKILLS / 2; i++)
        eh_bytes_put_text(out, "%ss%u", i ? ", " : ", skills: [", (rep + i) % SKILLS);
    eh_bytes_put_text(out, b->skills ? "]}\n" : "}\n");
}

static void apply_desk(struct bench *b, const char *policy, const char *presence)
{
    EH_AUTO(eh_bytes) struct eh_bytes yaml = EH_BYTES_INIT;
    eh_bytes_put_text(&yaml, "desk: main\ncurrency: EUR\ntime_zone: UTC\nreps:\n");
    for (uint32_t i = 0; i < b->reps; i++)
        put_rep(b, i, &yaml);
    eh_bytes_put_text(&yaml, "teams:\n  - id: t\n    policy: %s\n    presence: %s\n    reps: [",
                      policy, presence);
    for (uint32_t i = 0; i < b->reps; i++)
        eh_bytes_put_text(&yaml, "%sr%06u", i ? ", " : "", i);
    eh_bytes_put_text(&yaml, "]\n");
    if (yaml.failed)
        die("out of memory");
    step_message(b, (struct eh_message){.type = EH_MESSAGE_DESK,
                                        .has = EH_FIELD_BIT(EH_FIELD_TEXT),
                                        .text = eh_str_n((char *)yaml.data, yaml.size)});
}

/* The text lives in `ret_id`. */
static struct eh_message ticket(struct bench *b, char ret_id[24])
{
    static const char *const skills[SKILLS] = {"s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7"};
    uint64_t no = ++b->tickets;
    eh_format(ret_id, 24, "T%llu", (unsigned long long)no);
    struct eh_message m = {.type = EH_MESSAGE_TICKET,
                           .priority = 5,
                           .id = eh_str(ret_id),
                           .source = eh_str("default"),
                           .team = eh_str("t"),
                           .kind = eh_str("order"),
                           .value = (int64_t)(no * 7919 % 100000)};
    m.has = EH_FIELD_BIT(EH_FIELD_ID) | EH_FIELD_BIT(EH_FIELD_TEAM) | EH_FIELD_BIT(EH_FIELD_KIND) |
            EH_FIELD_BIT(EH_FIELD_SOURCE) | EH_FIELD_BIT(EH_FIELD_VALUE) |
            EH_FIELD_BIT(EH_FIELD_PRIORITY);
    if (b->skills) {
        m.skills = eh_str(skills[no % SKILLS]);
        m.has |= EH_FIELD_BIT(EH_FIELD_SKILLS);
    }
    return m;
}

static void begin(struct bench *b, uint32_t reps, bool skills, uint32_t waiting)
{
    struct eh_error error = {0};
    *b = (struct bench){.reps = reps, .skills = skills, .draws = {.draw = draw}};
    b->effects.arena = &b->arena;
    if (eh_engine_new(&b->engine, &error) < 0)
        die(error.text);
    step_message(b, (struct eh_message){.type = EH_MESSAGE_DAY});
    if (waiting == 0)
        return;
    apply_desk(b, "random", "signalled"); /* so nobody is at work yet */
    for (uint32_t i = 0; i < waiting; i++) {
        char id[24];
        step_message(b, ticket(b, id));
    }
}

/* ---- rounds */

static void close_ticket(struct bench *b, struct eh_str id)
{
    struct eh_message m = {.type = EH_MESSAGE_OUTCOME, .outcome = EH_OUTCOME_RESOLVED};
    m.id = id;
    m.source = eh_str("default");
    m.has =
        EH_FIELD_BIT(EH_FIELD_ID) | EH_FIELD_BIT(EH_FIELD_SOURCE) | EH_FIELD_BIT(EH_FIELD_OUTCOME);
    step_message(b, m);
}

static double arrivals(struct bench *b)
{
    static struct eh_input in[ARRIVALS];
    static char ids[ARRIVALS][24];
    for (size_t i = 0; i < ARRIVALS; i++)
        in[i] = input_of(ticket(b, ids[i]), ++b->input);
    int64_t began = cpu_ns();
    for (size_t i = 0; i < ARRIVALS; i++)
        step(b, &in[i]);
    double ns = (double)(cpu_ns() - began) / ARRIVALS;
    for (size_t i = 0; i < ARRIVALS; i++)
        close_ticket(b, eh_str(ids[i]));
    return ns;
}

static double queue(struct bench *b)
{
    struct eh_totals before, after;
    struct eh_input in = input_of((struct eh_message){.type = EH_MESSAGE_DUE}, ++b->input);
    eh_engine_totals(b->engine, &before);
    int64_t began = cpu_ns();
    step(b, &in);
    int64_t took = cpu_ns() - began;
    eh_engine_totals(b->engine, &after);
    if (before.waiting - after.waiting != EH_DEALS_PER_STEP_MAX)
        die("the queue was not dealt");
    return (double)took / EH_DEALS_PER_STEP_MAX;
}

static void measure(struct bench *b, const char *policy, uint32_t waiting, unsigned rounds)
{
    apply_desk(b, policy, "assumed");
    waiting ? queue(b) : arrivals(b); /* warm */
    printf("{\"policy\": \"%s\", \"ns\": [", policy);
    for (unsigned i = 0; i < rounds; i++)
        printf("%s%.1f", i ? ", " : "", waiting ? queue(b) : arrivals(b));
    puts("]}");
    fflush(stdout);
}

static uint32_t number(const char *text, uint32_t max)
{
    int64_t n;
    if (eh_integer_parse(eh_str(text), &n, NULL) < 0 || n < 0 || n > max)
        die("usage: bench-decide REPS without|with WAITING ROUNDS POLICY...");
    return (uint32_t)n;
}

int main(int argc, char **argv)
{
    static struct bench b;
    if (argc < 6)
        die("usage: bench-decide REPS without|with WAITING ROUNDS POLICY...");
    uint32_t reps = number(argv[1], EH_DESK_REPS_MAX);
    uint32_t waiting = number(argv[3], EH_TICKETS_MAX);
    unsigned rounds = number(argv[4], ROUND_MAX);
    begin(&b, reps, strcmp(argv[2], "with") == 0, waiting);
    for (int i = 5; i < argc; i++)
        measure(&b, argv[i], waiting, rounds);
    eh_engine_free(b.engine);
    eh_arena_done(&b.arena);
    return 0;
}

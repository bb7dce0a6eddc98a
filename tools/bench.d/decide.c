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
#include "engine.h"

#define SKILLS    8
#define ARRIVALS  2000 /* decisions of a round without waiting tickets */
#define ROUND_MAX 1000
#define USAGE     "usage: bench-decide REPS without|with WAITING ROUNDS POLICY..."

struct team {
    struct bench b;
    uint32_t reps;
    bool skills;
};

/* ---- desk and tickets */

static void put_rep(const struct team *t, uint32_t rep, struct eh_bytes *out)
{
    eh_bytes_put_text(out, "  - {id: r%06u, share: 0.%u", rep, 5 + rep % 5);
    for (uint32_t i = 0; t->skills && i < SKILLS / 2; i++)
        eh_bytes_put_text(out, "%ss%u", i ? ", " : ", skills: [", (rep + i) % SKILLS);
    eh_bytes_put_text(out, t->skills ? "]}\n" : "}\n");
}

static void apply_desk(struct team *t, const char *policy, const char *presence)
{
    EH_AUTO(eh_bytes) struct eh_bytes yaml = EH_BYTES_INIT;
    eh_bytes_put_text(&yaml, "desk: main\ncurrency: EUR\ntime_zone: UTC\nreps:\n");
    for (uint32_t i = 0; i < t->reps; i++)
        put_rep(t, i, &yaml);
    eh_bytes_put_text(&yaml, "teams:\n  - id: t\n    policy: %s\n    presence: %s\n    reps: [",
                      policy, presence);
    for (uint32_t i = 0; i < t->reps; i++)
        eh_bytes_put_text(&yaml, "%sr%06u", i ? ", " : "", i);
    eh_bytes_put_text(&yaml, "]\n");
    bench_desk(&t->b, &yaml);
}

/* The text lives in `ret_id`. */
static struct eh_message ticket(struct team *t, char ret_id[24])
{
    static const char *const skills[SKILLS] = {"s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7"};
    struct eh_message m = bench_ticket(&t->b, "t", ret_id);
    if (t->skills) {
        m.skills = eh_str(skills[t->b.tickets % SKILLS]);
        m.has |= EH_FIELD_BIT(EH_FIELD_SKILLS);
    }
    return m;
}

static void fill_queue(struct team *t, uint32_t waiting)
{
    if (waiting == 0)
        return;
    apply_desk(t, "random", "signalled"); /* so nobody is at work yet */
    for (uint32_t i = 0; i < waiting; i++) {
        char id[24];
        bench_message(&t->b, ticket(t, id));
    }
}

/* ---- rounds */

static double arrivals(struct team *t)
{
    static struct eh_input in[ARRIVALS];
    static char ids[ARRIVALS][24];
    for (size_t i = 0; i < ARRIVALS; i++)
        in[i] = bench_input(&t->b, ticket(t, ids[i]));
    int64_t began = bench_cpu_ns();
    for (size_t i = 0; i < ARRIVALS; i++)
        bench_step(&t->b, &in[i]);
    double ns = (double)(bench_cpu_ns() - began) / ARRIVALS;
    for (size_t i = 0; i < ARRIVALS; i++)
        bench_message(&t->b, bench_outcome(ids[i], EH_OUTCOME_RESOLVED));
    return ns;
}

static double queue(struct team *t)
{
    struct eh_totals before, after;
    struct eh_input in = bench_input(&t->b, (struct eh_message){.type = EH_MESSAGE_DUE});
    eh_engine_totals(t->b.engine, &before);
    int64_t began = bench_cpu_ns();
    bench_step(&t->b, &in);
    int64_t took = bench_cpu_ns() - began;
    eh_engine_totals(t->b.engine, &after);
    if (before.waiting - after.waiting != EH_DEALS_PER_STEP_MAX)
        bench_die(&t->b, "the queue was not dealt");
    return (double)took / EH_DEALS_PER_STEP_MAX;
}

static void measure(struct team *t, const char *policy, uint32_t waiting, unsigned rounds)
{
    apply_desk(t, policy, "assumed");
    waiting ? queue(t) : arrivals(t); /* warm */
    printf("{\"policy\": \"%s\", \"ns\": [", policy);
    for (unsigned i = 0; i < rounds; i++)
        printf("%s%.1f", i ? ", " : "", waiting ? queue(t) : arrivals(t));
    puts("]}");
    fflush(stdout);
}

int main(int argc, char **argv)
{
    static struct team t;
    bench_begin(&t.b, "bench-decide");
    if (argc < 6)
        bench_die(&t.b, USAGE);
    t.reps = bench_number(&t.b, argv[1], 0, EH_DESK_REPS_MAX, USAGE);
    t.skills = strcmp(argv[2], "with") == 0;
    uint32_t waiting = bench_number(&t.b, argv[3], 0, EH_TICKETS_MAX, USAGE);
    unsigned rounds = bench_number(&t.b, argv[4], 0, ROUND_MAX, USAGE);
    fill_queue(&t, waiting);
    for (int i = 5; i < argc; i++)
        measure(&t, argv[i], waiting, rounds);
    bench_done(&t.b);
    return 0;
}

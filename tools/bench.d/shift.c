/*
 * bench-shift: milliseconds of CPU time that the engine takes to tell a team that its shift begins,
 * and that it ends.
 *
 *     bench-shift REPS without|with ROUNDS POLICY...
 *
 * All reps are in one team and work by its hours. One line of JSON per policy: {"policy": …,
 * "begins": […], "ends": […], "longest": […], "steps": N}: one figure a round; "longest" is the
 * longest step of both. "with" skills: as in bench-decide, with all sets of them in use.
 */
#include "engine.h"

#include <evenhand/wire/schedule.h>

#define SKILLS    8
#define ROUND_MAX 1000
#define HOUR_US   INT64_C(3600000000)
#define DAY_US    (24 * HOUR_US)
#define USAGE     "usage: bench-shift REPS without|with ROUNDS POLICY..."

struct team {
    struct bench b;
    uint32_t reps;
    bool skills;
    double longest_ms;
    unsigned steps;
};

static void put_rep(const struct team *t, uint32_t rep, struct eh_bytes *out)
{
    eh_bytes_put_text(out, "  - {id: r%06u, share: 0.%u", rep, 5 + rep % 5);
    for (uint32_t i = 0; t->skills && i < SKILLS / 2; i++)
        eh_bytes_put_text(out, "%ss%u", i ? ", " : ", skills: [", (rep + i) % SKILLS);
    eh_bytes_put_text(out, t->skills ? "]}\n" : "}\n");
}

static void apply_desk(struct team *t, const char *policy)
{
    EH_AUTO(eh_bytes) struct eh_bytes yaml = EH_BYTES_INIT;
    eh_bytes_put_text(&yaml, "desk: main\ncurrency: EUR\ntime_zone: UTC\nreps:\n");
    for (uint32_t i = 0; i < t->reps; i++)
        put_rep(t, i, &yaml);
    eh_bytes_put_text(&yaml, "teams:\n  - id: t\n    policy: %s\n    reps: [", policy);
    for (uint32_t i = 0; i < t->reps; i++)
        eh_bytes_put_text(&yaml, "%sr%06u", i ? ", " : "", i);
    eh_bytes_put_text(&yaml, "]\n");
    bench_desk(&t->b, &yaml);
}

/* The team works from 8 to 16 on that many days from today on. */
static void give_hours(struct team *t, unsigned days)
{
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    int64_t today = BENCH_START_US + (t->b.day - BENCH_START_DAY) * DAY_US;
    eh_schedule_put_replace(&text, 1);
    for (unsigned i = 0; i < days; i++) {
        const struct eh_interval one = {today + i * DAY_US + 8 * HOUR_US,
                                        today + i * DAY_US + 16 * HOUR_US};
        eh_schedule_put_intervals(&text, 1, &one, 1);
    }
    eh_schedule_put_team(&text, eh_str("t"), 1);
    eh_schedule_put_window(&text, today + days * DAY_US);
    bench_message(&t->b, (struct eh_message){.type = EH_MESSAGE_SCHEDULE,
                                             .has = EH_FIELD_BIT(EH_FIELD_TEXT),
                                             .text = eh_str_n((const char *)text.data, text.size)});
}

/* A ticket of each set of skills, so that the engine keeps them all. */
static void use_skills(struct team *t)
{
    static const char *const skills[SKILLS] = {"s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7"};
    for (int i = 0; i < (t->skills ? SKILLS : 1); i++) {
        char id[24];
        struct eh_message m = bench_ticket(&t->b, "t", id);
        m.skills = t->skills ? eh_str(skills[i]) : m.skills;
        m.has |= t->skills ? EH_FIELD_BIT(EH_FIELD_SKILLS) : 0;
        bench_message(&t->b, m);
    }
}

/* All steps that are due at this hour of today, in milliseconds. */
static double turn(struct team *t, int hour)
{
    double all = 0;
    for (t->steps = 0;; t->steps++) {
        struct eh_input in = bench_input(&t->b, (struct eh_message){.type = EH_MESSAGE_DUE});
        in.at_us += hour * HOUR_US;
        if (eh_engine_due_us(t->b.engine) > in.at_us) {
            t->b.input--;
            return all;
        }
        int64_t began = bench_cpu_ns();
        bench_step(&t->b, &in);
        double ms = (double)(bench_cpu_ns() - began) / 1e6;
        t->longest_ms = ms > t->longest_ms ? ms : t->longest_ms;
        all += ms;
    }
}

static void print_list(const char *name, const double *figures, unsigned count)
{
    printf(", \"%s\": [", name);
    for (unsigned i = 0; i < count; i++)
        printf("%s%.3f", i ? ", " : "", figures[i]);
    printf("]");
}

static void measure(struct team *t, const char *policy, unsigned rounds)
{
    static double begins[ROUND_MAX], ends[ROUND_MAX], longest[ROUND_MAX];
    apply_desk(t, policy);
    give_hours(t, rounds + 1);
    use_skills(t);
    for (unsigned i = 0; i <= rounds; i++) { /* the first round warms */
        t->longest_ms = 0;
        begins[i ? i - 1 : 0] = turn(t, 8);
        ends[i ? i - 1 : 0] = turn(t, 16);
        longest[i ? i - 1 : 0] = t->longest_ms;
        bench_day(&t->b, t->b.day + 1);
    }
    printf("{\"policy\": \"%s\"", policy);
    print_list("begins", begins, rounds);
    print_list("ends", ends, rounds);
    print_list("longest", longest, rounds);
    printf(", \"steps\": %u}\n", t->steps);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    static struct team t;
    bench_begin(&t.b, "bench-shift");
    if (argc < 5)
        bench_die(&t.b, USAGE);
    t.reps = bench_number(&t.b, argv[1], 0, EH_DESK_REPS_MAX, USAGE);
    t.skills = strcmp(argv[2], "with") == 0;
    unsigned rounds = bench_number(&t.b, argv[3], 1, ROUND_MAX, USAGE);
    for (int i = 4; i < argc; i++)
        measure(&t, argv[i], rounds);
    bench_done(&t.b);
    return 0;
}

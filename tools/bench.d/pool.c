/*
 * bench-pool: CPU time that a team's bonus pool takes.
 *
 *     bench-pool REPS OUTCOMES ROUNDS
 *
 * One line of JSON: {"plain_ns": [...], "counted_ns": [...], "live_us": [...], "json_us": [...],
 * "freeze_us": [...], "close_us": [...]}, one figure a round. plain and counted: the step that
 * closes a ticket, without and with a plan that governs its team, side by side. live: the statement
 * of a period with so many outcomes; json: the answer's text made of it. freeze and close: what the
 * shell prepares and the step itself.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <evenhand/pool/pool.h>

#include <evenhand/json/pool.h>

#define START_US  INT64_C(1767225600000000) /* 2026-01-01 */
#define START_DAY 20454
#define SLICE     1000 /* outcomes measured at once */
#define ROUND_MAX 1000
#define MOST      10000000

struct bench {
    struct eh_engine *engine;
    struct eh_arena arena;
    struct eh_effects effects;
    struct eh_draws draws;
    uint64_t input, tickets;
    int32_t day;
};

_Noreturn static void die(const char *what)
{
    fprintf(stderr, "bench-pool: %s\n", what);
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

static struct eh_input input_of(struct bench *b, struct eh_message message)
{
    struct eh_input in = {.no = ++b->input,
                          .at_us = START_US + (int64_t)(b->day - START_DAY) * 86400000000,
                          .date = b->day,
                          .origin = EH_ORIGIN_STREAM,
                          .stream_ms = 1,
                          .stream_no = b->input,
                          .message = message,
                          .draws = &b->draws};
    eh_input_identify(&in);
    return in;
}

static void step(struct bench *b, const struct eh_input *in)
{
    b->effects.items = NULL;
    b->effects.count = b->effects.capacity = 0;
    int r = eh_engine_step(b->engine, in, &b->effects);
    if (r < 0 || b->effects.refused)
        die(r < 0 ? eh_code_name(r) : b->effects.reason.data);
    eh_arena_reset(&b->arena);
}

static void step_message(struct bench *b, struct eh_message message)
{
    struct eh_input in = input_of(b, message);
    step(b, &in);
}

/* ---- the desk: one team with a plan, one without */

static const char plan[] =
    "plans:\n"
    "  - {id: p, team: paid, from: 2026-01, period: month, encourages: a, discourages: b,\n"
    "     target_pool: 6000.00, max_pool: 9000.00,\n"
    "     metrics: [\n"
    "       {metric: revenue, weight: 40%, curve: [[96000.00, 0%], [120000.00, 100%]]},\n"
    "       {metric: csat, weight: 40%, prior: {mean: 4.2, count: 30},\n"
    "        curve: [[4.0, 0%], [4.4, 100%]]},\n"
    "       {metric: handle_time, weight: 20%, mix: {order: 100%}, winsorise: [30s, 2h],\n"
    "        curve: [[900s, 0%], [660s, 100%]],\n"
    "        gate: {metric: reopen_rate, at_most: 8%, else: zero_metric}}],\n"
    "     funding: [[60%, 0%], [100%, 100%]],\n"
    "     split: {individual: 10%, equal: 90%},\n"
    "     individual: {points: {order: 2}, cap: 30%}}\n";

static void put_team(struct eh_bytes *yaml, const char *id, uint32_t reps)
{
    eh_bytes_put_text(yaml, "  - {id: %s, policy: random, reps: [", id);
    for (uint32_t i = 0; i < reps; i++)
        eh_bytes_put_text(yaml, "%sr%06u", i ? ", " : "", i);
    eh_bytes_put_text(yaml, "]}\n");
}

static void begin(struct bench *b, uint32_t reps)
{
    EH_AUTO(eh_bytes) struct eh_bytes yaml = EH_BYTES_INIT;
    struct eh_error error = {0};
    *b = (struct bench){.draws = {.draw = draw}, .day = START_DAY};
    b->effects.arena = &b->arena;
    if (eh_engine_new(&b->engine, &error) < 0)
        die(error.text);
    step_message(b, (struct eh_message){.type = EH_MESSAGE_DAY});
    eh_bytes_put_text(&yaml,
                      "desk: main\ncurrency: EUR\ntime_zone: UTC\nkinds: {order: {points: 2}}\n"
                      "reps:\n");
    for (uint32_t i = 0; i < reps; i++)
        eh_bytes_put_text(&yaml, "  - {id: r%06u}\n", i);
    eh_bytes_put_text(&yaml, "teams:\n");
    put_team(&yaml, "paid", reps);
    put_team(&yaml, "plain", reps);
    eh_bytes_put_text(&yaml, "%s", plan);
    if (yaml.failed)
        die("out of memory");
    step_message(b, (struct eh_message){.type = EH_MESSAGE_DESK,
                                        .has = EH_FIELD_BIT(EH_FIELD_TEXT),
                                        .text = eh_str_n((char *)yaml.data, yaml.size)});
}

/* ---- outcomes */

static void deal(struct bench *b, const char *team, char ret_id[24])
{
    uint64_t no = ++b->tickets;
    eh_format(ret_id, 24, "T%llu", (unsigned long long)no);
    struct eh_message m = {.type = EH_MESSAGE_TICKET,
                           .priority = 5,
                           .id = eh_str(ret_id),
                           .source = eh_str("default"),
                           .team = eh_str(team),
                           .kind = eh_str("order"),
                           .value = (int64_t)(no * 7919 % 10000)};
    m.has = EH_FIELD_BIT(EH_FIELD_ID) | EH_FIELD_BIT(EH_FIELD_TEAM) | EH_FIELD_BIT(EH_FIELD_KIND) |
            EH_FIELD_BIT(EH_FIELD_SOURCE) | EH_FIELD_BIT(EH_FIELD_VALUE) |
            EH_FIELD_BIT(EH_FIELD_PRIORITY);
    step_message(b, m);
}

static struct eh_message outcome(uint64_t no, const char *id)
{
    struct eh_message m = {.type = EH_MESSAGE_OUTCOME,
                           .outcome = EH_OUTCOME_WON,
                           .csat = (uint8_t)(1 + no % 5),
                           .handled_s = (int64_t)(no * 31 % 1200),
                           .id = eh_str(id),
                           .source = eh_str("default")};
    m.has = EH_FIELD_BIT(EH_FIELD_ID) | EH_FIELD_BIT(EH_FIELD_SOURCE) |
            EH_FIELD_BIT(EH_FIELD_OUTCOME) | EH_FIELD_BIT(EH_FIELD_CSAT) |
            EH_FIELD_BIT(EH_FIELD_HANDLED);
    return m;
}

/* ns of a closing in this team. */
static double close_some(struct bench *b, const char *team, uint32_t count)
{
    static struct eh_input in[SLICE];
    static char ids[SLICE][24];
    for (uint32_t i = 0; i < count; i++)
        deal(b, team, ids[i]);
    for (uint32_t i = 0; i < count; i++)
        in[i] = input_of(b, outcome(b->input, ids[i]));
    int64_t began = cpu_ns();
    for (uint32_t i = 0; i < count; i++)
        step(b, &in[i]);
    return (double)(cpu_ns() - began) / count;
}

/* ---- what is measured */

static double live(struct bench *b, double *ret_json)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_error error = {0};
    struct eh_pool_statement *s;
    struct eh_period_view view;
    int64_t began = cpu_ns();
    if (!eh_engine_period(b->engine, eh_str("paid"), eh_period_of(EH_PERIOD_MONTH, START_DAY),
                          &view) ||
        eh_pool_statement(b->engine, &view, &arena, &s, &error) < 0)
        die(error.text);
    int64_t made = cpu_ns();
    struct eh_pool_shown shown = {.plan = view.plan};
    json_t *body = eh_pool_json(s, &shown);
    char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
    if (!text)
        die("out of memory");
    *ret_json = (double)(cpu_ns() - made) / 1000;
    free(text);
    json_decref(body);
    return (double)(made - began) / 1000;
}

static double lifecycle(struct bench *b, int type)
{
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    struct eh_error error = {0};
    struct eh_message m = {
        .type = (uint8_t)type, .team = eh_str("paid"), .period = eh_str("2026-01")};
    m.has = EH_FIELD_BIT(EH_FIELD_TEAM) | EH_FIELD_BIT(EH_FIELD_PERIOD);
    int64_t began = cpu_ns();
    if (eh_pool_prepare(b->engine, &m, &text, &error) < 0)
        die(error.text);
    m.text = eh_str_n((char *)text.data, text.size);
    m.has |= EH_FIELD_BIT(EH_FIELD_TEXT);
    step_message(b, m);
    return (double)(cpu_ns() - began) / 1000;
}

static void print(const char *name, const double *figures, unsigned count, const char *end)
{
    printf("\"%s\": [", name);
    for (unsigned i = 0; i < count; i++)
        printf("%s%.1f", i ? ", " : "", figures[i]);
    printf("]%s", end);
}

static uint32_t number(const char *text, uint32_t max)
{
    int64_t n;
    if (eh_integer_parse(eh_str(text), &n, NULL) < 0 || n < 1 || n > max)
        die("usage: bench-pool REPS OUTCOMES ROUNDS");
    return (uint32_t)n;
}

static void january(struct bench *b, uint32_t outcomes, unsigned rounds)
{
    static double plain[ROUND_MAX], counted[ROUND_MAX], statement[ROUND_MAX], json[ROUND_MAX];
    for (uint32_t done = 0, n; done < outcomes; done += n) {
        n = outcomes - done < SLICE ? outcomes - done : SLICE;
        close_some(b, "paid", n);
    }
    for (unsigned i = 0; i < rounds; i++) {
        plain[i] = close_some(b, "plain", SLICE);
        counted[i] = close_some(b, "paid", SLICE);
        statement[i] = live(b, &json[i]);
    }
    print("plain_ns", plain, rounds, ", ");
    print("counted_ns", counted, rounds, ", ");
    print("live_us", statement, rounds, ", ");
    print("json_us", json, rounds, ", ");
}

int main(int argc, char **argv)
{
    static struct bench b;
    static double freeze[ROUND_MAX], settle[1];
    if (argc != 4)
        die("usage: bench-pool REPS OUTCOMES ROUNDS");
    uint32_t outcomes = number(argv[2], MOST);
    unsigned rounds = number(argv[3], ROUND_MAX);
    begin(&b, number(argv[1], EH_DESK_REPS_MAX));
    printf("{");
    january(&b, outcomes, rounds);
    b.day = START_DAY + 31;
    step_message(&b, (struct eh_message){.type = EH_MESSAGE_DAY});
    for (unsigned i = 0; i < rounds; i++)
        freeze[i] = lifecycle(&b, EH_MESSAGE_FREEZE);
    settle[0] = lifecycle(&b, EH_MESSAGE_CLOSE);
    print("freeze_us", freeze, rounds, ", ");
    print("close_us", settle, 1, "}\n");
    eh_engine_free(b.engine);
    eh_arena_done(&b.arena);
    return 0;
}

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
#include <evenhand/json/pool.h>

#include "engine.h"

#define SLICE     1000 /* outcomes measured at once */
#define ROUND_MAX 1000
#define MOST      10000000
#define USAGE     "usage: bench-pool REPS OUTCOMES ROUNDS"

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

static void apply_desk(struct bench *b, uint32_t reps)
{
    EH_AUTO(eh_bytes) struct eh_bytes yaml = EH_BYTES_INIT;
    eh_bytes_put_text(&yaml,
                      "desk: main\ncurrency: EUR\ntime_zone: UTC\nkinds: {order: {points: 2}}\n"
                      "reps:\n");
    for (uint32_t i = 0; i < reps; i++)
        eh_bytes_put_text(&yaml, "  - {id: r%06u}\n", i);
    eh_bytes_put_text(&yaml, "teams:\n");
    put_team(&yaml, "paid", reps);
    put_team(&yaml, "plain", reps);
    eh_bytes_put_text(&yaml, "%s", plan);
    bench_desk(b, &yaml);
}

/* ---- outcomes */

static struct eh_message won(uint64_t no, const char *id)
{
    struct eh_message m = bench_outcome(id, EH_OUTCOME_WON);
    m.csat = (uint8_t)(1 + no % 5);
    m.handled_s = (int64_t)(no * 31 % 1200);
    m.has |= EH_FIELD_BIT(EH_FIELD_CSAT) | EH_FIELD_BIT(EH_FIELD_HANDLED);
    return m;
}

/* ns of a closing in this team. */
static double close_some(struct bench *b, const char *team, uint32_t count)
{
    static struct eh_input in[SLICE];
    static char ids[SLICE][24];
    for (uint32_t i = 0; i < count; i++)
        bench_message(b, bench_ticket(b, team, ids[i]));
    for (uint32_t i = 0; i < count; i++)
        in[i] = bench_input(b, won(b->input, ids[i]));
    int64_t began = bench_cpu_ns();
    for (uint32_t i = 0; i < count; i++)
        bench_step(b, &in[i]);
    return (double)(bench_cpu_ns() - began) / count;
}

/* ---- what is measured */

static double live(struct bench *b, double *ret_json)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_error error = {0};
    struct eh_pool_statement *s;
    struct eh_period_view view;
    int64_t began = bench_cpu_ns();
    if (!eh_engine_period(b->engine, eh_str("paid"), eh_period_of(EH_PERIOD_MONTH, BENCH_START_DAY),
                          &view) ||
        eh_pool_statement(b->engine, &view, &arena, &s, &error) < 0)
        bench_die(b, error.text);
    int64_t made = bench_cpu_ns();
    struct eh_pool_shown shown = {.plan = view.plan};
    json_t *body = eh_pool_json(s, &shown);
    char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
    if (!text)
        bench_die(b, "out of memory");
    *ret_json = (double)(bench_cpu_ns() - made) / 1000;
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
    int64_t began = bench_cpu_ns();
    if (eh_pool_prepare(b->engine, &m, &text, &error) < 0)
        bench_die(b, error.text);
    m.text = eh_str_n((char *)text.data, text.size);
    m.has |= EH_FIELD_BIT(EH_FIELD_TEXT);
    bench_message(b, m);
    return (double)(bench_cpu_ns() - began) / 1000;
}

static void print(const char *name, const double *figures, unsigned count, const char *end)
{
    printf("\"%s\": [", name);
    for (unsigned i = 0; i < count; i++)
        printf("%s%.1f", i ? ", " : "", figures[i]);
    printf("]%s", end);
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
    bench_begin(&b, "bench-pool");
    if (argc != 4)
        bench_die(&b, USAGE);
    apply_desk(&b, bench_number(&b, argv[1], 1, EH_DESK_REPS_MAX, USAGE));
    uint32_t outcomes = bench_number(&b, argv[2], 1, MOST, USAGE);
    unsigned rounds = bench_number(&b, argv[3], 1, ROUND_MAX, USAGE);
    printf("{");
    january(&b, outcomes, rounds);
    bench_day(&b, BENCH_START_DAY + 31);
    for (unsigned i = 0; i < rounds; i++)
        freeze[i] = lifecycle(&b, EH_MESSAGE_FREEZE);
    settle[0] = lifecycle(&b, EH_MESSAGE_CLOSE);
    print("freeze_us", freeze, rounds, ", ");
    print("close_us", settle, 1, "}\n");
    bench_done(&b);
    return 0;
}

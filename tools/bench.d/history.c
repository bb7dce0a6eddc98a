/*
 * history: a log of many months, made at once by the engine and copied into PostgreSQL: what a desk
 * would have after years, in minutes.
 *
 *     bench-history CONNINFO KEY-FILE MONTHS TICKETS OPEN
 *
 * TICKETS come in each month, evenly, and are closed when OPEN later ones are; reps sign off and on
 * every day. The last month is the one before this one. The tables are empty and migrated; a key is
 * made in KEY-FILE. Rows are those that evenhandd would have written, as `evenhand verify` says.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include <evenhand/base/period.h>
#include <evenhand/engine/engine.h>

#include "history_rows.h"

#define USAGE    "bench-history CONNINFO KEY-FILE MONTHS TICKETS OPEN"
#define REPS     20
#define BATCH    250 /* tickets, with what closes others */
#define SIGNALS  6   /* a day */
#define DAY_US   INT64_C(86400000000)
#define OPEN_MAX 1000000
#define WON_EACH 3 /* one of so many */

struct history {
    struct eh_engine *engine;
    struct eh_arena arena;
    struct eh_effects effects;
    struct eh_draws draws;
    uint8_t master[EH_SEED_BYTES], seed[EH_SEED_BYTES]; /* seed: of `epoch` */
    uint32_t epoch;
    struct eh_bytes scratch;
    struct rows rows;
    struct rows_state state;
    int64_t at_us;
    int32_t day;
    uint64_t tickets, closed, open_max, signals;
};

static void must(int r, const char *what, const struct eh_error *error)
{
    if (r < 0)
        rows_die(what, error && error->text[0] ? error->text : eh_code_name(r));
}

/* ---- The key, as evenhandd has it. */

static void make_key(struct history *h, const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (getrandom(h->master, sizeof h->master, 0) != (ssize_t)sizeof h->master || fd < 0 ||
        write(fd, h->master, sizeof h->master) != (ssize_t)sizeof h->master || close(fd) < 0)
        rows_die("key", strerror(errno));
    h->epoch = UINT32_MAX;
}

static bool draw(void *history, const struct eh_draw_query *query, uint64_t *ret)
{
    struct history *h = history;
    if (query->epoch != h->epoch)
        eh_seed_derive(h->master, query->epoch, h->seed);
    h->epoch = query->epoch;
    *ret = eh_draw_compute(h->seed, query);
    return true;
}

static struct eh_str secret(struct history *h, uint32_t epoch, bool commits)
{
    uint8_t seed[EH_SEED_BYTES], *ret = eh_arena_alloc(&h->arena, EH_SEED_BYTES);
    if (!ret)
        rows_die("key", "out of memory");
    eh_seed_derive(h->master, epoch, seed);
    if (commits)
        eh_seed_commit(seed, ret);
    else
        memcpy(ret, seed, sizeof seed);
    return eh_str_n((const char *)ret, EH_SEED_BYTES);
}

static void turn_epoch(struct history *h, const struct eh_totals *now, struct eh_message *m)
{
    uint32_t begins = now->has_day ? now->epoch + 1 : 0;
    m->commitment = secret(h, begins + 1, true);
    m->has |= EH_FIELD_BIT(EH_FIELD_COMMITMENT);
    m->has |= EH_FIELD_BIT(now->committed ? EH_FIELD_SEED : EH_FIELD_COMMITMENT_FIRST);
    if (now->committed)
        m->seed = secret(h, now->epoch, false);
    else
        m->commitment_first = secret(h, begins, true);
}

/* ---- One input. */

static void identify(struct eh_input *in)
{
    char text[40];
    eh_input_identify(in);
    if (in->origin == EH_ORIGIN_STREAM)
        return;
    size_t n = eh_format(text, sizeof text, "input %llu", (unsigned long long)in->no);
    in->identity = eh_hash_128(EH_DOMAIN_ENTRY, text, n);
}

static void write_rows(struct history *h, const struct eh_input *in)
{
    struct eh_record record;
    const struct eh_effect *caused = h->effects.items + h->effects.first;
    uint32_t count = h->effects.count - h->effects.first;
    must(eh_record_from_input(in, &h->effects, &h->arena, &record), "record", NULL);
    record.effect_count = count;
    rows_input(&h->rows, &record);
    for (uint32_t i = 0; i < count; i++)
        rows_effect(&h->rows, &caused[i], ++h->state.seq, in->no);
    if (record.image_ticket)
        rows_change(&h->rows, &record);
    eh_record_chain(&record, caused, count, &h->scratch, &h->state.chain);
}

static void step(struct history *h, const struct eh_message *message, enum eh_origin_type origin)
{
    struct eh_input in = {.no = h->state.input + 1,
                          .at_us = h->at_us,
                          .date = h->day,
                          .origin = (uint8_t)origin,
                          .message = *message,
                          .draws = &h->draws};
    if (origin == EH_ORIGIN_STREAM) {
        in.stream_ms = h->state.stream_ms = (uint64_t)(h->at_us / 1000);
        in.stream_no = ++h->state.stream_no;
    }
    identify(&in);
    h->effects = (struct eh_effects){.arena = &h->arena};
    must(eh_engine_step(h->engine, &in, &h->effects), "step", NULL);
    if (h->effects.refused)
        rows_die("refused", h->effects.reason.data);
    write_rows(h, &in);
    h->state.input = in.no;
    eh_arena_reset(&h->arena);
}

static void end_batch(struct history *h)
{
    h->state.at_us = h->at_us;
    h->state.digest = eh_engine_digest(h->engine);
    rows_batch_end(&h->rows, &h->state);
}

static void take_snapshot(struct history *h)
{
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    must(eh_engine_snapshot(h->engine, &bytes), "snapshot", NULL);
    rows_snapshot(&h->rows, h->state.input, h->day, &bytes);
}

/* ---- What happens. */

static void send_ticket(struct history *h)
{
    char id[24];
    uint64_t no = ++h->tickets;
    eh_format(id, sizeof id, "T%llu", (unsigned long long)no);
    struct eh_message m = {.type = EH_MESSAGE_TICKET,
                           .priority = 5,
                           .id = eh_str(id),
                           .source = eh_str("helpdesk"),
                           .team = eh_str("sales"),
                           .kind = eh_str("order"),
                           .value = (int64_t)(no * 7919 % 100000)};
    m.has = EH_FIELD_BIT(EH_FIELD_ID) | EH_FIELD_BIT(EH_FIELD_TEAM) | EH_FIELD_BIT(EH_FIELD_KIND) |
            EH_FIELD_BIT(EH_FIELD_SOURCE) | EH_FIELD_BIT(EH_FIELD_VALUE) |
            EH_FIELD_BIT(EH_FIELD_PRIORITY);
    step(h, &m, EH_ORIGIN_STREAM);
}

static void close_ticket(struct history *h)
{
    char id[24];
    uint64_t no = ++h->closed;
    eh_format(id, sizeof id, "T%llu", (unsigned long long)no);
    struct eh_message m = {.type = EH_MESSAGE_OUTCOME,
                           .id = eh_str(id),
                           .source = eh_str("helpdesk"),
                           .outcome = no % WON_EACH ? EH_OUTCOME_LOST : EH_OUTCOME_WON,
                           .handled_s = (int64_t)(60 + no % 1800)};
    m.has = EH_FIELD_BIT(EH_FIELD_ID) | EH_FIELD_BIT(EH_FIELD_SOURCE) |
            EH_FIELD_BIT(EH_FIELD_OUTCOME) | EH_FIELD_BIT(EH_FIELD_HANDLED);
    step(h, &m, EH_ORIGIN_STREAM);
}

static void send_signal(struct history *h)
{
    static const uint8_t statuses[] = {EH_STATUS_AWAY, EH_STATUS_AVAILABLE, EH_STATUS_OVERLOADED,
                                       EH_STATUS_AVAILABLE};
    uint64_t no = h->signals++;
    char rep[16];
    eh_format(rep, sizeof rep, "rep-%llu", (unsigned long long)(no / 4 % REPS));
    struct eh_message m = {.type = EH_MESSAGE_SIGNAL,
                           .rep = eh_str(rep),
                           .status = statuses[no % 4],
                           .has = EH_FIELD_BIT(EH_FIELD_REP) | EH_FIELD_BIT(EH_FIELD_STATUS)};
    step(h, &m, EH_ORIGIN_STREAM);
}

static void send_batch(struct history *h, uint64_t tickets, bool signal)
{
    while (eh_engine_due_us(h->engine) <= h->at_us)
        step(h, &(struct eh_message){.type = EH_MESSAGE_DUE}, EH_ORIGIN_SHELL);
    if (signal)
        send_signal(h);
    for (uint64_t i = 0; i < tickets; i++) {
        send_ticket(h);
        if (h->tickets - h->closed > h->open_max)
            close_ticket(h);
    }
    end_batch(h);
}

static void begin_day(struct history *h, int32_t day)
{
    struct eh_totals totals;
    struct eh_message m = {.type = EH_MESSAGE_DAY};
    eh_engine_totals(h->engine, &totals);
    if (totals.input > 1 && eh_period_begins(EH_PERIOD_MONTH, h->day, day))
        take_snapshot(h);
    h->day = day;
    h->at_us = day * DAY_US;
    turn_epoch(h, &totals, &m);
    step(h, &m, EH_ORIGIN_SHELL);
    end_batch(h);
}

static void go_through(struct history *h, struct eh_period month, uint64_t tickets)
{
    int32_t first = eh_period_first(month), days = eh_period_last(month) - first + 1;
    for (int32_t day = 0; day < days; day++) {
        uint64_t count = tickets * (uint64_t)(day + 1) / (uint64_t)days -
                         tickets * (uint64_t)day / (uint64_t)days;
        uint64_t batches = count / BATCH + SIGNALS, sent = 0;
        begin_day(h, first + day);
        for (uint64_t i = 1; i <= batches; i++) {
            uint64_t to = count * i / batches;
            h->at_us = (first + day) * DAY_US + (int64_t)i * (DAY_US / (int64_t)(batches + 1));
            send_batch(h, to - sent, i <= SIGNALS);
            sent = to;
        }
    }
}

/* ---- The whole. */

static void put_desk(struct history *h)
{
    char reps[64 * REPS] = "", names[16 * REPS] = "", whole[8192];
    size_t at = 0, to = 0;
    for (int i = 0; i < REPS; i++) {
        at += eh_format(reps + at, sizeof reps - at, "%s{id: rep-%d}", i ? ", " : "", i);
        to += eh_format(names + to, sizeof names - to, "%srep-%d", i ? ", " : "", i);
    }
    eh_format(whole, sizeof whole,
              "desk: main\ncurrency: EUR\ntime_zone: UTC\nkinds: {order: {points: 1}}\n"
              "reps: [%s]\nteams: [{id: sales, policy: balanced, capacity: 0, overloaded:"
              " {at_least: 1m, at_most: 8h}, reps: [%s]}]\n",
              reps, names);
    struct eh_message m = {
        .type = EH_MESSAGE_DESK, .has = EH_FIELD_BIT(EH_FIELD_TEXT), .text = eh_str(whole)};
    step(h, &m, EH_ORIGIN_ADMIN);
}

static void open_desk(struct history *h, int32_t day)
{
    struct eh_message rules = {
        .type = EH_MESSAGE_RULES, .has = EH_FIELD_BIT(EH_FIELD_RULES), .rules = EH_RULES_LAST};
    h->at_us = day * DAY_US;
    step(h, &rules, EH_ORIGIN_SHELL);
    end_batch(h);
    begin_day(h, day);
    put_desk(h);
    end_batch(h);
}

static uint64_t number(const char *text, uint64_t most)
{
    int64_t value = 0;
    if (eh_integer_parse(eh_str(text), &value, NULL) < 0 || value < 1 || (uint64_t)value > most)
        rows_die("usage", USAGE);
    return (uint64_t)value;
}

int main(int argc, char **argv)
{
    static struct history h;
    struct eh_error error = {0};
    if (argc != 6)
        rows_die("usage", USAGE);
    uint64_t months = number(argv[3], 1200), tickets = number(argv[4], 10000000);
    h.open_max = number(argv[5], OPEN_MAX);
    h.draws = (struct eh_draws){.draw = draw, .context = &h};
    must(eh_draw_init(), "libsodium", NULL);
    make_key(&h, argv[2]);
    must(eh_engine_new(EH_RULES_FIRST, &h.engine, &error), "engine", &error);
    rows_open(&h.rows, argv[1]);
    struct eh_period month = eh_period_of(EH_PERIOD_MONTH, (int32_t)(time(NULL) / 86400));
    month.number -= (int32_t)months;
    open_desk(&h, eh_period_first(month) - 1);
    for (uint64_t i = 0; i < months; i++, month = eh_period_next(month)) {
        go_through(&h, month, tickets);
        if (isatty(2))
            fprintf(stderr, "\rbench-history: %llu of %llu months", (unsigned long long)i + 1,
                    (unsigned long long)months);
    }
    take_snapshot(&h);
    rows_close(&h.rows, &h.state);
    printf("{\"inputs\": %llu, \"tickets\": %llu}\n", (unsigned long long)h.state.input,
           (unsigned long long)h.tickets);
    eh_engine_free(h.engine);
    eh_arena_done(&h.arena);
    eh_bytes_done(&h.scratch);
    return 0;
}

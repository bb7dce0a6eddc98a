/*
 * store_rows: every kind of row at its extremes, written by the store into a real PostgreSQL and
 * read back: what a column may hold comes back as it went in. Seeded: EVENHAND_SEED=N again.
 */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <unistd.h>

#include <libpq-fe.h>

#include "../property/seed.h"
#include "../unit/engine_kit.h"
#include "log.h"
#include "period_rows.h"
#include "pg.h"
#include "schema.h"
#include "store.h"

#define WAIT_S      120 /* bound of every wait: it ends what hangs */
#define ROWS        60  /* inputs in a batch */
#define BATCHES     8
#define EFFECTS_MAX 4    /* of one input */
#define TEXT_MOST   1024 /* bytes of the longest text */
#define IMAGES      6
#define PG_BIN      "/usr/lib/postgresql/15/bin/"

TestSuite(store_rows, .timeout = 600);

static struct bench {
    char folder[64], dsn[160];
    struct event_base *base;
    struct eh_store *store;
    struct eh_head head; /* as last read */
    unsigned leading;
    uint64_t committed; /* the last input */
    char lost[EH_ERROR_TEXT_MAX];
    PGconn *reads;
    struct seed seed;
    char refused[EH_ERROR_TEXT_MAX];
    uint64_t refusals;
    struct eh_str images[IMAGES];
    struct kit kit;
} bench;

/* ---- A private PostgreSQL. */

static int as_postgres(const char *command)
{
    char line[1024];
    eh_format(line, sizeof line, "cd / && %s%s >%s/out 2>&1 </dev/null",
              geteuid() == 0 ? "runuser -u postgres -- " : "", command, bench.folder);
    return system(line);
}

static void open_postgres(void)
{
    char command[512];
    eh_format(bench.folder, sizeof bench.folder, "/var/tmp/evenhand-rows-XXXXXX");
    cr_assert(mkdtemp(bench.folder));
    eh_format(command, sizeof command, "chmod 777 %s", bench.folder);
    cr_assert_eq(system(command), 0);
    eh_format(command, sizeof command,
              PG_BIN "initdb -A trust -N -U evenhand -E UTF8 --locale=C.UTF-8 -D %s/data",
              bench.folder);
    cr_assert_eq(as_postgres(command), 0);
    eh_format(command, sizeof command,
              PG_BIN "pg_ctl -D %s/data -s -w -t %d -l %s/log -o '-c listen_addresses= "
                     "-c unix_socket_directories=%s' start",
              bench.folder, WAIT_S, bench.folder, bench.folder);
    cr_assert_eq(as_postgres(command), 0);
    eh_format(bench.dsn, sizeof bench.dsn, "host=%s user=evenhand dbname=postgres", bench.folder);
}

static void close_postgres(void)
{
    char command[512];
    eh_format(command, sizeof command, PG_BIN "pg_ctl -D %s/data -s -w -m immediate stop",
              bench.folder);
    cr_expect_eq(as_postgres(command), 0);
    eh_format(command, sizeof command, "rm -r -- %s", bench.folder);
    cr_expect_eq(system(command), 0);
}

/* ---- The store on top of it. */

static void on_leading(void *context, const struct eh_head *head)
{
    (void)context;
    bench.head = *head;
    bench.leading++;
}

static void on_lost(void *context, const char *why)
{
    (void)context;
    eh_format(bench.lost, sizeof bench.lost, "%s", why);
}

static void on_refused(void *context, const struct eh_refusal *refusal)
{
    (void)context;
    eh_format(bench.refused, sizeof bench.refused, "%s", refusal->text);
    bench.refusals++;
}

static void on_committed(void *context, struct eh_batch *b)
{
    (void)context;
    bench.committed = b->to_input;
}

static void on_fatal(void *context, int exit_code, const char *why)
{
    (void)context;
    cr_assert_fail("%d: %s", exit_code, why);
}

static void nothing(void *context)
{
    (void)context;
}

static void no_batch(void *context, struct eh_batch *b)
{
    (void)context, (void)b;
}

static void no_page(void *context, struct eh_outbox_batch *page)
{
    (void)context;
    eh_outbox_batch_free(page);
}

static const struct eh_store_callbacks callbacks = {.on_leading = on_leading,
                                                    .on_standby = nothing,
                                                    .on_lost = on_lost,
                                                    .on_refused = on_refused,
                                                    .on_recalled = no_batch,
                                                    .on_committed = on_committed,
                                                    .on_page = no_page,
                                                    .on_fatal = on_fatal};

/* Turns the loop until *number has reached `wanted`, or the store has lost what it was doing. */
static void turn_until(const uint64_t *number, uint64_t wanted)
{
    for (int i = 0; i < WAIT_S * 100 && *number < wanted && !bench.lost[0]; i++) {
        struct timeval most = {0, 10000};
        event_base_loopexit(bench.base, &most);
        event_base_dispatch(bench.base);
    }
}

static void lead(void)
{
    unsigned before = bench.leading;
    for (int i = 0; i < WAIT_S * 100 && bench.leading == before; i++) {
        struct timeval most = {0, 10000};
        event_base_loopexit(bench.base, &most);
        event_base_dispatch(bench.base);
    }
    cr_assert_gt(bench.leading, before, "not leading: %s", bench.lost);
    bench.lost[0] = 0;
}

/* Images only the engine makes: of tickets at the limits of what a message may say. */
static void make_images(void)
{
    static const char desk[] =
        "desk: main\ncurrency: EUR\ntime_zone: UTC\nkinds: {order: {points: 1000}}\n"
        "reps: [{id: ana}]\nteams: [{id: sales, policy: random, reps: [ana]}]\n";
    static const char *const values[] = {"0", "1", "9007199254740991"};
    struct kit *k = &bench.kit;
    char name[EH_NAME_MAX + 1];
    kit_start(k, desk);
    for (size_t i = 0; i + 4 < EH_NAME_MAX; i += 4)
        memcpy(name + i, "\U0010FFFD", 5);
    for (int i = 0; i < IMAGES; i++) {
        kit_sendf(k, "{'type':'ticket','id':'%s%d','team':'sales','kind':'order','value':%s}", name,
                  i, values[i % 3]);
        kit_sendf(k,
                  i % 2 ? "{'type':'outcome','id':'%s%d','outcome':'won'}"
                        : "{'type':'update','id':'%s%d','priority':9}",
                  name, i);
        cr_assert_gt(k->fx.image.size, 0);
        bench.images[i] = eh_arena_str(&k->arena, k->fx.image);
    }
}

static void open_all(void)
{
    struct eh_error error = {0};
    bench = (struct bench){.seed = seed_start()};
    open_postgres();
    cr_assert_eq(eh_schema_migrate(bench.dsn, NULL, NULL, &error), 0, "%s", error.text);
    make_images();
    eh_log_open(EH_LOG_ERROR);
    bench.base = event_base_new();
    bench.store =
        eh_store_new(bench.base, bench.dsn, eh_str("main"), eh_str("EUR"), &callbacks, NULL);
    bench.reads = PQconnectdb(bench.dsn);
    cr_assert_eq(PQstatus(bench.reads), CONNECTION_OK);
    eh_store_start(bench.store);
    lead();
}

static void close_all(void)
{
    PQfinish(bench.reads);
    eh_store_free(bench.store);
    event_base_free(bench.base);
    kit_done(&bench.kit);
    close_postgres();
}

/* ---- Extremes. */

static bool maybe(void)
{
    return seed_below(&bench.seed, 2);
}

static int64_t any_number(void)
{
    static const int64_t extremes[] = {INT64_MIN, INT64_MIN + 1, -1,        0,
                                       1,         INT32_MIN,     INT32_MAX, (INT64_C(1) << 53) - 1,
                                       INT64_MAX, INT64_MAX - 1};
    size_t count = sizeof extremes / sizeof *extremes;
    size_t at = seed_below(&bench.seed, 2 * count);
    return at < count ? extremes[at] : (int64_t)seed_next(&bench.seed);
}

static struct eh_key any_key(void)
{
    return (struct eh_key){(uint64_t)any_number(), seed_next(&bench.seed)};
}

/* Characters of every length and from every edge, among them controls, but for NUL. */
static struct eh_str any_text(struct eh_batch *b)
{
    static const char *const characters[] = {"\x01",
                                             "\t",
                                             "\n",
                                             "\x1f",
                                             "\"",
                                             "\\",
                                             "{",
                                             ",",
                                             "a",
                                             "\x7f",
                                             "\xc2\x80",
                                             "\xc3\x9c",
                                             "\xdf\xbf",
                                             "\u0800",
                                             "\u20ac",
                                             "\u202e",
                                             "\xef\xbf\xbd",
                                             "\xef\xbf\xbf",
                                             "\xf0\x90\x80\x80",
                                             "\U0001F600",
                                             "\xf4\x8f\xbf\xbf",
                                             "NULL"};
    static const size_t sizes[] = {1, 4, 40, EH_NAME_MAX, TEXT_MOST};
    size_t wanted = sizes[seed_below(&bench.seed, 5)], size = 0;
    char room[TEXT_MOST + 8];
    do {
        const char *one = characters[seed_below(&bench.seed, 22)];
        memcpy(room + size, one, strlen(one));
        size += strlen(one);
    } while (size < wanted);
    return eh_str_n(eh_arena_copy(&b->arena, room, size), size);
}

static struct eh_str text_or_none(struct eh_batch *b)
{
    return maybe() ? any_text(b) : (struct eh_str){NULL, 0};
}

static struct eh_str any_bytes(struct eh_batch *b, size_t most)
{
    size_t size = 1 + seed_below(&bench.seed, most);
    uint8_t *bytes = eh_arena_alloc(&b->arena, size);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)seed_next(&bench.seed);
    return eh_str_n((const char *)bytes, size);
}

/* ---- Rows. */

static void fill_record(struct eh_batch *b, struct eh_record *r, int16_t type)
{
    static const int fields[] = {EH_FIELD_VALUE, EH_FIELD_PRIORITY, EH_FIELD_CSAT, EH_FIELD_HANDLED,
                                 EH_FIELD_AT};
    static const struct {
        int field;
        size_t offset;
    } texts[] = {{EH_FIELD_SOURCE, offsetof(struct eh_record, source)},
                 {EH_FIELD_ID, offsetof(struct eh_record, id)},
                 {EH_FIELD_TEAM, offsetof(struct eh_record, team)},
                 {EH_FIELD_KIND, offsetof(struct eh_record, kind)},
                 {EH_FIELD_REP, offsetof(struct eh_record, rep)},
                 {EH_FIELD_ACTOR, offsetof(struct eh_record, actor)},
                 {EH_FIELD_REASON, offsetof(struct eh_record, reason)}};
    *r = (struct eh_record){.input = ++b->to_input,
                            .type = type,
                            .at_us = any_number(),
                            .identity = any_key(),
                            .digest = any_key(),
                            .word = text_or_none(b),
                            .rest = any_bytes(b, 65536 / 16)};
    if (maybe()) {
        r->stream_ms = (uint64_t)any_number();
        r->stream_no = (uint64_t)any_number() | 1;
    }
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (maybe())
            r->has |= EH_FIELD_BIT(fields[i]);
    r->value = r->has & EH_FIELD_BIT(EH_FIELD_VALUE) ? any_number() : 0;
    r->priority = r->has & EH_FIELD_BIT(EH_FIELD_PRIORITY) ? (uint8_t)any_number() : 0;
    r->csat = r->has & EH_FIELD_BIT(EH_FIELD_CSAT) ? (uint8_t)any_number() : 0;
    r->handled_s = r->has & EH_FIELD_BIT(EH_FIELD_HANDLED) ? any_number() : 0;
    r->at_ms = r->has & EH_FIELD_BIT(EH_FIELD_AT) ? any_number() : 0;
    r->has_until = maybe();
    r->until_us = r->has_until ? any_number() : 0;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct eh_str text = text_or_none(b);
        *(struct eh_str *)((char *)r + texts[i].offset) = text;
        r->has |= text.size ? EH_FIELD_BIT(texts[i].field) : 0;
    }
    if (maybe()) {
        r->image = bench.images[seed_below(&bench.seed, IMAGES)];
        r->image_ticket = 1 + ((uint64_t)any_number() >> 2);
    }
}

/* As room for them comes from the batch's memory. */
static void add_effects(struct eh_batch *b, struct eh_record *r)
{
    struct eh_effects *fx = &b->effects;
    if (!fx->items) {
        fx->capacity = ROWS * EFFECTS_MAX;
        fx->items = eh_arena_alloc(&b->arena, fx->capacity * sizeof *fx->items);
    }
    r->effect_count = (uint32_t)seed_below(&bench.seed, EFFECTS_MAX + 1);
    for (uint32_t i = 0; i < r->effect_count; i++) {
        struct eh_effect *e = &fx->items[fx->count++];
        *e = (struct eh_effect){.seq = ++b->to_seq,
                                .type = (uint8_t)(1 + seed_below(&bench.seed, EH_NOTICE_LOST)),
                                .ticket = maybe() ? 1 + ((uint64_t)any_number() >> 2) : 0,
                                .team = text_or_none(b),
                                .rep = text_or_none(b),
                                .was = text_or_none(b),
                                .why = text_or_none(b)};
        if (maybe()) { /* dealt */
            e->eligible = maybe() ? INT32_MAX : 1;
            e->weight = (uint64_t)INT64_MAX >> seed_below(&bench.seed, 63);
            e->epoch = maybe() ? INT32_MAX : 0;
            e->detail = any_bytes(b, 100);
            e->draw_count = (uint32_t)seed_below(&bench.seed, EH_DRAWS_MAX + 1);
            e->draws = (uint64_t *)eh_arena_alloc(&b->arena, EH_DRAWS_MAX * sizeof *e->draws);
            for (uint32_t d = 0; d < e->draw_count; d++)
                e->draws[d] = (uint64_t)any_number();
        }
    }
}

static void add_dead(struct eh_batch *b, const struct eh_record *r)
{
    if (!maybe())
        return;
    *eh_batch_dead(b) = (struct eh_dead_entry){.input = r->input,
                                               .reason = any_text(b),
                                               .stream_id = text_or_none(b),
                                               .salted = true,
                                               .salt = {0xff, 0, 1},
                                               .body = any_bytes(b, 2000)};
}

static void add_personal(struct eh_batch *b, const struct eh_record *r)
{
    if (maybe())
        b->personal[b->personal_count++] =
            (struct eh_personal){r->input, text_or_none(b), text_or_none(b), {0xff, 1}, {0, 0xfe}};
}

static struct eh_pool_statement *any_statement(struct eh_batch *b)
{
    struct eh_pool_statement *s = eh_arena_alloc(&b->arena, sizeof *s);
    *s = (struct eh_pool_statement){.composite_ppm = any_number(),
                                    .funding_ppm = any_number(),
                                    .gross = any_number(),
                                    .carry = any_number(),
                                    .net = any_number(),
                                    .difference = any_number(),
                                    .cancelled = any_number(),
                                    .paid = any_number(),
                                    .held = any_number(),
                                    .carry_open = any_number(),
                                    .line_count = 3};
    memset(s->plan_sha256, 0xff, sizeof s->plan_sha256);
    memcpy(s->facts_sha256, any_bytes(b, 1).data, 1);
    s->lines = eh_arena_alloc(&b->arena, s->line_count * sizeof *s->lines);
    for (uint32_t i = 0; i < s->line_count; i++) {
        struct eh_str text = any_text(b);
        char *rep = eh_arena_alloc(&b->arena, text.size + (size_t)1);
        rep[0] = (char)('0' + i);
        memcpy(rep + 1, text.data, text.size);
        s->lines[i] = (struct eh_pool_line){.rep = eh_str_n(rep, text.size + (size_t)1),
                                            .eligible = maybe(),
                                            .capped = maybe(),
                                            .days = any_number(),
                                            .minutes = any_number(),
                                            .band = any_number(),
                                            .points = any_number(),
                                            .equal = any_number(),
                                            .hours = any_number(),
                                            .seniority = any_number(),
                                            .individual = any_number(),
                                            .total = any_number(),
                                            .paid = any_number()};
    }
    return s;
}

/* The steps of one period's life in one batch, as the table wants them: frozen, closed, paid. */
static void add_period(struct eh_batch *b)
{
    struct eh_str team = any_text(b), period = any_text(b);
    for (int step = EH_MESSAGE_FREEZE; step <= EH_MESSAGE_PAY; step++) {
        struct eh_record *r = eh_batch_record(b);
        bool freeze = step == EH_MESSAGE_FREEZE;
        fill_record(b, r, (int16_t)step);
        r->team = team;
        r->has |= EH_FIELD_BIT(EH_FIELD_TEAM);
        *eh_batch_period(b) =
            (struct eh_period_row){.input = r->input,
                                   .step = (uint8_t)step,
                                   .state = freeze                     ? EH_PERIOD_PROVISIONAL
                                            : step == EH_MESSAGE_CLOSE ? EH_PERIOD_CLOSED
                                                                       : EH_PERIOD_PAID,
                                   .version = freeze ? 0 : 1,
                                   .team = team,
                                   .period = period,
                                   .currency = any_text(b),
                                   .plan = any_text(b),
                                   .published_late = maybe(),
                                   .statement = step == EH_MESSAGE_PAY ? NULL : any_statement(b),
                                   .missing = freeze ? text_or_none(b) : (struct eh_str){NULL, 0}};
    }
}

static struct eh_batch *any_batch(void)
{
    struct eh_batch *b = eh_batch_new();
    b->from_input = b->to_input = bench.head.input;
    b->from_seq = b->to_seq = bench.head.seq;
    for (int i = 0; i < ROWS; i++) {
        struct eh_record *r = eh_batch_record(b);
        fill_record(b, r, maybe() ? INT16_MAX : (int16_t)-EH_MESSAGE_UNPARSED);
        add_effects(b, r);
        add_dead(b, r);
        add_personal(b, r);
    }
    add_period(b);
    b->at_us = any_number();
    b->head_dead = b->to_input;
    b->high = (struct eh_stream_id){(uint64_t)any_number(), (uint64_t)any_number()};
    b->low = (struct eh_stream_id){(uint64_t)any_number(), (uint64_t)any_number()};
    b->digest = any_key();
    memcpy(b->chain.hash, any_bytes(b, 1).data, 1);
    return b;
}

/* ---- Read back. */

/* Rows of a table whose input is in (from, to], in its order. */
static PGresult *rows(const struct eh_batch *b, const char *columns, const char *table,
                      const char *order)
{
    char sql[1200];
    eh_format(sql, sizeof sql,
              "SELECT %s FROM evenhand.%s WHERE input > %llu AND input <= %llu ORDER BY %s",
              columns, table, (unsigned long long)b->from_input, (unsigned long long)b->to_input,
              order);
    PGresult *result = PQexecParams(bench.reads, sql, 0, NULL, NULL, NULL, NULL, 1);
    cr_assert_eq(PQresultStatus(result), PGRES_TUPLES_OK, "%s", PQerrorMessage(bench.reads));
    return result;
}

static void same_text(const PGresult *rows_read, int row, int column, struct eh_str wanted)
{
    cr_assert_eq(PQgetisnull(rows_read, row, column), wanted.size == 0);
    cr_assert(eh_str_equal(eh_pg_text(rows_read, row, column), wanted), "%s of row %d",
              PQfname(rows_read, column), row);
}

static void same_number(const PGresult *rows_read, int row, int column, int64_t wanted)
{
    cr_assert_not(PQgetisnull(rows_read, row, column));
    cr_assert_eq(eh_pg_int(rows_read, row, column), wanted, "%s of row %d",
                 PQfname(rows_read, column), row);
}

static void same_numbers(const PGresult *rows_read, int row, int column, const int64_t *wanted,
                         size_t count)
{
    for (size_t i = 0; i < count; i++)
        same_number(rows_read, row, column + (int)i, wanted[i]);
}

/* The chain takes in every column: the same bytes, the same row. */
static void same_record(const struct eh_record *read, const struct eh_record *wanted)
{
    EH_AUTO(eh_bytes) struct eh_bytes scratch = EH_BYTES_INIT;
    struct eh_chain a = {{0}}, b = {{0}};
    struct eh_record without = *wanted;
    without.image = (struct eh_str){NULL, 0};
    without.image_ticket = 0;
    eh_record_chain(read, NULL, 0, &scratch, &a);
    eh_record_chain(&without, NULL, 0, &scratch, &b);
    cr_assert_eq(read->input, wanted->input);
    cr_assert_eq(read->has, wanted->has, "input %llu", (unsigned long long)wanted->input);
    cr_assert_arr_eq(a.hash, b.hash, EH_CHAIN_BYTES, "input %llu",
                     (unsigned long long)wanted->input);
}

static void check_inputs(const struct eh_batch *b)
{
    PGresult *read = rows(b, EH_RECORD_SELECT, "input", "input");
    cr_assert_eq(PQntuples(read), (int)b->record_count);
    for (int row = 0; row < PQntuples(read); row++) {
        struct eh_record record = {0};
        for (int c = 0; c < EH_RECORD_SELECT_COUNT; c++)
            cr_assert_eq(eh_record_set_column(&record, c, PQgetvalue(read, row, c),
                                              (size_t)PQgetlength(read, row, c),
                                              PQgetisnull(read, row, c)),
                         0, "column %d", c);
        same_record(&record, &b->records[row]);
    }
    PQclear(read);
}

static void check_effects(const struct eh_batch *b)
{
    PGresult *read = rows(b,
                          "seq, type, team, rep, was, why, detail, ticket, eligible, weight,"
                          " epoch, draws",
                          "effect", "seq");
    cr_assert_eq(PQntuples(read), (int)b->effects.count);
    for (int row = 0; row < PQntuples(read); row++) {
        const struct eh_effect *e = &b->effects.items[row];
        const struct eh_str texts[] = {e->team, e->rep, e->was, e->why, e->detail};
        same_number(read, row, 0, (int64_t)e->seq);
        same_number(read, row, 1, e->type);
        for (int i = 0; i < 5; i++)
            same_text(read, row, 2 + i, texts[i]);
        cr_assert_eq(eh_pg_int(read, row, 7), (int64_t)e->ticket);
        cr_assert_eq(eh_pg_int(read, row, 8), e->eligible);
        cr_assert_eq(eh_pg_int(read, row, 9), (int64_t)e->weight);
        cr_assert_eq(eh_pg_int(read, row, 10), e->epoch);
        struct eh_str draws = eh_pg_text(read, row, 11);
        cr_assert_eq(draws.size, 8 * e->draw_count);
        for (uint32_t d = 0; d < e->draw_count; d++) {
            char big[8];
            eh_pg_put64(big, (int64_t)e->draws[d]);
            cr_assert_arr_eq(draws.data + 8 * d, big, sizeof big);
        }
    }
    PQclear(read);
}

static void check_changes(const struct eh_batch *b)
{
    PGresult *read =
        rows(b, "input, ticket, image, value, team, outcome, closed", "ticket_change", "input");
    int row = 0;
    for (size_t i = 0; i < b->record_count; i++) {
        const struct eh_record *r = &b->records[i];
        struct eh_ticket_view view;
        if (!r->image_ticket)
            continue;
        cr_assert_eq(eh_ticket_image_view(r->image, &view, NULL), 0);
        same_number(read, row, 0, (int64_t)r->input);
        same_number(read, row, 1, (int64_t)r->image_ticket);
        same_text(read, row, 2, r->image);
        same_number(read, row, 3, view.value);
        same_text(read, row, 4, view.team);
        same_text(read, row, 5, view.outcome);
        cr_assert_eq(eh_pg_int(read, row++, 6), view.closed_us);
    }
    cr_assert_eq(PQntuples(read), row);
    PQclear(read);
}

/* A salt stands where its text does. */
static void same_salt(PGresult *read, int row, int column, struct eh_str text, const uint8_t *salt)
{
    same_text(read, row, column,
              text.size ? eh_str_n((const char *)salt, EH_SALT_BYTES) : eh_str(""));
}

static void check_dead_and_personal(const struct eh_batch *b)
{
    PGresult *read = rows(b, "input, stream_id, reason, size", "dead", "input");
    cr_assert_eq(PQntuples(read), (int)b->dead_count);
    for (int row = 0; row < PQntuples(read); row++) {
        same_number(read, row, 0, (int64_t)b->dead[row].input);
        same_text(read, row, 1, b->dead[row].stream_id);
        same_text(read, row, 2, b->dead[row].reason);
        same_number(read, row, 3, (int64_t)b->dead[row].size);
    }
    PQclear(read);
    read = rows(b, "input, salt, body, sha256", "dead_body", "input");
    cr_assert_eq(PQntuples(read), (int)b->dead_count);
    for (int row = 0; row < PQntuples(read); row++) {
        same_number(read, row, 0, (int64_t)b->dead[row].input);
        same_text(read, row, 1, eh_str_n((const char *)b->dead[row].salt, EH_SALT_BYTES));
        same_text(read, row, 2, b->dead[row].body);
        same_text(read, row, 3, b->dead[row].sha256);
    }
    PQclear(read);
    read = rows(b, "input, customer, subject, customer_salt, subject_salt", "personal", "input");
    cr_assert_eq(PQntuples(read), (int)b->personal_count);
    for (int row = 0; row < PQntuples(read); row++) {
        const struct eh_personal *p = &b->personal[row];
        same_number(read, row, 0, (int64_t)p->input);
        same_text(read, row, 1, p->customer);
        same_text(read, row, 2, p->subject);
        same_salt(read, row, 3, p->customer, p->customer_salt);
        same_salt(read, row, 4, p->subject, p->subject_salt);
    }
    PQclear(read);
}

static void check_steps(const struct eh_batch *b)
{
    PGresult *read = rows(b,
                          "input, version, published_late::int, team, period, currency, plan,"
                          " missing, composite_ppm, funding_ppm, gross, carry, net, difference,"
                          " cancelled, paid, held, carry_open, plan_sha256, facts_sha256",
                          "period_step", "input");
    cr_assert_eq(PQntuples(read), (int)b->period_count);
    for (int row = 0; row < PQntuples(read); row++) {
        const struct eh_period_row *p = &b->period_rows[row];
        const struct eh_str texts[] = {p->team, p->period, p->currency, p->plan, p->missing};
        const int64_t head[] = {(int64_t)p->input, p->version, p->published_late};
        same_numbers(read, row, 0, head, 3);
        for (int i = 0; i < 5; i++)
            same_text(read, row, 3 + i, texts[i]);
        const struct eh_pool_statement *s = p->statement;
        if (!s) {
            cr_assert(PQgetisnull(read, row, 8));
            continue;
        }
        const int64_t figures[] = {s->composite_ppm, s->funding_ppm, s->gross,     s->carry,
                                   s->net,           s->difference,  s->cancelled, s->paid,
                                   s->held,          s->carry_open};
        same_numbers(read, row, 8, figures, 10);
        same_text(read, row, 18, eh_str_n((const char *)s->plan_sha256, 32));
        same_text(read, row, 19, eh_str_n((const char *)s->facts_sha256, 32));
    }
    PQclear(read);
}

static void check_lines(const struct eh_batch *b)
{
    PGresult *read = rows(b,
                          "eligible::int, capped::int, days, minutes, band, points, equal,"
                          " hours, seniority, individual, total, paid, team, period, rep",
                          "period_line", "input, left(rep, 1)");
    int row = 0;
    for (size_t i = 0; i < b->period_count; i++) {
        const struct eh_period_row *p = &b->period_rows[i];
        for (uint32_t n = 0; p->statement && n < p->statement->line_count; n++, row++) {
            const struct eh_pool_line *l = &p->statement->lines[n];
            const int64_t numbers[] = {l->eligible,  l->capped,     l->days,  l->minutes,
                                       l->band,      l->points,     l->equal, l->hours,
                                       l->seniority, l->individual, l->total, l->paid};
            same_numbers(read, row, 0, numbers, 12);
            same_text(read, row, 12, p->team);
            same_text(read, row, 13, p->period);
            same_text(read, row, 14, l->rep);
        }
    }
    cr_assert_eq(PQntuples(read), row);
    PQclear(read);
}

/* Taking the lease again reads the head. */
static void check_head(const struct eh_batch *b)
{
    eh_store_restart(bench.store, "the test wants to see the head");
    lead();
    const struct eh_head *h = &bench.head;
    cr_assert_eq(h->input, b->to_input);
    cr_assert_eq(h->seq, b->to_seq);
    cr_assert_eq(h->dead, b->head_dead);
    cr_assert_eq(h->at_us, b->at_us);
    cr_assert(h->high.ms == b->high.ms && h->high.no == b->high.no);
    cr_assert(h->low.ms == b->low.ms && h->low.no == b->low.no);
    cr_assert(eh_key_equal(h->digest, b->digest));
    cr_assert_arr_eq(h->chain.hash, b->chain.hash, EH_CHAIN_BYTES);
    PGresult *read = rows(b, "input, seq, epoch, digest, hash, state", "chain", "input");
    uint8_t digest[16];
    eh_key_bytes(b->digest, digest);
    cr_assert_eq(PQntuples(read), 1);
    same_number(read, 0, 0, (int64_t)b->to_input);
    same_number(read, 0, 1, (int64_t)b->to_seq);
    same_text(read, 0, 3, eh_str_n((const char *)digest, sizeof digest));
    same_text(read, 0, 4, eh_str_n((const char *)b->chain.hash, EH_CHAIN_BYTES));
    same_number(read, 0, 5, EH_STATE_VERSION);
    PQclear(read);
}

Test(store_rows, what_a_column_may_hold_comes_back_as_it_went_in)
{
    open_all();
    for (int i = 0; i < BATCHES; i++) {
        struct eh_batch *b = any_batch();
        cr_assert_eq(eh_store_commit(bench.store, b), 0, "%s", bench.lost);
        turn_until(&bench.committed, b->to_input);
        cr_assert_eq(bench.committed, b->to_input, "lost: %s; refused: %s", bench.lost,
                     bench.refused);
        check_inputs(b);
        check_effects(b);
        check_changes(b);
        check_dead_and_personal(b);
        check_steps(b);
        check_lines(b);
        check_head(b);
        eh_batch_free(b);
    }
    close_all();
}

static uint64_t snapshot_rows(void)
{
    PGresult *read = PQexec(bench.reads, "SELECT count(*) FROM evenhand.snapshot");
    uint64_t count = strtoull(PQgetvalue(read, 0, 0), NULL, 10);
    PQclear(read);
    return count;
}

Test(store_rows, snapshots_and_ledgers_come_back_as_they_went_in)
{
    open_all();
    struct eh_batch *b = any_batch();
    cr_assert_eq(eh_store_commit(bench.store, b), 0, "%s", bench.lost);
    turn_until(&bench.committed, b->to_input);
    cr_assert_eq(bench.committed, b->to_input, "lost: %s; refused: %s", bench.lost, bench.refused);

    EH_AUTO(eh_bytes) struct eh_bytes wanted = EH_BYTES_INIT;
    struct eh_bytes given = EH_BYTES_INIT;
    while (wanted.size < 2 * EH_SNAPSHOT_PART_BYTES + 17)
        eh_bytes_put_u8(&wanted, (uint8_t)seed_next(&bench.seed));
    eh_bytes_put(&given, wanted.data, wanted.size);
    eh_store_snapshot(bench.store, b->to_input, &given);
    uint64_t parts = 0;
    for (int i = 0; i < WAIT_S * 10 && parts < 3; i++) {
        struct timeval most = {0, 100000};
        event_base_loopexit(bench.base, &most);
        event_base_dispatch(bench.base);
        parts = snapshot_rows();
    }
    PGresult *read = rows(b, "body, parts", "snapshot", "part");
    size_t at = 0;
    cr_assert_eq(PQntuples(read), 3);
    for (int row = 0; row < 3; row++) {
        struct eh_str part = eh_pg_text(read, row, 0);
        cr_assert_arr_eq(part.data, wanted.data + at, part.size);
        same_number(read, row, 1, 3);
        at += part.size;
    }
    cr_assert_eq(at, wanted.size);
    PQclear(read);

    struct eh_ledger_entry entry = {.team = any_text(b),
                                    .member = {.rep = any_text(b),
                                               .entitled_nano = INT64_MIN,
                                               .entitled_value = INT64_MAX,
                                               .received = INT64_MAX,
                                               .received_value = INT64_MIN}};
    cr_assert_eq(eh_store_ledger(bench.store, b->to_input, &entry, 1), 0);
    PGresult *ledger = NULL;
    for (int i = 0; i < WAIT_S * 10; i++) {
        struct timeval most = {0, 100000};
        event_base_loopexit(bench.base, &most);
        event_base_dispatch(bench.base);
        ledger = rows(b, "entitled, entitled_value, received, received_value, team, rep", "ledger",
                      "rep");
        if (PQntuples(ledger) == 1)
            break;
        PQclear(ledger);
    }
    const int64_t numbers[] = {INT64_MIN, INT64_MAX, INT64_MAX, INT64_MIN};
    same_numbers(ledger, 0, 0, numbers, 4);
    same_text(ledger, 0, 4, entry.team);
    same_text(ledger, 0, 5, entry.member.rep);
    PQclear(ledger);
    eh_batch_free(b);
    close_all();
}

/* ---- What no column can hold is named before it is sent. */

static void expect_refused(struct eh_batch *b, const char *wanted)
{
    uint64_t before = bench.refusals;
    cr_assert_eq(eh_store_commit(bench.store, b), 0);
    turn_until(&bench.refusals, before + 1);
    cr_expect(strstr(bench.refused, wanted), "%s", bench.refused);
    cr_assert_str_empty(bench.lost);
    eh_batch_free(b);
}

Test(store_rows, a_value_its_column_cannot_hold_is_named_and_never_sent)
{
    char wanted[80];
    open_all();
    struct eh_batch *b = any_batch();
    b->records[7].reason = eh_str("\xc3");
    eh_format(wanted, sizeof wanted, "input 8: insert_input: column reason");
    expect_refused(b, wanted);

    b = any_batch();
    b->records[3].rep = eh_str_n("a\0b", 3);
    expect_refused(b, "input 4: insert_input: column rep");

    b = any_batch();
    *eh_batch_dead(b) =
        (struct eh_dead_entry){.input = 61, .reason = eh_str("\xe2\x82"), .body = eh_str("{")};
    expect_refused(b, "input 61: insert_dead: column reason");

    b = any_batch();
    b->personal[b->personal_count++] =
        (struct eh_personal){62, eh_str("\xff"), eh_str("s"), {1}, {2}};
    expect_refused(b, "input 62: insert_personal: column customer");

    b = any_batch();
    b->period_rows[1].plan = eh_str("\xed\xa0\x80");
    eh_format(wanted, sizeof wanted, "input %llu: insert_step: column plan",
              (unsigned long long)b->period_rows[1].input);
    expect_refused(b, wanted);

    b = any_batch(); /* and after all that the store goes on */
    cr_assert_eq(eh_store_commit(bench.store, b), 0, "%s", bench.lost);
    turn_until(&bench.committed, b->to_input);
    cr_assert_eq(bench.committed, b->to_input, "lost: %s; refused: %s", bench.lost, bench.refused);
    eh_batch_free(b);
    close_all();
}

/* store_batch: batches of rows made at random, each kind of row at its extremes. */
#include "store_bench.h"

#include <criterion/criterion.h>

#include "lead/period_rows.h"

#define ROWS        60   /* inputs in a batch */
#define EFFECTS_MAX 4    /* of one input */
#define TEXT_MOST   1024 /* bytes of the longest text */

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
struct eh_str any_text(struct eh_batch *b)
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
        b->personal[b->personal_count++] = (struct eh_personal){.input = r->input,
                                                                .customer = text_or_none(b),
                                                                .subject = text_or_none(b),
                                                                .reason = text_or_none(b),
                                                                .customer_salt = {0xff, 1},
                                                                .subject_salt = {0, 0xfe},
                                                                .reason_salt = {0xfd, 0}};
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
        struct eh_period_row *row = eh_batch_period(b);
        *row = (struct eh_period_row){
            .step = {.input = r->input,
                     .step = eh_str(eh_message_type_name((uint8_t)step)),
                     .version = freeze ? 0 : 1,
                     .team = team,
                     .period = period,
                     .currency = any_text(b),
                     .plan = any_text(b),
                     .published_late = maybe(),
                     .missing = freeze ? text_or_none(b) : (struct eh_str){NULL, 0}},
        };
        eh_period_row_set_state(row, freeze                     ? EH_PERIOD_PROVISIONAL
                                     : step == EH_MESSAGE_CLOSE ? EH_PERIOD_CLOSED
                                                                : EH_PERIOD_PAID);
        eh_period_row_set_statement(row, step == EH_MESSAGE_PAY ? NULL : any_statement(b));
    }
}

struct eh_batch *any_batch(void)
{
    struct eh_batch *b;
    cr_assert_eq(eh_batch_new(&b, NULL), 0);
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

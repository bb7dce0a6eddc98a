/*
 * engine_kit: an engine to talk to in JSON, for the tests of engine/.
 *
 *     struct kit k;
 *     kit_start(&k, desk);
 *     kit_send(&k, "{'type':'ticket','id':'T1','team':'sales','kind':'order'}");
 *     cr_assert(eh_str_equal(kit_item(&k, 0)->rep, eh_str("ana")));
 *
 * Single quotes stand for double ones. Chance is a counter hashed with the ticket, so a test
 * repeats.
 */
#ifndef TESTS_UNIT_ENGINE_KIT_H
#define TESTS_UNIT_ENGINE_KIT_H

#include <stdio.h>
#include <stdlib.h>

#include <evenhand/engine/parsed_desk.h>
#include <evenhand/engine/record.h>

#define KIT_TODAY 20000 /* 2024-10-04 */
#define KIT_START INT64_C(1728000000000000)

struct kit {
    struct eh_engine *e;
    struct eh_arena arena;
    struct eh_effects fx;
    struct eh_draws draws;
    struct eh_input in;
    uint64_t stream; /* of the last entry */
    int64_t now_us;
    int32_t date;
    int64_t most; /* effects each step may have by dealing; 0: as many as there may be */
    int result;   /* of the last step */
    bool repeat;
    uint8_t recorded;                   /* enum eh_recorded, of what is sent */
    struct eh_parsed_desk *parsed_desk; /* ... and its desk file, if it was read; borrowed */
};

static inline bool kit_draw(void *context, const struct eh_draw_query *query, uint64_t *ret)
{
    (void)context;
    static const uint8_t seed[EH_SEED_BYTES] = "a seed for tests";
    *ret = eh_draw_compute(seed, query);
    return true;
}

static inline void kit_fail(const char *what, const char *why)
{
    fprintf(stderr, "kit: %s: %s\n", what, why);
    abort();
}

/* Whether the engine has the ticket in memory, open or waiting. */
static inline bool kit_holds(const struct kit *k, const char *id)
{
    struct eh_ticket_view view;
    return eh_engine_ticket(k->e, eh_str("default"), eh_str(id), &view);
}

/* The same text with double quotes, in the kit's arena. */
static inline struct eh_str kit_quoted(struct kit *k, const char *text)
{
    struct eh_str s = eh_arena_str(&k->arena, eh_str(text));
    for (char *c = (char *)s.data; c && *c; c++)
        if (*c == '\'')
            *c = '"';
    return s;
}

static inline int kit_step(struct kit *k, struct eh_message m, int origin)
{
    struct eh_totals totals;
    eh_engine_totals(k->e, &totals);
    struct eh_recalled recalled = k->in.recalled;
    m.most = k->most;
    m.has |= k->most ? EH_FIELD_BIT(EH_FIELD_MOST) : 0;
    k->in = (struct eh_input){.no = totals.input + 1,
                              .at_us = k->now_us,
                              .date = k->date,
                              .origin = (uint8_t)origin,
                              .recorded = k->recorded,
                              .message = m,
                              .parsed_desk = k->parsed_desk,
                              .recalled = recalled,
                              .draws = &k->draws};
    if (origin == EH_ORIGIN_STREAM) {
        k->in.stream_ms = (uint64_t)k->now_us / 1000;
        k->in.stream_no = ++k->stream;
    }
    eh_input_identify(&k->in);
    eh_input_name(k->e, &k->in);
    k->repeat = eh_engine_is_repeat(k->e, &k->in);
    if (eh_engine_retold(k->e, &k->in) == EH_RETOLD_UPDATE)
        eh_input_retell(k->e, &k->in);
    k->fx.count = 0;
    k->result = k->repeat ? 0 : eh_engine_step(k->e, &k->in, &k->fx);
    k->in.recalled = (struct eh_recalled){0};
    return k->result;
}

static inline struct eh_message kit_message(struct kit *k, const char *json)
{
    struct eh_message m = {0};
    struct eh_error error = {0};
    if (eh_message_from_json(kit_quoted(k, json), &k->arena, &m, &error) < 0)
        kit_fail(json, error.text);
    return m;
}

static inline int kit_send(struct kit *k, const char *json)
{
    return kit_step(k, kit_message(k, json), EH_ORIGIN_STREAM);
}

static inline int kit_sendf(struct kit *k, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static inline int kit_sendf(struct kit *k, const char *format, ...)
{
    char json[4096];
    va_list args;
    va_start(args, format);
    vsnprintf(json, sizeof json, format, args);
    va_end(args);
    return kit_send(k, json);
}

/* A command of the admin socket: type and fields as the routes give them. */
static inline struct eh_message kit_command_message(struct kit *k, int type, const char *body)
{
    struct eh_message m = {.type = (uint8_t)type};
    struct eh_error error = {0};
    if (eh_message_from_json_body(kit_quoted(k, body), &k->arena, &m, &error) < 0)
        kit_fail(body, error.text);
    return m;
}

static inline int kit_command(struct kit *k, int type, const char *body)
{
    return kit_step(k, kit_command_message(k, type, body), EH_ORIGIN_ADMIN);
}

static inline int kit_desk(struct kit *k, const char *yaml)
{
    struct eh_message m = {.type = EH_MESSAGE_DESK, .has = EH_FIELD_BIT(EH_FIELD_TEXT)};
    m.text = kit_quoted(k, yaml);
    return kit_step(k, m, EH_ORIGIN_SHELL);
}

static inline int kit_day(struct kit *k, int32_t date)
{
    k->date = date;
    return kit_step(k, (struct eh_message){.type = EH_MESSAGE_DAY}, EH_ORIGIN_SHELL);
}

/* What is due, as the shell says it: times of tickets when nothing else is. */
static inline int kit_due(struct kit *k)
{
    struct eh_message m = {.type = EH_MESSAGE_DUE};
    if (eh_engine_due_us(k->e) > k->now_us && eh_engine_clocks_due_us(k->e) <= k->now_us) {
        m.has = EH_FIELD_BIT(EH_FIELD_CLOCKS);
        m.clocks = 1;
    }
    return kit_step(k, m, EH_ORIGIN_SHELL);
}

static inline void kit_pass(struct kit *k, int64_t seconds)
{
    k->now_us += seconds * 1000000;
}

/* Told nothing yet, not even the day. */
static inline void kit_open(struct kit *k, enum eh_rules rules)
{
    *k = (struct kit){.now_us = KIT_START, .date = KIT_TODAY};
    k->draws.draw = kit_draw;
    k->fx.arena = &k->arena;
    struct eh_error error = {0};
    if (eh_engine_new(rules, &k->e, &error) < 0)
        kit_fail("engine", error.text);
}

/* As a log of these rules begins. */
static inline void kit_start_under(struct kit *k, enum eh_rules rules, const char *desk)
{
    kit_open(k, rules);
    if (kit_day(k, KIT_TODAY) < 0 || kit_desk(k, desk) < 0 || k->fx.refused)
        kit_fail(desk, k->fx.refused ? k->fx.reason.data : eh_code_name(k->result));
}

static inline void kit_start(struct kit *k, const char *desk)
{
    kit_start_under(k, EH_RULES_LAST, desk);
}

static inline void kit_done(struct kit *k)
{
    eh_engine_free(k->e);
    eh_arena_done(&k->arena);
}

static inline const struct eh_effect *kit_item(const struct kit *k, uint32_t i)
{
    if (i >= k->fx.count)
        kit_fail("effects", "there are fewer");
    return &k->fx.items[i];
}

static inline bool kit_is(struct eh_str s, const char *text)
{
    return eh_str_equal(s, eh_str(text));
}

/* "assigned T1 ana why; waiting T2 nobody": what the last step caused, for one comparison. */
static inline const char *kit_effects(struct kit *k)
{
    static char text[8192];
    size_t at = 0;
    text[0] = 0;
    for (uint32_t i = 0; i < k->fx.count && at < sizeof text - 400; i++) {
        const struct eh_effect *f = &k->fx.items[i];
        at += (size_t)snprintf(text + at, sizeof text - at, "%s%s", i ? "; " : "",
                               eh_notice_type_name(f->type));
        const struct eh_str parts[] = {f->id, f->rep, f->was, f->why};
        const char *const marks[] = {" ", " ", " was ", " "};
        for (size_t p = 0; p < 4; p++)
            if (parts[p].size)
                at += (size_t)snprintf(text + at, sizeof text - at, "%s%.*s", marks[p],
                                       EH_STR_ARG(parts[p]));
    }
    return text;
}

static inline const char *kit_refused(const struct kit *k)
{
    return k->result < 0   ? eh_code_name(k->result)
           : k->fx.refused ? k->fx.reason.data
                           : "not refused";
}

static inline struct eh_ticket_view kit_ticket(const struct kit *k, const char *id)
{
    struct eh_ticket_view view = {0};
    eh_engine_ticket(k->e, eh_str("default"), eh_str(id), &view);
    return view;
}

static inline struct eh_rep_view kit_rep(const struct kit *k, const char *id)
{
    struct eh_rep_view view = {0};
    eh_engine_rep(k->e, eh_str(id), &view);
    return view;
}

static inline bool kit_sound(const struct kit *k)
{
    return eh_key_equal(eh_engine_digest(k->e), eh_engine_digest_anew(k->e));
}

/* Another engine, made of a snapshot of this one: the same to the byte. */
static inline struct eh_engine *kit_restored(const struct eh_engine *e)
{
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    EH_AUTO(eh_bytes) struct eh_bytes second = EH_BYTES_INIT;
    struct eh_engine *again;
    struct eh_error error = {0};
    if (eh_engine_snapshot(e, &bytes) < 0)
        kit_fail("snapshot", "cannot be taken");
    if (eh_engine_restore(eh_str_n((const char *)bytes.data, bytes.size), &again, &error) < 0)
        kit_fail("snapshot", error.text);
    if (!eh_key_equal(eh_engine_digest(e), eh_engine_digest(again)) ||
        !eh_key_equal(eh_engine_digest(again), eh_engine_digest_anew(again)))
        kit_fail("snapshot", "what it makes has another digest");
    if (eh_engine_snapshot(again, &second) < 0 || second.size != bytes.size ||
        memcmp(second.data, bytes.data, bytes.size) != 0)
        kit_fail("snapshot", "what it makes has another snapshot");
    return again;
}

/* As a restart makes it: whoever observed says so again. */
static inline void kit_restart(struct kit *k)
{
    struct eh_engine *again = kit_restored(k->e);
    eh_engine_free(k->e);
    k->e = again;
}

#endif

/*
 * watch_kit: a kit whose inputs go through a watch, and the report of its period.
 *
 *     struct watched w;
 *     start(&w, EH_DATE_ALWAYS, EH_DATE_NEVER);
 *     deal(&w, 30, "sales", 1000);
 *     look(&w);
 *     cr_expect_eq(rep_of(&w, "ana")->overrides, 0);
 *     watched_done(&w);
 */
#ifndef TESTS_UNIT_WATCH_KIT_H
#define TESTS_UNIT_WATCH_KIT_H

#include <math.h>

#include <criterion/criterion.h>

#include <evenhand/fairness/watch.h>
#include <evenhand/wire/schedule.h>

#include "engine_kit.h"

#define DESK                                                                                       \
    "desk: main\n"                                                                                 \
    "currency: EUR\n"                                                                              \
    "kinds: {order: {points: 1}}\n"                                                                \
    "reps: [{id: ana}, {id: ben}, {id: cai}, {id: dov}]\n"                                         \
    "teams:\n"                                                                                     \
    "- {id: sales, policy: random, reps: [%s], overloaded: {%s, at_most: 8h}}\n"                   \
    "- {id: support, policy: random, reps: [dov]}\n"

/* A kit whose inputs go through a watch. */
struct watched {
    struct kit kit;
    struct eh_fairness_watch watch;
    struct eh_arena arena;
    struct eh_fairness_report report;
    uint32_t tickets;
};

static inline void step(struct watched *w, struct eh_message message, int origin)
{
    struct kit *k = &w->kit;
    struct eh_totals totals;
    struct eh_error error = {0};
    eh_engine_totals(k->e, &totals);
    k->in = (struct eh_input){.no = totals.input + 1,
                              .at_us = k->now_us,
                              .date = k->date,
                              .origin = (uint8_t)origin,
                              .stream_ms = 1,
                              .stream_no = totals.input,
                              .message = message,
                              .draws = &k->draws};
    eh_input_identify(&k->in);
    k->fx.count = 0;
    cr_assert_eq(eh_fairness_watch_step(&w->watch, &k->in, &k->fx, &error), 0, "%s", error.text);
    cr_assert(w->watch.over || !k->fx.refused, "%.*s", EH_STR_ARG(k->fx.reason));
}

static inline void send(struct watched *w, const char *json)
{
    step(w, kit_message(&w->kit, json), EH_ORIGIN_STREAM);
}

/* Of a manager; NULL: nobody says who they are. */
static inline void command(struct watched *w, int type, const char *user, const char *body)
{
    struct eh_message m = kit_command_message(&w->kit, type, body);
    m.actor = eh_str(user);
    m.has |= user ? EH_FIELD_BIT(EH_FIELD_ACTOR) : 0;
    step(w, m, EH_ORIGIN_ADMIN);
}

static inline void day(struct watched *w, int32_t date)
{
    w->kit.date = date;
    step(w, (struct eh_message){.type = EH_MESSAGE_DAY}, EH_ORIGIN_SHELL);
}

static inline void apply(struct watched *w, const char *sales, const char *least)
{
    char text[1024];
    eh_format(text, sizeof text, DESK, sales, least);
    step(w,
         (struct eh_message){.type = EH_MESSAGE_DESK,
                             .has = EH_FIELD_BIT(EH_FIELD_TEXT),
                             .text = eh_arena_str(&w->kit.arena, eh_str(text))},
         EH_ORIGIN_SHELL);
}

static inline void desk(struct watched *w, const char *sales)
{
    apply(w, sales, "at_least: 1s");
}

static inline void deal(struct watched *w, uint32_t count, const char *team, int value)
{
    char json[256];
    for (uint32_t i = 0; i < count; i++) {
        eh_format(json, sizeof json,
                  "{'type':'ticket','id':'T%u','team':'%s','kind':'order','value':%d}",
                  ++w->tickets, team, value);
        kit_pass(&w->kit, 60);
        send(w, json);
    }
}

static inline void start_without_desk(struct watched *w, enum eh_rules rules, int32_t from,
                                      int32_t to)
{
    *w = (struct watched){.tickets = 0};
    kit_open(&w->kit, rules);
    w->watch = (struct eh_fairness_watch){
        .engine = w->kit.e, .team = eh_str("sales"), .from = from, .to = to};
    day(w, KIT_TODAY);
}

static inline void start_under(struct watched *w, enum eh_rules rules, int32_t from, int32_t to)
{
    start_without_desk(w, rules, from, to);
    desk(w, "ana, ben, cai");
}

static inline void start(struct watched *w, int32_t from, int32_t to)
{
    start_under(w, EH_RULES_LAST, from, to);
}

static inline void look(struct watched *w)
{
    struct eh_error error = {0};
    cr_assert_eq(eh_fairness_watch_report(&w->watch, &w->arena, &w->report, &error), 0, "%s",
                 error.text);
}

static inline void watched_done(struct watched *w)
{
    eh_fairness_watch_done(&w->watch);
    eh_arena_done(&w->arena);
    kit_done(&w->kit);
}

static inline const struct eh_fairness_rep *rep_of(const struct watched *w, const char *id)
{
    for (uint32_t i = 0; i < w->report.rep_count; i++)
        if (eh_str_equal(w->report.reps[i].rep, eh_str(id)))
            return &w->report.reps[i];
    kit_fail(id, "is not in the report");
    return NULL;
}

static inline bool entitled_to(const struct watched *w, const char *id, double tickets)
{
    return fabs((double)rep_of(w, id)->account.entitled_nano * 1e-9 - tickets) <
           0.01; /* a division may be carried */
}

/* All of them together were entitled to as many as they received. */
static inline void expect_all_have(const struct watched *w, int64_t tickets)
{
    double entitled = 0;
    int64_t received = 0;
    for (uint32_t i = 0; i < w->report.rep_count; i++) {
        entitled += (double)w->report.reps[i].account.entitled_nano * 1e-9;
        received += w->report.reps[i].account.received;
    }
    cr_expect_eq(received, tickets);
    cr_expect(fabs(entitled - (double)tickets) < 0.01, "%f", entitled);
}

/* A SCHEDULE of this text, which is empty afterwards. */
static inline void give(struct watched *w, struct eh_bytes *text)
{
    step(w,
         (struct eh_message){.type = EH_MESSAGE_SCHEDULE,
                             .has = EH_FIELD_BIT(EH_FIELD_TEXT),
                             .text = eh_str_n((const char *)text->data, text->size)},
         EH_ORIGIN_SHELL);
    eh_bytes_clear(text);
}

#endif

/*
 * fairness_watch: an engine's history becomes a report: who was there when, what the ledger says at
 * both ends, what a manager did.
 */
#include <math.h>

#include <criterion/criterion.h>

#include <evenhand/fairness/watch.h>
#include <evenhand/wire/schedule.h>

#include "engine_kit.h"

TestSuite(fairness_watch, .timeout = 600);

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

static void step(struct watched *w, struct eh_message message, int origin)
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

static void send(struct watched *w, const char *json)
{
    step(w, kit_message(&w->kit, json), EH_ORIGIN_STREAM);
}

/* Of a manager; NULL: nobody says who they are. */
static void command(struct watched *w, int type, const char *user, const char *body)
{
    struct eh_message m = kit_command_message(&w->kit, type, body);
    m.actor = eh_str(user);
    m.has |= user ? EH_FIELD_BIT(EH_FIELD_ACTOR) : 0;
    step(w, m, EH_ORIGIN_ADMIN);
}

static void day(struct watched *w, int32_t date)
{
    w->kit.date = date;
    step(w, (struct eh_message){.type = EH_MESSAGE_DAY}, EH_ORIGIN_SHELL);
}

static void apply(struct watched *w, const char *sales, const char *least)
{
    char text[1024];
    eh_format(text, sizeof text, DESK, sales, least);
    step(w,
         (struct eh_message){.type = EH_MESSAGE_DESK,
                             .has = EH_FIELD_BIT(EH_FIELD_TEXT),
                             .text = eh_arena_str(&w->kit.arena, eh_str(text))},
         EH_ORIGIN_SHELL);
}

static void desk(struct watched *w, const char *sales)
{
    apply(w, sales, "at_least: 1s");
}

static void deal(struct watched *w, uint32_t count, const char *team, int value)
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

static void start_without_desk(struct watched *w, enum eh_rules rules, int32_t from, int32_t to)
{
    *w = (struct watched){.tickets = 0};
    kit_open(&w->kit, rules);
    w->watch = (struct eh_fairness_watch){
        .engine = w->kit.e, .team = eh_str("sales"), .from = from, .to = to};
    day(w, KIT_TODAY);
}

static void start_under(struct watched *w, enum eh_rules rules, int32_t from, int32_t to)
{
    start_without_desk(w, rules, from, to);
    desk(w, "ana, ben, cai");
}

static void start(struct watched *w, int32_t from, int32_t to)
{
    start_under(w, EH_RULES_LAST, from, to);
}

static void look(struct watched *w)
{
    struct eh_error error = {0};
    cr_assert_eq(eh_fairness_watch_report(&w->watch, &w->arena, &w->report, &error), 0, "%s",
                 error.text);
}

static void done(struct watched *w)
{
    eh_fairness_watch_done(&w->watch);
    eh_arena_done(&w->arena);
    kit_done(&w->kit);
}

static const struct eh_fairness_rep *rep_of(const struct watched *w, const char *id)
{
    for (uint32_t i = 0; i < w->report.rep_count; i++)
        if (eh_str_equal(w->report.reps[i].rep, eh_str(id)))
            return &w->report.reps[i];
    kit_fail(id, "is not in the report");
    return NULL;
}

static bool entitled_to(const struct watched *w, const char *id, double tickets)
{
    return fabs((double)rep_of(w, id)->account.entitled_nano * 1e-9 - tickets) <
           0.01; /* a division may be carried */
}

/* All of them together were entitled to as many as they received. */
static void expect_all_have(const struct watched *w, int64_t tickets)
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

Test(fairness_watch, all_of_a_log)
{
    struct watched w;
    start(&w, EH_DATE_ALWAYS, EH_DATE_NEVER);
    deal(&w, 90, "sales", 1000);
    deal(&w, 10, "support", 1000);
    look(&w);
    cr_expect_eq(w.report.tickets, 90);
    cr_expect_eq(w.report.arrived, 90);
    cr_expect_eq(w.report.drawn, 90);
    cr_assert_eq(w.report.rep_count, 3);
    expect_all_have(&w, 90);
    cr_expect(entitled_to(&w, "ana", 30));
    cr_expect(fabs(rep_of(&w, "ana")->expected - 30) < 1e-9);
    cr_expect_eq(rep_of(&w, "ana")->available_s, 100 * 60);
    cr_expect(w.report.draw_p > 0.001);
    done(&w);
}

Test(fairness_watch, a_period_within_a_log)
{
    struct watched w;
    start(&w, KIT_TODAY + 1, KIT_TODAY + 1);
    deal(&w, 30, "sales", 1000);
    kit_pass(&w.kit, 86400);
    day(&w, KIT_TODAY + 1);
    deal(&w, 12, "sales", 500);
    kit_pass(&w.kit, 86400);
    day(&w, KIT_TODAY + 2);
    cr_expect(w.watch.over);
    deal(&w, 5, "sales", 1000); /* not decided any more */
    look(&w);
    cr_expect_eq(w.report.tickets, 12);
    cr_expect_eq(w.watch.first, KIT_TODAY + 1);
    cr_expect_eq(w.watch.last, KIT_TODAY + 1);
    expect_all_have(&w, 12);
    cr_expect_eq(rep_of(&w, "ana")->available_s, 12 * 60 + 86400);
    done(&w);
}

Test(fairness_watch, a_period_to_come_is_empty)
{
    struct watched w;
    start(&w, KIT_TODAY + 9, EH_DATE_NEVER);
    deal(&w, 3, "sales", 1000);
    look(&w);
    cr_expect_eq(w.report.tickets, 0);
    cr_expect(isnan(w.report.count.jain));
    done(&w);
}

Test(fairness_watch, overload_and_return)
{
    struct watched w;
    start(&w, EH_DATE_ALWAYS, EH_DATE_NEVER);
    deal(&w, 10, "sales", 1000);
    send(&w, "{'type':'signal','rep':'ana','status':'overloaded','for':1800}");
    deal(&w, 10, "sales", 3000);
    kit_pass(&w.kit, 1200);
    step(&w, (struct eh_message){.type = EH_MESSAGE_DUE}, EH_ORIGIN_SHELL);
    deal(&w, 10, "sales", 1000);
    look(&w);
    const struct eh_fairness_rep *ana = rep_of(&w, "ana");
    cr_expect_eq(ana->overloads, 1);
    cr_expect_eq(ana->overloaded_s, 1800);
    cr_expect_eq(ana->available_s, 20 * 60);
    cr_expect(fabs(ana->value_meanwhile - 3000) < 1e-9);
    cr_expect(fabs(ana->value_otherwise - 1000) < 1e-9);
    cr_expect_eq(rep_of(&w, "ben")->overloads, 0);
    cr_expect(entitled_to(&w, "ana", 20 / 3.0));
    done(&w);
}

/* Overloaded for half an hour; the daemon is down for ten. */
static void half_an_hour_of_ten(enum eh_rules rules)
{
    struct watched w;
    start_under(&w, rules, EH_DATE_ALWAYS, EH_DATE_NEVER);
    send(&w, "{'type':'signal','rep':'ana','status':'overloaded','for':1800}");
    send(&w, "{'type':'signal','rep':'ben','status':'away','for':600}");
    kit_pass(&w.kit, 36000);
    for (int i = 0; i < 2; i++)
        step(&w, (struct eh_message){.type = EH_MESSAGE_DUE}, EH_ORIGIN_SHELL);
    look(&w);
    cr_expect_eq(rep_of(&w, "ana")->overloaded_s, 1800);
    cr_expect_eq(rep_of(&w, "ana")->available_s, 36000 - 1800);
    cr_expect_eq(rep_of(&w, "ben")->away_s, 600);
    cr_expect_eq(rep_of(&w, "ben")->available_s, 36000 - 600);
    cr_expect_eq(rep_of(&w, "cai")->available_s, 36000);
    done(&w);
}

Test(fairness_watch, a_state_ends_when_it_ended)
{
    half_an_hour_of_ten(EH_RULES_LAST);
    half_an_hour_of_ten(EH_RULES_ENDS - 1); /* the log of before tells as much */
}

/* What nobody has noticed yet has ended, too. */
Test(fairness_watch, a_state_that_ended_before_the_report)
{
    struct watched w;
    start(&w, EH_DATE_ALWAYS, KIT_TODAY);
    send(&w, "{'type':'signal','rep':'ana','status':'overloaded','for':1800}");
    kit_pass(&w.kit, 86400);
    day(&w, KIT_TODAY + 1);
    look(&w);
    cr_expect_eq(rep_of(&w, "ana")->overloaded_s, 1800);
    cr_expect_eq(rep_of(&w, "ana")->available_s, 86400 - 1800);
    done(&w);
}

/* Time outside of hours, and of an absence, is no state's time. */
Test(fairness_watch, nobody_who_is_off_is_available)
{
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    const int64_t hour_us = INT64_C(3600000000);
    const struct eh_interval shift = {KIT_START + hour_us, KIT_START + 3 * hour_us};
    struct watched w;
    char absent[128];
    start(&w, EH_DATE_ALWAYS, EH_DATE_NEVER);
    eh_schedule_put_intervals(&text, 1, &shift, 1);
    eh_schedule_put_rep(&text, eh_str("ana"), 1);
    step(&w,
         (struct eh_message){.type = EH_MESSAGE_SCHEDULE,
                             .has = EH_FIELD_BIT(EH_FIELD_TEXT),
                             .text = eh_str_n((const char *)text.data, text.size)},
         EH_ORIGIN_SHELL);
    eh_format(absent, sizeof absent, "{'type':'absence','rep':'ben','from':%lld,'until':%lld}",
              (long long)(KIT_START + hour_us) / 1000, (long long)(KIT_START + 2 * hour_us) / 1000);
    send(&w, absent);
    for (int i = 0; i < 4; i++) {
        kit_pass(&w.kit, 3600);
        for (int due = 0; due < 3; due++)
            step(&w, (struct eh_message){.type = EH_MESSAGE_DUE}, EH_ORIGIN_SHELL);
    }
    look(&w);
    cr_expect_eq(rep_of(&w, "ana")->available_s, 2 * 3600);
    cr_expect_eq(rep_of(&w, "ben")->available_s, 3 * 3600);
    cr_expect_eq(rep_of(&w, "cai")->available_s, 4 * 3600);
    done(&w);
}

/* ---- Absences, by the hours and the day of the week. */

#define DAY_MS INT64_C(86400000)

static void give(struct watched *w, struct eh_bytes *text)
{
    step(w,
         (struct eh_message){.type = EH_MESSAGE_SCHEDULE,
                             .has = EH_FIELD_BIT(EH_FIELD_TEXT),
                             .text = eh_str_n((const char *)text->data, text->size)},
         EH_ORIGIN_SHELL);
    eh_bytes_clear(text);
}

/* Eight hours on each of so many days, from the day of KIT_START on, at 08:00: of ana and ben. */
static void hours_give(struct watched *w, int days)
{
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    for (int i = 0; i < days; i++) {
        int64_t from_us = KIT_START + (i * DAY_MS + 8 * 3600000) * 1000;
        const struct eh_interval one = {from_us, from_us + INT64_C(8) * 3600000000};
        eh_schedule_put_intervals(&text, 1, &one, 1);
    }
    eh_schedule_put_rep(&text, eh_str("ana"), 1);
    eh_schedule_put_rep(&text, eh_str("ben"), 1);
    give(w, &text);
}

static void absent(struct watched *w, const char *rep, double from_day, double until_day)
{
    char json[160];
    eh_format(json, sizeof json, "{'type':'absence','rep':'%s','from':%lld,'until':%lld}", rep,
              (long long)(KIT_START / 1000 + (int64_t)(from_day * (double)DAY_MS)),
              (long long)(KIT_START / 1000 + (int64_t)(until_day * (double)DAY_MS)));
    send(w, json);
}

/* So many days of which each has a DAY at its beginning, and a DUE for each hour. */
static void days_pass(struct watched *w, int days)
{
    for (int hour = 1; hour <= days * 24; hour++) {
        kit_pass(&w->kit, 3600);
        if (hour % 24 == 0)
            day(w, w->kit.date + 1);
        for (int due = 0; due < 4; due++)
            step(w, (struct eh_message){.type = EH_MESSAGE_DUE}, EH_ORIGIN_SHELL);
    }
}

static int64_t day_of_utc(const struct eh_desk *desk, int32_t date)
{
    (void)desk;
    return date * INT64_C(86400000000);
}

/* KIT_TODAY is a Friday: the Mondays are days 3, 10, 17 and 24. */
Test(fairness_watch, who_is_absent_every_monday_is_seen)
{
    struct watched w;
    start(&w, EH_DATE_ALWAYS, EH_DATE_NEVER);
    w.watch.day_start = day_of_utc;
    hours_give(&w, 28);
    for (int monday = 3; monday < 28; monday += 7)
        absent(&w, "ana", monday, monday + 1);
    absent(&w, "ben", 5 + 0.5, 8); /* a Wednesday at noon, and the two days behind it */
    absent(&w, "cai", 6, 7);       /* without hours */
    absent(&w, "ben", 12, 12.5);   /* a morning: four hours of work */
    days_pass(&w, 28);
    look(&w);
    const struct eh_fairness_time *ana = &rep_of(&w, "ana")->time, *ben = &rep_of(&w, "ben")->time,
                                  *cai = &rep_of(&w, "cai")->time;
    cr_expect_eq(ana->absences, 4);
    cr_expect_eq(ana->absent_days, 4);
    cr_expect_eq(ana->absent_on[0], 4);
    cr_expect_eq(ana->due_on[0], 4);
    cr_expect_eq(ana->absent_s, 4 * 8 * 3600);
    cr_expect_eq(ana->due_s, 28 * 8 * 3600);
    cr_expect_eq(ben->absences, 2);
    cr_expect_eq(ben->absent_days, 4);
    cr_expect_eq(ben->absent_s, 24 * 3600);
    cr_expect_eq(ben->absent_on[0], 0);
    cr_expect_eq(ben->absent_on[2], 2);
    cr_expect_eq(ben->absent_on[4], 1);
    cr_expect_eq(cai->absent_days, 1);
    cr_expect_eq(cai->due_s, 0);
    cr_expect_eq(cai->absent_s, 0);
    cr_expect_eq(rep_of(&w, "ana")->available_s, 24 * 8 * 3600);
    done(&w);
}

/* Nothing comes for four days: the absence and the shifts meanwhile are told all the same. */
Test(fairness_watch, an_absence_while_nothing_came)
{
    struct watched w;
    start(&w, EH_DATE_ALWAYS, EH_DATE_NEVER);
    hours_give(&w, 10);
    absent(&w, "ana", 1, 3);
    days_pass(&w, 1);
    kit_pass(&w.kit, 4 * 86400);
    day(&w, KIT_TODAY + 5);
    look(&w);
    cr_expect_eq(rep_of(&w, "ana")->time.absent_s, 16 * 3600);
    cr_expect_eq(rep_of(&w, "ana")->time.absent_days, 2);
    cr_expect_eq(rep_of(&w, "ana")->time.due_days, 5);
    cr_expect_eq(rep_of(&w, "ben")->time.absent_days, 0);
    done(&w);
}

/* Told anew while it lasts, and cancelled: what was missed is missed, once. */
Test(fairness_watch, an_absence_that_is_told_anew)
{
    struct watched w;
    char json[160];
    start(&w, EH_DATE_ALWAYS, EH_DATE_NEVER);
    hours_give(&w, 10);
    for (int i = 0; i < 2; i++) {
        eh_format(json, sizeof json,
                  "{'type':'absence','rep':'ana','uid':'hr','from':%lld,'until':%lld}",
                  (long long)(KIT_START / 1000), (long long)(KIT_START / 1000 + (6 + i) * DAY_MS));
        send(&w, json);
        days_pass(&w, 1);
    }
    send(&w, "{'type':'absence','rep':'ana','uid':'hr','cancel':0}");
    days_pass(&w, 1);
    absent(&w, "ana", 3, 4);
    days_pass(&w, 2);
    look(&w);
    cr_expect_eq(rep_of(&w, "ana")->time.absences, 2);
    cr_expect_eq(rep_of(&w, "ana")->time.absent_days, 3);
    cr_expect_eq(rep_of(&w, "ana")->time.absent_s, 3 * 8 * 3600);
    done(&w);
}

/* A break at noon does not end what they said. */
Test(fairness_watch, a_state_is_counted_once_however_many_breaks)
{
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    const int64_t hour_us = INT64_C(3600000000);
    struct watched w;
    start(&w, EH_DATE_ALWAYS, EH_DATE_NEVER);
    for (int i = 0; i < 3; i++) {
        const struct eh_interval one = {KIT_START + 2 * i * hour_us,
                                        KIT_START + (2 * i + 1) * hour_us};
        eh_schedule_put_intervals(&text, 1, &one, 1);
    }
    eh_schedule_put_rep(&text, eh_str("ana"), 1);
    eh_schedule_put_rep(&text, eh_str("ben"), 1);
    give(&w, &text);
    kit_pass(&w.kit, 60);
    send(&w, "{'type':'signal','rep':'ana','status':'overloaded','for':28000}");
    send(&w, "{'type':'signal','rep':'ben','status':'away'}");
    days_pass(&w, 1);
    look(&w);
    cr_expect_eq(rep_of(&w, "ana")->overloads, 1);
    cr_expect_eq(rep_of(&w, "ben")->time.aways, 1);
    cr_expect_eq(rep_of(&w, "ana")->time.aways, 0);
    done(&w);
}

/* Ended sooner, but not before at_least. */
Test(fairness_watch, a_state_whose_end_is_brought_forward)
{
    struct watched w;
    start(&w, EH_DATE_ALWAYS, EH_DATE_NEVER);
    apply(&w, "ana, ben, cai", "at_least: 10m");
    send(&w, "{'type':'signal','rep':'ana','status':'overloaded'}");
    kit_pass(&w.kit, 60);
    send(&w, "{'type':'signal','rep':'ana','status':'available'}");
    kit_pass(&w.kit, 36000);
    step(&w, (struct eh_message){.type = EH_MESSAGE_DUE}, EH_ORIGIN_SHELL);
    look(&w);
    cr_expect_eq(rep_of(&w, "ana")->overloaded_s, 600);
    done(&w);
}

static int64_t midnight(const struct eh_desk *desk, int32_t date)
{
    (void)desk;
    return KIT_START + (date - KIT_TODAY) * INT64_C(86400000000) + INT64_C(3600000000);
}

/* The day begins an hour after KIT_START. The first input of the next day comes ten hours late: a
 * day has its 24 hours all the same, and so has the one behind it. */
Test(fairness_watch, a_period_ends_when_its_last_day_does)
{
    for (int32_t later = 0; later < 2; later++) {
        struct watched w;
        start(&w, KIT_TODAY + 1 + later, KIT_TODAY + 1 + later);
        w.watch.day_start = midnight;
        for (int32_t i = 1; i <= 3; i++) {
            kit_pass(&w.kit, 86400 + (i == 1 ? 3600 : i == 2 ? 36000 : 0));
            day(&w, KIT_TODAY + i);
        }
        look(&w);
        cr_expect_eq(rep_of(&w, "ana")->available_s, 86400, "%lld",
                     (long long)rep_of(&w, "ana")->available_s);
        done(&w);
    }
}

Test(fairness_watch, overrides)
{
    struct watched w;
    start(&w, EH_DATE_ALWAYS, EH_DATE_NEVER);
    deal(&w, 10, "sales", 700);
    const char *to = kit_is(kit_ticket(&w.kit, "T1").rep, "ben") ? "cai" : "ben";
    char body[128];
    eh_format(body, sizeof body, "{'id':'T1','rep':'%s','reason':'knows them'}", to);
    command(&w, EH_MESSAGE_ASSIGN, "maja", body);
    look(&w);
    cr_assert_eq(w.report.manager_count, 1);
    cr_expect(eh_str_equal(w.report.managers[0].manager, eh_str("maja")));
    cr_expect_eq(w.report.managers[0].value, 700);
    cr_expect_eq(rep_of(&w, to)->overrides, 1);
    cr_expect_eq(w.report.tickets, 10);
    expect_all_have(&w, 10);
    done(&w);
}

static void released_by(struct watched *w, const char *user, struct eh_str rep)
{
    char body[128];
    eh_format(body, sizeof body, "{'rep':'%.*s','reason':'ill'}", EH_STR_ARG(rep));
    command(w, EH_MESSAGE_RELEASE, user, body);
}

Test(fairness_watch, released_and_dealt_again)
{
    struct watched w;
    start(&w, EH_DATE_ALWAYS, EH_DATE_NEVER);
    deal(&w, 30, "sales", 700);
    uint64_t open = kit_rep(&w.kit, "cai").open;
    released_by(&w, NULL, eh_str("cai"));
    kit_pass(&w.kit, 600);
    deal(&w, 1, "sales", 700);
    look(&w);
    cr_expect_eq(w.report.tickets, 31);
    cr_expect_eq(w.report.deals, 31 + open);
    cr_expect_eq(rep_of(&w, "cai")->account.received, 0);
    cr_expect_eq(rep_of(&w, "cai")->away_s, 660);
    expect_all_have(&w, 31);
    done(&w);
}

static void move(struct watched *w, const char *user, const char *team)
{
    char body[128];
    eh_format(body, sizeof body, "{'id':'T1','team':'%s','reason':'misrouted'}", team);
    command(w, EH_MESSAGE_MOVE, user, body);
}

/* Out and back as often as one likes: no deal, and each move is counted for who did it. */
Test(fairness_watch, moves_are_counted_for_who_made_them)
{
    struct watched w;
    start(&w, EH_DATE_ALWAYS, EH_DATE_NEVER);
    deal(&w, 1, "sales", 700);
    for (int i = 0; i < 3; i++) {
        move(&w, "maja", "support");
        move(&w, i == 2 ? "olaf" : "maja", "sales");
    }
    look(&w);
    cr_expect_eq(w.report.tickets, 1);
    cr_expect_eq(w.report.deals, 1);
    cr_expect_eq(w.report.further_deals, 0);
    cr_expect_eq(w.report.moves, 6);
    cr_expect_eq(w.report.moves_value, 4200);
    cr_assert_eq(w.report.manager_count, 2);
    cr_expect(eh_str_equal(w.report.managers[0].manager, eh_str("maja")));
    cr_expect_eq(w.report.managers[0].moves, 5);
    cr_expect_eq(w.report.managers[1].moves, 1);
    cr_expect_eq(w.report.managers[1].moves_value, 700);
    expect_all_have(&w, 1);
    done(&w);
}

static void expect_further(const struct watched *w, uint32_t at, const char *who, enum eh_again why)
{
    const struct eh_fairness_further *further = &w->report.further[at];
    cr_assert_gt(w->report.further_count, at);
    cr_expect(eh_str_equal(further->who, eh_str(who)), "%.*s", EH_STR_ARG(further->who));
    cr_expect_eq(further->why, why);
    cr_expect_eq(further->deals, 1);
    cr_expect_eq(further->value, 700);
}

/* By whoever released who had it, or moved it back when they had left. */
Test(fairness_watch, further_deals_are_counted_with_who_and_why)
{
    struct watched w;
    struct eh_ticket_view ticket;
    char rest[32] = "";
    start(&w, EH_DATE_ALWAYS, EH_DATE_NEVER);
    deal(&w, 1, "sales", 700);
    cr_assert(eh_engine_ticket(w.kit.e, eh_str("default"), eh_str("T1"), &ticket));
    released_by(&w, "maja", ticket.rep);
    cr_assert(eh_engine_ticket(w.kit.e, eh_str("default"), eh_str("T1"), &ticket));
    static const char *const reps[] = {"ana", "ben", "cai"};
    for (int i = 0; i < 3; i++)
        if (!eh_str_equal(ticket.rep, eh_str(reps[i])))
            eh_format(rest + strlen(rest), sizeof rest - strlen(rest), "%s%s", rest[0] ? ", " : "",
                      reps[i]);
    move(&w, "maja", "support");
    desk(&w, rest);
    move(&w, "olaf", "sales");
    look(&w);
    cr_expect_eq(w.report.tickets, 1);
    cr_expect_eq(w.report.deals, 3);
    cr_expect_eq(w.report.further_deals, 2);
    expect_further(&w, 0, "maja", EH_AGAIN_RELEASE);
    expect_further(&w, 1, "olaf", EH_AGAIN_LEFT);
    done(&w);
}

/* owner: in quotes, or null; by: likewise */
static void owner(struct watched *w, const char *id, const char *who, const char *by)
{
    char json[256];
    eh_format(json, sizeof json, "{'type':'owner','id':'%s','owner':%s,'by':%s}", id, who, by);
    send(w, json);
}

static void own(struct watched *w, const char *id, const char *rep)
{
    char json[256];
    eh_format(json, sizeof json,
              "{'type':'ticket','id':'%s','team':'sales','kind':'order','value':700,'owner':'%s'}",
              id, rep);
    send(w, json);
}

static void expect_deed(const struct watched *w, const char *rep, enum eh_deed deed,
                        uint64_t tickets)
{
    const struct eh_fairness_deed *done = &rep_of(w, rep)->deeds[deed];
    cr_expect_eq(done->tickets, tickets, "%s %s: %llu", rep, eh_deed_name(deed),
                 (unsigned long long)done->tickets);
    cr_expect_eq(done->value, 700 * (int64_t)tickets);
}

/* Claims, gifts and drops stand by the rep who did them, apart from overrides. */
Test(fairness_watch, what_reps_do_at_the_helpdesk_is_counted_for_them)
{
    struct watched w;
    start(&w, EH_DATE_ALWAYS, EH_DATE_NEVER);
    static const char *const ids[] = {"C1", "C2", "G1", "G2", "G3", "D1", "D2", "M1", "H1"};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        own(&w, ids[i], "ana");
    owner(&w, "C1", "'ben'", "'ben'");
    owner(&w, "C2", "'ben'", "'ben'");
    owner(&w, "G1", "'ben'", "'ana'");
    owner(&w, "G2", "'ben'", "'cai'"); /* cai gave away what ana had */
    owner(&w, "G3", "'zed'", "'ana'");
    owner(&w, "D1", "null", "'ana'");
    owner(&w, "D2", "null", "null");
    owner(&w, "H1", "'zed'", "'zed'"); /* somebody outside took it: nobody's deed */
    owner(&w, "H1", "null", "'zed'");
    look(&w);
    expect_deed(&w, "ben", EH_DEED_CLAIM, 2);
    expect_deed(&w, "ana", EH_DEED_CLAIM, 0);
    expect_deed(&w, "ana", EH_DEED_GIFT, 2);
    expect_deed(&w, "cai", EH_DEED_GIFT, 1);
    expect_deed(&w, "ana", EH_DEED_DROP, 2);
    cr_expect_eq(w.report.overrides, 0);
    cr_expect_eq(w.report.tickets, 9, "each once");
    cr_expect_eq(w.report.ways[EH_WAY_CLAIMED].tickets, 2);
    cr_expect_eq(w.report.ways[EH_WAY_CLAIMED].doers[0].doer, EH_DOER_REP);
    cr_expect_eq(w.report.ways[EH_WAY_GIVEN].tickets, 2);
    cr_assert_eq(w.report.further_count, 1);
    cr_expect(eh_str_equal(w.report.further[0].who, eh_str("ana")));
    cr_expect_eq(w.report.further[0].why, EH_AGAIN_DROPPED);
    cr_expect_eq(w.report.further[0].deals, 2);
    /* nine tickets, and four that entitled anew: two gifts, two drops */
    expect_all_have(&w, 13);
    done(&w);
}

Test(fairness_watch, who_returned_a_ticket_is_told)
{
    struct watched w;
    start(&w, EH_DATE_ALWAYS, EH_DATE_NEVER);
    deal(&w, 1, "sales", 700);
    command(&w, EH_MESSAGE_RETURN, "maja", "{'id':'T1','reason':'wrong hands'}");
    look(&w);
    cr_expect_eq(w.report.further_deals, 1);
    expect_further(&w, 0, "maja", EH_AGAIN_RETURN);
    cr_expect_eq(w.report.tickets, 1);
    expect_all_have(&w, 1);
    done(&w);
}

Test(fairness_watch, what_was_sent_again_is_counted)
{
    struct watched w;
    start(&w, EH_DATE_ALWAYS, EH_DATE_NEVER);
    for (int i = 0; i < 3; i++) {
        char json[256];
        eh_format(json, sizeof json,
                  "{'type':'ticket','id':'A%d','team':'%s','kind':'order','customer':'acme',"
                  "'subject':'a pump','value':900}",
                  i, i < 2 ? "sales" : "support");
        send(&w, json);
        eh_format(json, sizeof json, "{'type':'outcome','id':'A%d','outcome':'cancelled'}", i);
        send(&w, json);
    }
    look(&w);
    cr_expect_eq(w.report.resent, 1, "the third is another team's");
    cr_expect_eq(w.report.resent_value, 900);
    done(&w);
}

Test(fairness_watch, leaving_and_joining)
{
    struct watched w;
    start(&w, EH_DATE_ALWAYS, EH_DATE_NEVER);
    deal(&w, 30, "sales", 1000);
    desk(&w, "ben, cai, dov");
    deal(&w, 30, "sales", 1000);
    look(&w);
    cr_assert_eq(w.report.rep_count, 4);
    cr_expect_eq(rep_of(&w, "ana")->available_s, 30 * 60);
    cr_expect_eq(rep_of(&w, "dov")->available_s, 30 * 60);
    cr_expect_eq(rep_of(&w, "ben")->available_s, 60 * 60);
    cr_expect(entitled_to(&w, "ana", 10));
    cr_expect(entitled_to(&w, "dov", 10));
    expect_all_have(&w, 60);
    done(&w);
}

Test(fairness_watch, a_team_that_never_was)
{
    struct watched w;
    struct eh_error error = {0};
    start(&w, KIT_TODAY + 1, EH_DATE_NEVER);
    w.watch.team = eh_str("nobody");
    cr_expect_eq(eh_fairness_watch_report(&w.watch, &w.arena, &w.report, &error), -EH_ENOTFOUND);
    cr_expect_str_eq(error.text, "team nobody: there is none");
    done(&w);
}

Test(fairness_watch, before_there_was_a_desk)
{
    struct watched w;
    start_without_desk(&w, EH_RULES_LAST, EH_DATE_ALWAYS, KIT_TODAY - 1);
    cr_expect(w.watch.over);
    look(&w);
    cr_expect_eq(w.report.rep_count, 0);
    cr_expect_eq(w.watch.first, KIT_TODAY - 1);
    cr_expect_eq(w.watch.last, KIT_TODAY - 1);
    done(&w);
}

/* Times a ticket was paused, its value, and the time of all of them together, up to the end; what
 * takes a ticket from its rep ends its pause. */
Test(fairness_watch, pauses)
{
    struct watched w;
    start(&w, EH_DATE_ALWAYS, EH_DATE_NEVER);
    desk(&w, "ana");
    deal(&w, 3, "sales", 1000);
    send(&w, "{'type':'update','id':'T1','paused':true}");
    kit_pass(&w.kit, 600);
    send(&w, "{'type':'update','id':'T2','paused':true}");
    kit_pass(&w.kit, 100);
    send(&w, "{'type':'outcome','id':'T1','outcome':'resolved'}");
    kit_pass(&w.kit, 50);
    send(&w, "{'type':'update','id':'T2','paused':false}");
    kit_pass(&w.kit, 1000);
    send(&w, "{'type':'update','id':'T2','paused':true}");
    kit_pass(&w.kit, 30);
    command(&w, EH_MESSAGE_MOVE, "maja", "{'id':'T2','team':'support','reason':'r'}");
    kit_pass(&w.kit, 1000);
    send(&w, "{'type':'update','id':'T3','paused':true}");
    kit_pass(&w.kit, 7);
    send(&w, "{'type':'ticket','id':'E','team':'support','kind':'order'}");
    look(&w);
    cr_expect_eq(rep_of(&w, "ana")->paused.tickets, 4);
    cr_expect_eq(rep_of(&w, "ana")->paused.value, 4000);
    cr_expect_eq(rep_of(&w, "ana")->paused_s, 700 + 150 + 30 + 7);
    done(&w);
}

/* By the hours of the team, which are other ones from the second day on. */
Test(fairness_watch, pauses_in_working_time)
{
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    const int64_t hour_us = INT64_C(3600000000);
    const struct eh_interval first = {KIT_START + hour_us, KIT_START + 3 * hour_us};
    const struct eh_interval then = {KIT_START + 25 * hour_us, KIT_START + 29 * hour_us};
    struct watched w;
    start(&w, EH_DATE_ALWAYS, EH_DATE_NEVER);
    desk(&w, "ana");
    deal(&w, 1, "sales", 1000);
    eh_schedule_put_intervals(&text, 1, &first, 1);
    eh_schedule_put_intervals(&text, 2, &then, 1);
    eh_schedule_put_team(&text, eh_str("sales"), 1);
    give(&w, &text);
    kit_pass(&w.kit, 7200 - 60);
    send(&w, "{'type':'update','id':'T1','paused':true}");
    kit_pass(&w.kit, 22 * 3600);
    day(&w, KIT_TODAY + 1);
    eh_schedule_put_team(&text, eh_str("sales"), 2);
    give(&w, &text);
    kit_pass(&w.kit, 3 * 3600);
    send(&w, "{'type':'ticket','id':'E','team':'support','kind':'order'}");
    look(&w);
    cr_expect_eq(rep_of(&w, "ana")->paused_s, 1 * 3600 + 2 * 3600);
    done(&w);
}

/* Those that were paused before the period count from its beginning, and as begun in no period. */
Test(fairness_watch, pauses_of_before)
{
    struct watched w;
    start(&w, KIT_TODAY + 1, EH_DATE_NEVER);
    desk(&w, "ana");
    deal(&w, 1, "sales", 1000);
    send(&w, "{'type':'update','id':'T1','paused':true}");
    kit_pass(&w.kit, 3600);
    day(&w, KIT_TODAY + 1);
    kit_pass(&w.kit, 60);
    send(&w, "{'type':'update','id':'T1','paused':false}");
    kit_pass(&w.kit, 60);
    send(&w, "{'type':'ticket','id':'E','team':'support','kind':'order'}");
    look(&w);
    cr_expect_eq(rep_of(&w, "ana")->paused.tickets, 0);
    cr_expect_eq(rep_of(&w, "ana")->paused_s, 60);
    done(&w);
}

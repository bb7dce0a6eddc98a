/*
 * fairness_watch: an engine's history becomes a report: who was there when, and what the ledger
 * says at both ends.
 */
#include "watch_kit.h"

TestSuite(fairness_watch, .timeout = 600);

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
    watched_done(&w);
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
    watched_done(&w);
}

Test(fairness_watch, a_period_to_come_is_empty)
{
    struct watched w;
    start(&w, KIT_TODAY + 9, EH_DATE_NEVER);
    deal(&w, 3, "sales", 1000);
    look(&w);
    cr_expect_eq(w.report.tickets, 0);
    cr_expect(isnan(w.report.count.jain));
    watched_done(&w);
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
    watched_done(&w);
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
    watched_done(&w);
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
    watched_done(&w);
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
    watched_done(&w);
}

/* ---- Absences, by the hours and the day of the week. */

#define DAY_MS INT64_C(86400000)

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
    watched_done(&w);
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
    watched_done(&w);
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
    watched_done(&w);
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
    watched_done(&w);
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
    watched_done(&w);
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
        watched_done(&w);
    }
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
    watched_done(&w);
}

Test(fairness_watch, a_team_that_never_was)
{
    struct watched w;
    struct eh_error error = {0};
    start(&w, KIT_TODAY + 1, EH_DATE_NEVER);
    w.watch.team = eh_str("nobody");
    cr_expect_eq(eh_fairness_watch_report(&w.watch, &w.arena, &w.report, &error), -EH_ENOTFOUND);
    cr_expect_str_eq(error.text, "team nobody: there is none");
    watched_done(&w);
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
    watched_done(&w);
}

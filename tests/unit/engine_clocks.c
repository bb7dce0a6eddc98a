/* unit/engine_clocks: tickets have to be answered in time, overflow and age; all in working time.
 */
#include "hours_kit.h"

#include <criterion/criterion.h>

#include <evenhand/engine/periods.h>

static const char desk[] =
    "desk: main\ncurrency: EUR\ntime_zone: UTC\nkinds: {order: {points: 2}, query: {points: 1}}\n"
    "reps: [{id: ana}, {id: bob}, {id: eli}]\nteams:\n"
    "  - {id: sales, reps: [ana, bob], policy: balanced, answer_within: {order: 1h},\n"
    "     overflow: {after: 2h, to: care}, ages: 1 per 4h}\n"
    "  - {id: care, reps: [eli], policy: balanced}\n";

static struct kit k;
static struct hours h;

static void start(void)
{
    kit_start(&k, desk);
}

static void stop(void)
{
    cr_assert(kit_sound(&k));
    eh_engine_free(kit_restored(k.e));
    kit_done(&k);
    eh_bytes_done(&h.text);
}

TestSuite(engine_clocks, .init = start, .fini = stop);

static void ticket(const char *id, const char *more)
{
    kit_sendf(&k, "{'type':'ticket','id':'%s','team':'sales'%s}", id, more);
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
}

static void order(const char *id)
{
    ticket(id, ",'kind':'order'");
}

static void everybody_is_away(void)
{
    const char *const reps[] = {"ana", "bob", "eli"};
    for (size_t i = 0; i < 3; i++)
        kit_sendf(&k, "{'type':'signal','rep':'%s','status':'away'}", reps[i]);
}

static int clocks(void)
{
    struct eh_message m = {
        .type = EH_MESSAGE_DUE, .has = EH_FIELD_BIT(EH_FIELD_CLOCKS), .clocks = 1};
    return kit_step(&k, m, EH_ORIGIN_SHELL);
}

/* So many hours after the start, and what is due of tickets by then: "late T1; …". */
static const char *at(double hour)
{
    static char told[4096];
    size_t size = 0;
    hours_at(&k, hour);
    told[0] = '\0';
    while (eh_engine_clocks_due_us(k.e) <= k.now_us) {
        cr_assert_eq(clocks(), 0);
        size += (size_t)snprintf(told + size, sizeof told - size, "%s%s", size ? "; " : "",
                                 kit_effects(&k));
        kit_restart(&k);
    }
    return told;
}

static uint32_t due_by(double hour)
{
    return eh_engine_due_by(k.e, eh_str("sales"), KIT_START + (int64_t)(hour * (double)HOUR_US));
}

static uint64_t late(void)
{
    struct eh_team_gauges g = {0};
    uint32_t budget = 1000;
    eh_engine_team_gauges(k.e, eh_str("sales"), &budget, &g);
    return g.late;
}

/* sales works from 8 to 12 and from 13 to 16 on so many days, up to the end of the last. */
static void sales_works(int first, int days)
{
    for (int day = first; day < first + days; day++) {
        hours_add(&h, 1, 24 * day + 8, 24 * day + 12);
        hours_add(&h, 1, 24 * day + 13, 24 * day + 16);
    }
    eh_schedule_put_team(&h.text, eh_str("sales"), 1);
    eh_schedule_put_window(&h.text, KIT_START + (first + days) * 24 * HOUR_US);
    cr_assert_eq(hours_give(&k, &h), 0);
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
}

Test(engine_clocks, a_ticket_is_late_once)
{
    order("T1");
    cr_assert_eq(kit_ticket(&k, "T1").due_us, KIT_START + HOUR_US);
    cr_assert(due_by(1) == 1 && due_by(0.9) == 0 && late() == 0);
    cr_assert_str_eq(at(0.999), "");
    const char *rep = kit_is(kit_ticket(&k, "T1").rep, "ana") ? "late T1 ana" : "late T1 bob";
    cr_assert_str_eq(at(1), rep);
    cr_assert(kit_ticket(&k, "T1").late && late() == 1 && due_by(1) == 0);
    cr_assert_str_eq(at(100), "");
    cr_assert_eq(kit_ticket(&k, "T1").due_us, KIT_START + HOUR_US);
    kit_send(&k, "{'type':'answered','id':'T1'}");
    cr_assert(!kit_ticket(&k, "T1").late && kit_ticket(&k, "T1").answered && late() == 0);
    cr_assert_eq(kit_ticket(&k, "T1").due_us, 0);
}

Test(engine_clocks, an_answer_and_a_closing_end_it)
{
    order("T1");
    order("T2");
    order("T3");
    kit_send(&k, "{'type':'answered','id':'T1'}");
    cr_assert_eq(k.fx.count, 1);
    cr_assert_eq(kit_item(&k, 0)->type, EH_NOTICE_ANSWERED);
    cr_assert(eh_str_equal(kit_item(&k, 0)->rep, kit_ticket(&k, "T1").rep));
    kit_send(&k, "{'type':'answered','id':'T1','event':'second'}");
    cr_assert(k.fx.count == 0 && !k.fx.refused);
    kit_send(&k, "{'type':'outcome','id':'T2','outcome':'won'}");
    kit_send(&k, "{'type':'outcome','id':'T2','outcome':'reopened'}");
    cr_assert(strstr(at(2), "late T3"));
    cr_assert_eq(eh_engine_clocks_due_us(k.e), EH_TIME_NEVER);
}

Test(engine_clocks, what_is_said_of_no_ticket_is_refused)
{
    kit_send(&k, "{'type':'answered','id':'T9'}");
    cr_assert_str_eq(kit_refused(&k), "ticket default/T9 is not known");
    order("T1");
    kit_sendf(&k, "{'type':'answered','id':'T1','at':%lld}",
              (long long)(k.now_us / 1000 + EH_AT_AHEAD_MAX_S * 1000));
    cr_assert_not(k.fx.refused);
    order("T2");
    kit_sendf(&k, "{'type':'answered','id':'T2','at':%lld}",
              (long long)(k.now_us / 1000 + EH_AT_AHEAD_MAX_S * 1000 + 1));
    cr_assert(k.fx.refused);
    kit_send(&k, "{'type':'answered','id':'T2','at':'2024-10-04'}");
    cr_assert_str_eq(kit_refused(&k), "at: must be a time in milliseconds, not a day");
}

Test(engine_clocks, due_at_of_the_ticket_comes_first)
{
    long long ms = KIT_START / 1000 + 7200000;
    kit_sendf(&k, "{'type':'ticket','id':'T1','team':'sales','kind':'order','due_at':%lld}", ms);
    kit_sendf(&k, "{'type':'ticket','id':'T2','team':'sales','kind':'query','due_at':%lld}", ms);
    ticket("T3", ",'kind':'query'");
    cr_assert_eq(kit_ticket(&k, "T1").due_us, KIT_START + 2 * HOUR_US);
    cr_assert_eq(kit_ticket(&k, "T3").due_us, 0);
    kit_sendf(&k, "{'type':'update','id':'T2','due_at':%lld}", ms + 3600000);
    cr_assert_eq(kit_ticket(&k, "T2").due_us, KIT_START + 3 * HOUR_US);
    cr_assert_not(strncmp(at(2), "late T1", 7));
    cr_assert_not(strncmp(at(3), "late T2", 7));
    kit_sendf(&k, "{'type':'update','id':'T2','due_at':%lld}", ms + 7200000);
    cr_assert_str_eq(at(9), "");
}

Test(engine_clocks, waiting_tickets_are_dealt_by_priority_then_due_then_age)
{
    everybody_is_away();
    ticket("T1", ",'kind':'query'");
    order("T2");
    long long soon = KIT_START / 1000 + 600000;
    char more[128];
    snprintf(more, sizeof more, ",'kind':'query','due_at':%lld", soon);
    ticket("T3", more);
    ticket("T4", ",'kind':'query','priority':6");
    kit_send(&k, "{'type':'signal','rep':'ana','status':'available'}");
    k.now_us += 0;
    cr_assert_str_eq(kit_effects(&k),
                     "assigned T4 ana balanced; assigned T3 ana balanced; assigned T2 ana "
                     "balanced; assigned T1 ana balanced");
}

Test(engine_clocks, times_are_working_time)
{
    sales_works(0, 2);
    hours_at(&k, 11.5);
    order("T1"); /* half an hour before noon, half an hour behind it */
    cr_assert_eq(kit_ticket(&k, "T1").due_us, KIT_START + 13 * HOUR_US + HOUR_US / 2);
    hours_at(&k, 17);
    order("T2");
    cr_assert_eq(kit_ticket(&k, "T2").due_us, KIT_START + 33 * HOUR_US);
    hours_at(&k, 39.5); /* half past 15 on the last day */
    order("T3");
    cr_assert_eq(kit_ticket(&k, "T3").due_us, 0);
    kit_restart(&k);
    sales_works(2, 1);
    cr_assert_eq(kit_ticket(&k, "T3").due_us, KIT_START + 56 * HOUR_US + HOUR_US / 2);
    cr_assert_eq(kit_ticket(&k, "T2").due_us, KIT_START + 33 * HOUR_US);
}

Test(engine_clocks, a_ticket_that_waits_overflows_once)
{
    everybody_is_away();
    ticket("T1", ",'kind':'query'");
    cr_assert_str_eq(at(1.9), "");
    cr_assert_str_eq(at(2), "moved T1 overflow; waiting T1 nobody");
    cr_assert(kit_is(kit_ticket(&k, "T1").team, "care"));
    kit_command(&k, EH_MESSAGE_MOVE, "{'id':'T1','team':'sales','reason':'back'}");
    cr_assert_str_eq(at(100), "", "%s", at(100));
}

Test(engine_clocks, a_ticket_that_somebody_has_does_not_overflow)
{
    ticket("T1", ",'kind':'query'");
    cr_assert_str_eq(at(50), "");
    kit_send(&k, "{'type':'signal','rep':'eli','status':'away'}");
    kit_command(&k, EH_MESSAGE_RELEASE, "{'rep':'ana','reason':'leaves'}");
    kit_command(&k, EH_MESSAGE_RELEASE, "{'rep':'bob','reason':'leaves'}");
    cr_assert_eq(kit_ticket(&k, "T1").state, EH_TICKET_WAITING);
    cr_assert_str_eq(at(51.9), "");
    cr_assert_str_eq(at(52), "moved T1 was bob overflow; waiting T1 nobody");
}

Test(engine_clocks, a_ticket_that_waits_ages_up_to_nine)
{
    everybody_is_away();
    kit_desk(&k, "desk: main\ncurrency: EUR\ntime_zone: UTC\n"
                 "kinds: {order: {points: 2}, query: {points: 1}}\n"
                 "reps: [{id: ana}, {id: bob}, {id: eli}]\nteams:\n"
                 "  - {id: sales, reps: [ana, bob], policy: balanced, ages: 1 per 4h}\n"
                 "  - {id: care, reps: [eli], policy: balanced}\n");
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
    ticket("T1", ",'kind':'query','priority':2");
    at(3.9);
    cr_assert_eq(kit_ticket(&k, "T1").raised, 0);
    at(4);
    cr_assert_eq(kit_ticket(&k, "T1").raised, 1);
    ticket("T2", ",'kind':'query','priority':2");
    ticket("T3", ",'kind':'query','priority':8");
    at(8);
    cr_assert(kit_ticket(&k, "T1").raised == 2 && kit_ticket(&k, "T2").raised == 1);
    at(1000);
    cr_assert(kit_ticket(&k, "T1").raised == 7 && kit_ticket(&k, "T3").raised == 1);
    cr_assert_eq(eh_engine_clocks_due_us(k.e), EH_TIME_NEVER);
    kit_send(&k, "{'type':'update','id':'T3','priority':7}");
    at(1004);
    cr_assert_eq(kit_ticket(&k, "T3").raised, 2);
    kit_send(&k, "{'type':'signal','rep':'ana','status':'available'}");
    cr_assert_str_eq(kit_effects(&k), "assigned T1 ana balanced; assigned T2 ana balanced; "
                                      "assigned T3 ana balanced");
    cr_assert_eq(kit_ticket(&k, "T1").raised, 0);
}

Test(engine_clocks, a_step_serves_a_bounded_number)
{
    for (int i = 0; i < 250; i++) {
        char id[16];
        snprintf(id, sizeof id, "T%d", i);
        order(id);
    }
    k.now_us = KIT_START + 2 * HOUR_US;
    unsigned steps = 0, told = 0;
    for (; eh_engine_clocks_due_us(k.e) <= k.now_us; steps++) {
        cr_assert_eq(clocks(), 0);
        told += k.fx.count;
    }
    cr_assert(steps == 3 && told == 250, "%u steps, %u told", steps, told);
    cr_assert_eq(late(), 250);
}

Test(engine_clocks, a_skipped_one_says_nothing)
{
    order("T1");
    order("T2");
    k.now_us = KIT_START + HOUR_US;
    struct eh_message m = {.type = EH_MESSAGE_SKIPPED,
                           .has = EH_FIELD_BIT(EH_FIELD_CLOCKS) | EH_FIELD_BIT(EH_FIELD_REASON),
                           .clocks = 1,
                           .reason = eh_str("refused")};
    struct eh_due due;
    cr_assert(eh_engine_clocks_due(k.e, &due));
    cr_assert(due.kind == EH_DUE_CLOCK && due.input == kit_ticket(&k, "T1").no);
    kit_step(&k, m, EH_ORIGIN_SHELL);
    cr_assert_eq(k.fx.count, 0);
    m = (struct eh_message){.type = EH_MESSAGE_SKIPPED,
                            .has = EH_FIELD_BIT(EH_FIELD_TICKET) | EH_FIELD_BIT(EH_FIELD_REASON),
                            .ticket = (int64_t)kit_ticket(&k, "T2").no,
                            .reason = eh_str("refused")};
    kit_step(&k, m, EH_ORIGIN_SHELL);
    cr_assert_eq(eh_engine_clocks_due_us(k.e), EH_TIME_NEVER);
    kit_send(&k, "{'type':'update','id':'T2','priority':4}");
    cr_assert_not(strncmp(at(1), "late T2", 7));
}

Test(engine_clocks, a_kind_that_is_mended_has_its_own_time)
{
    ticket("T1", ",'kind':'query'");
    cr_assert_eq(kit_ticket(&k, "T1").due_us, 0);
    kit_pass(&k, 60);
    order("T1");
    cr_assert(kit_is(kit_ticket(&k, "T1").kind, "order"));
    cr_assert_eq(kit_ticket(&k, "T1").due_us, KIT_START + HOUR_US);
    ticket("T1", ",'kind':'query','priority':3");
    cr_assert_eq(kit_ticket(&k, "T1").due_us, 0);
}

Test(engine_clocks, a_ticket_that_moves_keeps_its_time)
{
    order("T1");
    kit_command(&k, EH_MESSAGE_MOVE, "{'id':'T1','team':'care','reason':'r'}");
    cr_assert_eq(kit_ticket(&k, "T1").due_us, KIT_START + HOUR_US);
    cr_assert_not(strncmp(at(1), "late T1 eli", 11));
    cr_assert_eq(late(), 0);
    kit_command(&k, EH_MESSAGE_MOVE, "{'id':'T1','team':'sales','reason':'r'}");
    cr_assert_eq(late(), 1);
}

/* Each day only the day comes that enters the window: no team is told anew. */
Test(engine_clocks, hours_that_come_set_a_time_beyond_those_before)
{
    sales_works(0, 1);
    hours_at(&k, 15.5);
    order("T1");
    order("T2");
    kit_send(&k, "{'type':'update','id':'T2','paused':true}");
    cr_assert(kit_ticket(&k, "T1").due_us == 0 && kit_ticket(&k, "T2").due_us == 0);
    kit_restart(&k);
    hours_add(&h, 2, 24, 25); /* nobody's */
    cr_assert_eq(hours_give(&k, &h), 0);
    cr_assert_eq(kit_ticket(&k, "T1").due_us, 0);
    hours_add(&h, 1, 32, 36);
    cr_assert_eq(hours_give(&k, &h), 0);
    cr_assert_eq(kit_ticket(&k, "T1").due_us, KIT_START + 32 * HOUR_US + HOUR_US / 2);
    cr_assert_eq(kit_ticket(&k, "T2").due_us, 0);
    kit_send(&k, "{'type':'update','id':'T2','paused':false}");
    cr_assert_eq(kit_ticket(&k, "T2").due_us, KIT_START + 32 * HOUR_US + HOUR_US / 2);
}

/* ---- what nobody answers */

/* The helpdesk tells answers where `tells`. */
static void lapsing(const char *then, bool tells)
{
    char text[1024];
    snprintf(text, sizeof text,
             "desk: main\ncurrency: EUR\ntime_zone: UTC\n"
             "kinds: {order: {points: 2}, query: {points: 1}}\n"
             "reps: [{id: ana}, {id: bob}, {id: eli}]\nteams:\n"
             "  - {id: sales, reps: [ana, bob], policy: balanced,\n"
             "     unanswered: {after: 1h, then: %s}}\n"
             "  - {id: care, reps: [eli], policy: balanced}\n",
             then);
    kit_desk(&k, text);
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
    kit_send(&k, "{'type':'signal','rep':'bob','status':'away'}");
    ticket("T0", ",'kind':'query'");
    if (tells)
        kit_send(&k, "{'type':'answered','id':'T0'}");
}

static int64_t received(const char *rep)
{
    struct eh_member_view view = {0};
    cr_assert(eh_engine_member_of(k.e, eh_str("sales"), eh_str(rep), &view));
    return (int64_t)view.received;
}

Test(engine_clocks, a_ticket_that_lapses_goes_to_somebody_else_and_its_receipt_does_not)
{
    lapsing("return", true);
    order("T1");
    cr_assert_eq(received("ana"), 2);
    kit_send(&k, "{'type':'signal','rep':'bob','status':'available'}");
    cr_assert_str_eq(at(0.999), "");
    cr_assert_str_eq(at(1), "unanswered T1 ana return; assigned T1 bob was ana unanswered");
    cr_assert_eq(kit_rep(&k, "ana").state, EH_STATUS_AWAY);
    cr_assert(eh_str_equal(kit_rep(&k, "ana").reason, eh_str("unanswered")));
    cr_assert(received("ana") == 2 && received("bob") == 1);
    cr_assert_str_eq(at(2), "unanswered T1 bob return; waiting T1 was bob nobody");
    kit_send(&k, "{'type':'signal','rep':'ana','status':'available'}");
    cr_assert(kit_is(kit_ticket(&k, "T1").rep, "ana"));
}

/* They said that they are away for a time just before: that time does not end it. */
Test(engine_clocks, who_is_away_for_a_time_is_away_until_they_signal_behind_a_lapse)
{
    lapsing("return", true);
    order("T1");
    kit_send(&k, "{'type':'signal','rep':'ana','status':'away','for':7200,'reason':'dentist'}");
    cr_assert_str_eq(at(1), "unanswered T1 ana return; waiting T1 was ana nobody");
    cr_assert_eq(kit_rep(&k, "ana").until_us, EH_TIME_NEVER);
    cr_assert(eh_str_equal(kit_rep(&k, "ana").reason, eh_str("unanswered")));
    cr_assert_str_eq(at(3), "");
    cr_assert_eq(kit_rep(&k, "ana").state, EH_STATUS_AWAY);
    kit_send(&k, "{'type':'signal','rep':'ana','status':'available'}");
    cr_assert(kit_is(kit_ticket(&k, "T1").rep, "ana"));
}

/* Who said so without an end keeps their own reason. */
Test(engine_clocks, who_is_away_without_an_end_stays_so_behind_a_lapse)
{
    lapsing("return", true);
    order("T1");
    kit_send(&k, "{'type':'signal','rep':'ana','status':'away','reason':'dentist'}");
    cr_assert_str_eq(at(1), "unanswered T1 ana return; waiting T1 was ana nobody");
    cr_assert(eh_str_equal(kit_rep(&k, "ana").reason, eh_str("dentist")));
    cr_assert_eq(kit_rep(&k, "ana").state, EH_STATUS_AWAY);
}

/* Outcomes that wait and tickets that are late fall due in order of time, one outcome a step. */
Test(engine_clocks, an_outcome_that_waits_falls_due_among_the_times_of_tickets)
{
    order("T1");
    hours_at(&k, 0.99);
    kit_send(&k, "{'type':'outcome','id':'X','outcome':'won'}");
    kit_send(&k, "{'type':'outcome','id':'Y','outcome':'won'}");
    hours_at(&k, 0.995);
    order("T2");
    int64_t late_us = KIT_START + HOUR_US, over_us = late_us + 24 * INT64_C(1000000);
    cr_assert_eq(eh_engine_clocks_due_us(k.e), late_us);
    cr_assert_gt(eh_engine_due_us(k.e), over_us);
    hours_at(&k, 2);
    struct eh_due due;
    static const uint8_t kinds[] = {EH_DUE_CLOCK, EH_DUE_PENDING, EH_DUE_PENDING, EH_DUE_CLOCK};
    static const char *const told[] = {"late T1 ", "refused", "refused", "late T2 "};
    for (size_t i = 0; i < 4; i++) {
        cr_assert(eh_engine_clocks_due(k.e, &due));
        cr_assert_eq(due.kind, kinds[i], "%zu", i);
        cr_assert_eq(clocks(), 0);
        cr_assert_not(strncmp(kit_effects(&k), told[i], strlen(told[i])), "%s", kit_effects(&k));
        cr_assert_eq(k.fx.refused, kinds[i] == EH_DUE_PENDING);
        kit_restart(&k);
    }
    cr_assert_eq(eh_engine_clocks_due_us(k.e), EH_TIME_NEVER);
}

Test(engine_clocks, a_ticket_says_until_when_it_may_be_left_unanswered)
{
    lapsing("return", true);
    order("T1");
    cr_assert_eq(kit_ticket(&k, "T1").lapses_us, KIT_START + HOUR_US);
    cr_assert(kit_ticket(&k, "T1").lapse_returns);
    cr_assert_eq(kit_ticket(&k, "T0").lapses_us, 0, "it is answered");
    kit_send(&k, "{'type':'update','id':'T1','paused':true}");
    cr_assert_eq(kit_ticket(&k, "T1").lapses_us, 0, "its times stand still");
    kit_send(&k, "{'type':'update','id':'T1','paused':false}");
    cr_assert_eq(kit_ticket(&k, "T1").lapses_us, KIT_START + HOUR_US);
    at(1);
    cr_assert_eq(kit_ticket(&k, "T1").lapses_us, 0, "nobody has it");
}

Test(engine_clocks, a_ticket_that_will_be_told_alone_says_so)
{
    lapsing("return", false);
    order("T1");
    cr_assert_eq(kit_ticket(&k, "T1").lapses_us, KIT_START + HOUR_US);
    cr_assert_not(kit_ticket(&k, "T1").lapse_returns, "its helpdesk has told no answer");
}

Test(engine_clocks, nobody_gets_back_what_lapsed_while_another_can)
{
    lapsing("return", true);
    order("T1");
    cr_assert_str_eq(at(1), "unanswered T1 ana return; waiting T1 was ana nobody");
    cr_assert(kit_ticket(&k, "T1").state == EH_TICKET_WAITING && received("ana") == 2);
    kit_send(&k, "{'type':'signal','rep':'bob','status':'available'}");
    cr_assert(kit_is(kit_ticket(&k, "T1").rep, "bob"));
}

Test(engine_clocks, an_answer_keeps_a_ticket)
{
    lapsing("return", true);
    order("T1");
    kit_send(&k, "{'type':'answered','id':'T1'}");
    cr_assert_str_eq(at(100), "");
    cr_assert_eq(eh_engine_clocks_due_us(k.e), EH_TIME_NEVER);
}

Test(engine_clocks, a_ticket_that_lapses_is_told_alone_where_the_team_says_so)
{
    lapsing("tell", true);
    order("T1");
    cr_assert_str_eq(at(1), "unanswered T1 ana tell");
    cr_assert_str_eq(at(100), "");
    cr_assert_eq(kit_rep(&k, "ana").state, EH_STATUS_AVAILABLE);
}

Test(engine_clocks, a_helpdesk_that_tells_no_answers_is_only_told)
{
    lapsing("return", false);
    order("T1");
    cr_assert_str_eq(at(1), "unanswered T0 ana tell; unanswered T1 ana tell");
    kit_send(&k, "{'type':'answered','id':'T0'}");
    order("T2");
    cr_assert_str_eq(at(2), "unanswered T2 ana return; waiting T2 was ana nobody");
}

Test(engine_clocks, who_is_off_when_a_ticket_lapses_is_not_away_in_the_next_shift)
{
    lapsing("return", true);
    hours_add(&h, 2, 0, 10);
    hours_add(&h, 2, 24, 34);
    eh_schedule_put_rep(&h.text, eh_str("ana"), 2);
    eh_schedule_put_window(&h.text, KIT_START + 48 * HOUR_US);
    cr_assert_eq(hours_give(&k, &h), 0);
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
    hours_at(&k, 9.5);
    order("T1");
    hours_at(&k, 10.1);
    cr_assert_str_eq(at(10.5), "unanswered T1 ana return; waiting T1 was ana nobody");
    cr_assert_eq(kit_rep(&k, "ana").state, EH_STATUS_AVAILABLE);
}

/* Ana works from 0 to 4 and from 5 to 9, and again from 24 on; T1 lapses at 4.5. */
static void lapsing_in_a_break(void)
{
    lapsing("return", true);
    hours_add(&h, 2, 0, 4);
    hours_add(&h, 2, 5, 9);
    hours_add(&h, 2, 24, 33);
    eh_schedule_put_rep(&h.text, eh_str("ana"), 2);
    eh_schedule_put_window(&h.text, KIT_START + 48 * HOUR_US);
    cr_assert_eq(hours_give(&k, &h), 0);
    hours_at(&k, 3.5);
    order("T1");
    hours_at(&k, 4.1);
}

Test(engine_clocks, who_has_a_break_when_a_ticket_lapses_is_away_behind_it)
{
    lapsing_in_a_break();
    hours_add(&h, 2, 48, 57); /* what is handed over meanwhile leaves the break one */
    cr_assert_eq(hours_give(&k, &h), 0);
    cr_assert_str_eq(at(4.5), "unanswered T1 ana return; waiting T1 was ana nobody");
    cr_assert(kit_rep(&k, "ana").off);
    cr_assert_str_eq(at(5), "");
    cr_assert(!kit_rep(&k, "ana").off && kit_rep(&k, "ana").state == EH_STATUS_AWAY);
    cr_assert(kit_is(kit_ticket(&k, "T1").rep, ""));
    hours_at(&k, 24);
    cr_assert_eq(kit_rep(&k, "ana").state, EH_STATUS_AVAILABLE);
    cr_assert(kit_is(kit_ticket(&k, "T1").rep, "ana"));
}

Test(engine_clocks, who_signals_behind_the_break_is_there)
{
    lapsing_in_a_break();
    cr_assert_str_eq(at(4.5), "unanswered T1 ana return; waiting T1 was ana nobody");
    hours_at(&k, 5.5);
    kit_send(&k, "{'type':'signal','rep':'ana','status':'available'}");
    cr_assert(kit_is(kit_ticket(&k, "T1").rep, "ana"));
}

Test(engine_clocks, so_many_helpdesks_tell_answers)
{
    lapsing("return", false);
    for (int i = 0; i < 1001; i++) {
        kit_sendf(&k, "{'type':'ticket','id':'A','source':'s%d','team':'sales','kind':'query'}", i);
        kit_sendf(&k, "{'type':'answered','id':'A','source':'s%d'}", i);
    }
    kit_sendf(&k, "{'type':'ticket','id':'B','source':'s999','team':'sales','kind':'query'}");
    kit_sendf(&k, "{'type':'ticket','id':'B','source':'s1000','team':'sales','kind':'query'}");
    const char *told = at(1);
    cr_assert(strstr(told, "unanswered B ana return"), "%s", told);
    cr_assert(strstr(told, "unanswered B ana tell"), "%s", told);
}

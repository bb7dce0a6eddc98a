/* engine_leavers: open tickets of whoever leaves a team, and whoever comes back. */
#include <criterion/criterion.h>

#include "engine_kit.h"

static struct kit k;

#define HEAD                                                                                       \
    "desk: main\ncurrency: EUR\ntime_zone: Europe/Oslo\nkinds: {order: {points: 1}}\n"             \
    "reps: [ana, leo, eva]\n"
/* KIT_TODAY is 2024-10-04. */
#define TEAMS(leo, option)                                                                         \
    HEAD "teams: [{id: sales, policy: random, reps: [ana" leo "]" option "},"                      \
         " {id: care, policy: random, reps: [eva]}]\n"

static void start(void)
{
    kit_start(&k, TEAMS(", leo", ""));
}

static void stop(void)
{
    cr_assert(kit_sound(&k));
    cr_assert(eh_ledger_check(k.e));
    kit_done(&k);
}

TestSuite(engine_leavers, .init = start, .fini = stop);

static void tickets(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        kit_sendf(&k, "{'type':'ticket','id':'T%u','team':'sales','kind':'order','owner':'leo'}",
                  i);
        cr_assert(kit_is(kit_item(&k, 0)->rep, "leo"));
    }
}

static void desk(const char *yaml)
{
    kit_desk(&k, yaml);
    cr_assert_str_eq(kit_refused(&k), "not refused");
}

/* The next round that is due. */
static const char *round_of_it(void)
{
    struct eh_due due;
    cr_assert(eh_engine_due(k.e, &due));
    cr_assert_eq(due.kind, EH_DUE_LEFTOVER);
    cr_assert_eq(kit_due(&k), 0);
    return kit_effects(&k);
}

static bool nothing_due(void)
{
    struct eh_due due;
    return !eh_engine_due(k.e, &due);
}

static size_t left(void)
{
    struct eh_left_view views[4];
    return eh_engine_left(k.e, views, 4);
}

Test(engine_leavers, the_last_day_is_over)
{
    desk(TEAMS(", {id: leo, until: 2024-10-04}", ""));
    tickets(2);
    cr_assert(nothing_due());
    kit_day(&k, KIT_TODAY + 1);
    cr_assert_eq(left(), 0);
    cr_assert_str_eq(round_of_it(),
                     "left leo leo left team sales: 2 open tickets go back to the deal; "
                     "assigned T0 ana was leo left; assigned T1 ana was leo left");
    cr_assert(kit_is(kit_item(&k, 0)->team, "sales"));
    cr_assert_eq(kit_item(&k, 0)->ticket, 0);
    cr_assert(nothing_due());
    cr_assert(kit_rep(&k, "leo").left);
    cr_assert_not(kit_rep(&k, "leo").member);
}

Test(engine_leavers, the_desk_says_that_it_was_over)
{
    tickets(1);
    desk(TEAMS(", {id: leo, until: 2024-10-03}", ""));
    cr_assert_str_eq(round_of_it(), "left leo leo left team sales: 1 open ticket goes back to the "
                                    "deal; assigned T0 ana was leo left");
}

Test(engine_leavers, out_of_the_team_and_still_on_the_desk)
{
    tickets(1);
    desk(TEAMS("", ""));
    round_of_it();
    cr_assert(kit_is(kit_ticket(&k, "T0").rep, "ana"));
    cr_assert(kit_rep(&k, "leo").left);
}

Test(engine_leavers, off_the_desk_file)
{
    tickets(1);
    desk("kinds: {order: {points: 1}}\nreps: [ana]\n"
         "teams: [{id: sales, policy: random, reps: [ana]}]");
    cr_assert(kit_is(kit_ticket(&k, "T0").rep, "leo"));
    round_of_it();
    cr_assert(kit_is(kit_ticket(&k, "T0").rep, "ana"));
    cr_assert(nothing_due());
}

Test(engine_leavers, nobody_else_is_there)
{
    kit_send(&k, "{'type':'signal','rep':'ana','status':'away'}");
    tickets(1);
    desk(TEAMS("", ""));
    cr_assert_str_eq(round_of_it(), "left leo leo left team sales: 1 open ticket goes back to the "
                                    "deal; waiting T0 was leo nobody");
    kit_send(&k, "{'type':'signal','rep':'ana','status':'available'}");
    cr_assert_str_eq(kit_effects(&k), "assigned T0 ana was leo left");
}

Test(engine_leavers, keep)
{
    tickets(2);
    desk(TEAMS("", ", leavers_work: keep"));
    cr_assert_str_eq(round_of_it(), "");
    cr_assert(nothing_due());
    cr_assert(kit_is(kit_ticket(&k, "T1").rep, "leo"));
    cr_assert_eq(left(), 1);
    kit_desk(&k, "kinds: {order: {points: 1}}\nreps: [ana]\n"
                 "teams: [{id: sales, policy: random, reps: [ana], leavers_work: keep}]");
    cr_assert_str_eq(kit_refused(&k),
                     "reps: leo still holds 2 open tickets (default/T0, default/T1); release them "
                     "first, or let leavers_work deal them");
    kit_command(&k, EH_MESSAGE_RELEASE, "{'rep':'leo','reason':'left'}");
    cr_assert(kit_is(kit_ticket(&k, "T1").rep, "ana"));
    cr_assert_eq(left(), 0);
}

Test(engine_leavers, kept_before_and_off_the_file_now)
{
    tickets(1);
    desk(TEAMS("", ", leavers_work: keep"));
    round_of_it();
    desk("kinds: {order: {points: 1}}\nreps: [ana]\n"
         "teams: [{id: sales, policy: random, reps: [ana]}]");
    round_of_it();
    cr_assert(kit_is(kit_ticket(&k, "T0").rep, "ana"));
}

Test(engine_leavers, to_another_team)
{
    tickets(2);
    desk(TEAMS("", ", leavers_work: {to: care}"));
    cr_assert_str_eq(round_of_it(), "left leo leo left team sales: 2 open tickets go to team care; "
                                    "moved T0 was leo left; assigned T0 eva random; "
                                    "moved T1 was leo left; assigned T1 eva random");
    cr_assert(kit_is(kit_ticket(&k, "T0").team, "care"));
}

Test(engine_leavers, round_in_circles_comes_to_an_end)
{
    desk(HEAD "teams: [{id: a, reps: [leo], leavers_work: {to: b}},"
              " {id: b, reps: [leo], leavers_work: {to: a}}]");
    for (int i = 0; i < 6; i++)
        kit_sendf(&k, "{'type':'ticket','id':'C%d','team':'%s','kind':'order'}", i,
                  i % 2 ? "a" : "b");
    desk("kinds: {order: {points: 1}}\nreps: [ana]\n"
         "teams: [{id: a, leavers_work: {to: b}}, {id: b, leavers_work: {to: a}}]");
    for (int i = 0; i < 10 && !nothing_due(); i++)
        round_of_it();
    cr_assert(nothing_due());
    for (int i = 0; i < 6; i++) {
        char id[8];
        snprintf(id, sizeof id, "C%d", i);
        cr_assert_eq(kit_ticket(&k, id).state, EH_TICKET_WAITING);
        cr_assert(kit_is(kit_ticket(&k, id).team, i % 2 ? "b" : "a"));
    }
}

/* A few a step, whatever stands between: snapshots, other tickets, the rep's return. */
Test(engine_leavers, in_bounded_steps)
{
    tickets(9);
    k.most = 2;
    desk(TEAMS("", ""));
    size_t rounds = 0, dealt = 0;
    for (; !nothing_due() && rounds < 50; rounds++) {
        kit_restart(&k);
        round_of_it();
        cr_assert_leq(k.fx.count, 3); /* two, and the sentence */
        for (uint32_t i = 0; i < k.fx.count; i++)
            dealt += k.fx.items[i].type == EH_NOTICE_ASSIGNED;
    }
    cr_assert_eq(dealt, 9);
    cr_assert_leq(rounds, 9);
}

Test(engine_leavers, who_is_back_in_between_keeps_the_rest)
{
    tickets(4);
    k.most = 2;
    desk(TEAMS("", ""));
    round_of_it();
    desk(TEAMS(", leo", ""));
    for (int i = 0; i < 10 && !nothing_due(); i++)
        round_of_it();
    cr_assert(nothing_due());
    cr_assert(kit_is(kit_ticket(&k, "T3").rep, "leo"));
    cr_assert(kit_is(kit_ticket(&k, "T0").rep, "ana"));
}

Test(engine_leavers, whoever_comes_back_starts_afresh)
{
    kit_send(&k, "{'type':'signal','rep':'leo','status':'away','reason':'flu'}");
    uint64_t ms = k.in.stream_ms, no = k.in.stream_no;
    desk(TEAMS(", {id: leo, until: 2024-10-03}", ""));
    cr_assert_eq(kit_rep(&k, "leo").state, EH_STATUS_AWAY);
    kit_pass(&k, 60);
    desk(TEAMS(", {id: leo, until: 2024-10-03}, {id: leo, from: 2024-10-06}", ""));
    cr_assert_eq(kit_rep(&k, "leo").state, EH_STATUS_AWAY);
    kit_day(&k, KIT_TODAY + 2);
    cr_assert_eq(kit_rep(&k, "leo").state, EH_STATUS_AVAILABLE);
    cr_assert_eq(kit_rep(&k, "leo").since_us, k.now_us);
    cr_assert_eq(kit_rep(&k, "leo").reason.size, 0);
    cr_assert_str_eq(round_of_it(),
                     "back leo leo is back and starts afresh: no earlier signal holds");
    cr_assert(nothing_due());
    struct eh_input old = {.origin = EH_ORIGIN_STREAM, .stream_ms = ms, .stream_no = no};
    old.message = kit_message(&k, "{'type':'signal','rep':'leo','status':'away','reason':'flu'}");
    cr_assert(eh_engine_signal_is_old(k.e, &old)); /* it does not come again */
}

Test(engine_leavers, back_on_the_desk_file)
{
    for (int i = 0; i < 7; i++) /* the last one is held back */
        kit_sendf(&k, "{'type':'signal','rep':'leo','status':'%s'}", i % 2 ? "available" : "away");
    cr_assert_neq(kit_rep(&k, "leo").next_us, EH_TIME_NEVER);
    desk("kinds: {order: {points: 1}}\nreps: [ana, eva]\n"
         "teams: [{id: sales, policy: random, reps: [ana]}, {id: care, reps: [eva]}]");
    desk(TEAMS(", leo", ""));
    cr_assert_eq(kit_rep(&k, "leo").state, EH_STATUS_AVAILABLE);
    cr_assert_eq(kit_rep(&k, "leo").next_us, EH_TIME_NEVER);
    cr_assert_str_eq(round_of_it(),
                     "back leo leo is back and starts afresh: no earlier signal holds");
}

Test(engine_leavers, who_joins_is_not_back)
{
    desk(TEAMS(", {id: leo, from: 2024-10-06}", "")); /* put off: gone for two days */
    desk(HEAD "teams: [{id: sales, reps: [ana]}, {id: care, reps: [{id: eva, from: 2024-10-06}]}]");
    kit_day(&k, KIT_TODAY + 2);
    while (!nothing_due())
        cr_assert(strstr(round_of_it(), "eva") != NULL); /* she was there before */
    kit_done(&k);
    kit_start(&k, HEAD "teams: [{id: sales, reps: [{id: leo, from: 2024-10-06}]}]");
    kit_send(&k, "{'type':'signal','rep':'leo','status':'away'}");
    kit_day(&k, KIT_TODAY + 2);
    cr_assert(nothing_due());
    cr_assert_eq(kit_rep(&k, "leo").state, EH_STATUS_AWAY);
}

/* ---- before there were rules for it */

static void new_rules(void)
{
    struct eh_message m = {.type = EH_MESSAGE_RULES, .rules = EH_RULES_LAST};
    m.has = EH_FIELD_BIT(EH_FIELD_RULES);
    cr_assert_eq(kit_step(&k, m, EH_ORIGIN_SHELL), 0);
}

Test(engine_leavers, last_days_before_the_rules_are_left_alone)
{
    kit_done(&k);
    kit_start_under(&k, EH_RULES_NEWEST, TEAMS(", leo", ""));
    tickets(2);
    kit_send(&k, "{'type':'signal','rep':'leo','status':'away'}");
    desk(TEAMS(", {id: leo, until: 2024-10-03}", ""));
    new_rules();
    cr_assert(nothing_due());
    cr_assert_eq(left(), 1);
    cr_assert(kit_rep(&k, "leo").left);
    kit_day(&k, KIT_TODAY + 1);
    desk(TEAMS(", {id: leo, until: 2024-10-02}", ""));
    cr_assert(nothing_due());
    cr_assert(kit_is(kit_ticket(&k, "T0").rep, "leo"));
    desk(TEAMS(", leo", "")); /* back */
    cr_assert_eq(kit_rep(&k, "leo").state, EH_STATUS_AVAILABLE);
    cr_assert_eq(left(), 0);
    round_of_it();
}

Test(engine_leavers, old_rules_refuse_whoever_holds_tickets)
{
    kit_done(&k);
    kit_start_under(&k, EH_RULES_NEWEST, TEAMS(", leo", ""));
    tickets(1);
    kit_desk(&k, "kinds: {order: {points: 1}}\nreps: [ana]\n"
                 "teams: [{id: sales, policy: random, reps: [ana]}]");
    cr_assert_str_eq(kit_refused(&k), "reps: leo still holds 1 open ticket (default/T0)");
}

/* ---- told beforehand */

#define LINES_MAX 1024

static void add_line(void *context, const char *line)
{
    char *lines = context;
    size_t at = strlen(lines);
    snprintf(lines + at, LINES_MAX - at, "%s\n", line);
}

static void expect_told(const char *yaml, const char *wanted)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_error error = {0};
    struct eh_desk *new;
    char lines[LINES_MAX] = "";
    cr_assert_eq(eh_desk_parse(eh_str(yaml), &arena, &new, &error), 0, "%s", error.text);
    eh_engine_leaving(k.e, new, add_line, lines);
    cr_expect_str_eq(lines, wanted);
}

Test(engine_leavers, told_beforehand)
{
    tickets(3);
    expect_told(TEAMS(", leo", ""), "");
    expect_told(TEAMS(", {id: leo, until: 2024-11-30}", ""),
                "leo's last day in team sales is 2024-11-30: 3 open tickets go back to the deal\n");
    expect_told(TEAMS(", {id: leo, until: 2024-11-30}, {id: leo, from: 2024-12-01}", ""), "");
    expect_told(TEAMS("", ", leavers_work: {to: care}"),
                "leo is not in team sales any more: 3 open tickets go to team care\n");
    expect_told(TEAMS(", {id: leo, until: 2024-10-03}", ", leavers_work: keep"),
                "leo is not in team sales any more: 3 open tickets stay with them "
                "(leavers_work: keep)\n");
    expect_told("reps: [ana]\nteams: [{id: sales, reps: [ana]}]",
                "leo is not in team sales any more: 3 open tickets go back to the deal\n");
    desk(TEAMS(", {id: leo, until: 2024-11-30}", ""));
    expect_told(TEAMS(", {id: leo, until: 2024-11-30}", ""), ""); /* once is enough */
}

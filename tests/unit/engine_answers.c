/* engine_answers: what first answers count in bonus periods: where, how long, and whether in time.
 */
#include "hours_kit.h"

#include <criterion/criterion.h>

#include <evenhand/engine/periods.h>

#define PLAN(team)                                                                                 \
    "  - {id: " team ", team: " team ", from: 2024-08, period: month, encourages: a, "             \
    "discourages: b, target_pool: 6000.00, max_pool: 9000.00,\n"                                   \
    "     metrics: [{metric: answered_in_time, weight: 50%, curve: [[0%, 0%], [100%, 100%]]},\n"   \
    "       {metric: answer_time, weight: 50%, curve: [[4h, 0%], [1h, 100%]]}],\n"                 \
    "     funding: [[0%, 0%], [100%, 100%]], split: {equal: 100%}}\n"

static const char desk[] =
    "desk: main\ncurrency: EUR\ntime_zone: UTC\nkinds: {order: {points: 2}, query: {points: 1}}\n"
    "reps: [{id: ana}, {id: eli}]\nteams:\n"
    "  - {id: sales, reps: [ana], answer_within: {order: 2h}}\n"
    "  - {id: care, reps: [eli]}\nplans:\n" PLAN("sales") PLAN("care");

static struct kit k;
static struct hours h;

static void start(void)
{
    kit_start(&k, desk);
}

static void stop(void)
{
    cr_expect(kit_sound(&k));
    eh_engine_free(kit_restored(k.e));
    kit_done(&k);
    eh_bytes_done(&h.text);
}

TestSuite(engine_answers, .init = start, .fini = stop);

static void say(const char *json)
{
    kit_send(&k, json);
    cr_assert_eq(k.result, 0);
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
}

static void order(const char *id)
{
    kit_sendf(&k, "{'type':'ticket','id':'%s','team':'sales','kind':'order'}", id);
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
}

/* So many minutes ago. */
static long long ago(int minutes)
{
    return k.now_us / 1000 - minutes * 60000LL;
}

/* What the team's month counts: "answers, their time in s, by a time, in time". */
static const char *counted_in(const char *team)
{
    static char text[80];
    struct eh_period month;
    struct eh_period_view v = {0};
    cr_assert_eq(eh_period_parse(eh_str("2024-10"), &month, NULL), 0);
    cr_assert(eh_engine_period(k.e, eh_str(team), month, &v));
    snprintf(text, sizeof text, "%lld, %lld s, %lld, %lld", (long long)v.answers,
             (long long)(v.answer_ms / 1000), (long long)v.answers_timed,
             (long long)v.answers_in_time);
    return text;
}

#define expect_counted(what) cr_expect_str_eq(counted_in("sales"), what)

/* The next message is of a closed ticket: what PostgreSQL would know of it, from this step. */
static void recall(void)
{
    cr_assert_neq(k.fx.image_ticket, 0);
    k.in.recalled.ticket_known = true;
    k.in.recalled.ticket_image = eh_arena_str(&k.arena, k.fx.image);
}

Test(engine_answers, the_first_one_counts_once)
{
    order("T1");
    kit_pass(&k, 600);
    say("{'type':'answered','id':'T1'}");
    expect_counted("1, 600 s, 1, 1");
    kit_pass(&k, 600);
    say("{'type':'answered','id':'T1'}");
    say("{'type':'outcome','id':'T1','outcome':'won'}");
    expect_counted("1, 600 s, 1, 1");
}

Test(engine_answers, one_that_is_late_counts_as_late)
{
    order("T1");
    kit_pass(&k, 7200);
    say("{'type':'answered','id':'T1'}");
    expect_counted("1, 7200 s, 1, 1");
    order("T2");
    kit_pass(&k, 7201);
    say("{'type':'answered','id':'T2'}");
    expect_counted("2, 14401 s, 2, 1");
}

Test(engine_answers, a_ticket_without_a_time_to_keep_has_only_an_answer_time)
{
    say("{'type':'ticket','id':'T1','team':'sales','kind':'query'}");
    kit_pass(&k, 60);
    say("{'type':'answered','id':'T1'}");
    expect_counted("1, 60 s, 0, 0");
}

Test(engine_answers, the_ticket_itself_may_say_by_when)
{
    kit_sendf(&k, "{'type':'ticket','id':'T1','team':'sales','kind':'query','due_at':%lld}",
              ago(-1));
    kit_sendf(&k, "{'type':'ticket','id':'T2','team':'sales','kind':'query','due_at':%lld}",
              ago(-3));
    kit_pass(&k, 120);
    say("{'type':'answered','id':'T1'}");
    say("{'type':'answered','id':'T2'}");
    expect_counted("2, 240 s, 2, 1");
}

Test(engine_answers, it_counts_at_its_own_time)
{
    order("T1");
    kit_pass(&k, 4 * 3600);
    kit_sendf(&k, "{'type':'answered','id':'T1','at':%lld}", ago(180));
    expect_counted("1, 3600 s, 1, 1");
}

Test(engine_answers, one_before_the_ticket_began_is_not_known)
{
    order("T1");
    kit_sendf(&k, "{'type':'answered','id':'T1','at':%lld}", ago(1));
    order("T2");
    kit_sendf(&k, "{'type':'outcome','id':'T2','outcome':'won','at':%lld}", ago(1));
    expect_counted("0, 0 s, 0, 0");
}

/* A ticket begins when its helpdesk says; by when it has to be answered, its coming. */
Test(engine_answers, it_may_have_been_given_before_the_ticket_came)
{
    kit_sendf(&k, "{'type':'ticket','id':'T1','team':'sales','kind':'order','created_at':%lld}",
              ago(60));
    kit_sendf(&k, "{'type':'answered','id':'T1','at':%lld}", ago(20));
    expect_counted("1, 2400 s, 1, 1");
}

Test(engine_answers, the_earliest_counts_whenever_it_is_told)
{
    order("T1");
    kit_pass(&k, 3 * 3600);
    say("{'type':'answered','id':'T1'}");
    expect_counted("1, 10800 s, 1, 0");
    kit_sendf(&k, "{'type':'answered','id':'T1','at':%lld}", ago(90));
    cr_expect_str_eq(kit_effects(&k), "", "it is told once");
    expect_counted("1, 5400 s, 1, 1");
    kit_sendf(&k, "{'type':'answered','id':'T1','at':%lld}", ago(60));
    expect_counted("1, 5400 s, 1, 1");
    kit_restart(&k);
    kit_sendf(&k, "{'type':'outcome','id':'T1','outcome':'won','at':%lld}", ago(120));
    expect_counted("1, 3600 s, 1, 1");
    recall();
    kit_sendf(&k, "{'type':'answered','id':'T1','at':%lld}", ago(150));
    expect_counted("1, 1800 s, 1, 1");
    recall();
    say("{'type':'outcome','id':'T1','outcome':'reopened'}");
    say("{'type':'outcome','id':'T1','outcome':'cancelled'}");
    expect_counted("0, 0 s, 0, 0");
}

/* As outcomes are put in order, so are the answers that they are. */
Test(engine_answers, the_first_closing_is_that_of_the_story)
{
    order("T1");
    kit_pass(&k, 3600);
    kit_sendf(&k, "{'type':'outcome','id':'T1','outcome':'resolved','at':%lld}", ago(10));
    expect_counted("1, 3000 s, 1, 1");
    recall();
    kit_sendf(&k, "{'type':'outcome','id':'T1','outcome':'resolved','at':%lld}", ago(30));
    expect_counted("1, 1800 s, 1, 1");
    recall();
    kit_sendf(&k, "{'type':'outcome','id':'T1','outcome':'reopened','at':%lld}", ago(20));
    expect_counted("1, 1800 s, 1, 1");
}

/* Somebody took it back before it was told: it was an answer all the same. */
Test(engine_answers, a_closing_that_is_told_behind_its_end_is_one)
{
    order("T1");
    kit_pass(&k, 3600);
    kit_sendf(&k, "{'type':'outcome','id':'T1','outcome':'reopened','at':%lld}", ago(20));
    kit_sendf(&k, "{'type':'outcome','id':'T1','outcome':'resolved','at':%lld}", ago(30));
    expect_counted("1, 1800 s, 1, 1");
    kit_pass(&k, 3600);
    cr_expect_eq(eh_engine_clocks_due_us(k.e), EH_TIME_NEVER);
}

Test(engine_answers, a_cancelled_closing_is_none)
{
    order("T1");
    say("{'type':'outcome','id':'T1','outcome':'cancelled'}");
    recall();
    say("{'type':'outcome','id':'T1','outcome':'reopened'}");
    expect_counted("0, 0 s, 0, 0");
    kit_pass(&k, 8000);
    say("{'type':'answered','id':'T1'}");
    expect_counted("1, 8000 s, 1, 0");
}

/* Nobody knows how long it took to a closing of which only the day is known. */
Test(engine_answers, a_day_is_no_time)
{
    order("T1");
    kit_pass(&k, 2 * 86400);
    say("{'type':'outcome','id':'T1','outcome':'won','at':'2024-10-03'}");
    expect_counted("0, 0 s, 0, 0");
}

Test(engine_answers, a_closing_is_one)
{
    order("T1");
    kit_pass(&k, 900);
    say("{'type':'outcome','id':'T1','outcome':'resolved'}");
    expect_counted("1, 900 s, 1, 1");
    recall();
    say("{'type':'outcome','id':'T1','outcome':'reopened'}");
    kit_pass(&k, 9000);
    say("{'type':'outcome','id':'T1','outcome':'resolved'}");
    expect_counted("1, 900 s, 1, 1");
}

/* It was no work; what it counted before is taken back, and comes again with the ticket. */
Test(engine_answers, a_cancelled_ticket_counts_nothing)
{
    order("T1");
    order("T2");
    kit_pass(&k, 60);
    say("{'type':'answered','id':'T1'}");
    say("{'type':'outcome','id':'T2','outcome':'cancelled'}");
    expect_counted("1, 60 s, 1, 1");
    say("{'type':'outcome','id':'T1','outcome':'cancelled'}");
    expect_counted("0, 0 s, 0, 0");
    recall();
    say("{'type':'outcome','id':'T1','outcome':'reopened'}");
    expect_counted("1, 60 s, 1, 1");
}

Test(engine_answers, it_is_the_team_s_that_gave_it)
{
    order("T1");
    kit_pass(&k, 60);
    say("{'type':'answered','id':'T1'}");
    kit_command(&k, EH_MESSAGE_MOVE, "{'id':'T1','team':'care','reason':'r'}");
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
    say("{'type':'outcome','id':'T1','outcome':'won'}");
    expect_counted("1, 60 s, 1, 1");
    cr_expect_str_eq(counted_in("care"), "0, 0 s, 0, 0");
    recall();
    say("{'type':'outcome','id':'T1','outcome':'reopened'}");
    say("{'type':'outcome','id':'T1','outcome':'cancelled'}");
    expect_counted("0, 0 s, 0, 0");
}

Test(engine_answers, time_is_working_time)
{
    hours_add(&h, 1, 0, 1);
    hours_add(&h, 1, 24, 28);
    eh_schedule_put_team(&h.text, eh_str("sales"), 1);
    eh_schedule_put_window(&h.text, KIT_START + 48 * HOUR_US);
    cr_assert_eq(hours_give(&k, &h), 0);
    order("T1");
    order("T2");
    hours_at(&k, 25);
    say("{'type':'answered','id':'T1'}"); /* the team worked for two hours since it came */
    expect_counted("1, 7200 s, 1, 1");
    hours_at(&k, 26);
    say("{'type':'answered','id':'T2'}");
    expect_counted("2, 18000 s, 2, 1");
}

/* An hour, then three of a pause, then half an hour: in time, for its clock stood still. */
Test(engine_answers, a_pause_counts_for_nobody)
{
    order("T1");
    kit_pass(&k, 3600);
    say("{'type':'update','id':'T1','paused':true}");
    kit_pass(&k, 3 * 3600);
    say("{'type':'update','id':'T1','paused':false}");
    kit_pass(&k, 1800);
    say("{'type':'update','id':'T1','paused':true}");
    kit_restart(&k);
    kit_pass(&k, 60);
    say("{'type':'answered','id':'T1'}");
    expect_counted("1, 5400 s, 1, 1");
    say("{'type':'update','id':'T1','paused':false}");
    say("{'type':'outcome','id':'T1','outcome':'won'}");
    expect_counted("1, 5400 s, 1, 1");
}

/* Told after pauses that came later, it was given before the first. */
Test(engine_answers, a_pause_after_it_takes_nothing_off)
{
    order("T1");
    kit_pass(&k, 3600);
    say("{'type':'update','id':'T1','paused':true}");
    kit_pass(&k, 3600);
    say("{'type':'outcome','id':'T1','outcome':'won','value':5}");
    expect_counted("1, 3600 s, 1, 1");
    order("T2");
    kit_pass(&k, 3600);
    say("{'type':'update','id':'T2','paused':true}");
    kit_pass(&k, 3600);
    kit_sendf(&k, "{'type':'answered','id':'T2','at':%lld}", ago(90));
    expect_counted("2, 5400 s, 2, 2");
}

Test(engine_answers, earlier_rules_count_none)
{
    kit_done(&k);
    kit_start_under(&k, EH_RULES_RAMP, desk);
    order("T1");
    kit_pass(&k, 60);
    say("{'type':'answered','id':'T1'}");
    expect_counted("0, 0 s, 0, 0");
    struct eh_message m = {
        .type = EH_MESSAGE_RULES, .has = EH_FIELD_BIT(EH_FIELD_RULES), .rules = EH_RULES_ANSWERS};
    cr_assert_eq(kit_step(&k, m, EH_ORIGIN_SHELL), 0);
    cr_expect(kit_sound(&k));
    say("{'type':'outcome','id':'T1','outcome':'won'}");
    expect_counted("0, 0 s, 0, 0");
    order("T2");
    kit_pass(&k, 60);
    say("{'type':'answered','id':'T2'}");
    expect_counted("1, 60 s, 1, 1");
}

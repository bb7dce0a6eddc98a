/* engine_manager: assign, release, move. */
#include <criterion/criterion.h>

#include "engine_kit.h"

static struct kit k;

static void start(void)
{
    kit_start(&k, "desk: main\ncurrency: EUR\ntime_zone: Europe/Oslo\n"
                  "kinds: {order: {points: 2}}\n"
                  "reps: [{id: ana}, {id: bob}, {id: eva}]\n"
                  "teams: [{id: sales, reps: [ana, bob], policy: random, capacity: 8},"
                  " {id: care, reps: [eva], policy: random}]\n");
}

static void stop(void)
{
    cr_assert(kit_sound(&k));
    kit_done(&k);
}

TestSuite(engine_manager, .init = start, .fini = stop);

static void only(const char *away)
{
    kit_sendf(&k, "{'type':'signal','rep':'%s','status':'away'}", away);
}

Test(engine_manager, assign)
{
    only("ana");
    kit_send(&k, "{'type':'ticket','id':'T1','team':'sales','kind':'order'}");
    cr_assert_str_eq(kit_effects(&k), "assigned T1 bob random");
    kit_command(&k, EH_MESSAGE_ASSIGN,
                "{'id':'T1','source':'default','rep':'ana','reason':'knows him'}");
    cr_assert_str_eq(kit_effects(&k), "assigned T1 ana was bob manager");
    cr_assert_eq(k.fx.image_ticket, kit_ticket(&k, "T1").no);
    cr_assert_eq(kit_rep(&k, "bob").points, 0);
    cr_assert_eq(kit_rep(&k, "ana").points, 2);
    cr_assert_eq(kit_ticket(&k, "T1").deals, 2);
    kit_command(&k, EH_MESSAGE_ASSIGN, "{'id':'T1','rep':'ana','reason':'again'}");
    cr_assert_str_eq(kit_effects(&k), ""); /* his already */
    kit_command(&k, EH_MESSAGE_ASSIGN, "{'id':'T1','rep':'eva','reason':'x'}");
    cr_assert_str_eq(kit_refused(&k), "rep: eva is not in team sales today");
    kit_command(&k, EH_MESSAGE_ASSIGN, "{'id':'T2','rep':'ana','reason':'x'}");
    cr_assert_str_eq(kit_refused(&k), "ticket default/T2 is not open or waiting");
}

Test(engine_manager, assign_waiting)
{
    only("eva");
    kit_send(&k, "{'type':'ticket','id':'T1','team':'care','kind':'order'}");
    kit_command(&k, EH_MESSAGE_ASSIGN, "{'id':'T1','rep':'eva','reason':'x'}");
    cr_assert_str_eq(kit_effects(&k), "assigned T1 eva manager");
    struct eh_totals totals;
    eh_engine_totals(k.e, &totals);
    cr_assert_eq(totals.waiting, 0);
    cr_assert_eq(totals.open, 1);
}

Test(engine_manager, move)
{
    only("bob");
    kit_send(&k, "{'type':'ticket','id':'T1','team':'sales','kind':'order'}");
    kit_command(&k, EH_MESSAGE_MOVE, "{'id':'T1','team':'care','reason':'wrong door'}");
    cr_assert_str_eq(kit_effects(&k), "moved T1 was ana; assigned T1 eva random");
    cr_assert(kit_is(kit_item(&k, 0)->team, "care"));
    only("eva");
    kit_send(&k, "{'type':'ticket','id':'T2','team':'sales','kind':'order'}");
    kit_command(&k, EH_MESSAGE_MOVE, "{'id':'T2','team':'care','reason':'wrong door'}");
    cr_assert_str_eq(kit_effects(&k), "moved T2 was ana; waiting T2 nobody");
    kit_command(&k, EH_MESSAGE_MOVE, "{'id':'T2','team':'nope','reason':'x'}");
    cr_assert_str_eq(kit_refused(&k), "team: nope is not on the desk");
    kit_command(&k, EH_MESSAGE_MOVE, "{'id':'T2','team':'care','reason':'x'}");
    cr_assert_str_eq(kit_effects(&k), "");
}

Test(engine_manager, move_frees_capacity)
{
    only("bob");
    for (int i = 1; i <= 5; i++)
        kit_sendf(&k, "{'type':'ticket','id':'T%d','team':'sales','kind':'order'}", i);
    cr_assert_str_eq(kit_effects(&k), "waiting T5 full");
    kit_command(&k, EH_MESSAGE_MOVE, "{'id':'T1','team':'care','reason':'x'}");
    cr_assert_eq(k.fx.count, 3);
    cr_assert(kit_is(kit_ticket(&k, "T5").rep, "ana"));
    cr_assert(kit_is(kit_ticket(&k, "T1").rep, "eva"));
}

Test(engine_manager, release)
{
    only("bob");
    for (int i = 1; i <= 3; i++)
        kit_sendf(&k, "{'type':'ticket','id':'T%d','team':'sales','kind':'order'}", i);
    kit_send(&k, "{'type':'signal','rep':'bob','status':'available'}");
    kit_command(&k, EH_MESSAGE_RELEASE, "{'rep':'ana','reason':'left'}");
    cr_assert_str_eq(kit_effects(&k), "assigned T1 bob was ana release; "
                                      "assigned T2 bob was ana release; "
                                      "assigned T3 bob was ana release");
    cr_assert(kit_is(k.fx.signal_rep, "ana"));
    cr_assert_eq(k.fx.signal_status, EH_STATUS_AWAY);
    cr_assert_eq(kit_rep(&k, "ana").state, EH_STATUS_AWAY);
    cr_assert_eq(kit_rep(&k, "ana").open, 0);
    cr_assert_eq(eh_engine_due_us(k.e), EH_TIME_NEVER);
}

/* Only tickets of the caller's teams. */
Test(engine_manager, release_in_some_teams)
{
    kit_desk(&k, "desk: main\ncurrency: EUR\ntime_zone: Europe/Oslo\nkinds: {order: {points: 2}}\n"
                 "reps: [{id: ana}]\nteams: [{id: a, reps: [ana], policy: random},"
                 " {id: b, reps: [ana], policy: random}, {id: bc, reps: [ana], policy: random}]\n");
    kit_send(&k, "{'type':'ticket','id':'T1','team':'a','kind':'order'}");
    kit_send(&k, "{'type':'ticket','id':'T2','team':'b','kind':'order'}");
    kit_send(&k, "{'type':'ticket','id':'T3','team':'bc','kind':'order'}");
    struct eh_message m = {.type = EH_MESSAGE_RELEASE,
                           .rep = eh_str("ana"),
                           .team = eh_str("a\x1f"
                                          "b")};
    m.has = EH_FIELD_BIT(EH_FIELD_REP) | EH_FIELD_BIT(EH_FIELD_TEAM);
    kit_step(&k, m, EH_ORIGIN_ADMIN);
    cr_assert_str_eq(kit_effects(&k), "waiting T1 was ana nobody; waiting T2 was ana nobody");
    cr_assert_eq(kit_rep(&k, "ana").open, 1);
    cr_assert_eq(eh_engine_due_us(k.e), EH_TIME_NEVER);
}

/* None comes back to the one who released it while another is eligible. */
Test(engine_manager, release_not_back)
{
    only("bob");
    for (int i = 1; i <= 3; i++)
        kit_sendf(&k, "{'type':'ticket','id':'T%d','team':'sales','kind':'order'}", i);
    kit_command(&k, EH_MESSAGE_RELEASE, "{'rep':'ana','reason':'left'}");
    cr_assert_str_eq(kit_effects(&k), "waiting T1 was ana nobody; waiting T2 was ana nobody; "
                                      "waiting T3 was ana nobody");
    kit_send(&k, "{'type':'signal','rep':'ana','status':'available'}"); /* alone: back to her */
    cr_assert_str_eq(kit_effects(&k), "assigned T1 ana was ana release; "
                                      "assigned T2 ana was ana release; "
                                      "assigned T3 ana was ana release");
    kit_send(&k, "{'type':'signal','rep':'bob','status':'available'}");
    for (int round = 0; round < 20; round++) {
        kit_command(&k, EH_MESSAGE_RELEASE, "{'rep':'ana','reason':'left'}");
        kit_send(&k, "{'type':'signal','rep':'ana','status':'available'}");
        cr_assert_eq(kit_rep(&k, "bob").open, 3);
        kit_command(&k, EH_MESSAGE_ASSIGN, "{'id':'T1','rep':'ana','reason':'x'}");
    }
}

/* A rep who holds more than a step deals is released in rounds. */
Test(engine_manager, release_in_rounds)
{
    for (int i = 0; i < EH_DEALS_PER_STEP_MAX + 3; i++)
        kit_sendf(&k, "{'type':'ticket','id':'T%d','team':'care','kind':'order'}", i);
    kit_command(&k, EH_MESSAGE_RELEASE, "{'rep':'eva','reason':'left'}");
    cr_assert_eq(k.fx.count, EH_DEALS_PER_STEP_MAX);
    cr_assert_eq(kit_rep(&k, "eva").open, 3);
    cr_assert_eq(eh_engine_due_us(k.e), k.now_us);
    kit_due(&k);
    cr_assert_eq(k.fx.count, 3);
    cr_assert_eq(eh_engine_due_us(k.e), EH_TIME_NEVER);
    kit_send(&k, "{'type':'signal','rep':'eva','status':'available'}");
    cr_assert_eq(k.fx.count, EH_DEALS_PER_STEP_MAX);
}

/* Both become eligible at once: to the other, as long as there is one. */
Test(engine_manager, release_to_another)
{
    only("bob");
    for (int i = 1; i <= 4; i++)
        kit_sendf(&k, "{'type':'ticket','id':'T%d','team':'sales','kind':'order'}", i);
    kit_command(&k, EH_MESSAGE_RELEASE, "{'rep':'ana','reason':'left'}");
    static const char *const desk = "desk: main\ncurrency: EUR\ntime_zone: Europe/Oslo\n"
                                    "kinds: {order: {points: 2}}\n"
                                    "reps: [{id: ana}, {id: bob}, {id: eva}]\n"
                                    "teams: [{id: care, reps: [eva], policy: random}, {id: sales, "
                                    "policy: random, capacity: 6, reps: [%s]}]\n";
    char text[500];
    snprintf(text, sizeof text, desk, "eva");
    only("eva");
    kit_desk(&k, text);
    cr_assert_str_eq(kit_effects(&k), "");
    kit_send(&k, "{'type':'signal','rep':'ana','status':'available'}");
    kit_send(&k, "{'type':'signal','rep':'bob','status':'available'}");
    snprintf(text, sizeof text, desk, "ana, bob");
    kit_desk(&k, text);
    cr_assert_str_eq(kit_effects(&k), "assigned T1 bob was ana release; "
                                      "assigned T2 bob was ana release; "
                                      "assigned T3 bob was ana release; "
                                      "assigned T4 ana was ana release"); /* bob is full */
    cr_assert_eq(kit_item(&k, 0)->eligible, 1);
    cr_assert_eq(kit_item(&k, 0)->weight, EH_PPM);
}

/* ---- a release of some teams */

static void in_both_teams(void)
{
    kit_desk(&k, "desk: main\ncurrency: EUR\ntime_zone: Europe/Oslo\n"
                 "kinds: {order: {points: 2}}\nreps: [ana, bob]\n"
                 "teams: [{id: sales, reps: [ana, bob], policy: random},"
                 " {id: care, reps: [ana], policy: random}]\n");
    for (int i = 0; i < 2; i++)
        kit_sendf(&k, "{'type':'ticket','id':'%s','team':'%s','kind':'order','owner':'ana'}",
                  i ? "C" : "S", i ? "care" : "sales");
}

static const char *release_of(const char *teams)
{
    struct eh_message m = {.type = EH_MESSAGE_RELEASE, .team = eh_str(teams)};
    m.rep = eh_str("ana");
    m.reason = eh_str("too much");
    m.has =
        EH_FIELD_BIT(EH_FIELD_REP) | EH_FIELD_BIT(EH_FIELD_REASON) | EH_FIELD_BIT(EH_FIELD_TEAM);
    kit_step(&k, m, EH_ORIGIN_ADMIN);
    return kit_effects(&k);
}

static int state_in(const char *team)
{
    struct eh_member_view member;
    cr_assert(eh_engine_member_of(k.e, eh_str(team), eh_str("ana"), &member));
    return member.state;
}

Test(engine_manager, a_release_of_one_team_leaves_the_others_alone)
{
    in_both_teams();
    cr_assert_str_eq(release_of("sales"), "assigned S bob was ana release");
    cr_assert_eq(k.fx.signal_rep.size, 0);
    cr_assert_eq(kit_rep(&k, "ana").state, EH_STATUS_AVAILABLE);
    cr_assert(kit_is(kit_rep(&k, "ana").released_in, "sales"));
    cr_assert_eq(state_in("sales"), EH_STATUS_AWAY);
    cr_assert_eq(state_in("care"), EH_STATUS_AVAILABLE);
    cr_assert(kit_is(kit_ticket(&k, "C").rep, "ana"));
    kit_send(&k, "{'type':'ticket','id':'C2','team':'care','kind':'order'}");
    cr_assert_str_eq(kit_effects(&k), "assigned C2 ana random");
    kit_send(&k, "{'type':'signal','rep':'bob','status':'away'}");
    kit_send(&k, "{'type':'ticket','id':'S2','team':'sales','kind':'order'}");
    cr_assert_str_eq(kit_effects(&k), "waiting S2 nobody");
    kit_restart(&k);
    struct eh_message m = kit_message(&k, "{'type':'signal','rep':'ana','status':'available'}");
    int64_t from, until;
    cr_assert_not(eh_engine_signal_is_repeat(k.e, &m, &from, &until));
    kit_send(&k, "{'type':'signal','rep':'ana','status':'available'}");
    cr_assert_str_eq(kit_effects(&k), "assigned S2 ana random");
    cr_assert_eq(kit_rep(&k, "ana").released_in.size, 0);
}

Test(engine_manager, a_release_of_all_their_teams_sets_them_away)
{
    in_both_teams();
    release_of("care\x1fsales");
    cr_assert_eq(kit_rep(&k, "ana").state, EH_STATUS_AWAY);
    cr_assert_eq(kit_rep(&k, "ana").released_in.size, 0);
    cr_assert_eq(k.fx.signal_status, EH_STATUS_AWAY);
}

Test(engine_manager, a_release_in_a_team_is_over_with_the_team)
{
    in_both_teams();
    release_of("sales");
    kit_desk(&k, "kinds: {order: {points: 2}}\nreps: [ana, bob]\n"
                 "teams: [{id: sales, reps: [bob], policy: random},"
                 " {id: care, reps: [ana], policy: random}]\n");
    cr_assert_eq(kit_rep(&k, "ana").released_in.size, 0);
}

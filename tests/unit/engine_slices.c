/* engine_slices: what is too much for one step goes on in further ones, the teams in turn. */
#include <criterion/criterion.h>

#include "engine_kit.h"

static struct kit k;

static const char *const desk =
    "desk: main\ncurrency: EUR\ntime_zone: Europe/Oslo\n"
    "kinds: {order: {points: 1}}\n"
    "reps: [{id: ana}, {id: bob}, {id: eva}, {id: ida, skills: [de]}, {id: kim}]\n"
    "teams:\n"
    "  - {id: a, reps: [ana, ida], policy: random}\n"
    "  - {id: b, reps: [bob], policy: random}\n"
    "  - {id: c, reps: [eva, kim], policy: random}\n";

static void start(void)
{
    kit_start(&k, desk);
}

static void stop(void)
{
    cr_assert(kit_sound(&k));
    cr_assert(eh_ledger_check(k.e));
    kit_done(&k);
}

TestSuite(engine_slices, .init = start, .fini = stop);

static void expect(const char *effects)
{
    cr_assert_eq(k.result, 0, "%s", eh_code_name(k.result));
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
    cr_assert_str_eq(kit_effects(&k), effects);
}

static void signal_of(const char *rep, const char *status)
{
    kit_sendf(&k, "{'type':'signal','rep':'%s','status':'%s'}", rep, status);
}

static void tickets(const char *name, const char *team, int count)
{
    for (int i = 0; i < count; i++)
        kit_sendf(&k, "{'type':'ticket','id':'%s%d','team':'%s','kind':'order'}", name, i, team);
}

/* Six wait in each team, then everybody is back; each step may have two effects. */
static void leave_over(void)
{
    static const char *const reps[] = {"ana", "bob", "eva", "ida", "kim"};
    for (size_t i = 0; i < 5; i++)
        signal_of(reps[i], "away");
    tickets("A", "a", 6);
    tickets("B", "b", 6);
    k.most = 2;
    signal_of("ana", "available");
    expect("assigned A0 ana random; assigned A1 ana random");
}

Test(engine_slices, a_step_has_so_many_effects)
{
    leave_over();
    kit_due(&k);
    expect("assigned A2 ana random; assigned A3 ana random");
    k.most = 3;
    cr_assert_eq(eh_engine_due_us(k.e), k.now_us);
    kit_due(&k);
    expect("assigned A4 ana random; assigned A5 ana random");
    cr_assert_eq(eh_engine_due_us(k.e), EH_TIME_NEVER);
}

Test(engine_slices, without_a_size_as_many_as_there_may_be)
{
    signal_of("bob", "away");
    tickets("B", "b", EH_DEALS_PER_STEP_MAX + 1);
    signal_of("bob", "available");
    cr_assert_eq(k.fx.count, EH_DEALS_PER_STEP_MAX);
    kit_due(&k);
    expect("assigned B1000 bob random");
}

/* What is left over in one team is nothing to another. */
Test(engine_slices, another_team_goes_on)
{
    leave_over();
    signal_of("eva", "available");
    expect("");
    kit_send(&k, "{'type':'ticket','id':'C0','team':'c','kind':'order'}");
    expect("assigned C0 eva random");
    signal_of("bob", "available"); /* deals what it made possible, and nothing else */
    expect("assigned B0 bob random; assigned B1 bob random");
    kit_send(&k, "{'type':'ticket','id':'C1','team':'c','kind':'order'}");
    expect("assigned C1 eva random");
}

Test(engine_slices, teams_in_turn)
{
    leave_over();
    signal_of("bob", "available");
    k.most = 3;
    kit_due(&k);
    expect("assigned A2 ana random; assigned B2 bob random; assigned A3 ana random");
    kit_due(&k);
    expect("assigned B3 bob random; assigned A4 ana random; assigned B4 bob random");
}

/* Within a team by priority and age. */
Test(engine_slices, behind_what_is_left_over)
{
    leave_over();
    kit_send(&k, "{'type':'ticket','id':'A6','team':'a','kind':'order'}");
    expect("waiting A6 queue");
    cr_assert(kit_is(kit_ticket(&k, "A6").waiting_why, "queue"));
    kit_send(&k, "{'type':'ticket','id':'A7','team':'a','kind':'order','priority':9}");
    expect("waiting A7 queue");
    kit_send(&k, "{'type':'ticket','id':'A8','team':'a','kind':'order','skills':['de']}");
    expect("waiting A8 skill"); /* ida is away: of this set nothing is left over */
    kit_due(&k);
    expect("assigned A7 ana random; assigned A2 ana random");
}

Test(engine_slices, a_release_is_one_of_many)
{
    signal_of("kim", "away");
    signal_of("ida", "away");
    tickets("C", "c", 5); /* all to eva */
    leave_over();
    kit_command(&k, EH_MESSAGE_RELEASE, "{'rep':'eva','reason':'x'}");
    expect("waiting C0 was eva nobody; waiting C1 was eva nobody");
    cr_assert_eq(kit_rep(&k, "eva").open, 3);
    kit_due(&k); /* half for the release */
    expect("assigned A2 ana random; waiting C2 was eva nobody");
    k.most = 4;
    kit_due(&k);
    expect("assigned A3 ana random; assigned A4 ana random; waiting C3 was eva nobody; "
           "waiting C4 was eva nobody");
    kit_due(&k);
    expect("assigned A5 ana random");
    cr_assert_eq(eh_engine_due_us(k.e), EH_TIME_NEVER);
}

/* The priority is what counts, once it is given back. */
Test(engine_slices, released_to_another)
{
    signal_of("kim", "away");
    tickets("C", "c", 2);
    kit_send(&k, "{'type':'ticket','id':'C2','team':'c','kind':'order','priority':9}");
    signal_of("kim", "available");
    kit_command(&k, EH_MESSAGE_RELEASE, "{'rep':'eva','reason':'x'}");
    expect("assigned C2 kim was eva release; assigned C0 kim was eva release; "
           "assigned C1 kim was eva release");
}

Test(engine_slices, two_releases_take_turns)
{
    signal_of("ida", "away");
    tickets("A", "a", 5);
    tickets("B", "b", 5);
    k.most = 2;
    kit_command(&k, EH_MESSAGE_RELEASE, "{'rep':'ana','reason':'x'}");
    kit_command(&k, EH_MESSAGE_RELEASE, "{'rep':'bob','reason':'x'}");
    kit_due(&k);
    expect("waiting A2 was ana nobody; waiting A3 was ana nobody");
    kit_due(&k);
    expect("waiting B2 was bob nobody; waiting B3 was bob nobody");
    kit_due(&k);
    expect("waiting A4 was ana nobody");
}

/* A signal takes effect whatever is under way; each ticket is given back once. */
Test(engine_slices, back_in_the_middle_of_a_release)
{
    tickets("B", "b", 6);
    k.most = 2;
    kit_command(&k, EH_MESSAGE_RELEASE, "{'rep':'bob','reason':'x'}");
    expect("waiting B0 was bob nobody; waiting B1 was bob nobody");
    signal_of("bob", "available");
    expect("assigned B0 bob was bob release; assigned B1 bob was bob release");
    kit_due(&k);
    expect("assigned B2 bob was bob release; assigned B3 bob was bob release");
    kit_due(&k);
    expect("assigned B4 bob was bob release; assigned B5 bob was bob release");
    cr_assert_eq(eh_engine_due_us(k.e), EH_TIME_NEVER);
}

/* Whose turn it is, and that what was there is left over, outlives a restart. */
Test(engine_slices, from_a_snapshot)
{
    leave_over();
    signal_of("bob", "available");
    kit_due(&k);
    expect("assigned A2 ana random; assigned B2 bob random");
    kit_restart(&k);
    signal_of("kim", "available");
    expect("");
    k.most = 3;
    kit_due(&k);
    expect("assigned A3 ana random; assigned B3 bob random; assigned A4 ana random");
    kit_restart(&k);
    kit_due(&k);
    expect("assigned B4 bob random; assigned A5 ana random; assigned B5 bob random");
}

/* One ticket cannot take every place, nor have more than so many effects when it comes. */
Test(engine_slices, outcomes_before_their_ticket)
{
    for (int i = 0; i < EH_PENDING_PER_TICKET_MAX; i++)
        kit_sendf(&k, "{'type':'outcome','id':'B0','outcome':'%s'}", i % 2 ? "reopened" : "lost");
    cr_assert(k.fx.pending);
    kit_send(&k, "{'type':'outcome','id':'B0','outcome':'lost'}");
    cr_assert_str_eq(kit_refused(&k),
                     "ticket default/B0 is not known, and 16 outcomes wait for it already");
    kit_send(&k, "{'type':'outcome','id':'B1','outcome':'lost'}");
    cr_assert(k.fx.pending);
    tickets("B", "b", 1);
    cr_assert_eq(k.fx.count, 1); /* they come to an open ticket */
}

/* A log that says nothing of rules is decided as it always was: the best of all teams, and every
 * ticket behind everything that is left over. */
Test(engine_slices, as_it_was_before)
{
    kit_done(&k);
    kit_start_under(&k, EH_RULES_FIRST, desk);
    signal_of("bob", "away");
    tickets("B", "b", EH_DEALS_PER_STEP_MAX + 2);
    signal_of("bob", "available");
    cr_assert_eq(k.fx.count, EH_DEALS_PER_STEP_MAX);
    tickets("C", "c", 1);
    cr_assert_eq(k.fx.count, 3);
    cr_assert(kit_is(kit_item(&k, 2)->id, "C0"));
}

/* engine_at_most: how many tickets a team deals to a rep in an hour of the desk's clock and on a
 * day. */
#include <criterion/criterion.h>

#include "engine_kit.h"

#define HEAD "desk: main\ncurrency: EUR\ntime_zone: UTC\nkinds: {order: {points: 2}}\n"
#define REPS "reps: [ana, {id: eva, share: 0.5}]\n"
#define HOUR "{id: sales, policy: rotation, at_most: {per_hour: 2}, reps: [ana]}"
#define DAY  "{id: sales, policy: rotation, at_most: {per_day: 3}, reps: [ana]}"

static struct kit k;
static unsigned tickets;

static void start(const char *desk)
{
    kit_start(&k, desk);
    tickets = 0;
}

static void stop(void)
{
    kit_done(&k);
}

TestSuite(engine_at_most, .fini = stop);

static void ticket(void)
{
    kit_sendf(&k, "{'type':'ticket','id':'T%u','team':'sales','kind':'order'}", ++tickets);
}

static void expect(const char *effects)
{
    cr_assert_str_eq(kit_effects(&k), effects);
    cr_assert(kit_sound(&k));
    cr_assert(eh_ledger_check(k.e));
    eh_engine_free(kit_restored(k.e));
}

static struct eh_member_view member(const char *rep)
{
    struct eh_member_view view;
    cr_assert(eh_engine_member_of(k.e, eh_str("sales"), eh_str(rep), &view));
    return view;
}

Test(engine_at_most, per_hour)
{
    start(HEAD REPS "teams: [" HOUR "]\n");
    kit_pass(&k, 3599);
    ticket();
    expect("assigned T1 ana rotation");
    cr_assert_eq(eh_engine_due_us(k.e), EH_TIME_NEVER);
    kit_pass(&k, 1); /* another hour: it is counted anew */
    ticket();
    ticket();
    expect("assigned T3 ana rotation");
    cr_assert(member("ana").full && kit_rep(&k, "ana").full);
    cr_assert_eq(member("ana").dealt_hour, 2);
    cr_assert_eq(member("ana").dealt_day, 3);
    ticket();
    expect("waiting T4 full");
    cr_assert_eq(member("ana").entitled_nano, INT64_C(3000000000)); /* nothing of what waits */
    struct eh_due due;
    cr_assert(eh_engine_due(k.e, &due));
    cr_assert_eq(due.kind, EH_DUE_HOUR);
    cr_assert_eq(eh_engine_due_us(k.e), KIT_START + INT64_C(7200000000));
    kit_restart(&k);
    cr_assert_eq(eh_engine_due_us(k.e), KIT_START + INT64_C(7200000000));
    kit_pass(&k, 3600);
    kit_due(&k);
    expect("assigned T4 ana rotation");
    cr_assert_eq(eh_engine_due_us(k.e), EH_TIME_NEVER);
}

/* No DUE input has to come first. */
Test(engine_at_most, an_hour_turns_by_itself)
{
    start(HEAD REPS "teams: [" HOUR "]\n");
    ticket();
    ticket();
    ticket();
    expect("waiting T3 full");
    kit_pass(&k, 3600);
    ticket();
    expect("waiting T4 queue; assigned T3 ana rotation; assigned T4 ana rotation");
    cr_assert(member("ana").full);
}

/* In Kathmandu an hour begins at a quarter past UTC's. */
Test(engine_at_most, by_the_desks_clock)
{
    start(HEAD REPS "teams: [" HOUR "]\n");
    struct eh_message day = {.type = EH_MESSAGE_DAY, .has = EH_FIELD_BIT(EH_FIELD_CLOCK)};
    day.clock_s = 900;
    k.date++;
    cr_assert_eq(kit_step(&k, day, EH_ORIGIN_SHELL), 0);
    ticket();
    ticket();
    ticket();
    expect("waiting T3 full");
    cr_assert_eq(eh_engine_due_us(k.e), KIT_START + INT64_C(900000000));
    kit_restart(&k);
    kit_pass(&k, 899);
    kit_due(&k);
    expect("");
    kit_pass(&k, 1);
    kit_due(&k);
    expect("assigned T3 ana rotation");
}

Test(engine_at_most, per_day)
{
    start(HEAD REPS "teams: [" DAY "]\n");
    for (int i = 0; i < 4; i++) {
        kit_pass(&k, 3600);
        ticket();
    }
    expect("waiting T4 full");
    cr_assert_eq(eh_engine_due_us(k.e), EH_TIME_NEVER);
    kit_pass(&k, 12 * 3600);
    kit_due(&k);
    expect("");
    kit_day(&k, KIT_TODAY + 1);
    expect("assigned T4 ana rotation");
    cr_assert_eq(member("ana").dealt_day, 1);
}

/* By share, as capacity: the last ticket may pass it. What a manager gives is no deal. */
Test(engine_at_most, by_share_and_of_deals_alone)
{
    start(HEAD REPS "teams: [{id: sales, at_most: {per_hour: 5}, reps: [eva]}]\n");
    ticket();
    ticket();
    kit_command(&k, EH_MESSAGE_SIGNAL, "{'rep':'eva','status':'away'}");
    ticket();
    kit_command(&k, EH_MESSAGE_ASSIGN, "{'id':'T3','rep':'eva','reason':'r'}");
    cr_assert_eq(member("eva").dealt_hour, 2);
    kit_command(&k, EH_MESSAGE_SIGNAL, "{'rep':'eva','status':'available'}");
    ticket();
    expect("assigned T4 eva balanced");
    ticket();
    expect("waiting T5 full");
}

/* A desk file changes the limit at once, and what was dealt stays counted. */
Test(engine_at_most, a_new_desk)
{
    start(HEAD REPS "teams: [" HOUR "]\n");
    ticket();
    ticket();
    ticket();
    expect("waiting T3 full");
    kit_desk(&k, HEAD REPS "teams: [{id: sales, policy: rotation, at_most: {per_hour: 3},"
                           " reps: [ana]}]\n");
    expect("assigned T3 ana rotation");
    cr_assert(member("ana").full);
    kit_desk(&k, HEAD REPS "teams: [{id: sales, policy: rotation, reps: [ana]}]\n");
    cr_assert_not(member("ana").full);
    cr_assert_eq(eh_engine_due_us(k.e), EH_TIME_NEVER);
}

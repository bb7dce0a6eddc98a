/* engine_ramp: with which share a rep comes back after a day or more. */
#include <criterion/criterion.h>

#include "engine_kit.h"

#define HEAD                                                                                       \
    "desk: main\ncurrency: EUR\ntime_zone: UTC\nkinds: {order: {points: 2}}\n"                     \
    "reps: [ana, {id: bob, share: 0.5}]\n"
#define TEAM(more) HEAD "teams: [{id: sales, policy: random, reps: [ana, bob]" more "}]\n"
#define RAMP       TEAM(", ramp: 40% for 1d")
#define DAY_S      86400

static struct kit k;
static unsigned tickets;

static void start(void)
{
    tickets = 0;
    kit_start(&k, RAMP);
}

static void stop(void)
{
    kit_done(&k);
}

TestSuite(engine_ramp, .init = start, .fini = stop);

static void check(void)
{
    cr_assert(kit_sound(&k));
    cr_assert(eh_ledger_check(k.e));
    eh_engine_free(kit_restored(k.e));
}

static void ticket(void)
{
    kit_sendf(&k, "{'type':'ticket','id':'T%u','team':'sales','kind':'order'}", ++tickets);
    check();
}

static void say(const char *rep, const char *status)
{
    kit_sendf(&k, "{'type':'signal','rep':'%s','status':'%s'}", rep, status);
    check();
}

static struct eh_member_view member(const char *rep)
{
    struct eh_member_view view;
    cr_assert(eh_engine_member_of(k.e, eh_str("sales"), eh_str(rep), &view));
    return view;
}

static uint32_t share(const char *rep)
{
    return member(rep).share_ppm;
}

/* Everybody away; some tickets wait. The steps of `most` effects leave deals over. */
static void away_for(int64_t seconds, unsigned waiting)
{
    say("ana", "away");
    say("bob", "away");
    for (unsigned i = 0; i < waiting; i++)
        ticket();
    kit_pass(&k, seconds);
}

Test(engine_ramp, for_what_waited)
{
    away_for(DAY_S, 3);
    k.most = EH_MOST_MIN; /* a deal a step */
    int64_t back_us = k.now_us;
    say("ana", "available");
    cr_assert_eq(share("ana"), 400000);
    cr_assert_eq(member("ana").ramp_until_us, back_us + DAY_S * INT64_C(1000000));
    kit_restart(&k);
    cr_assert_eq(share("ana"), 400000);
    say("bob", "available");
    cr_assert_eq(share("bob"), 200000);
    while (eh_engine_due_us(k.e) <= k.now_us)
        kit_due(&k);
    ticket(); /* what came later is dealt by full shares */
    cr_assert_eq(kit_item(&k, 0)->weight, 1500000);
    cr_assert_eq(share("ana"), 1000000);
    cr_assert_eq(share("bob"), 500000);
    cr_assert_eq(member("ana").ramp_until_us, EH_TIME_NEVER);
    check();
}

Test(engine_ramp, less_than_a_day)
{
    away_for(DAY_S - 1, 3);
    say("ana", "available");
    cr_assert_eq(share("ana"), 1000000);
}

Test(engine_ramp, nothing_waits)
{
    away_for(DAY_S, 0);
    say("ana", "available");
    cr_assert_eq(share("ana"), 1000000);
}

/* Off by an absence, from Friday to Monday. */
Test(engine_ramp, absent)
{
    kit_sendf(&k, "{'type':'absence','rep':'ana','from':%lld,'until':%lld}",
              (long long)(k.now_us / 1000 + 60000),
              (long long)(k.now_us / 1000 + 60000 + 2 * DAY_S * 1000));
    kit_send(&k, "{'type':'ticket','id':'S','team':'sales','kind':'order','skills':['x']}");
    kit_pass(&k, 60);
    kit_due(&k);
    cr_assert(member("ana").off);
    kit_pass(&k, 2 * DAY_S - 1);
    ticket();
    cr_assert_eq(share("ana"), 1000000);
    kit_pass(&k, 1);
    kit_due(&k);
    check();
    cr_assert_not(member("ana").off);
    cr_assert_eq(share("ana"), 400000);
    ticket();
    cr_assert_eq(kit_item(&k, 0)->weight, 900000);
}

/* Overloaded is there. */
Test(engine_ramp, overloaded_is_there)
{
    say("ana", "overloaded");
    kit_pass(&k, 2 * DAY_S);
    say("bob", "away");
    kit_due(&k);
    ticket();
    cr_assert_eq(share("ana"), 1000000);
}

/* Tickets that nobody can do still wait: it ends with its time, at the first input after it. */
Test(engine_ramp, for_so_long)
{
    kit_send(&k, "{'type':'ticket','id':'S','team':'sales','kind':'order','skills':['x']}");
    away_for(DAY_S, 1);
    say("ana", "available");
    say("bob", "available");
    kit_pass(&k, DAY_S - 1);
    ticket();
    cr_assert_eq(kit_item(&k, 0)->weight, 600000);
    cr_assert_eq(share("ana"), 400000);
    kit_pass(&k, 1);
    ticket();
    cr_assert_eq(kit_item(&k, 0)->weight, 1500000);
    cr_assert_eq(share("ana"), 1000000);
}

/* Entitlement goes by the same part. */
Test(engine_ramp, entitled_alike)
{
    kit_send(&k, "{'type':'ticket','id':'S','team':'sales','kind':'order','skills':['x']}");
    say("ana", "away");
    kit_pass(&k, DAY_S);
    int64_t before = member("ana").entitled_nano;
    say("ana", "available");
    ticket();
    cr_assert_eq(member("ana").entitled_nano - before, 444444444); /* 0.4 of 0.9 */
}

/* Another part, another time, and none: a desk file holds at once. */
Test(engine_ramp, a_new_desk)
{
    kit_send(&k, "{'type':'ticket','id':'S','team':'sales','kind':'order','skills':['x']}");
    away_for(DAY_S, 0);
    int64_t back_us = k.now_us;
    say("ana", "available");
    kit_desk(&k, TEAM(", ramp: 10% for 2d"));
    check();
    cr_assert_eq(share("ana"), 100000);
    cr_assert_eq(member("ana").ramp_until_us, back_us + 2 * DAY_S * INT64_C(1000000));
    kit_desk(&k, TEAM(""));
    check();
    cr_assert_eq(share("ana"), 1000000);
    kit_desk(&k, RAMP);
    check();
    cr_assert_eq(share("ana"), 1000000);
}

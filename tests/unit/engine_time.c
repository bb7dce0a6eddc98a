/* engine_time: an operator leads a log that went astray in time back to the true one. */
#include <criterion/criterion.h>

#include <evenhand/engine/periods.h>

#include "engine_kit.h"

#define DAY_US INT64_C(86400000000)
#define YEARS  3650 /* days */

static struct kit k;

static const char desk[] =
    "desk: main\ncurrency: EUR\ntime_zone: UTC\nkinds: {order: {points: 2}}\n"
    "reps: [{id: ana}, {id: bob}]\n"
    "teams: [{id: sales, reps: [ana, bob], policy: random, affinity: open, affinity_for: 30d}]\n";

static void start(void)
{
    kit_start(&k, desk);
}

static void stop(void)
{
    kit_done(&k);
}

TestSuite(engine_time, .init = start, .fini = stop);

static void digests_agree(void)
{
    cr_assert(eh_key_equal(eh_engine_digest(k.e), eh_engine_digest_anew(k.e)));
}

static int accept(int64_t at_us, int32_t date)
{
    k.now_us = at_us;
    k.date = date;
    return kit_step(
        &k,
        (struct eh_message){.type = EH_MESSAGE_ACCEPT_TIME,
                            .reason = eh_str("the clock was dead"),
                            .actor = eh_str("root"),
                            .has = EH_FIELD_BIT(EH_FIELD_REASON) | EH_FIELD_BIT(EH_FIELD_ACTOR)},
        EH_ORIGIN_SHELL);
}

static void go_astray(void)
{
    k.now_us += YEARS * DAY_US;
    cr_assert_eq(kit_day(&k, KIT_TODAY + YEARS), 0);
}

static void come_back(void)
{
    cr_assert_eq(accept(KIT_START + DAY_US, KIT_TODAY + 1), 0);
    digests_agree();
}

static struct eh_rep_view rep(const char *id)
{
    struct eh_rep_view view;
    cr_assert(eh_engine_rep(k.e, eh_str(id), &view));
    return view;
}

static struct eh_ticket_view ticket(const char *id)
{
    struct eh_ticket_view view;
    cr_assert(eh_engine_ticket(k.e, eh_str("default"), eh_str(id), &view));
    return view;
}

Test(engine_time, only_an_operator_leads_it_back)
{
    go_astray();
    k.now_us = KIT_START + DAY_US;
    cr_expect_eq(kit_day(&k, KIT_TODAY + 1), -EH_ECORRUPT);
    cr_expect_eq(kit_send(&k, "{'type':'ticket','id':'T','team':'sales','kind':'order'}"),
                 -EH_ECORRUPT);
    come_back();
    struct eh_totals totals;
    eh_engine_totals(k.e, &totals);
    cr_expect_eq(totals.at_us, KIT_START + DAY_US);
    cr_expect_eq(totals.date, KIT_TODAY + 1);
    cr_expect_eq(totals.epoch, 2, "the day turned, and now again");
    cr_expect_eq(kit_send(&k, "{'type':'ticket','id':'T','team':'sales','kind':'order'}"), 0);
}

Test(engine_time, it_needs_a_reason_and_its_rules)
{
    struct eh_message silent = {.type = EH_MESSAGE_ACCEPT_TIME};
    cr_expect_eq(kit_step(&k, silent, EH_ORIGIN_SHELL), -EH_ECORRUPT);
    cr_expect_eq(accept(KIT_START, KIT_TODAY), 0);
    kit_done(&k);
    k = (struct kit){.now_us = KIT_START, .date = KIT_TODAY};
    cr_assert_eq(eh_engine_new(EH_RULES_NUMBERED, &k.e, NULL), 0);
    cr_expect_eq(accept(KIT_START, KIT_TODAY), -EH_ECORRUPT, "of a log that knows none");
}

Test(engine_time, it_may_go_forward_too)
{
    cr_assert_eq(accept(KIT_START + 400 * DAY_US, KIT_TODAY + 400), 0);
    digests_agree();
    cr_expect_eq(kit_day(&k, KIT_TODAY + 401), 0);
}

Test(engine_time, a_signal_keeps_what_was_left_of_it)
{
    go_astray();
    kit_send(&k, "{'type':'signal','rep':'ana','status':'overloaded','for':3600}");
    kit_send(&k, "{'type':'signal','rep':'bob','status':'away','for':7200}");
    int64_t left = rep("ana").until_us - k.now_us;
    kit_pass(&k, 60);
    kit_send(&k, "{'type':'ticket','id':'T','team':'sales','kind':'order'}");
    come_back();
    cr_expect_eq(rep("ana").until_us - k.now_us, left - 60 * INT64_C(1000000));
    cr_expect_eq(k.now_us - rep("ana").since_us, 60 * INT64_C(1000000));
    cr_expect_eq(eh_engine_due_us(k.e), rep("ana").until_us);
    k.now_us = rep("ana").until_us;
    cr_assert_eq(kit_due(&k), 0);
    cr_expect_eq(rep("ana").state, EH_STATUS_AVAILABLE);
    cr_expect(kit_is(ticket("T").rep, "ana"), "who is back is dealt to");
    k.now_us = rep("bob").until_us;
    cr_assert_eq(kit_due(&k), 0);
    cr_expect_eq(rep("bob").state, EH_STATUS_AVAILABLE);
    digests_agree();
}

Test(engine_time, what_is_held_back_is_held_no_longer)
{
    go_astray();
    for (int i = 0; i <= 2 * EH_CHANGES_A_MINUTE; i++)
        kit_sendf(&k, "{'type':'signal','rep':'ana','status':'%s'}", i % 2 ? "overloaded" : "away");
    int64_t due = eh_engine_due_us(k.e) - k.now_us;
    cr_assert_leq(due, 60 * INT64_C(1000000));
    come_back();
    cr_expect_eq(eh_engine_due_us(k.e) - k.now_us, due);
    k.now_us = eh_engine_due_us(k.e);
    cr_assert_eq(kit_due(&k), 0);
    cr_expect_eq(rep("ana").state, EH_STATUS_AWAY);
    digests_agree();
}

Test(engine_time, a_ticket_keeps_its_age)
{
    kit_send(&k, "{'type':'ticket','id':'old','team':'sales','kind':'order','customer':'c'}");
    int64_t received = ticket("old").received_us;
    go_astray();
    kit_send(&k, "{'type':'ticket','id':'T','team':'sales','kind':'order','customer':'d'}");
    kit_pass(&k, 300);
    kit_send(&k, "{'type':'ticket','id':'U','team':'sales','kind':'order'}");
    come_back();
    cr_expect_eq(ticket("old").received_us, received, "its time was true");
    cr_expect_eq(k.now_us - ticket("T").received_us, 300 * INT64_C(1000000));
    cr_expect_eq(k.now_us - ticket("T").assigned_us, 300 * INT64_C(1000000));
    k.now_us += 31 * DAY_US;
    cr_assert_eq(kit_day(&k, KIT_TODAY + 32), 0);
    kit_send(&k, "{'type':'ticket','id':'V','team':'sales','kind':'order','customer':'d'}");
    cr_expect(!kit_is(kit_item(&k, 0)->why, "affinity"), "a month is over: %s", kit_effects(&k));
}

Test(engine_time, an_outcome_still_waits_its_minute)
{
    go_astray();
    kit_send(&k, "{'type':'outcome','id':'T','outcome':'lost'}");
    cr_assert(k.fx.pending);
    kit_pass(&k, 20);
    cr_assert_eq(kit_step(&k, kit_message(&k, "{'type':'signal','rep':'ana','status':'away'}"),
                          EH_ORIGIN_STREAM),
                 0);
    come_back();
    cr_expect_eq(eh_engine_clocks_due_us(k.e) - k.now_us, 40 * INT64_C(1000000));
    kit_send(&k, "{'type':'ticket','id':'T','team':'sales','kind':'order'}");
    cr_expect(!kit_holds(&k, "T"), "it is applied: %s", kit_effects(&k));
    digests_agree();
}

Test(engine_time, a_snapshot_of_it_goes_on_alike)
{
    go_astray();
    kit_send(&k, "{'type':'signal','rep':'ana','status':'overloaded','for':3600}");
    kit_send(&k, "{'type':'ticket','id':'T','team':'sales','kind':'order'}");
    kit_send(&k, "{'type':'outcome','id':'X','outcome':'lost'}");
    come_back();
    eh_engine_free(kit_restored(k.e));
}

Test(engine_time, its_row_is_read_back)
{
    struct eh_record row;
    struct eh_input in;
    go_astray();
    come_back();
    cr_assert_eq(eh_record_from_input(&k.in, &k.fx, &k.arena, &row), 0);
    cr_assert_eq(eh_record_to_input(&row, &in, NULL), 0);
    cr_expect_eq(in.message.type, EH_MESSAGE_ACCEPT_TIME);
    cr_expect_eq(in.date, KIT_TODAY + 1);
    cr_expect(kit_is(in.message.reason, "the clock was dead"));
    cr_expect(kit_is(in.message.actor, "root"));
}

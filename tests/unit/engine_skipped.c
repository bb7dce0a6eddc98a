/* engine_skipped: what time brought and cannot be stored comes to an end, with as little as will
 * do. */
#include <criterion/criterion.h>

#include "engine_kit.h"

static struct kit k;

static void start(void)
{
    kit_start(&k, "desk: main\ncurrency: EUR\ntime_zone: Europe/Oslo\n"
                  "kinds: {order: {points: 1}}\n"
                  "reps: [{id: ana}, {id: bob}]\n"
                  "teams:\n"
                  "  - {id: a, reps: [ana], policy: random, presence: signalled}\n"
                  "  - {id: b, reps: [bob], policy: random}\n");
}

static void stop(void)
{
    cr_assert(kit_sound(&k));
    kit_done(&k);
}

TestSuite(engine_skipped, .init = start, .fini = stop);

/* Without a ticket: what is due, as the shell says it. */
static int skip(uint64_t ticket)
{
    struct eh_message m = {.type = EH_MESSAGE_SKIPPED, .has = EH_FIELD_BIT(EH_FIELD_REASON)};
    m.reason = eh_str("refused");
    m.ticket = (int64_t)ticket;
    if (ticket)
        m.has |= EH_FIELD_BIT(EH_FIELD_TICKET);
    else if (eh_engine_due_us(k.e) > k.now_us && eh_engine_clocks_due_us(k.e) <= k.now_us) {
        m.has |= EH_FIELD_BIT(EH_FIELD_CLOCKS);
        m.clocks = 1;
    }
    return kit_step(&k, m, EH_ORIGIN_SHELL);
}

static struct eh_ticket_view view(const char *id)
{
    struct eh_ticket_view v = {0};
    cr_assert(eh_engine_ticket(k.e, eh_str("default"), eh_str(id), &v), "%s", id);
    return v;
}

static uint64_t add_waiting(const char *id)
{
    kit_sendf(&k, "{'type':'ticket','id':'%s','team':'a','kind':'order'}", id);
    cr_assert_eq(view(id).state, EH_TICKET_WAITING);
    return view(id).no;
}

static void available(void)
{
    kit_send(&k, "{'type':'signal','rep':'ana','status':'available'}");
}

Test(engine_skipped, a_waiting_ticket_stands_aside_until_it_is_updated)
{
    uint64_t first = add_waiting("T1");
    add_waiting("T2");
    cr_assert_eq(skip(first), 0);
    cr_assert_eq(k.fx.count, 0);
    cr_assert(eh_str_equal(view("T1").waiting_why, eh_str("aside")));
    available();
    cr_assert_eq(view("T1").state, EH_TICKET_WAITING);
    cr_assert_eq(view("T2").state, EH_TICKET_ASSIGNED);
    cr_assert(kit_sound(&k));
    kit_send(&k, "{'type':'update','id':'T1','value':5}");
    cr_assert(eh_str_equal(view("T1").rep, eh_str("ana")));
}

static int command(struct eh_message m)
{
    m.source = eh_str("default");
    m.id = eh_str("T1");
    m.has |= EH_FIELD_BIT(EH_FIELD_SOURCE) | EH_FIELD_BIT(EH_FIELD_ID);
    return kit_step(&k, m, EH_ORIGIN_ADMIN);
}

Test(engine_skipped, it_can_be_assigned_moved_and_closed_like_any_other)
{
    skip(add_waiting("T1"));
    struct eh_message m = {
        .type = EH_MESSAGE_ASSIGN, .has = EH_FIELD_BIT(EH_FIELD_REP), .rep = eh_str("ana")};
    cr_assert_eq(command(m), 0);
    cr_assert(eh_str_equal(view("T1").rep, eh_str("ana")));
    cr_assert_eq(skip(view("T1").no), 0);
    m = (struct eh_message){
        .type = EH_MESSAGE_MOVE, .has = EH_FIELD_BIT(EH_FIELD_TEAM), .team = eh_str("b")};
    cr_assert_eq(command(m), 0);
    cr_assert(eh_str_equal(view("T1").rep, eh_str("bob")));
    skip(view("T1").no);
    kit_send(&k, "{'type':'outcome','id':'T1','outcome':'resolved'}");
    cr_assert_not(kit_holds(&k, "T1"));
}

Test(engine_skipped, a_release_leaves_it_where_it_is)
{
    available();
    for (int i = 1; i <= 3; i++)
        kit_sendf(&k, "{'type':'ticket','id':'T%d','team':'a','kind':'order'}", i);
    skip(view("T2").no);
    struct eh_message m = {
        .type = EH_MESSAGE_RELEASE, .has = EH_FIELD_BIT(EH_FIELD_REP), .rep = eh_str("ana")};
    cr_assert_eq(kit_step(&k, m, EH_ORIGIN_ADMIN), 0);
    cr_assert_eq(view("T1").state, EH_TICKET_WAITING);
    cr_assert_eq(view("T2").state, EH_TICKET_ASSIGNED);
    cr_assert_eq(view("T3").state, EH_TICKET_WAITING);
}

Test(engine_skipped, a_number_that_is_no_ticket_changes_nothing)
{
    struct eh_key before = eh_engine_digest(k.e);
    cr_assert_eq(skip(4711), 0);
    cr_assert_eq(skip(1), 0);
    cr_assert_not(eh_key_equal(before, eh_engine_digest(k.e)), "the number of the input counts");
    cr_assert_eq(k.fx.count, 0);
}

Test(engine_skipped, a_signal_ends_without_a_word)
{
    available();
    kit_send(&k, "{'type':'signal','rep':'ana','status':'overloaded','reason':'x'}");
    k.now_us = kit_rep(&k, "ana").until_us;
    cr_assert_eq(skip(0), 0);
    cr_assert_eq(k.fx.signal_rep.size, 0);
    cr_assert_eq(kit_rep(&k, "ana").state, EH_STATUS_AVAILABLE);
    cr_assert_eq(eh_engine_due_us(k.e), EH_TIME_NEVER);
}

Test(engine_skipped, an_outcome_that_waited_is_a_dead_letter)
{
    kit_send(&k, "{'type':'outcome','id':'T9','outcome':'won'}");
    cr_assert(k.fx.pending);
    k.now_us = eh_engine_clocks_due_us(k.e);
    cr_assert_eq(skip(0), 0);
    cr_assert(k.fx.refused);
    cr_assert(eh_str_equal(k.fx.reason, eh_str("refused")));
    cr_assert_neq(k.fx.dead.size, 0);
    cr_assert_eq(k.fx.count, 1);
    cr_assert_eq(eh_engine_clocks_due_us(k.e), EH_TIME_NEVER);
}

Test(engine_skipped, a_day_comes_and_no_epoch_turns)
{
    struct eh_totals before, after;
    eh_engine_totals(k.e, &before);
    k.date++;
    cr_assert_eq(skip(0), 0);
    eh_engine_totals(k.e, &after);
    cr_assert_eq(after.date, before.date + 1);
    cr_assert_eq(after.epoch, before.epoch);
    k.date--;
    cr_assert_eq(skip(0), -EH_ECORRUPT);
    k.date++;
}

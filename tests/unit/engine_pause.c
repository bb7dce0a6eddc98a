/* engine_pause: a ticket that waits for the customer: it stays with its rep, and its points count
 * less meanwhile. */
#include <criterion/criterion.h>

#include "engine_kit.h"

#define HEAD                                                                                       \
    "desk: main\ncurrency: EUR\ntime_zone: UTC\nkinds: {order: {points: 3}, query: {points: 1}}\n" \
    "reps: [ana, bob]\n"
#define TEAM(rest) HEAD "teams: [{id: sales, policy: rotation, capacity: 6, reps: [ana]" rest "}]\n"

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

TestSuite(engine_pause, .fini = stop);

static void ticket(void)
{
    kit_sendf(&k, "{'type':'ticket','id':'T%u','team':'sales','kind':'order'}", ++tickets);
}

static void say(unsigned id, const char *what)
{
    kit_sendf(&k, "{'type':'update','id':'T%u','paused':%s}", id, what);
}

static void pause(unsigned id)
{
    say(id, "true");
}

static void resume(unsigned id)
{
    say(id, "false");
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

Test(engine_pause, its_points_are_free_meanwhile)
{
    start(TEAM(""));
    ticket();
    ticket();
    ticket();
    expect("waiting T3 full");
    pause(1);
    expect("paused T1 ana; assigned T3 ana rotation");
    cr_assert_eq(kit_ticket(&k, "T1").paused_us, k.now_us);
    cr_assert_not(kit_ticket(&k, "T1").paused_counts);
    cr_assert_eq(kit_ticket(&k, "T1").state, EH_TICKET_ASSIGNED);
    cr_assert_eq(kit_rep(&k, "ana").points, 6);
    cr_assert_eq(kit_rep(&k, "ana").open, 3);
    cr_assert_eq(kit_rep(&k, "ana").paused, 1);
    cr_assert_eq(member("ana").paused, 1);
    cr_assert_eq(member("ana").received, 3);
    pause(1);
    expect("");
    kit_restart(&k);
    resume(1); /* above capacity */
    expect("resumed T1 ana");
    cr_assert_eq(kit_rep(&k, "ana").points, 9);
    cr_assert(member("ana").full);
    ticket();
    expect("waiting T4 full");
    resume(1);
    expect("");
}

Test(engine_pause, other_words_of_the_same_message_hold_too)
{
    start(TEAM(""));
    ticket();
    kit_send(&k, "{'type':'update','id':'T1','paused':true,'value':700,'priority':1}");
    expect("paused T1 ana");
    cr_assert_eq(kit_ticket(&k, "T1").value, 700);
    kit_send(&k, "{'type':'update','id':'T1','value':800}");
    expect("");
    cr_assert_eq(kit_ticket(&k, "T1").paused_us, k.now_us);
}

/* Two tickets of one point each together free one. */
Test(engine_pause, half_of_the_points)
{
    start(TEAM(", paused: {counts: half}"));
    kit_send(&k, "{'type':'ticket','id':'T1','team':'sales','kind':'query'}");
    kit_send(&k, "{'type':'ticket','id':'T2','team':'sales','kind':'query'}");
    pause(1);
    cr_assert_eq(kit_rep(&k, "ana").points, 2);
    pause(2);
    cr_assert_eq(kit_rep(&k, "ana").points, 1);
    tickets = 2;
    ticket();
    pause(3); /* 5 points, half of them */
    cr_assert_eq(kit_rep(&k, "ana").points, 3);
    expect("paused T3 ana");
}

Test(engine_pause, all_of_the_points)
{
    start(TEAM(", paused: {counts: yes}"));
    ticket();
    ticket();
    pause(1);
    cr_assert_eq(kit_rep(&k, "ana").points, 6);
    cr_assert(kit_ticket(&k, "T1").paused_counts);
    ticket();
    expect("waiting T3 full");
}

/* The first that were paused; when one of them ends, the next takes its place. */
Test(engine_pause, at_most)
{
    start(TEAM(", paused: {at_most: 2}"));
    for (unsigned i = 1; i <= 4; i++) {
        ticket();
        pause(i);
    }
    expect("paused T4 ana");
    cr_assert_eq(kit_rep(&k, "ana").points, 6);
    cr_assert(kit_ticket(&k, "T3").paused_counts && kit_ticket(&k, "T4").paused_counts);
    cr_assert_not(kit_ticket(&k, "T2").paused_counts);
    kit_restart(&k);
    resume(1);
    cr_assert_eq(kit_rep(&k, "ana").points, 6);
    cr_assert_not(kit_ticket(&k, "T3").paused_counts);
    cr_assert(kit_ticket(&k, "T4").paused_counts);
    kit_send(&k, "{'type':'outcome','id':'T2','outcome':'resolved'}");
    expect("closed T2 ana");
    cr_assert_eq(kit_rep(&k, "ana").points, 3);
    cr_assert_not(kit_ticket(&k, "T4").paused_counts);
}

/* A new desk counts at once. */
Test(engine_pause, a_new_desk)
{
    start(TEAM(", paused: {at_most: 1}"));
    for (unsigned i = 1; i <= 3; i++) {
        ticket();
        pause(i);
    }
    ticket();
    expect("waiting T4 full");
    kit_desk(&k, TEAM(""));
    expect("assigned T4 ana rotation");
    cr_assert_eq(kit_rep(&k, "ana").points, 3);
    kit_desk(&k, TEAM(", paused: {counts: half}"));
    expect("");
    cr_assert_eq(kit_rep(&k, "ana").points, 8);
}

static void expect_unpaused(unsigned id)
{
    char name[16];
    struct eh_totals totals;
    snprintf(name, sizeof name, "T%u", id);
    cr_assert_eq(kit_ticket(&k, name).paused_us, 0);
    eh_engine_totals(k.e, &totals);
    cr_assert_eq(totals.paused, 0);
    cr_assert_eq(kit_rep(&k, "ana").paused, 0);
    cr_assert(kit_sound(&k) && eh_ledger_check(k.e));
    eh_engine_free(kit_restored(k.e));
}

#define TWO                                                                                        \
    HEAD "teams: [{id: care, policy: rotation, reps: [bob]}, {id: sales, policy: rotation, "       \
         "reps: [ana, bob]}]\n"

static void start_paused(void)
{
    start(TWO);
    kit_command(&k, EH_MESSAGE_SIGNAL, "{'rep':'bob','status':'away'}");
    ticket();
    pause(1);
    expect("paused T1 ana");
    kit_command(&k, EH_MESSAGE_SIGNAL, "{'rep':'bob','status':'available'}");
}

/* Whatever takes it from its rep ends the pause: none is handed on. */
Test(engine_pause, ends_with_an_assignment)
{
    start_paused();
    kit_command(&k, EH_MESSAGE_ASSIGN, "{'id':'T1','rep':'bob','reason':'r'}");
    expect("assigned T1 bob was ana manager");
    expect_unpaused(1);
    cr_assert_eq(kit_rep(&k, "bob").points, 3);
    cr_assert_eq(kit_rep(&k, "ana").points, 0);
}

Test(engine_pause, stays_when_assigned_to_the_same_rep)
{
    start_paused();
    kit_command(&k, EH_MESSAGE_ASSIGN, "{'id':'T1','rep':'ana','reason':'r'}");
    expect("");
    cr_assert_neq(kit_ticket(&k, "T1").paused_us, 0);
}

Test(engine_pause, ends_with_a_release)
{
    start_paused();
    kit_command(&k, EH_MESSAGE_RELEASE, "{'rep':'ana','reason':'r'}");
    expect("assigned T1 bob was ana release");
    expect_unpaused(1);
}

Test(engine_pause, ends_with_a_move)
{
    start_paused();
    kit_command(&k, EH_MESSAGE_MOVE, "{'id':'T1','team':'care','reason':'r'}");
    expect_unpaused(1);
    kit_command(&k, EH_MESSAGE_MOVE, "{'id':'T1','team':'sales','reason':'r'}");
    expect_unpaused(1); /* back with ana */
    cr_assert_eq(kit_rep(&k, "ana").points, 3);
}

Test(engine_pause, ends_with_a_closing)
{
    start_paused();
    kit_send(&k, "{'type':'outcome','id':'T1','outcome':'resolved'}");
    expect_unpaused(1);
    k.in.recalled = (struct eh_recalled){0};
}

Test(engine_pause, ends_where_somebody_outside_takes_it)
{
    start_paused();
    kit_send(&k, "{'type':'owner','id':'T1','owner':'zoe','by':'zoe'}");
    cr_assert_eq(kit_ticket(&k, "T1").state, EH_TICKET_HELD);
    expect_unpaused(1);
    pause(1);
    cr_assert_str_eq(kit_refused(&k), "paused: somebody outside its team has ticket default/T1; "
                                      "only a ticket that a rep has can be paused");
}

Test(engine_pause, ends_when_the_rep_leaves)
{
    start_paused();
    kit_desk(&k, HEAD "teams: [{id: care, policy: rotation, reps: [bob]}, {id: sales, policy: "
                      "rotation, reps: [bob]}]\n");
    for (int i = 0; i < 3; i++)
        kit_due(&k);
    cr_assert(kit_is(kit_ticket(&k, "T1").rep, "bob"));
    expect_unpaused(1);
}

Test(engine_pause, of_assigned_tickets_alone)
{
    start(TEAM(""));
    kit_command(&k, EH_MESSAGE_SIGNAL, "{'rep':'ana','status':'away'}");
    ticket();
    expect("waiting T1 nobody");
    pause(1);
    cr_assert_str_eq(kit_refused(&k), "paused: nobody has ticket default/T1; only a ticket that a "
                                      "rep has can be paused");
    expect_unpaused(1);
    resume(1); /* says what is so */
    expect("");
    kit_send(&k, "{'type':'update','id':'T9','paused':true}");
    cr_assert_str_eq(kit_refused(&k), "ticket default/T9 is not known");
}

/* Whoever pauses and resumes all day long frees nothing any more; the next day does. */
Test(engine_pause, so_many_a_day)
{
    start(TEAM(", paused: {at_most: 2}"));
    ticket();
    for (unsigned i = 0; i < 10; i++) {
        pause(1);
        cr_assert_eq(kit_rep(&k, "ana").points, 0);
        resume(1);
        cr_assert_eq(kit_rep(&k, "ana").points, 3);
    }
    kit_restart(&k);
    pause(1);
    expect("paused T1 ana");
    cr_assert_eq(kit_rep(&k, "ana").points, 3);
    cr_assert(kit_ticket(&k, "T1").paused_counts);
    kit_day(&k, KIT_TODAY + 1);
    cr_assert_eq(kit_rep(&k, "ana").points, 3);
    resume(1);
    pause(1);
    cr_assert_eq(kit_rep(&k, "ana").points, 0);
    expect("paused T1 ana");
}

/* A pause that began in time that is led back began no later than the true time. */
Test(engine_pause, time_is_led_back)
{
    start(TEAM(""));
    ticket();
    kit_pass(&k, 7200);
    pause(1);
    kit_pass(&k, 3600);
    kit_send(&k, "{'type':'update','id':'T1','value':5}");
    k.now_us -= INT64_C(7200000000);
    struct eh_message m = {.type = EH_MESSAGE_ACCEPT_TIME, .reason = eh_str("a dead clock")};
    m.has = EH_FIELD_BIT(EH_FIELD_REASON);
    cr_assert_eq(kit_step(&k, m, EH_ORIGIN_SHELL), 0, "%s", kit_refused(&k));
    cr_assert_leq(kit_ticket(&k, "T1").paused_us, k.now_us);
    cr_assert(kit_sound(&k));
    eh_engine_free(kit_restored(k.e));
}

/* The least load is without what is free. */
Test(engine_pause, the_least_load)
{
    start(HEAD "teams: [{id: sales, policy: least_loaded, reps: [ana, bob]}]\n");
    ticket();
    ticket();
    kit_command(&k, EH_MESSAGE_ASSIGN, "{'id':'T1','rep':'ana','reason':'r'}");
    kit_command(&k, EH_MESSAGE_ASSIGN, "{'id':'T2','rep':'ana','reason':'r'}");
    pause(1);
    pause(2);
    kit_send(&k, "{'type':'ticket','id':'B','team':'sales','kind':'query'}");
    bool bob = kit_is(kit_ticket(&k, "B").rep, "bob");
    kit_send(&k, "{'type':'ticket','id':'C','team':'sales','kind':'query'}");
    cr_assert(kit_is(kit_ticket(&k, "C").rep, bob ? "ana" : "bob"));
}

static void expect_corrupt(const struct eh_bytes *bytes, size_t at, uint8_t value)
{
    struct eh_engine *forged = NULL;
    struct eh_error error = {0};
    uint8_t was = bytes->data[at];
    bytes->data[at] = value;
    cr_assert_eq(
        eh_engine_restore(eh_str_n((const char *)bytes->data, bytes->size), &forged, &error),
        -EH_ECORRUPT);
    bytes->data[at] = was;
}

/* The last pause stands before the sources that told an answer (0) and the digest: 0, ticket,
 * input, since (8 bytes and more), full. */
Test(engine_pause, forged_bytes_are_refused)
{
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    start(TEAM(""));
    ticket();
    ticket();
    pause(1);
    pause(2);
    cr_assert_eq(eh_engine_snapshot(k.e, &bytes), 0);
    size_t end = bytes.size - 17, length = 0;
    while (bytes.data[end - 2 - length] & 0x80 || length == 0) /* of since: its first byte */
        length++;
    size_t since = end - 1 - length, input = since - 1, no = since - 2, mark = since - 3;
    cr_assert_eq(bytes.data[mark], 0);
    cr_assert_eq(bytes.data[no], 4); /* T2 */
    cr_assert_eq(bytes.data[input], 6);
    expect_corrupt(&bytes, end - 1, 1); /* its points count: the digest says otherwise */
    expect_corrupt(&bytes, end - 1, 2);
    expect_corrupt(&bytes, mark, 1);
    expect_corrupt(&bytes, no, 3);    /* paused twice */
    expect_corrupt(&bytes, no, 5);    /* no ticket */
    expect_corrupt(&bytes, input, 5); /* of the one before */
    expect_corrupt(&bytes, input, 7); /* to come */
    for (size_t at = mark - 60; at < end; at++)
        for (unsigned bit = 0; bit < 8; bit++)
            expect_corrupt(&bytes, at, bytes.data[at] ^ (uint8_t)(1u << bit));
}

/* ---- its times stand still */

#define TIMED                                                                                      \
    HEAD "teams: [{id: sales, policy: rotation, reps: [ana, bob], answer_within: {order: 1h}}]\n"

static int64_t due_in_s(const char *id)
{
    return (kit_ticket(&k, id).due_us - k.now_us) / 1000000;
}

/* 20 minutes of the hour are over when it is paused; nothing passes by while it is. */
static void start_timed(void)
{
    start(TIMED);
    kit_command(&k, EH_MESSAGE_SIGNAL, "{'rep':'bob','status':'away'}");
    ticket();
    cr_assert_eq(due_in_s("T1"), 3600);
    kit_pass(&k, 1200);
    pause(1);
    kit_pass(&k, 5 * 3600);
    cr_assert_eq(eh_engine_clocks_due_us(k.e), EH_TIME_NEVER);
    cr_assert_not(kit_ticket(&k, "T1").late);
    kit_restart(&k);
    kit_command(&k, EH_MESSAGE_SIGNAL, "{'rep':'bob','status':'available'}");
}

Test(engine_pause, what_is_left_is_left_when_it_goes_on)
{
    start_timed();
    resume(1);
    expect("resumed T1 ana");
    cr_assert_eq(due_in_s("T1"), 2400);
    cr_assert_eq(eh_engine_clocks_due_us(k.e), k.now_us + INT64_C(2400000000));
}

Test(engine_pause, what_ends_a_pause_lets_its_times_go_on)
{
    start_timed();
    kit_command(&k, EH_MESSAGE_ASSIGN, "{'id':'T1','rep':'bob','reason':'r'}");
    expect_unpaused(1);
    cr_assert_eq(due_in_s("T1"), 2400);
}

/* A time that a paused ticket gets by another kind stands still from then on. */
Test(engine_pause, a_time_that_comes_meanwhile_stands_still)
{
    start_timed();
    kit_send(&k, "{'type':'ticket','id':'Q','team':'sales','kind':'query'}");
    kit_send(&k, "{'type':'update','id':'Q','paused':true}");
    kit_send(&k, "{'type':'ticket','id':'Q','team':'sales','kind':'order'}");
    expect("");
    kit_pass(&k, 9 * 3600);
    cr_assert_eq(eh_engine_clocks_due_us(k.e), EH_TIME_NEVER);
    kit_send(&k, "{'type':'update','id':'Q','paused':false}");
    cr_assert_eq(due_in_s("Q"), 3600);
    kit_send(&k, "{'type':'outcome','id':'T1','outcome':'resolved'}");
    expect_unpaused(1);
}

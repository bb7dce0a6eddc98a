/* engine_signal: available, overloaded, away: bounds, ends, and what they do to a deal. */
#include <criterion/criterion.h>

#include "engine_kit.h"

static struct kit k;

static void start(void)
{
    kit_start(&k,
              "desk: main\ncurrency: EUR\ntime_zone: Europe/Oslo\n"
              "kinds: {order: {points: 2}}\n"
              "reps: [{id: ana}, {id: bob}, {id: eva}, {id: ida}]\n"
              "teams:\n"
              "  - {id: a, reps: [ana], policy: random, overloaded: {at_least: 10m, at_most: 2h}}\n"
              "  - {id: b, reps: [ana, bob], policy: random,"
              " overloaded: {at_least: 20m, at_most: 4h}}\n"
              "  - {id: c, reps: [eva], policy: random, presence: signalled}\n");
}

static void stop(void)
{
    cr_assert(kit_sound(&k));
    kit_done(&k);
}

TestSuite(engine_signal, .init = start, .fini = stop);

static int64_t minutes_from_now(int64_t at_us)
{
    return at_us == EH_TIME_NEVER ? -1 : (at_us - k.now_us) / 60000000;
}

Test(engine_signal, unknown_rep)
{
    kit_send(&k, "{'type':'signal','rep':'zoe','status':'away'}");
    cr_assert_str_eq(kit_refused(&k), "rep: zoe is not on the desk");
    cr_assert_eq(k.fx.refused_code, EH_ENOTFOUND);
    cr_assert_eq(k.fx.signal_rep.size, 0);
}

/* The largest at_least and the smallest at_most of his teams: 20m and 2h. */
Test(engine_signal, bounds)
{
    static const struct {
        const char *end;
        int64_t minutes;
    } cases[] = {{"}", 120}, {",'for':60}", 20}, {",'for':3600}", 60}, {",'for':100000}", 120}};
    for (size_t i = 0; i < 4; i++) {
        kit_sendf(&k, "{'type':'signal','rep':'ana','status':'overloaded'%s", cases[i].end);
        cr_assert_eq(minutes_from_now(k.fx.until_us), cases[i].minutes);
        cr_assert_eq(k.fx.from_us, k.now_us);
        cr_assert_eq(k.fx.signal_status, EH_STATUS_OVERLOADED);
        cr_assert_eq(kit_rep(&k, "ana").until_us, k.fx.until_us);
    }
    kit_send(&k, "{'type':'signal','rep':'ida','status':'overloaded'}"); /* in no team */
    cr_assert_eq(minutes_from_now(k.fx.until_us), 8 * 60);
    kit_send(&k, "{'type':'signal','rep':'ida','status':'overloaded','for':1}");
    cr_assert_eq(minutes_from_now(k.fx.until_us), 15);
}

Test(engine_signal, at_most_wins)
{
    kit_desk(
        &k, "desk: main\ncurrency: EUR\ntime_zone: Europe/Oslo\nkinds: {order: {points: 2}}\n"
            "reps: [{id: ana}]\nteams:\n"
            "  - {id: a, reps: [ana], policy: random, overloaded: {at_least: 1m, at_most: 5m}}\n"
            "  - {id: b, reps: [ana], policy: random, overloaded: {at_least: 9m, at_most: 20m}}\n");
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
    kit_send(&k, "{'type':'signal','rep':'ana','status':'overloaded','for':60}");
    cr_assert_eq(minutes_from_now(k.fx.until_us), 5);
}

Test(engine_signal, ends_by_itself)
{
    kit_send(&k, "{'type':'signal','rep':'ana','status':'overloaded','reason':'phones'}");
    cr_assert(kit_is(kit_rep(&k, "ana").reason, "phones"));
    kit_send(&k, "{'type':'ticket','id':'T1','team':'a','kind':'order'}");
    cr_assert_str_eq(kit_effects(&k), "waiting T1 nobody");
    cr_assert_eq(minutes_from_now(eh_engine_due_us(k.e)), 120);
    kit_pass(&k, 119 * 60);
    kit_due(&k); /* too early: nothing */
    cr_assert_str_eq(kit_effects(&k), "");
    cr_assert_eq(k.fx.signal_rep.size, 0);
    kit_pass(&k, 60);
    kit_due(&k);
    cr_assert_str_eq(kit_effects(&k), "assigned T1 ana random");
    cr_assert(kit_is(k.fx.signal_rep, "ana"));
    cr_assert_eq(k.fx.signal_status, EH_STATUS_AVAILABLE);
    cr_assert_eq(k.fx.until_us, EH_TIME_NEVER);
    cr_assert_eq(eh_engine_due_us(k.e), EH_TIME_NEVER);
    cr_assert_eq(kit_rep(&k, "ana").state, EH_STATUS_AVAILABLE);
    cr_assert_eq(kit_rep(&k, "ana").reason.size, 0);
}

Test(engine_signal, available_too_early)
{
    kit_send(&k, "{'type':'signal','rep':'ana','status':'overloaded'}");
    kit_pass(&k, 5 * 60);
    kit_send(&k, "{'type':'signal','rep':'ana','status':'available'}");
    cr_assert_eq(k.fx.signal_status, EH_STATUS_AVAILABLE);
    cr_assert_eq(minutes_from_now(k.fx.from_us), 15);
    cr_assert_eq(k.fx.until_us, EH_TIME_NEVER);
    cr_assert_eq(kit_rep(&k, "ana").state, EH_STATUS_OVERLOADED);
    cr_assert_eq(minutes_from_now(eh_engine_due_us(k.e)), 15);
    kit_pass(&k, 15 * 60);
    kit_due(&k);
    cr_assert_eq(kit_rep(&k, "ana").state, EH_STATUS_AVAILABLE);
}

/* at_least counts from the first start; the end from the last signal. */
Test(engine_signal, overloaded_again)
{
    kit_send(&k, "{'type':'signal','rep':'ana','status':'overloaded','for':1800}");
    int64_t first = k.now_us;
    kit_pass(&k, 19 * 60);
    kit_send(&k, "{'type':'signal','rep':'ana','status':'overloaded','for':1800}");
    cr_assert_eq(minutes_from_now(k.fx.until_us), 30);
    cr_assert_eq(kit_rep(&k, "ana").since_us, first);
    kit_pass(&k, 60);
    kit_send(&k, "{'type':'signal','rep':'ana','status':'available'}");
    cr_assert_eq(k.fx.from_us, k.now_us);
    cr_assert_eq(kit_rep(&k, "ana").state, EH_STATUS_AVAILABLE);
}

Test(engine_signal, away)
{
    kit_send(&k, "{'type':'signal','rep':'ana','status':'away'}");
    cr_assert_eq(k.fx.until_us, EH_TIME_NEVER);
    kit_send(&k, "{'type':'signal','rep':'ana','status':'away','for':30}");
    cr_assert_eq(k.fx.until_us, k.now_us + 30000000);
    kit_pass(&k, 30);
    kit_due(&k);
    cr_assert_eq(kit_rep(&k, "ana").state, EH_STATUS_AVAILABLE);
    kit_send(&k, "{'type':'signal','rep':'bob','status':'overloaded'}");
    kit_send(&k, "{'type':'signal','rep':'bob','status':'away'}"); /* no bounds: at once */
    kit_send(&k, "{'type':'signal','rep':'bob','status':'available','for':60}");
    cr_assert_eq(k.fx.until_us, EH_TIME_NEVER);
    cr_assert_eq(eh_engine_due_us(k.e), EH_TIME_NEVER);
}

/* Each DUE ends one thing: in order of time, then of id. */
Test(engine_signal, one_due_each)
{
    kit_send(&k, "{'type':'signal','rep':'ida','status':'away','for':60}");
    kit_send(&k, "{'type':'signal','rep':'bob','status':'away','for':60}");
    kit_send(&k, "{'type':'signal','rep':'ana','status':'away','for':61}");
    kit_send(&k, "{'type':'outcome','id':'T9','outcome':'won'}");
    kit_pass(&k, 100);
    static const char *const order[] = {"bob", "ida", "", "ana"};
    for (size_t i = 0; i < 4; i++) {
        kit_due(&k);
        cr_assert(kit_is(k.fx.signal_rep, order[i]), "%zu", i);
        cr_assert_eq(k.fx.refused, i == 2);
    }
    cr_assert_eq(eh_engine_due_us(k.e), EH_TIME_NEVER);
}

Test(engine_signal, presence_signalled)
{
    cr_assert_eq(kit_rep(&k, "eva").state, EH_STATUS_AWAY);
    cr_assert_eq(kit_rep(&k, "ana").state, EH_STATUS_AVAILABLE);
    kit_send(&k, "{'type':'ticket','id':'T1','team':'c','kind':'order'}");
    cr_assert_str_eq(kit_effects(&k), "waiting T1 nobody");
    kit_send(&k, "{'type':'signal','rep':'eva','status':'available'}");
    cr_assert_str_eq(kit_effects(&k), "assigned T1 eva random");
}

/* Repeats of an event, and its name used for something else. */
Test(engine_signal, events)
{
    kit_send(&k, "{'type':'signal','rep':'ana','status':'away','event':'e1'}");
    struct eh_key digest = k.in.digest, identity = k.in.identity;
    uint64_t no = k.in.no;
    k.in.recalled = (struct eh_recalled){.known = true, .digest = digest, .input = no};
    kit_send(&k, "{'event':'e1','type':'signal','rep':'ana','status':'away'}");
    cr_assert(k.repeat);
    cr_assert(eh_key_equal(identity, k.in.identity));
    k.in.recalled = (struct eh_recalled){.known = true, .digest = digest, .input = no};
    kit_send(&k, "{'type':'signal','rep':'bob','status':'away','event':'e1'}");
    cr_assert_not(k.repeat);
    cr_assert_str_eq(kit_refused(&k), "event e1: other content than input 3, which stands");
    kit_send(&k, "{'type':'signal','rep':'ana','status':'away'}");
    identity = k.in.identity;
    kit_send(&k,
             "{'type':'signal','rep':'ana','status':'away'}"); /* another entry: another signal */
    cr_assert_not(eh_key_equal(identity, k.in.identity));
}

/* A new desk file may ask for more; what was promised stands. */
Test(engine_signal, never_later_than_it_was)
{
    kit_send(&k, "{'type':'signal','rep':'ana','status':'overloaded','for':1200}");
    int64_t until = k.fx.until_us;
    kit_desk(&k,
             "desk: main\ncurrency: EUR\ntime_zone: Europe/Oslo\nkinds: {order: {points: 2}}\n"
             "reps: [{id: ana}]\nteams:\n"
             "  - {id: a, reps: [ana], policy: random, overloaded: {at_least: 1h, at_most: 5h}}\n");
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
    kit_send(&k, "{'type':'signal','rep':'ana','status':'available'}");
    cr_assert_eq(k.fx.from_us, until);
    cr_assert_eq(eh_engine_due_us(k.e), until);
}

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

/* The daemon was down for ten hours: it ended after two all the same. */
Test(engine_signal, ends_at_its_time_however_late_it_is_noticed)
{
    kit_send(&k, "{'type':'signal','rep':'ana','status':'overloaded'}");
    int64_t end_us = k.now_us + INT64_C(7200000000);
    kit_pass(&k, 36000);
    kit_due(&k);
    cr_assert_eq(kit_rep(&k, "ana").state, EH_STATUS_AVAILABLE);
    cr_assert_eq(kit_rep(&k, "ana").since_us, end_us);
    cr_assert_eq(k.fx.from_us, end_us);
    kit_send(&k, "{'type':'signal','rep':'bob','status':'away','for':60}");
    end_us = k.now_us + 60 * INT64_C(1000000);
    kit_pass(&k, 3600);
    kit_due(&k);
    cr_assert_eq(kit_rep(&k, "bob").since_us, end_us);
}

/* What was held back began when it was to begin, and ended as long after that. */
Test(engine_signal, begins_at_its_time_however_late_it_is_noticed)
{
    for (int i = 0; i < EH_CHANGES_A_MINUTE; i++)
        kit_sendf(&k, "{'type':'signal','rep':'bob','status':'%s'}", i % 2 ? "available" : "away");
    kit_send(&k, "{'type':'signal','rep':'bob','status':'overloaded','for':3600}");
    int64_t from_us = k.fx.from_us, until_us = k.fx.until_us;
    cr_assert_eq(from_us, k.now_us + 60 * INT64_C(1000000));
    cr_assert_eq(until_us, from_us + INT64_C(3600000000));
    kit_pass(&k, 36000);
    kit_due(&k);
    cr_assert_eq(kit_rep(&k, "bob").state, EH_STATUS_OVERLOADED);
    cr_assert_eq(kit_rep(&k, "bob").since_us, from_us);
    cr_assert_eq(kit_rep(&k, "bob").until_us, until_us);
    kit_due(&k);
    cr_assert_eq(kit_rep(&k, "bob").state, EH_STATUS_AVAILABLE);
    cr_assert_eq(kit_rep(&k, "bob").since_us, until_us);
}

Test(engine_signal, earlier_rules_end_it_when_it_is_noticed)
{
    kit_done(&k);
    kit_start_under(&k, EH_RULES_ENDS - 1,
                    "desk: main\ncurrency: EUR\nkinds: {order: {points: 2}}\nreps: [{id: ana}]\n"
                    "teams: [{id: a, reps: [ana], overloaded: {at_most: 2h}}]\n");
    kit_send(&k, "{'type':'signal','rep':'ana','status':'overloaded'}");
    kit_pass(&k, 36000);
    kit_due(&k);
    cr_assert_eq(kit_rep(&k, "ana").since_us, k.now_us);
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

/* Each DUE ends one thing: in order of time, then of id; outcomes that wait come last. */
Test(engine_signal, one_due_each)
{
    kit_send(&k, "{'type':'signal','rep':'ida','status':'away','for':60}");
    kit_send(&k, "{'type':'signal','rep':'bob','status':'away','for':60}");
    kit_send(&k, "{'type':'signal','rep':'ana','status':'away','for':61}");
    kit_send(&k, "{'type':'outcome','id':'T9','outcome':'won'}");
    kit_pass(&k, 100);
    static const char *const order[] = {"bob", "ida", "ana", ""};
    for (size_t i = 0; i < 4; i++) {
        kit_due(&k);
        cr_assert(kit_is(k.fx.signal_rep, order[i]), "%zu", i);
        cr_assert_eq(k.fx.refused, i == 3);
    }
    cr_assert_eq(eh_engine_due_us(k.e), EH_TIME_NEVER);
    cr_assert_eq(eh_engine_clocks_due_us(k.e), EH_TIME_NEVER);
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

/* ---- rates: ida is in no team, so nothing but the rate holds a change back */

static void says(const char *status)
{
    kit_sendf(&k, "{'type':'signal','rep':'ida','status':'%s'}", status);
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
}

static int state_of(const char *rep)
{
    return kit_rep(&k, rep).state;
}

static int64_t seconds_from_now(int64_t at_us)
{
    return (at_us - k.now_us) / 1000000;
}

/* Each of them changes the state; after an even number of them she is available. */
static void change(int times)
{
    for (int i = 0; i < times; i++)
        says(i % 2 ? "available" : "away");
}

Test(engine_signal, six_changes_a_minute)
{
    change(EH_CHANGES_A_MINUTE);
    kit_pass(&k, 10);
    says("away");
    cr_assert_eq(k.fx.signal_status, EH_STATUS_AWAY);
    cr_assert_eq(seconds_from_now(k.fx.from_us), 50);
    cr_assert_eq(state_of("ida"), EH_STATUS_AVAILABLE);
    cr_assert_eq(eh_engine_due_us(k.e), k.fx.from_us);
    cr_assert_eq(kit_rep(&k, "ida").next_us, k.fx.from_us);
    cr_assert_eq(kit_rep(&k, "ida").next_state, EH_STATUS_AWAY);
    kit_pass(&k, 50);
    kit_due(&k);
    cr_assert(kit_is(k.fx.signal_rep, "ida"));
    cr_assert_eq(k.fx.from_us, k.now_us);
    cr_assert_eq(state_of("ida"), EH_STATUS_AWAY);
    cr_assert_eq(kit_rep(&k, "ida").next_us, EH_TIME_NEVER);
    cr_assert_eq(eh_engine_due_us(k.e), EH_TIME_NEVER);
}

/* However often something else was said in between. */
Test(engine_signal, the_last_one_said)
{
    change(EH_CHANGES_A_MINUTE);
    for (int i = 0; i < 20; i++)
        says(i % 2 ? "overloaded" : "away");
    says("available"); /* as she is: nothing is held back any more */
    cr_assert_eq(k.fx.from_us, k.now_us);
    cr_assert_eq(eh_engine_due_us(k.e), EH_TIME_NEVER);
    kit_send(&k, "{'type':'signal','rep':'ida','status':'away','for':30,'reason':'tea'}");
    cr_assert_eq(seconds_from_now(k.fx.from_us), 60);
    cr_assert_eq(seconds_from_now(k.fx.until_us), 90);
    cr_assert_eq(kit_rep(&k, "ida").reason.size, 0);
    kit_pass(&k, 70);
    kit_due(&k);
    cr_assert_eq(seconds_from_now(k.fx.until_us), 20); /* from when it took effect */
    cr_assert(kit_is(kit_rep(&k, "ida").reason, "tea"));
}

Test(engine_signal, back_at_once)
{
    for (int i = 0; i < EH_CHANGES_A_MINUTE / 2; i++) {
        says("available");
        says("away");
    }
    says("away");
    cr_assert_eq(state_of("ida"), EH_STATUS_AWAY);
    says("available");
    cr_assert_eq(k.fx.from_us, k.now_us);
    cr_assert_eq(state_of("ida"), EH_STATUS_AVAILABLE);
}

/* What says the same once more is no change, whatever else it says. */
Test(engine_signal, repeats_count_nothing)
{
    for (int i = 0; i < 200; i++)
        kit_sendf(&k, "{'type':'signal','rep':'ida','status':'away','for':%d}", 60 + i);
    cr_assert_eq(seconds_from_now(k.fx.until_us), 259);
    says("available");
    says("overloaded");
    cr_assert_eq(k.fx.from_us, k.now_us);
    cr_assert_eq(state_of("ida"), EH_STATUS_OVERLOADED);
}

/* Sixty of a day, then one in a quarter of an hour; the next day they begin anew. */
Test(engine_signal, one_in_a_quarter_of_an_hour)
{
    for (int i = 0; i < EH_CHANGES_A_DAY / 2; i++) {
        kit_pass(&k, 60);
        says("away");
        says("available");
    }
    kit_pass(&k, 60);
    says("away");
    cr_assert_eq(seconds_from_now(k.fx.from_us), EH_CHANGE_PAUSE_S - 60);
    kit_day(&k, KIT_TODAY + 1);
    says("away");
    cr_assert_eq(k.fx.from_us, k.now_us);
    cr_assert_eq(eh_engine_due_us(k.e), EH_TIME_NEVER);
}

/* The state in force may end while something is held back. */
Test(engine_signal, an_end_comes_first)
{
    change(EH_CHANGES_A_MINUTE - 2);
    says("overloaded");
    kit_send(&k, "{'type':'signal','rep':'ida','status':'away','for':5}");
    cr_assert_eq(state_of("ida"), EH_STATUS_AWAY);
    says("overloaded");
    cr_assert_eq(seconds_from_now(k.fx.from_us), 60);
    kit_pass(&k, 5);
    kit_due(&k);
    cr_assert_eq(state_of("ida"), EH_STATUS_AVAILABLE);
    kit_pass(&k, 55);
    kit_due(&k);
    cr_assert_eq(state_of("ida"), EH_STATUS_OVERLOADED);
}

/* Whoever released the tickets said the last word. */
Test(engine_signal, a_release_takes_its_place)
{
    change(EH_CHANGES_A_MINUTE);
    says("overloaded");
    kit_command(&k, EH_MESSAGE_RELEASE, "{'rep':'ida','reason':'x'}");
    cr_assert_eq(state_of("ida"), EH_STATUS_AWAY);
    cr_assert_eq(eh_engine_due_us(k.e), EH_TIME_NEVER);
}

static bool is_repeat(const char *json)
{
    int64_t from, until;
    struct eh_message m = kit_message(&k, json);
    return eh_engine_signal_is_repeat(k.e, &m, &from, &until);
}

Test(engine_signal, what_need_not_be_an_input)
{
    const char *available = "{'type':'signal','rep':'ida','status':'available'}";
    const char *away = "{'type':'signal','rep':'ida','status':'away'}";
    cr_assert_not(is_repeat(available)); /* presumed so far, not said */
    says("available");
    cr_assert(is_repeat(available));
    cr_assert_not(is_repeat("{'type':'signal','rep':'ida','status':'available','reason':'x'}"));
    cr_assert_not(is_repeat("{'type':'signal','rep':'ida','status':'available','event':'e'}"));
    cr_assert_not(is_repeat("{'type':'signal','rep':'zoe','status':'available'}"));
    cr_assert_not(is_repeat(away));
    change(EH_CHANGES_A_MINUTE);
    says("away");
    cr_assert(is_repeat(away)); /* held back */
    cr_assert_not(is_repeat(available));
    kit_pass(&k, 60);
    kit_due(&k);
    cr_assert(is_repeat(away));
    kit_send(&k, "{'type':'signal','rep':'ida','status':'away','for':60}");
    cr_assert_not(is_repeat(away)); /* for longer than it would be */
    says("overloaded");
    cr_assert_not(is_repeat("{'type':'signal','rep':'ida','status':'overloaded'}"));
}

static int64_t input_from(const char *status)
{
    struct eh_message m = {.type = EH_MESSAGE_SIGNAL, .rep = eh_str("ida")};
    m.status = (uint8_t)eh_status_from_name(eh_str(status));
    return seconds_from_now(eh_engine_signal_from(k.e, &m, k.now_us));
}

Test(engine_signal, so_many_become_inputs)
{
    for (int i = 0; i < EH_SIGNALS_A_MINUTE; i++) {
        cr_assert_eq(input_from("overloaded"), 0);
        says("overloaded");
    }
    kit_pass(&k, 1);
    cr_assert_eq(input_from("overloaded"), 59);
    cr_assert_eq(input_from("available"), 59);
    says("away");
    cr_assert_eq(input_from("available"), 0);
    kit_pass(&k, 59);
    for (int i = 0; i < EH_SIGNALS_A_DAY; i++) {
        kit_pass(&k, 10);
        says("away");
    }
    cr_assert_eq(input_from("overloaded"), EH_SIGNAL_PAUSE_S);
    kit_day(&k, KIT_TODAY + 1);
    kit_pass(&k, 10);
    cr_assert_eq(input_from("overloaded"), 0);
}

/* What is held back and what was counted outlive a restart. */
Test(engine_signal, held_back_in_a_snapshot)
{
    change(EH_CHANGES_A_MINUTE);
    kit_send(&k, "{'type':'signal','rep':'ida','status':'away','for':60,'reason':'tea'}");
    kit_restart(&k);
    cr_assert_eq(seconds_from_now(eh_engine_due_us(k.e)), 60);
    kit_pass(&k, 60);
    kit_due(&k);
    cr_assert(kit_is(kit_rep(&k, "ida").reason, "tea"));
    cr_assert_eq(seconds_from_now(kit_rep(&k, "ida").until_us), 60);
    cr_assert_eq(state_of("ida"), EH_STATUS_AWAY);
}

/* ---- the stream's order */

static const struct {
    uint64_t ms;
} place = {1000000000000};

/* As an entry of the stream with this id, or as a command that stands for it. */
static bool said_at(int origin, int type, const char *status, uint64_t ms, uint64_t no)
{
    struct eh_totals totals;
    eh_engine_totals(k.e, &totals);
    struct eh_message m = {.type = (uint8_t)type, .rep = eh_str("ida"), .reason = eh_str("r")};
    m.status = (uint8_t)eh_status_from_name(eh_str(status));
    m.has = EH_FIELD_BIT(EH_FIELD_REP) | EH_FIELD_BIT(EH_FIELD_REASON);
    m.has |= type == EH_MESSAGE_SIGNAL ? EH_FIELD_BIT(EH_FIELD_STATUS) : 0;
    struct eh_input in = {.no = totals.input + 1,
                          .at_us = k.now_us,
                          .date = k.date,
                          .origin = (uint8_t)origin,
                          .stream_ms = ms,
                          .stream_no = no,
                          .message = m,
                          .draws = &k.draws};
    eh_input_identify(&in);
    bool old = eh_engine_signal_is_old(k.e, &in);
    int before = state_of("ida");
    int64_t due = eh_engine_due_us(k.e);
    k.fx.count = 0;
    cr_assert_eq(eh_engine_step(k.e, &in, &k.fx), 0);
    cr_assert(!old || (state_of("ida") == before && eh_engine_due_us(k.e) == due));
    return !old;
}

static bool streamed_at(const char *status, uint64_t ms, uint64_t no)
{
    return said_at(EH_ORIGIN_STREAM, EH_MESSAGE_SIGNAL, status, ms, no);
}

Test(engine_signal, what_is_older_changes_nothing)
{
    cr_assert(streamed_at("away", place.ms, 5));
    cr_assert_not(streamed_at("overloaded", place.ms, 4));
    cr_assert_not(streamed_at("overloaded", place.ms - 1, 9));
    cr_assert_not(streamed_at("overloaded", place.ms - EH_SIGNAL_OLDER_MAX_MS, 5));
    cr_assert_not(streamed_at("overloaded", place.ms, 5)); /* as an input stood for it */
    cr_assert_eq(state_of("ida"), EH_STATUS_AWAY);
    cr_assert(streamed_at("overloaded", place.ms, 6));
    cr_assert_eq(state_of("ida"), EH_STATUS_OVERLOADED);
    cr_assert(streamed_at("away", UINT64_MAX, UINT64_MAX));
    cr_assert_not(streamed_at("overloaded", UINT64_MAX, 0));
    cr_assert(streamed_at("overloaded", 1, 1)); /* another stream */
    cr_assert_eq(state_of("ida"), EH_STATUS_OVERLOADED);
    cr_assert_not(streamed_at("away", 1, 0));
}

Test(engine_signal, a_command_stands_for_what_was_said_before_it)
{
    cr_assert(said_at(EH_ORIGIN_ADMIN, EH_MESSAGE_SIGNAL, "away", place.ms, 7));
    cr_assert_not(streamed_at("overloaded", place.ms, 7));
    cr_assert(said_at(EH_ORIGIN_ADMIN, EH_MESSAGE_SIGNAL, "available", 0, 0));
    cr_assert_not(streamed_at("overloaded", place.ms, 7));
    cr_assert(said_at(EH_ORIGIN_ADMIN, EH_MESSAGE_RELEASE, "", place.ms, 9));
    cr_assert_not(streamed_at("overloaded", place.ms, 8));
    cr_assert_eq(state_of("ida"), EH_STATUS_AWAY);
    cr_assert(streamed_at("overloaded", place.ms, 10));
}

Test(engine_signal, the_order_outlives_a_restart)
{
    cr_assert(streamed_at("away", place.ms, 5));
    kit_restart(&k);
    cr_assert_not(streamed_at("overloaded", place.ms, 4));
    cr_assert_eq(state_of("ida"), EH_STATUS_AWAY);
}

Test(engine_signal, earlier_rules_take_what_comes)
{
    kit_done(&k);
    kit_start_under(&k, EH_RULES_TIME_BACK,
                    "desk: main\ncurrency: EUR\ntime_zone: UTC\nkinds: {order: {points: 2}}\n"
                    "reps: [{id: ida}]\nteams:\n  - {id: a, reps: [ida], policy: random}\n");
    cr_assert(streamed_at("away", place.ms, 5));
    cr_assert(streamed_at("overloaded", place.ms, 4));
    cr_assert_eq(state_of("ida"), EH_STATUS_OVERLOADED);
}

/* ---- overloaded in a row, and said by others */

static bool overloaded(const char *rep, const char *end)
{
    kit_sendf(&k, "{'type':'signal','rep':'%s','status':'overloaded'%s}", rep, end);
    cr_assert_eq(k.result, 0);
    return !k.fx.refused;
}

Test(engine_signal, overloaded_is_not_renewed_without_end)
{
    for (int i = 0; i <= EH_OVERLOADED_RENEWALS; i++) {
        kit_pass(&k, 3600);
        cr_assert(overloaded("bob", ""));
        cr_assert_eq(minutes_from_now(kit_rep(&k, "bob").until_us), 4 * 60);
    }
    kit_pass(&k, 3600);
    cr_assert_not(overloaded("bob", ""));
    cr_assert_eq(k.fx.refused_code, EH_ECONFLICT);
    cr_assert(strstr(k.fx.reason.data, "lasted anew 2 times in a row"));
    cr_assert_eq(minutes_from_now(kit_rep(&k, "bob").until_us), 3 * 60);
    cr_assert(overloaded("bob", ",'for':3600")); /* sooner is no renewal */
    cr_assert_eq(minutes_from_now(kit_rep(&k, "bob").until_us), 60);
    kit_pass(&k, 3600);
    kit_due(&k);
    cr_assert_eq(kit_rep(&k, "bob").state, EH_STATUS_AVAILABLE);
    kit_pass(&k, 19 * 60);
    cr_assert_not(overloaded("bob", ""));
    kit_pass(&k, 60); /* at_least has passed */
    cr_assert(overloaded("bob", ""));
    kit_pass(&k, 3600);
    cr_assert(overloaded("bob", ""));
}

/* Neither away in between nor its end makes it new before at_least has passed. */
Test(engine_signal, a_row_goes_on_behind_a_short_break)
{
    cr_assert(overloaded("bob", ""));
    for (int i = 0; i < EH_OVERLOADED_RENEWALS; i++) {
        kit_send(&k, "{'type':'signal','rep':'bob','status':'away'}");
        kit_pass(&k, 60);
        cr_assert(overloaded("bob", ""));
    }
    kit_send(&k, "{'type':'signal','rep':'bob','status':'away'}");
    cr_assert_not(overloaded("bob", ""));
    kit_pass(&k, 20 * 60);
    cr_assert(overloaded("bob", ""));
}

Test(engine_signal, old_rules_renew_for_ever)
{
    kit_done(&k);
    kit_start_under(&k, EH_RULES_LEAVERS,
                    "reps: [bob]\nteams: [{id: b, reps: [bob], policy: random}]");
    for (int i = 0; i < 9; i++) {
        kit_pass(&k, 3600);
        cr_assert(overloaded("bob", ""));
    }
}

/* As the user asks over the admin socket. */
static const char *asks(int type, const char *user, const char *body)
{
    struct eh_message m = {.type = (uint8_t)type};
    struct eh_error error = {0};
    if (eh_message_from_json_body(kit_quoted(&k, body), &k.arena, &m, &error) < 0)
        return error.text[0] ? "no message" : "";
    m.actor = eh_str(user);
    m.has |= EH_FIELD_BIT(EH_FIELD_ACTOR);
    cr_assert_eq(kit_step(&k, m, EH_ORIGIN_ADMIN), 0);
    return k.fx.refused ? k.fx.reason.data : kit_effects(&k);
}

Test(engine_signal, whoever_ends_anothers_overloaded_says_why)
{
    kit_desk(&k, "reps: [{id: bob, user: bobs}]\n"
                 "teams: [{id: b, reps: [bob], policy: random}]");
    overloaded("bob", "");
    const char *missing = "reason: missing; whoever ends overloaded of another says why";
    cr_assert_str_eq(asks(EH_MESSAGE_SIGNAL, "maja", "{'rep':'bob','status':'available'}"),
                     missing);
    cr_assert_str_eq(asks(EH_MESSAGE_SIGNAL, "maja", "{'rep':'bob','status':'away'}"), missing);
    cr_assert_str_eq(
        asks(EH_MESSAGE_SIGNAL, "maja", "{'rep':'bob','status':'overloaded','for':900}"), missing);
    cr_assert_str_eq(
        asks(EH_MESSAGE_SIGNAL, "maja", "{'rep':'bob','status':'available','reason':'phones'}"),
        "ended bob maja ended overloaded of bob: phones");
    /* Once is enough, while at_least lasts. */
    cr_assert_str_eq(asks(EH_MESSAGE_SIGNAL, "maja", "{'rep':'bob','status':'available'}"), "");
    cr_assert_eq(kit_rep(&k, "bob").state, EH_STATUS_OVERLOADED);
    kit_pass(&k, 15 * 60);
    kit_due(&k);
    cr_assert_eq(kit_rep(&k, "bob").state, EH_STATUS_AVAILABLE);
    cr_assert(kit_is(kit_rep(&k, "bob").by, "maja"));
    cr_assert_str_eq(asks(EH_MESSAGE_SIGNAL, "bobs", "{'rep':'bob','status':'overloaded'}"), "");
    cr_assert_eq(kit_rep(&k, "bob").by.size, 0);
    cr_assert_str_eq(asks(EH_MESSAGE_SIGNAL, "bobs", "{'rep':'bob','status':'available'}"), "");
    cr_assert_str_eq(asks(EH_MESSAGE_RELEASE, "maja", "{'rep':'bob','reason':'ill'}"),
                     "ended bob maja ended overloaded of bob: ill");
    cr_assert_eq(kit_rep(&k, "bob").state, EH_STATUS_AWAY);
    cr_assert(kit_is(kit_rep(&k, "bob").reason, "ill"));
}

/* ---- What is told before a signal is said. */

static struct eh_outlook outlook(const char *rep)
{
    struct eh_outlook ret;
    cr_assert(eh_engine_outlook(k.e, eh_str(rep), k.now_us, &ret));
    return ret;
}

Test(engine_signal, outlook_of_whoever_said_nothing)
{
    struct eh_outlook o = outlook("ana");
    cr_assert_eq(o.at_least_s, 20 * 60);
    cr_assert_eq(o.at_most_s, 2 * 3600);
    cr_assert_eq(o.available_us, k.now_us);
    cr_assert_eq(o.change_us, k.now_us);
    cr_assert_eq(o.overloaded_us, k.now_us);
    cr_assert_eq(o.overloads_left, EH_OVERLOADED_RENEWALS + 1);
    cr_assert_eq(o.changes_minute, EH_CHANGES_A_MINUTE);
    cr_assert_eq(o.changes_today, EH_CHANGES_A_DAY);
    cr_assert_eq(outlook("ida").at_most_s, 8 * 3600); /* in no team */
    struct eh_outlook none;
    cr_assert_not(eh_engine_outlook(k.e, eh_str("zoe"), k.now_us, &none));
}

/* What is foretold is what then happens. */
Test(engine_signal, outlook_of_overloaded_is_kept)
{
    kit_send(&k, "{'type':'signal','rep':'ana','status':'overloaded'}");
    struct eh_outlook o = outlook("ana");
    cr_assert_eq(minutes_from_now(o.available_us), 20);
    cr_assert_eq(o.overloads_left, EH_OVERLOADED_RENEWALS);
    cr_assert_eq(o.changes_minute, EH_CHANGES_A_MINUTE - 1);
    kit_pass(&k, 300);
    cr_assert_eq(minutes_from_now(outlook("ana").available_us), 15);
    kit_send(&k, "{'type':'signal','rep':'ana','status':'available'}");
    cr_assert_eq(k.fx.from_us, o.available_us);
    cr_assert_eq(outlook("ana").available_us, o.available_us, "it is said already");
}

Test(engine_signal, outlook_tells_when_overloaded_may_be_said_again)
{
    for (uint32_t left = EH_OVERLOADED_RENEWALS + 1; left > 0; left--) {
        cr_assert_eq(outlook("bob").overloads_left, left);
        kit_send(&k, "{'type':'signal','rep':'bob','status':'overloaded'}");
        cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
        kit_pass(&k, 3600);
    }
    struct eh_outlook o = outlook("bob");
    cr_assert_eq(o.overloads_left, 0);
    cr_assert_eq(minutes_from_now(o.overloaded_us), 3 * 60 + 20);
    kit_send(&k, "{'type':'signal','rep':'bob','status':'overloaded'}");
    cr_assert(k.fx.refused);
    kit_pass(&k, 3 * 3600);
    kit_due(&k);
    cr_assert_eq(outlook("bob").overloads_left, 0, "it is over, and the pause is not");
    kit_pass(&k, 20 * 60);
    cr_assert_eq(outlook("bob").overloads_left, EH_OVERLOADED_RENEWALS + 1);
    kit_send(&k, "{'type':'signal','rep':'bob','status':'overloaded'}");
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
}

Test(engine_signal, outlook_tells_when_a_change_is_held_back)
{
    for (int i = 0; i < EH_CHANGES_A_MINUTE; i++)
        kit_sendf(&k, "{'type':'signal','rep':'bob','status':'%s'}", i % 2 ? "available" : "away");
    struct eh_outlook o = outlook("bob");
    cr_assert_eq(o.changes_minute, 0);
    cr_assert_eq(o.changes_today, EH_CHANGES_A_DAY - EH_CHANGES_A_MINUTE);
    kit_send(&k, "{'type':'signal','rep':'bob','status':'overloaded'}");
    cr_assert_eq(k.fx.from_us, o.change_us);
    kit_pass(&k, 60);
    cr_assert_eq(outlook("bob").changes_minute, EH_CHANGES_A_MINUTE);
}

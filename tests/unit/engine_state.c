/* engine_state: numbers and time in order, errors that change nothing, snapshots, readers. */
#include <criterion/criterion.h>

#include "engine_kit.h"

static struct kit k;

static void start(void)
{
    kit_start(&k, "desk: main\ncurrency: EUR\ntime_zone: Europe/Oslo\n"
                  "kinds: {order: {points: 2}}\n"
                  "reps: [{id: ana, skills: [de]}, {id: bob, name: Bob}, {id: eva}]\n"
                  "teams: [{id: sales, reps: [ana, bob], policy: random, capacity: 4},"
                  " {id: care, reps: [bob, eva], policy: least_loaded}]\n");
}

static void stop(void)
{
    kit_done(&k);
}

TestSuite(engine_state, .init = start, .fini = stop);

static void ticket(const char *id, const char *team)
{
    kit_sendf(&k, "{'type':'ticket','id':'%s','team':'%s','kind':'order'}", id, team);
}

Test(engine_state, order_of_inputs)
{
    ticket("T1", "care");
    struct eh_key digest = eh_engine_digest(k.e);
    struct eh_input in = k.in;
    cr_assert_eq(eh_engine_step(k.e, &in, &k.fx), -EH_ECORRUPT); /* the number again */
    in.no += 2;
    cr_assert_eq(eh_engine_step(k.e, &in, &k.fx), -EH_ECORRUPT); /* a gap */
    in.no -= 1;
    cr_assert_eq(eh_engine_step(k.e, &in, &k.fx), -EH_ECORRUPT); /* a repeat */
    in.message = kit_message(&k, "{'type':'ticket','id':'T2','team':'care','kind':'order'}");
    eh_input_identify(&in);
    in.at_us--;
    cr_assert_eq(eh_engine_step(k.e, &in, &k.fx), -EH_ECORRUPT); /* time backwards */
    in.at_us++;
    in.date++;
    cr_assert_eq(eh_engine_step(k.e, &in, &k.fx), -EH_ECORRUPT); /* another day */
    cr_assert(eh_key_equal(digest, eh_engine_digest(k.e)));
    in.date--;
    cr_assert_eq(eh_engine_step(k.e, &in, &k.fx), 0);
}

static bool no_draw(void *context, const struct eh_draw_query *query, uint64_t *ret)
{
    (void)context;
    (void)query;
    (void)ret;
    return false;
}

/* A decision that lacks its draw leaves no trace, and can be made later. */
Test(engine_state, missing_draw)
{
    struct eh_key digest = eh_engine_digest(k.e);
    k.draws.draw = no_draw;
    ticket("T1", "care");
    cr_assert_eq(k.result, -EH_ECORRUPT);
    cr_assert_eq(k.fx.count, 0);
    cr_assert(eh_key_equal(digest, eh_engine_digest(k.e)));
    struct eh_totals totals;
    eh_engine_totals(k.e, &totals);
    cr_assert_eq(totals.waiting + totals.open + totals.seq, 0);
    k.draws.draw = kit_draw;
    ticket("T1", "care");
    cr_assert_eq(k.result, 0);
    cr_assert(kit_sound(&k));
}

/* Half way through it breaks the engine, which then refuses to go on. */
Test(engine_state, missing_draw_half_way)
{
    for (int i = 0; i < 2; i++)
        kit_sendf(&k, "{'type':'signal','rep':'%s','status':'away'}", i ? "bob" : "eva");
    ticket("T1", "care");
    ticket("T2", "care");
    k.draws.draw = no_draw;
    kit_desk(
        &k,
        "desk: main\ncurrency: EUR\ntime_zone: Europe/Oslo\nkinds: {order: {points: 2}}\n"
        "reps: [{id: ana}, {id: joe}]\nteams: [{id: care, reps: [ana, joe], policy: random}]\n");
    cr_assert_eq(k.result, -EH_ECORRUPT);
    k.draws.draw = kit_draw;
    kit_due(&k);
    cr_assert_eq(k.result, -EH_ECORRUPT);
}

Test(engine_state, unparsed)
{
    struct eh_message m = {.type = EH_MESSAGE_UNPARSED,
                           .has = EH_FIELD_BIT(EH_FIELD_REASON) | EH_FIELD_BIT(EH_FIELD_TEXT),
                           .reason = eh_str("trimmed"),
                           .text = eh_str("\xff\x00")};
    kit_step(&k, m, EH_ORIGIN_STREAM);
    cr_assert_str_eq(kit_refused(&k), "trimmed");
    cr_assert_eq(k.fx.count, 0);
    cr_assert(
        eh_key_equal(k.in.identity, eh_entry_identity(k.in.stream_ms, k.in.stream_no, m.text)));
}

Test(engine_state, metric)
{
    static const char *const good[] = {"2026-03", "2026-Q4", "2026-W53"};
    static const char *const bad[] = {"2026", "2026-13", "2026-Q5", "2026-W54", "2026-3", "26-03"};
    for (size_t i = 0; i < 3; i++) {
        kit_sendf(&k, "{'type':'metric','team':'care','metric':'nps','period':'%s','value':4}",
                  good[i]);
        cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
    }
    for (size_t i = 0; i < 6; i++) {
        kit_sendf(&k, "{'type':'metric','team':'care','metric':'nps','period':'%s','value':4}",
                  bad[i]);
        cr_assert(k.fx.refused);
        cr_assert_eq(k.fx.refused_code, EH_EINVAL);
    }
    kit_send(
        &k,
        "{'type':'metric','team':'care','metric':'nps','period':'2026-03','value':4,'rep':'zoe'}");
    cr_assert_str_eq(kit_refused(&k), "rep: zoe is not on the desk");
}

/* Only messages of the stream are answered with a `refused` notice. */
Test(engine_state, refused_notices)
{
    kit_send(&k, "{'type':'signal','rep':'zoe','status':'away'}");
    cr_assert_eq(k.fx.count, 1);
    cr_assert_eq(kit_item(&k, 0)->stream_no, k.in.stream_no);
    kit_command(&k, EH_MESSAGE_SIGNAL, "{'rep':'zoe','status':'away'}");
    cr_assert(k.fx.refused);
    cr_assert_eq(k.fx.count, 0);
}

/* ---- snapshots */

static void expect_same(struct eh_engine *a, struct eh_engine *b)
{
    EH_AUTO(eh_bytes) struct eh_bytes one = EH_BYTES_INIT;
    EH_AUTO(eh_bytes) struct eh_bytes other = EH_BYTES_INIT;
    cr_assert_eq(eh_engine_snapshot(a, &one), 0);
    cr_assert_eq(eh_engine_snapshot(b, &other), 0);
    cr_assert_eq(one.size, other.size);
    cr_assert_eq(memcmp(one.data, other.data, one.size), 0);
}

static struct eh_engine *restored(void)
{
    struct eh_engine *e = kit_restored(k.e);
    cr_assert_eq(eh_engine_due_us(e), eh_engine_due_us(k.e));
    return e;
}

static void fill(void)
{
    for (int i = 0; i < 8; i++) {
        char id[16];
        snprintf(id, sizeof id, "T%d", i);
        ticket(id, i % 3 ? "sales" : "care");
    }
    kit_send(
        &k,
        "{'type':'ticket','id':'S','team':'sales','kind':'order','skills':['de'],'customer':'c'}");
    kit_send(&k, "{'type':'signal','rep':'eva','status':'overloaded','reason':'busy'}");
    kit_send(&k, "{'type':'outcome','id':'P','outcome':'won'}");
    kit_send(&k, "{'type':'outcome','id':'P','outcome':'rated','csat':5}");
    kit_send(&k, "{'type':'outcome','id':'T1','outcome':'lost'}");
}

Test(engine_state, snapshot)
{
    eh_engine_free(restored());
    fill();
    struct eh_engine *e = restored(), *kept = k.e;
    k.e = e;
    ticket("P", "care");
    char effects[8192];
    snprintf(effects, sizeof effects, "%s", kit_effects(&k));
    k.e = kept;
    k.stream--;
    ticket("P", "care");
    cr_assert_str_eq(effects, kit_effects(&k));
    expect_same(e, kept);
    eh_engine_free(e);
}

Test(engine_state, empty_snapshot)
{
    struct eh_engine *e = k.e;
    cr_assert_eq(eh_engine_new(EH_RULES_LAST, &k.e, NULL), 0);
    eh_engine_free(restored());
    eh_engine_free(k.e);
    k.e = e;
}

/* Whatever is bent or cut is refused, and leaves nothing behind. */
Test(engine_state, damaged_snapshot)
{
    fill();
    EH_AUTO(eh_bytes) struct eh_bytes snapshot = EH_BYTES_INIT;
    struct eh_engine *e;
    struct eh_error error = {0};
    cr_assert_eq(eh_engine_snapshot(k.e, &snapshot), 0);
    for (size_t at = 0; at < snapshot.size; at++) {
        cr_assert_lt(eh_engine_restore(eh_str_n((char *)snapshot.data, at), &e, &error), 0);
        snapshot.data[at] ^= 0x41;
        cr_assert_lt(eh_engine_restore(eh_str_n((char *)snapshot.data, snapshot.size), &e, &error),
                     0, "byte %zu", at);
        snapshot.data[at] ^= 0x41;
    }
    snapshot.data[8]++;
    cr_assert_eq(eh_engine_restore(eh_str_n((char *)snapshot.data, snapshot.size), &e, &error),
                 -EH_EVERSION);
}

/* ---- rules */

static int rules(int64_t number)
{
    struct eh_message m = {.type = EH_MESSAGE_RULES, .rules = number};
    m.has = EH_FIELD_BIT(EH_FIELD_RULES);
    return kit_step(&k, m, EH_ORIGIN_SHELL);
}

static uint32_t in_force(const struct eh_engine *e)
{
    struct eh_totals totals;
    eh_engine_totals(e, &totals);
    return totals.rules;
}

Test(engine_state, rules_only_rise_and_none_unknown_is_taken)
{
    eh_engine_free(k.e);
    cr_assert_eq(eh_engine_new(EH_RULES_FIRST, &k.e, NULL), 0);
    cr_assert_eq(in_force(k.e), EH_RULES_FIRST);
    cr_assert_eq(rules(EH_RULES_FIRST), -EH_ECORRUPT);
    cr_assert_eq(rules(EH_RULES_LAST + 1), -EH_EVERSION);
    cr_assert_eq(in_force(k.e), EH_RULES_FIRST);
    cr_assert_eq(rules(EH_RULES_LAST), 0);
    cr_assert_eq(k.fx.count, 0);
    cr_assert_eq(in_force(k.e), EH_RULES_LAST);
    cr_assert_eq(rules(EH_RULES_LAST), -EH_ECORRUPT);
    cr_assert(kit_sound(&k));
}

Test(engine_state, a_snapshot_names_the_rules)
{
    eh_engine_free(k.e);
    cr_assert_eq(eh_engine_new(EH_RULES_FIRST, &k.e, NULL), 0);
    struct eh_engine *e = restored();
    cr_assert_eq(in_force(e), EH_RULES_FIRST);
    eh_engine_free(e);
    cr_assert_eq(rules(EH_RULES_LAST), 0);
    e = restored();
    cr_assert_eq(in_force(e), EH_RULES_LAST);
    eh_engine_free(e);
}

/* ---- readers */

Test(engine_state, lists)
{
    for (int i = 0; i < 10; i++) {
        char id[16];
        snprintf(id, sizeof id, "T%d", i);
        ticket(id, i % 2 ? "sales" : "care");
    }
    struct eh_ticket_view views[4];
    uint64_t after = 0;
    size_t seen = 0, rounds = 0;
    do {
        struct eh_ticket_query page = {.after = after};
        size_t count = eh_engine_tickets(k.e, &page, 4, views, &after);
        for (size_t i = 1; i < count; i++)
            cr_assert_gt(views[i].no, views[i - 1].no);
        seen += count;
        rounds++;
    } while (after);
    cr_assert_eq(seen, 10);
    cr_assert_eq(rounds, 3);
    struct eh_ticket_query waiting = {.team = eh_str("sales"), .state = EH_TICKET_WAITING};
    seen = eh_engine_tickets(k.e, &waiting, 4, views, &after);
    cr_assert_eq(seen, 1); /* two reps, two tickets each */
    cr_assert(kit_is(views[0].waiting_why, "full"));
    struct eh_ticket_query nope = {.team = eh_str("nope")}, care = {.team = eh_str("care")};
    cr_assert_eq(eh_engine_tickets(k.e, &nope, 4, views, &after), 0);
    cr_assert_eq(after, 0);
    kit_send(&k, "{'type':'outcome','id':'T0','outcome':'won'}");
    cr_assert_eq(eh_engine_tickets(k.e, &care, 4, views, &after), 4);
    cr_assert(kit_is(views[0].id, "T2"));
}

Test(engine_state, lists_go_both_ways_and_begin_somewhere)
{
    for (int i = 0; i < 10; i++) {
        char id[16];
        snprintf(id, sizeof id, "T%d", i);
        ticket(id, i % 2 ? "sales" : "care");
    }
    struct eh_ticket_view all[10], some[4];
    uint64_t after = 0;
    struct eh_ticket_query query = {0};
    cr_assert_eq(eh_engine_tickets(k.e, &query, 10, all, &after), 10);
    query.newest = true;
    size_t seen = 0;
    do {
        query.after = after;
        size_t count = eh_engine_tickets(k.e, &query, 4, some, &after);
        for (size_t i = 0; i < count; i++)
            cr_assert_eq(some[i].no, all[9 - seen - i].no);
        seen += count;
    } while (after);
    cr_assert_eq(seen, 10);
    struct eh_ticket_query since = {.since_us = all[0].received_us};
    cr_assert_eq(eh_engine_tickets(k.e, &since, 10, all, &after), 10);
    since.since_us = all[9].received_us + 1;
    cr_assert_eq(eh_engine_tickets(k.e, &since, 10, all, &after), 0);
}

Test(engine_state, reps)
{
    struct eh_rep_view bob = kit_rep(&k, "bob");
    cr_assert(kit_is(bob.name, "Bob"));
    cr_assert_eq(bob.team_count, 2);
    cr_assert(kit_is(eh_engine_desk(k.e)->teams[bob.teams[0]].id, "care"));
    cr_assert(kit_is(eh_engine_desk(k.e)->teams[bob.teams[1]].id, "sales"));
    struct eh_rep_view nobody;
    cr_assert_not(eh_engine_rep(k.e, eh_str("zoe"), &nobody));
    struct eh_member_view member;
    cr_assert_not(eh_engine_member(k.e, eh_str("care"), 2, &member));
    cr_assert(eh_engine_member(k.e, eh_str("care"), 1, &member));
    cr_assert(kit_is(member.rep, "eva"));
    cr_assert_str_eq(eh_ticket_state_name(EH_TICKET_CLOSED), "closed");
    cr_assert_str_eq(eh_ticket_state_name(EH_TICKET_HELD), "held");
    cr_assert_null(eh_ticket_state_name(5));
}

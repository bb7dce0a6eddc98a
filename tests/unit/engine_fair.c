/* engine_fair: who is entitled to what, and how the policies look at it. */
#include <criterion/criterion.h>

#include "engine_kit.h"

#define HEAD "desk: main\ncurrency: EUR\ntime_zone: Europe/Oslo\nkinds: {order: {points: 2}}\n"

static struct kit k;

static void start(void)
{
    kit_start(&k, HEAD "reps: [{id: ana}, {id: bob}, {id: eva, share: 0.5, skills: [de]}]\n"
                       "teams: [{id: sales, reps: [ana, bob, eva], policy: random,"
                       " overloaded: {at_least: 0s}}, {id: care, reps: [eva], policy: random}]\n");
}

static void stop(void)
{
    cr_assert(kit_sound(&k));
    cr_assert(eh_ledger_check(k.e));
    kit_done(&k);
}

TestSuite(engine_fair, .init = start, .fini = stop);

static struct eh_member_view member(const char *team, const char *rep)
{
    struct eh_member_view view;
    for (uint32_t i = 0; eh_engine_member(k.e, eh_str(team), i, &view); i++)
        if (kit_is(view.rep, rep))
            return view;
    kit_fail(rep, "is not in the team");
    return view;
}

static void expect_entitled(const char *rep, int64_t nano, int64_t value)
{
    struct eh_member_view m = member("sales", rep);
    cr_assert_eq(m.entitled_nano, nano, "%s: %lld", rep, (long long)m.entitled_nano);
    cr_assert_eq(m.entitled_value, value, "%s: %lld", rep, (long long)m.entitled_value);
}

static void expect_received(const char *rep, uint64_t count, int64_t value)
{
    struct eh_member_view m = member("sales", rep);
    cr_assert_eq(m.received, count, "%s: %llu", rep, (unsigned long long)m.received);
    cr_assert_eq(m.received_value, value, "%s: %lld", rep, (long long)m.received_value);
}

static void ticket(const char *id, int64_t value, const char *more)
{
    kit_sendf(&k, "{'type':'ticket','id':'%s','team':'sales','kind':'order','value':%lld%s}", id,
              (long long)value, more);
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
}

static void signal(const char *rep, const char *status)
{
    kit_sendf(&k, "{'type':'signal','rep':'%s','status':'%s'}", rep, status);
}

static void manage(int type, const char *body)
{
    kit_command(&k, type, body);
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
}

/* ---- the ledger */

Test(engine_fair, everybody_eligible_by_share)
{
    ticket("T1", 1000, "");
    expect_entitled("ana", 400000000, 400);
    expect_entitled("bob", 400000000, 400);
    expect_entitled("eva", 200000000, 200);
    char got[8];
    snprintf(got, sizeof got, "%.*s", EH_STR_ARG(kit_item(&k, 0)->rep));
    expect_received(got, 1, 1000);
}

/* What a third leaves over is not lost: after three tickets it is one. */
Test(engine_fair, remainders_are_carried)
{
    kit_desk(&k, HEAD "reps: [{id: ana}, {id: bob}, {id: joe}]\n"
                      "teams: [{id: sales, reps: [ana, bob, joe], policy: random}]\n");
    ticket("T1", 0, "");
    expect_entitled("ana", 333333333, 0); /* whole 10^-15 for each ppm of three shares */
    ticket("T2", 0, "");
    ticket("T3", 0, "");
    expect_entitled("ana", 1000000000, 0);
}

Test(engine_fair, who_cannot_get_it_is_owed_nothing)
{
    signal("bob", "overloaded");
    ticket("T1", 600, "");
    expect_entitled("ana", 666666666, 400);
    expect_entitled("bob", 0, 0);
    signal("bob", "available");
    ticket("T2", 600, ",'skills':['de']");
    expect_entitled("bob", 0, 0);
    signal("bob", "away");
    signal("bob", "available");
    expect_entitled("bob", 0, 0);
}

Test(engine_fair, overrides_are_entitled_as_dealt)
{
    ticket("T1", 1000, ",'owner':'eva'");
    expect_entitled("ana", 400000000, 400);
    expect_received("eva", 1, 1000);
    for (int i = 0; i < 3; i++)
        signal(i == 0 ? "ana" : i == 1 ? "bob" : "eva", "away");
    ticket("T2", 500, ",'owner':'bob'"); /* nobody eligible: to the receiver alone */
    expect_entitled("bob", 1400000000, 900);
    expect_received("bob", 1, 500);
    expect_entitled("ana", 400000000, 400);
    ticket("T3", 500, "");
    manage(EH_MESSAGE_ASSIGN, "{'id':'T3','rep':'ana','reason':'x'}");
    expect_entitled("ana", 1400000000, 900);
}

Test(engine_fair, receipts_go_along_entitlement_does_not)
{
    ticket("T1", 1000, ",'owner':'ana'");
    manage(EH_MESSAGE_ASSIGN, "{'id':'T1','rep':'bob','reason':'x'}");
    expect_entitled("ana", 400000000, 400);
    expect_entitled("bob", 400000000, 400);
    expect_received("ana", 0, 0);
    expect_received("bob", 1, 1000);
    signal("ana", "away");
    signal("eva", "away");
    manage(EH_MESSAGE_RELEASE, "{'rep':'bob','reason':'x'}"); /* nobody: in the air */
    cr_assert_str_eq(kit_effects(&k), "waiting T1 was bob nobody");
    expect_received("bob", 0, 0);
    cr_assert(eh_ledger_check(k.e));
    signal("eva", "available");
    cr_assert_str_eq(kit_effects(&k), "assigned T1 eva was bob release");
    expect_received("eva", 1, 1000);
    expect_entitled("eva", 200000000, 200);
}

Test(engine_fair, a_move_entitles_the_other_team)
{
    ticket("T1", 1000, ",'owner':'ana'");
    manage(EH_MESSAGE_MOVE, "{'id':'T1','team':'care','reason':'x'}");
    expect_received("ana", 0, 0);
    expect_entitled("ana", 400000000, 400);
    cr_assert_eq(member("care", "eva").entitled_nano, 1000000000);
    cr_assert_eq(member("care", "eva").received_value, 1000);
    expect_entitled("eva", 200000000, 200);
}

Test(engine_fair, a_giant_is_booked_with_ten_means)
{
    for (int i = 0; i < 99; i++) {
        char id[8];
        snprintf(id, sizeof id, "T%d", i);
        ticket(id, 100, ",'owner':'ana'");
    }
    ticket("G", 100000, ",'owner':'bob'"); /* mean (9900 + 100000) / 100 */
    expect_received("bob", 1, 10990);
    manage(EH_MESSAGE_ASSIGN, "{'id':'G','rep':'ana','reason':'x'}"); /* as it was booked */
    expect_received("ana", 100, 9900 + 10990);
    cr_assert_eq(kit_ticket(&k, "G").value, 100000);
}

Test(engine_fair, a_share_counts_from_when_it_changed)
{
    ticket("T1", 1000, "");
    kit_desk(&k, HEAD "reps: [{id: ana, share: 0.5}, {id: bob}, {id: eva, share: 0.5}]\n"
                      "teams: [{id: sales, reps: [ana, bob, eva], policy: random}]\n");
    expect_entitled("ana", 400000000, 400);
    ticket("T2", 1000, "");
    expect_entitled("ana", 650000000, 650);
    kit_desk(&k, HEAD "reps: [{id: ana}, {id: bob}, {id: joe}]\n"
                      "teams: [{id: sales, reps: [ana, bob], policy: random}]\n");
    cr_assert(k.fx.refused || eh_ledger_check(k.e));
}

Test(engine_fair, leavers_keep_their_account)
{
    ticket("T1", 1000, ",'owner':'bob'");
    kit_desk(&k, HEAD "reps: [{id: ana}, {id: bob}]\n"
                      "teams: [{id: sales, reps: [ana], policy: random}]\n");
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
    ticket("T2", 1000, "");
    expect_entitled("ana", 1400000000, 1400);
    cr_assert(eh_ledger_check(k.e));
    kit_desk(&k, HEAD "reps: [{id: ana}, {id: bob}]\n"
                      "teams: [{id: sales, reps: [ana, bob], policy: random}]\n");
    expect_entitled("bob", 400000000, 400);
    expect_received("bob", 1, 1000);
}

static void with_skill(int skill, int value)
{
    char id[16], more[64];
    snprintf(id, sizeof id, "S%d", skill);
    snprintf(more, sizeof more, ",'skills':['s%d']", skill);
    ticket(id, value, more);
    kit_sendf(&k, "{'type':'outcome','id':'%s','outcome':'cancelled'}", id);
}

/* The 65th set takes the place of the one unused for longest; nothing of that is lost. */
Test(engine_fair, a_set_settles_before_it_goes)
{
    char yaml[4096] = HEAD "reps: [{id: ana, skills: [", *at = yaml + strlen(yaml);
    for (int i = 0; i < 64; i++)
        at += snprintf(at, (size_t)(yaml + sizeof yaml - at), "s%d, ", i);
    snprintf(at, (size_t)(yaml + sizeof yaml - at),
             "]}, {id: bob, skills: [s0, s1]}, {id: eva, skills: [s0]}]\n"
             "teams: [{id: sales, reps: [ana, bob, eva], policy: random}]\n");
    kit_desk(&k, yaml);
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
    with_skill(0, 100);
    expect_entitled("eva", 333333333, 33);
    for (int i = 1; i < 64; i++)
        with_skill(i, 0);
    ticket("N", 0, ""); /* none required: one set more */
    cr_assert(eh_ledger_check(k.e));
    cr_assert(kit_sound(&k));
    expect_entitled("eva", 666666666, 33);
    with_skill(0, 100);
    cr_assert(eh_ledger_check(k.e));
}

/* ---- balanced */

static void balanced(const char *reps)
{
    char yaml[512];
    snprintf(yaml, sizeof yaml, HEAD "reps: [%s]\nteams: [{id: sales, reps: [%s]}]\n", reps, reps);
    kit_desk(&k, yaml);
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
}

static struct eh_deal_detail detail(void)
{
    struct eh_deal_detail d;
    struct eh_error error;
    cr_assert_eq(eh_deal_detail_view(kit_item(&k, 0)->detail, &d, &error), 0);
    return d;
}

/* The default policy. Two who are alike alternate in pairs. */
Test(engine_fair, two_alternate)
{
    balanced("ana, bob");
    for (int i = 0; i < 40; i += 2) {
        char id[8], first[8];
        snprintf(id, sizeof id, "T%d", i);
        ticket(id, 100, "");
        cr_assert(kit_is(kit_item(&k, 0)->why, "balanced"));
        cr_assert(detail().tie);
        cr_assert_eq(kit_item(&k, 0)->draw_count, 3);
        snprintf(first, sizeof first, "%.*s", EH_STR_ARG(kit_item(&k, 0)->rep));
        snprintf(id, sizeof id, "T%d", i + 1);
        ticket(id, 100, "");
        cr_assert_not(kit_is(kit_item(&k, 0)->rep, first));
        cr_assert_not(detail().tie);
        cr_assert_eq(kit_item(&k, 0)->draw_count, 2);
    }
}

Test(engine_fair, the_detail_says_what_was_compared)
{
    balanced("ana, bob");
    ticket("T1", 100, ",'owner':'ana'");
    ticket("T2", 100, "");
    cr_assert_str_eq(kit_effects(&k), "assigned T2 bob balanced");
    struct eh_deal_detail d = detail();
    bool ana_first = kit_is(d.pair[0].rep, "ana");
    cr_assert(kit_is(ana_first ? d.pair[1].rep : d.pair[0].rep, "bob"));
    cr_assert_eq(ana_first ? d.pair[0].dc_nano : d.pair[1].dc_nano, -500000000);
    cr_assert_eq(ana_first ? d.pair[1].dc_nano : d.pair[0].dc_nano, 500000000);
    cr_assert_eq(ana_first ? d.pair[0].dv : d.pair[1].dv, -50);
    cr_assert_eq(ana_first ? d.pair[1].dv : d.pair[0].dv, 50);
    cr_assert_eq(d.slots, 0);
    cr_assert(d.scored && d.value == 100 && d.mean == 100 && d.value_weight_ppm == 500000);
    cr_assert_eq(d.pair[0].means_nano, 10000000 * d.pair[0].dv); /* of a mean of 100 */
    cr_assert_eq(d.pair[1].means_nano, 10000000 * d.pair[1].dv);
    static const char broken[] = {1, 3, 'a'};
    struct eh_error error;
    cr_assert_eq(eh_deal_detail_view(eh_str_n(broken, sizeof broken), &d, &error), -EH_ECORRUPT);
    cr_assert_eq(eh_deal_detail_view(eh_str_n(NULL, 0), &d, &error), 0);
}

/* As logs have it from before the parts of a score were told. */
Test(engine_fair, the_detail_of_earlier_rules)
{
    kit_done(&k);
    kit_start_under(&k, EH_RULES_COMPARED - 1,
                    HEAD "reps: [ana, bob]\nteams: [{id: sales, reps: [ana, bob]}, {id: care,"
                         " reps: [ana, bob], policy: least_loaded}]\n");
    ticket("T1", 100, "");
    struct eh_deal_detail d = detail();
    cr_assert(d.tie && !d.scored && d.value == 0 && d.mean == 0);
    kit_send(&k, "{'type':'ticket','id':'L1','team':'care','kind':'order'}");
    cr_assert_eq(kit_item(&k, 0)->detail.size, 0);
}

Test(engine_fair, how_many_have_the_least_is_told)
{
    kit_desk(&k, HEAD "reps: [ana, bob, cai]\nteams: [{id: sales, reps: [ana, bob, cai],"
                      " policy: least_loaded}]\n");
    for (uint64_t ties = 3; ties >= 1; ties--) {
        char id[8];
        snprintf(id, sizeof id, "T%llu", (unsigned long long)ties);
        ticket(id, 100, "");
        cr_assert_eq(detail().ties, ties);
        cr_assert_eq(kit_item(&k, 0)->draw_count, ties > 1);
    }
}

/* Value tips the scales as much as its weight, and the more the ticket is worth. */
Test(engine_fair, value_weighs)
{
    static const struct {
        int weight, value;
        const char *rep;
    } cases[] = {{0, 300, "ana"}, {50, 300, "bob"}, {50, 10, "ana"}, {100, 10, "bob"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char yaml[512];
        snprintf(yaml, sizeof yaml,
                 HEAD "reps: [{id: ana}, {id: bob}]\n"
                      "teams: [{id: sales, reps: [ana, bob], value_weight: %d%%}]\n",
                 cases[i].weight);
        kit_done(&k);
        kit_start(&k, yaml);
        ticket("A", 900, ",'owner':'ana'"); /* more value */
        ticket("B", 10, ",'owner':'bob'");
        ticket("C", 10, ",'owner':'bob'"); /* more tickets */
        ticket("D", cases[i].value, "");
        cr_assert(kit_is(kit_item(&k, 0)->rep, cases[i].rep), "%zu", i);
    }
}

/* ---- rotation */

static void rotation(const char *reps)
{
    char yaml[512];
    snprintf(yaml, sizeof yaml,
             HEAD "reps: [%s]\nteams: [{id: sales, policy: rotation, reps: [ana, bob, eva]}]\n",
             reps);
    kit_desk(&k, yaml);
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
}

static unsigned rounds(int tickets, const char *rep)
{
    static int no;
    unsigned got = 0;
    for (int i = 0; i < tickets; i++) {
        char id[16];
        snprintf(id, sizeof id, "R%d", no++);
        ticket(id, 0, "");
        got += kit_is(kit_item(&k, 0)->rep, rep);
    }
    return got;
}

Test(engine_fair, a_slot_in_each_round)
{
    rotation("{id: ana}, {id: bob}, {id: eva}");
    for (int i = 0; i < 2; i++) {
        ticket(i ? "X1" : "X0", 0, ",'owner':'ana'"); /* no part of a round */
        cr_assert_eq(rounds(3, "bob"), 1);
    }
    ticket("Y", 0, "");
    cr_assert_eq(detail().slots, 3);
    ticket("Z", 0, "");
    cr_assert_eq(detail().slots, 2);
}

/* Half a share is a slot in every other round, also across desk files. */
Test(engine_fair, slots_are_accumulated_share)
{
    rotation("{id: ana}, {id: bob}, {id: eva, share: 0.5}");
    cr_assert_eq(rounds(2, "eva"), 0);
    cr_assert_eq(rounds(3, "eva"), 1);
    cr_assert_eq(rounds(2, "eva"), 0);
    rotation("{id: ana}, {id: bob, name: Bob}, {id: eva, share: 0.5}");
    cr_assert_eq(rounds(3, "eva"), 1);
    rotation("{id: ana, share: 0.1}, {id: bob, share: 0.1}, {id: eva, share: 0.2}");
    rounds(4, "eva");
    cr_assert_eq(rounds(40, "eva"), 20);
}

/* Who got it: a letter. */
static char got(void)
{
    return kit_item(&k, 0)->rep.data[0];
}

/* The first gets it; then one of the others goes. */
static void leave_in_round(const char **ret_first, const char **ret_gone, const char **ret_stays)
{
    rotation("{id: ana}, {id: bob}, {id: eva}");
    ticket("T1", 0, "");
    *ret_first = got() == 'a' ? "ana" : got() == 'b' ? "bob" : "eva";
    *ret_gone = got() == 'a' ? "bob" : "ana";
    *ret_stays = got() == 'e' ? "bob" : "eva";
    signal(*ret_gone, "away");
}

Test(engine_fair, slots_wait_for_who_returns_within_the_round)
{
    const char *first, *gone, *stays;
    leave_in_round(&first, &gone, &stays);
    ticket("T2", 0, "");
    cr_assert(kit_is(kit_item(&k, 0)->rep, stays)); /* who has one */
    cr_assert_eq(detail().slots, 1);
    signal(gone, "available");
    ticket("T3", 0, "");
    cr_assert(kit_is(kit_item(&k, 0)->rep, gone));
    cr_assert_eq(detail().slots, 1);
    /* Whoever was gone was entitled to 2/3 of these three, and has the next slot later. */
    ticket("T4", 0, "");
    cr_assert_eq(detail().slots, 2);
    cr_assert_not(kit_is(kit_item(&k, 0)->rep, gone));
    cr_assert(strcmp(first, stays) != 0);
}

/* A round ends when nobody who is there has a slot. */
Test(engine_fair, who_returns_after_the_round_has_what_they_were_entitled_to)
{
    const char *first, *gone, *stays;
    leave_in_round(&first, &gone, &stays);
    ticket("T2", 0, "");
    cr_assert_eq(rounds(4, first), 2);
    signal(gone, "available");
    cr_assert_eq(rounds(1, gone), 1); /* owed a third; nobody else is owed anything */
    cr_assert_eq(rounds(5, gone), 1);
}

/* ---- affinity */

static void affinity(const char *more)
{
    char yaml[512];
    snprintf(yaml, sizeof yaml,
             HEAD "reps: [{id: ana}, {id: bob}, {id: eva, skills: [de]}]\n"
                  "teams: [{id: sales, reps: [ana, bob, eva], policy: random, affinity: open,"
                  " affinity_for: 2h%s}, {id: care, reps: [eva], policy: random}]\n",
             more);
    kit_desk(&k, yaml);
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
}

static bool by_affinity(const char *id, const char *more)
{
    char fields[128];
    snprintf(fields, sizeof fields, ",'customer':'c@example.com'%s", more);
    ticket(id, 10, fields);
    return k.fx.count == 1 && kit_is(kit_item(&k, 0)->why, "affinity");
}

Test(engine_fair, affinity_the_newest_counts)
{
    affinity("");
    cr_assert_not(by_affinity("T1", ",'owner':'ana'"));
    cr_assert(by_affinity("T2", ""));
    cr_assert_str_eq(kit_effects(&k), "assigned T2 ana affinity");
    cr_assert_not(by_affinity("T3", ",'owner':'bob'"));
    cr_assert(by_affinity("T4", ""));
    cr_assert_str_eq(kit_effects(&k), "assigned T4 bob affinity");
    kit_send(&k, "{'type':'outcome','id':'T4','outcome':'won'}");
    kit_send(&k, "{'type':'outcome','id':'T3','outcome':'won'}");
    cr_assert(by_affinity("T5", ""));
    cr_assert_str_eq(kit_effects(&k), "assigned T5 ana affinity");
    expect_entitled("eva", 1666666666, 17);
}

Test(engine_fair, affinity_binds_for_a_time_and_who_can)
{
    affinity("");
    by_affinity("T1", ",'owner':'ana'");
    cr_assert_not(by_affinity("T2", ",'skills':['de']")); /* ana lacks it; eva alone can */
    cr_assert(kit_is(kit_item(&k, 0)->rep, "eva"));
    signal("eva", "away");
    cr_assert(by_affinity("T3", "")); /* the newest whose rep can */
    cr_assert(kit_is(kit_item(&k, 0)->rep, "ana"));
    signal("ana", "overloaded");
    cr_assert_not(by_affinity("T4", ""));
    cr_assert(kit_is(kit_item(&k, 0)->rep, "bob"));
    kit_pass(&k, 2 * 3600);
    cr_assert_not(by_affinity("T5", ""));
}

Test(engine_fair, affinity_off_and_on)
{
    kit_desk(&k, HEAD "reps: [{id: ana}, {id: bob}, {id: eva}]\n"
                      "teams: [{id: sales, reps: [ana, bob, eva], policy: random}]\n");
    by_affinity("T1", ",'owner':'bob'");
    cr_assert_not(by_affinity("T2", ",'owner':'ana'"));
    affinity("");
    cr_assert(by_affinity("T3", ""));
    cr_assert(kit_is(kit_item(&k, 0)->rep, "ana"));
    manage(EH_MESSAGE_MOVE, "{'id':'T3','team':'care','reason':'x'}");
    manage(EH_MESSAGE_MOVE, "{'id':'T2','team':'care','reason':'x'}");
    cr_assert(by_affinity("T4", ""));
    cr_assert(kit_is(kit_item(&k, 0)->rep, "bob"));
    ticket("T5", 0, ""); /* no customer */
    cr_assert(kit_is(kit_item(&k, 0)->why, "random"));
}

/* ---- observers */

struct seen {
    int deals, dealt;
    uint64_t received; /* by the receiver, before */
    double sum;
};

static void watch(void *context, const struct eh_deal *deal)
{
    struct seen *seen = context;
    char rep[8];
    snprintf(rep, sizeof rep, "%.*s", EH_STR_ARG(deal->rep));
    seen->deals++;
    seen->dealt += deal->dealt;
    seen->received = member("sales", rep).received;
    seen->sum = 0;
    for (uint32_t i = 0; i < deal->count; i++)
        seen->sum += deal->chances[i].p;
    cr_assert_eq(deal->dealt, deal->count > 0);
    cr_assert_eq(deal->value, 70);
}

Test(engine_fair, observers_see_every_deal_before_it_counts)
{
    struct seen seen = {0};
    struct eh_key digest = eh_engine_digest(k.e);
    cr_assert_eq(eh_engine_observe(k.e, watch, &seen), 0);
    cr_assert(eh_key_equal(digest, eh_engine_digest(k.e)));
    ticket("T1", 70, "");
    cr_assert_eq(seen.dealt, 1);
    cr_assert_float_eq(seen.sum, 1, 1e-12);
    cr_assert_eq(seen.received, 0);
    ticket("T2", 70, ",'owner':'ana'");
    ticket("T3", 70, ",'skills':['de']"); /* only one could */
    cr_assert_eq(seen.deals, 3);
    cr_assert_eq(seen.dealt, 1);
    cr_assert_eq(eh_engine_observe(k.e, NULL, NULL), 0);
    ticket("T4", 0, "");
    cr_assert_eq(seen.deals, 3);
}

/* engine_deal: tickets arrive and somebody gets them: policies, capacity, skills, waiting. */
#include <criterion/criterion.h>

#include "engine_kit.h"

static struct kit k;

static const char *const desk_plain =
    "desk: main\n"
    "currency: EUR\n"
    "time_zone: Europe/Oslo\n"
    "kinds: {order: {points: 2}, query: {points: 1}}\n"
    "reps: [{id: ana}, {id: bob, skills: [de]}, {id: eva, skills: [de, fr], share: 0.5}]\n"
    "teams:\n"
    "  - {id: sales, reps: [ana, bob, eva], policy: random, capacity: 4}\n"
    "  - {id: care, reps: [eva], policy: least_loaded}\n";

static void start(void)
{
    kit_start(&k, desk_plain);
}

static void stop(void)
{
    cr_assert(kit_sound(&k));
    kit_done(&k);
}

TestSuite(engine_deal, .init = start, .fini = stop);

Test(engine_deal, somebody_gets_it)
{
    kit_send(&k, "{'type':'ticket','id':'T1','team':'sales','kind':'order','value':500}");
    cr_assert_eq(k.fx.count, 1);
    const struct eh_effect *f = kit_item(&k, 0);
    cr_assert_eq(f->type, EH_NOTICE_ASSIGNED);
    cr_assert(kit_is(f->why, "random"));
    cr_assert_eq(f->eligible, 3);
    cr_assert_eq(f->weight, 2500000);
    cr_assert_eq(f->draw_count, 1);
    cr_assert_eq(f->seq, 1);
    cr_assert_eq(f->ticket, k.in.no);
    struct eh_ticket_view t = kit_ticket(&k, "T1");
    cr_assert_eq(t.state, EH_TICKET_ASSIGNED);
    cr_assert(eh_str_equal(t.rep, f->rep));
    cr_assert_eq(t.points, 2);
    cr_assert_eq(t.value, 500);
}

static void expect(const char *effects)
{
    cr_assert_eq(k.result, 0, "%s", eh_code_name(k.result));
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
    cr_assert_str_eq(kit_effects(&k), effects);
}

static void refused(int code, const char *reason)
{
    cr_assert(k.fx.refused);
    cr_assert_str_eq(kit_refused(&k), reason);
    cr_assert_eq(k.fx.refused_code, code);
    cr_assert_eq(k.fx.count, 1);
    cr_assert_eq(kit_item(&k, 0)->type, EH_NOTICE_REFUSED);
}

/* One rep alone needs no draw. */
Test(engine_deal, alone)
{
    kit_send(&k, "{'type':'ticket','id':'T1','team':'care','kind':'query'}");
    expect("assigned T1 eva least_loaded");
    cr_assert_eq(kit_item(&k, 0)->draw_count, 0);
    cr_assert_eq(kit_item(&k, 0)->eligible, 1);
    cr_assert_eq(kit_item(&k, 0)->weight, 500000);
}

Test(engine_deal, skills)
{
    kit_send(&k, "{'type':'ticket','id':'T1','team':'sales','kind':'order','skills':['fr','de']}");
    expect("assigned T1 eva random");
    kit_send(&k, "{'type':'ticket','id':'T2','team':'sales','kind':'order','skills':['sv']}");
    expect("waiting T2 skill");
    kit_send(&k, "{'type':'signal','rep':'ana','status':'away'}");
    kit_send(&k, "{'type':'signal','rep':'bob','status':'away'}");
    kit_send(&k, "{'type':'signal','rep':'eva','status':'away'}");
    kit_send(&k, "{'type':'ticket','id':'T3','team':'sales','kind':'order'}");
    expect("waiting T3 nobody");
    cr_assert(kit_is(kit_ticket(&k, "T3").waiting_why, "nobody"));
    /* Who is away still has the skill; what nobody has is told at once, whoever is there. */
    kit_send(&k, "{'type':'ticket','id':'T4','team':'sales','kind':'order','skills':['de','fr']}");
    expect("waiting T4 nobody");
    kit_send(&k, "{'type':'ticket','id':'T5','team':'sales','kind':'order','skills':['de','sv']}");
    expect("waiting T5 skill");
    kit_send(&k, "{'type':'signal','rep':'bob','status':'available'}");
    expect("assigned T3 bob random");
}

#define LEVELS                                                                                     \
    "desk: main\ncurrency: EUR\nkinds: {order: {points: 2}}\n"                                     \
    "reps: [{id: ana, skills: [{sap: 3}]}, {id: bob, skills: [sap, 'erp:2']}, eva]\n"              \
    "teams: [{id: sales, policy: least_loaded, reps: [ana, bob, eva]}]\n"

/* At least the level that is asked for; a skill alone is level 1. */
Test(engine_deal, levels)
{
    kit_desk(&k, LEVELS);
    kit_send(&k, "{'type':'ticket','id':'T1','team':'sales','kind':'order','skills':{'sap':3}}");
    expect("assigned T1 ana least_loaded");
    kit_send(&k, "{'type':'ticket','id':'T2','team':'sales','kind':'order','skills':['sap']}");
    expect("assigned T2 bob least_loaded");
    kit_send(&k, "{'type':'ticket','id':'T3','team':'sales','kind':'order','skills':['sap:2']}");
    expect("assigned T3 ana least_loaded");
    kit_send(&k, "{'type':'ticket','id':'T4','team':'sales','kind':'order','skills':[{'sap':4}]}");
    expect("waiting T4 skill");
    kit_send(&k, "{'type':'update','id':'T4','skills':{'sap':2}}");
    expect("assigned T4 ana least_loaded");
    cr_assert(kit_is(kit_ticket(&k, "T4").skills, "sap:2"));
    kit_restart(&k);
    kit_send(
        &k, "{'type':'ticket','id':'T5','team':'sales','kind':'order','skills':{'erp':1,'sap':1}}");
    expect("assigned T5 bob least_loaded");
}

/* Before there were levels, these were names; from the new rules on they are levels. */
Test(engine_deal, levels_begin_with_their_rules)
{
    kit_done(&k);
    kit_start_under(&k, EH_RULES_LEVELS - 1, LEVELS);
    kit_send(&k, "{'type':'ticket','id':'T1','team':'sales','kind':'order','skills':['erp:2']}");
    expect("assigned T1 bob least_loaded");
    kit_send(&k, "{'type':'ticket','id':'T2','team':'sales','kind':'order','skills':['sap:2']}");
    expect("waiting T2 skill");
    kit_send(&k, "{'type':'ticket','id':'T3','team':'sales','kind':'order','skills':['erp']}");
    expect("waiting T3 skill");
    struct eh_message m = {.type = EH_MESSAGE_RULES, .rules = EH_RULES_LAST};
    m.has = EH_FIELD_BIT(EH_FIELD_RULES);
    cr_assert_eq(kit_step(&k, m, EH_ORIGIN_SHELL), 0);
    while (eh_engine_due_us(k.e) <= k.now_us)
        kit_due(&k);
    cr_assert(kit_is(kit_ticket(&k, "T2").rep, "ana") && kit_is(kit_ticket(&k, "T3").rep, "bob"));
    cr_assert(kit_sound(&k));
    kit_restart(&k);
}

/* Eligible while open points < capacity x share; the last ticket may pass it. */
Test(engine_deal, capacity)
{
    kit_send(&k, "{'type':'signal','rep':'ana','status':'away'}");
    kit_send(&k, "{'type':'signal','rep':'bob','status':'away'}");
    /* eva: 4 x 0.5 = 2 points */
    kit_send(&k,
             "{'type':'ticket','id':'T1','team':'care','kind':'query'}"); /* other team: counts */
    kit_send(&k, "{'type':'ticket','id':'T2','team':'sales','kind':'order'}");
    expect("assigned T2 eva random");
    cr_assert_eq(kit_rep(&k, "eva").points, 3);
    cr_assert(kit_rep(&k, "eva").full);
    kit_send(&k, "{'type':'ticket','id':'T3','team':'sales','kind':'order'}");
    expect("waiting T3 full");
    kit_send(&k, "{'type':'outcome','id':'T1','outcome':'resolved'}");
    expect("closed T1 eva");
    kit_send(&k, "{'type':'outcome','id':'T2','outcome':'lost'}");
    expect("closed T2 eva; assigned T3 eva random");
}

/* By priority, then by age; an update sorts anew. */
Test(engine_deal, waiting_order)
{
    kit_send(&k, "{'type':'signal','rep':'eva','status':'away'}");
    kit_send(&k, "{'type':'ticket','id':'A','team':'care','kind':'query'}");
    kit_send(&k, "{'type':'ticket','id':'B','team':'care','kind':'query','priority':9}");
    kit_send(&k, "{'type':'ticket','id':'C','team':'care','kind':'query','priority':5}");
    kit_send(&k, "{'type':'ticket','id':'D','team':'care','kind':'query','skills':['de']}");
    kit_send(&k, "{'type':'ticket','id':'E','team':'care','kind':'query','priority':0}");
    kit_send(&k, "{'type':'update','id':'E','priority':8}");
    expect("");
    kit_send(&k, "{'type':'outcome','id':'C','outcome':'cancelled'}");
    expect("closed C");
    kit_send(&k, "{'type':'signal','rep':'eva','status':'available'}");
    expect("assigned B eva least_loaded; assigned E eva least_loaded; "
           "assigned A eva least_loaded; assigned D eva least_loaded");
}

Test(engine_deal, refusals)
{
    kit_send(&k, "{'type':'ticket','id':'T1','team':'nope','kind':'order'}");
    refused(EH_ENOTFOUND, "team: nope is not on the desk");
    kit_send(&k, "{'type':'ticket','id':'T1','team':'sales','kind':'nope'}");
    refused(EH_ENOTFOUND, "kind: nope is not on the desk");
    kit_send(&k, "{'type':'ticket','id':'T1','team':'sales','kind':'order','currency':'USD'}");
    refused(EH_EINVAL, "currency: USD, but the desk counts in EUR");
    kit_send(&k, "{'type':'ticket','id':'T1','team':'sales','kind':'order','currency':'EUR'}");
    cr_assert_not(k.fx.refused);
    struct eh_totals totals;
    eh_engine_totals(k.e, &totals);
    cr_assert_eq(totals.dead, 3);
    cr_assert_eq(totals.seq, 4);
}

Test(engine_deal, same_identity)
{
    kit_send(&k, "{'type':'ticket','id':'T1','team':'sales','kind':'order'}");
    uint64_t first = k.in.no;
    kit_send(&k, "{'kind':'order','type':'ticket','source':'default','id':'T1','team':'sales'}");
    cr_assert(k.repeat);
    kit_send(&k, "{'type':'ticket','id':'T1','team':'sales','kind':'query'}");
    cr_assert_not(k.repeat || k.fx.refused);
    cr_assert_eq(k.fx.image_ticket, first, "it is an update, see engine_retold");
    kit_send(&k, "{'type':'ticket','id':'T1','source':'web','team':'sales','kind':'query'}");
    cr_assert_not(k.fx.refused);
}

/* A member: booked, whatever his state. Anybody else: held. */
Test(engine_deal, owner)
{
    kit_send(&k, "{'type':'signal','rep':'ana','status':'overloaded'}");
    kit_send(&k, "{'type':'ticket','id':'T1','team':'sales','kind':'order','owner':'ana'}");
    expect("assigned T1 ana owner");
    cr_assert_eq(kit_item(&k, 0)->eligible, 0);
    kit_send(&k, "{'type':'ticket','id':'T2','team':'care','kind':'order','owner':'ana'}");
    expect("held T2 owner");
    kit_send(&k, "{'type':'ticket','id':'T3','team':'care','kind':'order','owner':'nobody'}");
    expect("held T3 owner");
}

Test(engine_deal, too_many_skill_sets)
{
    for (int i = 0; i < EH_SKILL_SETS_MAX; i++)
        kit_sendf(&k, "{'type':'ticket','id':'S%d','team':'sales','kind':'query','skills':['s%d']}",
                  i, i);
    kit_send(&k, "{'type':'ticket','id':'T1','team':'sales','kind':'query'}");
    refused(EH_EFULL,
            "skills: open tickets of team sales require 64 different sets of skills already");
    kit_send(&k, "{'type':'outcome','id':'S7','outcome':'cancelled'}");
    kit_send(&k, "{'type':'ticket','id':'T2','team':'sales','kind':'query'}");
    cr_assert_not(k.fx.refused);
    kit_send(&k, "{'type':'update','id':'T2','skills':['s7']}");
    refused(EH_EFULL,
            "skills: open tickets of team sales require 64 different sets of skills already");
}

/* The fewest open points per share; among equals each sometimes. */
Test(engine_deal, least_loaded)
{
    kit_desk(&k, "desk: main\ncurrency: EUR\ntime_zone: Europe/Oslo\n"
                 "kinds: {order: {points: 2}, query: {points: 1}}\n"
                 "reps: [{id: ana}, {id: bob}, {id: eva, share: 0.5}]\n"
                 "teams: [{id: sales, reps: [ana, bob, eva], policy: least_loaded}]\n");
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
    for (int i = 0; i < 50; i++) {
        kit_sendf(&k, "{'type':'ticket','id':'L%d','team':'sales','kind':'query'}", i);
        cr_assert_eq(kit_item(&k, 0)->type, EH_NOTICE_ASSIGNED);
        cr_assert_eq(kit_item(&k, 0)->eligible, 3);
    }
    cr_assert_eq(kit_rep(&k, "ana").points, 20);
    cr_assert_eq(kit_rep(&k, "bob").points, 20);
    cr_assert_eq(kit_rep(&k, "eva").points, 10);
}

/* More than a step deals at once follows with DUE inputs. */
Test(engine_deal, rounds)
{
    kit_send(&k, "{'type':'signal','rep':'eva','status':'away'}");
    for (int i = 0; i < EH_DEALS_PER_STEP_MAX + 5; i++)
        kit_sendf(&k, "{'type':'ticket','id':'W%d','team':'care','kind':'query'}", i);
    cr_assert_eq(eh_engine_due_us(k.e), EH_TIME_NEVER);
    kit_pass(&k, 1);
    kit_send(&k, "{'type':'signal','rep':'eva','status':'available'}");
    cr_assert_eq(k.fx.count, EH_DEALS_PER_STEP_MAX);
    cr_assert_eq(eh_engine_due_us(k.e), k.now_us);
    kit_due(&k);
    expect("assigned W1000 eva least_loaded; assigned W1001 eva least_loaded; "
           "assigned W1002 eva least_loaded; assigned W1003 eva least_loaded; "
           "assigned W1004 eva least_loaded");
    cr_assert_eq(eh_engine_due_us(k.e), EH_TIME_NEVER);
    kit_due(&k); /* nothing is due: nothing happens */
    expect("");
}

static struct eh_draw_query asked;
static uint8_t asked_digest[EH_DIGEST_BYTES];

static bool note_query(void *context, const struct eh_draw_query *query, uint64_t *ret)
{
    asked = *query;
    memcpy(asked_digest, query->digest, sizeof asked_digest);
    return kit_draw(context, query, ret);
}

/* A draw is for the ticket and which deal of it this is, for nothing else. */
Test(engine_deal, what_a_draw_is_for)
{
    k.draws.draw = note_query;
    kit_day(&k, KIT_TODAY + 1);
    kit_send(&k, "{'type':'ticket','id':'T1','source':'web','team':'sales','kind':'order'}");
    uint8_t digest[EH_DIGEST_BYTES];
    eh_key_bytes(k.in.digest, digest);
    cr_assert_eq(asked.epoch, 1);
    cr_assert(kit_is(asked.desk, "main") && kit_is(asked.team, "sales"));
    cr_assert(kit_is(asked.source, "web") && kit_is(asked.ticket, "T1"));
    cr_assert_eq(asked.deal, 1);
    cr_assert_arr_eq(asked_digest, digest, sizeof digest);
    cr_assert_eq(kit_item(&k, 0)->epoch, 1);
    char body[64];
    struct eh_str rep = kit_item(&k, 0)->rep;
    snprintf(body, sizeof body, "{'rep':'%.*s','reason':'x'}", EH_STR_ARG(rep));
    kit_command(&k, EH_MESSAGE_RELEASE, body);
    cr_assert_eq(asked.deal, 2);
    cr_assert_arr_eq(asked_digest, digest, sizeof digest);
}

/* engine_owner: the helpdesk says who has a ticket; a manager gives one ticket back to the deal. */
#include <criterion/criterion.h>

#include "engine_kit.h"

#define HEAD "desk: main\ncurrency: EUR\ntime_zone: Europe/Oslo\nkinds: {order: {points: 2}}\n"
#define REPS                                                                                       \
    "reps: [ana, {id: bob, user: robert, accounts: {default: bob@shop, jira: b0b}}, cleo, {id: "   \
    "eva, user: eve}]\n"
#define SALES                                                                                      \
    "{id: sales, policy: random, capacity: 40, reps: [ana, bob, cleo], managers: [maja, eve, "     \
    "{group: leads}]}"
#define CARE "{id: care, policy: random, reps: [eva]}"
#define DESK HEAD REPS "teams: [" SALES ", " CARE "]\n"

static struct kit k;

static void start(void)
{
    kit_start(&k, DESK);
}

static void stop(void)
{
    cr_expect(kit_sound(&k));
    cr_expect(eh_ledger_check(k.e));
    eh_engine_free(kit_restored(k.e));
    kit_done(&k);
}

TestSuite(engine_owner, .init = start, .fini = stop);

static void ticket(const char *id, const char *owner)
{
    kit_sendf(&k,
              "{'type':'ticket','id':'%s','team':'sales','kind':'order','value':1000,"
              "'owner':'%s'}",
              id, owner);
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
}

static void say(const char *rep, const char *status)
{
    kit_sendf(&k, "{'type':'signal','rep':'%s','status':'%s'}", rep, status);
}

/* owner and by: names in quotes, or null */
static const char *owner_is(const char *id, const char *owner, const char *by)
{
    kit_sendf(&k, "{'type':'owner','id':'%s','owner':%s,'by':%s}", id, owner, by);
    return kit_effects(&k);
}

static const char *made(const char *id, const char *more)
{
    kit_sendf(&k,
              "{'type':'ticket','id':'%s','team':'sales','kind':'order','value':1000,"
              "%s}",
              id, more);
    return kit_effects(&k);
}

static void expect_deed(enum eh_deed deed, const char *rep)
{
    const struct eh_done *done = &k.fx.done;
    cr_expect_eq(done->deed, deed);
    cr_expect(kit_is(done->rep, rep), "%.*s", EH_STR_ARG(done->rep));
    if (deed)
        cr_expect(kit_is(done->team, "sales") && done->value == 1000);
}

static const char *return_one(const char *id)
{
    char body[128];
    snprintf(body, sizeof body, "{'id':'%s','reason':'wrong hands'}", id);
    kit_command(&k, EH_MESSAGE_RETURN, body);
    return kit_effects(&k);
}

static void outcome(const char *id, const char *what)
{
    kit_sendf(&k, "{'type':'outcome','id':'%s','outcome':'%s'}", id, what);
}

static struct eh_member_view member(const char *rep)
{
    struct eh_member_view view = {0};
    eh_engine_member_of(k.e, eh_str("sales"), eh_str(rep), &view);
    return view;
}

static int64_t received(const char *rep)
{
    return (int64_t)member(rep).received;
}

static int64_t entitled(const char *rep) /* tickets */
{
    return member(rep).entitled_nano / 1000000000;
}

static struct eh_totals totals(void)
{
    struct eh_totals t;
    eh_engine_totals(k.e, &t);
    return t;
}

Test(engine_owner, the_same_rep_is_nothing)
{
    ticket("T1", "ana");
    cr_expect_str_eq(owner_is("T1", "'ana'", "'bob'"), "");
    cr_expect_eq(k.fx.image_ticket, 0);
}

Test(engine_owner, a_claim_takes_the_receipt_along)
{
    ticket("T1", "ana");
    cr_expect_str_eq(owner_is("T1", "'bob'", "'bob'"), "assigned T1 bob was ana claimed");
    cr_expect_eq(received("ana"), 0);
    cr_expect_eq(received("bob"), 1);
    cr_expect_eq(entitled("bob"), 0, "what ana's deal entitled stays");
}

Test(engine_owner, a_gift_leaves_the_receipt_and_entitles_the_receiver_alone)
{
    say("bob", "away");
    say("cleo", "away");
    ticket("T1", "ana");
    cr_expect_str_eq(owner_is("T1", "'bob'", "'ana'"), "assigned T1 bob was ana given");
    cr_expect_eq(received("ana"), 1);
    cr_expect_eq(received("bob"), 1);
    cr_expect_eq(entitled("ana"), 1);
    cr_expect_eq(entitled("bob"), 1, "the gift entitled bob alone, who was away");
    cr_expect_eq(member("bob").received_value, 1000);
}

Test(engine_owner, nobody_known_gives_as_the_rep_does)
{
    ticket("T1", "ana");
    cr_expect_str_eq(owner_is("T1", "'bob'", "null"), "assigned T1 bob was ana given");
    cr_expect_eq(received("ana"), 1);
    cr_expect_eq(received("bob"), 1);
}

Test(engine_owner, who_it_is_may_be_said_by_an_account)
{
    ticket("T1", "ana");
    kit_send(&k, "{'type':'owner','id':'T1','account':'bob@shop','by':'bob'}");
    cr_expect_str_eq(kit_effects(&k), "assigned T1 bob was ana claimed");
    kit_send(&k, "{'type':'owner','id':'T1','account':'b0b'}");
    cr_expect_str_eq(kit_effects(&k), "held T1 was bob given", "an account of another source");
    cr_expect_str_eq(owner_is("T1", "'cleo'", "'bob@shop'"), "assigned T1 cleo was bob given");
    ticket("T2", "bob@shop");
    cr_expect_str_eq(kit_effects(&k), "assigned T2 bob owner");
}

/* An account there may be the id of another rep. */
Test(engine_owner, an_account_comes_before_an_id_of_the_same_name)
{
    kit_desk(&k, HEAD "reps: [{id: ana, accounts: {default: bob}}, {id: bob, accounts: {default: "
                      "ana}}, cleo, eva]\nteams: [" SALES ", " CARE "]\n");
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
    ticket("T1", "cleo");
    kit_send(&k, "{'type':'owner','id':'T1','account':'ana','by':'ana'}");
    cr_expect_str_eq(kit_effects(&k), "assigned T1 bob was cleo claimed");
    kit_send(&k, "{'type':'owner','id':'T1','account':'cleo','by':'ana'}");
    cr_expect_str_eq(kit_effects(&k), "assigned T1 cleo was bob given", "cleo has no account");
    expect_deed(EH_DEED_GIFT, "bob");
    cr_expect_str_eq(owner_is("T1", "'ana'", "'ana'"), "assigned T1 ana was cleo claimed");
    kit_send(&k, "{'type':'owner','id':'T1','owner':null,'by':'bob'}");
    expect_deed(EH_DEED_DROP, "ana");
    cr_expect_str_eq(made("T2", "'account':'ana','by':'ana'"), "assigned T2 bob claimed");
    cr_expect_str_eq(made("T3", "'owner':'ana'"), "assigned T3 ana owner");
}

Test(engine_owner, a_manager_gives_as_with_assign)
{
    ticket("T1", "ana");
    cr_expect_str_eq(owner_is("T1", "'bob'", "'maja'"), "assigned T1 bob was ana manager");
    cr_expect_str_eq(owner_is("T1", "'cleo'", "'eva'"), "assigned T1 cleo was bob manager",
                     "eva's user is a manager");
    cr_expect_str_eq(owner_is("T1", "'ana'", "'leads'"), "assigned T1 ana was cleo given",
                     "a group's name is nobody");
    cr_expect_eq(received("bob"), 0);
    cr_expect_eq(received("cleo"), 1);
    cr_expect_eq(received("ana"), 1);
}

Test(engine_owner, a_waiting_ticket_can_be_claimed_and_given)
{
    for (int i = 0; i < 3; i++)
        say((const char *[]){"ana", "bob", "cleo"}[i], "away");
    kit_send(&k, "{'type':'ticket','id':'T1','team':'sales','kind':'order'}");
    cr_expect_str_eq(kit_effects(&k), "waiting T1 nobody");
    cr_expect_str_eq(owner_is("T1", "null", "null"), "");
    cr_expect_str_eq(owner_is("T1", "'ana'", "'bob'"), "assigned T1 ana given");
    cr_expect_eq(entitled("ana"), 1);
}

Test(engine_owner, dropped_it_is_dealt_to_another)
{
    ticket("T1", "ana");
    say("bob", "away");
    cr_expect_str_eq(owner_is("T1", "null", "'ana'"), "assigned T1 cleo was ana dropped");
    cr_expect_eq(received("ana"), 1, "the receipt stays");
    cr_expect_eq(received("cleo"), 1);
    say("cleo", "away");
    cr_expect_str_eq(owner_is("T1", "null", "null"), "assigned T1 ana was cleo dropped");
    cr_expect_eq(received("ana"), 2, "it entitled anew");
}

Test(engine_owner, dropped_it_waits_and_says_why_when_it_is_dealt)
{
    ticket("T1", "ana");
    say("ana", "away");
    say("bob", "away");
    say("cleo", "away");
    cr_expect_str_eq(owner_is("T1", "null", "null"), "waiting T1 was ana nobody");
    kit_restart(&k);
    say("bob", "available");
    cr_expect_str_eq(kit_effects(&k), "assigned T1 bob was ana dropped");
}

Test(engine_owner, who_dropped_it_and_takes_it_back_has_one_receipt)
{
    ticket("T1", "ana");
    say("ana", "away");
    say("bob", "away");
    say("cleo", "away");
    owner_is("T1", "null", "'ana'");
    cr_expect_str_eq(owner_is("T1", "'ana'", "'ana'"), "assigned T1 ana was ana claimed");
    cr_expect_eq(received("ana"), 1);
}

Test(engine_owner, a_manager_who_takes_it_away_returns_it)
{
    ticket("T1", "ana");
    say("bob", "away");
    cr_expect_str_eq(owner_is("T1", "null", "'maja'"), "assigned T1 cleo was ana return");
    cr_expect_eq(received("ana"), 0);
    cr_expect_eq(received("cleo"), 1);
}

Test(engine_owner, a_return_deals_to_another)
{
    ticket("T1", "ana");
    say("bob", "away");
    cr_expect_str_eq(return_one("T1"), "assigned T1 cleo was ana return");
    cr_expect_eq(received("ana"), 0);
    say("ana", "away");
    cr_expect_str_eq(return_one("T1"), "assigned T1 cleo was cleo return",
                     "nobody else can have it");
    say("cleo", "away");
    cr_expect_str_eq(return_one("T1"), "waiting T1 was cleo nobody");
    return_one("T1");
    cr_expect_str_eq(kit_refused(&k), "ticket default/T1 is waiting: nobody in the team has it");
    kit_restart(&k);
    say("ana", "available");
    cr_expect_str_eq(kit_effects(&k), "assigned T1 ana was cleo return");
}

Test(engine_owner, somebody_outside_the_team_holds_it)
{
    ticket("T1", "ana");
    cr_expect_str_eq(owner_is("T1", "'zed'", "'maja'"), "held T1 was ana manager");
    cr_expect_eq(kit_ticket(&k, "T1").state, EH_TICKET_HELD);
    cr_expect_eq(kit_ticket(&k, "T1").rep.size, 0);
    cr_expect_eq(kit_rep(&k, "ana").points, 0);
    cr_expect_eq(received("ana"), 0);
    cr_expect_eq(totals().open, 1);
    cr_expect_eq(totals().held, 1);
    cr_expect_str_eq(owner_is("T1", "'eva'", "'zed'"), "", "of another team: still held");
    kit_restart(&k);
    cr_expect_eq(totals().held, 1);
    cr_expect_str_eq(owner_is("T1", "null", "'eva'"), "assigned T1 ana returned");
    cr_expect_eq(received("ana"), 1);
    cr_expect_eq(totals().held, 0);
}

Test(engine_owner, who_gives_it_outside_keeps_the_receipt)
{
    ticket("T1", "ana");
    cr_expect_str_eq(owner_is("T1", "'zed'", "'ana'"), "held T1 was ana given");
    cr_expect_eq(received("ana"), 1);
    kit_restart(&k);
    cr_expect_str_eq(owner_is("T1", "null", "null"), "assigned T1 ana returned");
    cr_expect_eq(received("ana"), 1);
    cr_expect_str_eq(owner_is("T1", "'zed'", "'zed'"), "held T1 was ana claimed");
    cr_expect_eq(received("ana"), 0, "somebody outside took it");
    cr_expect_str_eq(owner_is("T1", "'bob'", "'bob'"), "assigned T1 bob was ana claimed");
    cr_expect_eq(received("bob"), 1);
    cr_expect_eq(entitled("ana") + entitled("bob") + entitled("cleo"), 0, "one ticket in three");
}

Test(engine_owner, whoever_left_the_team_does_not_get_it_back)
{
    ticket("T1", "ana");
    say("cleo", "away");
    owner_is("T1", "'zed'", "'zed'");
    kit_desk(&k, HEAD REPS "teams: [{id: sales, policy: random, capacity: 40, reps: [bob, cleo]}, "
                           "{id: care, policy: random, reps: [ana, eva]}]\n");
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
    cr_expect_str_eq(owner_is("T1", "null", "null"), "assigned T1 bob was ana left");
}

Test(engine_owner, a_new_ticket_of_somebody_outside_is_held)
{
    ticket("T1", "eva");
    cr_expect_str_eq(kit_effects(&k), "held T1 owner");
    ticket("T2", "nobody-known");
    cr_expect_str_eq(kit_effects(&k), "held T2 owner");
    cr_expect_eq(totals().held, 2);
    say("ana", "away");
    say("bob", "away");
    cr_expect_str_eq(owner_is("T1", "null", "null"), "assigned T1 cleo random");
    cr_expect_eq(entitled("cleo"), 1);
}

Test(engine_owner, a_held_ticket_ends_for_the_team_and_for_no_rep)
{
    ticket("T1", "ana");
    owner_is("T1", "'zed'", "'zed'");
    outcome("T1", "won");
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
    cr_expect_str_eq(kit_effects(&k), "closed T1");
    cr_expect_eq(totals().open, 0);
    cr_expect_eq(totals().held, 0);
    struct eh_str image = eh_arena_str(&k.arena, k.fx.image);
    struct eh_ticket_view view;
    cr_assert_eq(eh_ticket_image_view(image, &view, NULL), 0);
    cr_expect_eq(view.rep.size, 0);
    k.in.recalled = (struct eh_recalled){.ticket_known = true, .ticket_image = image};
    say("bob", "away");
    k.in.recalled = (struct eh_recalled){.ticket_known = true, .ticket_image = image};
    outcome("T1", "reopened");
    cr_expect_eq(k.fx.count, 1, "%s", kit_effects(&k));
    cr_expect_eq(kit_item(&k, 0)->type, EH_NOTICE_ASSIGNED);
    cr_expect(kit_is(kit_item(&k, 0)->why, "random"), "%s", kit_effects(&k));
}

Test(engine_owner, what_was_given_outside_and_reopened_is_not_dealt_to_who_gave_it)
{
    ticket("T1", "ana");
    say("bob", "away");
    owner_is("T1", "'zed'", "'ana'");
    outcome("T1", "won");
    struct eh_str image = eh_arena_str(&k.arena, k.fx.image);
    k.in.recalled = (struct eh_recalled){.ticket_known = true, .ticket_image = image};
    outcome("T1", "reopened");
    cr_expect_str_eq(kit_effects(&k), "assigned T1 cleo was ana dropped");
}

Test(engine_owner, of_a_closed_ticket_nothing_is_said)
{
    ticket("T1", "ana");
    outcome("T1", "won");
    struct eh_str image = eh_arena_str(&k.arena, k.fx.image);
    k.in.recalled = (struct eh_recalled){.ticket_known = true, .ticket_image = image};
    cr_expect_str_eq(owner_is("T1", "'bob'", "'bob'"), "");
    cr_expect_not(k.fx.refused);
    cr_expect_str_eq(owner_is("T9", "'bob'", "'bob'"),
                     "refused T9 ticket default/T9 is not open or waiting");
}

Test(engine_owner, a_manager_moves_and_assigns_what_is_held)
{
    ticket("T1", "ana");
    owner_is("T1", "'zed'", "'ana'");
    kit_command(&k, EH_MESSAGE_MOVE, "{'id':'T1','team':'care','reason':'theirs'}");
    cr_expect_str_eq(kit_effects(&k), "moved T1 was ana; assigned T1 eva random");
    kit_restart(&k);
    kit_command(&k, EH_MESSAGE_MOVE, "{'id':'T1','team':'sales','reason':'ours'}");
    cr_expect_str_eq(kit_effects(&k), "moved T1 was eva; assigned T1 ana returned");
    cr_expect_eq(received("ana"), 1);
    owner_is("T1", "'zed'", "'zed'");
    kit_command(&k, EH_MESSAGE_ASSIGN, "{'id':'T1','rep':'bob','reason':'knows them'}");
    cr_expect_str_eq(kit_effects(&k), "assigned T1 bob was ana manager");
    cr_expect_eq(received("ana"), 0);
    cr_expect_eq(received("bob"), 1);
}

Test(engine_owner, what_was_dropped_and_moved_back_is_dealt_again)
{
    ticket("T1", "ana");
    say("ana", "away");
    say("bob", "away");
    say("cleo", "away");
    owner_is("T1", "null", "'ana'");
    kit_command(&k, EH_MESSAGE_MOVE, "{'id':'T1','team':'care','reason':'theirs'}");
    kit_restart(&k);
    say("cleo", "available");
    kit_command(&k, EH_MESSAGE_MOVE, "{'id':'T1','team':'sales','reason':'ours'}");
    cr_expect_str_eq(kit_effects(&k), "moved T1 was eva; assigned T1 cleo was ana dropped");
    cr_expect_eq(received("ana"), 1);
    cr_expect_eq(received("cleo"), 1);
}

Test(engine_owner, earlier_rules_deal_a_new_ticket_of_somebody_outside)
{
    kit_done(&k);
    kit_start_under(&k, EH_RULES_OWNERS - 1, DESK);
    ticket("T1", "eva");
    cr_expect_eq(kit_item(&k, 0)->type, EH_NOTICE_ASSIGNED);
    cr_expect(kit_is(kit_item(&k, 0)->why, "random"));
}

Test(engine_owner, skills_and_priority_of_a_held_ticket_can_change)
{
    ticket("T1", "zed");
    kit_send(&k, "{'type':'update','id':'T1','skills':['french'],'priority':9,'value':5}");
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
    cr_expect_eq(kit_ticket(&k, "T1").priority, 9);
    cr_expect_eq(kit_ticket(&k, "T1").state, EH_TICKET_HELD);
    cr_expect_str_eq(owner_is("T1", "null", "null"), "waiting T1 skill");
}

/* ---- a new ticket that somebody has already */

Test(engine_owner, a_new_ticket_may_be_somebodys_by_their_account)
{
    cr_expect_str_eq(made("T1", "'account':'bob@shop'"), "assigned T1 bob owner");
    expect_deed(EH_DEED_NONE, "");
    cr_expect_str_eq(made("T2", "'account':'b0b'"), "held T2 owner", "an account elsewhere");
    cr_expect_str_eq(made("T3", "'account':'b0b','source':'jira'"), "assigned T3 bob owner");
    cr_expect_eq(received("bob"), 2);
    cr_expect_eq(made("T4", "'account':null,'owner':null")[0], 'a', "it is dealt");
}

Test(engine_owner, who_made_it_for_themselves_took_it)
{
    cr_expect_str_eq(made("T1", "'account':'bob@shop','by':'bob@shop'"), "assigned T1 bob claimed");
    expect_deed(EH_DEED_CLAIM, "bob");
    cr_expect_eq(received("bob"), 1);
    cr_expect_eq(received("ana") + received("cleo"), 0);
    cr_expect_str_eq(made("T2", "'owner':'cleo','by':'bob@shop'"), "assigned T2 cleo given");
    expect_deed(EH_DEED_GIFT, "bob");
    cr_expect_str_eq(made("T3", "'owner':'cleo','by':'kari@x'"), "assigned T3 cleo owner");
    expect_deed(EH_DEED_NONE, "");
    cr_expect_str_eq(made("T4", "'owner':'zed','by':'bob'"), "held T4 owner");
    expect_deed(EH_DEED_GIFT, "bob");
    cr_expect_str_eq(made("T5", "'owner':'zed','by':'zed'"), "held T5 owner");
    expect_deed(EH_DEED_NONE, "");
    cr_expect_eq(entitled("ana") + entitled("bob") + entitled("cleo"), 3, "each once");
}

Test(engine_owner, a_manager_is_known_by_name_or_by_word)
{
    cr_expect_str_eq(made("T1", "'owner':'bob','by':'maja'"), "assigned T1 bob manager");
    expect_deed(EH_DEED_NONE, "");
    cr_expect_str_eq(made("T2", "'owner':'bob','by':'leif','manager':true"),
                     "assigned T2 bob manager", "of the group");
    cr_expect_str_eq(made("T3", "'owner':'bob','manager':false"), "assigned T3 bob owner");
    kit_send(&k, "{'type':'owner','id':'T1','owner':'ana','by':'leif','manager':true}");
    cr_expect_str_eq(kit_effects(&k), "assigned T1 ana was bob manager");
    kit_send(&k, "{'type':'owner','id':'T1','owner':null,'manager':true}");
    cr_expect(kit_is(kit_item(&k, 0)->why, "return"), "%s", kit_effects(&k));
    kit_send(&k, "{'type':'owner','id':'T2','owner':'zed','manager':true}");
    cr_expect_str_eq(kit_effects(&k), "held T2 was bob manager");
    expect_deed(EH_DEED_NONE, "");
}

/* ---- what the log has of who was named */

static void expect_named(const char *json, const char *owner, const char *account, const char *by)
{
    k.in.recalled = (struct eh_recalled){0};
    kit_send(&k, json);
    const struct eh_message *m = &k.in.message;
    cr_expect_eq(eh_message_has(m, EH_FIELD_OWNER), *owner != 0, "%s", json);
    cr_expect_eq(eh_message_has(m, EH_FIELD_ACCOUNT), *account != 0, "%s", json);
    cr_expect_eq(eh_message_has(m, EH_FIELD_BY), *by != 0, "%s", json);
    cr_expect(kit_is(m->owner, owner) && kit_is(m->account, account) && kit_is(m->by, by), "%s",
              json);
}

Test(engine_owner, nobody_stands_in_the_log_by_a_name_that_the_desk_does_not_have)
{
    ticket("T1", "ana");
    expect_named("{'type':'owner','id':'T1','account':'bob@shop','by':'bob@shop'}", "bob", "",
                 "bob");
    expect_named("{'type':'owner','id':'T1','account':'zoe@x','by':'zoe@x'}", "", "?", "?");
    cr_expect_str_eq(kit_effects(&k), "held T1 was bob claimed");
    expect_named("{'type':'owner','id':'T1','owner':'zoe','by':'kari@x'}", "", "?", "");
    expect_named("{'type':'owner','id':'T1','owner':'cleo','by':'maja'}", "cleo", "", "maja");
    expect_named("{'type':'owner','id':'T1','owner':'ana','by':'leif','manager':true}", "ana", "",
                 "leif");
    expect_named("{'type':'owner','id':'T1','owner':null,'by':'kari@x'}", "", "", "");
    expect_named("{'type':'owner','id':'T9','owner':'zoe','by':'maja'}", "", "?", "");
    expect_named("{'type':'ticket','id':'T2','team':'sales','kind':'order','account':'zoe@x',"
                 "'by':'zoe@x'}",
                 "", "?", "?");
    expect_named("{'type':'ticket','id':'T3','team':'nowhere','kind':'order','owner':'zoe',"
                 "'by':'maja'}",
                 "", "?", "");
    cr_expect(k.fx.refused);
}

/* Even if a rep is called so. */
Test(engine_owner, somebody_is_nobody_of_the_desk)
{
    kit_desk(&k, HEAD "reps: [ana, {id: bob, accounts: {default: '?'}}, cleo, eva]\n"
                      "teams: [" SALES ", " CARE "]\n");
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
    cr_expect_str_eq(made("T1", "'account':'?'"), "held T1 owner");
}

Test(engine_owner, earlier_rules_have_names_as_they_were_told)
{
    kit_done(&k);
    kit_start_under(&k, EH_RULES_NAMES - 1, DESK);
    ticket("T1", "ana");
    expect_named("{'type':'owner','id':'T1','account':'bob@shop','by':'zoe@x'}", "", "bob@shop",
                 "zoe@x");
    cr_expect_str_eq(kit_effects(&k), "assigned T1 bob was ana given");
}

/* It is told by its place: what it says may be named otherwise, since the desk changed. */
Test(engine_owner, an_entry_that_comes_again_is_known_though_the_desk_has_changed)
{
    ticket("T1", "ana");
    kit_send(&k, "{'type':'owner','id':'T1','account':'bob@shop'}");
    struct eh_key identity = k.in.identity, digest = k.in.digest;
    struct eh_input again = k.in;
    again.message.account = eh_str("bob@shop");
    again.message.has |= EH_FIELD_BIT(EH_FIELD_ACCOUNT);
    again.message.has &= ~EH_FIELD_BIT(EH_FIELD_OWNER);
    eh_input_identify(&again);
    cr_expect(eh_key_equal(again.identity, identity));
    cr_expect_not(eh_key_equal(again.digest, digest));
    cr_expect_not(eh_engine_is_repeat(k.e, &again));
    again.recalled = (struct eh_recalled){.known = true, .digest = digest};
    cr_expect(eh_engine_is_repeat(k.e, &again));
    again.stream_no++;
    eh_input_identify(&again);
    cr_expect_not(eh_key_equal(again.identity, identity));
}

/* An event names what was said: another change under the same event is refused. */
Test(engine_owner, an_event_with_another_owner_is_no_repeat)
{
    ticket("T1", "ana");
    kit_send(&k, "{'type':'owner','id':'T1','owner':'bob','event':'e'}");
    struct eh_recalled known = {.known = true, .digest = k.in.digest, .input = k.in.no};
    k.in.recalled = known;
    kit_send(&k, "{'type':'owner','id':'T1','account':'bob@shop','event':'e'}");
    cr_expect(k.repeat, "the same rep");
    k.in.recalled = known;
    kit_send(&k, "{'type':'owner','id':'T1','owner':'cleo','event':'e'}");
    cr_expect_not(k.repeat);
    cr_expect(k.fx.refused);
}

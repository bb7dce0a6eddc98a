/* engine_returns: a ticket that comes back to a team is not drawn a second time. */
#include <criterion/criterion.h>

#include "engine_kit.h"

#define HEAD  "desk: main\ncurrency: EUR\ntime_zone: Europe/Oslo\nkinds: {order: {points: 2}}\n"
#define REPS  "reps: [ana, bob, cleo, dan, eva, fay]\n"
#define SALES "{id: sales, policy: random, capacity: 8, reps: [ana, bob, cleo, dan]}"
#define CARE  "{id: care, policy: random, reps: [eva]}"
#define BACK  "{id: back, policy: random, reps: [fay]}"
#define DESK  HEAD REPS "teams: [" SALES ", " CARE ", " BACK "]\n"

static struct kit k;
static uint32_t drawn_again; /* deals told, of tickets that somebody in the team had before */

static void on_deal(void *context, const struct eh_deal *deal)
{
    (void)context;
    drawn_again += deal->further;
}

static void start_under(enum eh_rules rules)
{
    drawn_again = 0;
    kit_start_under(&k, rules, DESK);
    cr_assert_eq(eh_engine_observe(k.e, on_deal, NULL), 0);
}

static void start(void)
{
    start_under(EH_RULES_LAST);
}

static void stop(void)
{
    cr_expect(kit_sound(&k));
    cr_expect(eh_ledger_check(k.e));
    kit_done(&k);
}

TestSuite(engine_returns, .init = start, .fini = stop);

static void move(const char *id, const char *team)
{
    char body[128];
    snprintf(body, sizeof body, "{'id':'%s','team':'%s','reason':'misrouted'}", id, team);
    kit_command(&k, EH_MESSAGE_MOVE, body);
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
}

static void give(const char *id, const char *rep)
{
    char body[128];
    snprintf(body, sizeof body, "{'id':'%s','rep':'%s','reason':'knows them'}", id, rep);
    kit_command(&k, EH_MESSAGE_ASSIGN, body);
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
}

static void release(const char *rep)
{
    char body[128];
    snprintf(body, sizeof body, "{'rep':'%s','reason':'ill'}", rep);
    kit_command(&k, EH_MESSAGE_RELEASE, body);
}

static void say(const char *rep, const char *status)
{
    kit_sendf(&k, "{'type':'signal','rep':'%s','status':'%s'}", rep, status);
}

static const char *const reps[] = {"ana", "bob", "cleo", "dan"}; /* of sales */

/* Everybody in sales but this one; NULL: all of them. */
static void all_say(const char *status, const char *except)
{
    for (int i = 0; i < 4; i++)
        if (!except || strcmp(reps[i], except) != 0)
            say(reps[i], status);
}

/* Who holds it now; "" while it waits. */
static const char *holder(const char *id)
{
    static char rep[EH_ID_MAX + 1];
    struct eh_ticket_view view = kit_ticket(&k, id);
    snprintf(rep, sizeof rep, "%.*s", EH_STR_ARG(view.rep));
    return rep;
}

/* A ticket that was drawn in sales; who got it. */
static const char *drawn(const char *id)
{
    static char rep[EH_ID_MAX + 1];
    kit_sendf(&k, "{'type':'ticket','id':'%s','team':'sales','kind':'order','value':700}", id);
    snprintf(rep, sizeof rep, "%s", holder(id));
    cr_assert(rep[0]);
    return rep;
}

/* The image that T1 leaves. */
static struct eh_str cancel(void)
{
    kit_send(&k, "{'type':'outcome','id':'T1','outcome':'cancelled'}");
    cr_assert_not(kit_holds(&k, "T1"));
    return eh_arena_str(&k.arena, k.fx.image);
}

static void reopen(struct eh_str image)
{
    k.in.recalled = (struct eh_recalled){.ticket_known = true, .ticket_image = image};
    kit_send(&k, "{'type':'outcome','id':'T1','outcome':'reopened'}");
}

static void expect_back(const char *rep)
{
    char expected[128];
    snprintf(expected, sizeof expected, "moved T1 was eva; assigned T1 %s returned", rep);
    cr_expect_str_eq(kit_effects(&k), expected);
}

/* The engine as a restart makes it, observed again. */
static void restart(void)
{
    kit_restart(&k);
    cr_assert_eq(eh_engine_observe(k.e, on_deal, NULL), 0);
}

Test(engine_returns, moves_out_and_back_draw_nothing)
{
    const char *rep = drawn("T1");
    for (int i = 0; i < 40; i++) {
        move("T1", "care");
        if (i % 10 == 5)
            restart();
        move("T1", "sales");
        expect_back(rep);
    }
    cr_expect_eq(kit_ticket(&k, "T1").deals, 2, "one in each team");
    cr_expect_eq(drawn_again, 0);
}

Test(engine_returns, it_is_entitled_once)
{
    struct eh_member_view before, after;
    const char *rep = drawn("T1");
    cr_assert(eh_engine_member_of(k.e, eh_str("sales"), eh_str(rep), &before));
    for (int i = 0; i < 5; i++) {
        move("T1", "care");
        move("T1", "sales");
    }
    cr_assert(eh_engine_member_of(k.e, eh_str("sales"), eh_str(rep), &after));
    cr_expect_eq(after.entitled_nano, before.entitled_nano);
    cr_expect_eq(after.entitled_value, before.entitled_value);
    cr_expect_eq(after.received, 1);
    cr_expect_eq(after.received_value, 700);
}

Test(engine_returns, also_to_who_is_away_overloaded_or_full)
{
    static const char *const states[] = {"away", "overloaded"};
    const char *rep = drawn("T1");
    for (int i = 0; i < 2; i++) {
        move("T1", "care");
        say(rep, states[i]);
        move("T1", "sales");
        expect_back(rep);
        say(rep, "available");
        kit_pass(&k, 3600);
    }
    move("T1", "care");
    for (int i = 0; i < 8; i++) {
        char id[8];
        snprintf(id, sizeof id, "F%d", i);
        kit_sendf(&k, "{'type':'ticket','id':'%s','team':'sales','kind':'order'}", id);
        give(id, rep);
    }
    cr_assert(kit_rep(&k, rep).full);
    move("T1", "sales");
    expect_back(rep);
}

Test(engine_returns, through_a_third_team)
{
    const char *rep = drawn("T1");
    move("T1", "care");
    move("T1", "back");
    restart();
    move("T1", "care");
    cr_expect_str_eq(kit_effects(&k), "moved T1 was fay; assigned T1 eva returned");
    move("T1", "back");
    cr_expect_str_eq(kit_effects(&k), "moved T1 was eva; assigned T1 fay returned");
    move("T1", "sales");
    cr_expect_str_eq(holder("T1"), rep);
    cr_expect_eq(kit_ticket(&k, "T1").deals, 3);
}

Test(engine_returns, what_nobody_had_is_drawn)
{
    all_say("away", NULL);
    kit_send(&k, "{'type':'ticket','id':'T1','team':'sales','kind':'order'}");
    move("T1", "care");
    say("cleo", "available");
    move("T1", "sales");
    cr_expect_str_eq(kit_effects(&k), "moved T1 was eva; assigned T1 cleo random");
    cr_expect_eq(drawn_again, 0);
}

Test(engine_returns, to_whom_a_manager_gave_it)
{
    const char *rep = drawn("T1");
    const char *other = strcmp(rep, "ana") == 0 ? "bob" : "ana";
    give("T1", other);
    move("T1", "care");
    move("T1", "sales");
    expect_back(other);
}

Test(engine_returns, given_back_there_it_is_dealt_again)
{
    const char *rep = drawn("T1");
    all_say("away", rep);
    release(rep);
    cr_assert_str_eq(holder("T1"), "");
    move("T1", "care");
    restart();
    all_say("available", NULL);
    move("T1", "sales");
    cr_expect_str_neq(holder("T1"), rep, "they gave it back, and another could have it");
    cr_expect(kit_is(kit_item(&k, 1)->why, "release"));
    cr_expect(kit_is(kit_item(&k, 1)->was, rep));
    cr_expect_eq(drawn_again, 1);
    cr_expect_eq(kit_ticket(&k, "T1").deals, 3);
}

Test(engine_returns, given_back_elsewhere_it_is_not)
{
    const char *rep = drawn("T1");
    move("T1", "care");
    release("eva");
    cr_assert_str_eq(holder("T1"), "");
    move("T1", "sales");
    cr_expect_str_eq(holder("T1"), rep);
    say("eva", "available");
    move("T1", "care"); /* there she gave it back, and is alone */
    cr_expect(kit_is(kit_item(&k, 1)->why, "release"));
    cr_expect_eq(drawn_again, 1);
}

/* The desk without one of sales. */
static void without(const char *rep)
{
    char yaml[1024], team[128] = "";
    for (int i = 0; i < 4; i++)
        if (!rep || strcmp(reps[i], rep) != 0)
            snprintf(team + strlen(team), sizeof team - strlen(team), "%s%s", team[0] ? ", " : "",
                     reps[i]);
    snprintf(yaml, sizeof yaml,
             HEAD REPS "teams: [{id: sales, policy: random, capacity: 8, reps: [%s]}, " CARE
                       ", " BACK "]\n",
             team);
    kit_desk(&k, yaml);
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
}

Test(engine_returns, who_left_the_team_gets_nothing_back)
{
    const char *rep = drawn("T1");
    move("T1", "care");
    without(rep);
    move("T1", "sales");
    cr_expect_str_neq(holder("T1"), rep);
    cr_expect(kit_is(kit_item(&k, 1)->why, "left"));
    cr_expect(kit_is(kit_item(&k, 1)->was, rep));
    cr_expect_eq(drawn_again, 1);
}

Test(engine_returns, who_left_and_came_back_does)
{
    const char *rep = drawn("T1");
    move("T1", "care");
    without(rep);
    without(NULL);
    move("T1", "sales");
    expect_back(rep);
    cr_expect_eq(drawn_again, 0);
}

Test(engine_returns, a_team_that_was_off_the_desk_knows_it_still)
{
    const char *rep = drawn("T1");
    move("T1", "care");
    kit_desk(&k, HEAD REPS "teams: [" CARE ", " BACK "]\n");
    restart();
    kit_desk(&k, DESK);
    move("T1", "sales");
    expect_back(rep);
}

Test(engine_returns, a_closed_one_remembers_in_its_image)
{
    const char *rep = drawn("T1");
    move("T1", "care");
    struct eh_str image = cancel();
    kit_pass(&k, 86400);
    reopen(image);
    cr_assert_str_eq(kit_effects(&k), "returned T1 eva");
    move("T1", "sales");
    expect_back(rep);
    cr_expect_eq(drawn_again, 0);
}

Test(engine_returns, one_that_was_closed_while_given_back_is_dealt_further)
{
    const char *rep = drawn("T1");
    all_say("away", rep);
    release(rep);
    struct eh_str image = cancel();
    all_say("available", NULL);
    reopen(image);
    cr_expect(kit_is(kit_item(&k, 0)->why, "release"), "%s", kit_effects(&k));
    cr_expect(kit_is(kit_item(&k, 0)->was, rep));
    cr_expect_str_neq(holder("T1"), rep);
    cr_expect_eq(drawn_again, 1);
}

Test(engine_returns, reopened_when_its_rep_left_it_is_dealt_further)
{
    const char *rep = drawn("T1");
    struct eh_str image = cancel();
    without(rep);
    reopen(image);
    cr_expect(kit_is(kit_item(&k, 0)->why, "left"), "%s", kit_effects(&k));
    cr_expect(kit_is(kit_item(&k, 0)->was, rep));
    cr_expect_eq(drawn_again, 1);
}

/* More teams than a ticket remembers: it does not go where it would have to forget one. */
Test(engine_returns, it_forgets_no_team)
{
    char yaml[4096] = HEAD REPS "teams: [" SALES;
    for (int i = 0; i <= EH_TICKET_TEAMS_MAX; i++)
        snprintf(yaml + strlen(yaml), sizeof yaml - strlen(yaml),
                 ", {id: t%d, policy: random, reps: [eva]}", i);
    strcat(yaml, "]\n");
    kit_desk(&k, yaml);
    const char *rep = drawn("T1");
    char team[8];
    for (int i = 0; i < EH_TICKET_TEAMS_MAX; i++) {
        snprintf(team, sizeof team, "t%d", i);
        move("T1", team);
    }
    restart();
    kit_command(&k, EH_MESSAGE_MOVE, "{'id':'T1','team':'t16','reason':'x'}");
    cr_expect_str_eq(kit_refused(&k), "team: ticket default/T1 was dealt in 17 teams already; it "
                                      "moves back to one of them alone");
    move("T1", "t3");
    move("T1", "sales");
    cr_expect_str_eq(holder("T1"), rep);
    cr_expect_eq(drawn_again, 0);
}

/* What a draw is made of. */
static struct eh_draw_query asked;
static uint8_t digest_asked[16];

static bool note_draw(void *context, const struct eh_draw_query *query, uint64_t *ret)
{
    asked = *query;
    memcpy(digest_asked, query->digest, sizeof digest_asked);
    return kit_draw(context, query, ret);
}

Test(engine_returns, a_draw_hashes_the_first_message_whatever_came_later)
{
    uint8_t first[16];
    k.draws.draw = note_draw;
    const char *rep = drawn("T1");
    eh_key_bytes(k.in.digest, first);
    cr_assert_arr_eq(digest_asked, first, 16);
    cr_expect_eq(asked.deal, 1);
    kit_send(&k, "{'type':'update','id':'T1','value':900,'priority':7,'skills':['dutch']}");
    kit_send(&k, "{'type':'ticket','id':'T1','team':'sales','kind':'order','value':1}");
    cr_assert(k.fx.image_ticket && !k.fx.refused, "it is an update");
    kit_send(&k, "{'type':'update','id':'T1','skills':[]}");
    memset(digest_asked, 0, sizeof digest_asked);
    release(rep);
    cr_expect_arr_eq(digest_asked, first, 16);
    cr_expect_eq(asked.deal, 2, "each deal has a number of its own");
}

/* A log of before is replayed as it was decided. */
Test(engine_returns_earlier, moves_drew_again, .fini = stop)
{
    start_under(EH_RULES_RETURNS - 1);
    drawn("T1");
    uint32_t others = 0;
    for (int i = 0; i < 40; i++) {
        char rep[EH_ID_MAX + 1];
        snprintf(rep, sizeof rep, "%s", holder("T1"));
        move("T1", "care");
        move("T1", "sales");
        others += strcmp(rep, holder("T1")) != 0;
    }
    cr_expect_gt(others, 10);
    cr_expect_eq(kit_ticket(&k, "T1").deals, 81);
}

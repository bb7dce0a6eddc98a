/* engine_retold: a ticket that is known is told once more: a repeat, something older, an update. */
#include <criterion/criterion.h>

#include "engine_kit.h"

#define DESK                                                                                       \
    "desk: main\ncurrency: EUR\ntime_zone: Europe/Oslo\n"                                          \
    "kinds: {order: {points: 2}, query: {points: 1}}\n"                                            \
    "reps: [{id: ana, skills: [de]}, {id: bob, skills: [de, fr]}, eva]\n"                          \
    "teams: [{id: sales, policy: random, reps: [ana, bob]},\n"                                     \
    "        {id: care, policy: random, reps: [eva]}]\n"

static struct kit k;

static void start(void)
{
    kit_start(&k, DESK);
}

static void stop(void)
{
    cr_expect(kit_sound(&k));
    kit_restart(&k);
    kit_done(&k);
}

TestSuite(engine_retold, .init = start, .fini = stop);

static void tell(const char *more)
{
    kit_sendf(&k, "{'type':'ticket','id':'T1','team':'sales','kind':'order'%s}", more);
    cr_assert_eq(k.result, 0, "%s", kit_refused(&k));
}

static void expect_repeat(const char *more)
{
    tell(more);
    cr_expect(k.repeat, "%s", more);
}

static void expect_update(const char *more)
{
    tell(more);
    cr_expect_not(k.repeat || k.fx.refused, "%s: %s", more, kit_refused(&k));
    cr_expect_eq(k.in.message.type, EH_MESSAGE_UPDATE);
    cr_expect_eq(k.fx.image_ticket, kit_ticket(&k, "T1").no);
}

static bool says(enum eh_field field)
{
    return eh_message_has(&k.in.message, field);
}

Test(engine_retold, an_open_ticket_is_updated_with_what_differs)
{
    tell(",'value':100,'subject':'a pump','customer':'acme'");
    expect_repeat(",'value':100,'subject':'a pump','customer':'acme'");
    expect_update(",'value':250,'subject':'a pump','customer':'acme'");
    cr_expect_eq(kit_ticket(&k, "T1").value, 250);
    cr_expect(says(EH_FIELD_VALUE) && says(EH_FIELD_CONTENT));
    cr_expect_not(says(EH_FIELD_PRIORITY) || says(EH_FIELD_SKILLS) || says(EH_FIELD_SUBJECT) ||
                  says(EH_FIELD_CUSTOMER) || says(EH_FIELD_TEAM) || says(EH_FIELD_KIND));
    expect_update(",'value':250,'subject':'two pumps','customer':'acme','priority':9");
    cr_expect_eq(kit_ticket(&k, "T1").priority, 9);
    cr_expect(says(EH_FIELD_SUBJECT) && !says(EH_FIELD_VALUE));
    expect_update(",'value':250,'subject':'two pumps','customer':'acme','priority':9,"
                  "'skills':['de']");
    cr_expect(kit_is(kit_ticket(&k, "T1").skills, "de"));
    expect_update(",'value':250,'subject':'two pumps','customer':'bolt','priority':9");
    cr_expect(says(EH_FIELD_CUSTOMER) && kit_ticket(&k, "T1").skills.size == 0);
    expect_repeat(",'value':250,'subject':'two pumps','customer':'bolt','priority':9");
}

/* What decides nothing is no content. */
Test(engine_retold, owner_channel_and_time_of_creation_are_no_content)
{
    tell(",'value':1");
    expect_repeat(",'value':1,'channel':'mail','created_at':1600000000000,'owner':'bob',"
                  "'currency':'EUR'");
}

Test(engine_retold, a_closed_ticket_stays_as_it_is)
{
    tell(",'value':1");
    struct eh_key digest = k.in.digest;
    kit_send(&k, "{'type':'outcome','id':'T1','outcome':'won','value':7}");
    static const char *const told[] = {",'value':1", ",'value':2", ",'skills':['none']",
                                       ",'currency':'NOK'", ",'changed_at':1700000000000"};
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        k.in.recalled = (struct eh_recalled){.known = true, .digest = digest, .input = 3};
        expect_repeat(told[i]);
    }
}

/* Points stay until the next deal. */
Test(engine_retold, another_kind_counts_from_the_next_deal)
{
    tell("");
    cr_expect_eq(kit_ticket(&k, "T1").points, 2);
    kit_send(&k, "{'type':'ticket','id':'T1','team':'sales','kind':'query'}");
    cr_expect(kit_is(kit_ticket(&k, "T1").kind, "query"));
    cr_expect_eq(kit_ticket(&k, "T1").points, 2);
    const char *other = kit_is(kit_ticket(&k, "T1").rep, "ana") ? "bob" : "ana";
    char body[80];
    snprintf(body, sizeof body, "{'id':'T1','rep':'%s','reason':'x'}", other);
    kit_command(&k, EH_MESSAGE_ASSIGN, body);
    cr_expect_eq(kit_ticket(&k, "T1").points, 1);
    kit_desk(&k, "desk: main\ncurrency: EUR\ntime_zone: Europe/Oslo\nkinds: {query: {points: 1}}\n"
                 "reps: [ana, bob, eva]\nteams: [{id: sales, policy: random, reps: [ana, bob]},\n"
                 "{id: care, policy: random, reps: [eva]}]");
    cr_expect_not(k.fx.refused, "no ticket holds the kind order: %s", kit_refused(&k));
}

static void expect_in(const char *team)
{
    cr_expect(kit_is(kit_ticket(&k, "T1").team, team), "%.*s",
              EH_STR_ARG(kit_ticket(&k, "T1").team));
}

Test(engine_retold, another_team_moves_it)
{
    tell(",'owner':'ana'");
    kit_send(&k, "{'type':'ticket','id':'T1','team':'care','kind':'order'}");
    cr_expect_str_eq(kit_effects(&k), "moved T1 was ana moved; assigned T1 eva random");
    expect_in("care");
    expect_repeat(""); /* told before, and nobody says when */
    expect_in("care");
    kit_send(&k, "{'type':'ticket','id':'T1','team':'none','kind':'order'}");
    cr_expect_str_eq(kit_refused(&k), "team: none is not on the desk");
    kit_send(&k, "{'type':'ticket','id':'T1','team':'care','kind':'none'}");
    cr_expect_str_eq(kit_refused(&k), "kind: none is not on the desk");
    tell(",'currency':'NOK','value':3");
    cr_expect_str_eq(kit_refused(&k), "currency: NOK, but the desk counts in EUR");
    expect_in("care");
}

static uint64_t received(const char *team, const char *rep)
{
    struct eh_member_view view = {0};
    eh_engine_member_of(k.e, eh_str(team), eh_str(rep), &view);
    return view.received;
}

Test(engine_retold, who_had_it_keeps_the_receipt_when_it_is_moved)
{
    tell(",'owner':'ana','value':700");
    kit_send(&k, "{'type':'ticket','id':'T1','team':'care','kind':'order','value':700}");
    cr_expect_eq(k.fx.done.deed, EH_DEED_MOVE);
    cr_expect(kit_is(k.fx.done.rep, "ana"));
    cr_expect(kit_is(k.fx.done.team, "sales"));
    cr_expect_eq(k.fx.done.value, 700);
    cr_expect_eq(received("sales", "ana"), 1);
    cr_expect_eq(received("care", "eva"), 1);
}

Test(engine_retold, a_move_of_what_waits_is_nobodys)
{
    kit_send(&k, "{'type':'signal','rep':'ana','status':'away'}");
    kit_send(&k, "{'type':'signal','rep':'bob','status':'away'}");
    tell("");
    kit_send(&k, "{'type':'ticket','id':'T1','team':'care','kind':'order'}");
    cr_expect_eq(k.fx.done.deed, EH_DEED_NONE);
    cr_expect_eq(received("sales", "ana") + received("sales", "bob"), 0);
}

/* The helpdesk does not know of it, and tells the old team again and again. */
Test(engine_retold, what_a_manager_moved_is_not_moved_back)
{
    tell(",'value':1");
    kit_command(&k, EH_MESSAGE_MOVE, "{'id':'T1','team':'care','reason':'x'}");
    expect_repeat(",'value':1");
    expect_repeat(",'value':1,'channel':'mail'");
    expect_in("care");
    kit_restart(&k);
    expect_update(",'value':2");
    cr_expect_not(says(EH_FIELD_TEAM));
    expect_in("care");
    kit_send(&k, "{'type':'ticket','id':'T1','team':'care','kind':'order','value':2}");
    expect_in("care");
    expect_update(",'value':3");
    expect_in("sales");
}

/* An update tells a part: the whole that was told before stays known. */
Test(engine_retold, behind_an_update_the_first_content_is_a_repeat)
{
    tell(",'value':1");
    kit_send(&k, "{'type':'update','id':'T1','value':5,'priority':7}");
    expect_repeat(",'value':1,'channel':'mail'");
    cr_expect_eq(kit_ticket(&k, "T1").value, 5);
    expect_update(",'value':5,'priority':7");
    expect_repeat(",'value':5,'priority':7");
}

static const char *value_of(int value)
{
    static char text[40];
    snprintf(text, sizeof text, ",'value':%d,'channel':'mail'", value);
    return text;
}

Test(engine_retold, of_eight_contents_each_is_a_repeat_and_the_ninth_back_is_none)
{
    tell(",'value':1");
    for (int value = 2; value <= EH_CONTENTS_MAX; value++)
        expect_update(value_of(value));
    for (int value = 1; value <= EH_CONTENTS_MAX; value++)
        expect_repeat(value_of(value));
    kit_restart(&k);
    expect_update(value_of(EH_CONTENTS_MAX + 1));
    expect_repeat(value_of(2));
    expect_update(value_of(1)); /* forgotten */
    cr_expect_eq(kit_ticket(&k, "T1").value, 1);
}

/* The words that brought it, told anew, are a content like any other; their entry is known. */
Test(engine_retold, the_first_words_are_forgotten_as_others_are)
{
    tell(",'value':1,'customer':'acme'");
    struct eh_input first = k.in;
    expect_repeat(",'value':1,'customer':'acme'");
    for (int value = 2; value <= EH_CONTENTS_MAX; value++)
        expect_update(value_of(value));
    expect_repeat(",'value':1,'customer':'acme'");
    expect_update(value_of(EH_CONTENTS_MAX + 1));
    kit_restart(&k);
    cr_expect(eh_engine_is_repeat(k.e, &first), "the entry comes once more");
    expect_update(",'value':1,'customer':'acme'");
    cr_expect_eq(kit_ticket(&k, "T1").value, 1);
    expect_repeat(",'value':1,'customer':'acme'");
    expect_update(value_of(2));
}

#define AT(s) ",'changed_at':16000000" s "000"

Test(engine_retold, by_changed_at_the_newest_holds)
{
    tell(",'value':1" AT("10"));
    expect_update(",'value':3" AT("30"));
    tell(",'value':2" AT("20"));
    cr_expect(k.repeat && eh_engine_retold(k.e, &k.in) == EH_RETOLD_OLDER);
    expect_repeat(",'value':3,'channel':'x'" AT("30"));
    expect_update(",'value':1" AT("40")); /* back to what it was */
    cr_expect_eq(kit_ticket(&k, "T1").value, 1);
    expect_update(",'value':1" AT("50")); /* the same, later: what is older is known so */
    cr_expect_not(says(EH_FIELD_VALUE));
    expect_repeat(",'value':7" AT("45"));
    expect_update(",'value':9" AT("50")); /* within one second */
    expect_repeat(",'value':1,'channel':'x'" AT("50"));
    cr_expect_eq(kit_ticket(&k, "T1").value, 9);
}

/* A clock that is ahead does not make an update of each sweep. */
Test(engine_retold, a_time_ahead_is_a_repeat_where_nothing_else_differs)
{
    tell(",'value':1");
    expect_repeat(",'value':1,'changed_at':4000000000000");
    expect_update(",'value':2,'changed_at':4000000000000");
    kit_pass(&k, 60);
    expect_repeat(",'value':2,'changed_at':4000000000000");
}

Test(engine_retold, a_reopened_ticket_remembers)
{
    static char image[4096];
    tell(",'value':1");
    expect_update(",'value':2");
    kit_send(&k, "{'type':'outcome','id':'T1','outcome':'lost'}");
    size_t size = k.fx.image.size;
    memcpy(image, k.fx.image.data, size);
    k.in.recalled =
        (struct eh_recalled){.ticket_known = true, .ticket_image = eh_str_n(image, size)};
    kit_send(&k, "{'type':'outcome','id':'T1','outcome':'reopened'}");
    expect_repeat(",'value':1,'channel':'x'");
    expect_repeat(",'value':2");
    expect_update(",'value':3");
}

Test(engine_retold, a_waiting_ticket_queues_anew)
{
    tell(",'skills':['klingon']");
    cr_expect(kit_is(kit_ticket(&k, "T1").waiting_why, "skill"));
    expect_update(",'skills':['fr']");
    cr_expect_str_eq(kit_effects(&k), "assigned T1 bob random");
    kit_send(&k, "{'type':'ticket','id':'T2','team':'sales','kind':'order','skills':['klingon']}");
    kit_send(&k, "{'type':'ticket','id':'T2','team':'care','kind':'query','priority':8,"
                 "'customer':'acme'}");
    cr_expect_str_eq(kit_effects(&k), "moved T2 moved; assigned T2 eva random");
}

/* Under earlier rules the first content stands. */
Test(engine_retold, an_older_log_is_decided_as_it_was)
{
    kit_done(&k);
    kit_start_under(&k, EH_RULES_OWNERS, DESK);
    tell(",'value':1");
    tell(",'value':2");
    cr_expect(!k.repeat && k.fx.refused);
    cr_expect_eq(k.in.message.type, EH_MESSAGE_TICKET);
    kit_send(&k, "{'type':'update','id':'T1','value':5}");
    struct eh_message rules = {
        .type = EH_MESSAGE_RULES, .has = EH_FIELD_BIT(EH_FIELD_RULES), .rules = EH_RULES_RETOLD};
    cr_assert_eq(kit_step(&k, rules, EH_ORIGIN_SHELL), 0);
    expect_update(",'value':3");
    expect_repeat(",'value':1,'channel':'x'");
    expect_repeat(",'value':3");
}

/* engine_desk: a desk file takes effect, or is refused whole; days move members in and out. */
#include <criterion/criterion.h>

#include "engine_kit.h"

#define HEAD "desk: main\ncurrency: EUR\ntime_zone: Europe/Oslo\n"

static struct kit k;

static const char *const desk_first = HEAD "kinds: {order: {points: 2}, query: {points: 1}}\n"
                                           "reps: [{id: ana}, {id: bob, user: bo}]\n"
                                           "teams: [{id: sales, reps: [ana, bob], policy: random},"
                                           " {id: care, reps: [bob], policy: random}]\n";

static void start(void)
{
    kit_start(&k, desk_first);
}

static void stop(void)
{
    cr_assert(kit_sound(&k));
    kit_done(&k);
}

TestSuite(engine_desk, .init = start, .fini = stop);

static void apply(const char *yaml)
{
    kit_desk(&k, yaml);
    cr_assert_eq(k.result, 0);
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
}

static void refused(const char *yaml, int code, const char *reason)
{
    struct eh_key before = eh_engine_digest(k.e);
    kit_desk(&k, yaml);
    cr_assert_str_eq(kit_refused(&k), reason);
    cr_assert_eq(k.fx.refused_code, code);
    cr_assert_eq(k.fx.count, 0); /* what the shell asks for is answered, not published */
    cr_assert_not(eh_key_equal(before, eh_engine_digest(k.e)));
}

Test(engine_desk, before_the_first)
{
    stop();
    kit_open(&k, EH_RULES_LAST);
    kit_send(&k, "{'type':'ticket','id':'T1','team':'sales','kind':'order'}");
    cr_assert_str_eq(kit_refused(&k), "no desk file has been applied yet");
    kit_send(&k, "{'type':'signal','rep':'ana','status':'away'}");
    cr_assert(k.fx.refused);
    kit_send(&k, "{'type':'metric','team':'sales','metric':'nps','period':'2026-03','value':4}");
    cr_assert(k.fx.refused);
    cr_assert_null(eh_engine_desk(k.e));
}

Test(engine_desk, equal_text)
{
    struct eh_totals before, after;
    const struct eh_desk *desk = eh_engine_desk(k.e);
    eh_engine_totals(k.e, &before);
    apply(desk_first);
    eh_engine_totals(k.e, &after);
    cr_assert_eq(desk, eh_engine_desk(k.e));
    cr_assert_eq(after.input, before.input + 1);
    cr_assert(kit_is(after.desk_text, desk_first));
}

/* The file goes through the engine as its bringer read it. */
static void apply_parsed(struct eh_parsed_desk *file, struct eh_str text)
{
    struct eh_message m = {.type = EH_MESSAGE_DESK, .has = EH_FIELD_BIT(EH_FIELD_TEXT)};
    m.text = text;
    k.parsed_desk = file;
    cr_assert_eq(kit_step(&k, m, EH_ORIGIN_SHELL), 0);
    k.parsed_desk = NULL;
}

/* After a COMMIT that was lost, another engine decides on the file of the same command. */
Test(engine_desk, parsed_once)
{
    struct eh_error error = {0};
    struct eh_parsed_desk *file;
    stop();
    kit_open(&k, EH_RULES_LAST);
    kit_day(&k, KIT_TODAY);
    cr_assert_eq(eh_parsed_desk_new(eh_str(desk_first), EH_DESK_WRITTEN_NOW, &file, &error), 0);
    apply_parsed(file, file->text);
    cr_assert_eq(eh_engine_desk(k.e), file->desk);
    cr_assert_eq(file->holders, 2);
    kit_done(&k);
    cr_assert_eq(file->holders, 1);
    kit_open(&k, EH_RULES_LAST);
    kit_day(&k, KIT_TODAY);
    apply_parsed(file, file->text);
    eh_parsed_desk_drop(file); /* the engine's stays */
    struct eh_key parsed = eh_engine_digest(k.e);
    kit_done(&k);
    start();
    cr_assert(eh_key_equal(parsed, eh_engine_digest(k.e))); /* as the log's text is decided */
}

Test(engine_desk, parsed_but_not_taken)
{
    struct eh_error error = {0};
    struct eh_parsed_desk *file;
    cr_assert_eq(eh_parsed_desk_new(eh_str(HEAD "kinds: {order: {points: 1}}\nreps: [ana]\n"
                                                "teams: [{id: sales, reps: [ana]}]\n"),
                                    EH_DESK_WRITTEN_NOW, &file, &error),
                 0);
    apply_parsed(file, eh_str(desk_first)); /* equal text */
    cr_assert_eq(file->holders, 1);
    apply_parsed(file, eh_str(HEAD "kinds: {order: {points: 3}}\nreps: [ana]\n"
                                   "teams: [{id: sales, reps: [ana]}]\n")); /* of another text */
    cr_assert_eq(file->holders, 1);
    cr_assert_eq(eh_engine_desk(k.e)->kinds[0].points, 3);
    kit_send(&k, "{'type':'ticket','id':'T1','team':'sales','kind':'order'}");
    file->desk->team_count = 0; /* now refused: the team holds a ticket */
    apply_parsed(file, file->text);
    cr_assert(k.fx.refused);
    cr_assert_eq(file->holders, 1);
    eh_parsed_desk_drop(file);
    eh_parsed_desk_drop(NULL);
    cr_assert_lt(eh_parsed_desk_new(eh_str("desk: ["), EH_DESK_WRITTEN_NOW, &file, &error), 0);
}

Test(engine_desk, unreadable)
{
    refused("desk: main\ncurrency: EUR\ntime_zone: Europe/Oslo\nsurprise: 1\n", EH_EINVAL,
            kit_desk(&k, "desk: main\ncurrency: EUR\ntime_zone: Europe/Oslo\nsurprise: 1\n") == 0
                ? eh_arena_str(&k.arena, k.fx.reason).data
                : "");
}

Test(engine_desk, what_stays)
{
    refused("desk: other\ncurrency: EUR\ntime_zone: Europe/Oslo\n", EH_ECONFLICT,
            "desk: it is main and cannot become other");
    refused("desk: main\ncurrency: NOK\ntime_zone: Europe/Oslo\n", EH_ECONFLICT,
            "currency: it is EUR and cannot become NOK");
}

Test(engine_desk, holders)
{
    kit_send(&k, "{'type':'signal','rep':'bob','status':'away'}");
    for (int i = 1; i <= 4; i++)
        kit_sendf(&k, "{'type':'ticket','id':'T%d','team':'sales','kind':'order'}", i);
    kit_send(&k, "{'type':'ticket','id':'C1','team':'care','kind':'query'}");
    cr_assert_str_eq(kit_effects(&k), "waiting C1 nobody");
    refused(HEAD "kinds: {order: {points: 2}, query: {points: 1}}\nreps: [{id: bob}]\n"
                 "teams: [{id: sales, reps: [bob], policy: random, leavers_work: keep},"
                 " {id: care, reps: [bob], policy: random}]\n",
            EH_ECONFLICT,
            "reps: ana still holds 4 open tickets (default/T1, default/T2, default/T3, …); "
            "release them first, or let leavers_work deal them");
    refused(HEAD "kinds: {order: {points: 2}, query: {points: 1}}\nreps: [{id: ana}, {id: bob}]\n"
                 "teams: [{id: sales, reps: [ana, bob], policy: random}]\n",
            EH_ECONFLICT, "teams: care still holds 1 open ticket (default/C1)");
    refused(HEAD "kinds: {order: {points: 2}}\nreps: [{id: ana}, {id: bob}]\n"
                 "teams: [{id: sales, reps: [ana, bob], policy: random},"
                 " {id: care, reps: [bob], policy: random}]\n",
            EH_ECONFLICT, "kinds: query still holds 1 open ticket (default/C1)");
}

/* Out of the team but still on the desk: what he holds stays his, and nothing new comes. */
Test(engine_desk, leaves_team)
{
    kit_send(&k, "{'type':'signal','rep':'bob','status':'away'}");
    kit_send(&k, "{'type':'ticket','id':'T1','team':'sales','kind':'order'}");
    apply(HEAD "kinds: {order: {points: 3}}\nreps: [{id: ana}, {id: bob}, {id: eva}]\n"
               "teams: [{id: sales, reps: [bob, eva], policy: random}]\n");
    cr_assert_eq(kit_rep(&k, "ana").open, 1);
    cr_assert_eq(kit_rep(&k, "ana").points, 2);
    cr_assert_not(kit_rep(&k, "ana").member);
    cr_assert_eq(kit_rep(&k, "bob").state, EH_STATUS_AWAY);
    kit_send(&k, "{'type':'ticket','id':'T2','team':'sales','kind':'order'}");
    cr_assert_str_eq(kit_effects(&k), "assigned T2 eva random");
    cr_assert_eq(kit_ticket(&k, "T2").points, 3);
    kit_send(&k, "{'type':'outcome','id':'T1','outcome':'won'}");
    cr_assert_str_eq(kit_effects(&k), "closed T1 ana");
    cr_assert_eq(kit_rep(&k, "ana").points, 0);
}

/* Waiting tickets are dealt as soon as the file brings somebody. */
Test(engine_desk, brings_somebody)
{
    kit_send(&k, "{'type':'signal','rep':'ana','status':'away'}");
    kit_send(&k, "{'type':'signal','rep':'bob','status':'away'}");
    kit_send(&k, "{'type':'ticket','id':'T1','team':'sales','kind':'order','skills':['sv']}");
    kit_send(&k, "{'type':'ticket','id':'T2','team':'sales','kind':'order'}");
    apply(HEAD
          "kinds: {order: {points: 2}}\nreps: [{id: ana}, {id: bob}, {id: eva, skills: [sv]}]\n"
          "teams: [{id: sales, reps: [ana, bob, eva], policy: random}]\n");
    cr_assert_str_eq(kit_effects(&k), "assigned T1 eva random; assigned T2 eva random");
}

Test(engine_desk, days)
{
    apply(HEAD "kinds: {order: {points: 2}}\nreps: [{id: ana}]\n"
               "teams: [{id: sales, policy: random, reps: [{id: ana, from: 2024-10-06, until: "
               "2024-10-07}, {id: ana, from: 2024-10-09}]}]\n");
    struct eh_totals totals;
    eh_engine_totals(k.e, &totals);
    cr_assert_eq(totals.epoch, 0);
    static const bool active[] = {false, false, true, true, false, true, true};
    for (int day = 0; day < 7; day++) {
        if (day)
            kit_day(&k, KIT_TODAY + day);
        struct eh_member_view member;
        cr_assert(eh_engine_member(k.e, eh_str("sales"), 0, &member));
        cr_assert_eq(member.active, active[day], "day %d", day);
        cr_assert_eq(kit_rep(&k, "ana").member, active[day]);
        if (day == 1) {
            kit_send(&k, "{'type':'ticket','id':'T1','team':'sales','kind':'order'}");
            cr_assert_str_eq(kit_effects(&k), "waiting T1 nobody");
        }
        if (day == 2)
            cr_assert_str_eq(kit_effects(&k), "assigned T1 ana random");
        eh_engine_totals(k.e, &totals);
        cr_assert_eq(totals.epoch, (uint32_t)day);
        cr_assert_eq(totals.date, KIT_TODAY + day);
    }
    struct eh_team_view team;
    cr_assert(eh_engine_team(k.e, eh_str("sales"), &team));
    cr_assert_eq(team.member_count, 1);
    cr_assert_eq(team.open, 1);
}

Test(engine_desk, gone_team_and_back)
{
    kit_send(&k, "{'type':'ticket','id':'T1','team':'care','kind':'order','value':5}");
    kit_send(&k, "{'type':'outcome','id':'T1','outcome':'won'}");
    apply(HEAD "kinds: {order: {points: 2}}\nreps: [{id: bob}]\n"
               "teams: [{id: sales, reps: [bob], policy: random}]\n");
    struct eh_team_view team;
    struct eh_rep_view rep;
    cr_assert_not(eh_engine_team(k.e, eh_str("care"), &team));
    cr_assert_not(eh_engine_rep(k.e, eh_str("ana"), &rep));
    apply(desk_first);
    struct eh_member_view member;
    cr_assert(eh_engine_member(k.e, eh_str("care"), 0, &member));
    cr_assert_eq(member.received, 1); /* what he was given, ever */
    cr_assert_eq(member.received_value, 5);
    cr_assert(kit_is(kit_rep(&k, "bob").user, "bo"));
    cr_assert_eq(kit_rep(&k, "bob").team_count, 2);
}

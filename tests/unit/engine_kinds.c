/* engine_kinds: how many open tickets of a kind a team lets a rep have. */
#include <criterion/criterion.h>

#include "engine_kit.h"

#define HEAD                                                                                       \
    "desk: main\ncurrency: EUR\ntime_zone: UTC\n"                                                  \
    "kinds: {order: {points: 2}, query: {points: 1}, quote: {points: 2}}\n"
#define REPS "reps: [{id: ana, skills: [tax]}, {id: bob, skills: [tax]}, {id: eva, share: 0.5}]\n"
#define TWO                                                                                        \
    HEAD REPS "teams: [{id: sales, policy: rotation, kinds: {order: {open: 2}}, reps: [ana, bob]}" \
              "]\n"
#define FREE HEAD REPS "teams: [{id: sales, policy: rotation, reps: [ana, bob]}]\n"

static struct kit k;

static void stop(void)
{
    kit_done(&k);
}

TestSuite(engine_kinds, .fini = stop);

static void ticket(const char *id, const char *kind, const char *more)
{
    kit_sendf(&k, "{'type':'ticket','id':'%s','team':'sales','kind':'%s'%s}", id, kind, more);
}

static void check(void)
{
    cr_assert(kit_sound(&k));
    cr_assert(eh_ledger_check(k.e));
    eh_engine_free(kit_restored(k.e));
}

static void expect(const char *effects)
{
    cr_assert_str_eq(kit_effects(&k), effects);
    check();
}

static struct eh_member_view member(const char *rep)
{
    struct eh_member_view view;
    cr_assert(eh_engine_member_of(k.e, eh_str("sales"), eh_str(rep), &view));
    return view;
}

static struct eh_kind_view order_of(const char *rep)
{
    struct eh_kind_view views[EH_DESK_KINDS_MAX];
    cr_assert_eq(eh_engine_kinds(k.e, eh_str("sales"), eh_str(rep), views), 1);
    cr_assert(kit_is(views[0].kind, "order"));
    return views[0];
}

/* Who is full for orders gets no order, and is entitled to none; queries reach them as before. */
Test(engine_kinds, full_for_that_kind_alone)
{
    kit_start(&k, TWO);
    ticket("O1", "order", ",'owner':'ana'");
    ticket("O2", "order", ",'owner':'ana'");
    check();
    cr_assert_eq(order_of("ana").open, 2);
    cr_assert_eq(order_of("ana").most, 2);
    cr_assert(order_of("ana").full);
    cr_assert_not(order_of("bob").full);
    cr_assert_not(member("ana").full);
    int64_t before = member("ana").entitled_nano;
    ticket("O3", "order", "");
    expect("assigned O3 bob rotation");
    cr_assert_eq(member("ana").entitled_nano, before);
    ticket("Q1", "query", "");
    check();
    cr_assert_gt(member("ana").entitled_nano, before);
    ticket("O4", "order", "");
    expect("assigned O4 bob rotation");
    ticket("O5", "order", "");
    expect("waiting O5 full");
    ticket("Q2", "query", "");
    cr_assert_eq(k.fx.count, 1);
    kit_send(&k, "{'type':'outcome','id':'O1','outcome':'resolved'}");
    expect("closed O1 ana; assigned O5 ana rotation");
}

/* By share, as capacity: the last ticket may pass it. */
Test(engine_kinds, by_share)
{
    kit_start(&k, HEAD REPS "teams: [{id: sales, kinds: {order: {open: 3}}, reps: [eva]}]\n");
    ticket("O1", "order", "");
    ticket("O2", "order", "");
    expect("assigned O2 eva balanced");
    ticket("O3", "order", "");
    expect("waiting O3 full");
}

/* What managers give and what comes with an owner may pass it, and counts. */
Test(engine_kinds, others_may_pass_it)
{
    kit_start(&k, TWO);
    ticket("O1", "order", ",'owner':'ana'");
    ticket("O2", "order", ",'owner':'ana'");
    ticket("O3", "order", ",'owner':'ana'");
    expect("assigned O3 ana owner");
    cr_assert_eq(order_of("ana").open, 3);
    ticket("O4", "order", "");
    kit_command(&k, EH_MESSAGE_ASSIGN, "{'id':'O4','rep':'ana','reason':'r'}");
    check();
    cr_assert_eq(order_of("ana").open, 4);
    kit_send(&k, "{'type':'outcome','id':'O4','outcome':'resolved'}");
    kit_send(&k, "{'type':'outcome','id':'O3','outcome':'resolved'}");
    kit_send(&k, "{'type':'outcome','id':'O2','outcome':'resolved'}");
    check();
    cr_assert_not(order_of("ana").full);
    kit_restart(&k);
    cr_assert_not(order_of("ana").full);
    ticket("O5", "order", ",'owner':'ana'");
    cr_assert(order_of("ana").full);
}

/* An open ticket becomes an order, or ceases to be one. */
Test(engine_kinds, another_kind)
{
    kit_start(&k, TWO);
    ticket("Q1", "query", ",'owner':'ana','subject':'one'");
    ticket("Q2", "query", ",'owner':'ana','subject':'two'");
    ticket("Q1", "order", ",'subject':'one'");
    check();
    cr_assert_eq(order_of("ana").open, 1);
    ticket("Q2", "order", ",'subject':'two'");
    check();
    cr_assert(order_of("ana").full);
    kit_send(&k, "{'type':'signal','rep':'bob','status':'away'}");
    ticket("O1", "order", "");
    expect("waiting O1 full");
    ticket("Q1", "quote", ",'subject':'one'");
    check();
    cr_assert(kit_ticket(&k, "O1").state == EH_TICKET_ASSIGNED);
    ticket("O2", "order", ",'subject':'x'");
    cr_assert(kit_ticket(&k, "O2").state == EH_TICKET_WAITING);
    ticket("O2", "query", ",'subject':'x'"); /* a waiting one that may go to ana now */
    check();
    cr_assert(kit_ticket(&k, "O2").state == EH_TICKET_ASSIGNED);
}

/* A desk file limits a kind whose tickets wait and are open already; another one frees it. */
Test(engine_kinds, a_new_desk)
{
    kit_start(&k, FREE);
    for (int i = 1; i <= 6; i++)
        kit_sendf(&k, "{'type':'ticket','id':'O%d','team':'sales','kind':'order'}", i);
    kit_send(&k, "{'type':'signal','rep':'bob','status':'away'}");
    kit_send(&k, "{'type':'signal','rep':'ana','status':'away'}");
    ticket("O7", "order", "");
    ticket("Q7", "query", "");
    expect("waiting Q7 nobody");
    kit_desk(&k, TWO);
    check();
    cr_assert(order_of("ana").full && order_of("ana").open == 3);
    kit_send(&k, "{'type':'signal','rep':'ana','status':'available'}");
    expect("assigned Q7 ana rotation");
    kit_restart(&k);
    kit_desk(&k, FREE);
    expect("assigned O7 ana rotation");
    struct eh_kind_view views[EH_DESK_KINDS_MAX];
    cr_assert_eq(eh_engine_kinds(k.e, eh_str("sales"), eh_str("ana"), views), 0);
    kit_desk(&k, TWO);
    check();
    cr_assert_eq(order_of("ana").open, 4);
}

static void skilled(const char *kind, int from, int count)
{
    for (int i = from; i < from + count; i++)
        kit_sendf(&k, "{'type':'ticket','id':'%c%d','team':'sales','kind':'%s','skills':['s%d']}",
                  kind[0], i, kind, i);
}

/* Skills times kinds: at most so many sets. */
Test(engine_kinds, as_many_sets_as_there_may_be)
{
    kit_start(&k, TWO);
    skilled("query", 0, EH_SKILL_SETS_MAX / 2);
    skilled("order", 0, EH_SKILL_SETS_MAX / 2);
    check();
    ticket("O", "order", "");
    cr_assert_str_eq(kit_refused(&k), "skills: open tickets of team sales require 64 different "
                                      "sets of skills already");
    ticket("q0", "order", ",'skills':['s0']"); /* the same skills, and a set that is there */
    check();
    ticket("O", "order", ",'skills':['s0']");
    expect("waiting O skill");
}

Test(engine_kinds, a_desk_with_too_many_sets)
{
    kit_start(&k, FREE);
    skilled("query", 0, EH_SKILL_SETS_MAX);
    skilled("order", 0, 1);
    check();
    kit_desk(&k, TWO);
    cr_assert_str_eq(kit_refused(&k), "kinds: open tickets of team sales would require more than "
                                      "64 different sets of skills and limited kinds");
    kit_send(&k, "{'type':'outcome','id':'q9','outcome':'resolved'}");
    kit_desk(&k, TWO);
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
    check();
    kit_desk(&k, FREE);
    check();
    /* all of them change at once */
    kit_desk(&k, HEAD REPS "teams: [{id: sales, policy: rotation, kinds: {order: {open: 1}, query: "
                           "{open: 1}}, reps: [ana, bob]}]\n");
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
    check();
}

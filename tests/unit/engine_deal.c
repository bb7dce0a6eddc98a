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

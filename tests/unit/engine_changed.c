/* engine_changed: updates come in any order; `changed_at` says which is the newest. */
#include <criterion/criterion.h>

#include "engine_kit.h"

static struct kit k;

static void start(void)
{
    kit_start(&k, "desk: main\n"
                  "currency: EUR\n"
                  "time_zone: Europe/Oslo\n"
                  "reps: [{id: ana}]\n"
                  "teams: [{id: sales, reps: [ana]}]\n");
}

static void stop(void)
{
    cr_assert(kit_sound(&k));
    kit_done(&k);
}

TestSuite(engine_changed, .init = start, .fini = stop);

/* What a helpdesk says of a ticket counts in the order it changed it, not in that of arrival. */
static void assert_stands(int64_t value, int priority)
{
    struct eh_ticket_view t;
    cr_assert(eh_engine_ticket(k.e, eh_str("default"), eh_str("T1"), &t));
    cr_expect_eq(t.value, value);
    cr_expect_eq(t.priority, priority);
}

Test(engine_changed, an_older_change_does_nothing)
{
    static const int orders[6][3] = {{1, 2, 3}, {1, 3, 2}, {2, 1, 3},
                                     {2, 3, 1}, {3, 1, 2}, {3, 2, 1}};
    for (size_t o = 0; o < 6; o++) {
        kit_send(&k, "{'type':'ticket','id':'T1','team':'sales','kind':'order',"
                     "'changed_at':1600000000000}");
        int newest = 0;
        for (size_t i = 0; i < 3; i++) {
            int n = orders[o][i];
            kit_sendf(&k,
                      "{'type':'update','id':'T1','value':%d,'priority':%d,"
                      "'changed_at':160000000%d000}",
                      n, n, n);
            cr_assert_not(k.fx.refused);
            cr_expect_eq(k.fx.older, n < newest);
            newest = n > newest ? n : newest;
        }
        assert_stands(3, 3);
        kit_send(&k, "{'type':'update','id':'T1','value':9}"); /* says nothing of when */
        assert_stands(9, 3);
        kit_done(&k);
        start();
    }
}

/* A ticket told once more as it was before: a repeat, not a conflict. */
Test(engine_changed, an_older_ticket_is_a_repeat)
{
    kit_send(&k, "{'type':'ticket','id':'T1','team':'sales','kind':'order','value':7,"
                 "'changed_at':1600000002000}");
    struct eh_input in = {.origin = EH_ORIGIN_STREAM};
    in.message = kit_message(&k, "{'type':'ticket','id':'T1','team':'sales','kind':'order',"
                                 "'value':6,'changed_at':1600000001000}");
    eh_input_identify(&in);
    cr_assert(eh_engine_is_repeat(k.e, &in) && eh_engine_is_older(k.e, &in));
    in.message.changed_at_ms = 1600000003000;
    eh_input_identify(&in);
    cr_assert_not(eh_engine_is_repeat(k.e, &in));
}

/* Out of memory it is known from the image. */
Test(engine_changed, of_a_closed_ticket_as_well)
{
    static char image[4096];
    kit_send(&k, "{'type':'ticket','id':'T1','team':'sales','kind':'order',"
                 "'changed_at':1600000002000}");
    kit_send(&k, "{'type':'outcome','id':'T1','outcome':'lost'}");
    size_t size = k.fx.image.size;
    memcpy(image, k.fx.image.data, size);
    k.in.recalled =
        (struct eh_recalled){.ticket_known = true, .ticket_image = eh_str_n(image, size)};
    kit_send(&k, "{'type':'update','id':'T1','value':1,'changed_at':1600000001000}");
    cr_assert(k.fx.older && !k.fx.refused);
    k.in.recalled =
        (struct eh_recalled){.ticket_known = true, .ticket_image = eh_str_n(image, size)};
    kit_send(&k, "{'type':'update','id':'T1','value':1,'changed_at':1600000003000}");
    cr_assert(k.fx.refused);
}

Test(engine_changed, a_time_ahead_is_now_and_a_snapshot_keeps_it)
{
    kit_send(&k, "{'type':'ticket','id':'T1','team':'sales','kind':'order'}");
    kit_send(&k, "{'type':'update','id':'T1','value':1,'changed_at':4000000000000}");
    kit_pass(&k, 10);
    kit_send(&k, "{'type':'update','id':'T1','value':2,'changed_at':4000000000000}");
    assert_stands(2, 5);
    kit_restart(&k);
    kit_send(&k, "{'type':'update','id':'T1','value':3,'changed_at':1600000000000}");
    cr_assert(k.fx.older);
    assert_stands(2, 5);
}

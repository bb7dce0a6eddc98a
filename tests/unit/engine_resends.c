/* engine_resends: a ticket that was cancelled and comes again under another id is marked. */
#include <criterion/criterion.h>

#include "../../lib/engine/resends.h"
#include "../../lib/engine/state.h"
#include "engine_kit.h"

#define DESK(within)                                                                               \
    "desk: main\ncurrency: EUR\ntime_zone: Europe/Oslo\n" within                                   \
    "kinds: {order: {points: 2}}\nreps: [ana, bob, eva]\n"                                         \
    "teams: [{id: sales, policy: random, reps: [ana, bob]},"                                       \
    " {id: care, policy: random, reps: [eva]}]\n"

static struct kit k;

static void start(void)
{
    kit_start(&k, DESK(""));
}

static void stop(void)
{
    cr_expect(kit_sound(&k));
    kit_done(&k);
}

TestSuite(engine_resends, .init = start, .fini = stop);

static void ticket(const char *id, const char *more)
{
    kit_sendf(&k, "{'type':'ticket','id':'%s','team':'sales','kind':'order'%s}", id, more);
    cr_assert_eq(k.result, 0, "%s", kit_refused(&k));
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
}

static void cancel(const char *id)
{
    kit_sendf(&k, "{'type':'outcome','id':'%s','outcome':'cancelled'}", id);
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
}

#define SAME ",'customer':'acme','subject':'a pump','value':900"

/* That the last ticket is the one that was cancelled under this id; NULL: that it is none. */
static void expect_resent(const char *of)
{
    struct eh_ticket_view view;
    cr_assert(eh_engine_ticket(k.e, k.in.message.source, k.in.message.id, &view));
    cr_expect(eh_str_equal(view.resent_of, eh_str(of ? of : "")), "%.*s is that of %.*s",
              EH_STR_ARG(view.resent_of), EH_STR_ARG(view.id));
    cr_expect_eq(kit_item(&k, 0)->type, of ? EH_NOTICE_RESENT : EH_NOTICE_ASSIGNED);
    if (of)
        cr_expect(kit_is(kit_item(&k, 0)->why, of));
}

Test(engine_resends, under_another_id_it_is_told)
{
    ticket("A1", SAME);
    expect_resent(NULL);
    cancel("A1");
    kit_restart(&k);
    ticket("A2", SAME);
    expect_resent("A1");
    kit_restart(&k);
    expect_resent("A1");
    ticket("A3", SAME); /* a cancelled one comes again once */
    expect_resent(NULL);
    cancel("A2");
    ticket("A4", SAME);
    expect_resent("A2");
}

Test(engine_resends, also_by_what_the_first_message_said)
{
    ticket("A1", SAME);
    kit_send(&k, "{'type':'update','id':'A1','value':5}");
    cancel("A1");
    ticket("A2", ",'customer':'acme','subject':'a pump','value':5");
    expect_resent(NULL);
    ticket("A3", SAME);
    expect_resent("A1");
}

Test(engine_resends, what_is_otherwise_is_another_one)
{
    static const char *const others[] = {
        ",'customer':'acme','subject':'a pump','value':901",
        ",'customer':'acme','subject':'two pumps','value':900",
        ",'customer':'apex','subject':'a pump','value':900",
        ",'subject':'a pump','value':900",
        ",'customer':'acme','value':900",
        ",'source':'web','customer':'acme','subject':'a pump','value':900",
    };
    ticket("A1", SAME);
    cancel("A1");
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        char id[8];
        snprintf(id, sizeof id, "B%zu", i);
        ticket(id, others[i]);
        expect_resent(NULL);
    }
    ticket("A2", SAME);
    expect_resent("A1");
}

Test(engine_resends, without_customer_and_subject_by_its_value)
{
    ticket("A1", ",'value':900");
    cancel("A1");
    ticket("A2", ",'value':900");
    expect_resent("A1");
    ticket("B1", "");
    cancel("B1");
    ticket("B2", "");
    expect_resent(NULL);
}

Test(engine_resends, within_the_time_that_the_desk_says)
{
    ticket("A1", SAME);
    cancel("A1");
    kit_pass(&k, 86400);
    ticket("A2", SAME);
    expect_resent(NULL);
    kit_desk(&k, DESK("resend_within: 2h\n"));
    cancel("A2");
    kit_pass(&k, 7199);
    ticket("A3", SAME);
    expect_resent("A2");
    kit_desk(&k, DESK("resend_within: 0s\n"));
    cancel("A3");
    ticket("A4", SAME);
    expect_resent(NULL);
}

Test(engine_resends, another_end_is_no_cancelling)
{
    ticket("A1", SAME);
    kit_send(&k, "{'type':'outcome','id':'A1','outcome':'lost'}");
    ticket("A2", SAME);
    expect_resent(NULL);
}

/* Its image tells it still, and a move keeps it. */
Test(engine_resends, the_mark_goes_where_the_ticket_goes)
{
    struct eh_ticket_view view;
    struct eh_error error = {0};
    ticket("A1", SAME);
    cancel("A1");
    ticket("A2", SAME);
    kit_command(&k, EH_MESSAGE_MOVE, "{'id':'A2','team':'care','reason':'x'}");
    kit_command(&k, EH_MESSAGE_MOVE, "{'id':'A2','team':'sales','reason':'x'}");
    cr_expect(kit_is(kit_item(&k, 1)->why, "returned"));
    kit_send(&k, "{'type':'update','id':'A2','skills':['de']}");
    cr_expect(kit_is(kit_ticket(&k, "A2").resent_of, "A1"));
    kit_send(&k, "{'type':'outcome','id':'A2','outcome':'won'}");
    cr_assert_eq(eh_ticket_image_view(k.fx.image, &view, &error), 0);
    cr_expect(kit_is(view.resent_of, "A1"));
}

/* One that was cancelled before it came, as the order of the stream may have it. */
Test(engine_resends, cancelled_before_it_came)
{
    cancel("A1");
    ticket("A1", SAME);
    cr_assert_not(kit_holds(&k, "A1"));
    ticket("A2", SAME);
    expect_resent("A1");
}

Test(engine_resends, the_oldest_is_forgotten_beyond_the_most)
{
    ticket("A1", SAME);
    cancel("A1");
    for (uint64_t i = 1; i < EH_CANCELLED_MAX; i++)
        cr_assert_eq(eh_cancelled_add(k.e, UINT64_MAX - i, k.now_us, eh_str("X")), 0);
    ticket("B1", ",'customer':'apex'");
    cancel("B1");
    ticket("A2", SAME);
    expect_resent(NULL);
    ticket("B2", ",'customer':'apex'");
    expect_resent("B1");
}

Test(engine_resends, time_that_is_led_back_leaves_it)
{
    ticket("A1", SAME);
    kit_pass(&k, 10 * 86400);
    cancel("A1");
    kit_pass(&k, -9 * 86400);
    kit_step(&k,
             (struct eh_message){.type = EH_MESSAGE_ACCEPT_TIME,
                                 .reason = eh_str("a dead clock"),
                                 .has = EH_FIELD_BIT(EH_FIELD_REASON)},
             EH_ORIGIN_SHELL);
    cr_assert_eq(k.result, 0, "%s", kit_refused(&k));
    kit_pass(&k, 3600);
    ticket("A2", SAME);
    expect_resent("A1");
}

Test(engine_resends_earlier, nothing_was_marked, .fini = stop)
{
    kit_start_under(&k, EH_RULES_RESENDS - 1, DESK(""));
    ticket("A1", SAME);
    cancel("A1");
    ticket("A2", SAME);
    expect_resent(NULL);
}

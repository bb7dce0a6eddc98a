/* engine_lasts: `affinity: last`: who closed the customer's last ticket gets the next, if they can.
 */
#include <criterion/criterion.h>

#include "../../lib/engine/lasts.h"
#include "../../lib/engine/state.h"
#include "../../lib/engine/ticket.h"
#include "engine_kit.h"

#define HOUR 3600

static struct kit k;
static struct eh_str images[32]; /* of the tickets T0, T1, … */

static void desk(const char *sales)
{
    char yaml[1024];
    snprintf(yaml, sizeof yaml,
             "desk: main\ncurrency: EUR\nkinds: {order: {points: 2}}\n"
             "reps: [{id: ana}, {id: bob}, {id: eva, skills: [de]}, {id: ida}]\n"
             "teams: [{id: sales, reps: [ana, bob, eva, ida], policy: random, %s},\n"
             "        {id: care, reps: [ida], policy: random, affinity: last}]\n",
             sales);
    kit_desk(&k, yaml);
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
}

static void start(void)
{
    kit_open(&k, EH_RULES_LAST);
    kit_day(&k, KIT_TODAY);
    desk("affinity: last, affinity_for: 2h");
}

static void stop(void)
{
    cr_assert(kit_sound(&k));
    kit_restart(&k);
    kit_done(&k);
    for (int i = 0; i < 32; i++)
        free((void *)images[i].data);
}

TestSuite(engine_lasts, .init = start, .fini = stop);

/* T0 and so on, of the customer, each worth something else: none is one that came before. */
static void ticket(int n, const char *more)
{
    kit_sendf(&k,
              "{'type':'ticket','id':'T%d','team':'sales','kind':'order','customer':'kari',"
              "'value':%d%s}",
              n, n + 1, more);
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
}

static void outcome(int n, const char *what)
{
    char id[8];
    snprintf(id, sizeof id, "T%d", n);
    if (!kit_holds(&k, id))
        k.in.recalled = (struct eh_recalled){.ticket_known = true, .ticket_image = images[n]};
    kit_sendf(&k, "{'type':'outcome','id':'%s','outcome':%s}", id, what);
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
    if (!k.fx.image_ticket)
        return;
    char *copy = malloc(k.fx.image.size);
    memcpy(copy, k.fx.image.data, k.fx.image.size);
    free((void *)images[n].data);
    images[n] = eh_str_n(copy, k.fx.image.size);
}

static void closed_by(int n, const char *rep)
{
    char owner[64];
    snprintf(owner, sizeof owner, ",'owner':'%s'", rep);
    ticket(n, owner);
    outcome(n, "'won'");
}

static struct eh_deal_detail detail(void)
{
    struct eh_deal_detail d;
    struct eh_error error = {0};
    cr_assert_eq(eh_deal_detail_view(kit_item(&k, 0)->detail, &d, &error), 0, "%s", error.text);
    return d;
}

/* Whether the next ticket goes to the rep because they closed the last one. */
static bool goes_to(int n, const char *rep)
{
    ticket(n, "");
    bool affinity = kit_is(kit_item(&k, 0)->why, "affinity") && detail().last_ticket != 0;
    if (affinity)
        cr_assert(kit_is(kit_item(&k, 0)->rep, rep));
    return affinity;
}

static uint32_t known(void)
{
    return k.e->lasts.count;
}

Test(engine_lasts, who_closed_it_gets_the_next)
{
    closed_by(0, "bob");
    int64_t closed_us = k.now_us;
    uint64_t number = k.in.no - 1;
    kit_restart(&k);
    kit_pass(&k, HOUR);
    cr_assert(goes_to(1, "bob"));
    cr_expect_eq(detail().last_ticket, number);
    cr_expect_eq(detail().last_closed_us, closed_us);
    /* Whoever has one open comes before, and that is no such deal. */
    ticket(2, ",'owner':'eva'");
    ticket(3, "");
    cr_expect_str_eq(kit_effects(&k), "assigned T3 eva affinity");
    cr_expect_eq(detail().last_ticket, 0);
}

Test(engine_lasts, not_for_ever_and_of_one_team_and_customer)
{
    closed_by(0, "bob");
    kit_pass(&k, 2 * HOUR - 1);
    cr_assert(goes_to(1, "bob"));
    outcome(1, "'cancelled'");
    kit_send(&k, "{'type':'ticket','id':'X','team':'sales','kind':'order','customer':'ola'}");
    cr_expect(kit_is(kit_item(&k, 0)->why, "random"));
    kit_send(&k, "{'type':'ticket','id':'Y','team':'care','kind':'order','customer':'kari'}");
    cr_expect(kit_is(kit_item(&k, 0)->why, "random"));
    kit_pass(&k, 1);
    cr_assert_not(goes_to(2, ""));
}

Test(engine_lasts, only_if_they_can)
{
    closed_by(0, "bob");
    ticket(1, ",'skills':['de']");
    cr_expect(kit_is(kit_item(&k, 0)->why, "random") && kit_is(kit_item(&k, 0)->rep, "eva"));
    outcome(1, "'cancelled'");
    kit_send(&k, "{'type':'signal','rep':'bob','status':'overloaded'}");
    cr_assert_not(goes_to(2, ""));
    outcome(2, "'cancelled'");
    kit_pass(&k, HOUR);
    kit_send(&k, "{'type':'signal','rep':'bob','status':'available'}");
    cr_assert(goes_to(3, "bob"));
}

Test(engine_lasts, cancelled_ones_do_not_count)
{
    closed_by(0, "bob");
    ticket(1, ",'owner':'eva'");
    outcome(1, "'cancelled'");
    cr_assert(goes_to(2, "bob"));
    outcome(2, "'won'");
    cr_expect_eq(known(), 1);
    outcome(2, "'reopened'");
    outcome(2, "'cancelled'");
    cr_expect_eq(known(), 0);
}

Test(engine_lasts, the_closing_counts_that_was_last)
{
    closed_by(0, "bob");
    ticket(1, ",'owner':'eva'");
    kit_pass(&k, HOUR);
    char told[64];
    snprintf(told, sizeof told, "'won','at':%lld", (long long)(k.now_us / 1000 - 5000 * 1000));
    outcome(1, told); /* before bob closed his */
    cr_assert(goes_to(2, "bob"));
    outcome(2, "'cancelled'");
    ticket(3, ",'owner':'eva'");
    outcome(3, "'lost'");
    cr_assert(goes_to(4, "eva"));
}

Test(engine_lasts, what_is_open_again_has_closed_nothing)
{
    closed_by(0, "bob");
    outcome(0, "'reopened'");
    cr_expect_eq(known(), 0);
    kit_send(&k, "{'type':'signal','rep':'bob','status':'away'}");
    cr_assert_not(goes_to(1, ""));
    outcome(0, "'won'");
    cr_expect_eq(known(), 1);
}

Test(engine_lasts, closed_by_nobody)
{
    closed_by(0, "bob");
    kit_command(&k, EH_MESSAGE_RELEASE, "{'rep':'ida','reason':'r'}");
    static const char *const reps[] = {"ana", "bob", "eva", "ida"};
    for (int i = 0; i < 4; i++)
        kit_sendf(&k, "{'type':'signal','rep':'%s','status':'away'}", reps[i]);
    ticket(1, "");
    outcome(1, "'lost'"); /* it waited: nobody did it */
    for (int i = 0; i < 4; i++)
        kit_sendf(&k, "{'type':'signal','rep':'%s','status':'available'}", reps[i]);
    cr_assert(goes_to(2, "bob"));
}

Test(engine_lasts, of_a_desk_that_asks_for_it)
{
    closed_by(0, "bob");
    cr_expect_eq(known(), 1);
    desk("affinity: open");
    cr_expect_eq(known(), 0);
    closed_by(1, "bob");
    cr_expect_eq(known(), 0);
    desk("affinity: last, affinity_for: 1h");
    closed_by(2, "bob");
    kit_pass(&k, HOUR);
    desk("affinity: last, affinity_for: 1d"); /* too late: its time was up */
    cr_expect_eq(known(), 0);
    cr_assert_not(goes_to(3, ""));
}

Test(engine_lasts, a_day_forgets_them)
{
    closed_by(0, "bob");
    kit_pass(&k, 3 * HOUR);
    cr_expect_eq(known(), 1);
    kit_day(&k, KIT_TODAY + 1);
    cr_expect_eq(known(), 0);
}

Test(engine_lasts, rules_before_have_none)
{
    kit_done(&k);
    kit_open(&k, EH_RULES_LAST_REP - 1);
    kit_day(&k, KIT_TODAY);
    desk("affinity: last, affinity_for: 2h");
    closed_by(0, "bob");
    cr_assert_not(goes_to(1, ""));
    cr_expect_eq(known(), 0);
}

/* As if so many customers came, an hour's time in all. */
static void many(uint32_t from, uint32_t until)
{
    for (uint32_t i = from; i < until; i++) {
        uint8_t customer[16] = {0};
        memcpy(customer, &i, sizeof i);
        struct ticket t = {.no = 1,
                           .text = (char *)customer,
                           .team = 1, /* sales; the desk has its teams by id */
                           .rep = i % 4,
                           .outcome = EH_OUTCOME_WON,
                           .has_customer = true,
                           .state = EH_TICKET_CLOSED,
                           .closed_us = k.now_us - HOUR * INT64_C(1000000) + i % 1000};
        cr_assert_eq(eh_last_note(k.e, &t, k.now_us), 0);
    }
}

static bool knows(uint32_t customer)
{
    uint8_t bytes[16] = {0};
    memcpy(bytes, &customer, sizeof customer);
    struct ticket t = {.text = (char *)bytes, .team = 1, .has_customer = true};
    return eh_last_find(k.e, &t, k.now_us) != NULL;
}

/* Beyond the bound the one goes whose time is up first; when all time is up, a few with each that
 * comes. */
Test(engine_lasts, so_many_are_known)
{
    many(0, EH_LASTS_MAX);
    cr_assert_eq(known(), EH_LASTS_MAX);
    cr_expect(knows(0) && knows(EH_LASTS_MAX - 1));
    many(EH_LASTS_MAX, EH_LASTS_MAX + 1); /* of the same moment as 0 */
    cr_assert_eq(known(), EH_LASTS_MAX);
    cr_expect(knows(EH_LASTS_MAX) && knows(1));
    kit_pass(&k, HOUR + 1);
    kit_day(&k, KIT_TODAY + 1);
    cr_assert_eq(known(), EH_LASTS_MAX - EH_LASTS_PER_DAY);
    many(EH_LASTS_MAX + 1, EH_LASTS_MAX + 2);
    cr_assert_eq(known(), EH_LASTS_MAX - EH_LASTS_PER_DAY - 8 + 1);
}

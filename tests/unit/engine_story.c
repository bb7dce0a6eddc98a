/* engine_story: bonus periods count tickets: what is taken back, what comes late, what is no work.
 */
#include <criterion/criterion.h>

#include "engine_kit.h"
#include "plan_text.h"

#include <evenhand/engine/periods.h>

#define DESK                                                                                       \
    "desk: main\ncurrency: EUR\ntime_zone: Europe/Oslo\n"                                          \
    "kinds: {order: {points: 2}, quote: {points: 1}}\n"                                            \
    "reps: [{id: ana}, {id: bob}]\n"                                                               \
    "teams: [{id: sales, reps: [ana, bob]}, {id: care, reps: [bob]}]\nplans:\n" PLAN_TEXT
#define SEPTEMBER_MS INT64_C(1726000000000) /* 2024-09-10 */
#define OCTOBER_MS   INT64_C(1727900000000) /* 2024-10-02 */
#define CREATED      ",'created_at':1725000000000"
#define MINUTE_MS    60000

static struct kit k;
static struct eh_str image;

static void start(void)
{
    kit_start(&k, DESK);
}

static void stop(void)
{
    cr_expect(kit_sound(&k));
    kit_done(&k);
}

TestSuite(engine_story, .init = start, .fini = stop);

static void ticket(const char *id, const char *more)
{
    kit_sendf(&k,
              "{'type':'ticket','id':'%s','team':'sales','kind':'order','value':5000,"
              "'owner':'ana'%s}",
              id, more);
    cr_assert(k.result == 0 && !k.fx.refused, "%s", kit_refused(&k));
}

/* Of T; with what PostgreSQL knows of it. */
static void tell(const char *what, int64_t at_ms, const char *more)
{
    if (!kit_holds(&k, "T") && image.size) {
        k.in.recalled.ticket_known = true;
        k.in.recalled.ticket_image = image;
    }
    char at[40] = "";
    if (at_ms)
        snprintf(at, sizeof at, ",'at':%lld", (long long)at_ms);
    kit_sendf(&k, "{'type':'outcome','id':'T','outcome':'%s'%s%s}", what, at, more);
    cr_assert_eq(k.result, 0, "%s %s", what, eh_code_name(k.result));
    if (k.fx.image_ticket)
        image = eh_arena_str(&k.arena, k.fx.image);
}

/* ... long after the one before: nothing is put in its place any more. */
static void then(const char *what, int64_t at_ms, const char *more)
{
    kit_pass(&k, EH_ORDER_S + 1);
    tell(what, at_ms, more);
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
}

static void refused(const char *what, int64_t at_ms, const char *more, const char *why)
{
    kit_pass(&k, EH_ORDER_S + 1);
    tell(what, at_ms, more);
    cr_assert_str_eq(kit_refused(&k), why);
}

struct counts {
    int64_t closed, won, lost, handled, handled_ms, held[2];
};

static void add_fact(void *context, const struct eh_fact_view *fact)
{
    struct counts *c = context;
    if (fact->type == EH_FACT_HELD)
        c->held[kit_is(fact->rep, "bob")] += fact->closed;
    if (fact->type != EH_FACT_KIND)
        return;
    c->closed += fact->closed;
    c->won += fact->won;
    c->lost += fact->lost;
    c->handled += fact->handled;
    c->handled_ms += (int64_t)fact->sum;
}

static struct eh_period_view month(const char *text, struct counts *counts)
{
    struct eh_period of = {0};
    struct eh_period_view view = {0};
    cr_assert_eq(eh_period_parse(eh_str(text), &of, NULL), 0);
    cr_assert(eh_engine_period(k.e, eh_str("sales"), of, &view));
    *counts = (struct counts){0};
    eh_engine_facts(k.e, &view, add_fact, counts);
    return view;
}

/* "closed won lost; ana bob; revenue; ratings sum; handled ms; responses; cycles ms; firsts
 * reopened cancelled" */
static const char *facts(const char *of)
{
    static char text[256];
    struct counts c;
    struct eh_period_view v = month(of, &c);
    snprintf(text, sizeof text,
             "%lld %lld %lld; %lld %lld; %lld; %lld %lld; %lld %lld; %lld; %lld %lld; %lld %lld "
             "%lld",
             (long long)c.closed, (long long)c.won, (long long)c.lost, (long long)c.held[0],
             (long long)c.held[1], (long long)v.revenue, (long long)v.ratings,
             (long long)v.rating_sum, (long long)c.handled, (long long)c.handled_ms,
             (long long)v.responses, (long long)v.cycles, (long long)v.cycle_ms,
             (long long)v.firsts, (long long)v.reopened, (long long)v.cancelled);
    return text;
}

#define NOTHING "0 0 0; 0 0; 0; 0 0; 0 0; 0; 0 0; 0 0 0"

Test(engine_story, a_reopening_takes_back_all_that_its_closing_counted)
{
    ticket("T", CREATED);
    then("won", SEPTEMBER_MS, ",'csat':4,'handled':100");
    cr_expect_str_eq(facts("2024-09"), "1 1 0; 1 0; 5000; 1 4; 1 100000; 1; 1 1000000000; 1 0 0");
    then("refunded", OCTOBER_MS, ",'value':1200");
    cr_expect_str_eq(facts("2024-09"), "1 1 0; 1 0; 3800; 1 4; 1 100000; 1; 1 1000000000; 1 0 0");
    then("reopened", OCTOBER_MS, "");
    cr_expect_str_eq(facts("2024-09"), "0 0 0; 0 0; 0; 0 0; 0 0; 0; 0 0; 1 1 0");
    then("resolved", OCTOBER_MS + MINUTE_MS, ",'handled':50");
    cr_expect_str_eq(facts("2024-09"), "0 0 0; 0 0; 0; 0 0; 0 0; 0; 0 0; 1 1 0");
    cr_expect_str_eq(facts("2024-10"), "1 0 0; 1 0; 0; 1 4; 1 150000; 1; 1 2900060000; 0 0 0");
}

Test(engine_story, however_often_it_comes_back_it_is_one_ticket)
{
    ticket("T", "");
    for (int i = 0; i < 5; i++) {
        then("won", 0, ",'value':700,'handled':60");
        then("won", 0, ",'handled':60"); /* said again */
        if (i < 4)
            then("reopened", 0, "");
    }
    struct counts c;
    struct eh_period_view v = month("2024-10", &c);
    cr_expect_eq(c.closed * 1000 + c.won * 100 + c.held[0] * 10 + c.handled, 1111);
    cr_expect_eq(c.handled_ms, 300000);
    cr_expect_eq((int64_t)v.revenue, 700);
    cr_expect_eq(v.firsts * 10 + v.reopened, 11);
    cr_expect_eq(v.cycles, 1);
}

Test(engine_story, who_holds_it_at_the_last_closing_has_the_points)
{
    ticket("T", "");
    then("won", 0, "");
    then("reopened", 0, "");
    kit_command(&k, EH_MESSAGE_ASSIGN,
                "{'id':'T','source':'default','rep':'bob','reason':'holiday'}");
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
    then("lost", 0, "");
    struct counts c;
    month("2024-10", &c);
    cr_expect_eq(c.held[0] * 10 + c.held[1], 1);
    cr_expect_eq(c.won * 10 + c.lost, 1);
}

Test(engine_story, the_latest_rating_is_the_ticket_s)
{
    ticket("T", CREATED);
    then("resolved", SEPTEMBER_MS, "");
    for (int i = 0; i < 10; i++)
        then("rated", 0, ",'csat':1");
    struct counts c;
    cr_expect_eq(month("2024-09", &c).ratings, 1);
    then("rated", SEPTEMBER_MS + 1, ",'csat':3"); /* an older one that comes late */
    cr_expect_eq(month("2024-09", &c).rating_sum, 1);
    then("rated", 0, ",'csat':5");
    cr_expect_eq(month("2024-09", &c).rating_sum, 5);
    then("reopened", 0, "");
    cr_expect_eq(month("2024-09", &c).ratings, 0);
    then("rated", 0, ",'csat':2"); /* while it is open: with its next closing */
    cr_expect_eq(month("2024-10", &c).ratings, 0);
    then("resolved", 0, "");
    cr_expect_eq(month("2024-10", &c).rating_sum, 2);
    cr_expect_eq(month("2024-09", &c).ratings, 0);
}

Test(engine_story, refunds_while_it_is_open_wait_for_its_next_closing)
{
    struct counts c;
    ticket("T", "");
    refused("refunded", 0, ",'value':1", "outcome: ticket default/T is not closed yet");
    refused("rated", 0, ",'csat':1", "outcome: ticket default/T is not closed yet");
    then("won", 0, "");
    then("refunded", 0, ",'value':2000");
    then("reopened", 0, "");
    refused("refunded", 0, ",'value':5001",
            "value: 5001 cannot be refunded, 5000 of ticket default/T is left");
    then("refunded", 0, ",'value':300");
    cr_expect_eq((int64_t)month("2024-10", &c).revenue, 0);
    then("won", 0, "");
    cr_expect_eq((int64_t)month("2024-10", &c).revenue, 4700); /* the 2000 are not taken again */
    then("reopened", 0, "");
    then("resolved", 0, "");
    then("reopened", 0, "");
    refused("refunded", 0, "", "outcome: ticket default/T is not won yet");
    cr_expect_eq((int64_t)month("2024-10", &c).revenue, 0);
}

Test(engine_story, cancelled_is_no_work)
{
    ticket("T", CREATED);
    then("cancelled", SEPTEMBER_MS, ",'handled':100,'csat':1");
    cr_expect_str_eq(facts("2024-09"), "0 0 0; 0 0; 0; 0 0; 0 0; 0; 0 0; 0 0 1");
    then("reopened", OCTOBER_MS, "");
    cr_expect_str_eq(facts("2024-09"), NOTHING);
    then("resolved", OCTOBER_MS, "");
    struct counts c;
    cr_expect_eq(month("2024-10", &c).firsts, 1);
    then("reopened", OCTOBER_MS, "");
    then("cancelled", OCTOBER_MS, "");
    cr_expect_str_eq(facts("2024-10"), "0 0 0; 0 0; 0; 0 0; 0 0; 0; 0 0; 1 1 1");
}

Test(engine_story, what_nobody_had_counts_for_the_team_alone)
{
    kit_send(&k, "{'type':'signal','rep':'ana','status':'away'}");
    kit_send(&k, "{'type':'signal','rep':'bob','status':'away'}");
    kit_send(&k, "{'type':'ticket','id':'T','team':'sales','kind':'order','value':5000}");
    cr_assert_str_eq(kit_effects(&k), "waiting T nobody");
    then("won", 0, "");
    struct counts c;
    struct eh_period_view v = month("2024-10", &c);
    cr_expect_eq(c.closed * 100 + c.held[0] * 10 + c.held[1], 100);
    cr_expect_eq((int64_t)v.revenue, 5000);
    cr_expect_eq(v.responses * 10 + v.cycles, 1);
    then("reopened", 0, "");
    cr_assert_str_eq(kit_effects(&k), "waiting T nobody");
    kit_send(&k, "{'type':'signal','rep':'bob','status':'available'}");
    cr_assert_str_eq(kit_effects(&k), "assigned T bob balanced");
    then("won", 0, "");
    month("2024-10", &c);
    cr_expect_eq(c.closed * 10 + c.held[1], 11);
}

Test(engine_story, a_duration_that_cannot_be_known_is_none)
{
    struct counts c;
    ticket("T", ""); /* no created_at: it came today */
    then("resolved", SEPTEMBER_MS, "");
    struct eh_period_view v = month("2024-09", &c);
    cr_expect_eq(c.closed, 1);
    cr_expect_eq(v.cycles, 0);
    cr_expect_eq((int64_t)v.cycle_ms, 0);
    then("reopened", 0, "");
    then("resolved", 0, "");
    v = month("2024-10", &c);
    cr_expect_eq(v.cycles, 1);
    cr_expect_eq((int64_t)v.cycle_ms, 3 * (EH_ORDER_S + 1) * 1000);
}

Test(engine_story, a_day_alone_decides_the_period_and_no_time)
{
    struct counts c;
    ticket("T", CREATED);
    tell("resolved", 0, ",'at':'2024-09-10'");
    struct eh_period_view v = month("2024-09", &c);
    cr_expect_eq(c.closed, 1);
    cr_expect_eq(v.cycles, 0);
    tell("rated", SEPTEMBER_MS, ",'csat':2"); /* on that day: it comes before */
    cr_expect_str_eq(kit_refused(&k), "outcome: ticket default/T is not closed yet");
    tell("reopened", SEPTEMBER_MS + 86400000, "");
    cr_expect(kit_holds(&k, "T"));
    tell("resolved", 0, ",'at':'2024-10-04'"); /* today: as it came */
    cr_expect_not(kit_holds(&k, "T"));
    cr_expect_eq(month("2024-10", &c).cycles, 0);
    cr_expect_eq(c.closed, 1);
}

/* ---- a log that goes on under these rules */

static void rules(int64_t number)
{
    struct eh_message m = {
        .type = EH_MESSAGE_RULES, .has = EH_FIELD_BIT(EH_FIELD_RULES), .rules = number};
    kit_step(&k, m, EH_ORIGIN_SHELL);
    cr_assert_eq(k.result, 0);
    cr_assert(kit_sound(&k));
}

static void start_earlier(void)
{
    kit_done(&k);
    kit_start_under(&k, EH_RULES_TICKETS - 1, DESK);
}

Test(engine_story, earlier_rules_count_closings)
{
    start_earlier();
    ticket("T", CREATED);
    then("won", SEPTEMBER_MS, ",'csat':4");
    then("rated", SEPTEMBER_MS, ",'csat':2");
    then("reopened", OCTOBER_MS, "");
    then("cancelled", SEPTEMBER_MS, "");
    cr_expect_str_eq(facts("2024-09"), "2 0 0; 2 0; 0; 2 6; 0 0; 2; 2 2000000000; 0 1 0");
    struct counts c;
    cr_expect(month("2024-09", &c).by_closings);
}

Test(engine_story, what_is_known_of_an_earlier_closing_is_taken_back)
{
    start_earlier();
    ticket("T", CREATED);
    then("won", SEPTEMBER_MS, ",'csat':4,'handled':100");
    then("refunded", SEPTEMBER_MS, ",'value':200");
    rules(EH_RULES_TICKETS);
    cr_expect_str_eq(facts("2024-09"), "1 1 0; 1 0; 4800; 1 4; 1 100000; 1; 1 1000000000; 1 0 0");
    then("reopened", OCTOBER_MS, ""); /* its rating and time cannot be known any more */
    cr_expect_str_eq(facts("2024-09"), "0 0 0; 0 0; 0; 1 4; 1 100000; 0; 0 0; 1 1 0");
    then("resolved", OCTOBER_MS, ",'csat':5,'handled':60");
    cr_expect_str_eq(facts("2024-10"), "1 0 0; 1 0; 0; 1 5; 1 60000; 1; 1 2900000000; 0 0 0");
}

Test(engine_story, an_earlier_cancelled_one_goes_as_it_came)
{
    start_earlier();
    ticket("T", CREATED);
    then("cancelled", SEPTEMBER_MS, "");
    rules(EH_RULES_TICKETS);
    then("reopened", OCTOBER_MS, "");
    cr_expect_str_eq(facts("2024-09"), "0 0 0; 0 0; 0; 0 0; 0 0; 0; 0 0; 1 1 0");
}

/* ---- order of arrival */

Test(engine_story, one_that_comes_late_is_put_in_its_place)
{
    ticket("T", CREATED);
    tell("resolved", SEPTEMBER_MS + 3 * MINUTE_MS, ",'event':'c'");
    cr_expect_str_eq(kit_effects(&k), "closed T ana");
    tell("won", SEPTEMBER_MS + MINUTE_MS, ",'event':'a'");
    cr_expect_not(k.fx.refused);
    cr_expect_str_eq(kit_effects(&k),
                     "refused T outcome: ticket default/T is closed as won; reopen it first");
    cr_expect_str_eq(facts("2024-09"), "1 1 0; 1 0; 5000; 0 0; 0 0; 1; 1 1000060000; 1 0 0");
    tell("reopened", SEPTEMBER_MS + 2 * MINUTE_MS, ",'event':'b'");
    cr_expect_str_eq(kit_effects(&k), "taken T resolved");
    cr_expect_str_eq(facts("2024-09"), "1 0 0; 1 0; 0; 0 0; 0 0; 1; 1 1000180000; 1 1 0");
    cr_expect_not(kit_holds(&k, "T"));
}

Test(engine_story, what_was_refused_opens_nothing_and_may_hold_yet)
{
    ticket("T", CREATED);
    tell("rated", SEPTEMBER_MS + 2 * MINUTE_MS, ",'csat':5");
    cr_expect_str_eq(kit_refused(&k), "outcome: ticket default/T is not closed yet");
    tell("resolved", SEPTEMBER_MS + MINUTE_MS, "");
    cr_expect_str_eq(kit_effects(&k), "closed T ana; taken T rated");
    struct counts c;
    cr_expect_eq(month("2024-09", &c).rating_sum, 5);
}

Test(engine_story, a_reopening_that_came_first_opens_what_was_closed_before)
{
    ticket("T", CREATED);
    tell("reopened", SEPTEMBER_MS + MINUTE_MS, "");
    tell("won", SEPTEMBER_MS, "");
    cr_expect_str_eq(kit_effects(&k), "");
    cr_expect(kit_holds(&k, "T"));
    cr_expect_str_eq(facts("2024-09"), "0 0 0; 0 0; 0; 0 0; 0 0; 0; 0 0; 1 1 0");
}

Test(engine_story, in_one_instant_the_order_they_came_in_holds)
{
    ticket("T", "");
    tell("won", 0, "");
    tell("reopened", 0, "");
    cr_expect(kit_holds(&k, "T"));
    tell("lost", 0, "");
    tell("rated", 0, ",'csat':5");
    cr_expect_not(k.fx.refused);
    tell("rated", 0, ",'csat':1");
    struct counts c;
    cr_expect_eq(month("2024-10", &c).rating_sum, 1);
}

Test(engine_story, what_waited_for_its_ticket_is_put_in_order_too)
{
    tell("rated", SEPTEMBER_MS + 2 * MINUTE_MS, ",'csat':3");
    tell("won", SEPTEMBER_MS + MINUTE_MS, "");
    tell("refunded", SEPTEMBER_MS, ",'value':1");
    cr_assert(k.fx.pending);
    ticket("T", CREATED);
    cr_expect_str_eq(kit_effects(&k), "assigned T ana owner; closed T ana");
    image = eh_arena_str(&k.arena, k.fx.image);
    cr_expect_str_eq(facts("2024-09"), "1 1 0; 1 0; 5000; 1 3; 0 0; 1; 1 1000060000; 1 0 0");
    kit_pass(&k, EH_PENDING_S);
    kit_due(&k);
    cr_expect_str_eq(kit_refused(&k), "outcome: ticket default/T did not allow it at its time");
    cr_expect_neq(k.fx.dead.size, 0);
}

/* What waits on, for its ticket refused it, holds when one comes that belongs before it. */
Test(engine_story, what_waits_refused_may_hold_yet)
{
    tell("refunded", SEPTEMBER_MS + MINUTE_MS, ",'value':1");
    ticket("T", CREATED);
    cr_expect_str_eq(kit_effects(&k), "assigned T ana owner");
    struct eh_totals totals;
    eh_engine_totals(k.e, &totals);
    cr_expect_eq(totals.pending, 1);
    tell("won", SEPTEMBER_MS, "");
    cr_expect_str_eq(kit_effects(&k), "closed T ana"); /* nobody was told of the refund yet */
    eh_engine_totals(k.e, &totals);
    cr_expect_eq(totals.pending, 0);
    struct counts c;
    cr_expect_eq((int64_t)month("2024-09", &c).revenue, 4999);
}

Test(engine_story, later_than_so_long_it_counts_when_it_came)
{
    ticket("T", CREATED);
    tell("lost", SEPTEMBER_MS + MINUTE_MS, "");
    kit_pass(&k, EH_ORDER_S + 1);
    tell("won", SEPTEMBER_MS, "");
    cr_expect_str_eq(kit_refused(&k),
                     "outcome: ticket default/T is closed as lost; reopen it first");
}

/* More than there is room for: the first of them stand. */
Test(engine_story, many_outcomes_of_one_ticket)
{
    ticket("T", CREATED);
    for (int i = 0; i < 3 * EH_ORDER_MAX; i++)
        tell(i % 2 ? "reopened" : "resolved", SEPTEMBER_MS + i * MINUTE_MS, ",'handled':1");
    cr_expect(kit_holds(&k, "T"));
    cr_expect_lt(image.size, 4096u);
    tell("resolved", SEPTEMBER_MS + 200 * MINUTE_MS, "");
    struct counts c;
    struct eh_period_view v = month("2024-09", &c);
    cr_expect_eq(v.firsts * 10 + v.reopened, 11);
    cr_expect_eq(c.handled_ms, 3 * EH_ORDER_MAX / 2 * 1000);
}

Test(engine_story, a_value_of_an_update_stands)
{
    ticket("T", CREATED);
    tell("won", SEPTEMBER_MS, ",'value':100");
    tell("reopened", SEPTEMBER_MS + MINUTE_MS, "");
    kit_send(&k, "{'type':'update','id':'T','value':250}");
    tell("won", 0, "");
    struct counts c;
    cr_expect_eq((int64_t)month("2024-10", &c).revenue, 250);
    tell("rated", SEPTEMBER_MS + 1, ",'csat':1");
    cr_expect_eq((int64_t)month("2024-10", &c).revenue, 250);
}

Test(engine_story, a_story_outlives_a_restart)
{
    ticket("T", CREATED);
    tell("reopened", SEPTEMBER_MS + MINUTE_MS, ",'event':'a name of some length'");
    kit_restart(&k);
    tell("won", SEPTEMBER_MS, "");
    cr_expect(kit_holds(&k, "T"));
}

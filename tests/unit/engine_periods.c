/* engine_periods: what is counted of bonus periods, and how far a manager can bring one. */
#include <criterion/criterion.h>

#include "engine_kit.h"

#include <evenhand/engine/periods.h>

#define PLAN(id, team, from)                                                                       \
    "  - {id: " id ", team: " team ", from: " from ", period: month, encourages: a, "              \
    "discourages: b, target_pool: 6000.00, max_pool: 9000.00,\n"                                   \
    "     metrics: [{metric: revenue, weight: 50%, curve: [[0.00, 0%], [100.00, 100%]]},\n"        \
    "       {metric: handle_time, weight: 50%, mix: {order: 100%}, winsorise: [30s, 2h],\n"        \
    "        curve: [[900s, 0%], [660s, 100%]]}],\n"                                               \
    "     funding: [[0%, 0%], [100%, 100%]], split: {equal: 100%}}\n"
#define DESK                                                                                       \
    "desk: main\ncurrency: EUR\ntime_zone: Europe/Oslo\n"                                          \
    "kinds: {order: {points: 2}, quote: {points: 1}}\n"                                            \
    "reps: [{id: ana}, {id: bob}, {id: eva}]\n"                                                    \
    "teams: [{id: sales, reps: [ana]}, {id: care, reps: [bob, eva]}]\n"
#define SEPTEMBER_MS INT64_C(1726000000000) /* 2024-09-10 */
#define OCTOBER_MS   INT64_C(1727900000000) /* 2024-10-02 */
#define AUGUST_MS    INT64_C(1724000000000) /* 2024-08-18 */

static struct kit k;

static void start(void)
{
    kit_start(&k, DESK "plans:\n" PLAN("p1", "sales", "2024-08"));
}

static void stop(void)
{
    cr_expect(kit_sound(&k));
    kit_done(&k);
}

TestSuite(engine_periods, .init = start, .fini = stop);

static struct eh_period month(const char *text)
{
    struct eh_period period = {0};
    cr_assert_eq(eh_period_parse(eh_str(text), &period, NULL), 0);
    return period;
}

static struct eh_period_view period(const char *text)
{
    struct eh_period_view view = {0};
    cr_assert(eh_engine_period(k.e, eh_str("sales"), month(text), &view), "%s", text);
    return view;
}

struct wanted {
    uint8_t type;
    const char *kind, *rep, *name;
    struct eh_fact_view found;
    int count;
};

static void match(void *context, const struct eh_fact_view *fact)
{
    struct wanted *wanted = context;
    if (fact->type != wanted->type || (wanted->kind && !kit_is(fact->kind, wanted->kind)) ||
        (wanted->rep && !kit_is(fact->rep, wanted->rep)) ||
        (wanted->name && !kit_is(fact->name, wanted->name)))
        return;
    wanted->found = *fact;
    wanted->count++;
}

static struct eh_fact_view fact(const char *of, struct wanted wanted)
{
    struct eh_period_view view = period(of);
    eh_engine_facts(k.e, &view, match, &wanted);
    cr_assert_leq(wanted.count, 1);
    return wanted.found;
}

static void ticket(const char *id, const char *kind, int value)
{
    kit_sendf(&k, "{'type':'ticket','id':'%s','team':'sales','kind':'%s','value':%d}", id, kind,
              value);
    cr_assert_eq(k.result, 0);
}

/* `more`: further keys, with their comma. */
static void outcome(const char *id, const char *what, int64_t at_ms, const char *more)
{
    kit_sendf(&k, "{'type':'outcome','id':'%s','outcome':'%s','at':%lld%s}", id, what,
              (long long)at_ms, more);
    cr_assert_eq(k.result, 0, "%s %s", id, what);
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
}

/* The next outcome is of a closed ticket: what PostgreSQL would know of it, from the step before.
 */
static void recall(void)
{
    cr_assert_neq(k.fx.image_ticket, 0);
    k.in.recalled.ticket_known = true;
    k.in.recalled.ticket_image = eh_arena_str(&k.arena, k.fx.image);
}

static void lifecycle(int type, const char *of, struct eh_str text)
{
    struct eh_message m = {.type = (uint8_t)type, .team = eh_str("sales"), .period = eh_str(of)};
    m.has = EH_FIELD_BIT(EH_FIELD_TEAM) | EH_FIELD_BIT(EH_FIELD_PERIOD);
    m.text = text;
    m.has |= text.size ? EH_FIELD_BIT(EH_FIELD_TEXT) : EH_FIELD_BIT(EH_FIELD_REASON);
    m.reason = eh_str(text.size ? NULL : "the shell says why not");
    kit_step(&k, m, EH_ORIGIN_ADMIN);
}

static void close_with(const char *of, const struct eh_settlement *all, size_t count)
{
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    eh_settlements_put(&text, all, count);
    lifecycle(EH_MESSAGE_CLOSE, of, eh_str_n((char *)text.data, text.size));
}

Test(engine_periods, a_closing_counts_where_it_happened)
{
    ticket("T1", "order", 5000);
    kit_pass(&k, 30);
    outcome("T1", "won", SEPTEMBER_MS, ",'csat':4,'handled':10");
    ticket("T2", "quote", 700);
    outcome("T2", "lost", AUGUST_MS, ",'handled':100");
    struct eh_period_view september = period("2024-09"), august = period("2024-08");
    cr_expect_eq((int64_t)september.revenue, 5000);
    cr_expect_eq(september.ratings, 1);
    cr_expect_eq(september.rating_sum, 4);
    cr_expect_eq(september.responses, 1);
    cr_expect_eq((int64_t)september.response_ms, 0);
    cr_expect_eq((int64_t)august.revenue, 0);
    cr_expect_eq(august.cycles, 0); /* before it came: nobody knows how long it took */
    struct eh_fact_view orders = fact("2024-09", (struct wanted){EH_FACT_KIND, .kind = "order"});
    cr_expect_eq(orders.closed, 1);
    cr_expect_eq(orders.won, 1);
    cr_expect_eq(orders.handled, 1);
    cr_expect_eq((int64_t)orders.sum, 30000); /* winsorised */
    cr_expect_eq(fact("2024-08", (struct wanted){EH_FACT_KIND, .kind = "quote"}).lost, 1);
    cr_expect_eq(
        fact("2024-09", (struct wanted){EH_FACT_HELD, .kind = "order", .rep = "ana"}).closed, 1);
    struct eh_period_view next;
    cr_assert(eh_engine_period_after(k.e, eh_str("sales"), EH_DATE_ALWAYS, &next));
    cr_expect(eh_period_equal(next.period, month("2024-08")));
    kit_restart(&k);
    cr_expect_eq((int64_t)period("2024-09").revenue, 5000);
}

/* The date is the desk's calendar's, which the shell knows; without it, UTC's. */
Test(engine_periods, the_local_date_decides)
{
    ticket("T1", "order", 100);
    struct eh_message m = kit_message(&k, "{'type':'outcome','id':'T1','outcome':'won',"
                                          "'at':1725141600000}"); /* 2024-08-31T22:00Z */
    m.at_date = 19967;                                            /* 2024-09-01 in Oslo */
    m.has |= EH_FIELD_BIT(EH_FIELD_AT_DATE);
    kit_step(&k, m, EH_ORIGIN_STREAM);
    cr_expect_eq((int64_t)period("2024-09").revenue, 100);
    ticket("T2", "order", 10);
    outcome("T2", "won", INT64_C(1725141600000), "");
    cr_expect_eq((int64_t)period("2024-08").revenue, 10);
}

Test(engine_periods, without_a_plan_nothing_is_counted)
{
    struct eh_period_view view;
    cr_expect_not(eh_engine_period(k.e, eh_str("care"), month("2024-09"), &view));
    cr_expect_not(eh_engine_period(k.e, eh_str("sales"), month("2024-07"), &view));
    cr_expect_not(
        eh_engine_period(k.e, eh_str("sales"), (struct eh_period){EH_PERIOD_WEEK, 2800}, &view));
    ticket("T1", "order", 100);
    outcome("T1", "won", INT64_C(1720000000000), ""); /* July: before the plan */
    cr_expect_not(eh_engine_period_after(k.e, eh_str("sales"), EH_DATE_ALWAYS, &view));
    cr_expect(eh_engine_period(k.e, eh_str("sales"), month("2024-10"), &view));
    cr_expect_eq(view.state, EH_PERIOD_OPEN);
    cr_expect(period("2024-10").published_late);
    cr_expect_not(period("2024-11").published_late);
}

Test(engine_periods, what_refers_to_a_closing_counts_with_it)
{
    ticket("T1", "order", 5000);
    outcome("T1", "won", SEPTEMBER_MS, "");
    recall();
    outcome("T1", "rated", OCTOBER_MS, ",'csat':2"); /* in October */
    cr_expect_eq(period("2024-09").rating_sum, 2);
    cr_expect_eq(period("2024-10").ratings, 0);
}

Test(engine_periods, refunds_and_reopenings)
{
    ticket("T1", "quote", 5000);
    outcome("T1", "won", SEPTEMBER_MS, "");
    recall();
    outcome("T1", "refunded", OCTOBER_MS, ",'value':1200");
    cr_expect_eq((int64_t)period("2024-09").revenue, 3800);
    recall();
    outcome("T1", "reopened", OCTOBER_MS, "");
    struct eh_period_view september = period("2024-09");
    cr_expect_eq((int64_t)september.revenue, 0);
    cr_expect_eq(september.firsts, 1);
    cr_expect_eq(september.reopened, 1);
    cr_expect_eq(september.responses, 0);
    struct eh_fact_view quotes = fact("2024-09", (struct wanted){EH_FACT_KIND, .kind = "quote"});
    cr_expect_eq(quotes.won, 0);
    cr_expect_eq(quotes.closed, 0);
    kit_restart(&k);
    kit_pass(&k, EH_ORDER_S + 1); /* it is not put in its place any more */
    outcome("T1", "lost", AUGUST_MS, "");
    cr_expect_eq(fact("2024-08", (struct wanted){EH_FACT_KIND, .kind = "quote"}).lost, 1);
    cr_expect_eq(period("2024-09").reopened, 1);
}

Test(engine_periods, an_outcome_that_waited_counts_when_it_came)
{
    kit_send(&k, "{'type':'outcome','id':'T1','outcome':'won','csat':5}");
    kit_pass(&k, 10);
    kit_day(&k, KIT_TODAY + 30); /* November */
    ticket("T1", "order", 100);
    cr_expect_eq((int64_t)period("2024-10").revenue, 100);
    cr_expect_eq(period("2024-10").ratings, 1);
}

static void refused(const char *json, const char *start_of)
{
    kit_send(&k, json);
    cr_expect(k.fx.refused && strncmp(kit_refused(&k), start_of, strlen(start_of)) == 0, "%s: %s",
              json, kit_refused(&k));
}

Test(engine_periods, imported_figures)
{
    kit_send(&k, "{'type':'metric','team':'sales','metric':'paid_minutes','period':'2024-09',"
                 "'rep':'ana','value':9000}");
    kit_send(&k, "{'type':'metric','team':'sales','metric':'paid_minutes','period':'2024-09',"
                 "'rep':'ana','value':9600}"); /* the later one stands */
    kit_send(&k, "{'type':'metric','team':'sales','metric':'training','period':'2024-09',"
                 "'value':3}");
    kit_send(&k, "{'type':'metric','team':'sales','metric':'training','period':'2024-09',"
                 "'rep':'ana','value':-1}");
    struct eh_fact_view ana = fact("2024-09", (struct wanted){EH_FACT_REP, .rep = "ana"});
    cr_expect(ana.has_paid && !ana.has_contract);
    cr_expect_eq(ana.paid_minutes, 9600);
    struct eh_fact_view training =
        fact("2024-09", (struct wanted){EH_FACT_IMPORT, .name = "training"});
    cr_expect_eq(training.count, 2);
    cr_expect_eq(training.last, -1);
    cr_expect_eq((int64_t)training.sum, 2);
    refused("{'type':'metric','team':'sales','metric':'x','period':'2024-W38','value':1}",
            "period: 2024-W38 is none of team sales: its periods are months, like 2026-03");
    refused("{'type':'metric','team':'sales','metric':'paid_minutes','period':'2024-09',"
            "'value':1}",
            "rep: missing");
    refused("{'type':'metric','team':'sales','metric':'paid_minutes','period':'2024-09',"
            "'rep':'ana','value':-1}",
            "value: -1 minutes are below 0");
    for (int i = 0; i < EH_IMPORTS_MAX - 1; i++)
        kit_sendf(
            &k, "{'type':'metric','team':'sales','metric':'m%d','period':'2024-09','value':1}", i);
    cr_expect_not(k.fx.refused);
    refused("{'type':'metric','team':'sales','metric':'y','period':'2024-09','value':1}",
            "metric: 2024-09 has 64 imported metrics already");
    kit_send(&k, "{'type':'metric','team':'care','metric':'y','period':'2024-W40','value':1}");
    cr_expect_not(k.fx.refused); /* no plan yet: written down */
    kit_restart(&k);
}

/* A figure that takes the place of what came before it; what stands is told from the state. */
Test(engine_periods, a_figure_is_replaced)
{
    struct eh_message said = {
        .team = eh_str("sales"), .metric = eh_str("training"), .period = eh_str("2024-09")};
    struct eh_figure_view figure;
    cr_assert_not(eh_engine_figure(k.e, &said, &figure));
    static const struct {
        int value;
        bool replace;
        int sum;
    } steps[] = {
        {170, false, 170}, {17, false, 187}, {-20, false, 167}, {17, true, 17}, {3, false, 20}};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        kit_sendf(&k,
                  "{'type':'metric','team':'sales','metric':'training','period':'2024-09',"
                  "'value':%d%s}",
                  steps[i].value, steps[i].replace ? ",'replace':true" : "");
        struct eh_fact_view is =
            fact("2024-09", (struct wanted){EH_FACT_IMPORT, .name = "training"});
        cr_expect_eq((int)is.sum, steps[i].sum, "%zu", i);
        cr_assert(eh_engine_figure(k.e, &said, &figure));
        cr_expect_eq(figure.now, steps[i].value); /* no plan names it: the last one */
    }
}

Test(engine_periods, a_figure_that_nothing_is_made_of_is_refused)
{
    static const char *const computed[] = {"revenue",     "csat",       "handle_time",
                                           "reopen_rate", "conversion", "response_time",
                                           "cycle_time"};
    char sentence[128];
    refused("{'type':'metric','team':'sales','metric':'paid_minutes','period':'2024-09',"
            "'value':1,'rep':'bob'}",
            "rep: bob was not in team sales in 2024-09");
    for (size_t i = 0; i < sizeof computed / sizeof *computed; i++) {
        kit_sendf(&k, "{'type':'metric','team':'sales','metric':'%s','period':'2024-09','value':1}",
                  computed[i]);
        eh_format(sentence, sizeof sentence,
                  "metric: %s is computed from the tickets; none is imported", computed[i]);
        cr_expect_str_eq(kit_refused(&k), sentence);
    }
}

/* The kit's day is of September 2024; sales has monthly plans, care has none. */
static void note_is(const char *team, const char *metric, const char *period, const char *note)
{
    kit_sendf(&k, "{'type':'metric','team':'%s','metric':'%s','period':'%s','value':1}", team,
              metric, period);
    cr_expect_not(k.fx.refused, "%.*s", EH_STR_ARG(k.fx.reason));
    cr_expect_eq(k.fx.note.size, strlen(note), "%s %s: %.*s", metric, period,
                 EH_STR_ARG(k.fx.note));
    cr_expect(eh_str_equal(k.fx.note, eh_str(note)), "%s %s: %.*s", metric, period,
              EH_STR_ARG(k.fx.note));
}

Test(engine_periods, a_figure_that_counts_nowhere_is_taken_and_told)
{
    note_is("sales", "csat_of_partners", "2024-09",
            "counts nowhere: no plan of team sales has csat_of_partners");
    note_is("sales", "training", "2024-01",
            "counts nowhere: no plan of team sales governs 2024-01");
    note_is("care", "training", "2024-Q4", "counts nowhere: no plan of team care governs 2024-Q4");
}

Test(engine_periods, slips_of_known_names_are_refused)
{
    static const struct {
        const char *metric, *meant;
    } slips[] = {{"Revenue", "revenue"},
                 {"revenu", "revenue"},
                 {"CSAT", "csat"},
                 {"reopen-rate", "reopen_rate"},
                 {"paid_minuts", "paid_minutes"},
                 {"Paid_Minutes", "paid_minutes"},
                 {"contract_min", NULL},
                 {"conversoin", "conversion"},
                 {"contractminute", "contract_minutes"}};
    char sentence[256];
    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++) {
        const char *key = slips[i].metric;
        kit_sendf(&k, "{'type':'metric','team':'sales','metric':'%s','period':'2024-09','value':1}",
                  key);
        cr_assert_eq(k.fx.refused, slips[i].meant != NULL, "%s", key);
        if (!slips[i].meant)
            continue;
        eh_format(
            sentence, sizeof sentence,
            "metric: no plan of team sales has %s; did you mean %s? A new name is insisted on "
            "with `new`: true, or --new",
            key, slips[i].meant);
        cr_expect_str_eq(kit_refused(&k), sentence);
    }
    for (int again = 0; again < 2; again++) { /* insisted on once, it is known */
        kit_sendf(&k,
                  "{'type':'metric','team':'sales','metric':'revenues','period':'2024-09',"
                  "'value':1%s}",
                  again ? "" : ",'new':true");
        cr_expect_not(k.fx.refused, "%.*s", EH_STR_ARG(k.fx.reason));
    }
    refused("{'type':'metric','team':'sales','metric':'revenue','period':'2024-09','value':1,"
            "'new':true}",
            "metric: revenue is computed from the tickets; none is imported");
}

Test(engine_periods, figures_of_no_period_and_beyond_it_are_refused)
{
    refused("{'type':'metric','team':'sales','metric':'training','period':'2024-Q1','value':1}",
            "period: 2024-Q1 is none of team sales: its periods are months, like 2026-03");
    refused("{'type':'metric','team':'sales','metric':'paid_minutes','period':'2024-09',"
            "'rep':'ana','value':43201}",
            "value: 43201 paid_minutes are more than the 43200 minutes of 2024-09");
    refused("{'type':'metric','team':'sales','metric':'contract_minutes','period':'2024-09',"
            "'rep':'ana','value':1000000000}",
            "value: 1000000000 contract_minutes are more than the 43200 minutes of 2024-09");
    kit_send(&k, "{'type':'metric','team':'sales','metric':'paid_minutes','period':'2024-09',"
                 "'rep':'ana','value':43200}");
    cr_expect_not(k.fx.refused);
}

Test(engine_periods, earlier_logs_have_such_figures)
{
    kit_done(&k);
    kit_start_under(&k, EH_RULES_NUMBERED, DESK "plans:\n" PLAN("p1", "sales", "2024-08"));
    kit_send(&k, "{'type':'metric','team':'sales','metric':'csat','period':'2024-09','value':1}");
    cr_assert_not(k.fx.refused);
    kit_send(&k, "{'type':'metric','team':'sales','metric':'paid_minutes','period':'2024-09',"
                 "'value':1,'rep':'bob'}");
    cr_assert_not(k.fx.refused);
}

Test(engine_periods, the_way_of_a_period)
{
    const struct eh_settlement first = {month("2024-09"),   1, 656365, -1240, 655125, 0,
                                        eh_str("statement")};
    lifecycle(EH_MESSAGE_CLOSE, "2024-09", eh_str(NULL));
    cr_expect_str_eq(kit_refused(&k), "the shell says why not");
    lifecycle(EH_MESSAGE_FREEZE, "2024-10", eh_str("facts")); /* still runs */
    cr_expect(k.fx.refused);
    lifecycle(EH_MESSAGE_PAY, "2024-09", eh_str("x"));
    cr_expect_str_eq(kit_refused(&k),
                     "period: 2024-09 of team sales is not closed yet; freeze and close it first");
    ticket("T1", "order", 100);
    outcome("T1", "won", SEPTEMBER_MS, "");
    struct eh_str image = eh_arena_str(&k.arena, k.fx.image);
    lifecycle(EH_MESSAGE_FREEZE, "2024-09", eh_str("facts"));
    cr_expect_eq(period("2024-09").state, EH_PERIOD_PROVISIONAL);
    cr_expect_eq(period("2024-09").late, 0);
    k.in.recalled.ticket_known = true;
    k.in.recalled.ticket_image = image;
    outcome("T1", "refunded", SEPTEMBER_MS, "");
    cr_expect_eq(period("2024-09").late, 1);
    lifecycle(EH_MESSAGE_FREEZE, "2024-09", eh_str("facts again"));
    cr_expect_eq(period("2024-09").late, 0);
    kit_restart(&k);
    close_with("2024-09", &first, 1);
    cr_expect_not(k.fx.refused);
    struct eh_period_view closed = period("2024-09");
    cr_expect_eq(closed.state, EH_PERIOD_CLOSED);
    cr_expect_eq(closed.last.net, 655125);
    cr_expect(kit_is(closed.frozen, "facts again"));
    cr_expect(kit_is(closed.last.statement, "statement"));
    lifecycle(EH_MESSAGE_FREEZE, "2024-09", eh_str("facts"));
    cr_expect_str_eq(
        kit_refused(&k),
        "period: 2024-09 of team sales is closed: that is final; what came since is settled "
        "by `close` again");
    lifecycle(EH_MESSAGE_PAY, "2024-09", eh_str("x"));
    cr_expect_eq(period("2024-09").state, EH_PERIOD_PAID);
    lifecycle(EH_MESSAGE_PAY, "2024-09", eh_str("x"));
    cr_expect_str_eq(kit_refused(&k), "period: 2024-09 of team sales is paid already");
    kit_restart(&k);
    cr_expect_eq(period("2024-09").state, EH_PERIOD_PAID);
}

Test(engine_periods, versions)
{
    struct eh_settlement one = {month("2024-09"), 1, 100, 0, 100, 0, eh_str("one")};
    lifecycle(EH_MESSAGE_FREEZE, "2024-09", eh_str("facts"));
    close_with("2024-09", &one, 1);
    lifecycle(EH_MESSAGE_PAY, "2024-09", eh_str("x"));
    ticket("T1", "order", 100);
    outcome("T1", "won", SEPTEMBER_MS, ""); /* late */
    cr_expect_eq(period("2024-09").late, 1);
    close_with("2024-09", &one, 1); /* not the next version */
    cr_expect_eq(k.result, -EH_ECORRUPT);
    one.version = 2;
    one.carry_open = -30;
    struct eh_settlement both[2] = {one, {month("2024-08"), 1, 5, 0, 5, -25, eh_str("august")}};
    lifecycle(EH_MESSAGE_FREEZE, "2024-08", eh_str("facts"));
    close_with("2024-08", both, 2);
    cr_expect_eq(k.result, 0);
    cr_expect_eq(period("2024-09").late, 0);
    cr_expect_eq(period("2024-09").last.version, 2);
    cr_expect_eq(period("2024-09").state, EH_PERIOD_PAID); /* nothing more to pay */
    cr_expect_eq(period("2024-08").state, EH_PERIOD_CLOSED);
    cr_expect_eq(eh_engine_carry_open(k.e, eh_str("sales")), -25);
    one.version = 3;
    one.net = 150;
    close_with("2024-09", &one, 1);
    cr_expect_eq(period("2024-09").state, EH_PERIOD_CLOSED); /* until that is paid, too */
    kit_restart(&k);
    cr_expect_eq(eh_engine_carry_open(k.e, eh_str("sales")), -30);
}

/* A text that does not hold together is a mistake of the shell, and changes nothing. */
Test(engine_periods, broken_settlements)
{
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    struct eh_settlement one = {month("2024-09"), 1, 100, 0, 100, 0, eh_str("one")};
    lifecycle(EH_MESSAGE_FREEZE, "2024-09", eh_str("facts"));
    eh_settlements_put(&text, &one, 1);
    struct eh_key digest = eh_engine_digest(k.e);
    for (size_t size = 1; size < text.size; size++) {
        lifecycle(EH_MESSAGE_CLOSE, "2024-09", eh_str_n((char *)text.data, size));
        cr_assert_eq(k.result, -EH_ECORRUPT, "%zu", size);
        cr_assert(eh_key_equal(digest, eh_engine_digest(k.e)));
    }
    close_with("2024-08", &one, 1); /* not the period asked for */
    cr_assert_eq(k.result, -EH_ECORRUPT);
    cr_assert(eh_key_equal(digest, eh_engine_digest(k.e)));
}

Test(engine_periods, who_is_set_aside)
{
    kit_command(&k, EH_MESSAGE_EXCLUDE,
                "{'team':'sales','period':'2024-09','rep':'ana','reason':'on trial'}");
    cr_expect_not(k.fx.refused, "%s", kit_refused(&k));
    cr_expect(fact("2024-09", (struct wanted){EH_FACT_REP, .rep = "ana"}).excluded);
    kit_command(&k, EH_MESSAGE_EXCLUDE,
                "{'team':'sales','period':'2024-09','rep':'bob','reason':'x'}");
    cr_expect_str_eq(kit_refused(&k), "rep: bob is not in team sales");
    struct eh_set_aside now;
    struct eh_str team = eh_str("sales"), ana = eh_str("ana");
    cr_assert(eh_engine_set_aside(k.e, team, month("2024-09"), ana, &now));
    cr_assert(now.excluded && kit_is(now.reason, "on trial"));
    lifecycle(EH_MESSAGE_FREEZE, "2024-09", eh_str("facts"));
    for (int i = 0; i < 2; i++) /* once; then there is nothing to take back */
        kit_command(&k, EH_MESSAGE_INCLUDE,
                    "{'team':'sales','period':'2024-09','rep':'ana','reason':'passed it'}");
    cr_expect_str_eq(kit_refused(&k), "rep: ana is not set aside in 2024-09");
    kit_restart(&k);
    cr_assert(eh_engine_set_aside(k.e, team, month("2024-09"), ana, &now));
    cr_assert(!now.excluded && kit_is(now.reason, "passed it"));
    struct eh_settlement one = {month("2024-09"), 1, 100, 0, 100, 0, eh_str("one")};
    lifecycle(EH_MESSAGE_FREEZE, "2024-09", eh_str("facts"));
    close_with("2024-09", &one, 1);
    kit_command(&k, EH_MESSAGE_INCLUDE,
                "{'team':'sales','period':'2024-09','rep':'ana','reason':'x'}");
    cr_expect(k.fx.refused);
    kit_command(&k, EH_MESSAGE_EXCLUDE,
                "{'team':'sales','period':'2024-09','rep':'ana','reason':'x'}");
    cr_expect(k.fx.refused);
}

Test(engine_periods, plans_that_began_stay)
{
    kit_desk(&k, DESK "plans: []\n");
    cr_expect(k.fx.refused);
    kit_desk(&k, DESK "plans:\n" PLAN("p1", "sales", "2024-08") PLAN("p2", "sales", "2024-11"));
    cr_expect_not(k.fx.refused, "%s", kit_refused(&k));
    cr_expect(kit_is(period("2024-11").plan->id, "p2"));
    cr_expect(kit_is(period("2024-10").plan->id, "p1"));
    kit_send(&k, "{'type':'metric','team':'sales','metric':'m','period':'2024-11','value':1}");
    kit_desk(&k, DESK "plans:\n" PLAN("p1", "sales", "2024-08"));
    cr_expect(k.fx.refused); /* something is counted for November */
    kit_desk(&k, DESK "plans:\n" PLAN("p1", "sales", "2024-08") PLAN("p2", "sales", "2024-11")
                     PLAN("p3", "sales", "2024-12"));
    cr_expect_not(k.fx.refused, "%s", kit_refused(&k));
    cr_expect_eq(period("2024-11").plan, &eh_engine_desk(k.e)->plans[1]);
    kit_restart(&k);
}

/* A plan more is counted, and is no part of the state. */
Test(engine_periods, the_shadow)
{
    struct eh_bonus_plan plan = *period("2024-08").plan;
    struct eh_plan_measure measures[2] = {plan.measures[0], plan.measures[1]};
    plan.measures = measures;
    for (uint32_t i = 0; i < 2; i++)
        measures[i].least_ms = 0;
    eh_engine_shadow(k.e, &plan, 1);
    ticket("T1", "order", 5000);
    outcome("T1", "won", SEPTEMBER_MS, ",'handled':10,'csat':3");
    kit_send(&k, "{'type':'metric','team':'sales','metric':'m','period':'2024-09','value':7}");
    struct eh_period_view view;
    struct wanted orders = {EH_FACT_KIND, .kind = "order"};
    cr_assert(eh_engine_shadow_after(k.e, eh_str("sales"), EH_DATE_ALWAYS, &view));
    cr_expect_eq(view.plan, &plan);
    cr_expect_eq((int64_t)view.revenue, 5000);
    eh_engine_facts(k.e, &view, match, &orders);
    cr_expect_eq((int64_t)orders.found.sum, 10000);
    cr_expect_not(
        eh_engine_shadow_after(k.e, eh_str("sales"), eh_period_first(view.period), &view));
    cr_expect_eq((int64_t)fact("2024-09", (struct wanted){EH_FACT_KIND, .kind = "order"}).sum,
                 30000);
    cr_expect(kit_sound(&k));
    kit_restart(&k);
    cr_expect_not(eh_engine_shadow_after(k.e, eh_str("sales"), EH_DATE_ALWAYS, &view));
}

static void say_hello(const char *desk)
{
    ticket("T1", "order", 5000);
    outcome("T1", "won", SEPTEMBER_MS, ",'handled':10,'csat':3");
    kit_send(&k, "{'type':'metric','team':'sales','metric':'m','period':'2024-09','value':7}");
    ticket("T2", "order", 100);
    outcome("T2", "won", OCTOBER_MS, "");
    kit_desk(&k, desk);
}

/* What was closed before the first plan came counts as if it had been there. */
Test(engine_periods, a_plan_that_comes_late)
{
    static const char with[] = DESK "plans:\n" PLAN("p1", "sales", "2024-08");
    EH_AUTO(eh_bytes) struct eh_bytes counted = EH_BYTES_INIT;
    struct eh_bonus_plan late[2], plan = *period("2024-08").plan;
    const struct eh_desk *desk = eh_engine_desk(k.e);
    cr_expect_eq(eh_engine_late_plans(k.e, desk, KIT_TODAY, late, 2), 0);
    struct kit early = k;

    kit_start(&k, DESK "plans: []\n");
    cr_expect_eq(eh_engine_late_plans(k.e, desk, KIT_TODAY, late, 2), 1);
    cr_expect_eq(eh_engine_late_plans(k.e, desk, KIT_TODAY - 90, late, 2), 0);
    eh_engine_shadow(k.e, &plan, 1);
    say_hello(DESK "plans: []\n");
    cr_assert_eq(eh_engine_shadow_put(k.e, &counted), 0);
    eh_engine_shadow(k.e, NULL, 0);
    k.in.recalled.periods = eh_str_n((char *)counted.data, counted.size);
    kit_desk(&k, with);
    cr_assert_eq(k.result, 0);
    struct eh_key late_digest = eh_engine_digest(k.e);
    cr_expect_eq((int64_t)period("2024-09").revenue, 5000);
    cr_expect(period("2024-09").published_late);
    kit_restart(&k);
    cr_expect(eh_key_equal(eh_engine_digest(k.e), late_digest));
    outcome("T3", "won", OCTOBER_MS, ""); /* waits */
    ticket("T3", "order", 7);
    cr_expect_eq((int64_t)period("2024-10").revenue, 107);
    stop();

    k = early; /* the same with the plan there from the beginning */
    say_hello(with);
    cr_expect_eq((int64_t)period("2024-09").revenue, 5000);
    cr_expect_eq((int64_t)fact("2024-09", (struct wanted){EH_FACT_KIND, .kind = "order"}).sum,
                 30000);
}

/* Periods that were closed long ago are settled for good; the others are kept. */
Test(engine_periods, old_ones_are_forgotten)
{
    stop();
    kit_start(&k, DESK "plans:\n" PLAN("p1", "sales", "2010-01"));
    struct eh_period at = month("2010-01");
    char text[EH_DECIMAL_TEXT_MAX];
    for (int i = 0; i < EH_PERIODS_KEPT + 3; i++, at = eh_period_next(at)) {
        eh_period_print(at, text);
        struct eh_settlement one = {at, 1, 100, 0, 100, 0, eh_str("one")};
        lifecycle(EH_MESSAGE_FREEZE, text, eh_str("facts"));
        close_with(text, &one, 1);
        cr_assert_not(k.fx.refused);
        if (i == 1)
            continue; /* 2010-02 is never paid */
        lifecycle(EH_MESSAGE_PAY, text, eh_str(NULL));
        cr_assert_not(k.fx.refused);
    }
    struct eh_period_view view;
    cr_assert(eh_engine_period_after(k.e, eh_str("sales"), EH_DATE_ALWAYS, &view));
    cr_expect(eh_period_equal(view.period, month("2010-02")), "what is due is not forgotten");
    lifecycle(EH_MESSAGE_PAY, "2010-02", eh_str(NULL));
    cr_assert_not(k.fx.refused);
    eh_period_print(at, text);
    struct eh_settlement next = {at, 1, 100, 0, 100, 0, eh_str("one")};
    lifecycle(EH_MESSAGE_FREEZE, text, eh_str("facts"));
    close_with(text, &next, 1);
    cr_assert(eh_engine_period_after(k.e, eh_str("sales"), EH_DATE_ALWAYS, &view));
    cr_expect(eh_period_equal(view.period, month("2010-04")), "and then it is");
    /* Nothing can be made of them again. */
    cr_expect_not(eh_engine_period(k.e, eh_str("sales"), month("2010-03"), &view));
    lifecycle(EH_MESSAGE_FREEZE, "2010-03", eh_str("facts"));
    cr_expect_str_eq(kit_refused(&k),
                     "period: 2010-03 of team sales is settled for good; what belongs there goes "
                     "into a period that is not closed");
    ticket("T1", "order", 100);
    outcome("T1", "won", INT64_C(1268000000000), ""); /* 2010-03-07 */
    cr_expect_not(eh_engine_period(k.e, eh_str("sales"), month("2010-03"), &view));
    kit_restart(&k);
}

/* ---- time taken back */

static void close_now(const char *id)
{
    kit_sendf(&k, "{'type':'outcome','id':'%s','outcome':'won','handled':600}", id);
    cr_assert_eq(k.result, 0, "%s", id);
}

static void accept_today(void)
{
    struct eh_message m = {.type = EH_MESSAGE_ACCEPT_TIME, .reason = eh_str("a dead clock")};
    m.has = EH_FIELD_BIT(EH_FIELD_REASON);
    k.now_us = KIT_START;
    k.date = KIT_TODAY;
    cr_assert_eq(kit_step(&k, m, EH_ORIGIN_SHELL), 0);
    cr_assert(kit_sound(&k));
}

static void go_ten_years_ahead(void)
{
    k.now_us += 3650 * INT64_C(86400000000);
    cr_assert_eq(kit_day(&k, KIT_TODAY + 3650), 0);
}

static bool has_period(const char *text)
{
    struct eh_period_view view;
    return eh_engine_period(k.e, eh_str("sales"), month(text), &view) && view.cycles > 0;
}

Test(engine_periods, what_was_closed_in_time_taken_back_counts_today)
{
    ticket("a", "order", 100);
    ticket("b", "order", 20);
    ticket("c", "order", 3);
    close_now("a");
    go_ten_years_ahead();
    close_now("b");
    cr_assert(has_period("2034-10"));
    accept_today();
    cr_expect_not(has_period("2034-10"));
    cr_expect_eq((int64_t)period("2024-10").revenue, 120);
    cr_expect_eq(period("2024-10").cycles, 2);
    struct wanted kinds = {.type = EH_FACT_KIND, .kind = "order"};
    cr_expect_eq(fact("2024-10", kinds).closed, 2);
    cr_expect_eq(fact("2024-10", kinds).won, 2);
    close_now("c");
    cr_expect_eq((int64_t)period("2024-10").revenue, 123);
    kit_desk(&k, DESK "plans:\n" PLAN("p1", "sales", "2024-08") PLAN("p2", "sales", "2024-11"));
    cr_expect_not(k.fx.refused, "a new plan need not begin behind 2034: %s", kit_refused(&k));
}

Test(engine_periods, a_refund_of_what_was_closed_then_counts_today)
{
    ticket("a", "order", 100);
    go_ten_years_ahead();
    close_now("a");
    struct eh_str image = eh_arena_str(&k.arena, k.fx.image);
    accept_today();
    k.in.recalled.ticket_known = true;
    k.in.recalled.ticket_image = image;
    kit_send(&k, "{'type':'outcome','id':'a','outcome':'refunded','value':40}");
    cr_assert_eq(k.result, 0);
    cr_expect_eq((int64_t)period("2024-10").revenue, 60);
}

Test(engine_periods, what_names_its_period_itself_stays_there)
{
    ticket("a", "order", 100);
    go_ten_years_ahead();
    close_now("a");
    kit_send(&k, "{'type':'metric','team':'sales','rep':'ana','metric':'paid_minutes',"
                 "'value':600,'period':'2034-10'}");
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
    accept_today();
    cr_expect_eq((int64_t)period("2024-10").revenue, 100);
    cr_expect_eq(period("2034-10").cycles, 0);
    cr_expect_eq(fact("2034-10", (struct wanted){.type = EH_FACT_REP, .rep = "ana"}).paid_minutes,
                 600);
}

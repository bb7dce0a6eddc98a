/* unit/cli_simulation: a history dealt again: who gets what, what waits, and how that is measured.
 */
#include <criterion/criterion.h>
#include <math.h>

#include "simulate/policy.h"
#include "simulate/simulation.h"

#define HEADER "ticket_id,opened_at,kind,team,value_minor,closed_at,outcome,historical_rep\n"

static struct eh_simulation s;

static int load(const char *rows, const char *desk, const char *policy, uint64_t seed,
                struct eh_error *error)
{
    static char text[65536];
    struct eh_simulation_rules rules = {.history = {.file = "f.csv"},
                                        .desk = eh_str(desk),
                                        .policies = {policy},
                                        .policy_count = 1,
                                        .seed = seed};
    eh_format(text, sizeof text, HEADER "%s", rows);
    return eh_simulation_load(eh_str(text), &rules, &s, error);
}

static void deal(const char *rows, const char *desk, const char *policy, uint64_t seed)
{
    struct eh_error error = {0};
    cr_assert_eq(load(rows, desk, policy, seed, &error), 0, "%s", error.text);
    cr_assert_eq(eh_simulation_run(&s, NULL, NULL, &error), 0, "%s", error.text);
}

static void expect_refusal(const char *rows, const char *desk, const char *sentence)
{
    struct eh_error error = {0};
    int r = load(rows, desk, "random", 1, &error);
    if (r == 0)
        r = eh_simulation_run(&s, NULL, NULL, &error);
    cr_assert_lt(r, 0);
    cr_assert_str_eq(error.text, sentence);
}

static void stop(void)
{
    eh_simulation_done(&s);
}

TestSuite(simulation, .fini = stop);

static void expect_near(double is, double should)
{
    cr_assert_float_eq(is, should, 1e-9, "%g is not %g", is, should);
}

/* ---- Figures. */

Test(tally, figures_by_hand)
{
    struct eh_tally t = {.by = "hand"};
    struct eh_figures f;
    const uint64_t got[] = {1, 2, 3};
    for (uint32_t rep = 0; rep < 3; rep++)
        for (uint64_t n = 0; n < got[rep]; n++)
            cr_assert_eq(eh_tally_add(&t, 0, rep, 100), 0);
    cr_assert_eq(eh_tally_figures(&t, 0, &f), 0);
    cr_assert_eq(f.tickets, 6);
    cr_assert_eq(f.reps, 3);
    expect_near(f.gini_count, 2.0 / 9);
    expect_near(f.jain_count, 36.0 / 42);
    expect_near(f.spread_count, 2);
    expect_near(f.gini_value, 2.0 / 9);
    expect_near(f.spread_value, 200);
    cr_assert(isnan(f.guess));
    eh_tally_done(&t);
}

/* Half a share with half as much is even; who got nothing counts. */
Test(tally, goes_by_share_and_knows_who_got_nothing)
{
    struct eh_tally t = {.by = "hand"};
    struct eh_figures f;
    cr_assert_eq(eh_tally_open(&t, 0, 0, 500000), 0);
    cr_assert_eq(eh_tally_open(&t, 0, 1, 1000000), 0);
    for (int i = 0; i < 3; i++)
        cr_assert_eq(eh_tally_add(&t, 0, i > 0, 0), 0);
    cr_assert_eq(eh_tally_figures(&t, 0, &f), 0);
    expect_near(f.gini_count, 0);
    expect_near(f.jain_count, 1);
    cr_assert(isnan(f.gini_value));
    cr_assert_eq(eh_tally_open(&t, 0, 2, 1000000), 0);
    cr_assert_eq(eh_tally_figures(&t, 0, &f), 0);
    expect_near(f.jain_count, 9.0 / (2.5 * 6));
    expect_near(f.spread_count, 2);
    eh_tally_done(&t);
}

Test(tally, a_rep_of_two_teams_is_one_in_all)
{
    struct eh_tally t = {.by = "hand"};
    struct eh_figures f;
    cr_assert_eq(eh_tally_add(&t, 0, 7, 100), 0);
    cr_assert_eq(eh_tally_add(&t, 1, 7, 200), 0);
    cr_assert_eq(eh_tally_add(&t, 1, 8, 300), 0);
    cr_assert_eq(eh_tally_guess(&t, 0, 1), 0);
    cr_assert_eq(eh_tally_guess(&t, 1, 0.5), 0);
    cr_assert_eq(eh_tally_figures(&t, EH_TALLY_ALL, &f), 0);
    cr_assert_eq(f.reps, 2);
    expect_near(f.spread_count, 1);
    expect_near(f.spread_value, 0);
    expect_near(f.guess, 0.75);
    eh_tally_done(&t);
}

/* ---- The desk under another policy. */

Test(policy, all_else_stays)
{
    struct eh_parsed_desk *file;
    struct eh_error error = {0};
    const char *text = "desk: main\nkinds: {order: {points: 7}}\n"
                       "calendars: [{id: office, hours: {mon-fri: 08:00-16:00}}]\n"
                       "reps: [{id: ana, share: 0.5, skills: [de], hours: office}]\n"
                       "teams:\n"
                       "  - {id: sales, reps: [ana], policy: random, presence: signalled,\n"
                       "     capacity: 9, at_most: {per_hour: 3}, hours: office}\n"
                       "  - {id: empty, reps: []}\n";
    cr_assert_eq(eh_policy_desk(eh_str(text), "rotation", &file, &error), 0, "%s", error.text);
    cr_assert(eh_str_equal(file->text, eh_str(text)));
    const struct eh_desk_team *sales = eh_desk_team(file->desk, eh_str("sales"));
    cr_expect(eh_str_equal(sales->policy, eh_str("rotation")));
    cr_expect(eh_str_equal(eh_desk_team(file->desk, eh_str("empty"))->policy, eh_str("rotation")));
    cr_expect_eq(sales->presence, EH_PRESENCE_ASSUMED);
    cr_expect_eq(sales->capacity, 9);
    cr_expect_eq(sales->at_most_hour, 3);
    cr_expect_eq(sales->hours, eh_desk_calendar(file->desk, eh_str("office")));
    eh_parsed_desk_drop(file);
}

/* ---- Histories. */

static const char one_at_a_time[] = "desk: main\ntime_zone: UTC\nkinds: {order: {points: 1}}\n"
                                    "reps: [{id: ana}]\n"
                                    "teams: [{id: t, reps: [ana], policy: random, capacity: 1}]\n";

/* When the ticket was given to somebody, in days of January 2025; 0: never. */
static int dealt_on(const char *id)
{
    struct eh_ticket_view view;
    if (!eh_engine_ticket(s.runs[0].engine, eh_str("default"), eh_str(id), &view) ||
        view.state != EH_TICKET_ASSIGNED)
        return 0;
    return (int)((view.assigned_us - INT64_C(1735603200000000)) / INT64_C(86400000000));
}

/* b comes on the 2nd while a is open until the 3rd, and then takes its own two days, until the 5th:
 * only then comes c, though b was closed on the 4th. d waits for ever: c is never closed. */
Test(simulation, what_waits_is_closed_as_much_later)
{
    deal("a,2025-01-01,order,t,,2025-01-03,won,ana\n"
         "b,2025-01-02,order,t,,2025-01-04,won,ana\n"
         "c,2025-01-04,order,t,,,open,ana\n"
         "d,2025-01-06,order,t,,2025-01-06,lost,ana\n",
         one_at_a_time, "random", 1);
    cr_assert_eq(dealt_on("c"), 5);
    cr_assert_eq(dealt_on("d"), 0);
    struct eh_figures f;
    cr_assert_eq(eh_tally_figures(&s.runs[0].tally, 0, &f), 0);
    cr_assert_eq(f.tickets, 3);
    cr_assert_eq(f.waited, 2); /* b for a day, c for another */
    cr_assert_eq(f.wait_s, 86400);
    cr_assert_eq(f.most_s, 86400);
    cr_assert_eq(f.waiting, 1);
    cr_assert_eq(eh_tally_figures(&s.recorded, 0, &f), 0);
    cr_assert_eq(f.tickets, 4);
}

/* With dates alone, what is closed on a day is open all that day: b, come on the day a is closed,
 * has to wait for it, and is dealt on that day all the same. */
Test(simulation, arrivals_of_a_moment_come_before_its_closings)
{
    deal("a,2025-01-01,order,t,,2025-01-03,won,ana\n"
         "b,2025-01-03,order,t,,,open,ana\n",
         one_at_a_time, "random", 1);
    cr_assert_eq(dealt_on("b"), 3);
    cr_assert(s.runs[0].waited[1]);
    cr_assert_not(s.runs[0].waited[0]);
}

static const char three[] = "a,2025-01-01,order,t,100,2025-01-02,won,Ana\n"
                            "b,2025-01-01,order,t,200,2025-01-02,won,Bo\n"
                            "c,2025-01-01,order,t,300,2025-01-05,won,Bo\n"
                            "d,2025-01-03,order,t,400,,,Cy\n"
                            "e,2025-01-03,order,t,500,,,\n";

static void figures_of(uint64_t seed, const char *policy, struct eh_figures *ret)
{
    deal(three, "", policy, seed);
    cr_assert_eq(eh_tally_figures(&s.runs[0].tally, 0, ret), 0);
    eh_simulation_done(&s);
}

Test(simulation, the_same_seed_deals_the_same)
{
    struct eh_figures first, again;
    bool differs = false;
    for (uint64_t seed = 1; seed < 20; seed++) {
        figures_of(1, "random", &first);
        figures_of(1, "random", &again);
        cr_assert_eq(first.jain_value, again.jain_value);
        figures_of(seed, "random", &again);
        differs = differs || first.jain_value != again.jain_value;
    }
    cr_assert(differs);
}

Test(simulation, what_is_recorded_is_as_it_was)
{
    struct eh_figures f;
    deal(three, "", "random", 1);
    cr_assert_eq(eh_tally_figures(&s.recorded, EH_TALLY_ALL, &f), 0);
    cr_assert_eq(f.tickets, 4); /* nobody had e */
    cr_assert_eq(f.reps, 3);
    expect_near(f.jain_count, 16.0 / 18);
    expect_near(f.spread_value, 400);
    cr_assert_eq(eh_tally_figures(&s.runs[0].tally, EH_TALLY_ALL, &f), 0);
    cr_assert_eq(f.tickets, 5);
    expect_near(f.guess, 1.0 / 3);
}

/* Two reps alternate: after the first ticket everybody knows who is next. */
Test(simulation, balanced_between_two_can_be_guessed)
{
    struct eh_figures f;
    deal("a,2025-01-01,order,t,,,,Ana\nb,2025-01-01,order,t,,,,Bo\n"
         "c,2025-01-01,order,t,,,,Bo\nd,2025-01-01,order,t,,,,Bo\n",
         "", "balanced", 1);
    cr_assert_eq(eh_tally_figures(&s.runs[0].tally, 0, &f), 0);
    expect_near(f.spread_count, 0);
    expect_near(f.guess, (0.5 + 1 + 0.5 + 1) / 4);
}

/* The least loaded one can do no better than one each, and does. */
Test(simulation, the_policy_asked_for_deals)
{
    struct eh_figures f;
    deal("a,2025-01-01,order,t,,,,Ana\nb,2025-01-01,order,t,,,,Bo\nc,2025-01-01,order,t,,,,Cy\n",
         "", "least_loaded", 1);
    cr_assert_eq(eh_tally_figures(&s.runs[0].tally, 0, &f), 0);
    expect_near(f.jain_count, 1);
    expect_near(f.spread_count, 0);
}

Test(simulation, refuses_with_file_and_line)
{
    expect_refusal("a,2025-01-01,order,t,,,,\nb,2025-01-01,order,u,,,,\n", one_at_a_time,
                   "f.csv:3: team: u is not on the desk");
    eh_simulation_done(&s);
    expect_refusal("a,2025-01-01,order,t,,,,\nb,2025-01-01,query,t,,,,\n", one_at_a_time,
                   "f.csv:3: kind: query is not on the desk");
    eh_simulation_done(&s);
    expect_refusal("a,2025-01-01,order,t,,,,\nb,2025-01-01,order,t,,,,\na,,order,t,,,,\n",
                   one_at_a_time, "f.csv:4: ticket_id: `a` stands on line 2, too");
    eh_simulation_done(&s);
    expect_refusal("", "", "f.csv: has no rows");
}

Test(simulation, takes_an_empty_history_of_a_desk)
{
    deal("", one_at_a_time, "random", 1);
    struct eh_figures f;
    cr_assert_eq(s.messages.tickets, 0);
    cr_assert_eq(eh_tally_figures(&s.runs[0].tally, EH_TALLY_ALL, &f), 0);
    cr_assert_eq(f.waiting, 0);
}

/* ---- Hours. */

#define OFFICE(rest)                                                                               \
    "desk: main\ntime_zone: Europe/Oslo\nkinds: {order: {points: 1}}\n"                            \
    "calendars: [{id: office, hours: {mon-fri: 08:00-16:00}, holidays: [2025-01-06]}]\n"           \
    "reps: [{id: ana}, {id: bo, hours: {sat: 10:00-12:00}}]\n"                                     \
    "teams: [{id: t, policy: random, hours: office, " rest "}]\n"

/* Who has the ticket since when, as Oslo's clocks show it in the winter: "ana 03T08:00". */
static const char *dealt(const char *id)
{
    static char text[64];
    struct eh_ticket_view view;
    if (!eh_engine_ticket(s.runs[0].engine, eh_str("default"), eh_str(id), &view) ||
        view.state != EH_TICKET_ASSIGNED)
        return "nobody";
    int64_t minute = (view.assigned_us - INT64_C(1735686000000000)) / 60000000; /* of January */
    eh_format(text, sizeof text, "%.*s %02dT%02d:%02d", EH_STR_ARG(view.rep),
              (int)(minute / 1440) + 1, (int)(minute / 60 % 24), (int)(minute % 60));
    return text;
}

/* The 1st of January of 2025 is a Wednesday, the 6th is a holiday. */
Test(simulation, what_comes_outside_of_hours_waits_for_a_shift)
{
    struct eh_figures f;
    deal("a,2025-01-01T07:59,order,t,,,,ana\nb,2025-01-01T15:59,order,t,,,,ana\n"
         "c,2025-01-01T16:00:00+01:00,order,t,,,,ana\nd,2025-01-03T16:00,order,t,,,,ana\n"
         "e,2025-01-04T12:00,order,t,,,,ana\n",
         OFFICE("reps: [ana, bo]"), "random", 1);
    cr_expect_str_eq(dealt("a"), "ana 01T08:00");
    cr_expect_str_eq(dealt("b"), "ana 01T15:59");
    cr_expect_str_eq(dealt("c"), "ana 02T08:00");
    cr_expect_str_eq(dealt("d"), "bo 04T10:00");
    cr_expect_str_eq(dealt("e"), "ana 07T08:00");
    cr_assert_eq(eh_tally_figures(&s.runs[0].tally, 0, &f), 0);
    cr_expect_eq(f.waited, 4);
    cr_expect_eq(f.most_s, 68 * 3600);
    cr_expect_eq(f.wait_s, (60 + (16 + 18 + 68) * 3600) / 4);
    cr_expect_eq(f.waiting, 0);
}

/* Oslo's clocks go ahead at 02:00 on the 30th of March. */
Test(simulation, shifts_begin_by_local_clocks)
{
    struct eh_figures f;
    deal("a,2025-03-28T07:00:00Z,order,t,,,,ana\nb,2025-03-31T06:00:00Z,order,t,,,,ana\n"
         "c,2025-03-28T06:59:00Z,order,t,,,,ana\nd,2025-03-31T05:59:00Z,order,t,,,,ana\n",
         OFFICE("reps: [ana]"), "random", 1);
    cr_assert_eq(eh_tally_figures(&s.runs[0].tally, 0, &f), 0);
    cr_expect_eq(f.tickets, 4);
    cr_expect_eq(f.waited, 2);
    cr_expect_eq(f.most_s, 60);
}

/* a was closed after an hour and a half of work. It is as long with whoever gets it on the 2nd, so
 * b, for whom there is no room before, comes at half past nine. c has the team's hours behind it.
 */
/* It was recorded an hour behind the end of a day's work, and is closed with that end here. */
Test(simulation, what_waited_is_closed_when_it_is_and_not_when_it_was)
{
    struct eh_ticket_view view;
    deal("a,2025-01-01T18:00,order,t,,2025-01-20T17:00,won,ana\n"
         "b,2025-01-20T18:00,order,t,,,,ana\n",
         OFFICE("reps: [ana]"), "random", 1);
    cr_expect_not(eh_engine_ticket(s.runs[0].engine, eh_str("default"), eh_str("a"), &view));
    cr_expect_str_eq(dealt("b"), "ana 21T08:00");
}

Test(simulation, what_waited_takes_as_much_working_time)
{
    deal("a,2025-01-01T20:00,order,t,,2025-01-02T09:30,won,ana\n"
         "b,2025-01-02T08:30,order,t,,2025-01-03T08:30,won,ana\n"
         "c,2025-01-02T15:00,order,t,,,,ana\n",
         OFFICE("reps: [ana], capacity: 1"), "random", 1);
    cr_expect_str_eq(dealt("c"), "ana 03T09:30");
}

Test(simulation, no_more_than_at_most)
{
    static const char rows[] =
        "a,2025-01-01T09:10,order,t,,,,ana\nb,2025-01-01T09:20,order,t,,,,ana\n"
        "c,2025-01-01T09:30,order,t,,,,ana\n";
    deal(rows, OFFICE("reps: [ana], at_most: {per_hour: 1}"), "random", 1);
    cr_expect_str_eq(dealt("a"), "ana 01T09:10");
    cr_expect_str_eq(dealt("b"), "ana 01T10:00");
    cr_expect_str_eq(dealt("c"), "ana 01T11:00");
    eh_simulation_done(&s);
    deal(rows, OFFICE("reps: [ana], at_most: {per_day: 1}"), "random", 1);
    cr_expect_str_eq(dealt("a"), "ana 01T09:10");
    cr_expect_str_eq(dealt("b"), "ana 02T08:00");
    cr_expect_str_eq(dealt("c"), "ana 03T08:00");
}

/* Who is there half the time is as well off with half of it: ana works on both days, bo on Monday
 * alone, cai comes on Tuesday, dov is gone. What comes in a night is for whoever comes first. */
Test(simulation, evenness_goes_by_who_was_there)
{
    char rows[1024] = "";
    struct eh_figures f;
    for (int i = 0; i < 16; i++)
        eh_format(rows + strlen(rows), sizeof rows - strlen(rows),
                  "%d,2025-01-0%dT%02d:00:00Z,order,t,100,,,%s\n", i, i < 8 ? 6 : 7,
                  i < 4    ? 9 + i
                  : i < 12 ? 17 + i % 8 / 2
                           : i - 4,
                  i < 4 && i % 2        ? "bo"
                  : i > 4 && i % 3 == 2 ? "cai"
                                        : "ana");
    deal(
        rows,
        "desk: d\ncurrency: EUR\ntime_zone: UTC\nkinds: {order: {points: 1}}\n"
        "calendars: [{id: office, hours: {mon: 08:00-16:00, tue: 08:00-16:00}}]\n"
        "reps: [{id: ana}, {id: bo, hours: {mon: 09:00-16:00}}, {id: cai, share: 0.5}, {id: dov}]\n"
        "teams: [{id: t, policy: random, hours: office,\n"
        "   reps: [ana, bo, {id: cai, from: 2025-01-07}, {id: dov, until: 2025-01-05}]}]\n",
        "random", 1);
    /* Monday's four: ana and bo two each. The nights' eight, Tuesday's four: ana 2/3, cai 1/3. */
    cr_assert_eq(eh_simulation_weight(&s, 0, 0), EH_PPM);
    cr_assert_eq(eh_simulation_weight(&s, 0, 1), 200000);
    cr_assert_eq(eh_simulation_weight(&s, 0, 2), 400000);
    cr_assert_eq(eh_simulation_weight(&s, 0, 3), 0);
    cr_assert_eq(eh_tally_figures(&s.recorded, 0, &f), 0);
    cr_assert_eq(f.tickets, 16);
    expect_near(f.jain_count, 1);
    expect_near(f.gini_count, 0);
    expect_near(f.spread_count, 0);
    cr_assert_eq(eh_tally_figures(&s.runs[0].tally, 0, &f), 0);
    cr_assert_eq(f.tickets, 16);
    cr_assert(isfinite(f.spread_count) && f.spread_count > 0);
}

/* Without hours, too, the next day is dealt on; and who has none is never dealt anything. */
Test(simulation, time_goes_on_behind_the_last_row)
{
    struct eh_figures f;
    deal("a,2025-01-01T09:00,order,t,,,,ana\nb,2025-01-01T09:00,order,t,,,,ana\n",
         "desk: main\ntime_zone: Europe/Oslo\nkinds: {order: {points: 1}}\nreps: [ana]\n"
         "teams: [{id: t, policy: random, at_most: {per_day: 1}, reps: [ana]}]\n",
         "random", 1);
    cr_expect_str_eq(dealt("b"), "ana 02T00:00");
    eh_simulation_done(&s);
    deal("a,2025-01-01T09:00,order,t,,,,ana\n",
         "desk: main\nkinds: {order: {points: 1}}\nreps: [{id: ana, hours: {}}]\n"
         "teams: [{id: t, policy: random, reps: [ana]}]\n",
         "random", 1);
    cr_assert_eq(eh_tally_figures(&s.runs[0].tally, 0, &f), 0);
    cr_expect_eq(f.tickets, 0);
    cr_expect_eq(f.waited, 0);
    cr_expect_eq(f.waiting, 1);
}

/* Two years of hours, each day: nobody who is off gets anything, by any policy. */
Test(simulation, nobody_who_is_off)
{
    static char rows[60000];
    size_t at = 0;
    for (int day = 0; day < 700; day++) {
        char date[EH_DECIMAL_TEXT_MAX];
        eh_date_print(20089 + day, date); /* 2025-01-01 */
        at += eh_format(rows + at, sizeof rows - at, "%d,%sT%02d:30:00Z,order,t,1,,,ana\n", day,
                        date, day * 7 % 24);
    }
    deal(rows, OFFICE("reps: [ana, bo]"), "balanced", 1);
    struct eh_figures f;
    cr_assert_eq(eh_tally_figures(&s.runs[0].tally, 0, &f), 0);
    cr_expect_eq(f.tickets, 700);
    for (int i = 0; i < 700; i++) {
        struct eh_ticket_view view;
        char id[8];
        eh_format(id, sizeof id, "%d", i);
        cr_assert(eh_engine_ticket(s.runs[0].engine, eh_str("default"), eh_str(id), &view));
        bool bo = eh_str_equal(view.rep, eh_str("bo"));
        int64_t day = view.assigned_us / INT64_C(86400000000);
        int weekday = (int)((day + 3) % 7); /* from Monday; hours do not touch midnight */
        cr_assert(bo ? weekday == 5 : weekday < 5, "%s: day %d", id, weekday);
    }
}

/* ---- Answers. */

#define ANSWERS "ticket_id,opened_at,kind,team,answered_at,closed_at,outcome,historical_rep\n"

static void deal_answers(const char *rows, const char *desk)
{
    static char text[4096];
    struct eh_error error = {0};
    struct eh_simulation_rules rules = {.history = {.file = "f.csv"},
                                        .desk = eh_str(desk),
                                        .policies = {"random"},
                                        .policy_count = 1};
    eh_format(text, sizeof text, ANSWERS "%s", rows);
    cr_assert_eq(eh_simulation_load(eh_str(text), &rules, &s, &error), 0, "%s", error.text);
    cr_assert_eq(eh_simulation_run(&s, NULL, NULL, &error), 0, "%s", error.text);
}

static void expect_in_time(uint64_t recorded, uint64_t dealt, uint64_t due)
{
    struct eh_figures f;
    cr_assert_eq(eh_tally_figures(&s.recorded, 0, &f), 0);
    cr_expect_eq(f.in_time, recorded, "recorded: %d", (int)f.in_time);
    cr_expect_eq(f.due, due, "due: %d", (int)f.due);
    cr_assert_eq(eh_tally_figures(&s.runs[0].tally, 0, &f), 0);
    cr_expect_eq(f.in_time, dealt, "dealt: %d", (int)f.in_time);
    cr_expect_eq(f.due, due, "due: %d", (int)f.due);
}

#define WITHIN(rest) OFFICE("answer_within: {order: 1h}, " rest)

/* An hour of work: a in half an hour, b in two, c over the night in half an hour of work; d by its
 * closing; e has none, and f's time is not over with the last row. */
Test(simulation, in_time_is_told_by_working_time)
{
    deal_answers("a,2025-01-02T09:00,order,t,2025-01-02T09:30,,,ana\n"
                 "b,2025-01-02T09:00,order,t,2025-01-02T11:00,,,ana\n"
                 "c,2025-01-02T15:45,order,t,2025-01-03T08:15,,,ana\n"
                 "d,2025-01-03T09:00,order,t,,2025-01-03T10:00,won,ana\n"
                 "e,2025-01-03T09:00,order,t,,,,ana\n"
                 "f,2025-01-03T11:30,order,t,,,,ana\n",
                 WITHIN("reps: [ana]"));
    expect_in_time(3, 3, 5);
}

/* There is room for one at a time. b was answered ten minutes after it came, and here so long after
 * its deal at 10:30, which is too late; c, which comes behind it, in time. */
Test(simulation, what_waited_is_answered_as_much_later)
{
    deal_answers("a,2025-01-02T09:00,order,t,2025-01-02T09:10,2025-01-02T10:30,won,ana\n"
                 "b,2025-01-02T09:05,order,t,2025-01-02T09:15,2025-01-02T09:25,won,ana\n"
                 "c,2025-01-02T10:40,order,t,2025-01-02T10:50,2025-01-02T11:00,won,ana\n",
                 WITHIN("reps: [ana], capacity: 1"));
    expect_in_time(3, 2, 3);
}

/* What the engine itself does with such times happens, too: what waits too long goes to others. */
Test(simulation, what_waits_for_too_long_overflows)
{
    struct eh_figures f;
    deal_answers("a,2025-01-02T09:00,order,t,,,,ana\nb,2025-01-02T09:05,order,t,,,,ana\n",
                 "desk: main\ntime_zone: UTC\nkinds: {order: {points: 1}}\nreps: [ana, bo]\n"
                 "teams:\n  - {id: t, policy: random, reps: [ana], capacity: 1,\n"
                 "     overflow: {after: 2h, to: u}}\n  - {id: u, reps: [bo]}\n");
    cr_assert_eq(eh_tally_figures(&s.runs[0].tally, 1, &f), 0);
    cr_expect_eq(f.tickets, 1);
    cr_assert_eq(eh_tally_figures(&s.runs[0].tally, 0, &f), 0);
    cr_expect_eq(f.tickets, 1);
    cr_expect_eq(f.most_s, 2 * 3600);
}

/* ---- Lapses. */

#define RETURN "unanswered: {after: 30m, then: return}, answer_within: {order: 1h}, "
#define TWO(rest)                                                                                  \
    "desk: main\ntime_zone: UTC\nkinds: {order: {points: 1}}\nreps: [ana, bo]\n"                   \
    "teams: [{id: t, policy: random, reps: [ana, bo], " RETURN rest "}]\n"

static void expect_dealt(uint64_t tickets, double spread, uint64_t in_time, uint64_t due)
{
    struct eh_figures f;
    cr_assert_eq(eh_tally_figures(&s.runs[0].tally, 0, &f), 0);
    cr_expect_eq(f.tickets, tickets, "dealt: %d", (int)f.tickets);
    expect_near(f.spread_count, spread);
    cr_expect_eq(f.in_time, in_time, "in time: %d", (int)f.in_time);
    cr_expect_eq(f.due, due, "due: %d", (int)f.due);
    cr_expect_eq(f.waiting, 0);
}

/* a tells that the source answers. b is answered 45 minutes after it came: let lapse at 30, dealt
 * to the other rep, answered there as it was recorded. Both had it, each once. */
Test(simulation, what_lapses_is_answered_when_it_was)
{
    deal_answers("a,2025-01-02T09:00,order,t,2025-01-02T09:10,2025-01-02T09:15,won,ana\n"
                 "b,2025-01-02T10:00,order,t,2025-01-02T10:45,2025-01-02T11:00,won,ana\n",
                 TWO("capacity: 9"));
    struct eh_figures f;
    expect_dealt(3, 1, 2, 2);
    cr_assert_eq(eh_tally_figures(&s.recorded, 0, &f), 0);
    cr_expect_eq(f.in_time, 2);
}

/* Let lapse at 10:30, 11:00, ..., 13:00, to and fro between both who signal at once: each counts it
 * once. c, which comes at 13:00, finds both there. */
Test(simulation, what_goes_to_and_fro_counts_once_for_each)
{
    deal_answers("a,2025-01-02T09:00,order,t,2025-01-02T09:10,2025-01-02T09:15,won,ana\n"
                 "b,2025-01-02T10:00,order,t,2025-01-02T13:10,2025-01-02T13:20,won,ana\n"
                 "c,2025-01-02T13:00,order,t,2025-01-02T13:05,2025-01-02T13:30,won,ana\n",
                 TWO("capacity: 9"));
    struct eh_figures f;
    cr_assert_eq(eh_tally_figures(&s.runs[0].tally, 0, &f), 0);
    cr_expect_eq(f.tickets, 1 + 2 + 1);
    cr_expect_eq(f.in_time, 2);
    cr_expect_leq(f.spread_count, 2);
}

/* Nobody ever answered b or closed it: it comes back once, and stays with the other rep. */
Test(simulation, what_nobody_ever_answered_lapses_once)
{
    struct eh_ticket_view view;
    deal_answers("a,2025-01-02T09:00,order,t,2025-01-02T09:10,2025-01-02T09:15,won,ana\n"
                 "b,2025-01-02T10:00,order,t,,,,ana\n"
                 "c,2025-01-09T10:00,order,t,2025-01-09T10:10,2025-01-09T10:15,won,ana\n",
                 TWO("capacity: 9"));
    struct eh_figures f;
    cr_assert_eq(eh_tally_figures(&s.runs[0].tally, 0, &f), 0);
    cr_expect_eq(f.tickets, 1 + 2 + 1);
    cr_expect_eq(f.in_time, 2);
    cr_expect_eq(f.due, 3);
    cr_assert(eh_engine_ticket(s.runs[0].engine, eh_str("default"), eh_str("b"), &view));
    cr_expect_eq(view.assigned_us, INT64_C(1735813800000000), "10:30, on the 2nd");
}

/* By hours: who lets a ticket lapse is away until their next shift. ana and bo let b lapse at 10:30
 * and 11:00 of a Thursday, so that b, answered at 11:20, is answered when it is dealt on Friday at
 * 08:00; c, which comes on Thursday at 12:00, waits until then, too. */
Test(simulation, who_let_a_ticket_lapse_is_there_in_the_next_shift)
{
    deal_answers("a,2025-01-02T09:00,order,t,2025-01-02T09:10,2025-01-02T09:15,won,ana\n"
                 "b,2025-01-02T10:00,order,t,2025-01-02T11:20,2025-01-10T11:30,won,ana\n"
                 "c,2025-01-02T12:00,order,t,2025-01-02T12:10,2025-01-10T12:20,won,ana\n",
                 "desk: main\ntime_zone: UTC\nkinds: {order: {points: 1}}\nreps: [ana, bo]\n"
                 "calendars: [{id: office, hours: {mon-fri: 08:00-16:00}}]\n"
                 "teams: [{id: t, policy: random, reps: [ana, bo], hours: office, capacity: 9,\n"
                 "  " RETURN "}]\n");
    struct eh_figures f;
    cr_assert_eq(eh_tally_figures(&s.runs[0].tally, 0, &f), 0);
    cr_expect_eq(f.tickets, 1 + 2 + 1);
    cr_expect_eq(f.waiting, 0);
    cr_expect_eq(f.waited, 1);
    cr_expect_eq(f.wait_s, 20 * 3600);
    cr_expect_eq(f.in_time, 1);
    cr_expect_eq(f.due, 3);
    cr_expect_leq(f.spread_count, 2);
    cr_expect_eq(s.runs[0].late_count, 0);
}

/* A closing alone tells nothing of answers: nothing is taken back, as by evenhandd. */
Test(simulation, nothing_is_taken_back_where_no_answer_is_recorded)
{
    deal_answers("a,2025-01-02T09:00,order,t,,2025-01-02T09:50,won,ana\n"
                 "b,2025-01-02T10:00,order,t,,2025-01-02T10:50,won,ana\n",
                 TWO("capacity: 9"));
    struct eh_figures f;
    cr_assert_eq(eh_tally_figures(&s.runs[0].tally, 0, &f), 0);
    cr_expect_eq(f.tickets, 2);
    cr_expect_eq(f.in_time, 2);
}

/* Kinds bound what a rep has open: b waits until a is closed. */
Test(simulation, kinds_bound_what_is_open)
{
    struct eh_figures f;
    deal_answers("a,2025-01-02T09:00,order,t,,2025-01-02T12:00,won,ana\n"
                 "b,2025-01-02T10:00,order,t,,2025-01-02T11:00,won,ana\n",
                 "desk: main\ntime_zone: UTC\nkinds: {order: {points: 1}}\nreps: [ana]\n"
                 "teams: [{id: t, policy: random, reps: [ana], kinds: {order: {open: 1}}}]\n");
    cr_assert_eq(eh_tally_figures(&s.runs[0].tally, 0, &f), 0);
    cr_expect_eq(f.tickets, 2);
    cr_expect_eq(f.waited, 1);
    cr_expect_eq(f.wait_s, 2 * 3600);
}

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
    static char text[8192];
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

Test(policy, keeps_what_decides_a_deal)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    EH_AUTO(eh_bytes) struct eh_bytes yaml = EH_BYTES_INIT;
    struct eh_error error = {0};
    struct eh_desk *desk, *again;
    const char *text = "desk: main\ncurrency: JPY\ntime_zone: Europe/Oslo\n"
                       "kinds: {order: {points: 7}, on: {points: 1}}\n"
                       "reps:\n"
                       "  - {id: ana, share: 0.000001, skills: [\"a \\\"b\\\\\", de], user: root}\n"
                       "  - {id: \"no\", share: 0.5, since: 2021-03-01}\n"
                       "teams:\n"
                       "  - id: sales\n"
                       "    reps: [ana, {id: \"no\", from: 2026-01-01, until: 2026-03-20}]\n"
                       "    managers: [maja]\n"
                       "    policy: random\n    value_weight: 12.5%\n    capacity: 9\n"
                       "    affinity: open\n    affinity_for: 90m\n    presence: signalled\n"
                       "  - {id: empty, reps: []}\n";
    cr_assert_eq(eh_desk_parse(eh_str(text), &arena, &desk, &error), 0, "%s", error.text);
    cr_assert_eq(eh_policy_desk(desk, "rotation", &yaml), 0);
    cr_assert_eq(eh_desk_parse(eh_str_n((char *)yaml.data, yaml.size), &arena, &again, &error), 0,
                 "%s\n%s", error.text, (char *)yaml.data);
    const struct eh_desk_team *a = eh_desk_team(desk, eh_str("sales")),
                              *b = eh_desk_team(again, eh_str("sales"));
    cr_assert(eh_str_equal(b->policy, eh_str("rotation")));
    cr_assert_eq(b->presence, EH_PRESENCE_ASSUMED);
    cr_assert_eq(b->manager_count, 0);
    cr_assert_eq(b->value_weight_ppm, 125000);
    cr_assert_eq(b->capacity, 9);
    cr_assert(b->affinity_open);
    cr_assert_eq(b->affinity_for_s, 5400);
    cr_assert_eq(b->member_count, 2);
    cr_assert_eq(memcmp(a->members, b->members, 2 * sizeof *a->members), 0);
    cr_assert_eq(again->rep_count, 2);
    for (uint32_t i = 0; i < 2; i++) {
        cr_assert(eh_str_equal(again->reps[i].id, desk->reps[i].id));
        cr_assert_eq(again->reps[i].share_ppm, desk->reps[i].share_ppm);
        cr_assert_eq(again->reps[i].skill_count, desk->reps[i].skill_count);
        for (uint32_t k = 0; k < desk->reps[i].skill_count; k++)
            cr_assert(eh_str_equal(again->reps[i].skills[k], desk->reps[i].skills[k]));
    }
    cr_assert_eq(eh_desk_kind(again, eh_str("order"))->points, 7);
    cr_assert_eq(eh_desk_kind(again, eh_str("on"))->points, 1);
    cr_assert(eh_str_equal(again->currency, eh_str("JPY")));
    cr_assert_eq(eh_desk_team(again, eh_str("empty"))->member_count, 0);
}

/* ---- Histories. */

static const char one_at_a_time[] = "desk: main\ncurrency: EUR\nkinds: {order: {points: 1}}\n"
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
    cr_assert_eq(s.runs[0].tally.waiting, 1);
    struct eh_figures f;
    cr_assert_eq(eh_tally_figures(&s.runs[0].tally, 0, &f), 0);
    cr_assert_eq(f.tickets, 3);
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
    cr_assert_eq(s.messages.tickets, 0);
    cr_assert_eq(s.runs[0].tally.waiting, 0);
}

/*
 * unit/pool_periods: periods through the engine: frozen, closed, settled again, paid; the worked
 * example from its tickets on.
 */
#include "pool_office.h"

static const struct eh_bonus_lines all;

/* --- The worked example --- */

Test(pool_periods, the_worked_example_from_its_tickets_on)
{
    EH_AUTO(office) struct office o = {0};
    unsigned first = office_until_april(&o);
    cr_assert_eq(office_view(&o, "2026-02").late, 1);
    cr_assert_eq(eh_engine_carry_open(o.k.e, eh_str("sales")), 0);
    office_settle(&o, "2026-03");

    const struct eh_pool_statement *february = office_statement(&o, "2026-02");
    cr_expect_eq(february->version, 2);
    cr_expect_eq(february->difference, -1240);
    cr_expect_eq(february->paid, 0);
    cr_expect_eq(february->net, 477501);
    cr_expect_eq(february->carry_open, -1240);
    cr_expect_eq(february->late, 0);

    const struct eh_pool_statement *march = office_statement(&o, "2026-03");
    office_expect_march(march);
    cr_expect_eq(march->version, 1);
    cr_expect_eq(march->state, EH_PERIOD_CLOSED);
    cr_expect_eq(march->metrics[0].value, 12934567);
    cr_expect_eq(march->metrics[0].score_ppm, 1155761);
    cr_expect_eq(march->metrics[1].value, 4383);
    cr_expect_eq(march->metrics[1].count, 184);
    cr_expect_eq(march->metrics[2].value, 655);
    cr_expect_eq(march->metrics[2].gate_value, 55825);
    cr_expect_eq(march->composite_ppm, 1046971);
    cr_expect_eq(march->funding_ppm, 1093942);
    cr_expect_eq(march->gross, 656365);
    cr_expect_eq(march->individual, 65513);
    cr_expect_eq(march->equal, 235845);
    cr_expect_eq(march->hours, 235845);
    cr_expect_eq(march->seniority, 117922);
    cr_expect_eq(march->paid, 655125);
    cr_expect_eq(march->carry_before, -1240);
    cr_expect_eq(march->carry_open, 0);
    cr_expect_eq(eh_engine_carry_open(o.k.e, eh_str("sales")), 0);
    (void)first;
}

Test(pool_periods, a_refund_after_the_close_becomes_carry)
{
    EH_AUTO(office) struct office o = {0};
    unsigned order = office_until_april(&o) + 1;
    office_settle(&o, "2026-03");
    cr_assert_str_eq(office_step(&o, EH_MESSAGE_CLOSE, "2026-03"),
                     "2026-03: nothing came since version 1");
    office_outcome(&o, order, "'outcome':'refunded','value':340000");
    cr_expect_eq(office_statement(&o, "2026-03")->late, 1);
    cr_assert_str_eq(office_step(&o, EH_MESSAGE_CLOSE, "2026-03"), "");
    const struct eh_pool_statement *march = office_statement(&o, "2026-03");
    cr_expect_eq(march->version, 2);
    cr_expect_eq(march->metrics[0].score_ppm, 1099095);
    cr_expect_eq(march->composite_ppm, 1024305);
    cr_expect_eq(march->funding_ppm, 1048610);
    cr_expect_eq(march->gross, 629166);
    cr_expect_eq(march->difference, -27199);
    cr_expect_eq(march->carry_open, -27199);
    cr_expect_eq(march->carry_before, -1240);
    cr_expect_eq(march->paid, 0);
    cr_expect_eq(march->lines[ANA].paid, 0);
    cr_expect_eq(march->late, 0);
    office_expect_march(march);
    cr_expect_eq(eh_engine_carry_open(o.k.e, eh_str("sales")), -27199);
    cr_expect_eq(office_statement(&o, "2026-04")->carry_before, -27199);
    cr_assert_str_eq(office_step(&o, EH_MESSAGE_CLOSE, "2026-03"),
                     "2026-03: nothing came since version 2");
}

/* --- Carry --- */

/* What was refunded of February is more than March may give back at once. */
Test(pool_periods, carry_takes_at_most_its_part_of_each_pool)
{
    EH_AUTO(office) struct office o = {0};
    office_start(&o, office_desk(&o, "2026-02"));
    office_day(&o, "2026-02-10");
    unsigned order = office_february(&o);
    office_day(&o, "2026-03-01");
    office_settle(&o, "2026-02");
    office_day(&o, "2026-03-18");
    office_outcome(&o, order, "'outcome':'refunded','value':11500004");
    office_march(&o);
    office_minutes(&o, "2026-03");
    office_day(&o, "2026-04-01");
    office_settle(&o, "2026-03");
    int64_t open = office_statement(&o, "2026-02")->carry_open;
    const struct eh_pool_statement *march = office_statement(&o, "2026-03");
    cr_assert_lt(open, -164091);
    cr_expect_eq(march->carry_before, open);
    cr_expect_eq(march->carry, -164091); /* 164,091.25 of 656,365 */
    cr_expect_eq(march->net, 656365 - 164091);
    cr_expect_eq(march->carry_open, open + 164091);
    cr_expect_eq(eh_engine_carry_open(o.k.e, eh_str("sales")), open + 164091);
}

/* The refund is undone by a sale that comes late: first the carry goes, the rest is paid to the
 * members it was closed with, whatever the desk file says by then. */
Test(pool_periods, what_comes_late_and_is_good_cancels_carry_and_is_paid)
{
    EH_AUTO(office) struct office o = {0};
    unsigned order = office_until_april(&o) + 1;
    office_settle(&o, "2026-03");
    office_outcome(&o, order, "'outcome':'refunded','value':340000");
    cr_assert_str_eq(office_step(&o, EH_MESSAGE_CLOSE, "2026-03"), "");
    const char *desk =
        office_replaced(&o, office_desk(&o, "2026-02"), "  - {id: cy, since: 2024-06-01}\n",
                        "  - {id: cy, since: 2014-06-01}\n  - {id: fay}\n");
    kit_desk(&o.k, office_replaced(&o, desk, "[ana, bo, cy, ", "[bo, cy, fay, "));
    office_sent(&o, "the other desk");
    const struct eh_pool_statement *before = office_statement(&o, "2026-03");
    cr_assert_eq(eh_engine_carry_open(o.k.e, eh_str("sales")), -27199);
    office_sell_late(&o, 740000);
    cr_assert_str_eq(office_step(&o, EH_MESSAGE_CLOSE, "2026-03"), "");
    const struct eh_pool_statement *march = office_statement(&o, "2026-03");
    cr_expect_eq(march->version, 3);
    cr_expect_eq(march->metrics[0].value, 13334567);
    cr_expect_eq(march->cancelled, 27199);
    cr_expect_gt(march->paid, 0);
    cr_expect_eq(march->difference, march->cancelled + march->paid);
    cr_expect_eq(march->net, 655125 + march->paid);
    cr_expect_eq(march->gross - before->gross, march->difference);
    cr_expect_eq(march->carry_open, 0);
    cr_assert_eq(march->line_count, REPS);
    cr_expect(eh_str_equal(march->lines[ANA].rep, eh_str("ana")), "who is in the team no more");
    int64_t paid = 0;
    for (uint32_t i = 0; i < REPS; i++) {
        const struct eh_pool_line *line = &march->lines[i], *was = &before->lines[i];
        cr_expect_eq(line->total, was->total + line->paid);
        cr_expect_eq(line->band, was->band);
        cr_expect_eq(line->points, was->points);
        cr_expect_gt(line->paid, 0);
        cr_expect_eq(line->total, line->equal + line->hours + line->seniority + line->individual);
        paid += line->paid;
    }
    cr_expect_eq(paid, march->paid);
    cr_expect(march->lines[ANA].capped);
    cr_expect_eq(march->individual + march->equal + march->hours + march->seniority, march->paid);
}

/* --- Before the close --- */

Test(pool_periods, steps_out_of_turn_are_refused)
{
    EH_AUTO(office) struct office o = {0};
    office_start(&o, office_desk(&o, "2026-02"));
    office_day(&o, "2026-02-10");
    office_february(&o);
    cr_expect_str_eq(office_step(&o, EH_MESSAGE_FREEZE, "2026-02"),
                     "2026-02 runs until 2026-02-28; freeze it after that");
    office_day(&o, "2026-02-28");
    cr_expect_str_eq(office_step(&o, EH_MESSAGE_FREEZE, "2026-02"),
                     "2026-02 runs until 2026-02-28; freeze it after that");
    office_day(&o, "2026-03-01");
    cr_expect_str_eq(office_step(&o, EH_MESSAGE_CLOSE, "2026-02"),
                     "2026-02 is open; freeze it first, so that everybody can look at it");
    office_settle(&o, "2026-02");
    cr_expect_str_eq(o.error.text, "");
    struct eh_message m = office_message(EH_MESSAGE_FREEZE, "sales", "2026-02");
    cr_expect_eq(office_prepare(&o, o.k.e, &m), -EH_ECONFLICT);
    cr_expect_str_eq(o.error.text,
                     "2026-02 is closed; what came since is settled by `close` again");
    cr_assert_str_eq(office_step(&o, EH_MESSAGE_PAY, "2026-02"), "");
    cr_expect_eq(office_prepare(&o, o.k.e, &m), -EH_ECONFLICT);
    cr_expect_str_eq(o.error.text, "2026-02 is paid; what came since is settled by `close` again");
}

static void expect_refused(struct office *o, const char *team, const char *period, int code,
                           const char *sentence)
{
    for (int type = EH_MESSAGE_FREEZE; type <= EH_MESSAGE_CLOSE; type++) {
        struct eh_message m = office_message(type, team, period);
        cr_expect_eq(office_prepare(o, o->k.e, &m), -code, "%s: %s", period, o->error.text);
        cr_expect_str_eq(o->error.text, sentence);
    }
}

Test(pool_periods, a_period_that_no_plan_governs_says_what_to_do)
{
    EH_AUTO(office) struct office o = {0};
    const char *desk = office_desk(&o, "2026-02");
    office_start(&o, office_replaced(&o, desk, "plans:", "  - {id: care, reps: [ana]}\nplans:"));
    expect_refused(&o, "sales", "2026-Q1", EH_ENOTFOUND,
                   "no plan of team sales governs 2026-Q1; the first, sales-2026, begins with "
                   "2026-02");
    expect_refused(&o, "sales", "2026-Q2", EH_EINVAL,
                   "2026-Q2 is no period of team sales: plan sales-2026 pays by the month, such "
                   "as 2026-04");
    expect_refused(&o, "sales", "2026-01", EH_ENOTFOUND,
                   "no plan of team sales governs 2026-01; the first, sales-2026, begins with "
                   "2026-02");
    expect_refused(&o, "care", "2026-02", EH_ENOTFOUND,
                   "team care has no bonus plan; add one to `plans` of the desk file");
    expect_refused(&o, "none", "2026-02", EH_ENOTFOUND, "there is no team none");
    expect_refused(&o, "sales", "March", EH_EINVAL,
                   "period: `March` is no period such as 2026-W10, 2026-03 or 2026-Q1 (years 1970 "
                   "to 9999)");
}

Test(pool_periods, other_steps_need_no_text)
{
    EH_AUTO(office) struct office o = {0};
    office_start(&o, office_desk(&o, "2026-02"));
    static const int types[] = {EH_MESSAGE_PAY, EH_MESSAGE_EXCLUDE, EH_MESSAGE_TICKET};
    for (unsigned i = 0; i < 3; i++) {
        struct eh_message m = office_message(types[i], "sales", "March");
        cr_expect_eq(office_prepare(&o, o.k.e, &m), 0);
        cr_expect_eq(o.text.size, 0);
    }
}

Test(pool_periods, missing_minutes_block_the_close_and_not_the_look)
{
    EH_AUTO(office) struct office o = {0};
    office_start(&o, office_desk(&o, "2026-02"));
    office_day(&o, "2026-03-18");
    office_march(&o);
    office_metric(&o, "2026-03", "ana", "paid_minutes", 10080);
    office_metric(&o, "2026-03", "bo", "paid_minutes", 9600);
    office_metric(&o, "2026-03", "dee", "contract_minutes", 9600);
    office_day(&o, "2026-04-01");
    cr_assert_str_eq(office_step(&o, EH_MESSAGE_FREEZE, "2026-03"), "");
    cr_expect_str_eq(office_step(&o, EH_MESSAGE_CLOSE, "2026-03"),
                     "2026-03: paid_minutes of cy did not come; send them with `metric` (and 2 "
                     "more missing); freeze it again when it is there, or with `incomplete` "
                     "(--incomplete --reason TEXT): then what is missing scores nothing");
    const struct eh_pool_statement *s = office_statement(&o, "2026-03");
    cr_expect_eq(s->state, EH_PERIOD_PROVISIONAL);
    cr_expect(s->estimate);
    cr_expect_eq(s->gross, 656365);
    cr_expect_eq(s->lines[CY].minutes, 0);
    office_minutes(&o, "2026-03"); /* after the freeze: they are in the next one */
    cr_expect_eq(office_statement(&o, "2026-03")->late, 5);
    cr_expect(office_statement(&o, "2026-03")->estimate);
    office_settle(&o, "2026-03");
    s = office_statement(&o, "2026-03");
    cr_expect(!s->estimate);
    cr_expect_eq(s->net, 656365);
    cr_expect_eq(s->late, 0);
}

/* What is frozen is what is closed; what comes in between waits for the next version. */
Test(pool_periods, a_frozen_period_stands_still)
{
    EH_AUTO(office) struct office o = {0};
    unsigned order = office_until_april(&o) + 1;
    struct eh_period_view view = office_view(&o, "2026-03");
    const struct eh_pool_statement *open = office_statement(&o, "2026-03");
    cr_expect_eq(open->state, EH_PERIOD_OPEN);
    cr_expect(open->estimate);
    cr_expect_eq(open->gross, 656365);
    cr_assert_str_eq(office_step(&o, EH_MESSAGE_FREEZE, "2026-03"), "");
    uint8_t sha256[32];
    eh_hash_sha256(o.text.data, o.text.size, sha256);
    office_outcome(&o, order, "'outcome':'refunded','value':340000");
    const struct eh_pool_statement *s = office_statement(&o, "2026-03");
    cr_expect_eq(s->state, EH_PERIOD_PROVISIONAL);
    cr_expect(!s->estimate);
    cr_expect_eq(s->gross, 656365);
    cr_expect_eq(s->late, 1);
    cr_expect_eq(memcmp(s->facts_sha256, sha256, 32), 0);
    cr_assert_str_eq(office_step(&o, EH_MESSAGE_CLOSE, "2026-03"), "");
    s = office_statement(&o, "2026-03");
    office_expect_march(s);
    cr_expect_eq(memcmp(s->facts_sha256, sha256, 32), 0);
    eh_bonus_plan_sha256(view.plan, sha256) < 0 ? abort() : (void)0;
    cr_expect_eq(memcmp(s->plan_sha256, sha256, 32), 0);
    cr_expect_eq(s->late, 1);
    cr_assert_str_eq(office_step(&o, EH_MESSAGE_CLOSE, "2026-03"), "");
    cr_expect_eq(office_statement(&o, "2026-03")->gross, 629166);
}

Test(pool_periods, paid_is_paid_until_a_version_pays_more)
{
    EH_AUTO(office) struct office o = {0};
    unsigned order = office_until_april(&o) + 1;
    office_settle(&o, "2026-03");
    cr_assert_str_eq(office_step(&o, EH_MESSAGE_PAY, "2026-03"), "");
    const struct eh_pool_statement *s = office_statement(&o, "2026-03");
    cr_expect_eq(s->state, EH_PERIOD_PAID);
    cr_expect_eq(s->paid_version, 1);
    office_outcome(&o, order, "'outcome':'refunded','value':340000");
    cr_assert_str_eq(office_step(&o, EH_MESSAGE_CLOSE, "2026-03"), "");
    cr_expect_eq(office_statement(&o, "2026-03")->version, 2);
    cr_expect_eq(office_statement(&o, "2026-03")->net, 655125);
}

/* --- Late periods --- */

/* The example's plan with a gate that can lose what it is made of. */
static const char *desk_with_conversion(struct office *o)
{
    return office_replaced(o, office_desk(o, "2026-02"), "{metric: reopen_rate, at_most: 8%,",
                           "{metric: conversion, at_least: 1%,");
}

/* The text of the first node that has it in its formula, or NULL. */
static const struct eh_bonus_node *find_formula(const struct eh_bonus_node *node, const char *text)
{
    if (memmem(node->formula.data, node->formula.size, text, strlen(text)))
        return node;
    const struct eh_bonus_node *found = NULL;
    for (const struct eh_bonus_node *c = node->children; c && !found; c = c->next)
        found = find_formula(c, text);
    return found;
}

/* Nothing is known of it any more: no version more may be refused for that. */
Test(pool_periods, a_figure_that_went_missing_stays_that_of_the_version_before)
{
    EH_AUTO(office) struct office o = {0};
    office_start(&o, desk_with_conversion(&o));
    office_day(&o, "2026-02-10");
    unsigned order = office_february(&o);
    unsigned quote = office_close(&o, "quote", "bo", "'outcome':'won','value':1,'handled':650");
    office_day(&o, "2026-03-01");
    office_settle(&o, "2026-02");
    office_day(&o, "2026-03-18");
    office_march(&o);
    office_close(&o, "quote", "bo", "'outcome':'won','value':1,'handled':650");
    office_minutes(&o, "2026-03");
    office_outcome(&o, quote, "'outcome':'reopened'");
    office_outcome(&o, order, "'outcome':'refunded','value':4961");
    office_day(&o, "2026-04-01");
    cr_expect_str_eq(office_step(&o, EH_MESSAGE_CLOSE, "2026-02"), "");
    const struct eh_pool_statement *s = office_statement(&o, "2026-02");
    cr_expect_eq(s->version, 2);
    cr_expect_eq(s->late, 0);
    cr_expect_eq(s->metrics[2].gate_value, EH_PPM);
    cr_expect_not(s->estimate || s->metrics[2].gate_failed);
    const struct eh_bonus_node *why = NULL, *kept;
    struct eh_period_view view = office_view(&o, "2026-02");
    cr_assert_eq(eh_pool_explain(o.k.e, &view, &all, &o.arena, &why, &o.error), 0, "%s",
                 o.error.text);
    kept = find_formula(why, "that of the version before");
    cr_assert_not_null(kept);
    cr_expect(eh_str_equal(kept->name, eh_str("conversion")));
    cr_expect_eq(kept->value, EH_PPM);
    office_settle(&o, "2026-03");
    cr_expect_eq(office_statement(&o, "2026-03")->version, 1);
    office_outcome(&o, order, "'outcome':'refunded','value':1");
    cr_expect_str_eq(office_step(&o, EH_MESSAGE_CLOSE, "2026-02"), "");
    cr_expect_eq(office_statement(&o, "2026-02")->metrics[2].gate_value, EH_PPM, "still");
}

Test(pool_periods, what_is_not_late_is_left_alone)
{
    EH_AUTO(office) struct office o = {0};
    office_start(&o, office_desk(&o, "2026-02"));
    office_day(&o, "2026-02-10");
    office_february(&o);
    office_day(&o, "2026-03-18");
    office_settle(&o, "2026-02");
    office_march(&o);
    office_minutes(&o, "2026-03");
    office_day(&o, "2026-04-01");
    office_settle(&o, "2026-03");
    cr_expect_eq(office_statement(&o, "2026-02")->version, 1);
    cr_expect_eq(office_statement(&o, "2026-03")->version, 1);
}

/* February owes, and March owes more: each goes on from what the one before leaves open. */
Test(pool_periods, late_periods_are_settled_in_order_of_time)
{
    EH_AUTO(office) struct office o = {0};
    unsigned order = office_until_april(&o) + 1;
    office_settle(&o, "2026-03");
    office_day(&o, "2026-04-20");
    office_outcome(&o, order, "'outcome':'refunded','value':340000");
    office_outcome(&o, 0, "'outcome':'refunded','value':100000"); /* of February's order */
    office_close(&o, "order", "ana", "'outcome':'won','value':12000000,'handled':700");
    office_close(&o, "quote", "ana", "'outcome':'resolved','handled':650");
    office_close(&o, "query", "bo", "'outcome':'resolved','handled':625");
    for (unsigned i = 0; i < 4; i++)
        office_metric(&o, "2026-04", (const char *[]){"ana", "bo", "cy", "dee"}[i], "paid_minutes",
                      9000);
    office_day(&o, "2026-05-01");
    cr_assert_str_eq(office_step(&o, EH_MESSAGE_FREEZE, "2026-04"), "");
    struct eh_message m = office_message(EH_MESSAGE_CLOSE, "sales", "2026-04");
    cr_assert_eq(office_prepare(&o, o.k.e, &m), 0);
    struct eh_settlement s[4];
    struct eh_str text = o.text;
    for (unsigned i = 0; i < 3; i++)
        cr_assert_eq(eh_settlements_next(&text, &s[i]), 1);
    cr_assert_eq(eh_settlements_next(&text, &s[3]), 0);
    cr_expect(eh_period_equal(s[0].period, kit_period("2026-02")) && s[0].version == 3);
    cr_expect(eh_period_equal(s[1].period, kit_period("2026-03")) && s[1].version == 2);
    cr_expect(eh_period_equal(s[2].period, kit_period("2026-04")) && s[2].version == 1);
    cr_expect_lt(s[0].carry_open, 0);
    cr_expect_eq(s[1].carry_open, s[0].carry_open - 27199);
    cr_expect_eq(s[2].carry, s[1].carry_open);
    cr_expect_eq(s[2].carry_open, 0);
    cr_assert_str_eq(office_step(&o, EH_MESSAGE_CLOSE, "2026-04"), "");
    cr_expect_eq(office_statement(&o, "2026-04")->net, s[2].gross + s[1].carry_open);
}

/* --- The same everywhere --- */

static struct eh_str prepared(struct office *o, const struct eh_engine *e, int type,
                              const char *period)
{
    struct eh_message m = office_message(type, "sales", period);
    cr_assert_eq(office_prepare(o, e, &m), 0, "%s", o->error.text);
    return o->text;
}

Test(pool_periods, a_restored_engine_gives_the_same_bytes)
{
    EH_AUTO(office) struct office o = {0};
    office_until_april(&o);
    cr_assert_str_eq(office_step(&o, EH_MESSAGE_FREEZE, "2026-03"), "");
    office_outcome(&o, 11, "'outcome':'refunded','value':1000");
    struct eh_engine *again = kit_restored(o.k.e);
    for (int type = EH_MESSAGE_FREEZE; type <= EH_MESSAGE_CLOSE; type++)
        cr_expect(eh_str_equal(prepared(&o, o.k.e, type, "2026-03"),
                               prepared(&o, again, type, "2026-03")));
    eh_engine_free(again);
}

Test(pool_periods, the_order_in_the_desk_file_does_not_matter)
{
    EH_AUTO(office) struct office one = {0}, other = {0};
    const char *desk = office_desk(&one, "2026-02");
    office_start(&one, desk);
    desk = office_replaced(&other, desk, "  - {id: ana, since: 2014-02-01}\n", "");
    desk = office_replaced(&other, desk, "teams:\n", "  - {id: ana, since: 2014-02-01}\nteams:\n");
    desk = office_replaced(&other, desk, "[ana, bo, cy, ", "[cy, bo, ");
    desk = office_replaced(&other, desk, "until: 2026-03-20}]", "until: 2026-03-20}, ana]");
    office_start(&other, desk);
    struct office *const both[] = {&one, &other};
    for (unsigned i = 0; i < 2; i++) {
        office_day(both[i], "2026-03-18");
        office_march(both[i]);
        office_minutes(both[i], "2026-03");
        office_day(both[i], "2026-04-01");
        office_settle(both[i], "2026-03");
    }
    cr_expect(
        eh_str_equal(office_view(&one, "2026-03").frozen, office_view(&other, "2026-03").frozen));
    cr_expect(eh_str_equal(one.text, other.text));
    cr_expect_eq(office_statement(&one, "2026-03")->net, 656365);
}

/* --- Who is in it --- */

static struct eh_bonus_facts *facts_of(struct office *o, const char *period)
{
    struct eh_bonus_facts *facts = NULL;
    struct eh_period_view view = office_view(o, period);
    struct eh_error error = {0};
    cr_assert_eq(eh_pool_facts(o->k.e, &view, true, &o->arena, &facts, &error), 0, "%s",
                 error.text);
    return facts;
}

Test(pool_periods, an_empty_period_has_the_desks_kinds_and_its_members)
{
    EH_AUTO(office) struct office o = {0};
    office_start(&o, office_desk(&o, "2026-02"));
    const struct eh_bonus_facts *f = facts_of(&o, "2026-02");
    cr_expect(f->estimate);
    cr_assert_eq(f->kind_count, 3);
    cr_expect(eh_str_equal(f->kinds[0].id, eh_str("order")));
    cr_expect(eh_str_equal(f->kinds[2].id, eh_str("quote")));
    cr_assert_eq(f->member_count, 4, "Dee comes in March");
    cr_expect_eq(f->members[0].days, 28);
    cr_expect_eq(f->members[0].since, kit_date("2014-02-01"));
    cr_expect_null(f->members[0].closed);
    cr_expect(!f->members[3].left);
    const struct eh_pool_statement *s = office_statement(&o, "2026-02");
    cr_expect(s->estimate && s->metrics[2].missing && s->metrics[2].gate_missing);
    cr_expect_eq(s->late, 0);
}

/* Twice in the team with a break, and set aside; a rep who had left it, with minutes; a kind that
 * is gone from the desk file. */
Test(pool_periods, stays_add_up_and_strangers_get_nothing)
{
    EH_AUTO(office) struct office o = {0};
    const char *desk = office_desk(&o, "2026-02");
    desk = office_replaced(&o, desk, "cy, {id: dee,",
                           "{id: cy, until: 2026-03-10}, {id: cy, from: 2026-03-22},"
                           " {id: fay, until: 2026-03-02}, {id: dee,");
    desk = office_replaced(&o, desk, "teams:", "  - {id: fay}\n  - {id: gus}\nteams:");
    desk = office_replaced(&o, desk, "plans:", "  - {id: care, reps: [fay, gus]}\nplans:");
    office_start(&o, desk);
    office_day(&o, "2026-03-18");
    office_close(&o, "query", "bo", "'outcome':'resolved','handled':1");
    office_close(&o, "quote", "bo", "'outcome':'lost'");
    office_metric(&o, "2026-03", "fay", "paid_minutes", 60);
    kit_desk(&o.k, office_replaced(&o, desk, "fay, until: 2026-03-02", "fay, until: 2026-01-31"));
    office_metric(&o, "2026-03", NULL, "uptime", 3);
    office_metric(&o, "2026-03", NULL, "uptime", -5);
    office_metric(&o, "2026-03", NULL, "safety", 7);
    kit_command(&o.k, EH_MESSAGE_EXCLUDE,
                "{'team':'sales','period':'2026-03','rep':'ana','reason':'long ill'}");
    office_sent(&o, "exclude");
    const struct eh_bonus_facts *f = facts_of(&o, "2026-03");
    cr_assert_eq(f->member_count, 6);
    const struct eh_bonus_member *m = f->members;
    cr_expect(m[0].excluded && !m[1].excluded);
    cr_expect_eq(m[2].days, 20);
    cr_expect_eq(m[2].first_day, kit_date("2026-03-01"));
    cr_expect(!m[2].left);
    cr_expect_eq(m[3].first_day, kit_date("2026-03-17"));
    cr_expect(m[4].left);
    cr_expect(eh_str_equal(m[5].rep, eh_str("fay")), "known, though not of the team then");
    cr_expect_eq(m[5].days, 0);
    cr_expect_eq(m[5].since, EH_DATE_ALWAYS);
    cr_expect(m[5].has_paid && !m[5].has_contract);
    cr_assert_eq(f->import_count, 2);
    cr_expect(eh_str_equal(f->imports[0].name, eh_str("safety")));
    cr_expect_eq(f->imports[1].sum, -2);
    cr_expect_eq(f->imports[1].last, -5);
    cr_expect_eq(f->imports[1].count, 2);
    cr_expect_eq(m[1].closed[1], 1);
    cr_expect_eq(f->kinds[1].closed, 1);
    cr_expect_eq(f->kinds[1].lost, 0);
    cr_expect_eq(f->kinds[1].handled_count, 1);
    cr_expect_eq(f->kinds[1].handled_ms, 30000, "winsorised");
    cr_expect_eq(f->kinds[2].lost, 1);
    const struct eh_pool_statement *s = office_statement(&o, "2026-03");
    cr_expect(!s->lines[0].eligible && !s->lines[5].eligible && s->lines[1].eligible);
    cr_expect_eq(s->lines[5].total, 0);
}

/* He left in March and closed in April what he still held. */
Test(pool_periods, who_is_gone_is_told_of_where_he_closed_something)
{
    EH_AUTO(office) struct office o = {0};
    office_start(&o, office_desk(&o, "2026-02"));
    office_day(&o, "2026-03-20");
    unsigned ticket = office_ticket(&o, "query", "eli");
    office_day(&o, "2026-04-02");
    cr_expect_eq(facts_of(&o, "2026-04")->member_count, 4);
    office_outcome(&o, ticket, "'outcome':'resolved'");
    const struct eh_bonus_facts *f = facts_of(&o, "2026-04");
    cr_assert_eq(f->member_count, 5);
    cr_expect(eh_str_equal(f->members[4].rep, eh_str("eli")));
    cr_expect_eq(f->members[4].days, 0);
    cr_expect_eq(f->members[4].since, kit_date("2019-01-01"));
    cr_expect(!office_statement(&o, "2026-04")->lines[4].eligible);
}

Test(pool_periods, a_first_plan_may_come_late_and_says_so)
{
    EH_AUTO(office) struct office o = {0};
    const char *desk = office_desk(&o, "2026-02");
    char *without = eh_arena_copy(&o.arena, desk, strlen(desk) + 1);
    *strstr(without, "plans:") = '\0';
    office_start(&o, without);
    office_day(&o, "2026-02-10");
    kit_desk(&o.k, desk);
    office_sent(&o, "plans");
    cr_expect(office_statement(&o, "2026-02")->published_late);
    cr_expect(!office_statement(&o, "2026-03")->published_late);
    office_february(&o);
    office_day(&o, "2026-03-01");
    office_settle(&o, "2026-02");
    cr_expect(office_statement(&o, "2026-02")->published_late);
}

Test(pool_periods, a_sum_that_does_not_fit_is_an_error)
{
    EH_AUTO(office) struct office o = {0};
    office_start(&o, office_desk(&o, "2026-02"));
    for (unsigned i = 0; i < 1025; i++)
        office_metric(&o, "2026-02", NULL, "uptime", EH_INTEGER_MAX);
    office_day(&o, "2026-03-01");
    cr_expect_str_eq(office_step(&o, EH_MESSAGE_FREEZE, "2026-02"),
                     "2026-02: the sum of uptime does not fit 64 bits");
    cr_expect_eq(o.error.code, EH_ERANGE);
    office_metric(&o, "2026-02", NULL, "uptime", -2 * 1025);
    office_metric(&o, "2026-02", NULL, "uptime", -EH_INTEGER_MAX);
    cr_expect_str_eq(office_step(&o, EH_MESSAGE_FREEZE, "2026-02"), "");
}

/* Bytes that were kept for another period, or damaged, are no basis for anything. */
Test(pool_periods, what_was_kept_must_be_of_the_period)
{
    EH_AUTO(office) struct office o = {0};
    office_until_april(&o);
    office_settle(&o, "2026-03");
    struct eh_period_view february = office_view(&o, "2026-02"), view = office_view(&o, "2026-03");
    struct eh_pool_statement *s = NULL;
    const struct eh_bonus_node *why = NULL;
    struct eh_error error = {0};
    view.last.statement = february.last.statement;
    view.last.version = february.last.version;
    cr_expect_eq(eh_pool_statement(o.k.e, &view, &o.arena, &s, &error), -EH_ECORRUPT);
    cr_expect_str_eq(error.text, "the statement is that of another period");
    view = office_view(&o, "2026-03");
    view.last.version++;
    cr_expect_eq(eh_pool_statement(o.k.e, &view, &o.arena, &s, &error), -EH_ECORRUPT);
    view = office_view(&o, "2026-03");
    view.frozen = february.frozen;
    cr_expect_eq(eh_pool_explain(o.k.e, &view, &all, &o.arena, &why, &error), -EH_ECORRUPT);
    cr_expect_str_eq(error.text, "the frozen facts are those of another period");
    cr_expect(!s && !why);
}

/* --- Between the freeze and the close --- */

static void expect_again(struct office *o, const char *sentence)
{
    cr_expect_str_eq(office_step(o, EH_MESSAGE_CLOSE, "2026-03"), sentence);
    cr_expect_str_eq(office_step(o, EH_MESSAGE_FREEZE, "2026-03"), "");
}

Test(pool_periods, what_is_known_of_people_is_frozen_again)
{
    EH_AUTO(office) struct office o = {0};
    office_until_april(&o);
    cr_assert_str_eq(office_step(&o, EH_MESSAGE_FREEZE, "2026-03"), "");
    office_metric(&o, "2026-03", "bo", "paid_minutes", 9601);
    expect_again(&o, "2026-03: rep bo got other paid_minutes after it was frozen; freeze it again");
    office_metric(&o, "2026-03", "bo", "contract_minutes", 9600);
    expect_again(&o,
                 "2026-03: rep bo got other contract_minutes after it was frozen; freeze it again");
    kit_command(&o.k, EH_MESSAGE_EXCLUDE,
                "{'team':'sales','period':'2026-03','rep':'cy','reason':'on leave'}");
    office_sent(&o, "exclude");
    expect_again(&o, "2026-03: rep cy was set aside after it was frozen; freeze it again");
    cr_expect_str_eq(office_step(&o, EH_MESSAGE_CLOSE, "2026-03"), "");
    cr_expect_eq(office_statement(&o, "2026-03")->lines[CY].total, 0);
}

/* --- Minutes by the calendar --- */

/* From today on the team works so many minutes a day, for a month. */
static void team_works(struct office *o, uint16_t minutes)
{
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    uint16_t days[31];
    for (int i = 0; i < 31; i++)
        days[i] = minutes;
    eh_schedule_put_minutes(&text, 1, o->k.date, days, 31);
    eh_schedule_put_team(&text, eh_str("sales"), 1);
    struct eh_message m = {.type = EH_MESSAGE_SCHEDULE, .has = EH_FIELD_BIT(EH_FIELD_TEXT)};
    m.text = eh_str_n((const char *)text.data, text.size);
    kit_step(&o->k, m, EH_ORIGIN_SHELL);
    office_sent(o, "minutes");
}

static void expect_contract(struct office *o, int rep, int64_t minutes, int by)
{
    const struct eh_pool_line *line = &office_statement(o, "2026-03")->lines[rep];
    cr_expect(line->contract_minutes == minutes && line->contract_by == by, "%d: %lld by %d", rep,
              (long long)line->contract_minutes, line->contract_by);
}

/* The worked example, in which the team works 300 minutes each day of March. */
static void office_by_calendar(struct office *o)
{
    office_start(o, office_desk(o, "2026-02"));
    office_day(o, "2026-02-25");
    team_works(o, 300);
    office_day(o, "2026-03-18");
    team_works(o, 300);
    office_march(o);
    office_minutes(o, "2026-03");
}

Test(pool_periods, the_calendar_bounds_paid_minutes)
{
    EH_AUTO(office) struct office o = {0};
    office_by_calendar(&o);
    office_day(&o, "2026-04-01");
    static const int64_t contract[] = {9300, 9300, 9300, 4500, 6000};
    static const int64_t counted[] = {9300, 9300, 5040, 4500, 6000};
    for (int i = ANA; i < REPS; i++) {
        expect_contract(&o, i, contract[i], EH_POOL_CONTRACT_CALENDAR);
        cr_expect_eq(office_statement(&o, "2026-03")->lines[i].minutes, counted[i]);
    }
    cr_assert_str_eq(office_step(&o, EH_MESSAGE_FREEZE, "2026-03"), "");
    team_works(&o, 100);
    expect_contract(&o, BO, 9300, EH_POOL_CONTRACT_CALENDAR);
    office_metric(&o, "2026-03", "bo", "contract_minutes", 9301);
    expect_contract(&o, BO, 9300, EH_POOL_CONTRACT_CALENDAR);
    expect_again(&o,
                 "2026-03: rep bo got other contract_minutes after it was frozen; freeze it again");
    expect_contract(&o, BO, 9301, EH_POOL_CONTRACT_IMPORT);
    cr_expect_str_eq(office_step(&o, EH_MESSAGE_CLOSE, "2026-03"), "");
    const struct eh_pool_statement *s = office_statement(&o, "2026-03");
    cr_expect(s->state == EH_PERIOD_CLOSED && s->lines[ANA].minutes == 9300);
    expect_contract(&o, ANA, 9300, EH_POOL_CONTRACT_CALENDAR);
    expect_contract(&o, BO, 9301, EH_POOL_CONTRACT_IMPORT);
    cr_expect_str_eq(eh_pool_contract_name(s->lines[ANA].contract_by), "calendar");
}

Test(pool_periods, what_is_long_over_stays_as_it_was_frozen)
{
    EH_AUTO(office) struct office o = {0};
    office_by_calendar(&o);
    office_day(&o, "2026-04-01");
    cr_assert_str_eq(office_step(&o, EH_MESSAGE_FREEZE, "2026-03"), "");
    office_day(&o, "2026-12-20"); /* of March nothing is known any more */
    team_works(&o, 100);
    expect_contract(&o, ANA, 9300, EH_POOL_CONTRACT_CALENDAR);
    cr_expect_str_eq(office_step(&o, EH_MESSAGE_CLOSE, "2026-03"), "");
    expect_contract(&o, ANA, 9300, EH_POOL_CONTRACT_CALENDAR);
}

Test(pool_periods, a_day_that_is_not_known_cuts_nobody)
{
    EH_AUTO(office) struct office o = {0};
    office_start(&o, office_desk(&o, "2026-02"));
    office_day(&o, "2026-03-02");
    team_works(&o, 1);
    office_day(&o, "2026-03-18");
    team_works(&o, 1);
    office_march(&o);
    office_minutes(&o, "2026-03");
    expect_contract(&o, ANA, 0, EH_POOL_CONTRACT_NONE);
    cr_expect_eq(office_statement(&o, "2026-03")->lines[ANA].minutes, 10080);
    expect_contract(&o, DEE, 15, EH_POOL_CONTRACT_CALENDAR);
}

Test(pool_periods, other_days_in_the_team_are_told_as_that)
{
    EH_AUTO(office) struct office o = {0};
    const char *desk = office_desk(&o, "2026-02");
    office_by_calendar(&o);
    office_day(&o, "2026-04-01");
    cr_assert_str_eq(office_step(&o, EH_MESSAGE_FREEZE, "2026-03"), "");
    kit_desk(&o.k, office_replaced(&o, desk, "from: 2026-03-17", "from: 2026-03-18"));
    office_sent(&o, "desk");
    cr_expect_str_eq(office_step(&o, EH_MESSAGE_CLOSE, "2026-03"),
                     "2026-03: rep dee got other days in the team after it was frozen; freeze it "
                     "again");
}

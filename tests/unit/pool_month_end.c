/* pool_month_end: the rules a period was closed under, what is expected before it is closed, what
 * is due. */
#include "pool_office.h"

/* --- Rules of their time --- */

/* February with its tickets, up to 1 March; nobody has points in it. */
static const char *without_points(struct office *o, enum eh_rules rules)
{
    const char *desk =
        office_replaced(o, office_desk(o, "2026-02"), "points: {order: 2, quote: 1, query: 1}",
                        "points: {rare: 1}");
    desk =
        office_replaced(o, desk, "query: {points: 1}}", "query: {points: 1}, rare: {points: 1}}");
    kit_start_under(&o->k, rules, desk);
    office_day(o, "2026-02-10");
    office_february(o);
    office_day(o, "2026-03-01");
    return desk;
}

static void to_these_rules(struct office *o)
{
    struct eh_message m = {.type = EH_MESSAGE_RULES, .has = EH_FIELD_BIT(EH_FIELD_RULES)};
    m.rules = EH_RULES_LAST;
    kit_step(&o->k, m, EH_ORIGIN_SHELL);
    office_sent(o, "rules");
}

/* The version of the codec that February is told in. */
static int codec_of_february(const struct office *o)
{
    return office_view(o, "2026-02").last.statement.data[0];
}

Test(pool_month_end, what_nobody_earns_goes_to_the_others)
{
    EH_AUTO(office) struct office o = {0};
    without_points(&o, EH_RULES_LAST);
    office_settle(&o, "2026-02");
    const struct eh_pool_statement *s = office_statement(&o, "2026-02");
    cr_expect(s->held == 0 && s->individual == 0 && s->moved > 0 && s->net > 0);
    cr_expect_eq(s->equal + s->hours + s->seniority, s->net);
    cr_expect(codec_of_february(&o) == 3 && !s->ties_by_id);
}

/* Closed under the rules of then, it goes on under them: held, and ties by id. The plan stands in
 * the desk file as it was, whatever is new beside it, and through a restart. */
Test(pool_month_end, a_period_goes_on_by_the_rules_it_was_closed_under)
{
    EH_AUTO(office) struct office o = {0};
    const char *desk = without_points(&o, EH_RULES_TIES - 1);
    office_settle(&o, "2026-02");
    const struct eh_pool_statement *s = office_statement(&o, "2026-02");
    int64_t held = s->held;
    cr_expect(held > 0 && held == s->held_of[EH_PART_INDIVIDUAL] && s->moved == 0);
    cr_expect(codec_of_february(&o) == 1 && s->ties_by_id);
    to_these_rules(&o);
    kit_desk(&o.k, office_replaced(&o, desk, "desk: main", "# a word\ndesk: main"));
    office_sent(&o, "the same plans again");
    kit_restart(&o.k);
    cr_expect(!eh_plan_shares_unearned(&eh_engine_desk(o.k.e)->plans[0]));
    office_sell_on(&o, "2026-02-10", 650000);
    cr_assert_str_eq(office_step(&o, EH_MESSAGE_CLOSE, "2026-02"), "");
    s = office_statement(&o, "2026-02");
    cr_expect(s->version == 2 && s->paid > 0 && s->held > held);
    cr_expect_eq(s->held_of[EH_PART_INDIVIDUAL], s->held);
    cr_expect(codec_of_february(&o) == 3 && s->ties_by_id);
}

/* --- What is expected, paid before and due --- */

static struct eh_pool_expected expected(struct office *o, const char *period)
{
    struct eh_period_view view = office_view(o, period);
    struct eh_pool_expected found = {0};
    struct eh_error error = {0};
    int r = eh_pool_expect(o->k.e, &view, &o->arena, &found, &error);
    cr_assert_eq(r, 0, "%s", error.text);
    return found;
}

Test(pool_month_end, what_is_expected_is_what_close_does)
{
    EH_AUTO(office) struct office o = {0};
    office_until_april(&o);
    struct eh_pool_expected open = expected(&o, "2026-03");
    cr_assert_str_eq(office_step(&o, EH_MESSAGE_FREEZE, "2026-03"), "");
    struct eh_pool_expected frozen = expected(&o, "2026-03");
    cr_assert(open.earlier_count == 1 && frozen.earlier_count == 1);
    cr_expect_eq(frozen.earlier[0]->difference, -1240);
    cr_expect_eq(office_statement(&o, "2026-03")->net, 656365); /* as long as nothing is done */
    cr_assert_str_eq(office_step(&o, EH_MESSAGE_CLOSE, "2026-03"), "");
    const struct eh_pool_statement *march = office_statement(&o, "2026-03");
    office_expect_march(march);
    office_expect_march(open.statement);
    office_expect_march(frozen.statement);
    struct eh_period_view view = office_view(&o, "2026-03");
    struct eh_pool_expected none;
    cr_expect_eq(eh_pool_expect(o.k.e, &view, &o.arena, &none, NULL), -EH_ECONFLICT);
}

/* A month between that nobody closed takes of the carry first. */
Test(pool_month_end, what_is_closed_before_takes_the_carry)
{
    EH_AUTO(office) struct office o = {0};
    office_until_april(&o);
    office_close(&o, "order", "ana", "'outcome':'won','value':11500000,'handled':700,'csat':5");
    cr_expect_eq(expected(&o, "2026-04").statement->carry, 0);
    cr_expect_eq(expected(&o, "2026-04").earlier_count, 1);
}

static int64_t due_of(struct office *o, const char *period)
{
    int64_t due = -1;
    cr_expect(eh_pool_due(office_statement(o, period), &due));
    return due;
}

Test(pool_month_end, what_is_due_is_what_was_not_paid)
{
    EH_AUTO(office) struct office o = {0};
    office_until_april(&o);
    cr_expect_eq(due_of(&o, "2026-03"), 0);
    office_settle(&o, "2026-03");
    cr_expect_eq(due_of(&o, "2026-03"), 655125);
    cr_assert_str_eq(office_step(&o, EH_MESSAGE_PAY, "2026-03"), "");
    cr_expect_eq(due_of(&o, "2026-03"), 0);
    int64_t paid = 0;
    for (unsigned i = 0; i < 2; i++) { /* versions 2 and 3, neither is paid */
        office_sell_late(&o, 40000);
        cr_assert_str_eq(office_step(&o, EH_MESSAGE_CLOSE, "2026-03"), "");
        paid += office_statement(&o, "2026-03")->paid;
        cr_expect_eq(due_of(&o, "2026-03"), paid);
    }
    cr_expect_gt(paid, 0);
    struct eh_pool_statement *s = office_statement(&o, "2026-03");
    for (uint32_t i = 0; i < s->line_count; i++)
        s->lines[i].paid_before = EH_POOL_UNKNOWN; /* as an earlier build closed it */
    s->form = EH_POOL_FORM_FACTS;
    cr_expect_not(eh_pool_due(s, &paid));
    cr_assert_str_eq(office_step(&o, EH_MESSAGE_PAY, "2026-03"), "");
    cr_expect_eq(due_of(&o, "2026-03"), 0);
}

/* What a step is refused with is what trying it says; trying changes nothing. */
Test(pool_month_end, a_step_that_is_tried_changes_nothing)
{
    EH_AUTO(office) struct office o = {0};
    static const int steps[] = {EH_MESSAGE_FREEZE, EH_MESSAGE_CLOSE, EH_MESSAGE_PAY};
    office_until_april(&o);
    for (unsigned round = 0; round < 4; round++)
        for (unsigned i = 0; i < 3; i++) {
            struct eh_message m = office_message(steps[i], "sales", "2026-03");
            struct eh_effects fx = {.arena = &o.arena};
            struct eh_key before = eh_engine_digest_anew(o.k.e);
            if (i < 2 && office_prepare(&o, o.k.e, &m) == 0) {
                m.text = o.text;
                m.has |= EH_FIELD_BIT(EH_FIELD_TEXT);
            } else if (i < 2) {
                m.reason = eh_str(o.error.text);
                m.has |= EH_FIELD_BIT(EH_FIELD_REASON);
            }
            struct eh_input in = {.message = m, .date = o.k.date, .at_us = o.k.now_us};
            cr_assert_eq(eh_engine_try(o.k.e, &in, &fx), 0);
            cr_assert(eh_key_equal(before, eh_engine_digest_anew(o.k.e)));
            const char *said = office_step(&o, steps[i], "2026-03");
            cr_expect_eq(fx.refused, *said != '\0', "%s", said);
            if (fx.refused)
                cr_expect(eh_str_equal(fx.reason, eh_str(said)), "%s", said);
        }
    struct eh_input other = {.message = {.type = EH_MESSAGE_TICKET}};
    struct eh_effects fx = {.arena = &o.arena};
    cr_expect_eq(eh_engine_try(o.k.e, &other, &fx), -EH_EINVAL);
}

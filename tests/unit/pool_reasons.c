/*
 * unit/pool_reasons: why a pool is what it is, version by version, and what another plan would make
 * of the same facts.
 */
#include "pool_office.h"

static const struct eh_bonus_lines all;

/* --- Why --- */

static const struct eh_bonus_node *find_node(const struct eh_bonus_node *node, const char *name)
{
    if (!node || eh_str_equal(node->name, eh_str(name)))
        return node;
    for (const struct eh_bonus_node *c = node->children; c; c = c->next) {
        const struct eh_bonus_node *found = find_node(c, name);
        if (found)
            return found;
    }
    return NULL;
}

static int64_t node_value(const struct eh_bonus_node *tree, const char *name)
{
    const struct eh_bonus_node *found = find_node(tree, name);
    cr_assert_not_null(found, "%s", name);
    return found->value;
}

static int64_t input_value(const struct eh_bonus_node *tree, const char *name, const char *input)
{
    const struct eh_bonus_node *found = find_node(tree, name);
    for (uint32_t i = 0; found && i < found->input_count; i++)
        if (eh_str_equal(found->inputs[i].name, eh_str(input)))
            return found->inputs[i].value;
    cr_assert_fail("%s: no input %s", name, input);
    return 0;
}

/* What a node is made of makes it up: where its children are terms of a sum. */
static void expect_sum(const struct eh_bonus_node *node)
{
    int64_t sum = 0;
    for (const struct eh_bonus_node *c = node->children; c; c = c->next)
        sum += c->value;
    cr_expect_eq(sum, node->value, "%.*s: %lld", EH_STR_ARG(node->name), (long long)sum);
}

static const struct eh_bonus_node *explained(struct office *o, const char *period, const char *rep)
{
    struct eh_period_view view = office_view(o, period);
    const struct eh_bonus_node *tree = NULL;
    struct eh_error error = {0};
    int r = eh_pool_explain(o->k.e, &view, &(struct eh_bonus_lines){.only = eh_str(rep)}, &o->arena,
                            &tree, &error);
    cr_assert_eq(r, 0, "%s", error.text);
    return tree;
}

/* Carry was open only after the freeze, and is another one by now: it is version 1's. */
static void expect_first_way(const struct eh_bonus_node *tree)
{
    cr_expect_eq(node_value(tree, "gross"), 656365);
    cr_expect_eq(node_value(tree, "carry"), -1240);
    cr_expect_eq(node_value(tree, "eli"), 108280);
    cr_expect_eq(node_value(tree, "revenue"), 12934567);
    cr_expect_eq(tree->value, 655125);
}

/* Of the refund: less was earned, nothing is paid or taken back, and the difference is carried. */
static void expect_second_way(const struct eh_bonus_node *tree)
{
    cr_expect(eh_str_equal(tree->name, eh_str("pool")));
    cr_expect_eq(tree->value, 655125);
    cr_expect_eq(node_value(tree, "revenue"), 12594567);
    cr_expect_eq(node_value(tree, "score of revenue"), 1099095);
    cr_expect_eq(node_value(tree, "composite"), 1024305);
    cr_expect_eq(node_value(tree, "funding"), 1048610);
    cr_expect_eq(node_value(tree, "gross"), 629166);
    cr_expect_eq(node_value(tree, "difference"), -27199);
    cr_expect_eq(input_value(tree, "difference", "gross"), 629166);
    cr_expect_eq(input_value(tree, "difference", "gross of version 1"), 656365);
    cr_expect_eq(node_value(tree, "cancelled"), 0);
    cr_expect_eq(node_value(tree, "paid"), 0);
    cr_expect_eq(node_value(tree, "net of version 1"), 655125);
    cr_expect_eq(node_value(tree, "carry open"), -27199);
    cr_expect_eq(input_value(tree, "carry open", "open"), 0);
    cr_expect_eq(node_value(tree, "parts"), 0);
    cr_expect_eq(node_value(tree, "shares"), 655125);
    cr_expect_eq(node_value(tree, "eli"), 108280);
    cr_expect_eq(node_value(find_node(tree, "eli"), "up to version 1"), 108280);
    expect_sum(find_node(tree, "net"));
    expect_sum(find_node(tree, "shares"));
    expect_sum(find_node(tree, "eli"));
    expect_first_way(find_node(tree, "version 1"));
}

Test(pool_reasons, reasons_are_those_of_the_last_version)
{
    EH_AUTO(office) struct office o = {0};
    unsigned order = office_until_april(&o) + 1;
    cr_expect_eq(node_value(explained(&o, "2026-03", ""), "gross"), 656365);
    office_settle(&o, "2026-03");
    expect_first_way(explained(&o, "2026-03", ""));
    office_outcome(&o, order, "'outcome':'refunded','value':340000");
    expect_first_way(explained(&o, "2026-03", "")); /* it waits */
    cr_assert_str_eq(office_step(&o, EH_MESSAGE_CLOSE, "2026-03"), "");
    expect_second_way(explained(&o, "2026-03", ""));
    office_sell_late(&o, 740000);
    expect_second_way(explained(&o, "2026-03", "")); /* of what was known by then */
    const struct eh_bonus_node *mine = explained(&o, "2026-03", "bo");
    cr_expect_null(find_node(mine, "ana"));
    cr_expect_eq(node_value(mine, "bo"), 167503);
    cr_expect_eq(node_value(find_node(mine, "version 1"), "bo"), 167503);
}

Test(pool_reasons, reasons_of_what_is_paid_on_top)
{
    EH_AUTO(office) struct office o = {0};
    unsigned order = office_until_april(&o) + 1;
    office_settle(&o, "2026-03");
    office_outcome(&o, order, "'outcome':'refunded','value':340000");
    cr_assert_str_eq(office_step(&o, EH_MESSAGE_CLOSE, "2026-03"), "");
    office_sell_late(&o, 740000);
    cr_assert_str_eq(office_step(&o, EH_MESSAGE_CLOSE, "2026-03"), "");
    const struct eh_pool_statement *march = office_statement(&o, "2026-03");
    const struct eh_bonus_node *tree = explained(&o, "2026-03", "");
    cr_assert_gt(march->paid, 0);
    cr_expect_eq(tree->value, march->net);
    cr_expect_eq(node_value(tree, "revenue"), 13334567);
    cr_expect_eq(node_value(tree, "gross"), march->gross);
    cr_expect_eq(input_value(tree, "difference", "gross of version 2"), 629166);
    cr_expect_eq(node_value(tree, "difference"), march->difference);
    cr_expect_eq(node_value(tree, "cancelled"), 27199);
    cr_expect_eq(input_value(tree, "cancelled", "open"), -27199);
    cr_expect_eq(node_value(tree, "paid"), march->paid);
    cr_expect_eq(node_value(tree, "net of version 2"), 655125);
    cr_expect_eq(node_value(tree, "carry open"), 0);
    cr_expect_eq(input_value(tree, "carry open", "cancelled"), 27199);
    cr_expect_eq(node_value(tree, "parts"), march->paid);
    expect_sum(find_node(tree, "net"));
    expect_sum(find_node(tree, "shares"));
    for (uint32_t i = 0; i < march->line_count; i++) {
        const struct eh_pool_line *line = &march->lines[i];
        char rep[16];
        snprintf(rep, sizeof rep, "%.*s", EH_STR_ARG(line->rep));
        const struct eh_bonus_node *share = find_node(tree, rep);
        cr_expect_eq(share->value, line->total, "%s", rep);
        cr_expect_eq(node_value(share, "up to version 2"), line->total - line->paid, "%s", rep);
        expect_sum(share);
    }
    expect_first_way(find_node(tree, "version 1"));
}

/* A view of March, version 2, with another statement. */
static int explain_other(struct office *o, const struct eh_pool_statement *s)
{
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    struct eh_period_view view = office_view(o, "2026-03");
    const struct eh_bonus_node *tree = NULL;
    eh_pool_statement_encode(s, &bytes);
    view.last.statement = eh_str_n((const char *)bytes.data, bytes.size);
    o->error = (struct eh_error){0};
    int r = eh_pool_explain(o->k.e, &view, &all, &o->arena, &tree, &o->error);
    cr_expect((r == 0) == (tree != NULL));
    return r;
}

Test(pool_reasons, what_was_kept_with_a_version_must_be_its_own)
{
    EH_AUTO(office) struct office o = {0};
    unsigned order = office_until_april(&o) + 1;
    office_settle(&o, "2026-03");
    office_outcome(&o, order, "'outcome':'refunded','value':340000");
    cr_assert_str_eq(office_step(&o, EH_MESSAGE_CLOSE, "2026-03"), "");
    const struct eh_pool_statement *march = office_statement(&o, "2026-03");
    cr_expect_eq(explain_other(&o, march), 0);
    struct eh_pool_statement s = *march;
    s.facts = eh_str(NULL);
    cr_expect_eq(explain_other(&o, &s), -EH_ENOTFOUND);
    cr_expect_str_eq(o.error.text, "version 2 was closed by an evenhandd that did not keep its "
                                   "facts: its way cannot be shown");
    s = *march, s.facts_sha256[0] ^= 1;
    cr_expect_eq(explain_other(&o, &s), -EH_ECORRUPT);
    cr_expect_str_eq(o.error.text, "the facts kept with the last version are not its own");
    s = *march, s.gross++;
    cr_expect_eq(explain_other(&o, &s), -EH_ECORRUPT);
    s = *march, s.paid++, s.net++;
    cr_expect_eq(explain_other(&o, &s), -EH_ECORRUPT);
    s = *march, s.difference = INT64_MAX, s.gross = INT64_MIN;
    cr_expect_eq(explain_other(&o, &s), -EH_ECORRUPT);
    s = *march, s.line_count--;
    cr_expect_eq(explain_other(&o, &s), -EH_ECORRUPT);
    struct eh_pool_line lines[REPS];
    memcpy(lines, march->lines, sizeof lines);
    lines[BO].total = INT64_MIN, lines[BO].paid = 1;
    s = *march, s.lines = lines;
    cr_expect_eq(explain_other(&o, &s), -EH_ECORRUPT);
}

static struct eh_bonus_plan *other_plan(struct office *o, const char *from, const char *to)
{
    struct eh_desk *desk = NULL;
    const char *text = office_file(o);
    if (from)
        text = office_replaced(o, text, from, to);
    int r = eh_desk_parse(eh_str(text), &o->arena, &desk, &o->error);
    cr_assert_eq(r, 0, "%s", o->error.text);
    return desk->plans;
}

static int what_if(struct office *o, const struct eh_bonus_plan *plan,
                   struct eh_pool_statement **ret)
{
    struct eh_period_view view = office_view(o, "2026-03");
    o->error = (struct eh_error){0};
    const struct eh_pool_if what = {.plan = plan};
    return eh_pool_what_if(o->k.e, &view, &what, &o->arena, ret, &o->error);
}

Test(pool_reasons, another_plan_over_the_same_facts)
{
    EH_AUTO(office) struct office o = {0};
    unsigned order = office_until_april(&o) + 1;
    struct eh_pool_statement *s = NULL;
    const struct eh_bonus_plan *same = other_plan(&o, NULL, NULL);
    const struct eh_bonus_plan *half = other_plan(&o, "target_pool: 6000.00", "target_pool: 3000");
    const struct eh_key before = eh_engine_digest(o.k.e);
    cr_assert_eq(what_if(&o, same, &s), 0, "%s", o.error.text);
    cr_expect_eq(s->gross, 656365);
    cr_assert_eq(what_if(&o, half, &s), 0, "%s", o.error.text);
    cr_expect_eq(s->gross, 328183);
    cr_expect_eq(s->state, EH_PERIOD_OPEN);
    cr_expect(s->estimate);
    cr_expect(eh_key_equal(before, eh_engine_digest(o.k.e)));
    cr_expect_eq(s->facts_of.kind, EH_POOL_FACTS_NOW);
    office_settle(&o, "2026-03");
    office_outcome(&o, order, "'outcome':'refunded','value':340000");
    cr_assert_eq(what_if(&o, half, &s), 0, "%s", o.error.text);
    cr_expect_eq(s->gross, 328183, "of what was frozen: version 1");
    cr_expect_eq(s->late, 1);
    cr_assert_str_eq(office_step(&o, EH_MESSAGE_CLOSE, "2026-03"), "");
    cr_assert_eq(what_if(&o, half, &s), 0, "%s", o.error.text);
    cr_expect_eq(s->gross, 314583, "of what version 2 was made of");
    cr_expect_eq(s->facts_of.kind, EH_POOL_FACTS_VERSION);
    cr_expect_eq(s->facts_of.version, 2);
    cr_expect(s->estimate);
    cr_expect_eq(s->version, 0);
    cr_expect_eq(s->carry, -1240);
    cr_expect_eq(office_statement(&o, "2026-03")->gross, 629166);
}

Test(pool_reasons, a_plan_these_facts_cannot_be_put_under)
{
    EH_AUTO(office) struct office o = {0};
    office_start(&o, office_desk(&o, "2026-02"));
    struct eh_pool_statement *s = NULL;
    cr_expect_eq(what_if(&o, other_plan(&o, "[30s, 2h]", "[30s, 3h]"), &s), -EH_ECONFLICT);
    cr_expect_str_eq(o.error.text, "handling times have to be counted anew under these bounds");
    cr_expect_eq(what_if(&o, other_plan(&o, "[30s, 2h]", "[31s, 2h]"), &s), -EH_ECONFLICT);
    struct eh_bonus_plan *quarters = other_plan(&o, NULL, NULL);
    quarters->from = kit_period("2026-Q1");
    cr_expect_eq(what_if(&o, quarters, &s), -EH_EINVAL);
    cr_expect_str_eq(o.error.text,
                     "the periods of plan sales-2026 are quarters, and 2026-03 is a month");
    cr_expect_eq(what_if(&o, other_plan(&o, "currency: EUR", "currency: USD"), &s), -EH_EINVAL);
    cr_expect_str_eq(o.error.text, "plan sales-2026 pays USD, and 2026-03 was counted in EUR");
    cr_expect_null(s);
}

/* Without handling times in the plan that governs, none were counted. */
Test(pool_reasons, handling_times_that_were_never_counted)
{
    EH_AUTO(office) struct office o = {0};
    const char *desk = office_desk(&o, "2026-02");
    desk = office_replaced(&o, desk,
                           "handle_time, weight: 20%, mix: {order: 30%, quote: 30%, query: 40%}, "
                           "winsorise: [30s, 2h],",
                           "response_time, weight: 20%,");
    office_start(&o, desk);
    struct eh_pool_statement *s = NULL;
    cr_expect_eq(what_if(&o, other_plan(&o, NULL, NULL), &s), -EH_ECONFLICT);
    cr_expect_str_eq(o.error.text, "handling times have to be counted anew under these bounds");
    struct eh_bonus_plan *without = other_plan(&o, NULL, NULL);
    without->metrics[2].measure = 0;
    without->measures[2].kind = EH_MEASURE_CYCLE_TIME;
    cr_expect_eq(what_if(&o, without, &s), 0, "%s", o.error.text);
}

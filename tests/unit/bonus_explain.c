/* unit/bonus_explain: the tree that says why, followed by hand. */
#include "bonus_kit.h"

static const struct eh_bonus_lines all;

static bool is(const struct eh_bonus_node *node, const char *formula)
{
    return eh_str_equal(node->formula, eh_str(formula));
}

static const struct eh_bonus_node *find(const struct eh_bonus_node *node, const char *name)
{
    if (!node || eh_str_equal(node->name, eh_str(name)))
        return node;
    for (const struct eh_bonus_node *child = node->children; child; child = child->next) {
        const struct eh_bonus_node *found = find(child, name);
        if (found)
            return found;
    }
    return NULL;
}

Test(bonus_explain, the_tree_explains_every_number)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    const struct eh_bonus_result *r = example_compute(&e);
    const struct eh_bonus_node *root = eh_bonus_explain(e.plan, &e.facts, r, &all, &e.arena);
    cr_assert_not_null(root);
    const struct {
        const char *node;
        int64_t value;
    } wanted[] = {{"pool", 655125},     {"net", 655125},           {"gross", 656365},
                  {"carry", -1240},     {"funding", 1093942},      {"composite", 1046971},
                  {"csat", 4383},       {"score of csat", 957500}, {"reopen_rate", 55825},
                  {"handle_time", 655}, {"seniority", 117922},     {"ana", 175254},
                  {"eli", 108280},      {"gate on reopen_rate", 1}};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        const struct eh_bonus_node *node = find(root, wanted[i].node);
        cr_assert_not_null(node, "%s", wanted[i].node);
        cr_expect_eq(node->value, wanted[i].value, "%s: %lld", wanted[i].node,
                     (long long)node->value);
        cr_expect_gt(node->formula.size, 0);
        cr_expect_gt(node->rounding.size, 0);
    }
    const struct eh_bonus_node *csat = find(root, "csat");
    cr_assert_eq(csat->input_count, 4);
    cr_expect_eq(csat->inputs[0].value, 812);
    cr_expect_eq(csat->inputs[0].count, 184);
    cr_expect_eq(find(root, "handle_time")->input_count, 6);
}

Test(bonus_explain, the_tree_has_the_lines_asked_for)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    const struct eh_bonus_result *r = example_compute(&e);
    const struct {
        struct eh_bonus_lines lines;
        const char *reps;
    } cases[] = {{{.max = 0}, "ana bo cy dee eli "},
                 {{.only = eh_str("bo")}, "bo "},
                 {{.after = eh_str("bo"), .max = 2}, "cy dee "},
                 {{.after = eh_str("dee"), .max = 2}, "eli "},
                 {{.after = eh_str("zoe")}, ""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char reps[64] = "";
        size_t used = 0;
        const struct eh_bonus_node *shares =
            find(eh_bonus_explain(e.plan, &e.facts, r, &cases[i].lines, &e.arena), "shares");
        for (const struct eh_bonus_node *n = shares->children; n; n = n->next)
            used += eh_format(reps + used, sizeof reps - used, "%.*s ", EH_STR_ARG(n->name));
        cr_expect_str_eq(reps, cases[i].reps);
    }
}

static int64_t given(const struct eh_bonus_node *node, const char *name)
{
    for (uint32_t i = 0; i < node->input_count; i++)
        if (eh_str_equal(node->inputs[i].name, eh_str(name)))
            return node->inputs[i].value;
    cr_assert_fail("%.*s = %.*s has no input %s", EH_STR_ARG(node->name), EH_STR_ARG(node->formula),
                   name);
    return 0;
}

static int64_t sum_of_children(const struct eh_bonus_node *node)
{
    int64_t sum = 0;
    for (const struct eh_bonus_node *child = node->children; child; child = child->next)
        sum += child->value;
    return sum;
}

/* What the formula says, from what the node shows and nothing else. -1: no formula known here. */
static int64_t by_hand(const struct eh_bonus_node *n)
{
    if (is(n, "at_from + (value - from) * (at_to - at_from) / (to - from)"))
        return given(n, "at_from") +
               (int64_t)eh_round_divide((__int128)(given(n, "value") - given(n, "from")) *
                                            (given(n, "at_to") - given(n, "at_from")),
                                        given(n, "to") - given(n, "from"));
    if (is(n, "(sum + weight * prior) / (ratings + weight)"))
        return (int64_t)eh_round_divide(given(n, "sum") * 1000 +
                                            given(n, "weight") * given(n, "prior"),
                                        given(n, "ratings") + given(n, "weight"));
    if (is(n, "reopened / first closed"))
        return (int64_t)eh_round_divide(given(n, "reopened") * EH_PPM, given(n, "first closed"));
    if (is(n, "curve"))
        return given(n, "curve");
    if (is(n, "min(max_pool, target_pool * funding)"))
        return (int64_t)eh_round_divide(given(n, "target_pool") * given(n, "funding"), EH_PPM);
    if (is(n, "max(open, -gross * at_most)"))
        return given(n, "open");
    if (is(n, "closed * each"))
        return given(n, "closed") * given(n, "each");
    if (is(n, "gross + carry") || is(n, "sum of the kinds") ||
        is(n, "equal + hours + seniority + individual"))
        return sum_of_children(n);
    return -1;
}

/* A part by a weight: largest remainders take it down or up to a whole cent. */
static void check_line(const struct eh_bonus_node *n, int64_t part, __int128 weight)
{
    __int128 of = given(n, "all"), exact = part * weight;
    cr_expect(n->value * of > exact - of && n->value * of < exact + of, "%.*s: %lld",
              EH_STR_ARG(n->name), (long long)n->value);
}

static size_t follow(const struct eh_bonus_node *n)
{
    int64_t value = by_hand(n);
    size_t followed = value != -1;
    if (followed)
        cr_expect_eq(value, n->value, "%.*s = %.*s: %lld, not %lld", EH_STR_ARG(n->name),
                     EH_STR_ARG(n->formula), (long long)value, (long long)n->value);
    else if (is(n, "part * days / all"))
        check_line(n, given(n, "part"), given(n, "days"));
    else if (is(n, "part * minutes / all"))
        check_line(n, given(n, "part"), given(n, "minutes"));
    else if (is(n, "part * band * days / all"))
        check_line(n, given(n, "part"), (__int128)given(n, "band") * given(n, "days"));
    else if (is(n, "part * points / all"))
        check_line(n, given(n, "part"), given(n, "points"));
    else if (is(n, "(part - fixed) * points / all"))
        check_line(n, given(n, "part") - given(n, "fixed"), given(n, "points"));
    for (const struct eh_bonus_node *child = n->children; child; child = child->next)
        followed += follow(child);
    return followed;
}

Test(bonus_explain, the_tree_can_be_followed_by_hand)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    const struct eh_bonus_result *r = example_compute(&e);
    size_t followed = follow(eh_bonus_explain(e.plan, &e.facts, r, &all, &e.arena));
    cr_expect_gt(followed, 20, "%zu", followed);
}

Test(bonus_explain, the_tree_of_a_later_version_can_be_followed_by_hand)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    const struct eh_bonus_result *r = example_compute(&e);
    struct eh_bonus_facts facts = e.facts; /* in which another kind comes first */
    struct eh_bonus_kind kinds[KINDS + 1] = {{.id = eh_str("chat")}};
    memcpy(kinds + 1, e.kinds, sizeof e.kinds);
    facts.kinds = kinds;
    facts.kind_count = KINDS + 1;
    facts.revenue += 500000;
    facts.members = NULL;
    facts.member_count = 0;
    int64_t totals[REPS];
    for (uint32_t i = 0; i < REPS; i++)
        totals[i] = r->split.shares[i].total;
    const struct eh_bonus_before before = {{1, r->pool.gross, r->carry, r->net, NULL},
                                           totals,
                                           eh_bonus_explain(e.plan, &e.facts, r, &all, &e.arena)};
    struct eh_bonus_later *later = NULL;
    cr_assert_eq(
        eh_bonus_recompute(e.plan, &facts, &e.facts, &before.closed, &e.arena, &later, &e.error), 0,
        "%s", e.error.text);
    cr_assert_gt(later->paid, 0);
    const struct eh_bonus_node *root =
        eh_bonus_explain_later(e.plan, &facts, later, &before, &all, &e.arena);
    cr_expect_eq(root->value, r->net + later->paid);
    size_t first = follow(before.first), both = follow(root);
    cr_expect_gt(both, first + 20, "%zu of %zu", first, both);
    cr_expect_not_null(find(find(find(root, "shares"), "ana"), "order"));
}

Test(bonus_explain, the_tree_says_where_a_curve_ends)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    const int64_t revenue[] = {9600000, 15000001};
    const char *wanted[] = {"at_from: the curve begins there, and value is not above from",
                            "at_from: the curve ends there, and value is above from"};
    for (size_t i = 0; i < 2; i++) {
        e.facts.revenue = revenue[i];
        const struct eh_bonus_node *root =
            eh_bonus_explain(e.plan, &e.facts, example_compute(&e), &all, &e.arena);
        const struct eh_bonus_node *curve = find(find(root, "score of revenue"), "curve");
        cr_expect(is(curve, wanted[i]), "%.*s", EH_STR_ARG(curve->formula));
        cr_expect_eq(curve->value, given(curve, "at_from"));
    }
}

/* The tree of the example with the minutes of one member set. */
static const struct eh_bonus_node *minutes_of_bo(struct example *e, enum eh_if_missing missing)
{
    struct eh_bonus_plan plan = *e->plan;
    struct eh_bonus_result *r = NULL;
    plan.if_missing = (uint8_t)missing;
    cr_assert_eq(eh_bonus_compute(&plan, &e->facts, &e->arena, &r, &e->error), 0, "%s",
                 e->error.text);
    const struct eh_bonus_node *root = eh_bonus_explain(&plan, &e->facts, r, &all, &e->arena);
    return find(find(find(find(root, "shares"), "bo"), "hours"), "minutes");
}

Test(bonus_explain, the_tree_says_who_said_the_contracts_minutes)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    cr_expect_null(minutes_of_bo(&e, EH_MISSING_BLOCKS), "no contract");
    struct eh_bonus_member *bo = &e.members[BO];
    bo->has_contract = true;
    bo->contract_minutes = 9000;
    const struct eh_bonus_node *n = minutes_of_bo(&e, EH_MISSING_BLOCKS);
    cr_expect(is(n, "min(paid_minutes, contract_minutes)") && n->value == 9000);
    cr_expect(given(n, "paid_minutes") == 9600 && given(n, "contract_minutes") == 9000);
    cr_expect(is(find(n, "contract_minutes"), "imported"));
    bo->by_calendar = true;
    bo->calendar_until = EH_DATE_NEVER;
    bo->has_paid = false;
    n = minutes_of_bo(&e, EH_MISSING_PRIOR);
    cr_expect(is(n, "contract_minutes: no paid_minutes came") && n->value == 9000);
    cr_expect(is(find(n, "contract_minutes"), "by the calendar"));
    bo->calendar_until = kit_date("2026-03-30");
    e.facts.estimate = true;
    n = minutes_of_bo(&e, EH_MISSING_BLOCKS);
    cr_expect(is(n, "nothing: no paid_minutes came") && n->value == 0);
    cr_expect(is(find(n, "contract_minutes"),
                 "by the calendar up to 2026-03-30; the days behind it are not known yet"));
}

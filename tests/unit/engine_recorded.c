/*
 * engine_recorded: what builds from before there were numbered rules decided otherwise than this
 * one holds when their log is replayed, and only then.
 */
#include <criterion/criterion.h>

#include "engine_kit.h"

#include <evenhand/engine/periods.h>

#define PLAN(period, target)                                                                       \
    "plans:\n  - {id: p1, team: sales, from: " period ", encourages: a, discourages: b,\n"         \
    "     target_pool: " target ", max_pool: 9000.00, funding: [[0%, 0%], [100%, 100%]],\n"        \
    "     split: {equal: 100%},\n"                                                                 \
    "     metrics: [{metric: revenue, weight: 100%, curve: [[0.00, 0%], [100.00, 100%]]}]}\n"
#define MONTHLY "2024-08, period: month"
#define WEEKLY  "2024-W32, period: week"
#define DESK(policy)                                                                               \
    "desk: main\ncurrency: EUR\ntime_zone: Europe/Oslo\nkinds: {order: {points: 2}}\n"             \
    "reps: [{id: ana}, {id: bob}, {id: eva}]\n"                                                    \
    "teams: [{id: sales, policy: " policy ", affinity: open, reps: [ana, bob, eva]}]\n"
#define SEPTEMBER_MS INT64_C(1726000000000) /* 2024-09-10 */

static struct kit k;
static bool by_affinity;

static bool told_affinity(void *context, uint64_t seq)
{
    (void)context;
    return seq > 0 && by_affinity;
}

static void start_under(enum eh_rules rules)
{
    kit_start_under(&k, rules, DESK("random") PLAN(MONTHLY, "6000.00"));
    k.draws.affinity = told_affinity;
}

static void start(void)
{
    start_under(EH_RULES_FIRST);
}

static void stop(void)
{
    cr_expect(kit_sound(&k));
    kit_done(&k);
}

TestSuite(engine_recorded, .init = start, .fini = stop);

static void expect_decided(bool refused, const char *what)
{
    cr_assert_eq(k.result, 0, "%s: %s", what, kit_refused(&k));
    cr_expect_eq(k.fx.refused, refused, "%s: %s", what, kit_refused(&k));
}

/* The period of that day, if anything is counted in it. */
static bool counted(const char *text, struct eh_period_view *ret)
{
    struct eh_period period;
    cr_assert_eq(eh_period_parse(eh_str(text), &period, NULL), 0);
    return eh_engine_period_after(k.e, eh_str("sales"), eh_period_first(period) - 1, ret) &&
           eh_period_equal(ret->period, period);
}

static void sell(const char *id)
{
    kit_sendf(&k, "{'type':'ticket','id':'%s','team':'sales','kind':'order'}", id);
    kit_sendf(&k, "{'type':'outcome','id':'%s','outcome':'won','value':700,'at':%lld}", id,
              (long long)SEPTEMBER_MS);
    expect_decided(false, id);
}

Test(engine_recorded, a_figure_that_was_taken_counts_nowhere)
{
    static const char *const figures[] = {
        "'metric':'training','period':'2024-W33','value':3",
        "'metric':'training','period':'2015-W54','value':3",
        "'metric':'paid_minutes','period':'2024-09','value':3",
        "'metric':'paid_minutes','period':'2024-09','value':-3,'rep':'ana'"};
    struct eh_period_view view;
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        for (int recorded = EH_RECORDED_NOT; recorded <= EH_RECORDED_REFUSED; recorded++) {
            k.recorded = (uint8_t)recorded;
            kit_sendf(&k, "{'type':'metric','team':'sales',%s}", figures[i]);
            expect_decided(recorded != EH_RECORDED_TAKEN, figures[i]);
        }
    cr_expect_not(counted("2024-09", &view));
}

Test(engine_recorded, plans_that_did_nothing_could_change)
{
    struct eh_period_view view;
    sell("T1");
    cr_assert(counted("2024-09", &view));
    cr_expect_eq(view.revenue, 700);
    kit_desk(&k, DESK("random") PLAN(MONTHLY, "6001.00"));
    expect_decided(true, "decided now");
    k.recorded = EH_RECORDED_TAKEN;
    kit_desk(&k, DESK("random") PLAN(MONTHLY, "6001.00"));
    expect_decided(false, "replayed");
    sell("T2");
    cr_assert(counted("2024-09", &view));
    cr_expect_eq(view.revenue, 1400, "what was counted stays");
}

Test(engine_recorded, plans_that_did_nothing_could_go)
{
    struct eh_period_view view;
    sell("T1");
    k.recorded = EH_RECORDED_TAKEN;
    kit_desk(&k, DESK("random") PLAN(WEEKLY, "6000.00"));
    expect_decided(false, "another length");
    cr_expect_not(counted("2024-09", &view));
    sell("T2");
    cr_assert(counted("2024-W37", &view));
    cr_expect_eq(view.revenue, 700);
    kit_desk(&k, DESK("random"));
    expect_decided(false, "none");
    sell("T3");
    cr_expect_not(counted("2024-W37", &view));
}

Test(engine_recorded, the_first_builds_had_two_policies)
{
    k.recorded = EH_RECORDED_REFUSED;
    kit_desk(&k, DESK("balanced") PLAN(MONTHLY, "6000.00"));
    cr_expect_str_eq(kit_refused(&k), "teams: sales: policy balanced: not in this version; use "
                                      "random or least_loaded");
    kit_desk(&k, DESK("least_loaded") PLAN(MONTHLY, "6000.00"));
    expect_decided(false, "they had it: whoever replays sees that the log says otherwise");
    k.recorded = EH_RECORDED_TAKEN;
    kit_desk(&k, DESK("balanced") PLAN(MONTHLY, "6000.00"));
    expect_decided(false, "a later build");
}

static const char *why_for(const char *id)
{
    kit_sendf(&k, "{'type':'ticket','id':'%s','team':'sales','kind':'order','customer':'C'}", id);
    expect_decided(false, id);
    return eh_arena_str(&k.arena, kit_item(&k, 0)->why).data;
}

Test(engine_recorded, a_desk_could_ask_for_affinity_that_nothing_came_of)
{
    cr_expect_str_eq(why_for("T1"), "random");
    cr_expect_str_eq(why_for("T2"), "affinity");
    k.recorded = EH_RECORDED_TAKEN;
    cr_expect_str_eq(why_for("T3"), "random");
    by_affinity = true;
    cr_expect_str_eq(why_for("T4"), "affinity");
    by_affinity = false;
    kit_desk(&k, DESK("balanced") PLAN(MONTHLY, "6000.00"));
    cr_expect_str_eq(why_for("T5"), "affinity", "by a build that has it");
    k.draws.affinity = NULL;
    kit_desk(&k, DESK("random") PLAN(MONTHLY, "6000.00"));
    cr_expect_str_eq(why_for("T6"), "affinity", "nothing tells");
}

Test(engine_recorded, an_image_is_compared_as_far_as_its_form_goes)
{
    sell("T1");
    struct eh_str image = eh_arena_str(&k.arena, k.fx.image);
    struct eh_str older = eh_arena_str(&k.arena, eh_str_n(image.data, image.size - 3));
    cr_expect(eh_ticket_image_same(image, image));
    cr_expect_not(eh_ticket_image_same(older, image), "of the same form, and less");
    ((char *)older.data)[0]--;
    cr_expect(eh_ticket_image_same(older, image));
    cr_expect_not(eh_ticket_image_same(image, older), "the other way round");
    ((char *)older.data)[9]++;
    cr_expect_not(eh_ticket_image_same(older, image));
    cr_expect_not(eh_ticket_image_same((struct eh_str){NULL, 0}, image));
}

Test(engine_recorded, numbered_rules_have_the_last_word)
{
    stop();
    start_under(EH_RULES_LAST);
    cr_expect_str_eq(why_for("T1"), "random");
    k.recorded = EH_RECORDED_TAKEN;
    cr_expect_str_eq(why_for("T2"), "affinity");
    kit_send(&k, "{'type':'metric','team':'sales','metric':'a','period':'2024-W33','value':3}");
    expect_decided(true, "metric");
    kit_desk(&k, DESK("random"));
    expect_decided(true, "a plan that governs");
    k.recorded = EH_RECORDED_REFUSED;
    kit_desk(&k, DESK("balanced") PLAN(MONTHLY, "6000.00"));
    expect_decided(false, "balanced");
}

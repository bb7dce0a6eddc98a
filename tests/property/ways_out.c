/*
 * ways_out: no state of a team's periods is one from which nobody gets on: whatever happened, each
 * period that is over is frozen, closed and paid after the steps that its refusals name, and then
 * nothing that is owed is left behind. And what became another of the people since a freeze is
 * frozen again before it is closed.
 */
#include "period_life.h"

enum { REPS_HERE = 4, HISTORIES = 120, STEPS = 250, STEPS_A_PERIOD = 12, WEEKS_MAX = 30 };

TestSuite(ways_out, .timeout = 1800);

struct history {
    struct life life;
    bool few; /* metrics in the plan: a close misses none, and a later version may */
    unsigned refusals, kept;
};

static const char few[] =
    "      - {metric: conversion, weight: 70%, curve: [[0%, 0%], [50%, 100%]], "
    "gate: {metric: reopen_rate, at_most: 50%, else: cap_metric}}\n"
    "      - {metric: csat, weight: 30%, prior: {mean: 4, count: 1}, curve: [[3.0, 0%], [4.5, "
    "140%]]}\n";
static const char many[] =
    "      - {metric: conversion, weight: 30%, curve: [[0%, 0%], [50%, 100%]], "
    "gate: {metric: reopen_rate, at_most: 50%, else: zero_metric}}\n"
    "      - {metric: handle_time, weight: 20%, mix: {order: 50%, query: 50%}, "
    "curve: [[900s, 0%], [100s, 120%]]}\n"
    "      - {metric: csat, weight: 20%, prior: {mean: 4, count: 0}, curve: [[3.0, 0%], [4.5, "
    "100%]]}\n"
    "      - {metric: training, take: sum, unit: count, weight: 30%, curve: [[0, 0%], [10, "
    "150%]]}\n";

/* Every figure of the plan may be missing: nobody may close a quote, or tell minutes. */
static const char *write_desk(struct history *h)
{
    static char text[8192];
    const size_t size = sizeof text;
    struct life *l = &h->life;
    size_t at = (size_t)snprintf(
        text, size,
        LIFE_DESK "reps: [{id: ana, since: 2014-02-01}, {id: bo, since: 20%02u-06-01}, {id: "
                  "cy}, {id: dee}]\nteams:\n  - id: sales\n    reps: [ana",
        10 + life_below(l, 15));
    for (unsigned i = 1; i < REPS_HERE; i++) {
        char day[EH_DECIMAL_TEXT_MAX];
        eh_date_print(kit_date("2026-02-02") + (int32_t)life_below(l, 60), day);
        unsigned what = life_below(l, 5);
        if (what < 2)
            at += (size_t)snprintf(text + at, size - at, ", {id: %s, %s: %s}", life_reps[i],
                                   what ? "from" : "until", day);
        else if (what < 4)
            at += (size_t)snprintf(text + at, size - at, ", %s", life_reps[i]);
    }
    snprintf(text + at, size - at,
             "]\nplans:\n  - id: weekly\n    team: sales\n    from: 2026-W06\n    period: week\n"
             "    encourages: a\n    discourages: b\n    target_pool: 400.07\n"
             "    max_pool: 9000.00\n    metrics:\n"
             "%s"
             "    funding: [[0%%, 0%%], [100%%, 100%%], [125%%, 150%%]]\n"
             "    split: {individual: 20%%, equal: %s%%, hours: %s%%, seniority: 20%%}\n"
             "    individual: {points: {order: 2, quote: 1}, cap: 40%%}\n"
             "    seniority: [[0y, 100], [1y, 105], [6y, 115]]\n    leavers: %s\n"
             "    carry: {at_most: 25%%}\n",
             h->few ? few : many, h->few ? "60" : "30", h->few ? "0" : "30",
             h->few ? "forfeit" : "prorate");
    return text;
}

/* ---- what happens */

static void outcome(struct life *l)
{
    static const char *const outcomes[] = {"won",  "lost",     "resolved", "cancelled",
                                           "won",  "refunded", "rated",    "reopened",
                                           "lost", "reopened"};
    if (l->o.tickets == 0)
        return;
    unsigned ticket = life_below(l, l->o.tickets), which = life_below(l, 10);
    char fields[64];
    int at = snprintf(fields, sizeof fields, "'outcome':'%s'", outcomes[which]);
    char *more = fields + at;
    size_t size = sizeof fields - (size_t)at;
    if (which < 3 && life_below(l, 2))
        snprintf(more, size, ",'handled':%u", life_below(l, 1500));
    if (which == 5)
        snprintf(more, size, ",'value':%u", life_below(l, 3000));
    if (which == 6)
        snprintf(more, size, ",'csat':%u", 1 + life_below(l, 5));
    life_outcome(l, ticket, fields);
}

static void figure(struct life *l)
{
    if (life_below(l, 3) == 0)
        kit_sendf(&l->o.k,
                  "{'type':'metric','team':'sales','period':'%s','metric':'training','value':%u}",
                  life_week(l, false), life_below(l, 9));
    else
        kit_sendf(&l->o.k,
                  "{'type':'metric','team':'sales','period':'%s','rep':'%s','metric':'%s',"
                  "'value':%u}",
                  life_week(l, false), life_reps[life_below(l, REPS_HERE)],
                  life_below(l, 3) ? "paid_minutes" : "contract_minutes", life_below(l, 2400));
}

static void step(struct history *h)
{
    struct life *l = &h->life;
    struct kit *k = &l->o.k;
    kit_pass(k, 60);
    unsigned what = life_below(l, 100);
    if (what < 25)
        life_ticket(l);
    else if (what < 60)
        outcome(l);
    else if (what < 70)
        figure(l);
    else if (what < 73)
        life_set_aside(l, true);
    else if (what < 76)
        life_desk(l, write_desk(h));
    else if (what < 82 && life_weeks(l) < WEEKS_MAX - 3)
        kit_day(k, k->date + 1 + (int32_t)life_below(l, 5));
    else if (what < 90)
        office_step(&l->o, life_below(l, 3) ? EH_MESSAGE_FREEZE : OFFICE_FREEZE_INCOMPLETE,
                    life_week(l, true));
    else if (what < 98)
        office_step(&l->o, EH_MESSAGE_CLOSE, life_week(l, true));
    else
        office_step(&l->o, EH_MESSAGE_PAY, life_week(l, true));
    cr_assert_eq(k->result, 0, "%s", eh_code_name(k->result));
}

/* ---- since a freeze */

/* The facts of now with the tickets and figures of then: what is left is of the people. */
static void take_tickets(const struct eh_bonus_facts *then, struct eh_bonus_facts *now,
                         struct eh_arena *arena)
{
    struct eh_bonus_facts facts = *then;
    struct eh_bonus_member *members =
        eh_arena_copy(arena, now->members, now->member_count * sizeof *members);
    for (uint32_t i = 0; i < now->member_count; i++) {
        members[i].closed = NULL;
        for (uint32_t k = 0; k < then->member_count; k++)
            if (eh_str_equal(then->members[k].rep, members[i].rep))
                members[i].closed = then->members[k].closed;
    }
    facts.members = members;
    facts.member_count = now->member_count;
    *now = facts;
}

static int64_t total_of(const struct eh_bonus_split *split, struct eh_str rep)
{
    for (uint32_t i = 0; i < split->count; i++)
        if (eh_str_equal(split->shares[i].rep, rep))
            return split->shares[i].total;
    return 0;
}

static bool same_pay(const struct eh_bonus_plan *plan, struct eh_bonus_facts *a,
                     struct eh_bonus_facts *b, struct eh_arena *arena)
{
    struct eh_bonus_result *x, *y;
    a->estimate = b->estimate = true;
    cr_assert_eq(eh_bonus_compute(plan, a, arena, &x, NULL), 0);
    cr_assert_eq(eh_bonus_compute(plan, b, arena, &y, NULL), 0);
    bool same = x->pool.gross == y->pool.gross && x->split.held == y->split.held;
    for (uint32_t i = 0; i < x->split.count; i++)
        same &= total_of(&y->split, x->split.shares[i].rep) == x->split.shares[i].total;
    for (uint32_t i = 0; i < y->split.count; i++)
        same &= total_of(&x->split, y->split.shares[i].rep) == y->split.shares[i].total;
    return same;
}

/* What freeze showed and what the people and figures of now would make of the same tickets. */
static void check_since(struct history *h, const struct eh_period_view *view)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_bonus_facts *then, *now;
    struct eh_error error = {0};
    char period[EH_DECIMAL_TEXT_MAX];
    cr_assert_eq(eh_pool_facts_decode(view->frozen, &arena, &then, NULL), 0);
    cr_assert_eq(eh_pool_facts(h->life.o.k.e, view, false, &arena, &now, NULL), 0);
    now->carry_open = then->carry_open;
    take_tickets(then, now, &arena);
    int r = eh_pool_since_freeze(h->life.o.k.e, view, &arena, &error);
    bool same = same_pay(view->plan, then, now, &arena);
    cr_assert(r < 0 || same, "%s: what was frozen is not what would be paid",
              (eh_period_print(view->period, period), period));
    cr_assert(r == 0 || strstr(error.text, "freeze it again"), "%s", error.text);
    h->refusals += r < 0;
}

/* ---- the way out */

static void expect_done(struct life *l, int type, const char *period)
{
    const char *why = office_step(&l->o, type, period);
    cr_assert_str_eq(why, "", "%s: %s", period, why);
}

static void freeze_again(struct life *l, const char *why, const char *period)
{
    cr_assert(strstr(why, "freeze it again"), "%s: %s", period, why);
    expect_done(l, EH_MESSAGE_FREEZE, period);
}

/* One step further; false: nothing is left to be done. */
static bool bring_on(struct life *l, const struct eh_period_view *view)
{
    char period[EH_DECIMAL_TEXT_MAX];
    eh_period_print(view->period, period);
    if (view->state == EH_PERIOD_OPEN) {
        expect_done(l, EH_MESSAGE_FREEZE, period);
    } else if (view->state == EH_PERIOD_PROVISIONAL) {
        const char *why = office_step(&l->o, EH_MESSAGE_CLOSE, period);
        if (strstr(why, "with `incomplete`"))
            expect_done(l, OFFICE_FREEZE_INCOMPLETE, period);
        else if (*why)
            freeze_again(l, why, period);
    } else if (view->late > 0) {
        expect_done(l, EH_MESSAGE_CLOSE, period);
    } else if (view->paid_version < view->last.version) {
        expect_done(l, EH_MESSAGE_PAY, period);
    } else {
        return false;
    }
    return true;
}

/* How many figures of the tree are those of the version before. */
static unsigned count_kept(const struct eh_bonus_node *node)
{
    unsigned count = eh_str_equal(node->formula, eh_str("that of the version before: nothing it is "
                                                        "made of is known any more"));
    for (const struct eh_bonus_node *c = node->children; c; c = c->next)
        count += count_kept(c);
    return count;
}

static void check_nothing_left(struct history *h)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_period_view view;
    const struct eh_engine *e = h->life.o.k.e;
    struct eh_str sales = eh_str("sales");
    int64_t paid = 0, earned = 0;
    for (int32_t after = EH_DATE_ALWAYS; eh_engine_period_after(e, sales, after, &view);
         after = eh_period_first(view.period)) {
        struct eh_pool_statement *s = office_statement_of(&h->life.o, &view, &arena);
        const struct eh_bonus_node *why = NULL;
        struct eh_error error = {0};
        int64_t due;
        static const struct eh_bonus_lines all;
        cr_assert_eq(view.state, EH_PERIOD_PAID);
        cr_assert_eq(view.late, 0);
        cr_assert(eh_pool_due(s, &due) && due == 0);
        cr_assert_eq(eh_pool_explain(e, &view, &all, &arena, &why, &error), 0, "%s", error.text);
        h->kept += count_kept(why);
        paid += s->net;
        earned += s->gross;
    }
    cr_assert_eq(paid + eh_engine_carry_open(e, sales), earned);
}

static void way_out(struct history *h)
{
    struct eh_period_view view;
    unsigned steps = 0, periods = 0;
    bool more = true;
    kit_day(&h->life.o.k, h->life.o.k.date + 21);
    while (more) {
        more = false;
        periods = 0;
        for (int32_t after = EH_DATE_ALWAYS;
             eh_engine_period_after(h->life.o.k.e, eh_str("sales"), after, &view);
             after = eh_period_first(view.period)) {
            more |= bring_on(&h->life, &view);
            periods++;
        }
        cr_assert_leq(++steps, STEPS_A_PERIOD + 2 * periods);
    }
    check_nothing_left(h);
}

static void live(struct seed seed, unsigned *refusals, unsigned *kept)
{
    static struct history h;
    struct life *l = &h.life;
    struct eh_period_view view;
    h = (struct history){.life = {.seed = seed, .reps = REPS_HERE}};
    h.few = life_below(l, 2);
    life_desk(l, write_desk(&h));
    kit_day(&l->o.k, kit_date("2026-02-02"));
    for (unsigned i = 0; i < STEPS; i++) {
        step(&h);
        for (int32_t after = EH_DATE_ALWAYS;
             eh_engine_period_after(l->o.k.e, eh_str("sales"), after, &view);
             after = eh_period_first(view.period))
            if (view.state == EH_PERIOD_PROVISIONAL && i % 3 == 0)
                check_since(&h, &view);
    }
    way_out(&h);
    cr_assert(kit_sound(&l->o.k));
    *refusals += h.refusals;
    *kept += h.kept;
    office_done(&l->o);
}

Test(ways_out, every_period_is_paid_in_the_end_and_nothing_owed_is_forgotten)
{
    struct seed seed = seed_start();
    unsigned refusals = 0, kept = 0;
    for (unsigned i = 0; i < HISTORIES; i++)
        live((struct seed){seed_next(&seed)}, &refusals, &kept);
    fprintf(stderr, "# %u times something had become another since a freeze, %u figures kept\n",
            refusals, kept);
    cr_assert_gt(refusals, HISTORIES);
    cr_assert_gt(kept, 0);
}

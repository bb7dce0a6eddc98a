/*
 * ways_out: no state of a team's periods is one from which nobody gets on: whatever happened, each
 * period that is over is frozen, closed and paid after the steps that its refusals name, and then
 * nothing that is owed is left behind. And what became another of the people since a freeze is
 * frozen again before it is closed.
 */
#include "../unit/pool_office.h"
#include "seed.h"

enum { HISTORIES = 120, STEPS = 250, STEPS_A_PERIOD = 12, WEEKS_MAX = 30 };

TestSuite(ways_out, .timeout = 1800);

static const char *const reps[] = {"ana", "bo", "cy", "dee"};
static const char *const kinds[] = {"order", "quote", "query"};

struct life {
    struct office o;
    struct seed seed;
    bool few; /* metrics in the plan: a close misses none, and a later version may */
    unsigned refusals, kept;
};

static unsigned below(struct life *l, unsigned n)
{
    return (unsigned)seed_below(&l->seed, n);
}

static int32_t first_week(void)
{
    return kit_period("2026-W06").number;
}

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
static void write_desk(struct life *l, char *text, size_t size)
{
    size_t at = (size_t)snprintf(
        text, size,
        "desk: main\ncurrency: EUR\nkinds: {order: {points: 2}, quote: {points: 2}, query: "
        "{points: 1}}\nreps: [{id: ana, since: 2014-02-01}, {id: bo, since: 20%02u-06-01}, {id: "
        "cy}, {id: dee}]\nteams:\n  - id: sales\n    reps: [ana",
        10 + below(l, 15));
    for (unsigned i = 1; i < 4; i++) {
        char day[EH_DECIMAL_TEXT_MAX];
        eh_date_print(kit_date("2026-02-02") + (int32_t)below(l, 60), day);
        unsigned what = below(l, 5);
        if (what < 2)
            at += (size_t)snprintf(text + at, size - at, ", {id: %s, %s: %s}", reps[i],
                                   what ? "from" : "until", day);
        else if (what < 4)
            at += (size_t)snprintf(text + at, size - at, ", %s", reps[i]);
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
             l->few ? few : many, l->few ? "60" : "30", l->few ? "0" : "30",
             l->few ? "forfeit" : "prorate");
}

/* ---- what happens */

static const char *some_week(struct life *l, bool past)
{
    static char text[EH_DECIMAL_TEXT_MAX];
    int32_t weeks = eh_period_of(EH_PERIOD_WEEK, l->o.k.date).number - first_week();
    int32_t back = (int32_t)below(l, 4) + past;
    eh_period_print(
        (struct eh_period){EH_PERIOD_WEEK, first_week() + (weeks > back ? weeks - back : 0)}, text);
    return text;
}

static void outcome(struct life *l)
{
    static const char *const outcomes[] = {"won",  "lost",     "resolved", "cancelled",
                                           "won",  "refunded", "rated",    "reopened",
                                           "lost", "reopened"};
    struct office *o = &l->o;
    if (o->tickets == 0)
        return;
    unsigned ticket = below(l, o->tickets), which = below(l, 10);
    char id[16], extra[64] = "";
    snprintf(id, sizeof id, "T%u", ticket);
    if (!kit_holds(&o->k, id))
        o->k.in.recalled =
            (struct eh_recalled){.ticket_known = true, .ticket_image = o->images[ticket]};
    if (which < 3 && below(l, 2))
        snprintf(extra, sizeof extra, ",'handled':%u", below(l, 1500));
    if (which == 5)
        snprintf(extra, sizeof extra, ",'value':%u", below(l, 3000));
    if (which == 6)
        snprintf(extra, sizeof extra, ",'csat':%u", 1 + below(l, 5));
    kit_sendf(&o->k, "{'type':'outcome','id':'%s','outcome':'%s'%s}", id, outcomes[which], extra);
    cr_assert_eq(o->k.result, 0, "%s", eh_code_name(o->k.result));
    if (o->k.fx.image_ticket)
        o->images[ticket] = eh_arena_str(&o->arena, o->k.fx.image);
}

static void ticket(struct life *l)
{
    struct office *o = &l->o;
    if (o->tickets == OFFICE_TICKETS_MAX)
        return;
    kit_sendf(&o->k,
              "{'type':'ticket','id':'T%u','team':'sales','kind':'%s','owner':'%s','value':%u}",
              o->tickets, kinds[below(l, 3)], reps[below(l, 4)], below(l, 5000));
    o->tickets++;
}

static void figure(struct life *l)
{
    if (below(l, 3) == 0)
        kit_sendf(&l->o.k,
                  "{'type':'metric','team':'sales','period':'%s','metric':'training','value':%u}",
                  some_week(l, false), below(l, 9));
    else
        kit_sendf(&l->o.k,
                  "{'type':'metric','team':'sales','period':'%s','rep':'%s','metric':'%s',"
                  "'value':%u}",
                  some_week(l, false), reps[below(l, 4)],
                  below(l, 3) ? "paid_minutes" : "contract_minutes", below(l, 2400));
}

static void set_aside(struct life *l)
{
    char body[128];
    snprintf(body, sizeof body, "{'team':'sales','period':'%s','rep':'%s','reason':'x'}",
             some_week(l, false), reps[below(l, 4)]);
    kit_command(&l->o.k, below(l, 2) ? EH_MESSAGE_EXCLUDE : EH_MESSAGE_INCLUDE, body);
}

static void roster(struct life *l)
{
    static char text[8192];
    write_desk(l, text, sizeof text);
    if (l->o.k.e)
        kit_desk(&l->o.k, text);
    else
        office_start(&l->o, text);
    office_sent(&l->o, text);
}

static void step(struct life *l)
{
    struct kit *k = &l->o.k;
    kit_pass(k, 60);
    unsigned what = below(l, 100);
    if (what < 25)
        ticket(l);
    else if (what < 60)
        outcome(l);
    else if (what < 70)
        figure(l);
    else if (what < 73)
        set_aside(l);
    else if (what < 76)
        roster(l);
    else if (what < 82 &&
             eh_period_of(EH_PERIOD_WEEK, k->date).number - first_week() < WEEKS_MAX - 3)
        kit_day(k, k->date + 1 + (int32_t)below(l, 5));
    else if (what < 90)
        office_step(&l->o, below(l, 3) ? EH_MESSAGE_FREEZE : OFFICE_FREEZE_INCOMPLETE,
                    some_week(l, true));
    else if (what < 98)
        office_step(&l->o, EH_MESSAGE_CLOSE, some_week(l, true));
    else
        office_step(&l->o, EH_MESSAGE_PAY, some_week(l, true));
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
static void check_since(struct life *l, const struct eh_period_view *view)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_bonus_facts *then, *now;
    struct eh_error error = {0};
    char period[EH_DECIMAL_TEXT_MAX];
    cr_assert_eq(eh_pool_facts_decode(view->frozen, &arena, &then, NULL), 0);
    cr_assert_eq(eh_pool_facts(l->o.k.e, view, false, &arena, &now, NULL), 0);
    now->carry_open = then->carry_open;
    take_tickets(then, now, &arena);
    int r = eh_pool_since_freeze(l->o.k.e, view, &arena, &error);
    bool same = same_pay(view->plan, then, now, &arena);
    cr_assert(r < 0 || same, "%s: what was frozen is not what would be paid",
              (eh_period_print(view->period, period), period));
    cr_assert(r == 0 || strstr(error.text, "freeze it again"), "%s", error.text);
    l->refusals += r < 0;
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

static void check_nothing_left(struct life *l)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_period_view view;
    const struct eh_engine *e = l->o.k.e;
    struct eh_str sales = eh_str("sales");
    int64_t paid = 0, earned = 0;
    for (int32_t after = EH_DATE_ALWAYS; eh_engine_period_after(e, sales, after, &view);
         after = eh_period_first(view.period)) {
        struct eh_pool_statement *s = NULL;
        const struct eh_bonus_node *why = NULL;
        struct eh_error error = {0};
        int64_t due, sum;
        static const struct eh_bonus_lines all;
        cr_assert_eq(view.state, EH_PERIOD_PAID);
        cr_assert_eq(view.late, 0);
        cr_assert_eq(eh_pool_statement(e, &view, &arena, &s, &error), 0, "%s", error.text);
        cr_assert(eh_pool_due(s, &due) && due == 0);
        cr_assert_eq(eh_pool_explain(e, &view, &all, &arena, &why, &error), 0, "%s", error.text);
        l->kept += count_kept(why);
        sum = s->held;
        for (uint32_t i = 0; i < s->line_count; i++)
            sum += s->lines[i].total;
        cr_assert_eq(sum, s->net);
        paid += s->net;
        earned += s->gross;
    }
    cr_assert_eq(paid + eh_engine_carry_open(e, sales), earned);
}

static void way_out(struct life *l)
{
    struct eh_period_view view;
    unsigned steps = 0, periods = 0;
    bool more = true;
    kit_day(&l->o.k, l->o.k.date + 21);
    while (more) {
        more = false;
        periods = 0;
        for (int32_t after = EH_DATE_ALWAYS;
             eh_engine_period_after(l->o.k.e, eh_str("sales"), after, &view);
             after = eh_period_first(view.period)) {
            more |= bring_on(l, &view);
            periods++;
        }
        cr_assert_leq(++steps, STEPS_A_PERIOD + 2 * periods);
    }
    check_nothing_left(l);
}

static void live(struct seed seed, unsigned *refusals, unsigned *kept)
{
    static struct life l;
    struct eh_period_view view;
    l = (struct life){.seed = seed};
    l.few = below(&l, 2);
    roster(&l);
    kit_day(&l.o.k, kit_date("2026-02-02"));
    for (unsigned i = 0; i < STEPS; i++) {
        step(&l);
        for (int32_t after = EH_DATE_ALWAYS;
             eh_engine_period_after(l.o.k.e, eh_str("sales"), after, &view);
             after = eh_period_first(view.period))
            if (view.state == EH_PERIOD_PROVISIONAL && i % 3 == 0)
                check_since(&l, &view);
    }
    way_out(&l);
    cr_assert(kit_sound(&l.o.k));
    *refusals += l.refusals;
    *kept += l.kept;
    office_done(&l.o);
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

/*
 * pool: what must hold of a team's pools whatever happens: tickets, refunds, reopenings, minutes,
 * members that come and go, periods frozen, closed and closed again in any order.
 */
#include "../unit/pool_office.h"
#include "seed.h"

static const struct eh_bonus_lines all;

enum { HISTORIES = 250, STEPS = 400, WEEKS_MAX = 40, REPS_MAX = 12 };

TestSuite(pool, .timeout = 1800);

static const char *const reps[] = {"ana", "bo", "cy", "dee", "eli", "fay"};
static const char *const kinds[] = {"order", "quote", "query"};

/* What is known of a closed period, to be compared with its next version. */
struct known {
    uint32_t version, lines;
    int64_t net, carry, carry_before;
    int64_t totals[REPS_MAX];
};

struct life {
    struct office o;
    struct seed seed;
    unsigned plan[5]; /* chosen once: an immutable plan */
    unsigned closings, versions;
    struct known known[WEEKS_MAX];
};

static unsigned below(struct life *l, unsigned n)
{
    return (unsigned)seed_below(&l->seed, n);
}

static struct eh_period week(int32_t date)
{
    return eh_period_of(EH_PERIOD_WEEK, date);
}

static int32_t first_week(void)
{
    return kit_period("2026-W06").number;
}

/* A random roster; the plan is that of the life. */
static void write_desk(struct life *l, char *text, size_t size)
{
    static const char *const splits[] = {"individual: 10%, equal: 36%, hours: 36%, seniority: 18%",
                                         "individual: 0%, equal: 50%, hours: 0%, seniority: 50%",
                                         "individual: 30%, equal: 0%, hours: 70%, seniority: 0%",
                                         "individual: 20%, equal: 30%, hours: 20%, seniority: 30%"};
    static const char *const caps[] = {"15%", "30%", "100%"};
    static const char *const most[] = {"0%", "25%", "100%"};
    size_t at = (size_t)snprintf(
        text, size,
        "desk: main\ncurrency: EUR\nkinds: {order: {points: 2}, quote: {points: 2}, query: "
        "{points: 1}}\nreps: [{id: ana, since: 2014-02-01}, {id: bo, since: 2021-06-01}, {id: cy}, "
        "{id: dee, since: 2026-03-01}, {id: eli}, {id: fay, since: 2026-02-20}]\n"
        "teams:\n  - id: sales\n    reps: [ana");
    for (unsigned i = 1; i < 6; i++) {
        unsigned what = below(l, 6);
        int32_t date = kit_date("2026-02-02") + (int32_t)below(l, 60);
        char day[EH_DECIMAL_TEXT_MAX];
        eh_date_print(date, day);
        if (what == 0)
            at += (size_t)snprintf(text + at, size - at, ", {id: %s, from: %s}", reps[i], day);
        else if (what == 1)
            at += (size_t)snprintf(text + at, size - at, ", {id: %s, until: %s}", reps[i], day);
        else if (what < 5)
            at += (size_t)snprintf(text + at, size - at, ", %s", reps[i]);
    }
    snprintf(
        text + at, size - at,
        "]\nplans:\n  - id: weekly\n    team: sales\n    from: 2026-W06\n    period: week\n"
        "    encourages: \"Answering well.\"\n    discourages: \"Hurrying.\"\n"
        "    target_pool: %u.07\n    max_pool: 9000.00\n    metrics:\n"
        "      - {metric: revenue, weight: 60%%, curve: [[0, 0%%], [100.00, 100%%], "
        "[200.00, 150%%]]}\n"
        "      - {metric: csat, weight: 40%%, prior: {mean: 4.2, count: 3}, curve: [[3.5, 0%%], "
        "[4.4, 100%%], [4.7, 125%%]]}\n"
        "    funding: [[10%%, 0%%], [100%%, 100%%], [125%%, 150%%]]\n"
        "    split: {%s}\n    individual: {points: {order: 2, quote: 1, query: 1}, cap: %s}\n"
        "    seniority: [[0y, 100], [1y, 105], [3y, 115]]\n    leavers: %s\n"
        "    carry: {at_most: %s}\n    if_missing: prior\n",
        100 + l->plan[0], splits[l->plan[1]], caps[l->plan[2]], l->plan[3] ? "forfeit" : "prorate",
        most[l->plan[4]]);
}

/* ---- what must hold */

static void check_version(struct life *l, const struct eh_pool_statement *s)
{
    int32_t index = s->period.number - first_week();
    cr_assert(index >= 0 && index < WEEKS_MAX);
    struct known *k = &l->known[index];
    cr_assert_geq(s->version, k->version);
    cr_assert_eq(s->net >= k->net, true);
    cr_assert_leq(s->carry, 0);
    cr_assert_leq(s->carry_open, 0);
    cr_assert_leq(s->carry_before, s->carry);
    cr_assert_eq(s->individual + s->equal + s->hours + s->seniority, s->paid);
    if (k->version > 0) {
        cr_assert_eq(s->carry, k->carry);
        cr_assert_eq(s->carry_before, k->carry_before);
        cr_assert_eq(s->line_count, k->lines);
    }
    l->versions += s->version - k->version;
    k->version = s->version;
    k->net = s->net;
    k->carry = s->carry;
    k->carry_before = s->carry_before;
    k->lines = s->line_count;
    cr_assert_leq(s->line_count, REPS_MAX);
    for (uint32_t i = 0; i < s->line_count; i++) {
        const struct eh_pool_line *line = &s->lines[i];
        cr_assert_geq(line->total, k->totals[i]);
        cr_assert_eq(line->total, line->equal + line->hours + line->seniority + line->individual);
        cr_assert(line->eligible || line->total == 0);
        k->totals[i] = line->total;
    }
}

static void check_frozen(const struct eh_period_view *view, struct eh_arena *arena)
{
    EH_AUTO(eh_bytes) struct eh_bytes again = EH_BYTES_INIT;
    struct eh_bonus_facts *facts = NULL;
    cr_assert_eq(eh_pool_facts_decode(view->frozen, arena, &facts, NULL), 0);
    eh_pool_facts_encode(facts, &again);
    cr_assert(eh_str_equal(view->frozen, eh_str_n((char *)again.data, again.size)));
}

static int64_t sum_of(const struct eh_bonus_node *node)
{
    int64_t sum = 0;
    for (const struct eh_bonus_node *c = node->children; c; c = c->next)
        sum += c->value;
    return sum;
}

/* Each rep's line comes from its parts, and from what was paid by then. */
static void check_shares(const struct eh_bonus_node *shares, const struct eh_pool_statement *s)
{
    uint32_t at = 0;
    for (const struct eh_bonus_node *c = shares->children; c; c = c->next, at++) {
        cr_assert_eq(c->value, s->lines[at].total);
        cr_assert_eq(c->value, sum_of(c));
    }
    cr_assert_eq(at, s->line_count);
    cr_assert_eq(shares->value, sum_of(shares));
    cr_assert_eq(shares->value, s->net - s->held);
}

/* From what was paid before to what is paid now, the pool by its own facts between. */
static void check_net(const struct eh_bonus_node *net, const struct eh_pool_statement *s)
{
    cr_assert_eq(net->value, s->net);
    cr_assert_eq(net->value, sum_of(net));
    if (s->version <= 1)
        return;
    const struct eh_bonus_node *paid = net->children->next;
    const struct eh_bonus_node *difference = paid->children, *gross = difference->children;
    cr_assert_eq(paid->value, s->paid);
    cr_assert_eq(difference->value, s->difference);
    cr_assert_eq(difference->next->value, s->cancelled);
    cr_assert_eq(gross->value, s->gross);
    cr_assert_eq(gross->children->value, s->funding_ppm);
    cr_assert_eq(gross->children->children->value, s->composite_ppm);
}

static void check_explained(struct life *l, const struct eh_period_view *view,
                            const struct eh_pool_statement *s, struct eh_arena *arena)
{
    const struct eh_bonus_node *why = NULL;
    struct eh_error error = {0};
    int r = eh_pool_explain(l->o.k.e, view, &all, arena, &why, &error);
    cr_assert_eq(r, 0, "%s", error.text);
    cr_assert_eq(why->value, s->net);
    for (const struct eh_bonus_node *n = why->children; n; n = n->next)
        if (eh_str_equal(n->name, eh_str("shares")))
            check_shares(n, s);
        else if (eh_str_equal(n->name, eh_str("net")))
            check_net(n, s);
}

/* Each pool is paid or still open to be taken back, to the cent. */
static void check_life(struct life *l)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_period_view view;
    const struct eh_engine *e = l->o.k.e;
    struct eh_str sales = eh_str("sales");
    int64_t paid = 0, earned = 0;
    for (int32_t after = EH_DATE_ALWAYS; eh_engine_period_after(e, sales, after, &view);
         after = eh_period_first(view.period)) {
        struct eh_pool_statement *s = NULL;
        struct eh_error error = {0};
        cr_assert_eq(eh_pool_statement(e, &view, &arena, &s, &error), 0, "%s", error.text);
        int64_t sum = s->held;
        for (uint32_t i = 0; i < s->line_count; i++)
            sum += s->lines[i].total;
        cr_assert_eq(sum, s->net);
        check_explained(l, &view, s, &arena);
        if (view.state >= EH_PERIOD_PROVISIONAL)
            check_frozen(&view, &arena);
        if (view.state < EH_PERIOD_CLOSED)
            continue;
        check_version(l, s);
        paid += s->net;
        earned += s->gross;
    }
    cr_assert_leq(eh_engine_carry_open(e, sales), 0);
    cr_assert_eq(paid + eh_engine_carry_open(e, sales), earned);
}

/* ---- what happens */

static void outcome(struct life *l)
{
    static const char *const outcomes[] = {"won",      "won",       "won",      "lost",
                                           "resolved", "cancelled", "refunded", "refunded",
                                           "rated",    "reopened"};
    struct office *o = &l->o;
    if (o->tickets == 0)
        return;
    unsigned ticket = below(l, o->tickets), which = below(l, 10);
    char id[16], extra[64] = "";
    snprintf(id, sizeof id, "T%u", ticket);
    if (!kit_holds(&o->k, id))
        o->k.in.recalled =
            (struct eh_recalled){.ticket_known = true, .ticket_image = o->images[ticket]};
    if (which < 3 || which == 6 || which == 7)
        snprintf(extra, sizeof extra, ",'value':%u", below(l, 6000));
    if (which < 6 && below(l, 2))
        snprintf(extra + strlen(extra), sizeof extra - strlen(extra), ",'csat':%u",
                 1 + below(l, 5));
    if (which == 8)
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
              o->tickets, kinds[below(l, 3)], reps[below(l, 6)], below(l, 5000));
    o->tickets++;
}

static const char *some_week(struct life *l, bool past)
{
    static char text[EH_DECIMAL_TEXT_MAX];
    int32_t weeks = week(l->o.k.date).number - first_week();
    int32_t back = (int32_t)below(l, 4) + past;
    eh_period_print(
        (struct eh_period){EH_PERIOD_WEEK, first_week() + (weeks > back ? weeks - back : 0)}, text);
    return text;
}

static void minutes(struct life *l)
{
    const char *metric = below(l, 3) ? "contract_minutes" : "paid_minutes";
    const char *period = some_week(l, false);
    for (unsigned i = 0; i < 6; i++)
        if (below(l, 8))
            kit_sendf(&l->o.k,
                      "{'type':'metric','team':'sales','period':'%s','rep':'%s','metric':'%s',"
                      "'value':%u}",
                      period, reps[i], metric, below(l, 2400));
}

static void exclude(struct life *l)
{
    char body[128];
    snprintf(body, sizeof body, "{'team':'sales','period':'%s','rep':'%s','reason':'x'}",
             some_week(l, false), reps[below(l, 6)]);
    kit_command(&l->o.k, EH_MESSAGE_EXCLUDE, body);
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
    else if (what < 65)
        outcome(l);
    else if (what < 72)
        minutes(l);
    else if (what < 74)
        exclude(l);
    else if (what < 76)
        roster(l);
    else if (what < 82 && week(k->date).number - first_week() < WEEKS_MAX - 2)
        kit_day(k, k->date + 1 + (int32_t)below(l, 5));
    else if (what < 88)
        office_step(&l->o, EH_MESSAGE_FREEZE, some_week(l, true));
    else if (what < 98)
        l->closings += !*office_step(&l->o, EH_MESSAGE_CLOSE, some_week(l, true));
    else
        office_step(&l->o, EH_MESSAGE_PAY, some_week(l, true));
    cr_assert_eq(k->result, 0, "%s", eh_code_name(k->result));
}

static void live(struct seed seed, unsigned *closings, unsigned *versions)
{
    static struct life l;
    l = (struct life){.seed = seed};
    const unsigned choices[] = {500, 4, 3, 2, 3};
    for (unsigned i = 0; i < 5; i++)
        l.plan[i] = below(&l, choices[i]);
    roster(&l);
    kit_day(&l.o.k, kit_date("2026-02-02"));
    for (unsigned i = 0; i < STEPS; i++) {
        step(&l);
        if (i % 4 == 0 || i + 1 == STEPS)
            check_life(&l);
    }
    cr_assert(kit_sound(&l.o.k));
    *closings += l.closings;
    *versions += l.versions;
    office_done(&l.o);
}

Test(pool, every_cent_is_paid_or_open_and_nothing_paid_is_taken_back)
{
    struct seed seed = seed_start();
    unsigned closings = 0, versions = 0;
    for (unsigned i = 0; i < HISTORIES; i++)
        live((struct seed){seed_next(&seed)}, &closings, &versions);
    fprintf(stderr, "# %u closings, %u versions\n", closings, versions);
    cr_assert_gt(closings, HISTORIES);
    cr_assert_gt(versions, closings, "late periods are settled by the close of others");
}

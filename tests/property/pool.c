/*
 * pool: what must hold of a team's pools whatever happens: tickets, refunds, reopenings, minutes,
 * members that come and go, periods frozen, closed and closed again in any order.
 */
#include "period_life.h"

static const struct eh_bonus_lines all;

enum { HISTORIES = 250, STEPS = 400, WEEKS_MAX = 40, REPS_HERE = 6, REPS_MAX = 12 };

TestSuite(pool, .timeout = 1800);

/* What is known of a closed period, to be compared with its next version. */
struct known {
    uint32_t version, lines;
    int64_t net, carry, carry_before;
    int64_t totals[REPS_MAX];
};

struct history {
    struct life life;
    unsigned plan[5]; /* chosen once: an immutable plan */
    unsigned closings, versions;
    struct known known[WEEKS_MAX];
};

/* A random roster; the plan is that of the life. */
static const char *write_desk(struct history *h)
{
    static char text[8192];
    const size_t size = sizeof text;
    static const char *const splits[] = {"individual: 10%, equal: 36%, hours: 36%, seniority: 18%",
                                         "individual: 0%, equal: 50%, hours: 0%, seniority: 50%",
                                         "individual: 30%, equal: 0%, hours: 70%, seniority: 0%",
                                         "individual: 20%, equal: 30%, hours: 20%, seniority: 30%"};
    static const char *const caps[] = {"15%", "30%", "100%"};
    static const char *const most[] = {"0%", "25%", "100%"};
    size_t at = (size_t)snprintf(
        text, size,
        LIFE_DESK "reps: [{id: ana, since: 2014-02-01}, {id: bo, since: 2021-06-01}, {id: cy}, "
                  "{id: dee, since: 2026-03-01}, {id: eli}, {id: fay, since: 2026-02-20}]\n"
                  "teams:\n  - id: sales\n    reps: [ana");
    for (unsigned i = 1; i < REPS_HERE; i++) {
        unsigned what = life_below(&h->life, 6);
        int32_t date = kit_date("2026-02-02") + (int32_t)life_below(&h->life, 60);
        char day[EH_DECIMAL_TEXT_MAX];
        eh_date_print(date, day);
        if (what == 0)
            at += (size_t)snprintf(text + at, size - at, ", {id: %s, from: %s}", life_reps[i], day);
        else if (what == 1)
            at +=
                (size_t)snprintf(text + at, size - at, ", {id: %s, until: %s}", life_reps[i], day);
        else if (what < 5)
            at += (size_t)snprintf(text + at, size - at, ", %s", life_reps[i]);
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
        100 + h->plan[0], splits[h->plan[1]], caps[h->plan[2]], h->plan[3] ? "forfeit" : "prorate",
        most[h->plan[4]]);
    return text;
}

/* ---- what must hold */

static void check_version(struct history *h, const struct eh_pool_statement *s)
{
    int32_t index = s->period.number - life_first_week();
    cr_assert(index >= 0 && index < WEEKS_MAX);
    struct known *k = &h->known[index];
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
    h->versions += s->version - k->version;
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

static void check_explained(struct history *h, const struct eh_period_view *view,
                            const struct eh_pool_statement *s, struct eh_arena *arena)
{
    const struct eh_bonus_node *why = NULL;
    struct eh_error error = {0};
    int r = eh_pool_explain(h->life.o.k.e, view, &all, arena, &why, &error);
    cr_assert_eq(r, 0, "%s", error.text);
    cr_assert_eq(why->value, s->net);
    for (const struct eh_bonus_node *n = why->children; n; n = n->next)
        if (eh_str_equal(n->name, eh_str("shares")))
            check_shares(n, s);
        else if (eh_str_equal(n->name, eh_str("net")))
            check_net(n, s);
}

/* Each pool is paid or still open to be taken back, to the cent. */
static void check_life(struct history *h)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_period_view view;
    const struct eh_engine *e = h->life.o.k.e;
    struct eh_str sales = eh_str("sales");
    int64_t paid = 0, earned = 0;
    for (int32_t after = EH_DATE_ALWAYS; eh_engine_period_after(e, sales, after, &view);
         after = eh_period_first(view.period)) {
        struct eh_pool_statement *s = office_statement_of(&h->life.o, &view, &arena);
        check_explained(h, &view, s, &arena);
        if (view.state >= EH_PERIOD_PROVISIONAL)
            check_frozen(&view, &arena);
        if (view.state < EH_PERIOD_CLOSED)
            continue;
        check_version(h, s);
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
    if (l->o.tickets == 0)
        return;
    unsigned ticket = life_below(l, l->o.tickets), which = life_below(l, 10);
    char fields[96];
    size_t at = (size_t)snprintf(fields, sizeof fields, "'outcome':'%s'", outcomes[which]);
    if (which < 3 || which == 6 || which == 7)
        at += (size_t)snprintf(fields + at, sizeof fields - at, ",'value':%u", life_below(l, 6000));
    if (which == 8 || (which < 6 && life_below(l, 2)))
        snprintf(fields + at, sizeof fields - at, ",'csat':%u", 1 + life_below(l, 5));
    life_outcome(l, ticket, fields);
}

static void minutes(struct life *l)
{
    const char *metric = life_below(l, 3) ? "contract_minutes" : "paid_minutes";
    const char *period = life_week(l, false);
    for (unsigned i = 0; i < REPS_HERE; i++)
        if (life_below(l, 8))
            kit_sendf(&l->o.k,
                      "{'type':'metric','team':'sales','period':'%s','rep':'%s','metric':'%s',"
                      "'value':%u}",
                      period, life_reps[i], metric, life_below(l, 2400));
}

static void step(struct history *h)
{
    struct life *l = &h->life;
    struct kit *k = &l->o.k;
    kit_pass(k, 60);
    unsigned what = life_below(l, 100);
    if (what < 25)
        life_ticket(l);
    else if (what < 65)
        outcome(l);
    else if (what < 72)
        minutes(l);
    else if (what < 74)
        life_set_aside(l, false);
    else if (what < 76)
        life_desk(l, write_desk(h));
    else if (what < 82 && life_weeks(l) < WEEKS_MAX - 2)
        kit_day(k, k->date + 1 + (int32_t)life_below(l, 5));
    else if (what < 88)
        office_step(&l->o, EH_MESSAGE_FREEZE, life_week(l, true));
    else if (what < 98)
        h->closings += !*office_step(&l->o, EH_MESSAGE_CLOSE, life_week(l, true));
    else
        office_step(&l->o, EH_MESSAGE_PAY, life_week(l, true));
    cr_assert_eq(k->result, 0, "%s", eh_code_name(k->result));
}

static void live(struct seed seed, unsigned *closings, unsigned *versions)
{
    static struct history h;
    h = (struct history){.life = {.seed = seed, .reps = REPS_HERE}};
    const unsigned choices[] = {500, 4, 3, 2, 3};
    for (unsigned i = 0; i < 5; i++)
        h.plan[i] = life_below(&h.life, choices[i]);
    life_desk(&h.life, write_desk(&h));
    kit_day(&h.life.o.k, kit_date("2026-02-02"));
    for (unsigned i = 0; i < STEPS; i++) {
        step(&h);
        if (i % 4 == 0 || i + 1 == STEPS)
            check_life(&h);
    }
    cr_assert(kit_sound(&h.life.o.k));
    *closings += h.closings;
    *versions += h.versions;
    office_done(&h.life.o);
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

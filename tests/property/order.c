/*
 * order: whatever the order in which the outcomes of a ticket arrive within a minute, before their
 * ticket or after it, they come to what they come to in the order of their time: the same outcome,
 * the same facts, the same refused. What that is is told once more by a model.
 *
 * EVENHAND_HISTORIES=100000 tries so many.
 */
#include <criterion/criterion.h>

#include "../unit/engine_kit.h"
#include "seed.h"
#include "../unit/plan_text.h"

#include <evenhand/engine/periods.h>

enum {
    HISTORIES = 1500,
    ORDERS = 6,      /* of each history; the first is that of the time */
    OUTCOMES = 8,    /* of all tickets of a history */
    TICKETS = 2,     /* of a history */
    ENGINE_AGE = 500 /* orders an engine sees */
};

TestSuite(order, .timeout = 7200);

#define DESK                                                                                       \
    "desk: main\ncurrency: EUR\ntime_zone: UTC\nkinds: {order: {points: 2}}\n"                     \
    "reps: [{id: ana}, {id: bob}]\nteams: [{id: sales, reps: [ana, bob]}]\nplans:\n" PLAN_TEXT

#define MONTHS     2
#define CREATED_MS INT64_C(1727700000000) /* 2024-09-30T12:40Z */
#define OCTOBER_MS INT64_C(1727740800000)
#define VALUE      5000

static const char *const names[] = {NULL,        "won",      "lost",     "resolved",
                                    "cancelled", "reopened", "refunded", "rated"};

/* Of those at the same time. */
static const int places[] = {0, 4, 2, 3, 1, 0, 5, 6};

struct outcome {
    int ticket, what, event, csat; /* 0: none */
    int64_t at_ms, value, handled; /* below 0: none */
    bool refused;                  /* as the model says */
};

struct facts {
    int64_t closed, won, lost, held, revenue, ratings, rating_sum, handled, handled_ms, responses,
        cycles, cycle_ms, firsts, reopened, cancelled, answers, answer_ms;
};

struct history {
    struct seed seed;
    struct outcome outcomes[OUTCOMES];
    int count, tickets;
    struct facts facts[MONTHS];
    int last[TICKETS]; /* outcome it ends with; 0: open */
    int64_t refunded[TICKETS];
};

static unsigned below(struct history *h, unsigned n)
{
    return (unsigned)seed_below(&h->seed, n);
}

/* ---- what it ought to come to */

static int compare_outcomes(const void *left, const void *right)
{
    const struct outcome *a = left, *b = right;
    const int64_t keys[][2] = {{a->at_ms, b->at_ms},
                               {places[a->what], places[b->what]},
                               {a->event, b->event},
                               {a->handled >= 0, b->handled >= 0},
                               {a->value >= 0, b->value >= 0},
                               {a->value, b->value},
                               {a->csat, b->csat},
                               {a->handled, b->handled}};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (keys[i][0] != keys[i][1])
            return keys[i][0] < keys[i][1] ? -1 : 1;
    return 0;
}

struct model {
    int outcome, last, csat;
    int64_t value, refunded, handled, closed_ms, first_ms;
    bool reopened;
};

/* Whether it may be; then what it does. */
static bool model_take(struct model *m, const struct outcome *o)
{
    int64_t left = m->value > m->refunded ? m->value - m->refunded : 0;
    int64_t back = o->value >= 0 ? o->value : left;
    switch (o->what) {
    case EH_OUTCOME_REOPENED:
        if (m->outcome) {
            m->outcome = 0;
            m->refunded = 0;
            m->reopened = true;
        }
        return true;
    case EH_OUTCOME_REFUNDED:
        if (m->last != EH_OUTCOME_WON || back > left)
            return false;
        m->refunded += back;
        return true;
    case EH_OUTCOME_RATED:
        if (!m->last)
            return false;
        m->csat = o->csat ? o->csat : m->csat;
        return true;
    default:
        if (m->outcome && m->outcome != o->what)
            return false;
        if (!m->outcome) {
            m->outcome = m->last = o->what;
            m->closed_ms = o->at_ms;
            if (o->what == EH_OUTCOME_WON && o->value >= 0)
                m->value = o->value;
            if (o->handled >= 0)
                m->handled = (m->handled < 0 ? 0 : m->handled) + o->handled;
            if (!m->first_ms && o->what != EH_OUTCOME_CANCELLED)
                m->first_ms = o->at_ms;
        }
        m->csat = o->csat ? o->csat : m->csat;
        return true;
    }
}

static void model_count(const struct model *m, bool dealt, struct facts *facts)
{
    if (m->first_ms) {
        struct facts *first = &facts[m->first_ms >= OCTOBER_MS];
        first->firsts++;
        first->reopened += m->reopened;
        bool answers = m->first_ms >= CREATED_MS && m->outcome != EH_OUTCOME_CANCELLED;
        first->answers += answers;
        first->answer_ms += answers ? m->first_ms - CREATED_MS : 0;
    }
    if (!m->outcome)
        return;
    struct facts *f = &facts[m->closed_ms >= OCTOBER_MS];
    if (m->outcome == EH_OUTCOME_CANCELLED) {
        f->cancelled++;
        return;
    }
    f->closed++;
    f->won += m->outcome == EH_OUTCOME_WON;
    f->lost += m->outcome == EH_OUTCOME_LOST;
    f->held += dealt;
    f->responses += dealt;
    f->revenue += m->outcome == EH_OUTCOME_WON ? m->value - m->refunded : 0;
    f->ratings += m->csat > 0;
    f->rating_sum += m->csat;
    if (m->handled >= 0) {
        f->handled++;
        f->handled_ms += 1000 * (m->handled < 30 ? 30 : m->handled > 7200 ? 7200 : m->handled);
    }
    if (m->closed_ms >= CREATED_MS) {
        f->cycles++;
        f->cycle_ms += m->closed_ms - CREATED_MS;
    }
}

static void model_tell(struct history *h, bool dealt)
{
    struct model tickets[TICKETS];
    qsort(h->outcomes, (size_t)h->count, sizeof *h->outcomes, compare_outcomes);
    memset(h->facts, 0, sizeof h->facts);
    for (int t = 0; t < h->tickets; t++)
        tickets[t] = (struct model){.value = VALUE, .handled = -1};
    for (int i = 0; i < h->count; i++)
        h->outcomes[i].refused = !model_take(&tickets[h->outcomes[i].ticket], &h->outcomes[i]);
    for (int t = 0; t < h->tickets; t++) {
        model_count(&tickets[t], dealt, h->facts);
        h->last[t] = tickets[t].outcome;
        h->refunded[t] = tickets[t].refunded;
    }
}

static void make(struct history *h)
{
    h->tickets = 1 + (int)below(h, TICKETS);
    h->count = 2 + (int)below(h, OUTCOMES - 1);
    for (int i = 0; i < h->count; i++) {
        struct outcome *o = &h->outcomes[i];
        *o = (struct outcome){.ticket = (int)below(h, (unsigned)h->tickets),
                              .what = 1 + (int)below(h, 7),
                              .event = below(h, 2) ? 1 + (int)below(h, 1000) * OUTCOMES + i : 0,
                              .value = -1,
                              .handled = -1};
        /* few moments: many are the same; some before the ticket began */
        o->at_ms = (below(h, 2) ? OCTOBER_MS : CREATED_MS) + ((int)below(h, 6) - 1) * 60000;
        if (o->what == EH_OUTCOME_WON && below(h, 2))
            o->value = below(h, 2 * VALUE);
        if (o->what == EH_OUTCOME_REFUNDED && below(h, 4))
            o->value = below(h, VALUE);
        if (o->what == EH_OUTCOME_RATED || (o->what <= EH_OUTCOME_CANCELLED && below(h, 3) == 0))
            o->csat = 1 + (int)below(h, 5);
        if (o->what <= EH_OUTCOME_CANCELLED && below(h, 2))
            o->handled = below(h, 9000);
    }
}

/* ---- what it comes to */

struct run {
    struct kit k;
    int orders;
    bool dealt; /* somebody is there to be dealt to */
    char ids[TICKETS][32];
    struct eh_str images[TICKETS];
    uint64_t streams[OUTCOMES];
    bool refused[OUTCOMES];
    bool sent[OUTCOMES];
};

static void run_start(struct run *r, bool dealt)
{
    *r = (struct run){.dealt = dealt};
    kit_start(&r->k, DESK);
    kit_pass(&r->k, 86400);
    if (!dealt) {
        kit_send(&r->k, "{'type':'signal','rep':'ana','status':'away'}");
        kit_send(&r->k, "{'type':'signal','rep':'bob','status':'away'}");
    }
}

static void add_fact(void *context, const struct eh_fact_view *fact)
{
    struct facts *f = context;
    if (fact->type == EH_FACT_HELD)
        f->held += fact->closed;
    if (fact->type != EH_FACT_KIND)
        return;
    f->closed += fact->closed;
    f->won += fact->won;
    f->lost += fact->lost;
    f->handled += fact->handled;
    f->handled_ms += (int64_t)fact->sum;
}

static void run_facts(const struct run *r, struct facts *ret)
{
    static const char *const months[MONTHS] = {"2024-09", "2024-10"};
    for (int i = 0; i < MONTHS; i++) {
        struct eh_period period = {0};
        struct eh_period_view v = {0};
        cr_assert_eq(eh_period_parse(eh_str(months[i]), &period, NULL), 0);
        cr_assert(eh_engine_period(r->k.e, eh_str("sales"), period, &v));
        ret[i] = (struct facts){.revenue = (int64_t)v.revenue,
                                .ratings = v.ratings,
                                .rating_sum = v.rating_sum,
                                .responses = v.responses,
                                .cycles = v.cycles,
                                .cycle_ms = (int64_t)v.cycle_ms,
                                .firsts = v.firsts,
                                .reopened = v.reopened,
                                .cancelled = v.cancelled,
                                .answers = v.answers,
                                .answer_ms = (int64_t)v.answer_ms};
        eh_engine_facts(r->k.e, &v, add_fact, &ret[i]);
    }
}

/* What notices and dead letters say of the outcomes. */
static void hear(struct run *r, const struct history *h)
{
    const struct eh_effects *fx = &r->k.fx;
    for (int i = 0; i < h->count; i++) {
        for (uint32_t e = fx->first; r->sent[i] && e < fx->count; e++)
            if (fx->items[e].stream_no == r->streams[i] &&
                (fx->items[e].type == EH_NOTICE_REFUSED || fx->items[e].type == EH_NOTICE_TAKEN))
                r->refused[i] = fx->items[e].type == EH_NOTICE_REFUSED;
    }
    for (int t = 0; t < h->tickets; t++) {
        struct eh_ticket_view view;
        if (fx->image_ticket && eh_ticket_image_view(fx->image, &view, NULL) == 0 &&
            kit_is(view.id, r->ids[t]))
            r->images[t] = eh_arena_str(&r->k.arena, fx->image);
    }
}

static void send_ticket(struct run *r, const struct history *h, int t)
{
    kit_sendf(&r->k,
              "{'type':'ticket','id':'%s','team':'sales','kind':'order','value':%d,"
              "'created_at':%lld}",
              r->ids[t], VALUE, (long long)CREATED_MS);
    cr_assert(r->k.result == 0 && !r->k.fx.refused, "%s", kit_refused(&r->k));
    hear(r, h);
}

static void send_outcome(struct run *r, const struct history *h, int i)
{
    const struct outcome *o = &h->outcomes[i];
    char text[512];
    size_t at =
        (size_t)snprintf(text, sizeof text, "{'type':'outcome','id':'%s','outcome':'%s','at':%lld",
                         r->ids[o->ticket], names[o->what], (long long)o->at_ms);
    if (o->event)
        at += (size_t)snprintf(text + at, sizeof text - at, ",'event':'%06d %s'", o->event,
                               r->ids[o->ticket]);
    if (o->value >= 0)
        at += (size_t)snprintf(text + at, sizeof text - at, ",'value':%lld", (long long)o->value);
    if (o->csat)
        at += (size_t)snprintf(text + at, sizeof text - at, ",'csat':%d", o->csat);
    if (o->handled >= 0)
        at +=
            (size_t)snprintf(text + at, sizeof text - at, ",'handled':%lld", (long long)o->handled);
    snprintf(text + at, sizeof text - at, "}");
    if (r->images[o->ticket].size && !kit_holds(&r->k, r->ids[o->ticket])) {
        r->k.in.recalled.ticket_known = true;
        r->k.in.recalled.ticket_image = r->images[o->ticket];
    }
    kit_send(&r->k, text);
    cr_assert_eq(r->k.result, 0, "%s: %s", text, eh_code_name(r->k.result));
    r->streams[i] = r->k.in.stream_no;
    r->sent[i] = true;
    r->refused[i] = r->k.fx.refused;
    hear(r, h);
}

/* What waits for its ticket and was refused ends as a dead letter. */
static void wait_for_the_rest(struct run *r, const struct history *h)
{
    struct eh_totals totals;
    kit_pass(&r->k, EH_PENDING_S + 1);
    for (eh_engine_totals(r->k.e, &totals); totals.pending > 0; eh_engine_totals(r->k.e, &totals)) {
        kit_due(&r->k);
        cr_assert_eq(r->k.result, 0);
        hear(r, h);
    }
}

static struct eh_ticket_view ticket_of(const struct run *r, int t)
{
    struct eh_ticket_view view = {0};
    if (!eh_engine_ticket(r->k.e, eh_str("default"), eh_str(r->ids[t]), &view))
        cr_assert_eq(eh_ticket_image_view(r->images[t], &view, NULL), 0);
    return view;
}

static void check(const struct run *r, const struct history *h, const struct facts *before,
                  const char *told)
{
    struct facts after[MONTHS];
    run_facts(r, after);
    for (int m = 0; m < MONTHS; m++) {
        int64_t counted[sizeof(struct facts) / 8], old[sizeof(struct facts) / 8],
            wanted[sizeof(struct facts) / 8];
        memcpy(counted, &after[m], sizeof counted);
        memcpy(old, &before[m], sizeof old);
        memcpy(wanted, &h->facts[m], sizeof wanted);
        for (size_t i = 0; i < sizeof counted / sizeof *counted; i++)
            cr_assert_eq(counted[i] - old[i], wanted[i], "%s: month %d, figure %zu: %lld, not %lld",
                         told, m, i, (long long)(counted[i] - old[i]), (long long)wanted[i]);
    }
    for (int t = 0; t < h->tickets; t++) {
        struct eh_ticket_view view = ticket_of(r, t);
        cr_assert(kit_is(view.outcome, h->last[t] ? names[h->last[t]] : ""), "%s: %.*s", told,
                  EH_STR_ARG(view.outcome));
        cr_assert_eq(view.refunded, h->refunded[t], "%s", told);
    }
    for (int i = 0; i < h->count; i++)
        if (h->outcomes[i].event) /* others may stand for one another */
            cr_assert_eq(r->refused[i], h->outcomes[i].refused, "%s: %d", told, i);
    int refused = 0, wanted = 0;
    for (int i = 0; i < h->count; i++) {
        refused += r->refused[i];
        wanted += h->outcomes[i].refused;
    }
    cr_assert_eq(refused, wanted, "%s", told);
}

/* Tickets have the numbers behind the outcomes. */
static void arrive(struct run *r, struct history *h, const int *order, int things)
{
    char told[256];
    struct facts before[MONTHS];
    size_t at = (size_t)snprintf(told, sizeof told, "history of");
    run_facts(r, before);
    memset(r->sent, 0, sizeof r->sent);
    memset(r->refused, 0, sizeof r->refused);
    for (int t = 0; t < h->tickets; t++) {
        snprintf(r->ids[t], sizeof r->ids[t], "T%d-%d", r->orders, t);
        r->images[t] = (struct eh_str){NULL, 0};
    }
    for (int i = 0; i < things; i++) {
        if (order[i] >= h->count) {
            at += (size_t)snprintf(told + at, sizeof told - at, " ticket");
            send_ticket(r, h, order[i] - h->count);
        } else {
            at += (size_t)snprintf(told + at, sizeof told - at, " %s@%d",
                                   names[h->outcomes[order[i]].what], order[i]);
            send_outcome(r, h, order[i]);
        }
        kit_pass(&r->k, below(h, 6));
    }
    wait_for_the_rest(r, h);
    check(r, h, before, told);
    r->orders++;
}

static void shuffle(struct history *h, int *order, int count)
{
    for (int i = count - 1; i > 0; i--) {
        int other = (int)below(h, (unsigned)i + 1), swap = order[i];
        order[i] = order[other];
        order[other] = swap;
    }
}

static void tell(struct run *r, struct history *h)
{
    int order[OUTCOMES + TICKETS];
    make(h);
    model_tell(h, r->dealt);
    for (int i = 0; i < ORDERS; i++) {
        int things = h->tickets + h->count;
        for (int t = 0; t < h->tickets; t++)
            order[t] = h->count + t;
        for (int o = 0; o < h->count; o++)
            order[h->tickets + o] = o;
        if (i > 0 && i % 2)
            shuffle(h, order, things);
        else if (i > 0) /* the tickets first */
            shuffle(h, order + h->tickets, h->count);
        arrive(r, h, order, things);
    }
}

Test(order, of_arrival_does_not_matter)
{
    const char *wish = getenv("EVENHAND_HISTORIES");
    int histories = wish ? atoi(wish) : HISTORIES;
    struct history h = {.seed = seed_start()};
    struct run r;
    run_start(&r, true);
    for (int i = 0; i < histories; i++) {
        if (r.orders >= ENGINE_AGE) {
            cr_assert(kit_sound(&r.k));
            kit_done(&r.k);
            run_start(&r, !r.dealt);
        }
        tell(&r, &h);
    }
    cr_assert(kit_sound(&r.k));
    kit_done(&r.k);
    fprintf(stderr, "# %d histories, each in %d orders\n", histories, ORDERS);
}

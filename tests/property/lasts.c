/* lasts: whoever closed the customer's last ticket gets the next, against a plain model: a list of
 * all tickets, and for each team and customer what the manual says of them. */
#include <criterion/criterion.h>

#include "../../lib/engine/state.h"
#include "../unit/engine_kit.h"
#include "seed.h"

#define ROUNDS    60
#define STEPS     700
#define REPS      4
#define TEAMS     2
#define CUSTOMERS 5

TestSuite(lasts, .timeout = 1800);

/* What is known of a ticket. */
struct told {
    unsigned customer, team;
    int rep; /* -1: nobody */
    bool open, known;
    int64_t received_us, closed_us;
    uint8_t outcome;
    struct eh_str image;
};

/* Who closed the last one. */
struct closer {
    bool known;
    int rep;
    unsigned ticket;
    int64_t closed_us;
};

struct world {
    struct kit k;
    struct seed seed;
    struct told tickets[STEPS + 1];
    unsigned count;
    struct closer closers[TEAMS][CUSTOMERS];
    unsigned mode[TEAMS]; /* off, open, last */
    int64_t for_s[TEAMS];
    unsigned by_open, by_last, by_policy;
};

static uint32_t below(struct world *w, uint32_t n)
{
    return (uint32_t)seed_below(&w->seed, n);
}

static void desk_apply(struct world *w)
{
    static const char *const policies[] = {"balanced", "rotation", "random", "least_loaded"};
    static const char *const modes[] = {"off", "open", "last"};
    char text[1024];
    for (unsigned t = 0; t < TEAMS; t++) /* what was over stays over */
        for (unsigned c = 0; c < CUSTOMERS; c++)
            w->closers[t][c].known &=
                w->k.now_us - w->closers[t][c].closed_us < w->for_s[t] * 1000000;
    size_t at = eh_format(text, sizeof text,
                          "desk: main\ncurrency: EUR\ntime_zone: UTC\n"
                          "kinds: {order: {points: 2}}\nreps: [r0, r1, r2, r3]\nteams:\n");
    for (unsigned t = 0; t < TEAMS; t++) {
        w->mode[t] = below(w, 6) ? 2 : below(w, 2);
        w->for_s[t] = 1 + below(w, below(w, 2) ? 4000 : 40000);
        at += eh_format(text + at, sizeof text - at,
                        "  - {id: t%u, policy: %s, affinity: %s, affinity_for: %llds, reps: [r0, "
                        "r1, r2, r3]}\n",
                        t, policies[below(w, 4)], modes[w->mode[t]], (long long)w->for_s[t]);
        for (unsigned c = 0; c < CUSTOMERS && w->mode[t] != 2; c++)
            w->closers[t][c].known = false;
    }
    kit_desk(&w->k, text);
    cr_assert_not(w->k.fx.refused, "%s", kit_refused(&w->k));
}

static int rep_of(struct eh_str id)
{
    return id.size ? id.data[1] - '0' : -1;
}

static bool rep_able(const struct world *w, int rep)
{
    char id[4];
    snprintf(id, sizeof id, "r%d", rep);
    return rep >= 0 && kit_rep(&w->k, id).state == EH_STATUS_AVAILABLE;
}

/* Who has one of the customer's open, the newest first. */
static int model_open(const struct world *w, unsigned ticket)
{
    const struct told *t = &w->tickets[ticket];
    for (unsigned i = w->count; i > 0; i--) {
        const struct told *other = &w->tickets[i];
        if (i == ticket || !other->open || other->team != t->team || other->customer != t->customer)
            continue;
        if ((w->k.now_us - other->received_us) / 1000000 >= w->for_s[t->team])
            return -1;
        if (rep_able(w, other->rep))
            return other->rep;
    }
    return -1;
}

static int model_last(const struct world *w, unsigned ticket)
{
    const struct told *t = &w->tickets[ticket];
    const struct closer *c = &w->closers[t->team][t->customer];
    bool in_time = c->known && w->k.now_us - c->closed_us < w->for_s[t->team] * 1000000;
    return w->mode[t->team] == 2 && in_time && rep_able(w, c->rep) ? c->rep : -1;
}

static void deal_check(struct world *w, unsigned ticket, const struct eh_effect *f)
{
    struct eh_deal_detail detail;
    unsigned mode = w->mode[w->tickets[ticket].team];
    bool affinity = kit_is(f->why, "affinity");
    cr_assert_eq(eh_deal_detail_view(f->detail, &detail, NULL), 0);
    bool closed = affinity && detail.last_ticket;
    int open = mode ? model_open(w, ticket) : -1, last = model_last(w, ticket);
    cr_assert_eq(affinity, open >= 0 || last >= 0, "T%u", ticket);
    cr_assert_eq(closed, open < 0 && last >= 0, "T%u", ticket);
    if (affinity)
        cr_assert_eq(rep_of(f->rep), open >= 0 ? open : last, "T%u", ticket);
    w->by_open += affinity && !closed;
    w->by_last += closed;
    w->by_policy += !affinity;
}

static void watch(struct world *w, const struct eh_effect *f)
{
    static const char *const drawn[] = {"affinity", "balanced", "rotation", "random",
                                        "least_loaded"};
    if (f->id.size == 0)
        return;
    unsigned n = (unsigned)strtoul(f->id.data + 1, NULL, 10);
    struct told *t = &w->tickets[n];
    bool checked = false;
    for (size_t i = 0; i < sizeof drawn / sizeof *drawn; i++)
        checked |= kit_is(f->why, drawn[i]);
    if (f->team.size)
        t->team = (unsigned)(f->team.data[1] - '0');
    if (f->type == EH_NOTICE_ASSIGNED && checked)
        deal_check(w, n, f);
    if (f->type == EH_NOTICE_ASSIGNED || f->type == EH_NOTICE_RETURNED) {
        t->open = true;
        t->rep = rep_of(f->rep);
    } else if (f->type == EH_NOTICE_WAITING) {
        t->open = true;
        t->rep = -1;
    } else if (f->type == EH_NOTICE_CLOSED) {
        t->open = false;
    }
}

/* The outcome of a ticket is another one now. */
static void model_note(struct world *w, unsigned n, const struct eh_ticket_view *view)
{
    struct told *t = &w->tickets[n];
    bool closed = view->state == EH_TICKET_CLOSED;
    int64_t closed_us = closed ? view->closed_us : 0;
    uint8_t outcome = closed ? (uint8_t)eh_outcome_from_name(view->outcome) : 0;
    if (outcome == t->outcome && closed_us == t->closed_us)
        return;
    t->outcome = outcome;
    t->closed_us = closed_us;
    struct closer *c = &w->closers[t->team][t->customer];
    if (w->mode[t->team] != 2)
        return;
    if (c->known && c->ticket == n)
        c->known = false;
    bool counts = outcome && outcome != EH_OUTCOME_CANCELLED && view->rep.size;
    bool in_time = w->k.now_us - closed_us < w->for_s[t->team] * 1000000;
    if (counts && (!c->known || c->closed_us <= closed_us))
        *c = (struct closer){in_time, rep_of(view->rep), n, closed_us};
}

static void image_keep(struct world *w, unsigned n)
{
    struct eh_ticket_view view;
    struct eh_error error;
    if (!w->k.fx.image_ticket)
        return;
    cr_assert_eq(eh_ticket_image_view(w->k.fx.image, &view, &error), 0);
    if (n) {
        model_note(w, n, &view);
        char *copy = malloc(w->k.fx.image.size);
        memcpy(copy, w->k.fx.image.data, w->k.fx.image.size);
        free((void *)w->tickets[n].image.data);
        w->tickets[n].image = eh_str_n(copy, w->k.fx.image.size);
    }
}

static void ticket_come(struct world *w)
{
    struct told *t = &w->tickets[++w->count];
    *t = (struct told){.customer = below(w, CUSTOMERS),
                       .team = below(w, TEAMS),
                       .rep = -1,
                       .known = true,
                       .received_us = w->k.now_us};
    char owner[32] = "";
    if (below(w, 4) == 0)
        snprintf(owner, sizeof owner, ",'owner':'r%u'", below(w, REPS));
    kit_sendf(&w->k, "{'type':'ticket','id':'T%u','team':'t%u','kind':'order','customer':'c%u'%s}",
              w->count, t->team, t->customer, owner);
}

static void outcome_come(struct world *w)
{
    static const char *const outcomes[] = {"won", "lost", "resolved", "cancelled", "reopened"};
    unsigned n = w->count - below(w, w->count < 12 ? w->count : 12);
    char id[16], at[48] = "";
    snprintf(id, sizeof id, "T%u", n);
    if (below(w, 3) == 0)
        snprintf(at, sizeof at, ",'at':%lld",
                 (long long)(w->k.now_us / 1000 - below(w, 6000) * INT64_C(1000)));
    if (!kit_holds(&w->k, id))
        w->k.in.recalled =
            (struct eh_recalled){.ticket_known = true, .ticket_image = w->tickets[n].image};
    kit_sendf(&w->k, "{'type':'outcome','id':'%s','outcome':'%s'%s}", id, outcomes[below(w, 5)],
              at);
    image_keep(w, n);
}

/* What is known in memory is what the model knows, and none of it is over. */
static void forgotten_check(const struct world *w)
{
    unsigned known = 0;
    for (unsigned t = 0; t < TEAMS; t++)
        for (unsigned c = 0; c < CUSTOMERS; c++)
            known += w->closers[t][c].known &&
                     w->k.now_us - w->closers[t][c].closed_us < w->for_s[t] * 1000000;
    cr_assert_eq(w->k.e->lasts.count, known);
}

static void happen(struct world *w)
{
    struct kit *k = &w->k;
    kit_pass(k, below(w, 3) ? below(w, 100) : below(w, 4000));
    unsigned what = below(w, 30);
    k->fx.count = 0;
    if (eh_engine_due_us(k->e) <= k->now_us)
        kit_due(k);
    else if (what < 12 || w->count == 0)
        ticket_come(w);
    else if (what < 23)
        outcome_come(w);
    else if (what < 26)
        kit_sendf(k, "{'type':'signal','rep':'r%u','status':'%s'}", below(w, REPS),
                  below(w, 3) ? "available" : "overloaded");
    else if (what == 26)
        desk_apply(w);
    else if (what == 27) {
        kit_restart(k);
        k->fx.count = 0;
    } else if (what == 28) {
        kit_day(k, k->date + 1);
        forgotten_check(w);
    } else {
        k->now_us += 1;
    }
    for (uint32_t i = 0; i < k->fx.count; i++)
        watch(w, &k->fx.items[i]);
    cr_assert(kit_sound(k));
}

Test(lasts, as_the_manual_says)
{
    struct seed seed = seed_start();
    unsigned by_open = 0, by_last = 0, by_policy = 0;
    for (int round = 0; round < ROUNDS; round++) {
        struct world *w = calloc(1, sizeof *w);
        w->seed = seed;
        kit_open(&w->k, EH_RULES_LAST);
        kit_day(&w->k, KIT_TODAY);
        desk_apply(w);
        for (int i = 0; i < STEPS; i++)
            happen(w);
        by_open += w->by_open;
        by_last += w->by_last;
        by_policy += w->by_policy;
        seed = w->seed;
        kit_done(&w->k);
        for (unsigned i = 0; i <= w->count; i++)
            free((void *)w->tickets[i].image.data);
        free(w);
    }
    fprintf(stderr, "# %u by open tickets, %u by the last closing, %u by policy\n", by_open,
            by_last, by_policy);
    cr_assert(by_open > 100 && by_last > 100 && by_policy > 100);
}

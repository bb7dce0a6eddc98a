/* pausing: what points count, and who gets tickets, while tickets are paused and resumed at random,
 * as a plain model has it. The model knows what the engine tells, and the desk; it counts all
 * tickets anew each time. */
#include <criterion/criterion.h>

#include "../unit/engine_kit.h"
#include "seed.h"

#define ROUNDS 40
#define STEPS  500
#define REPS   4
#define TEAMS  2
#define NOBODY 9
#define A_DAY  5 /* as evenhand-desk(5) says */

TestSuite(pausing, .timeout = 1800);

struct model_ticket {
    unsigned team, rep, points; /* rep: NOBODY */
    uint64_t paused;            /* when, in order; 0: it is not */
    bool full;                  /* its pause was one too many that day */
};

struct world {
    struct kit k;
    struct seed seed;
    uint32_t capacity[TEAMS], at_most[TEAMS], share_ppm[REPS];
    unsigned counts[TEAMS]; /* of two halves, so many count: 0, 1, 2 */
    unsigned begun[TEAMS][REPS];
    struct model_ticket tickets[STEPS + 1];
    unsigned count;
    uint64_t order;
    uint64_t paused, beyond, refused, many, ended; /* how often what happened */
};

static uint32_t below(struct world *w, uint32_t n)
{
    return (uint32_t)seed_below(&w->seed, n);
}

static void desk_apply(struct world *w)
{
    static const char *const policies[] = {"balanced", "rotation", "random", "least_loaded"};
    static const char *const counts[] = {"no", "half", "yes"};
    char text[2048];
    size_t at = eh_format(text, sizeof text,
                          "desk: main\ncurrency: EUR\ntime_zone: UTC\n"
                          "kinds: {order: {points: 3}, query: {points: 1}}\nreps:\n");
    for (unsigned i = 0; i < REPS; i++) {
        w->share_ppm[i] = 100000 * (1 + below(w, 9));
        at += eh_format(text + at, sizeof text - at, "  - {id: r%u, share: 0.%u}\n", i,
                        w->share_ppm[i] / 100000);
    }
    at += eh_format(text + at, sizeof text - at, "teams:\n");
    for (unsigned i = 0; i < TEAMS; i++) {
        w->capacity[i] = 4 + below(w, 20);
        w->at_most[i] = 1 + below(w, 4);
        w->counts[i] = below(w, 3);
        at += eh_format(text + at, sizeof text - at,
                        "  - {id: t%u, policy: %s, affinity: %s, capacity: %u, paused: {counts: %s,"
                        " at_most: %u}, reps: [r0, r1, r2, r3]}\n",
                        i, policies[below(w, 4)], below(w, 2) ? "open" : "off", w->capacity[i],
                        counts[w->counts[i]], w->at_most[i]);
    }
    kit_desk(&w->k, text);
    cr_assert_not(w->k.fx.refused, "%s", kit_refused(&w->k));
}

/* ---- the model */

/* Whether the ticket is among the first that are paused, and not one too many. */
static bool ticket_counts_less(const struct world *w, unsigned no)
{
    const struct model_ticket *t = &w->tickets[no];
    uint32_t before = 0;
    for (unsigned i = 1; i <= w->count; i++) {
        const struct model_ticket *o = &w->tickets[i];
        before += o->paused && o->paused < t->paused && o->rep == t->rep && o->team == t->team;
    }
    return t->paused && !t->full && before < w->at_most[t->team];
}

static uint32_t points_of(const struct world *w, unsigned rep)
{
    uint32_t sum = 0;
    for (unsigned team = 0; team < TEAMS; team++) {
        uint32_t less = 0;
        for (unsigned i = 1; i <= w->count; i++) {
            const struct model_ticket *t = &w->tickets[i];
            if (t->rep != rep || t->team != team)
                continue;
            sum += t->points;
            less += ticket_counts_less(w, i) ? t->points : 0;
        }
        sum -= less * (2 - w->counts[team]) / 2;
    }
    return sum;
}

static bool is_below_capacity(const struct world *w, unsigned team, unsigned rep)
{
    return (uint64_t)points_of(w, rep) * EH_PPM < (uint64_t)w->capacity[team] * w->share_ppm[rep];
}

static bool is_by_policy(struct eh_str why)
{
    static const char *const others[] = {"manager", "returned", "claimed", "given", "owner"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (kit_is(why, others[i]))
            return false;
    return true;
}

/* Of "T17", "t1", "r3". */
static unsigned number(struct eh_str text)
{
    unsigned ret = 0;
    for (uint32_t i = 1; i < text.size; i++)
        ret = ret * 10 + (unsigned)(text.data[i] - '0');
    return text.size ? ret : NOBODY;
}

static void ticket_pause(struct world *w, struct model_ticket *t)
{
    t->paused = ++w->order;
    t->full = ++w->begun[t->team][t->rep] > A_DAY * w->at_most[t->team];
    w->paused++;
    w->beyond += t->full;
}

/* One effect, in the order they are told. */
static void effect_take(struct world *w, const struct eh_effect *f)
{
    if (f->ticket == 0 || f->type == EH_NOTICE_REFUSED)
        return;
    struct model_ticket *t = &w->tickets[number(f->id)];
    unsigned rep = number(f->rep), team = number(f->team);
    if (f->type == EH_NOTICE_PAUSED) {
        cr_assert(t->rep == rep && !t->paused);
        ticket_pause(w, t);
        return;
    }
    if (f->type == EH_NOTICE_RESUMED) {
        cr_assert(t->rep == rep && t->paused);
        t->paused = 0;
        return;
    }
    w->ended += t->paused != 0;
    t->paused = 0;
    t->rep = NOBODY;
    t->team = team;
    if (f->type == EH_NOTICE_ASSIGNED && is_by_policy(f->why))
        cr_assert(is_below_capacity(w, team, rep), "%.*s got %.*s", EH_STR_ARG(f->rep),
                  EH_STR_ARG(f->id));
    if (f->type == EH_NOTICE_ASSIGNED || f->type == EH_NOTICE_RETURNED)
        t->rep = rep;
}

static void team_check(const struct world *w, unsigned team)
{
    char id[8];
    struct eh_team_view view;
    eh_format(id, sizeof id, "t%u", team);
    cr_assert(eh_engine_team(w->k.e, eh_str(id), &view));
    for (unsigned rep = 0; rep < REPS; rep++) {
        struct eh_member_view member;
        cr_assert(eh_engine_member(w->k.e, eh_str(id), rep, &member));
        cr_assert_eq(member.points, points_of(w, rep));
        cr_assert_eq(member.full, !is_below_capacity(w, team, rep));
        cr_assert(view.waiting == 0 || member.full || member.state != EH_STATUS_AVAILABLE,
                  "a ticket waits, and %.*s could have it", EH_STR_ARG(member.rep));
    }
}

static void tickets_check(struct world *w)
{
    uint64_t many[TEAMS][REPS] = {{0}};
    for (unsigned i = 1; i <= w->count; i++) {
        const struct model_ticket *t = &w->tickets[i];
        char id[16];
        eh_format(id, sizeof id, "T%u", i);
        struct eh_ticket_view view = kit_ticket(&w->k, id);
        cr_assert_eq(view.paused_us != 0, t->paused != 0, "%s", id);
        if (!t->paused)
            continue;
        bool less = ticket_counts_less(w, i) && w->counts[t->team] < 2;
        cr_assert_eq(view.paused_counts, !less, "%s", id);
        cr_assert(view.state == EH_TICKET_ASSIGNED && number(view.rep) == t->rep);
        w->many += ++many[t->team][t->rep] > w->at_most[t->team];
    }
}

static void step_check(struct world *w)
{
    struct kit *k = &w->k;
    cr_assert_eq(k->result, 0);
    cr_assert(kit_sound(k) && eh_ledger_check(k->e));
    w->refused += k->fx.refused;
    for (uint32_t i = 0; i < k->fx.count; i++)
        effect_take(w, &k->fx.items[i]);
    for (unsigned team = 0; team < TEAMS; team++)
        team_check(w, team);
    tickets_check(w);
}

/* ---- what happens */

static void ticket_new(struct world *w)
{
    unsigned no = ++w->count, kind = below(w, 2);
    w->tickets[no] = (struct model_ticket){.rep = NOBODY, .points = kind ? 3 : 1};
    kit_sendf(&w->k, "{'type':'ticket','id':'T%u','team':'t%u','kind':'%s','customer':'c%u'}", no,
              below(w, TEAMS), kind ? "order" : "query", below(w, 9));
}

static void command(struct world *w, int type, const char *format, unsigned a, unsigned b)
{
    char body[256];
    snprintf(body, sizeof body, format, a, b);
    kit_command(&w->k, type, body);
}

static void day_turn(struct world *w)
{
    memset(w->begun, 0, sizeof w->begun);
    kit_day(&w->k, w->k.date + 1);
}

/* Mostly one that somebody has. */
static void ticket_change(struct world *w)
{
    unsigned some = 1 + below(w, w->count ? w->count : 1);
    for (int i = 0; i < 20 && w->tickets[some].rep == NOBODY; i++)
        some = 1 + below(w, w->count ? w->count : 1);
    bool paused = w->tickets[some].paused ? below(w, 3) == 0 : below(w, 5) > 0;
    kit_sendf(&w->k, "{'type':'update','id':'T%u','paused':%s}", some, paused ? "true" : "false");
}

static void happen(struct world *w)
{
    struct kit *k = &w->k;
    unsigned what = below(w, 100), rep = below(w, REPS);
    unsigned recent = w->count < 12 ? w->count : 12;
    unsigned some = recent ? w->count - below(w, recent) : 1;
    kit_pass(k, below(w, 100));
    if (what < 25)
        ticket_new(w);
    else if (what < 60)
        ticket_change(w);
    else if (what < 68)
        kit_sendf(k, "{'type':'outcome','id':'T%u','outcome':'resolved'}", some);
    else if (what < 76)
        kit_sendf(k, "{'type':'signal','rep':'r%u','status':'%s'}", rep,
                  below(w, 3) ? "available" : "away");
    else if (what < 81)
        command(w, EH_MESSAGE_ASSIGN, "{'id':'T%u','rep':'r%u','reason':'r'}", some, rep);
    else if (what < 85)
        command(w, EH_MESSAGE_MOVE, "{'id':'T%u','team':'t%u','reason':'r'}", some,
                below(w, TEAMS));
    else if (what < 88)
        command(w, EH_MESSAGE_RETURN, "{'id':'T%u','reason':'r%u'}", some, rep);
    else if (what < 90)
        command(w, EH_MESSAGE_RELEASE, "{'rep':'r%u','reason':'r%u'}", rep, rep);
    else if (what < 93)
        kit_sendf(k, "{'type':'owner','id':'T%u','owner':'%s%u','by':'r%u'}", some,
                  below(w, 2) ? "r" : "zoe", rep, rep);
    else if (what == 93)
        day_turn(w);
    else if (what == 94)
        desk_apply(w);
    else
        kit_due(k);
    if (what == 99)
        kit_restart(k);
    step_check(w);
}

Test(pausing, as_a_plain_model_has_it)
{
    struct seed seed = seed_start();
    uint64_t paused = 0, beyond = 0, refused = 0, many = 0, ended = 0;
    struct world *w = calloc(1, sizeof *w);
    for (int round = 0; round < ROUNDS; round++) {
        *w = (struct world){.seed = seed};
        kit_open(&w->k, EH_RULES_LAST);
        kit_day(&w->k, KIT_TODAY);
        desk_apply(w);
        for (int i = 0; i < STEPS; i++)
            happen(w);
        paused += w->paused;
        beyond += w->beyond;
        refused += w->refused;
        many += w->many;
        ended += w->ended;
        seed = w->seed;
        kit_done(&w->k);
    }
    free(w);
    cr_assert(paused > ROUNDS && beyond > ROUNDS && refused > ROUNDS && many > ROUNDS &&
                  ended > ROUNDS,
              "%llu paused, %llu beyond a day's, %llu refused, %llu beyond at_most, %llu ended",
              (unsigned long long)paused, (unsigned long long)beyond, (unsigned long long)refused,
              (unsigned long long)many, (unsigned long long)ended);
}

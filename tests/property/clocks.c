/*
 * clocks: tickets that have to be answered, overflow and age, on desks of random times, hours and
 * capacities, told of in random order and restarted at any point. Beside them a plain model walks
 * through the hours itself: each ticket is late once, at the first look after its time and at no
 * other; it overflows once, then; it is raised as often as it has waited. Its first answer counts
 * in the bonus, in working time, and in time or not. The ledger sums to nothing, and the digest is
 * that of all objects.
 */
#include <criterion/criterion.h>

#include "../unit/hours_kit.h"
#include "seed.h"

#include <evenhand/engine/periods.h>

#define ROUNDS      60
#define STEPS       400
#define TEAMS       3
#define REPS        4
#define KINDS       2
#define TICKETS     512
#define DAYS        90 /* whose hours the model has */
#define DAY_US      INT64_C(86400000000)
#define AHEAD_DAYS  3 /* that are handed over ahead */
#define SPANS       2 /* of working time a day */
#define SHIFTS_MOST (DAYS * SPANS)

TestSuite(clocks, .timeout = 1800);

/* What the model knows of a ticket. */
struct known {
    bool there, closed, answered, late, waits, overflowed;
    unsigned team, kind, priority;
    int64_t received_us, due_us, since_us; /* since: it waits; due: 0, none is known */
    int64_t within_s; /* in which it has to be answered: due is not known yet */
};

/* What the answers of a team come to. */
struct counted {
    int64_t answers, ms, timed, in_time;
};

struct world {
    struct kit k;
    struct seed seed;
    struct hours h;
    bool has_hours[TEAMS];
    struct eh_interval shifts[TEAMS][SHIFTS_MOST];
    unsigned count[TEAMS], given[TEAMS], days_given;
    int64_t within_s[TEAMS][KINDS], overflow_s[TEAMS], ages_s[TEAMS];
    unsigned overflow_to[TEAMS];
    struct known tickets[TICKETS];
    unsigned last;
    uint64_t late, overflows, raised, answers;
    struct counted counted[TEAMS];
};

static struct world w;

static uint32_t below(uint32_t n)
{
    return (uint32_t)seed_below(&w.seed, n);
}

/* ---- the model's time */

/* When so much working time of the team is over, walked through so many of its shifts; INT64_MAX:
 * behind them. */
static int64_t end_within(unsigned team, unsigned shifts, int64_t from_us, int64_t seconds)
{
    int64_t left = seconds * 1000000;
    if (!w.has_hours[team])
        return from_us + left;
    for (unsigned i = 0; i < shifts; i++) {
        const struct eh_interval *shift = &w.shifts[team][i];
        int64_t from = from_us > shift->from_us ? from_us : shift->from_us;
        if (from >= shift->until_us)
            continue;
        if (shift->until_us - from >= left)
            return from + left;
        left -= shift->until_us - from;
    }
    return INT64_MAX;
}

static int64_t worked_us(unsigned team, int64_t from_us, int64_t until_us)
{
    int64_t sum = 0;
    if (!w.has_hours[team])
        return until_us - from_us;
    for (unsigned i = 0; i < w.count[team]; i++) {
        const struct eh_interval *shift = &w.shifts[team][i];
        int64_t from = from_us > shift->from_us ? from_us : shift->from_us;
        int64_t until = until_us < shift->until_us ? until_us : shift->until_us;
        sum += until > from ? until - from : 0;
    }
    return sum;
}

static int64_t end_of(unsigned team, int64_t from_us, int64_t seconds)
{
    return end_within(team, w.count[team], from_us, seconds);
}

/* Sets when a ticket has to be answered, as soon as the hours that were handed over have it: by
 * those of the team that it is in then. */
static void known_settle(struct known *t)
{
    if (!t->within_s || t->answered || t->closed)
        return;
    int64_t end_us = end_within(t->team, w.given[t->team], t->received_us, t->within_s);
    if (end_us == INT64_MAX)
        return;
    t->due_us = end_us;
    t->within_s = 0;
}

static void hours_make(unsigned team)
{
    for (unsigned day = 0; day < DAYS; day++) {
        int64_t at = KIT_START + day * DAY_US + (int64_t)below(600) * 60000000;
        for (unsigned span = 0; span < SPANS && below(4); span++) {
            int64_t until = at + (1 + (int64_t)below(360)) * 60000000;
            w.shifts[team][w.count[team]++] = (struct eh_interval){at, until};
            at = until + (1 + (int64_t)below(60)) * 60000000;
        }
    }
}

/* Hands over the hours up to AHEAD_DAYS from now. */
static void hours_hand_over(void)
{
    unsigned days = (unsigned)((w.k.now_us - KIT_START) / DAY_US) + AHEAD_DAYS;
    if (days <= w.days_given)
        return;
    int64_t until_us = KIT_START + days * DAY_US;
    for (unsigned team = 0; team < TEAMS; team++) {
        unsigned first = w.given[team];
        while (w.given[team] < w.count[team] && w.shifts[team][w.given[team]].from_us < until_us)
            w.given[team]++;
        if (w.has_hours[team] && w.given[team] > first)
            eh_schedule_put_intervals(&w.h.text, team + 1, &w.shifts[team][first],
                                      w.given[team] - first);
        char id[8];
        snprintf(id, sizeof id, "t%u", team);
        if (w.has_hours[team] && w.days_given == 0)
            eh_schedule_put_team(&w.h.text, eh_str(id), team + 1);
    }
    eh_schedule_put_window(&w.h.text, until_us);
    w.days_given = days;
    cr_assert_eq(hours_give(&w.k, &w.h), 0);
    cr_assert_not(w.k.fx.refused, "%s", kit_refused(&w.k));
    for (unsigned i = 1; i <= w.last; i++)
        known_settle(&w.tickets[i]);
}

/* ---- the desk */

static void desk_apply(void)
{
    static const char *const policies[] = {"balanced", "rotation", "random", "least_loaded"};
    char text[8192];
    size_t at = eh_format(text, sizeof text,
                          "desk: main\ncurrency: EUR\ntime_zone: UTC\nkinds: {k0: {points: 1}, k1: "
                          "{points: 2}}\nreps: [r0, r1, r2, r3]\nteams:\n");
    for (unsigned i = 0; i < TEAMS; i++) {
        at += eh_format(text + at, sizeof text - at, "  - {id: t%u, policy: %s, capacity: %u", i,
                        policies[below(4)], 2 + below(6));
        for (unsigned kind = 0; kind < KINDS; kind++)
            w.within_s[i][kind] = below(3) ? 60 * (1 + below(1200)) : 0;
        if (w.within_s[i][0])
            at += eh_format(text + at, sizeof text - at, ", answer_within: {k0: %llds%s",
                            (long long)w.within_s[i][0], w.within_s[i][1] ? "" : "}");
        if (w.within_s[i][1])
            at += eh_format(text + at, sizeof text - at, "%sk1: %llds}",
                            w.within_s[i][0] ? ", " : ", answer_within: {",
                            (long long)w.within_s[i][1]);
        w.overflow_s[i] = below(3) ? 60 * (1 + below(600)) : 0;
        w.overflow_to[i] = (i + 1 + below(TEAMS - 1)) % TEAMS;
        if (w.overflow_s[i])
            at += eh_format(text + at, sizeof text - at, ", overflow: {after: %llds, to: t%u}",
                            (long long)w.overflow_s[i], w.overflow_to[i]);
        w.ages_s[i] = below(3) ? 60 * (1 + below(300)) : 0;
        if (w.ages_s[i])
            at += eh_format(text + at, sizeof text - at, ", ages: 1 per %llds",
                            (long long)w.ages_s[i]);
        at +=
            eh_format(text + at, sizeof text - at, ", reps: [r%u, r%u, r3]}\n", i % 3, (i + 1) % 3);
    }
    at += eh_format(text + at, sizeof text - at, "plans:\n");
    for (unsigned i = 0; i < TEAMS; i++)
        at += eh_format(text + at, sizeof text - at,
                        "  - {id: p%u, team: t%u, from: 2024-10, encourages: a, discourages: b, "
                        "target_pool: 1.00, max_pool: 9.00, funding: [[0%%, 0%%], [100%%, 100%%]], "
                        "split: {equal: 100%%}, metrics: [{metric: answer_time, weight: 100%%, "
                        "curve: [[4h, 0%%], [1h, 100%%]]}]}\n",
                        i, i);
    kit_desk(&w.k, text);
    cr_assert_not(w.k.fx.refused, "%s: %s", kit_refused(&w.k), text);
    for (unsigned i = 0; i < TEAMS; i++) {
        w.has_hours[i] = below(4) > 0;
        if (w.has_hours[i])
            hours_make(i);
    }
}

/* ---- what the engine tells, against the model */

static struct known *known_of(const struct eh_effect *f)
{
    return &w.tickets[atoi(f->id.data + 1)];
}

static void known_set_due(struct known *t)
{
    if (t->due_us == 0 && t->within_s == 0 && !t->answered)
        t->within_s = w.within_s[t->team][t->kind];
    known_settle(t);
}

static void late_check(struct known *t, bool clocks)
{
    cr_assert(clocks && !t->late && !t->answered && !t->closed);
    cr_assert(t->due_us && t->due_us <= w.k.now_us);
    t->late = true;
    w.late++;
}

static void moved_check(struct known *t, const struct eh_effect *f, bool clocks)
{
    unsigned team = (unsigned)(f->team.data[1] - '0');
    if (kit_is(f->why, "overflow")) {
        cr_assert(clocks && t->waits && !t->overflowed && team == w.overflow_to[t->team]);
        cr_assert_leq(end_of(t->team, t->since_us, w.overflow_s[t->team]), w.k.now_us);
        t->overflowed = true;
        w.overflows++;
    }
    t->team = team;
    t->waits = false;
    known_set_due(t);
}

static void effects_take(bool clocks)
{
    for (uint32_t i = 0; i < w.k.fx.count; i++) {
        const struct eh_effect *f = &w.k.fx.items[i];
        if (f->type == EH_NOTICE_LATE)
            late_check(known_of(f), clocks);
        else if (f->type == EH_NOTICE_MOVED)
            moved_check(known_of(f), f, clocks);
        else if (f->type == EH_NOTICE_ASSIGNED)
            known_of(f)->waits = false;
        else if (f->type == EH_NOTICE_WAITING && !known_of(f)->waits) {
            known_of(f)->waits = true;
            known_of(f)->since_us = w.k.now_us;
        }
    }
    cr_assert(kit_sound(&w.k) && eh_ledger_check(w.k.e));
}

/* How often it was raised by now. */
static unsigned raised_by_now(const struct known *t)
{
    unsigned raised = 0;
    int64_t ages_s = w.ages_s[t->team];
    while (t->waits && ages_s && t->priority + raised < 9 &&
           end_of(t->team, t->since_us, (raised + 1) * ages_s) <= w.k.now_us)
        raised++;
    return raised;
}

/* All that is due is done: nothing may be left that the model waits for. */
static void state_check(void)
{
    for (unsigned i = 1; i <= w.last; i++) {
        const struct known *t = &w.tickets[i];
        if (!t->there || t->closed)
            continue;
        char id[16];
        snprintf(id, sizeof id, "T%u", i);
        struct eh_ticket_view view = kit_ticket(&w.k, id);
        bool wanted = t->due_us && !t->answered;
        cr_assert_eq(view.late, wanted && t->due_us <= w.k.now_us, "%s", id);
        cr_assert_eq(view.late, t->late && !t->answered, "%s", id);
        cr_assert_eq(view.due_us, wanted ? t->due_us : 0, "%s", id);
        cr_assert_eq(view.state == EH_TICKET_WAITING, t->waits, "%s", id);
        cr_assert_eq(view.raised, raised_by_now(t), "%s: %u", id, view.raised);
        w.raised += view.raised;
        if (t->waits && !t->overflowed && w.overflow_s[t->team])
            cr_assert_gt(end_of(t->team, t->since_us, w.overflow_s[t->team]), w.k.now_us, "%s", id);
    }
}

static void restart_maybe(void)
{
    if (below(8) == 0)
        kit_restart(&w.k);
}

static void due_do(void)
{
    while (eh_engine_due_us(w.k.e) <= w.k.now_us) {
        cr_assert_eq(kit_due(&w.k), 0);
        effects_take(false);
    }
}

static void clocks_do(void)
{
    struct eh_message m = {
        .type = EH_MESSAGE_DUE, .has = EH_FIELD_BIT(EH_FIELD_CLOCKS), .clocks = 1};
    w.k.fx.count = 0;
    hours_hand_over();
    effects_take(false);
    due_do();
    while (eh_engine_clocks_due_us(w.k.e) <= w.k.now_us) {
        cr_assert_eq(kit_step(&w.k, m, EH_ORIGIN_SHELL), 0);
        effects_take(true);
        due_do();
        restart_maybe();
    }
    state_check();
}

/* ---- what happens */

static void ticket_come(void)
{
    if (w.last + 1 == TICKETS)
        return;
    struct known *t = &w.tickets[++w.last];
    *t = (struct known){.there = true,
                        .team = below(TEAMS),
                        .kind = below(KINDS),
                        .priority = below(10),
                        .received_us = w.k.now_us};
    char due[64] = "";
    if (below(5) == 0) {
        t->due_us = (w.k.now_us / 1000 + (int64_t)below(100000000)) * 1000;
        snprintf(due, sizeof due, ",'due_at':%lld", (long long)(t->due_us / 1000));
    }
    known_set_due(t);
    kit_sendf(&w.k, "{'type':'ticket','id':'T%u','team':'t%u','kind':'k%u','priority':%u%s}",
              w.last, t->team, t->kind, t->priority, due);
}

/* A ticket that is open, or NULL. */
static struct known *some_open(unsigned *ret)
{
    *ret = 1 + below(w.last + 1);
    return *ret <= w.last && !w.tickets[*ret].closed ? &w.tickets[*ret] : NULL;
}

/* Its first answer is given now. */
static void answer_count(const struct known *t)
{
    struct counted *c = &w.counted[t->team];
    c->answers++;
    c->ms += worked_us(t->team, t->received_us, w.k.now_us) / 1000;
    c->timed += t->due_us || t->within_s;
    c->in_time += t->within_s || w.k.now_us <= t->due_us;
}

static void counted_check(void)
{
    static const char *const months[] = {"2024-10", "2024-11", "2024-12", "2025-01"};
    for (unsigned team = 0; team < TEAMS; team++) {
        struct counted sum = {0};
        char id[8];
        snprintf(id, sizeof id, "t%u", team);
        for (unsigned i = 0; i < sizeof months / sizeof *months; i++) {
            struct eh_period month;
            struct eh_period_view v;
            cr_assert_eq(eh_period_parse(eh_str(months[i]), &month, NULL), 0);
            cr_assert(eh_engine_period(w.k.e, eh_str(id), month, &v));
            sum.answers += v.answers;
            sum.ms += (int64_t)v.answer_ms;
            sum.timed += v.answers_timed;
            sum.in_time += v.answers_in_time;
        }
        const struct counted *c = &w.counted[team];
        cr_assert_eq(sum.answers, c->answers, "%s", id);
        cr_assert_eq(sum.ms, c->ms, "%s", id);
        cr_assert_eq(sum.timed, c->timed, "%s", id);
        cr_assert_eq(sum.in_time, c->in_time, "%s", id);
    }
}

static void ticket_answer(void)
{
    unsigned id;
    struct known *t = some_open(&id);
    if (!t)
        return;
    kit_sendf(&w.k, "{'type':'answered','id':'T%u','event':'e%u'}", id, below(1u << 30));
    cr_assert_eq(w.k.fx.count, !t->answered);
    w.answers += !t->answered;
    if (!t->answered)
        answer_count(t);
    t->answered = true;
}

static void ticket_close(void)
{
    unsigned id;
    struct known *t = some_open(&id);
    if (!t)
        return;
    if (!t->answered)
        answer_count(t);
    t->closed = true;
    t->waits = false;
    kit_sendf(&w.k, "{'type':'outcome','id':'T%u','outcome':'resolved'}", id);
}

static void ticket_move(void)
{
    unsigned id;
    struct known *t = some_open(&id);
    char body[128];
    snprintf(body, sizeof body, "{'id':'T%u','team':'t%u','reason':'r'}", id, below(TEAMS));
    if (t)
        kit_command(&w.k, EH_MESSAGE_MOVE, body);
}

static void happen(void)
{
    char body[64];
    kit_pass(&w.k, below(4) ? below(900) : below(20000));
    clocks_do();
    w.k.fx.count = 0;
    unsigned what = below(20);
    snprintf(body, sizeof body, "{'rep':'r%u','reason':'r'}", below(REPS));
    if (what < 9)
        ticket_come();
    else if (what < 12)
        ticket_answer();
    else if (what < 15)
        ticket_close();
    else if (what == 15)
        ticket_move();
    else if (what == 16)
        kit_command(&w.k, EH_MESSAGE_RELEASE, body);
    else
        kit_sendf(&w.k, "{'type':'signal','rep':'r%u','status':'%s'}", below(REPS),
                  below(3) ? "available" : "away");
    effects_take(false);
    restart_maybe();
}

Test(clocks, each_time_comes_once_and_at_its_time)
{
    uint64_t late = 0, overflows = 0, raised = 0, answers = 0;
    struct seed seed = seed_start();
    for (int round = 0; round < ROUNDS; round++) {
        w = (struct world){.seed = seed};
        kit_open(&w.k, EH_RULES_LAST);
        kit_day(&w.k, KIT_TODAY);
        desk_apply();
        for (int i = 0; i < STEPS; i++)
            happen();
        counted_check();
        late += w.late;
        overflows += w.overflows;
        raised += w.raised;
        answers += w.answers;
        seed = w.seed;
        eh_bytes_done(&w.h.text);
        kit_done(&w.k);
    }
    printf("# %llu late, %llu overflows, %llu answers, %llu steps of priority\n",
           (unsigned long long)late, (unsigned long long)overflows, (unsigned long long)answers,
           (unsigned long long)raised);
    cr_assert(late > 100 && overflows > 100 && raised > 100 && answers > 100);
}

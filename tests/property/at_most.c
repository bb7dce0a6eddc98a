/* at_most: whatever happens, no rep is dealt more in an hour of the clock, or on a day, than their
 * team deals to their share. The deals are counted here from what the engine tells, and nothing
 * else. */
#include <criterion/criterion.h>

#include "../unit/engine_kit.h"
#include "seed.h"

#define ROUNDS 60
#define STEPS  600
#define REPS   4
#define TEAMS  2

TestSuite(at_most, .timeout = 1800);

struct world {
    struct kit k;
    struct seed seed;
    uint32_t per_hour[TEAMS], per_day[TEAMS], share_ppm[REPS];
    uint32_t in_hour[TEAMS][REPS], on_day[TEAMS][REPS];
    int64_t hour; /* that is counted */
    int64_t clock_s;
    unsigned tickets;
    uint64_t full; /* how often somebody was */
};

static uint32_t below(struct world *w, uint32_t n)
{
    return (uint32_t)seed_below(&w->seed, n);
}

static void desk_apply(struct world *w)
{
    static const char *const policies[] = {"balanced", "rotation", "random", "least_loaded"};
    char text[1024];
    size_t at = eh_format(text, sizeof text,
                          "desk: main\ncurrency: EUR\ntime_zone: UTC\n"
                          "kinds: {order: {points: 2}}\nreps:\n");
    for (unsigned i = 0; i < REPS; i++) {
        w->share_ppm[i] = 1 + below(w, 10);
        at += eh_format(text + at, sizeof text - at, "  - {id: r%u, share: 0.%02u}\n", i,
                        w->share_ppm[i] * 9);
        w->share_ppm[i] *= 90000;
    }
    at += eh_format(text + at, sizeof text - at, "teams:\n");
    for (unsigned i = 0; i < TEAMS; i++) {
        w->per_hour[i] = 1 + below(w, 6);
        w->per_day[i] = 1 + below(w, 40);
        at += eh_format(text + at, sizeof text - at,
                        "  - {id: t%u, policy: %s, affinity: %s, at_most: {per_hour: %u, per_day:"
                        " %u}, reps: [r0, r1, r2, r3]}\n",
                        i, policies[below(w, 4)], below(w, 2) ? "open" : "off", w->per_hour[i],
                        w->per_day[i]);
    }
    kit_desk(&w->k, text);
}

/* The most that may be dealt: the last ticket may pass the part of the share. */
static uint32_t most_of(uint32_t limit, uint32_t share_ppm)
{
    return (uint32_t)(((uint64_t)limit * share_ppm + EH_PPM - 1) / EH_PPM);
}

static bool is_deal(const struct eh_effect *f)
{
    return f->type == EH_NOTICE_ASSIGNED && !kit_is(f->why, "manager");
}

static void deal_check(struct world *w, const struct eh_effect *f)
{
    unsigned team = (unsigned)(f->team.data[1] - '0'), rep = (unsigned)(f->rep.data[1] - '0');
    uint32_t in_hour = ++w->in_hour[team][rep], on_day = ++w->on_day[team][rep];
    cr_assert_leq(in_hour, most_of(w->per_hour[team], w->share_ppm[rep]));
    cr_assert_leq(on_day, most_of(w->per_day[team], w->share_ppm[rep]));
    w->full += in_hour == most_of(w->per_hour[team], w->share_ppm[rep]);
}

static int64_t hour_of(const struct world *w)
{
    return (w->k.now_us / 1000000 - w->clock_s) / 3600;
}

static void step_check(struct world *w)
{
    struct kit *k = &w->k;
    cr_assert(kit_sound(k) && eh_ledger_check(k->e));
    if (hour_of(w) != w->hour)
        memset(w->in_hour, 0, sizeof w->in_hour);
    w->hour = hour_of(w);
    for (uint32_t i = 0; i < k->fx.count; i++)
        if (is_deal(&k->fx.items[i]))
            deal_check(w, &k->fx.items[i]);
}

static void day_turn(struct world *w)
{
    struct eh_message day = {.type = EH_MESSAGE_DAY};
    memset(w->on_day, 0, sizeof w->on_day);
    memset(w->in_hour, 0, sizeof w->in_hour);
    w->k.date++;
    w->clock_s = 900 * below(w, 4);
    day.clock_s = w->clock_s;
    day.has = w->clock_s ? EH_FIELD_BIT(EH_FIELD_CLOCK) : 0;
    cr_assert_eq(kit_step(&w->k, day, EH_ORIGIN_SHELL), 0);
    w->hour = hour_of(w);
}

static void happen(struct world *w)
{
    struct kit *k = &w->k;
    kit_pass(k, below(w, 3) ? below(w, 400) : below(w, 4000));
    bool due = eh_engine_due_us(k->e) <= k->now_us && below(w, 2);
    unsigned what = below(w, 24), rep = below(w, REPS), some = 1 + below(w, w->tickets + 1);
    if (due)
        kit_due(k);
    else if (what < 12)
        kit_sendf(k, "{'type':'ticket','id':'T%u','team':'t%u','kind':'order','customer':'c%u'}",
                  ++w->tickets, below(w, TEAMS), below(w, 9));
    else if (what < 16)
        kit_sendf(k, "{'type':'signal','rep':'r%u','status':'%s'}", rep,
                  below(w, 3) ? "available" : "away");
    else if (what < 20)
        kit_sendf(k, "{'type':'outcome','id':'T%u','outcome':'resolved'}", some);
    else if (what == 20)
        day_turn(w);
    else if (what == 21)
        kit_command(k, EH_MESSAGE_RELEASE, "{'rep':'r0','reason':'r'}");
    else if (what == 22)
        kit_restart(k);
    else
        kit_due(k);
    if (what == 22 && !due)
        k->fx.count = 0;
    step_check(w);
}

Test(at_most, nobody_is_dealt_more)
{
    struct seed seed = seed_start();
    uint64_t full = 0;
    for (int round = 0; round < ROUNDS; round++) {
        struct world w = {.seed = seed};
        kit_open(&w.k, EH_RULES_LAST);
        kit_day(&w.k, KIT_TODAY);
        desk_apply(&w);
        cr_assert_not(w.k.fx.refused, "%s", kit_refused(&w.k));
        for (int i = 0; i < STEPS; i++)
            happen(&w);
        full += w.full;
        seed = w.seed;
        kit_done(&w.k);
    }
    cr_assert_gt(full, ROUNDS, "the limit was reached %llu times", (unsigned long long)full);
}

/*
 * fairness_ways: what was not drawn: in which way, to whom, by whose deed, and what is said of it.
 *
 * The tails come from exact fractions: C(20, 5) / C(100, 5), Σ C(122, k) C(478, 50 − k) / C(600,
 * 50) from 46 on, 1 − C(8, 0) … and so on; binomials likewise.
 */
#include <stdio.h>

#include "fairness_kit.h"

#define SECOND_US INT64_C(1000000)

TestSuite(fairness_ways, .timeout = 600);

Test(fairness_ways, tails)
{
    expect_near(eh_hypergeometric_tail(5, 5, 20, 100), 0.00020593054466397617);
    expect_near(eh_hypergeometric_tail(46, 50, 122, 600), 6.370162461614906e-31);
    expect_near(eh_hypergeometric_tail(3, 10, 4, 12), 0.9090909090909091);
    cr_expect_eq(eh_hypergeometric_tail(2, 10, 4, 12), 1); /* eight of the others are all */
    cr_expect_eq(eh_hypergeometric_tail(5, 10, 4, 12), 0);
    cr_expect_eq(eh_hypergeometric_tail(0, 0, 0, 0), 1);
    expect_near(eh_binomial_tail(5, 5, 0.2), 0.00032);
    expect_near(eh_binomial_tail(50, 50, 0.2), 1.125899906842624e-35);
    expect_near(eh_binomial_tail(8, 20, 0.25), 0.10181185692272265);
    expect_near(eh_binomial_tail(1, 3, 0.5), 0.875);
    cr_expect_eq(eh_binomial_tail(0, 3, 0.5), 1);
    cr_expect_eq(eh_binomial_tail(4, 3, 0.5), 0);
}

/* ---- A period told by hand: ana, ben, cai and dov, of whom dov has half a share. */

enum { ANA, BEN, CAI, DOV, REPS };

struct period {
    struct told told;
    struct eh_deal_member members[REPS];
    int64_t at_us;
};

static struct period start(void)
{
    static const char *const ids[REPS] = {"ana", "ben", "cai", "dov"};
    struct period p = {.told = told_start(), .at_us = 1000 * SECOND_US};
    for (int i = 0; i < REPS; i++)
        p.members[i] = (struct eh_deal_member){.rep = eh_str(ids[i]),
                                               .share_ppm = i == DOV ? 500000 : 1000000};
    return p;
}

static const struct eh_fairness_report *look(struct period *p)
{
    told_look(&p->told, p->at_us);
    return &p->told.report;
}

static void give(struct period *p, int to, const char *why, int64_t value)
{
    struct eh_deal deal = {.team = eh_str("sales"),
                           .source = eh_str("crm"),
                           .rep = p->members[to].rep,
                           .why = eh_str(why),
                           .value = value,
                           .booked = value,
                           .at_us = p->at_us,
                           .members = p->members,
                           .member_count = REPS};
    eh_fairness_on_deal(p->told.f, &deal);
}

/* Drawn among all of them who can. */
static void draw(struct period *p, int to, int64_t value)
{
    struct eh_deal_chance chances[REPS];
    uint32_t count = 0;
    for (int i = 0; i < REPS; i++)
        if (p->members[i].barrier == EH_BARRIER_NONE)
            chances[count++] = (struct eh_deal_chance){.rep = p->members[i].rep};
    for (uint32_t i = 0; i < count; i++)
        chances[i].p = 1.0 / count;
    struct eh_deal deal = {.team = eh_str("sales"),
                           .rep = p->members[to].rep,
                           .why = eh_str("random"),
                           .value = value,
                           .booked = value,
                           .at_us = p->at_us,
                           .dealt = true,
                           .chances = chances,
                           .count = count,
                           .members = p->members,
                           .member_count = REPS};
    eh_fairness_on_deal(p->told.f, &deal);
}

/* 100 tickets in turn, every fifth of them worth 900 and the others 10. */
static void draw_hundred(struct period *p)
{
    for (int i = 0; i < 100; i++)
        draw(p, i % REPS, i % 5 == 0 ? 900 : 10);
}

static void set(struct period *p, int rep, int barrier, enum eh_doer doer, const char *name)
{
    p->members[rep].barrier = (uint8_t)barrier;
    p->members[rep].since_us = p->at_us;
    eh_fairness_set_by(p->told.f, p->members[rep].rep, doer, eh_str(name), p->at_us);
}

static void expect_gain(const struct eh_fairness_way *way, uint32_t i, const char *rep,
                        uint64_t tickets, int64_t value, double due)
{
    cr_assert_gt(way->rep_count, i);
    cr_expect(eh_str_equal(way->reps[i].rep, eh_str(rep)), "%.*s", EH_STR_ARG(way->reps[i].rep));
    cr_expect_eq(way->reps[i].tickets, tickets);
    cr_expect_eq(way->reps[i].value, value);
    expect_near(way->reps[i].due, due);
}

static void expect_doer(const struct eh_fairness_way *way, uint32_t i, enum eh_doer doer,
                        const char *name, uint64_t tickets, int64_t value)
{
    cr_assert_gt(way->doer_count, i);
    cr_expect_eq(way->doers[i].doer, doer);
    cr_expect(eh_str_equal(way->doers[i].name, eh_str(name)));
    cr_expect_eq(way->doers[i].tickets, tickets);
    cr_expect_eq(way->doers[i].value, value);
}

/* 20 owners for ana, all of the top: of 120 given, 40 are top, so 20 · 40/120 are due, and of 20
 * named ana is due 20 / 3.5. */
Test(fairness_ways, owners_of_the_big_ones_are_doubted)
{
    struct period p = start();
    draw_hundred(&p);
    for (int i = 0; i < 20; i++)
        give(&p, ANA, "owner", 900);
    const struct eh_fairness_report *r = look(&p);
    const struct eh_fairness_way *way = &r->ways[EH_WAY_OWNER];
    cr_expect_eq(r->tickets, 120);
    cr_expect_eq(r->deals, 120);
    cr_expect_eq(r->drawn, 100);
    cr_expect_eq(r->not_drawn, 20);
    cr_expect_eq(r->not_drawn_value, 18000);
    cr_expect_eq(r->given_value, 40 * 900 + 80 * 10);
    cr_expect_eq(way->tickets, 20);
    cr_expect_eq(way->top, 20);
    cr_expect_eq(way->top_value, 18000);
    expect_near(way->top_due, 20 * 40 / 120.0);
    expect_gain(way, 0, "ana", 20, 18000, 20 / 3.5);
    cr_expect_eq(way->rep_count, 1);
    expect_doer(way, 0, EH_DOER_SOURCE, "crm", 20, 18000);
    /* One test of the value, for one rep got all; one of the names among four: the smaller, twice.
     */
    double value = eh_hypergeometric_tail(20, 20, 40, 120);
    double names = 4 * eh_binomial_tail(20, 20, 1 / 3.5);
    expect_near(r->verdicts[EH_VERDICT_OWNER].p, 2 * (value < names ? value : names));
    cr_expect(r->verdicts[EH_VERDICT_OWNER].doubtful);
    cr_expect_eq(r->reps[0].not_drawn, 20);
    cr_expect_eq(r->reps[0].not_drawn_value, 18000);
    told_done(&p.told);
}

/* By share and whatever the value: nothing is said. */
Test(fairness_ways, honest_owners_are_not)
{
    struct period p = start();
    static const int to[7] = {ANA, BEN, CAI, ANA, BEN, CAI, DOV};
    draw_hundred(&p);
    for (int i = 0; i < 70; i++)
        give(&p, to[i % 7], "owner", i % 5 == 0 ? 900 : 10);
    const struct eh_fairness_report *r = look(&p);
    cr_expect_gt(r->verdicts[EH_VERDICT_OWNER].p, 0.5);
    expect_gain(&r->ways[EH_WAY_OWNER], 3, "dov", 10, 10 * 10 + 2 * 890, 10);
    told_done(&p.told);
}

/* All owners alike in value, and half of them one rep's: the names tell. */
Test(fairness_ways, one_name_too_often_is_doubted)
{
    struct period p = start();
    draw_hundred(&p);
    for (int i = 0; i < 40; i++)
        give(&p, i % 2 ? DOV : i / 2 % 3, "owner", i % 5 == 0 ? 900 : 10);
    look(&p);
    expect_near(p.told.report.verdicts[EH_VERDICT_OWNER].p,
                2 * 4 * eh_binomial_tail(20, 40, 1 / 7.0));
    cr_expect(p.told.report.verdicts[EH_VERDICT_OWNER].doubtful);
    told_done(&p.told);
}

static uint64_t tickets_in(const struct eh_fairness_report *r, enum eh_way way)
{
    return r->ways[way].tickets;
}

Test(fairness_ways, who_is_alone_is_so_for_a_reason)
{
    static const uint8_t barriers[][2] = {
        {EH_BARRIER_SKILL, EH_BARRIER_SKILL},     {EH_BARRIER_AWAY, EH_BARRIER_AWAY},
        {EH_BARRIER_AWAY, EH_BARRIER_RELEASED},   {EH_BARRIER_OVERLOADED, EH_BARRIER_OVERLOADED},
        {EH_BARRIER_FULL, EH_BARRIER_FULL},       {EH_BARRIER_AWAY, EH_BARRIER_FULL},
        {EH_BARRIER_GAVE_BACK, EH_BARRIER_SKILL}, {EH_BARRIER_SKILL, EH_BARRIER_FULL}};
    struct period p = start();
    p.members[CAI].barrier = EH_BARRIER_SKILL;
    for (size_t i = 0; i < sizeof barriers / sizeof *barriers; i++) {
        p.members[BEN].barrier = barriers[i][0];
        p.members[DOV].barrier = barriers[i][1];
        give(&p, ANA, "balanced", 10);
    }
    const struct eh_fairness_report *r = look(&p);
    cr_expect_eq(tickets_in(r, EH_WAY_SKILL), 1);
    cr_expect_eq(tickets_in(r, EH_WAY_AWAY), 2);
    cr_expect_eq(tickets_in(r, EH_WAY_OVERLOADED), 1);
    cr_expect_eq(tickets_in(r, EH_WAY_FULL), 2);
    cr_expect_eq(tickets_in(r, EH_WAY_MIXED), 2);
    cr_expect_eq(r->not_drawn, 8);
    cr_expect_eq(r->not_drawn, r->deals - r->drawn + r->overrides);
    told_done(&p.told);
}

Test(fairness_ways, nobody_else_is_in_the_team)
{
    struct period p = start();
    struct eh_deal deal = {.team = eh_str("sales"),
                           .rep = eh_str("ana"),
                           .why = eh_str("random"),
                           .members = p.members,
                           .member_count = 1};
    eh_fairness_on_deal(p.told.f, &deal);
    const struct eh_fairness_report *r = look(&p);
    cr_expect_eq(tickets_in(r, EH_WAY_SINGLE), 1);
    for (int i = EH_VERDICT_OWNER; i < EH_VERDICT_KINDS; i++)
        cr_expect(isnan(r->verdicts[i].p));
    told_done(&p.told);
}

Test(fairness_ways, others_sent_away_for_the_big_ones)
{
    struct period p = start();
    draw_hundred(&p);
    for (int i = 0; i < 10; i++) {
        p.at_us += 100 * SECOND_US;
        for (int rep = BEN; rep <= DOV; rep++)
            set(&p, rep, EH_BARRIER_AWAY, EH_DOER_MANAGER, rep == DOV ? "maja" : "otto");
        eh_fairness_set_by(p.told.f, eh_str("ben"), EH_DOER_REP, eh_str("ben"), p.at_us);
        p.members[DOV].since_us++; /* the last one to go */
        p.at_us += 61 * SECOND_US;
        give(&p, ANA, "random", 10); /* too late to be just before */
        p.members[DOV].since_us = p.at_us;
        p.at_us += 60 * SECOND_US;
        give(&p, ANA, "random", 900);
    }
    const struct eh_fairness_report *r = look(&p);
    const struct eh_fairness_way *before = &r->ways[EH_WAY_BEFORE], *away = &r->ways[EH_WAY_AWAY];
    cr_expect_eq(away->tickets, 20);
    cr_expect_eq(away->top, 10);
    cr_expect_eq(before->tickets, 10);
    cr_expect_eq(before->top, 10);
    expect_gain(before, 0, "ana", 10, 9000, 0);
    expect_doer(before, 0, EH_DOER_MANAGER, "maja", 10, 9000);
    expect_doer(away, 0, EH_DOER_MANAGER, "maja", 20, 9100);
    cr_expect_eq(before->doer_count, 1);
    expect_near(r->verdicts[EH_VERDICT_ALONE].p, eh_hypergeometric_tail(10, 20, 30, 120));
    expect_near(r->verdicts[EH_VERDICT_PRESENCE].p, eh_hypergeometric_tail(10, 10, 30, 120));
    cr_expect(r->verdicts[EH_VERDICT_PRESENCE].doubtful);
    told_done(&p.told);
}

/* One of four goes: three are left, and it was drawn; still it came just after. */
Test(fairness_ways, fewer_than_a_minute_before_is_told_too)
{
    struct period p = start();
    draw_hundred(&p);
    for (int i = 0; i < 8; i++) {
        p.at_us += 100 * SECOND_US;
        set(&p, DOV, EH_BARRIER_OVERLOADED, EH_DOER_REP, "dov");
        draw(&p, i % 3, 900);
    }
    const struct eh_fairness_report *r = look(&p);
    cr_expect_eq(r->not_drawn, 0);
    cr_expect_eq(r->ways[EH_WAY_BEFORE].top, 8);
    expect_doer(&r->ways[EH_WAY_BEFORE], 0, EH_DOER_REP, "", 8, 7200);
    cr_expect(r->verdicts[EH_VERDICT_PRESENCE].doubtful);
    told_done(&p.told);
}

/* A refused signal set nothing; what a log from before the period did is unknown. */
Test(fairness_ways, who_set_it_is_known_or_unknown)
{
    struct period p = start();
    for (int rep = BEN; rep <= DOV; rep++) {
        p.members[rep].barrier = EH_BARRIER_AWAY;
        p.members[rep].since_us = p.at_us;
    }
    give(&p, ANA, "random", 900);
    eh_fairness_set_by(p.told.f, eh_str("ben"), EH_DOER_STREAM, eh_str(NULL), p.at_us);
    p.members[BEN].since_us++;
    p.at_us++;
    give(&p, ANA, "random", 90);
    eh_fairness_set_by(p.told.f, eh_str("ben"), EH_DOER_MANAGER, eh_str("maja"), p.at_us);
    eh_fairness_set_refused(p.told.f, eh_str("ben"));
    give(&p, ANA, "random", 9);
    look(&p);
    expect_doer(&p.told.report.ways[EH_WAY_AWAY], 0, EH_DOER_UNKNOWN, "", 1, 900);
    expect_doer(&p.told.report.ways[EH_WAY_AWAY], 1, EH_DOER_STREAM, "", 2, 99);
    told_done(&p.told);
}

Test(fairness_ways, managers_and_customers)
{
    struct period p = start();
    draw_hundred(&p);
    eh_fairness_actor_is(p.told.f, eh_str("maja"));
    for (int i = 0; i < 6; i++)
        give(&p, BEN, "manager", 900);
    eh_fairness_actor_is(p.told.f, eh_str(NULL));
    give(&p, CAI, "manager", 10);
    for (int i = 0; i < 6; i++)
        give(&p, CAI, "affinity", 900);
    const struct eh_fairness_report *r = look(&p);
    expect_doer(&r->ways[EH_WAY_MANAGER], 0, EH_DOER_MANAGER, "maja", 6, 5400);
    expect_doer(&r->ways[EH_WAY_MANAGER], 1, EH_DOER_UNKNOWN, "", 1, 10);
    expect_doer(&r->ways[EH_WAY_AFFINITY], 0, EH_DOER_SOURCE, "crm", 6, 5400);
    cr_expect(r->verdicts[EH_VERDICT_MANAGER].doubtful);
    cr_expect(r->verdicts[EH_VERDICT_AFFINITY].doubtful);
    cr_expect_eq(r->deals, 106); /* without managers' */
    told_done(&p.told);
}

/* ben is released: his tickets are dealt again, for he is gone, and cai and dov are full. */
Test(fairness_ways, further_deals_are_apart)
{
    struct period p = start();
    draw_hundred(&p);
    set(&p, BEN, EH_BARRIER_AWAY, EH_DOER_MANAGER, "maja");
    p.members[CAI].barrier = p.members[DOV].barrier = EH_BARRIER_FULL;
    struct eh_deal deal = {.team = eh_str("sales"),
                           .rep = eh_str("ana"),
                           .was = eh_str("ben"),
                           .why = eh_str("release"),
                           .value = 900,
                           .booked = 800,
                           .at_us = p.at_us,
                           .further = true,
                           .members = p.members,
                           .member_count = REPS};
    for (int i = 0; i < 10; i++)
        eh_fairness_on_deal(p.told.f, &deal);
    const struct eh_fairness_report *r = look(&p);
    cr_expect_eq(r->tickets, 100);
    cr_expect_eq(r->deals, 110);
    cr_expect_eq(tickets_in(r, EH_WAY_AGAIN), 10);
    cr_expect_eq(r->not_drawn, 10);
    cr_expect_eq(r->not_drawn_value, 8000);
    cr_expect_eq(r->given_value, 20 * 900 + 80 * 10 + 8000);
    cr_expect_eq(tickets_in(r, EH_WAY_BEFORE), 0);
    cr_expect(isnan(r->verdicts[EH_VERDICT_ALONE].p));
    expect_near(
        r->reps[0].expected + r->reps[1].expected + r->reps[2].expected + r->reps[3].expected, 100);
    told_done(&p.told);
}

/* Three of a quarter, all of it: 1/64 might be chance, so nothing is judged. */
Test(fairness_ways, too_few_to_tell)
{
    struct period p = start();
    for (int i = 0; i < 100; i++)
        draw(&p, i % REPS, i % 4 == 0 ? 900 : 10);
    for (int i = 0; i < 3; i++)
        give(&p, ANA, "affinity", 900);
    look(&p);
    cr_expect(isnan(p.told.report.verdicts[EH_VERDICT_AFFINITY].p));
    told_done(&p.told);
}

Test(fairness_ways, all_of_one_value)
{
    struct period p = start();
    for (int i = 0; i < 50; i++)
        draw(&p, i % REPS, 10);
    for (int i = 0; i < 50; i++)
        give(&p, i % 3, "affinity", 10);
    look(&p);
    cr_expect(isnan(p.told.report.ways[EH_WAY_AFFINITY].top_due));
    cr_expect(isnan(p.told.report.verdicts[EH_VERDICT_AFFINITY].p));
    told_done(&p.told);
}

/* So many sources are told apart; the rest stands together. */
Test(fairness_ways, doers_are_bounded)
{
    struct period p = start();
    char source[16];
    for (int i = 0; i < 600; i++) {
        eh_format(source, sizeof source, "s%d", i);
        struct eh_deal deal = {.team = eh_str("sales"),
                               .source = eh_str(source),
                               .rep = p.members[ANA].rep,
                               .why = eh_str("owner"),
                               .value = 1,
                               .booked = 1,
                               .members = p.members,
                               .member_count = REPS};
        eh_fairness_on_deal(p.told.f, &deal);
    }
    look(&p);
    cr_expect_eq(p.told.report.ways[EH_WAY_OWNER].tickets, 600);
    cr_expect_eq(p.told.report.ways[EH_WAY_OWNER].doer_count, EH_FAIRNESS_NAMED_MAX);
    expect_doer(&p.told.report.ways[EH_WAY_OWNER], 0, EH_DOER_OTHERS, "",
                600 - EH_FAIRNESS_DOERS_MAX, 600 - EH_FAIRNESS_DOERS_MAX);
    told_done(&p.told);
}

/* ---- How soon it shows: of the valuable ones, one after the other, while others are drawn. */

static void big_one(struct period *p, enum eh_verdict_kind kind)
{
    int barrier = kind == EH_VERDICT_SKILL ? EH_BARRIER_SKILL : EH_BARRIER_AWAY;
    p->at_us += 100 * SECOND_US;
    for (int rep = BEN; rep <= DOV && kind != EH_VERDICT_OWNER; rep++)
        set(p, rep, barrier, EH_DOER_MANAGER, "otto");
    give(p, ANA, kind == EH_VERDICT_OWNER ? "owner" : "random", 900);
    for (int rep = BEN; rep <= DOV; rep++)
        p->members[rep].barrier = EH_BARRIER_NONE;
}

static int until_doubted(enum eh_verdict_kind kind)
{
    struct period p = start();
    int given = 0;
    bool doubted = false;
    draw_hundred(&p);
    for (; !doubted && given < 100; given++) {
        p.at_us += 100 * SECOND_US;
        for (int i = 0; i < 5; i++)
            draw(&p, (given + i) % REPS, i == 0 ? 900 : 10);
        big_one(&p, kind);
        doubted = look(&p)->verdicts[kind].doubtful;
        eh_arena_done(&p.told.arena);
    }
    told_done(&p.told);
    return given;
}

/* The table in evenhand-proof(7) says so. */
Test(fairness_ways, how_soon_it_shows)
{
    int owner = until_doubted(EH_VERDICT_OWNER), skill = until_doubted(EH_VERDICT_SKILL);
    int alone = until_doubted(EH_VERDICT_ALONE);
    fprintf(stderr, "# %d owners, %d skills, %d left alone\n", owner, skill, alone);
    cr_expect_leq(owner, 5);
    cr_expect_leq(skill, 5);
    cr_expect_leq(alone, 5);
}

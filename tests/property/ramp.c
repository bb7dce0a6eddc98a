/* ramp: by which shares reps are dealt to who come back after a day or more, against a plain model
 * that looks at who is there and at the tickets that wait. */
#include <criterion/criterion.h>

#include "../unit/engine_kit.h"
#include "history.h"

#define HISTORIES 1500
#define STEPS     150
#define LISTED    64
#define DAY_US    INT64_C(86400000000)

TestSuite(ramp, .timeout = 1800);

/* What the model knows of a rep in a team. */
struct back {
    int64_t gone_us, from_us;
    uint64_t mark;
};

static struct history h;
static struct back backs[HISTORY_TEAMS][HISTORY_REPS];
static uint64_t waited[HISTORY_TEAMS]; /* tickets that waited before the step */
static uint64_t input;                 /* the last one before it */
static uint64_t parts, shares;         /* of drawn deals: those that were a part, and all */

/* The waiting tickets of the team with a number up to `most`. */
static uint64_t waiting(unsigned team, uint64_t most)
{
    struct eh_ticket_view views[LISTED];
    char id[8];
    eh_format(id, sizeof id, "t%u", team);
    struct eh_ticket_query query = {.team = eh_str(id), .state = EH_TICKET_WAITING};
    uint64_t count = 0;
    do {
        size_t listed = eh_engine_tickets(h.e, &query, LISTED, views, &query.after);
        for (size_t i = 0; i < listed; i++)
            count += views[i].no <= most;
    } while (query.after);
    return count;
}

static const struct eh_desk_team *team_of(unsigned team)
{
    return &eh_engine_desk(h.e)->teams[team];
}

static struct back *back_of(unsigned team, struct eh_str rep)
{
    return &backs[team][rep.data[1] - '0'];
}

/* Ends those whose time is over, or whose waiting tickets are gone. */
static void team_end(unsigned team)
{
    for (unsigned rep = 0; rep < HISTORY_REPS && team_of(team)->ramp_ppm; rep++) {
        struct back *b = &backs[team][rep];
        if (b->from_us && (b->from_us + team_of(team)->ramp_for_s * 1000000 <= h.now_us ||
                           waiting(team, b->mark) == 0))
            b->from_us = 0;
    }
}

static void member_see(unsigned team, const struct eh_member_view *member)
{
    struct back *b = back_of(team, member->rep);
    bool there = member->active && member->state != EH_STATUS_AWAY;
    bool back = there && b->gone_us && h.now_us - b->gone_us >= DAY_US;
    if (there || !member->active)
        b->gone_us = 0;
    else if (b->gone_us == 0)
        b->gone_us = h.now_us;
    if (back && waited[team] > 0) {
        b->from_us = h.now_us;
        b->mark = input;
    }
}

/* Who is no member any more is forgotten, and so are all in a team without ramps. */
static void team_see(unsigned team)
{
    struct back old[HISTORY_REPS];
    struct eh_member_view member;
    memcpy(old, backs[team], sizeof old);
    memset(backs[team], 0, sizeof backs[team]);
    if (!team_of(team)->ramp_ppm)
        return;
    for (uint32_t i = 0; eh_engine_member(h.e, team_of(team)->id, i, &member); i++) {
        *back_of(team, member.rep) = old[member.rep.data[1] - '0'];
        member_see(team, &member);
    }
}

static uint32_t share_of(unsigned team, struct eh_str rep)
{
    uint32_t share = eh_desk_rep(eh_engine_desk(h.e), rep)->share_ppm;
    if (!back_of(team, rep)->from_us)
        return share;
    uint32_t part = (uint32_t)((uint64_t)share * team_of(team)->ramp_ppm / EH_PPM);
    return part ? part : 1;
}

static void watch(void *context, const struct eh_deal *deal)
{
    unsigned team = (unsigned)(deal->team.data[1] - '0');
    (void)context;
    if (!deal->dealt)
        return;
    team_see(team);
    team_end(team);
    for (uint32_t i = 0; i < deal->count; i++) {
        const struct eh_deal_chance *one = &deal->chances[i];
        bool ramps = back_of(team, one->rep)->from_us != 0;
        cr_assert_eq(one->share_ppm, share_of(team, one->rep), "%.*s, %.*s: %u, not %u",
                     EH_STR_ARG(deal->id), EH_STR_ARG(one->rep), one->share_ppm,
                     share_of(team, one->rep));
        cr_assert_eq(one->ramp_until_us != EH_TIME_NEVER, ramps);
        parts += ramps;
        shares++;
    }
}

static void before(struct history *at)
{
    struct eh_totals totals;
    eh_engine_totals(at->e, &totals);
    input = totals.input;
    for (unsigned team = 0; eh_engine_desk(h.e) && team < HISTORY_TEAMS; team++) {
        team_end(team);
        waited[team] = waiting(team, UINT64_MAX);
    }
}

static void after(struct history *at)
{
    cr_assert(eh_ledger_check(at->e), "input %llu", (unsigned long long)at->no);
    for (unsigned team = 0; eh_engine_desk(h.e) && team < HISTORY_TEAMS; team++)
        team_see(team);
}

Test(ramp, shares_as_a_plain_model_has_them)
{
    struct seed seed = seed_start();
    for (int i = 0; i < HISTORIES; i++) {
        uint64_t start = seed_next(&seed);
        history_begin(&h, start, HISTORY_RAMPS | (i % 2 ? HISTORY_KINDS : 0));
        memset(backs, 0, sizeof backs);
        h.before = before;
        h.after = after;
        after(&h);
        cr_assert_eq(eh_engine_observe(h.e, watch, NULL), 0);
        for (int step = 0; step < STEPS; step++)
            cr_assert_eq(history_go_on(&h), 0, "history %llu", (unsigned long long)start);
        cr_assert(eh_key_equal(eh_engine_digest(h.e), eh_engine_digest_anew(h.e)));
        history_done(&h);
    }
    cr_assert_gt(parts, shares / 100, "%llu of %llu", (unsigned long long)parts,
                 (unsigned long long)shares);
}

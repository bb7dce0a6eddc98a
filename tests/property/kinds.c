/* kinds: whatever happens at desks that limit open tickets of a kind, no rep is dealt one more than
 * their share may have, nothing waits that somebody may get, and the ledger comes to nothing. What
 * a rep has is counted here from the tickets that the engine shows. */
#include <criterion/criterion.h>

#include "../unit/engine_kit.h"
#include "history.h"

#define HISTORIES 1500
#define STEPS     150
#define LISTED    64

TestSuite(kinds, .timeout = 1800);

static uint64_t full, others; /* deals that others were full for; deals of a limited kind at all */

static uint32_t open_of(const struct eh_engine *e, struct eh_str rep, struct eh_str kind)
{
    struct eh_ticket_query query = {.rep = rep, .state = EH_TICKET_ASSIGNED};
    struct eh_ticket_view views[LISTED];
    uint32_t count = 0;
    do {
        size_t listed = eh_engine_tickets(e, &query, LISTED, views, &query.after);
        for (size_t i = 0; i < listed; i++)
            count += eh_str_equal(views[i].kind, kind);
    } while (query.after);
    return count;
}

static uint32_t most_of(const struct eh_desk_team *team, struct eh_str kind)
{
    for (uint32_t i = 0; i < team->kind_count; i++)
        if (eh_str_equal(team->kinds[i].kind, kind))
            return team->kinds[i].open;
    return 0;
}

static bool is_full(const struct eh_engine *e, struct eh_str team, struct eh_str rep,
                    struct eh_str kind)
{
    const struct eh_desk *desk = eh_engine_desk(e);
    uint64_t most = most_of(eh_desk_team(desk, team), kind);
    return most &&
           (uint64_t)open_of(e, rep, kind) * EH_PPM >= most * eh_desk_rep(desk, rep)->share_ppm;
}

static bool has_skills(const struct eh_engine *e, struct eh_str rep, struct eh_str skills)
{
    const struct eh_desk_rep *desk = eh_desk_rep(eh_engine_desk(e), rep);
    bool all = true;
    while (skills.size) {
        struct eh_str skill = eh_text_list_next(&skills);
        bool found = false;
        for (uint32_t i = 0; i < desk->skill_count; i++)
            found |= eh_str_equal(desk->skills[i], skill);
        all &= found;
    }
    return all;
}

/* ---- what may never be */

static void watch(void *context, const struct eh_deal *deal)
{
    struct history *h = context;
    struct eh_ticket_view ticket;
    cr_assert(eh_engine_ticket(h->e, deal->source, deal->id, &ticket));
    if (!most_of(eh_desk_team(eh_engine_desk(h->e), deal->team), ticket.kind))
        return;
    if (eh_str_equal(deal->why, eh_str("owner")) || eh_str_equal(deal->why, eh_str("manager")))
        return;
    cr_assert_not(is_full(h->e, deal->team, deal->rep, ticket.kind), "%.*s got %.*s",
                  EH_STR_ARG(deal->rep), EH_STR_ARG(deal->id));
    others++;
    for (uint32_t i = 0; i < deal->member_count; i++)
        full += deal->members[i].barrier == EH_BARRIER_FULL;
}

static bool could_get(const struct eh_engine *e, const struct eh_ticket_view *t,
                      const struct eh_member_view *member)
{
    return member->active && !member->full && member->state == EH_STATUS_AVAILABLE &&
           has_skills(e, member->rep, t->skills) && !is_full(e, t->team, member->rep, t->kind);
}

static void check_waiting(const struct history *h)
{
    struct eh_ticket_query query = {.state = EH_TICKET_WAITING};
    struct eh_ticket_view views[LISTED];
    struct eh_member_view member;
    if (eh_engine_due_us(h->e) <= h->now_us)
        return; /* deals are left over */
    size_t listed = eh_engine_tickets(h->e, &query, LISTED, views, &query.after);
    for (size_t i = 0; i < listed; i++)
        for (uint32_t m = 0; eh_engine_member(h->e, views[i].team, m, &member); m++)
            cr_assert_not(could_get(h->e, &views[i], &member), "%.*s waits for %.*s",
                          EH_STR_ARG(views[i].id), EH_STR_ARG(member.rep));
}

/* What the engine says of a rep is what can be counted. */
static void check_views(const struct history *h)
{
    const struct eh_desk *desk = eh_engine_desk(h->e);
    struct eh_kind_view views[EH_DESK_KINDS_MAX];
    const struct eh_desk_team *team = &desk->teams[h->no % desk->team_count];
    const struct eh_desk_rep *rep = &desk->reps[h->no % desk->rep_count];
    size_t count = eh_engine_kinds(h->e, team->id, rep->id, views);
    cr_assert_eq(count, team->kind_count);
    for (size_t i = 0; i < count; i++) {
        cr_assert_eq(views[i].open, open_of(h->e, rep->id, views[i].kind));
        cr_assert_eq(views[i].full, is_full(h->e, team->id, rep->id, views[i].kind));
    }
}

static void check(struct history *h)
{
    cr_assert(eh_ledger_check(h->e), "input %llu", (unsigned long long)h->no);
    if (!eh_engine_desk(h->e))
        return;
    check_waiting(h);
    check_views(h);
}

Test(kinds, nobody_is_dealt_more)
{
    struct seed seed = seed_start();
    for (int i = 0; i < HISTORIES; i++) {
        struct history h;
        uint64_t start = seed_next(&seed);
        history_begin(&h, start, HISTORY_KINDS);
        h.after = check;
        cr_assert_eq(eh_engine_observe(h.e, watch, &h), 0);
        for (int step = 0; step < STEPS; step++)
            cr_assert_eq(history_go_on(&h), 0, "history %llu", (unsigned long long)start);
        cr_assert(eh_key_equal(eh_engine_digest(h.e), eh_engine_digest_anew(h.e)));
        history_done(&h);
    }
    cr_assert_gt(full, others / 10, "%llu of %llu", (unsigned long long)full,
                 (unsigned long long)others);
}

/* A restored engine goes on alike, wherever it was taken. */
Test(kinds, restored_anywhere)
{
    struct seed seed = seed_start();
    for (int i = 0; i < HISTORIES / 4; i++) {
        struct history one, other;
        uint64_t start = seed_next(&seed);
        history_begin(&one, start, HISTORY_KINDS | HISTORY_RAMPS);
        history_begin(&other, start, HISTORY_KINDS | HISTORY_RAMPS);
        int at = (int)seed_below(&seed, STEPS);
        for (int step = 0; step < STEPS; step++) {
            if (step == at) {
                struct eh_engine *again = kit_restored(other.e);
                eh_engine_free(other.e);
                other.e = again;
            }
            cr_assert_eq(history_go_on(&one), 0);
            cr_assert_eq(history_go_on(&other), 0);
            cr_assert(eh_key_equal(eh_engine_digest(one.e), eh_engine_digest(other.e)),
                      "history %llu, restored at %d, differs at %d", (unsigned long long)start, at,
                      step);
        }
        cr_assert(eh_ledger_check(other.e));
        history_done(&one);
        history_done(&other);
    }
}

/* ledger: what holds after every step of any history. */
#include <criterion/criterion.h>

#include "../unit/engine_kit.h"
#include "history.h"
#include "skill_model.h"

#define HISTORIES 2000
#define STEPS     120

TestSuite(ledger, .timeout = 1800);

static bool has_skills(const struct history *h, struct eh_str rep, struct eh_str skills)
{
    return skill_model_has_all(eh_desk_rep(eh_engine_desk(h->e), rep), skills);
}

/* As readers see it just before the deal. */
static bool could_get(const struct history *h, const struct eh_deal *deal)
{
    struct eh_member_view member;
    struct eh_ticket_view ticket;
    if (!eh_engine_ticket(h->e, deal->source, deal->id, &ticket))
        return false;
    for (uint32_t i = 0; eh_engine_member(h->e, deal->team, i, &member); i++)
        if (eh_str_equal(member.rep, deal->rep))
            return member.active && !member.full && member.state == EH_STATUS_AVAILABLE &&
                   has_skills(h, deal->rep, ticket.skills);
    return false;
}

static void watch(void *context, const struct eh_deal *deal)
{
    struct history *h = context;
    double sum = 0;
    bool found = false;
    if (!eh_str_equal(deal->why, eh_str("owner")) && !eh_str_equal(deal->why, eh_str("manager")))
        cr_assert(could_get(h, deal), "%.*s got %.*s", EH_STR_ARG(deal->rep), EH_STR_ARG(deal->id));
    for (uint32_t i = 0; i < deal->count; i++) {
        sum += deal->chances[i].p;
        if (eh_str_equal(deal->chances[i].rep, deal->rep)) {
            found = true;
            cr_assert_gt(deal->chances[i].p, 0);
        }
    }
    if (deal->dealt) {
        cr_assert(found);
        cr_assert_float_eq(sum, 1, 1e-9);
    }
}

static void check(struct history *h)
{
    cr_assert(eh_ledger_check(h->e), "input %llu", (unsigned long long)h->no);
}

/* Nothing is lost and nothing made; nobody gets what he cannot; the digest follows the state. */
Test(ledger, comes_to_nothing)
{
    struct seed seed = seed_start();
    for (int i = 0; i < HISTORIES; i++) {
        struct history h;
        uint64_t start = seed_next(&seed);
        history_start(&h, start);
        h.after = check;
        cr_assert_eq(eh_engine_observe(h.e, watch, &h), 0);
        for (int step = 0; step < STEPS; step++)
            cr_assert_eq(history_go_on(&h), 0, "history %llu", (unsigned long long)start);
        cr_assert(eh_key_equal(eh_engine_digest(h.e), eh_engine_digest_anew(h.e)));
        history_done(&h);
    }
}

/* A restored engine goes on alike, wherever it was taken. */
Test(ledger, restored_anywhere)
{
    struct seed seed = seed_start();
    for (int i = 0; i < HISTORIES / 4; i++) {
        struct history one, other;
        uint64_t start = seed_next(&seed);
        history_start(&one, start);
        history_start(&other, start);
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

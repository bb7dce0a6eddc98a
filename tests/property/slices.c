/*
 * slices: steps of any size. None has more effects than it may; every team is dealt to however much
 * is left over in others; and however the work is cut up, the same tickets are dealt in the end.
 */
#include <criterion/criterion.h>

#include "../../lib/engine/pending.h"
#include "../../lib/engine/skill_set.h"
#include "../../lib/engine/state.h"
#include "../../lib/engine/ticket.h"
#include "history.h"

#define HISTORIES 400
#define STEPS     150
#define SIZES     3

TestSuite(slices, .timeout = 1800);

struct wait {
    uint32_t dues[HISTORY_TEAMS]; /* DUE inputs since the team has something to deal and got none */
    bool ready[HISTORY_TEAMS];    /* it had something to deal after the step before */
    uint64_t steps, most_effects, left_over;
};

static uint32_t team_of(const struct eh_effect *f)
{
    return (uint32_t)(f->team.data[1] - '0');
}

/* In a round nobody is passed over: with n teams, the nth turn at the latest is theirs. */
static void count_turns(struct history *h, struct wait *w, bool due)
{
    bool dealt[HISTORY_TEAMS] = {false};
    for (uint32_t i = 0; i < h->fx.count; i++)
        if (h->fx.items[i].type == EH_NOTICE_ASSIGNED)
            dealt[team_of(&h->fx.items[i])] = true;
    for (uint32_t i = 0; i < HISTORY_TEAMS; i++) {
        char id[8];
        eh_format(id, sizeof id, "t%u", i);
        uint32_t no = eh_interner_find(&h->e->roster.team_ids, eh_str(id));
        bool ready = no != NONE && h->e->roster.teams[no].ready;
        w->left_over += ready;
        w->dues[i] = !ready || dealt[i] ? 0 : w->dues[i] + (due && w->ready[i]);
        w->ready[i] = ready;
        cr_assert_lt(w->dues[i], HISTORY_TEAMS, "team %u", i);
    }
}

static void check(struct history *h)
{
    struct wait *w = h->context;
    w->steps++;
    cr_assert_leq(h->fx.count, h->most + EH_STEP_EFFECTS_MORE);
    cr_assert(eh_ledger_check(h->e));
    count_turns(h, w, h->due);
}

/* Not all that is due is done before the next thing happens. */
static int go_on_in_a_hurry(struct history *h, struct seed *pace)
{
    struct eh_message due = {.type = EH_MESSAGE_DUE};
    h->now_us += (int64_t)seed_below(pace, 600) * 1000000;
    for (uint64_t left = seed_below(pace, 4); left && eh_engine_due_us(h->e) <= h->now_us; left--)
        if (history_step(h, due) < 0)
            return -1;
    return history_happen(h);
}

Test(slices, every_team_is_dealt_to)
{
    struct seed seed = seed_start();
    struct wait sum = {.steps = 0};
    for (int i = 0; i < HISTORIES; i++) {
        struct history h;
        struct wait w = {.steps = 0};
        uint64_t start = seed_next(&seed);
        struct seed pace = {start ^ 1};
        history_start(&h, start);
        h.sizes.state = start;
        h.limited = 1 + (uint32_t)seed_below(&seed, 6);
        h.after = check;
        h.context = &w;
        for (int step = 0; step < STEPS; step++)
            cr_assert_eq(go_on_in_a_hurry(&h, &pace), 0, "history %llu", (unsigned long long)start);
        cr_assert_eq(history_due(&h), 0);
        cr_assert_eq(h.e->ready.count + h.e->rounds.count, 0);
        cr_assert(eh_key_equal(eh_engine_digest(h.e), eh_engine_digest_anew(h.e)));
        sum.steps += w.steps;
        sum.left_over += w.left_over;
        history_done(&h);
    }
    printf("# %llu steps; %llu times a team had something left over\n",
           (unsigned long long)sum.steps, (unsigned long long)sum.left_over);
    cr_assert_gt(sum.left_over, HISTORIES);
}

/* ---- in whatever slices */

/* What does not depend on who got what: nobody's tickets are released, nobody is ever full. */
static int go_on_alike(struct history *h)
{
    uint32_t what = history_below(h, 100);
    h->now_us += (int64_t)seed_below(&h->seed, 1200) * 1000000;
    if (history_due(h) < 0)
        return -1;
    if (what < 5) {
        history_write_desk(h);
        return history_apply_desk(h);
    }
    if (what < 65 && h->ticket_count < HISTORY_TICKETS)
        return history_step(h, history_ticket(h));
    if (what < 95 || h->ticket_count == 0)
        return history_step(h, history_signal(h));
    struct eh_message m = history_on_ticket(h, EH_MESSAGE_OUTCOME);
    m.outcome = EH_OUTCOME_CANCELLED;
    m.has |= EH_FIELD_BIT(EH_FIELD_OUTCOME);
    return history_step(h, m);
}

static void run(struct history *h, uint64_t start, uint32_t limited)
{
    history_start(h, start);
    h->sizes.state = start;
    h->limited = limited;
    h->unlimited = h->keeps = true;
    history_write_desk(h);
    cr_assert_eq(history_apply_desk(h), 0);
    for (int step = 0; step < STEPS; step++)
        cr_assert_eq(go_on_alike(h), 0, "history %llu", (unsigned long long)start);
    cr_assert_eq(history_due(h), 0);
}

static int state_of(const struct history *h, uint32_t ticket)
{
    char id[16];
    struct eh_ticket_view view;
    eh_format(id, sizeof id, "T%u", ticket);
    return eh_engine_ticket(h->e, eh_str("default"), eh_str(id), &view) ? view.state : 0;
}

Test(slices, the_same_are_dealt)
{
    struct seed seed = seed_start();
    static const uint32_t sizes[SIZES] = {1, 4, 900};
    for (int i = 0; i < HISTORIES / 4; i++) {
        struct history whole;
        uint64_t start = seed_next(&seed);
        run(&whole, start, 0);
        for (size_t size = 0; size < SIZES; size++) {
            struct history cut;
            run(&cut, start, sizes[size]);
            cr_assert_eq(cut.ticket_count, whole.ticket_count);
            for (uint32_t t = 0; t < whole.ticket_count; t++)
                cr_assert_eq(state_of(&cut, t), state_of(&whole, t), "history %llu: T%u",
                             (unsigned long long)start, t);
            cr_assert(eh_ledger_check(cut.e));
            history_done(&cut);
        }
        history_done(&whole);
    }
}

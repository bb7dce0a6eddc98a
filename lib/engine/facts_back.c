/*
 * facts_back: the log was led back in time: what was counted in periods that are still to come is
 * counted in the period of the new date.
 */
#include "facts_back.h"

#include "digest.h"
#include "facts.h"
#include "period_list.h"
#include "state.h"

static int fact_move(struct eh_engine *e, uint32_t to, uint32_t from, uint32_t at)
{
    uint32_t slot;
    int r = eh_fact_get(e, to, e->facts.slots[at].type, e->facts.slots[at].rep,
                        e->facts.slots[at].kind, &slot);
    if (r < 0)
        return r;
    struct fact *fact = &e->facts.slots[slot], *old = &e->facts.slots[at];
    fact->closed += old->closed;
    fact->won += old->won;
    fact->lost += old->lost;
    fact->count += old->count;
    fact->sum += old->sum;
    old->closed = old->won = old->lost = old->count = 0;
    old->sum = 0;
    eh_digest_fact(e, to, slot);
    eh_digest_fact(e, from, at);
    return 0;
}

static void period_move_sums(struct period *to, struct period *from)
{
    to->revenue += from->revenue;
    to->response_ms += from->response_ms;
    to->cycle_ms += from->cycle_ms;
    to->ratings += from->ratings;
    to->rating_sum += from->rating_sum;
    to->reopened += from->reopened;
    to->responses += from->responses;
    to->cycles += from->cycles;
    to->firsts += from->firsts;
    to->cancelled += from->cancelled;
    to->answer_ms += from->answer_ms;
    to->answers += from->answers;
    to->answers_timed += from->answers_timed;
    to->answers_in_time += from->answers_in_time;
    from->revenue = from->response_ms = from->cycle_ms = 0;
    from->ratings = from->rating_sum = from->reopened = from->responses = from->cycles = 0;
    from->firsts = from->cancelled = 0;
    from->answer_ms = 0;
    from->answers = from->answers_timed = from->answers_in_time = 0;
}

/* Moves what came of tickets. Imported figures and reps set aside stay: their messages name the
 * period. */
static int period_move(struct eh_engine *e, uint32_t to, uint32_t from)
{
    bool named = e->periods.slots[from].imports != NONE;
    int r = 0;
    for (uint32_t at = e->periods.slots[from].facts; r == 0 && at != NONE;
         at = e->facts.slots[at].next) {
        bool of_rep = e->facts.slots[at].type == EH_FACT_REP;
        named |= of_rep;
        r = of_rep ? 0 : fact_move(e, to, from, at);
    }
    if (r < 0)
        return r;
    period_move_sums(&e->periods.slots[to], &e->periods.slots[from]);
    eh_facts_touch(e, to);
    if (named)
        eh_digest_period(e, from);
    else
        eh_period_drop(e, from);
    return 0;
}

static int team_back(struct eh_engine *e, uint32_t team, bool shadow, int32_t date)
{
    uint32_t at = *eh_period_head(e, team, shadow), older, to = NONE;
    int r = 0;
    for (; r == 0 && at != NONE && e->periods.slots[at].first > date; at = older) {
        older = e->periods.slots[at].older;
        if (e->periods.slots[at].state != EH_PERIOD_OPEN)
            continue;
        r = eh_period_get(e, team, date, shadow, &to);
        if (r == 0 && to == NONE)
            break; /* no plan governs that day: it counts where it was */
        if (r == 0)
            r = period_move(e, to, at);
    }
    return r;
}

int eh_facts_back(struct eh_engine *e, int32_t date)
{
    int r = 0;
    for (uint32_t team = 0; r == 0 && team < e->roster.team_ids.count; team++) {
        struct purse *purse = &e->roster.teams[team].purse;
        if (purse->used && purse->planned_on > date) {
            purse->planned_on = date;
            eh_digest_purse(e, team);
        }
        for (int shadow = 0; r == 0 && shadow <= 1; shadow++)
            r = team_back(e, team, shadow, date);
    }
    return r;
}

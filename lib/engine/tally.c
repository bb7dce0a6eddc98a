/*
 * tally: what a ticket counts in its team's bonus periods, and how that changes.
 *
 * It follows from the ticket and its story alone. Whenever the ticket changes, what it counted
 * before is taken back and what it counts now is counted: metrics count tickets, not events.
 */
#include "tally.h"

#include "digest.h"
#include "facts.h"
#include "first_answer.h"
#include "period_list.h"
#include "state.h"
#include "story.h"
#include "ticket.h"

/* ---- what it counts */

static bool ticket_has_cycle(const struct ticket *t, const struct story_sum *sum)
{
    return sum->old || (sum->timed && sum->closed_us / 1000 >= t->created_us / 1000);
}

static void tally_work(const struct ticket *t, const struct story_sum *sum, int64_t *figures)
{
    figures[FIGURE_CLOSED] = 1;
    figures[FIGURE_LOST] = sum->outcome == EH_OUTCOME_LOST;
    if (sum->outcome == EH_OUTCOME_WON) {
        figures[FIGURE_WON] = 1;
        figures[FIGURE_VALUE] = sum->value;
        figures[FIGURE_REFUNDED] = sum->refunded;
    }
    figures[FIGURE_RATINGS] = sum->csat > 0;
    figures[FIGURE_RATING_SUM] = sum->csat;
    figures[FIGURE_HANDLED] = sum->handled;
    figures[FIGURE_HANDLED_MS] = sum->handled ? sum->handled_s * 1000 : 0;
    if (t->first_us) {
        figures[FIGURE_RESPONSES] = 1;
        figures[FIGURE_RESPONSE_MS] = eh_passed_ms(t->created_us, t->first_us);
    }
    if (ticket_has_cycle(t, sum)) {
        figures[FIGURE_CYCLES] = 1;
        figures[FIGURE_CYCLE_MS] = eh_passed_ms(t->created_us, sum->closed_us);
    }
}

/* A ticket that is cancelled was no work: its answer counts nothing, as its closing. */
static void tally_answer(const struct ticket *t, bool cancelled, struct tally *ret)
{
    struct answer_count count;
    *ret = (struct tally){.kind = NONE, .rep = NONE};
    eh_first_answer_count(t, &count, &ret->team);
    ret->any = count.any && !cancelled;
    ret->date = count.date;
    ret->figures[FIGURE_ANSWERS] = 1;
    ret->figures[FIGURE_ANSWER_MS] = count.working_us / 1000;
    ret->figures[FIGURE_ANSWERS_TIMED] = count.timed;
    ret->figures[FIGURE_ANSWERS_IN_TIME] = count.in_time;
}

void eh_tally(const struct ticket *t, struct tallies *ret)
{
    *ret = (struct tallies){.closing.any = false};
    const struct story_sum none = eh_story_of(t), *sum = t->story ? &t->story->sum : &none;
    uint32_t first_team = t->story ? t->story->first_team : t->team;
    ret->closing = (struct tally){.any = sum->outcome != 0,
                                  .team = t->team,
                                  .kind = t->kind,
                                  .rep = t->rep,
                                  .date = sum->closed_date};
    if (sum->outcome == EH_OUTCOME_CANCELLED && !sum->old)
        ret->closing.figures[FIGURE_CANCELLED] = 1; /* it was no work: it counts nothing else */
    else if (sum->outcome)
        tally_work(t, sum, ret->closing.figures);
    ret->first = (struct tally){.any = sum->has_first,
                                .team = first_team,
                                .kind = NONE,
                                .rep = NONE,
                                .date = sum->first_date};
    ret->first.figures[FIGURE_FIRSTS] = 1;
    ret->first.figures[FIGURE_REOPENED] = sum->reopened;
    tally_answer(t, sum->outcome == EH_OUTCOME_CANCELLED, &ret->answer);
}

static bool tally_is_same(const struct tally *a, const struct tally *b)
{
    if (!a->any || !b->any)
        return a->any == b->any;
    return a->team == b->team && a->date == b->date && a->kind == b->kind && a->rep == b->rep &&
           memcmp(a->figures, b->figures, sizeof a->figures) == 0;
}

/* ---- counting */

static int tally_count_kind(struct eh_engine *e, uint32_t period, const struct tally *tally,
                            int sign)
{
    const int64_t *figures = tally->figures;
    const struct eh_plan_measure *measure = eh_plan_handle_time(e->periods.slots[period].plan);
    uint32_t slot;
    if (!figures[FIGURE_CLOSED])
        return 0;
    int r = eh_fact_get(e, period, EH_FACT_KIND, NONE, tally->kind, &slot);
    if (r < 0)
        return r;
    struct fact *fact = &e->facts.slots[slot];
    fact->closed += sign;
    fact->won += sign * figures[FIGURE_WON];
    fact->lost += sign * figures[FIGURE_LOST];
    if (measure && figures[FIGURE_HANDLED]) {
        fact->count += sign;
        fact->sum += sign * eh_plan_winsorise(measure, figures[FIGURE_HANDLED_MS]);
    }
    eh_digest_fact(e, period, slot);
    return 0;
}

static int tally_count_held(struct eh_engine *e, uint32_t period, const struct tally *tally,
                            int sign)
{
    uint32_t slot;
    if (!tally->figures[FIGURE_CLOSED] || tally->rep == NONE)
        return 0;
    int r = eh_fact_get(e, period, EH_FACT_HELD, tally->rep, tally->kind, &slot);
    if (r < 0)
        return r;
    e->facts.slots[slot].closed += sign;
    eh_digest_fact(e, period, slot);
    return 0;
}

static int tally_count(struct eh_engine *e, uint32_t period, const struct tally *tally, int sign)
{
    struct period *p = &e->periods.slots[period];
    const int64_t *figures = tally->figures;
    p->revenue += sign * ((__int128)figures[FIGURE_VALUE] - figures[FIGURE_REFUNDED]);
    p->ratings += sign * figures[FIGURE_RATINGS];
    p->rating_sum += sign * figures[FIGURE_RATING_SUM];
    p->responses += sign * figures[FIGURE_RESPONSES];
    p->response_ms += sign * figures[FIGURE_RESPONSE_MS];
    p->cycles += sign * figures[FIGURE_CYCLES];
    p->cycle_ms += sign * figures[FIGURE_CYCLE_MS];
    p->firsts += sign * figures[FIGURE_FIRSTS];
    p->reopened += sign * figures[FIGURE_REOPENED];
    p->cancelled += sign * figures[FIGURE_CANCELLED];
    p->answers += sign * figures[FIGURE_ANSWERS];
    p->answer_ms += sign * figures[FIGURE_ANSWER_MS];
    p->answers_timed += sign * figures[FIGURE_ANSWERS_TIMED];
    p->answers_in_time += sign * figures[FIGURE_ANSWERS_IN_TIME];
    int r = tally_count_kind(e, period, tally, sign);
    return r < 0 ? r : tally_count_held(e, period, tally, sign);
}

/* The periods that a change counted in: each is touched once, however much changed. */
struct touched {
    uint32_t periods[6], count; /* two of each tally */
};

static void touched_add(struct touched *touched, uint32_t period)
{
    for (uint32_t i = 0; i < touched->count; i++)
        if (touched->periods[i] == period)
            return;
    touched->periods[touched->count++] = period;
}

/* A date whose period is not kept any more, or that no plan governs, counts nowhere. */
static int tally_change_one(struct eh_engine *e, bool shadow, const struct tally *old,
                            const struct tally *new, struct touched *touched)
{
    uint32_t period;
    int r = 0;
    bool stays = old->any && new->any && old->team == new->team && old->date == new->date;
    if (tally_is_same(old, new))
        return 0;
    if (old->any && (period = eh_facts_period(e, old->team, old->date, shadow)) != NONE) {
        r = tally_count(e, period, old, -1);
        touched_add(touched, period);
    }
    if (r < 0 || !new->any)
        return r;
    if (stays)
        period = eh_facts_period(e, new->team, new->date, shadow);
    else
        r = eh_facts_make_period(e, new->team, new->date, shadow, &period);
    if (r < 0 || period == NONE)
        return r;
    touched_add(touched, period);
    return tally_count(e, period, new, 1);
}

int eh_tally_change(struct eh_engine *e, const struct tallies *old, const struct tallies *new)
{
    int r = 0;
    for (int shadow = 0; r == 0 && shadow <= 1; shadow++) {
        struct touched touched = {.count = 0};
        r = tally_change_one(e, shadow, &old->closing, &new->closing, &touched);
        if (r == 0)
            r = tally_change_one(e, shadow, &old->first, &new->first, &touched);
        if (r == 0)
            r = tally_change_one(e, shadow, &old->answer, &new->answer, &touched);
        for (uint32_t i = 0; i < touched.count; i++)
            eh_facts_touch(e, touched.periods[i]);
    }
    return r;
}

/* ---- the rules change */

static void period_begin(struct eh_engine *e, uint32_t slot, bool tickets)
{
    struct period *p = &e->periods.slots[slot];
    for (uint32_t at = p->facts; tickets && at != NONE; at = e->facts.slots[at].next)
        if (e->facts.slots[at].type == EH_FACT_KIND)
            p->firsts += e->facts.slots[at].closed;
    eh_digest_period(e, slot);
}

void eh_tally_begin(struct eh_engine *e, bool tickets)
{
    for (uint32_t team = 0; team < e->roster.team_ids.count; team++) {
        for (uint32_t at = e->roster.teams[team].periods; at != NONE;
             at = e->periods.slots[at].older)
            period_begin(e, at, tickets);
        for (uint32_t at = e->roster.teams[team].shadow_periods; at != NONE;
             at = e->periods.slots[at].older)
            period_begin(e, at, tickets);
    }
}

/*
 * facts_earlier: counting under rules before EH_RULES_TICKETS: each outcome adds to its period as
 * it comes.
 */
#include "facts_earlier.h"

#include "digest.h"
#include "facts.h"
#include "period_list.h"
#include "state.h"
#include "ticket.h"

static int kind_count(struct eh_engine *e, uint32_t period, const struct ticket *t,
                      const struct eh_message *m)
{
    uint32_t slot;
    int r = eh_fact_get(e, period, EH_FACT_KIND, NONE, t->kind, &slot);
    if (r < 0)
        return r;
    struct fact *fact = &e->facts.slots[slot];
    const struct eh_plan_measure *measure = eh_plan_handle_time(e->periods.slots[period].plan);
    fact->closed++;
    fact->won += t->outcome == EH_OUTCOME_WON;
    fact->lost += t->outcome == EH_OUTCOME_LOST;
    if (measure && eh_message_has(m, EH_FIELD_HANDLED)) {
        fact->count++;
        fact->sum += eh_plan_winsorise(measure, m->handled_s * 1000);
    }
    eh_digest_fact(e, period, slot);
    return 0;
}

static int held_count(struct eh_engine *e, uint32_t period, const struct ticket *t)
{
    uint32_t slot;
    if (t->rep == NONE)
        return 0;
    int r = eh_fact_get(e, period, EH_FACT_HELD, t->rep, t->kind, &slot);
    if (r < 0)
        return r;
    e->facts.slots[slot].closed++;
    eh_digest_fact(e, period, slot);
    return 0;
}

static void rating_count(struct period *p, const struct eh_message *m)
{
    if (!eh_message_has(m, EH_FIELD_CSAT))
        return;
    p->ratings++;
    p->rating_sum += m->csat;
}

static int closing_count(struct eh_engine *e, uint32_t period, const struct ticket *t,
                         const struct eh_message *m)
{
    int r = kind_count(e, period, t, m);
    if (r == 0)
        r = held_count(e, period, t);
    if (r < 0)
        return r;
    struct period *p = &e->periods.slots[period];
    if (t->outcome == EH_OUTCOME_WON)
        p->revenue += t->value;
    if (t->first_us) {
        p->responses++;
        p->response_ms += eh_passed_ms(t->created_us, t->first_us);
    }
    p->cycles++;
    p->cycle_ms += eh_passed_ms(t->created_us, t->closed_us);
    rating_count(p, m);
    eh_facts_touch(e, period);
    return 0;
}

static int reopening_count(struct eh_engine *e, uint32_t period, const struct ticket *t)
{
    struct period *p = &e->periods.slots[period];
    p->reopened++;
    if (t->outcome == EH_OUTCOME_WON)
        p->revenue -= (__int128)t->value - t->refunded;
    if (t->outcome == EH_OUTCOME_WON || t->outcome == EH_OUTCOME_LOST) {
        uint32_t slot;
        int r = eh_fact_get(e, period, EH_FACT_KIND, NONE, t->kind, &slot);
        if (r < 0)
            return r;
        e->facts.slots[slot].won -= t->outcome == EH_OUTCOME_WON;
        e->facts.slots[slot].lost -= t->outcome == EH_OUTCOME_LOST;
        eh_digest_fact(e, period, slot);
    }
    eh_facts_touch(e, period);
    return 0;
}

int eh_facts_closed(struct eh_engine *e, const struct ticket *t, const struct eh_message *m)
{
    int r = 0;
    for (int shadow = 0; r == 0 && shadow <= 1; shadow++) {
        uint32_t period;
        r = eh_period_get(e, t->team, t->closed_date, shadow, &period);
        if (r == 0 && period != NONE)
            r = closing_count(e, period, t, m);
    }
    return r;
}

int eh_facts_reopened(struct eh_engine *e, const struct ticket *t)
{
    int r = 0;
    for (int shadow = 0; r == 0 && shadow <= 1; shadow++) {
        uint32_t period = eh_facts_period(e, t->team, t->closed_date, shadow);
        if (period != NONE)
            r = reopening_count(e, period, t);
    }
    return r;
}

void eh_facts_refunded(struct eh_engine *e, const struct ticket *t, int64_t value)
{
    for (int shadow = 0; shadow <= 1; shadow++) {
        uint32_t period = eh_facts_period(e, t->team, t->closed_date, shadow);
        if (period == NONE)
            continue;
        e->periods.slots[period].revenue -= value;
        eh_facts_touch(e, period);
    }
}

bool eh_facts_rated(struct eh_engine *e, const struct ticket *t, const struct eh_message *m)
{
    bool counted = false;
    for (int shadow = 0; eh_message_has(m, EH_FIELD_CSAT) && shadow <= 1; shadow++) {
        uint32_t period = eh_facts_period(e, t->team, t->closed_date, shadow);
        if (period == NONE)
            continue;
        rating_count(&e->periods.slots[period], m);
        eh_facts_touch(e, period);
        counted = true;
    }
    return counted;
}

/*
 * period_views: bonus periods as others see them, and those of the shadow plan.
 */
#include "facts.h"
#include "interner.h"
#include "period_bytes.h"
#include "period_list.h"
#include "state.h"

static uint8_t period_state(const struct period *p)
{
    bool paid = p->last_version > 0 && p->paid_version == p->last_version;
    return paid ? EH_PERIOD_PAID : p->state;
}

static bool period_is_late(const struct eh_engine *e, uint32_t team, int32_t first)
{
    const struct purse *purse = &e->roster.teams[team].purse;
    return purse->used && first <= purse->planned_on;
}

static struct eh_period_view period_view(const struct eh_engine *e, uint32_t slot)
{
    const struct period *p = &e->periods.slots[slot];
    return (struct eh_period_view){
        .team = e->roster.team_ids.items[p->team],
        .period = p->period,
        .plan = p->plan,
        .state = period_state(p),
        .published_late = period_is_late(e, p->team, p->first),
        .late = p->late,
        .frozen = eh_str_n(p->frozen, p->frozen_size),
        .last = {.period = p->period,
                 .version = p->last_version,
                 .gross = p->gross,
                 .carry = p->carry,
                 .net = p->net,
                 .carry_open = p->carry_open,
                 .statement = eh_str_n(p->statement, p->statement_size)},
        .paid_version = p->paid_version,
        .revenue = p->revenue,
        .ratings = p->ratings,
        .rating_sum = p->rating_sum,
        .reopened = p->reopened,
        .by_closings = e->rules < EH_RULES_TICKETS,
        .firsts = p->firsts,
        .cancelled = p->cancelled,
        .responses = p->responses,
        .cycles = p->cycles,
        .response_ms = p->response_ms,
        .cycle_ms = p->cycle_ms,
        .with_answers = e->rules >= EH_RULES_ANSWERS,
        .answers = p->answers,
        .answers_timed = p->answers_timed,
        .answers_in_time = p->answers_in_time,
        .answer_ms = p->answer_ms,
        .handle = slot,
    };
}

bool eh_engine_period(const struct eh_engine *e, struct eh_str id, struct eh_period period,
                      struct eh_period_view *ret)
{
    uint32_t team = eh_interner_find(&e->roster.team_ids, id);
    if (team == NONE || !e->desk)
        return false;
    int32_t first = eh_period_first(period);
    uint32_t slot = eh_period_find(e, e->roster.teams[team].periods, first);
    const struct eh_bonus_plan *plan = eh_desk_plan(e->desk->desk, id, first);
    if (slot != NONE && eh_period_equal(e->periods.slots[slot].period, period))
        *ret = period_view(e, slot);
    else if (plan && plan->from.kind == period.kind && !eh_period_settled(e, team, first))
        *ret = (struct eh_period_view){.team = e->roster.team_ids.items[team],
                                       .period = period,
                                       .plan = plan,
                                       .state = EH_PERIOD_OPEN,
                                       .published_late = period_is_late(e, team, first),
                                       .by_closings = e->rules < EH_RULES_TICKETS,
                                       .with_answers = e->rules >= EH_RULES_ANSWERS,
                                       .handle = NONE};
    else
        return false;
    return true;
}

/* The earliest period after a date, in a list with the latest first. */
static bool period_next_after(const struct eh_engine *e, uint32_t head, int32_t after,
                              struct eh_period_view *ret)
{
    uint32_t found = NONE;
    for (uint32_t at = head; at != NONE && e->periods.slots[at].first > after;
         at = e->periods.slots[at].older)
        found = at;
    if (found != NONE)
        *ret = period_view(e, found);
    return found != NONE;
}

bool eh_engine_period_after(const struct eh_engine *e, struct eh_str id, int32_t after,
                            struct eh_period_view *ret)
{
    uint32_t team = eh_interner_find(&e->roster.team_ids, id);
    return team != NONE && period_next_after(e, e->roster.teams[team].periods, after, ret);
}

bool eh_engine_shadow_after(const struct eh_engine *e, struct eh_str id, int32_t after,
                            struct eh_period_view *ret)
{
    uint32_t team = eh_interner_find(&e->roster.team_ids, id);
    return team != NONE && period_next_after(e, e->roster.teams[team].shadow_periods, after, ret);
}

static void facts_tell(const struct eh_engine *e, uint32_t head, eh_fact_fn *each, void *context)
{
    for (uint32_t at = head; at != NONE; at = e->facts.slots[at].next) {
        const struct fact *fact = &e->facts.slots[at];
        struct eh_fact_view view = {
            .type = fact->type,
            .kind = interned(&e->roster.kind_ids, fact->kind),
            .rep = interned(&e->roster.rep_ids, fact->rep),
            .name = fact->type == EH_FACT_IMPORT ? fact_name(fact) : eh_str_n(NULL, 0),
            .closed = fact->closed,
            .won = fact->won,
            .lost = fact->lost,
            .handled = fact->type == EH_FACT_KIND ? fact->count : 0,
            .paid_minutes = fact->paid,
            .contract_minutes = fact->contract,
            .has_paid = fact->has_paid,
            .has_contract = fact->has_contract,
            .excluded = fact->excluded,
            .count = fact->type == EH_FACT_IMPORT ? fact->count : 0,
            .last = fact->last,
            .sum = fact->sum,
        };
        each(context, &view);
    }
}

bool eh_engine_set_aside(const struct eh_engine *e, struct eh_str team_id, struct eh_period period,
                         struct eh_str rep_id, struct eh_set_aside *ret)
{
    uint32_t team = eh_interner_find(&e->roster.team_ids, team_id);
    uint32_t rep = eh_interner_find(&e->roster.rep_ids, rep_id);
    uint32_t at = team == NONE || rep == NONE
                      ? NONE
                      : eh_period_find(e, e->roster.teams[team].periods, eh_period_first(period));
    if (at == NONE || !eh_period_equal(e->periods.slots[at].period, period))
        return false;
    uint32_t slot = eh_fact_find(e, at, EH_FACT_REP, rep, NONE);
    const struct fact *fact = slot == NONE ? NULL : &e->facts.slots[slot];
    if (!fact || (!fact->excluded && fact->name_size == 0))
        return false;
    struct eh_str reason = fact_name(fact);
    *ret = (struct eh_set_aside){.excluded = fact->excluded, .by = eh_text_list_next(&reason)};
    ret->reason = reason;
    return true;
}

void eh_engine_facts(const struct eh_engine *e, const struct eh_period_view *view, eh_fact_fn *each,
                     void *context)
{
    if (view->handle == NONE)
        return;
    facts_tell(e, e->periods.slots[view->handle].facts, each, context);
    facts_tell(e, e->periods.slots[view->handle].imports, each, context);
}

int64_t eh_engine_carry_open(const struct eh_engine *e, struct eh_str id)
{
    uint32_t team = eh_interner_find(&e->roster.team_ids, id);
    return team == NONE ? 0 : e->roster.teams[team].purse.carry_open;
}

void eh_engine_shadow(struct eh_engine *e, const struct eh_bonus_plan *plans, size_t count)
{
    for (uint32_t team = 0; team < e->roster.team_ids.count; team++)
        while (e->roster.teams[team].shadow_periods != NONE)
            eh_period_drop(e, e->roster.teams[team].shadow_periods);
    e->shadow.plans = plans;
    e->shadow.count = count;
}

int eh_engine_shadow_put(const struct eh_engine *e, struct eh_bytes *out)
{
    eh_periods_put(e, true, out);
    return out->failed ? -EH_ENOMEM : 0;
}

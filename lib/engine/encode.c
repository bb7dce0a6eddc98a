/*
 * encode: the canonical bytes of every object of the state.
 *
 * The same bytes stand in snapshots, in images and under the digest. Names are written as ids,
 * never as numbers.
 */
#include "encode.h"

#include "answer_bytes.h"
#include "canonical.h"
#include "changed.h"
#include "image.h"
#include "interner.h"
#include "journal.h"
#include "pending.h"
#include "set_name.h"
#include "skill_set.h"
#include "state.h"
#include "stored.h"
#include "story.h"
#include "tail.h"
#include "ticket.h"
#include "turns.h"

#include <stdlib.h>

/* ---- tickets */

static void story_put(const struct eh_engine *e, const struct story *story, struct eh_bytes *out)
{
    eh_bytes_put_u8(out, story != NULL);
    if (!story)
        return;
    eh_story_put_sum(&story->base, out);
    eh_bytes_put_str(out, interned(&e->roster.team_ids, story->first_team));
    eh_bytes_put_str(out, eh_str_n((const char *)story->journal, story->journal_size));
}

static uint8_t ticket_state(const struct ticket *t)
{
    return (uint8_t)(t->state | (t->aside ? TICKET_ASIDE : 0) | (t->left ? TICKET_LEFT : 0) |
                     (t->returned ? TICKET_RETURNED : 0) | (t->kept ? TICKET_KEPT : 0) |
                     (t->taken ? TICKET_TAKEN : 0));
}

static uint8_t ticket_more(const struct ticket *t)
{
    return (uint8_t)((t->answered ? TICKET_ANSWERED : 0) | (t->overflowed ? TICKET_OVERFLOWED : 0) |
                     (t->lapsed ? TICKET_LAPSED : 0));
}

void eh_encode_ticket(const struct eh_engine *e, const struct ticket *t, struct eh_bytes *out)
{
    eh_bytes_put_u8(out, IMAGE_VERSION);
    eh_bytes_put_u(out, t->no);
    eh_bytes_put_str(out, ticket_source(t));
    eh_bytes_put_str(out, ticket_id(t));
    eh_bytes_put_str(out, ticket_skills(t));
    eh_put_key(out, t->digest);
    eh_bytes_put_u8(out, t->has_customer);
    if (t->has_customer)
        eh_put_key(out, ticket_customer(t));
    eh_bytes_put_str(out, interned(&e->roster.team_ids, t->team));
    eh_bytes_put_str(out, interned(&e->roster.kind_ids, t->kind));
    eh_bytes_put_str(out, interned(&e->roster.rep_ids, t->rep));
    eh_bytes_put_str(out, interned(&e->roster.rep_ids, t->was));
    eh_bytes_put_u8(out, ticket_state(t));
    eh_bytes_put_u8(out, t->priority);
    eh_bytes_put_u8(out, t->outcome);
    eh_bytes_put_u(out, t->points);
    eh_bytes_put_u(out, t->deals);
    eh_bytes_put_i(out, t->value);
    eh_bytes_put_i(out, t->refunded);
    eh_bytes_put_i(out, t->received_us);
    eh_bytes_put_i(out, t->assigned_us);
    eh_bytes_put_i(out, eh_ticket_closed_us(t));
    eh_bytes_put_u(out, t->stream_ms);
    eh_bytes_put_u(out, t->stream_no);
    eh_bytes_put_u8(out, t->receipted);
    eh_bytes_put_i(out, t->booked);
    eh_bytes_put_i(out, t->created_us);
    eh_bytes_put_i(out, t->first_us);
    eh_bytes_put_i(out, t->closed_date);
    story_put(e, t->story, out);
    eh_bytes_put_i(out, eh_changed_get(e, t));
    eh_tail_put(e, t, out);
    eh_bytes_put_u(out, t->likeness);
    eh_contents_put(e, t, out);
    eh_bytes_put_u8(out, ticket_more(t));
    eh_answer_put(e, t, out);
}

/* ---- the others */

static void rate_put(struct eh_bytes *out, const struct rate *rate)
{
    eh_bytes_put_i(out, rate->minute_us);
    eh_bytes_put_i(out, rate->last_us);
    eh_bytes_put_u(out, rate->minute_count);
    eh_bytes_put_u(out, rate->day_count);
    eh_bytes_put_i(out, rate->date);
}

static void held_put(struct eh_bytes *out, const struct held *held)
{
    eh_bytes_put_i(out, held->until_us);
    eh_bytes_put_i(out, held->for_s);
    eh_bytes_put_u8(out, held->status);
    eh_bytes_put_u8(out, held->has_for);
    eh_bytes_put_str(out, eh_str_n(held->reason, held->reason_size));
    eh_bytes_put_str(out, eh_str_n(held->by, held->by_size));
}

static uint8_t rep_flags(const struct rep *rep)
{
    return (uint8_t)((rep->signalled ? REP_SIGNALLED : 0) | (rep->releasing ? REP_RELEASING : 0) |
                     (rep->gone ? REP_GONE : 0) | (rep->back ? REP_BACK : 0) |
                     (rep->leaves_told ? REP_LEAVES_TOLD : 0) | (rep->ended ? REP_ENDED : 0));
}

void eh_encode_rep(const struct eh_engine *e, uint32_t no, struct eh_bytes *out)
{
    const struct rep *rep = &e->roster.reps[no];
    eh_bytes_put_str(out, e->roster.rep_ids.items[no]);
    eh_bytes_put_u8(out, rep->status);
    eh_bytes_put_u8(out, rep_flags(rep));
    eh_bytes_put_i(out, rep->since_us);
    eh_bytes_put_i(out, rep->until_us);
    eh_bytes_put_str(out, eh_str_n(rep->reason, rep->reason_size));
    eh_bytes_put_str(out, eh_str_n(rep->scope, rep->scope_size));
    eh_bytes_put_u(out, rep->released);
    eh_bytes_put_u(out, rep->release_round);
    eh_bytes_put_str(out, eh_str_n(rep->leaves, rep->leaves_size));
    eh_bytes_put_str(out, eh_str_n(rep->by, rep->by_size));
    eh_bytes_put_u(out, rep->overloads);
    eh_bytes_put_i(out, rep->overload_over_us);
    eh_bytes_put_str(out, eh_str_n(rep->away_in, rep->away_in_size));
    held_put(out, &rep->held);
    rate_put(out, &rep->changes);
    rate_put(out, &rep->said);
    eh_bytes_put_u(out, rep->newest_ms);
    eh_bytes_put_u(out, rep->newest_no);
}

void eh_encode_account(const struct eh_engine *e, const struct account *a, struct eh_bytes *out)
{
    eh_bytes_put_str(out, e->roster.team_ids.items[a->team]);
    eh_bytes_put_str(out, e->roster.rep_ids.items[a->rep]);
    eh_bytes_put_i(out, a->received);
    eh_put_wide(out, a->received_value);
    eh_put_amount(out, a->offset);
    eh_put_wide(out, a->turns);
}

void eh_encode_dealt(const struct eh_engine *e, const struct account *a, struct eh_bytes *out)
{
    eh_bytes_put_str(out, e->roster.team_ids.items[a->team]);
    eh_bytes_put_str(out, e->roster.rep_ids.items[a->rep]);
    eh_bytes_put_i(out, a->dealt.hour_s);
    eh_bytes_put_u(out, a->dealt.in_hour);
    eh_bytes_put_i(out, a->dealt.date);
    eh_bytes_put_u(out, a->dealt.on_day);
}

void eh_encode_pause(const struct eh_engine *e, const struct pause *pause, struct eh_bytes *out)
{
    eh_bytes_put_u8(out, 0); /* of a ticket */
    eh_bytes_put_u(out, e->tickets.slots[pause->slot].no);
    eh_bytes_put_u(out, pause->input);
    eh_bytes_put_i(out, pause->since_us);
    eh_bytes_put_u8(out, pause->full);
}

void eh_encode_pausing(const struct eh_engine *e, const struct account *a, struct eh_bytes *out)
{
    eh_bytes_put_u8(out, 1); /* of an account */
    eh_bytes_put_str(out, e->roster.team_ids.items[a->team]);
    eh_bytes_put_str(out, e->roster.rep_ids.items[a->rep]);
    eh_bytes_put_i(out, a->pausing.date);
    eh_bytes_put_u(out, a->pausing.begun);
}

void eh_encode_ramp(const struct eh_engine *e, const struct account *a, struct eh_bytes *out)
{
    eh_bytes_put_str(out, e->roster.team_ids.items[a->team]);
    eh_bytes_put_str(out, e->roster.rep_ids.items[a->rep]);
    eh_bytes_put_i(out, a->ramp.gone_us);
    eh_bytes_put_i(out, a->ramp.from_us);
    eh_bytes_put_u(out, a->ramp.mark);
}

void eh_encode_ledger(const struct eh_engine *e, uint32_t team, struct eh_bytes *out)
{
    const struct ledger *ledger = &e->roster.teams[team].ledger;
    eh_bytes_put_str(out, e->roster.team_ids.items[team]);
    eh_bytes_put_u8(out, ledger->used);
    eh_bytes_put_u(out, ledger->dealt);
    eh_put_wide(out, ledger->dealt_value);
    eh_bytes_put_i(out, ledger->in_transit);
    eh_put_wide(out, ledger->in_transit_value);
    eh_put_amount(out, ledger->loose);
}

void eh_encode_set(const struct eh_engine *e, const struct team *team, const struct skill_set *set,
                   struct eh_bytes *out)
{
    eh_bytes_put_str(out, team->desk->id);
    eh_set_name_put(e, set, out);
    eh_bytes_put_u8(out, set->dealt);
    eh_put_amount(out, set->cumulative);
    eh_put_amount(out, set->carry);
    eh_put_wide(out, set->turns.cumulative);
    eh_put_wide(out, set->turns.carry);
    eh_bytes_put_u(out, set->turns.level);
}

void eh_encode_slot(const struct slot *slot, struct eh_bytes *out)
{
    eh_bytes_put_u(out, slot->slots);
    eh_bytes_put_u(out, slot->credit);
    eh_put_wide(out, slot->offset);
}

void eh_encode_pending(const struct pending_outcome *p, struct eh_bytes *out)
{
    eh_bytes_put_u(out, p->input);
    eh_put_key(out, p->identity);
    eh_bytes_put_i(out, p->until_us);
    eh_bytes_put_u(out, p->stream_ms);
    eh_bytes_put_u(out, p->stream_no);
    eh_bytes_put_u8(out, (uint8_t)(p->origin | (p->judged ? PENDING_JUDGED : 0)));
    eh_bytes_put_str(out, eh_str_n((const char *)p->body, p->body_size));
}

void eh_encode_purse(const struct eh_engine *e, uint32_t team, struct eh_bytes *out)
{
    const struct purse *purse = &e->roster.teams[team].purse;
    eh_bytes_put_str(out, e->roster.team_ids.items[team]);
    eh_bytes_put_u8(out, purse->used);
    eh_bytes_put_i(out, purse->planned_on);
    eh_bytes_put_i(out, purse->settled);
    eh_bytes_put_i(out, purse->carry_open);
}

/* Frozen facts and statements stand here as hashes: this function runs at every outcome. */
void eh_encode_period(const struct eh_engine *e, const struct period *p, struct eh_bytes *out)
{
    eh_bytes_put_str(out, e->roster.team_ids.items[p->team]);
    eh_bytes_put_u8(out, p->period.kind);
    eh_bytes_put_i(out, p->period.number);
    eh_bytes_put_u8(out, p->state);
    eh_bytes_put_u(out, p->late);
    eh_bytes_put_u(out, p->last_version);
    eh_bytes_put_u(out, p->paid_version);
    eh_bytes_put_i(out, p->gross);
    eh_bytes_put_i(out, p->carry);
    eh_bytes_put_i(out, p->net);
    eh_bytes_put_i(out, p->carry_open);
    eh_put_key(out, p->frozen_key);
    eh_put_key(out, p->statement_key);
    eh_put_wide(out, p->revenue);
    eh_put_wide(out, p->response_ms);
    eh_put_wide(out, p->cycle_ms);
    eh_bytes_put_i(out, p->ratings);
    eh_bytes_put_i(out, p->rating_sum);
    eh_bytes_put_i(out, p->reopened);
    eh_bytes_put_i(out, p->responses);
    eh_bytes_put_i(out, p->cycles);
    if (e->rules < EH_RULES_TICKETS) /* DESK inputs of older logs recall such bytes */
        return;
    eh_bytes_put_i(out, p->firsts);
    eh_bytes_put_i(out, p->cancelled);
    if (e->rules < EH_RULES_ANSWERS)
        return;
    eh_put_wide(out, p->answer_ms);
    eh_bytes_put_i(out, p->answers);
    eh_bytes_put_i(out, p->answers_timed);
    eh_bytes_put_i(out, p->answers_in_time);
}

void eh_encode_fact(const struct eh_engine *e, const struct fact *fact, struct eh_bytes *out)
{
    eh_bytes_put_u8(out, fact->type);
    eh_bytes_put_str(out, interned(&e->roster.rep_ids, fact->rep));
    eh_bytes_put_str(out, interned(&e->roster.kind_ids, fact->kind));
    eh_bytes_put_str(out, eh_str_n(fact->name, fact->name_size));
    eh_bytes_put_u8(out, (uint8_t)((fact->has_paid ? FACT_PAID : 0) |
                                   (fact->has_contract ? FACT_CONTRACT : 0) |
                                   (fact->excluded ? FACT_EXCLUDED : 0)));
    const int64_t numbers[] = {fact->closed,   fact->won,   fact->lost, fact->paid,
                               fact->contract, fact->count, fact->last};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        eh_bytes_put_i(out, numbers[i]);
    eh_put_wide(out, fact->sum);
}

void eh_encode_past(const struct eh_engine *e, uint32_t no, struct eh_bytes *out)
{
    const struct past *past = &e->roster.teams[no].past;
    eh_bytes_put_str(out, e->roster.team_ids.items[no]);
    eh_bytes_put_i(out, past->day);
    eh_bytes_put_u(out, past->count);
    for (uint32_t i = 0; i < past->count; i++) {
        eh_bytes_put_str(out, e->roster.rep_ids.items[past->stays[i].rep]);
        eh_bytes_put_i(out, past->stays[i].from);
        eh_bytes_put_i(out, past->stays[i].until);
    }
}

void eh_encode_since(const struct eh_engine *e, uint32_t no, struct eh_bytes *out)
{
    eh_bytes_put_str(out, e->roster.rep_ids.items[no]);
    eh_bytes_put_i(out, e->roster.reps[no].since);
    eh_bytes_put_i(out, e->roster.reps[no].since_until);
}

void eh_encode_cancelled(const struct cancelled *c, struct eh_bytes *out)
{
    eh_bytes_put_u(out, c->key);
    eh_bytes_put_i(out, c->at_us);
    eh_bytes_put_str(out, eh_str_n(c->id, c->id_size));
}

void eh_encode_clock(const struct eh_engine *e, const struct clock *c, struct eh_bytes *out)
{
    eh_bytes_put_u(out, e->tickets.slots[c->slot].no);
    eh_bytes_put_u8(out, (uint8_t)((c->own ? CLOCK_OWN : 0) | (c->late ? CLOCK_LATE : 0) |
                                   (c->stopped ? CLOCK_STOPPED : 0)));
    eh_bytes_put_u8(out, c->raised);
    for (uint32_t i = 0; i < CLOCK_EVENTS; i++) {
        eh_bytes_put_i(out, c->moments[i].at_us);
        eh_bytes_put_i(out, c->moments[i].left_us);
    }
}

void eh_encode_last(const struct eh_engine *e, const struct last *last, struct eh_bytes *out)
{
    uint8_t customer[16];
    eh_key_bytes(last->customer, customer);
    eh_bytes_put_str(out, interned(&e->roster.team_ids, last->team));
    eh_bytes_put(out, customer, sizeof customer);
    eh_bytes_put_str(out, interned(&e->roster.rep_ids, last->rep));
    eh_bytes_put_i(out, last->closed_us);
    eh_bytes_put_u(out, last->ticket);
}

void eh_encode_zones(const struct eh_engine *e, struct eh_bytes *out)
{
    eh_bytes_put_u(out, e->zones.count);
    for (uint32_t i = 0; i < e->zones.count; i++) {
        eh_bytes_put_i(out, e->zones.said[i].from);
        eh_bytes_put_str(out, e->zones.names.items[e->zones.said[i].zone]);
    }
}

/* The ids of plans that were published before there was a rule for what nobody earns
 * (EH_RULES_TIES): the desk's text does not say it. */
static void published_put(const struct eh_engine *e, struct eh_bytes *out)
{
    uint32_t count = 0, plans = e->desk ? e->desk->desk->plan_count : 0;
    for (uint32_t i = 0; i < plans; i++)
        count += e->desk->desk->plans[i].before_unearned;
    eh_bytes_put_u(out, count);
    for (uint32_t i = 0; i < plans; i++)
        if (e->desk->desk->plans[i].before_unearned)
            eh_bytes_put_str(out, e->desk->desk->plans[i].id);
}

void eh_encode_globals(const struct eh_engine *e, struct eh_bytes *out)
{
    eh_bytes_put_u(out, e->input);
    eh_bytes_put_u(out, e->seq);
    eh_bytes_put_u(out, e->dead);
    eh_bytes_put_i(out, e->at_us);
    eh_bytes_put_i(out, e->date);
    eh_bytes_put_u8(out, e->has_day);
    eh_bytes_put_u(out, e->epochs.current);
    eh_bytes_put_u(out, e->rules);
    eh_bytes_put_str(out, interned(&e->roster.team_ids, e->ready.turn));
    eh_bytes_put_u8(out, e->desk != NULL);
    if (e->desk)
        eh_bytes_put(out, e->desk->sha256, sizeof e->desk->sha256);
    if (e->rules >= EH_RULES_STAYS) {
        eh_bytes_put_i(out, e->told_from);
        eh_encode_zones(e, out);
    }
    if (e->rules >= EH_RULES_AT_MOST)
        eh_bytes_put_i(out, e->hours.clock_s);
    published_put(e, out);
    if (e->epochs.committed) /* last: states without commitments end before this */
        eh_bytes_put(out, e->epochs.commitment, sizeof e->epochs.commitment);
}

/*
 * deal: one decision at a time: who gets this ticket; and the dealing of what waits in the queues.
 *
 * The draw comes before any change, so a decision that cannot be made leaves no trace.
 *
 * A step has a limit of effects. Deals that a step made possible beyond that limit are left over.
 * DUE inputs deal what is left over, the teams in turn; other inputs may come between them. A
 * ticket that comes meanwhile waits behind what is left over in its own team, and behind nothing
 * else.
 */
#include "deal.h"

#include "affinity.h"
#include "first_policies.h"
#include "detail.h"
#include "digest.h"
#include "effects.h"
#include "eligible.h"
#include "interner.h"
#include "lasts.h"
#include "ledger.h"
#include "limits.h"
#include "member.h"
#include "observe.h"
#include "policy.h"
#include "queue.h"
#include "ready.h"
#include "skill_set.h"
#include "state.h"
#include "step.h"
#include "ticket.h"
#include "tickets.h"

void eh_deal_detach(struct eh_engine *e, uint32_t slot)
{
    struct ticket *t = &e->tickets.slots[slot];
    if (t->state == EH_TICKET_WAITING) {
        eh_queue_remove(e, slot);
        return;
    }
    uint32_t rep = t->rep; /* of a held one NONE */
    eh_clock_given(e, slot);
    if (rep != NONE) {
        eh_ledger_lift(e, t);
        eh_ticket_take(e, slot);
    }
    eh_ticket_count(e, t, false);
    t->state = EH_TICKET_WAITING;
    t->rep = NONE;
    t->taken = false;
    eh_ticket_count(e, t, true);
    if (rep != NONE)
        eh_eligible_refresh(e, rep);
}

static int ticket_hand_over(struct step *s, uint32_t slot, uint32_t rep, uint32_t was,
                            const struct decision *decision)
{
    struct eh_engine *e = s->e;
    struct ticket *t = &e->tickets.slots[slot];
    uint32_t position = eh_member_position(e, t->team, rep);
    eh_require(position != NONE && t->state == EH_TICKET_WAITING);

    s->touched = true;
    eh_ledger_book(e, t, position, decision->alone); /* before eligibility changes */
    eh_ticket_count(e, t, false);
    t->state = EH_TICKET_ASSIGNED;
    eh_ticket_count(e, t, true);
    if (e->roster.kinds[t->kind].points)
        t->points = e->roster.kinds[t->kind].points;
    else if (t->points == 0)
        t->points = 1; /* its kind left the desk before it was ever dealt */
    t->assigned_us = s->now_us;
    if (t->first_us == 0)
        t->first_us = s->now_us;
    t->was = NONE;
    t->left = t->returned = t->lapsed = false;
    eh_ticket_give(e, slot, rep);
    eh_eligible_refresh(e, rep);
    eh_digest_ticket(e, slot);
    int r = eh_clock_dealt(s, slot);
    return r < 0 ? r : eh_step_emit(s, EH_NOTICE_ASSIGNED, t, rep, was, decision);
}

static void team_count_dealt(struct eh_engine *e, uint32_t team_no, uint32_t rep)
{
    const struct team *team = &e->roster.teams[team_no];
    uint32_t at = eh_member_position(e, team_no, rep);
    if (at != NONE)
        eh_limit_count(e, team, &team->members[at]);
}

int eh_deal_book(struct step *s, uint32_t slot, uint32_t rep, uint32_t was,
                 const struct decision *decision)
{
    struct ticket *t = &s->e->tickets.slots[slot];
    if (decision->owned)
        eh_ledger_take_up(s->e, t, rep);
    int r = eh_watch_tell(s->e, t, rep, decision, s->now_us);
    if (r < 0)
        return r;
    t->deals++;
    if (decision->dealt)
        team_count_dealt(s->e, t->team, rep);
    return ticket_hand_over(s, slot, rep, was, decision);
}

int eh_deal_return(struct step *s, uint32_t slot, uint32_t rep)
{
    const struct decision decision = {.why = "returned"};
    eh_ledger_take_up(s->e, &s->e->tickets.slots[slot], rep);
    return ticket_hand_over(s, slot, rep, NONE, &decision);
}

static struct eh_draw_query draw_query(const struct eh_engine *e, const struct ticket *t,
                                       const uint8_t digest[16])
{
    return (struct eh_draw_query){.epoch = e->epochs.current,
                                  .desk = e->desk->desk->id,
                                  .team = interned(&e->roster.team_ids, t->team),
                                  .source = ticket_source(t),
                                  .ticket = ticket_id(t),
                                  .digest = digest,
                                  .deal = t->deals + 1};
}

/* Chooses a rep among those in the set's tree, of whom there is at least one. */
static int rep_choose(struct step *s, const struct ticket *t, struct eh_bytes *detail,
                      struct decision *ret, uint32_t *ret_at)
{
    const struct team *team = &s->e->roster.teams[t->team];
    const struct skill_set *set = &team->sets[t->set];
    const struct node *all = &set->tree[1];
    *ret = (struct decision){
        .why = team->policy->name, .eligible = all->count, .weight = all->weight, .dealt = true};
    if (all->count == 1) {
        *ret_at = eh_eligible_at_weight(team, set, 0);
        return 0;
    }
    if (!s->in->draws)
        return -EH_ECORRUPT;
    uint8_t digest[16];
    eh_key_bytes(t->digest, digest);
    struct eh_choice choice = {.engine = s->e,
                               .team = team,
                               .set = set,
                               .query = draw_query(s->e, t, digest),
                               .value = eh_ledger_booked(s->e, t),
                               .mean = eh_ledger_mean(s->e, t),
                               .detail = detail};
    s->in->draws->count = 0;
    ret->draws = s->in->draws;
    int r = team->policy->choose(&choice, s->in->draws, ret_at);
    if (r < 0)
        return r;
    ret->detail = eh_str_n((const char *)detail->data, detail->size);
    ret->chances = true;
    return eh_watch_chances(s->e, &choice);
}

/* The position of the rep who released the ticket, if both that rep and another one could get it;
 * else NONE. */
static uint32_t rep_to_avoid(const struct eh_engine *e, const struct ticket *t)
{
    const struct team *team = &e->roster.teams[t->team];
    const struct skill_set *set = &team->sets[t->set];
    uint32_t at = t->was == NONE ? NONE : eh_member_position(e, t->team, t->was);
    return at != NONE && set->tree[team->leaves + at].count && set->tree[1].count > 1 ? at : NONE;
}

/* Why a ticket that somebody had before is dealt again. */
static const char *ticket_why_again(const struct ticket *t)
{
    return t->left       ? "left"
           : t->lapsed   ? "unanswered"
           : t->kept     ? "dropped"
           : t->returned ? "return"
                         : "release";
}

/* Deals by the team's policy, which passes over the rep at `avoid` (or NONE). */
static int ticket_deal_by_policy(struct step *s, uint32_t slot, uint32_t avoid)
{
    struct eh_engine *e = s->e;
    const struct ticket *t = &e->tickets.slots[slot];
    const struct team *team = &e->roster.teams[t->team];
    uint8_t room[DETAIL_MAX];
    struct eh_bytes detail = {room, 0, sizeof room, false};
    struct decision decision;
    uint32_t at;
    if (avoid != NONE)
        eh_eligible_mask(e, t->team, t->set, avoid, false);
    if (team->policy->prepare && team->policy->prepare(e, t->team, t->set, avoid))
        s->touched = true;
    int r = rep_choose(s, t, &detail, &decision, &at);
    if (avoid != NONE)
        eh_eligible_mask(e, t->team, t->set, avoid, true);
    if (r < 0)
        return r;
    if (team->policy->took) {
        s->touched = true;
        team->policy->took(e, t->team, t->set, at, avoid, &decision);
    }
    if (t->was != NONE)
        decision.why = ticket_why_again(t);
    return eh_deal_book(s, slot, team->members[at].rep, t->was, &decision);
}

/* The first builds took desk files that asked for affinity, and did not deal by it. They had two
 * policies, and the log says how the ticket was dealt. */
static bool is_before_affinity(const struct step *s)
{
    const struct eh_engine *e = s->e;
    const struct eh_draws *draws = s->in->draws;
    return eh_step_was(s, EH_RECORDED_TAKEN) && eh_desk_has_first_policies(e) && draws &&
           draws->affinity && !draws->affinity(draws->context, e->seq + 1);
}

/* Which ticket of the customer the rep closed, and when. */
static void detail_put_last(const struct last *last, struct eh_bytes *out)
{
    eh_bytes_put_u8(out, DETAIL_LAST);
    eh_bytes_put_u(out, last->ticket);
    eh_bytes_put_i(out, last->closed_us);
}

/* Deals a ticket that waits outside its queue, while somebody is eligible. */
static int ticket_deal(struct step *s, uint32_t slot)
{
    const struct ticket *t = &s->e->tickets.slots[slot];
    const struct last *last;
    if (eh_eligible_end_ramps(s->e, t->team))
        s->touched = true;
    uint32_t avoid = rep_to_avoid(s->e, t), at = eh_affinity_find(s->e, t, s->now_us, &last);
    if (at == NONE || at == avoid || is_before_affinity(s))
        return ticket_deal_by_policy(s, slot, avoid);
    uint8_t room[DETAIL_MAX];
    struct eh_bytes detail = {room, 0, sizeof room, false};
    if (last)
        detail_put_last(last, &detail);
    struct decision decision = {.why = "affinity",
                                .dealt = true,
                                .detail = eh_str_n((const char *)detail.data, detail.size)};
    return eh_deal_book(s, slot, s->e->roster.teams[t->team].members[at].rep, t->was, &decision);
}

/* ---- the queues */

/* The ticket that the team deals next: the highest priority, then the first to be answered, then
 * the oldest. */
static uint32_t team_best_waiting(const struct eh_engine *e, const struct team *team)
{
    const struct ticket *best = NULL;
    for (uint64_t left = team->ready; left; left &= left - 1) {
        const struct ticket *t = &e->tickets.slots[team->sets[__builtin_ctzll(left)].queue[0]];
        if (!best || eh_ticket_before(e, t, best))
            best = t;
    }
    return (uint32_t)(best - e->tickets.slots);
}

/* Rules before EH_RULES_SLICES: the ticket that all teams together deal next. */
static uint32_t desk_best_waiting(const struct eh_engine *e)
{
    uint32_t best = NONE;
    for (uint32_t i = 0; i < e->roster.team_ids.count; i++) {
        if (!e->roster.teams[i].ready)
            continue;
        uint32_t slot = team_best_waiting(e, &e->roster.teams[i]);
        if (best == NONE || eh_ticket_before(e, &e->tickets.slots[slot], &e->tickets.slots[best]))
            best = slot;
    }
    return best;
}

/* The place on the desk behind this team, which may have left the desk; NONE: the first place. */
static uint32_t team_place_behind(const struct eh_engine *e, uint32_t team)
{
    const struct eh_desk *desk = e->desk->desk;
    if (team == NONE)
        return 0;
    if (e->roster.teams[team].desk)
        return e->roster.teams[team].desk_index + 1;
    uint32_t place = 0;
    while (place < desk->team_count &&
           eh_str_compare(desk->teams[place].id, interned(&e->roster.team_ids, team)) < 0)
        place++;
    return place;
}

/* The next team that may deal in this step, or NONE. Only DUE inputs deal what was left over before
 * the step: no other input has the effects of what happened earlier. */
static uint32_t team_in_turn(const struct step *s, bool any)
{
    const struct eh_engine *e = s->e;
    uint32_t place = e->ready.count ? team_place_behind(e, s->turn) : 0;
    for (uint32_t i = 0; i < e->ready.count; i++) {
        uint32_t team = eh_ready_team(e, place);
        if (any || e->roster.teams[team].ready_since == s->in->no)
            return team;
        place = e->roster.teams[team].desk_index + 1;
    }
    return NONE;
}

uint32_t eh_deal_next(const struct step *s)
{
    uint32_t team = team_in_turn(s, true);
    return team == NONE ? NONE : team_best_waiting(s->e, &s->e->roster.teams[team]);
}

static int ticket_deal_waiting(struct step *s, uint32_t slot)
{
    s->touched = true;
    eh_queue_remove(s->e, slot);
    return ticket_deal(s, slot);
}

static int desk_deal_best(struct step *s)
{
    int r = 0;
    for (; r == 0 && s->e->ready.count > 0 && s->deals_left > 0; s->deals_left--)
        r = ticket_deal_waiting(s, desk_best_waiting(s->e));
    return r;
}

int eh_deal_waiting(struct step *s)
{
    struct eh_engine *e = s->e;
    if (e->rules < EH_RULES_SLICES)
        return desk_deal_best(s);
    int r = 0;
    for (uint32_t team; r == 0 && (team = team_in_turn(s, s->m.type == EH_MESSAGE_DUE)) != NONE;) {
        uint32_t slot = team_best_waiting(e, &e->roster.teams[team]);
        if (!e->tickets.slots[slot].given_back && s->deals_left-- == 0) {
            s->deals_left = 0;
            break;
        }
        s->turn = team;
        r = ticket_deal_waiting(s, slot);
    }
    return r;
}

/* Whether other tickets were there before, or nobody is eligible. */
static bool ticket_must_queue(const struct eh_engine *e, const struct ticket *t)
{
    const struct team *team = &e->roster.teams[t->team];
    bool left_over = e->rules < EH_RULES_SLICES ? e->ready.count > 0 : team->ready != 0;
    return left_over || team->sets[t->set].tree[1].count == 0;
}

int eh_deal_or_wait(struct step *s, uint32_t slot)
{
    struct eh_engine *e = s->e;
    struct ticket *t = &e->tickets.slots[slot];
    if (!ticket_must_queue(e, t))
        return ticket_deal(s, slot);
    int r = eh_queue_reserve(e, t->team, t->set);
    if (r < 0)
        return r;
    s->touched = true;
    eh_queue_push(e, slot);
    r = eh_clock_wait(s, slot);
    if (r == 0 && e->rules < EH_RULES_SLICES)
        r = desk_deal_best(s);
    if (r < 0 || t->state != EH_TICKET_WAITING)
        return r;
    eh_digest_ticket(e, slot);
    struct decision decision = {.why = eh_waiting_why(e, t)};
    return eh_step_emit(s, EH_NOTICE_WAITING, t, NONE, t->was, &decision);
}

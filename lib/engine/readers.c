/*
 * readers: what others may see of the state. Nothing here changes or stores anything.
 */
#include "account.h"
#include "amount.h"
#include "answering.h"
#include "image.h"
#include "index.h"
#include "hours_view.h"
#include "interner.h"
#include "leaves.h"
#include "ledger.h"
#include "member.h"
#include "policy.h"
#include "queue.h"
#include "state.h"
#include "tail.h"
#include "team_list.h"
#include "ticket.h"
#include "tickets.h"

const char *eh_ticket_state_name(int state)
{
    static const char *const names[] = {
        [EH_TICKET_WAITING] = "waiting",
        [EH_TICKET_ASSIGNED] = "assigned",
        [EH_TICKET_CLOSED] = "closed",
        [EH_TICKET_HELD] = "held",
    };
    return state >= EH_TICKET_WAITING && state <= EH_TICKET_STATES ? names[state] : NULL;
}

void eh_engine_totals(const struct eh_engine *e, struct eh_totals *ret)
{
    *ret = (struct eh_totals){
        .input = e->input,
        .seq = e->seq,
        .at_us = e->at_us,
        .date = e->date,
        .epoch = e->epochs.current,
        .has_day = e->has_day,
        .rules = e->rules,
        .committed = e->epochs.committed,
        .waiting = e->tickets.waiting,
        .open = e->tickets.open,
        .held = e->tickets.held,
        .paused = e->pauses.count,
        .text_bytes = e->tickets.text_bytes,
        .pending = e->pending.list.count,
        .dead = e->dead,
    };
    memcpy(ret->commitment, e->epochs.commitment, sizeof ret->commitment);
    if (e->desk) {
        ret->desk_text = e->desk->text;
        memcpy(ret->desk_sha256, e->desk->sha256, sizeof ret->desk_sha256);
    }
}

uint32_t eh_engine_rules(const struct eh_engine *e)
{
    return e->rules;
}

const struct eh_desk *eh_engine_desk(const struct eh_engine *e)
{
    return e->desk ? e->desk->desk : NULL;
}

/* ---- tickets */

/* A time that stands still, or lies beyond the hours that were handed over, is not known. */
static void ticket_view_lapse(const struct eh_engine *e, const struct ticket *t,
                              const struct clock *c, struct eh_ticket_view *view)
{
    const struct moment *lapse = &c->moments[CLOCK_LAPSE];
    const struct eh_desk_team *team = e->roster.teams[t->team].desk;
    if (c->stopped || lapse->left_us || lapse->at_us == EH_TIME_NEVER)
        return;
    view->lapses_us = lapse->at_us;
    view->lapse_returns = team && team->unanswered_after_s && team->unanswered_returns &&
                          eh_answering_known(e, view->source);
}

static struct eh_ticket_view ticket_view(const struct eh_engine *e, const struct ticket *t)
{
    struct eh_ticket_view view = eh_ticket_view_numbers(t);
    view.source = ticket_source(t);
    view.id = ticket_id(t);
    view.skills = ticket_skills(t);
    view.resent_of = eh_ticket_resent_of(t);
    view.team = interned(&e->roster.team_ids, t->team);
    view.kind = interned(&e->roster.kind_ids, t->kind);
    view.rep = interned(&e->roster.rep_ids, t->rep);
    const struct clock *c = eh_clock_of(e, (uint32_t)(t - e->tickets.slots));
    if (c) {
        int64_t due_us = eh_clock_due_us(e, c->slot);
        view.due_us = due_us == EH_TIME_NEVER ? 0 : due_us;
        view.late = c->late;
        view.raised = c->raised;
        ticket_view_lapse(e, t, c, &view);
    }
    if (t->state == EH_TICKET_WAITING)
        view.waiting_why = eh_str(eh_waiting_why(e, t));
    const struct pause *pause = eh_pause_of(e, t);
    if (pause) {
        view.paused_us = pause->since_us;
        view.paused_counts = !eh_pause_frees(e, pause);
    }
    return view;
}

bool eh_engine_ticket(const struct eh_engine *e, struct eh_str source, struct eh_str id,
                      struct eh_ticket_view *ret)
{
    uint32_t slot = eh_ticket_find(e, eh_ticket_identity(source, id));
    if (slot != NONE)
        *ret = ticket_view(e, &e->tickets.slots[slot]);
    return slot != NONE;
}

bool eh_engine_has_customer(const struct eh_engine *e, const struct eh_input *in,
                            const uint8_t digest[16])
{
    uint32_t slot = eh_ticket_find(e, in->identity);
    return slot != NONE && e->tickets.slots[slot].has_customer &&
           eh_key_equal(ticket_customer(&e->tickets.slots[slot]), eh_key_from_bytes(digest));
}

/* A query whose names are looked up. */
struct wanted {
    const struct eh_engine *e;
    const struct eh_ticket_query *query;
    uint32_t team, rep;
};

static bool query_wants(const struct wanted *w, const struct ticket *t)
{
    return (!w->query->team.size || t->team == w->team) &&
           (!w->query->rep.size || t->rep == w->rep) &&
           (!w->query->source.size || eh_str_equal(ticket_source(t), w->query->source)) &&
           (!w->query->state || t->state == w->query->state) &&
           (!w->query->paused || eh_pause_of(w->e, t)) && t->received_us >= w->query->since_us;
}

/* The places in order[] that the query may still read: from the first above `after` on, or those
 * before it. */
static void query_bounds(const struct eh_engine *e, const struct eh_ticket_query *q,
                         uint32_t *ret_at, uint32_t *ret_left)
{
    uint32_t above = !q->newest ? eh_order_above(e, q->after)
                     : q->after ? eh_order_above(e, q->after - 1)
                                : e->tickets.order_count;
    *ret_at = q->newest ? above - 1 : above; /* it may wrap: then no place is left */
    *ret_left = q->newest ? above : e->tickets.order_count - above;
}

size_t eh_engine_tickets(const struct eh_engine *e, const struct eh_ticket_query *query, size_t max,
                         struct eh_ticket_view *ret, uint64_t *ret_after)
{
    struct wanted wanted = {
        e, query, query->team.size ? eh_interner_find(&e->roster.team_ids, query->team) : NONE,
        query->rep.size ? eh_interner_find(&e->roster.rep_ids, query->rep) : NONE};
    uint32_t at, left, passed = 0;
    uint64_t last = query->after;
    size_t count = 0;
    *ret_after = 0;
    if ((query->team.size && wanted.team == NONE) || (query->rep.size && wanted.rep == NONE))
        return 0;
    query_bounds(e, query, &at, &left);
    for (; left > 0; left--, at += query->newest ? UINT32_MAX : 1) {
        if (count == max || passed++ == EH_SCAN_MAX) {
            *ret_after = last;
            return count;
        }
        last = e->tickets.order[at].no;
        if (e->tickets.order[at].slot == NONE)
            continue;
        const struct ticket *t = &e->tickets.slots[e->tickets.order[at].slot];
        if (query_wants(&wanted, t))
            ret[count++] = ticket_view(e, t);
    }
    return count;
}

/* ---- reps and teams */

bool eh_engine_knows_team(const struct eh_engine *e, struct eh_str id)
{
    return eh_interner_find(&e->roster.team_ids, id) != NONE;
}

bool eh_engine_knows_rep(const struct eh_engine *e, struct eh_str id)
{
    return eh_interner_find(&e->roster.rep_ids, id) != NONE;
}

static bool rep_is_full(const struct eh_engine *e, const struct rep *rep)
{
    bool limited = false;
    for (uint32_t i = 0; i < rep->membership_count; i++) {
        const struct team *team = &e->roster.teams[rep->memberships[i].team];
        const struct member *member = &team->members[rep->memberships[i].position];
        bool at_most = team->desk->at_most_hour || team->desk->at_most_day;
        if (team->desk->capacity == 0 && !at_most)
            continue;
        if (eh_below_capacity(team, rep) && !eh_limit_of_hour(e, team, member) &&
            !eh_limit_of_day(e, team, member))
            return false;
        limited = true;
    }
    return limited;
}

bool eh_engine_rep(const struct eh_engine *e, struct eh_str id, struct eh_rep_view *ret)
{
    uint32_t no = eh_interner_find(&e->roster.rep_ids, id);
    if (no == NONE || !e->roster.reps[no].present)
        return false;
    const struct rep *rep = &e->roster.reps[no];
    const struct eh_desk_rep *desk = &e->desk->desk->reps[rep->desk_index];
    *ret = (struct eh_rep_view){
        .id = desk->id,
        .name = desk->name,
        .user = desk->user,
        .state = rep->status,
        .full = rep_is_full(e, rep),
        .until_us = rep->until_us,
        .since_us = rep->since_us,
        .next_state = rep->held.status,
        .next_us = rep->held.until_us,
        .reason = eh_str_n(rep->reason, rep->reason_size),
        .by = eh_str_n(rep->by, rep->by_size),
        .released_in = eh_str_n(rep->away_in, rep->away_in_size),
        .share_ppm = rep->share_ppm,
        .open = rep->open.count,
        .paused = rep->paused,
        .points = rep->points,
        .teams = rep->desk_teams,
        .team_count = rep->membership_count,
    };
    for (uint32_t i = 0; i < rep->membership_count && !ret->member; i++)
        ret->member = eh_member_active(e, rep->memberships[i].team, no) != NONE;
    eh_hours_view(e, no, ret);
    ret->left = !ret->member && rep->gone;
    return true;
}

static const struct team *team_find(const struct eh_engine *e, struct eh_str id)
{
    uint32_t no = eh_interner_find(&e->roster.team_ids, id);
    return no != NONE && e->roster.teams[no].desk ? &e->roster.teams[no] : NULL;
}

bool eh_engine_team(const struct eh_engine *e, struct eh_str id, struct eh_team_view *ret)
{
    const struct team *team = team_find(e, id);
    if (!team)
        return false;
    *ret = (struct eh_team_view){
        .id = team->desk->id,
        .name = team->desk->name,
        .policy = eh_str(team->policy->name),
        .capacity = team->desk->capacity,
        .at_most_hour = team->desk->at_most_hour,
        .at_most_day = team->desk->at_most_day,
        .waiting = team->waiting,
        .open = team->open,
        .paused = team->paused,
        .paused_counts = team->desk->paused_counts,
        .paused_at_most = team->desk->paused_at_most,
        .member_count = team->member_count,
    };
    return true;
}

bool eh_engine_member(const struct eh_engine *e, struct eh_str team_id, uint32_t i,
                      struct eh_member_view *ret)
{
    const struct team *team = team_find(e, team_id);
    if (!team || i >= team->member_count)
        return false;
    const struct member *member = &team->members[i];
    const struct rep *rep = &e->roster.reps[member->rep];
    *ret = (struct eh_member_view){
        .rep = e->roster.rep_ids.items[member->rep],
        .state = eh_rep_is_away_in(e, rep, (uint32_t)(team - e->roster.teams)) ? EH_STATUS_AWAY
                                                                               : rep->status,
        .off = member->off || rep->absent,
        .off_until_us = eh_off_until(e, (uint32_t)(team - e->roster.teams), member->rep),
        .schedule = eh_schedule_of(e, (uint32_t)(team - e->roster.teams), member->rep),
        .full = !eh_below_capacity(team, rep) || eh_limit_of_hour(e, team, member) ||
                eh_limit_of_day(e, team, member),
        .share_ppm = member->weight,
        .ramp_until_us = eh_ramp_until(e, team, member),
        .active = member->active,
        .left = !member->active && eh_member_is_over(e, member),
        .open = rep->open.count,
        .points = rep->points,
    };
    if (team->desk->at_most_hour || team->desk->at_most_day) {
        ret->dealt_hour = eh_limit_dealt_in_hour(e, member);
        ret->dealt_day = eh_limit_dealt_on_day(e, member);
    }
    const struct account *account = &e->accounts.items[member->account];
    struct amount entitled = eh_ledger_entitled(e, team, i);
    ret->entitled_nano = eh_clamp(eh_round_divide(entitled.count, TICKET_NANO));
    ret->entitled_value = eh_clamp(eh_round_divide(entitled.value, 1000000000));
    ret->paused = account->pausing.list.count;
    ret->received = (uint64_t)account->received;
    ret->received_value = eh_clamp(account->received_value);
    return true;
}

bool eh_engine_member_of(const struct eh_engine *e, struct eh_str team_id, struct eh_str rep_id,
                         struct eh_member_view *ret)
{
    uint32_t team = eh_interner_find(&e->roster.team_ids, team_id);
    uint32_t rep = eh_interner_find(&e->roster.rep_ids, rep_id);
    if (team == NONE || rep == NONE || !e->roster.teams[team].desk)
        return false;
    uint32_t position = eh_member_position(e, team, rep);
    return position != NONE && eh_engine_member(e, team_id, position, ret);
}

/* Whether the rep keeps tickets of a team that they are not in today. */
static bool account_is_kept(const struct eh_engine *e, const struct account *account)
{
    const struct rep *rep = &e->roster.reps[account->rep];
    if (account->open == 0 || eh_member_active(e, account->team, account->rep) != NONE)
        return false;
    bool leaves = eh_team_list_has(eh_str_n(rep->leaves, rep->leaves_size),
                                   interned(&e->roster.team_ids, account->team));
    return !leaves || eh_leaves_stay(e, account->team, account->rep);
}

size_t eh_engine_left(const struct eh_engine *e, struct eh_left_view *ret, size_t max)
{
    size_t count = 0;
    for (uint32_t i = 0; i < e->accounts.count; i++) {
        const struct account *account = &e->accounts.items[i];
        if (!account_is_kept(e, account))
            continue;
        if (count < max)
            ret[count] = (struct eh_left_view){.team = interned(&e->roster.team_ids, account->team),
                                               .rep = interned(&e->roster.rep_ids, account->rep),
                                               .open = account->open};
        count++;
    }
    return count;
}

uint64_t eh_engine_open_in(const struct eh_engine *e, struct eh_str team_id, struct eh_str rep_id)
{
    uint32_t team = eh_interner_find(&e->roster.team_ids, team_id);
    uint32_t rep = eh_interner_find(&e->roster.rep_ids, rep_id);
    uint32_t account = team == NONE || rep == NONE ? NONE : eh_account_find(e, team, rep);
    return account == NONE ? 0 : e->accounts.items[account].open;
}

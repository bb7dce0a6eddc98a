/*
 * closing: how a ticket leaves its queue or its rep, and how it comes back.
 */
#include "closing.h"

#include "affinity.h"
#include "deal.h"
#include "effects.h"
#include "eligible.h"
#include "interner.h"
#include "ledger.h"
#include "member.h"
#include "queue.h"
#include "skill_set.h"
#include "state.h"
#include "step.h"
#include "ticket.h"
#include "tickets.h"

/* The date of an outcome in the desk's calendar. */
int32_t eh_outcome_date(const struct eh_engine *e, const struct eh_message *m)
{
    if (eh_message_has(m, EH_FIELD_AT_DAY))
        return (int32_t)m->at_day;
    if (eh_message_has(m, EH_FIELD_AT_DATE))
        return (int32_t)m->at_date;
    return eh_message_has(m, EH_FIELD_AT) ? (int32_t)(m->at_ms / DAY_MS) : e->date;
}

/* Whether the desk still has a place for a ticket that comes back. */
int eh_outcome_room_to_return(const struct eh_engine *e, const struct ticket *t,
                              struct eh_error *error)
{
    struct eh_str team = interned(&e->roster.team_ids, t->team);
    if (!e->roster.teams[t->team].desk)
        return eh_error_field(error, EH_ENOTFOUND, "team", "team: %.*s is not on the desk any more",
                              EH_STR_ARG(team));
    if (!eh_set_room(e, t->team, eh_set_of(e, t->team, ticket_skills(t), t->kind)))
        return eh_error_field(error, EH_EFULL, "skills",
                              "skills: open tickets of team %.*s require %d different sets of "
                              "skills already",
                              EH_STR_ARG(team), EH_SKILL_SETS_MAX);
    return 0;
}

/* Takes the ticket out of its queue or off its rep, and out of all counts. */
void eh_outcome_leave(struct eh_engine *e, uint32_t slot)
{
    struct ticket *t = &e->tickets.slots[slot];
    if (t->state == EH_TICKET_WAITING)
        eh_queue_remove(e, slot);
    else if (t->state == EH_TICKET_ASSIGNED)
        eh_ticket_take(e, slot);
    eh_affinity_leave(e, slot);
    eh_clock_end(e, slot);
    eh_ticket_count(e, t, false);
    eh_set_release(e, t->team, t->set);
    t->set = NONE;
    t->answered = true;
    if (e->rules < EH_RULES_RETURNS) /* later rules keep it: the ticket may come back */
        t->was = NONE;
    t->aside = false;
    t->state = EH_TICKET_CLOSED;
}

int eh_outcome_tell_closed(struct step *s, uint32_t slot)
{
    const struct ticket *t = &s->e->tickets.slots[slot];
    if (t->rep != NONE)
        eh_eligible_refresh(s->e, t->rep);
    return eh_step_emit(s, EH_NOTICE_CLOSED, t, t->rep, NONE, NULL);
}

/* The ticket opens again; its set is acquired before. It goes to the rep who had it, whatever their
 * load. It is dealt anew if that rep left the team, and waits if no rep ever had it. */
int eh_outcome_come_back(struct step *s, uint32_t slot)
{
    struct eh_engine *e = s->e;
    struct ticket *t = &e->tickets.slots[slot];
    uint32_t rep = t->rep;
    t->next = t->previous = NONE;
    int r = eh_affinity_join(e, slot);
    if (r < 0)
        return r;
    if (rep != NONE && eh_member_active(e, t->team, rep) != NONE) {
        t->state = EH_TICKET_ASSIGNED;
        eh_ticket_count(e, t, true);
        eh_ticket_give(e, slot, rep);
        eh_eligible_refresh(e, rep);
        return eh_step_emit(s, EH_NOTICE_RETURNED, t, rep, NONE, NULL);
    }
    if (t->taken && !t->kept) /* closed while it was held: nobody let go of it */
        t->was = NONE;
    t->taken = false;
    if (rep != NONE)
        eh_ledger_lift(e, t);
    if (rep != NONE && e->rules >= EH_RULES_RETURNS) {
        t->was = rep;
        t->left = true;
    }
    t->state = EH_TICKET_WAITING;
    t->rep = NONE;
    eh_ticket_count(e, t, true);
    return eh_deal_or_wait(s, slot);
}

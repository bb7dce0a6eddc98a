/*
 * hold: somebody outside a ticket's team has it.
 *
 * A held ticket counts as open in its team and its kind. Nobody in the team has it, so its outcome
 * counts for the team and for no rep. It remembers who it was taken from, who gets it back when
 * nobody has it any more. A ticket that waited when somebody outside took it waits again.
 */
#include "hold.h"

#include "deal.h"
#include "digest.h"
#include "effects.h"
#include "ledger.h"
#include "member.h"
#include "state.h"
#include "step.h"
#include "ticket.h"
#include "tickets.h"

/* The ticket waits, outside its queue. */
static int ticket_hold(struct step *s, uint32_t slot, uint32_t was, const char *why)
{
    struct eh_engine *e = s->e;
    struct ticket *t = &e->tickets.slots[slot];
    const struct decision decision = {.why = why};
    eh_ticket_count(e, t, false);
    t->state = EH_TICKET_HELD;
    t->was = was;
    eh_ticket_count(e, t, true);
    eh_clock_given(e, slot);
    eh_digest_ticket(e, slot);
    return eh_step_emit(s, EH_NOTICE_HELD, t, NONE, was, &decision);
}

int eh_hold(struct step *s, uint32_t slot, bool keeps, const char *why)
{
    struct ticket *t = &s->e->tickets.slots[slot];
    bool taken = t->state == EH_TICKET_ASSIGNED;
    uint32_t was = taken ? t->rep : t->was;
    s->touched = true;
    if (taken && keeps)
        eh_ledger_keep(t);
    eh_deal_detach(s->e, slot);
    t->taken = taken;
    return ticket_hold(s, slot, was, why);
}

int eh_hold_first(struct step *s, uint32_t slot)
{
    s->touched = true;
    return ticket_hold(s, slot, NONE, "owner");
}

int eh_hold_end(struct step *s, uint32_t slot)
{
    struct eh_engine *e = s->e;
    struct ticket *t = &e->tickets.slots[slot];
    bool back = t->taken && eh_member_active(e, t->team, t->was) != NONE;
    s->touched = true;
    t->left = t->taken ? !back : t->left;
    eh_deal_detach(e, slot);
    return back ? eh_deal_return(s, slot, t->was) : eh_deal_or_wait(s, slot);
}

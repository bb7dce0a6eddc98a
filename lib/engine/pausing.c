/*
 * pausing: `paused` of an UPDATE: a ticket waits for the customer, or does not any more.
 *
 * Only a ticket that a rep has can be paused: one that waits for a rep has no points of anybody. It
 * comes back to the same rep, whatever their load, since it never left them.
 */
#include "pausing.h"

#include "account.h"
#include "clocks.h"
#include "effects.h"
#include "eligible.h"
#include "first_answer.h"
#include "pauses.h"
#include "state.h"
#include "step.h"
#include "ticket.h"

int eh_pausing_check(struct step *s, const struct ticket *t)
{
    bool waits = t->state == EH_TICKET_WAITING;
    if (!eh_message_has(&s->m, EH_FIELD_PAUSED) || !s->m.paused || t->state == EH_TICKET_ASSIGNED)
        return 0;
    int r = eh_step_refuse(s, EH_ECONFLICT,
                           "paused: %s has ticket %.*s/%.*s; only a ticket that a rep has can be "
                           "paused",
                           waits ? "nobody" : "somebody outside its team",
                           EH_STR_ARG(ticket_source(t)), EH_STR_ARG(ticket_id(t)));
    return r < 0 ? r : 1;
}

static int ticket_pause(struct step *s, uint32_t slot)
{
    struct eh_engine *e = s->e;
    const struct ticket *t = &e->tickets.slots[slot];
    struct account *account = eh_account(e, t->team, t->rep);
    if (!account)
        return -EH_ENOMEM;
    uint32_t no = (uint32_t)(account - e->accounts.items);
    struct pause pause = {.input = s->in->no, .since_us = s->now_us, .account = no};
    pause.full = eh_pause_begin(e, no);
    int r = eh_first_answer_pause(e, slot, s->now_us);
    if (r == 0)
        r = eh_pause_add(e, slot, &pause);
    if (r < 0)
        return r;
    eh_eligible_refresh(e, t->rep);
    return eh_step_emit(s, EH_NOTICE_PAUSED, t, t->rep, NONE, NULL);
}

static int ticket_resume(struct step *s, uint32_t slot)
{
    const struct ticket *t = &s->e->tickets.slots[slot];
    eh_pause_drop(s->e, slot);
    eh_eligible_refresh(s->e, t->rep);
    return eh_step_emit(s, EH_NOTICE_RESUMED, t, t->rep, NONE, NULL);
}

int eh_pausing_apply(struct step *s, uint32_t slot)
{
    struct eh_engine *e = s->e;
    const struct ticket *t = &e->tickets.slots[slot];
    bool paused = eh_pause_of(e, t) != NULL;
    int r = 0;
    if (eh_message_has(&s->m, EH_FIELD_PAUSED) && paused != (s->m.paused != 0))
        r = paused ? ticket_resume(s, slot) : ticket_pause(s, slot);
    if (r == 0 && eh_pause_of(e, t)) /* it may just have got a time */
        eh_clock_stop(e, slot, s->now_us);
    return r;
}

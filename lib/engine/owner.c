/*
 * owner: the messages OWNER (the helpdesk says who has a ticket now) and RETURN (a manager gives
 * one ticket back to the deal).
 *
 * Whoever claims a ticket gets its receipt, and so does whoever a manager gives it to. A rep who
 * gives a ticket away, or drops it, keeps the receipt: else a dull ticket could be exchanged for a
 * better one. Then the ticket entitles once more: a gift its receiver alone, a deal whoever is
 * eligible.
 */
#include "deal.h"
#include "effects.h"
#include "hold.h"
#include "ledger.h"
#include "named.h"
#include "owning.h"
#include "skipped.h"
#include "state.h"
#include "step.h"
#include "steps.h"
#include "ticket.h"

/* The rep who did it: if nobody is known who did, the rep who has the ticket; or NONE. */
static uint32_t rep_who_did(const struct ticket *t, const struct owning *now)
{
    return now->by != NONE ? now->by : t->rep;
}

/* Another member of the team has it. */
static int ticket_give(struct step *s, uint32_t slot, const struct owning *now)
{
    struct eh_engine *e = s->e;
    struct ticket *t = &e->tickets.slots[slot];
    bool gift = !now->own && !now->manager, assigned = t->state == EH_TICKET_ASSIGNED;
    uint32_t was = assigned ? t->rep : t->was;
    const struct decision decision = {.why = eh_owning_why(now), .owned = true, .alone = gift};
    if (gift && assigned)
        eh_ledger_keep(t);
    if (!now->manager || now->own)
        eh_step_did(s, gift ? EH_DEED_GIFT : EH_DEED_CLAIM, gift ? rep_who_did(t, now) : now->owner,
                    t);
    eh_deal_detach(e, slot);
    return eh_deal_book(s, slot, now->owner, was, &decision);
}

/* Back to the deal: the rep who has it keeps the receipt, or a manager takes it from them. */
static int ticket_give_back(struct step *s, uint32_t slot, bool keeps)
{
    struct eh_engine *e = s->e;
    struct ticket *t = &e->tickets.slots[slot];
    uint32_t rep = t->rep;
    if (keeps)
        eh_ledger_keep(t);
    eh_deal_detach(e, slot);
    t->was = rep;
    t->returned = !keeps;
    return eh_deal_or_wait(s, slot);
}

static int ticket_leave_team(struct step *s, uint32_t slot, const struct owning *now)
{
    bool rep = now->by != NONE && !now->own && !now->manager;
    if (rep)
        eh_step_did(s, EH_DEED_GIFT, now->by, &s->e->tickets.slots[slot]);
    const char *why = now->manager ? "manager" : now->own ? "claimed" : "given";
    return eh_hold(s, slot, rep, why);
}

static int ticket_end_owner(struct step *s, uint32_t slot, const struct owning *now)
{
    const struct ticket *t = &s->e->tickets.slots[slot];
    if (t->state == EH_TICKET_HELD)
        return eh_hold_end(s, slot);
    if (!now->manager)
        eh_step_did(s, EH_DEED_DROP, rep_who_did(t, now), t);
    return ticket_give_back(s, slot, !now->manager);
}

/* Whether the ticket stands as it is said. */
static bool owner_is_told(const struct ticket *t, const struct owning *now)
{
    if (now->nobody)
        return t->state == EH_TICKET_WAITING;
    return now->owner == NONE ? t->state == EH_TICKET_HELD
                              : t->state == EH_TICKET_ASSIGNED && t->rep == now->owner;
}

/* Of a closed ticket nobody is the owner: what is said of it changes nothing. */
static int owner_find(struct step *s, uint32_t *ret)
{
    int r = eh_step_ticket_named(s, ret);
    if (r == 0 && *ret == NONE && s->fx->refused_code == EH_ECONFLICT)
        eh_step_take(s);
    return r;
}

int eh_step_owner(struct step *s)
{
    uint32_t slot;
    int r = owner_find(s, &slot);
    if (r < 0 || slot == NONE)
        return r;
    struct ticket *t = &s->e->tickets.slots[slot];
    struct owning now = eh_owning_said(s, t->team);
    if (owner_is_told(t, &now))
        return 0;
    s->touched = true;
    r = eh_ticket_touch(s, slot);
    if (r == 0 && now.nobody)
        r = ticket_end_owner(s, slot, &now);
    else if (r == 0)
        r = now.owner == NONE ? ticket_leave_team(s, slot, &now) : ticket_give(s, slot, &now);
    return r < 0 ? r : eh_step_image(s, t);
}

int eh_step_give_back(struct step *s)
{
    uint32_t slot;
    int r = eh_step_ticket_named(s, &slot);
    if (r < 0 || slot == NONE)
        return r;
    struct ticket *t = &s->e->tickets.slots[slot];
    if (t->state != EH_TICKET_ASSIGNED)
        return eh_step_refuse(s, EH_ECONFLICT, "ticket %.*s/%.*s is %s: nobody in the team has it",
                              EH_STR_ARG(ticket_source(t)), EH_STR_ARG(ticket_id(t)),
                              eh_ticket_state_name(t->state));
    s->touched = true;
    r = eh_ticket_touch(s, slot);
    if (r == 0)
        r = ticket_give_back(s, slot, false);
    return r < 0 ? r : eh_step_image(s, t);
}

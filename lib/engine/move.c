/*
 * move: a ticket goes to another team: to the rep who had it there before, or to the deal.
 */
#include "move.h"

#include "affinity.h"
#include "contents.h"
#include "deal.h"
#include "effects.h"
#include "homes.h"
#include "ledger.h"
#include "member.h"
#include "skill_set.h"
#include "state.h"
#include "step.h"
#include "tail.h"
#include "ticket.h"
#include "tickets.h"

/* In a team where it was dealt before, the ticket goes to the rep who had it last there. It is
 * dealt again if that rep is not in the team any more, or gave it back there. */
static int ticket_come_home(struct step *s, uint32_t slot, const struct home *home)
{
    struct eh_engine *e = s->e;
    struct ticket *t = &e->tickets.slots[slot];
    t->receipted = !home->kept;
    t->kept = home->kept;
    t->booked = home->booked;
    t->was = home->rep;
    if (!home->given && eh_member_active(e, t->team, home->rep) != NONE)
        return eh_deal_return(s, slot, home->rep);
    t->left = home->left || !home->given;
    t->returned = home->returned;
    return eh_deal_or_wait(s, slot);
}

/* Moves the ticket into another team and deals it there. `set` is that of its skills in the other
 * team. */
int eh_ticket_enter_team(struct step *s, uint32_t slot, uint32_t team, uint32_t set,
                         const char *why)
{
    struct eh_engine *e = s->e;
    struct ticket *t = &e->tickets.slots[slot];
    const struct decision decision = {.why = why};
    uint32_t was = t->state == EH_TICKET_ASSIGNED ? t->rep : t->was;
    struct home home = {.team = NONE};
    int r = eh_contents_keep(e, t);
    if (r == 0 && e->rules >= EH_RULES_RETURNS)
        r = eh_homes_move(t, team, &home);
    if (r < 0)
        return r;
    eh_deal_detach(e, slot);
    eh_affinity_leave(e, slot);
    eh_ledger_forget(t);
    eh_ticket_count(e, t, false);
    eh_set_release(e, t->team, t->set);
    t->team = team;
    t->set = set;
    t->was = NONE;
    t->left = t->returned = false;
    eh_ticket_count(e, t, true);
    r = eh_affinity_join(e, slot);
    if (r == 0)
        r = eh_clock_move(s, slot);
    if (r == 0)
        r = eh_step_emit(s, EH_NOTICE_MOVED, t, NONE, was, why ? &decision : NULL);
    if (r < 0)
        return r;
    return home.team != NONE ? ticket_come_home(s, slot, &home) : eh_deal_or_wait(s, slot);
}

int eh_step_refuse_homes(struct step *s, const struct ticket *t)
{
    return eh_step_refuse(s, EH_ECONFLICT,
                          "team: ticket %.*s/%.*s was dealt in %d teams already; it moves back to "
                          "one of them alone",
                          EH_STR_ARG(ticket_source(t)), EH_STR_ARG(ticket_id(t)),
                          EH_TICKET_TEAMS_MAX + 1);
}

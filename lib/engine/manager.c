/*
 * manager: the messages ASSIGN and MOVE: a manager assigns a ticket to a rep, or moves it to
 * another team.
 */
#include "deal.h"
#include "effects.h"
#include "homes.h"
#include "interner.h"
#include "member.h"
#include "move.h"
#include "named.h"
#include "skill_set.h"
#include "skipped.h"
#include "state.h"
#include "step.h"
#include "steps.h"
#include "ticket.h"

#include <stdlib.h>

int eh_step_assign(struct step *s)
{
    struct eh_engine *e = s->e;
    uint32_t slot;
    int r = eh_step_ticket_named(s, &slot);
    if (r < 0 || slot == NONE)
        return r;
    struct ticket *t = &e->tickets.slots[slot];
    uint32_t rep = eh_interner_find(&e->roster.rep_ids, s->m.rep);
    if (rep == NONE || eh_member_active(e, t->team, rep) == NONE)
        return eh_step_refuse(s, EH_ECONFLICT, "rep: %.*s is not in team %.*s today",
                              EH_STR_ARG(s->m.rep),
                              EH_STR_ARG(interned(&e->roster.team_ids, t->team)));
    if (t->state == EH_TICKET_ASSIGNED && t->rep == rep)
        return 0;
    uint32_t was = t->state == EH_TICKET_ASSIGNED ? t->rep : t->was;
    struct decision decision = {.why = "manager", .owned = true};
    s->touched = true;
    r = eh_ticket_touch(s, slot);
    if (r < 0)
        return r;
    eh_deal_detach(e, slot);
    r = eh_deal_book(s, slot, rep, was, &decision);
    return r < 0 ? r : eh_step_image(s, t);
}

int eh_step_move(struct step *s)
{
    struct eh_engine *e = s->e;
    uint32_t slot, set, team;
    int r = eh_step_ticket_named(s, &slot);
    if (r < 0 || slot == NONE)
        return r;
    struct ticket *t = &e->tickets.slots[slot];
    r = eh_step_team(s, &team);
    if (r < 0 || team == NONE)
        return r;
    if (team == t->team)
        return 0;
    if (!eh_homes_room(t, team))
        return eh_step_refuse_homes(s, t);
    r = eh_set_acquire(e, team, eh_set_of(e, team, ticket_skills(t), t->kind), s->in->no, &set);
    if (r == -EH_EFULL)
        return eh_step_refuse(s, EH_EFULL,
                              "skills: open tickets of team %.*s require %d different sets of "
                              "skills already",
                              EH_STR_ARG(s->m.team), EH_SKILL_SETS_MAX);
    if (r < 0)
        return r;
    s->touched = true;
    r = eh_ticket_touch(s, slot);
    if (r < 0)
        return r;
    r = eh_ticket_enter_team(s, slot, team, set, NULL);
    return r < 0 ? r : eh_step_image(s, t);
}

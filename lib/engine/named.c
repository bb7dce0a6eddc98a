/*
 * named: the rep, the team and the ticket that a message names.
 */
#include "named.h"

#include "effects.h"
#include "index.h"
#include "interner.h"
#include "state.h"
#include "step.h"

static int name_refuse(struct step *s, const char *what, struct eh_str id)
{
    return eh_step_refuse(s, EH_ENOTFOUND, "%s: %.*s is not on the desk", what, EH_STR_ARG(id));
}

int eh_step_rep(struct step *s, uint32_t *ret)
{
    uint32_t no = eh_interner_find(&s->e->roster.rep_ids, s->m.rep);
    bool there = no != NONE && s->e->roster.reps[no].present;
    *ret = there ? no : NONE;
    return there ? 0 : name_refuse(s, "rep", s->m.rep);
}

int eh_step_team(struct step *s, uint32_t *ret)
{
    uint32_t no = eh_interner_find(&s->e->roster.team_ids, s->m.team);
    bool there = no != NONE && s->e->roster.teams[no].desk;
    *ret = there ? no : NONE;
    return there ? 0 : name_refuse(s, "team", s->m.team);
}

int eh_step_ticket_named(struct step *s, uint32_t *ret)
{
    const struct eh_message *m = &s->m;
    *ret = eh_ticket_find(s->e, eh_ticket_identity(m->source, m->id));
    if (*ret != NONE)
        return 0;
    if (s->in->recalled.ticket_known)
        return eh_step_refuse(s, EH_ECONFLICT, "ticket %.*s/%.*s is closed; reopen it first",
                              EH_STR_ARG(m->source), EH_STR_ARG(m->id));
    return eh_step_refuse(s, EH_ENOTFOUND, "ticket %.*s/%.*s is not open or waiting",
                          EH_STR_ARG(m->source), EH_STR_ARG(m->id));
}

uint32_t eh_rep_of_helpdesk(const struct eh_engine *e, struct eh_str source, struct eh_str name)
{
    const struct eh_desk *desk = e->desk ? e->desk->desk : NULL;
    bool somebody = e->rules >= EH_RULES_NAMES && eh_str_equal(name, eh_str(EH_SOMEBODY));
    if (!desk || name.size == 0 || somebody)
        return NONE;
    const struct eh_desk_rep *rep = eh_desk_rep(desk, name);
    if (!rep)
        rep = eh_desk_find_account(desk, source, name);
    return rep ? eh_interner_find(&e->roster.rep_ids, rep->id) : NONE;
}

uint32_t eh_rep_of_account(const struct eh_engine *e, struct eh_str source, struct eh_str name)
{
    const struct eh_desk *desk = e->desk ? e->desk->desk : NULL;
    const struct eh_desk_rep *rep = NULL;
    if (desk && name.size && !eh_str_equal(name, eh_str(EH_SOMEBODY)))
        rep = eh_desk_find_account(desk, source, name);
    return rep ? eh_interner_find(&e->roster.rep_ids, rep->id)
               : eh_rep_of_helpdesk(e, source, name);
}

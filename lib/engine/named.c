/*
 * named: the rep and the team that a message names.
 */
#include "named.h"

#include "effects.h"
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

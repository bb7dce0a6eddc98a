/*
 * leaves: the teams whose tickets a rep leaves behind, one after the other.
 */
#include "leaves.h"

#include "account.h"
#include "interner.h"
#include "member.h"
#include "owned_text.h"
#include "state.h"

bool eh_leaves_stay(const struct eh_engine *e, uint32_t team, uint32_t rep)
{
    const struct eh_desk_team *desk = e->roster.teams[team].desk;
    return !desk || desk->leavers_work == EH_LEAVERS_WORK_KEEP ||
           eh_member_active(e, team, rep) != NONE;
}

/* Whether the rep has tickets of the team that go back. */
static bool work_is_left(const struct eh_engine *e, uint32_t team, uint32_t rep)
{
    uint32_t account = team == NONE ? NONE : eh_account_find(e, team, rep);
    return account != NONE && e->accounts.items[account].open > 0 && !eh_leaves_stay(e, team, rep);
}

uint32_t eh_leaves_team(const struct eh_engine *e, uint32_t rep_no, struct eh_str *ret_rest)
{
    const struct rep *rep = &e->roster.reps[rep_no];
    *ret_rest = eh_str_n(rep->leaves, rep->leaves_size);
    while (ret_rest->size > 0) {
        uint32_t team = eh_interner_find(&e->roster.team_ids, eh_text_list_next(ret_rest));
        if (work_is_left(e, team, rep_no))
            return team;
    }
    return NONE;
}

int eh_leaves_done(struct eh_engine *e, uint32_t rep_no, struct eh_str rest)
{
    struct rep *rep = &e->roster.reps[rep_no];
    rep->leaves_told = false;
    return eh_owned_text_set(&rep->leaves, &rep->leaves_size, rest);
}

/*
 * member: what is known of a rep in a team by looking it up: position, skills, capacity, whether
 * today is one of their days.
 */
#include "member.h"

#include "interner.h"
#include "state.h"
#include "team_list.h"

#include <evenhand/wire/skill.h>

uint32_t eh_member_position(const struct eh_engine *e, uint32_t team, uint32_t rep_no)
{
    const struct rep *rep = &e->roster.reps[rep_no];
    for (uint32_t i = 0; i < rep->membership_count; i++)
        if (rep->memberships[i].team == team)
            return rep->memberships[i].position;
    return NONE;
}

uint32_t eh_member_active(const struct eh_engine *e, uint32_t team, uint32_t rep)
{
    uint32_t at = eh_member_position(e, team, rep);
    return at != NONE && e->roster.teams[team].members[at].active ? at : NONE;
}

/* Rules before EH_RULES_LEVELS: a skill is a name, whatever it ends in. */
static bool rep_has_skill(const struct eh_engine *e, const struct eh_desk_rep *rep,
                          struct eh_str skill)
{
    bool levels = e->rules >= EH_RULES_LEVELS;
    for (uint32_t i = 0; i < rep->skill_count; i++)
        if (levels ? eh_skill_meets(rep->skills[i], skill) : eh_str_equal(rep->skills[i], skill))
            return true;
    return false;
}

bool eh_rep_has_skills(const struct eh_engine *e, uint32_t rep, struct eh_str skills)
{
    const struct eh_desk_rep *desk = &e->desk->desk->reps[e->roster.reps[rep].desk_index];
    while (skills.size > 0)
        if (!rep_has_skill(e, desk, eh_text_list_next(&skills)))
            return false;
    return true;
}

bool eh_rep_is_away_in(const struct eh_engine *e, const struct rep *rep, uint32_t team)
{
    return rep->away_in_size && eh_team_list_has(eh_str_n(rep->away_in, rep->away_in_size),
                                                 interned(&e->roster.team_ids, team));
}

bool eh_below_capacity(const struct team *team, const struct rep *rep)
{
    if (team->desk->capacity == 0)
        return true;
    return rep->points * EH_PPM < (uint64_t)team->desk->capacity * rep->share_ppm;
}

bool eh_rep_is_on_duty(const struct eh_engine *e, const struct rep *rep)
{
    for (uint32_t i = 0; i < rep->membership_count; i++) {
        const struct membership *m = &rep->memberships[i];
        if (e->roster.teams[m->team].members[m->position].active)
            return true;
    }
    return false;
}

bool eh_member_is_over(const struct eh_engine *e, const struct member *member)
{
    bool ended = false, begins = false;
    for (uint32_t i = 0; i < member->range_count; i++) {
        ended |= member->ranges[i].until < e->date;
        begins |= member->ranges[i].from > e->date;
    }
    return ended && !begins;
}

/* The status of a rep who never signalled: their teams' `presence` says it. */
int eh_rep_presumed_status(const struct eh_engine *e, uint32_t rep_no)
{
    const struct rep *rep = &e->roster.reps[rep_no];
    for (uint32_t i = 0; i < rep->membership_count; i++)
        if (e->roster.teams[rep->memberships[i].team].desk->presence == EH_PRESENCE_SIGNALLED)
            return EH_STATUS_AWAY;
    return EH_STATUS_AVAILABLE;
}

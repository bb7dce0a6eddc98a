/*
 * rules: the message RULES: later rules begin, and what begins with them.
 */
#include "absences.h"
#include "digest.h"
#include "eligible.h"
#include "hours_past.h"
#include "leavers.h"
#include "skill_set.h"
#include "state.h"
#include "step.h"
#include "steps.h"
#include "tally.h"
#include "turns.h"

#include <evenhand/wire/skill.h>

static void set_begin_turns(struct eh_engine *e, uint32_t team_no, uint32_t set_no)
{
    struct skill_set *set = &e->roster.teams[team_no].sets[set_no];
    for (uint32_t i = 0; i < e->roster.teams[team_no].member_count; i++) {
        eh_digest_leave(e, &set->slots[i].hash);
        set->slots[i] = (struct slot){0};
    }
    eh_eligible_build_set(e, team_no, set_no);
}

/* EH_RULES_TURNS begins: all rounds begin anew, and nobody is owed anything. */
static void turns_begin(struct eh_engine *e)
{
    for (uint32_t i = 0; i < e->roster.team_ids.count; i++) {
        const struct team *team = &e->roster.teams[i];
        for (uint32_t set = 0; set < team->set_count; set++)
            if (team->sets[set].skills && team->sets[set].slots)
                set_begin_turns(e, i, set);
    }
}

static bool skills_have_levels(struct eh_str skills)
{
    while (skills.size > 0)
        if (eh_skill_has_level(eh_text_list_next(&skills)))
            return true;
    return false;
}

static bool rep_has_levels(const struct eh_desk_rep *rep)
{
    for (uint32_t i = 0; i < rep->skill_count; i++)
        if (eh_skill_has_level(rep->skills[i]))
            return true;
    return false;
}

/* Whether some skill that was a name is read as one with a level from here on. */
static bool desk_has_levels(const struct eh_engine *e)
{
    const struct eh_desk *desk = e->desk ? e->desk->desk : NULL;
    for (uint32_t i = 0; desk && i < desk->rep_count; i++)
        if (rep_has_levels(&desk->reps[i]))
            return true;
    for (uint32_t i = 0; i < e->roster.team_ids.count; i++)
        for (uint32_t set = 0; set < e->roster.teams[i].set_count; set++) {
            const struct skill_set *at = &e->roster.teams[i].sets[set];
            if (at->skills && skills_have_levels(eh_str_n(at->skills, at->skills_size)))
                return true;
        }
    return false;
}

/* EH_RULES_LEVELS begins: who has the skills of a set is looked at anew. */
static void levels_begin(struct eh_engine *e)
{
    for (uint32_t i = 0; i < e->roster.team_ids.count; i++) {
        if (!e->roster.teams[i].desk)
            continue;
        eh_eligible_leave_all(e, i);
        eh_eligible_rebuild(e, i);
    }
}

int eh_step_rules(struct step *s)
{
    struct eh_engine *e = s->e;
    if (!eh_message_has(&s->m, EH_FIELD_RULES) || s->m.rules <= e->rules)
        return -EH_ECORRUPT;
    if (s->m.rules > EH_RULES_LAST)
        return -EH_EVERSION;
    s->touched = true;
    bool leavers = e->rules < EH_RULES_LEAVERS && s->m.rules >= EH_RULES_LEAVERS;
    bool tickets = e->rules < EH_RULES_TICKETS && s->m.rules >= EH_RULES_TICKETS;
    bool answers = e->rules < EH_RULES_ANSWERS && s->m.rules >= EH_RULES_ANSWERS;
    bool turns = e->rules < EH_RULES_TURNS && s->m.rules >= EH_RULES_TURNS;
    bool levels = e->rules < EH_RULES_LEVELS && s->m.rules >= EH_RULES_LEVELS;
    bool apart = e->rules < EH_RULES_REASONS && s->m.rules >= EH_RULES_REASONS;
    bool contract = e->rules < EH_RULES_CONTRACT && s->m.rules >= EH_RULES_CONTRACT;
    e->rules = (uint32_t)s->m.rules;
    if (leavers)
        eh_leavers_begin(e);
    if (tickets || answers)
        eh_tally_begin(e, tickets);
    if (turns)
        turns_begin(e);
    if (levels && desk_has_levels(e))
        levels_begin(e);
    if (apart)
        eh_absences_begin_apart(e);
    return contract ? eh_hours_past_begin(e) : 0;
}

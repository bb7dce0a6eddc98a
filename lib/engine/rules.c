/*
 * rules: the message RULES: later rules begin, and what begins with them.
 */
#include "digest.h"
#include "eligible.h"
#include "leavers.h"
#include "skill_set.h"
#include "state.h"
#include "step.h"
#include "steps.h"
#include "tally.h"
#include "turns.h"

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
    bool turns = e->rules < EH_RULES_TURNS && s->m.rules >= EH_RULES_TURNS;
    e->rules = (uint32_t)s->m.rules;
    if (leavers)
        eh_leavers_begin(e);
    if (tickets)
        eh_tally_begin(e);
    if (turns)
        turns_begin(e);
    return 0;
}

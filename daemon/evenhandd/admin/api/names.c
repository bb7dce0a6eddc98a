/*
 * names: the error for a team or rep that is not there, with the nearest name that the caller may
 * know.
 */
#include "admin/api/api.h"

#include <evenhand/wire/skill.h>

#define NEAR     3    /* edits up to which a name is taken for a misspelt one */
#define COMPARED 2048 /* names, around the place where the one asked for would stand */

struct nearest {
    struct eh_str asked, name;
    uint32_t far;
};

static void compare(struct nearest *nearest, struct eh_str name)
{
    uint32_t far = eh_text_distance(nearest->asked, name);
    if (far < nearest->far) {
        nearest->far = far;
        nearest->name = name;
    }
}

static void say(struct eh_admin_request *request, const char *what, const struct nearest *nearest)
{
    if (nearest->name.size > 0)
        eh_admin_error(request, EH_ENOTFOUND, what, "%s %.*s: there is none; did you mean %.*s?",
                       what, EH_STR_ARG(nearest->asked), EH_STR_ARG(nearest->name));
    else
        eh_admin_error(request, EH_ENOTFOUND, what, "%s %.*s: there is none", what,
                       EH_STR_ARG(nearest->asked));
}

void eh_admin_no_team(struct eh_admin_request *request, struct eh_str id)
{
    const struct eh_desk *desk = eh_engine_desk(eh_app_engine(request->admin->app));
    struct nearest nearest = {.asked = id, .far = NEAR};
    for (uint32_t i = 0; desk && i < desk->team_count; i++)
        if (eh_peer_sees_team(request->peer, desk, &desk->teams[i]))
            compare(&nearest, desk->teams[i].id);
    say(request, "team", &nearest);
}

uint32_t eh_admin_rep_behind(const struct eh_desk *desk, struct eh_str id)
{
    uint32_t low = 0, high = id.size > 0 ? desk->rep_count : 0;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (eh_str_compare(desk->reps[middle].id, id) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void eh_admin_no_rep(struct eh_admin_request *request, struct eh_str id)
{
    const struct eh_desk *desk = eh_engine_desk(eh_app_engine(request->admin->app));
    struct nearest nearest = {.asked = id, .far = NEAR};
    uint32_t at = desk && eh_peer_sees_all(request->peer) ? eh_admin_rep_behind(desk, id) : 0;
    uint32_t from = at > COMPARED / 2 ? at - COMPARED / 2 : 0;
    for (uint32_t i = from;
         desk && eh_peer_sees_all(request->peer) && i < desk->rep_count && i - from < COMPARED; i++)
        compare(&nearest, desk->reps[i].id);
    say(request, "rep", &nearest);
}

/* ---- What nobody can do. */

static bool has_skill(const struct eh_desk_rep *rep, struct eh_str skill)
{
    for (uint32_t i = 0; rep && i < rep->skill_count; i++)
        if (eh_skill_meets(rep->skills[i], skill))
            return true;
    return false;
}

/* Whether the rep is in the team today. */
static bool is_in_team(const struct eh_engine *engine, const struct eh_desk *desk,
                       const struct eh_desk_team *team, struct eh_str skill, uint32_t *looks)
{
    for (uint32_t i = 0; i<team->member_count && * looks> 0; i++, --*looks) {
        const struct eh_desk_rep *rep = &desk->reps[team->members[i].rep];
        struct eh_member_view member;
        if (has_skill(rep, skill) && eh_engine_member_of(engine, team->id, rep->id, &member) &&
            member.active)
            return true;
    }
    return false;
}

json_t *eh_admin_missing_skills(const struct eh_engine *engine, const struct eh_ticket_view *ticket,
                                uint32_t *looks)
{
    const struct eh_desk *desk = eh_engine_desk(engine);
    const struct eh_desk_team *team = desk ? eh_desk_team(desk, ticket->team) : NULL;
    if (!team || !eh_str_equal(ticket->waiting_why, eh_str("skill")))
        return NULL;
    json_t *skills = eh_json_list(ticket->skills), *missing = json_array(), *skill;
    size_t i;
    json_array_foreach(skills, i, skill)
    {
        if (!is_in_team(engine, desk, team, eh_str(json_string_value(skill)), looks))
            json_array_append(missing, skill);
    }
    bool together = json_array_size(missing) == 0; /* each is there, and nobody has all of them */
    json_t *ret = *looks == 0 ? NULL : json_incref(together ? skills : missing);
    json_decref(skills);
    json_decref(missing);
    return ret;
}

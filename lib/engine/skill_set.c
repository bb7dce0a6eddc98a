/*
 * skill_set: the required-skill sets of a team. They are made when a ticket needs them, and
 * replaced when no ticket does.
 *
 * Tickets of a kind that the team limits (kinds.h) have sets of their own: a rep may be full for
 * them alone. A set of a kind that a later desk does not limit any more stays, unused, until it is
 * replaced.
 */
#include "skill_set.h"

#include "digest.h"
#include "eligible.h"
#include "kinds.h"
#include "ledger.h"
#include "policy.h"
#include "state.h"
#include "turns.h"

#include <stdlib.h>

static struct skill_set *skill_set_at(struct eh_engine *e, uint32_t team, uint32_t set)
{
    return &e->roster.teams[team].sets[set];
}

struct set_of eh_set_of(const struct eh_engine *e, uint32_t team, struct eh_str skills,
                        uint32_t kind)
{
    return (struct set_of){skills, eh_kind_most(e, team, kind) ? kind : NONE};
}

bool eh_set_is(const struct skill_set *set, struct set_of of)
{
    return set->skills && set->kind == of.kind &&
           eh_str_equal(eh_str_n(set->skills, set->skills_size), of.skills);
}

static uint32_t skill_set_find(const struct team *team, struct set_of of)
{
    for (uint32_t i = 0; i < team->set_count; i++)
        if (eh_set_is(&team->sets[i], of))
            return i;
    return NONE;
}

/* A place for one more set: a new one while there is room, else that of the set unused for longest.
 * A free place counts as room. */
static uint32_t skill_set_place(const struct team *team)
{
    if (team->set_count < EH_SKILL_SETS_MAX)
        return team->set_count;
    uint32_t best = NONE;
    for (uint32_t i = 0; i < team->set_count; i++)
        if (team->sets[i].uses == 0 &&
            (best == NONE || team->sets[i].last_use < team->sets[best].last_use))
            best = i;
    return best;
}

bool eh_set_room(const struct eh_engine *e, uint32_t team, struct set_of of)
{
    return skill_set_find(&e->roster.teams[team], of) != NONE ||
           skill_set_place(&e->roster.teams[team]) != NONE;
}

/* The set goes, or its rounds do. What the rounds owe is kept in the accounts. */
void eh_set_end_rounds(struct eh_engine *e, const struct team *team, uint32_t set_no)
{
    struct skill_set *set = &team->sets[set_no];
    for (uint32_t i = 0; i < team->member_count; i++)
        eh_turns_put_down(e, team, set_no, i);
    free(set->slots);
    free(set->dues);
    set->slots = NULL;
    set->dues = NULL;
    set->turns = (struct turns){0};
    if (set->dealt)
        eh_digest_set(e, (uint32_t)(team - e->roster.teams), set_no);
}

void eh_set_done(struct eh_engine *e, uint32_t team, uint32_t set_no)
{
    struct skill_set *set = skill_set_at(e, team, set_no);
    if (set->slots)
        eh_set_end_rounds(e, &e->roster.teams[team], set_no);
    if (set->skills)
        eh_ledger_close_set(e, team, set_no);
    free(set->skills);
    free(set->tree);
    free(set->queue);
    *set = (struct skill_set){.skills = NULL};
}

static int skill_set_make(struct eh_engine *e, uint32_t team_no, uint32_t place, struct set_of of)
{
    struct team *team = &e->roster.teams[team_no];
    char *copy = malloc(of.skills.size + 1);
    struct node *tree = calloc(2 * (size_t)team->leaves, sizeof *tree);
    struct slot *slots = NULL;
    __int128 *dues = NULL;
    bool rounds = team->policy->by_slots;
    if (rounds) {
        slots = calloc(team->member_count + (size_t)1, sizeof *slots);
        dues = calloc(2 * (size_t)team->leaves, sizeof *dues);
    }
    struct skill_set *sets = team->sets;
    if (place == team->set_count)
        sets = realloc(team->sets, (place + 1) * sizeof *sets);
    if (sets)
        team->sets = sets;
    if (!copy || !tree || (rounds && (!slots || !dues)) || !sets) {
        free(copy);
        free(tree);
        free(slots);
        free(dues);
        return -EH_ENOMEM;
    }
    if (place == team->set_count)
        team->set_count++;
    else
        eh_set_done(e, team_no, place);
    if (of.skills.size)
        memcpy(copy, of.skills.data, of.skills.size);
    sets[place] = (struct skill_set){.skills = copy,
                                     .skills_size = of.skills.size,
                                     .kind = of.kind,
                                     .tree = tree,
                                     .slots = slots,
                                     .dues = dues};
    eh_kind_limit_set(e, team_no, place);
    eh_eligible_build_set(e, team_no, place);
    return 0;
}

int eh_set_acquire(struct eh_engine *e, uint32_t team_no, struct set_of of, uint64_t input,
                   uint32_t *ret)
{
    struct team *team = &e->roster.teams[team_no];
    uint32_t at = skill_set_find(team, of);
    if (at == NONE) {
        at = skill_set_place(team);
        if (at == NONE)
            return -EH_EFULL;
        int r = skill_set_make(e, team_no, at, of);
        if (r < 0)
            return r;
    }
    team->sets[at].uses++;
    if (input > team->sets[at].last_use)
        team->sets[at].last_use = input;
    *ret = at;
    return 0;
}

int eh_set_add(struct eh_engine *e, uint32_t team_no, struct set_of of, uint64_t last_use,
               uint32_t *ret)
{
    struct team *team = &e->roster.teams[team_no];
    uint32_t at = team->set_count;
    if (at == EH_SKILL_SETS_MAX || skill_set_find(team, of) != NONE)
        return -EH_ECORRUPT;
    int r = skill_set_make(e, team_no, at, of);
    if (r < 0)
        return r;
    team->sets[at].last_use = last_use;
    *ret = at;
    return 0;
}

void eh_set_release(struct eh_engine *e, uint32_t team, uint32_t set)
{
    eh_assert(skill_set_at(e, team, set)->uses > 0);
    skill_set_at(e, team, set)->uses--;
}

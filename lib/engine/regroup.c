/*
 * regroup: the sets of tickets when a desk file limits other kinds than the one before.
 *
 * Tickets of a kind that is limited now leave the sets of the others, and tickets of a kind that is
 * not limited any more come to them. All leave before one comes: a team has at most
 * EH_SKILL_SETS_MAX sets meanwhile, too. Nobody's entitlement changes by it.
 */
#include "regroup.h"

#include "interner.h"
#include "kinds.h"
#include "queue.h"
#include "skill_set.h"
#include "state.h"
#include "ticket.h"

#include <stdlib.h>

/* ---- whether they have room */

/* What a team's tickets need: for each of its sets that has other skills than those before it, the
 * kinds among them. */
struct need {
    uint64_t kinds[EH_SKILL_SETS_MAX]; /* bit i: of the i-th kind that the new desk limits */
    uint64_t others;                   /* bit i: sets[i] has tickets of a kind that it does not */
};

/* The first set of the team with the same skills. */
static uint32_t set_same_skills(const struct team *team, uint32_t set)
{
    const struct skill_set *own = &team->sets[set];
    struct set_of of = {eh_str_n(own->skills, own->skills_size), NONE};
    for (uint32_t i = 0; i < set; i++) {
        of.kind = team->sets[i].kind;
        if (eh_set_is(&team->sets[i], of))
            return i;
    }
    return set;
}

static void need_add(struct need *need, const struct eh_engine *e, const struct eh_desk_team *new,
                     const struct ticket *t)
{
    uint32_t set = set_same_skills(&e->roster.teams[t->team], t->set);
    struct eh_str kind = interned(&e->roster.kind_ids, t->kind);
    uint32_t i = 0;
    while (i < new->kind_count && !eh_str_equal(new->kinds[i].kind, kind))
        i++;
    if (i < new->kind_count)
        need->kinds[set] |= UINT64_C(1) << i;
    else
        need->others |= UINT64_C(1) << set;
}

static uint32_t bits_count(uint64_t bits)
{
    uint32_t count = 0;
    for (; bits; bits &= bits - 1)
        count++;
    return count;
}

static uint32_t need_count(const struct need *need)
{
    uint32_t count = bits_count(need->others);
    for (uint32_t i = 0; i < EH_SKILL_SETS_MAX; i++)
        count += bits_count(need->kinds[i]);
    return count;
}

static bool desk_limits_kinds(const struct eh_desk *desk)
{
    for (uint32_t i = 0; i < desk->team_count; i++)
        if (desk->teams[i].kind_count > 0)
            return true;
    return false;
}

int eh_sets_crowded(const struct eh_engine *e, const struct eh_desk *new,
                    const struct eh_desk_team **ret)
{
    *ret = NULL;
    if (!desk_limits_kinds(new))
        return 0;
    struct need *needs = calloc(new->team_count, sizeof *needs);
    if (!needs)
        return -EH_ENOMEM;
    for (uint32_t i = 0; i < e->tickets.order_count; i++) {
        uint32_t slot = e->tickets.order[i].slot;
        const struct ticket *t = slot == NONE ? NULL : &e->tickets.slots[slot];
        const struct eh_desk_team *team =
            t && t->set != NONE ? eh_desk_team(new, interned(&e->roster.team_ids, t->team)) : NULL;
        if (team && team->kind_count > 0)
            need_add(&needs[team - new->teams], e, team, t);
    }
    for (uint32_t i = 0; i < new->team_count && !*ret; i++)
        if (need_count(&needs[i]) > EH_SKILL_SETS_MAX)
            *ret = &new->teams[i];
    free(needs);
    return 0;
}

/* ---- moving them */

static bool ticket_stands_right(const struct eh_engine *e, const struct ticket *t)
{
    return eh_set_is(&e->roster.teams[t->team].sets[t->set],
                     eh_set_of(e, t->team, ticket_skills(t), t->kind));
}

static bool ticket_queues(const struct ticket *t)
{
    return t->state == EH_TICKET_WAITING && !t->aside;
}

static void ticket_leave_set(struct eh_engine *e, uint32_t slot)
{
    struct ticket *t = &e->tickets.slots[slot];
    if (t->set == NONE || ticket_stands_right(e, t))
        return;
    if (ticket_queues(t))
        eh_queue_remove(e, slot);
    eh_set_release(e, t->team, t->set);
    t->set = NONE;
}

static int ticket_enter_set(struct eh_engine *e, uint32_t slot)
{
    struct ticket *t = &e->tickets.slots[slot];
    if (t->set != NONE || t->state == EH_TICKET_CLOSED)
        return 0;
    struct set_of of = eh_set_of(e, t->team, ticket_skills(t), t->kind);
    int r = eh_set_acquire(e, t->team, of, e->input + 1, &t->set);
    if (r < 0 || !ticket_queues(t))
        return r;
    r = eh_queue_reserve(e, t->team, t->set);
    if (r == 0)
        eh_queue_push(e, slot);
    return r;
}

/* Whether some set is of a kind, or some ticket should stand in one that is. */
static bool sets_know_kinds(struct eh_engine *e)
{
    bool known = false;
    for (uint32_t i = 0; i < e->roster.team_ids.count; i++) {
        const struct team *team = &e->roster.teams[i];
        known |= team->desk && team->desk->kind_count > 0;
        for (uint32_t set = 0; set < team->set_count; set++) {
            if (!team->sets[set].skills)
                continue;
            known |= team->sets[set].kind != NONE;
            eh_kind_limit_set(e, i, set);
        }
    }
    return known;
}

int eh_sets_regroup(struct eh_engine *e)
{
    int r = 0;
    if (!sets_know_kinds(e))
        return 0;
    for (uint32_t i = 0; i < e->tickets.order_count; i++)
        if (e->tickets.order[i].slot != NONE)
            ticket_leave_set(e, e->tickets.order[i].slot);
    for (uint32_t i = 0; r == 0 && i < e->tickets.order_count; i++)
        if (e->tickets.order[i].slot != NONE)
            r = ticket_enter_set(e, e->tickets.order[i].slot);
    return r;
}

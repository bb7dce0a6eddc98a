/*
 * gauges: the gauges of a team as it stands now: what waits and since when, who could take it, and
 * what nobody could.
 */
#include "interner.h"
#include "member.h"
#include "skill_set.h"
#include "state.h"
#include "ticket.h"

/* The sets whose skills some member of today has, whatever that member's state. */
static uint64_t team_doable_sets(const struct team *team)
{
    uint64_t sets = 0;
    for (uint32_t i = 0; i < team->member_count; i++)
        if (team->members[i].active)
            sets |= team->members[i].sets;
    return sets;
}

static bool set_is_undoable(const struct team *team, uint32_t set, uint64_t doable)
{
    return team->sets[set].skills && team->sets[set].queue_count > 0 && !(doable >> set & 1);
}

/* A queue is in order of urgency: to find its oldest ticket, all must be looked at. */
static const struct ticket *set_oldest(const struct eh_engine *e, const struct skill_set *set,
                                       uint32_t *budget)
{
    uint32_t count = set->queue_count < *budget ? set->queue_count : *budget;
    const struct ticket *oldest = NULL;
    for (uint32_t i = 0; i < count || (i == 0 && set->queue_count > 0); i++) {
        const struct ticket *t = &e->tickets.slots[set->queue[i]];
        oldest = !oldest || t->received_us < oldest->received_us ? t : oldest;
    }
    *budget -= count;
    return oldest;
}

static void gauges_add_queues(const struct eh_engine *e, const struct team *team, uint32_t *budget,
                              struct eh_team_gauges *ret)
{
    uint64_t doable = team_doable_sets(team);
    const struct ticket *oldest = NULL;
    for (uint32_t i = 0; i < team->set_count; i++) {
        if (!team->sets[i].skills)
            continue;
        const struct ticket *t = set_oldest(e, &team->sets[i], budget);
        oldest = t && (!oldest || t->received_us < oldest->received_us) ? t : oldest;
        if (set_is_undoable(team, i, doable))
            ret->undoable += team->sets[i].queue_count;
    }
    if (oldest) {
        ret->oldest_us = oldest->received_us;
        ret->oldest_source = ticket_source(oldest);
        ret->oldest_id = ticket_id(oldest);
    }
}

static void gauges_add_periods(const struct eh_engine *e, struct eh_str team,
                               struct eh_team_gauges *ret)
{
    struct eh_period_view view;
    int32_t after = EH_DATE_ALWAYS;
    while (eh_engine_period_after(e, team, after, &view)) {
        after = eh_period_first(view.period);
        ret->late_facts += view.state == EH_PERIOD_OPEN ? 0 : view.late;
        ret->late_periods += view.state < EH_PERIOD_CLOSED && eh_period_last(view.period) < e->date;
    }
}

static const struct team *team_find(const struct eh_engine *e, struct eh_str id)
{
    uint32_t no = eh_interner_find(&e->roster.team_ids, id);
    return no != NONE && e->roster.teams[no].desk ? &e->roster.teams[no] : NULL;
}

bool eh_engine_team_gauges(const struct eh_engine *e, struct eh_str id, uint32_t *budget,
                           struct eh_team_gauges *ret)
{
    const struct team *team = team_find(e, id);
    if (!team)
        return false;
    *ret = (struct eh_team_gauges){.waiting = team->waiting,
                                   .open = team->open,
                                   .late = team->late,
                                   .paused = team->paused,
                                   .available = team->available};
    gauges_add_queues(e, team, budget, ret);
    gauges_add_periods(e, id, ret);
    return true;
}

uint32_t eh_engine_due_by(const struct eh_engine *e, struct eh_str id, int64_t until_us)
{
    uint32_t team = eh_interner_find(&e->roster.team_ids, id);
    return team == NONE ? 0 : eh_clocks_due_by(e, team, until_us);
}

/* ---- How long tickets waited. */

size_t eh_engine_waits(const struct eh_engine *e, struct eh_str id, uint32_t *budget, size_t max,
                       int64_t *ret_us)
{
    uint32_t team = eh_interner_find(&e->roster.team_ids, id);
    size_t count = 0;
    for (uint32_t i = e->tickets.order_count; i > 0 && *budget > 0 && count < max; i--, --*budget) {
        uint32_t slot = e->tickets.order[i - 1].slot;
        const struct ticket *t = slot == NONE ? NULL : &e->tickets.slots[slot];
        if (t && t->team == team && t->first_us > 0)
            ret_us[count++] = t->first_us > t->received_us ? t->first_us - t->received_us : 0;
    }
    return count;
}

/* ---- What nobody can do. */

static bool team_has_skill(const struct eh_engine *e, const struct team *team, struct eh_str skill)
{
    for (uint32_t i = 0; i < team->member_count; i++)
        if (team->members[i].active && eh_rep_has_skills(e, team->members[i].rep, skill))
            return true;
    return false;
}

/* Bit i: the i-th skill of the set is one that nobody has. */
static uint32_t skills_lacking(const struct eh_engine *e, const struct team *team,
                               struct eh_str skills)
{
    uint32_t bits = 0;
    for (uint32_t i = 0; skills.size > 0; i++)
        if (!team_has_skill(e, team, eh_text_list_next(&skills)))
            bits |= UINT32_C(1) << i;
    return bits;
}

size_t eh_engine_undoable(const struct eh_engine *e, struct eh_str id, size_t max,
                          struct eh_undoable *ret)
{
    const struct team *team = team_find(e, id);
    size_t count = 0;
    if (!team || team->waiting == 0)
        return 0;
    uint64_t doable = team_doable_sets(team);
    for (uint32_t i = 0; i < team->set_count && count < max; i++) {
        if (!set_is_undoable(team, i, doable))
            continue;
        struct eh_str skills = eh_str_n(team->sets[i].skills, team->sets[i].skills_size);
        ret[count++] = (struct eh_undoable){.skills = skills,
                                            .lacking = skills_lacking(e, team, skills),
                                            .waiting = team->sets[i].queue_count};
    }
    return count;
}

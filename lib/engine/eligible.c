/*
 * eligible: who may receive a ticket now: one tree for each team and required-skill set.
 *
 * A tree has a leaf for each member position, in order of rep id. A node sums what is below it. A
 * choice by weight or among the least loaded walks down once, in O(log members). A change of a rep
 * walks up once in each set of each of their teams. Only this file changes eligibility, so it is
 * the one that tells the ledger.
 */
#include "eligible.h"

#include "kinds.h"
#include "ledger.h"
#include "limits.h"
#include "member.h"
#include "policy.h"
#include "ready.h"
#include "skill_set.h"
#include "state.h"
#include "turns.h"

static const struct node nobody = {0, 0, NONE, 0, 0};

/* Negative: a has less load per share than b. Points stay below 2^30 and shares below 2^20, so the
 * products are exact. */
static int load_compare(const struct eh_engine *e, const struct member *a, const struct member *b)
{
    uint64_t left = e->roster.reps[a->rep].points * b->weight,
             right = e->roster.reps[b->rep].points * a->weight;
    return left < right ? -1 : left > right;
}

static void node_combine(const struct eh_engine *e, const struct team *team, struct node *tree,
                         uint32_t at)
{
    const struct node *a = &tree[2 * at], *b = &tree[2 * at + 1];
    struct node sum = {a->weight + b->weight, a->count + b->count, NONE, 0, a->slots + b->slots};
    if (team->policy->by_load) {
        int order = a->best == NONE ? 1
                    : b->best == NONE
                        ? -1
                        : load_compare(e, &team->members[a->best], &team->members[b->best]);
        sum.best = order <= 0 ? a->best : b->best;
        sum.ties = order < 0 ? a->ties : order > 0 ? b->ties : a->ties + b->ties;
    }
    tree[at] = sum;
}

/* dues: NULL if the policy has no rounds. */
static void dues_combine(__int128 *dues, uint32_t at)
{
    if (dues)
        dues[at] = dues[2 * at] < dues[2 * at + 1] ? dues[2 * at] : dues[2 * at + 1];
}

static struct node leaf_make(const struct team *team, uint32_t set, uint32_t position)
{
    const struct member *member = &team->members[position];
    const struct slot *slots = team->sets[set].slots;
    if (!(member_deals(member) >> set & 1))
        return nobody;
    return (struct node){member->weight, 1, position, 1, slots ? slots[position].slots : 0};
}

static void due_put(const struct team *team, uint32_t set, uint32_t position)
{
    __int128 *dues = team->sets[set].dues;
    uint32_t at = team->leaves + position;
    bool can = team->sets[set].tree[at].count > 0;
    dues[at] = can ? eh_turns_due(team, set, position) : NEVER_DUE;
}

static void leaf_put(struct eh_engine *e, uint32_t team_no, uint32_t set, uint32_t position,
                     struct node leaf)
{
    struct team *team = &e->roster.teams[team_no];
    struct node *tree = team->sets[set].tree;
    uint32_t at = team->leaves + position;
    tree[at] = leaf;
    if (team->sets[set].dues)
        due_put(team, set, position);
    for (at /= 2; at >= 1; at /= 2) {
        node_combine(e, team, tree, at);
        dues_combine(team->sets[set].dues, at);
    }
    eh_set_check_ready(e, team_no, set);
}

static bool member_is_in_range(const struct member *member, int32_t date)
{
    for (uint32_t i = 0; i < member->range_count; i++)
        if (member->ranges[i].from <= date && date <= member->ranges[i].until)
            return true;
    return false;
}

/* Rules before EH_RULES_TURNS: a rep who returns gets slots with the next round only. */
static void member_drop_slots(struct eh_engine *e, uint32_t team_no, uint32_t position)
{
    for (uint64_t left = e->roster.teams[team_no].members[position].sets; left; left &= left - 1)
        eh_rotation_earlier_drop(e, team_no, (uint32_t)__builtin_ctzll(left), position);
}

static void member_lose_skills(struct eh_engine *e, uint32_t team, uint32_t set, uint32_t position)
{
    if (e->rules < EH_RULES_TURNS)
        eh_rotation_earlier_drop(e, team, set, position);
    else if (e->roster.teams[team].sets[set].slots)
        eh_turns_put_down(e, &e->roster.teams[team], set, position);
}

static void member_enter(struct eh_engine *e, uint32_t team, const struct member *member,
                         uint64_t sets)
{
    eh_ledger_enter(e, team, member, sets);
    eh_turns_enter(e, team, member, sets);
}

static void member_leave(struct eh_engine *e, uint32_t team, const struct member *member,
                         uint64_t sets)
{
    eh_ledger_leave(e, team, member, sets);
    eh_turns_leave(e, team, member, sets);
}

/* Sets the flags that follow from date, status, points, capacity and open tickets. */
static void member_set_flags(struct eh_engine *e, uint32_t team_no, uint32_t position)
{
    const struct team *team = &e->roster.teams[team_no];
    struct member *member = &team->members[position];
    const struct rep *rep = &e->roster.reps[member->rep];
    uint64_t was = member_deals(member);
    bool there = member->active && !member->off && !rep->absent && rep->status != EH_STATUS_AWAY &&
                 !eh_rep_is_away_in(e, rep, team_no);
    eh_ramp_see(e, team_no, member, there);
    member->available = there && rep->status == EH_STATUS_AVAILABLE;
    eh_limit_set(e, member, eh_limit_of_hour(e, team, member));
    member->eligible = member->available && eh_below_capacity(team, rep) && !member->hour_full &&
                       !eh_limit_of_day(e, team, member);
    member->full = eh_kind_full_sets(e, team, member);
    uint32_t weight = eh_ramp_weight(e, team, member);
    uint64_t is = member_deals(member), stays = weight == member->weight ? was & is : 0;
    if (was & ~stays)
        member_leave(e, team_no, member, was & ~stays);
    member->weight = weight;
    if (is & ~stays)
        member_enter(e, team_no, member, is & ~stays);
    if (!member->eligible && team->policy->by_slots && e->rules < EH_RULES_TURNS && !e->restoring)
        member_drop_slots(e, team_no, position);
}

/* Marks who has the skills of a set. */
static void skill_set_mark(struct eh_engine *e, uint32_t team_no, uint32_t set_no)
{
    const struct team *team = &e->roster.teams[team_no];
    const struct skill_set *set = &team->sets[set_no];
    struct eh_str skills = eh_str_n(set->skills, set->skills_size);
    uint64_t bit = UINT64_C(1) << set_no;
    for (uint32_t i = 0; i < team->member_count; i++) {
        struct member *member = &team->members[i];
        bool has = eh_rep_has_skills(e, member->rep, skills);
        member->sets = has ? member->sets | bit : member->sets & ~bit;
        if (!has)
            member_lose_skills(e, team_no, set_no, i);
    }
}

/* Marks who is full for a new set, of which nothing is owed to anybody yet. */
static void skill_set_mark_full(struct eh_engine *e, uint32_t team_no, uint32_t set_no)
{
    const struct team *team = &e->roster.teams[team_no];
    uint64_t bit = UINT64_C(1) << set_no;
    for (uint32_t i = 0; i < team->member_count; i++) {
        struct member *member = &team->members[i];
        uint64_t full = team->limited & bit ? eh_kind_full_sets(e, team, member) & bit : 0;
        member->full = (member->full & ~bit) | full;
    }
}

static void tree_build(struct eh_engine *e, uint32_t team_no, uint32_t set_no)
{
    struct team *team = &e->roster.teams[team_no];
    struct skill_set *set = &team->sets[set_no];
    set->available = set->able = 0;
    for (uint32_t i = 0; i < team->leaves; i++) {
        bool member = i < team->member_count;
        set->able += member && team->members[i].active && team->members[i].sets >> set_no & 1;
        set->tree[team->leaves + i] = member ? leaf_make(team, set_no, i) : nobody;
        if (set->dues && member)
            due_put(team, set_no, i);
        else if (set->dues)
            set->dues[team->leaves + i] = NEVER_DUE;
        if (member && team->members[i].available && team->members[i].sets >> set_no & 1)
            set->available++;
    }
    for (uint32_t at = team->leaves - 1; at >= 1; at--) {
        node_combine(e, team, set->tree, at);
        dues_combine(set->dues, at);
    }
    eh_set_check_ready(e, team_no, set_no);
}

void eh_eligible_build_set(struct eh_engine *e, uint32_t team, uint32_t set)
{
    skill_set_mark(e, team, set);
    skill_set_mark_full(e, team, set);
    tree_build(e, team, set);
}

void eh_eligible_rebuild(struct eh_engine *e, uint32_t team_no)
{
    struct team *team = &e->roster.teams[team_no];
    for (uint32_t i = 0; i < team->set_count; i++)
        if (team->sets[i].skills)
            skill_set_mark(e, team_no, i);
    team->available = team->today = 0;
    for (uint32_t i = 0; i < team->member_count; i++) {
        struct member *member = &team->members[i];
        member->active = member_is_in_range(member, e->date);
        team->today += member->active;
        member_set_flags(e, team_no, i);
        team->available += member->available;
    }
    for (uint32_t i = 0; i < team->set_count; i++)
        if (team->sets[i].skills)
            tree_build(e, team_no, i);
}

void eh_eligible_leave_all(struct eh_engine *e, uint32_t team_no)
{
    const struct team *team = &e->roster.teams[team_no];
    for (uint32_t i = 0; i < team->member_count; i++) {
        struct member *member = &team->members[i];
        if (member->eligible)
            member_leave(e, team_no, member, member_deals(member));
        member->eligible = false;
        eh_limit_set(e, member, false);
    }
}

void eh_eligible_member(struct eh_engine *e, uint32_t team_no, uint32_t position)
{
    struct team *team = &e->roster.teams[team_no];
    struct member *member = &team->members[position];
    bool was_available = member->available, was_eligible = member->eligible;
    uint64_t was = member_deals(member);
    uint32_t weight = member->weight;
    member_set_flags(e, team_no, position);
    uint64_t is = member_deals(member), changed = weight == member->weight ? was ^ is : was | is;
    uint32_t change = (uint32_t)member->available - (uint32_t)was_available; /* modulo 2^32 */
    team->available += change;
    bool leaves = was_eligible != member->eligible || (member->eligible && team->policy->by_load);
    if (!change && !leaves && !changed)
        return;
    for (uint64_t left = member->sets; left; left &= left - 1) {
        uint32_t set = (uint32_t)__builtin_ctzll(left);
        team->sets[set].available += change;
        if (leaves || changed >> set & 1)
            leaf_put(e, team_no, set, position, leaf_make(team, set, position));
    }
}

void eh_eligible_refresh(struct eh_engine *e, uint32_t rep_no)
{
    const struct rep *rep = &e->roster.reps[rep_no];
    for (uint32_t i = 0; i < rep->membership_count; i++)
        eh_eligible_member(e, rep->memberships[i].team, rep->memberships[i].position);
}

bool eh_eligible_end_ramps(struct eh_engine *e, uint32_t team_no)
{
    uint32_t rep, left = e->ramps_left;
    while (e->ramps_left > 0 && (rep = eh_ramps_pop(e, team_no)) != NONE) {
        uint32_t position = eh_member_position(e, team_no, rep);
        e->ramps_left--;
        if (position != NONE)
            eh_eligible_member(e, team_no, position);
    }
    return e->ramps_left < left;
}

void eh_eligible_ramps(struct eh_engine *e)
{
    for (uint32_t i = 0; i < e->roster.team_ids.count && e->ramps_open > 0; i++)
        if (e->roster.teams[i].desk && e->roster.teams[i].desk->ramp_ppm)
            (void)eh_eligible_end_ramps(e, i);
}

static void team_new_hour(struct eh_engine *e, uint32_t team_no)
{
    const struct team *team = &e->roster.teams[team_no];
    for (uint32_t i = 0; i < team->member_count && e->hours.full > 0; i++)
        if (team->members[i].hour_full)
            eh_eligible_member(e, team_no, i);
}

void eh_eligible_new_hour(struct eh_engine *e)
{
    for (uint32_t i = 0; i < e->roster.team_ids.count && e->hours.full > 0; i++)
        if (e->roster.teams[i].desk)
            team_new_hour(e, i);
}

void eh_eligible_mask(struct eh_engine *e, uint32_t team_no, uint32_t set, uint32_t position,
                      bool in)
{
    struct team *team = &e->roster.teams[team_no];
    leaf_put(e, team_no, set, position, in ? leaf_make(team, set, position) : nobody);
}

void eh_eligible_slots(struct eh_engine *e, uint32_t team, uint32_t set, uint32_t position)
{
    leaf_put(e, team, set, position, leaf_make(&e->roster.teams[team], set, position));
}

uint64_t eh_eligible_weight_before(const struct team *team, const struct skill_set *set,
                                   uint32_t position)
{
    uint64_t sum = 0;
    for (uint32_t node = team->leaves + position; node > 1; node /= 2)
        if (node & 1)
            sum += set->tree[node - 1].weight;
    return sum;
}

uint32_t eh_eligible_at_slot(const struct team *team, const struct skill_set *set, uint64_t at)
{
    uint32_t node = 1;
    while (node < team->leaves) {
        node *= 2;
        if (at >= set->tree[node].slots)
            at -= set->tree[node++].slots;
    }
    return node - team->leaves;
}

uint32_t eh_eligible_at_weight(const struct team *team, const struct skill_set *set, uint64_t at)
{
    uint32_t node = 1;
    while (node < team->leaves) {
        node *= 2;
        if (at >= set->tree[node].weight)
            at -= set->tree[node++].weight;
    }
    return node - team->leaves;
}

uint32_t eh_eligible_at_tie(const struct eh_engine *e, const struct team *team,
                            const struct skill_set *set, uint64_t at)
{
    const struct member *least = &team->members[set->tree[1].best];
    uint32_t node = 1;
    while (node < team->leaves) {
        const struct node *left = &set->tree[node *= 2];
        bool tied = left->best != NONE && load_compare(e, &team->members[left->best], least) == 0;
        uint32_t ties = tied ? left->ties : 0;
        if (at >= ties) {
            at -= ties;
            node++;
        }
    }
    return node - team->leaves;
}

/*
 * roster: lays out reps, teams, members and trees by a desk file and a date.
 */
#include "roster.h"

#include "account.h"
#include "affinity.h"
#include "digest.h"
#include "eligible.h"
#include "interner.h"
#include "kinds.h"
#include "lasts.h"
#include "member.h"
#include "policy.h"
#include "ready.h"
#include "regroup.h"
#include "schedules.h"
#include "skill_set.h"
#include "state.h"
#include "turns.h"

#include <stdlib.h>

/* ---- laying out */

static int desk_intern(struct eh_engine *e, const struct eh_desk *desk)
{
    int r = 0;
    uint32_t no;
    for (uint32_t i = 0; r == 0 && i < desk->rep_count; i++)
        r = eh_intern_rep(e, desk->reps[i].id, &no);
    for (uint32_t i = 0; r == 0 && i < desk->team_count; i++)
        r = eh_intern_team(e, desk->teams[i].id, &no);
    for (uint32_t i = 0; r == 0 && i < desk->kind_count; i++)
        r = eh_intern_kind(e, desk->kinds[i].id, &no);
    return r;
}

static void desk_set_reps_and_kinds(struct eh_engine *e, const struct eh_desk *desk)
{
    for (uint32_t i = 0; i < e->roster.rep_ids.count; i++) {
        e->roster.reps[i].present = false;
        e->roster.reps[i].membership_count = 0;
    }
    for (uint32_t i = 0; i < desk->rep_count; i++) {
        struct rep *rep = &e->roster.reps[eh_interner_find(&e->roster.rep_ids, desk->reps[i].id)];
        rep->present = true;
        rep->desk_index = i;
        rep->share_ppm = desk->reps[i].share_ppm;
    }
    for (uint32_t i = 0; i < e->roster.kind_ids.count; i++)
        e->roster.kinds[i].points = 0;
    for (uint32_t i = 0; i < desk->kind_count; i++)
        e->roster.kinds[eh_interner_find(&e->roster.kind_ids, desk->kinds[i].id)].points =
            desk->kinds[i].points;
}

/* Moves everybody's slots to the positions of the new members. Both lists are in order of rep
 * id. */
static int set_move_slots(struct eh_engine *e, const struct team *team, uint32_t set_no,
                          const struct member *members, uint32_t count)
{
    struct skill_set *set = &team->sets[set_no];
    if (!set->slots)
        return 0;
    struct slot *slots = calloc(count + (size_t)1, sizeof *slots);
    if (!slots)
        return -EH_ENOMEM;
    for (uint32_t i = 0, to = 0; i < team->member_count; i++) {
        struct eh_str id = interned(&e->roster.rep_ids, team->members[i].rep);
        while (to < count && eh_str_compare(interned(&e->roster.rep_ids, members[to].rep), id) < 0)
            to++;
        if (to < count && members[to].rep == team->members[i].rep)
            slots[to] = set->slots[i];
        else
            eh_turns_put_down(e, team, set_no, i);
    }
    free(set->slots);
    set->slots = slots;
    return 0;
}

/* Takes over the members. */
static int team_put_members(struct eh_engine *e, struct team *team, struct member *members,
                            uint32_t count)
{
    int r = 0;
    for (uint32_t i = 0; r == 0 && i < team->set_count; i++)
        r = set_move_slots(e, team, i, members, count);
    free(team->members);
    team->members = members;
    team->member_count = count;
    for (team->leaves = 1; team->leaves < team->member_count;)
        team->leaves *= 2;
    return r;
}

/* A rep may stand in a team several times, with other dates: they are one member with several
 * ranges. */
static int team_set_members(struct eh_engine *e, uint32_t team_no, const struct eh_desk *desk)
{
    struct team *team = &e->roster.teams[team_no];
    const struct eh_desk_team *from = team->desk;
    struct member *members = calloc(from->member_count + 1, sizeof *members);
    if (!members)
        return -EH_ENOMEM;
    uint32_t count = 0;
    for (uint32_t i = 0; i < from->member_count; i++) {
        if (i > 0 && from->members[i].rep == from->members[i - 1].rep) {
            members[count - 1].range_count++;
            continue;
        }
        uint32_t rep = eh_interner_find(&e->roster.rep_ids, desk->reps[from->members[i].rep].id);
        const struct account *account = eh_account(e, team_no, rep);
        if (!account) {
            free(members);
            return -EH_ENOMEM;
        }
        members[count++] = (struct member){.rep = rep,
                                           .account = (uint32_t)(account - e->accounts.items),
                                           .ranges = &from->members[i],
                                           .range_count = 1};
    }
    return team_put_members(e, team, members, count);
}

/* Makes or drops the slots of a set, as the policy has rounds or not. */
static int set_make_slots(struct eh_engine *e, const struct team *team, uint32_t set_no)
{
    struct skill_set *set = &team->sets[set_no];
    if (!team->policy->by_slots) {
        if (set->slots)
            eh_set_end_rounds(e, team, set_no);
        return 0;
    }
    if (!set->slots)
        set->slots = calloc(team->member_count + (size_t)1, sizeof *set->slots);
    free(set->dues);
    set->dues = calloc(2 * (size_t)team->leaves, sizeof *set->dues);
    return set->slots && set->dues ? 0 : -EH_ENOMEM;
}

/* Sets keep their queues and cumulative entitlement, and get trees of the new size. */
static int team_set_trees(struct eh_engine *e, uint32_t team_no)
{
    struct team *team = &e->roster.teams[team_no];
    for (uint32_t i = 0; i < team->set_count; i++) {
        struct skill_set *set = &team->sets[i];
        if (!set->skills)
            continue;
        int r = set_make_slots(e, team, i);
        if (r < 0)
            return r;
        struct node *tree = calloc(2 * (size_t)team->leaves, sizeof *tree);
        if (!tree)
            return -EH_ENOMEM;
        free(set->tree);
        set->tree = tree;
    }
    return 0;
}

void eh_team_free(struct team *team)
{
    for (uint32_t i = 0; i < team->set_count; i++) {
        free(team->sets[i].skills);
        free(team->sets[i].tree);
        free(team->sets[i].slots);
        free(team->sets[i].dues);
        free(team->sets[i].queue);
    }
    free(team->sets);
    free(team->members);
    eh_ramps_done(&team->ramps);
}

/* Removes a team from the desk. Its ledger and its periods stay. */
static void team_remove(struct eh_engine *e, uint32_t no)
{
    struct team *team = &e->roster.teams[no];
    for (uint32_t i = 0; i < team->set_count; i++)
        eh_set_done(e, no, i);
    eh_team_free(team);
    *team = (struct team){.ledger = team->ledger,
                          .purse = team->purse,
                          .past = team->past,
                          .schedule = team->schedule,
                          .hours_hash = team->hours_hash,
                          .hours_past = team->hours_past,
                          .periods = team->periods,
                          .shadow_periods = team->shadow_periods};
}

static int desk_set_teams(struct eh_engine *e, const struct eh_desk *desk)
{
    for (uint32_t i = 0; i < e->roster.team_ids.count; i++)
        if (!eh_desk_team(desk, e->roster.team_ids.items[i]))
            team_remove(e, i);
    for (uint32_t i = 0; i < desk->team_count; i++) {
        uint32_t no = eh_interner_find(&e->roster.team_ids, desk->teams[i].id);
        struct team *team = &e->roster.teams[no];
        team->desk = &desk->teams[i];
        team->desk_index = i;
        team->policy = eh_policy_find(desk->teams[i].policy);
        int r = team_set_members(e, no, desk);
        if (r == 0)
            r = team_set_trees(e, no);
        if (r < 0)
            return r;
    }
    return 0;
}

/* Lays out each rep's teams, in order of team id, all in one array. */
static int desk_set_memberships(struct eh_engine *e, const struct eh_desk *desk)
{
    size_t total = 0;
    for (uint32_t i = 0; i < desk->team_count; i++) {
        const struct team *team =
            &e->roster.teams[eh_interner_find(&e->roster.team_ids, desk->teams[i].id)];
        total += team->member_count;
        for (uint32_t m = 0; m < team->member_count; m++)
            e->roster.reps[team->members[m].rep].membership_count++;
    }
    free(e->roster.memberships);
    free(e->roster.desk_teams);
    e->roster.memberships = calloc(total + 1, sizeof *e->roster.memberships);
    e->roster.desk_teams = calloc(total + 1, sizeof *e->roster.desk_teams);
    if (!e->roster.memberships || !e->roster.desk_teams)
        return -EH_ENOMEM;
    size_t at = 0;
    for (uint32_t i = 0; i < e->roster.rep_ids.count; i++) {
        e->roster.reps[i].memberships = &e->roster.memberships[at];
        e->roster.reps[i].desk_teams = &e->roster.desk_teams[at];
        at += e->roster.reps[i].membership_count;
        e->roster.reps[i].membership_count = 0;
    }
    for (uint32_t i = 0; i < desk->team_count; i++) {
        uint32_t no = eh_interner_find(&e->roster.team_ids, desk->teams[i].id);
        for (uint32_t m = 0; m < e->roster.teams[no].member_count; m++) {
            struct rep *rep = &e->roster.reps[e->roster.teams[no].members[m].rep];
            size_t to =
                (size_t)(rep->memberships - e->roster.memberships) + rep->membership_count++;
            e->roster.memberships[to] = (struct membership){no, m};
            e->roster.desk_teams[to] = i;
        }
    }
    return 0;
}

static void rep_presume(struct eh_engine *e, uint32_t rep_no, int64_t now_us)
{
    struct rep *rep = &e->roster.reps[rep_no];
    int status = eh_rep_presumed_status(e, rep_no);
    if (!rep->known || (!rep->signalled && rep->status != status)) {
        rep->known = true;
        rep->status = (uint8_t)status;
        rep->since_us = now_us;
        eh_digest_rep(e, rep_no);
    }
}

int eh_roster_install(struct eh_engine *e, struct eh_parsed_desk *file, int64_t now_us)
{
    const struct eh_desk *desk = file->desk;
    struct eh_parsed_desk *old = e->desk;
    int r = desk_intern(e, desk);
    if (r < 0)
        return r;
    eh_lasts_expire(e, now_us, EH_LASTS_MAX); /* by the times of the desk that goes */
    for (uint32_t i = 0; i < e->roster.team_ids.count; i++)
        eh_eligible_leave_all(e, i);
    eh_ready_clear(e);
    desk_set_reps_and_kinds(e, desk);
    e->desk = file;
    r = desk_set_teams(e, desk);
    if (r == 0)
        r = desk_set_memberships(e, desk);
    if (r == 0)
        r = eh_schedules_lay_out(e);
    if (r == 0)
        r = eh_kinds_lay_out(e);
    if (r == 0)
        r = eh_sets_regroup(e);
    if (r == 0)
        r = eh_ramps_lay_out(e);
    eh_parsed_desk_drop(old);
    if (r < 0)
        return r;
    eh_schedules_tell(e);
    eh_pauses_count_anew(e);
    for (uint32_t i = 0; i < e->roster.rep_ids.count; i++)
        if (e->roster.reps[i].present)
            rep_presume(e, i, now_us);
    for (uint32_t i = 0; i < e->roster.team_ids.count; i++)
        if (e->roster.teams[i].desk)
            eh_eligible_rebuild(e, i);
    eh_lasts_settle(e);
    return eh_affinity_rebuild(e);
}

/* ---- the day */

void eh_roster_set_date(struct eh_engine *e, int32_t date)
{
    e->date = date;
    for (uint32_t i = 0; i < e->roster.team_ids.count; i++)
        if (e->roster.teams[i].desk)
            eh_eligible_rebuild(e, i);
}

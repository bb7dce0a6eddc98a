/*
 * observe: tells an observer about each deal, and which chance everybody had.
 *
 * No decision depends on it.
 */
#include "observe.h"

#include "interner.h"
#include "ledger.h"
#include "policy.h"
#include "ramps.h"
#include "skill_set.h"
#include "state.h"
#include "step.h"
#include "ticket.h"

#include <stdlib.h>

struct watch {
    eh_deal_fn *fn;
    void *context;
    struct eh_chances chances;
    uint32_t capacity;
    struct eh_deal_member *members;
    uint32_t member_room;
};

int eh_engine_observe(struct eh_engine *e, eh_deal_fn *fn, void *context)
{
    eh_watch_done(e);
    if (!fn)
        return 0;
    e->watch = calloc(1, sizeof *e->watch);
    if (!e->watch)
        return -EH_ENOMEM;
    e->watch->fn = fn;
    e->watch->context = context;
    return 0;
}

static void chances_drop(struct eh_chances *chances)
{
    free(chances->positions);
    free(chances->items);
    free(chances->scratch);
    *chances = (struct eh_chances){0};
}

void eh_watch_done(struct eh_engine *e)
{
    if (!e->watch)
        return;
    chances_drop(&e->watch->chances);
    free(e->watch->members);
    free(e->watch);
    e->watch = NULL;
}

static int watch_reserve(struct watch *watch, uint32_t count)
{
    struct eh_chances *c = &watch->chances;
    if (count <= watch->capacity)
        return 0;
    chances_drop(c);
    c->positions = malloc(count * sizeof *c->positions);
    c->items = malloc(count * sizeof *c->items);
    c->scratch = malloc(count * sizeof *c->scratch);
    watch->capacity = c->positions && c->items && c->scratch ? count : 0;
    return watch->capacity ? 0 : -EH_ENOMEM;
}

int eh_watch_chances(struct eh_engine *e, const struct eh_choice *choice)
{
    const struct team *team = choice->team;
    const struct node *tree = choice->set->tree;
    if (!e->watch)
        return 0;
    int r = watch_reserve(e->watch, tree[1].count);
    if (r < 0)
        return r;
    struct eh_chances *c = &e->watch->chances;
    c->count = 0;
    for (uint32_t i = 0; i < team->member_count; i++) {
        if (!tree[team->leaves + i].count)
            continue;
        uint32_t rep = team->members[i].rep;
        c->positions[c->count] = i;
        c->items[c->count++] =
            (struct eh_deal_chance){.rep = interned(&e->roster.rep_ids, rep),
                                    .share_ppm = team->members[i].weight,
                                    .ramp_until_us = eh_ramp_until(e, team, &team->members[i]),
                                    .slots = tree[team->leaves + i].slots,
                                    .points = e->roster.reps[rep].points};
    }
    team->policy->chances(choice, c);
    return 0;
}

/* Why the member could not get the ticket, seen before the deal. */
static uint8_t member_barrier(const struct eh_engine *e, const struct ticket *t, uint32_t position,
                              bool avoided)
{
    const struct team *team = &e->roster.teams[t->team];
    const struct member *member = &team->members[position];
    const struct rep *rep = &e->roster.reps[member->rep];
    if (!(member->sets >> t->set & 1))
        return EH_BARRIER_SKILL;
    if (member->off || rep->absent)
        return EH_BARRIER_OFF;
    if (rep->status != EH_STATUS_AVAILABLE)
        return rep->status == EH_STATUS_AWAY ? EH_BARRIER_AWAY : EH_BARRIER_OVERLOADED;
    if (!member->available)
        return EH_BARRIER_RELEASED;
    if (!(member_deals(member) >> t->set & 1))
        return EH_BARRIER_FULL;
    return avoided && member->rep == t->was ? EH_BARRIER_GAVE_BACK : EH_BARRIER_NONE;
}

/* -EH_ENOMEM */
static int watch_fill_members(struct eh_engine *e, const struct ticket *t,
                              const struct decision *decision, uint32_t *ret_count)
{
    struct watch *watch = e->watch;
    const struct team *team = &e->roster.teams[t->team];
    bool avoided = decision->eligible && decision->eligible < team->sets[t->set].tree[1].count;
    int r =
        eh_array_room(&watch->members, &watch->member_room, team->member_count + 1, EH_ARRAY_MAX);
    uint32_t count = 0;
    for (uint32_t i = 0; r == 0 && i < team->member_count; i++) {
        const struct rep *rep = &e->roster.reps[team->members[i].rep];
        if (team->members[i].active)
            watch->members[count++] =
                (struct eh_deal_member){.rep = interned(&e->roster.rep_ids, team->members[i].rep),
                                        .share_ppm = rep->share_ppm,
                                        .barrier = member_barrier(e, t, i, avoided),
                                        .since_us = rep->since_us};
    }
    *ret_count = count;
    return r;
}

int eh_watch_tell(struct eh_engine *e, const struct ticket *t, uint32_t rep,
                  const struct decision *decision, int64_t now_us)
{
    uint32_t members;
    if (!e->watch)
        return 0;
    int r = watch_fill_members(e, t, decision, &members);
    if (r < 0)
        return r;
    struct eh_deal deal = {.ticket = t->no,
                           .source = ticket_source(t),
                           .id = ticket_id(t),
                           .team = interned(&e->roster.team_ids, t->team),
                           .rep = interned(&e->roster.rep_ids, rep),
                           .why = eh_str(decision->why),
                           .policy = eh_str(e->roster.teams[t->team].policy->name),
                           .was = interned(&e->roster.rep_ids, t->was),
                           .deal = t->deals + 1,
                           .further = t->receipted,
                           .left = t->left,
                           .returned = t->returned,
                           .kept = t->kept,
                           .lapsed = t->lapsed,
                           .value = t->value,
                           .at_us = now_us,
                           .booked = eh_ledger_booked(e, t),
                           .dealt = decision->chances,
                           .members = e->watch->members,
                           .member_count = members};
    if (deal.dealt) {
        deal.chances = e->watch->chances.items;
        deal.count = e->watch->chances.count;
    }
    e->watch->fn(e->watch->context, &deal);
    return 0;
}

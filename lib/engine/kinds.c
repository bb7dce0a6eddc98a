/*
 * kinds: how many open tickets of a kind a team lets a rep have.
 *
 * As capacity does, it counts by share what the rep has in all teams, whoever gave it, and the last
 * ticket may pass it. Who has so many is full for tickets of that kind alone: the trees and the
 * sums of these sets are without them, and those of all other sets are not.
 *
 * Kinds that some team limits have a counter for each rep on the desk.
 */
#include "kinds.h"

#include "interner.h"
#include "limits.h"
#include "skill_set.h"
#include "state.h"
#include "ticket.h"

#include <stdlib.h>

static uint32_t team_kind_most(const struct eh_desk_team *team, struct eh_str kind)
{
    for (uint32_t i = 0; i < team->kind_count; i++)
        if (eh_str_equal(team->kinds[i].kind, kind))
            return team->kinds[i].open;
    return 0;
}

uint32_t eh_kind_most(const struct eh_engine *e, uint32_t team, uint32_t kind)
{
    const struct eh_desk_team *desk = e->roster.teams[team].desk;
    bool limited = desk && desk->kind_count > 0 && e->roster.kinds[kind].counter != NONE;
    return limited ? team_kind_most(desk, interned(&e->roster.kind_ids, kind)) : 0;
}

/* NULL: nobody counts them. */
static uint32_t *counter_of(const struct eh_engine *e, uint32_t rep_no, uint32_t kind)
{
    const struct rep *rep = &e->roster.reps[rep_no];
    uint32_t counter = e->roster.kinds[kind].counter;
    return rep->present && counter != NONE
               ? &e->roster.counters
                      .open[(size_t)rep->desk_index * e->roster.counters.count + counter]
               : NULL;
}

uint32_t eh_kind_open(const struct eh_engine *e, uint32_t rep, uint32_t kind)
{
    const uint32_t *open = counter_of(e, rep, kind);
    return open ? *open : 0;
}

void eh_kind_count(struct eh_engine *e, const struct ticket *t, bool in)
{
    uint32_t *open = counter_of(e, t->rep, t->kind);
    if (open)
        *open += in ? 1 : UINT32_MAX; /* modulo 2^32 */
}

bool eh_kind_is_full(const struct eh_engine *e, uint32_t rep, uint32_t kind, uint32_t most)
{
    return eh_limit_is_reached(eh_kind_open(e, rep, kind), most, e->roster.reps[rep].share_ppm);
}

uint64_t eh_kind_full_sets(const struct eh_engine *e, const struct team *team,
                           const struct member *member)
{
    uint64_t full = 0;
    for (uint64_t left = team->limited; left; left &= left - 1) {
        uint32_t at = (uint32_t)__builtin_ctzll(left);
        const struct skill_set *set = &team->sets[at];
        if (eh_kind_is_full(e, member->rep, set->kind, set->most))
            full |= UINT64_C(1) << at;
    }
    return full;
}

void eh_kind_limit_set(struct eh_engine *e, uint32_t team_no, uint32_t set_no)
{
    struct team *team = &e->roster.teams[team_no];
    struct skill_set *set = &team->sets[set_no];
    uint64_t bit = UINT64_C(1) << set_no;
    set->most = set->kind == NONE ? 0 : eh_kind_most(e, team_no, set->kind);
    team->limited = set->most ? team->limited | bit : team->limited & ~bit;
}

static void team_limit_kinds(struct eh_engine *e, const struct eh_desk_team *team, uint32_t *count)
{
    for (uint32_t i = 0; i < team->kind_count; i++) {
        uint32_t no = eh_interner_find(&e->roster.kind_ids, team->kinds[i].kind);
        if (e->roster.kinds[no].counter == NONE)
            e->roster.kinds[no].counter = (*count)++;
    }
}

int eh_kinds_lay_out(struct eh_engine *e)
{
    const struct eh_desk *desk = e->desk->desk;
    uint32_t count = 0;
    for (uint32_t i = 0; i < e->roster.kind_ids.count; i++)
        e->roster.kinds[i].counter = NONE;
    for (uint32_t i = 0; i < desk->team_count; i++)
        team_limit_kinds(e, &desk->teams[i], &count);
    free(e->roster.counters.open);
    e->roster.counters = (struct kind_counters){
        .open = calloc((size_t)desk->rep_count * count + 1, sizeof *e->roster.counters.open),
        .count = count};
    if (!e->roster.counters.open)
        return -EH_ENOMEM;
    for (uint32_t i = 0; count > 0 && i < e->tickets.order_count; i++) {
        uint32_t slot = e->tickets.order[i].slot;
        if (slot != NONE && e->tickets.slots[slot].state == EH_TICKET_ASSIGNED)
            eh_kind_count(e, &e->tickets.slots[slot], true);
    }
    return 0;
}

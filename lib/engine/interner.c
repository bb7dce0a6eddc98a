/*
 * interner: gives ids their numbers, which are never given again, and makes room in the arrays that
 * these numbers index.
 */
#include "interner.h"

#include "state.h"

#include <stdlib.h>

uint32_t eh_interner_find(const struct interner *names, struct eh_str name)
{
    uint64_t no;
    return eh_table_get(&names->index, eh_key_of_text(name), &no) ? (uint32_t)no : NONE;
}

static int interner_add(struct interner *names, struct eh_str name, uint32_t *ret)
{
    uint32_t no = eh_interner_find(names, name);
    if (no != NONE) {
        *ret = no;
        return 0;
    }
    if (names->count >= INTERNED_MAX)
        return -EH_EFULL;
    int r = eh_array_room(&names->items, &names->capacity, names->count + 1, INTERNED_MAX);
    if (r < 0)
        return r;
    struct eh_str copy = eh_arena_str(&names->text, name);
    if (!copy.data)
        return -EH_ENOMEM;
    r = eh_table_put(&names->index, eh_key_of_text(name), names->count);
    if (r < 0)
        return r;
    names->items[names->count] = copy;
    *ret = names->count++;
    return 0;
}

void eh_interner_done(struct interner *names)
{
    eh_table_done(&names->index);
    eh_arena_done(&names->text);
    free(names->items);
}

int eh_intern_rep(struct eh_engine *e, struct eh_str id, uint32_t *ret)
{
    uint32_t count = e->roster.rep_ids.count;
    int r = eh_array_room(&e->roster.reps, &e->roster.reps_capacity, count + 1, INTERNED_MAX);
    if (r == 0)
        r = eh_array_room(&e->expiries.reps, &e->expiries.capacity, count + 1, INTERNED_MAX);
    if (r == 0)
        r = interner_add(&e->roster.rep_ids, id, ret);
    if (r == 0 && *ret == count)
        e->roster.reps[count] = (struct rep){.status = EH_STATUS_AVAILABLE,
                                             .until_us = EH_TIME_NEVER,
                                             .held = {.until_us = EH_TIME_NEVER},
                                             .since = EH_DATE_ALWAYS,
                                             .since_until = EH_DATE_NEVER,
                                             .expiry_at = NONE,
                                             .absence_at = NONE,
                                             .open = {NONE, NONE, 0}};
    return r;
}

int eh_intern_team(struct eh_engine *e, struct eh_str id, uint32_t *ret)
{
    uint32_t count = e->roster.team_ids.count;
    int r = eh_array_room(&e->roster.teams, &e->roster.teams_capacity, count + 1, INTERNED_MAX);
    if (r == 0)
        r = interner_add(&e->roster.team_ids, id, ret);
    if (r == 0 && *ret == count)
        e->roster.teams[count] =
            (struct team){.periods = NONE, .shadow_periods = NONE, .past = {.day = EH_DATE_ALWAYS}};
    return r;
}

int eh_intern_kind(struct eh_engine *e, struct eh_str id, uint32_t *ret)
{
    uint32_t count = e->roster.kind_ids.count;
    int r = eh_array_room(&e->roster.kinds, &e->roster.kinds_capacity, count + 1, INTERNED_MAX);
    if (r == 0)
        r = interner_add(&e->roster.kind_ids, id, ret);
    if (r == 0 && *ret == count)
        e->roster.kinds[count] = (struct kind){.counter = NONE};
    return r;
}

int eh_intern_source(struct eh_engine *e, struct eh_str name, uint32_t *ret)
{
    return interner_add(&e->answering, name, ret);
}

int eh_intern_zone(struct eh_engine *e, struct eh_str name, uint32_t *ret)
{
    return interner_add(&e->zones.names, name, ret);
}

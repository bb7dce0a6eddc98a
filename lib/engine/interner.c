/*
 * interner: numbers for ids, never given again, and the arrays that these numbers index.
 */
#include "calls.h"

#include <stdlib.h>

uint32_t eh_names_find(const struct names *names, struct eh_str name)
{
    uint64_t no;
    return eh_table_get(&names->index, eh_key_of_text(name), &no) ? (uint32_t)no : NONE;
}

static int names_add(struct names *names, struct eh_str name, uint32_t *ret)
{
    uint32_t no = eh_names_find(names, name);
    if (no != NONE) {
        *ret = no;
        return 0;
    }
    if (names->count >= NAMES_MAX)
        return -EH_EFULL;
    int r = eh_array_room(&names->items, &names->capacity, names->count + 1, NAMES_MAX);
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

void eh_names_done(struct names *names)
{
    eh_table_done(&names->index);
    eh_arena_done(&names->text);
    free(names->items);
}

int eh_engine_add_rep(struct eh_engine *e, struct eh_str id, uint32_t *ret)
{
    uint32_t count = e->rep_names.count;
    int r = eh_array_room(&e->reps, &e->reps_capacity, count + 1, NAMES_MAX);
    if (r == 0)
        r = eh_array_room(&e->expiries, &e->expiry_capacity, count + 1, NAMES_MAX);
    if (r == 0)
        r = names_add(&e->rep_names, id, ret);
    if (r == 0 && *ret == count)
        e->reps[count] = (struct rep){.status = EH_STATUS_AVAILABLE,
                                      .until_us = EH_TIME_NEVER,
                                      .held = {.until_us = EH_TIME_NEVER},
                                      .since = EH_DATE_ALWAYS,
                                      .since_until = EH_DATE_NEVER,
                                      .expiry_at = NONE,
                                      .open = {NONE, NONE, 0}};
    return r;
}

int eh_engine_add_team(struct eh_engine *e, struct eh_str id, uint32_t *ret)
{
    uint32_t count = e->team_names.count;
    int r = eh_array_room(&e->teams, &e->teams_capacity, count + 1, NAMES_MAX);
    if (r == 0)
        r = names_add(&e->team_names, id, ret);
    if (r == 0 && *ret == count)
        e->teams[count] =
            (struct team){.periods = NONE, .shadow_periods = NONE, .past = {.day = EH_DATE_ALWAYS}};
    return r;
}

int eh_engine_add_kind(struct eh_engine *e, struct eh_str id, uint32_t *ret)
{
    uint32_t count = e->kind_names.count;
    int r = eh_array_room(&e->kinds, &e->kinds_capacity, count + 1, NAMES_MAX);
    if (r == 0)
        r = names_add(&e->kind_names, id, ret);
    if (r == 0 && *ret == count)
        e->kinds[count] = (struct kind){0};
    return r;
}

int eh_engine_add_zone(struct eh_engine *e, struct eh_str name, uint32_t *ret)
{
    return names_add(&e->zone_names, name, ret);
}

/*
 * people: the reps and the managers that the facts name, each with their sums.
 */
#include "facts.h"

static struct rep *rep_add(struct eh_fairness *f, struct eh_str id)
{
    struct eh_str copy = eh_arena_str(&f->arena, id);
    uint32_t row = 0;
    if (eh_array_room(&f->reps, &f->rep_room, f->rep_count + 1, REPS_MAX) < 0 || !copy.data ||
        eh_fairness_row_for(f, copy, &row) < 0 ||
        eh_table_put(&f->rep_numbers, eh_key_of_text(copy), f->rep_count) < 0)
        return NULL;
    struct rep *rep = &f->reps[f->rep_count++];
    *rep = (struct rep){.id = copy, .row = row, .since_us = f->from_us};
    return rep;
}

struct rep *eh_fairness_rep_of(struct eh_fairness *f, struct eh_str id)
{
    uint64_t number;
    if (eh_table_get(&f->rep_numbers, eh_key_of_text(id), &number))
        return &f->reps[number];
    struct rep *rep = rep_add(f, id);
    if (!rep)
        f->failed = true;
    return rep;
}

struct manager *eh_fairness_manager_of(struct eh_fairness *f, struct eh_str id)
{
    uint64_t number;
    if (eh_table_get(&f->manager_numbers, eh_key_of_text(id), &number))
        return &f->managers[number];
    struct eh_str copy = eh_arena_str(&f->arena, id);
    if (eh_array_room(&f->managers, &f->manager_room, f->manager_count + 1, MANAGERS_MAX) < 0 ||
        (id.size && !copy.data) ||
        eh_table_put(&f->manager_numbers, eh_key_of_text(id), f->manager_count) < 0) {
        f->failed = true;
        return NULL;
    }
    struct manager *manager = &f->managers[f->manager_count++];
    *manager = (struct manager){.id = copy};
    return manager;
}

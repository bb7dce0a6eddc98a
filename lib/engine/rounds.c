/*
 * rounds: the reps whose tickets go back to the deal, a few in each step; and whose turn it is.
 */
#include "rounds.h"

#include "state.h"

static void rounds_remove(struct eh_engine *e, uint32_t rep)
{
    uint32_t at = 0;
    while (e->rounds.reps[at] != rep)
        at++;
    e->rounds.reps[at] = e->rounds.reps[--e->rounds.count];
}

static int rounds_add(struct eh_engine *e, uint32_t rep)
{
    int r = eh_array_room(&e->rounds.reps, &e->rounds.capacity, e->rounds.count + 1, EH_ARRAY_MAX);
    if (r == 0)
        e->rounds.reps[e->rounds.count++] = rep;
    return r;
}

int eh_rounds_update(struct eh_engine *e, uint32_t rep_no)
{
    struct rep *rep = &e->roster.reps[rep_no];
    bool due = rep->releasing || rep->leaves_size > 0 || rep->back;
    int r = 0;
    if (due && !rep->in_rounds)
        r = rounds_add(e, rep_no);
    else if (!due && rep->in_rounds)
        rounds_remove(e, rep_no);
    if (r == 0)
        rep->in_rounds = due;
    return r;
}

/* The rep whose last round is longest ago comes first; before EH_RULES_SLICES the first by id. */
static bool rep_comes_before(const struct eh_engine *e, uint32_t a, uint32_t b)
{
    uint64_t left = e->roster.reps[a].release_round, right = e->roster.reps[b].release_round;
    if (left != right)
        return left < right;
    return eh_str_compare(e->roster.rep_ids.items[a], e->roster.rep_ids.items[b]) < 0;
}

uint32_t eh_rounds_next(const struct eh_engine *e)
{
    uint32_t first = e->rounds.reps[0];
    for (uint32_t i = 1; i < e->rounds.count; i++)
        if (rep_comes_before(e, e->rounds.reps[i], first))
            first = e->rounds.reps[i];
    return first;
}

/*
 * lowest: the tickets of a rep with the lowest numbers, as many as one round gives back.
 */
#include "lowest.h"

#include "interner.h"
#include "state.h"
#include "team_list.h"
#include "ticket.h"

#include <stdlib.h>

static void lowest_sift_up(struct lowest *l, uint32_t at)
{
    while (at > 0 && l->items[(at - 1) / 2].no < l->items[at].no) {
        struct place swap = l->items[at];
        l->items[at] = l->items[(at - 1) / 2];
        l->items[(at - 1) / 2] = swap;
        at = (at - 1) / 2;
    }
}

static void lowest_sift_down(struct lowest *l)
{
    for (uint32_t at = 0, child; (child = 2 * at + 1) < l->count; at = child) {
        if (child + 1 < l->count && l->items[child].no < l->items[child + 1].no)
            child++;
        if (l->items[at].no >= l->items[child].no)
            return;
        struct place swap = l->items[at];
        l->items[at] = l->items[child];
        l->items[child] = swap;
    }
}

static void lowest_offer(struct lowest *l, struct place place)
{
    l->offered++;
    if (l->count < l->most) {
        l->items[l->count] = place;
        lowest_sift_up(l, l->count++);
    } else if (l->most > 0 && place.no < l->items[0].no) {
        l->items[0] = place;
        lowest_sift_down(l);
    }
}

static int place_compare(const void *a, const void *b)
{
    const struct place *left = a, *right = b;
    return left->no < right->no ? -1 : left->no > right->no;
}

/* Room for the lowest `most` tickets; the caller frees them. */
int eh_lowest_new(struct lowest *ret)
{
    ret->items = malloc((ret->most + (size_t)1) * sizeof *ret->items);
    return ret->items ? 0 : -EH_ENOMEM;
}

static void lowest_sort(struct lowest *l)
{
    qsort(l->items, l->count, sizeof *l->items, place_compare);
}

/* The rep's next tickets to be released. */
int eh_lowest_of_release(const struct eh_engine *e, const struct rep *rep, struct lowest *ret)
{
    struct eh_str scope = eh_str_n(rep->scope, rep->scope_size);
    int r = eh_lowest_new(ret);
    if (r < 0)
        return r;
    for (uint32_t slot = rep->open.first; slot != NONE; slot = e->tickets.slots[slot].next) {
        const struct ticket *t = &e->tickets.slots[slot];
        bool in_scope =
            scope.size == 0 || eh_team_list_has(scope, interned(&e->roster.team_ids, t->team));
        if (t->no > rep->released && !t->aside && in_scope)
            lowest_offer(ret, (struct place){t->no, slot});
    }
    lowest_sort(ret);
    return 0;
}

/* The rep's next tickets of a team that is left. */
int eh_lowest_of_team(const struct eh_engine *e, const struct rep *rep, uint32_t team,
                      struct lowest *ret)
{
    int r = eh_lowest_new(ret);
    if (r < 0)
        return r;
    for (uint32_t slot = rep->open.first; slot != NONE; slot = e->tickets.slots[slot].next)
        if (e->tickets.slots[slot].team == team && !e->tickets.slots[slot].aside)
            lowest_offer(ret, (struct place){e->tickets.slots[slot].no, slot});
    lowest_sort(ret);
    return 0;
}

/*
 * tickets: slots for all open and waiting tickets, their order by number, the list of each rep.
 */
#include "story.h"

#include <stdlib.h>

/* ---- slots */

_Static_assert(sizeof(struct ticket) <= 192, "a hundred thousand tickets have to fit");

int eh_ticket_alloc(struct eh_engine *e, uint32_t *ret)
{
    uint32_t slot = e->free_ticket;
    if (slot != NONE) {
        e->free_ticket = e->tickets[slot].next;
    } else {
        int r = eh_array_room(&e->tickets, &e->ticket_capacity, e->ticket_count + 1, EH_ARRAY_MAX);
        if (r < 0)
            return r;
        slot = e->ticket_count++;
    }
    e->tickets[slot] = (struct ticket){.rep = NONE,
                                       .was = NONE,
                                       .set = NONE,
                                       .next = NONE,
                                       .previous = NONE,
                                       .newer = NONE,
                                       .older = NONE};
    *ret = slot;
    return 0;
}

void eh_ticket_drop(struct eh_engine *e, uint32_t slot)
{
    eh_changed_drop(e, &e->tickets[slot]);
    free(e->tickets[slot].text);
    eh_story_free(e->tickets[slot].story);
    e->tickets[slot] = (struct ticket){.next = e->free_ticket};
    e->free_ticket = slot;
}

/* ---- order by number: a sorted array in which those that went leave holes */

uint32_t eh_order_above(const struct eh_engine *e, uint64_t after)
{
    uint32_t low = 0, high = e->order_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (e->order[middle].no > after)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static void order_put(struct eh_engine *e, uint64_t no, uint32_t slot)
{
    uint32_t at = eh_order_above(e, no);
    if (at > 0 && e->order[at - 1].no == no) { /* its own hole */
        e->order[at - 1].slot = slot;
        e->order_holes--;
        return;
    }
    memmove(&e->order[at + 1], &e->order[at], (e->order_count - at) * sizeof *e->order);
    e->order[at] = (struct place){no, slot};
    e->order_count++;
}

static void order_remove(struct eh_engine *e, uint64_t no)
{
    e->order[eh_order_above(e, no) - 1].slot = NONE;
    if (++e->order_holes * 2 <= e->order_count)
        return;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < e->order_count; i++)
        if (e->order[i].slot != NONE)
            e->order[kept++] = e->order[i];
    e->order_count = kept;
    e->order_holes = 0;
}

int eh_ticket_enter(struct eh_engine *e, uint32_t slot, struct eh_key identity)
{
    const struct ticket *t = &e->tickets[slot];
    int r = eh_array_room(&e->order, &e->order_capacity, e->order_count + 1, EH_ARRAY_MAX);
    if (r == 0)
        r = eh_index_put(e, slot, identity);
    if (r == 0)
        order_put(e, t->no, slot);
    return r;
}

void eh_ticket_remove(struct eh_engine *e, uint32_t slot)
{
    struct ticket *t = &e->tickets[slot];
    eh_affinity_leave(e, slot);
    eh_index_remove(e, slot);
    order_remove(e, t->no);
    eh_digest_leave(e, &t->hash);
    eh_ticket_drop(e, slot);
}

void eh_ticket_count(struct eh_engine *e, const struct ticket *t, bool in)
{
    uint64_t one = in ? 1 : UINT64_MAX; /* modulo 2^64 */
    struct team *team = &e->teams[t->team];
    *(t->state == EH_TICKET_WAITING ? &e->waiting : &e->open) += one;
    *(t->state == EH_TICKET_WAITING ? &team->waiting : &team->open) += one;
    e->kinds[t->kind].held += one;
    e->text_bytes += one * ticket_text_size(t);
}

/* ---- lists */

static void list_append(struct eh_engine *e, struct list *list, uint32_t slot)
{
    struct ticket *t = &e->tickets[slot];
    t->next = NONE;
    t->previous = list->last;
    if (list->last == NONE)
        list->first = slot;
    else
        e->tickets[list->last].next = slot;
    list->last = slot;
    list->count++;
}

static void list_remove(struct eh_engine *e, struct list *list, uint32_t slot)
{
    struct ticket *t = &e->tickets[slot];
    if (t->previous == NONE)
        list->first = t->next;
    else
        e->tickets[t->previous].next = t->next;
    if (t->next == NONE)
        list->last = t->previous;
    else
        e->tickets[t->next].previous = t->previous;
    t->next = t->previous = NONE;
    list->count--;
}

/* How many of the team's tickets the rep has; a forged snapshot may know no account. */
static void count_open(struct eh_engine *e, const struct ticket *t, bool in)
{
    uint32_t at = eh_account_find(e, t->team, t->rep);
    if (at != NONE && (in || e->accounts[at].open > 0))
        e->accounts[at].open += in ? 1 : UINT32_MAX; /* modulo 2^32 */
}

void eh_ticket_give(struct eh_engine *e, uint32_t slot, uint32_t rep)
{
    e->tickets[slot].rep = rep;
    count_open(e, &e->tickets[slot], true);
    list_append(e, &e->reps[rep].open, slot);
    e->reps[rep].points += e->tickets[slot].points;
}

void eh_ticket_take(struct eh_engine *e, uint32_t slot)
{
    struct rep *rep = &e->reps[e->tickets[slot].rep];
    count_open(e, &e->tickets[slot], false);
    list_remove(e, &rep->open, slot);
    rep->points -= e->tickets[slot].points;
}

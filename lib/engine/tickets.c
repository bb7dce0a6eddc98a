/*
 * tickets: the open and waiting tickets: their slots, their order by number, the list of each rep.
 */
#include "tickets.h"

#include "account.h"
#include "affinity.h"
#include "changed.h"
#include "digest.h"
#include "index.h"
#include "kinds.h"
#include "pauses.h"
#include "ramps.h"
#include "state.h"
#include "story.h"
#include "ticket.h"

#include <stdlib.h>

/* ---- slots */

_Static_assert(sizeof(struct ticket) <= 192, "EH_TICKETS_MAX of them have to fit into memory");

int eh_ticket_alloc(struct eh_engine *e, uint32_t *ret)
{
    uint32_t slot = e->tickets.free;
    if (slot != NONE) {
        e->tickets.free = e->tickets.slots[slot].next;
    } else {
        int r = eh_array_room(&e->tickets.slots, &e->tickets.capacity, e->tickets.used + 1,
                              EH_ARRAY_MAX);
        if (r < 0)
            return r;
        slot = e->tickets.used++;
    }
    e->tickets.slots[slot] = (struct ticket){.rep = NONE,
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
    eh_changed_drop(e, &e->tickets.slots[slot]);
    free(e->tickets.slots[slot].text);
    eh_story_free(e->tickets.slots[slot].story);
    e->tickets.slots[slot] = (struct ticket){.next = e->tickets.free};
    e->tickets.free = slot;
}

/* ---- order by number: a sorted array in which those that went leave holes */

uint32_t eh_order_above(const struct eh_engine *e, uint64_t after)
{
    uint32_t low = 0, high = e->tickets.order_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (e->tickets.order[middle].no > after)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

uint32_t eh_ticket_numbered(const struct eh_engine *e, uint64_t no)
{
    uint32_t at = no ? eh_order_above(e, no - 1) : e->tickets.order_count;
    bool has = at < e->tickets.order_count && e->tickets.order[at].no == no;
    return has ? e->tickets.order[at].slot : NONE;
}

static void order_put(struct eh_engine *e, uint64_t no, uint32_t slot)
{
    uint32_t at = eh_order_above(e, no);
    if (at > 0 && e->tickets.order[at - 1].no == no) { /* the hole that it left */
        e->tickets.order[at - 1].slot = slot;
        e->tickets.order_holes--;
        return;
    }
    memmove(&e->tickets.order[at + 1], &e->tickets.order[at],
            (e->tickets.order_count - at) * sizeof *e->tickets.order);
    e->tickets.order[at] = (struct place){no, slot};
    e->tickets.order_count++;
}

static void order_remove(struct eh_engine *e, uint64_t no)
{
    e->tickets.order[eh_order_above(e, no) - 1].slot = NONE;
    if (++e->tickets.order_holes * 2 <= e->tickets.order_count)
        return;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < e->tickets.order_count; i++)
        if (e->tickets.order[i].slot != NONE)
            e->tickets.order[kept++] = e->tickets.order[i];
    e->tickets.order_count = kept;
    e->tickets.order_holes = 0;
}

int eh_ticket_enter(struct eh_engine *e, uint32_t slot, struct eh_key identity)
{
    const struct ticket *t = &e->tickets.slots[slot];
    int r = eh_array_room(&e->tickets.order, &e->tickets.order_capacity, e->tickets.order_count + 1,
                          EH_ARRAY_MAX);
    if (r == 0)
        r = eh_index_put(e, slot, identity);
    if (r == 0)
        order_put(e, t->no, slot);
    return r;
}

void eh_ticket_remove(struct eh_engine *e, uint32_t slot)
{
    struct ticket *t = &e->tickets.slots[slot];
    eh_affinity_leave(e, slot);
    eh_index_remove(e, slot);
    order_remove(e, t->no);
    eh_digest_leave(e, &t->hash);
    eh_ticket_drop(e, slot);
}

static bool ticket_is_late(const struct eh_engine *e, const struct ticket *t)
{
    const struct clock *c = eh_clock_of(e, (uint32_t)(t - e->tickets.slots));
    return c && c->late;
}

void eh_ticket_count(struct eh_engine *e, const struct ticket *t, bool in)
{
    uint64_t one = in ? 1 : UINT64_MAX; /* modulo 2^64 */
    struct team *team = &e->roster.teams[t->team];
    *(t->state == EH_TICKET_WAITING ? &e->tickets.waiting : &e->tickets.open) += one;
    *(t->state == EH_TICKET_WAITING ? &team->waiting : &team->open) += one;
    if (t->state == EH_TICKET_WAITING)
        eh_ramps_count(e, t, in);
    if (t->state == EH_TICKET_HELD)
        e->tickets.held += one;
    e->roster.kinds[t->kind].held += one;
    if (ticket_is_late(e, t))
        team->late += one;
    e->tickets.text_bytes += one * ticket_text_size(t);
}

/* ---- lists */

static void list_append(struct eh_engine *e, struct list *list, uint32_t slot)
{
    struct ticket *t = &e->tickets.slots[slot];
    t->next = NONE;
    t->previous = list->last;
    if (list->last == NONE)
        list->first = slot;
    else
        e->tickets.slots[list->last].next = slot;
    list->last = slot;
    list->count++;
}

static void list_remove(struct eh_engine *e, struct list *list, uint32_t slot)
{
    struct ticket *t = &e->tickets.slots[slot];
    if (t->previous == NONE)
        list->first = t->next;
    else
        e->tickets.slots[t->previous].next = t->next;
    if (t->next == NONE)
        list->last = t->previous;
    else
        e->tickets.slots[t->next].previous = t->previous;
    t->next = t->previous = NONE;
    list->count--;
}

/* Counts the team's tickets that the rep has. A forged snapshot may have no account for them. */
static void account_count_open(struct eh_engine *e, const struct ticket *t, bool in)
{
    uint32_t at = eh_account_find(e, t->team, t->rep);
    if (at != NONE && (in || e->accounts.items[at].open > 0))
        e->accounts.items[at].open += in ? 1 : UINT32_MAX; /* modulo 2^32 */
}

void eh_ticket_give(struct eh_engine *e, uint32_t slot, uint32_t rep)
{
    e->tickets.slots[slot].rep = rep;
    account_count_open(e, &e->tickets.slots[slot], true);
    eh_kind_count(e, &e->tickets.slots[slot], true);
    list_append(e, &e->roster.reps[rep].open, slot);
    e->roster.reps[rep].points += e->tickets.slots[slot].points;
}

void eh_ticket_take(struct eh_engine *e, uint32_t slot)
{
    struct rep *rep = &e->roster.reps[e->tickets.slots[slot].rep];
    eh_pause_drop(e, slot);
    account_count_open(e, &e->tickets.slots[slot], false);
    eh_kind_count(e, &e->tickets.slots[slot], false);
    list_remove(e, &rep->open, slot);
    rep->points -= e->tickets.slots[slot].points;
}

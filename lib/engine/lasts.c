/*
 * lasts: who closed each customer's last ticket in a team.
 *
 * The last ticket is the one that was closed last, by the time of its closing. Cancelled ones do
 * not count, and a ticket that is open again takes back what its closing left here. At most
 * EH_LASTS_MAX are kept; then the one whose time is up first goes. A heap has them in that order;
 * it follows from the rest and from the desk.
 */
#include "lasts.h"

#include "digest.h"
#include "interner.h"
#include "state.h"
#include "ticket.h"

#include <stdlib.h>

#define EXPIRE_A_CLOSING 8 /* so many are forgotten with each that comes */

static struct eh_key last_key(uint32_t team, struct eh_key customer)
{
    uint64_t parts[3] = {team, customer.high, customer.low};
    return eh_key_of_text(eh_str_n((const char *)parts, sizeof parts));
}

static bool team_asks(const struct eh_engine *e, uint32_t team)
{
    const struct eh_desk_team *desk = e->roster.teams[team].desk;
    return e->rules >= EH_RULES_LAST_REP && desk && desk->affinity == EH_AFFINITY_LAST;
}

/* When its time is up. The team is on the desk: eh_lasts_settle() saw to it. */
static int64_t last_until(const struct eh_engine *e, const struct last *last)
{
    return last->closed_us + e->roster.teams[last->team].desk->affinity_for_s * SECOND_US;
}

/* ---- the heap */

static bool last_before(const struct eh_engine *e, uint32_t one, uint32_t other)
{
    const struct last *a = &e->lasts.slots[one], *b = &e->lasts.slots[other];
    int64_t left = last_until(e, a), right = last_until(e, b);
    if (left != right)
        return left < right;
    int order = eh_str_compare(interned(&e->roster.team_ids, a->team),
                               interned(&e->roster.team_ids, b->team));
    if (order != 0)
        return order < 0;
    return a->customer.high != b->customer.high ? a->customer.high < b->customer.high
                                                : a->customer.low < b->customer.low;
}

static void heap_put(struct eh_engine *e, uint32_t at, uint32_t slot)
{
    e->lasts.heap[at] = slot;
    e->lasts.slots[slot].at = at;
}

static void heap_up(struct eh_engine *e, uint32_t at)
{
    uint32_t slot = e->lasts.heap[at];
    for (; at > 0 && last_before(e, slot, e->lasts.heap[(at - 1) / 2]); at = (at - 1) / 2)
        heap_put(e, at, e->lasts.heap[(at - 1) / 2]);
    heap_put(e, at, slot);
}

static void heap_down(struct eh_engine *e, uint32_t at)
{
    uint32_t slot = e->lasts.heap[at], child;
    for (; (child = 2 * at + 1) < e->lasts.count; at = child) {
        if (child + 1 < e->lasts.count &&
            last_before(e, e->lasts.heap[child + 1], e->lasts.heap[child]))
            child++;
        if (!last_before(e, e->lasts.heap[child], slot))
            break;
        heap_put(e, at, e->lasts.heap[child]);
    }
    heap_put(e, at, slot);
}

static void heap_settle(struct eh_engine *e, uint32_t at)
{
    heap_up(e, at);
    heap_down(e, at);
}

static void heap_make(struct eh_engine *e)
{
    for (uint32_t i = e->lasts.count / 2; i > 0; i--)
        heap_down(e, i - 1);
}

/* ---- one of them */

static uint32_t last_slot(const struct eh_engine *e, uint32_t team, struct eh_key customer)
{
    uint64_t slot;
    return eh_table_get(&e->lasts.index, last_key(team, customer), &slot) ? (uint32_t)slot : NONE;
}

static int last_alloc(struct eh_engine *e, uint32_t *ret)
{
    struct lasts *lasts = &e->lasts;
    int r = eh_array_room(&lasts->heap, &lasts->heap_capacity, lasts->count + 1, EH_ARRAY_MAX);
    if (r < 0)
        return r;
    if (lasts->free != NONE) {
        *ret = lasts->free;
        lasts->free = lasts->slots[*ret].at;
        return 0;
    }
    r = eh_array_room(&lasts->slots, &lasts->capacity, lasts->used + 1, EH_ARRAY_MAX);
    if (r == 0)
        *ret = lasts->used++;
    return r;
}

static void last_give_back(struct eh_engine *e, uint32_t slot)
{
    e->lasts.slots[slot] = (struct last){.at = e->lasts.free};
    e->lasts.free = slot;
}

/* Not from the heap. */
static void last_drop(struct eh_engine *e, uint32_t slot)
{
    struct last *last = &e->lasts.slots[slot];
    eh_table_remove(&e->lasts.index, last_key(last->team, last->customer));
    eh_digest_leave(e, &last->hash);
    last_give_back(e, slot);
}

static void last_remove(struct eh_engine *e, uint32_t slot)
{
    uint32_t at = e->lasts.slots[slot].at, moved = e->lasts.heap[--e->lasts.count];
    if (moved != slot) {
        heap_put(e, at, moved);
        heap_settle(e, at);
    }
    last_drop(e, slot);
}

static int last_insert(struct eh_engine *e, const struct last *last)
{
    uint32_t slot = NONE;
    int r = last_alloc(e, &slot);
    if (r < 0)
        return r;
    r = eh_table_put(&e->lasts.index, last_key(last->team, last->customer), slot);
    if (r < 0) {
        last_give_back(e, slot);
        return r;
    }
    e->lasts.slots[slot] = *last;
    e->lasts.slots[slot].hash = (struct eh_key){0, 0};
    heap_put(e, e->lasts.count++, slot);
    heap_up(e, e->lasts.count - 1);
    eh_digest_last(e, slot);
    return 0;
}

int eh_last_add(struct eh_engine *e, const struct last *last)
{
    if (!team_asks(e, last->team) || e->lasts.count == EH_LASTS_MAX ||
        last_slot(e, last->team, last->customer) != NONE)
        return -EH_ECORRUPT;
    return last_insert(e, last);
}

/* ---- what happens */

const struct last *eh_last_find(const struct eh_engine *e, const struct ticket *t, int64_t now_us)
{
    if (!t->has_customer || e->lasts.count == 0 || !team_asks(e, t->team))
        return NULL;
    uint32_t slot = last_slot(e, t->team, ticket_customer(t));
    if (slot == NONE || last_until(e, &e->lasts.slots[slot]) <= now_us)
        return NULL;
    return &e->lasts.slots[slot];
}

static bool ticket_counts(const struct ticket *t)
{
    return t->outcome && t->outcome != EH_OUTCOME_CANCELLED && t->rep != NONE;
}

int eh_last_note(struct eh_engine *e, const struct ticket *t, int64_t now_us)
{
    if (!t->has_customer || !team_asks(e, t->team))
        return 0;
    struct last last = {.customer = ticket_customer(t), .team = t->team, .rep = t->rep};
    uint32_t known = last_slot(e, last.team, last.customer);
    last.closed_us = ticket_counts(t) ? t->closed_us : 0;
    last.ticket = t->no;
    bool own = known != NONE && e->lasts.slots[known].ticket == t->no;
    bool newer = known == NONE || own || e->lasts.slots[known].closed_us <= last.closed_us;
    if (own || (known != NONE && ticket_counts(t) && newer))
        last_remove(e, known);
    eh_lasts_expire(e, now_us, EXPIRE_A_CLOSING);
    if (!ticket_counts(t) || !newer || last_until(e, &last) <= now_us)
        return 0;
    if (e->lasts.count == EH_LASTS_MAX)
        last_remove(e, e->lasts.heap[0]);
    return last_insert(e, &last);
}

/* ---- the rest of their life */

bool eh_lasts_expire(struct eh_engine *e, int64_t now_us, uint32_t most)
{
    uint32_t left = most;
    for (; left > 0 && e->lasts.count > 0; left--) {
        uint32_t first = e->lasts.heap[0];
        if (last_until(e, &e->lasts.slots[first]) > now_us)
            break;
        last_remove(e, first);
    }
    return left < most;
}

void eh_lasts_settle(struct eh_engine *e)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < e->lasts.count; i++) {
        uint32_t slot = e->lasts.heap[i];
        if (team_asks(e, e->lasts.slots[slot].team))
            heap_put(e, kept++, slot);
        else
            last_drop(e, slot);
    }
    e->lasts.count = kept;
    heap_make(e);
}

void eh_lasts_back(struct eh_engine *e, int64_t to_us, int64_t delta_us)
{
    for (uint32_t i = 0; i < e->lasts.count; i++) {
        struct last *last = &e->lasts.slots[e->lasts.heap[i]];
        if (last->closed_us <= to_us)
            continue;
        last->closed_us -= delta_us;
        eh_digest_last(e, e->lasts.heap[i]);
    }
    heap_make(e);
}

void eh_lasts_done(struct eh_engine *e)
{
    free(e->lasts.slots);
    free(e->lasts.heap);
    eh_table_done(&e->lasts.index);
}

/*
 * resends: cancelled tickets, kept for as long as a ticket like them may be the same one sent again
 * (`resend_within` of the desk).
 *
 * Two tickets are alike if their first messages name the same source, customer, value and subject.
 * A cancelled ticket marks the next ticket that is like it, under whatever id, and is then
 * forgotten. At most EH_CANCELLED_MAX are kept: then the oldest is forgotten.
 */
#include "resends.h"

#include "digest.h"
#include "owned_text.h"
#include "state.h"
#include "step.h"
#include "ticket.h"

#include <stdlib.h>

static struct eh_key key_place(uint64_t key)
{
    return (struct eh_key){key, ~key};
}

/* The key of a ticket: tickets that are alike have the same. */
static uint64_t ticket_key(const struct ticket *t)
{
    uint8_t room[EH_NAME_MAX + 32];
    struct eh_bytes out = {room, 0, sizeof room, false};
    if (t->source_size > EH_NAME_MAX) /* longer than any message allows */
        return 0;
    eh_bytes_put_str(&out, ticket_source(t));
    if (t->has_customer) {
        uint8_t customer[16];
        eh_key_bytes(ticket_customer(t), customer);
        eh_bytes_put(&out, customer, sizeof customer);
    }
    eh_bytes_put_u(&out, t->likeness);
    eh_require(!out.failed);
    return eh_hash_state(out.data, out.size).low;
}

/* ---- the list, the oldest first */

static int cancelled_alloc(struct eh_engine *e, uint32_t *ret)
{
    if (e->cancelled.free != NONE) {
        *ret = e->cancelled.free;
        e->cancelled.free = e->cancelled.slots[*ret].next;
        return 0;
    }
    int r = eh_array_room(&e->cancelled.slots, &e->cancelled.capacity, e->cancelled.used + 1,
                          EH_ARRAY_MAX);
    if (r == 0)
        *ret = e->cancelled.used++;
    return r;
}

static void cancelled_give_back(struct eh_engine *e, uint32_t slot)
{
    free(e->cancelled.slots[slot].id);
    e->cancelled.slots[slot] = (struct cancelled){.next = e->cancelled.free};
    e->cancelled.free = slot;
}

int eh_cancelled_add(struct eh_engine *e, uint64_t key, int64_t at_us, struct eh_str id)
{
    uint32_t slot = NONE;
    int r = cancelled_alloc(e, &slot);
    if (r < 0)
        return r;
    struct cancelled *c = &e->cancelled.slots[slot];
    struct list *all = &e->cancelled.list;
    *c = (struct cancelled){.key = key, .at_us = at_us, .next = NONE, .previous = all->last};
    r = eh_owned_text_set(&c->id, &c->id_size, id);
    if (r == 0)
        r = eh_table_put(&e->cancelled.index, key_place(key), slot);
    if (r < 0) {
        cancelled_give_back(e, slot);
        return r;
    }
    *(all->last == NONE ? &all->first : &e->cancelled.slots[all->last].next) = slot;
    all->last = slot;
    all->count++;
    eh_digest_cancelled(e, slot);
    return 0;
}

void eh_cancelled_remove(struct eh_engine *e, uint32_t slot)
{
    struct cancelled *c = &e->cancelled.slots[slot];
    struct list *all = &e->cancelled.list;
    eh_table_remove(&e->cancelled.index, key_place(c->key));
    *(c->previous == NONE ? &all->first : &e->cancelled.slots[c->previous].next) = c->next;
    *(c->next == NONE ? &all->last : &e->cancelled.slots[c->next].previous) = c->previous;
    all->count--;
    eh_digest_leave(e, &c->hash);
    cancelled_give_back(e, slot);
}

static bool cancelled_is_over(const struct eh_engine *e, const struct cancelled *c, int64_t now_us)
{
    return !e->desk || (now_us - c->at_us) / SECOND_US >= e->desk->desk->resend_within_s;
}

bool eh_cancelled_has(const struct eh_engine *e, uint64_t key)
{
    uint64_t slot;
    return eh_table_get(&e->cancelled.index, key_place(key), &slot);
}

uint32_t eh_cancelled_find(const struct eh_engine *e, const struct ticket *t, int64_t now_us)
{
    uint64_t slot;
    if (!t->likeness || e->cancelled.list.count == 0 ||
        !eh_table_get(&e->cancelled.index, key_place(ticket_key(t)), &slot) ||
        cancelled_is_over(e, &e->cancelled.slots[slot], now_us))
        return NONE;
    return (uint32_t)slot;
}

int eh_cancelled_note(struct step *s, const struct ticket *t)
{
    struct eh_engine *e = s->e;
    struct list *all = &e->cancelled.list;
    uint64_t same, key = ticket_key(t);
    if (!t->likeness)
        return 0;
    while (all->first != NONE && cancelled_is_over(e, &e->cancelled.slots[all->first], s->now_us))
        eh_cancelled_remove(e, all->first);
    if (eh_table_get(&e->cancelled.index, key_place(key), &same))
        eh_cancelled_remove(e, (uint32_t)same);
    else if (all->count == EH_CANCELLED_MAX)
        eh_cancelled_remove(e, all->first);
    return eh_cancelled_add(e, key, s->now_us, ticket_id(t));
}

/* ---- the rest of their life */

void eh_cancelled_back(struct eh_engine *e, int64_t to_us)
{
    for (uint32_t at = e->cancelled.list.first; at != NONE; at = e->cancelled.slots[at].next)
        if (e->cancelled.slots[at].at_us > to_us) {
            e->cancelled.slots[at].at_us = to_us;
            eh_digest_cancelled(e, at);
        }
}

void eh_cancelled_done(struct eh_engine *e)
{
    for (uint32_t i = 0; i < e->cancelled.used; i++)
        free(e->cancelled.slots[i].id);
    free(e->cancelled.slots);
    eh_table_done(&e->cancelled.index);
}

/*
 * pending: outcomes that came before their ticket and wait for it: EH_PENDING_S long, at most
 * EH_PENDING_MAX of them, EH_PENDING_PER_TICKET_MAX for one ticket. pending_apply.c applies them.
 */
#include "pending.h"

#include "digest.h"
#include "effects.h"
#include "state.h"
#include "step.h"

#include <stdlib.h>

static struct pending_outcome *pending_at(struct eh_engine *e, uint32_t slot)
{
    return &e->pending.slots[slot];
}

static int pending_alloc(struct eh_engine *e, uint32_t *ret)
{
    if (e->pending.free != NONE) {
        *ret = e->pending.free;
        e->pending.free = pending_at(e, *ret)->next;
        return 0;
    }
    int r =
        eh_array_room(&e->pending.slots, &e->pending.capacity, e->pending.used + 1, EH_ARRAY_MAX);
    if (r == 0)
        *ret = e->pending.used++;
    return r;
}

/* Behind the others for the same ticket. */
static int pending_add_sibling(struct eh_engine *e, uint32_t slot)
{
    uint64_t first;
    if (!eh_table_get(&e->pending.index, pending_at(e, slot)->identity, &first))
        return eh_table_put(&e->pending.index, pending_at(e, slot)->identity, slot);
    uint32_t last = (uint32_t)first;
    while (pending_at(e, last)->sibling != NONE)
        last = pending_at(e, last)->sibling;
    pending_at(e, last)->sibling = slot;
    return 0;
}

int eh_pending_add(struct eh_engine *e, struct pending_outcome *pending)
{
    uint32_t slot = NONE;
    int r = pending_alloc(e, &slot);
    if (r < 0)
        return r;
    *pending_at(e, slot) = *pending;
    pending_at(e, slot)->sibling = NONE;
    r = pending_add_sibling(e, slot);
    if (r < 0) {
        *pending_at(e, slot) = (struct pending_outcome){.next = e->pending.free};
        e->pending.free = slot;
        return r;
    }
    struct list *all = &e->pending.list;
    pending_at(e, slot)->next = NONE;
    pending_at(e, slot)->previous = all->last;
    *(all->last == NONE ? &all->first : &pending_at(e, all->last)->next) = slot;
    all->last = slot;
    all->count++;
    eh_digest_pending(e, pending_at(e, slot));
    return 0;
}

static void pending_leave_siblings(struct eh_engine *e, uint32_t slot)
{
    struct eh_key identity = pending_at(e, slot)->identity;
    uint64_t first;
    eh_require(eh_table_get(&e->pending.index, identity, &first));
    if (first != slot) {
        uint32_t before = (uint32_t)first;
        while (pending_at(e, before)->sibling != slot)
            before = pending_at(e, before)->sibling;
        pending_at(e, before)->sibling = pending_at(e, slot)->sibling;
    } else if (pending_at(e, slot)->sibling == NONE) {
        eh_table_remove(&e->pending.index, identity);
    } else {
        eh_require(eh_table_put(&e->pending.index, identity, pending_at(e, slot)->sibling) == 0);
    }
}

void eh_pending_remove(struct eh_engine *e, uint32_t slot)
{
    struct pending_outcome *pending = pending_at(e, slot);
    struct list *all = &e->pending.list;
    pending_leave_siblings(e, slot);
    *(pending->previous == NONE ? &all->first : &pending_at(e, pending->previous)->next) =
        pending->next;
    *(pending->next == NONE ? &all->last : &pending_at(e, pending->next)->previous) =
        pending->previous;
    all->count--;
    eh_digest_leave(e, &pending->hash);
    free(pending->body);
    *pending = (struct pending_outcome){.next = e->pending.free};
    e->pending.free = slot;
}

/* How many wait for the ticket, counted up to the limit of one ticket. */
static uint32_t pending_count_siblings(struct eh_engine *e, struct eh_key ticket)
{
    uint64_t first;
    uint32_t count = 0;
    if (!eh_table_get(&e->pending.index, ticket, &first))
        return 0;
    for (uint32_t slot = (uint32_t)first; slot != NONE && count < EH_PENDING_PER_TICKET_MAX;
         slot = pending_at(e, slot)->sibling)
        count++;
    return count;
}

bool eh_engine_is_pending(const struct eh_engine *e, struct eh_str source, struct eh_str id,
                          uint64_t input)
{
    uint64_t first;
    if (!eh_table_get(&e->pending.index, eh_ticket_identity(source, id), &first))
        return false;
    for (uint32_t slot = (uint32_t)first; slot != NONE; slot = e->pending.slots[slot].sibling)
        if (e->pending.slots[slot].input == input)
            return true;
    return false;
}

int eh_pending_put(struct step *s, struct eh_key ticket)
{
    struct eh_engine *e = s->e;
    if (e->rules >= EH_RULES_SLICES &&
        pending_count_siblings(e, ticket) >= EH_PENDING_PER_TICKET_MAX)
        return eh_step_refuse(
            s, EH_EFULL, "ticket %.*s/%.*s is not known, and %d outcomes wait for it already",
            EH_STR_ARG(s->m.source), EH_STR_ARG(s->m.id), EH_PENDING_PER_TICKET_MAX);
    if (e->pending.list.count >= EH_PENDING_MAX)
        return eh_step_refuse(s, EH_EFULL,
                              "ticket %.*s/%.*s is not known, and %d outcomes wait for tickets "
                              "already",
                              EH_STR_ARG(s->m.source), EH_STR_ARG(s->m.id), EH_PENDING_MAX);
    s->m.has &= ~EH_FIELD_BIT(EH_FIELD_MOST); /* it holds for this step alone */
    if (!eh_message_has(&s->m, EH_FIELD_AT) &&
        !eh_message_has(&s->m,
                        EH_FIELD_AT_DATE)) { /* dated by its arrival, whenever it is applied */
        s->m.at_date = e->date;
        s->m.has |= EH_FIELD_BIT(EH_FIELD_AT_DATE);
    }
    eh_bytes_clear(&e->scratch);
    eh_message_encode(&s->m, 0, &e->scratch);
    uint8_t *body = e->scratch.failed ? NULL : malloc(e->scratch.size);
    if (!body)
        return -EH_ENOMEM;
    memcpy(body, e->scratch.data, e->scratch.size);
    struct pending_outcome pending = {.input = s->in->no,
                                      .identity = ticket,
                                      .until_us = s->now_us + EH_PENDING_S * SECOND_US,
                                      .stream_ms = s->in->stream_ms,
                                      .stream_no = s->in->stream_no,
                                      .origin = s->in->origin,
                                      .body = body,
                                      .body_size = (uint32_t)e->scratch.size};
    int r = eh_pending_add(e, &pending);
    if (r < 0)
        free(body);
    s->fx->pending = r == 0;
    return r;
}

/* Dates the message by a day that has come. */
static int pending_redate(struct eh_engine *e, struct pending_outcome *pending, int32_t date)
{
    struct eh_message m = {0};
    struct eh_str body = eh_str_n((const char *)pending->body, pending->body_size);
    if (eh_message_decode(body, &m, NULL) < 0)
        return -EH_ECORRUPT;
    if (eh_message_has(&m, EH_FIELD_AT) || m.at_date <= date)
        return 0;
    m.at_date = date;
    eh_bytes_clear(&e->scratch);
    eh_message_encode(&m, 0, &e->scratch);
    uint8_t *bytes = e->scratch.failed ? NULL : malloc(e->scratch.size);
    if (!bytes)
        return -EH_ENOMEM;
    memcpy(bytes, e->scratch.data, e->scratch.size);
    free(pending->body);
    pending->body = bytes;
    pending->body_size = (uint32_t)e->scratch.size;
    return 0;
}

int eh_pending_back(struct eh_engine *e, int64_t delta_us, int32_t date)
{
    int r = 0;
    for (uint32_t slot = e->pending.list.first; r == 0 && slot != NONE;
         slot = pending_at(e, slot)->next) {
        pending_at(e, slot)->until_us -= delta_us;
        r = pending_redate(e, pending_at(e, slot), date);
        eh_digest_pending(e, pending_at(e, slot));
    }
    return r;
}

bool eh_pending_taken(struct eh_engine *e, struct eh_key ticket, uint64_t input)
{
    uint64_t first;
    if (!eh_table_get(&e->pending.index, ticket, &first))
        return false;
    uint32_t slot = (uint32_t)first;
    while (slot != NONE && pending_at(e, slot)->input != input)
        slot = pending_at(e, slot)->sibling;
    if (slot != NONE)
        eh_pending_remove(e, slot);
    return slot != NONE;
}

/*
 * index: from a ticket's identity to its slot, in 8 bytes a place. An identity is computed again
 * from the ticket's text where the tags are equal.
 */
#include "index.h"

#include "state.h"
#include "ticket.h"

#include <stdlib.h>

#define PLACES_FIRST 64

static struct eh_key slot_identity(const struct eh_engine *e, uint32_t slot)
{
    return ticket_identity(&e->tickets.slots[slot]);
}

static uint32_t identity_tag(struct eh_key identity)
{
    return (uint32_t)identity.low;
}

/* The place of this identity, or the free place where it would stand. */
static uint32_t index_find(const struct eh_engine *e, struct eh_key identity)
{
    const struct ticket_index *index = &e->tickets.index;
    uint32_t mask = index->capacity - 1, at = identity_tag(identity) & mask;
    while (index->places[at].slot != NONE &&
           (index->places[at].tag != identity_tag(identity) ||
            !eh_key_equal(slot_identity(e, index->places[at].slot), identity)))
        at = (at + 1) & mask;
    return at;
}

uint32_t eh_ticket_find(const struct eh_engine *e, struct eh_key identity)
{
    const struct ticket_index *index = &e->tickets.index;
    return index->used ? index->places[index_find(e, identity)].slot : NONE;
}

static int index_grow(struct ticket_index *index)
{
    uint32_t capacity = index->capacity ? index->capacity * 2 : PLACES_FIRST, mask = capacity - 1;
    struct tagged *places = malloc(capacity * sizeof *places);
    if (!places)
        return -EH_ENOMEM;
    for (uint32_t i = 0; i < capacity; i++)
        places[i].slot = NONE;
    for (uint32_t i = 0; i < index->capacity; i++) {
        uint32_t at = index->places[i].tag & mask;
        if (index->places[i].slot == NONE)
            continue;
        while (places[at].slot != NONE)
            at = (at + 1) & mask;
        places[at] = index->places[i];
    }
    free(index->places);
    index->places = places;
    index->capacity = capacity;
    return 0;
}

int eh_index_put(struct eh_engine *e, uint32_t slot, struct eh_key identity)
{
    struct ticket_index *index = &e->tickets.index;
    if (index->capacity == 0 || (index->used + 1) * UINT64_C(4) > index->capacity * UINT64_C(3)) {
        int r = index_grow(index);
        if (r < 0)
            return r;
    }
    index->places[index_find(e, identity)] = (struct tagged){identity_tag(identity), slot};
    index->used++;
    return 0;
}

void eh_index_remove(struct eh_engine *e, uint32_t slot)
{
    struct ticket_index *index = &e->tickets.index;
    uint32_t mask = index->capacity - 1, hole = index_find(e, slot_identity(e, slot));
    eh_require(index->places[hole].slot == slot);
    /* Entries behind the hole move into it unless that would put them before their own place. */
    for (uint32_t at = (hole + 1) & mask; index->places[at].slot != NONE; at = (at + 1) & mask) {
        uint32_t home = index->places[at].tag & mask;
        if (((at - home) & mask) >= ((at - hole) & mask)) {
            index->places[hole] = index->places[at];
            hole = at;
        }
    }
    index->places[hole].slot = NONE;
    index->used--;
}

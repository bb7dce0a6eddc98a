/*
 * index: owns the way from a ticket's identity to its slot, in 8 bytes a place. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_INDEX_H
#define EVENHAND_LIB_ENGINE_INDEX_H

#include "units.h"

struct eh_engine;

/* Slots by identity: open addressing, a power of two of places. */
struct tagged {
    uint32_t tag;  /* low bits of the identity */
    uint32_t slot; /* NONE: free */
};

struct ticket_index {
    struct tagged *places;
    uint32_t capacity, used;
};

uint32_t eh_ticket_find(const struct eh_engine *, struct eh_key identity); /* the slot, or NONE */
/* `identity` is the ticket's own. */
int eh_index_put(struct eh_engine *, uint32_t slot, struct eh_key identity) EH_MUST_CHECK;
void eh_index_remove(struct eh_engine *, uint32_t slot); /* it is in the index */

#endif

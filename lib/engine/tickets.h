/*
 * tickets: owns the open and waiting tickets: their slots, their order by number, the list of each
 * rep. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_TICKETS_H
#define EVENHAND_LIB_ENGINE_TICKETS_H

#include "index.h"
#include "units.h"

struct eh_engine;
struct ticket;

struct place {
    uint64_t no;
    uint32_t slot; /* NONE: gone */
};

/* The open and waiting tickets: in slots, by identity and by number; and what they add up to. */
struct tickets {
    struct ticket *slots;
    uint32_t used, capacity; /* slots ever used, slots held */
    uint32_t free;           /* the first free one, or NONE */
    struct ticket_index index;
    struct place *order; /* by number; with holes */
    uint32_t order_count, order_capacity, order_holes;
    uint64_t waiting, open, held; /* held: among the open ones */
    uint64_t text_bytes;          /* of the tickets that wait or are open */
};

/* A slot that nothing refers to yet; -EH_ENOMEM. */
int eh_ticket_alloc(struct eh_engine *, uint32_t *ret) EH_MUST_CHECK;
void eh_ticket_drop(struct eh_engine *, uint32_t slot); /* frees one that nothing refers to */
/* Enters a slot into index and order, under the ticket's own identity. Removing takes it out of
 * both and of the digest, and frees it. */
int eh_ticket_enter(struct eh_engine *, uint32_t slot, struct eh_key identity) EH_MUST_CHECK;
void eh_ticket_remove(struct eh_engine *, uint32_t slot);
/* Counts an open or waiting ticket in or out: totals, kind, team. */
void eh_ticket_count(struct eh_engine *, const struct ticket *, bool in);
void eh_ticket_give(struct eh_engine *, uint32_t slot,
                    uint32_t rep); /* appends it to the rep's list */
/* Takes it off the rep's list. Its pause ends. */
void eh_ticket_take(struct eh_engine *, uint32_t slot);
/* The first place in `order` with a number above `after`. */
uint32_t eh_order_above(const struct eh_engine *, uint64_t after);
/* The slot of an open or waiting ticket by its number, or NONE. */
uint32_t eh_ticket_numbered(const struct eh_engine *, uint64_t no);

#endif

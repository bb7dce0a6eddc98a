/*
 * pending: owns the outcomes that came before their ticket. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_PENDING_H
#define EVENHAND_LIB_ENGINE_PENDING_H

#include "units.h"

struct eh_engine;
struct step;

/* In the byte of the origin, beside enum eh_origin_type. Numbers are stored: never change, never
 * reuse. */
enum pending_flag { PENDING_JUDGED = 128 };
struct pending_outcome {
    uint64_t input;
    struct eh_key identity; /* of the ticket it waits for */
    int64_t until_us;
    uint64_t stream_ms, stream_no;
    uint8_t origin;
    bool judged;   /* its ticket is there and refuses it */
    uint8_t *body; /* canonical message; owned */
    uint32_t body_size;
    uint32_t next, previous; /* all, in order of input */
    uint32_t sibling;        /* the next one for the same ticket */
    struct eh_key hash;
};

/* The outcomes that wait for their ticket, in slots. */
struct pending {
    struct pending_outcome *slots;
    uint32_t used, capacity, free;
    struct list list;      /* all of them, in order of input */
    struct eh_table index; /* ticket -> the first outcome that waits for it */
};

/* The log was led back by delta_us. */
int eh_pending_back(struct eh_engine *, int64_t delta_us, int32_t date) EH_MUST_CHECK;
int eh_pending_put(struct step *, struct eh_key ticket) EH_MUST_CHECK;
int eh_pending_add(struct eh_engine *,
                   struct pending_outcome *) EH_MUST_CHECK; /* takes the body over */
/* The ticket's story took an outcome that waits; false: none waits of this input. */
bool eh_pending_taken(struct eh_engine *, struct eh_key ticket, uint64_t input);
void eh_pending_remove(struct eh_engine *, uint32_t slot);

#endif

/*
 * repeats: the last entries of the stream that changed nothing, being known already. The log does
 * not have them; whoever pushed them asks what became of each.
 *
 *     eh_repeats_add(&repeats, id, input);
 *     size_t count = eh_repeats_between(&repeats, after, last, found, max);
 *
 * Bounded: EH_REPEATS_MAX of them, the oldest give way. A restart forgets them.
 */
#ifndef EVENHAND_LEAD_REPEATS_H
#define EVENHAND_LEAD_REPEATS_H

#include "redis/stream_id.h"

#define EH_REPEATS_MAX 16384

struct eh_repeat {
    struct eh_stream_id id;
    uint64_t input; /* what it repeats */
};

struct eh_repeats {
    struct eh_repeat *ring; /* NULL before the first */
    uint64_t count;         /* ever */
};

void eh_repeats_add(struct eh_repeats *, struct eh_stream_id, uint64_t input);
/* Those with ids after < id <= last, in the order of their ids, the lowest `max`. */
size_t eh_repeats_between(const struct eh_repeats *, struct eh_stream_id after,
                          struct eh_stream_id last, struct eh_repeat *ret, size_t max);
void eh_repeats_done(struct eh_repeats *);

#endif

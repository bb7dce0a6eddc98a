/*
 * repeats: the last entries of the stream that changed nothing, because they repeat an earlier
 * entry. The log does not have them, but their sender asks what became of each.
 *
 *     eh_repeats_add(&repeats, id, input);
 *     size_t count = eh_repeats_between(&repeats, after, last, found, max);
 *
 * At most EH_REPEATS_MAX are kept; a new one replaces the oldest. A restart forgets them.
 */
#ifndef EVENHAND_LEAD_REPEATS_H
#define EVENHAND_LEAD_REPEATS_H

#include "redis/stream_id.h"

#define EH_REPEATS_MAX 16384

struct eh_repeat {
    struct eh_stream_id id;
    uint64_t input; /* the input that it repeats */
};

struct eh_repeats {
    struct eh_repeat *ring; /* NULL before the first */
    uint64_t count;         /* of all that were added */
};

void eh_repeats_add(struct eh_repeats *, struct eh_stream_id, uint64_t input);
/* The repeats with after < id <= last, in the order of their ids: the lowest `max` of them. */
size_t eh_repeats_between(const struct eh_repeats *, struct eh_stream_id after,
                          struct eh_stream_id last, struct eh_repeat *ret, size_t max);
void eh_repeats_done(struct eh_repeats *);

#endif

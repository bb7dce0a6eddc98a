/* repeats: a ring of the last repeats. A search goes over all of it. */
#include "lead/repeats.h"

#include <stdlib.h>

void eh_repeats_add(struct eh_repeats *repeats, struct eh_stream_id id, uint64_t input)
{
    if (!repeats->ring)
        repeats->ring = calloc(EH_REPEATS_MAX, sizeof *repeats->ring);
    if (repeats->ring)
        repeats->ring[repeats->count++ % EH_REPEATS_MAX] = (struct eh_repeat){id, input};
}

static int compare(const void *a, const void *b)
{
    return eh_stream_id_compare(((const struct eh_repeat *)a)->id,
                                ((const struct eh_repeat *)b)->id);
}

size_t eh_repeats_between(const struct eh_repeats *repeats, struct eh_stream_id after,
                          struct eh_stream_id last, struct eh_repeat *ret, size_t max)
{
    uint64_t held = repeats->count < EH_REPEATS_MAX ? repeats->count : EH_REPEATS_MAX;
    struct eh_repeat *found = held ? malloc(held * sizeof *found) : NULL;
    size_t count = 0, kept = 0;
    for (uint64_t i = 0; found && i < held; i++)
        if (eh_stream_id_compare(repeats->ring[i].id, after) > 0 &&
            eh_stream_id_compare(repeats->ring[i].id, last) <= 0)
            found[count++] = repeats->ring[i];
    if (count)
        qsort(found, count, sizeof *found, compare);
    for (size_t i = 0; i < count && kept < max; i++) /* an entry may be delivered twice */
        if (kept == 0 || compare(&ret[kept - 1], &found[i]) != 0)
            ret[kept++] = found[i];
    free(found);
    return kept;
}

void eh_repeats_done(struct eh_repeats *repeats)
{
    free(repeats->ring);
    *repeats = (struct eh_repeats){0};
}

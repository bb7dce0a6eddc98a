/*
 * weight: how many bytes of dead letters stand in Redis, and where to trim so that at most
 * EH_DEAD_BYTES_MAX stay.
 */
#include "outbox/private.h"

#define DEAD_ENTRY_MORE                                                                            \
    64 /* bytes that Redis takes for an entry beside its names and values, about */

static void dead_mark(struct eh_outbox *outbox, uint64_t input)
{
    outbox->dead_marks[outbox->dead_mark_count++ % OUTBOX_DEAD_MARKS] =
        (struct outbox_dead_mark){input, outbox->dead_bytes};
}

/* Puts the dead letters from before under the first mark. */
void outbox_weigh_found(struct eh_outbox *outbox)
{
    outbox->dead_bytes = outbox->dead_found_bytes;
    outbox->dead_trimmed = outbox->dead_mark_count = 0;
    dead_mark(outbox, outbox->found_dead.last + 1);
}

void outbox_weigh_burst(struct eh_outbox *outbox)
{
    const struct eh_burst *burst = outbox->burst;
    for (size_t i = 0; i < burst->count; i++) {
        const struct eh_burst_item *item = &burst->items[i];
        const struct outbox_dead_mark *last =
            &outbox->dead_marks[(outbox->dead_mark_count - 1) % OUTBOX_DEAD_MARKS];
        if (!item->dead)
            continue;
        if (outbox->dead_bytes - last->bytes >= OUTBOX_DEAD_MARK_BYTES)
            dead_mark(outbox, item->number);
        outbox->dead_bytes += eh_burst_item_bytes(item) + DEAD_ENTRY_MORE;
    }
}

/* The first dead letter that may stay; 0: all. */
uint64_t outbox_dead_from(struct eh_outbox *outbox)
{
    size_t held =
        outbox->dead_mark_count < OUTBOX_DEAD_MARKS ? outbox->dead_mark_count : OUTBOX_DEAD_MARKS;
    if (outbox->dead_bytes - outbox->dead_trimmed <= EH_DEAD_BYTES_MAX)
        return 0;
    for (size_t i = outbox->dead_mark_count - held; i < outbox->dead_mark_count; i++) {
        const struct outbox_dead_mark *mark = &outbox->dead_marks[i % OUTBOX_DEAD_MARKS];
        if (outbox->dead_bytes - mark->bytes > EH_DEAD_BYTES_MAX)
            continue;
        outbox->dead_trimmed = mark->bytes;
        return mark->input;
    }
    return 0;
}

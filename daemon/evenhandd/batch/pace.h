/*
 * pace: how much one transaction may hold, so that PostgreSQL needs about 200 ms for it.
 *
 * What a transaction holds is counted in rows; EH_PACE_ROW_BYTES bytes count as one more. The bound
 * follows the time that commits take. A commit that failed because it was too slow, or whose answer
 * never came, is tried again at half its size, down to a single input; each commit that is quick
 * enough lets the next be larger again.
 *
 *     eh_pace_begin(&pace);
 *     while (weight < pace.most) …one input more…
 *     eh_pace_committed(&pace, weight, took_us);
 */
#ifndef EVENHAND_BATCH_PACE_H
#define EVENHAND_BATCH_PACE_H

#include <stddef.h>
#include <stdint.h>

#define EH_PACE_TARGET_US 200000 /* a commit should take no longer */
#define EH_PACE_ROW_BYTES 512    /* so many bytes weigh as much as a row */
#define EH_PACE_FIRST     2048   /* rows, before anything was measured */
#define EH_PACE_MOST      16384
#define EH_PACE_LEAST     1 /* one input, and of its effects as few as can be */

struct eh_pace {
    uint32_t most; /* rows in a transaction; one input more may go beyond */
};

void eh_pace_begin(struct eh_pace *);
/* A transaction of so many rows was committed in so long. */
void eh_pace_committed(struct eh_pace *, uint32_t rows, int64_t took_us);
/* A transaction of so many rows was given up: it timed out, had no answer, or the connection broke.
 */
void eh_pace_failed(struct eh_pace *, uint32_t rows);
uint32_t eh_pace_weight(uint32_t rows, size_t bytes);

#endif

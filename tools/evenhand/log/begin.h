/*
 * begin: chooses where a count of facts under plans begins: at the last snapshot before the first
 * day that matters. Messages before the snapshot that name a later period are taken, too. The count
 * is the same as that of the whole log.
 *
 *     const struct eh_begin begin = {.first = eh_period_first(period), .plans = &plan, .count = 1};
 *     r = eh_replay_begin_count(&replay, &begin, &error);
 *     r = eh_replay_all(&replay, &error);
 */
#ifndef EVENHAND_TOOLS_LOG_BEGIN_H
#define EVENHAND_TOOLS_LOG_BEGIN_H

#include <evenhand/engine/periods.h>

#include "replay.h"

struct eh_begin {
    int32_t first; /* local date of the first day; EH_DATE_ALWAYS: begin with the log */
    const struct eh_bonus_plan *plans; /* as eh_engine_shadow() wants them */
    size_t count;
    uint64_t input; /* the snapshot lies before this input; UINT64_MAX: any */
};

/* Call before the first input is read. Facts are counted under the plans from the snapshot on. */
int eh_replay_begin_count(struct eh_replay *, const struct eh_begin *,
                          struct eh_error *) EH_MUST_CHECK;

#endif

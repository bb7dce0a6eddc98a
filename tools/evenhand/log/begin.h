/*
 * begin: where a count of facts under plans begins: at the last snapshot before the first day
 * it asks of, with what was said of its periods before. What comes of it is what the whole log
 * gives.
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
    int32_t first;                     /* local date; EH_DATE_ALWAYS: at the beginning */
    const struct eh_bonus_plan *plans; /* as eh_engine_shadow() wants them */
    size_t count;
    uint64_t input; /* the snapshot is from before it; UINT64_MAX: any */
};

/* Before the first input. The plans are counted from there on. */
int eh_replay_begin_count(struct eh_replay *, const struct eh_begin *,
                          struct eh_error *) EH_MUST_CHECK;

#endif

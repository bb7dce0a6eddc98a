/*
 * watch_time: what the watch tells of hours and absences. Private to fairness/.
 *
 *     eh_fairness_time_begin(w, from_us);                      // of the period
 *     eh_fairness_time_before(w, &in.message, in.at_us);       // each input, before it is decided
 *     eh_fairness_time_after(w, &in.message, in.at_us);        // ... and after
 *     eh_fairness_time_end(w, to_us);
 */
#ifndef EVENHAND_LIB_FAIRNESS_WATCH_TIME_H
#define EVENHAND_LIB_FAIRNESS_WATCH_TIME_H

#include <evenhand/fairness/watch.h>

#include "facts.h"

void eh_fairness_time_begin(const struct eh_fairness_watch *, int64_t at_us);
void eh_fairness_time_before(const struct eh_fairness_watch *, const struct eh_message *,
                             int64_t to_us);
void eh_fairness_time_after(const struct eh_fairness_watch *, const struct eh_message *,
                            int64_t at_us);
void eh_fairness_time_end(const struct eh_fairness_watch *, int64_t to_us);

#endif

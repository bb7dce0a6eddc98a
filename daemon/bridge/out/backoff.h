/*
 * backoff: how long to wait before the next attempt: 0.2 s, then twice as long each time, up to
 * 30 s; or as long as the helpdesk says.
 *
 *     struct eh_backoff backoff = {0};
 *     int64_t wait_ms = eh_backoff_next_ms(&backoff, chance);   // between the half and the whole
 *     eh_backoff_reset(&backoff);                               // it answers again
 *     wait_ms = eh_retry_after_ms(eh_str("120"), now_s);        // 120000
 */
#ifndef EVENHAND_BRIDGE_OUT_BACKOFF_H
#define EVENHAND_BRIDGE_OUT_BACKOFF_H

#include <evenhand/base/base.h>

#define EH_BACKOFF_MIN_MS     200
#define EH_BACKOFF_MAX_MS     30000
#define EH_RETRY_AFTER_MAX_MS 3600000 /* a helpdesk that says longer is asked again after this */

struct eh_backoff {
    uint32_t ms; /* the next one; 0: the shortest */
};

/* `chance` is any number: it spreads what would come at the same moment. */
int64_t eh_backoff_next_ms(struct eh_backoff *, uint32_t chance);
void eh_backoff_reset(struct eh_backoff *);
/* The value of a header Retry-After: seconds, or a date; `now_s` is the wall clock, since 1970.
 * -1: it is neither. */
int64_t eh_retry_after_ms(struct eh_str value, int64_t now_s);

#endif

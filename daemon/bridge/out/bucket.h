/*
 * bucket: a helpdesk takes so many requests in a time, and not one more: in whatever stretch of
 * that length one counts them.
 *
 * A tenth of them may go at once; then one goes each time that another may. No clock, no timer: the
 * caller says what time it is, in µs of a clock that never goes back.
 *
 *     struct eh_bucket bucket;
 *     eh_bucket_init(&bucket, 100, 60 * 1000000);       // 100 in a minute
 *     if (eh_bucket_take(&bucket, now_us))
 *         …send…
 *     else
 *         …wait for eh_bucket_wait_us(&bucket, now_us)…
 */
#ifndef EVENHAND_BRIDGE_OUT_BUCKET_H
#define EVENHAND_BRIDGE_OUT_BUCKET_H

#include <evenhand/base/base.h>

#define EH_BUCKET_COUNT_MAX 1000000                        /* requests in the time */
#define EH_BUCKET_TIME_MAX  (24 * 3600 * INT64_C(1000000)) /* µs */

struct eh_bucket {
    int64_t every_us; /* one request more; 0: any number */
    int64_t ahead_us; /* so far before its time one may go */
    int64_t next_us;  /* when the next one has its time; it may go earlier by ahead_us */
};

/* `count` 0: any number. Both are within their bounds. */
void eh_bucket_init(struct eh_bucket *, int64_t count, int64_t time_us);
bool eh_bucket_take(struct eh_bucket *, int64_t now_us);
int64_t eh_bucket_wait_us(const struct eh_bucket *, int64_t now_us); /* 0: one may go now */

#endif

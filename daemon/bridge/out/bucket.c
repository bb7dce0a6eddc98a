/*
 * bucket: see bucket.h. Of `count` in a time, `burst` may go at once and then count - burst + 1 in
 * that time: together never more than `count`, for the last of these begins the next stretch.
 */
#include "bridge/out/bucket.h"

#define BURST_PART 10 /* one in so many */

void eh_bucket_init(struct eh_bucket *bucket, int64_t count, int64_t time_us)
{
    eh_require(count >= 0 && count <= EH_BUCKET_COUNT_MAX);
    eh_require(time_us > 0 && time_us <= EH_BUCKET_TIME_MAX);
    *bucket = (struct eh_bucket){.next_us = INT64_MIN};
    if (count == 0)
        return;
    int64_t burst = count > BURST_PART ? count / BURST_PART : 1;
    int64_t rest = count - burst + 1;
    bucket->every_us = (time_us + rest - 1) / rest;
    bucket->ahead_us = (burst - 1) * bucket->every_us;
}

int64_t eh_bucket_wait_us(const struct eh_bucket *bucket, int64_t now_us)
{
    if (bucket->every_us == 0 || bucket->next_us <= now_us)
        return 0;
    int64_t wait_us = bucket->next_us - bucket->ahead_us - now_us;
    return wait_us > 0 ? wait_us : 0;
}

bool eh_bucket_take(struct eh_bucket *bucket, int64_t now_us)
{
    if (eh_bucket_wait_us(bucket, now_us) > 0)
        return false;
    if (bucket->next_us < now_us)
        bucket->next_us = now_us;
    bucket->next_us += bucket->every_us;
    return true;
}

/*
 * bridge_bucket: a helpdesk never gets more requests in a time than it takes; and how long the next
 * attempt waits.
 */
#include <criterion/criterion.h>

#include "bridge/out/backoff.h"
#include "bridge/out/bucket.h"

#define MINUTE_US (60 * INT64_C(1000000))
#define TAKES     4000 /* as many as are watched */

TestSuite(bridge_bucket, .timeout = 60);

/* Takes whenever one may, from time 0 on, with `idle_us` of nothing before every hundredth. */
static int take_all(int64_t count, int64_t idle_us, int64_t *ret_at)
{
    struct eh_bucket bucket;
    int64_t now_us = 0;
    eh_bucket_init(&bucket, count, MINUTE_US);
    for (int i = 0; i < TAKES; i++) {
        now_us += i % 100 == 99 ? idle_us : 0;
        now_us += eh_bucket_wait_us(&bucket, now_us);
        cr_assert(eh_bucket_take(&bucket, now_us), "%d", i);
        ret_at[i] = now_us;
    }
    return TAKES;
}

/* In no stretch of the time there are more than `count`. */
static void check_stretches(int64_t count, int64_t idle_us)
{
    static int64_t at[TAKES];
    int taken = take_all(count, idle_us, at);
    for (int i = 0; i + count < taken; i++)
        cr_assert_geq(at[i + count] - at[i], MINUTE_US, "%lld in a minute: %d", (long long)count,
                      i);
}

Test(bridge_bucket, never_more_in_any_stretch)
{
    static const int64_t counts[] = {1, 2, 9, 10, 11, 100, 700, 1999};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        check_stretches(counts[i], 0);
        check_stretches(counts[i], 7 * 1000000);
        check_stretches(counts[i], 100 * 1000000);
    }
}

Test(bridge_bucket, at_its_bound_and_one_more)
{
    struct eh_bucket bucket;
    eh_bucket_init(&bucket, 100, MINUTE_US);
    for (int i = 0; i < 10; i++)
        cr_assert(eh_bucket_take(&bucket, 5), "%d", i);
    cr_assert_not(eh_bucket_take(&bucket, 5));
    int64_t wait_us = eh_bucket_wait_us(&bucket, 5);
    cr_assert_gt(wait_us, 0);
    cr_assert_not(eh_bucket_take(&bucket, 5 + wait_us - 1));
    cr_assert(eh_bucket_take(&bucket, 5 + wait_us));
}

Test(bridge_bucket, takes_nearly_as_many_as_promised)
{
    struct eh_bucket bucket;
    int64_t now_us = 0, taken = 0;
    eh_bucket_init(&bucket, 100, MINUTE_US);
    for (; now_us < 10 * MINUTE_US; taken++) {
        now_us += eh_bucket_wait_us(&bucket, now_us);
        cr_assert(eh_bucket_take(&bucket, now_us));
    }
    cr_assert_geq(taken, 900);
    cr_assert_leq(taken, 1000);
}

Test(bridge_bucket, none_takes_any_number)
{
    struct eh_bucket bucket;
    eh_bucket_init(&bucket, 0, MINUTE_US);
    for (int i = 0; i < TAKES; i++)
        cr_assert(eh_bucket_take(&bucket, 7));
    cr_assert_eq(eh_bucket_wait_us(&bucket, 7), 0);
}

Test(bridge_bucket, the_largest_numbers_fit)
{
    struct eh_bucket bucket;
    eh_bucket_init(&bucket, EH_BUCKET_COUNT_MAX, EH_BUCKET_TIME_MAX);
    cr_assert(eh_bucket_take(&bucket, INT64_MAX / 4));
    eh_bucket_init(&bucket, 1, EH_BUCKET_TIME_MAX);
    cr_assert(eh_bucket_take(&bucket, 0));
    cr_assert_eq(eh_bucket_wait_us(&bucket, 0), EH_BUCKET_TIME_MAX);
}

Test(bridge_bucket, the_wait_doubles_up_to_its_bound)
{
    struct eh_backoff backoff = {0};
    int64_t expected = EH_BACKOFF_MIN_MS;
    for (int i = 0; i < 20; i++) {
        uint32_t chance = (uint32_t)i * 2654435761u;
        int64_t ms = eh_backoff_next_ms(&backoff, chance);
        cr_expect(ms >= expected / 2 && ms <= expected, "%d: %lld", i, (long long)ms);
        expected = expected * 2 < EH_BACKOFF_MAX_MS ? expected * 2 : EH_BACKOFF_MAX_MS;
    }
    cr_expect_eq(expected, EH_BACKOFF_MAX_MS);
    eh_backoff_reset(&backoff);
    cr_expect_leq(eh_backoff_next_ms(&backoff, 0), EH_BACKOFF_MIN_MS);
}

Test(bridge_bucket, retry_after_is_seconds_or_a_date)
{
    static const int64_t now_s = 1700000000; /* Tue, 14 Nov 2023 22:13:20 GMT */
    static const struct {
        const char *value;
        int64_t ms;
    } cases[] = {
        {"0", 0},
        {"120", 120000},
        {"3600", 3600000},
        {"3601", EH_RETRY_AFTER_MAX_MS},
        {"99999999999999999999999", EH_RETRY_AFTER_MAX_MS},
        {"Tue, 14 Nov 2023 22:14:20 GMT", 60000},
        {"Tue, 14 Nov 2023 22:12:20 GMT", 0},
        {"Tue, 14 Nov 2033 22:12:20 GMT", EH_RETRY_AFTER_MAX_MS},
        {"", -1},
        {"-5", -1},
        {"soon", -1},
        {"1e3", -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_expect_eq(eh_retry_after_ms(eh_str(cases[i].value), now_s), cases[i].ms, "%s",
                     cases[i].value);
}

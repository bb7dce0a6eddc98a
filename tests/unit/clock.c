/*
 * clock: time that never goes back, jumps that are not followed, days of 23 and 25 hours.
 */
#include <criterion/criterion.h>

#include <unistd.h>

#include <time.h>

#include "host/clock.h"

TestSuite(clock, .timeout = 600);

#define S INT64_C(1000000)

static struct eh_clock in_zone(const char *zone)
{
    struct eh_clock clock;
    struct eh_error error = {0};
    cr_assert_eq(eh_clock_init(&clock, &error), 0, "%s", error.text);
    cr_assert_eq(eh_clock_set_zone(&clock, eh_str(zone), &error), 0, "%s", error.text);
    return clock;
}

static int64_t at(const char *text)
{
    int64_t us;
    cr_assert_eq(eh_time_parse(eh_str(text), &us, NULL), 0, "%s", text);
    return us;
}

static int64_t wall_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * S + now.tv_nsec / 1000;
}

Test(clock, follows_the_wall_clock_and_never_goes_back)
{
    struct eh_clock clock = in_zone("UTC");
    int64_t before = 0, began = wall_us();
    for (int i = 0; i < 1000; i++) {
        int64_t now = eh_clock_now_us(&clock);
        cr_assert_geq(now, before);
        before = now;
    }
    cr_expect_leq(before, wall_us());
    cr_expect_geq(before, began - S);
    cr_expect_not(clock.jumped);
}

Test(clock, a_small_step_is_followed_forward_and_waited_for_backward)
{
    struct eh_clock clock = in_zone("UTC");
    clock.offset_us -= 200 * S; /* as if the wall clock had been put forward */
    int64_t began = wall_us();
    cr_expect_geq(eh_clock_now_us(&clock), began - S);
    cr_expect_not(clock.jumped);
    struct eh_clock ahead = in_zone("UTC");
    ahead.offset_us += 200 * S; /* as if it had been put back */
    int64_t given = ahead.last_us = wall_us() + 200 * S;
    cr_expect_eq(eh_clock_now_us(&ahead), given);
    cr_expect_eq(eh_clock_now_us(&ahead), given);
    cr_expect_not(ahead.jumped);
}

Test(clock, a_leap_is_not_followed)
{
    for (int sign = -1; sign <= 1; sign += 2) {
        struct eh_clock clock = in_zone("UTC");
        clock.offset_us -= sign * 31536000 * S;
        int64_t expected = eh_clock_monotonic_us() + clock.offset_us;
        int64_t now = eh_clock_now_us(&clock);
        int64_t after = eh_clock_monotonic_us() + clock.offset_us;
        cr_expect(clock.jumped);
        cr_expect_eq(clock.jump_us / (31536000 * S - S), sign);
        cr_expect_leq(now, after);
        cr_expect_geq(now, expected);
        clock.offset_us += sign * 31536000 * S; /* they agree again */
        cr_expect_geq(eh_clock_now_us(&clock), now);
        cr_expect_not(clock.jumped);
        cr_expect_eq(clock.jump_us, 0);
    }
}

Test(clock, gives_at_least_what_the_log_ends_with)
{
    struct eh_clock clock = in_zone("UTC");
    int64_t soon = wall_us() + 200 * S;
    eh_clock_at_least(&clock, soon);
    cr_expect_eq(eh_clock_now_us(&clock), soon);
    eh_clock_at_least(&clock, 5);
    cr_expect_eq(eh_clock_now_us(&clock), soon);
    cr_expect_not(clock.jumped);
}

Test(clock, goes_on_from_a_log_that_ends_long_after_the_wall_clock)
{
    struct eh_clock clock = in_zone("UTC");
    int64_t future = wall_us() + 31536000 * S;
    eh_clock_at_least(&clock, future);
    int64_t first = eh_clock_now_us(&clock);
    cr_expect_geq(first, future);
    while (eh_clock_now_us(&clock) < first + 1000)
        continue;
    cr_expect(clock.jumped);
    cr_expect_lt(clock.jump_us, -31535000 * S);
}

static void expect_date(const struct eh_clock *clock, const char *instant, const char *date)
{
    int32_t days;
    cr_assert_eq(eh_date_parse(eh_str(date), &days, NULL), 0);
    cr_expect_eq(eh_clock_date(clock, at(instant)), days, "%s in %s", instant, clock->time_zone);
}

Test(clock, civil_dates)
{
    struct eh_clock clock = in_zone("Europe/Oslo");
    expect_date(&clock, "2026-03-28T22:59:59.999Z", "2026-03-28");
    expect_date(&clock, "2026-03-28T23:00:00Z", "2026-03-29");
    expect_date(&clock, "2026-03-29T21:59:59Z", "2026-03-29");
    expect_date(&clock, "2026-03-29T22:00:00Z", "2026-03-30");
    expect_date(&clock, "2024-02-29T12:00:00Z", "2024-02-29");
    clock = in_zone("Pacific/Kiritimati");
    expect_date(&clock, "2026-01-01T10:00:00Z", "2026-01-02");
    clock = in_zone("America/Los_Angeles");
    expect_date(&clock, "2026-01-01T07:59:59Z", "2025-12-31");
}

static void expect_next(const char *zone, const char *from, const char *next)
{
    struct eh_clock clock = in_zone(zone);
    char text[EH_DECIMAL_TEXT_MAX], wanted[EH_DECIMAL_TEXT_MAX];
    eh_time_print(eh_clock_next_day_us(&clock, at(from)), text);
    eh_time_print(at(next), wanted);
    cr_expect_str_eq(text, wanted, "%s from %s: %s", zone, from, text);
}

Test(clock, the_next_day_begins_where_the_zone_says)
{
    expect_next("UTC", "2026-02-28T00:00:00Z", "2026-03-01T00:00:00Z");
    expect_next("UTC", "2026-12-31T23:59:59.999Z", "2027-01-01T00:00:00Z");
    expect_next("Europe/Oslo", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"); /* 23 hours */
    expect_next("Europe/Oslo", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"); /* 25 hours */
    expect_next("Europe/Oslo", "2026-10-25T00:30:00Z", "2026-10-25T23:00:00Z"); /* hour twice */
    /* Midnight does not exist, the day begins at 01:00: */
    expect_next("America/Santiago", "2026-09-05T12:00:00Z", "2026-09-06T04:00:00Z");
    /* Midnight comes twice (back from 00:00 to 23:00 of the day before): */
    expect_next("America/Santiago", "2026-04-04T12:00:00Z", "2026-04-05T04:00:00Z");
    /* A whole day does not exist (Samoa, 30 December 2011): */
    expect_next("Pacific/Apia", "2011-12-29T12:00:00Z", "2011-12-30T10:00:00Z");
}

Test(clock, every_instant_lies_before_its_next_day_and_only_the_date_changes_there)
{
    static const char *const zones[] = {"Europe/Oslo",         "America/Santiago", "Africa/Cairo",
                                        "Australia/Lord_Howe", "Asia/Kathmandu",   "Pacific/Apia"};
    for (size_t z = 0; z < sizeof zones / sizeof zones[0]; z++) {
        struct eh_clock clock = in_zone(zones[z]);
        int64_t us = at("2024-12-31T23:17:01Z");
        for (int i = 0; i < 800; i++) {
            int64_t next = eh_clock_next_day_us(&clock, us);
            cr_assert_gt(next, us);
            cr_assert_leq(next - us, 25 * 3600 * S);
            cr_assert_eq(eh_clock_date(&clock, next - 1), eh_clock_date(&clock, us));
            cr_assert_eq(eh_clock_date(&clock, next), eh_clock_date(&clock, us) + 1);
            us = i % 2 ? next : us + (next - us) / 3;
        }
    }
}

Test(clock, an_unknown_zone_is_refused_and_the_old_one_stays)
{
    struct eh_clock clock = in_zone("Europe/Oslo");
    static const char *const bad[] = {
        "Europe/Atlantis", "",     "../../../etc/passwd",      "/etc/localtime", "Europe",
        "tzdata.zi",       ":UTC", "CET-1CEST,M3.5.0,M10.5.0", "Europe//Oslo",   "Europe/Oslo/"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct eh_error error = {0};
        cr_expect_eq(eh_clock_set_zone(&clock, eh_str(bad[i]), &error), -EH_ENOTFOUND, "%s",
                     bad[i]);
        cr_expect(strstr(error.text, "time_zone: "));
        cr_expect_str_eq(clock.time_zone, "Europe/Oslo");
    }
    expect_date(&clock, "2026-03-28T23:00:00Z", "2026-03-29");
}

Test(clock, what_is_no_place_is_no_zone_of_a_new_desk)
{
    struct eh_clock clock = in_zone("Europe/Oslo");
    static const char *const bad[] = {
        "right/Europe/Oslo", "posix/Europe/Oslo", "posixrules", "localtime",
        "Factory",           "Europe/Atlantis",   "right/UTC",  ""};
    static const char *const good[] = {"Europe/Oslo", "UTC", "Etc/GMT+5", "America/Santiago"};
    struct eh_error error = {0};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cr_expect_eq(eh_clock_set_new_zone(&clock, eh_str(bad[i]), &error), -EH_ENOTFOUND, "%s",
                     bad[i]);
        cr_expect(strstr(error.text, "time_zone: "));
        cr_expect_str_eq(clock.time_zone, "Europe/Oslo");
    }
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        cr_expect_eq(eh_clock_set_new_zone(&clock, eh_str(good[i]), &error), 0, "%s", error.text);
    if (access("/usr/share/zoneinfo/posix/Europe/Oslo", R_OK) ==
        0) /* a desk of before may have it */
        cr_expect_eq(eh_clock_set_zone(&clock, eh_str("posix/Europe/Oslo"), &error), 0);
}

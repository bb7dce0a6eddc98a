/* property/number: what is printed parses to the same number, and what is parsed prints alike. */
#include <evenhand/base/base.h>

#include <criterion/criterion.h>

#include "seed.h"

#define ROUNDS 20000

/* Numbers of every length, not mostly long ones. */
static int64_t any_number(struct seed *seed)
{
    uint64_t bits = seed_next(seed) >> seed_below(seed, 64);
    return (int64_t)(seed_below(seed, 2) ? bits : 0 - bits);
}

Test(number, decimals_round_trip)
{
    struct seed seed = seed_start();
    for (int i = 0; i < ROUNDS; i++) {
        int64_t value = any_number(&seed), again = 0;
        unsigned decimals = (unsigned)seed_below(&seed, 19);
        char text[EH_DECIMAL_TEXT_MAX];
        size_t size = eh_decimal_print(value, decimals, text);
        cr_assert_eq(size, strlen(text));
        cr_assert_eq(eh_decimal_parse(eh_str_n(text, size), decimals, &again, NULL), 0, "%s", text);
        cr_assert_eq(again, value, "%s", text);
    }
}

Test(number, percentages_and_durations_round_trip)
{
    struct seed seed = seed_start();
    for (int i = 0; i < ROUNDS; i++) {
        int64_t value = any_number(&seed), again = 0;
        char text[EH_DECIMAL_TEXT_MAX];
        size_t size = eh_ppm_print(value, text);
        cr_assert_eq(eh_ppm_parse(eh_str_n(text, size), &again, NULL), 0, "%s", text);
        cr_assert_eq(again, value, "%s", text);
        value &= INT64_MAX;
        size = eh_duration_print(value, text);
        cr_assert_eq(eh_duration_parse(eh_str_n(text, size), &again, NULL), 0, "%s", text);
        cr_assert_eq(again, value, "%s", text);
    }
}

Test(number, every_date_round_trips_and_follows_the_one_before)
{
    char text[EH_DECIMAL_TEXT_MAX], before[EH_DECIMAL_TEXT_MAX] = "";
    for (int32_t days = 0; days <= 2932896; days++) {
        int32_t again = -1;
        size_t size = eh_date_print(days, text);
        if (eh_date_parse(eh_str_n(text, size), &again, NULL) < 0 || again != days ||
            strcmp(before, text) >= 0)
            cr_assert_fail("%d: %s", days, text);
        memcpy(before, text, size + 1);
    }
}

Test(number, instants_round_trip_to_the_millisecond)
{
    struct seed seed = seed_start();
    for (int i = 0; i < ROUNDS; i++) {
        int64_t us = (int64_t)seed_below(&seed, UINT64_C(253402300800000000)), again = 0;
        char text[EH_DECIMAL_TEXT_MAX];
        size_t size = eh_time_print(us, text);
        cr_assert_eq(eh_time_parse(eh_str_n(text, size), &again, NULL), 0, "%s", text);
        cr_assert_eq(again, us / 1000 * 1000, "%s", text);
    }
}

Test(number, rounding_is_within_a_half)
{
    struct seed seed = seed_start();
    for (int i = 0; i < ROUNDS; i++) {
        __int128 dividend = (__int128)any_number(&seed) * any_number(&seed);
        __int128 divisor = 1 + (any_number(&seed) & INT64_MAX) / 2;
        __int128 rest = dividend - eh_round_divide(dividend, divisor) * divisor;
        cr_assert((rest < 0 ? -rest : rest) * 2 <= divisor);
        cr_assert(eh_round_divide(-dividend, divisor) == -eh_round_divide(dividend, divisor));
    }
}

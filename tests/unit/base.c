/* unit/base: errors, text, numbers, arenas, bytes and the table, by example. */
#include <evenhand/base/base.h>

#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#define ASSERT_TEXT(actual, expected) cr_assert_str_eq(actual, expected)

/* --- error --- */

Test(error, says_code_field_and_sentence)
{
    struct eh_error error = {0};
    cr_assert_eq(eh_error_field(&error, EH_EINVAL, "value", "value: %d is below 0", -3),
                 -EH_EINVAL);
    cr_assert_eq(error.code, EH_EINVAL);
    ASSERT_TEXT(error.field, "value");
    ASSERT_TEXT(error.text, "value: -3 is below 0");
    cr_assert_eq(eh_error_set(NULL, EH_EFULL, "nobody listens"), -EH_EFULL);
}

Test(error, is_one_line_of_whole_characters)
{
    struct eh_error error = {0};
    eh_error_set(&error, EH_EPARSE, "a\nb\x7f%s", "\t");
    ASSERT_TEXT(error.text, "a?b??");
    char long_text[EH_ERROR_TEXT_MAX + 40];
    memset(long_text, 'x', sizeof long_text);
    long_text[sizeof long_text - 1] = '\0';
    memcpy(long_text + EH_ERROR_TEXT_MAX - 3, "\xe2\x82\xac", 3); /* cut in its middle */
    eh_error_set(&error, EH_EPARSE, "%s", long_text);
    cr_assert_eq(strlen(error.text), EH_ERROR_TEXT_MAX - 3);
}

Test(error, names_codes_of_either_sign)
{
    ASSERT_TEXT(eh_code_name(EH_ENOTFOUND), "not found");
    ASSERT_TEXT(eh_code_name(-EH_EUNAVAILABLE), "unavailable");
    ASSERT_TEXT(eh_code_name(99), "unknown error");
    ASSERT_TEXT(eh_code_name(INT32_MIN), "unknown error");
}

Test(error, require_ends_the_process, .signal = SIGABRT)
{
    close(STDERR_FILENO);
    eh_require(1 + 1 == 3);
}

/* --- text --- */

Test(text, compares_by_bytes_and_length)
{
    cr_assert_lt(eh_str_compare(eh_str("a"), eh_str("ab")), 0);
    cr_assert_gt(eh_str_compare(eh_str("b"), eh_str("ab")), 0);
    cr_assert_gt(eh_str_compare(eh_str("\xff"), eh_str("a")), 0);
    cr_assert_eq(eh_str_compare(eh_str(NULL), eh_str("")), 0);
}

Test(text, knows_ids)
{
    const char *good[] = {"a", "0", "summer-sewald", "a.b_c-d"};
    const char *bad[] = {"", "-a", ".a", "A", "a b", "a/b", "\xc3\xa9"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        cr_assert(eh_id_valid(eh_str(good[i])), "%s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert_not(eh_id_valid(eh_str(bad[i])), "%s", bad[i]);
    char text[65];
    memset(text, 'a', sizeof text);
    cr_assert(eh_id_valid(eh_str_n(text, 63)));
    cr_assert_not(eh_id_valid(eh_str_n(text, 64)));
}

Test(text, knows_utf8)
{
    const char *good[] = {"",
                          "abcdefghijk",
                          "\xc3\xa9",
                          "\xe2\x82\xac",
                          "\xf0\x9f\x98\x80",
                          "\xf4\x8f\xbf\xbf",
                          "\xed\x9f\xbf",
                          "12345678\xc3\xa9"};
    static const struct {
        const char *text;
        size_t at;
    } bad[] = {{"\x80", 0},
               {"ab\xc3", 2},
               {"\xc0\x80", 0},
               {"\xe0\x80\x80", 0},
               {"\xed\xa0\x80", 0},
               {"\xf0\x80\x80\x80", 0},
               {"\xf4\x90\x80\x80", 0},
               {"12345678\xff", 8},
               {"a\xe2\x82", 1},
               {"\xf8\x88\x80\x80\x80", 0}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        cr_assert(eh_utf8_valid(eh_str(good[i]), NULL), "%zu", i);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        size_t at = 99;
        cr_assert_not(eh_utf8_valid(eh_str(bad[i].text), &at), "%zu", i);
        cr_assert_eq(at, bad[i].at, "%zu: %zu", i, at);
    }
}

Test(text, knows_names)
{
    cr_assert(eh_name_valid(eh_str("T-1001"), EH_NAME_MAX));
    cr_assert(eh_name_valid(eh_str("\xc3\x85se \xe2\x82\xac"), EH_NAME_MAX));
    const char *bad[] = {"", "a\nb", "a\x7f", "\xc2\x80", "a\xc2\x9f", "\xff"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert_not(eh_name_valid(eh_str(bad[i]), EH_NAME_MAX), "%zu", i);
    cr_assert(eh_name_valid(eh_str("\xc2\xa0"), EH_NAME_MAX));
    cr_assert_not(eh_name_valid(eh_str("12345"), 4));
    cr_assert_not(eh_name_valid(eh_str_n("a\0b", 3), EH_NAME_MAX));
}

Test(text, makes_ids_of_names)
{
    static const struct {
        const char *name, *id;
    } cases[] = {
        {"Summer Sewald", "summer-sewald"},
        {"\xc3\x85se \xc3\x98stby", "ase-ostby"},
        {"Stra\xc3\x9f"
         "er, J.",
         "strasser-j"},
        {"  --x--  ", "x"},
        {"a.b", "a.b"},
        {"a_b", "a_b"},
        {"a. b", "a-b"},
        {"Jose\xcc\x81", "jose"},
        {"\xc8\x98tefan", "stefan"},
        {"\xc8\x9aibor", "tibor"},
        {"\xc4\xb2", "ij"},
        {"\xc3\x97", ""},
        {"\xc5\x81ukasz \xc5\xbb", "lukasz-z"},
        {"\xd0\x96", ""},
        {"", ""},
        {"A\xff"
         "B",
         "a-b"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char id[EH_ID_MAX + 1];
        size_t size = eh_id_from_name(eh_str(cases[i].name), id);
        ASSERT_TEXT(id, cases[i].id);
        cr_assert_eq(size, strlen(id));
        cr_assert(size == 0 || eh_id_valid(eh_str(id)));
    }
    char name[200], id[EH_ID_MAX + 1];
    for (size_t i = 0; i < sizeof name; i++)
        name[i] = i % 2 ? ' ' : 'x';
    cr_assert_eq(eh_id_from_name(eh_str_n(name, sizeof name), id), EH_ID_MAX);
    cr_assert(eh_id_valid(eh_str(id)));
}

Test(text, formats_without_stdio)
{
    char out[128];
    cr_assert_eq(eh_format(out, sizeof out, "%s|%.*s|%c|%%", "a", 2, "bcd", 'x'), 8);
    ASSERT_TEXT(out, "a|bc|x|%");
    eh_format(out, sizeof out, "%d %u %x %ld %lu %lld %llu %zu", -1, 2u, 0xabcu, -3L, 4ul,
              (long long)INT64_MIN, (unsigned long long)UINT64_MAX, (size_t)7);
    ASSERT_TEXT(out, "-1 2 abc -3 4 -9223372036854775808 18446744073709551615 7");
    eh_format(out, sizeof out, "[%5d][%-5d][%05d][%3s][%-3s]", -42, -42, -42, "a", "b");
    ASSERT_TEXT(out, "[  -42][-42  ][-0042][  a][b  ]");
    eh_format(out, sizeof out, "%.*s.", EH_STR_ARG(eh_str(NULL)));
    ASSERT_TEXT(out, ".");
    const char *volatile missing = NULL;
    eh_format(out, sizeof out, "%.3s|%s", "abcdef", missing);
    ASSERT_TEXT(out, "abc|(none)");
    const char *unknown = "a%qb%d"; /* nothing behind it can be trusted */
    eh_format(out, sizeof out, unknown, 1);
    ASSERT_TEXT(out, "a%qb%d");
}

Test(text, format_terminates_and_counts)
{
    char out[4] = "zzz";
    cr_assert_eq(eh_format(out, sizeof out, "%s", "abcdef"), 6);
    ASSERT_TEXT(out, "abc");
    cr_assert_eq(eh_format(NULL, 0, "%d", 12345), 5);
    cr_assert_eq(eh_format(out, 1, "x"), 1);
    ASSERT_TEXT(out, "");
}

Test(text, lists_give_their_items_in_turn)
{
    struct eh_str list = eh_str("ana\x1f"
                                "bo\x1f"
                                "c");
    cr_assert(eh_str_equal(eh_text_list_next(&list), eh_str("ana")));
    cr_assert(eh_str_equal(eh_text_list_next(&list), eh_str("bo")));
    cr_assert_eq(list.size, 1);
    cr_assert(eh_str_equal(eh_text_list_next(&list), eh_str("c")));
    cr_assert_eq(list.size, 0);
    cr_assert_eq(eh_text_list_next(&list).size, 0);
    list = eh_str(NULL);
    cr_assert_eq(eh_text_list_next(&list).size, 0);
}

/* --- number --- */

static void assert_decimal(const char *text, unsigned decimals, int code, int64_t expected)
{
    int64_t value = -77;
    int r = eh_decimal_parse(eh_str(text), decimals, &value, NULL);
    cr_assert_eq(r, -code, "%s: %d", text, r);
    cr_assert_eq(value, code ? -77 : expected, "%s: %lld", text, (long long)value);
}

Test(number, parses_decimals_exactly)
{
    assert_decimal("129.95", 2, 0, 12995);
    assert_decimal("-0.05", 2, 0, -5);
    assert_decimal("+7", 2, 0, 700);
    assert_decimal("1.5", 2, 0, 150);
    assert_decimal("9223372036854775807", 0, 0, INT64_MAX);
    assert_decimal("-9223372036854775808", 0, 0, INT64_MIN);
    assert_decimal("9223372036854775808", 0, EH_ERANGE, 0);
    assert_decimal("-9223372036854775809", 0, EH_ERANGE, 0);
    assert_decimal("92233720368547758.08", 2, EH_ERANGE, 0);
    assert_decimal("92233720368547759.00", 2, EH_ERANGE, 0);
    assert_decimal("99999999999999999999999", 0, EH_ERANGE, 0);
    const char *bad[] = {"",   "-",  ".5",  "5.",  "1.234", "1e3",
                         " 1", "1 ", "0x1", "1,5", "--1",   "1.2.3"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_decimal(bad[i], 2, EH_EPARSE, 0);
}

Test(number, takes_a_slice_of_nothing)
{
    struct eh_str nothing = {NULL, 0};
    int64_t number;
    int32_t days;
    cr_assert_eq(eh_decimal_parse(nothing, 2, &number, NULL), -EH_EPARSE);
    cr_assert_eq(eh_ppm_parse(nothing, &number, NULL), -EH_EPARSE);
    cr_assert_eq(eh_duration_parse(nothing, &number, NULL), -EH_EPARSE);
    cr_assert_eq(eh_date_parse(nothing, &days, NULL), -EH_EPARSE);
    cr_assert_eq(eh_time_parse(nothing, &number, NULL), -EH_EPARSE);
    cr_assert_eq(eh_currency_exponent(nothing), -EH_ENOTFOUND);
}

Test(number, says_what_is_wrong)
{
    int64_t value;
    struct eh_error error = {0};
    cr_assert_lt(eh_integer_parse(eh_str("1.5"), &value, &error), 0);
    ASSERT_TEXT(error.text, "1.5 is not a whole number");
    cr_assert_lt(eh_decimal_parse(eh_str("1.555"), 2, &value, &error), 0);
    ASSERT_TEXT(error.text, "1.555 has more than 2 decimals");
    cr_assert_lt(eh_decimal_parse(eh_str("abc"), 2, &value, &error), 0);
    ASSERT_TEXT(error.text, "`abc` is not a number");
    cr_assert_lt(eh_decimal_parse(eh_str(""), 2, &value, &error), 0);
    ASSERT_TEXT(error.text, "a number is missing");
}

Test(number, prints_decimals)
{
    char out[EH_DECIMAL_TEXT_MAX];
    int64_t minor = 0;
    cr_assert_eq(eh_money_parse(eh_str("129.95"), 2, &minor, NULL), 0);
    cr_assert_eq(minor, 12995);
    cr_assert_eq(eh_money_print(12995, 2, out), 6);
    ASSERT_TEXT(out, "129.95");
    eh_money_print(-5, 2, out);
    ASSERT_TEXT(out, "-0.05");
    eh_money_print(500, 0, out);
    ASSERT_TEXT(out, "500");
    cr_assert_eq(eh_decimal_print(INT64_MIN, 18, out), strlen("-9.223372036854775808"));
    ASSERT_TEXT(out, "-9.223372036854775808");
}

Test(number, amounts_are_read_in_sentences)
{
    static const struct {
        int64_t minor;
        unsigned exponent;
        const char *currency, *text;
    } cases[] = {{109466, 2, "EUR", "1,094.66 EUR"},
                 {-109466, 2, "EUR", "-1,094.66 EUR"},
                 {-99999, 2, "USD", "-999.99 USD"},
                 {1000, 0, "JPY", "1,000 JPY"},
                 {0, 2, "EUR", "0.00 EUR"},
                 {1234567890, 3, "KWD", "1,234,567.890 KWD"},
                 {INT64_MIN, 2, "EUR", "-92,233,720,368,547,758.08 EUR"},
                 {100, 2, "", "1.00"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[EH_AMOUNT_TEXT_MAX];
        eh_amount_print(cases[i].minor, cases[i].exponent, eh_str(cases[i].currency), text);
        cr_expect_str_eq(text, cases[i].text);
    }
}

Test(number, reads_shares_and_percentages)
{
    static const struct {
        const char *text;
        int64_t ppm;
        const char *printed;
    } cases[] = {{"50%", 500000, "50%"},     {"0.5", 500000, "50%"},
                 {"37.5%", 375000, "37.5%"}, {"0.0001%", 1, "0.0001%"},
                 {"0.000001", 1, "0.0001%"}, {"1", 1000000, "100%"},
                 {"-2.5%", -25000, "-2.5%"}, {"0", 0, "0%"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t ppm = -1;
        char out[EH_DECIMAL_TEXT_MAX];
        cr_assert_eq(eh_ppm_parse(eh_str(cases[i].text), &ppm, NULL), 0);
        cr_assert_eq(ppm, cases[i].ppm);
        cr_assert_eq(eh_ppm_print(ppm, out), strlen(cases[i].printed));
        ASSERT_TEXT(out, cases[i].printed);
    }
    int64_t ppm;
    cr_assert_lt(eh_ppm_parse(eh_str("0.00001%"), &ppm, NULL), 0);
    cr_assert_lt(eh_ppm_parse(eh_str("0.0000001"), &ppm, NULL), 0);
    cr_assert_lt(eh_ppm_parse(eh_str("%"), &ppm, NULL), 0);
}

Test(number, reads_durations)
{
    static const struct {
        const char *text;
        int64_t seconds;
        const char *printed;
    } cases[] = {{"90s", 90, "1m30s"}, {"15m", 900, "15m"},      {"2h", 7200, "2h"},
                 {"7d", 604800, "7d"}, {"1h30m", 5400, "1h30m"}, {"45", 45, "45s"},
                 {"0", 0, "0s"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t seconds = -1;
        char out[EH_DECIMAL_TEXT_MAX];
        cr_assert_eq(eh_duration_parse(eh_str(cases[i].text), &seconds, NULL), 0);
        cr_assert_eq(seconds, cases[i].seconds);
        eh_duration_print(seconds, out);
        ASSERT_TEXT(out, cases[i].printed);
    }
    const char *bad[] = {"",
                         "h",
                         "1x",
                         "1m1h",
                         "1h1h",
                         "-5m",
                         "1h 30m",
                         "1.5h",
                         "1h30",
                         "99999999999999999999s",
                         "9223372036854775807d"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t seconds = -1;
        cr_assert_lt(eh_duration_parse(eh_str(bad[i]), &seconds, NULL), 0, "%s", bad[i]);
        cr_assert_eq(seconds, -1);
    }
}

Test(number, reads_dates)
{
    static const struct {
        const char *text;
        int32_t days;
    } cases[] = {
        {"1970-01-01", 0}, {"2000-02-29", 11016}, {"2026-03-01", 20513}, {"9999-12-31", 2932896}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int32_t days = -1;
        char out[EH_DECIMAL_TEXT_MAX];
        cr_assert_eq(eh_date_parse(eh_str(cases[i].text), &days, NULL), 0);
        cr_assert_eq(days, cases[i].days, "%s: %d", cases[i].text, days);
        eh_date_print(days, out);
        ASSERT_TEXT(out, cases[i].text);
    }
    const char *bad[] = {"",           "2026-3-1",   "2026-02-29", "2100-02-29",
                         "2026-13-01", "2026-00-01", "2026-01-00", "2026-04-31",
                         "2026/01/01", "1969-12-31", "2026-01-011"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int32_t days;
        cr_assert_lt(eh_date_parse(eh_str(bad[i]), &days, NULL), 0, "%s", bad[i]);
    }
}

Test(number, reads_instants)
{
    static const struct {
        const char *text;
        int64_t us;
        const char *printed;
    } cases[] = {
        {"1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00.000Z"},
        {"2026-03-01", INT64_C(1772323200000000), "2026-03-01T00:00:00.000Z"},
        {"2026-03-01T12:00:00.123456Z", INT64_C(1772366400123456), "2026-03-01T12:00:00.123Z"},
        {"2026-03-01T12:00:00+02:00", INT64_C(1772359200000000), "2026-03-01T10:00:00.000Z"},
        {"2026-03-01 12:00:00.5-01:30", INT64_C(1772371800500000), "2026-03-01T13:30:00.500Z"},
        {"2026-03-01T12:00Z", INT64_C(1772366400000000), "2026-03-01T12:00:00.000Z"},
        {"2026-12-22T13:00+01:00", INT64_C(1797940800000000), "2026-12-22T12:00:00.000Z"},
        {"2026-03-01 12:00-01:30", INT64_C(1772371800000000), "2026-03-01T13:30:00.000Z"},
        {"9999-12-31T23:59:59.999999Z", INT64_C(253402300799999999), "9999-12-31T23:59:59.999Z"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t us = -1;
        char out[EH_DECIMAL_TEXT_MAX];
        cr_assert_eq(eh_time_parse(eh_str(cases[i].text), &us, NULL), 0, "%s", cases[i].text);
        cr_assert_eq(us, cases[i].us, "%s: %lld", cases[i].text, (long long)us);
        eh_time_print(us, out);
        ASSERT_TEXT(out, cases[i].printed);
    }
    char before[EH_DECIMAL_TEXT_MAX];
    eh_time_print(-1000, before);
    ASSERT_TEXT(before, "1969-12-31T23:59:59.999Z");
    const char *bad[] = {"",
                         "2026-03-01T12:00:00",
                         "2026-03-01T12:00",
                         "2026-03-01T12:00:Z",
                         "2026-03-01T12:00:5Z",
                         "2026-03-01T12:00.5Z",
                         "2026-03-01T12:60Z",
                         "2026-03-01T12:0Z",
                         "2026-03-01T12Z",
                         "2026-03-01T12:00:",
                         "2026-03-01T12:00+01",
                         "2026-03-01T24:00:00Z",
                         "2026-03-01T12:60:00Z",
                         "2026-03-01T12:00:60Z",
                         "2026-03-01T12:00:00.Z",
                         "2026-03-01T12:00:00.1234567Z",
                         "2026-03-01T12:00:00+0200",
                         "2026-03-01T12:00:00+24:00",
                         "1970-01-01T00:00:00+02:00",
                         "9999-12-31T23:59:59-01:00",
                         "2026-03-01T",
                         "2026-03-01x12:00:00Z"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t us;
        cr_assert_lt(eh_time_parse(eh_str(bad[i]), &us, NULL), 0, "%s", bad[i]);
    }
}

Test(number, knows_currencies)
{
    cr_assert_eq(eh_currency_exponent(eh_str("EUR")), 2);
    cr_assert_eq(eh_currency_exponent(eh_str("JPY")), 0);
    cr_assert_eq(eh_currency_exponent(eh_str("KWD")), 3);
    cr_assert_eq(eh_currency_exponent(eh_str("CLF")), 4);
    cr_assert_eq(eh_currency_exponent(eh_str("AED")), 2);
    cr_assert_eq(eh_currency_exponent(eh_str("ZWG")), 2);
    const char *bad[] = {"", "eur", "EURO", "XXX", "ZZZ", "AAA", "EU"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert_eq(eh_currency_exponent(eh_str(bad[i])), -EH_ENOTFOUND, "%s", bad[i]);
}

Test(number, rounds_half_away_from_zero)
{
    static const struct {
        int64_t dividend, divisor, quotient;
    } cases[] = {{12345, 1000, 12},
                 {-12345, 1000, -12},
                 {5, 2, 3},
                 {-5, 2, -3},
                 {4, 3, 1},
                 {-4, 3, -1},
                 {0, 7, 0},
                 {1, 2, 1},
                 {-1, 2, -1},
                 {1, 3, 0},
                 {INT64_MIN, 1, INT64_MIN}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_assert_eq((int64_t)eh_round_divide(cases[i].dividend, cases[i].divisor),
                     cases[i].quotient, "%zu", i);
}

Test(number, clamps_what_no_64_bits_can_say)
{
    cr_assert_eq(eh_clamp((__int128)INT64_MAX + 1), INT64_MAX);
    cr_assert_eq(eh_clamp((__int128)INT64_MIN - 1), INT64_MIN);
    cr_assert_eq(eh_clamp(INT64_MIN), INT64_MIN);
    cr_assert_eq(eh_add_clamped(INT64_MAX, 1), INT64_MAX);
    cr_assert_eq(eh_add_clamped(INT64_MIN, -1), INT64_MIN);
    cr_assert_eq(eh_add_clamped(INT64_MAX, -1), INT64_MAX - 1);
}

/* --- arena --- */

Test(arena, gives_zeroed_aligned_memory)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    for (int round = 0; round < 3; round++) {
        for (size_t size = 0; size < 3000; size += 7) {
            uint8_t *memory = eh_arena_alloc(&arena, size);
            cr_assert_not_null(memory);
            cr_assert_eq((uintptr_t)memory % 16, 0);
            for (size_t i = 0; i < size; i++)
                cr_assert_eq(memory[i], 0);
            memset(memory, 0xAA, size);
        }
        eh_arena_reset(&arena);
    }
    struct eh_str copy = eh_arena_str(&arena, eh_str("ana"));
    ASSERT_TEXT(copy.data, "ana");
    ASSERT_TEXT(eh_arena_str(&arena, eh_str(NULL)).data, "");
    cr_assert_arr_eq(eh_arena_copy(&arena, "xyz", 3), "xyz", 3);
}

Test(arena, reset_keeps_the_largest_block)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    cr_assert_not_null(eh_arena_alloc(&arena, 3 << 20)); /* of its own size */
    cr_assert_not_null(eh_arena_alloc(&arena, 1 << 20));
    eh_arena_reset(&arena);
    cr_assert_eq(arena.held, 3 << 20);
    cr_assert_not_null(eh_arena_alloc(&arena, 3 << 20));
    cr_assert_eq(arena.held, 3 << 20);
}

Test(arena, keeps_to_its_limit)
{
    EH_AUTO(eh_arena) struct eh_arena arena = {.limit = 10000};
    size_t given = 0;
    while (eh_arena_alloc(&arena, 100))
        given += 112;
    cr_assert_leq(arena.held, 10000);
    cr_assert_leq(given, 10000);
    cr_assert_geq(given, 9000);
    cr_assert_null(eh_arena_alloc(&arena, 10001));
    cr_assert_null(eh_arena_alloc(&arena, SIZE_MAX));
    eh_arena_reset(&arena);
    cr_assert_not_null(eh_arena_alloc(&arena, 4000));
}

/* --- bytes --- */

Test(bytes, write_and_read_back)
{
    static const int64_t numbers[] = {0, 1, -1, 63, -64, 64, 127, 128, INT64_MAX, INT64_MIN};
    EH_AUTO(eh_bytes) struct eh_bytes out = EH_BYTES_INIT;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        eh_bytes_put_i(&out, numbers[i]);
        eh_bytes_put_u(&out, (uint64_t)numbers[i]);
    }
    eh_bytes_put_str(&out, eh_str("ana"));
    eh_bytes_put_str(&out, eh_str(NULL));
    eh_bytes_put_u8(&out, 0xFF);
    struct eh_reader in = eh_reader(out.data, out.size);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        cr_assert_eq(eh_read_i(&in), numbers[i]);
        cr_assert_eq(eh_read_u(&in), (uint64_t)numbers[i]);
    }
    cr_assert(eh_str_equal(eh_read_str(&in), eh_str("ana")));
    cr_assert_eq(eh_read_str(&in).size, 0);
    cr_assert_not(eh_reader_complete(&in));
    cr_assert_eq(eh_read_u8(&in), 0xFF);
    cr_assert(eh_reader_complete(&in));
    cr_assert_eq(eh_read_u8(&in), 0);
    cr_assert_not(eh_reader_complete(&in));
}

Test(bytes, reader_refuses_what_no_writer_writes)
{
    static const struct {
        const char *bytes;
        size_t size;
    } bad[] = {{"\x80", 1},
               {"\x80\x00", 2},
               {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10},
               {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct eh_reader in = eh_reader(bad[i].bytes, bad[i].size);
        cr_assert_eq(eh_read_u(&in), 0);
        cr_assert(in.failed, "%zu", i);
    }
    struct eh_reader in = eh_reader("\x05"
                                    "abc",
                                    4);
    cr_assert_null(eh_read_str(&in).data);
    cr_assert(in.failed);
}

Test(bytes, remember_that_memory_ran_out)
{
    EH_AUTO(eh_bytes) struct eh_bytes out = EH_BYTES_INIT;
    eh_bytes_put_u8(&out, 1);
    eh_bytes_put(&out, "x", SIZE_MAX / 2);
    cr_assert(out.failed);
    eh_bytes_put_u8(&out, 2);
    eh_bytes_put_text(&out, "%d", 3);
    cr_assert_eq(out.size, 1);
    eh_bytes_clear(&out);
    eh_bytes_put_u8(&out, 2);
    cr_assert(!out.failed && out.size == 1);
}

Test(bytes, takes_formatted_text_of_any_length)
{
    EH_AUTO(eh_bytes) struct eh_bytes out = EH_BYTES_INIT;
    size_t length = 0;
    for (int i = 0; i < 300; i++) {
        eh_bytes_put_text(&out, "%d,", i);
        length += i < 10 ? 2 : i < 100 ? 3 : 4;
    }
    cr_assert_eq(out.size, length);
    cr_assert_arr_eq(out.data + length - 8, "298,299,", 8);
    eh_bytes_clear(&out);
    cr_assert_eq(out.size, 0);
}

/* --- array --- */

struct growing {
    uint64_t *items;
    uint32_t count, capacity;
};

Test(array, grows_and_keeps_what_it_has)
{
    struct growing g = {0};
    for (uint32_t i = 0; i < 100000; i++) {
        cr_assert_eq(eh_array_room(&g.items, &g.capacity, g.count + 1, EH_ARRAY_MAX), 0);
        cr_assert_leq(g.count + 1, g.capacity);
        g.items[g.count++] = i;
    }
    for (uint32_t i = 0; i < g.count; i++)
        cr_assert_eq(g.items[i], i);
    cr_assert_leq(g.capacity, 100000 + 100000 / 8, "a large one grows by an eighth");
    free(g.items);
}

Test(array, makes_room_for_many_at_once)
{
    struct growing g = {0};
    cr_assert_eq(eh_array_room(&g.items, &g.capacity, 0, EH_ARRAY_MAX), 0);
    cr_assert(!g.items && g.capacity == 0);
    cr_assert_eq(eh_array_room(&g.items, &g.capacity, 1000, EH_ARRAY_MAX), 0);
    cr_assert_geq(g.capacity, 1000);
    g.items[999] = 1;
    free(g.items);
}

Test(array, stops_at_its_bound)
{
    struct growing g = {0};
    cr_assert_eq(eh_array_room(&g.items, &g.capacity, 3, 3), 0);
    cr_assert_eq(g.capacity, 3);
    const uint64_t *before = g.items;
    cr_assert_eq(eh_array_room(&g.items, &g.capacity, 4, 3), -EH_EFULL);
    cr_assert(g.items == before && g.capacity == 3);
    cr_assert_eq(eh_array_room(&g.items, &g.capacity, 41, 41), 0);
    cr_assert_eq(g.capacity, 41);
    free(g.items);
}

Test(array, refuses_what_no_memory_can_hold)
{
    struct {
        uint8_t bytes[1024];
    } *large = NULL;
    size_t capacity = 0;
    cr_assert_eq(eh_array_room(&large, &capacity, SIZE_MAX / 2, SIZE_MAX), -EH_ENOMEM);
    cr_assert_eq(eh_array_room(&large, &capacity, SIZE_MAX, SIZE_MAX), -EH_ENOMEM);
    cr_assert(!large && capacity == 0);
    uint32_t narrow = 0;
    cr_assert_eq(eh_array_room(&large, &narrow, (size_t)UINT32_MAX + 1, SIZE_MAX), -EH_EFULL);
}

Test(array, lives_in_an_arena)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct growing g = {0};
    size_t wide = 0;
    uint16_t *narrow = NULL;
    for (uint32_t i = 0; i < 5000; i++) {
        cr_assert_eq(eh_array_room_in(&arena, &g.items, &g.capacity, i + 1, 5000), 0);
        cr_assert_eq(eh_array_room_in(&arena, &narrow, &wide, i + 1, EH_ARRAY_MAX), 0);
        g.items[i] = narrow[i] = (uint16_t)i;
    }
    for (uint32_t i = 0; i < 5000; i++)
        cr_assert(g.items[i] == i && narrow[i] == i);
    cr_assert_eq(g.capacity, 5000);
    cr_assert_eq(eh_array_room_in(&arena, &g.items, &g.capacity, 5001, 5000), -EH_EFULL);
    arena.limit = arena.held;
    cr_assert_eq(eh_array_room_in(&arena, &g.items, &g.capacity, 1 << 20, EH_ARRAY_MAX),
                 -EH_ENOMEM);
    cr_assert(g.capacity == 5000 && g.items[4999] == 4999);
}

/* --- hex --- */

Test(hex, is_what_it_was)
{
    uint8_t bytes[256], back[256];
    char text[EH_HEX_TEXT(sizeof bytes)];
    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)i;
    cr_assert_eq(eh_hex_print(bytes, sizeof bytes, text), 512);
    cr_assert_eq(strlen(text), 512);
    cr_assert_eq(strncmp(text, "000102", 6), 0);
    ASSERT_TEXT(text + 508, "feff");
    cr_assert_eq(eh_hex_read(eh_str(text), back, sizeof back), 512);
    cr_assert_arr_eq(back, bytes, sizeof bytes);
}

Test(hex, reads_only_what_is_printed)
{
    uint8_t bytes[2] = {0};
    cr_assert_eq(eh_hex_read(eh_str("12aB"), bytes, 2), 3);
    cr_assert_eq(eh_hex_read(eh_str("12a"), bytes, 2), 3);
    cr_assert_eq(eh_hex_read(eh_str("12 b"), bytes, 2), 2);
    cr_assert_eq(eh_hex_read(eh_str(""), bytes, 2), 0);
    cr_assert_eq(eh_hex_read(eh_str("12ab34"), bytes, 2), 4);
    cr_assert(bytes[0] == 0x12 && bytes[1] == 0xab);
}

Test(hex, digits_are_of_either_case)
{
    for (int c = 0; c < 256; c++) {
        const char *all = "0123456789abcdefABCDEF", *at = c ? strchr(all, c) : NULL;
        int value = !at ? -1 : at - all < 16 ? (int)(at - all) : (int)(at - all) - 6;
        cr_assert_eq(eh_hex_digit((char)c), value, "%d", c);
    }
}

Test(bytes, take_hexadecimal_digits)
{
    EH_AUTO(eh_bytes) struct eh_bytes out = EH_BYTES_INIT;
    eh_bytes_put_hex(&out, "\x00\xfe", 2);
    eh_bytes_put_hex(&out, NULL, 0);
    cr_assert(out.size == 4 && memcmp(out.data, "00fe", 4) == 0);
    eh_bytes_put_hex(&out, "x", SIZE_MAX / 2);
    cr_assert(out.failed && out.size == 4);
}

/* --- table --- */

Test(table, mixes_names_like_siphash)
{
    /* The reference vectors of SipHash-2-4-128 for 0 and 15 bytes 00 01 02 … */
    char bytes[15];
    for (int i = 0; i < 15; i++)
        bytes[i] = (char)i;
    struct eh_key empty = eh_key_of_text(eh_str(""));
    cr_assert_eq(empty.high, UINT64_C(0xe6a825ba047f81a3));
    cr_assert_eq(empty.low, UINT64_C(0x930255c71472f66d));
    struct eh_key fifteen = eh_key_of_text(eh_str_n(bytes, 15));
    cr_assert_eq(fifteen.high, UINT64_C(0x11a8b03399e99354));
    cr_assert_eq(fifteen.low, UINT64_C(0xd9c3cf970fec087e), "%llx",
                 (unsigned long long)fifteen.low);
}

Test(table, remembers_replaces_and_forgets)
{
    EH_AUTO(eh_table) struct eh_table table = {0};
    uint64_t value = 5;
    struct eh_key ana = eh_key_of_text(eh_str("ana"));
    cr_assert_not(eh_table_get(&table, ana, &value));
    cr_assert_not(eh_table_remove(&table, ana));
    cr_assert_eq(eh_table_put(&table, ana, 7), 0);
    cr_assert_eq(eh_table_put(&table, ana, 8), 0);
    cr_assert_eq(table.used, 1);
    cr_assert(eh_table_get(&table, ana, &value));
    cr_assert_eq(value, 8);
    cr_assert(eh_table_remove(&table, ana));
    cr_assert_not(eh_table_get(&table, ana, &value));
    cr_assert_eq(table.used, 0);
}

Test(table, closes_the_gap_behind_a_removed_key)
{
    EH_AUTO(eh_table) struct eh_table table = {0};
    struct eh_key first = {1, 5}, second = {2, 5};
    cr_assert_eq(eh_table_put(&table, first, 1), 0);
    cr_assert_eq(eh_table_put(&table, second, 2), 0);
    cr_assert(eh_table_remove(&table, first));
    cr_assert(eh_table_get(&table, second, NULL));
}

Test(table, survives_keys_in_one_place)
{
    /* Equal low words: one long probe chain that also wraps round the end. */
    EH_AUTO(eh_table) struct eh_table table = {0};
    for (uint64_t i = 0; i < 500; i++)
        cr_assert_eq(eh_table_put(&table, (struct eh_key){i, UINT64_MAX - i % 3}, i), 0);
    for (uint64_t i = 0; i < 500; i += 2)
        cr_assert(eh_table_remove(&table, (struct eh_key){i, UINT64_MAX - i % 3}));
    for (uint64_t i = 0; i < 500; i++) {
        uint64_t value = 0;
        bool there = eh_table_get(&table, (struct eh_key){i, UINT64_MAX - i % 3}, &value);
        cr_assert_eq(there, i % 2 == 1);
        cr_assert(!there || value == i);
    }
    cr_assert_eq(table.used, 250);
}

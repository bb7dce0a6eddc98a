/* calendar.c: durations, dates of the proleptic Gregorian calendar, and instants of RFC 3339. */
#include <evenhand/base/number.h>

#define DAY_US     INT64_C(86400000000)
#define YEAR_FIRST 1970
#define YEAR_LAST  9999
#define DAYS_LAST  2932896 /* 9999-12-31 */

#define SHOWN_MAX 40 /* bytes of a refused text that an error repeats */
#define SHOWN(s)  EH_STR_ARG(eh_str_cut(s, SHOWN_MAX))

static const struct {
    char letter;
    int64_t seconds;
} units[] = {{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};
#define UNIT_COUNT (sizeof units / sizeof *units)

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Reads the digits from *at on. False: there are none, or the number does not fit. */
static bool count_read(const char **at, const char *end, int64_t *ret)
{
    const char *start = *at;
    int64_t value = 0;
    for (; *at < end && is_digit(**at); (*at)++)
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, **at - '0', &value))
            return false;
    *ret = value;
    return *at > start;
}

int eh_duration_parse(struct eh_str s, int64_t *ret_s, struct eh_error *error)
{
    const char *at = s.data, *end = s.size ? s.data + s.size : s.data;
    int64_t total = 0;
    size_t unit = 0; /* place of the next unit: each stands once at most, a larger one first */
    for (bool first = true; first || at < end; first = false) {
        int64_t count, part;
        if (s.size == 0 || !count_read(&at, end, &count))
            goto refused;
        if (first && at == end) {
            total = count;
            break;
        }
        while (unit < UNIT_COUNT && (at == end || units[unit].letter != *at))
            unit++;
        if (unit == UNIT_COUNT)
            goto refused;
        if (__builtin_mul_overflow(count, units[unit].seconds, &part) ||
            __builtin_add_overflow(total, part, &total))
            goto refused;
        unit++;
        at++;
    }
    *ret_s = total;
    return 0;
refused:
    return eh_error_set(error, EH_EPARSE, "`%.*s` is not a duration such as 90s, 15m, 1h30m or 7d",
                        SHOWN(s));
}

size_t eh_duration_print(int64_t seconds, char ret_text[EH_DECIMAL_TEXT_MAX])
{
    uint64_t left = seconds < 0 ? 0 - (uint64_t)seconds : (uint64_t)seconds;
    size_t size = eh_format(ret_text, EH_DECIMAL_TEXT_MAX, "%s", seconds < 0 ? "-" : "");
    for (size_t i = 0; i < UNIT_COUNT; i++) {
        uint64_t count = left / (uint64_t)units[i].seconds;
        left %= (uint64_t)units[i].seconds;
        if (count > 0 || (seconds == 0 && i == UNIT_COUNT - 1))
            size += eh_format(ret_text + size, EH_DECIMAL_TEXT_MAX - size, "%llu%c",
                              (unsigned long long)count, units[i].letter);
    }
    return size;
}

/* The number that exactly `count` digits say, or -1. */
static int fixed_digits(const char *at, unsigned count)
{
    int value = 0;
    for (unsigned i = 0; i < count; i++) {
        if (!is_digit(at[i]))
            return -1;
        value = value * 10 + (at[i] - '0');
    }
    return value;
}

static int days_in_month(int year, int month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

/* Days since 1970-01-01, after Howard Hinnant's days_from_civil: years begin in March. */
static int64_t days_of(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = y / 400, year_of_era = y % 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
           719468;
}

/* The way back, after his civil_from_days. */
static void civil_of(int64_t days, int64_t *ret_year, int *ret_month, int *ret_day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t doe = days - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    *ret_day = (int)(doy - (153 * mp + 2) / 5 + 1);
    *ret_month = (int)(mp < 10 ? mp + 3 : mp - 9);
    *ret_year = yoe + era * 400 + (*ret_month <= 2);
}

/* "YYYY-MM-DD" at the start of ten bytes. */
static bool date_read(const char *at, int64_t *ret_days)
{
    int year = fixed_digits(at, 4), month = fixed_digits(at + 5, 2), day = fixed_digits(at + 8, 2);
    if (at[4] != '-' || at[7] != '-' || year < YEAR_FIRST || month < 1 || month > 12 || day < 1 ||
        day > days_in_month(year, month))
        return false;
    *ret_days = days_of(year, month, day);
    return true;
}

int eh_date_parse(struct eh_str s, int32_t *ret_days, struct eh_error *error)
{
    int64_t days;
    if (s.size != 10 || !date_read(s.data, &days))
        return eh_error_set(error, EH_EPARSE,
                            "`%.*s` is not a date such as 2026-03-01 (years 1970 to 9999)",
                            SHOWN(s));
    *ret_days = (int32_t)days;
    return 0;
}

size_t eh_date_print(int32_t days, char ret_text[EH_DECIMAL_TEXT_MAX])
{
    int64_t year;
    int month, day;
    civil_of(days, &year, &month, &day);
    return eh_format(ret_text, EH_DECIMAL_TEXT_MAX, "%04lld-%02d-%02d", (long long)year, month,
                     day);
}

int32_t eh_date_of(int year, int month, int day)
{
    return (int32_t)days_of(year, month, day);
}

void eh_date_split(int32_t days, int *ret_year, int *ret_month, int *ret_day)
{
    int64_t year;
    civil_of(days, &year, ret_month, ret_day);
    *ret_year = (int)year;
}

/* ".5", ".123456" -> µs. Moves *at. */
static bool fraction_read(const char **at, const char *end, int64_t *ret_us)
{
    int64_t us = 0, unit = 1000000;
    const char *start = ++*at;
    for (; *at < end && is_digit(**at); (*at)++) {
        if (unit == 1)
            return false;
        unit /= 10;
        us += (**at - '0') * unit;
    }
    *ret_us = us;
    return *at > start;
}

/* "Z", "+02:00" up to the end -> minutes. */
static bool offset_read(const char *at, const char *end, int *ret_minutes)
{
    if (end - at == 1 && (*at == 'Z' || *at == 'z')) {
        *ret_minutes = 0;
        return true;
    }
    if (end - at != 6 || (*at != '+' && *at != '-') || at[3] != ':')
        return false;
    int hours = fixed_digits(at + 1, 2), minutes = fixed_digits(at + 4, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
        return false;
    *ret_minutes = (*at == '-' ? -1 : 1) * (hours * 60 + minutes);
    return true;
}

/* ":30", ":30.5" -> µs, or 0 where seconds are left out. Moves *at. */
static bool seconds_read(const char **at, const char *end, int64_t *ret_us)
{
    int64_t fraction = 0;
    *ret_us = 0;
    if (*at == end || **at != ':')
        return true;
    int second = end - *at < 3 ? -1 : fixed_digits(*at + 1, 2);
    if (second < 0 || second > 59)
        return false;
    *at += 3;
    if (*at < end && **at == '.' && !fraction_read(at, end, &fraction))
        return false;
    *ret_us = second * INT64_C(1000000) + fraction;
    return true;
}

static bool time_read(struct eh_str s, int64_t *ret_us)
{
    int64_t days, second_us = 0;
    int offset = 0;
    if (s.size < 10 || !date_read(s.data, &days))
        return false;
    const char *at = s.data, *end = s.data + s.size;
    *ret_us = days * DAY_US;
    if (s.size == 10)
        return true;
    if (s.size < 17 || (at[10] != 'T' && at[10] != 't' && at[10] != ' ') || at[13] != ':')
        return false;
    int hour = fixed_digits(at + 11, 2), minute = fixed_digits(at + 14, 2);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59)
        return false;
    at += 16;
    if (!seconds_read(&at, end, &second_us) || !offset_read(at, end, &offset))
        return false;
    *ret_us += (hour * 60 + minute - offset) * INT64_C(60000000) + second_us;
    return *ret_us >= 0 && *ret_us <= (DAYS_LAST + 1) * DAY_US - 1;
}

int eh_time_parse(struct eh_str s, int64_t *ret_us, struct eh_error *error)
{
    int64_t us;
    if (!time_read(s, &us))
        return eh_error_set(error, EH_EPARSE,
                            "`%.*s` is not a time such as 2026-03-01T12:00:00Z or 2026-03-01",
                            SHOWN(s));
    *ret_us = us;
    return 0;
}

size_t eh_time_print(int64_t us, char ret_text[EH_DECIMAL_TEXT_MAX])
{
    int64_t days = us / DAY_US, rest = us % DAY_US, year;
    if (rest < 0) {
        rest += DAY_US;
        days--;
    }
    int month, day, ms = (int)(rest / 1000);
    civil_of(days, &year, &month, &day);
    return eh_format(ret_text, EH_DECIMAL_TEXT_MAX, "%04lld-%02d-%02dT%02d:%02d:%02d.%03dZ",
                     (long long)year, month, day, ms / 3600000, ms / 60000 % 60, ms / 1000 % 60,
                     ms % 1000);
}

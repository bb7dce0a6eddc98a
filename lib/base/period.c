/* period.c: weeks, months and quarters: which one holds a date, where it begins, how it is written.
 */
#include <evenhand/base/period.h>

#define YEAR_FIRST 1970
#define YEAR_LAST  9999
#define SHOWN_MAX  40 /* bytes of a refused text that an error repeats */

/* 1970-01-01 was a Thursday: its week began three days before. */
#define WEEK_OFFSET 3

static int32_t floor_divide(int32_t dividend, int32_t divisor)
{
    return dividend >= 0 ? dividend / divisor : -((divisor - 1 - dividend) / divisor);
}

/* How many months a date is after year 0. */
static int32_t month_number(int32_t date)
{
    int year, month, day;
    eh_date_split(date, &year, &month, &day);
    return year * 12 + month - 1;
}

static int32_t month_first(int32_t number)
{
    return eh_date_of(number / 12, number % 12 + 1, 1);
}

struct eh_period eh_period_of(enum eh_period_kind kind, int32_t date)
{
    int32_t number = kind == EH_PERIOD_WEEK    ? floor_divide(date + WEEK_OFFSET, 7)
                     : kind == EH_PERIOD_MONTH ? month_number(date)
                                               : month_number(date) / 3;
    return (struct eh_period){(uint8_t)kind, number};
}

int32_t eh_period_first(struct eh_period p)
{
    return p.kind == EH_PERIOD_WEEK
               ? p.number * 7 - WEEK_OFFSET
               : month_first(p.kind == EH_PERIOD_MONTH ? p.number : p.number * 3);
}

int32_t eh_period_last(struct eh_period p)
{
    return eh_period_first(eh_period_next(p)) - 1;
}

/* The number that the first `count` digits say, or -1. */
static int digits(const char *at, unsigned count)
{
    int value = 0;
    for (unsigned i = 0; i < count; i++) {
        if (at[i] < '0' || at[i] > '9')
            return -1;
        value = value * 10 + (at[i] - '0');
    }
    return value;
}

/* The first week of a year is the one of 4 January. */
static bool week_read(int year, int week, struct eh_period *ret)
{
    struct eh_period first = eh_period_of(EH_PERIOD_WEEK, eh_date_of(year, 1, 4));
    struct eh_period next = eh_period_of(EH_PERIOD_WEEK, eh_date_of(year + 1, 1, 4));
    *ret = (struct eh_period){EH_PERIOD_WEEK, first.number + week - 1};
    return week >= 1 && ret->number < next.number;
}

static bool period_read(struct eh_str s, struct eh_period *ret)
{
    if (s.size < 7 || s.size > 8 || s.data[4] != '-')
        return false;
    int year = digits(s.data, 4);
    if (year < YEAR_FIRST || year > YEAR_LAST)
        return false;
    if (s.size == 8)
        return s.data[5] == 'W' && week_read(year, digits(s.data + 6, 2), ret);
    bool quarter = s.data[5] == 'Q';
    int part = quarter ? digits(s.data + 6, 1) : digits(s.data + 5, 2);
    *ret = quarter ? (struct eh_period){EH_PERIOD_QUARTER, year * 4 + part - 1}
                   : (struct eh_period){EH_PERIOD_MONTH, year * 12 + part - 1};
    return part >= 1 && part <= (quarter ? 4 : 12);
}

int eh_period_parse(struct eh_str s, struct eh_period *ret, struct eh_error *error)
{
    struct eh_period period;
    if (!period_read(s, &period))
        return eh_error_set(
            error, EH_EPARSE,
            "`%.*s` is no period such as 2026-W10, 2026-03 or 2026-Q1 (years 1970 to 9999)",
            EH_STR_ARG(eh_str_cut(s, SHOWN_MAX)));
    *ret = period;
    return 0;
}

size_t eh_period_print(struct eh_period p, char ret_text[EH_DECIMAL_TEXT_MAX])
{
    if (p.kind == EH_PERIOD_MONTH)
        return eh_format(ret_text, EH_DECIMAL_TEXT_MAX, "%04d-%02d", p.number / 12,
                         p.number % 12 + 1);
    if (p.kind == EH_PERIOD_QUARTER)
        return eh_format(ret_text, EH_DECIMAL_TEXT_MAX, "%04d-Q%d", p.number / 4, p.number % 4 + 1);
    int year, month, day;
    eh_date_split(eh_period_first(p) + 3, &year, &month, &day);
    struct eh_period first = eh_period_of(EH_PERIOD_WEEK, eh_date_of(year, 1, 4));
    return eh_format(ret_text, EH_DECIMAL_TEXT_MAX, "%04d-W%02d", year,
                     p.number - first.number + 1);
}

const char *eh_period_kind_name(enum eh_period_kind kind)
{
    static const char *const names[] = {
        [EH_PERIOD_WEEK] = "week", [EH_PERIOD_MONTH] = "month", [EH_PERIOD_QUARTER] = "quarter"};
    return names[kind];
}

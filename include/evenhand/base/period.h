/*
 * period: weeks, months and quarters as local civil dates know them: `2026-W10`, `2026-03`,
 * `2026-Q1`.
 *
 * Weeks are those of ISO 8601: a week begins on Monday and belongs to the year of its Thursday. A
 * period knows no time zone: the caller turns a time into a local date.
 *
 *     struct eh_period march;
 *     eh_period_parse(eh_str("2026-03"), &march, &error);
 *     int32_t first = eh_period_first(march), last = eh_period_last(march);   // both inside
 *     struct eh_period april = eh_period_next(march);
 *     char text[EH_DECIMAL_TEXT_MAX];
 *     eh_period_print(april, text);                                           // "2026-04"
 */
#ifndef EVENHAND_BASE_PERIOD_H
#define EVENHAND_BASE_PERIOD_H

#include <evenhand/base/number.h>

EH_C_BEGIN

/* Numbers are stored: never change, never reuse. */
enum eh_period_kind { EH_PERIOD_WEEK = 0, EH_PERIOD_MONTH = 1, EH_PERIOD_QUARTER = 2 };

#define EH_PERIOD_NUMBER_MAX 1000000 /* of either sign; the last period of 9999 is below */

struct eh_period {
    uint8_t kind;   /* enum eh_period_kind */
    int32_t number; /* counts up without gaps within a kind */
};

/* The period of that kind which holds a date (days since 1970-01-01, years 1970..9999). */
struct eh_period eh_period_of(enum eh_period_kind, int32_t date);
int32_t eh_period_first(struct eh_period);
int32_t eh_period_last(struct eh_period);

static inline struct eh_period eh_period_next(struct eh_period p)
{
    return (struct eh_period){p.kind, p.number + 1};
}

static inline bool eh_period_equal(struct eh_period a, struct eh_period b)
{
    return a.kind == b.kind && a.number == b.number;
}

/* Whether `date` is in a later period than `latest`, the latest date before it. */
static inline bool eh_period_begins(enum eh_period_kind kind, int32_t latest, int32_t date)
{
    return date > latest && eh_period_of(kind, date).number > eh_period_of(kind, latest).number;
}

/* The form of the text says which kind it is. -EH_EPARSE. */
int eh_period_parse(struct eh_str s, struct eh_period *ret, struct eh_error *) EH_MUST_CHECK;
size_t eh_period_print(struct eh_period, char ret_text[EH_DECIMAL_TEXT_MAX]);

const char *eh_period_kind_name(enum eh_period_kind); /* "week", "month", "quarter" */

EH_C_END

#endif

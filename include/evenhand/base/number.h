/*
 * number: exact decimals. Money in minor units, ratios in ppm, one rounding rule, no floats.
 *
 * Parsing takes a sign, digits and at most as many decimals as fit; anything else is refused, never
 * rounded. Printing gives back text that parses to the same number.
 *
 *     int64_t cents, ppm;
 *     eh_money_parse(eh_str("129.95"), 2, &cents, &error);   // 12995
 *     eh_ppm_parse(eh_str("37.5%"), &ppm, &error);           // 375000
 *     eh_round_divide(-12345, 1000);                         // -12: half away from zero
 */
#ifndef EVENHAND_BASE_NUMBER_H
#define EVENHAND_BASE_NUMBER_H

#include <evenhand/base/text.h>

EH_C_BEGIN

#define EH_PPM                1000000          /* one whole, in parts per million */
#define EH_INTEGER_MAX        9007199254740991 /* 2^53 - 1: the largest integer a message may carry */
#define EH_MONEY_EXPONENT_MAX 4                /* decimals of a currency, ISO 4217 */
#define EH_DECIMAL_TEXT_MAX   32               /* bytes any printed number needs, with terminator */

/* A whole number, with a sign or without one. Nothing else may be in the text. -EH_EPARSE,
 * -EH_ERANGE. */
int eh_integer_parse(struct eh_str s, int64_t *ret, struct eh_error *) EH_MUST_CHECK;

/* A decimal with at most `decimals` digits behind the point, times 10^decimals. */
int eh_decimal_parse(struct eh_str s, unsigned decimals, int64_t *ret,
                     struct eh_error *) EH_MUST_CHECK;
size_t eh_decimal_print(int64_t value, unsigned decimals, char ret_text[EH_DECIMAL_TEXT_MAX]);

/* Money: `exponent` is that of the currency (eh_currency_exponent). */
int eh_money_parse(struct eh_str s, unsigned exponent, int64_t *ret_minor,
                   struct eh_error *) EH_MUST_CHECK;
size_t eh_money_print(int64_t minor, unsigned exponent, char ret_text[EH_DECIMAL_TEXT_MAX]);
/* As people read it in a sentence: "1,094.66 EUR". */
#define EH_AMOUNT_TEXT_MAX 48
size_t eh_amount_print(int64_t minor, unsigned exponent, struct eh_str currency,
                       char ret_text[EH_AMOUNT_TEXT_MAX]);

/* "50%" or "0.5" -> 500000. At most four decimals before '%', six without. */
int eh_ppm_parse(struct eh_str s, int64_t *ret_ppm, struct eh_error *) EH_MUST_CHECK;
/* A percentage: "37.5%", or 0. A number without '%' is refused, because 50 and 0.5 might both mean
 * a half. */
int eh_percent_parse(struct eh_str s, int64_t *ret_ppm, struct eh_error *) EH_MUST_CHECK;
/* Prints as percent with as many decimals as needed: 375000 -> "37.5%". */
size_t eh_ppm_print(int64_t ppm, char ret_text[EH_DECIMAL_TEXT_MAX]);

/* "90s", "15m", "2h", "7d" or a sum like "1h30m"; a bare number is seconds. Result in seconds. */
int eh_duration_parse(struct eh_str s, int64_t *ret_s, struct eh_error *) EH_MUST_CHECK;
size_t eh_duration_print(int64_t seconds, char ret_text[EH_DECIMAL_TEXT_MAX]); /* "1h30m" */

#define EH_TIME_NEVER  INT64_MAX
#define EH_DATE_NEVER  INT32_MAX /* `until` not given */
#define EH_DATE_ALWAYS INT32_MIN /* `from` not given */

/* "2026-03-01" <-> days since 1970-01-01 of the proleptic Gregorian calendar, years 1970..9999. */
int eh_date_parse(struct eh_str s, int32_t *ret_days, struct eh_error *) EH_MUST_CHECK;
size_t eh_date_print(int32_t days, char ret_text[EH_DECIMAL_TEXT_MAX]);
/* A date from and to its numbers: month 1..12, day 1..31. They are not checked. */
int32_t eh_date_of(int year, int month, int day);
void eh_date_split(int32_t days, int *ret_year, int *ret_month, int *ret_day);

/* RFC 3339 with an offset or Z, up to microseconds, <-> µs since 1970 UTC. Seconds may be left out:
 * "2026-03-01T12:00Z". A bare date is its midnight UTC. Printed as UTC with milliseconds:
 * "2026-03-01T12:00:00.000Z". */
int eh_time_parse(struct eh_str s, int64_t *ret_us, struct eh_error *) EH_MUST_CHECK;
size_t eh_time_print(int64_t us, char ret_text[EH_DECIMAL_TEXT_MAX]);

/* Decimals of an ISO 4217 currency code, or -EH_ENOTFOUND. */
int eh_currency_exponent(struct eh_str code);

/* The one rounding rule: half away from zero. divisor > 0. */
__int128 eh_round_divide(__int128 dividend, __int128 divisor);

/* Takes a number of 128 bits into 64. -EH_ERANGE: it does not fit; the error calls it `what`. */
int eh_narrow(__int128 wide, const char *what, int64_t *ret, struct eh_error *) EH_MUST_CHECK;

/* The number itself; the nearest number of 64 bits where it does not fit. */
int64_t eh_clamp(__int128);
/* The clamped sum. Only for sums that people are shown; it decides nothing. */
int64_t eh_add_clamped(int64_t, int64_t);

EH_C_END

#endif

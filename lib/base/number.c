/* number.c: exact decimals: parsing refuses what does not fit, printing parses back. */
#include <evenhand/base/number.h>

#define DECIMALS_MAX 18 /* 10^18 is the largest power of ten in 64 bits */

/* Bytes of a refused text that an error repeats. */
#define SHOWN_MAX 40
#define SHOWN(s)  EH_STR_ARG(eh_str_cut(s, SHOWN_MAX))

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Makes value * 10 - digit: a number is read as a negative one, where the range is one larger. */
static bool digit_push(int64_t *value, int digit)
{
    return !__builtin_mul_overflow(*value, 10, value) &&
           !__builtin_sub_overflow(*value, digit, value);
}

static int out_of_range(struct eh_str s, struct eh_error *error)
{
    return eh_error_set(error, EH_ERANGE, "%.*s is out of range", SHOWN(s));
}

static int not_a_number(struct eh_str s, struct eh_error *error)
{
    if (s.size == 0)
        return eh_error_set(error, EH_EPARSE, "a number is missing");
    return eh_error_set(error, EH_EPARSE, "`%.*s` is not a number", SHOWN(s));
}

/* The digits before the point and behind it; neither is empty where it stands. */
struct decimal {
    bool negative;
    const char *whole, *fraction;
    size_t whole_size, fraction_size;
};

static bool decimal_split(struct eh_str s, struct decimal *ret)
{
    struct decimal d = {0};
    if (s.size == 0)
        return false;
    const char *at = s.data, *end = s.data + s.size;
    if (*at == '-' || *at == '+')
        d.negative = *at++ == '-';
    for (d.whole = at; at < end && is_digit(*at); at++)
        d.whole_size++;
    if (d.whole_size == 0)
        return false;
    if (at < end && *at == '.') {
        for (d.fraction = ++at; at < end && is_digit(*at); at++)
            d.fraction_size++;
        if (d.fraction_size == 0)
            return false;
    }
    *ret = d;
    return at == end;
}

int eh_decimal_parse(struct eh_str s, unsigned decimals, int64_t *ret, struct eh_error *error)
{
    struct decimal d;
    eh_require(decimals <= DECIMALS_MAX);
    if (!decimal_split(s, &d))
        return not_a_number(s, error);
    if (d.fraction_size > decimals && decimals == 0)
        return eh_error_set(error, EH_EPARSE, "%.*s is not a whole number", SHOWN(s));
    if (d.fraction_size > decimals)
        return eh_error_set(error, EH_EPARSE, "%.*s has more than %u decimal%s", SHOWN(s), decimals,
                            decimals == 1 ? "" : "s");
    int64_t value = 0;
    for (size_t i = 0; i < d.whole_size; i++)
        if (!digit_push(&value, d.whole[i] - '0'))
            return out_of_range(s, error);
    for (size_t i = 0; i < decimals; i++)
        if (!digit_push(&value, i < d.fraction_size ? d.fraction[i] - '0' : 0))
            return out_of_range(s, error);
    if (!d.negative && value == INT64_MIN)
        return out_of_range(s, error);
    *ret = d.negative ? value : -value;
    return 0;
}

int eh_integer_parse(struct eh_str s, int64_t *ret, struct eh_error *error)
{
    return eh_decimal_parse(s, 0, ret, error);
}

size_t eh_decimal_print(int64_t value, unsigned decimals, char ret_text[EH_DECIMAL_TEXT_MAX])
{
    eh_require(decimals <= DECIMALS_MAX);
    uint64_t unit = 1, magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    for (unsigned i = 0; i < decimals; i++)
        unit *= 10;
    const char *sign = value < 0 ? "-" : "";
    size_t size = eh_format(ret_text, EH_DECIMAL_TEXT_MAX, "%s%llu", sign,
                            (unsigned long long)(magnitude / unit));
    if (decimals == 0)
        return size;
    uint64_t fraction = magnitude % unit;
    ret_text[size] = '.';
    for (unsigned i = decimals; i > 0; i--, fraction /= 10)
        ret_text[size + i] = (char)('0' + fraction % 10);
    size += decimals + 1;
    ret_text[size] = '\0';
    return size;
}

int eh_money_parse(struct eh_str s, unsigned exponent, int64_t *ret_minor, struct eh_error *error)
{
    return eh_decimal_parse(s, exponent, ret_minor, error);
}

size_t eh_money_print(int64_t minor, unsigned exponent, char ret_text[EH_DECIMAL_TEXT_MAX])
{
    return eh_decimal_print(minor, exponent, ret_text);
}

size_t eh_amount_print(int64_t minor, unsigned exponent, struct eh_str currency,
                       char ret_text[EH_AMOUNT_TEXT_MAX])
{
    char plain[EH_DECIMAL_TEXT_MAX], grouped[EH_AMOUNT_TEXT_MAX];
    size_t size = eh_money_print(minor, exponent, plain), used = 0;
    size_t whole = strcspn(plain, ".");
    for (size_t i = 0; i < size; i++) {
        bool digit = i > 0 && plain[i - 1] != '-';
        if (digit && i < whole && (whole - i) % 3 == 0)
            grouped[used++] = ',';
        grouped[used++] = plain[i];
    }
    return eh_format(ret_text, EH_AMOUNT_TEXT_MAX, "%.*s%s%.*s", (int)used, grouped,
                     currency.size > 0 ? " " : "", EH_STR_ARG(currency));
}

int eh_ppm_parse(struct eh_str s, int64_t *ret_ppm, struct eh_error *error)
{
    if (s.size > 0 && s.data[s.size - 1] == '%')
        return eh_decimal_parse(eh_str_n(s.data, s.size - 1), 4, ret_ppm, error);
    return eh_decimal_parse(s, 6, ret_ppm, error);
}

int eh_percent_parse(struct eh_str s, int64_t *ret_ppm, struct eh_error *error)
{
    char percent[EH_DECIMAL_TEXT_MAX];
    int64_t ppm;
    bool sign = s.size > 0 && s.data[s.size - 1] == '%';
    int r = eh_ppm_parse(s, &ppm, error);
    if (r == 0 && (sign || ppm == 0))
        *ret_ppm = ppm;
    if (r < 0 || sign || ppm == 0)
        return r;
    if (ppm > EH_PPM || ppm < -EH_PPM)
        return eh_error_set(error, EH_EPARSE, "%.*s has no sign; write %.*s%%", SHOWN(s), SHOWN(s));
    eh_ppm_print(ppm, percent);
    return eh_error_set(error, EH_EPARSE, "%.*s has no sign; write %s or %.*s%%", SHOWN(s), percent,
                        SHOWN(s));
}

size_t eh_ppm_print(int64_t ppm, char ret_text[EH_DECIMAL_TEXT_MAX])
{
    size_t size = eh_decimal_print(ppm, 4, ret_text);
    while (ret_text[size - 1] == '0')
        size--;
    if (ret_text[size - 1] == '.')
        size--;
    ret_text[size++] = '%';
    ret_text[size] = '\0';
    return size;
}

__int128 eh_round_divide(__int128 dividend, __int128 divisor)
{
    eh_require(divisor > 0);
    __int128 quotient = dividend / divisor, rest = dividend - quotient * divisor;
    if (rest < 0)
        return -rest >= divisor + rest ? quotient - 1 : quotient;
    return rest >= divisor - rest ? quotient + 1 : quotient;
}

int eh_narrow(__int128 wide, const char *what, int64_t *ret, struct eh_error *error)
{
    if (wide < INT64_MIN || wide > INT64_MAX)
        return eh_error_set(error, EH_ERANGE, "%s does not fit 64 bits", what);
    *ret = (int64_t)wide;
    return 0;
}

int64_t eh_clamp(__int128 number)
{
    return number > INT64_MAX ? INT64_MAX : number < INT64_MIN ? INT64_MIN : (int64_t)number;
}

int64_t eh_add_clamped(int64_t a, int64_t b)
{
    return eh_clamp((__int128)a + b);
}

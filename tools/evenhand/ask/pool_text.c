/* pool_text: figures of a pool, each written in its unit. */
#include <stdio.h>
#include <stdlib.h>

#include "client/object.h"
#include "pool.h"
#include "term/text.h"

#define HUNDREDTH_PPM 100 /* of a percent */

void eh_pool_money(const json_t *object, const char *key, unsigned exponent, char ret[EH_CLI_TEXT])
{
    eh_text_money(eh_object_int(object, key), exponent, ret);
}

void eh_pool_amount(const json_t *object, const char *key, char ret[EH_CLI_TEXT])
{
    eh_text_amount(eh_object_int(object, key), eh_object_exponent(object),
                   eh_object_text(object, "currency"), ret);
}

void eh_pool_expected(const json_t *pool, const json_t *expected, char *ret, size_t size)
{
    const char *currency = eh_object_text(pool, "currency");
    unsigned exponent = eh_object_exponent(pool);
    char carry[EH_CLI_TEXT], net[EH_CLI_TEXT];
    eh_text_amount(eh_object_int(expected, "carry"), exponent, currency, carry);
    eh_text_amount(eh_object_int(expected, "net"), exponent, currency, net);
    eh_format(ret, size, "expected carry %s: then net %s", carry, net);
}

void eh_pool_percent(int64_t ppm, char ret[EH_CLI_TEXT])
{
    char text[EH_DECIMAL_TEXT_MAX];
    int64_t half = ppm < 0 ? -HUNDREDTH_PPM / 2 : HUNDREDTH_PPM / 2;
    eh_decimal_print((ppm + half) / HUNDREDTH_PPM, 2, text);
    eh_format(ret, EH_CLI_TEXT, "%s%%", text);
}

void eh_pool_value(const json_t *object, const char *key, unsigned exponent, char ret[EH_CLI_TEXT])
{
    eh_pool_figure(eh_object_text(object, "unit"), eh_object_int(object, key), exponent, ret);
}

void eh_pool_figure(const char *unit, int64_t value, unsigned exponent, char ret[EH_CLI_TEXT])
{
    char text[EH_DECIMAL_TEXT_MAX];
    if (!unit)
        unit = "";
    if (strcmp(unit, "minor") == 0) {
        eh_text_money(value, exponent, ret);
    } else if (strcmp(unit, "ppm") == 0) {
        eh_ppm_print(value, text);
        eh_format(ret, EH_CLI_TEXT, "%s", text);
    } else if (strcmp(unit, "milli") == 0) {
        eh_decimal_print(value, 3, text);
        eh_format(ret, EH_CLI_TEXT, "%s", text);
    } else if (strcmp(unit, "seconds") == 0) {
        eh_duration_print(value < 0 ? 0 : value, text);
        eh_format(ret, EH_CLI_TEXT, "%s", text);
    } else {
        eh_text_count(value, ret);
    }
}

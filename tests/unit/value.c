/* unit/value: what JSON answers are made of: each kind of value, and null for what is not there. */
#include <criterion/criterion.h>

#include <stdlib.h>

#include <evenhand/value/json.h>

static void expect(json_t *object, const char *expected)
{
    char *text = json_dumps(object, JSON_COMPACT);
    cr_assert_str_eq(text, expected);
    free(text);
    json_decref(object);
}

Test(value, what_is_there_is_put_as_it_is)
{
    const uint8_t bytes[] = {0x0a, 0xff};
    json_t *o = json_object();
    eh_json_put_text(o, "text", eh_str("å"));
    eh_json_put_string(o, "string", "x");
    eh_json_put_int(o, "int", INT64_MIN);
    eh_json_put_bool(o, "bool", true);
    eh_json_put_time(o, "time", 1);
    eh_json_put_date(o, "date", 0);
    eh_json_put_hex(o, "hex", bytes, sizeof bytes);
    eh_json_put(o, "list",
                eh_json_list(eh_str("a\x1f"
                                    "b")));
    expect(o, "{\"text\":\"å\",\"string\":\"x\",\"int\":-9223372036854775808,\"bool\":true,"
              "\"time\":\"1970-01-01T00:00:00.000Z\",\"date\":\"1970-01-01\",\"hex\":\"0aff\","
              "\"list\":[\"a\",\"b\"]}");
}

Test(value, what_is_not_there_is_null)
{
    json_t *o = json_object();
    eh_json_put(o, "none", NULL);
    eh_json_put_text(o, "empty", eh_str(""));
    eh_json_put_text(o, "no_utf8", eh_str("\xff"));
    eh_json_put_string(o, "null", NULL);
    eh_json_put_time(o, "zero", 0);
    eh_json_put_time(o, "never", EH_TIME_NEVER);
    eh_json_put_date(o, "always", EH_DATE_ALWAYS);
    eh_json_put_date(o, "until", EH_DATE_NEVER);
    expect(o, "{\"none\":null,\"empty\":null,\"no_utf8\":null,\"null\":null,\"zero\":null,"
              "\"never\":null,\"always\":null,\"until\":null}");
}

Test(value, hex_is_as_long_as_its_bound)
{
    uint8_t bytes[EH_JSON_HEX_BYTES_MAX] = {0};
    json_t *hex = eh_json_hex(bytes, sizeof bytes);
    cr_assert_eq(json_string_length(hex), 2 * sizeof bytes);
    json_decref(hex);
}

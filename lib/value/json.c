/* json: values, and setters that put them under a key. See json.h. */
#include <evenhand/value/json.h>

static json_t *or_null(json_t *value)
{
    return value ? value : json_null();
}

json_t *eh_json_text(struct eh_str text)
{
    return or_null(text.size > 0 ? json_stringn(text.data, text.size) : NULL);
}

json_t *eh_json_string(const char *text)
{
    return eh_json_text(eh_str(text));
}

json_t *eh_json_time(int64_t us)
{
    char text[EH_DECIMAL_TEXT_MAX];
    bool there = us != 0 && us != EH_TIME_NEVER;
    return eh_json_text(eh_str_n(text, there ? eh_time_print(us, text) : 0));
}

json_t *eh_json_date(int32_t date)
{
    char text[EH_DECIMAL_TEXT_MAX];
    bool there = date != EH_DATE_ALWAYS && date != EH_DATE_NEVER;
    return eh_json_text(eh_str_n(text, there ? eh_date_print(date, text) : 0));
}

json_t *eh_json_hex(const uint8_t *bytes, size_t size)
{
    char text[EH_HEX_TEXT(EH_JSON_HEX_BYTES_MAX)];
    eh_require(size <= EH_JSON_HEX_BYTES_MAX);
    return eh_json_text(eh_str_n(text, eh_hex_print(bytes, size, text)));
}

json_t *eh_json_list(struct eh_str items)
{
    json_t *list = json_array();
    while (items.size > 0)
        json_array_append_new(list, eh_json_text(eh_text_list_next(&items)));
    return list;
}

/* ---- Under a key. */

void eh_json_put(json_t *object, const char *key, json_t *value)
{
    json_object_set_new_nocheck(object, key, or_null(value));
}

void eh_json_put_text(json_t *object, const char *key, struct eh_str text)
{
    eh_json_put(object, key, eh_json_text(text));
}

void eh_json_put_string(json_t *object, const char *key, const char *text)
{
    eh_json_put(object, key, eh_json_string(text));
}

void eh_json_put_int(json_t *object, const char *key, int64_t value)
{
    eh_json_put(object, key, json_integer(value));
}

void eh_json_put_bool(json_t *object, const char *key, bool value)
{
    eh_json_put(object, key, json_boolean(value));
}

void eh_json_put_time(json_t *object, const char *key, int64_t us)
{
    eh_json_put(object, key, eh_json_time(us));
}

void eh_json_put_date(json_t *object, const char *key, int32_t date)
{
    eh_json_put(object, key, eh_json_date(date));
}

void eh_json_put_hex(json_t *object, const char *key, const uint8_t *bytes, size_t size)
{
    eh_json_put(object, key, eh_json_hex(bytes, size));
}

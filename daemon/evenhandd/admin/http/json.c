/*
 * json: see json.h.
 */
#include "admin/http/json.h"

#include <evenhand/engine/engine.h>

json_t *eh_json_text(struct eh_str text)
{
    json_t *value = text.size > 0 ? json_stringn(text.data, text.size) : NULL;
    return value ? value : json_null();
}

json_t *eh_json_string(const char *text)
{
    return eh_json_text(eh_str(text));
}

json_t *eh_json_time(int64_t us)
{
    if (us == 0 || us == EH_TIME_NEVER)
        return json_null();
    char text[EH_DECIMAL_TEXT_MAX];
    size_t size = eh_time_print(us, text);
    return eh_json_text(eh_str_n(text, size));
}

json_t *eh_json_hex(const uint8_t *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    char text[129];
    eh_require(size * 2 < sizeof text);
    for (size_t i = 0; i < size; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
    return eh_json_text(eh_str_n(text, size * 2));
}

void eh_json_put(json_t *object, const char *key, json_t *value)
{
    json_object_set_new_nocheck(object, key, value ? value : json_null());
}

json_t *eh_json_list(struct eh_str items)
{
    json_t *list = json_array();
    uint32_t start = 0;
    for (uint32_t i = 0; i <= items.size; i++)
        if (i == items.size || items.data[i] == '\x1f') {
            if (i > start)
                json_array_append_new(list, eh_json_text(eh_str_n(items.data + start, i - start)));
            start = i + 1;
        }
    return list;
}

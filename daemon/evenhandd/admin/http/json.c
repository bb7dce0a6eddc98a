/*
 * json: see json.h.
 */
#include "admin/http/json.h"

#include <evenhand/engine/engine.h>

#define HEX_BYTES_MAX 64 /* of a digest or a result */

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
    char text[EH_HEX_TEXT(HEX_BYTES_MAX)];
    eh_require(size <= HEX_BYTES_MAX);
    return eh_json_text(eh_str_n(text, eh_hex_print(bytes, size, text)));
}

void eh_json_put(json_t *object, const char *key, json_t *value)
{
    json_object_set_new_nocheck(object, key, value ? value : json_null());
}

json_t *eh_json_list(struct eh_str items)
{
    json_t *list = json_array();
    while (items.size > 0)
        json_array_append_new(list, eh_json_text(eh_text_list_next(&items)));
    return list;
}

/* object: reads an answer of the daemon member by member. */
#include "object.h"

#include <stdlib.h>

#include "term/text.h"

const char *eh_object_text(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

int64_t eh_object_int(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

bool eh_object_has(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return value && !json_is_null(value);
}

bool eh_object_time_us(const json_t *object, const char *key, int64_t *ret)
{
    const char *text = eh_object_text(object, key);
    return text && eh_time_parse(eh_str(text), ret, NULL) == 0;
}

unsigned eh_object_exponent(const json_t *object)
{
    const char *currency = eh_object_text(object, "currency");
    int exponent = currency ? eh_currency_exponent(eh_str(currency)) : 2;
    return exponent < 0 ? 2 : (unsigned)exponent;
}

void eh_object_join(const json_t *array, char *ret, size_t size)
{
    size_t i, used = 0;
    json_t *item;
    ret[0] = '\0';
    json_array_foreach(array, i, item)
    {
        const char *text =
            json_is_object(item) ? eh_object_text(item, "id") : json_string_value(item);
        if (text && used < size)
            used += eh_format(ret + used, size - used, "%s%s", used ? ", " : "", text);
    }
}

void eh_object_clean(json_t *json)
{
    const char *key;
    size_t i;
    json_t *value;
    if (json_is_object(json)) {
        json_object_foreach(json, key, value) eh_object_clean(value);
    } else if (json_is_array(json)) {
        json_array_foreach(json, i, value) eh_object_clean(value);
    } else if (json_is_string(json)) {
        char *clean = eh_text_clean(json_string_value(json));
        json_string_set(json, clean);
        free(clean);
    }
}

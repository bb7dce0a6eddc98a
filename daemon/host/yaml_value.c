/*
 * yaml_value: readers of text, paths, blocks, whole numbers, durations, on and off.
 */
#include "host/yaml_value.h"

#include <string.h>

const char *eh_yaml_value_wrong(struct eh_yaml_value *value, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    eh_format_v(value->why, sizeof value->why, format, args);
    va_end(args);
    return value->why;
}

static const char *too_long(struct eh_yaml_value *value)
{
    value->is_sentence = true;
    return eh_yaml_value_wrong(value, "is longer than %zu bytes", value->size - 1);
}

static bool has_controls(struct eh_str text)
{
    for (uint32_t i = 0; i < text.size; i++)
        if ((unsigned char)text.data[i] < 0x20 || text.data[i] == 0x7f)
            return true;
    return false;
}

/* The text behind `folder`. */
static const char *text_copy(struct eh_yaml_value *value, const char *folder)
{
    size_t before = strlen(folder), size = value->text.size;
    char *to = value->field;
    if (before + size >= value->size)
        return too_long(value);
    if (has_controls(value->text))
        return "contains control characters";
    memcpy(to, folder, before);
    if (size > 0)
        memcpy(to + before, value->text.data, size);
    to[before + size] = 0;
    return NULL;
}

const char *eh_yaml_value_text(struct eh_yaml_value *value)
{
    return text_copy(value, "");
}

const char *eh_yaml_value_path(struct eh_yaml_value *value)
{
    bool is_relative = value->text.size > 0 && value->text.data[0] != '/';
    return text_copy(value, is_relative ? value->folder : "");
}

const char *eh_yaml_value_block(struct eh_yaml_value *value)
{
    struct eh_str text = value->text;
    if (text.size > 0 && memchr(text.data, 0, text.size))
        return "has a NUL in it";
    char *copy = text.size > 0 ? strndup(text.data, text.size) : strdup("");
    *(char **)value->field = copy;
    return copy ? NULL : "is too large for the memory there is";
}

const char *eh_yaml_value_integer(struct eh_yaml_value *value, int64_t least, int64_t most)
{
    int64_t number;
    if (eh_integer_parse(value->text, &number, NULL) < 0)
        return "is not a whole number";
    if (number < least || number > most)
        return eh_yaml_value_wrong(value, "is not within %lld and %lld", (long long)least,
                                   (long long)most);
    *(int64_t *)value->field = number;
    return NULL;
}

const char *eh_yaml_value_duration(struct eh_yaml_value *value, int64_t least_s, int64_t most_s)
{
    int64_t seconds;
    if (eh_duration_parse(value->text, &seconds, NULL) < 0)
        return "is no duration, such as 90s, 5m or 2h";
    if (seconds < least_s || seconds > most_s)
        return eh_yaml_value_wrong(value, "is not within %lld and %lld seconds", (long long)least_s,
                                   (long long)most_s);
    *(int64_t *)value->field = seconds;
    return NULL;
}

const char *eh_yaml_value_boolean(struct eh_yaml_value *value)
{
    bool is_on = eh_str_equal(value->text, eh_str("on"));
    if (!is_on && !eh_str_equal(value->text, eh_str("off")))
        return "is neither on nor off";
    *(bool *)value->field = is_on;
    return NULL;
}

/*
 * yaml_value: the readers of single values, for tables of yaml_table.h. Each returns NULL, or what
 * is wrong with the text, such as "is no whole number".
 *
 *     static const char *colour_read(struct eh_yaml_value *value)
 *     {
 *         bool is_red = eh_str_equal(value->text, eh_str("red"));
 *         *(bool *)value->field = is_red;
 *         return is_red ? NULL : "is not red; write red";
 *     }
 */
#ifndef EVENHAND_HOST_YAML_VALUE_H
#define EVENHAND_HOST_YAML_VALUE_H

#include <evenhand/base/base.h>

struct eh_yaml_value {
    struct eh_str text;
    void *field; /* of its row */
    size_t size;
    const char *folder; /* what a relative path begins with: "", or it ends with '/' */
    bool is_sentence;   /* what is wrong is told without the text: it is long, or a secret */
    char why[EH_ERROR_TEXT_MAX];
};

/* Into char[size]. */
const char *eh_yaml_value_text(struct eh_yaml_value *);
const char *eh_yaml_value_path(struct eh_yaml_value *);
/* Text of any lines, into a char * of its own memory. */
const char *eh_yaml_value_block(struct eh_yaml_value *);
/* Into an int64_t; a duration is in seconds. */
const char *eh_yaml_value_integer(struct eh_yaml_value *, int64_t least, int64_t most);
const char *eh_yaml_value_duration(struct eh_yaml_value *, int64_t least_s, int64_t most_s);
/* on or off, into a bool. */
const char *eh_yaml_value_boolean(struct eh_yaml_value *);
/* Keeps a sentence in `why` and returns it. */
const char *eh_yaml_value_wrong(struct eh_yaml_value *, const char *format, ...) EH_PRINTF(2, 3);

#endif

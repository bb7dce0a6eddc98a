/*
 * yaml_json: one walk over a value; its depth and how many values there are have bounds.
 */
#include "host/yaml_json.h"

#include <string.h>

static json_t *scalar_json(const yaml_node_t *node)
{
    struct eh_str text = eh_yaml_text(node);
    int64_t number;
    if (eh_yaml_is_plain(node)) {
        if (text.size == 0 || eh_str_equal(text, eh_str("null")) || eh_str_equal(text, eh_str("~")))
            return json_null();
        if (eh_str_equal(text, eh_str("true")) || eh_str_equal(text, eh_str("false")))
            return json_boolean(text.data[0] == 't');
        if (eh_integer_parse(text, &number, NULL) == 0)
            return json_integer(number);
    }
    return json_stringn(text.data, text.size);
}

static int value_json(struct eh_yaml *in, const yaml_node_t *node, unsigned depth, json_t **ret);

static int list_json(struct eh_yaml *in, const yaml_node_t *node, unsigned depth, json_t *list)
{
    const yaml_node_item_t *item = node->data.sequence.items.start;
    for (; item < node->data.sequence.items.top; item++) {
        json_t *value;
        int r = value_json(in, eh_yaml_node(in, *item), depth + 1, &value);
        if (r < 0)
            return r;
        json_array_append_new(list, value);
    }
    return 0;
}

static int pair_json(struct eh_yaml *in, const yaml_node_pair_t *pair, unsigned depth, json_t *map)
{
    const yaml_node_t *name = eh_yaml_node(in, pair->key);
    if (name->type != YAML_SCALAR_NODE)
        return eh_yaml_refuse(in, name, "a key must be a single word");
    const char *key = (const char *)name->data.scalar.value;
    if (strlen(key) != name->data.scalar.length)
        return eh_yaml_refuse(in, name, "a key has a NUL in it");
    if (json_object_get(map, key))
        return eh_yaml_refuse(in, name, "%.60s: given twice", key);
    json_t *value;
    int r = value_json(in, eh_yaml_node(in, pair->value), depth + 1, &value);
    if (r == 0)
        json_object_set_new(map, key, value);
    return r;
}

static int map_json(struct eh_yaml *in, const yaml_node_t *node, unsigned depth, json_t *map)
{
    int r = 0;
    const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
    for (; r == 0 && pair < node->data.mapping.pairs.top; pair++)
        r = pair_json(in, pair, depth, map);
    return r;
}

/* An alias is its value once more, and counts so. */
static int value_json(struct eh_yaml *in, const yaml_node_t *node, unsigned depth, json_t **ret)
{
    if (depth > EH_YAML_DEPTH_MAX)
        return eh_yaml_refuse(in, node, "nested deeper than %d levels", EH_YAML_DEPTH_MAX);
    if (++in->nodes > EH_YAML_NODES_MAX)
        return eh_yaml_refuse(in, node, "more than %d values", EH_YAML_NODES_MAX);
    json_t *value;
    int r = 0;
    if (node->type == YAML_SEQUENCE_NODE)
        r = list_json(in, node, depth, value = json_array());
    else if (node->type == YAML_MAPPING_NODE)
        r = map_json(in, node, depth, value = json_object());
    else
        value = scalar_json(node);
    if (r == 0 && !value)
        r = eh_yaml_refuse(in, node, "this is no text");
    if (r < 0)
        json_decref(value);
    else
        *ret = value;
    return r;
}

int eh_yaml_json(struct eh_yaml *in, const yaml_node_t *node, json_t **ret)
{
    return value_json(in, node, 1, ret);
}

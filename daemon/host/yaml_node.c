/*
 * yaml_node: what is asked of a node, and the one form of an error about it.
 */
#include "host/yaml_node.h"

static int refuse(struct eh_yaml *in, size_t line, const char *format, va_list args)
{
    char text[EH_ERROR_TEXT_MAX];
    eh_format_v(text, sizeof text, format, args);
    return eh_error_set(in->error, EH_EINVAL, "%s:%zu: %s", in->path, line, text);
}

int eh_yaml_refuse(struct eh_yaml *in, const yaml_node_t *node, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int r = refuse(in, node->start_mark.line + 1, format, args);
    va_end(args);
    return r;
}

int eh_yaml_refuse_line(struct eh_yaml *in, size_t line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int r = refuse(in, line, format, args);
    va_end(args);
    return r;
}

const yaml_node_t *eh_yaml_node(const struct eh_yaml *in, int number)
{
    return yaml_document_get_node(in->document, number);
}

struct eh_str eh_yaml_text(const yaml_node_t *node)
{
    return eh_str_n((const char *)node->data.scalar.value, node->data.scalar.length);
}

bool eh_yaml_is_plain(const yaml_node_t *node)
{
    return node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

bool eh_yaml_is_absent(const yaml_node_t *node)
{
    return node->type == YAML_SCALAR_NODE && node->data.scalar.length == 0 &&
           eh_yaml_is_plain(node);
}

const yaml_node_t *eh_yaml_find(const struct eh_yaml *in, const yaml_node_t *mapping,
                                const char *key)
{
    for (const yaml_node_pair_t *pair = mapping->data.mapping.pairs.start;
         pair < mapping->data.mapping.pairs.top; pair++) {
        const yaml_node_t *name = eh_yaml_node(in, pair->key);
        if (name->type == YAML_SCALAR_NODE && eh_str_equal(eh_yaml_text(name), eh_str(key)))
            return eh_yaml_node(in, pair->value);
    }
    return NULL;
}

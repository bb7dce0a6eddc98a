/*
 * yaml_node: a YAML document that is being read: the text and the line of its nodes, and errors
 * with both.
 *
 *     if (node->type != YAML_SCALAR_NODE)
 *         return eh_yaml_refuse(in, node, "%s: not a single value", name);
 *     struct eh_str text = eh_yaml_text(node);
 */
#ifndef EVENHAND_HOST_YAML_NODE_H
#define EVENHAND_HOST_YAML_NODE_H

#include <yaml.h>

#include <evenhand/base/base.h>

struct eh_yaml {
    const char *path;   /* of the file, for messages */
    const char *folder; /* what a relative path begins with: "", or it ends with '/' */
    yaml_document_t *document;
    unsigned nodes; /* made into JSON so far */
    struct eh_error *error;
};

/* "FILE:LINE: …" as -EH_EINVAL. */
int eh_yaml_refuse(struct eh_yaml *, const yaml_node_t *, const char *format, ...)
    EH_PRINTF(3, 4) EH_MUST_CHECK;
int eh_yaml_refuse_line(struct eh_yaml *, size_t line, const char *format, ...)
    EH_PRINTF(3, 4) EH_MUST_CHECK;

/* A node by its number, as pairs and items have it. */
const yaml_node_t *eh_yaml_node(const struct eh_yaml *, int number);
/* The text of a scalar. */
struct eh_str eh_yaml_text(const yaml_node_t *);
/* Without quotes: `true` and `1` are no texts then. */
bool eh_yaml_is_plain(const yaml_node_t *);
/* `key:` with nothing behind it is as if it were not there. */
bool eh_yaml_is_absent(const yaml_node_t *);
/* The value behind a key of a mapping; NULL: none. */
const yaml_node_t *eh_yaml_find(const struct eh_yaml *, const yaml_node_t *mapping,
                                const char *key);

#endif

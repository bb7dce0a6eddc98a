/*
 * desk_tree: YAML as a small tree of nodes with lines, and nothing a desk file does not need.
 *
 * Built from libyaml's events in one pass instead of its document API: depth and node count are
 * refused before memory is spent on them, and a node takes 32 bytes instead of 96 and a malloc.
 */
#ifndef EVENHAND_WIRE_DESK_TREE_H
#define EVENHAND_WIRE_DESK_TREE_H

#include <evenhand/base/base.h>

#define EH_DESK_DEPTH_MAX 8       /* lists and maps within each other */
#define EH_DESK_NODES_MAX 2000000 /* scalars, lists and maps of one file */

enum desk_node_kind { DESK_SCALAR, DESK_LIST, DESK_MAP };

struct desk_node {
    struct desk_node *next; /* the next of the same list or map */
    union {
        const char *text;        /* of a scalar, no terminator */
        struct desk_node *first; /* of a list; of a map key and value take turns */
    };
    uint32_t size; /* bytes of the text; items of a list; pairs of a map */
    uint32_t line; /* from 1 */
    uint8_t kind;  /* enum desk_node_kind */
    bool plain;    /* a scalar without quotes */
};

/* The one document of a text. Refused: aliases, anchors, tags, more than one document, depth and
 * count beyond the bounds above, anything that is no YAML. The tree lives in the arena. */
int eh_desk_tree_build(struct eh_str text, struct eh_arena *, struct desk_node **ret,
                       struct eh_error *) EH_MUST_CHECK;

#endif

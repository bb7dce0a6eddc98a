/*
 * desk_tree: YAML as a small tree of nodes with their lines, without what a desk file does not
 * need.
 *
 * The tree is made of libyaml's events in one pass, not by its document API. So a text that is too
 * deep or has too many nodes is refused before it takes memory, and a node takes 32 bytes, where
 * libyaml's takes 96 and a malloc.
 */
#ifndef EVENHAND_WIRE_DESK_TREE_H
#define EVENHAND_WIRE_DESK_TREE_H

#include <evenhand/base/base.h>

#define EH_DESK_DEPTH_MAX 8       /* lists and maps within each other */
#define EH_DESK_NODES_MAX 2000000 /* scalars, lists and maps of one file */

enum desk_node_kind { DESK_SCALAR, DESK_LIST, DESK_MAP };

struct desk_node {
    struct desk_node *next; /* the next node of the same list or map */
    union {
        const char *text;        /* of a scalar, no terminator */
        struct desk_node *first; /* of a list: its items; of a map: key, value, key, value … */
    };
    uint32_t size; /* bytes of the text; items of a list; pairs of a map */
    uint32_t line; /* from 1 */
    uint8_t kind;  /* enum desk_node_kind */
    bool plain;    /* a scalar without quotes */
};

/* Parses a text of one document. Refuses a text that is no YAML, aliases, anchors, tags, a second
 * document, and more depth or nodes than the bounds above. The tree lives in the arena. */
int eh_desk_tree_build(struct eh_str text, struct eh_arena *, struct desk_node **ret,
                       struct eh_error *) EH_MUST_CHECK;

#endif

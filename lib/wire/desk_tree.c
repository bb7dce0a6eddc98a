/*
 * desk_tree: makes a bounded tree of libyaml's events.
 */
#include "desk_tree.h"

#include <yaml.h>

#define TEXT_BLOCK 65536u /* scalars are packed into blocks of this many bytes */

struct builder {
    yaml_parser_t parser;
    struct eh_arena *arena;
    struct eh_error *error;
    struct eh_str input;
    struct desk_node *open[EH_DESK_DEPTH_MAX]; /* lists and maps around the next event */
    struct desk_node *last[EH_DESK_DEPTH_MAX]; /* the newest item of each, or NULL */
    unsigned depth;
    uint32_t nodes;
    unsigned documents;
    char *text; /* the free rest of the newest block for scalars */
    size_t text_left;
    struct desk_node *root;
};

static int tree_out_of_memory(struct builder *b)
{
    return eh_error_set(b->error, EH_ENOMEM, "1: out of memory while reading the file");
}

static unsigned event_line(const yaml_mark_t *mark)
{
    return (unsigned)mark->line + 1;
}

static unsigned mark_line(struct eh_str text, size_t offset)
{
    unsigned line = 1;
    for (size_t i = 0; i < offset && i < text.size; i++)
        line += text.data[i] == '\n';
    return line;
}

/* A tab as indentation, which YAML forbids: a frequent mistake with a sentence of its own. */
static bool text_is_tab(struct eh_str text, const yaml_mark_t *mark)
{
    size_t line = 0, at = 0;
    while (line < mark->line && at < text.size)
        line += text.data[at++] == '\n';
    return at + mark->column < text.size && text.data[at + mark->column] == '\t';
}

/* Words the refusal of a text that libyaml does not parse. */
static int syntax_refuse(struct builder *b)
{
    const yaml_parser_t *p = &b->parser;
    if (p->error == YAML_MEMORY_ERROR)
        return tree_out_of_memory(b);
    const char *problem = p->problem ? p->problem : "not understood";
    if (p->error == YAML_READER_ERROR)
        return eh_error_set(b->error, EH_EPARSE, "%u: this is no YAML: %s",
                            mark_line(b->input, p->problem_offset), problem);
    if (text_is_tab(b->input, &p->problem_mark))
        return eh_error_set(b->error, EH_EPARSE,
                            "%u: this is no YAML: indent with spaces, not tabs",
                            event_line(&p->problem_mark));
    if (p->context && p->context_mark.line != p->problem_mark.line)
        return eh_error_set(
            b->error, EH_EPARSE, "%u: this is no YAML: %s %s that begins on line %u",
            event_line(&p->problem_mark), problem, p->context, event_line(&p->context_mark));
    return eh_error_set(b->error, EH_EPARSE, "%u: this is no YAML: %s",
                        event_line(&p->problem_mark), problem);
}

static int event_refuse(struct builder *b, const yaml_event_t *event, const char *what)
{
    return eh_error_set(b->error, EH_EPARSE, "%u: %s", event_line(&event->start_mark), what);
}

/* Refuses an anchor, which other nodes could refer to, and a tag, which forces a type. */
static int event_check_marks(struct builder *b, const yaml_event_t *event,
                             const yaml_char_t *anchor, const yaml_char_t *tag)
{
    if (anchor)
        return event_refuse(b, event,
                            "anchors (&name) are not supported here; write the value out");
    if (tag)
        return event_refuse(b, event, "tags (!name) are not supported here; write the value alone");
    return 0;
}

static int text_copy(struct builder *b, const void *data, size_t size, const char **ret)
{
    if (size == 0) {
        *ret = "";
        return 0;
    }
    if (size > b->text_left) {
        size_t block = size > TEXT_BLOCK ? size : TEXT_BLOCK;
        char *text = eh_arena_alloc(b->arena, block);
        if (!text)
            return tree_out_of_memory(b);
        b->text = text;
        b->text_left = block;
    }
    memcpy(b->text, data, size);
    *ret = b->text;
    b->text += size;
    b->text_left -= size;
    return 0;
}

/* Adds a node to the innermost open list or map, or makes it the root. */
static void node_attach(struct builder *b, struct desk_node *node)
{
    if (b->depth == 0) {
        b->root = node;
        return;
    }
    struct desk_node *parent = b->open[b->depth - 1], *last = b->last[b->depth - 1];
    if (last)
        last->next = node;
    else
        parent->first = node;
    b->last[b->depth - 1] = node;
    parent->size++;
}

static int node_add(struct builder *b, const yaml_event_t *event, enum desk_node_kind kind,
                    struct desk_node **ret)
{
    if (b->nodes >= EH_DESK_NODES_MAX)
        return event_refuse(b, event, "too large: more than 2000000 values");
    struct desk_node *node = eh_arena_alloc(b->arena, sizeof *node);
    if (!node)
        return tree_out_of_memory(b);
    b->nodes++;
    node->kind = (uint8_t)kind;
    node->line = event_line(&event->start_mark);
    node_attach(b, node);
    *ret = node;
    return 0;
}

static int scalar_add(struct builder *b, const yaml_event_t *event)
{
    int r = event_check_marks(b, event, event->data.scalar.anchor, event->data.scalar.tag);
    if (r < 0)
        return r;
    struct desk_node *node = NULL;
    r = node_add(b, event, DESK_SCALAR, &node);
    if (r < 0)
        return r;
    node->size = (uint32_t)event->data.scalar.length;
    node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    return text_copy(b, event->data.scalar.value, event->data.scalar.length, &node->text);
}

static int node_open(struct builder *b, const yaml_event_t *event, enum desk_node_kind kind)
{
    bool list = kind == DESK_LIST;
    int r = event_check_marks(
        b, event, list ? event->data.sequence_start.anchor : event->data.mapping_start.anchor,
        list ? event->data.sequence_start.tag : event->data.mapping_start.tag);
    if (r < 0)
        return r;
    if (b->depth >= EH_DESK_DEPTH_MAX)
        return event_refuse(b, event, "lists and maps are nested deeper than 8 levels");
    struct desk_node *node = NULL;
    r = node_add(b, event, kind, &node);
    if (r < 0)
        return r;
    b->open[b->depth] = node;
    b->last[b->depth] = NULL;
    b->depth++;
    return 0;
}

static void node_close(struct builder *b)
{
    struct desk_node *node = b->open[--b->depth];
    if (node->kind == DESK_MAP)
        node->size /= 2;
}

static int event_take(struct builder *b, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (b->documents++)
            return event_refuse(b, event, "a second document begins here; a desk file holds one");
        return 0;
    case YAML_ALIAS_EVENT:
        return event_refuse(b, event,
                            "aliases (*name) are not supported here; write the value out");
    case YAML_SCALAR_EVENT:
        return scalar_add(b, event);
    case YAML_SEQUENCE_START_EVENT:
        return node_open(b, event, DESK_LIST);
    case YAML_MAPPING_START_EVENT:
        return node_open(b, event, DESK_MAP);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        node_close(b);
        return 0;
    default:
        return 0;
    }
}

static int events_take(struct builder *b)
{
    for (;;) {
        yaml_event_t event;
        if (!yaml_parser_parse(&b->parser, &event))
            return syntax_refuse(b);
        bool end = event.type == YAML_STREAM_END_EVENT;
        int r = event_take(b, &event);
        yaml_event_delete(&event);
        if (r < 0)
            return r;
        if (end)
            return 0;
    }
}

int eh_desk_tree_build(struct eh_str text, struct eh_arena *arena, struct desk_node **ret,
                       struct eh_error *error)
{
    size_t bad_at;
    if (!eh_utf8_valid(text, &bad_at))
        return eh_error_set(error, EH_EPARSE, "%u: this is not UTF-8 text",
                            mark_line(text, bad_at));

    if (text.size >= 3 && memcmp(text.data, "\xEF\xBB\xBF", 3) == 0)
        text = eh_str_n(text.data + 3,
                        text.size - 3); /* the byte order mark that some editors write */

    struct builder b = {.arena = arena, .error = error, .input = text};
    if (!yaml_parser_initialize(&b.parser))
        return tree_out_of_memory(&b);
    yaml_parser_set_encoding(&b.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&b.parser, (const unsigned char *)(text.data ? text.data : ""),
                                 text.size);
    int r = events_take(&b);
    yaml_parser_delete(&b.parser);
    if (r < 0)
        return r;
    if (!b.root || (b.root->kind == DESK_SCALAR && b.root->plain && b.root->size == 0))
        return eh_error_set(error, EH_EPARSE, "1: the file is empty");
    *ret = b.root;
    return 0;
}

/*
 * yaml_table: a table of keys, and one walk over a YAML document that fills what the rows name.
 */
#include "bridge/profile/yaml_table.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml.h>

struct reading {
    const char *path;
    const struct eh_yaml_key *keys;
    size_t count;
    void *fields;
    yaml_document_t *document;
    unsigned nodes; /* made into JSON so far */
    struct eh_error *error;
};

static int refuse(struct reading *in, size_t line, const char *format, ...) EH_PRINTF(3, 4);
static int refuse(struct reading *in, size_t line, const char *format, ...)
{
    char text[EH_ERROR_TEXT_MAX];
    va_list args;
    va_start(args, format);
    eh_format_v(text, sizeof text, format, args);
    va_end(args);
    return eh_error_set(in->error, EH_EINVAL, "%s:%zu: %s", in->path, line, text);
}

static struct eh_str scalar(const yaml_node_t *node)
{
    return eh_str_n((const char *)node->data.scalar.value, node->data.scalar.length);
}

static size_t line_of(const yaml_node_t *node)
{
    return node->start_mark.line + 1;
}

static bool is_plain(const yaml_node_t *node)
{
    return node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

/* `key:` with nothing behind it: as if it were not there. */
static bool is_absent(const yaml_node_t *node)
{
    return node->type == YAML_SCALAR_NODE && node->data.scalar.length == 0 && is_plain(node);
}

/* ---- Any value as JSON. */

static json_t *json_of_scalar(const yaml_node_t *node)
{
    struct eh_str text = scalar(node);
    int64_t number;
    if (is_plain(node)) {
        if (text.size == 0 || eh_str_equal(text, eh_str("null")) || eh_str_equal(text, eh_str("~")))
            return json_null();
        if (eh_str_equal(text, eh_str("true")) || eh_str_equal(text, eh_str("false")))
            return json_boolean(text.data[0] == 't');
        if (eh_integer_parse(text, &number, NULL) == 0)
            return json_integer(number);
    }
    return json_stringn(text.data, text.size);
}

static int json_of(struct reading *in, const yaml_node_t *node, unsigned depth, json_t **ret);

static int json_of_list(struct reading *in, const yaml_node_t *node, unsigned depth, json_t *list)
{
    const yaml_node_item_t *item = node->data.sequence.items.start;
    for (; item < node->data.sequence.items.top; item++) {
        json_t *value;
        int r = json_of(in, yaml_document_get_node(in->document, *item), depth + 1, &value);
        if (r < 0)
            return r;
        json_array_append_new(list, value);
    }
    return 0;
}

static int json_of_pair(struct reading *in, const yaml_node_pair_t *pair, unsigned depth,
                        json_t *map)
{
    const yaml_node_t *name = yaml_document_get_node(in->document, pair->key);
    if (name->type != YAML_SCALAR_NODE)
        return refuse(in, line_of(name), "a key must be a single word");
    const char *key = (const char *)name->data.scalar.value;
    if (strlen(key) != name->data.scalar.length)
        return refuse(in, line_of(name), "a key has a NUL in it");
    if (json_object_get(map, key))
        return refuse(in, line_of(name), "%.60s: given twice", key);
    json_t *value;
    int r = json_of(in, yaml_document_get_node(in->document, pair->value), depth + 1, &value);
    if (r == 0)
        json_object_set_new(map, key, value);
    return r;
}

static int json_of_map(struct reading *in, const yaml_node_t *node, unsigned depth, json_t *map)
{
    int r = 0;
    const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
    for (; r == 0 && pair < node->data.mapping.pairs.top; pair++)
        r = json_of_pair(in, pair, depth, map);
    return r;
}

/* An alias is its value once more, and counts so. */
static int json_of(struct reading *in, const yaml_node_t *node, unsigned depth, json_t **ret)
{
    if (depth > EH_YAML_DEPTH_MAX)
        return refuse(in, line_of(node), "nested deeper than %d levels", EH_YAML_DEPTH_MAX);
    if (++in->nodes > EH_YAML_NODES_MAX)
        return refuse(in, line_of(node), "more than %d values", EH_YAML_NODES_MAX);
    json_t *value;
    int r = 0;
    if (node->type == YAML_SEQUENCE_NODE)
        r = json_of_list(in, node, depth, value = json_array());
    else if (node->type == YAML_MAPPING_NODE)
        r = json_of_map(in, node, depth, value = json_object());
    else
        value = json_of_scalar(node);
    if (r == 0 && !value)
        r = refuse(in, line_of(node), "this is no text");
    if (r < 0)
        json_decref(value);
    else
        *ret = value;
    return r;
}

/* ---- What stands behind a key. */

static bool has_controls(struct eh_str text)
{
    for (uint32_t i = 0; i < text.size; i++)
        if ((unsigned char)text.data[i] < 0x20 || text.data[i] == 0x7f)
            return true;
    return false;
}

static const char *copy_text(struct eh_str text, char *to, size_t size)
{
    if (text.size >= size)
        return "is too long";
    if (has_controls(text))
        return "contains control characters";
    if (text.size > 0)
        memcpy(to, text.data, text.size);
    to[text.size] = 0;
    return NULL;
}

static const char *copy_path(const char *file, struct eh_str text, char *to, size_t size)
{
    const char *slash = strrchr(file, '/');
    size_t folder = slash && text.size > 0 && text.data[0] != '/' ? (size_t)(slash - file) + 1 : 0;
    if (folder + text.size >= size)
        return "is too long";
    memcpy(to, file, folder);
    return copy_text(text, to + folder, size - folder);
}

static const char *copy_block(struct eh_str text, char **ret)
{
    if (text.size > 0 && memchr(text.data, 0, text.size))
        return "has a NUL in it";
    *ret = text.size > 0 ? strndup(text.data, text.size) : strdup("");
    return *ret ? NULL : "is too large for the memory there is";
}

static const char *read_scalar(const struct reading *in, const struct eh_yaml_key *key,
                               struct eh_str text)
{
    void *field = (char *)in->fields + key->offset;
    switch (key->kind) {
    case EH_YAML_TEXT:
        return copy_text(text, field, key->size);
    case EH_YAML_PATH:
        return copy_path(in->path, text, field, key->size);
    case EH_YAML_BLOCK:
        return copy_block(text, field);
    case EH_YAML_VALUE:
        return key->read(text, field);
    default:
        return "is a single value";
    }
}

static bool is_list_of_text(const json_t *list)
{
    size_t i;
    const json_t *item;
    if (!json_is_array(list))
        return false;
    json_array_foreach(list, i, item)
    {
        if (!json_is_string(item))
            return false;
    }
    return true;
}

static int read_json(struct reading *in, const struct eh_yaml_key *key, const yaml_node_t *node)
{
    json_t **field = (json_t **)(void *)((char *)in->fields + key->offset), *value;
    int r = json_of(in, node, 1, &value);
    if (r < 0)
        return r;
    json_decref(*field);
    *field = value;
    if (key->kind == EH_YAML_MAP && !json_is_object(value))
        return refuse(in, line_of(node), "%s: not a mapping; write {theirs: ours}", key->name);
    if (key->kind == EH_YAML_LIST && !is_list_of_text(value))
        return refuse(in, line_of(node), "%s: not a list of texts; write [\"a\", \"b\"]",
                      key->name);
    return 0;
}

static int read_key(struct reading *in, const struct eh_yaml_key *key, const yaml_node_t *node)
{
    if (is_absent(node))
        return 0;
    if (key->kind == EH_YAML_JSON || key->kind == EH_YAML_MAP || key->kind == EH_YAML_LIST)
        return read_json(in, key, node);
    if (node->type != YAML_SCALAR_NODE)
        return refuse(in, line_of(node), "%s: not a single value", key->name);
    struct eh_str text = scalar(node);
    const char *wrong =
        key->required && text.size == 0 ? "may not be empty" : read_scalar(in, key, text);
    if (!wrong)
        return 0;
    struct eh_str shown = eh_str_cut(text, 60);
    return refuse(in, line_of(node), "%s: `%.*s` %s", key->name, EH_STR_ARG(shown), wrong);
}

/* ---- The document. */

static const char *nearest(const struct reading *in, struct eh_str text)
{
    const char *found = NULL;
    uint32_t best = 2 + text.size / 4;
    for (size_t i = 0; i < in->count; i++) {
        uint32_t edits = eh_text_distance(text, eh_str(in->keys[i].name));
        if (edits < best)
            found = in->keys[i].name, best = edits;
    }
    return found;
}

static int refuse_unknown(struct reading *in, const yaml_node_t *node)
{
    struct eh_str shown = eh_str_cut(scalar(node), 60);
    const char *meant = nearest(in, scalar(node));
    if (!meant)
        return refuse(in, line_of(node), "%.*s: unknown key", EH_STR_ARG(shown));
    return refuse(in, line_of(node), "%.*s: unknown key; did you mean `%s`?", EH_STR_ARG(shown),
                  meant);
}

static int read_pair(struct reading *in, const yaml_node_pair_t *pair, uint64_t *seen)
{
    const yaml_node_t *name = yaml_document_get_node(in->document, pair->key);
    if (name->type != YAML_SCALAR_NODE)
        return refuse(in, line_of(name), "a key must be a single word");
    size_t at = 0;
    while (at < in->count && !eh_str_equal(scalar(name), eh_str(in->keys[at].name)))
        at++;
    if (at == in->count)
        return refuse_unknown(in, name);
    if (*seen & UINT64_C(1) << at)
        return refuse(in, line_of(name), "%s: given twice", in->keys[at].name);
    *seen |= UINT64_C(1) << at;
    const yaml_node_t *value = yaml_document_get_node(in->document, pair->value);
    if (is_absent(value))
        *seen &= ~(UINT64_C(1) << at);
    return read_key(in, &in->keys[at], value);
}

static int require_keys(struct reading *in, uint64_t seen)
{
    for (size_t i = 0; i < in->count; i++)
        if (in->keys[i].required && !(seen & UINT64_C(1) << i))
            return refuse(in, 1, "%s: has to be given", in->keys[i].name);
    return 0;
}

static int read_document(struct reading *in)
{
    const yaml_node_t *root = yaml_document_get_root_node(in->document);
    uint64_t seen = 0;
    if (!root)
        return refuse(in, 1, "the file is empty");
    if (root->type != YAML_MAPPING_NODE)
        return refuse(in, line_of(root), "not a mapping of keys to values");
    const yaml_node_pair_t *pair = root->data.mapping.pairs.start;
    for (; pair < root->data.mapping.pairs.top; pair++) {
        int r = read_pair(in, pair, &seen);
        if (r < 0)
            return r;
    }
    return require_keys(in, seen);
}

static void set_defaults(struct reading *in)
{
    for (size_t i = 0; i < in->count; i++)
        if (in->keys[i].fallback)
            eh_require(!read_scalar(in, &in->keys[i], eh_str(in->keys[i].fallback)));
}

static int parse(struct reading *in, struct eh_str text)
{
    yaml_parser_t parser;
    yaml_document_t document;
    size_t bad_at;
    if (text.size > EH_YAML_FILE_MAX)
        return refuse(in, 1, "larger than %u bytes", EH_YAML_FILE_MAX);
    if (!eh_utf8_valid(text, &bad_at))
        return refuse(in, 1, "not UTF-8 text");
    if (!yaml_parser_initialize(&parser))
        return eh_error_set(in->error, EH_ENOMEM, "%s: out of memory", in->path);
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)(text.data ? text.data : ""),
                                 text.size);
    int r;
    if (!yaml_parser_load(&parser, &document)) {
        r = refuse(in, parser.problem_mark.line + 1, "this is no YAML: %s",
                   parser.problem ? parser.problem : "not understood");
    } else {
        in->document = &document;
        r = read_document(in);
        yaml_document_delete(&document);
    }
    yaml_parser_delete(&parser);
    return r;
}

int eh_yaml_parse(struct eh_str text, const char *path, const struct eh_yaml_key *keys,
                  size_t count, void *ret, struct eh_error *error)
{
    struct reading in = {.path = path, .keys = keys, .count = count, .fields = ret, .error = error};
    eh_require(count <= EH_YAML_KEYS_MAX);
    set_defaults(&in);
    return parse(&in, text);
}

/* ---- The file. */

static int read_all(int fd, char *buffer, size_t most, size_t *ret)
{
    size_t size = 0;
    ssize_t n = 1;
    while (size < most && (n = read(fd, buffer + size, most - size)) > 0)
        size += (size_t)n;
    *ret = size;
    return n < 0 ? -1 : 0;
}

int eh_yaml_read(const char *path, const struct eh_yaml_key *keys, size_t count, void *ret,
                 struct eh_error *error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return eh_error_set(error, errno == ENOENT ? EH_ENOTFOUND : EH_EUNAVAILABLE, "%s: %s", path,
                            strerror(errno));
    char *text = malloc(EH_YAML_FILE_MAX + 1);
    size_t size = 0;
    int r = text ? read_all(fd, text, EH_YAML_FILE_MAX + 1, &size) : 0;
    if (!text)
        r = eh_error_set(error, EH_ENOMEM, "%s: out of memory", path);
    else if (r < 0)
        r = eh_error_set(error, EH_EUNAVAILABLE, "%s: cannot be read: %s", path, strerror(errno));
    else
        r = eh_yaml_parse(eh_str_n(text, size), path, keys, count, ret, error);
    free(text);
    close(fd);
    return r;
}

void eh_yaml_done(const struct eh_yaml_key *keys, size_t count, void *fields)
{
    for (size_t i = 0; i < count; i++) {
        void *field = (char *)fields + keys[i].offset;
        if (keys[i].kind == EH_YAML_BLOCK)
            free(*(char **)field);
        else if (keys[i].kind == EH_YAML_JSON || keys[i].kind == EH_YAML_MAP ||
                 keys[i].kind == EH_YAML_LIST)
            json_decref(*(json_t **)field);
    }
}

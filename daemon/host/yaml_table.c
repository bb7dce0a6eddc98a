/*
 * yaml_table: a table of keys, and one walk over a YAML document that fills what the rows name.
 *
 * A fallback is written as a user would write it and goes through the same readers as a value of
 * the file, so that it can never be out of bounds.
 */
#include "host/yaml_table.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/yaml_json.h"
#include "host/yaml_node.h"

#define FOLDER_MAX 4096 /* bytes of the path of a file's folder, with the terminator */

/* A mapping that is being read, and the keys it had so far. */
struct mapping {
    struct eh_yaml *in;
    const struct eh_yaml_table *table;
    const char *prefix; /* of its keys in messages: "" or "limits." */
    void *fields;
    uint64_t seen, given; /* bits of rows; a key with nothing behind it is not given */
};

/* ---- What stands behind a key. */

static const char *value_read(const struct eh_yaml_key *key, struct eh_yaml_value *value)
{
    switch (key->kind) {
    case EH_YAML_TEXT:
        return eh_yaml_value_text(value);
    case EH_YAML_PATH:
        return eh_yaml_value_path(value);
    case EH_YAML_BLOCK:
        return eh_yaml_value_block(value);
    case EH_YAML_INTEGER:
        return eh_yaml_value_integer(value, key->least, key->most);
    case EH_YAML_DURATION:
        return eh_yaml_value_duration(value, key->least, key->most);
    case EH_YAML_BOOLEAN:
        return eh_yaml_value_boolean(value);
    case EH_YAML_VALUE:
        return key->read(value);
    default:
        return "is a single value";
    }
}

static struct eh_yaml_value value_of(const struct mapping *map, const struct eh_yaml_key *key,
                                     struct eh_str text)
{
    return (struct eh_yaml_value){.text = text,
                                  .field = (char *)map->fields + key->offset,
                                  .size = key->size,
                                  .folder = map->in->folder};
}

static bool may_be_empty(const struct eh_yaml_key *key)
{
    return !key->required && !(key->fallback && key->fallback[0]);
}

static int scalar_read(struct mapping *map, const struct eh_yaml_key *key, const yaml_node_t *node)
{
    if (node->type != YAML_SCALAR_NODE)
        return eh_yaml_refuse(map->in, node, "%s%s: not a single value", map->prefix, key->name);
    struct eh_str text = eh_yaml_text(node), shown = eh_str_cut(text, 60);
    struct eh_yaml_value value = value_of(map, key, text);
    const char *wrong =
        text.size == 0 && !may_be_empty(key) ? "may not be empty" : value_read(key, &value);
    if (!wrong)
        return 0;
    if (value.is_sentence)
        return eh_yaml_refuse(map->in, node, "%s%s: %s", map->prefix, key->name, wrong);
    return eh_yaml_refuse(map->in, node, "%s%s: `%.*s` %s", map->prefix, key->name,
                          EH_STR_ARG(shown), wrong);
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

static int json_read(struct mapping *map, const struct eh_yaml_key *key, const yaml_node_t *node)
{
    json_t **field = (json_t **)(void *)((char *)map->fields + key->offset), *value;
    int r = eh_yaml_json(map->in, node, &value);
    if (r < 0)
        return r;
    json_decref(*field);
    *field = value;
    if (key->kind == EH_YAML_MAP && !json_is_object(value))
        return eh_yaml_refuse(map->in, node, "%s%s: not a mapping; write {theirs: ours}",
                              map->prefix, key->name);
    if (key->kind == EH_YAML_LIST && !is_list_of_text(value))
        return eh_yaml_refuse(map->in, node, "%s%s: not a list of texts; write [\"a\", \"b\"]",
                              map->prefix, key->name);
    return 0;
}

static int section_read(struct mapping *map, const struct eh_yaml_key *key,
                        const yaml_node_t *node);

static int key_read(struct mapping *map, const struct eh_yaml_key *key, const yaml_node_t *node)
{
    switch (key->kind) {
    case EH_YAML_JSON:
    case EH_YAML_MAP:
    case EH_YAML_LIST:
        return json_read(map, key, node);
    case EH_YAML_SECTION:
        return section_read(map, key, node);
    case EH_YAML_NODE:
        return key->take(map->in, key, node, map->fields);
    default:
        return scalar_read(map, key, node);
    }
}

/* ---- Unknown keys. */

static bool begins(struct eh_str text, const char *word)
{
    size_t size = strlen(word);
    return text.size >= size && memcmp(text.data, word, size) == 0;
}

/* The key that a misspelt one was meant to be, or NULL. */
static const char *nearest_name(const struct eh_yaml_table *table, struct eh_str text)
{
    const char *found = NULL;
    uint32_t best = 2 + text.size / 4;
    for (size_t i = 0; i < table->count; i++) {
        uint32_t edits = eh_text_distance(text, eh_str(table->keys[i].name));
        if (edits < best)
            found = table->keys[i].name, best = edits;
    }
    for (size_t i = 0; !found && i < table->count; i++)
        if (begins(text, table->keys[i].name))
            found = table->keys[i].name;
    return found;
}

static int unknown_refuse(struct mapping *map, const yaml_node_t *name)
{
    struct eh_str shown = eh_str_cut(eh_yaml_text(name), 60);
    const char *meant = nearest_name(map->table, eh_yaml_text(name));
    if (!meant)
        return eh_yaml_refuse(map->in, name, "%s%.*s: unknown key", map->prefix, EH_STR_ARG(shown));
    return eh_yaml_refuse(map->in, name, "%s%.*s: unknown key; did you mean `%s`?", map->prefix,
                          EH_STR_ARG(shown), meant);
}

/* ---- Mappings. */

static int pair_read(struct mapping *map, const yaml_node_pair_t *pair)
{
    const yaml_node_t *name = eh_yaml_node(map->in, pair->key);
    const yaml_node_t *value = eh_yaml_node(map->in, pair->value);
    if (name->type != YAML_SCALAR_NODE)
        return eh_yaml_refuse(map->in, name, "a key must be a single word");
    size_t at = 0;
    while (at < map->table->count &&
           !eh_str_equal(eh_yaml_text(name), eh_str(map->table->keys[at].name)))
        at++;
    if (at == map->table->count)
        return unknown_refuse(map, name);
    const struct eh_yaml_key *key = &map->table->keys[at];
    uint64_t bit = UINT64_C(1) << at;
    if (map->seen & bit)
        return eh_yaml_refuse(map->in, name, "%s%s: given twice", map->prefix, key->name);
    map->seen |= bit;
    if (eh_yaml_is_absent(value))
        return 0;
    map->given |= bit;
    return key_read(map, key, value);
}

static int pairs_read(struct mapping *map, const yaml_node_t *node)
{
    const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
    int r = 0;
    for (; r == 0 && pair < node->data.mapping.pairs.top; pair++)
        r = pair_read(map, pair);
    return r;
}

static int section_read(struct mapping *map, const struct eh_yaml_key *key, const yaml_node_t *node)
{
    char prefix[64];
    eh_format(prefix, sizeof prefix, "%s.", key->name);
    struct mapping inner = {map->in, key->section, prefix, map->fields, 0, 0};
    if (node->type != YAML_MAPPING_NODE)
        return eh_yaml_refuse(map->in, node, "%s: not a mapping of keys to values", key->name);
    return pairs_read(&inner, node);
}

static int required_check(const struct mapping *map, bool is_empty)
{
    for (size_t i = 0; i < map->table->count; i++)
        if (map->table->keys[i].required && !(map->given & UINT64_C(1) << i))
            return is_empty ? eh_yaml_refuse_line(map->in, 1, "the file is empty")
                            : eh_yaml_refuse_line(map->in, 1, "%s: has to be given",
                                                  map->table->keys[i].name);
    return 0;
}

static int root_read(struct mapping *map, const yaml_node_t *root)
{
    if (root && !eh_yaml_is_absent(root)) {
        if (root->type != YAML_MAPPING_NODE)
            return eh_yaml_refuse(map->in, root, "not a mapping of keys to values");
        int r = pairs_read(map, root);
        if (r < 0)
            return r;
    }
    return required_check(map, !root);
}

static void defaults_set(struct mapping *map)
{
    for (size_t i = 0; i < map->table->count; i++) {
        const struct eh_yaml_key *key = &map->table->keys[i];
        if (key->kind == EH_YAML_SECTION) {
            struct mapping inner = {map->in, key->section, "", map->fields, 0, 0};
            defaults_set(&inner);
        } else if (key->fallback) {
            struct eh_yaml_value value = value_of(map, key, eh_str(key->fallback));
            eh_require(!value_read(key, &value));
        }
    }
}

/* ---- The document. */

static int document_load(struct eh_yaml *in, yaml_parser_t *parser)
{
    if (yaml_parser_load(parser, in->document))
        return 0;
    return eh_yaml_refuse_line(in, parser->problem_mark.line + 1, "this is no YAML: %s",
                               parser->problem ? parser->problem : "not understood");
}

static int second_refuse(struct eh_yaml *in, yaml_parser_t *parser)
{
    int r = document_load(in, parser);
    if (r < 0)
        return r;
    const yaml_node_t *root = yaml_document_get_root_node(in->document);
    if (root)
        r = eh_yaml_refuse(in, root, "a second document: there may be only one");
    yaml_document_delete(in->document);
    return r;
}

static int document_read(struct mapping *map, yaml_parser_t *parser)
{
    int r = document_load(map->in, parser);
    if (r < 0)
        return r;
    const yaml_node_t *root = yaml_document_get_root_node(map->in->document);
    bool ended = !root;
    r = root_read(map, root);
    yaml_document_delete(map->in->document);
    return r < 0 || ended ? r : second_refuse(map->in, parser);
}

static int text_read(struct mapping *map, struct eh_str text)
{
    yaml_parser_t parser;
    size_t bad_at;
    if (text.size > EH_YAML_FILE_MAX)
        return eh_yaml_refuse_line(map->in, 1, "larger than %u bytes", EH_YAML_FILE_MAX);
    if (!eh_utf8_valid(text, &bad_at))
        return eh_yaml_refuse_line(map->in, 1, "not UTF-8 text");
    if (!yaml_parser_initialize(&parser))
        return eh_error_set(map->in->error, EH_ENOMEM, "%s: out of memory", map->in->path);
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)(text.data ? text.data : ""),
                                 text.size);
    int r = document_read(map, &parser);
    yaml_parser_delete(&parser);
    return r;
}

/* The folder of a path, with its slash; "": it has none. */
static int folder_find(const char *path, char ret[FOLDER_MAX], const char *shown,
                       struct eh_error *error)
{
    const char *slash = strrchr(path, '/');
    size_t size = slash ? (size_t)(slash - path) + 1 : 0;
    if (size >= FOLDER_MAX)
        return eh_error_set(error, EH_ERANGE, "%s: the path is longer than %d bytes", shown,
                            FOLDER_MAX - 1);
    memcpy(ret, path, size);
    ret[size] = 0;
    return 0;
}

static int link_follow(const char *path, char ret[FOLDER_MAX], struct eh_error *error)
{
    char *whole = realpath(path, NULL);
    if (!whole)
        return eh_error_set(error, errno == ENOENT ? EH_ENOTFOUND : EH_EUNAVAILABLE, "%s: %s", path,
                            strerror(errno));
    int r = folder_find(whole, ret, path, error);
    free(whole);
    return r;
}

int eh_yaml_parse(struct eh_str text, const char *path, const struct eh_yaml_table *table,
                  void *ret, struct eh_error *error)
{
    char folder[FOLDER_MAX];
    yaml_document_t document;
    struct eh_yaml in = {path, folder, &document, 0, error};
    struct mapping map = {&in, table, "", ret, 0, 0};
    eh_require(table->count <= EH_YAML_KEYS_MAX);
    int r = table->follows_links ? link_follow(path, folder, error)
                                 : folder_find(path, folder, path, error);
    if (r < 0)
        return r;
    defaults_set(&map);
    return text_read(&map, text);
}

/* ---- The file. */

static int all_read(int fd, char *buffer, size_t most, size_t *ret)
{
    size_t size = 0;
    ssize_t n = 1;
    while (size < most && (n = read(fd, buffer + size, most - size)) > 0)
        size += (size_t)n;
    *ret = size;
    return n < 0 ? -1 : 0;
}

int eh_yaml_read(const char *path, const struct eh_yaml_table *table, void *ret,
                 struct eh_error *error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return eh_error_set(error, errno == ENOENT ? EH_ENOTFOUND : EH_EUNAVAILABLE, "%s: %s", path,
                            strerror(errno));
    char *text = malloc(EH_YAML_FILE_MAX + 1);
    size_t size = 0;
    int r = text ? all_read(fd, text, EH_YAML_FILE_MAX + 1, &size) : 0;
    if (!text)
        r = eh_error_set(error, EH_ENOMEM, "%s: out of memory", path);
    else if (r < 0)
        r = eh_error_set(error, EH_EUNAVAILABLE, "%s: cannot be read: %s", path, strerror(errno));
    else
        r = eh_yaml_parse(eh_str_n(text, size), path, table, ret, error);
    free(text);
    close(fd);
    return r;
}

static void field_done(const struct eh_yaml_key *key, void *fields)
{
    void *field = (char *)fields + key->offset;
    if (key->kind == EH_YAML_SECTION)
        eh_yaml_done(key->section, fields);
    else if (key->kind == EH_YAML_BLOCK)
        free(*(char **)field);
    else if (key->kind == EH_YAML_JSON || key->kind == EH_YAML_MAP || key->kind == EH_YAML_LIST)
        json_decref(*(json_t **)field);
}

void eh_yaml_done(const struct eh_yaml_table *table, void *fields)
{
    for (size_t i = 0; i < table->count; i++)
        field_done(&table->keys[i], fields);
}

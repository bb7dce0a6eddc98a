/*
 * config: one table of keys, one walk over the YAML document.
 *
 * Defaults are written as a user would write them and go through the same readers as values from
 * the file, so that a default can never be out of bounds.
 */
#include "config.h"

#include <errno.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <yaml.h>

#include <evenhand/engine/engine.h>

#include "redis/link.h"

#define FILE_MAX     65536 /* bytes of a config file */
#define CONTEXT_PATH 4096

enum kind { TEXT, PATH, REDIS, CONNINFO, INTEGER, SWITCH, ENCODING, LEVEL, USERS, HELPDESKS };

struct key {
    const char *name;
    enum kind kind;
    size_t offset, size; /* of the field; size matters for text */
    const char *fallback;
    int64_t least, most; /* of integers */
};

#define FIELD(name) offsetof(struct eh_config, name), sizeof(((struct eh_config *)0)->name)
#define KIB         INT64_C(1024)

static const struct key keys[] = {
    {"desk_file", PATH, FIELD(desk), "/etc/evenhand/desk.yaml", 0, 0},
    {"redis", REDIS, FIELD(redis), "/run/redis/redis-server.sock", 0, 0},
    {"redis_user", TEXT, FIELD(redis_user), "", 0, 0},
    {"redis_password_file", PATH, FIELD(redis_password_file), "", 0, 0},
    {"postgres", CONNINFO, FIELD(postgres), "host=/run/postgresql dbname=evenhand", 0, 0},
    {"admin_socket", PATH, FIELD(admin_socket), "/run/evenhand/admin.sock", 0, 0},
    {"admin_group", TEXT, FIELD(admin_group), "", 0, 0},
    {"key_file", PATH, FIELD(key_file), "/var/lib/evenhand/master.key", 0, 0},
    {"checkpoint_file", PATH, FIELD(checkpoint_file), "/var/lib/evenhand/checkpoints", 0, 0},
    {"operators", USERS, FIELD(operators), NULL, 0, 0},
    {"auditors", USERS, FIELD(auditors), NULL, 0, 0},
    {"helpdesks", HELPDESKS, FIELD(helpdesks), NULL, 0, 0},
    {"stream_signals", SWITCH, FIELD(stream_signals), "on", 0, 0},
    {"outbox", ENCODING, FIELD(outbox_json), "msgpack", 0, 0},
    {"outbox_keep", INTEGER, FIELD(outbox_keep), "1000000", 1, 1000000000},
    {"inbox_keep", INTEGER, FIELD(inbox_keep), "0", 0, 1000000000},
    {"log_level", LEVEL, FIELD(log_level), "info", 0, 0},
};

static const struct key limit_keys[] = {
    {"in_flight", INTEGER, FIELD(inflight_entries), "1024", 1, 65536},
    {"in_flight_bytes", INTEGER, FIELD(inflight_bytes), "4194304", 64 * KIB, 64 * KIB *KIB},
    {"admin_connections", INTEGER, FIELD(admin_connections), "64", 1, 1024},
    {"admin_connections_per_user", INTEGER, FIELD(admin_connections_per_user), "8", 1, 1024},
    {"open_tickets", INTEGER, FIELD(open_tickets), "200000", 1, EH_TICKETS_MAX},
    {"snapshot_inputs", INTEGER, FIELD(snapshot_inputs), "100000", 1, 100000000},
    {"snapshot_seconds", INTEGER, FIELD(snapshot_seconds), "600", 1, 86400},
};

#define COUNT(table) (sizeof(table) / sizeof(table)[0])
_Static_assert(COUNT(keys) <= 32 && COUNT(limit_keys) <= 32, "a key's bit in `seen`");

/* A table of keys and what its mapping is called in messages: "" or "limits.". */
struct section {
    const struct key *keys;
    size_t count;
    const char *prefix;
};
static const struct section top = {keys, COUNT(keys), ""};
static const struct section limits = {limit_keys, COUNT(limit_keys), "limits."};

struct reading {
    const char *path;          /* of the file, for messages */
    char folder[CONTEXT_PATH]; /* ends with '/' or is "" */
    struct eh_config *config;
    yaml_document_t *document;
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

/* ---- Values: each reader returns NULL or what is wrong with the text. */

static const char *too_long = "is too long"; /* the bound follows */

static const char *copy_text(struct eh_str text, char *to, size_t size)
{
    if (text.size >= size)
        return too_long;
    for (uint32_t i = 0; i < text.size; i++)
        if ((unsigned char)text.data[i] < 0x20 || text.data[i] == 0x7f)
            return "contains control characters";
    if (text.size > 0)
        memcpy(to, text.data, text.size);
    to[text.size] = 0;
    return NULL;
}

static const char *copy_path(const struct reading *in, struct eh_str text, char *to, size_t size)
{
    if (text.size == 0 || text.data[0] == '/')
        return copy_text(text, to, size);
    size_t folder = strlen(in->folder);
    if (folder + text.size >= size)
        return too_long;
    memcpy(to, in->folder, folder);
    return copy_text(text, to + folder, size - folder);
}

static const char *copy_conninfo(struct eh_str text, char *to, size_t size, struct eh_error *why)
{
    const char *wrong = copy_text(text, to, size);
    char *problem = NULL;
    PQconninfoOption *options = wrong ? NULL : PQconninfoParse(to, &problem);
    if (!wrong && !options) {
        const char *said = problem ? problem : "out of memory";
        eh_error_set(why, EH_EINVAL, "%.*s", (int)strcspn(said, "\n"), said);
        wrong = why->text;
    }
    PQconninfoFree(options);
    PQfreemem(problem);
    return wrong;
}

/* A path has a slash or ends like a socket; anything else must be an address. */
static bool is_socket_path(struct eh_str text)
{
    return text.size > 0 && (memchr(text.data, '/', text.size) != NULL ||
                             (text.size > 5 && memcmp(text.data + text.size - 5, ".sock", 5) == 0));
}

static const char *copy_redis(const struct reading *in, struct eh_str text, char *to, size_t size,
                              struct eh_error *why)
{
    static const char *prefix = "unix:";
    struct eh_redis_address parsed;
    if (text.size > strlen(prefix) && memcmp(text.data, prefix, strlen(prefix)) == 0)
        text = eh_str_n(text.data + strlen(prefix), text.size - strlen(prefix));
    const char *wrong =
        is_socket_path(text) ? copy_path(in, text, to, size) : copy_text(text, to, size);
    if (wrong)
        return wrong;
    if (eh_redis_address_parse(eh_str(to), &parsed, why) < 0)
        return why->text + (strncmp(why->text, "redis: ", 7) == 0 ? 7 : 0);
    return NULL;
}

static const char *read_integer(const struct key *key, struct eh_str text, int64_t *ret,
                                struct eh_error *why)
{
    int64_t value;
    if (eh_integer_parse(text, &value, NULL) < 0)
        return "is not a whole number";
    if (value < key->least || value > key->most) {
        eh_error_set(why, EH_ERANGE, "is not within %lld and %lld", (long long)key->least,
                     (long long)key->most);
        return why->text;
    }
    *ret = value;
    return NULL;
}

static const char *read_either(struct eh_str text, const char *yes, const char *no, bool *ret,
                               const char *otherwise)
{
    bool is_yes = eh_str_equal(text, eh_str(yes));
    if (!is_yes && !eh_str_equal(text, eh_str(no)))
        return otherwise;
    *ret = is_yes;
    return NULL;
}

static const char *read_level(struct eh_str text, enum eh_log_level *ret)
{
    int level = eh_log_level_from_name(text);
    if (level < 0)
        return "is none of error, warning, info, debug";
    *ret = (enum eh_log_level)level;
    return NULL;
}

static const char *read_value(const struct reading *in, const struct key *key, struct eh_str text,
                              struct eh_error *why)
{
    void *field = (char *)in->config + key->offset;
    switch (key->kind) {
    case TEXT:
        return copy_text(text, field, key->size);
    case PATH:
        return copy_path(in, text, field, key->size);
    case REDIS:
        return copy_redis(in, text, field, key->size, why);
    case CONNINFO:
        return copy_conninfo(text, field, key->size, why);
    case INTEGER:
        return read_integer(key, text, field, why);
    case SWITCH:
        return read_either(text, "on", "off", field, "is neither on nor off");
    case ENCODING:
        return read_either(text, "json", "msgpack", field, "is neither msgpack nor json");
    case LEVEL:
        return read_level(text, field);
    case USERS:
    case HELPDESKS:
        break;
    }
    return "is a list";
}

/* ---- The document. */

static struct eh_str scalar(const yaml_node_t *node)
{
    return eh_str_n((const char *)node->data.scalar.value, node->data.scalar.length);
}

static size_t line_of(const yaml_node_t *node)
{
    return node->start_mark.line + 1;
}

/* `key:` with nothing behind it: as if it were not there. */
static bool is_absent(const yaml_node_t *node)
{
    return node->type == YAML_SCALAR_NODE && node->data.scalar.length == 0 &&
           node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

static bool user_name_valid(struct eh_str name)
{
    for (uint32_t i = 0; i < name.size; i++)
        if ((unsigned char)name.data[i] <= ' ' || name.data[i] == ':' || name.data[i] == 0x7f)
            return false;
    return name.size > 0 && name.size < sizeof((struct eh_config_user *)0)->name;
}

/* The value of a key of a mapping; NULL: it has none. */
static const yaml_node_t *mapping_get(struct reading *in, const yaml_node_t *mapping,
                                      const char *key)
{
    for (const yaml_node_pair_t *pair = mapping->data.mapping.pairs.start;
         pair < mapping->data.mapping.pairs.top; pair++) {
        const yaml_node_t *word = yaml_document_get_node(in->document, pair->key);
        if (word->type == YAML_SCALAR_NODE && eh_str_equal(scalar(word), eh_str(key)))
            return yaml_document_get_node(in->document, pair->value);
    }
    return NULL;
}

static int read_source(struct reading *in, const yaml_node_t *node, struct eh_config_sources *to)
{
    struct eh_str name = node->type == YAML_SCALAR_NODE ? scalar(node) : eh_str(NULL);
    if (!eh_name_valid(name, EH_NAME_MAX))
        return refuse(in, line_of(node),
                      "helpdesks: sources: an item is the source of tickets, 1 to %d bytes",
                      EH_NAME_MAX);
    if (to->count == EH_CONFIG_SOURCES_MAX)
        return refuse(in, line_of(node), "helpdesks: sources: more than %d items",
                      EH_CONFIG_SOURCES_MAX);
    memcpy(to->items[to->count++], name.data, name.size);
    return 0;
}

/* A helpdesk that is limited to no source could do nothing. */
static int read_sources(struct reading *in, const yaml_node_t *node, struct eh_config_sources *to)
{
    bool list = node->type == YAML_SEQUENCE_NODE;
    if (!list || node->data.sequence.items.start == node->data.sequence.items.top)
        return refuse(in, line_of(node), "helpdesks: sources: a list of one or more, as [rt]");
    int r = 0;
    for (const yaml_node_item_t *item = node->data.sequence.items.start;
         r == 0 && item < node->data.sequence.items.top; item++)
        r = read_source(in, yaml_document_get_node(in->document, *item), to);
    return r;
}

/* NAME, {user: NAME} or {group: NAME}; the mappings may have `sources`. */
static int read_helpdesk(struct reading *in, const yaml_node_t *node, struct eh_config_user *ret,
                         struct eh_config_sources *ret_sources)
{
    bool map = node->type == YAML_MAPPING_NODE;
    const yaml_node_t *user = map ? mapping_get(in, node, "user") : node;
    const yaml_node_t *group = map ? mapping_get(in, node, "group") : NULL;
    const yaml_node_t *sources = map ? mapping_get(in, node, "sources") : NULL;
    const yaml_node_t *name = user ? user : group;
    long pairs = map ? node->data.mapping.pairs.top - node->data.mapping.pairs.start : 1;
    if (!name || pairs != 1 + (sources != NULL) || name->type != YAML_SCALAR_NODE ||
        !user_name_valid(scalar(name)))
        return refuse(
            in, line_of(node),
            "helpdesks: an item is a user's name, {user: NAME} or {group: NAME}; the last "
            "two may have sources: [SOURCE, ...]");
    memcpy(ret->name, name->data.scalar.value, name->data.scalar.length);
    ret->is_group = group != NULL;
    return sources ? read_sources(in, sources, ret_sources) : 0;
}

/* NAME or {group: NAME} */
static int read_user(struct reading *in, const struct key *key, const yaml_node_t *node,
                     struct eh_config_user *ret)
{
    const yaml_node_t *name = node;
    if (node->type == YAML_MAPPING_NODE) {
        const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
        bool one = node->data.mapping.pairs.top - pair == 1;
        const yaml_node_t *word = one ? yaml_document_get_node(in->document, pair->key) : NULL;
        name = word && word->type == YAML_SCALAR_NODE && eh_str_equal(scalar(word), eh_str("group"))
                   ? yaml_document_get_node(in->document, pair->value)
                   : NULL;
    }
    if (!name || name->type != YAML_SCALAR_NODE || !user_name_valid(scalar(name)))
        return refuse(in, line_of(node), "%s: an item is a user's name or {group: NAME}",
                      key->name);
    memcpy(ret->name, name->data.scalar.value, name->data.scalar.length);
    ret->is_group = name != node;
    return 0;
}

static int read_users(struct reading *in, const struct key *key, const yaml_node_t *node)
{
    struct eh_config_users *users = (void *)((char *)in->config + key->offset);
    if (node->type != YAML_SEQUENCE_NODE)
        return refuse(in, line_of(node), "%s: not a list; write [ana, {group: leads}]", key->name);
    for (const yaml_node_item_t *item = node->data.sequence.items.start;
         item < node->data.sequence.items.top; item++) {
        const yaml_node_t *name = yaml_document_get_node(in->document, *item);
        if (users->count == EH_CONFIG_USERS_MAX)
            return refuse(in, line_of(name), "%s: more than %d items; use a group", key->name,
                          EH_CONFIG_USERS_MAX);
        struct eh_config_user *user = &users->items[users->count];
        int r = key->kind == HELPDESKS
                    ? read_helpdesk(in, name, user, &in->config->helpdesk_sources[users->count])
                    : read_user(in, key, name, user);
        if (r < 0)
            return r;
        users->count++;
    }
    return 0;
}

static int read_key(struct reading *in, const struct section *section, const struct key *key,
                    const yaml_node_t *node)
{
    if (is_absent(node))
        return 0;
    if (key->kind == USERS || key->kind == HELPDESKS)
        return read_users(in, key, node);
    if (node->type != YAML_SCALAR_NODE)
        return refuse(in, line_of(node), "%s%s: not a single value", section->prefix, key->name);
    struct eh_error why = {0};
    struct eh_str text = scalar(node);
    const char *wrong =
        text.size == 0 && key->fallback[0] ? "may not be empty" : read_value(in, key, text, &why);
    if (!wrong)
        return 0;
    if (why.text[0] && (key->kind == REDIS || key->kind == CONNINFO)) /* a sentence of its own */
        return refuse(in, line_of(node), "%s: %s", key->name, wrong);
    if (wrong == too_long)
        return refuse(in, line_of(node), "%s%s: is longer than %zu bytes", section->prefix,
                      key->name, key->size - 1);
    return refuse(in, line_of(node), "%s%s: `%.*s` %s", section->prefix, key->name,
                  text.size > 60 ? 60 : (int)text.size, text.data, wrong);
}

/* ---- Unknown keys. */

/* Edits (insert, delete, replace) from a to b; names here are short. */
static size_t distance(struct eh_str a, const char *b)
{
    size_t row[64], size = strlen(b);
    if (a.size >= 64 || size >= 63)
        return SIZE_MAX;
    for (size_t k = 0; k <= size; k++)
        row[k] = k;
    for (size_t i = 0; i < a.size; i++) {
        size_t before = row[0]; /* row i, column k - 1 */
        row[0] = i + 1;
        for (size_t k = 1; k <= size; k++) {
            size_t best = before + (a.data[i] != b[k - 1]);
            best = best < row[k] + 1 ? best : row[k] + 1;
            best = best < row[k - 1] + 1 ? best : row[k - 1] + 1;
            before = row[k];
            row[k] = best;
        }
    }
    return row[size];
}

static bool begins(struct eh_str text, const char *word)
{
    size_t size = strlen(word);
    return text.size >= size && memcmp(text.data, word, size) == 0;
}

/* The key a misspelt one was meant to be, or NULL. */
static const char *nearest(const struct section *section, struct eh_str text)
{
    const char *found = NULL;
    size_t best = 2 + text.size / 4;
    for (size_t i = 0; i < section->count; i++) {
        const char *name = section->keys[i].name;
        size_t edits = distance(text, name);
        if (edits < best)
            found = name, best = edits;
    }
    for (size_t i = 0; !found && i < section->count; i++)
        if (begins(text, section->keys[i].name))
            found = section->keys[i].name;
    return found;
}

static int refuse_unknown(struct reading *in, const struct section *section,
                          const yaml_node_t *node)
{
    struct eh_str text = scalar(node);
    const char *meant = nearest(section, text);
    int shown = text.size > 60 ? 60 : (int)text.size;
    if (!meant)
        return refuse(in, line_of(node), "%s%.*s: unknown key", section->prefix, shown, text.data);
    return refuse(in, line_of(node), "%s%.*s: unknown key; did you mean `%s`?", section->prefix,
                  shown, text.data, meant);
}

/* ---- Mappings. */

static int read_mapping(struct reading *in, const struct section *section,
                        const yaml_node_t *mapping);

static int read_pair(struct reading *in, const struct section *section,
                     const yaml_node_pair_t *pair, uint64_t *seen)
{
    const yaml_node_t *name = yaml_document_get_node(in->document, pair->key);
    const yaml_node_t *value = yaml_document_get_node(in->document, pair->value);
    if (name->type != YAML_SCALAR_NODE)
        return refuse(in, line_of(name), "a key must be a single word");
    bool is_limits = section == &top && eh_str_equal(scalar(name), eh_str("limits"));
    size_t at = 0;
    while (at < section->count && !eh_str_equal(scalar(name), eh_str(section->keys[at].name)))
        at++;
    if (at == section->count && !is_limits)
        return refuse_unknown(in, section, name);
    uint64_t bit = UINT64_C(1) << at;
    if (*seen & bit)
        return refuse(in, line_of(name), "%s%.*s: given twice", section->prefix,
                      EH_STR_ARG(scalar(name)));
    *seen |= bit;
    return is_limits ? read_mapping(in, &limits, value)
                     : read_key(in, section, &section->keys[at], value);
}

static int read_mapping(struct reading *in, const struct section *section,
                        const yaml_node_t *mapping)
{
    uint64_t seen = 0;
    if (is_absent(mapping))
        return 0;
    if (mapping->type != YAML_MAPPING_NODE)
        return refuse(in, line_of(mapping), "%s",
                      section == &top ? "not a mapping of keys to values"
                                      : "limits: not a mapping of keys to values");
    for (const yaml_node_pair_t *pair = mapping->data.mapping.pairs.start;
         pair < mapping->data.mapping.pairs.top; pair++) {
        int r = read_pair(in, section, pair, &seen);
        if (r < 0)
            return r;
    }
    return 0;
}

static void set_defaults(struct reading *in, const struct section *section)
{
    for (size_t i = 0; i < section->count; i++) {
        struct eh_error why = {0};
        if (section->keys[i].fallback)
            eh_require(!read_value(in, &section->keys[i], eh_str(section->keys[i].fallback), &why));
    }
}

/* ---- The file. */

static int refuse_yaml(struct reading *in, const yaml_parser_t *parser)
{
    return refuse(in, parser->problem_mark.line + 1, "this is no YAML: %s",
                  parser->problem ? parser->problem : "not understood");
}

static int read_document(struct reading *in, yaml_parser_t *parser)
{
    yaml_document_t document;
    if (!yaml_parser_load(parser, &document))
        return refuse_yaml(in, parser);
    in->document = &document;
    const yaml_node_t *root = yaml_document_get_root_node(&document);
    int r = root ? read_mapping(in, &top, root) : 0;
    yaml_document_delete(&document);
    if (r < 0 || !root)
        return r;
    if (!yaml_parser_load(parser, &document))
        return refuse_yaml(in, parser);
    root = yaml_document_get_root_node(&document);
    r = root ? refuse(in, line_of(root), "a second document: there may be only one") : 0;
    yaml_document_delete(&document);
    return r;
}

static int read_text(struct reading *in, const char *text, size_t size)
{
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser))
        return eh_error_set(in->error, EH_ENOMEM, "%s: out of memory", in->path);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
    int r = read_document(in, &parser);
    yaml_parser_delete(&parser);
    return r;
}

static int read_file(struct reading *in, char *ret_text, size_t *ret_size)
{
    FILE *file = fopen(in->path, "re");
    size_t size = file ? fread(ret_text, 1, FILE_MAX + 1, file) : 0;
    bool failed = !file || ferror(file);
    int number = errno;
    if (file)
        fclose(file);
    if (failed)
        return eh_error_set(in->error, EH_ENOTFOUND, "%s: %s", in->path, strerror(number));
    if (size > FILE_MAX)
        return eh_error_set(in->error, EH_ERANGE, "%s: above %d bytes", in->path, FILE_MAX);
    *ret_size = size;
    return 0;
}

/* Absolute, so that what comes out does not depend on where the process stands later. */
static int find_folder(struct reading *in)
{
    char *whole = realpath(in->path, NULL);
    if (!whole)
        return eh_error_set(in->error, EH_ENOTFOUND, "%s: %s", in->path, strerror(errno));
    size_t size = (size_t)(strrchr(whole, '/') - whole) + 1;
    int r = size < sizeof in->folder
                ? 0
                : eh_error_set(in->error, EH_ERANGE, "%s: the path is longer than %zu bytes",
                               in->path, sizeof in->folder - 1);
    if (r == 0)
        memcpy(in->folder, whole, size);
    free(whole);
    return r;
}

int eh_config_load(const char *path, struct eh_config **ret, struct eh_error *error)
{
    struct reading *in = calloc(1, sizeof *in);
    struct eh_config *config = calloc(1, sizeof *config);
    char *text = malloc(FILE_MAX + 1);
    eh_require(in && config && text);
    size_t size = 0;
    in->path = path;
    in->config = config;
    in->error = error;
    int r = find_folder(in);
    if (r == 0)
        r = read_file(in, text, &size);
    if (r == 0) {
        set_defaults(in, &top);
        set_defaults(in, &limits);
        r = read_text(in, text, size);
    }
    if (r == 0)
        *ret = config;
    else
        eh_config_free(config);
    free(text);
    free(in);
    return r;
}

void eh_config_free(struct eh_config *config)
{
    free(config);
}

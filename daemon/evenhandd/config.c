/*
 * config: the tables of evenhandd.yaml's keys, and the readers of what only it has: addresses, a
 * conninfo, lists of users.
 */
#include "config.h"

#include <libpq-fe.h>
#include <stdlib.h>

#include <evenhand/engine/engine.h>
#include <evenhand/wire/actor.h>

#include "host/yaml_node.h"
#include "host/yaml_table.h"
#include "redis/link.h"

/* ---- Values: each reader returns NULL or what is wrong with the text. */

/* What libpq says has its own words for where; it is not shown with the text, which may have a
 * password. */
static const char *conninfo_read(struct eh_yaml_value *value)
{
    const char *wrong = eh_yaml_value_text(value);
    char *problem = NULL;
    value->is_sentence = true;
    if (wrong)
        return wrong;
    PQconninfoOption *options = PQconninfoParse(value->field, &problem);
    if (!options) {
        const char *said = problem ? problem : "out of memory";
        wrong = eh_yaml_value_wrong(value, "%.*s", (int)strcspn(said, "\n"), said);
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

static const char *redis_read(struct eh_yaml_value *value)
{
    static const char prefix[] = "unix:";
    struct eh_redis_address parsed;
    struct eh_error why = {0};
    size_t begin = sizeof prefix - 1;
    if (value->text.size > begin && memcmp(value->text.data, prefix, begin) == 0)
        value->text = eh_str_n(value->text.data + begin, value->text.size - begin);
    const char *wrong =
        is_socket_path(value->text) ? eh_yaml_value_path(value) : eh_yaml_value_text(value);
    if (wrong || eh_redis_address_parse(eh_str(value->field), &parsed, &why) == 0)
        return wrong;
    value->is_sentence = true;
    return eh_yaml_value_wrong(value, "%s",
                               why.text + (strncmp(why.text, "redis: ", 7) == 0 ? 7 : 0));
}

static const char *encoding_read(struct eh_yaml_value *value)
{
    bool is_json = eh_str_equal(value->text, eh_str("json"));
    if (!is_json && !eh_str_equal(value->text, eh_str("msgpack")))
        return "is neither msgpack nor json";
    *(bool *)value->field = is_json;
    return NULL;
}

static const char *level_read(struct eh_yaml_value *value)
{
    int level = eh_log_level_from_name(value->text);
    if (level < 0)
        return "is none of error, warning, info, debug";
    *(enum eh_log_level *)value->field = (enum eh_log_level)level;
    return NULL;
}

/* ---- Lists of users. */

static bool user_name_valid(struct eh_str name)
{
    for (uint32_t i = 0; i < name.size; i++)
        if ((unsigned char)name.data[i] <= ' ' || name.data[i] == ':' || name.data[i] == 0x7f)
            return false;
    return name.size > 0 && name.size < sizeof((struct eh_config_user *)0)->name;
}

static int source_read(struct eh_yaml *in, const yaml_node_t *node, struct eh_config_sources *to)
{
    struct eh_str name = node->type == YAML_SCALAR_NODE ? eh_yaml_text(node) : eh_str(NULL);
    if (!eh_name_valid(name, EH_NAME_MAX))
        return eh_yaml_refuse(in, node,
                              "helpdesks: sources: an item is the source of tickets, 1 to %d bytes",
                              EH_NAME_MAX);
    if (to->count == EH_CONFIG_SOURCES_MAX)
        return eh_yaml_refuse(in, node, "helpdesks: sources: more than %d items",
                              EH_CONFIG_SOURCES_MAX);
    memcpy(to->items[to->count++], name.data, name.size);
    return 0;
}

/* A helpdesk that is limited to no source could do nothing. */
static int sources_read(struct eh_yaml *in, const yaml_node_t *node, struct eh_config_sources *to)
{
    bool list = node->type == YAML_SEQUENCE_NODE;
    if (!list || node->data.sequence.items.start == node->data.sequence.items.top)
        return eh_yaml_refuse(in, node, "helpdesks: sources: a list of one or more, as [rt]");
    int r = 0;
    for (const yaml_node_item_t *item = node->data.sequence.items.start;
         r == 0 && item < node->data.sequence.items.top; item++)
        r = source_read(in, eh_yaml_node(in, *item), to);
    return r;
}

/* NAME, {user: NAME} or {group: NAME}; the mappings may have `sources`. */
static int helpdesk_read(struct eh_yaml *in, const yaml_node_t *node, struct eh_config_user *ret,
                         struct eh_config_sources *ret_sources)
{
    bool map = node->type == YAML_MAPPING_NODE;
    const yaml_node_t *user = map ? eh_yaml_find(in, node, "user") : node;
    const yaml_node_t *group = map ? eh_yaml_find(in, node, "group") : NULL;
    const yaml_node_t *sources = map ? eh_yaml_find(in, node, "sources") : NULL;
    const yaml_node_t *name = user ? user : group;
    long pairs = map ? node->data.mapping.pairs.top - node->data.mapping.pairs.start : 1;
    if (!name || pairs != 1 + (sources != NULL) || name->type != YAML_SCALAR_NODE ||
        !user_name_valid(eh_yaml_text(name)))
        return eh_yaml_refuse(
            in, node,
            "helpdesks: an item is a user's name, {user: NAME} or {group: NAME}; the last "
            "two may have sources: [SOURCE, ...]");
    memcpy(ret->name, name->data.scalar.value, name->data.scalar.length);
    ret->is_group = group != NULL;
    return sources ? sources_read(in, sources, ret_sources) : 0;
}

/* NAME or {group: NAME} */
static int user_read(struct eh_yaml *in, const struct eh_yaml_key *key, const yaml_node_t *node,
                     struct eh_config_user *ret)
{
    const yaml_node_t *name = node;
    if (node->type == YAML_MAPPING_NODE) {
        const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
        bool one = node->data.mapping.pairs.top - pair == 1;
        const yaml_node_t *word = one ? eh_yaml_node(in, pair->key) : NULL;
        name = word && word->type == YAML_SCALAR_NODE &&
                       eh_str_equal(eh_yaml_text(word), eh_str("group"))
                   ? eh_yaml_node(in, pair->value)
                   : NULL;
    }
    if (!name || name->type != YAML_SCALAR_NODE || !user_name_valid(eh_yaml_text(name)))
        return eh_yaml_refuse(in, node, "%s: an item is a user's name or {group: NAME}", key->name);
    memcpy(ret->name, name->data.scalar.value, name->data.scalar.length);
    ret->is_group = name != node;
    return 0;
}

/* NAME: whoever is in a group is told by a directory; who may ask for others is told here. */
static int delegate_read(struct eh_yaml *in, const yaml_node_t *node, struct eh_config_user *ret)
{
    if (node->type != YAML_SCALAR_NODE || !user_name_valid(eh_yaml_text(node)) ||
        node->data.scalar.length > EH_ACTOR_DELEGATE_MAX)
        return eh_yaml_refuse(in, node, "delegates: an item is a user's name of 1 to %d bytes",
                              EH_ACTOR_DELEGATE_MAX);
    memcpy(ret->name, node->data.scalar.value, node->data.scalar.length);
    return 0;
}

static int item_read(struct eh_yaml *in, const struct eh_yaml_key *key, const yaml_node_t *item,
                     struct eh_config *config)
{
    struct eh_config_users *users = (void *)((char *)config + key->offset);
    if (users->count == EH_CONFIG_USERS_MAX)
        return eh_yaml_refuse(in, item, "%s: more than %d items; use a group", key->name,
                              EH_CONFIG_USERS_MAX);
    uint32_t at = users->count++;
    if (users == &config->delegates)
        return delegate_read(in, item, &users->items[at]);
    return users == &config->helpdesks
               ? helpdesk_read(in, item, &users->items[at], &config->helpdesk_sources[at])
               : user_read(in, key, item, &users->items[at]);
}

static int users_read(struct eh_yaml *in, const struct eh_yaml_key *key, const yaml_node_t *node,
                      void *config)
{
    if (node->type != YAML_SEQUENCE_NODE)
        return eh_yaml_refuse(in, node, "%s: not a list; write [ana, {group: leads}]", key->name);
    int r = 0;
    for (const yaml_node_item_t *item = node->data.sequence.items.start;
         r == 0 && item < node->data.sequence.items.top; item++)
        r = item_read(in, key, eh_yaml_node(in, *item), config);
    return r;
}

/* ---- The tables. */

#define AT(field) EH_YAML_FIELD(struct eh_config, field)
#define KIB       INT64_C(1024)
#define SWITCH(name_, field, fallback_)                                                            \
    {                                                                                              \
        .name = name_, .kind = EH_YAML_BOOLEAN, AT(field), .fallback = fallback_                   \
    }
#define NUMBER(name_, field, fallback_, least_, most_)                                             \
    {                                                                                              \
        .name = name_, .kind = EH_YAML_INTEGER, AT(field), .fallback = fallback_, .least = least_, \
        .most = most_                                                                              \
    }
#define USERS(name_, field)                                                                        \
    {                                                                                              \
        .name = name_, .kind = EH_YAML_NODE, AT(field), .take = users_read                         \
    }

static const struct eh_yaml_key limit_keys[] = {
    NUMBER("in_flight", inflight_entries, "1024", 1, 65536),
    NUMBER("in_flight_bytes", inflight_bytes, "4194304", 64 * KIB, 64 * KIB * KIB),
    NUMBER("admin_connections", admin_connections, "64", 1, 1024),
    NUMBER("admin_connections_per_user", admin_connections_per_user, "8", 1, 1024),
    NUMBER("open_tickets", open_tickets, "200000", 1, EH_TICKETS_MAX),
    NUMBER("snapshot_inputs", snapshot_inputs, "100000", 1, 100000000),
    NUMBER("snapshot_seconds", snapshot_seconds, "600", 1, 86400),
};
#define COUNT(table) (sizeof(table) / sizeof(table)[0])
static const struct eh_yaml_table limits = {limit_keys, COUNT(limit_keys), false};

static const struct eh_yaml_key keys[] = {
    EH_YAML_ROW_PATH("desk_file", AT(desk), "/etc/evenhand/desk.yaml"),
    EH_YAML_ROW_VALUE("redis", AT(redis), redis_read, "/run/redis/redis-server.sock"),
    EH_YAML_ROW_TEXT("redis_user", AT(redis_user), ""),
    EH_YAML_ROW_PATH("redis_password_file", AT(redis_password_file), ""),
    EH_YAML_ROW_VALUE("postgres", AT(postgres), conninfo_read,
                      "host=/run/postgresql dbname=evenhand"),
    EH_YAML_ROW_PATH("admin_socket", AT(admin_socket), "/run/evenhand/admin.sock"),
    EH_YAML_ROW_TEXT("admin_group", AT(admin_group), ""),
    EH_YAML_ROW_PATH("key_file", AT(key_file), "/var/lib/evenhand/master.key"),
    EH_YAML_ROW_PATH("checkpoint_file", AT(checkpoint_file), "/var/lib/evenhand/checkpoints"),
    USERS("operators", operators),
    USERS("auditors", auditors),
    USERS("helpdesks", helpdesks),
    USERS("delegates", delegates),
    SWITCH("stream_signals", stream_signals, "on"),
    EH_YAML_ROW_VALUE("outbox", AT(outbox_json), encoding_read, "msgpack"),
    NUMBER("outbox_keep", outbox_keep, "1000000", 1, 1000000000),
    NUMBER("inbox_keep", inbox_keep, "0", 0, 1000000000),
    EH_YAML_ROW_VALUE("log_level", AT(log_level), level_read, "info"),
    {.name = "limits", .kind = EH_YAML_SECTION, .section = &limits},
};
static const struct eh_yaml_table table = {keys, COUNT(keys), true};

/* ---- The file. */

int eh_config_load(const char *path, struct eh_config **ret, struct eh_error *error)
{
    struct eh_config *config = calloc(1, sizeof *config);
    eh_require(config);
    int r = eh_yaml_read(path, &table, config, error);
    if (r == 0)
        *ret = config;
    else
        eh_config_free(config);
    return r;
}

void eh_config_free(struct eh_config *config)
{
    free(config);
}

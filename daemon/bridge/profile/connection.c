/*
 * connection: the table of a connection's keys, and the secrets beside it.
 */
#include "bridge/profile/connection.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/yaml_table.h"

#define RATE_MAX       100000
#define SWEEP_MAX      86400
#define PARK_AFTER_MAX 86400

/* ---- Values that are no plain text. */

static const char *owner_read(struct eh_yaml_value *value)
{
    static const char *const names[] = {"guard", "report", "off"};
    for (int i = 0; i < 3; i++)
        if (eh_str_equal(value->text, eh_str(names[i])))
            return *(enum eh_owner_mode *)value->field = (enum eh_owner_mode)i, NULL;
    return "is none of guard, report, off";
}

static const char *sweep_read(struct eh_yaml_value *value)
{
    int64_t seconds;
    if (eh_str_equal(value->text, eh_str("off")))
        return *(int64_t *)value->field = 0, NULL;
    if (eh_duration_parse(value->text, &seconds, NULL) < 0 || seconds < 1 || seconds > SWEEP_MAX)
        return "is neither off nor a duration of 1s to 24h, such as 60s";
    *(int64_t *)value->field = seconds;
    return NULL;
}

static const char *park_after_read(struct eh_yaml_value *value)
{
    int64_t seconds;
    if (eh_duration_parse(value->text, &seconds, NULL) < 0 || seconds < 1 ||
        seconds > PARK_AFTER_MAX)
        return "is no duration of 1s to 24h, such as 10m";
    *(int64_t *)value->field = seconds;
    return NULL;
}

/* 100/min */
static const char *rate_read(struct eh_yaml_value *value)
{
    static const struct unit {
        const char *name;
        int64_t seconds;
    } units[] = {{"s", 1}, {"min", 60}, {"h", 3600}};
    struct eh_str text = value->text;
    const char *slash = text.size ? memchr(text.data, '/', text.size) : NULL;
    size_t at = slash ? (size_t)(slash - text.data) : 0;
    int64_t count;
    if (!slash || eh_integer_parse(eh_str_n(text.data, at), &count, NULL) < 0 || count < 1 ||
        count > RATE_MAX)
        return "is no rate, such as 100/min; the units are s, min and h";
    struct eh_str unit = eh_str_n(slash + 1, text.size - at - 1);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (eh_str_equal(unit, eh_str(units[i].name)))
            return *(struct eh_rate *)value->field = (struct eh_rate){count, units[i].seconds},
                                    NULL;
    return "is no rate, such as 100/min; the units are s, min and h";
}

static const char *id_read(struct eh_yaml_value *value)
{
    if (!eh_id_valid(value->text))
        return "is no id: small letters, digits, '.', '_' and '-', at most 63";
    return eh_yaml_value_text(value);
}

static bool begins(struct eh_str text, const char *with)
{
    size_t size = strlen(with);
    return text.size > size && memcmp(text.data, with, size) == 0;
}

const char *eh_connection_url_fault(struct eh_str text)
{
    if (!begins(text, "https://") && !begins(text, "http://"))
        return "is no address that begins with https:// or http://";
    for (uint32_t i = 0; i < text.size; i++)
        if ((unsigned char)text.data[i] <= ' ' || strchr("\"\\@?#", text.data[i]))
            return "has a character that an address here may not have; log-ins go to secret_file";
    return text.size >= EH_URL_MAX ? "is too long" : NULL;
}

static const char *url_read(struct eh_yaml_value *value)
{
    const char *fault = eh_connection_url_fault(value->text);
    if (fault)
        return fault;
    while (value->text.data[value->text.size - 1] == '/')
        value->text.size--;
    return eh_yaml_value_text(value);
}

#define AT(field) EH_YAML_FIELD(struct eh_connection, field)
#define NEEDED(name_, field, read_)                                                                \
    {                                                                                              \
        .name = name_, .kind = EH_YAML_VALUE, AT(field), .read = read_, .required = true           \
    }

static const struct eh_yaml_key keys[] = {
    NEEDED("profile", profile, id_read),
    NEEDED("url", url, url_read),
    EH_YAML_ROW_TEXT("source", AT(source), NULL),
    EH_YAML_ROW_TEXT("account", AT(account), NULL),
    EH_YAML_ROW_PATH("secret_file", AT(secret_file), NULL),
    EH_YAML_ROW_PATH("webhook_secret_file", AT(webhook_secret_file), NULL),
    EH_YAML_ROW_PATH("ca_file", AT(ca_file), NULL),
    EH_YAML_ROW_VALUE("public", AT(public_url), url_read, NULL),
    EH_YAML_ROW_TEXT("listen", AT(listen), NULL),
    EH_YAML_ROW_TEXT("health", AT(health), NULL),
    EH_YAML_ROW_MAP("groups", AT(groups)),
    EH_YAML_ROW_MAP("kinds", AT(kinds)),
    EH_YAML_ROW_MAP("value", AT(value)),
    EH_YAML_ROW_MAP("outcomes", AT(outcomes)),
    EH_YAML_ROW_MAP("options", AT(options)),
    EH_YAML_ROW_LIST("nobody", AT(nobody)),
    {.name = "managers", .kind = EH_YAML_JSON, AT(managers)},
    EH_YAML_ROW_VALUE("owner", AT(owner), owner_read, "guard"),
    EH_YAML_ROW_VALUE("sweep", AT(sweep_s), sweep_read, "60s"),
    EH_YAML_ROW_VALUE("park_after", AT(park_after_s), park_after_read, "10m"),
    EH_YAML_ROW_VALUE("rate", AT(rate), rate_read, "100/min"),
    EH_YAML_ROW_PATH("profiles", AT(profiles), EH_PROFILES_FOLDER),
    EH_YAML_ROW_PATH("state", AT(state), NULL),
    EH_YAML_ROW_PATH("redis", AT(redis), "/run/redis/redis-server.sock"),
    EH_YAML_ROW_TEXT("redis_user", AT(redis_user), ""),
    EH_YAML_ROW_PATH("redis_password_file", AT(redis_password_file), NULL),
    EH_YAML_ROW_PATH("admin_socket", AT(admin_socket), "/run/evenhand/admin.sock"),
    EH_YAML_ROW_VALUE("desk", AT(desk), id_read, "main"),
};
static const struct eh_yaml_table table = {keys, sizeof keys / sizeof *keys, false};
_Static_assert(sizeof keys / sizeof *keys <= EH_YAML_KEYS_MAX, "as many as a table may have");

/* ---- A connection. */

static bool is_texts(const json_t *map, const char **ret_key)
{
    const json_t *value;
    json_object_foreach((json_t *)map, *ret_key,
                        value) if (!json_is_string(value) ||
                                   !json_string_length(value)) return false;
    return true;
}

/* Another word would have evenhand refuse each end, so that no ticket is ever over. */
static bool is_ends(const json_t *map, const char **ret_key)
{
    static const char *const ends[] = {"won", "lost", "resolved", "cancelled"};
    const json_t *value;
    json_object_foreach((json_t *)map, *ret_key, value)
    {
        bool known = false;
        for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
            known |= strcmp(json_string_value(value), ends[i]) == 0;
        if (!known)
            return false;
    }
    return true;
}

static bool is_kinds(const json_t *kinds, const char **ret_key)
{
    const json_t *fallback = json_object_get(kinds, *ret_key = "default");
    if (fallback && (!json_is_string(fallback) || !json_string_length(fallback)))
        return false;
    const json_t *map = json_object_get(kinds, *ret_key = "map");
    return !map || (json_is_object(map) && is_texts(map, ret_key));
}

static int check_words(const struct eh_connection *c, const char *path, struct eh_error *error)
{
    const char *key;
    if (!is_ends(c->outcomes, &key))
        return eh_error_set(error, EH_EINVAL,
                            "%s: outcomes: %s: is none of won, lost, resolved, cancelled", path,
                            key);
    if (!is_kinds(c->kinds, &key))
        return eh_error_set(error, EH_EINVAL,
                            "%s: kinds: %s: write {default: query, map: {theirs: ours}}", path,
                            key);
    return 0;
}

static int check_maps(const struct eh_connection *c, const char *path, struct eh_error *error)
{
    const char *key;
    if (json_object_size(c->groups) == 0)
        return eh_error_set(error, EH_EINVAL,
                            "%s: groups: has to name at least one group: {Sales: sales}", path);
    if (!is_texts(c->groups, &key))
        return eh_error_set(error, EH_EINVAL, "%s: groups: %s: a team's id stands behind a group",
                            path, key);
    if (!is_texts(c->outcomes, &key))
        return eh_error_set(error, EH_EINVAL, "%s: outcomes: %s: write {theirs: resolved}", path,
                            key);
    return check_words(c, path, error);
}

static bool is_list_of_texts(const json_t *list)
{
    size_t i;
    const json_t *item;
    json_array_foreach(list, i, item)
    {
        if (!json_is_string(item) || !json_string_length(item))
            return false;
    }
    return json_is_array(list);
}

/* A list of accounts, or {account: user}: then the list is made of it. */
static int managers_read(struct eh_connection *c, const char *path, struct eh_error *error)
{
    const char *key;
    if (!c->managers || is_list_of_texts(c->managers))
        return 0;
    if (!json_is_object(c->managers) || !is_texts(c->managers, &key))
        return eh_error_set(error, EH_EINVAL,
                            "%s: managers: write [account] or {account: their Unix user}", path);
    c->manager_users = c->managers;
    c->managers = json_array();
    const json_t *value;
    json_object_foreach(c->manager_users, key, value)
        json_array_append_new(c->managers, json_string(key));
    return 0;
}

static void fill(json_t **map, json_t *(*make)(void))
{
    if (!*map)
        *map = make();
}

static void complete(struct eh_connection *c, const char *name)
{
    eh_format(c->name, sizeof c->name, "%s", name);
    if (!c->source[0])
        eh_format(c->source, sizeof c->source, "%s", name);
    if (!c->state[0])
        eh_format(c->state, sizeof c->state, EH_BRIDGE_STATE "/%s", name);
    fill(&c->groups, json_object);
    fill(&c->kinds, json_object);
    fill(&c->value, json_object);
    fill(&c->outcomes, json_object);
    fill(&c->options, json_object);
    fill(&c->nobody, json_array);
    fill(&c->managers, json_array);
}

static int finish(struct eh_connection *c, int r, struct eh_connection **ret)
{
    if (r < 0)
        eh_connection_free(c);
    else
        *ret = c;
    return r;
}

int eh_connection_parse(struct eh_str text, const char *path, const char *name,
                        struct eh_connection **ret, struct eh_error *error)
{
    struct eh_connection *c = calloc(1, sizeof *c);
    if (!c)
        return eh_error_set(error, EH_ENOMEM, "%s: out of memory", path);
    int r = eh_yaml_parse(text, path, &table, c, error);
    complete(c, name);
    return finish(c, r, ret);
}

int eh_connection_load(const char *folder, const char *name, struct eh_connection **ret,
                       struct eh_error *error)
{
    char path[512];
    if (!eh_id_valid(eh_str(name)))
        return eh_error_set(error, EH_EINVAL,
                            "%.80s: is no name of a connection: small letters, digits, '.', '_' "
                            "and '-'",
                            name);
    if (eh_format(path, sizeof path, "%s/%s.yaml", folder, name) >= sizeof path)
        return eh_error_set(error, EH_EINVAL, "%s: the path is too long", folder);
    struct eh_connection *c = calloc(1, sizeof *c);
    if (!c)
        return eh_error_set(error, EH_ENOMEM, "%s: out of memory", path);
    int r = eh_yaml_read(path, &table, c, error);
    if (r == 0)
        r = managers_read(c, path, error);
    complete(c, name);
    if (r == 0)
        r = check_maps(c, path, error);
    return finish(c, r, ret);
}

/* ---- Secrets. */

static int refuse_open_file(const char *path, int fd, struct eh_error *error)
{
    struct stat st;
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        return eh_error_set(error, EH_EINVAL, "%s: is no file", path);
    if (st.st_mode & 0077)
        return eh_error_set(error, EH_EDENIED,
                            "%s: others may read this secret; `chmod 600` it and change it", path);
    return 0;
}

/* What an editor puts beside a secret without showing it: every signature would be wrong. */
static const char *secret_fault(const char *secret, size_t size)
{
    if (size == 0)
        return "the secret is empty";
    if (strncmp(secret, "\xef\xbb\xbf", 3) == 0 || strncmp(secret, "\xff\xfe", 2) == 0 ||
        strncmp(secret, "\xfe\xff", 2) == 0)
        return "begins with a byte order mark; save it as plain text without one";
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)secret[i] < ' ' || secret[i] == 127)
            return "has a tab or another control character; a secret is one line of text";
    if (secret[0] == ' ' || secret[size - 1] == ' ')
        return "begins or ends with a space; take it away";
    return NULL;
}

/* The first line, which may end with a newline. */
static int read_secret(const char *path, char *ret, size_t size, struct eh_error *error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return eh_error_set(error, errno == ENOENT ? EH_ENOTFOUND : EH_EDENIED,
                            "%s: the secret cannot be read: %s", path, strerror(errno));
    int r = refuse_open_file(path, fd, error);
    ssize_t n = r < 0 ? 0 : read(fd, ret, size - 1);
    close(fd);
    if (r < 0)
        return r;
    size_t line = 0, all = n < 0 ? 0 : (size_t)n;
    while (line < all && ret[line] != '\r' && ret[line] != '\n')
        line++;
    ret[line] = 0;
    const char *fault = secret_fault(ret, line);
    if (fault)
        return eh_error_set(error, EH_EINVAL, "%s: %s", path, fault);
    if (all == size - 1)
        return eh_error_set(error, EH_ERANGE, "%s: longer than a secret may be", path);
    return 0;
}

/* A credential that systemd hands over goes before the file: it has the file's last name. */
static int unlock(const char *file, char *ret, size_t size, struct eh_error *error)
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY"), *slash = strrchr(file, '/');
    char path[512];
    if (!file[0])
        return 0;
    if (folder &&
        eh_format(path, sizeof path, "%s/%s", folder, slash ? slash + 1 : file) < sizeof path &&
        access(path, R_OK) == 0)
        return read_secret(path, ret, size, error);
    return read_secret(file, ret, size, error);
}

int eh_connection_unlock(struct eh_connection *c, struct eh_error *error)
{
    int r = unlock(c->secret_file, c->secret, sizeof c->secret, error);
    if (r == 0)
        r = unlock(c->webhook_secret_file, c->webhook_secret, sizeof c->webhook_secret, error);
    if (r < 0)
        eh_connection_wipe(c);
    return r;
}

int eh_connection_redis_password(const struct eh_connection *c, char *ret, size_t size,
                                 struct eh_error *error)
{
    ret[0] = 0;
    return unlock(c->redis_password_file, ret, size, error);
}

void eh_connection_wipe(struct eh_connection *c)
{
    explicit_bzero(c->secret, sizeof c->secret);
    explicit_bzero(c->webhook_secret, sizeof c->webhook_secret);
}

void eh_connection_free(struct eh_connection *c)
{
    if (!c)
        return;
    eh_connection_wipe(c);
    json_decref(c->manager_users);
    eh_yaml_done(&table, c);
    free(c);
}

/* ---- What others see of it. */

json_t *eh_connection_public(const struct eh_connection *c)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:O, s:O, s:O, s:O, s:O, s:O, s:O}", "name", c->name,
                     "url", c->url, "source", c->source, "account", c->account, "groups", c->groups,
                     "kinds", c->kinds, "value", c->value, "outcomes", c->outcomes, "nobody",
                     c->nobody, "managers", c->managers, "options", c->options);
}

bool eh_account_same(const char *a, const char *b)
{
    return a == b || (a && b && strcasecmp(a, b) == 0);
}

bool eh_account_listed(const json_t *list, const char *account)
{
    size_t i;
    const json_t *item;
    json_array_foreach(list, i, item)
    {
        if (eh_account_same(json_string_value(item), account))
            return true;
    }
    return false;
}

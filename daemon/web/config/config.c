/* config: the table of keys, and what has to fit together. */
#include "web/config/config.h"

#include <stdlib.h>

#include "host/yaml_table.h"

static bool begins(struct eh_str text, const char *with)
{
    size_t size = strlen(with);
    return text.size > size && memcmp(text.data, with, size) == 0;
}

/* Behind the scheme; NULL: this is no address of the web. */
static const char *web_address(struct eh_str text)
{
    if (!begins(text, "https://") && !begins(text, "http://"))
        return NULL;
    for (uint32_t i = 0; i < text.size; i++)
        if ((unsigned char)text.data[i] <= ' ' || strchr("\"'<>\\`", text.data[i]))
            return NULL;
    return strstr(text.data, "://") + 3;
}

static const char *public_read(struct eh_yaml_value *value)
{
    struct eh_str text = value->text;
    const char *host = web_address(text);
    while (host && text.data[text.size - 1] == '/')
        text.size--;
    size_t rest = host ? text.size - (size_t)(host - text.data) : 0;
    if (!host || rest == 0 || memchr(host, '/', rest) || memchr(host, '?', rest) ||
        memchr(host, '@', rest))
        return "is no address such as https://desk.example";
    if (text.size >= EH_WEB_URL_MAX || rest >= sizeof(((struct eh_web_config *)0)->host))
        return "is too long";
    value->text = text;
    return eh_yaml_value_text(value);
}

static const char *ticket_url_read(struct eh_yaml_value *value)
{
    struct eh_str text = value->text;
    if (text.size >= EH_WEB_URL_MAX)
        return "is too long";
    if (text.size > 0 && (!web_address(text) || !strstr(text.data, "{id}")))
        return "is no address with {id} in it, such as https://desk.example/ticket/{id}";
    value->text = text;
    return eh_yaml_value_text(value);
}

static const char *header_read(struct eh_yaml_value *value)
{
    struct eh_str text = value->text;
    if (text.size >= sizeof(((struct eh_web_config *)0)->proxy_header))
        return "is too long";
    for (uint32_t i = 0; i < text.size; i++)
        if (text.data[i] != '-' && (text.data[i] < '0' || text.data[i] > '9') &&
            ((text.data[i] | 0x20) < 'a' || (text.data[i] | 0x20) > 'z'))
            return "is no name of a header, such as Remote-User";
    value->text = text;
    return eh_yaml_value_text(value);
}

#define AT(field) EH_YAML_FIELD(struct eh_web_config, field)

static const struct eh_yaml_key keys[] = {
    EH_YAML_ROW_TEXT("listen", AT(listen), "127.0.0.1:8470"),
    EH_YAML_ROW_TEXT("listen_group", AT(listen_group), NULL),
    EH_YAML_ROW_VALUE("public", AT(public_url), public_read, NULL),
    EH_YAML_ROW_PATH("admin_socket", AT(admin_socket), "/run/evenhand/admin.sock"),
    EH_YAML_ROW_LIST("sign_in", AT(sign_in)),
    EH_YAML_ROW_VALUE("proxy_header", AT(proxy_header), header_read, "Remote-User"),
    EH_YAML_ROW_VALUE("ticket_url", AT(ticket_url), ticket_url_read, NULL),
    EH_YAML_ROW_PATH("key_file", AT(key_file), "/var/lib/evenhand-web/key"),
    EH_YAML_ROW_PATH("state", AT(state), "/var/lib/evenhand-web"),
};
static const struct eh_yaml_table table = {keys, sizeof keys / sizeof *keys, false};

bool eh_web_config_is_unix(const struct eh_web_config *config)
{
    return config->listen[0] == '/';
}

bool eh_web_config_is_tls(const struct eh_web_config *config)
{
    return begins(eh_str(config->public_url), "https://");
}

static int take_sign_in(struct eh_web_config *config, const char *path, struct eh_error *error)
{
    size_t i;
    const json_t *item;
    config->by_links = !config->sign_in;
    json_array_foreach(config->sign_in, i, item)
    {
        const char *way = json_string_value(item);
        bool links = strcmp(way, "links") == 0, proxy = strcmp(way, "proxy") == 0;
        if (!links && !proxy)
            return eh_error_set(error, EH_EINVAL, "%s: sign_in: %.40s: there are links and proxy",
                                path, way);
        config->by_links |= links;
        config->by_proxy |= proxy;
    }
    if (!config->by_links && !config->by_proxy)
        return eh_error_set(error, EH_EINVAL, "%s: sign_in: [] lets nobody in", path);
    if (config->by_proxy && !eh_web_config_is_unix(config))
        return eh_error_set(error, EH_EINVAL,
                            "%s: sign_in: proxy needs a Unix socket to listen on: over TCP anybody "
                            "could send the header",
                            path);
    return 0;
}

static int complete(struct eh_web_config *config, const char *path, struct eh_error *error)
{
    int r = take_sign_in(config, path, error);
    if (r < 0)
        return r;
    if (!config->public_url[0] && eh_web_config_is_unix(config))
        return eh_error_set(error, EH_EINVAL,
                            "%s: public: has to be given beside a Unix socket: the address that "
                            "people reach it by, such as https://desk.example",
                            path);
    if (!config->public_url[0])
        eh_format(config->public_url, sizeof config->public_url, "http://%s", config->listen);
    eh_format(config->host, sizeof config->host, "%s", strstr(config->public_url, "://") + 3);
    return 0;
}

static int finish(int r, struct eh_web_config *config, const char *path, struct eh_web_config **ret,
                  struct eh_error *error)
{
    if (r == 0)
        r = complete(config, path, error);
    if (r < 0)
        eh_web_config_free(config);
    else
        *ret = config;
    return r;
}

int eh_web_config_parse(struct eh_str text, const char *path, struct eh_web_config **ret,
                        struct eh_error *error)
{
    struct eh_web_config *config = calloc(1, sizeof *config);
    eh_require(config);
    int r = eh_yaml_parse(text, path, &table, config, error);
    return finish(r, config, path, ret, error);
}

int eh_web_config_load(const char *path, struct eh_web_config **ret, struct eh_error *error)
{
    struct eh_web_config *config = calloc(1, sizeof *config);
    eh_require(config);
    int r = eh_yaml_read(path, &table, config, error);
    return finish(r, config, path, ret, error);
}

void eh_web_config_free(struct eh_web_config *config)
{
    if (!config)
        return;
    eh_yaml_done(&table, config);
    free(config);
}

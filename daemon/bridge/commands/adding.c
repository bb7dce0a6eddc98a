/* adding: what a connection begins with, and the text of its file. */
#include "bridge/commands/adding.h"

#include <dirent.h>
#include <stdlib.h>

/* ---- Begin and end. */

static void put_text(struct eh_bytes *, const char *key, const char *text);

/* From here, where the command line was written, and not from the folder of the file. */
static void put_path(struct eh_bytes *out, const char *key, const char *path)
{
    char *whole = path ? realpath(path, NULL) : NULL;
    if (path)
        put_text(out, key, whole ? whole : path);
    free(whole);
}

/* What was said on the command line. */
static void put_given(struct eh_bytes *out, const struct eh_bridge_call *call, const char *url)
{
    eh_bytes_put_text(out, "profile: %s\n", call->name);
    put_text(out, "url", url);
    put_path(out, "ca_file", call->ca);
    put_path(out, "profiles", call->profiles);
    put_path(out, "admin_socket", call->socket);
}

static int connection_begin(struct eh_adding *adding, struct eh_error *error)
{
    struct eh_bytes text = EH_BYTES_INIT;
    put_given(&text, adding->call, adding->call->words[0]);
    int r = text.failed
                ? eh_error_set(error, EH_ENOMEM, "out of memory")
                : eh_connection_parse(eh_str_n((const char *)text.data, text.size), adding->path,
                                      adding->name, &adding->connection, error);
    eh_bytes_done(&text);
    return r;
}

int eh_adding_begin(const struct eh_bridge_call *call, struct eh_adding *ret,
                    struct eh_error *error)
{
    *ret = (struct eh_adding){
        .call = call, .name = call->rename ? call->rename : call->name, .accounts = json_object()};
    eh_people_begin(&ret->people);
    eh_format(ret->path, sizeof ret->path, "%s/%s.yaml", call->folder, ret->name);
    eh_format(ret->token_path, sizeof ret->token_path, "%s/%s.token", call->folder, ret->name);
    eh_format(ret->hook_path, sizeof ret->hook_path, "%s/%s.hook", call->folder, ret->name);
    int r = eh_profile_load(call->profiles ? call->profiles : EH_PROFILES_FOLDER, call->name,
                            &ret->profile, error);
    return r < 0 ? r : connection_begin(ret, error);
}

void eh_adding_done(struct eh_adding *adding)
{
    eh_people_done(&adding->people);
    json_decref(adding->desk);
    json_decref(adding->accounts);
    eh_connection_free(adding->connection);
    eh_profile_free(adding->profile);
    *adding = (struct eh_adding){0};
}

/* ---- Where webhooks come: a port that no other connection has. */

static bool listens_at(const struct eh_adding *adding, const char *file, const char *address)
{
    struct eh_connection *other;
    char name[EH_ID_MAX + 1];
    const char *dot = strrchr(file, '.');
    if (!dot || strcmp(dot, ".yaml") != 0 ||
        eh_format(name, sizeof name, "%.*s", (int)(dot - file), file) >= sizeof name ||
        eh_connection_load(adding->call->folder, name, &other, NULL) < 0)
        return false;
    bool same = strcmp(other->listen, address) == 0 || strcmp(other->health, address) == 0;
    eh_connection_free(other);
    return same;
}

static bool is_taken(const struct eh_adding *adding, const char *address)
{
    bool taken = false;
    DIR *folder = opendir(adding->call->folder);
    for (const struct dirent *entry; folder && !taken && (entry = readdir(folder));)
        taken = listens_at(adding, entry->d_name, address);
    if (folder)
        closedir(folder);
    return taken;
}

static void listen_find(const struct eh_adding *adding, char *ret, size_t size)
{
    for (int i = 0; i <= EH_ADDING_PORTS_MAX; i++) { /* the last is taken without a look */
        eh_format(ret, size, "127.0.0.1:%d", EH_ADDING_PORT + i);
        if (i == EH_ADDING_PORTS_MAX || !is_taken(adding, ret))
            break;
    }
}

/* ---- The text. */

static void put_json(struct eh_bytes *out, const char *key, const json_t *value)
{
    char *text = json_dumps(value, JSON_ENCODE_ANY);
    if (text)
        eh_bytes_put_text(out, "%s: %s\n", key, text);
    else
        out->failed = true;
    free(text);
}

static void put_text(struct eh_bytes *out, const char *key, const char *text)
{
    json_t *value = json_string(text);
    put_json(out, key, value);
    json_decref(value);
}

/* Without its path: what a signature over the address has before the path of the request. */
static void put_public(struct eh_bytes *out, const char *address)
{
    char host[EH_URL_MAX];
    const char *slash = strchr(strstr(address, "//") + 2, '/');
    eh_format(host, sizeof host, "%.*s", slash ? (int)(slash - address) : EH_URL_MAX, address);
    put_text(out, "public", host);
}

static void put_webhooks(struct eh_bytes *out, const struct eh_adding *adding)
{
    char listen[64];
    if (!adding->address[0]) {
        eh_bytes_put_text(out, "# No webhooks come: sweeps alone.\n");
        return;
    }
    listen_find(adding, listen, sizeof listen);
    eh_bytes_put_text(out, "webhook_secret_file: %s.hook\n", adding->name);
    put_text(out, "listen", listen);
    put_public(out, adding->address);
}

char *eh_adding_text(const struct eh_adding *adding)
{
    const struct eh_connection *c = adding->connection;
    struct eh_bytes out = EH_BYTES_INIT;
    eh_bytes_put_text(&out, "# Written by evenhand-bridge add; yours to change.\n");
    put_given(&out, adding->call, c->url);
    eh_bytes_put_text(&out, "secret_file: %s.token\n", adding->name);
    put_webhooks(&out, adding);
    put_text(&out, "account", c->account);
    put_json(&out, "groups", c->groups);
    if (json_object_size(c->options) > 0)
        put_json(&out, "options", c->options);
    eh_bytes_put_text(&out, "kinds: {default: query}   # and {field: …}, {map: {theirs: ours}}\n"
                            "# value: {field: …}       # where a ticket's value is\n"
                            "# managers: []            # accounts that may set owners\n"
                            "owner: guard              # guard | report | off\n");
    eh_bytes_put_u8(&out, 0);
    if (!out.failed)
        return (char *)out.data;
    eh_bytes_done(&out);
    return NULL;
}

/*
 * config: defaults, every key, every way to be refused, each with its file and line.
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "config.h"
#include "host/yaml_table.h"

TestSuite(config, .timeout = 600);

static char folder[64], path[128];

static void make_folder(void)
{
    strcpy(folder, "/tmp/evenhand-config-XXXXXX");
    cr_assert(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/evenhandd.yaml", folder);
}

static void remove_folder(void)
{
    unlink(path);
    rmdir(folder);
}

static int load(const char *text, struct eh_config **ret, struct eh_error *error)
{
    FILE *file = fopen(path, "w");
    cr_assert(file);
    fputs(text, file);
    fclose(file);
    return eh_config_load(path, ret, error);
}

static struct eh_config *loaded(const char *text)
{
    struct eh_config *config = NULL;
    struct eh_error error = {0};
    cr_assert_eq(load(text, &config, &error), 0, "%s", error.text);
    return config;
}

/* The sentence begins behind the path: ":LINE: …". */
static void expect_refused(const char *text, const char *sentence)
{
    struct eh_config *config = NULL;
    struct eh_error error = {0};
    cr_expect_lt(load(text, &config, &error), 0, "%s", text);
    cr_expect_null(config);
    cr_assert_eq(strncmp(error.text, path, strlen(path)), 0, "%s", error.text);
    cr_expect_str_eq(error.text + strlen(path), sentence);
}

Test(config, an_empty_file_gives_the_defaults, .init = make_folder, .fini = remove_folder)
{
    static const char *const empty[] = {"", "# nothing\n", "---\n", "{}\n",
                                        "limits:\noperators:\nkey_file:\n"};
    for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++) {
        struct eh_config *c = loaded(empty[i]);
        cr_expect_str_eq(c->desk, "/etc/evenhand/desk.yaml");
        cr_expect_str_eq(c->redis, "/run/redis/redis-server.sock");
        cr_expect_str_eq(c->redis_user, "");
        cr_expect_str_eq(c->redis_password_file, "");
        cr_expect_str_eq(c->postgres, "host=/run/postgresql dbname=evenhand");
        cr_expect_str_eq(c->admin_socket, "/run/evenhand/admin.sock");
        cr_expect_str_eq(c->admin_group, "");
        cr_expect_str_eq(c->key_file, "/var/lib/evenhand/master.key");
        cr_expect_str_eq(c->checkpoint_file, "/var/lib/evenhand/checkpoints");
        cr_expect(c->stream_signals);
        cr_expect_not(c->outbox_json);
        cr_expect_eq(c->outbox_keep, 1000000);
        cr_expect_eq(c->inbox_keep, 0);
        cr_expect_eq(c->inflight_entries, 1024);
        cr_expect_eq(c->inflight_bytes, 4 << 20);
        cr_expect_eq(c->admin_connections, 64);
        cr_expect_eq(c->admin_connections_per_user, 8);
        cr_expect_eq(c->open_tickets, 200000);
        cr_expect_eq(c->snapshot_inputs, 100000);
        cr_expect_eq(c->snapshot_seconds, 600);
        cr_expect_eq(c->log_level, EH_LOG_INFO);
        cr_expect_eq(
            c->operators.count + c->auditors.count + c->helpdesks.count + c->delegates.count, 0);
        eh_config_free(c);
    }
}

Test(config, takes_every_key, .init = make_folder, .fini = remove_folder)
{
    struct eh_config *c = loaded("desk_file: /d.yaml\n"
                                 "redis: \"[::1]:7000\"\n"
                                 "redis_user: evenhand\n"
                                 "redis_password_file: /p\n"
                                 "postgres: host=/x dbname=y\n"
                                 "admin_socket: /a.sock\n"
                                 "admin_group: helpdesk\n"
                                 "key_file: /k\n"
                                 "operators: [root, {group: ops}]\n"
                                 "auditors: [ida]\n"
                                 "helpdesks:\n  - zammad\n  - group: desks\n"
                                 "  - {user: rt-bridge, sources: [rt, \"rt 2\"]}\n"
                                 "  - {sources: [glpi], group: glpi}\n  - {user: plain}\n"
                                 "delegates: [evenhand-web, wall]\n"
                                 "stream_signals: off\n"
                                 "outbox: json\n"
                                 "outbox_keep: 5\n"
                                 "inbox_keep: 6\n"
                                 "limits:\n"
                                 "  in_flight: 7\n"
                                 "  in_flight_bytes: 100000\n"
                                 "  admin_connections: 9\n"
                                 "  admin_connections_per_user: 10\n"
                                 "  open_tickets: 13\n"
                                 "  snapshot_inputs: 11\n"
                                 "  snapshot_seconds: 12\n"
                                 "log_level: debug\n");
    cr_expect_str_eq(c->desk, "/d.yaml");
    cr_expect_str_eq(c->redis, "[::1]:7000");
    cr_expect_str_eq(c->redis_user, "evenhand");
    cr_expect_str_eq(c->redis_password_file, "/p");
    cr_expect_str_eq(c->postgres, "host=/x dbname=y");
    cr_expect_str_eq(c->admin_socket, "/a.sock");
    cr_expect_str_eq(c->admin_group, "helpdesk");
    cr_expect_str_eq(c->key_file, "/k");
    cr_expect_eq(c->operators.count, 2);
    cr_expect_str_eq(c->operators.items[0].name, "root");
    cr_expect_not(c->operators.items[0].is_group);
    cr_expect_str_eq(c->operators.items[1].name, "ops");
    cr_expect(c->operators.items[1].is_group);
    cr_expect_str_eq(c->auditors.items[0].name, "ida");
    cr_expect_str_eq(c->helpdesks.items[1].name, "desks");
    cr_assert_eq(c->helpdesks.count, 5);
    cr_expect_eq(c->helpdesk_sources[0].count + c->helpdesk_sources[1].count, 0);
    cr_expect_str_eq(c->helpdesks.items[2].name, "rt-bridge");
    cr_expect_not(c->helpdesks.items[2].is_group);
    cr_assert_eq(c->helpdesk_sources[2].count, 2);
    cr_expect_str_eq(c->helpdesk_sources[2].items[0], "rt");
    cr_expect_str_eq(c->helpdesk_sources[2].items[1], "rt 2");
    cr_expect(c->helpdesks.items[3].is_group);
    cr_expect_str_eq(c->helpdesk_sources[3].items[0], "glpi");
    cr_expect_str_eq(c->helpdesks.items[4].name, "plain");
    cr_expect_eq(c->helpdesk_sources[4].count, 0);
    cr_expect_eq(c->delegates.count, 2);
    cr_expect_str_eq(c->delegates.items[1].name, "wall");
    cr_expect_not(c->stream_signals);
    cr_expect(c->outbox_json);
    cr_expect_eq(c->outbox_keep, 5);
    cr_expect_eq(c->inbox_keep, 6);
    cr_expect_eq(c->inflight_entries, 7);
    cr_expect_eq(c->inflight_bytes, 100000);
    cr_expect_eq(c->admin_connections, 9);
    cr_expect_eq(c->admin_connections_per_user, 10);
    cr_expect_eq(c->open_tickets, 13);
    cr_expect_eq(c->snapshot_inputs, 11);
    cr_expect_eq(c->snapshot_seconds, 12);
    cr_expect_eq(c->log_level, EH_LOG_DEBUG);
    eh_config_free(c);
}

Test(config, relative_paths_are_in_the_folder_of_the_file, .init = make_folder,
     .fini = remove_folder)
{
    char expected[160];
    struct eh_config *c = loaded("desk_file: desk.yaml\nredis: redis.sock\nkey_file: a/b\n");
    snprintf(expected, sizeof expected, "%s/desk.yaml", folder);
    cr_expect_str_eq(c->desk, expected);
    snprintf(expected, sizeof expected, "%s/redis.sock", folder);
    cr_expect_str_eq(c->redis, expected);
    snprintf(expected, sizeof expected, "%s/a/b", folder);
    cr_expect_str_eq(c->key_file, expected);
    eh_config_free(c);
    c = loaded("redis: 127.0.0.1:6379\n");
    cr_expect_str_eq(c->redis, "127.0.0.1:6379");
    eh_config_free(c);
    c = loaded("redis: unix:/r/s\n");
    cr_expect_str_eq(c->redis, "/r/s");
    eh_config_free(c);
}

Test(config, says_what_is_wrong_and_where, .init = make_folder, .fini = remove_folder)
{
    expect_refused("\n\nredis_port: 1\n", ":3: redis_port: unknown key; did you mean `redis`?");
    expect_refused("desk_flie: x\n", ":1: desk_flie: unknown key; did you mean `desk_file`?");
    expect_refused("zzz: x\n", ":1: zzz: unknown key");
    expect_refused("limits:\n  in_flihgt: 1\n",
                   ":2: limits.in_flihgt: unknown key; did you mean `in_flight`?");
    expect_refused("limits: 5\n", ":1: limits: not a mapping of keys to values");
    expect_refused("limits: {in_flight: 0}\n",
                   ":1: limits.in_flight: `0` is not within 1 and 65536");
    expect_refused("inbox_keep: many\n", ":1: inbox_keep: `many` is not a whole number");
    expect_refused("inbox_keep: 1.5\n", ":1: inbox_keep: `1.5` is not a whole number");
    expect_refused("inbox_keep: -1\n", ":1: inbox_keep: `-1` is not within 0 and 1000000000");
    expect_refused("inbox_keep: [1]\n", ":1: inbox_keep: not a single value");
    expect_refused("stream_signals: yes\n", ":1: stream_signals: `yes` is neither on nor off");
    expect_refused("outbox: xml\n", ":1: outbox: `xml` is neither msgpack nor json");
    expect_refused("log_level: loud\n",
                   ":1: log_level: `loud` is none of error, warning, info, debug");
    expect_refused("operators: ana\n", ":1: operators: not a list; write [ana, {group: leads}]");
    expect_refused("operators:\n- ana\n- {team: x}\n",
                   ":3: operators: an item is a user's name or {group: NAME}");
    expect_refused("operators: [\"\"]\n",
                   ":1: operators: an item is a user's name or {group: NAME}");
    expect_refused("operators: [[ana]]\n",
                   ":1: operators: an item is a user's name or {group: NAME}");
    static const char *const helpdesks[] = {"{group: a, user: b}",
                                            "{user: a, source: [rt]}",
                                            "{sources: [rt]}",
                                            "{user: [a]}",
                                            "[a]",
                                            "{user: a, sources: [rt], more: x}",
                                            "{user: a, user: b}",
                                            "\"\""};
    for (size_t i = 0; i < sizeof helpdesks / sizeof *helpdesks; i++) {
        char text[128];
        snprintf(text, sizeof text, "helpdesks:\n- %s\n", helpdesks[i]);
        expect_refused(text, ":2: helpdesks: an item is a user's name, {user: NAME} or {group: "
                             "NAME}; the last two may have sources: [SOURCE, ...]");
    }
    expect_refused("helpdesks:\n- {user: a, sources: rt}\n",
                   ":2: helpdesks: sources: a list of one or more, as [rt]");
    expect_refused("helpdesks:\n- {user: a, sources: []}\n",
                   ":2: helpdesks: sources: a list of one or more, as [rt]");
    expect_refused("helpdesks:\n- {user: a, sources: [\"\"]}\n",
                   ":2: helpdesks: sources: an item is the source of tickets, 1 to 128 bytes");
    static const char *const delegates[] = {"{group: web}", "[web]", "\"\"", "\"a b\""};
    for (size_t i = 0; i < sizeof delegates / sizeof *delegates; i++) {
        char text[64];
        snprintf(text, sizeof text, "delegates:\n- %s\n", delegates[i]);
        expect_refused(text, ":2: delegates: an item is a user's name of 1 to 62 bytes");
    }
    expect_refused("operators:\n- {user: a}\n",
                   ":2: operators: an item is a user's name or {group: NAME}");
    expect_refused("key_file: a\nkey_file: b\n", ":2: key_file: given twice");
    expect_refused("limits: {}\nlimits: {}\n", ":2: limits: given twice");
    expect_refused("[a]: b\n", ":1: a key must be a single word");
    expect_refused("key_file: \"\"\n", ":1: key_file: `` may not be empty");
    expect_refused("- a\n", ":1: not a mapping of keys to values");
    expect_refused("admin_group: \"a\\nb\"\n",
                   ":1: admin_group: `a?b` contains control characters");
    expect_refused(
        "redis: localhost:6379\n",
        ":1: redis: `localhost` is no IP address: host names are refused, because looking "
        "one up would hold the daemon up; write the address");
    expect_refused("a: b\n---\n{}\n", ":1: a: unknown key");
    expect_refused("{}\n---\n{}\n", ":3: a second document: there may be only one");
    expect_refused("key_file: [\n", ":2: this is no YAML: did not find expected node content");
    expect_refused("postgres: host\n",
                   ":1: postgres: missing \"=\" after \"host\" in connection info string");
    expect_refused("postgres: hots=/x\n", ":1: postgres: invalid connection option \"hots\"");
}

Test(config, paths_that_do_not_fit_are_refused, .init = make_folder, .fini = remove_folder)
{
    char text[600];
    char deep[500];
    memset(deep, 'x', sizeof deep);
    deep[0] = '/';
    snprintf(text, sizeof text, "admin_socket: %.107s\n", deep);
    eh_config_free(loaded(text));
    struct eh_config *config;
    snprintf(text, sizeof text, "admin_socket: %.108s\n", deep);
    expect_refused(text, ":1: admin_socket: is longer than 107 bytes");
    snprintf(text, sizeof text, "redis: %.107s\n", deep);
    eh_config_free(loaded(text));
    snprintf(text, sizeof text, "redis: %.108s\n", deep);
    cr_expect_lt(load(text, &config, NULL), 0);
}

Test(config, bounds_of_lists_and_files, .init = make_folder, .fini = remove_folder)
{
    char *text = malloc(1 << 20);
    size_t used = (size_t)sprintf(text, "operators:\n");
    for (int i = 0; i < EH_CONFIG_USERS_MAX; i++)
        used += (size_t)sprintf(text + used, "- u%d\n", i);
    struct eh_config *c = loaded(text);
    cr_expect_eq(c->operators.count, EH_CONFIG_USERS_MAX);
    eh_config_free(c);
    strcpy(text + used, "- more\n");
    expect_refused(text, ":66: operators: more than 64 items; use a group");
    sprintf(text, "delegates: [%062d]\n", 1);
    eh_config_free(loaded(text));
    sprintf(text, "delegates: [%063d]\n", 1);
    expect_refused(text, ":1: delegates: an item is a user's name of 1 to 62 bytes");
    memset(text, '#', EH_YAML_FILE_MAX + 1);
    text[EH_YAML_FILE_MAX + 1] = 0;
    expect_refused(text, ":1: larger than 262144 bytes");
    free(text);
}

/* A source as long as it may be, and as many as there may be. */
static const char *sources_text(int count, int size)
{
    static char text[EH_CONFIG_SOURCES_MAX * 8 + EH_NAME_MAX + 64];
    int used = sprintf(text, "helpdesks:\n- {user: a, sources: [");
    for (int i = 1; i < count; i++)
        used += sprintf(text + used, "s%d, ", i);
    memset(text + used, 'x', (size_t)size);
    strcpy(text + used + size, "]}\n");
    return text;
}

Test(config, bounds_of_sources, .init = make_folder, .fini = remove_folder)
{
    struct eh_config *c = loaded(sources_text(EH_CONFIG_SOURCES_MAX, EH_NAME_MAX));
    cr_expect_eq(c->helpdesk_sources[0].count, EH_CONFIG_SOURCES_MAX);
    cr_expect_eq(strlen(c->helpdesk_sources[0].items[EH_CONFIG_SOURCES_MAX - 1]), EH_NAME_MAX);
    eh_config_free(c);
    expect_refused(sources_text(EH_CONFIG_SOURCES_MAX + 1, 1),
                   ":2: helpdesks: sources: more than 16 items");
    expect_refused(sources_text(1, EH_NAME_MAX + 1),
                   ":2: helpdesks: sources: an item is the source of tickets, 1 to 128 bytes");
}

Test(config, a_missing_file_is_said_to_be_missing)
{
    struct eh_config *config = NULL;
    struct eh_error error = {0};
    cr_expect_eq(eh_config_load("/nowhere/evenhandd.yaml", &config, &error), -EH_ENOTFOUND);
    cr_expect_str_eq(error.text, "/nowhere/evenhandd.yaml: No such file or directory");
}

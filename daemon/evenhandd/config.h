/*
 * config: evenhandd.yaml, read into one struct by one table of keys.
 *
 * Unknown keys, wrong types and values outside their bounds are refused with file and line, all
 * before anything is opened. Relative paths are taken from the folder of the config file.
 *
 *     struct eh_config *config;
 *     if (eh_config_load("/etc/evenhand/evenhandd.yaml", &config, &error) < 0)
 *         // "/etc/evenhand/evenhandd.yaml:7: redis_port: unknown key; did you mean `redis`?"
 *     eh_config_free(config);
 */
#ifndef EVENHAND_CONFIG_H
#define EVENHAND_CONFIG_H

#include <evenhand/base/base.h>

#include "host/log.h"

#define EH_CONFIG_USERS_MAX   64
#define EH_CONFIG_SOURCES_MAX 16  /* of a helpdesk */
#define EH_SOCKET_PATH_MAX    107 /* bytes; EH_HTTP_PATH_MAX of http/socket.h */

struct eh_config_user {
    char name[64];
    bool is_group;
};

struct eh_config_users {
    struct eh_config_user items[EH_CONFIG_USERS_MAX];
    uint32_t count;
};

/* The sources of an item of `helpdesks`; none: see eh_peer_owns_source(). */
struct eh_config_sources {
    char items[EH_CONFIG_SOURCES_MAX][EH_NAME_MAX + 1];
    uint32_t count;
};

struct eh_config {
    char desk[4096]; /* desk_file: path of the desk file */
    char redis[256]; /* redis: "/path/redis.sock", or "127.0.0.1:6379" / "[::1]:6379" */
    char redis_user[64], redis_password_file[4096]; /* optional: AUTH */
    char postgres[1024];                            /* postgres: conninfo */
    char admin_socket[EH_SOCKET_PATH_MAX + 1];      /* admin_socket */
    char admin_group[64];       /* admin_group: group of the socket; empty: own */
    char key_file[4096];        /* key_file: master key, made at the first start */
    char checkpoint_file[4096]; /* checkpoint_file: digests are appended to it now and then */
    struct eh_config_users operators, auditors, helpdesks;
    struct eh_config_users delegates; /* users alone, no groups: they ask for others */
    struct eh_config_sources helpdesk_sources[EH_CONFIG_USERS_MAX]; /* of helpdesks.items */
    bool stream_signals;                                            /* on */
    bool outbox_json;                                               /* outbox: msgpack | json */
    int64_t outbox_keep;                                            /* 1,000,000 entries */
    int64_t inbox_keep;                                             /* 0 entries */
    int64_t inflight_entries;                                       /* limits.in_flight: 1,024 */
    int64_t inflight_bytes;                                /* limits.in_flight_bytes: 4 MiB */
    int64_t admin_connections, admin_connections_per_user; /* limits: 64, 8 */
    int64_t open_tickets;                                  /* limits.open_tickets: 200,000 */
    int64_t snapshot_inputs, snapshot_seconds;             /* limits: 100,000, 600 */
    enum eh_log_level log_level;                           /* info */
};

int eh_config_load(const char *path, struct eh_config **ret, struct eh_error *) EH_MUST_CHECK;
void eh_config_free(struct eh_config *);

#endif

/*
 * connection: one helpdesk as /etc/evenhand/bridge.d/NAME.yaml describes it, with its secrets.
 *
 *     struct eh_connection *connection;
 *     r = eh_connection_load("/etc/evenhand/bridge.d", "help", &connection, &error);
 *     r = eh_connection_unlock(connection, &error);       // reads the secrets
 *     eh_connection_free(connection);                     // wipes them
 */
#ifndef EVENHAND_BRIDGE_PROFILE_CONNECTION_H
#define EVENHAND_BRIDGE_PROFILE_CONNECTION_H

#include <jansson.h>

#include <evenhand/base/base.h>

#define EH_CONNECTIONS_FOLDER "/etc/evenhand/bridge.d"
#define EH_PROFILES_FOLDER    "/usr/share/evenhand/bridge"
#define EH_BRIDGE_STATE       "/var/lib/evenhand-bridge"

#define EH_URL_MAX    512  /* bytes of the helpdesk's address */
#define EH_SECRET_MAX 1024 /* bytes of a secret */

/* What becomes of an owner that somebody else has set in the helpdesk. */
enum eh_owner_mode {
    EH_OWNER_GUARD,  /* set back, but for one set by one of `managers` */
    EH_OWNER_REPORT, /* told to evenhand */
    EH_OWNER_OFF     /* nothing */
};

struct eh_rate {
    int64_t count; /* requests ... */
    int64_t per_s; /* ... in so many seconds */
};

struct eh_connection {
    char name[EH_ID_MAX + 1];
    char profile[EH_ID_MAX + 1];
    char profiles[256];   /* the folder of profiles */
    char url[EH_URL_MAX]; /* without a slash at its end */
    char source[EH_NAME_MAX + 1];
    char account[EH_NAME_MAX + 1]; /* our own at the helpdesk, or "" */
    char secret_file[256], webhook_secret_file[256];
    char
        ca_file[256]; /* certificates that the helpdesk's is checked against, or "": the system's */
    char public_url[EH_URL_MAX]; /* where webhooks are sent to, without a path; for {url} */
    char listen[128];            /* "127.0.0.1:8399" or a path; "": no webhooks, sweeps alone */
    char health[128];            /* the same, for /healthz and /metrics */
    char state[256]; /* the folder for cursor, parked and lock: of this connection alone */
    char redis[108], redis_user[64], redis_password_file[256];
    char admin_socket[108];
    char desk[EH_ID_MAX + 1];
    enum eh_owner_mode owner;
    int64_t sweep_s;      /* 0: none but at the start */
    int64_t park_after_s; /* an owner that cannot be set for so long is parked */
    struct eh_rate rate;
    json_t *groups, *kinds, *value, *outcomes, *options; /* objects; never NULL once loaded */
    json_t *nobody, *managers;                           /* arrays of accounts */
    json_t *manager_users;                               /* {account: their Unix user}, or NULL */
    char secret[EH_SECRET_MAX], webhook_secret[EH_SECRET_MAX]; /* "": none */
};

/* The name is an id; its file is FOLDER/NAME.yaml. Reads no secret. */
int eh_connection_load(const char *folder, const char *name, struct eh_connection **ret,
                       struct eh_error *) EH_MUST_CHECK;
/* The same from memory, as `path` would have it; its groups may be missing. */
int eh_connection_parse(struct eh_str text, const char *path, const char *name,
                        struct eh_connection **ret, struct eh_error *) EH_MUST_CHECK;
/* NULL: it is an address; else what is wrong, such as "is too long". */
const char *eh_connection_url_fault(struct eh_str text);
/* Reads secrets from their files. A file that others may read is refused. */
int eh_connection_unlock(struct eh_connection *, struct eh_error *) EH_MUST_CHECK;
/* The password that Redis asks for, or "". */
int eh_connection_redis_password(const struct eh_connection *, char *ret, size_t size,
                                 struct eh_error *) EH_MUST_CHECK;
/* Overwrites the secrets in this process. */
void eh_connection_wipe(struct eh_connection *);
void eh_connection_free(struct eh_connection *); /* NULL allowed */

/* What jq programs see as $connection: no secret. A new reference. */
json_t *eh_connection_public(const struct eh_connection *);
/* Helpdesks write an account once in capital letters and once in small ones, and mean one person.
 * NULL is nobody. */
bool eh_account_same(const char *a, const char *b);
/* Is the account in the list? */
bool eh_account_listed(const json_t *list, const char *account);

#endif

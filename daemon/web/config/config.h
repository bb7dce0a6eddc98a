/*
 * config: evenhand-web.yaml.
 *
 *     struct eh_web_config *web;
 *     r = eh_web_config_load("/etc/evenhand/evenhand-web.yaml", &web, &error);
 *     …web->listen, web->admin_socket…
 *     eh_web_config_free(web);
 */
#ifndef EVENHAND_WEB_CONFIG_CONFIG_H
#define EVENHAND_WEB_CONFIG_CONFIG_H

#include <jansson.h>

#include <evenhand/base/base.h>

#define EH_WEB_CONFIG_FILE "/etc/evenhand/evenhand-web.yaml"
#define EH_WEB_URL_MAX     512

struct eh_web_config {
    char listen[200];                /* 127.0.0.1:8470, or a path */
    char listen_group[64];           /* of a Unix socket; "": that of the process */
    char public_url[EH_WEB_URL_MAX]; /* as people reach it, without '/' at its end */
    char host[256];                  /* of public_url, with its port where it has one */
    char admin_socket[200];
    json_t *sign_in; /* links, proxy */
    bool by_links, by_proxy;
    char proxy_header[64];
    char ticket_url[EH_WEB_URL_MAX]; /* with {id}, and {source} if it likes; "": none */
    char key_file[256];
    char state[256]; /* used links and revocations */
};

/* -EH_ENOTFOUND, -EH_EUNAVAILABLE, -EH_EINVAL. */
int eh_web_config_load(const char *path, struct eh_web_config **ret,
                       struct eh_error *) EH_MUST_CHECK;
/* The same from memory. */
int eh_web_config_parse(struct eh_str text, const char *path, struct eh_web_config **ret,
                        struct eh_error *) EH_MUST_CHECK;
void eh_web_config_free(struct eh_web_config *); /* NULL allowed */
bool eh_web_config_is_unix(const struct eh_web_config *);
bool eh_web_config_is_tls(const struct eh_web_config *); /* people reach it over https */

#endif

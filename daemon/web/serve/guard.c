/*
 * guard: a page that somebody else's site opens, or a name that leads here without our doing, gets
 * nothing.
 */
#include "web/serve/private.h"

/* localhost is 127.0.0.1 to whoever types it. */
static bool is_local_name(const struct eh_web_config *config, const char *host)
{
    const char *port = strrchr(config->host, ':');
    return strncmp(config->host, "127.0.0.1:", strlen("127.0.0.1:")) == 0 &&
           strncmp(host, "localhost:", strlen("localhost:")) == 0 &&
           strcmp(host + strlen("localhost"), port) == 0;
}

static bool is_ours(const struct eh_web_config *config, const char *host)
{
    return strcasecmp(host, config->host) == 0 || is_local_name(config, host);
}

/* One Host, and ours. */
bool eh_guard_host(const struct eh_web_config *config, const struct eh_http_request *request)
{
    unsigned hosts = 0;
    for (const struct eh_http_header *h = request->headers; h; h = h->next)
        hosts += strcasecmp(h->name, "Host") == 0;
    return hosts == 1 && is_ours(config, eh_http_header(request, "Host")) && request->target &&
           request->target[0] == '/';
}

bool eh_guard_origin(const struct eh_web_config *config, const struct eh_http_request *request)
{
    const char *origin = eh_http_header(request, "Origin");
    const char *scheme = eh_web_config_is_tls(config) ? "https://" : "http://";
    return origin && strncmp(origin, scheme, strlen(scheme)) == 0 &&
           is_ours(config, origin + strlen(scheme));
}

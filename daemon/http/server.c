/* server: an HTTP server with our bounds: what evhttp is told, and where it listens. See server.h.
 */
#include <signal.h>
#include <stdlib.h>

#include <event2/listener.h>

#include "host/log.h"
#include "http/server.h"

/* ---- Taking connections. */

/* Servers that listen. evhttp has the context of its listener for itself, so that an error of
 * accept tells the evhttp it happened to and nothing of ours. */
static struct eh_http_server *listening;

static void accept_again(evutil_socket_t fd, short what, void *context)
{
    (void)fd, (void)what;
    struct eh_http_server *server = context;
    if (server->bound && !server->full)
        evconnlistener_enable(evhttp_bound_socket_get_listener(server->bound));
}

/* Mostly there are no descriptors left. The waiting connection would wake the loop over and over,
 * so listening pauses. */
static void on_accept_error(struct evconnlistener *listener, void *http)
{
    static const struct timeval pause = {1, 0};
    const struct eh_http_server *server = listening;
    while (server && server->http != http)
        server = server->next;
    eh_require(server);
    eh_log_limited(EH_LOG_WARNING, "http-accept", "accept on the %s: %s", server->owner->name,
                   evutil_socket_error_to_string(EVUTIL_SOCKET_ERROR()));
    evconnlistener_disable(listener);
    event_add(server->accept_pause, &pause);
}

/* Opens a socket and takes connections from it; the socket before it is closed. */
static int bind_socket(struct eh_http_server *server, struct eh_error *error)
{
    struct eh_http_socket opened;
    int r = eh_http_socket_open(&server->address, &opened, error);
    if (r < 0)
        return r;
    struct evhttp_bound_socket *bound = evhttp_accept_socket_with_handle(server->http, opened.fd);
    if (!bound) {
        evutil_closesocket(opened.fd);
        return eh_error_set(error, EH_EUNAVAILABLE, "%s: cannot accept on it", server->owner->name);
    }
    evconnlistener_set_error_cb(evhttp_bound_socket_get_listener(bound), on_accept_error);
    if (server->bound)
        evhttp_del_accept_socket(server->http, server->bound);
    server->bound = bound;
    server->full = false;
    server->socket = opened;
    return 0;
}

int eh_http_server_listen(struct eh_http_server *server, const struct eh_http_address *address,
                          struct eh_error *error)
{
    eh_require(!server->bound && !server->closing);
    server->address = *address;
    int r = bind_socket(server, error);
    if (r < 0)
        return r;
    server->next = listening;
    listening = server;
    return 0;
}

int eh_http_server_look(struct eh_http_server *server, struct eh_error *error)
{
    if (!server->bound)
        return 0;
    int r = eh_http_socket_look(&server->address, &server->socket, error);
    if (r != -EH_ENOTFOUND)
        return r;
    r = bind_socket(server, error);
    if (r == 0)
        eh_log(EH_LOG_WARNING, "%s %s: was gone, and is there again", server->address.setting,
               server->address.text);
    return r;
}

void eh_http_server_close(struct eh_http_server *server)
{
    server->closing = true;
    if (!server->bound)
        return;
    evhttp_del_accept_socket(server->http, server->bound);
    server->bound = NULL;
    eh_http_socket_remove(&server->socket);
    struct eh_http_server **link = &listening;
    while (*link != server)
        link = &(*link)->next;
    *link = server->next;
}

/* ---- Its beginning and its end. */

/* "only GET, POST and PUT are taken" */
static void methods_say(const char *methods, char *ret, size_t size)
{
    const char *last = strrchr(methods, ',');
    if (last)
        eh_format(ret, size, "only %.*s and%s are taken", (int)(last - methods), methods, last + 1);
    else
        eh_format(ret, size, "only %s is taken", methods);
}

static void evhttp_bound(struct evhttp *http, const struct eh_http_limits *limits)
{
    evhttp_set_max_headers_size(http, (ev_ssize_t)limits->headers_max);
    evhttp_set_max_body_size(http, (ev_ssize_t)limits->body_max);
    evhttp_set_flags(http, EVHTTP_SERVER_LINGERING_CLOSE);
    evhttp_set_default_content_type(http, NULL);
    evhttp_set_allowed_methods(http, EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_PUT |
                                         EVHTTP_REQ_HEAD | EVHTTP_REQ_DELETE | EVHTTP_REQ_OPTIONS |
                                         EVHTTP_REQ_TRACE |
                                         EVHTTP_REQ_PATCH); /* the others get our 405 */
}

int eh_http_server_new(const struct eh_http_options *options, struct eh_http_server **ret,
                       struct eh_error *error)
{
    const struct eh_http_owner *owner = options->owner;
    eh_require(owner->ask && (owner->late || options->limits->work_s == 0));
    struct eh_http_server *server = calloc(1, sizeof *server);
    if (!server)
        return eh_error_set(error, EH_ENOMEM, "%s: out of memory", owner->name);
    *server = (struct eh_http_server){.base = options->base,
                                      .owner = owner,
                                      .limits = options->limits,
                                      .context = options->context,
                                      .socket = {.fd = -1}};
    methods_say(owner->methods, server->methods_said, sizeof server->methods_said);
    server->accept_pause = event_new(options->base, -1, 0, accept_again, server);
    server->http = evhttp_new(options->base);
    if (!server->accept_pause || !server->http) {
        eh_http_server_free(server);
        return eh_error_set(error, EH_ENOMEM, "%s: out of memory", owner->name);
    }
    evhttp_bound(server->http, options->limits);
    evhttp_set_bevcb(server->http, eh_http_connection_new, server);
    evhttp_set_gencb(server->http, eh_http_on_request, server);
    signal(SIGPIPE, SIG_IGN);
    *ret = server;
    return 0;
}

void eh_http_server_free(struct eh_http_server *server)
{
    if (!server)
        return;
    eh_http_server_close(server);
    if (server->http)
        evhttp_free(server->http); /* closes the connections, which frees ours */
    while (server->connections)    /* accepted, never looked at */
        eh_http_connection_abandon(server->connections);
    if (server->accept_pause)
        event_free(server->accept_pause);
    free(server);
}

/* server: an HTTP server with our bounds: what evhttp is told at its beginning. See server.h. */
#include "http/server.h"

void eh_http_server_init(struct eh_http_server *server, struct event_base *base,
                         struct evhttp *http, const struct eh_http_owner *owner,
                         const struct eh_http_limits *limits, void *context)
{
    *server =
        (struct eh_http_server){.base = base, .owner = owner, .limits = limits, .context = context};
    evhttp_set_max_headers_size(http, (ev_ssize_t)limits->headers_max);
    evhttp_set_max_body_size(http, (ev_ssize_t)limits->body_max);
    evhttp_set_flags(http, EVHTTP_SERVER_LINGERING_CLOSE);
    evhttp_set_default_content_type(http, NULL);
    evhttp_set_allowed_methods(http, EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_PUT |
                                         EVHTTP_REQ_HEAD | EVHTTP_REQ_DELETE | EVHTTP_REQ_OPTIONS |
                                         EVHTTP_REQ_TRACE |
                                         EVHTTP_REQ_PATCH); /* the others get our 405 */
    evhttp_set_bevcb(http, eh_http_connection_new, server);
    evhttp_set_gencb(http, eh_http_on_request, server);
}

void eh_http_server_done(struct eh_http_server *server)
{
    while (server->connections) /* accepted, never looked at */
        eh_http_connection_abandon(server->connections);
}

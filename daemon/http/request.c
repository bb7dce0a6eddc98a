/*
 * request: a request that owns what its answer needs, and the answer to it.
 */
#include <stdlib.h>
#include <strings.h>
#include <sys/queue.h>

#include <event2/bufferevent.h>
#include <event2/keyvalq_struct.h>

#include "http/server.h"

/* ---- Its beginning: everything is copied, or moved. */

static const char *method_name(enum evhttp_cmd_type type)
{
    switch (type) {
    case EVHTTP_REQ_GET:
        return "GET";
    case EVHTTP_REQ_POST:
        return "POST";
    case EVHTTP_REQ_PUT:
        return "PUT";
    default:
        return NULL;
    }
}

/* NULL stays NULL. */
static const char *kept(struct eh_http_request *request, const char *text)
{
    if (!text)
        return NULL;
    const char *copy = eh_arena_str(&request->arena, eh_str(text)).data;
    eh_require(copy);
    return copy;
}

static void take_target(struct eh_http_request *request)
{
    const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request->evhttp);
    request->method = method_name(evhttp_request_get_command(request->evhttp));
    request->target = kept(request, evhttp_request_get_uri(request->evhttp));
    request->path = kept(request, uri ? evhttp_uri_get_path(uri) : NULL);
    request->query = kept(request, uri ? evhttp_uri_get_query(uri) : NULL);
}

static void take_headers(struct eh_http_request *request)
{
    struct eh_http_header **end = &request->headers;
    const struct evkeyval *header;
    TAILQ_FOREACH(header, evhttp_request_get_input_headers(request->evhttp), next)
    {
        *end = eh_arena_alloc(&request->arena, sizeof **end);
        eh_require(*end);
        **end = (struct eh_http_header){.name = kept(request, header->key),
                                        .value = kept(request, header->value)};
        end = &(*end)->next;
    }
}

static void take_body(struct eh_http_request *request)
{
    request->input = evbuffer_new();
    eh_require(request->input);
    evbuffer_add_buffer(request->input, evhttp_request_get_input_buffer(request->evhttp));
    size_t size = evbuffer_get_length(request->input);
    if (size > 0)
        request->body = eh_str_n((const char *)evbuffer_pullup(request->input, -1), size);
    eh_require(size == 0 || request->body.data);
}

void eh_http_on_request(struct evhttp_request *evhttp, void *context)
{
    struct eh_http_server *server = context;
    struct eh_http_connection *connection = eh_http_connection_of(server, evhttp);
    eh_require(connection && connection->admitted);
    struct eh_http_request *request = calloc(1, sizeof *request);
    eh_require(request);
    request->connection = connection;
    request->evhttp = evhttp;
    request->guest = &connection->guest;
    take_target(request);
    take_headers(request);
    take_body(request);
    eh_http_connection_asked(connection, request);
    server->owner->ask(server->context, request);
}

/* ---- What it says. */

const char *eh_http_header(const struct eh_http_request *request, const char *name)
{
    for (const struct eh_http_header *h = request->headers; h; h = h->next)
        if (strcasecmp(h->name, name) == 0)
            return h->value;
    return NULL;
}

const char *eh_http_framing_fault(const struct eh_http_request *request)
{
    unsigned lengths = 0;
    if (eh_http_header(request, "Transfer-Encoding"))
        return "Transfer-Encoding is not taken here; send a Content-Length";
    for (const struct eh_http_header *h = request->headers; h; h = h->next)
        if (strcasecmp(h->name, "Content-Length") == 0)
            lengths++;
    return lengths > 1 ? "Content-Length: given twice" : NULL;
}

/* ---- Its end. */

static void request_free(struct eh_http_request *request)
{
    evbuffer_free(request->input);
    eh_arena_done(&request->arena);
    free(request);
}

static void send_answer(struct eh_http_request *request, const struct eh_http_answer *answer)
{
    struct eh_http_connection *connection = request->connection;
    struct evkeyvalq *headers = evhttp_request_get_output_headers(request->evhttp);
    evhttp_add_header(headers, "Content-Type", answer->content_type);
    evhttp_add_header(headers, "Cache-Control", "no-store");
    if (answer->allow)
        evhttp_add_header(headers, "Allow", answer->allow);
    if (answer->time_zone)
        evhttp_add_header(headers, "Time-Zone", answer->time_zone);
    if (answer->close)
        evhttp_add_header(headers, "Connection", "close");
    eh_http_connection_answers(connection);
    evhttp_send_reply(request->evhttp, answer->status, answer->phrase, answer->body);
    /* evhttp would read while it writes, without a bound, and take the end of what a client has to
     * say for the client's leaving, with half of the answer still to be sent. */
    bufferevent_disable(connection->bev, EV_READ);
}

void eh_http_answer(struct eh_http_request *request, const struct eh_http_answer *answer)
{
    if (request->evhttp)
        send_answer(request, answer);
    eh_http_connection_settled(request->connection);
    request_free(request);
}

void eh_http_request_drop(struct eh_http_request *request)
{
    eh_http_connection_settled(request->connection);
    request_free(request);
}

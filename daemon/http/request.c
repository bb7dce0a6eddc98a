/*
 * request: a request that owns what its answer needs, and the answer to it.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/queue.h>

#include <event2/bufferevent.h>
#include <event2/keyvalq_struct.h>

#include "http/error.h"
#include "http/server.h"

#define RETRY_AFTER_S "1" /* said with "there is no room": places come free soon */

/* ---- Its beginning: everything is copied, or moved. */

static const struct {
    enum evhttp_cmd_type type;
    const char *name;
} method_table[] = {
    {EVHTTP_REQ_GET, "GET"},         {EVHTTP_REQ_POST, "POST"},   {EVHTTP_REQ_PUT, "PUT"},
    {EVHTTP_REQ_HEAD, "HEAD"},       {EVHTTP_REQ_PATCH, "PATCH"}, {EVHTTP_REQ_DELETE, "DELETE"},
    {EVHTTP_REQ_OPTIONS, "OPTIONS"},
};

/* Whether the name is one of a list such as "GET, POST". */
static bool method_is_taken(const char *methods, const char *name)
{
    size_t size = strlen(name);
    for (const char *at = methods; at; at = strchr(at, ' ')) {
        at += strspn(at, " ");
        if (strncmp(at, name, size) == 0 && (at[size] == '\0' || at[size] == ','))
            return true;
    }
    return false;
}

/* The name of a method. NULL: the owner does not take it. */
static const char *method_name(enum evhttp_cmd_type type, const char *methods)
{
    for (size_t i = 0; i < sizeof method_table / sizeof method_table[0]; i++)
        if (method_table[i].type == type)
            return method_is_taken(methods, method_table[i].name) ? method_table[i].name : NULL;
    return NULL;
}

/* A copy in the request's arena; NULL stays NULL. */
static const char *kept(struct eh_http_request *request, const char *text)
{
    if (!text)
        return NULL;
    const char *copy = eh_arena_str(&request->arena, eh_str(text)).data;
    eh_require(copy);
    return copy;
}

static void target_take(struct eh_http_request *request)
{
    const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request->evhttp);
    request->method = method_name(evhttp_request_get_command(request->evhttp),
                                  request->connection->server->owner->methods);
    request->target = kept(request, evhttp_request_get_uri(request->evhttp));
    request->path = kept(request, uri ? evhttp_uri_get_path(uri) : NULL);
    request->query = kept(request, uri ? evhttp_uri_get_query(uri) : NULL);
}

static void headers_take(struct eh_http_request *request)
{
    const struct eh_http_header **end = &request->headers;
    const struct evkeyval *header;
    TAILQ_FOREACH(header, evhttp_request_get_input_headers(request->evhttp), next)
    {
        struct eh_http_header *copy = eh_arena_alloc(&request->arena, sizeof *copy);
        eh_require(copy);
        *copy = (struct eh_http_header){.name = kept(request, header->key),
                                        .value = kept(request, header->value)};
        *end = copy;
        end = &copy->next;
    }
}

static void body_take(struct eh_http_request *request)
{
    request->input = evbuffer_new();
    eh_require(request->input);
    evbuffer_add_buffer(request->input, evhttp_request_get_input_buffer(request->evhttp));
    size_t size = evbuffer_get_length(request->input);
    if (size > 0)
        request->body = eh_str_n((const char *)evbuffer_pullup(request->input, -1), size);
    eh_require(size == 0 || request->body.data);
}

static void on_late(evutil_socket_t fd, short what, void *context)
{
    (void)fd, (void)what;
    struct eh_http_request *request = context;
    struct eh_http_server *server = request->connection->server;
    server->late++;
    server->owner->late(server->context, request);
}

/* Begins the deadline of the answer, which holds also when the client has left. */
static void deadline_begin(struct eh_http_request *request)
{
    const struct eh_http_server *server = request->connection->server;
    const struct timeval most = {server->limits->work_s, 0};
    if (most.tv_sec == 0)
        return;
    request->late = event_new(server->base, -1, 0, on_late, request);
    eh_require(request->late);
    event_add(request->late, &most);
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
    target_take(request);
    headers_take(request);
    body_take(request);
    eh_http_connection_asked(connection, request);
    deadline_begin(request);
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

/* What is wrong with the way in which the request says where its body ends. NULL: nothing. */
static const char *framing_fault(const struct eh_http_request *request)
{
    unsigned lengths = 0;
    if (eh_http_header(request, "Transfer-Encoding"))
        return "Transfer-Encoding is not taken here; send a Content-Length";
    for (const struct eh_http_header *h = request->headers; h; h = h->next)
        if (strcasecmp(h->name, "Content-Length") == 0)
            lengths++;
    return lengths > 1 ? "Content-Length: given twice" : NULL;
}

bool eh_http_fault(const struct eh_http_request *request, struct eh_http_refusal *ret)
{
    const char *framing = framing_fault(request);
    if (request->guest->refused)
        *ret = *request->guest->refused;
    else if (framing)
        *ret = (struct eh_http_refusal){400, "parse", framing, NULL};
    else if (!request->method)
        *ret = (struct eh_http_refusal){405, "method", request->connection->server->methods_said,
                                        NULL};
    else
        return false;
    return true;
}

/* ---- Its end. */

static void request_free(struct eh_http_request *request)
{
    if (request->late)
        event_free(request->late);
    evbuffer_free(request->input);
    eh_arena_done(&request->arena);
    free(request);
}

static void headers_add(struct evkeyvalq *headers, const struct eh_http_request *request,
                        const struct eh_http_answer *answer)
{
    const struct eh_http_server *server = request->connection->server;
    int status = answer->status;
    bool in_doubt = status == 400 || status == 405 ||
                    status == 413; /* nobody can tell where the next request begins */
    if (answer->content_type)
        evhttp_add_header(headers, "Content-Type", answer->content_type);
    evhttp_add_header(headers, "Cache-Control", answer->cache ? answer->cache : "no-store");
    if (status == 405)
        evhttp_add_header(headers, "Allow", server->owner->methods);
    for (const struct eh_http_header *h = answer->headers; h; h = h->next)
        evhttp_add_header(headers, h->name, h->value);
    if (answer->close || in_doubt || server->closing || server->full || request->guest->refused)
        evhttp_add_header(headers, "Connection", "close");
}

static void answer_send(struct eh_http_request *request, const struct eh_http_answer *answer)
{
    struct eh_http_connection *connection = request->connection;
    headers_add(evhttp_request_get_output_headers(request->evhttp), request, answer);
    eh_http_connection_answers(connection);
    evhttp_send_reply(request->evhttp, answer->status, eh_http_phrase(answer->status),
                      answer->body);
    /* While evhttp writes it would go on reading, without a bound. And when a client shuts down its
     * side, evhttp would take that for its leaving, with half of the answer still to be sent. */
    bufferevent_disable(connection->bev, EV_READ);
}

void eh_http_answer(struct eh_http_request *request, const struct eh_http_answer *answer)
{
    if (request->evhttp)
        answer_send(request, answer);
    eh_http_connection_settled(request->connection);
    request_free(request);
}

/* ---- An answer that goes on. */

/* evhttp would take a client that says nothing for one that is gone. That it has left is noticed
 * by what it closes, and by what can no longer be written. */
void eh_http_stream_begin(struct eh_http_request *request, const struct eh_http_answer *answer)
{
    if (request->late)
        event_free(request->late);
    request->late = NULL;
    if (!request->evhttp)
        return;
    headers_add(evhttp_request_get_output_headers(request->evhttp), request, answer);
    bufferevent_set_timeouts(request->connection->bev, NULL, NULL);
    evhttp_send_reply_start(request->evhttp, answer->status, eh_http_phrase(answer->status));
}

bool eh_http_stream_send(struct eh_http_request *request, struct eh_str piece)
{
    struct eh_http_connection *connection = request->connection;
    if (!request->evhttp)
        return false;
    if (evbuffer_get_length(bufferevent_get_output(connection->bev)) > EH_HTTP_STREAM_BEHIND_MAX) {
        connection->server->late++;
        evhttp_connection_free(connection->evcon); /* on_closed follows from within */
        return false;
    }
    struct evbuffer *text = evbuffer_new();
    eh_require(text);
    evbuffer_add(text, piece.data, piece.size);
    evhttp_send_reply_chunk(request->evhttp, text);
    evbuffer_free(text);
    return request->evhttp != NULL;
}

void eh_http_stream_end(struct eh_http_request *request)
{
    if (request->evhttp) {
        eh_http_connection_answers(request->connection);
        evhttp_send_reply_end(request->evhttp);
    }
    eh_http_connection_settled(request->connection);
    request_free(request);
}

void eh_http_request_drop(struct eh_http_request *request)
{
    eh_http_connection_settled(request->connection);
    request_free(request);
}

/* ---- Errors. */

static void refuse(struct eh_http_request *request, const struct eh_http_refusal *refusal,
                   const struct eh_http_header *headers)
{
    struct evbuffer *text = eh_http_refusal_text(refusal);
    eh_http_answer(request, &(struct eh_http_answer){.status = refusal->status,
                                                     .content_type = EH_HTTP_JSON,
                                                     .headers = headers,
                                                     .body = text});
    evbuffer_free(text);
}

void eh_http_refuse(struct eh_http_request *request, const struct eh_http_refusal *refusal)
{
    static const struct eh_http_header again = {.name = "Retry-After", .value = RETRY_AFTER_S};
    refuse(request, refusal, refusal->status == 503 ? &again : NULL);
}

void eh_http_error(struct eh_http_request *request, int code, const char *field, const char *format,
                   ...)
{
    char message[EH_ERROR_TEXT_MAX];
    va_list args;
    va_start(args, format);
    const struct eh_http_refusal refusal = eh_http_refusal_of(code, field, message, format, args);
    va_end(args);
    refuse(request, &refusal, NULL);
}

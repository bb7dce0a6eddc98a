/*
 * room: the memory of all bodies that are being read, and of all answers that are not taken yet.
 *
 * A small request or answer needs no room: there are only so many connections. A connection that
 * has read as much as a small request may have is not read any further until it has one of the
 * places for large ones. Places are given in the order in which they were asked for, but first to
 * guests who have a reserve. A connection that gets none in time is dropped at the request's
 * deadline, as all are.
 */
#include <event2/bufferevent.h>

#include "http/server.h"

/* ---- Bodies. */

/* How many bytes a connection may read without a place. */
static size_t small_max(const struct eh_http_connection *connection)
{
    const struct eh_http_limits *limits = connection->server->limits;
    return limits->headers_max + limits->small_body_max;
}

static bool has_place(const struct eh_http_connection *connection)
{
    const struct eh_http_server *server = connection->server;
    const struct eh_http_guest *guest = &connection->guest;
    const struct eh_http_limits *limits = server->limits;
    unsigned all = 0, others = 0, own = 0;
    for (const struct eh_http_connection *c = server->connections; c; c = c->next) {
        all += c->large;
        others += c->large && !c->guest.reserve;
        own += c->large && c->guest.who == guest->who;
    }
    if (all >= limits->large_max || guest->refused)
        return false;
    return guest->reserve ||
           (others < limits->large_max - limits->large_reserve && own < limits->large_user);
}

static bool goes_before(const struct eh_http_connection *a, const struct eh_http_connection *b)
{
    if (!b || a->guest.reserve != b->guest.reserve)
        return !b || a->guest.reserve;
    return a->turn < b->turn;
}

static void give_places(struct eh_http_server *server)
{
    size_t input_max = server->limits->headers_max + server->limits->body_max;
    for (;;) {
        struct eh_http_connection *first = NULL;
        for (struct eh_http_connection *c = server->connections; c; c = c->next)
            if (c->turn && has_place(c) && goes_before(c, first))
                first = c;
        if (!first)
            return;
        first->turn = 0;
        first->large = true;
        bufferevent_setwatermark(first->bev, EV_READ, 0, input_max);
    }
}

static void on_full(evutil_socket_t fd, short what, void *context)
{
    (void)fd, (void)what;
    struct eh_http_connection *connection = context;
    if (!connection->admitted || connection->owed || connection->large || connection->turn ||
        evbuffer_get_length(bufferevent_get_input(connection->bev)) < small_max(connection))
        return;
    connection->turn = ++connection->server->turns;
    give_places(connection->server);
}

static void on_input(struct evbuffer *input, const struct evbuffer_cb_info *info, void *context)
{
    struct eh_http_connection *connection = context;
    size_t size = evbuffer_get_length(input);
    if (info->n_added == 0)
        return;
    connection->taken += info->n_added;
    if (size >= small_max(connection))
        event_active(connection->full, 0, 0);
    /* evhttp takes the parts of a chunked body out of the buffer, so no watermark bounds them. */
    if (connection->evcon && connection->taken - size > small_max(connection))
        evhttp_connection_set_max_body_size(connection->evcon, (ev_ssize_t)small_max(connection));
}

void eh_http_room_init(struct eh_http_connection *connection)
{
    connection->full = event_new(connection->server->base, -1, 0, on_full, connection);
    eh_require(connection->full);
    evbuffer_add_cb(bufferevent_get_input(connection->bev), on_input, connection);
    bufferevent_setwatermark(connection->bev, EV_READ, 0, small_max(connection));
}

void eh_http_room_done(struct eh_http_connection *connection)
{
    event_free(connection->full);
    connection->full = NULL;
    connection->turn = 0;
    evbuffer_remove_cb(bufferevent_get_input(connection->bev), on_input, connection);
}

/* Begins to count anew, with the bytes behind the request, which are in the input buffer already.
 */
static void begin_anew(struct eh_http_connection *connection)
{
    connection->taken = evbuffer_get_length(bufferevent_get_input(connection->bev));
    evhttp_connection_set_max_body_size(connection->evcon,
                                        (ev_ssize_t)connection->server->limits->body_max);
    bufferevent_setwatermark(connection->bev, EV_READ, 0, small_max(connection));
    event_active(connection->full, 0, 0);
}

void eh_http_room_settled(struct eh_http_connection *connection)
{
    bool large = connection->large;
    connection->large = false;
    if (connection->evcon)
        begin_anew(connection);
    if (large)
        give_places(connection->server);
}

/* ---- Answers. */

static bool fits(const struct eh_http_connection *connection, size_t size)
{
    const struct eh_http_guest *guest = &connection->guest;
    const struct eh_http_limits *limits = connection->server->limits;
    size_t all = 0, own = 0; /* of those who have a reserve, or of those who have none */
    for (const struct eh_http_connection *c = connection->server->connections; c; c = c->next) {
        if (c->guest.reserve == guest->reserve)
            all += c->answer;
        if (c->guest.who == guest->who)
            own += c->answer;
    }
    if (own > 0 && !guest->reserve && own + size > limits->answers_user)
        return false;
    return all == 0 || all + size <= limits->answers_max;
}

bool eh_http_answer_fits(struct eh_http_request *request, size_t size)
{
    struct eh_http_connection *connection = request->connection;
    connection->answer = 0;
    if (size <= connection->server->limits->answer_small)
        return true;
    if (!fits(connection, size))
        return false;
    connection->answer = size;
    return true;
}

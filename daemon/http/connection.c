/*
 * connection: connections of an HTTP server: how they begin, how long they last, and how they
 * end.
 *
 * evhttp accepts and parses. It tells of a connection only when a whole request is there, so each
 * connection is taken note of where its bufferevent is made (eh_http_connection_new), and looked at
 * one step of the loop later, when it has its descriptor (admit). From then on a timer of our own
 * limits the time of a whole request, which evhttp's own does not: that begins anew with each byte.
 *
 * evhttp does not read while an answer is owed, so a client that leaves is mostly noticed when it
 * is answered. Not always: a "100 Continue" that found no room is still being written then, and
 * fails. evhttp closes the connection at once and leaves the request to us.
 */
#include <stdlib.h>

#include <event2/bufferevent.h>
#include <event2/listener.h>

#include "host/log.h"
#include "http/server.h"

static const struct eh_http_refusal no_room = {503, "full",
                                               "too many connections; try again in a moment", NULL};

static void deadline_set(struct eh_http_connection *connection, int seconds)
{
    const struct timeval most = {seconds, 0};
    event_add(connection->timer, &most);
}

/* ---- Its output: error pages of evhttp's own are put right before the loop writes them. */

static void mend_page(evutil_socket_t fd, short what, void *context)
{
    (void)fd, (void)what;
    struct eh_http_connection *connection = context;
    if (eh_http_page_mend(connection->server, bufferevent_get_output(connection->bev)))
        bufferevent_disable(connection->bev, EV_READ); /* the connection ends after the page */
}

static void on_output(struct evbuffer *output, const struct evbuffer_cb_info *info, void *context)
{
    (void)output;
    if (info->n_added > 0 && info->orig_size == 0)
        event_active(((struct eh_http_connection *)context)->page, 0, 0);
}

/* ---- Who is at the other end, where the owner does not ask. */

static bool guest_admit(struct eh_http_server *server, evutil_socket_t fd,
                        struct eh_http_guest *ret)
{
    if (server->owner->admit)
        return server->owner->admit(server->context, fd, ret);
    bool room = server->welcome < server->limits->connections_max;
    if (eh_http_takes_reserve(fd) || (!room && server->refused == EH_HTTP_REFUSED_MAX)) {
        eh_log_limited(EH_LOG_WARNING, "http-room", "%s: connection dropped: there is no room",
                       server->owner->name);
        return false;
    }
    if (room)
        server->welcome++;
    else
        server->refused++;
    *ret = (struct eh_http_guest){.refused = room ? NULL : &no_room};
    return true;
}

static void guest_leave(struct eh_http_server *server, const struct eh_http_guest *guest)
{
    if (server->owner->left)
        server->owner->left(server->context, guest);
    if (server->owner->admit)
        return;
    if (guest->refused)
        server->refused--;
    else
        server->welcome--;
}

/* Those above the bound stay with the kernel, which has a bound of its own, until others leave. */
static void look_whether_full(struct eh_http_server *server)
{
    bool full = server->accepted >= server->limits->connections_max;
    if (!server->limits->crowd_waits || !server->bound || full == server->full)
        return;
    struct evconnlistener *listener = evhttp_bound_socket_get_listener(server->bound);
    server->full = full;
    if (full)
        evconnlistener_disable(listener);
    else
        evconnlistener_enable(listener);
}

/* ---- Its end. */

static void forget(struct eh_http_connection *connection)
{
    struct eh_http_server *server = connection->server;
    *connection->link = connection->next;
    if (connection->next)
        connection->next->link = connection->link;
    if (connection->admitted)
        guest_leave(server, &connection->guest);
    eh_http_room_settled(connection);
    free(connection);
    server->accepted--;
    look_whether_full(server);
}

static void let_go(struct eh_http_connection *connection)
{
    event_free(connection->timer);
    event_free(connection->page);
    eh_http_room_done(connection);
    evbuffer_remove_cb(bufferevent_get_output(connection->bev), on_output, connection);
    bufferevent_decref(connection->bev);
    connection->bev = NULL;
    connection->evcon = NULL;
}

/*
 * Two ways lead to a closed connection. Either evhttp took its request off the connection first
 * (the write of a "100 Continue" failed): the request is left to us, and we free it. Or evhttp
 * frees both together. evhttp_request_get_connection() tells which: NULL is the former.
 */
static void leave_evhttp(struct eh_http_request *request)
{
    if (!evhttp_request_get_connection(request->evhttp))
        evhttp_request_free(request->evhttp);
    request->evhttp = NULL;
}

static void on_closed(struct evhttp_connection *evcon, void *context)
{
    (void)evcon;
    struct eh_http_connection *connection = context;
    let_go(connection);
    if (connection->owed)
        leave_evhttp(connection->owed);
    else
        forget(connection);
}

void eh_http_connection_settled(struct eh_http_connection *connection)
{
    connection->owed = NULL;
    if (!connection->bev)
        forget(connection);
    else
        eh_http_room_settled(connection);
}

void eh_http_connection_abandon(struct eh_http_connection *connection)
{
    eh_require(!connection->owed);
    let_go(connection);
    forget(connection);
}

static void on_deadline(evutil_socket_t fd, short what, void *context)
{
    (void)fd, (void)what;
    struct eh_http_connection *connection = context;
    connection->server->late++;
    evhttp_connection_free(connection->evcon); /* on_closed follows from within */
}

/* ---- Its deadlines. */

void eh_http_connection_asked(struct eh_http_connection *connection,
                              struct eh_http_request *request)
{
    eh_require(!connection->owed);
    connection->owed = request;
    event_del(connection->timer);
}

/* The answer has gone to the client. */
static void on_sent(struct evhttp_request *evhttp, void *context)
{
    (void)evhttp;
    struct eh_http_connection *connection = context;
    connection->answer = 0;
    deadline_set(connection, connection->server->limits->request_s);
}

void eh_http_connection_answers(struct eh_http_connection *connection)
{
    evhttp_request_set_on_complete_cb(connection->owed->evhttp, on_sent, connection);
    deadline_set(connection, connection->server->limits->answer_s);
}

/* ---- Its beginning. */

/* Looks at a connection one step after accept, when evhttp has given the bufferevent its
 * descriptor. */
static void admit(evutil_socket_t fd, short what, void *context)
{
    (void)fd, (void)what;
    struct eh_http_connection *connection = context;
    struct eh_http_server *server = connection->server;
    bufferevent_event_cb on_event = NULL;
    void *evcon = NULL; /* evhttp registers its connection with its callbacks */
    bufferevent_getcb(connection->bev, NULL, NULL, &on_event, &evcon);
    if (!on_event || !evcon) { /* evhttp gave it up at once */
        eh_http_connection_abandon(connection);
        return;
    }
    connection->evcon = evcon;
    evhttp_connection_set_closecb(connection->evcon, on_closed, connection);
    connection->admitted =
        guest_admit(server, bufferevent_getfd(connection->bev), &connection->guest);
    if (!connection->admitted) {
        evhttp_connection_free(connection->evcon);
        return;
    }
    event_assign(connection->timer, server->base, -1, 0, on_deadline, connection);
    deadline_set(connection, connection->server->limits->request_s);
}

struct bufferevent *eh_http_connection_new(struct event_base *base, void *context)
{
    struct eh_http_server *server = context;
    struct eh_http_connection *connection = calloc(1, sizeof *connection);
    eh_require(connection);
    connection->server = server;
    connection->bev = bufferevent_socket_new(base, -1, 0); /* evhttp closes the descriptor */
    eh_require(connection->bev);
    bufferevent_incref(connection->bev);
    connection->timer = event_new(base, -1, 0, admit, connection);
    connection->page = event_new(base, -1, 0, mend_page, connection);
    eh_require(connection->timer && connection->page);
    evbuffer_add_cb(bufferevent_get_output(connection->bev), on_output, connection);
    eh_http_room_init(connection);

    connection->next = server->connections;
    connection->link = &server->connections;
    if (connection->next)
        connection->next->link = &connection->next;
    server->connections = connection;
    server->accepted++;
    look_whether_full(server);
    event_active(connection->timer, 0, 0);
    return connection->bev;
}

struct eh_http_connection *eh_http_connection_of(struct eh_http_server *server,
                                                 struct evhttp_request *evhttp)
{
    struct evhttp_connection *evcon = evhttp_request_get_connection(evhttp);
    for (struct eh_http_connection *c = server->connections; c; c = c->next)
        if (c->evcon == evcon)
            return c;
    return NULL;
}

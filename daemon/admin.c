/*
 * admin: connections and requests of the admin socket: how many, how long, and how they end.
 *
 * evhttp accepts and parses. It tells of a connection only when a whole request is there, so each
 * connection is taken note of where its bufferevent is made (new_connection), and looked at one
 * step of the loop later, when it has its descriptor: who is it, is there room (admit). From then
 * on a timer of our own limits the time of a whole request, which evhttp's own does not: that
 * begins anew with each byte. evhttp stops reading while we owe an answer, so a client that leaves
 * meanwhile is noticed only when it is answered.
 */
#include <signal.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/queue.h>
#include <sys/resource.h>

#include <event2/bufferevent.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>

#include "admin_internal.h"
#include "admin_socket.h"
#include "clock.h"

struct eh_connection {
    struct eh_admin *admin;
    struct bufferevent *bev;         /* one reference is ours */
    struct evhttp_connection *evcon; /* NULL until admitted */
    struct eh_peer *peer;
    struct event *timer;           /* first: look at it; then: its deadline */
    struct event *page;            /* something was put into its output */
    const struct refusal *refused; /* over a cap: lives only to be told so */
    struct eh_connection *next, **link;
};

struct refusal {
    int status;
    const char *message;
};
static const struct refusal no_room_at_all = {
    503, "too many connections to the admin socket; try again in a moment"};
static const struct refusal no_room_for_user = {
    429, "too many connections of this user to the admin socket; close some"};

static const struct timeval request_time = {EH_ADMIN_REQUEST_S, 0};
static const struct timeval answer_time = {EH_ADMIN_ANSWER_S, 0};

/* ---- Connections. */

/* Runs before the loop writes what was put there. */
static void fix_page(evutil_socket_t fd, short what, void *context)
{
    (void)fd, (void)what;
    eh_admin_fix_page(bufferevent_get_output(((struct eh_connection *)context)->bev));
}

static void on_output(struct evbuffer *output, const struct evbuffer_cb_info *info, void *context)
{
    (void)output;
    if (info->n_added > 0 && info->orig_size == 0)
        event_active(((struct eh_connection *)context)->page, 0, 0);
}

static void connection_free(struct eh_connection *connection)
{
    struct eh_admin *admin = connection->admin;
    if (connection->peer && connection->refused)
        admin->refused_count--;
    else if (connection->peer) {
        admin->connection_count--;
        connection->peer->connections--;
    }
    eh_peer_release(connection->peer);
    event_free(connection->timer);
    event_free(connection->page);
    evbuffer_remove_cb(bufferevent_get_output(connection->bev), on_output, connection);
    *connection->link = connection->next;
    if (connection->next)
        connection->next->link = connection->link;
    bufferevent_decref(connection->bev);
    free(connection);
}

static void on_connection_closed(struct evhttp_connection *evcon, void *context)
{
    (void)evcon;
    connection_free(context);
}

/* Ends it, whatever it is doing: on_connection_closed follows from within. */
static void connection_end(struct eh_connection *connection)
{
    evhttp_connection_free(connection->evcon);
}

static void on_connection_deadline(evutil_socket_t fd, short what, void *context)
{
    (void)fd, (void)what;
    struct eh_connection *connection = context;
    connection->admin->counts.late++;
    connection_end(connection);
}

/* Why there is no room for one more of this user; NULL: there is. */
static const struct refusal *no_room(const struct eh_admin *admin, const struct eh_peer *peer)
{
    const struct eh_config *config = eh_app_config(admin->app);
    int64_t per_user = config->admin_connections_per_user;
    if ((peer->roles & EH_MAY_OPERATOR) && per_user < EH_ADMIN_OPERATOR_CONNECTIONS)
        per_user = EH_ADMIN_OPERATOR_CONNECTIONS;

    if (admin->connection_count >= config->admin_connections)
        return &no_room_at_all;
    if (peer->connections >= per_user)
        return &no_room_for_user;
    return NULL;
}

/* The last descriptors are for the links to the servers and for files: accept gives the lowest. */
static bool takes_reserve(evutil_socket_t fd)
{
    struct rlimit most;
    if (getrlimit(RLIMIT_NOFILE, &most) < 0 || (rlim_t)fd + EH_ADMIN_FD_RESERVE < most.rlim_cur)
        return false;
    eh_log_limited(EH_LOG_WARNING, "admin-descriptors",
                   "admin connection dropped: nearly out of descriptors");
    return true;
}

/* Counts the connection in, or marks it refused; false: not even room to say so. */
static bool take_in(struct eh_connection *connection)
{
    struct eh_admin *admin = connection->admin;
    struct eh_error error = {0};
    if (takes_reserve(bufferevent_getfd(connection->bev))) {
        admin->counts.refused_connections++;
        return false;
    }
    struct eh_peer *peer =
        eh_peers_of_socket(&admin->peers, bufferevent_getfd(connection->bev), &error);
    if (!peer) {
        eh_log_limited(EH_LOG_WARNING, "admin-peer", "admin connection dropped: %s", error.text);
        return false;
    }
    eh_peer_refresh(peer, eh_app_config(admin->app), eh_app_engine(admin->app));

    const struct refusal *why = no_room(admin, peer);
    if (why && admin->refused_count >= EH_ADMIN_REFUSED_MAX) {
        admin->counts.refused_connections++;
        eh_peer_release(peer);
        return false;
    }
    connection->peer = peer;
    if (why) {
        eh_log_limited(EH_LOG_WARNING, "admin-room", "admin connection refused user=%s: %s",
                       peer->user, why->message);
        admin->counts.refused_connections++;
        admin->refused_count++;
        connection->refused = why;
    } else {
        admin->connection_count++;
        peer->connections++;
    }
    return true;
}

/* One step after accept: evhttp has given the bufferevent its descriptor by now. */
static void admit(evutil_socket_t fd, short what, void *context)
{
    (void)fd, (void)what;
    struct eh_connection *connection = context;
    bufferevent_event_cb on_event = NULL;
    void *evcon = NULL; /* evhttp registers its connection with its callbacks */
    bufferevent_getcb(connection->bev, NULL, NULL, &on_event, &evcon);
    if (!on_event || !evcon) { /* evhttp gave it up at once */
        connection_free(connection);
        return;
    }
    connection->evcon = evcon;
    evhttp_connection_set_closecb(connection->evcon, on_connection_closed, connection);
    if (!take_in(connection)) {
        connection_end(connection);
        return;
    }
    struct event_base *base = eh_app_base(connection->admin->app);
    event_assign(connection->timer, base, -1, 0, on_connection_deadline, connection);
    event_add(connection->timer, &request_time);
}

static struct bufferevent *new_connection(struct event_base *base, void *context)
{
    struct eh_admin *admin = context;
    struct eh_connection *connection = calloc(1, sizeof *connection);
    eh_require(connection);
    connection->admin = admin;
    connection->bev = bufferevent_socket_new(base, -1, 0); /* evhttp closes the descriptor */
    eh_require(connection->bev);
    bufferevent_incref(connection->bev);
    connection->timer = event_new(base, -1, 0, admit, connection);
    connection->page = event_new(base, -1, 0, fix_page, connection);
    eh_require(connection->timer && connection->page);
    evbuffer_add_cb(bufferevent_get_output(connection->bev), on_output, connection);

    connection->next = admin->connections;
    connection->link = &admin->connections;
    if (connection->next)
        connection->next->link = &connection->next;
    admin->connections = connection;
    event_active(connection->timer, 0, 0);
    return connection->bev;
}

static struct eh_connection *connection_of(struct eh_admin *admin, struct evhttp_request *http)
{
    struct evhttp_connection *evcon = evhttp_request_get_connection(http);
    for (struct eh_connection *c = admin->connections; c; c = c->next)
        if (c->evcon == evcon)
            return c;
    return NULL;
}

/* ---- Requests. */

static void request_free(struct eh_admin_request *request)
{
    *request->link = request->next;
    if (request->next)
        request->next->link = request->link;
    eh_peer_release(request->peer);
    if (request->deadline)
        event_free(request->deadline);
    json_decref(request->extra);
    json_decref(request->held);
    eh_arena_done(&request->arena);
    free(request);
}

void eh_admin_wait(struct eh_admin_request *request)
{
    eh_admin_worked(request->admin);
    request->waits++;
}

bool eh_admin_resume(struct eh_admin_request *request)
{
    eh_require(request->waits > 0);
    request->waits--;
    if (request->http) {
        request->admin->began_us = eh_clock_monotonic_us();
        return true;
    }
    if (request->waits == 0)
        request_free(request);
    return false;
}

/* The answer has gone to the client: its connection's deadline begins anew. */
static void on_sent(struct evhttp_request *http, void *context)
{
    (void)http;
    event_add(((struct eh_connection *)context)->timer, &request_time);
}

void eh_admin_answered(struct eh_admin_request *request)
{
    evhttp_request_set_on_complete_cb(request->http, on_sent, request->connection);
    event_add(request->connection->timer, &answer_time); /* for the client to take the answer */
    event_del(request->deadline);
    request->http = NULL;
    request->connection = NULL;
    request->body = eh_str(NULL);
    request->admin->pending--;
    if (request->waits == 0)
        request_free(request);
}

static void on_answer_deadline(evutil_socket_t fd, short what, void *context)
{
    (void)fd, (void)what;
    struct eh_admin_request *request = context;
    request->admin->counts.late++;
    eh_admin_error(request, EH_EUNAVAILABLE, NULL, "not answered within %d s; it may still be done",
                   EH_ADMIN_ANSWER_S);
}

static struct eh_admin_request *request_new(struct eh_admin *admin, struct evhttp_request *http,
                                            struct eh_connection *connection)
{
    struct eh_admin_request *request = calloc(1, sizeof *request);
    eh_require(request);
    request->admin = admin;
    request->http = http;
    request->connection = connection;
    request->peer = connection->peer;
    request->peer->uses++;
    request->deadline = event_new(eh_app_base(admin->app), -1, 0, on_answer_deadline, request);
    eh_require(request->deadline);
    event_add(request->deadline, &answer_time);
    event_del(connection->timer);

    request->next = admin->requests;
    request->link = &admin->requests;
    if (request->next)
        request->next->link = &request->next;
    admin->requests = request;
    admin->pending++;
    admin->counts.requests++;
    return request;
}

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

/* Headers from which a body's end could be read in two ways; NULL: none. */
static const char *framing_fault(struct evhttp_request *http)
{
    const struct evkeyvalq *headers = evhttp_request_get_input_headers(http);
    const struct evkeyval *header;
    unsigned lengths = 0;
    TAILQ_FOREACH(header, headers, next)
    {
        if (strcasecmp(header->key, "Transfer-Encoding") == 0)
            return "Transfer-Encoding is not taken here; send a Content-Length";
        if (strcasecmp(header->key, "Content-Length") == 0 && ++lengths > 1)
            return "Content-Length: given twice";
    }
    return NULL;
}

static int read_target(struct eh_admin_request *request, struct eh_error *error)
{
    const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request->http);
    if (!uri)
        return eh_error_set(error, EH_EPARSE, "the request has no address");
    return eh_admin_path_parse(evhttp_uri_get_path(uri), evhttp_uri_get_query(uri), &request->arena,
                               &request->path, error);
}

static void read_body(struct eh_admin_request *request)
{
    struct evbuffer *input = evhttp_request_get_input_buffer(request->http);
    size_t size = evbuffer_get_length(input);
    if (size > 0)
        request->body = eh_str_n((const char *)evbuffer_pullup(input, -1), size);
    eh_require(size == 0 || request->body.data);
}

/* ---- Work, and rest, so that no crowd of clients keeps the loop from dealing. */

void eh_admin_worked(struct eh_admin *admin)
{
    if (admin->began_us == 0)
        return;
    int64_t now_us = eh_clock_monotonic_us();
    int64_t paid_us = (admin->began_us - admin->worked_us) / EH_ADMIN_REST;
    admin->debt_us = admin->debt_us > paid_us ? admin->debt_us - paid_us : 0;
    admin->debt_us += now_us - admin->began_us;
    admin->worked_us = now_us;
    admin->began_us = 0;
    if (admin->debt_us < EH_ADMIN_DEBT_US || event_pending(admin->rest, EV_TIMEOUT, NULL))
        return;
    int64_t rest_us = admin->debt_us * EH_ADMIN_REST;
    const struct timeval rest = {rest_us / 1000000, rest_us % 1000000};
    event_add(admin->rest, &rest);
}

static void work_on(struct eh_admin_request *request)
{
    struct eh_admin *admin = request->admin;
    struct eh_error error = {0};
    admin->began_us = eh_clock_monotonic_us();
    if (read_target(request, &error) < 0) {
        eh_admin_fail(request, &error);
        return;
    }
    read_body(request);
    eh_peer_refresh(request->peer, eh_app_config(admin->app), eh_app_engine(admin->app));
    eh_admin_dispatch(request, request->method);
    eh_admin_worked(admin);
}

static void enqueue(struct eh_admin_request *request)
{
    struct eh_admin *admin = request->admin;
    eh_admin_wait(request);
    request->queued = NULL;
    *admin->queue_end = request;
    admin->queue_end = &request->queued;
}

static void on_rested(evutil_socket_t fd, short what, void *context)
{
    (void)fd, (void)what;
    struct eh_admin *admin = context;
    while (admin->queue && !event_pending(admin->rest, EV_TIMEOUT, NULL)) {
        struct eh_admin_request *request = admin->queue;
        admin->queue = request->queued;
        if (!admin->queue)
            admin->queue_end = &admin->queue;
        if (eh_admin_resume(request)) /* its deadline may have come first */
            work_on(request);
    }
}

static void on_request(struct evhttp_request *http, void *context)
{
    struct eh_admin *admin = context;
    struct eh_connection *connection = connection_of(admin, http);
    eh_require(connection && connection->peer);
    struct eh_admin_request *request = request_new(admin, http, connection);

    if (connection->refused) {
        evhttp_add_header(evhttp_request_get_output_headers(http), "Connection", "close");
        eh_admin_error_status(request, connection->refused->status, "full", NULL,
                              connection->refused->message);
        return;
    }
    const char *fault = framing_fault(http);
    if (fault) {
        eh_admin_error(request, EH_EPARSE, NULL, "%s", fault);
        return;
    }
    request->method = method_name(evhttp_request_get_command(http));
    if (!request->method)
        eh_admin_error_status(request, 405, "method", NULL, "only GET, POST and PUT are taken");
    else if (admin->queue || event_pending(admin->rest, EV_TIMEOUT, NULL))
        enqueue(request);
    else
        work_on(request);
}

/* ---- Listening. */

/* evhttp has the context of its listener for itself, so that on_accept_error cannot be told. */
static struct eh_admin *listening_admin;

static void accept_again(evutil_socket_t fd, short what, void *context)
{
    (void)fd, (void)what;
    struct eh_admin *admin = context;
    if (admin->bound)
        evconnlistener_enable(evhttp_bound_socket_get_listener(admin->bound));
}

/* Mostly out of descriptors: the waiting connection would wake the loop over and over. */
static void on_accept_error(struct evconnlistener *listener, void *context)
{
    static const struct timeval pause = {1, 0};
    (void)context;
    eh_log_limited(EH_LOG_WARNING, "admin-accept", "accept on the admin socket: %s",
                   evutil_socket_error_to_string(EVUTIL_SOCKET_ERROR()));
    evconnlistener_disable(listener);
    event_add(listening_admin->accept_pause, &pause);
}

static int start_http(struct eh_admin *admin, int fd, struct eh_error *error)
{
    struct event_base *base = eh_app_base(admin->app);
    admin->accept_pause = event_new(base, -1, 0, accept_again, admin);
    admin->rest = event_new(base, -1, 0, on_rested, admin);
    admin->http = evhttp_new(base);
    if (!admin->accept_pause || !admin->rest || !admin->http)
        return eh_error_set(error, EH_ENOMEM, "admin socket: out of memory");

    evhttp_set_max_headers_size(admin->http, EH_ADMIN_HEADERS_MAX);
    evhttp_set_max_body_size(admin->http, EH_ADMIN_DESK_BODY_MAX);
    evhttp_set_flags(admin->http, EVHTTP_SERVER_LINGERING_CLOSE);
    evhttp_set_default_content_type(admin->http, NULL);
    evhttp_set_allowed_methods(admin->http, EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_PUT |
                                                EVHTTP_REQ_HEAD | EVHTTP_REQ_DELETE |
                                                EVHTTP_REQ_OPTIONS | EVHTTP_REQ_TRACE |
                                                EVHTTP_REQ_PATCH); /* the others get our 405 */
    evhttp_set_bevcb(admin->http, new_connection, admin);
    evhttp_set_gencb(admin->http, on_request, admin);
    admin->bound = evhttp_accept_socket_with_handle(admin->http, fd);
    if (!admin->bound)
        return eh_error_set(error, EH_EUNAVAILABLE, "admin socket: cannot accept on it");
    listening_admin = admin;
    evconnlistener_set_error_cb(evhttp_bound_socket_get_listener(admin->bound), on_accept_error);
    return 0;
}

int eh_admin_new(struct eh_app *app, struct eh_admin **ret, struct eh_error *error)
{
    struct eh_admin *admin = calloc(1, sizeof *admin);
    if (!admin)
        return eh_error_set(error, EH_ENOMEM, "admin socket: out of memory");
    admin->app = app;
    admin->queue_end = &admin->queue;
    signal(SIGPIPE, SIG_IGN); /* an answer may come after its client has left */

    struct eh_admin_socket listening;
    int r = eh_admin_socket_open(eh_app_config(app), &listening, error);
    if (r < 0) {
        eh_admin_free(admin);
        return r;
    }
    memcpy(admin->path, listening.path, sizeof admin->path);
    admin->path_device = listening.device;
    admin->path_inode = listening.inode;
    r = start_http(admin, listening.fd, error);
    if (r < 0) {
        if (!admin->bound)
            evutil_closesocket(listening.fd);
        eh_admin_free(admin);
        return r;
    }
    *ret = admin;
    return 0;
}

void eh_admin_close(struct eh_admin *admin)
{
    if (admin->closing)
        return;
    admin->closing = true;
    if (admin->bound)
        evhttp_del_accept_socket(admin->http, admin->bound);
    admin->bound = NULL;
    eh_admin_socket_remove(admin->path, admin->path_device, admin->path_inode);
}

size_t eh_admin_pending(const struct eh_admin *admin)
{
    return admin->pending;
}

/* Whoever still waits for a callback outlives us; the others go. */
static void orphan_requests(struct eh_admin *admin)
{
    for (struct eh_admin_request *queued = admin->queue; queued; queued = queued->queued)
        queued->waits--; /* nobody will take it out any more */
    struct eh_admin_request *request = admin->requests, *next;
    for (; request; request = next) {
        next = request->next;
        eh_peer_release(request->peer);
        event_free(request->deadline);
        request->admin = NULL;
        request->http = NULL;
        request->connection = NULL;
        request->peer = NULL;
        request->deadline = NULL;
        request->next = NULL;
        request->link = &request->next; /* in no list any more */
        if (request->waits == 0)
            request_free(request);
    }
}

void eh_admin_free(struct eh_admin *admin)
{
    if (!admin)
        return;
    eh_admin_close(admin);
    orphan_requests(admin);
    eh_admin_children_stop(admin);
    if (admin->http)
        evhttp_free(admin->http); /* closes the connections, which frees ours */
    while (admin->connections)    /* accepted, never looked at */
        connection_free(admin->connections);
    if (admin->accept_pause)
        event_free(admin->accept_pause);
    if (admin->rest)
        event_free(admin->rest);
    eh_peers_done(&admin->peers);
    free(admin);
}

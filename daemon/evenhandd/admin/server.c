/*
 * server: clients and requests of the admin socket: how many at once, in which turn, and how they
 * are answered. Connections and what they say are http/server.h's matter.
 */
#include <stdlib.h>

#include "admin/api/api.h"
#include "admin/http/as.h"
#include "admin/http/child.h"
#include "admin/server.h"
#include "host/clock.h"
#include "host/loop.h"

static const struct eh_http_refusal no_room_at_all = {
    503, "full", "too many connections to the admin socket; try again in a moment", NULL};
static const struct eh_http_refusal no_room_for_user = {
    429, "full", "too many connections of this user to the admin socket; close some", NULL};
static const struct eh_http_refusal no_room_for_delegates = {
    429, "full", "too many connections of delegates to the admin socket; close some", NULL};

/* ---- Connections. */

/* A delegate's clients are many, so its connections take nobody's place, and nobody takes theirs.
 */
static bool is_apart(const struct eh_peer *peer)
{
    return (peer->roles & EH_MAY_DELEGATE) && !eh_peer_has_reserve(peer);
}

static const struct eh_http_refusal *no_room_apart(const struct eh_admin *admin)
{
    return admin->delegate_count >= EH_ADMIN_DELEGATE_CONNECTIONS ? &no_room_for_delegates : NULL;
}

/* Why there is no room for one more of this user; NULL: there is. */
static const struct eh_http_refusal *no_room(const struct eh_admin *admin,
                                             const struct eh_peer *peer, bool reserve)
{
    const struct eh_config *config = eh_app_config(admin->app);
    int64_t all = config->admin_connections, per_user = config->admin_connections_per_user;
    if (reserve && per_user < EH_ADMIN_OPERATOR_CONNECTIONS)
        per_user = EH_ADMIN_OPERATOR_CONNECTIONS;
    int64_t others = admin->connection_count - admin->operator_count;

    if (admin->connection_count >= all)
        return &no_room_at_all;
    if (!reserve && others >= all - all / EH_ADMIN_RESERVE_PART)
        return &no_room_at_all;
    if (peer->connections >= per_user)
        return &no_room_for_user;
    return NULL;
}

/* Counts a connection in (by 1) or out (by -1). */
static void count(struct eh_admin *admin, const struct eh_http_guest *guest, int by)
{
    struct eh_peer *peer = guest->who;
    uint32_t more = (uint32_t)by; /* modulo 2^32 */
    if (guest->refused) {
        admin->refused_count += more;
        return;
    }
    if (guest->apart) {
        admin->delegate_count += more;
        return;
    }
    admin->connection_count += more;
    admin->operator_count += guest->reserve ? more : 0;
    peer->connections += more;
}

/* Counts the connection in, or marks it refused; false: not even room to say so. */
static bool admit(void *context, evutil_socket_t fd, struct eh_http_guest *ret)
{
    struct eh_admin *admin = context;
    struct eh_error error = {0};
    if (eh_http_takes_reserve(fd)) {
        eh_log_limited(EH_LOG_WARNING, "admin-descriptors",
                       "admin connection dropped: nearly out of descriptors");
        admin->counts.refused_connections++;
        return false;
    }
    struct eh_peer *peer = eh_peers_of_socket(&admin->peers, fd, &error);
    if (!peer) {
        eh_log_limited(EH_LOG_WARNING, "admin-peer", "admin connection dropped: %s", error.text);
        return false;
    }
    /* Has the name looked up until a request is there. Who is not known yet has no reserved place:
     * a crowd of strangers would fill them. An operator who is refused so is known when they try
     * again. */
    (void)eh_peer_is_current(peer);
    eh_peer_refresh(peer, eh_app_config(admin->app), eh_app_engine(admin->app));

    bool reserve = eh_peer_has_reserve(peer), apart = is_apart(peer);
    const struct eh_http_refusal *why =
        apart ? no_room_apart(admin) : no_room(admin, peer, reserve);
    admin->counts.refused_connections += why != NULL;
    if (why && admin->refused_count >= EH_HTTP_REFUSED_MAX) {
        eh_peer_release(peer);
        return false;
    }
    *ret = (struct eh_http_guest){.who = peer, .reserve = reserve, .apart = apart, .refused = why};
    if (why)
        eh_log_limited(EH_LOG_WARNING, "admin-room", "admin connection refused user=%s: %s",
                       peer->user, why->message);
    count(admin, ret, 1);
    return true;
}

static void left(void *context, const struct eh_http_guest *guest)
{
    count(context, guest, -1);
    eh_peer_release(guest->who);
}

/* ---- Requests. */

/* ---- Work, and rest, so that no crowd of clients keeps the loop from dealing. */

static void work_on(struct eh_admin_request *request)
{
    struct eh_admin *admin = request->admin;
    struct eh_error error = {0};
    admin->began_us = eh_clock_monotonic_us();
    eh_loop_note("other", "");
    if (eh_http_path_parse(request->http->path, request->http->query, &request->arena,
                           &request->path, &error) < 0) {
        eh_admin_fail(request, &error);
        return;
    }
    eh_peer_refresh(request->peer, eh_app_config(admin->app), eh_app_engine(admin->app));
    eh_admin_dispatch(request, request->method);
    eh_loop_note("admin", "");
    eh_admin_worked(admin);
}

/* Operators go before all others, who are at most as many as there are places. */
static void enqueue(struct eh_admin_request *request)
{
    struct eh_admin_request **place = &request->admin->queue;
    bool reserve = eh_peer_has_reserve(request->peer);
    eh_admin_wait(request);
    while (*place && (!reserve || eh_peer_has_reserve((*place)->peer)))
        place = &(*place)->queued;
    request->queued = *place;
    *place = request;
}

static void on_rested(evutil_socket_t fd, short what, void *context)
{
    (void)fd, (void)what;
    struct eh_admin *admin = context;
    while (admin->queue && !event_pending(admin->rest, EV_TIMEOUT, NULL)) {
        struct eh_admin_request *request = admin->queue;
        admin->queue = request->queued;
        if (eh_admin_resume(request)) /* its deadline may have come first */
            work_on(request);
    }
}

static void work_soon(struct eh_admin_request *request)
{
    struct eh_admin *admin = request->admin;
    if (request->http->guest->reserve && !eh_peer_has_reserve(request->http->guest->who))
        eh_admin_refuse(request, &no_room_at_all);
    else if (admin->queue || event_pending(admin->rest, EV_TIMEOUT, NULL))
        enqueue(request);
    else
        work_on(request);
}

/* ---- Who asks. */

static void wait_for_name(struct eh_admin_request *request)
{
    struct eh_admin_request **place = &request->admin->unnamed;
    eh_admin_wait(request);
    while (*place)
        place = &(*place)->queued;
    request->queued = NULL;
    *place = request;
}

static void fail_unnamed(struct eh_admin_request *request)
{
    if (eh_peer_is_asked_for(request->peer))
        eh_admin_error(request, EH_EUNAVAILABLE, NULL,
                       "the groups of %s could not be looked up; ask again in a moment",
                       request->peer->user);
    else
        eh_admin_error(request, EH_EUNAVAILABLE, NULL,
                       "name and groups of uid %lu could not be looked up; ask again in a moment",
                       (unsigned long)request->peer->uid);
}

/* Whether it is known who asks, and what they may do; if not, the request waits or is answered. */
static bool know_peer(struct eh_admin_request *request)
{
    const struct eh_admin *admin = request->admin;
    bool current = eh_peer_is_current(request->peer);
    if (!current && eh_peer_is_awaited(request->peer))
        wait_for_name(request);
    else if (!current)
        fail_unnamed(request);
    else
        eh_peer_refresh(request->peer, eh_app_config(admin->app), eh_app_engine(admin->app));
    return current;
}

/* Nobody on this desk: a delegate who asks for them has mistaken the name. */
static bool is_nobody(const struct eh_admin_request *request)
{
    return eh_peer_is_asked_for(request->peer) && request->peer->roles == 0 &&
           eh_app_engine(request->admin->app);
}

static void go_on_named(struct eh_admin_request *request)
{
    struct eh_error error = {0};
    int r = eh_admin_as(request, &error);
    if (r < 0)
        eh_admin_fail(request, &error);
    else if (r > 0 && !know_peer(request))
        return;
    else if (is_nobody(request))
        eh_admin_error(request, EH_EDENIED, NULL, EH_ADMIN_AS ": %s has no role on this desk",
                       request->peer->user);
    else
        work_soon(request);
}

/* A lookup that failed is not waited for again. */
static void go_on_looked_up(struct eh_admin_request *request)
{
    const struct eh_admin *admin = request->admin;
    if (!eh_peer_is_current(request->peer)) {
        fail_unnamed(request);
        return;
    }
    eh_peer_refresh(request->peer, eh_app_config(admin->app), eh_app_engine(admin->app));
    go_on_named(request);
}

static void on_looked_up(void *context, struct eh_peer *peer)
{
    struct eh_admin *admin = context;
    struct eh_admin_request **place = &admin->unnamed, *named = NULL, **end = &named;
    while (*place) {
        struct eh_admin_request *request = *place;
        if (request->peer != peer) {
            place = &request->queued;
            continue;
        }
        *place = request->queued;
        request->queued = NULL;
        *end = request;
        end = &request->queued;
    }
    while (named) {
        struct eh_admin_request *request = named;
        named = request->queued;
        if (eh_admin_resume(request)) /* its deadline may have come first */
            go_on_looked_up(request);
    }
}

static void on_late(void *context, struct eh_http_request *http)
{
    (void)context;
    eh_admin_error(http->state, EH_EUNAVAILABLE, NULL,
                   "not answered within %d s; it may still be done", EH_ADMIN_ANSWER_S);
}

static void ask(void *context, struct eh_http_request *http)
{
    struct eh_admin *admin = context;
    struct eh_admin_request *request;
    struct eh_http_refusal fault;
    struct eh_error error = {0};

    if (eh_admin_request_new(admin, http, &request, &error) < 0) {
        eh_http_error(http, error.code, NULL, "%s", error.text);
        return;
    }
    if (eh_http_fault(http, &fault))
        eh_admin_refuse(request, &fault);
    else if (know_peer(request))
        go_on_named(request);
}

static const struct eh_http_owner owner = {
    .name = "admin socket",
    .methods = "GET, POST, PUT",
    .admit = admit,
    .left = left,
    .ask = ask,
    .late = on_late,
};

static const struct eh_http_limits limits = {
    .headers_max = EH_ADMIN_HEADERS_MAX,
    .body_max = EH_ADMIN_DESK_BODY_MAX,
    .small_body_max = EH_ADMIN_BODY_MAX,
    .large_max = EH_ADMIN_LARGE_MAX,
    .large_reserve = EH_ADMIN_LARGE_RESERVE,
    .large_user = EH_ADMIN_LARGE_USER,
    .answer_small = EH_ADMIN_ANSWER_SMALL,
    .answers_max = EH_ADMIN_ANSWERS_MAX,
    .answers_user = EH_ADMIN_ANSWERS_USER,
    .request_s = EH_ADMIN_REQUEST_S,
    .work_s = EH_ADMIN_ANSWER_S,
    .answer_s = EH_ADMIN_ANSWER_S,
};

/* ---- Its beginning and its end. */

_Static_assert(EH_SOCKET_PATH_MAX == EH_HTTP_PATH_MAX, "the configuration takes what can be bound");

static struct eh_http_address address_of(const struct eh_config *config)
{
    return (struct eh_http_address){.text = config->admin_socket,
                                    .setting = "admin_socket",
                                    .group = config->admin_group,
                                    .group_setting = "admin_group",
                                    .inherits = true};
}

static int start_http(struct eh_admin *admin, struct eh_error *error)
{
    const struct eh_http_address address = address_of(eh_app_config(admin->app));
    const struct eh_http_options options = {eh_app_base(admin->app), &owner, &limits, admin};
    admin->rest = event_new(options.base, -1, 0, on_rested, admin);
    if (!admin->rest)
        return eh_error_set(error, EH_ENOMEM, "admin socket: out of memory");
    int r = eh_http_server_new(&options, &admin->server, error);
    return r < 0 ? r : eh_http_server_listen(admin->server, &address, error);
}

int eh_admin_new(struct eh_app *app, struct eh_admin **ret, struct eh_error *error)
{
    struct eh_admin *admin = calloc(1, sizeof *admin);
    if (!admin)
        return eh_error_set(error, EH_ENOMEM, "admin socket: out of memory");
    admin->app = app;
    eh_peers_init(&admin->peers, eh_app_base(app), on_looked_up, admin);
    int r = start_http(admin, error);
    if (r < 0) {
        eh_admin_free(admin);
        return r;
    }
    *ret = admin;
    return 0;
}

int eh_admin_group_look(const struct eh_config *config, struct eh_error *error)
{
    const struct eh_http_address address = address_of(config);
    gid_t group;
    return *address.group ? eh_http_group_find(&address, &group, error) : 0;
}

int eh_admin_look(struct eh_admin *admin, struct eh_error *error)
{
    return eh_http_server_look(admin->server, error);
}

void eh_admin_close(struct eh_admin *admin)
{
    eh_http_server_close(admin->server);
}

size_t eh_admin_pending(const struct eh_admin *admin)
{
    return admin->pending;
}

/* Whoever still waits for a callback outlives us; the others go. */
static void orphan_requests(struct eh_admin *admin)
{
    struct eh_admin_request *lists[] = {admin->queue, admin->unnamed};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        for (struct eh_admin_request *queued = lists[i]; queued; queued = queued->queued)
            queued->waits--; /* nobody will take it out any more */
    struct eh_admin_request *request = admin->requests, *next;
    for (; request; request = next) {
        next = request->next;
        eh_admin_request_orphan(request);
    }
}

void eh_admin_free(struct eh_admin *admin)
{
    if (!admin)
        return;
    if (admin->server)
        eh_admin_close(admin);
    orphan_requests(admin);
    eh_admin_children_stop(admin);
    eh_http_server_free(admin->server);
    if (admin->rest)
        event_free(admin->rest);
    eh_peers_done(&admin->peers);
    eh_admin_gauges_done(admin);
    free(admin);
}

/*
 * routes: finds the route of a request, looks whether the caller may enter, and asks its handler.
 */
#include "admin/api/api.h"

#define ROW(method, pattern, queries, who, engine, body_max, type, handle)                         \
    {method, pattern, queries, who, engine, body_max, type, handle},

static const struct eh_admin_route routes[] = {EH_ADMIN_ROUTES(ROW)};

const struct eh_admin_route *eh_admin_route(const char *method, const struct eh_http_path *path,
                                            bool *ret_other_method)
{
    bool other = false;
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        if (!eh_http_path_matches(path, routes[i].pattern))
            continue;
        if (strcmp(routes[i].method, method) == 0)
            return &routes[i];
        other = true;
    }
    *ret_other_method = other;
    return NULL;
}

static void no_route(struct eh_admin_request *request, const char *method, bool other_method)
{
    static const struct eh_http_refusal refusal = {405, "method",
                                                   "this address does not take this method", NULL};
    if (other_method)
        eh_admin_refuse(request, &refusal);
    else
        eh_admin_error(request, EH_ENOTFOUND, NULL, "there is nothing at this address for %s",
                       method);
}

/* Whether the caller may use the route. False: the request was answered. */
static bool may_enter(struct eh_admin_request *request, const struct eh_admin_route *route)
{
    const struct eh_peer *peer = request->peer;
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    struct eh_app_status status;
    eh_app_status(request->admin->app, &status);

    if (!(peer->roles & route->who) && engine) {
        char needed[80];
        eh_admin_roles_text(route->who, needed, sizeof needed);
        eh_admin_deny(request, "the role %s", needed);
        return false;
    }
    bool unknown_yet = !(peer->roles & route->who); /* managers and reps stand in the desk */
    if ((unknown_yet || route->needs_engine) && !engine) {
        eh_admin_error(request, EH_EUNAVAILABLE, NULL,
                       "this daemon is %s and does not know the desk; ask the leader, or again in "
                       "a moment",
                       eh_role_name(status.role));
        return false;
    }
    return true;
}

void eh_admin_dispatch(struct eh_admin_request *request, const char *method)
{
    bool other_method = false;
    const struct eh_admin_route *route = eh_admin_route(method, &request->path, &other_method);
    if (!route && request->peer->roles == 0) {
        eh_admin_deny(request, "a role on this desk"); /* strangers learn nothing of addresses */
        return;
    }
    if (!route) {
        no_route(request, method, other_method);
        return;
    }
    if (!may_enter(request, route))
        return;

    const struct eh_http_query *unknown =
        eh_http_path_unknown_query(&request->path, route->queries);
    if (unknown) {
        eh_admin_error(request, EH_EINVAL, NULL, "query parameter %.*s: unknown here",
                       EH_STR_ARG(unknown->name));
        return;
    }
    uint32_t body_max = route->body_max ? route->body_max : EH_ADMIN_BODY_MAX;
    if (request->body.size > body_max) {
        char message[80];
        eh_format(message, sizeof message, "the body is over %u bytes", body_max);
        eh_admin_refuse(request, &(struct eh_http_refusal){413, "too_large", message, NULL});
        return;
    }
    request->route = route;
    request->shows_state = route->needs_engine && strcmp(method, "GET") == 0;
    route->handle(request);
}

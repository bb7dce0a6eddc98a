/*
 * routes: one table of what can be asked for, by whom.
 *
 * A route's `who` is who may have any business there at all; which rep, team or ticket he may see
 * or change is the handler's matter.
 */
#include "admin/api/api.h"

#define READERS  (EH_MAY_OPERATOR | EH_MAY_AUDITOR | EH_MAY_MANAGER | EH_MAY_REP)
#define MANAGERS (EH_MAY_OPERATOR | EH_MAY_MANAGER)

static const struct eh_admin_route routes[] = {
    {"GET", "/healthz", "", EH_MAY_ANY, false, 0, eh_admin_get_health},
    {"GET", "/metrics", "", EH_MAY_OPERATOR | EH_MAY_AUDITOR, false, 0, eh_admin_get_metrics},
    {"GET", "/v1/status", "", EH_MAY_ANY, false, 0, eh_admin_get_status},
    {"GET", "/v1/teams", "after", READERS, true, 0, eh_admin_get_teams},
    {"GET", "/v1/teams/:", "after", READERS, true, 0, eh_admin_get_team},
    {"GET", "/v1/teams/:/fairness", "from to", EH_MAY_OPERATOR | EH_MAY_AUDITOR | EH_MAY_MANAGER,
     true, 0, eh_admin_get_fairness},
    {"GET", "/v1/teams/:/pool", "period explain after", READERS, true, 0, eh_admin_get_pool},
    {"GET", "/v1/teams/:/pools", "after", READERS, true, 0, eh_admin_get_pools},
    {"GET", "/v1/reps", "after", READERS, true, 0, eh_admin_get_reps},
    {"GET", "/v1/reps/:", "", READERS, true, 0, eh_admin_get_rep},
    {"GET", "/v1/tickets", "team rep state after newest since limit", READERS, true, 0,
     eh_admin_get_tickets},
    {"GET", "/v1/tickets/:/:", "", READERS, true, 0, eh_admin_get_ticket},
    {"GET", "/v1/entries", "from to source after",
     EH_MAY_OPERATOR | EH_MAY_AUDITOR | EH_MAY_HELPDESK | EH_MAY_MANAGER, true, 0,
     eh_admin_get_entries},
    {"GET", "/v1/desk", "", READERS, true, 0, eh_admin_get_desk},
    {"GET", "/v1/me", "", EH_MAY_ANY, true, 0, eh_admin_get_me},
    {"GET", "/v1/dead", "after newest since limit", EH_MAY_OPERATOR | EH_MAY_AUDITOR, true, 0,
     eh_admin_get_dead},
    {"GET", "/v1/dead/:", "", EH_MAY_OPERATOR | EH_MAY_AUDITOR, true, 0, eh_admin_get_dead_letter},
    {"GET", "/v1/draws", "after", READERS, true, 0, eh_admin_get_draws},
    {"POST", "/v1/draws/reveal", "dry_run", EH_MAY_OPERATOR, true, EH_ADMIN_BODY_MAX,
     eh_admin_post_reveal},
    {"POST", "/v1/reps/:/signal", "", MANAGERS | EH_MAY_REP, true, EH_ADMIN_BODY_MAX,
     eh_admin_post_signal},
    {"POST", "/v1/reps/:/release", "", MANAGERS, true, EH_ADMIN_BODY_MAX, eh_admin_post_release},
    {"POST", "/v1/tickets", "", EH_MAY_OPERATOR | EH_MAY_HELPDESK, true, EH_ADMIN_BODY_MAX,
     eh_admin_post_ticket},
    {"POST", "/v1/tickets/:/:/outcome", "", MANAGERS | EH_MAY_HELPDESK, true, EH_ADMIN_BODY_MAX,
     eh_admin_post_outcome},
    {"POST", "/v1/tickets/:/:/assign", "", MANAGERS, true, EH_ADMIN_BODY_MAX, eh_admin_post_assign},
    {"POST", "/v1/tickets/:/:/move", "", MANAGERS, true, EH_ADMIN_BODY_MAX, eh_admin_post_move},
    {"POST", "/v1/teams/:/metrics", "", MANAGERS, true, EH_ADMIN_BODY_MAX, eh_admin_post_metric},
    {"POST", "/v1/teams/:/pool/what-if", "period after",
     EH_MAY_OPERATOR | EH_MAY_AUDITOR | EH_MAY_MANAGER, true, EH_ADMIN_DESK_BODY_MAX,
     eh_admin_post_what_if},
    {"POST", "/v1/teams/:/periods/:/freeze", "dry_run", MANAGERS, true, EH_ADMIN_BODY_MAX,
     eh_admin_post_period},
    {"POST", "/v1/teams/:/periods/:/close", "dry_run", MANAGERS, true, EH_ADMIN_BODY_MAX,
     eh_admin_post_period},
    {"POST", "/v1/teams/:/periods/:/pay", "dry_run", MANAGERS, true, EH_ADMIN_BODY_MAX,
     eh_admin_post_period},
    {"POST", "/v1/teams/:/periods/:/exclude", "dry_run", MANAGERS, true, EH_ADMIN_BODY_MAX,
     eh_admin_post_period},
    {"POST", "/v1/teams/:/periods/:/include", "dry_run", MANAGERS, true, EH_ADMIN_BODY_MAX,
     eh_admin_post_period},
    {"POST", "/v1/export", "", EH_MAY_OPERATOR, true, EH_ADMIN_BODY_MAX, eh_admin_post_export},
    {"POST", "/v1/forget", "", EH_MAY_OPERATOR, true, EH_ADMIN_BODY_MAX, eh_admin_post_forget},
    {"PUT", "/v1/desk", "dry_run", EH_MAY_OPERATOR, true, EH_ADMIN_DESK_BODY_MAX,
     eh_admin_put_desk},
};

const struct eh_admin_route *eh_admin_route(const char *method, const struct eh_admin_path *path,
                                            bool *ret_other_method)
{
    bool other = false;
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        if (!eh_admin_path_matches(path, routes[i].pattern))
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
    if (other_method)
        eh_admin_error_status(request, 405, "method", NULL,
                              "this address does not take this method");
    else
        eh_admin_error(request, EH_ENOTFOUND, NULL, "there is nothing at this address for %s",
                       method);
}

/* False: answered already. */
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

    const struct eh_admin_query *unknown =
        eh_admin_path_unknown_query(&request->path, route->queries);
    if (unknown) {
        eh_admin_error(request, EH_EINVAL, NULL, "query parameter %.*s: unknown here",
                       EH_STR_ARG(unknown->name));
        return;
    }
    uint32_t body_max = route->body_max ? route->body_max : EH_ADMIN_BODY_MAX;
    if (request->body.size > body_max) {
        char message[80];
        eh_format(message, sizeof message, "the body is over %u bytes", body_max);
        eh_admin_error_status(request, 413, "too_large", NULL, message);
        return;
    }
    request->shows_state = route->needs_engine && strcmp(method, "GET") == 0;
    route->handle(request);
}

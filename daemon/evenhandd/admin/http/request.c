/*
 * request: the life of a request to the admin socket, and how much of the loop the work for all of
 * them takes. See request.h.
 */
#include "admin/http/request.h"

#include <stdlib.h>

#include "host/clock.h"

static void drop_held(struct eh_admin_request *request)
{
    if (request->held)
        evbuffer_free(request->held);
    request->held = NULL;
}

static void request_free(struct eh_admin_request *request)
{
    *request->link = request->next;
    if (request->next)
        request->next->link = request->link;
    eh_peer_release(request->peer);
    json_decref(request->extra);
    drop_held(request);
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

void eh_admin_answered(struct eh_admin_request *request)
{
    drop_held(request);
    request->http = NULL;
    request->body = eh_str(NULL);
    request->admin->pending--;
    if (request->waits == 0)
        request_free(request);
}

int eh_admin_request_new(struct eh_admin *admin, struct eh_http_request *http,
                         struct eh_admin_request **ret, struct eh_error *error)
{
    struct eh_admin_request *request = calloc(1, sizeof *request);
    if (!request)
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    request->admin = admin;
    request->http = http;
    http->state = request;
    request->method = http->method;
    request->body = http->body;
    request->peer = http->guest->who;
    request->peer->uses++;

    request->next = admin->requests;
    request->link = &admin->requests;
    if (request->next)
        request->next->link = &request->next;
    admin->requests = request;
    admin->pending++;
    admin->counts.requests++;
    *ret = request;
    return 0;
}

void eh_admin_request_orphan(struct eh_admin_request *request)
{
    if (request->http)
        eh_http_request_drop(request->http);
    eh_peer_release(request->peer);
    request->admin = NULL;
    request->http = NULL;
    request->body = eh_str(NULL);
    request->peer = NULL;
    request->next = NULL;
    request->link = &request->next; /* in no list any more */
    if (request->waits == 0)
        request_free(request);
}

struct eh_str eh_admin_part(const struct eh_admin_request *request, const char *name)
{
    return eh_http_path_part(&request->path, request->route->pattern, name);
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

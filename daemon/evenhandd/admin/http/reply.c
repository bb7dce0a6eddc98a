/*
 * reply: the answer to a request: status, headers, JSON body, and how it waits for a COMMIT.
 */
#include <stdarg.h>
#include <stdlib.h>

#include "admin/http/as.h"
#include "http/error.h"

static void send_answer(struct eh_admin_request *request, int status, const char *content_type,
                        struct evbuffer *body)
{
    struct eh_admin *admin = request->admin;
    struct eh_http_request *http = request->http;
    const struct eh_engine *engine = eh_app_engine(admin->app);
    const struct eh_desk *desk = engine ? eh_engine_desk(engine) : NULL;
    char zone[64] = "";
    if (desk)
        eh_format(zone, sizeof zone, "%.*s", EH_STR_ARG(desk->time_zone));
    const struct eh_http_header time_zone = {"Time-Zone", zone, NULL};
    const struct eh_http_answer answer = {
        .status = status,
        .content_type = content_type,
        .headers = *zone ? &time_zone : NULL,
        .body = body,
    };
    if (status >= 500)
        admin->counts.errors_5xx++;
    else if (status >= 400)
        admin->counts.errors_4xx++;
    eh_admin_worked(admin);
    eh_admin_answered(request);
    eh_http_answer(http, &answer);
}

bool eh_admin_has_room(struct eh_admin_request *request, size_t size)
{
    if (!request->http || eh_http_answer_fits(request->http, size))
        return true;
    eh_admin_error(request, EH_EUNAVAILABLE, NULL,
                   "answers of %u bytes wait to be taken; take yours, or ask again in a moment",
                   EH_ADMIN_ANSWERS_MAX);
    return false;
}

static void on_confirmed(void *context, bool confirmed)
{
    struct eh_admin_request *request = context;
    if (!eh_admin_resume(request))
        return;
    struct evbuffer *body = request->held;
    request->held = NULL;
    if (confirmed)
        send_answer(request, 200, EH_HTTP_JSON, body);
    else
        eh_admin_error(request, EH_EUNAVAILABLE, NULL,
                       "PostgreSQL went away before what was read was confirmed; ask again");
    evbuffer_free(body);
}

/* Holds an answer until its COMMIT is confirmed: the state that it shows may be ahead of
 * PostgreSQL. */
static void hold(struct eh_admin_request *request, struct evbuffer *body)
{
    request->held = body;
    eh_admin_wait(request);
    if (eh_app_when_confirmed(request->admin->app, on_confirmed, request) < 0)
        on_confirmed(request, false);
}

/* Takes the body over. It waits as text, which takes less memory than JSON. */
static void send_or_hold(struct eh_admin_request *request, int status, struct evbuffer *text)
{
    bool fits = eh_admin_has_room(request, evbuffer_get_length(text));
    if (fits && request->shows_state && status == 200) {
        hold(request, text);
        return;
    }
    if (fits)
        send_answer(request, status, EH_HTTP_JSON, text);
    evbuffer_free(text);
}

void eh_admin_reply(struct eh_admin_request *request, int status, json_t *body)
{
    struct evbuffer *text = request->http ? eh_http_json_text(body) : NULL;
    json_decref(body);
    if (text)
        send_or_hold(request, status, text);
    else if (request->http)
        eh_admin_error(request, EH_ENOMEM, NULL, "out of memory");
}

void eh_admin_reply_text(struct eh_admin_request *request, const char *content_type,
                         struct evbuffer *body)
{
    if (request->http && eh_admin_has_room(request, evbuffer_get_length(body)))
        send_answer(request, 200, content_type, body);
}

void eh_admin_refuse(struct eh_admin_request *request, const struct eh_http_refusal *refusal)
{
    if (request->http)
        send_or_hold(request, refusal->status, eh_http_refusal_text(refusal));
}

void eh_admin_error(struct eh_admin_request *request, int code, const char *field,
                    const char *format, ...)
{
    char message[EH_ERROR_TEXT_MAX];
    va_list args;
    va_start(args, format);
    const struct eh_http_refusal refusal = eh_http_refusal_of(code, field, message, format, args);
    va_end(args);
    eh_admin_refuse(request, &refusal);
}

void eh_admin_fail(struct eh_admin_request *request, const struct eh_error *error)
{
    eh_admin_error(request, error->code, error->field, "%s",
                   error->text[0] ? error->text : eh_code_name(error->code));
}

void eh_admin_deny(struct eh_admin_request *request, const char *format, ...)
{
    char needed[EH_ERROR_TEXT_MAX / 2], roles[80];
    va_list args;
    va_start(args, format);
    eh_format_v(needed, sizeof needed, format, args);
    va_end(args);
    char actor[EH_NAME_MAX + 1];
    eh_admin_roles_text(request->peer->roles, roles, sizeof roles);
    eh_peer_actor(request->peer, actor);
    if (request->http)
        eh_log_limited(EH_LOG_WARNING, "admin-denied",
                       "refused over the admin socket user=%s uid=%lu request=%.200s: needs %s",
                       actor, (unsigned long)request->peer->uid, request->http->target, needed);
    eh_admin_error(request, EH_EDENIED, NULL, "this needs %s; %s has the role: %s%s", needed,
                   request->peer->user, roles,
                   request->peer->roles == EH_MAY_DELEGATE
                       ? ", which asks for somebody else: say for whom with " EH_ADMIN_AS
                       : "");
}

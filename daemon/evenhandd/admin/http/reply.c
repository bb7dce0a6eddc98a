/*
 * reply: the answer to a request: status, headers, JSON body, and how it waits for a COMMIT.
 */
#include <stdarg.h>
#include <stdlib.h>

#include "admin/http/request.h"

#define JSON        "application/json"
#define REAL_DIGITS 15 /* of a number that is not whole */

/* What a code means over HTTP. */
static const struct {
    int code, status;
    const char *name;
} code_table[] = {
    {EH_EINVAL, 400, "invalid"},       {EH_ERANGE, 400, "range"},
    {EH_EPARSE, 400, "parse"},         {EH_EDENIED, 403, "denied"},
    {EH_ENOTFOUND, 404, "not_found"},  {EH_ECONFLICT, 409, "conflict"},
    {EH_EFULL, 429, "full"},           {EH_EUNAVAILABLE, 503, "unavailable"},
    {EH_ENOMEM, 503, "out_of_memory"}, {EH_ECORRUPT, 500, "corrupt"},
    {EH_EVERSION, 500, "version"},
};

int eh_admin_status_of(int code)
{
    for (size_t i = 0; i < sizeof code_table / sizeof code_table[0]; i++)
        if (code_table[i].code == (code < 0 ? -code : code))
            return code_table[i].status;
    return 500;
}

const char *eh_admin_code_name(int code)
{
    for (size_t i = 0; i < sizeof code_table / sizeof code_table[0]; i++)
        if (code_table[i].code == (code < 0 ? -code : code))
            return code_table[i].name;
    return "internal";
}

/* ---- Answers. */

static const char *phrase(int status)
{
    switch (status) {
    case 200:
        return "OK";
    case 400:
        return "Bad Request";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 409:
        return "Conflict";
    case 413:
        return "Content Too Large";
    case 429:
        return "Too Many Requests";
    case 503:
        return "Service Unavailable";
    default:
        return "Internal Server Error";
    }
}

static int add_to_buffer(const char *data, size_t size, void *context)
{
    return evbuffer_add(context, data, size);
}

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
    bool in_doubt = status == 400 || status == 405 || status == 413; /* where the next one begins */
    const struct eh_http_answer answer = {
        .status = status,
        .phrase = phrase(status),
        .content_type = content_type,
        .allow = status == 405 ? "GET, POST, PUT" : NULL,
        .time_zone = *zone ? zone : NULL,
        .close = in_doubt || admin->closing || http->guest->refused,
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
        send_answer(request, 200, JSON, body);
    else
        eh_admin_error(request, EH_EUNAVAILABLE, NULL,
                       "PostgreSQL went away before what was read was confirmed; ask again");
    evbuffer_free(body);
}

/* What was read may be ahead of PostgreSQL: the answer leaves when its COMMIT is confirmed. */
static void hold(struct eh_admin_request *request, struct evbuffer *body)
{
    request->held = body;
    eh_admin_wait(request);
    if (eh_app_when_confirmed(request->admin->app, on_confirmed, request) < 0)
        on_confirmed(request, false);
}

/* NULL: no memory. */
static struct evbuffer *text_of(json_t *body)
{
    struct evbuffer *text = evbuffer_new();
    if (text && body &&
        json_dump_callback(body, add_to_buffer, text,
                           JSON_COMPACT | JSON_REAL_PRECISION(REAL_DIGITS)) == 0 &&
        evbuffer_add(text, "\n", 1) == 0)
        return text;
    if (text)
        evbuffer_free(text);
    return NULL;
}

static struct evbuffer *no_memory(void)
{
    struct evbuffer *text = evbuffer_new();
    eh_require(text);
    evbuffer_add_printf(text, "{\"error\":{\"code\":\"out_of_memory\",\"message\":"
                              "\"out of memory\",\"field\":null}}\n");
    return text;
}

/* Takes the body. It takes less memory as text than as JSON, so it waits as that. */
static void send_or_hold(struct eh_admin_request *request, int status, struct evbuffer *text)
{
    bool fits = eh_admin_has_room(request, evbuffer_get_length(text));
    if (fits && request->shows_state && status == 200) {
        hold(request, text);
        return;
    }
    if (fits)
        send_answer(request, status, JSON, text);
    evbuffer_free(text);
}

void eh_admin_reply(struct eh_admin_request *request, int status, json_t *body)
{
    struct evbuffer *text = request->http ? text_of(body) : NULL;
    json_decref(body);
    if (!request->http)
        return;
    send_or_hold(request, text ? status : 503, text ? text : no_memory());
}

void eh_admin_reply_text(struct eh_admin_request *request, const char *content_type,
                         struct evbuffer *body)
{
    if (request->http && eh_admin_has_room(request, evbuffer_get_length(body)))
        send_answer(request, 200, content_type, body);
}

void eh_admin_error_status(struct eh_admin_request *request, int status, const char *code,
                           const char *field, const char *message)
{
    json_t *error = json_object();
    eh_json_put(error, "code", eh_json_string(code));
    eh_json_put(error, "message", eh_json_text(eh_str(message)));
    eh_json_put(error, "field", eh_json_string(field));
    json_t *body = json_object();
    eh_json_put(body, "error", error);
    eh_admin_reply(request, status, body);
}

void eh_admin_error(struct eh_admin_request *request, int code, const char *field,
                    const char *format, ...)
{
    char message[EH_ERROR_TEXT_MAX];
    va_list args;
    va_start(args, format);
    eh_format_v(message, sizeof message, format, args);
    va_end(args);
    eh_text_tidy(message, strlen(message));
    eh_admin_error_status(request, eh_admin_status_of(code), eh_admin_code_name(code), field,
                          message);
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
    eh_admin_roles_text(request->peer->roles, roles, sizeof roles);
    if (request->http)
        eh_log_limited(EH_LOG_WARNING, "admin-denied",
                       "refused over the admin socket user=%s uid=%lu request=%.200s: needs %s",
                       request->peer->user, (unsigned long)request->peer->uid,
                       request->http->target, needed);
    eh_admin_error(request, EH_EDENIED, NULL, "this needs %s; %s has the role: %s", needed,
                   request->peer->user, roles);
}

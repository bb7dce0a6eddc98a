/*
 * admin_json: answers and the JSON they are made of.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "admin_internal.h"

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
                   EH_HTTP_ANSWERS_MAX);
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

/* ---- Answers evhttp makes by itself, to what is no proper request: pages of HTML. */

#define LOOK_AT  512 /* bytes in which status line and headers of such a page stand */
#define TEXT_MAX 512 /* bytes of an answer of ours */

static const struct {
    int status;  /* as evhttp says it */
    int instead; /* as we do */
    const char *phrase, *code, *message;
} pages[] = {
    {400, 400, "Bad Request", "parse",
     "this is no HTTP/1.1 request, or its headers are over 8192 bytes"},
    {413, 413, "Content Too Large", "too_large", "the body is over 1048576 bytes"},
    {417, 417, "Expectation Failed", "invalid", "Expect: only 100-continue is known here"},
    {501, 405, "Method Not Allowed", "method", "only GET, POST and PUT are taken"},
};
_Static_assert(EH_HTTP_HEADERS_MAX == 8192 && EH_HTTP_BODY_MAX == 1048576,
               "the sentences above name the limits");

static void replace(struct evbuffer *output, size_t i)
{
    char body[TEXT_MAX], answer[2 * TEXT_MAX];
    int size = snprintf(body, sizeof body,
                        "{\"error\":{\"code\":\"%s\",\"message\":\"%s\",\"field\":null}}\n",
                        pages[i].code, pages[i].message);
    size = snprintf(answer, sizeof answer,
                    "HTTP/1.1 %d %s\r\nContent-Type: application/json\r\n"
                    "Cache-Control: no-store\r\n%sConnection: close\r\n"
                    "Content-Length: %d\r\n\r\n%s",
                    pages[i].instead, pages[i].phrase,
                    pages[i].instead == 405 ? "Allow: GET, POST, PUT\r\n" : "", size, body);
    eh_require(size > 0 && (size_t)size < sizeof answer);
    evbuffer_drain(output, evbuffer_get_length(output));
    evbuffer_add(output, answer, (size_t)size);
}

static bool fix_page(struct evbuffer *output)
{
    char head[LOOK_AT + 1];
    ssize_t size = evbuffer_copyout(output, head, LOOK_AT);
    if (size <= 0)
        return false;
    head[size] = '\0';
    const char *end = strstr(head, "\r\n\r\n");
    const char *type = strstr(head, "\r\nContent-Type: text/html\r\n");
    if (strncmp(head, "HTTP/1.", 7) != 0 || size < 12 || !end || !type || type > end)
        return false;
    long status = strtol(head + 9, NULL, 10);
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++)
        if (pages[i].status == status) {
            replace(output, i);
            return true;
        }
    return false;
}

bool eh_admin_fix_page(struct evbuffer *output)
{
    evbuffer_unfreeze(output, 1); /* a bufferevent keeps others from its front, even to look */
    bool fixed = fix_page(output);
    evbuffer_freeze(output, 1);
    return fixed;
}

/* ---- JSON. */

json_t *eh_json_text(struct eh_str text)
{
    json_t *value = text.size > 0 ? json_stringn(text.data, text.size) : NULL;
    return value ? value : json_null();
}

json_t *eh_json_string(const char *text)
{
    return eh_json_text(eh_str(text));
}

json_t *eh_json_time(int64_t us)
{
    if (us == 0 || us == EH_TIME_NEVER)
        return json_null();
    char text[EH_DECIMAL_TEXT_MAX];
    size_t size = eh_time_print(us, text);
    return eh_json_text(eh_str_n(text, size));
}

json_t *eh_json_hex(const uint8_t *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    char text[129];
    eh_require(size * 2 < sizeof text);
    for (size_t i = 0; i < size; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
    return eh_json_text(eh_str_n(text, size * 2));
}

void eh_json_put(json_t *object, const char *key, json_t *value)
{
    json_object_set_new_nocheck(object, key, value ? value : json_null());
}

json_t *eh_json_list(struct eh_str items)
{
    json_t *list = json_array();
    uint32_t start = 0;
    for (uint32_t i = 0; i <= items.size; i++)
        if (i == items.size || items.data[i] == '\x1f') {
            if (i > start)
                json_array_append_new(list, eh_json_text(eh_str_n(items.data + start, i - start)));
            start = i + 1;
        }
    return list;
}

json_t *eh_json_ticket(const struct eh_ticket_view *ticket, const struct eh_desk *desk)
{
    json_t *body = json_object();
    eh_json_put(body, "source", eh_json_text(ticket->source));
    eh_json_put(body, "id", eh_json_text(ticket->id));
    eh_json_put(body, "number", json_integer((json_int_t)ticket->no));
    eh_json_put(body, "team", eh_json_text(ticket->team));
    eh_json_put(body, "kind", eh_json_text(ticket->kind));
    eh_json_put(body, "value", json_integer(ticket->value));
    eh_json_put(body, "currency", eh_json_text(desk ? desk->currency : eh_str(NULL)));
    eh_json_put(body, "priority", json_integer(ticket->priority));
    eh_json_put(body, "points", json_integer(ticket->points));
    eh_json_put(body, "skills", eh_json_list(ticket->skills));
    eh_json_put(body, "resent_of", ticket->resent_of.size ? eh_json_text(ticket->resent_of) : NULL);
    eh_json_put(body, "state", eh_json_string(eh_ticket_state_name(ticket->state)));
    eh_json_put(body, "rep", eh_json_text(ticket->rep));
    eh_json_put(body, "why", eh_json_text(ticket->waiting_why));
    eh_json_put(body, "received_at", eh_json_time(ticket->received_us));
    eh_json_put(body, "assigned_at", eh_json_time(ticket->assigned_us));
    eh_json_put(body, "closed_at", eh_json_time(ticket->closed_us));
    eh_json_put(body, "outcome", eh_json_text(ticket->outcome));
    eh_json_put(body, "refunded", json_integer(ticket->refunded));
    return body;
}

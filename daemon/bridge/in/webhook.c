/*
 * webhook: the way of a webhook: listened for, verified, parsed, mapped, taken, answered.
 *
 * A delivery whose client has left, or whose answer was late, is taken all the same.
 */
#include "bridge/in/webhook.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>
#include <time.h>

#include "bridge/in/aside.h"
#include "bridge/in/seen.h"
#include "bridge/in/verify.h"
#include "host/bounded.h"
#include "host/log.h"
#include "http/error.h"
#include "http/server.h"

struct eh_webhooks {
    struct eh_webhooks_options options;
    struct eh_http_server *server;
    struct eh_taking *takings;
    struct eh_seen seen;
    struct eh_aside aside;
    struct eh_webhook_counts counts;
    char last_error[EH_ERROR_TEXT_MAX];
};

struct eh_taking {
    struct eh_webhooks *hooks;
    struct eh_http_request *request; /* NULL: it is answered */
    struct eh_str body;              /* a copy, behind this */
    char *event;                     /* the id of the delivery, or NULL */
    unsigned pending;                /* values, and one while they are handed out */
    int r;                           /* the first that went wrong */
    bool aside;                      /* it is kept already */
    struct eh_taking *next, **link;
};

/* ---- Answers. */

static void answer_taken(struct eh_http_request *request)
{
    const struct eh_http_answer answer = {.status = 204};
    eh_http_answer(request, &answer);
}

static void answer_later(struct eh_webhooks *hooks, struct eh_http_request *request,
                         const char *why)
{
    static const struct eh_http_header again = {.name = "Retry-After", .value = "5"};
    const struct eh_http_refusal refusal = {503, "unavailable", why, NULL};
    struct evbuffer *text = eh_http_refusal_text(&refusal);
    const struct eh_http_answer answer = {
        .status = 503, .content_type = EH_HTTP_JSON, .headers = &again, .body = text};
    hooks->counts.deferred++;
    eh_http_answer(request, &answer);
    evbuffer_free(text);
}
_Static_assert(EH_WEBHOOK_RETRY_AFTER_S == 5, "as the header says");

/* ---- A delivery that is being taken. */

static struct eh_taking *taking_new(struct eh_webhooks *hooks, struct eh_http_request *request)
{
    const char *header = hooks->options.profile->event_header;
    const char *event = header[0] ? eh_http_header(request, header) : NULL;
    struct eh_taking *taking = calloc(1, sizeof *taking + request->body.size + 1);
    eh_require(taking);
    *taking = (struct eh_taking){.hooks = hooks,
                                 .request = request,
                                 .pending = 1,
                                 .event = event ? strdup(event) : NULL,
                                 .next = hooks->takings,
                                 .link = &hooks->takings};
    char *body = (char *)(taking + 1);
    if (request->body.size > 0)
        memcpy(body, request->body.data, request->body.size);
    taking->body = eh_str_n(body, request->body.size);
    if (taking->next)
        taking->next->link = &taking->next;
    hooks->takings = taking;
    request->state = taking;
    return taking;
}

static void taking_free(struct eh_taking *taking)
{
    *taking->link = taking->next;
    if (taking->next)
        taking->next->link = taking->link;
    free(taking->event);
    free(taking);
}

static void taking_answer(struct eh_taking *taking)
{
    struct eh_http_request *request = taking->request;
    struct eh_webhooks *hooks = taking->hooks;
    taking->request = NULL;
    if (taking->r == 0) {
        hooks->counts.taken++;
        answer_taken(request);
    } else {
        answer_later(hooks, request, "not taken just now; send it again");
    }
}

static int64_t wall_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* It would fail in the same way each time it came: it is kept, and the helpdesk need not repeat
 * it. */
static void set_aside(struct eh_taking *taking, const char *why)
{
    struct eh_webhooks *hooks = taking->hooks;
    hooks->counts.unmapped++;
    taking->aside = true;
    eh_format(hooks->last_error, sizeof hooks->last_error, "%s", why);
    eh_log_limited(EH_LOG_ERROR, "unmapped", "webhook set aside: %s", why);
    eh_aside_put(&hooks->aside, wall_us(), why, taking->body);
}

void eh_taking_done(struct eh_taking *taking, int r)
{
    const struct eh_webhooks_options *options = &taking->hooks->options;
    if (r == -EH_EINVAL && !taking->aside)
        set_aside(taking, options->why ? options->why(options->context) : "");
    if (taking->r == 0 && r != -EH_EINVAL)
        taking->r = r;
    if (--taking->pending > 0)
        return;
    if (taking->r == 0 && taking->event)
        eh_seen_add(&taking->hooks->seen, eh_str(taking->event));
    if (taking->request)
        taking_answer(taking);
    taking_free(taking);
}

/* ---- What the program makes of it. */

static void on_mapped(void *context, const struct eh_mapped *mapped)
{
    struct eh_taking *taking = context;
    const struct eh_webhooks_options *options = &taking->hooks->options;
    size_t i;
    const json_t *value;
    if (mapped->end != EH_MAP_DONE)
        set_aside(taking, mapped->why);
    else if (json_array_size(mapped->values) == 0)
        set_aside(taking, "in: mapped to nothing; a payload that means nothing has to yield "
                          "{type: \"ignore\", why}");
    json_array_foreach(mapped->values, i, value)
    {
        taking->pending++;
        options->take(options->context, value, taking);
    }
    eh_taking_done(taking, 0);
}

static bool is_private(const struct eh_webhooks *hooks, const char *name)
{
    return strcasecmp(name, "Authorization") == 0 || strcasecmp(name, "Cookie") == 0 ||
           strcasecmp(name, hooks->options.profile->verify.header) == 0;
}

static json_t *headers_of(const struct eh_webhooks *hooks, const struct eh_http_request *request)
{
    json_t *headers = json_object();
    for (const struct eh_http_header *h = request->headers; h; h = h->next) {
        char name[128];
        size_t size = 0;
        for (; h->name[size] && size < sizeof name - 1; size++)
            name[size] = (char)tolower((unsigned char)h->name[size]);
        name[size] = 0;
        if (!is_private(hooks, h->name))
            json_object_set_new(headers, name, json_string(h->value)); /* no UTF-8: left out */
    }
    return headers;
}

static void map_body(struct eh_webhooks *hooks, struct eh_http_request *request, json_t *body)
{
    struct eh_taking *taking = taking_new(hooks, request);
    json_t *input = json_pack("{s:s, s:o, s:O}", "from", "webhook", "headers",
                              headers_of(hooks, request), "body", body);
    int r = input ? eh_map_ask(hooks->options.map, EH_PROGRAM_IN, input, on_mapped, taking)
                  : -EH_ENOMEM;
    json_decref(input);
    if (r < 0)
        eh_taking_done(taking, r);
}

/* ---- Requests. */

static const char *header_of(const void *context, const char *name)
{
    return eh_http_header(context, name);
}

static int verify(const struct eh_webhooks *hooks, const struct eh_http_request *request,
                  struct eh_error *error)
{
    const struct eh_connection *connection = hooks->options.connection;
    char url[EH_URL_MAX * 4];
    eh_format(url, sizeof url, "%s%s", connection->public_url, request->target);
    const struct eh_delivery delivery = {.method = request->method,
                                         .url = url,
                                         .body = request->body,
                                         .header = header_of,
                                         .context = request,
                                         .now_s = wall_us() / 1000000};
    return eh_verify(&hooks->options.profile->verify, connection->webhook_secret, &delivery, error);
}

static bool is_repeat(struct eh_webhooks *hooks, const struct eh_http_request *request)
{
    const char *header = hooks->options.profile->event_header;
    const char *event = header[0] ? eh_http_header(request, header) : NULL;
    return event && eh_seen_has(&hooks->seen, eh_str(event));
}

static void refuse(struct eh_webhooks *hooks, struct eh_http_request *request, uint64_t *count,
                   const struct eh_error *error)
{
    ++*count;
    eh_format(hooks->last_error, sizeof hooks->last_error, "%s", error->text);
    eh_log_limited(EH_LOG_WARNING, "refused", "webhook refused: %s", error->text);
    eh_http_error(request, error->code, NULL, "%s", error->text);
}

static void on_ask(void *context, struct eh_http_request *request)
{
    struct eh_webhooks *hooks = context;
    struct eh_http_refusal fault;
    struct eh_error error = {0};
    const char *closed =
        hooks->options.closed ? hooks->options.closed(hooks->options.context) : NULL;
    json_t *body;
    if (eh_http_fault(request, &fault)) {
        eh_http_refuse(request, &fault);
    } else if (verify(hooks, request, &error) < 0) {
        refuse(hooks, request, &hooks->counts.unverified, &error);
    } else if (is_repeat(hooks, request)) {
        hooks->counts.taken++;
        hooks->counts.repeated++;
        answer_taken(request);
    } else if (closed) {
        answer_later(hooks, request, closed);
    } else if (eh_bounded_json(request->body, &body, &error) < 0) {
        refuse(hooks, request, &hooks->counts.malformed, &error);
    } else {
        map_body(hooks, request, body);
        json_decref(body);
    }
}

static void on_late(void *context, struct eh_http_request *request)
{
    struct eh_taking *taking = request->state;
    eh_require(taking && taking->request == request);
    taking->request = NULL;
    answer_later(context, request, "not taken in time; send it again");
}

static const struct eh_http_owner owner = {
    .name = "webhooks", .methods = "POST", .ask = on_ask, .late = on_late};
static const struct eh_http_limits limits = {
    .connections_max = EH_WEBHOOK_CONNECTIONS,
    .crowd_waits = true,
    .headers_max = 16384,
    .body_max = EH_WEBHOOK_BODY_MAX,
    .small_body_max = 65536,
    .large_max = 16,
    .large_user = 16,
    .answer_small = 65536,
    .answers_max = 1u << 20,
    .answers_user = 1u << 20,
    .request_s = 10,
    .work_s = EH_WEBHOOK_WORK_S,
    .answer_s = 10,
};

/* ---- What the owner calls. */

static int listen_on(struct eh_webhooks *hooks, struct eh_error *error)
{
    const struct eh_http_options http = {hooks->options.base, &owner, &limits, hooks};
    const struct eh_http_address address = {.text = hooks->options.connection->listen,
                                            .setting = "listen",
                                            .backlog = EH_WEBHOOK_BACKLOG};
    int r = eh_http_server_new(&http, &hooks->server, error);
    return r < 0 ? r : eh_http_server_listen(hooks->server, &address, error);
}

int eh_webhooks_new(const struct eh_webhooks_options *options, struct eh_webhooks **ret,
                    struct eh_error *error)
{
    struct eh_webhooks *hooks = calloc(1, sizeof *hooks);
    if (!hooks)
        return eh_error_set(error, EH_ENOMEM, "webhooks: out of memory");
    hooks->options = *options;
    eh_aside_init(&hooks->aside, options->connection->state);
    int r = options->connection->listen[0] ? listen_on(hooks, error) : 0;
    if (r < 0)
        eh_webhooks_free(hooks);
    else
        *ret = hooks;
    return r;
}

const struct eh_webhook_counts *eh_webhooks_counts(const struct eh_webhooks *hooks)
{
    return &hooks->counts;
}

const char *eh_webhooks_last_error(const struct eh_webhooks *hooks)
{
    return hooks->last_error;
}

void eh_webhooks_free(struct eh_webhooks *hooks)
{
    if (!hooks)
        return;
    if (hooks->server)
        eh_http_server_close(hooks->server);
    while (hooks->takings) {
        struct eh_taking *taking = hooks->takings;
        eh_map_forget(hooks->options.map, taking);
        if (taking->request)
            eh_http_request_drop(taking->request);
        taking_free(taking);
    }
    if (hooks->server)
        eh_http_server_free(hooks->server);
    eh_seen_done(&hooks->seen);
    free(hooks);
}

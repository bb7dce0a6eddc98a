/* serve: takes each request to whoever answers it. */
#include "web/serve/serve.h"

#include <stdlib.h>

#include "host/log.h"
#include "web/screens/screens.h"
#include "web/serve/private.h"
#include "web/site/site.h"

/* A browser has half a dozen connections. The forms of the page are small; a document is, too, once
 * it is compressed. The files of the page stand in the program: sending them takes no memory. */
static const struct eh_http_limits limits = {.connections_max = EH_SERVE_CONNECTIONS_MAX,
                                             .headers_max = EH_SERVE_HEADERS_MAX,
                                             .body_max = EH_FORM_BYTES_MAX,
                                             .small_body_max = EH_SERVE_BODY_SMALL,
                                             .large_max = EH_SERVE_BODIES_MAX,
                                             .large_user = EH_SERVE_BODIES_MAX,
                                             .answer_small = EH_SERVE_DOCUMENT_SMALL,
                                             .answers_max = EH_SERVE_DOCUMENTS_MAX,
                                             .answers_user = EH_SERVE_DOCUMENTS_MAX,
                                             .request_s = EH_SERVE_REQUEST_S,
                                             .answer_s = EH_SERVE_ANSWER_S};

static void answer_health(struct eh_serve *serve, struct eh_http_request *request)
{
    bool there = eh_answers_status(serve->pages.answers) != NULL;
    struct evbuffer *body = evbuffer_new();
    eh_require(body);
    evbuffer_add_printf(body, "{\"ok\":%s}\n", there ? "true" : "false");
    eh_http_answer(request, &(struct eh_http_answer){.status = there ? 200 : 503,
                                                     .content_type = "application/json",
                                                     .body = body});
    evbuffer_free(body);
}

/* A page that fetches itself says what it was told. */
static void hear(struct eh_serve *serve, const struct eh_http_request *request,
                 const struct eh_who *who)
{
    int64_t version;
    const char *told = eh_http_header(request, "Evenhand-Page");
    if (told && eh_integer_parse(eh_str(told), &version, NULL) == 0 && version > 0)
        eh_answers_heard(serve->pages.answers, who->name, (uint64_t)version);
}

/* For people who are signed in. */
static void answer_person(struct eh_serve *serve, struct eh_http_request *request, bool post)
{
    struct eh_who who;
    if (!eh_sign_who(serve->sign, request, &who)) {
        if (post)
            eh_reply_say(request, 401, "Signed out",
                         "Your session is over. Nothing was changed; sign in again.");
        else
            eh_reply_go(request, "/sign-in", NULL);
    } else if (!post && strcmp(request->path, "/events") == 0) {
        eh_live_add(serve->live, request, who.name, eh_answers_version(serve->pages.answers));
    } else if (!post) {
        hear(serve, request, &who);
        eh_visit_show(serve, request, &who);
    } else if (strcmp(request->path, "/sign-out") == 0) {
        eh_entry_sign_out(serve, request, &who);
    } else {
        eh_visit_change(serve, request, &who);
    }
}

static void on_ask(void *context, struct eh_http_request *request)
{
    struct eh_serve *serve = context;
    struct eh_http_refusal fault;
    request->state = serve;
    bool post = request->method && strcmp(request->method, "POST") == 0;
    if (eh_http_fault(request, &fault))
        eh_http_refuse(request, &fault);
    else if (!request->path || !eh_guard_host(serve->config, request))
        eh_http_error(request, EH_EDENIED, NULL, "this host is not served here");
    else if (post && !eh_guard_origin(serve->config, request))
        eh_reply_say(request, 403, "Not from here",
                     "This was sent by another site. Nothing was changed.");
    else if (!post && strcmp(request->path, "/healthz") == 0)
        answer_health(serve, request);
    else if (!eh_site_answer(request) && !eh_entry_take(serve, request))
        answer_person(serve, request, post);
}

static const struct eh_http_owner owner = {.name = "page", .methods = "GET, POST", .ask = on_ask};

/* ---- Its beginning and its end. */

static void on_sweep(evutil_socket_t fd, short what, void *context)
{
    (void)fd, (void)what;
    eh_sign_sweep(((struct eh_serve *)context)->sign);
}

static void on_moved(void *context, uint64_t version)
{
    eh_live_tell(((struct eh_serve *)context)->live, version);
}

static int listen_on(struct eh_serve *serve, struct eh_error *error)
{
    const struct eh_http_address address = {.text = serve->config->listen,
                                            .setting = "listen",
                                            .group = serve->config->listen_group,
                                            .group_setting = "listen_group",
                                            .inherits = true};
    const struct eh_http_options options = {serve->base, &owner, &limits, serve};
    int r = eh_http_server_new(&options, &serve->http, error);
    return r < 0 ? r : eh_http_server_listen(serve->http, &address, error);
}

static int begin(struct eh_serve *serve, struct eh_error *error)
{
    static const struct timeval often = {EH_SERVE_SWEEP_S, 0};
    int r = eh_sign_new(serve->config, &serve->sign, error);
    serve->pages.sign = serve->sign;
    if (r == 0)
        r = eh_clock_init(&serve->pages.clock, error);
    if (r == 0)
        r = eh_answers_new(serve->base, serve->config->admin_socket, &serve->pages.answers, error);
    if (r == 0)
        r = eh_live_new(serve->base, &serve->live, error);
    if (r == 0)
        eh_answers_on_moved(serve->pages.answers, on_moved, serve);
    if (r == 0 && eh_change_pace_new(&serve->pace) < 0)
        r = eh_error_set(error, EH_ENOMEM, "out of memory");
    if (r == 0)
        r = listen_on(serve, error);
    serve->sweep = event_new(serve->base, -1, EV_PERSIST, on_sweep, serve);
    eh_require(serve->sweep);
    event_add(serve->sweep, &often);
    return r;
}

int eh_serve_new(struct event_base *base, const struct eh_web_config *config, struct eh_serve **ret,
                 struct eh_error *error)
{
    struct eh_serve *serve = calloc(1, sizeof *serve);
    if (!serve)
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    serve->base = base;
    serve->config = serve->pages.config = config;
    serve->pages.screens = eh_screens;
    int r = begin(serve, error);
    if (r < 0)
        eh_serve_free(serve);
    else
        *ret = serve;
    return r;
}

void eh_serve_free(struct eh_serve *serve)
{
    if (!serve)
        return;
    eh_answers_free(serve->pages.answers);
    if (serve->http)
        eh_http_server_close(serve->http);
    eh_visit_drop_all(serve);
    eh_live_free(serve->live);
    eh_http_server_free(serve->http);
    eh_change_pace_free(serve->pace);
    eh_sign_free(serve->sign);
    event_free(serve->sweep);
    free(serve);
}

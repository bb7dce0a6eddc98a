/* control: two small servers with one set of answers, and a client that waits. */
#include "bridge/commands/control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "http/error.h"
#include "http/path.h"
#include "http/server.h"

#define CLIENT_S   10
#define ANSWER_MAX 65536

struct eh_control {
    struct eh_bridge_app *app;
    struct eh_http_server *health, *control;
    char path[300];
};

/* ---- Answers. */

static void answer_text(struct eh_http_request *request, int status, const char *type,
                        struct evbuffer *text)
{
    const struct eh_http_answer answer = {.status = status, .content_type = type, .body = text};
    eh_http_answer(request, &answer);
    evbuffer_free(text);
}

static void answer_json(struct eh_http_request *request, int status, json_t *value)
{
    struct evbuffer *text = eh_http_json_text(value);
    json_decref(value);
    eh_require(text);
    answer_text(request, status, EH_HTTP_JSON, text);
}

static void answer_health(struct eh_control *control, struct eh_http_request *request)
{
    const char *trouble = eh_bridge_app_trouble(control->app);
    answer_json(request, trouble ? 503 : 200,
                json_pack("{s:b, s:s?}", "healthy", trouble == NULL, "why", trouble));
}

/* A gauge for each number of the status: evenhand_bridge_webhooks_taken{connection="help"} 7 */
static void put_metrics(struct evbuffer *out, const char *connection, const char *prefix,
                        const json_t *object)
{
    const char *key;
    const json_t *value;
    json_object_foreach((json_t *)object, key, value)
    {
        if (json_is_object(value))
            put_metrics(out, connection, key, value);
        else if (json_is_integer(value) || json_is_boolean(value))
            evbuffer_add_printf(out, "evenhand_bridge_%s%s%s{connection=\"%s\"} %lld\n", prefix,
                                prefix[0] ? "_" : "", key, connection,
                                json_is_boolean(value) ? (long long)json_is_true(value)
                                                       : (long long)json_integer_value(value));
    }
}

static void answer_metrics(struct eh_control *control, struct eh_http_request *request)
{
    struct evbuffer *text = evbuffer_new();
    json_t *status = eh_bridge_app_status(control->app);
    eh_require(text && status);
    evbuffer_add_printf(text, "evenhand_bridge_up 1\n");
    put_metrics(text, json_string_value(json_object_get(status, "connection")), "", status);
    json_decref(status);
    answer_text(request, 200, "text/plain; version=0.0.4", text);
}

static void answer_done(struct eh_http_request *request)
{
    answer_json(request, 200, json_pack("{s:b}", "done", true));
}

static void unpark(struct eh_control *control, struct eh_http_request *request, bool again)
{
    struct eh_error error = {0};
    struct eh_http_path path;
    char id[EH_NAME_MAX + 1];
    int r = eh_http_path_parse(request->path, request->query, &request->arena, &path, &error);
    struct eh_str said = r < 0 ? eh_str(NULL) : eh_http_path_query(&path, "id");
    if (r == 0 && (said.size == 0 || said.size > EH_NAME_MAX))
        r = eh_error_set(&error, EH_EINVAL, "id: has to be given");
    eh_format(id, sizeof id, "%.*s", EH_STR_ARG(said));
    if (r == 0)
        r = eh_bridge_app_unpark(control->app, id, again, &error);
    if (r < 0)
        eh_http_error(request, r, NULL, "%s", error.text);
    else
        answer_done(request);
}

static void on_control(void *context, struct eh_http_request *request)
{
    struct eh_control *control = context;
    struct eh_http_refusal fault;
    const char *path = request->path ? request->path : "";
    bool post = request->method && strcmp(request->method, "POST") == 0;
    if (eh_http_fault(request, &fault)) {
        eh_http_refuse(request, &fault);
    } else if (!post && strcmp(path, "/status") == 0) {
        answer_json(request, 200, eh_bridge_app_status(control->app));
    } else if (post && strcmp(path, "/sweep") == 0) {
        eh_bridge_app_sweep(control->app);
        answer_done(request);
    } else if (post && strcmp(path, "/parked/retry") == 0) {
        unpark(control, request, true);
    } else if (post && strcmp(path, "/parked/drop") == 0) {
        unpark(control, request, false);
    } else {
        eh_http_error(request, EH_ENOTFOUND, NULL, "%s: is not here", path);
    }
}

static void on_health(void *context, struct eh_http_request *request)
{
    struct eh_http_refusal fault;
    const char *path = request->path ? request->path : "";
    if (eh_http_fault(request, &fault))
        eh_http_refuse(request, &fault);
    else if (strcmp(path, "/healthz") == 0)
        answer_health(context, request);
    else if (strcmp(path, "/metrics") == 0)
        answer_metrics(context, request);
    else
        eh_http_error(request, EH_ENOTFOUND, NULL, "only /healthz and /metrics are here");
}

static const struct eh_http_owner control_owner = {
    .name = "control", .methods = "GET, POST", .ask = on_control};
static const struct eh_http_owner health_owner = {
    .name = "health", .methods = "GET", .ask = on_health};
static const struct eh_http_limits limits = {EH_HTTP_LIMITS_USUAL};

/* ---- Listening. */

static int listen_on(struct eh_control *control, struct event_base *base,
                     const struct eh_http_owner *owner, const struct eh_http_address *address,
                     struct eh_http_server **ret, struct eh_error *error)
{
    const struct eh_http_options options = {base, owner, &limits, control};
    int r = eh_http_server_new(&options, ret, error);
    return r < 0 ? r : eh_http_server_listen(*ret, address, error);
}

int eh_control_new(struct event_base *base, const struct eh_connection *connection,
                   struct eh_bridge_app *app, struct eh_control **ret, struct eh_error *error)
{
    struct eh_control *control = calloc(1, sizeof *control);
    if (!control)
        return eh_error_set(error, EH_ENOMEM, "control: out of memory");
    control->app = app;
    eh_format(control->path, sizeof control->path, "%s/" EH_CONTROL_SOCKET, connection->state);
    const struct eh_http_address own = {.text = control->path, .setting = "state", .mode = 0600};
    const struct eh_http_address health = {.text = connection->health, .setting = "health"};
    int r = listen_on(control, base, &control_owner, &own, &control->control, error);
    if (r == 0 && connection->health[0])
        r = listen_on(control, base, &health_owner, &health, &control->health, error);
    if (r < 0)
        eh_control_free(control);
    else
        *ret = control;
    return r;
}

static void server_free(struct eh_http_server *server)
{
    if (!server)
        return;
    eh_http_server_close(server);
    eh_http_server_free(server);
}

void eh_control_free(struct eh_control *control)
{
    if (!control)
        return;
    server_free(control->health);
    server_free(control->control);
    free(control);
}

/* ---- The other side. */

static int dial(const char *path, struct eh_error *error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const struct timeval most = {CLIENT_S, 0};
    if (strlen(path) >= sizeof address.sun_path)
        return eh_error_set(error, EH_EINVAL, "%s: the path of a socket is too long", path);
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return eh_error_set(error, EH_EUNAVAILABLE, "no socket: %s", strerror(errno));
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    int why = errno;
    close(fd);
    return eh_error_set(error, why == EACCES ? EH_EDENIED : EH_EUNAVAILABLE, "%s: %s", path,
                        why == EACCES ? "not allowed to this user"
                                      : "no connection runs with this folder");
}

/* Until it hangs up, or there is no more room. */
static size_t read_answer(int fd, char *to, size_t size)
{
    size_t at = 0;
    ssize_t n = 1;
    while (at < size - 1 && (n = read(fd, to + at, size - 1 - at)) > 0)
        at += (size_t)n;
    to[at] = 0;
    return at;
}

static int exchange(int fd, const char *method, const char *target, int *ret_status, json_t **ret)
{
    char request[1024];
    char *answer = malloc(ANSWER_MAX);
    int r = -EH_ENOMEM;
    size_t size = eh_format(request, sizeof request,
                            "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                            "Content-Length: 0\r\n\r\n",
                            method, target);
    if (answer && size < sizeof request && write(fd, request, size) == (ssize_t)size) {
        read_answer(fd, answer, ANSWER_MAX);
        const char *body = strstr(answer, "\r\n\r\n");
        *ret = body ? json_loads(body + 4, 0, NULL) : NULL;
        r = body && sscanf(answer, "HTTP/1.1 %d", ret_status) == 1 ? 0 : -EH_EUNAVAILABLE;
    }
    free(answer);
    return r;
}

int eh_control_ask(const struct eh_connection *connection, const char *method, const char *target,
                   int *ret_status, json_t **ret, struct eh_error *error)
{
    char path[300];
    eh_format(path, sizeof path, "%s/" EH_CONTROL_SOCKET, connection->state);
    int fd = dial(path, error);
    if (fd < 0)
        return fd;
    int r = exchange(fd, method, target, ret_status, ret);
    close(fd);
    if (r < 0)
        eh_error_set(error, -r, "%s: does not answer", path);
    return r;
}

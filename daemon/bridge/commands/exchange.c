/* exchange: what check and a running connection do with callbacks, made to wait. */
#include "bridge/commands/exchange.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <event2/event.h>

#include "host/bounded.h"
#include "bridge/out/cursor.h"
#include "bridge/out/out.h"

#define SIGNALS   3
#define LOOK_MS   100 /* how often a helpdesk that does not take our log-in is noticed */
#define WORDS_MAX 160 /* bytes of what the helpdesk says */

struct eh_exchange {
    struct eh_connection *connection;
    const struct eh_profile *profile;
    struct event_base *base;
    struct event *look;
    struct eh_map *map;
    struct eh_out *out;
    char folder[sizeof "/tmp/evenhand-add-XXXXXX"];
    struct event *signals[SIGNALS];
    bool over;
    bool stopped, takes_back;
    bool only_reads; /* the request that is under way */
    bool is_lost;    /* ... has no answer, and may have been taken nevertheless */
    unsigned looks;  /* at the log-in, since the request went out */
    json_t *values, *answer;
    char why[EH_ERROR_TEXT_MAX];
};

/* ---- A program. */

static void on_mapped(void *context, const struct eh_mapped *mapped)
{
    struct eh_exchange *exchange = context;
    exchange->over = true;
    exchange->values = json_incref(mapped->values);
    eh_format(exchange->why, sizeof exchange->why, "%s", mapped->why ? mapped->why : "");
    event_base_loopbreak(exchange->base);
}

static void wait(struct eh_exchange *exchange)
{
    exchange->over = exchange->is_lost = false;
    exchange->why[0] = 0;
    while (!exchange->over && event_base_dispatch(exchange->base) == 0)
        ;
}

int eh_exchange_run(struct eh_exchange *exchange, enum eh_program program, const json_t *input,
                    json_t **ret, struct eh_error *error)
{
    exchange->values = NULL;
    if (eh_map_ask(exchange->map, program, input, on_mapped, exchange) < 0)
        return eh_error_set(error, EH_ENOMEM, "%s: cannot be asked", eh_program_name(program));
    wait(exchange);
    if (!exchange->values)
        return eh_error_set(error, EH_EINVAL, "%s", exchange->why);
    *ret = exchange->values;
    return 0;
}

/* ---- What the helpdesk answers. */

static void on_answer(void *context, const struct eh_web_answer *web)
{
    struct eh_exchange *exchange = context;
    json_t *body = NULL;
    exchange->over = true;
    event_base_loopbreak(exchange->base);
    exchange->is_lost = web->end == EH_WEB_LOST && !exchange->only_reads;
    if (web->end != EH_WEB_ANSWERED) {
        eh_format(exchange->why, sizeof exchange->why, "%s", web->why);
        return;
    }
    if (eh_bounded_json(web->body, &body, NULL) < 0)
        body = NULL;
    exchange->answer = json_pack("{s:i, s:o?}", "status", web->status, "body", body);
}

/* A log-in that is not taken is tried for ever: here once is enough. */
static void on_look(evutil_socket_t fd, short what, void *context)
{
    (void)fd, (void)what;
    struct eh_exchange *exchange = context;
    struct eh_out_figures figures;
    eh_out_figures(exchange->out, &figures);
    bool refused = exchange->profile->programs[EH_PROGRAM_LOGIN] && figures.trouble[0];
    if (exchange->over || (!refused && ++exchange->looks < EH_EXCHANGE_S * 1000 / LOOK_MS))
        return;
    exchange->over = true;
    eh_format(exchange->why, sizeof exchange->why, "%s", figures.trouble);
    event_base_loopbreak(exchange->base);
}

static const char *status_advice(int status)
{
    switch (status) {
    case 401:
        return "it does not take this secret: give the right one";
    case 403:
        return "its account may not do that there: give it the rights that the profile's `setup` "
               "names";
    case 404:
        return "is the address right, and the profile?";
    case 409:
    case 422:
        return "it may have this already: look there, and delete what is left of an earlier one";
    case 429:
        return "it wants to be left alone: try again in some minutes";
    default:
        return status >= 500 ? "it fails itself: try again later"
                             : "compare its version with the profile's head";
    }
}

/* Its own words, as far as they are text of one line and have no secret of ours in them. */
static void words_take(const struct eh_exchange *exchange, const json_t *body, char *ret,
                       size_t size)
{
    static const char *const keys[] = {"error_human", "message", "error", "description", "detail"};
    const char *text = NULL;
    for (size_t i = 0; !text && i < sizeof keys / sizeof *keys; i++)
        text = json_string_value(json_object_get(body, keys[i]));
    char *dumped = text || !body ? NULL : json_dumps(body, JSON_COMPACT | JSON_ENCODE_ANY);
    text = text ? text : dumped ? dumped : "";
    const char *hook = exchange->connection->webhook_secret, *own = exchange->connection->secret;
    bool hide = (hook[0] && strstr(text, hook)) || (own[0] && strstr(text, own));
    size_t most = hide ? 0 : strnlen(text, WORDS_MAX + 1);
    while (most > WORDS_MAX || (most > 0 && ((unsigned char)text[most] & 0xc0) == 0x80))
        most--; /* no half of a character */
    eh_format(ret, size, "%s%.*s", most == 0 ? "" : ": ", (int)most, text);
    for (char *c = ret; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = ' ';
    free(dumped);
}

static int answer_check(const struct eh_exchange *exchange, const json_t *request,
                        struct eh_error *error)
{
    char words[WORDS_MAX + 8];
    int status = (int)json_integer_value(json_object_get(exchange->answer, "status"));
    const char *method = json_string_value(json_object_get(request, "method"));
    const char *path = json_string_value(json_object_get(request, "path"));
    if ((status >= 200 && status < 300) || json_is_true(json_object_get(request, "optional")))
        return 0;
    words_take(exchange, json_object_get(exchange->answer, "body"), words, sizeof words);
    return eh_error_set(error,
                        status == 401 || status == 403 ? EH_EDENIED
                        : status >= 500                ? EH_EUNAVAILABLE
                                                       : EH_ECONFLICT,
                        "%s: %s %.*s: answers %d%s; %s", exchange->connection->url,
                        method ? method : "GET", (int)strcspn(path, "?"), path, status, words,
                        status_advice(status));
}

/* ---- Being stopped. */

static void on_signal(evutil_socket_t number, short what, void *context)
{
    (void)number, (void)what;
    struct eh_exchange *exchange = context;
    if (exchange->only_reads && !exchange->over) {
        exchange->over = true;
        event_base_loopbreak(exchange->base);
    } else if (!exchange->stopped) {
        fputs("evenhand-bridge: stopping: what is made in the helpdesk is taken back\n", stderr);
    }
    exchange->stopped = true;
}

static void signals_watch(struct eh_exchange *exchange)
{
    static const int numbers[SIGNALS] = {SIGINT, SIGTERM, SIGHUP};
    for (int i = 0; i < SIGNALS; i++) {
        exchange->signals[i] = evsignal_new(exchange->base, numbers[i], on_signal, exchange);
        eh_require(exchange->signals[i] && event_add(exchange->signals[i], NULL) == 0);
    }
}

int eh_exchange_stopped(const struct eh_exchange *exchange, struct eh_error *error)
{
    if (!exchange->stopped || exchange->takes_back)
        return 0;
    return eh_error_set(error, EH_ECONFLICT, "stopped by a signal: nothing was written");
}

void eh_exchange_takes_back(struct eh_exchange *exchange)
{
    exchange->takes_back = true;
}

/* ---- A request. */

static int unanswered(const struct eh_exchange *exchange, const json_t *request,
                      struct eh_error *error)
{
    const char *why = exchange->why[0] ? exchange->why : "the helpdesk does not answer";
    if (!exchange->is_lost)
        return eh_error_set(error, EH_EUNAVAILABLE, "%s; look at the address and the log-in", why);
    return eh_error_set(error, EH_EUNAVAILABLE,
                        "%s; %s %s may have been taken nevertheless: look there, and delete what "
                        "it made",
                        why, json_string_value(json_object_get(request, "method")),
                        json_string_value(json_object_get(request, "path")));
}

static bool request_reads(const struct eh_exchange *exchange, const json_t *request)
{
    const char *method = json_string_value(json_object_get(request, "method"));
    return !exchange->takes_back && (!method || strcmp(method, "GET") == 0);
}

int eh_exchange_send(struct eh_exchange *exchange, json_t *request, json_t **ret,
                     struct eh_error *error)
{
    static const struct timeval look = {0, LOOK_MS * 1000};
    int r = eh_exchange_stopped(exchange, error);
    if (r < 0)
        return r;
    exchange->answer = NULL;
    exchange->only_reads = request_reads(exchange, request);
    if (eh_out_fetch(exchange->out, request, on_answer, exchange) < 0)
        return eh_error_set(error, EH_EINVAL, "the profile asks for something that is no request");
    event_add(exchange->look, &look);
    exchange->looks = 0;
    wait(exchange);
    event_del(exchange->look);
    eh_out_forget(exchange->out, exchange);
    if (!exchange->answer && exchange->only_reads)
        r = eh_exchange_stopped(exchange, error);
    if (!exchange->answer)
        return r < 0 ? r : unanswered(exchange, request, error);
    exchange->only_reads = false;
    r = answer_check(exchange, request, error);
    if (r < 0)
        json_decref(exchange->answer);
    else
        *ret = exchange->answer;
    return r;
}

const struct eh_connection *eh_exchange_connection(const struct eh_exchange *exchange)
{
    return exchange->connection;
}

/* ---- Its making. */

static int parts_make(struct eh_exchange *exchange, struct eh_error *error)
{
    json_t *seen = eh_connection_public(exchange->connection);
    const struct eh_map_options map = {.base = exchange->base,
                                       .programs = (const char *const *)exchange->profile->programs,
                                       .names = eh_program_names(),
                                       .count = EH_PROGRAM_COUNT,
                                       .connection = seen};
    int r = eh_map_new(&map, &exchange->map, error);
    json_decref(seen);
    const struct eh_out_options out = {.base = exchange->base,
                                       .connection = exchange->connection,
                                       .profile = exchange->profile,
                                       .map = exchange->map,
                                       .session = exchange->profile->session};
    if (r == 0)
        r = eh_out_new(&out, &exchange->out, error);
    if (r == 0)
        eh_out_start(exchange->out);
    return r;
}

int eh_exchange_new(struct eh_connection *connection, const struct eh_profile *profile,
                    struct eh_exchange **ret, struct eh_error *error)
{
    struct eh_exchange *exchange = calloc(1, sizeof *exchange);
    if (!exchange)
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    exchange->connection = connection;
    exchange->profile = profile;
    exchange->base = event_base_new();
    eh_require(exchange->base);
    exchange->look = event_new(exchange->base, -1, EV_PERSIST, on_look, exchange);
    eh_require(exchange->look);
    signals_watch(exchange);
    strcpy(exchange->folder, "/tmp/evenhand-add-XXXXXX");
    int r = mkdtemp(exchange->folder)
                ? 0
                : eh_error_set(error, EH_EUNAVAILABLE, "%s: cannot be made", exchange->folder);
    if (r < 0)
        exchange->folder[0] = 0;
    eh_format(connection->state, sizeof connection->state, "%s", exchange->folder);
    if (r == 0)
        r = parts_make(exchange, error);
    if (r < 0)
        eh_exchange_free(exchange);
    else
        *ret = exchange;
    return r;
}

void eh_exchange_free(struct eh_exchange *exchange)
{
    char path[64];
    if (!exchange)
        return;
    eh_out_free(exchange->out);
    eh_map_free(exchange->map);
    event_free(exchange->look);
    for (int i = 0; i < SIGNALS; i++)
        event_free(exchange->signals[i]);
    event_base_free(exchange->base);
    for (int i = 0; exchange->folder[0] && i < 2; i++) {
        eh_format(path, sizeof path, "%s/%s", exchange->folder,
                  i ? EH_PARKED_FILE : EH_CURSOR_FILE);
        unlink(path);
    }
    if (exchange->folder[0])
        rmdir(exchange->folder);
    free(exchange);
}

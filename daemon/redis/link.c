/*
 * link: the life of one hiredis connection.
 *
 * hiredis 0.14 may be told to free a context only where none of its own callbacks runs, so whoever
 * drops the link inside a callback only marks it (LINK_CLOSING) and an event of its own does it on
 * the next turn of the loop. Once marked, every callback gets NULL, also for replies already read.
 */
#include "redis/link.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

#include <arpa/inet.h>
#include <hiredis/adapters/libevent.h>
#include <hiredis/async.h>

#include "host/log.h"
#include "redis/reply.h"

#define CONNECT_TIMEOUT_S 10
#define BACKOFF_MIN_MS    100
#define BACKOFF_MAX_MS    5000
#define SETTLED_US        1000000 /* up for longer than this: the backoff begins anew */
#define OUTSTANDING_MAX   16384   /* commands without an answer */

enum link_state {
    LINK_IDLE,       /* not started, or stopped */
    LINK_WAITING,    /* for the backoff to end */
    LINK_CONNECTING, /* until onConnect */
    LINK_GREETING,   /* AUTH and PING are under way */
    LINK_UP,
    LINK_CLOSING /* to be dropped; nobody may send */
};

struct call {
    struct call *next;
    struct eh_redis_link *link;
    eh_redis_reply_fn *fn; /* NULL: nobody cares */
    void *context;
};

struct eh_redis_link {
    struct event_base *base;
    struct eh_redis_address address;
    char name[32];
    eh_redis_state_fn *on_state;
    void *context;

    enum link_state state;
    bool wanted;    /* between start and stop */
    bool was_up;    /* on_state(true) was called for this context */
    bool freed;     /* eh_redis_link_free came while a callback ran */
    unsigned depth; /* callbacks of hiredis we are inside of */
    redisAsyncContext *ac;
    struct eh_redis_replies replies; /* overflowed: that is why the link was lost last */

    struct event *timer; /* backoff, connect timeout or reply timeout, by state */
    struct event *later; /* drops a closing context outside its callbacks */
    unsigned backoff_ms;
    int64_t up_since_us, head_since_us; /* the oldest call is the oldest since then */
    struct call *head, *tail;           /* without an answer, in the order sent */
    size_t outstanding;
    struct eh_bytes command; /* being sent; its memory is kept */
    char last_error[200];
};

static int64_t monotonic_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void arm(struct eh_redis_link *link, unsigned ms)
{
    struct timeval delay = {.tv_sec = ms / 1000, .tv_usec = (suseconds_t)(ms % 1000) * 1000};
    event_add(link->timer, &delay);
}

static void remember_error(struct eh_redis_link *link, const char *why)
{
    eh_format(link->last_error, sizeof link->last_error, "%s", why);
    eh_text_tidy(link->last_error, strlen(link->last_error));
}

/* Half of the delay is fixed, half is spread by the low bits of the clock. */
static void arm_backoff(struct eh_redis_link *link)
{
    unsigned half = link->backoff_ms / 2;
    uint64_t mixed = (uint64_t)monotonic_us() * UINT64_C(0x9E3779B97F4A7C15);
    arm(link, half + (unsigned)(mixed >> 33) % (half + 1));
    link->backoff_ms *= 2;
    if (link->backoff_ms > BACKOFF_MAX_MS)
        link->backoff_ms = BACKOFF_MAX_MS;
}

/* Owners hear of links that were up; of one that cannot be had the log tells. */
static void unreached_say(const struct eh_redis_link *link)
{
    eh_log_limited(EH_LOG_WARNING, "redis-connect", "redis link %s: %s; trying again", link->name,
                   link->last_error);
}

/* The context is gone (or about to be freed by hiredis): forget it, tell the owner, try again. */
static void lost(struct eh_redis_link *link)
{
    bool was_up = link->was_up;
    link->ac = NULL;
    link->was_up = false;
    event_del(link->timer);
    if (was_up && (link->replies.overflowed || monotonic_us() - link->up_since_us > SETTLED_US))
        link->backoff_ms = BACKOFF_MIN_MS;
    link->state = link->wanted ? LINK_WAITING : LINK_IDLE;
    if (link->wanted && !link->freed)
        arm_backoff(link);
    if (was_up && !link->freed)
        link->on_state(link->context, false, link->last_error);
    else if (link->wanted && !link->freed)
        unreached_say(link);
}

static void destroy(struct eh_redis_link *link)
{
    event_free(link->timer);
    event_free(link->later);
    explicit_bzero(&link->address, sizeof link->address);
    eh_bytes_done(&link->command);
    eh_redis_replies_done(&link->replies);
    free(link);
}

/* Closes now, or on the next turn of the loop when hiredis is below us on the stack. */
static void drop(struct eh_redis_link *link, const char *why)
{
    if (why)
        remember_error(link, why);
    if (!link->ac)
        return;
    link->state = LINK_CLOSING;
    if (link->depth > 0) {
        event_active(link->later, EV_TIMEOUT, 1);
        return;
    }
    link->depth++; /* callbacks with NULL follow: whatever they ask for comes later */
    redisAsyncFree(link->ac);
    link->depth--;
    if (link->ac) /* never connected: no onDisconnect */
        lost(link);
}

static void run_later(evutil_socket_t fd, short events, void *argument)
{
    (void)fd, (void)events;
    struct eh_redis_link *link = argument;
    if (link->ac && link->state == LINK_CLOSING)
        drop(link, NULL);
    if (link->freed)
        destroy(link);
}

static void shift_call(struct eh_redis_link *link, struct call *call)
{
    eh_require(link->head == call);
    link->head = call->next;
    if (!link->head)
        link->tail = NULL;
    link->outstanding--;
    link->head_since_us = monotonic_us();
}

static void got_reply(redisAsyncContext *ac, void *reply, void *argument)
{
    (void)ac;
    struct call *call = argument;
    struct eh_redis_link *link = call->link;
    shift_call(link, call);
    if (!reply)
        link->state = LINK_CLOSING;
    link->depth++;
    if (call->fn)
        call->fn(call->context, link->state == LINK_CLOSING ? NULL : reply);
    link->depth--;
    free(call);
}

/* ---- Commands in the protocol: *<arguments> and $<bytes> of each, every line ended by CRLF. */

static void count_put(struct eh_bytes *out, char sign, size_t count)
{
    char line[24];
    size_t at = sizeof line;
    line[--at] = '\n';
    line[--at] = '\r';
    do
        line[--at] = (char)('0' + count % 10);
    while ((count /= 10) != 0);
    line[--at] = sign;
    eh_bytes_put(out, line + at, sizeof line - at);
}

/* By hand: hiredis formats each argument with a printf of its own, which takes longer than all the
 * rest of sending a command. */
static void format_command(struct eh_bytes *out, int argc, const char *const *argv,
                           const size_t *lengths)
{
    eh_bytes_clear(out);
    count_put(out, '*', (size_t)argc);
    for (int i = 0; i < argc; i++) {
        size_t size = lengths ? lengths[i] : strlen(argv[i]);
        count_put(out, '$', size);
        eh_bytes_put(out, argv[i], size);
        eh_bytes_put(out, "\r\n", 2);
    }
}

static int call_send(struct eh_redis_link *link, eh_redis_reply_fn *fn, void *context, int argc,
                     const char *const *argv, const size_t *lengths)
{
    if (link->outstanding >= OUTSTANDING_MAX)
        return -EH_EFULL;
    format_command(&link->command, argc, argv, lengths);
    struct call *call = link->command.failed ? NULL : malloc(sizeof *call);
    if (!call)
        return -EH_ENOMEM;
    *call = (struct call){NULL, link, fn, context};
    if (redisAsyncFormattedCommand(link->ac, got_reply, call, (const char *)link->command.data,
                                   link->command.size) != REDIS_OK) { /* copied */
        free(call);
        return -EH_EUNAVAILABLE;
    }
    if (link->tail)
        link->tail->next = call;
    else
        link->head = call, link->head_since_us = monotonic_us();
    link->tail = call;
    link->outstanding++;
    return 0;
}

/* ---- The ceiling also holds for what waits to become a reply. */

/* hiredis asks for this after each read, before it parses. */
static void add_read(void *argument)
{
    redisLibeventEvents *events = argument;
    struct eh_redis_link *link = events->context->data;
    if (events->context->c.reader->len > EH_REDIS_REPLY_MAX) {
        link->replies.overflowed = true;
        link->depth++;
        drop(link, "a reply above 8 MiB");
        link->depth--;
        return;
    }
    redisLibeventAddRead(argument);
}

static void limit_reader(struct eh_redis_link *link)
{
    eh_redis_replies_attach(&link->replies, link->ac->c.reader);
    link->ac->ev.addRead = add_read;
}

/* ---- From nothing to up. */

static void go_up(struct eh_redis_link *link)
{
    link->state = LINK_UP;
    link->was_up = true;
    link->replies.overflowed = false;
    link->up_since_us = monotonic_us();
    arm(link, 1000);
    link->on_state(link->context, true, "connected");
}

static void got_auth(void *context, const redisReply *reply)
{
    struct eh_redis_link *link = context;
    if (reply && reply->type == REDIS_REPLY_ERROR)
        drop(link, reply->str);
}

static void got_ping(void *context, const redisReply *reply)
{
    struct eh_redis_link *link = context;
    if (!reply || link->state != LINK_GREETING)
        return;
    if (reply->type == REDIS_REPLY_ERROR)
        drop(link, reply->str); /* NOAUTH, LOADING, MASTERDOWN … */
    else
        go_up(link);
}

static int greet(struct eh_redis_link *link)
{
    const struct eh_redis_address *to = &link->address;
    if (to->password[0]) {
        const char *auth[] = {"AUTH", to->user, to->password};
        const char *old_auth[] = {"AUTH", to->password};
        int r = call_send(link, got_auth, link, to->user[0] ? 3 : 2, to->user[0] ? auth : old_auth,
                          NULL);
        if (r < 0)
            return r;
    }
    char name[64];
    snprintf(name, sizeof name, "evenhandd-%s", link->name);
    const char *set_name[] = {"CLIENT", "SETNAME", name};
    const char *ping[] = {"PING"};
    int r = call_send(link, NULL, NULL, 3, set_name, NULL);
    return r < 0 ? r : call_send(link, got_ping, link, 1, ping, NULL);
}

static void on_connect(const redisAsyncContext *ac, int status)
{
    struct eh_redis_link *link = ac->data;
    if (status != REDIS_OK) { /* hiredis frees the context after this, without onDisconnect */
        remember_error(link, ac->c.errstr[0] ? ac->c.errstr : "connection refused");
        lost(link);
        return;
    }
    if (link->state != LINK_CONNECTING)
        return; /* closing */
    link->state = LINK_GREETING;
    link->depth++;
    if (greet(link) < 0)
        drop(link, "cannot send");
    link->depth--;
}

static void on_disconnect(const redisAsyncContext *ac, int status)
{
    struct eh_redis_link *link = ac->data;
    if (link->replies.overflowed)
        remember_error(link, "a reply above 8 MiB");
    else if (status != REDIS_OK)
        remember_error(link, ac->errstr && ac->errstr[0] ? ac->errstr : "connection lost");
    link->depth++;
    lost(link);
    link->depth--;
}

static void connect_now(struct eh_redis_link *link)
{
    const struct eh_redis_address *to = &link->address;
    redisAsyncContext *ac =
        to->path[0] ? redisAsyncConnectUnix(to->path) : redisAsyncConnect(to->host, to->port);
    if (!ac || ac->err || redisLibeventAttach(ac, link->base) != REDIS_OK) {
        remember_error(link, ac && ac->err ? ac->errstr : "out of memory");
        if (ac)
            redisAsyncFree(ac); /* no callbacks are set yet */
        link->state = LINK_WAITING;
        arm_backoff(link);
        unreached_say(link);
        return;
    }
    ac->data = link;
    link->ac = ac;
    link->state = LINK_CONNECTING;
    limit_reader(link);
    redisAsyncSetConnectCallback(ac, on_connect);
    redisAsyncSetDisconnectCallback(ac, on_disconnect);
    arm(link, CONNECT_TIMEOUT_S * 1000);
}

static void replies_check(struct eh_redis_link *link)
{
    if (link->head && monotonic_us() - link->head_since_us > EH_REDIS_REPLY_S * INT64_C(1000000)) {
        char why[64];
        eh_format(why, sizeof why, "no reply within %d s", EH_REDIS_REPLY_S);
        drop(link, why);
        return;
    }
    arm(link, 1000);
}

static void on_timer(evutil_socket_t fd, short events, void *argument)
{
    (void)fd, (void)events;
    struct eh_redis_link *link = argument;
    if (link->state == LINK_WAITING)
        connect_now(link);
    else if (link->state == LINK_CONNECTING || link->state == LINK_GREETING)
        drop(link, "no answer to connecting within 10 s");
    else if (link->state == LINK_UP)
        replies_check(link);
}

/* ---- What the owner calls. */

int eh_redis_link_new(const struct eh_redis_link_options *options, struct eh_redis_link **ret,
                      struct eh_error *error)
{
    struct eh_redis_link *link = calloc(1, sizeof *link);
    if (!link)
        return eh_error_set(error, EH_ENOMEM, "redis: out of memory");
    link->base = options->base;
    link->address = *options->address;
    snprintf(link->name, sizeof link->name, "%s", options->name);
    link->on_state = options->on_state;
    link->context = options->context;
    link->backoff_ms = BACKOFF_MIN_MS;
    remember_error(link, "not connected yet");
    link->timer = event_new(options->base, -1, 0, on_timer, link);
    link->later = event_new(options->base, -1, 0, run_later, link);
    eh_require(link->timer && link->later);
    *ret = link;
    return 0;
}

void eh_redis_link_free(struct eh_redis_link *link)
{
    if (!link)
        return;
    link->wanted = false;
    link->freed = true;
    for (struct call *call = link->head; call; call = call->next)
        call->fn = NULL;
    if (link->depth > 0) {
        drop(link, NULL);
        event_active(link->later, EV_TIMEOUT, 1);
        return;
    }
    drop(link, NULL);
    destroy(link);
}

void eh_redis_link_start(struct eh_redis_link *link)
{
    if (link->wanted)
        return;
    link->wanted = true;
    link->backoff_ms = BACKOFF_MIN_MS;
    if (link->ac) /* still closing: lost() goes on from there */
        return;
    link->state = LINK_WAITING;
    arm(link, 0);
}

void eh_redis_link_stop(struct eh_redis_link *link)
{
    link->wanted = false;
    drop(link, "stopped");
    if (link->state == LINK_WAITING) {
        event_del(link->timer);
        link->state = LINK_IDLE;
    }
}

void eh_redis_link_reset(struct eh_redis_link *link, const char *why)
{
    if (link->state != LINK_CLOSING)
        drop(link, why);
}

struct event_base *eh_redis_link_base(const struct eh_redis_link *link)
{
    return link->base;
}

bool eh_redis_link_up(const struct eh_redis_link *link)
{
    return link->state == LINK_UP;
}

bool eh_redis_link_overflowed(const struct eh_redis_link *link)
{
    return link->replies.overflowed;
}

const char *eh_redis_link_last_error(const struct eh_redis_link *link)
{
    return link->last_error;
}

void eh_redis_forget(struct eh_redis_link *link, const void *context)
{
    for (struct call *call = link->head; call; call = call->next)
        if (call->context == context)
            call->fn = NULL;
}

int eh_redis_command(struct eh_redis_link *link, eh_redis_reply_fn *fn, void *context, int argc,
                     const char *const *argv, const size_t *lengths)
{
    if (link->state != LINK_UP)
        return -EH_EUNAVAILABLE;
    return call_send(link, fn, context, argc, argv, lengths);
}

/* ---- Addresses. */

static int parse_path(struct eh_str text, struct eh_redis_address *ret, struct eh_error *error)
{
    if (text.size == 0 || text.size >= sizeof ret->path)
        return eh_error_set(error, EH_ERANGE,
                            "redis: the socket path has %u bytes: 1 to %zu fit into an address",
                            text.size, sizeof ret->path - 1);
    if (memchr(text.data, 0, text.size))
        return eh_error_set(error, EH_EINVAL, "redis: the socket path contains a NUL");
    memcpy(ret->path, text.data, text.size);
    return 0;
}

static int parse_port(struct eh_str text, int *ret, struct eh_error *error)
{
    int64_t port;
    if (eh_integer_parse(text, &port, NULL) < 0 || port < 1 || port > 65535)
        return eh_error_set(error, EH_EINVAL, "redis: port `%.*s` is not within 1 and 65535",
                            EH_STR_ARG(text));
    *ret = (int)port;
    return 0;
}

static int parse_host(struct eh_str text, struct eh_redis_address *ret, struct eh_error *error)
{
    unsigned char binary[sizeof(struct in6_addr)];
    char host[sizeof ret->host] = "";
    if (text.size < sizeof host)
        memcpy(host, text.data, text.size);
    if (inet_pton(AF_INET, host, binary) != 1 && inet_pton(AF_INET6, host, binary) != 1)
        return eh_error_set(error, EH_EINVAL,
                            "redis: `%.*s` is no IP address: host names are refused, because "
                            "looking one up would hold the daemon up; write the address",
                            EH_STR_ARG(text));
    memcpy(ret->host, host, sizeof host);
    return 0;
}

int eh_redis_address_parse(struct eh_str text, struct eh_redis_address *ret, struct eh_error *error)
{
    struct eh_redis_address address = {.port = 6379};
    int r;
    if (text.size > 5 && memcmp(text.data, "unix:", 5) == 0) {
        r = parse_path(eh_str_n(text.data + 5, text.size - 5), &address, error);
    } else if (text.size > 0 && text.data[0] == '/') {
        r = parse_path(text, &address, error);
    } else {
        bool bracket = text.size > 0 && text.data[0] == '[';
        const char *end = text.size ? text.data + text.size : text.data;
        const char *stop = text.size ? memchr(text.data, bracket ? ']' : ':', text.size) : NULL;
        const char *host = bracket ? text.data + 1 : text.data;
        const char *colon = stop && bracket ? stop + 1 : stop;
        if (!stop && bracket)
            return eh_error_set(error, EH_EINVAL, "redis: `]` is missing in `%.*s`",
                                EH_STR_ARG(text));
        if (colon && colon < end && *colon != ':')
            return eh_error_set(error, EH_EINVAL, "redis: `%.*s` is no address:port",
                                EH_STR_ARG(text));
        r = parse_host(eh_str_n(host, (size_t)((stop ? stop : end) - host)), &address, error);
        if (r == 0 && colon && colon < end)
            r = parse_port(eh_str_n(colon + 1, (size_t)(end - colon - 1)), &address.port, error);
    }
    if (r == 0)
        *ret = address;
    return r;
}

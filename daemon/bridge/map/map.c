/*
 * map: the queue of calls, and the life of the child that answers them. The first few have been
 * given to it, so that neither side waits for the other; it answers them in their order.
 */
#include "bridge/map/map.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>

#include "host/bounded.h"
#include "bridge/map/child.h"

struct call {
    struct call *next;
    unsigned program;
    unsigned deaths; /* children that died of it */
    bool compile;    /* alone */
    char *input;     /* JSON */
    size_t size;
    eh_map_fn *fn; /* NULL: forgotten */
    void *context;
};

struct eh_map {
    struct eh_map_options options;
    struct call *head, *tail;
    unsigned waiting;
    size_t bytes;       /* of their inputs */
    struct call *next;  /* the first that the child does not have */
    unsigned given;     /* calls before it */
    size_t given_bytes; /* of their inputs */
    pid_t pid;          /* 0: there is no child */
    struct bufferevent *link;
    struct event *kick;     /* looks at the head */
    struct event *deadline; /* of the head, while the child has it */
    uint64_t restarts;
};

/* ---- The child. */

static void on_readable(struct bufferevent *, void *);
static void on_event(struct bufferevent *, short, void *);

static void child_end(struct eh_map *map)
{
    if (map->link)
        bufferevent_free(map->link);
    map->link = NULL;
    if (map->pid > 0) {
        kill(map->pid, SIGKILL);
        while (waitpid(map->pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    map->pid = 0;
    map->next = map->head;
    map->given = 0;
    map->given_bytes = 0;
}

static int child_fork(struct eh_map *map, int ends[2], struct eh_error *error)
{
    map->pid = fork();
    if (map->pid == 0) {
        const struct eh_map_child child = {.fd = ends[1], .options = &map->options};
        eh_map_child_run(&child);
    }
    close(ends[1]);
    if (map->pid > 0)
        return 0;
    map->pid = 0;
    close(ends[0]);
    return eh_error_set(error, EH_EUNAVAILABLE, "jq: its process cannot be started: %s",
                        strerror(errno));
}

static int child_begin(struct eh_map *map, struct eh_error *error)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return eh_error_set(error, EH_EUNAVAILABLE, "jq: no socket for its process: %s",
                            strerror(errno));
    int r = child_fork(map, ends, error);
    if (r < 0)
        return r;
    evutil_make_socket_nonblocking(ends[0]);
    map->link = bufferevent_socket_new(map->options.base, ends[0], BEV_OPT_CLOSE_ON_FREE);
    eh_require(map->link);
    bufferevent_setcb(map->link, on_readable, NULL, on_event, map);
    bufferevent_enable(map->link, EV_READ | EV_WRITE);
    return 0;
}

/* ---- Calls. */

static void call_free(struct call *call)
{
    free(call->input);
    free(call);
}

static void kick(struct eh_map *map)
{
    event_active(map->kick, EV_TIMEOUT, 1);
}

static void deadline_begin(struct eh_map *map)
{
    static const struct timeval late = {EH_MAP_LATE_MS / 1000, EH_MAP_LATE_MS % 1000 * 1000};
    if (map->given > 0)
        event_add(map->deadline, &late);
    else
        event_del(map->deadline);
}

static void settle(struct eh_map *map, const struct eh_mapped *mapped)
{
    struct call *call = map->head;
    map->head = call->next;
    if (!map->head)
        map->tail = NULL;
    map->waiting--;
    map->bytes -= call->size;
    if (map->given > 0) {
        map->given--;
        map->given_bytes -= call->size;
    } else {
        map->next = map->head;
    }
    deadline_begin(map);
    kick(map);
    if (call->fn)
        call->fn(call->context, mapped);
    call_free(call);
}

static void settle_error(struct eh_map *map, enum eh_map_end end, const char *why)
{
    char text[EH_ERROR_TEXT_MAX];
    eh_format(text, sizeof text, "%s: %s", map->options.names[map->head->program], why);
    const struct eh_mapped mapped = {.end = end, .why = text};
    settle(map, &mapped);
}

/* The child is gone, or has to go. */
static void lost(struct eh_map *map)
{
    bool at_work = map->given > 0;
    child_end(map);
    event_del(map->deadline);
    map->restarts++;
    if (at_work && ++map->head->deaths >= 2)
        settle_error(map, EH_MAP_KILLED,
                     "takes more time, memory or depth than a program may; it was ended twice");
    kick(map);
}

static void give(struct eh_map *map)
{
    struct call *call = map->next;
    const struct eh_map_frame frame = {call->program | (call->compile ? EH_MAP_COMPILE : 0),
                                       (uint32_t)call->size};
    bufferevent_write(map->link, &frame, sizeof frame);
    bufferevent_write(map->link, call->input, call->size);
    map->next = call->next;
    map->given_bytes += call->size;
    if (map->given++ == 0)
        deadline_begin(map);
}

/* Settled here, once it is the head. */
static bool is_void(const struct eh_map *map, const struct call *call)
{
    return !call->fn || !map->options.programs[call->program];
}

static bool has_room(const struct eh_map *map)
{
    return map->given == 0 ||
           (map->given < EH_MAP_AHEAD && map->given_bytes + map->next->size <= EH_MAP_AHEAD_BYTES);
}

static void on_kick(evutil_socket_t fd, short what, void *context)
{
    static const struct timeval pause = {1, 0};
    (void)fd, (void)what;
    struct eh_map *map = context;
    struct eh_error error = {0};
    bool is_head = map->next && map->given == 0;
    if (is_head && !map->next->fn)
        settle(map, NULL);
    else if (is_head && is_void(map, map->next))
        settle_error(map, EH_MAP_ERROR, "the profile has no such program");
    else if (is_head && !map->link && child_begin(map, &error) < 0)
        event_add(map->kick, &pause);
    else
        while (map->next && !is_void(map, map->next) && has_room(map))
            give(map);
}

static void on_deadline(evutil_socket_t fd, short what, void *context)
{
    (void)fd, (void)what;
    lost(context);
}

static void take_answer(struct eh_map *map, uint32_t end, const char *body, size_t size)
{
    struct eh_error error = {0};
    struct eh_mapped mapped = {.end = EH_MAP_DONE};
    char why[EH_ERROR_TEXT_MAX];
    if (end != EH_MAP_DONE) {
        eh_format(why, sizeof why, "%.*s", (int)size, body);
        settle_error(map, EH_MAP_ERROR, why);
    } else if (eh_bounded_json(eh_str_n(body, size), &mapped.values, &error) < 0) {
        settle_error(map, EH_MAP_ERROR, error.text);
    } else {
        settle(map, &mapped);
        json_decref(mapped.values);
    }
}

/* Whether there was one. */
static bool take_frame(struct eh_map *map)
{
    struct evbuffer *input = bufferevent_get_input(map->link);
    struct eh_map_frame frame;
    if (evbuffer_copyout(input, &frame, sizeof frame) < (ssize_t)sizeof frame)
        return false;
    if (frame.size > EH_BOUNDED_BYTES_MAX || map->given == 0) {
        lost(map);
        return false;
    }
    if (evbuffer_get_length(input) < sizeof frame + frame.size)
        return false;
    evbuffer_drain(input, sizeof frame);
    char *body = malloc(frame.size + 1);
    eh_require(body);
    evbuffer_remove(input, body, frame.size);
    take_answer(map, frame.what, body, frame.size);
    free(body);
    return true;
}

static void on_readable(struct bufferevent *link, void *context)
{
    (void)link;
    struct eh_map *map = context;
    while (take_frame(map))
        ;
}

static void on_event(struct bufferevent *link, short what, void *context)
{
    (void)link;
    if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
        lost(context);
}

/* ---- What the owner calls. */

int eh_map_new(const struct eh_map_options *options, struct eh_map **ret, struct eh_error *error)
{
    struct eh_map *map = calloc(1, sizeof *map);
    eh_require(options->count <= EH_MAP_PROGRAMS_MAX);
    if (!map)
        return eh_error_set(error, EH_ENOMEM, "jq: out of memory");
    map->options = *options;
    json_incref(map->options.connection);
    map->kick = event_new(options->base, -1, 0, on_kick, map);
    map->deadline = event_new(options->base, -1, 0, on_deadline, map);
    eh_require(map->kick && map->deadline);
    int r = child_begin(map, error);
    if (r < 0)
        eh_map_free(map);
    else
        *ret = map;
    return r;
}

static struct call *call_new(unsigned program, const json_t *input)
{
    struct call *call = calloc(1, sizeof *call);
    if (!call)
        return NULL;
    call->program = program;
    call->compile = !input;
    call->input = input ? json_dumps(input, JSON_COMPACT | JSON_ENCODE_ANY) : strdup("");
    call->size = call->input ? strlen(call->input) : 0;
    if (call->input)
        return call;
    free(call);
    return NULL;
}

int eh_map_ask(struct eh_map *map, unsigned program, const json_t *input, eh_map_fn *fn,
               void *context)
{
    eh_require(program < map->options.count);
    if (map->waiting >= EH_MAP_QUEUE_MAX || map->bytes >= EH_MAP_QUEUE_BYTES)
        return -EH_EFULL;
    struct call *call = call_new(program, input);
    if (!call)
        return -EH_ENOMEM;
    call->fn = fn;
    call->context = context;
    if (map->tail)
        map->tail->next = call;
    else
        map->head = call;
    map->tail = call;
    if (!map->next)
        map->next = call;
    map->waiting++;
    map->bytes += call->size;
    kick(map);
    return 0;
}

void eh_map_forget(struct eh_map *map, const void *context)
{
    for (struct call *call = map->head; call; call = call->next)
        if (call->context == context)
            call->fn = NULL;
}

unsigned eh_map_waiting(const struct eh_map *map)
{
    return map->waiting;
}

uint64_t eh_map_restarts(const struct eh_map *map)
{
    return map->restarts;
}

void eh_map_free(struct eh_map *map)
{
    if (!map)
        return;
    child_end(map);
    while (map->head) {
        struct call *call = map->head;
        map->head = call->next;
        call_free(call);
    }
    event_free(map->kick);
    event_free(map->deadline);
    json_decref(map->options.connection);
    free(map);
}

/*
 * child: runs the command line for a request, and hands on what it printed.
 *
 * Over all users few children run at a time; further requests wait for a turn, in the order they
 * came. A user has one child running and few waiting, so that nobody takes every turn. All of it
 * ends before the request's own deadline does.
 */
#include "admin/http/child.h"

#include <stdlib.h>

#include "host/clock.h"
#include "host/command_line.h"

#define CHILDREN_MAX       2    /* run at a time: each costs a core and memory of its own */
#define CHILDREN_USER_MAX  1    /* ... of one user */
#define WAITING_MAX        16   /* requests that wait for a turn */
#define WAITING_RESERVE    4    /* ... of which the last ones are kept for operators */
#define WAITING_USER_MAX   3    /* ... of one user */
#define LATE_MS            9000 /* for turn and answer: a second before the request's deadline */
#define LEAST_MS           500  /* with less time left no child is begun */
#define CALL_ARGUMENTS_MAX 16

struct eh_admin_child {
    struct eh_admin_request *request;
    struct eh_child *child; /* NULL: waits for its turn */
    struct eh_admin *admin;
    struct eh_admin_child_call call;
    char *arguments[CALL_ARGUMENTS_MAX + 1];
    struct eh_arena arena;      /* holds them */
    char user[EH_NAME_MAX + 1]; /* who asks, or for whom a delegate does */
    int64_t until_us;           /* CLOCK_MONOTONIC */
    struct event *late;         /* while it waits */
    struct eh_admin_child *next, **link;
};

static void begin_next(struct eh_admin *admin);

/* ---- Its end. */

static void forget(struct eh_admin_child *child)
{
    *child->link = child->next;
    if (child->next)
        child->next->link = child->link;
    if (child->late)
        event_free(child->late);
    eh_arena_done(&child->arena);
    free(child);
}

static void note_end(const struct eh_admin_child *child, const struct eh_child_result *result)
{
    eh_log(EH_LOG_WARNING, "%s: the command line ended with %d%s", child->call.what,
           result->exit_code,
           result->end == EH_CHILD_LATE        ? ": it took too long"
           : result->end == EH_CHILD_TALKATIVE ? ": it printed too much"
           : result->end == EH_CHILD_KILLED    ? ": it was killed by a signal"
           : result->end == EH_CHILD_UNBEGUN   ? ": its turn did not come"
                                               : "");
}

static void end(struct eh_admin_child *child, const struct eh_child_result *result)
{
    struct eh_admin_request *request = child->request;
    void (*answer)(struct eh_admin_request *, const struct eh_child_result *) = child->call.answer;
    if (!eh_admin_child_done(result))
        note_end(child, result);
    forget(child);
    if (eh_admin_resume(request))
        answer(request, result);
}

static void on_end(void *context, const struct eh_child_result *result)
{
    struct eh_admin_child *child = context;
    struct eh_admin *admin = child->admin;
    end(child, result);
    begin_next(admin);
}

static void on_late(evutil_socket_t fd, short what, void *context)
{
    static const struct eh_child_result unbegun = {.end = EH_CHILD_UNBEGUN, .exit_code = -1};
    (void)fd, (void)what;
    end(context, &unbegun);
}

void eh_admin_child_refuse(struct eh_admin_request *request, const struct eh_child_result *result,
                           const char *what, const char *instead)
{
    if (result->end == EH_CHILD_LATE || result->end == EH_CHILD_TALKATIVE)
        eh_admin_error(request, EH_EUNAVAILABLE, NULL,
                       "the %s is too %s for an answer here; make it with `%s`", what,
                       result->end == EH_CHILD_LATE ? "slow" : "long", instead);
    else if (result->end == EH_CHILD_UNBEGUN)
        eh_admin_error(request, EH_EUNAVAILABLE, NULL,
                       "the %s: others were before it for %d s; ask again later, or make it with "
                       "`%s`",
                       what, LATE_MS / 1000, instead);
    else
        eh_admin_error(request, EH_EUNAVAILABLE, NULL,
                       "the %s could not be made within %zu MiB of memory, the daemon's log says "
                       "why; make it with `%s`",
                       what, eh_admin_child_memory(request->admin) >> 20, instead);
}

void eh_admin_children_stop(struct eh_admin *admin)
{
    while (admin->children) {
        struct eh_admin_child *child = admin->children;
        struct eh_admin_request *request = child->request;
        eh_child_free(child->child);
        forget(child);
        (void)eh_admin_resume(request);
    }
}

/* ---- Its turn. */

struct counts {
    unsigned running, waiting;           /* of all */
    unsigned user_running, user_waiting; /* of the one */
};

static struct counts count(const struct eh_admin *admin, const char *user)
{
    struct counts c = {0};
    for (const struct eh_admin_child *child = admin->children; child; child = child->next) {
        bool runs = child->child != NULL, theirs = strcmp(child->user, user) == 0;
        c.running += runs;
        c.waiting += !runs;
        c.user_running += runs && theirs;
        c.user_waiting += !runs && theirs;
    }
    return c;
}

static bool may_begin(const struct eh_admin *admin, const char *user)
{
    struct counts c = count(admin, user);
    return c.running < CHILDREN_MAX && c.user_running < CHILDREN_USER_MAX;
}

size_t eh_admin_child_memory(const struct eh_admin *admin)
{
    return eh_replay_memory(eh_app_config(admin->app)->open_tickets);
}

static int begin(struct eh_admin_child *child, struct eh_error *error)
{
    struct eh_app *app = child->admin->app;
    int64_t left_ms = (child->until_us - eh_clock_monotonic_us()) / 1000;
    const struct eh_command_line run = {
        .conninfo = eh_app_config(app)->postgres,
        .arguments = child->arguments,
        .input = child->call.input,
        .bounds = {.output_max = child->call.output_max,
                   .memory_max = eh_admin_child_memory(child->admin),
                   .at_most_ms = left_ms > LEAST_MS ? left_ms : LEAST_MS}};
    int r = eh_command_line_start(eh_app_base(app), &run, on_end, child, &child->child, error);
    if (r < 0)
        return r;
    event_del(child->late);
    eh_child_put_back(child->child); /* dealing goes first */
    return 0;
}

/* Somebody may have been answered while they waited: then there is nothing to begin. */
static void take_turn(struct eh_admin_child *child)
{
    struct eh_admin_request *request = child->request;
    struct eh_error error = {0};
    if (!eh_admin_resume(request)) {
        forget(child);
    } else if (begin(child, &error) < 0) {
        forget(child);
        eh_admin_fail(request, &error);
    } else {
        eh_admin_wait(request);
    }
}

/* The first waiting request whose user may have a child now. */
static struct eh_admin_child *next_turn(const struct eh_admin *admin)
{
    struct eh_admin_child *child = admin->children;
    while (child && (child->child || !may_begin(admin, child->user)))
        child = child->next;
    return child;
}

static void begin_next(struct eh_admin *admin)
{
    struct eh_admin_child *child;
    while ((child = next_turn(admin)))
        take_turn(child);
}

/* ---- Its beginning. */

static bool copy_arguments(struct eh_admin_child *child)
{
    for (size_t i = 0; child->call.arguments[i]; i++) {
        eh_require(i < CALL_ARGUMENTS_MAX);
        struct eh_str text = eh_arena_str(&child->arena, eh_str(child->call.arguments[i]));
        if (!text.data)
            return false;
        child->arguments[i] = (char *)text.data;
    }
    return true;
}

/* Puts the child at the end of the list. */
static void append(struct eh_admin *admin, struct eh_admin_child *child)
{
    struct eh_admin_child **link = &admin->children;
    while (*link)
        link = &(*link)->next;
    child->link = link;
    *link = child;
}

static struct eh_admin_child *remember(struct eh_admin_request *request,
                                       const struct eh_admin_child_call *call)
{
    static const struct timeval late = {LATE_MS / 1000, LATE_MS % 1000 * 1000};
    struct eh_admin *admin = request->admin;
    struct eh_admin_child *child = calloc(1, sizeof *child);
    if (!child)
        return NULL;
    *child = (struct eh_admin_child){.request = request,
                                     .admin = admin,
                                     .call = *call,
                                     .until_us = eh_clock_monotonic_us() + LATE_MS * 1000};
    eh_format(child->user, sizeof child->user, "%s", request->peer->user);
    child->late = event_new(eh_app_base(admin->app), -1, 0, on_late, child);
    append(admin, child);
    if (!child->late || event_add(child->late, &late) < 0 || !copy_arguments(child)) {
        forget(child);
        return NULL;
    }
    return child;
}

/* Why there is no room for the request. NULL: there is. */
static const char *no_room(const struct eh_admin_request *request)
{
    struct counts c = count(request->admin, request->peer->user);
    if (c.running < CHILDREN_MAX && c.user_running < CHILDREN_USER_MAX)
        return NULL;
    if (c.user_waiting >= WAITING_USER_MAX)
        return "answers of yours that take long are being made or wait already; ask again when one "
               "came";
    bool operates = eh_peer_has_reserve(request->peer);
    return c.waiting >= WAITING_MAX - (operates ? 0 : WAITING_RESERVE)
               ? "answers that take long are being made or wait already; ask again in a moment"
               : NULL;
}

void eh_admin_child_start(struct eh_admin_request *request, const struct eh_admin_child_call *call)
{
    const char *full = no_room(request);
    if (full) {
        struct counts c = count(request->admin, request->peer->user);
        bool own = c.user_waiting >= WAITING_USER_MAX;
        eh_admin_error(request, EH_EFULL, NULL, "%u %s",
                       own ? c.user_running + c.user_waiting : c.running + c.waiting, full);
        return;
    }
    request->shows_state = false; /* a child reads only committed rows */
    struct eh_admin_child *child = remember(request, call);
    if (!child) {
        eh_admin_error(request, EH_ENOMEM, NULL, "the %s: out of memory", call->what);
        return;
    }
    eh_admin_wait(request);
    begin_next(request->admin);
}

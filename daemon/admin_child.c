/*
 * admin_child: finds the command line, runs it for a request, and hands on what it printed.
 */
#include "admin_child.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CHILDREN_MAX  2    /* at a time: each one costs a core and memory of its own */
#define LATE_MS       9000 /* a second before the request's own deadline */
#define VARIABLES_MAX 1024 /* of our environment that are handed on */
#define ARGUMENTS_MAX 16

struct eh_admin_child {
    struct eh_admin_request *request;
    struct eh_child *child;
    struct eh_admin *admin;
    const char *what;
    void (*answer)(struct eh_admin_request *, const struct eh_child_result *);
    struct eh_admin_child *next, **link;
};

/* ---- The program and its environment. */

/* Where the command line may be, seen from evenhandd: beside it, as installed, in a build folder.
 */
static const char *const places[] = {"evenhand", "../bin/evenhand", "../tools/evenhand"};

static bool beside_us(char ret[PATH_MAX])
{
    char self[PATH_MAX];
    ssize_t size = readlink("/proc/self/exe", self, sizeof self - 1);
    if (size <= 0)
        return false;
    self[size] = '\0';
    char *slash = strrchr(self, '/');
    if (!slash)
        return false;
    slash[1] = '\0';
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (eh_format(ret, PATH_MAX, "%s%s", self, places[i]) < PATH_MAX && access(ret, X_OK) == 0)
            return true;
    return false;
}

static bool on_path(char ret[PATH_MAX])
{
    const char *path = getenv("PATH");
    while (path && *path) {
        size_t size = strcspn(path, ":");
        if (size > 0 && eh_format(ret, PATH_MAX, "%.*s/evenhand", (int)size, path) < PATH_MAX &&
            access(ret, X_OK) == 0)
            return true;
        path += size + (path[size] == ':');
    }
    return false;
}

/* Ours, with the conninfo added; in the request's arena. NULL: no memory. */
static char **environment_of(struct eh_admin_request *request)
{
    static const char name[] = "EVENHAND_DB=";
    const char *conninfo = eh_app_config(request->admin->app)->postgres;
    char **list = eh_arena_alloc(&request->arena, (VARIABLES_MAX + 2) * sizeof *list);
    size_t size = sizeof name + strlen(conninfo), count = 0;
    char *own = eh_arena_alloc(&request->arena, size);
    if (!list || !own)
        return NULL;
    eh_format(own, size, "%s%s", name, conninfo);
    list[count++] = own;
    for (char **v = environ; v && *v && count <= VARIABLES_MAX; v++)
        if (strncmp(*v, name, sizeof name - 1) != 0)
            list[count++] = *v;
    return list;
}

/* ---- Its end. */

static void forget(struct eh_admin_child *child)
{
    *child->link = child->next;
    if (child->next)
        child->next->link = child->link;
    child->admin->child_count--;
    free(child);
}

static void on_end(void *context, const struct eh_child_result *result)
{
    struct eh_admin_child *child = context;
    struct eh_admin_request *request = child->request;
    void (*answer)(struct eh_admin_request *, const struct eh_child_result *) = child->answer;
    if (!eh_admin_child_done(result))
        eh_log(EH_LOG_WARNING, "%s: the command line ended with %d%s", child->what,
               result->exit_code,
               result->end == EH_CHILD_LATE        ? ": it took too long"
               : result->end == EH_CHILD_TALKATIVE ? ": it printed too much"
                                                   : "");
    forget(child);
    if (eh_admin_resume(request))
        answer(request, result);
}

void eh_admin_child_refuse(struct eh_admin_request *request, const struct eh_child_result *result,
                           const char *what, const char *instead)
{
    if (result->end == EH_CHILD_LATE || result->end == EH_CHILD_TALKATIVE)
        eh_admin_error(request, EH_EUNAVAILABLE, NULL,
                       "the %s is too %s for an answer here; make it with `%s`", what,
                       result->end == EH_CHILD_LATE ? "slow" : "long", instead);
    else
        eh_admin_error(request, EH_EUNAVAILABLE, NULL,
                       "the %s could not be made; the daemon's log says why", what);
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

/* ---- Its beginning. */

static struct eh_admin_child *remember(struct eh_admin_request *request,
                                       const struct eh_admin_child_call *call)
{
    struct eh_admin *admin = request->admin;
    struct eh_admin_child *child = calloc(1, sizeof *child);
    if (!child)
        return NULL;
    *child = (struct eh_admin_child){.request = request,
                                     .admin = admin,
                                     .what = call->what,
                                     .answer = call->answer,
                                     .next = admin->children,
                                     .link = &admin->children};
    if (child->next)
        child->next->link = &child->next;
    admin->children = child;
    admin->child_count++;
    return child;
}

static int start(struct eh_admin_request *request, const struct eh_admin_child_call *call,
                 struct eh_error *error)
{
    char program[PATH_MAX], *arguments[ARGUMENTS_MAX + 2] = {program};
    char **environment = environment_of(request);
    if (!beside_us(program) && !on_path(program))
        return eh_error_set(error, EH_EUNAVAILABLE,
                            "the program evenhand is neither beside evenhandd nor on its PATH");
    for (size_t i = 0; call->arguments[i]; i++) {
        eh_require(i < ARGUMENTS_MAX);
        arguments[i + 1] = call->arguments[i];
    }
    struct eh_admin_child *child = environment ? remember(request, call) : NULL;
    if (!child)
        return eh_error_set(error, EH_ENOMEM, "the %s: out of memory", call->what);
    int r = eh_child_start(eh_app_base(request->admin->app), arguments, environment, call->input,
                           call->output_max, LATE_MS, on_end, child, &child->child, error);
    if (r < 0)
        forget(child);
    else
        eh_admin_wait(request);
    return r;
}

void eh_admin_child_start(struct eh_admin_request *request, const struct eh_admin_child_call *call)
{
    struct eh_error error = {0};
    if (request->admin->child_count >= CHILDREN_MAX) {
        eh_admin_error(request, EH_EFULL, NULL,
                       "%d answers that take long are being made already; ask again in a moment",
                       CHILDREN_MAX);
        return;
    }
    request->shows_state = false; /* it reads what is committed */
    if (start(request, call, &error) < 0)
        eh_admin_fail(request, &error);
}

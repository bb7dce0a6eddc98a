/*
 * admin_child: runs the command line for a request, and hands on what it printed.
 */
#include "admin_child.h"

#include <stdlib.h>

#include "command_line.h"

#define CHILDREN_MAX 2    /* at a time: each one costs a core and memory of its own */
#define LATE_MS      9000 /* a second before the request's own deadline */

struct eh_admin_child {
    struct eh_admin_request *request;
    struct eh_child *child;
    struct eh_admin *admin;
    const char *what;
    void (*answer)(struct eh_admin_request *, const struct eh_child_result *);
    struct eh_admin_child *next, **link;
};

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
    struct eh_app *app = request->admin->app;
    struct eh_admin_child *child = remember(request, call);
    if (!child)
        return eh_error_set(error, EH_ENOMEM, "the %s: out of memory", call->what);
    const struct eh_command_line run = {.conninfo = eh_app_config(app)->postgres,
                                        .arguments = call->arguments,
                                        .input = call->input,
                                        .output_max = call->output_max,
                                        .at_most_ms = LATE_MS};
    int r = eh_command_line_start(eh_app_base(app), &run, on_end, child, &child->child, error);
    if (r < 0) {
        forget(child);
        return r;
    }
    eh_child_put_back(child->child); /* dealing goes first */
    eh_admin_wait(request);
    return 0;
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

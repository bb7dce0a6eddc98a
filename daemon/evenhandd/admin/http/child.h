/*
 * child: an answer that the command line makes in a process of its own: replaying the log takes too
 * long for the loop.
 *
 *     char *const arguments[] = {"--json", "fairness", "sales", "--db", "-", NULL};
 *     const struct eh_admin_child_call call = {
 *         .what = "fairness report", .arguments = arguments, .output_max = 1 << 20,
 *         .answer = answer};
 *     eh_admin_child_start(request, &call);     // answers by itself when that cannot be
 */
#ifndef EVENHAND_ADMIN_HTTP_CHILD_H
#define EVENHAND_ADMIN_HTTP_CHILD_H

#include "admin/http/request.h"
#include "host/child.h"

struct eh_admin_child_call {
    const char *what;       /* in log and refusals: "fairness report" */
    char *const *arguments; /* behind the program's name; NULL at the end */
    struct eh_str input;    /* what it reads; lives as long as the request is not answered */
    size_t output_max;
    /* Called when the child has ended and the request is not answered yet. */
    void (*answer)(struct eh_admin_request *, const struct eh_child_result *);
};

void eh_admin_child_start(struct eh_admin_request *, const struct eh_admin_child_call *);

/* Whether the child printed an answer. */
static inline bool eh_admin_child_done(const struct eh_child_result *result)
{
    return result->end == EH_CHILD_EXITED && result->exit_code == 0;
}

/* Bytes of address space that one may have. */
size_t eh_admin_child_memory(const struct eh_admin *);
/* Answers why there is no report. `instead`: the command that makes it without the daemon. */
void eh_admin_child_refuse(struct eh_admin_request *, const struct eh_child_result *,
                           const char *what, const char *instead);

/* Kills the children; requests that wait for one are not answered any more. */
void eh_admin_children_stop(struct eh_admin *);

#endif

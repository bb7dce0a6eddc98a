/*
 * child: a program, or a function of ours, that runs beside the loop. Its output, its memory and
 * its time are bounded, and its end is told once. When memory runs out all the same, the kernel
 * kills a child before it kills us.
 *
 *     char *const argv[] = {"/usr/bin/evenhand", "--version", NULL};
 *     const struct eh_child_options options = {
 *         .argv = argv,
 *         .environment = environ,
 *         .bounds = {.output_max = 1 << 20, .memory_max = 128 << 20, .at_most_ms = 9000},
 *         .on_end = on_end,
 *         .context = request};
 *     struct eh_child *child;
 *     r = eh_child_new(base, &options, &child, &error);
 *     …on_end(request, &result) exactly once; the child is freed after it…
 *     eh_child_free(child);                     // before its end: kills it, on_end is not called
 *
 * A program gets no descriptors but the standard ones: it reads its input from stdin, its stdout
 * comes here, and its stderr is ours. A function runs in a fork: it sees our memory as of that
 * moment, prints to STDOUT_FILENO, and must not use the loop or a link.
 */
#ifndef EVENHAND_HOST_CHILD_H
#define EVENHAND_HOST_CHILD_H

#include <sys/types.h>

#include <event2/buffer.h>
#include <event2/event.h>

#include <evenhand/base/base.h>

enum eh_child_end {
    EH_CHILD_EXITED,    /* exit_code says how */
    EH_CHILD_KILLED,    /* by a signal that was not ours */
    EH_CHILD_LATE,      /* took too long, and was killed */
    EH_CHILD_TALKATIVE, /* printed too much, and was killed */
    EH_CHILD_UNBEGUN    /* its turn did not come; callers that let children wait say so */
};

struct eh_child_bounds {
    size_t output_max;  /* bytes it may print */
    size_t memory_max;  /* bytes of address space (RLIMIT_AS; not under a sanitizer); 0: any */
    int64_t at_most_ms; /* until it is killed */
    int64_t cpu_s;      /* of a function: seconds it may compute; 0: any */
};

struct eh_child_result {
    enum eh_child_end end;
    int exit_code;
    struct evbuffer *output; /* the callback may move its content away */
};
typedef void eh_child_fn(void *context, const struct eh_child_result *);

typedef void eh_child_work_fn(void *context);

struct eh_child_options {
    char *const *argv; /* a program: argv[0] is its path; or NULL */
    char *const *environment;
    struct eh_str input;    /* what the program reads; may go away at once */
    eh_child_work_fn *work; /* a function instead; the child exits with 0 where it returns */
    void *work_context;
    struct eh_child_bounds bounds;
    eh_child_fn *on_end; /* not called from within eh_child_new() */
    void *context;
};

struct eh_child;
/* -EH_EUNAVAILABLE: it cannot be started. */
int eh_child_new(struct event_base *, const struct eh_child_options *, struct eh_child **ret,
                 struct eh_error *) EH_MUST_CHECK;
/* Gives the child a lower priority, where the system allows it, because dealing comes first. */
void eh_child_put_back(struct eh_child *);
void eh_child_free(struct eh_child *); /* NULL allowed */

#endif

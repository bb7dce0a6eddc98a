/*
 * child: a program that runs beside the loop: what it prints is read with a bound, its memory and
 * how long it takes have one too, and its end is told once. When memory runs out all the same, the
 * kernel takes a child before it takes us.
 *
 *     char *const argv[] = {"/usr/bin/evenhand", "--version", NULL};
 *     const struct eh_child_bounds bounds = {
 *         .output_max = 1 << 20, .memory_max = 128 << 20, .at_most_ms = 9000};
 *     struct eh_child *child;
 *     r = eh_child_start(base, argv, environment, input, &bounds, on_end, request, &child, &error);
 *     …on_end(request, &result) exactly once; the child is freed after it…
 *     eh_child_free(child);                     // before its end: kills it, on_end is not called
 *
 * It gets nothing of ours but the standard descriptors: the input it is given, its output comes
 * here, and what it says on stderr goes where ours goes.
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
    EH_CHILD_UNBEGUN    /* its turn did not come; said by whoever lets children wait */
};

struct eh_child_bounds {
    size_t output_max;  /* bytes it may print */
    size_t memory_max;  /* bytes of address space (RLIMIT_AS; not under a sanitizer) */
    int64_t at_most_ms; /* until it is killed */
};

struct eh_child_result {
    enum eh_child_end end;
    int exit_code;
    struct evbuffer *output; /* the callback may move its content away */
};
typedef void eh_child_fn(void *context, const struct eh_child_result *);

struct eh_child;
/* argv[0] is a path; `input` is what it reads, and may go away at once. -EH_EUNAVAILABLE: it cannot
 * be started. on_end is not called from within. */
int eh_child_start(struct event_base *, char *const *argv, char *const *environment,
                   struct eh_str input, const struct eh_child_bounds *, eh_child_fn *on_end,
                   void *context, struct eh_child **ret, struct eh_error *) EH_MUST_CHECK;
/* Dealing does not wait for it: it runs with a lower priority, where the system lets us. */
void eh_child_put_back(struct eh_child *);
void eh_child_free(struct eh_child *); /* NULL allowed */

/* What every child gets: the process may map no more than `memory_max` bytes, leaves no core, and
 * goes first when memory runs out. Also for a fork of our own, which calls it with its own pid. 0
 * or an errno. */
int eh_child_confine(pid_t, size_t memory_max) EH_MUST_CHECK;

#endif

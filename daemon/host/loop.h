/*
 * loop: how much CPU time each turn of the loop takes. A build measures it only with the option
 * `faults` (meson_options.txt); in any other build eh_loop_dispatch() is event_base_dispatch().
 *
 * With EVENHAND_TURNS=FILE in the environment, each turn that takes EH_LOOP_TOLD_US or more of the
 * thread's own CPU time gets a line on that file:
 *
 *     cpu_us=73012 most=decide:desk most_us=70110
 *
 * `most` names the piece of work with the largest part of the turn. A turn is what libevent does
 * between two calls of epoll_wait(). The file begins with EH_LOOP_MEASURED, so that a reader tells
 * a loop without long turns from one that is not measured.
 *
 *     eh_loop_dispatch(base);
 *
 * At the end of a piece of work:
 *
 *     eh_loop_note("snapshot", "");
 */
#ifndef EVENHAND_HOST_LOOP_H
#define EVENHAND_HOST_LOOP_H

#include <event2/event.h>

#define EH_LOOP_TOLD_US  20000
#define EH_LOOP_MEASURED "turns are measured\n"

#ifdef EVENHAND_FAULTS
int eh_loop_dispatch(struct event_base *);
/* The CPU time since the note before, or since the turn began, was for `room:what`. */
void eh_loop_note(const char *room, const char *what);
#else
static inline int eh_loop_dispatch(struct event_base *base)
{
    return event_base_dispatch(base);
}
static inline void eh_loop_note(const char *room, const char *what)
{
    (void)room;
    (void)what;
}
#endif

#endif

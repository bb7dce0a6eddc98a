/*
 * map: runs a profile's jq programs in one child process, which has no environment, no links, no
 * secrets, a bound on its memory and a deadline for each call. A child that dies or is late is
 * replaced, and its call is made once more; then it has failed for good.
 *
 *     const struct eh_map_options options = {
 *         .base = base, .programs = programs, .connection = connection};
 *     struct eh_map *map;
 *     r = eh_map_new(&options, &map, &error);
 *     r = eh_map_ask(map, 0, input, on_mapped, request);      // input is borrowed
 *     …on_mapped(request, &mapped) once…
 *     eh_map_free(map);                                       // no callbacks any more
 */
#ifndef EVENHAND_BRIDGE_MAP_MAP_H
#define EVENHAND_BRIDGE_MAP_MAP_H

#include <event2/event.h>
#include <jansson.h>

#include <evenhand/base/base.h>

#define EH_MAP_PROGRAMS_MAX 16
#define EH_MAP_DEADLINE_MS  100          /* for one call, on a machine that is not loaded ... */
#define EH_MAP_CPU_MS       100          /* ... of the child's own CPU time */
#define EH_MAP_LATE_MS      5000         /* however little of it the child got */
#define EH_MAP_MEMORY       (256u << 20) /* bytes of the child's address space */
#define EH_MAP_OUTPUT_MAX   (4u << 20)   /* bytes of what a call yields */
#define EH_MAP_VALUES_MAX   10000        /* values it yields */
#define EH_MAP_AHEAD        16           /* calls that the child is given at a time ... */
#define EH_MAP_AHEAD_BYTES  65536        /* ... while their inputs are no larger, but for one */
#define EH_MAP_QUEUE_MAX    4096         /* calls that wait */
#define EH_MAP_QUEUE_BYTES  (16u << 20)  /* bytes of their inputs */

enum eh_map_end {
    EH_MAP_DONE,
    EH_MAP_ERROR, /* the program said error(), or there is none */
    EH_MAP_KILLED /* the child died of it twice: memory, recursion, time */
};

struct eh_mapped {
    enum eh_map_end end;
    json_t *values;  /* an array; borrowed; of EH_MAP_DONE */
    const char *why; /* one line; of the others */
};
typedef void eh_map_fn(void *context, const struct eh_mapped *);

struct eh_map_options {
    struct event_base *base;
    const char *const *programs; /* texts by their number; NULL: none; outlive the map */
    unsigned count;
    const char *const *names; /* of the programs, for messages */
    json_t *connection;       /* what programs see as $connection; a reference is taken */
    void (*in_child)(void *); /* called in the child before anything else: wipes secrets */
    void *in_child_context;
};

struct eh_map;
int eh_map_new(const struct eh_map_options *, struct eh_map **ret, struct eh_error *) EH_MUST_CHECK;
/* -EH_EFULL: too much waits. The callback comes later, never from within. Calls end in the order
 * in which they were made. Without an input (NULL) the program is compiled and yields nothing. */
int eh_map_ask(struct eh_map *, unsigned program, const json_t *input, eh_map_fn *,
               void *context) EH_MUST_CHECK;
/* Its callbacks are not called any more: before the context goes away. */
void eh_map_forget(struct eh_map *, const void *context);
unsigned eh_map_waiting(const struct eh_map *);
uint64_t eh_map_restarts(const struct eh_map *);
void eh_map_free(struct eh_map *); /* NULL allowed */

#endif

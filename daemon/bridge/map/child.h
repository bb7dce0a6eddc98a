/*
 * child: the side of map that runs jq: a loop that reads a call from a socket and writes what its
 * program yields. It ends by a signal where a call takes too much.
 *
 *     const struct eh_map_child child = {.fd = fd, .options = &options};
 *     if (fork() == 0)
 *         eh_map_child_run(&child);              // never returns
 */
#ifndef EVENHAND_BRIDGE_MAP_CHILD_H
#define EVENHAND_BRIDGE_MAP_CHILD_H

#include "bridge/map/map.h"

#define EH_MAP_COMPILE_MS 10000 /* of CPU time, for one program */

#define EH_MAP_COMPILE 0x80000000u /* compile it alone */

/* Before a call's bytes, and before an answer's. Both sides are one program on one machine. */
struct eh_map_frame {
    uint32_t what; /* number of the program, or with EH_MAP_COMPILE; enum eh_map_end */
    uint32_t size;
};

struct eh_map_child {
    int fd;
    const struct eh_map_options *options;
};
_Noreturn void eh_map_child_run(const struct eh_map_child *);

#endif

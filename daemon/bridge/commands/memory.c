/*
 * memory: where libraries take theirs from. Without memory jansson goes on, and may leave out the
 * end of a text; libevent goes on with half a connection: better to end and begin again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <event2/event.h>
#include <jansson.h>

#include "bridge/commands/commands.h"

static void *need(void *bytes)
{
    if (!bytes) {
        fputs("evenhand-bridge: out of memory\n", stderr);
        _exit(EXIT_FAILURE);
    }
    return bytes;
}

static void *allocate(size_t size)
{
    return need(malloc(size > 0 ? size : 1));
}

static void *reallocate(void *bytes, size_t size)
{
    return need(realloc(bytes, size > 0 ? size : 1));
}

void eh_bridge_need_memory(void)
{
    json_set_alloc_funcs(allocate, free);
    event_set_mem_functions(allocate, reallocate, free);
}

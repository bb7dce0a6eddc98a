/*
 * room: an array grows, in place, to hold one item more.
 */
#include "calls.h"

#include <stdlib.h>

#define ROOM_DOUBLES 32768 /* items */

int eh_room(void *items, uint32_t *capacity, uint32_t count, size_t size)
{
    if (count <= *capacity)
        return 0;
    uint32_t bigger = *capacity ? *capacity : 16;
    while (bigger < count) /* what is large grows less, lest half of it lie idle */
        bigger += bigger < ROOM_DOUBLES ? bigger : bigger / 8;
    void *old;
    memcpy(&old, items, sizeof old);
    char *grown = realloc(old, bigger * size);
    if (!grown)
        return -EH_ENOMEM;
    memcpy(items, &grown, sizeof grown);
    *capacity = bigger;
    return 0;
}

/* array.c: how much an array grows, on the heap and in an arena. */
#include <evenhand/base/array.h>

#include <stdlib.h>

#define CAPACITY_FIRST 16u    /* items */
#define DOUBLES_UP_TO  32768u /* items; a larger array grows by an eighth */

/* The new capacity for `count` items, at most `max`. 0: so many items do not fit a size_t in bytes.
 */
static size_t capacity_for(size_t had, size_t count, size_t max, size_t size, bool doubles)
{
    size_t capacity = had > CAPACITY_FIRST ? had : CAPACITY_FIRST;
    while (capacity < count) {
        size_t more = doubles || capacity < DOUBLES_UP_TO ? capacity : capacity / 8;
        capacity = more < max - capacity ? capacity + more : max;
    }
    capacity = capacity < max ? capacity : max;
    return capacity <= SIZE_MAX / 2 / size ? capacity : 0;
}

/* `items` is the address of a pointer to items of any type: it is read and written as bytes. */
static void *items_get(const void *items)
{
    void *first;
    memcpy(&first, items, sizeof first);
    return first;
}

static void items_set(void *items, void *first)
{
    memcpy(items, &first, sizeof first);
}

int eh_array_room_size(void *items, size_t size, size_t *capacity, size_t count, size_t max)
{
    if (count <= *capacity)
        return 0;
    if (count > max)
        return -EH_EFULL;
    size_t more = capacity_for(*capacity, count, max, size, false);
    void *grown = more ? realloc(items_get(items), more * size) : NULL;
    if (!grown)
        return -EH_ENOMEM;
    items_set(items, grown);
    *capacity = more;
    return 0;
}

int eh_array_room_in_size(struct eh_arena *arena, void *items, size_t size, size_t *capacity,
                          size_t count, size_t max)
{
    if (count <= *capacity)
        return 0;
    if (count > max)
        return -EH_EFULL;
    size_t more = capacity_for(*capacity, count, max, size, true);
    void *grown = more ? eh_arena_alloc(arena, more * size) : NULL;
    if (!grown)
        return -EH_ENOMEM;
    if (*capacity > 0)
        memcpy(grown, items_get(items), *capacity * size);
    items_set(items, grown);
    *capacity = more;
    return 0;
}

int eh_array_room_u32(void *items, size_t size, uint32_t *capacity, size_t count, size_t max)
{
    size_t wide = *capacity;
    int r = eh_array_room_size(items, size, &wide, count, max < UINT32_MAX ? max : UINT32_MAX);
    *capacity = (uint32_t)wide;
    return r;
}

int eh_array_room_in_u32(struct eh_arena *arena, void *items, size_t size, uint32_t *capacity,
                         size_t count, size_t max)
{
    size_t wide = *capacity;
    int r = eh_array_room_in_size(arena, items, size, &wide, count,
                                  max < UINT32_MAX ? max : UINT32_MAX);
    *capacity = (uint32_t)wide;
    return r;
}

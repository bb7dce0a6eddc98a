/*
 * array: room in an array that grows, up to a bound that its caller names.
 *
 * The array is three members of the caller's struct: the items, how many they are, and for how many
 * there is room. New room is not cleared. The items may move: a pointer to one of them holds only
 * until the next call.
 *
 *     #define MARKS_MAX 1000
 *     uint32_t *marks = NULL;
 *     uint32_t count = 0, capacity = 0;
 *     int r = eh_array_room(&marks, &capacity, count + 1, MARKS_MAX);
 *     if (r < 0)
 *         return r;             // the array is as it was
 *     marks[count++] = 7;
 *     …
 *     free(marks);
 */
#ifndef EVENHAND_BASE_ARRAY_H
#define EVENHAND_BASE_ARRAY_H

#include <evenhand/base/arena.h>

EH_C_BEGIN

/* The bound of an array whose items are bounded elsewhere: as many as 32 bits can number. */
#define EH_ARRAY_MAX UINT32_MAX

/* Makes room for `count` items in all. `items` is the address of the pointer to them, `capacity`
 * the address of a uint32_t or a size_t. A small array doubles, a large one grows by an eighth,
 * lest half of it lie idle. The memory is the caller's: free(). -EH_EFULL: more than `max` items;
 * -EH_ENOMEM. */
#define eh_array_room(items, capacity, count, max)                                                 \
    _Generic((capacity), uint32_t *                                                                \
             : eh_array_room_u32, size_t *                                                         \
             : eh_array_room_size)((items), sizeof **(items), (capacity), (count), (max))

/* The same with memory from an arena. The array always doubles; the old items stay in the arena,
 * unused. */
#define eh_array_room_in(arena, items, capacity, count, max)                                       \
    _Generic((capacity), uint32_t *                                                                \
             : eh_array_room_in_u32, size_t *                                                      \
             : eh_array_room_in_size)((arena), (items), sizeof **(items), (capacity), (count),     \
                                      (max))

/* What the macros call. `items` is the address of a pointer to items of `size` bytes each. */
int eh_array_room_u32(void *items, size_t size, uint32_t *capacity, size_t count,
                      size_t max) EH_MUST_CHECK;
int eh_array_room_size(void *items, size_t size, size_t *capacity, size_t count,
                       size_t max) EH_MUST_CHECK;
int eh_array_room_in_u32(struct eh_arena *, void *items, size_t size, uint32_t *capacity,
                         size_t count, size_t max) EH_MUST_CHECK;
int eh_array_room_in_size(struct eh_arena *, void *items, size_t size, size_t *capacity,
                          size_t count, size_t max) EH_MUST_CHECK;

EH_C_END

#endif

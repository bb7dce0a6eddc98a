/* arena.c: blocks that grow by doubling; only the newest one is filled. */
#include <evenhand/base/arena.h>

#include <stdlib.h>

#define BLOCK_FIRST   4096u      /* bytes of the first block */
#define BLOCK_LARGEST (1u << 20) /* blocks stop doubling here; a larger wish gets its own */
#define ALIGNMENT     16u

struct eh_arena_block {
    struct eh_arena_block *next; /* older */
    size_t size;                 /* of data */
    size_t used;                 /* a multiple of ALIGNMENT */
    _Alignas(ALIGNMENT) uint8_t data[];
};

static size_t next_block_size(const struct eh_arena *arena, size_t wanted)
{
    size_t size = arena->blocks ? arena->blocks->size * 2 : BLOCK_FIRST;
    if (size > BLOCK_LARGEST)
        size = BLOCK_LARGEST;
    if (arena->limit && size > arena->limit - arena->held)
        size = arena->limit - arena->held;
    return size < wanted ? wanted : size;
}

static struct eh_arena_block *block_add(struct eh_arena *arena, size_t wanted)
{
    if (arena->limit && (arena->held > arena->limit || wanted > arena->limit - arena->held))
        return NULL;
    size_t size = next_block_size(arena, wanted);
    struct eh_arena_block *block = malloc(sizeof *block + size);
    if (!block)
        return NULL;
    block->next = arena->blocks;
    block->size = size;
    block->used = 0;
    arena->blocks = block;
    arena->held += size;
    return block;
}

static void *arena_take(struct eh_arena *arena, size_t size)
{
    if (size > SIZE_MAX / 2)
        return NULL;
    size_t rounded = size ? (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1) : ALIGNMENT;
    struct eh_arena_block *block = arena->blocks;
    if (!block || block->used > block->size || rounded > block->size - block->used)
        block = block_add(arena, rounded);
    if (!block)
        return NULL;
    void *memory = block->data + block->used;
    block->used += rounded;
    return memory;
}

void *eh_arena_alloc(struct eh_arena *arena, size_t size)
{
    void *memory = arena_take(arena, size);
    return memory ? memset(memory, 0, size) : NULL;
}

void *eh_arena_copy(struct eh_arena *arena, const void *data, size_t size)
{
    void *memory = arena_take(arena, size);
    if (memory && size)
        memcpy(memory, data, size);
    return memory;
}

struct eh_str eh_arena_str(struct eh_arena *arena, struct eh_str s)
{
    if (s.size == 0)
        return (struct eh_str){"", 0};
    char *copy = arena_take(arena, (size_t)s.size + 1);
    if (!copy)
        return (struct eh_str){NULL, 0};
    memcpy(copy, s.data, s.size);
    copy[s.size] = '\0';
    return (struct eh_str){copy, s.size};
}

void eh_arena_reset(struct eh_arena *arena)
{
    struct eh_arena_block *largest = arena->blocks;
    for (struct eh_arena_block *block = arena->blocks; block; block = block->next)
        if (block->size > largest->size)
            largest = block;
    for (struct eh_arena_block *block = arena->blocks, *next; block; block = next) {
        next = block->next;
        if (block != largest)
            free(block);
    }
    arena->blocks = largest;
    arena->held = largest ? largest->size : 0;
    if (largest) {
        largest->next = NULL;
        largest->used = 0;
    }
}

void eh_arena_done(struct eh_arena *arena)
{
    for (struct eh_arena_block *block = arena->blocks, *next; block; block = next) {
        next = block->next;
        free(block);
    }
    arena->blocks = NULL;
    arena->held = 0;
}

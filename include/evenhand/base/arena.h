/*
 * arena: memory that lives as long as a batch, a message or a desk, and goes away in one piece.
 *
 *     EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
 *     char *copy = eh_arena_copy(&arena, id.data, id.size);
 *     eh_arena_reset(&arena);   // keeps the largest block for the next round
 */
#ifndef EVENHAND_BASE_ARENA_H
#define EVENHAND_BASE_ARENA_H

#include <evenhand/base/text.h>

EH_C_BEGIN

struct eh_arena_block;

struct eh_arena {
    struct eh_arena_block *blocks; /* newest first */
    size_t limit;                  /* most bytes it may hold; 0 = no limit of its own */
    size_t held;                   /* bytes in blocks */
};

#define EH_ARENA_INIT                                                                              \
    {                                                                                              \
        NULL, 0, 0                                                                                 \
    }

/* Zeroed memory, 16-byte aligned; the arena owns it. NULL: it would pass the limit, or memory ran
 * out. */
void *eh_arena_alloc(struct eh_arena *, size_t size);
void *eh_arena_copy(struct eh_arena *, const void *data, size_t size);
/* A copy of the text with a NUL behind it. Its data is NULL where a text with bytes could not be
 * copied. */
struct eh_str eh_arena_str(struct eh_arena *, struct eh_str);
void eh_arena_reset(struct eh_arena *); /* frees all but the largest block, which is used again */
void eh_arena_done(struct eh_arena *);

EH_C_END

#endif

/*
 * held: rows in blocks that never move, numbered through; found by lists that a hash of the id
 * chooses from, the free ones in a list, too. Texts that many rows share are kept once.
 */
#include "bridge/sync/held.h"

#include <stdlib.h>

#define BLOCK       1024 /* rows that are made together */
#define BLOCKS_MAX  ((EH_HELD_MAX + BLOCK - 1) / BLOCK)
#define LISTS_FIRST 1024 /* a power of two */

struct eh_holdings {
    struct eh_held *blocks[BLOCKS_MAX];
    uint32_t made; /* rows of all blocks that were used, or are free now */
    uint32_t count, free;
    uint32_t *lists; /* first row of each list, from 1; as many as rows, or more */
    uint32_t list_count;
    struct eh_table by_text; /* value: index into texts */
    char **texts;
    uint32_t text_count, text_capacity;
    uint32_t *closed; /* a ring of the closed ones, the oldest first; rows from 1, 0: it left */
    uint32_t closed_first, closed_count;
};

int eh_holdings_new(struct eh_holdings **ret)
{
    struct eh_holdings *h = calloc(1, sizeof *h);
    if (h) {
        h->closed = calloc(EH_HELD_CLOSED_MAX, sizeof *h->closed);
        h->lists = calloc(LISTS_FIRST, sizeof *h->lists);
        h->list_count = LISTS_FIRST;
    }
    if (!h || !h->closed || !h->lists) {
        eh_holdings_free(h);
        return -EH_ENOMEM;
    }
    *ret = h;
    return 0;
}

static struct eh_held *row_at(const struct eh_holdings *h, uint32_t number)
{
    return &h->blocks[(number - 1) / BLOCK][(number - 1) % BLOCK];
}

static void row_done(struct eh_held *held)
{
    if (held->id_is_apart)
        free(held->id.apart);
    free(held->more);
}

void eh_holdings_free(struct eh_holdings *h)
{
    struct eh_held *held;
    if (!h)
        return;
    for (uint32_t at = 0; (held = eh_holdings_next(h, &at));)
        row_done(held);
    for (uint32_t i = 0; i < BLOCKS_MAX; i++)
        free(h->blocks[i]);
    for (uint32_t i = 0; i < h->text_count; i++)
        free(h->texts[i]);
    free(h->texts);
    free(h->closed);
    free(h->lists);
    eh_table_done(&h->by_text);
    free(h);
}

/* ---- Lists. */

static uint32_t *list_of(const struct eh_holdings *h, const char *id)
{
    return &h->lists[eh_key_of_text(eh_str(id)).low & (h->list_count - 1)];
}

/* Where the row's number stands: in its list, or in the row before it. Where a 0 stands, the id is
 * not known. */
static uint32_t *link_of(const struct eh_holdings *h, const char *id)
{
    uint32_t *link = list_of(h, id);
    while (*link && strcmp(eh_held_id(row_at(h, *link)), id) != 0)
        link = &row_at(h, *link)->next;
    return link;
}

static void list_add(struct eh_holdings *h, uint32_t number)
{
    struct eh_held *held = row_at(h, number);
    uint32_t *list = list_of(h, eh_held_id(held));
    held->next = *list;
    *list = number;
}

static int lists_grow(struct eh_holdings *h)
{
    uint32_t *more = calloc(h->list_count * (size_t)2, sizeof *more);
    if (!more)
        return -EH_ENOMEM;
    free(h->lists);
    h->lists = more;
    h->list_count *= 2;
    for (uint32_t number = 1; number <= h->made; number++)
        if (row_at(h, number)->used)
            list_add(h, number);
    return 0;
}

struct eh_held *eh_held_find(const struct eh_holdings *h, const char *id)
{
    uint32_t number = *link_of(h, id);
    return number ? row_at(h, number) : NULL;
}

/* ---- Rows. */

static int id_set(struct eh_held *held, const char *id)
{
    size_t size = strlen(id) + 1;
    held->id_is_apart = size > sizeof held->id.brief;
    if (!held->id_is_apart)
        memcpy(held->id.brief, id, size);
    else
        held->id.apart = strdup(id);
    return held->id_is_apart && !held->id.apart ? -EH_ENOMEM : 0;
}

static void row_put_free(struct eh_holdings *h, uint32_t number)
{
    *row_at(h, number) = (struct eh_held){.next = h->free};
    h->free = number;
}

/* 0: there is no memory. */
static uint32_t row_take_free(struct eh_holdings *h)
{
    uint32_t number = h->free;
    if (number) {
        h->free = row_at(h, number)->next;
        return number;
    }
    struct eh_held **block = &h->blocks[h->made / BLOCK];
    if (!*block && !(*block = calloc(BLOCK, sizeof **block)))
        return 0;
    return ++h->made;
}

struct eh_held *eh_held_add(struct eh_holdings *h, const char *id)
{
    if (h->count >= EH_HELD_MAX || (h->count >= h->list_count && lists_grow(h) < 0))
        return NULL;
    uint32_t number = row_take_free(h);
    if (!number)
        return NULL;
    struct eh_held *held = row_at(h, number);
    *held = (struct eh_held){.priority = -1};
    if (id_set(held, id) < 0) {
        row_put_free(h, number);
        return NULL;
    }
    held->used = true;
    list_add(h, number);
    h->count++;
    return held;
}

/* Its place in the ring stays, empty. */
static void leave_ring(struct eh_holdings *h, struct eh_held *held)
{
    if (held->ring)
        h->closed[held->ring - 1] = 0;
    held->ring = 0;
}

void eh_held_forget(struct eh_holdings *h, struct eh_held *held)
{
    eh_require(!held->waits);
    leave_ring(h, held);
    uint32_t *link = link_of(h, eh_held_id(held)), number = *link;
    *link = held->next;
    row_done(held);
    row_put_free(h, number);
    h->count--;
}

/* One that was reopened stays known. */
static void forget_oldest(struct eh_holdings *h)
{
    uint32_t number = h->closed[h->closed_first];
    h->closed_first = (h->closed_first + 1) % EH_HELD_CLOSED_MAX;
    h->closed_count--;
    if (!number)
        return;
    struct eh_held *oldest = row_at(h, number);
    leave_ring(h, oldest);
    if (oldest->state == EH_HELD_CLOSED && !oldest->waits)
        eh_held_forget(h, oldest);
}

void eh_held_close(struct eh_holdings *h, struct eh_held *held)
{
    leave_ring(h, held);
    held->state = EH_HELD_CLOSED;
    if (h->closed_count == EH_HELD_CLOSED_MAX)
        forget_oldest(h);
    uint32_t place = (h->closed_first + h->closed_count++) % EH_HELD_CLOSED_MAX;
    h->closed[place] = *link_of(h, eh_held_id(held));
    held->ring = place + 1;
}

/* ---- Texts. */

const char *eh_holdings_keep(struct eh_holdings *h, const char *text)
{
    uint64_t at;
    if (!text)
        return NULL;
    struct eh_key key = eh_key_of_text(eh_str(text));
    if (eh_table_get(&h->by_text, key, &at))
        return h->texts[at];
    char *copy = NULL;
    if (eh_array_room(&h->texts, &h->text_capacity, h->text_count + 1, EH_HELD_TEXTS_MAX) < 0 ||
        !(copy = strdup(text)) || eh_table_put(&h->by_text, key, h->text_count) < 0) {
        free(copy);
        return NULL;
    }
    return h->texts[h->text_count++] = copy;
}

/* ---- All. */

uint32_t eh_holdings_count(const struct eh_holdings *h)
{
    return h->count;
}

struct eh_held *eh_holdings_next(const struct eh_holdings *h, uint32_t *at)
{
    while (*at < h->made) {
        struct eh_held *held = row_at(h, ++*at);
        if (held->used)
            return held;
    }
    return NULL;
}

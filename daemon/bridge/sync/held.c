/* held: rows in a list, found by a table; texts that many rows share are kept once. */
#include "bridge/sync/held.h"

#include <stdlib.h>

struct eh_holdings {
    struct eh_table by_id; /* value: the row's address */
    struct eh_held *first;
    uint32_t count;
    struct eh_table by_text; /* value: index into texts */
    char **texts;
    uint32_t text_count, text_capacity;
    struct eh_held **closed; /* a ring of the closed ones, the oldest first */
    uint32_t closed_first, closed_count;
};

int eh_holdings_new(struct eh_holdings **ret)
{
    struct eh_holdings *h = calloc(1, sizeof *h);
    if (h)
        h->closed = calloc(EH_HELD_CLOSED_MAX, sizeof(struct eh_held *));
    if (!h || !h->closed) {
        free(h);
        return -EH_ENOMEM;
    }
    *ret = h;
    return 0;
}

void eh_holdings_free(struct eh_holdings *h)
{
    if (!h)
        return;
    while (h->first)
        eh_held_forget(h, h->first);
    for (uint32_t i = 0; i < h->text_count; i++)
        free(h->texts[i]);
    free(h->texts);
    free(h->closed);
    eh_table_done(&h->by_id);
    eh_table_done(&h->by_text);
    free(h);
}

struct eh_held *eh_held_find(const struct eh_holdings *h, const char *id)
{
    return eh_table_get_pointer(&h->by_id, eh_key_of_text(eh_str(id)));
}

struct eh_held *eh_held_add(struct eh_holdings *h, const char *id)
{
    if (h->count >= EH_HELD_MAX)
        return NULL;
    struct eh_held *held = calloc(1, sizeof *held);
    if (held)
        held->id = strdup(id);
    if (!held || !held->id ||
        eh_table_put_pointer(&h->by_id, eh_key_of_text(eh_str(id)), held) < 0) {
        free(held ? held->id : NULL);
        free(held);
        return NULL;
    }
    held->priority = -1;
    held->next = h->first;
    if (h->first)
        h->first->previous = held;
    h->first = held;
    h->count++;
    return held;
}

/* Its place in the ring stays, empty. */
static void leave_ring(struct eh_holdings *h, struct eh_held *held)
{
    if (held->ring)
        h->closed[held->ring - 1] = NULL;
    held->ring = 0;
}

void eh_held_forget(struct eh_holdings *h, struct eh_held *held)
{
    eh_require(!held->waits);
    leave_ring(h, held);
    eh_table_remove(&h->by_id, eh_key_of_text(eh_str(held->id)));
    if (held->previous)
        held->previous->next = held->next;
    else
        h->first = held->next;
    if (held->next)
        held->next->previous = held->previous;
    h->count--;
    free(held->id);
    free(held->more);
    free(held);
}

/* One that was reopened stays known. */
static void forget_oldest(struct eh_holdings *h)
{
    struct eh_held *oldest = h->closed[h->closed_first];
    h->closed_first = (h->closed_first + 1) % EH_HELD_CLOSED_MAX;
    h->closed_count--;
    if (!oldest)
        return;
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
    h->closed[place] = held;
    held->ring = place + 1;
}

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

uint32_t eh_holdings_count(const struct eh_holdings *h)
{
    return h->count;
}

struct eh_held *eh_holdings_first(const struct eh_holdings *h)
{
    return h->first;
}

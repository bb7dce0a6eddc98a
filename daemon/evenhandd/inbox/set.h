/*
 * set: the entries that were handed over and are not finished, in order of their stream id.
 *
 * An item is in flight until its message is committed, then acking until Redis answered the XACK,
 * so that reading the pending list meanwhile does not hand it over again. A stream that was lost
 * may bring an id again with other content: the same id can stand here more than once.
 *
 *     struct eh_inbox_set set = {0};
 *     eh_inbox_set_add(&set, id, eh_inbox_hash(body));
 *     if (eh_inbox_set_done(&set, id))        // committed: acking
 *         …XACK…
 *     eh_inbox_set_acked(&set, ids, count, false);   // answered: gone
 */
#ifndef EVENHAND_INBOX_SET_H
#define EVENHAND_INBOX_SET_H

#include "inbox/inbox.h"

struct eh_inbox_item {
    struct eh_stream_id id;
    uint64_t hash;                 /* of the body */
    bool acking, remembered, gone; /* remembered: acknowledged, kept for the sweep */
};

struct eh_inbox_set {
    struct eh_inbox_item *items;    /* sorted by id */
    size_t count, capacity, acking; /* acking: not in flight any more */
};

uint64_t eh_inbox_hash(struct eh_str body);

int eh_inbox_set_add(struct eh_inbox_set *, struct eh_stream_id, uint64_t hash) EH_MUST_CHECK;
/* In flight, acking or remembered. */
bool eh_inbox_set_has(const struct eh_inbox_set *, struct eh_stream_id);
/* In flight with this very content. */
bool eh_inbox_set_has_same(const struct eh_inbox_set *, struct eh_stream_id, uint64_t hash);
/* True: to be acknowledged now. False: the same id is in flight once more, with other content. */
bool eh_inbox_set_done(struct eh_inbox_set *, struct eh_stream_id);
void eh_inbox_set_acked(struct eh_inbox_set *, const struct eh_stream_id *, size_t count,
                        bool remember);
void eh_inbox_set_forget_remembered(struct eh_inbox_set *);
/* The lowest in flight; false: none. */
bool eh_inbox_set_lowest(const struct eh_inbox_set *, struct eh_stream_id *ret);
void eh_inbox_set_clear(struct eh_inbox_set *); /* keeps the memory */
void eh_inbox_set_free_items(struct eh_inbox_set *);

#endif

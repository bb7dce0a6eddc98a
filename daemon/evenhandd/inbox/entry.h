/*
 * entry: replies of Redis about streams -> entries, without trusting their shape.
 *
 *     struct eh_inbox_entry entry;
 *     if (eh_inbox_entry_read(element, &arena, &entry))   // text lives as long as reply and arena
 *         …
 */
#ifndef EVENHAND_INBOX_ENTRY_H
#define EVENHAND_INBOX_ENTRY_H

#include "inbox/inbox.h"

/* One [id, [field, value …]] of XREADGROUP or XRANGE. deliveries is set to 1. False: no entry. */
bool eh_inbox_entry_read(const redisReply *, struct eh_arena *, struct eh_inbox_entry *ret);
/* The array of entries in a reply of XREADGROUP, NULL when it has none. */
const redisReply *eh_inbox_entries_of(const redisReply *);
/* The id of the first and of the last entry of such an array; false: it has none. */
bool eh_inbox_first_of(const redisReply *entries, struct eh_stream_id *ret);
bool eh_inbox_last_of(const redisReply *entries, struct eh_stream_id *ret);
/* One row of XPENDING with its range: an id, and how often it was delivered. False: no row. */
bool eh_inbox_pending_read(const redisReply *, struct eh_stream_id *ret_id,
                           uint32_t *ret_deliveries);
/* Our group in a reply of XINFO GROUPS: last-delivered-id. False: not there. */
bool eh_inbox_last_delivered(const redisReply *, const char *group, struct eh_stream_id *ret);

/* The answer of XINFO STREAM. */
struct eh_inbox_info {
    struct eh_stream_id end;         /* last-generated-id */
    struct eh_stream_id first, last; /* entries that are there; 0-0: none */
    struct eh_stream_id deleted;     /* the highest id that XDEL took away (Redis 7) */
    uint64_t added;                  /* entries ever (Redis 7) */
    bool counted;                    /* `added` is known */
};
bool eh_inbox_info_read(const redisReply *, struct eh_inbox_info *ret);

#endif

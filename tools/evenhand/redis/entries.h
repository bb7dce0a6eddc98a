/*
 * entries: the entries of a stream, the oldest first, read page by page.
 *
 *     struct eh_entries entries = {.stream = &stream};
 *     struct eh_entry entry;
 *     while ((r = eh_entries_next(&entries, &entry, &error)) > 0)
 *         …entry.id, entry.field, entry.body…
 *     eh_entries_done(&entries);
 */
#ifndef EVENHAND_TOOLS_REDIS_ENTRIES_H
#define EVENHAND_TOOLS_REDIS_ENTRIES_H

#include "stream.h"

#define EH_ENTRIES_PAGE  500 /* entries read at once */
#define EH_ENTRY_ID_TEXT 48  /* bytes with terminator */

/* Texts live until the next entry is read. */
struct eh_entry {
    struct eh_str id;          /* empty: Redis answered something else than an entry */
    struct eh_str field, body; /* empty: the entry has not exactly one field */
};

struct eh_entries {
    struct eh_stream *stream;
    void *page; /* redisReply */
    size_t at, count;
    char after[EH_ENTRY_ID_TEXT]; /* id of the last entry read; "": none yet */
};

/* 1: there is one more entry; 0: that was all. -EH_EUNAVAILABLE, -EH_EDENIED: Redis refused, or
 * does not answer.
 */
int eh_entries_next(struct eh_entries *, struct eh_entry *ret, struct eh_error *) EH_MUST_CHECK;
/* The newest entry, before any other is read. */
int eh_entries_last(struct eh_entries *, struct eh_entry *ret, struct eh_error *) EH_MUST_CHECK;
void eh_entries_done(struct eh_entries *); /* safe on a zeroed one */

#endif

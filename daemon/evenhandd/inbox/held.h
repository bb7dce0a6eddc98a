/*
 * held: entries that wait on the stream, because the desk has as many open tickets as it may
 * have. They stay pending in Redis, are not acknowledged, and are read again when their turn comes.
 *
 * A ticket is held while the desk is full, and while tickets before it are held. An outcome or an
 * update is held while it may belong to a held ticket, so that it comes to the desk behind it; it
 * is let go with that ticket, and at the latest with the last one.
 *
 *     struct eh_inbox_held held = {0};
 *     r = eh_inbox_held_add(&held, &hold);
 *     …there is room for three:…
 *     if (eh_inbox_held_release(&held, &room, &first, &last)) // read them once more
 *         …
 *     eh_inbox_held_done(&held);
 */
#ifndef EVENHAND_INBOX_HELD_H
#define EVENHAND_INBOX_HELD_H

#include "inbox/inbox.h"

#define EH_INBOX_HELD_MAX (1u << 18) /* entries; above it nothing new is read */

struct eh_inbox_held_item {
    struct eh_stream_id id;
    struct eh_key ticket; /* identity of the ticket that the entry is or is about */
    struct eh_key team;   /* of a ticket */
    bool is_ticket, gone;
};

struct eh_inbox_held {
    struct eh_inbox_held_item *items; /* sorted by id, with gaps where they are gone */
    size_t first, end, capacity;      /* items[first .. end) */
    size_t tickets, others;           /* not gone */
    struct eh_table woken;            /* identities of tickets that came */
    struct eh_table teams;            /* team -> how many tickets of it, not gone */
};

/* Adds an entry; ids come nearly always in order. -EH_ENOMEM. */
int eh_inbox_held_add(struct eh_inbox_held *, const struct eh_inbox_hold *) EH_MUST_CHECK;
bool eh_inbox_held_has(const struct eh_inbox_held *, struct eh_stream_id);
size_t eh_inbox_held_of(const struct eh_inbox_held *, struct eh_key team); /* tickets */
bool eh_inbox_held_lowest(const struct eh_inbox_held *, struct eh_stream_id *ret);
/* The ticket came to the desk: entries about it go at the next release. -EH_ENOMEM. */
int eh_inbox_held_wake(struct eh_inbox_held *, struct eh_key ticket) EH_MUST_CHECK;
void eh_inbox_held_forget_woken(struct eh_inbox_held *);
/* Lets the held tickets go that there is room for, the first ones first, and the entries about
 * tickets that came or go now. When no ticket is left, all go. False: nothing went. */
bool eh_inbox_held_release(struct eh_inbox_held *, const struct eh_inbox_room *,
                           struct eh_stream_id *ret_first, struct eh_stream_id *ret_last);
void eh_inbox_held_clear(struct eh_inbox_held *);
void eh_inbox_held_done(struct eh_inbox_held *);

#endif

/*
 * inbox: reads tickets and messages from the Redis stream, on a connection of its own.
 *
 * Hands over entries and forgets nothing: an entry is "in flight" from on_entries() until
 * eh_inbox_done(), and only then acknowledged (XACK goes over the write link). Whatever could have
 * been seen before is marked `seen_before`, so that the store looks it up as an entry too. At each
 * (re)connect, in this order: XGROUP CREATE evenhand 0 MKSTREAM, own pending entries from id 0, the
 * sweep of delivered entries that are neither pending nor known (XRANGE up to the group's
 * last-delivered-id), then new ones (XREADGROUP BLOCK). Every 5 s the pending list is read again
 * for ids that are not in flight, and the positions are looked at. One consumer name: "evenhandd".
 *
 * Redis says where the group stands; the entries that we have seen say how far we have come. So the
 * sweep reads all entries between two that were handed out one after the other.
 *
 *     struct eh_inbox *inbox;
 *     const struct eh_inbox_options options = {base, address, key, keep, writes, &callbacks, app};
 *     r = eh_inbox_new(&options, &inbox, &error);
 *     eh_inbox_start(inbox, low, high);   // once leading
 *     …on_entries(): decide, commit…
 *     eh_inbox_done(inbox, ids, count);   // after COMMIT: acknowledge, trim
 *     eh_inbox_hold(inbox, held, count);  // or: the desk is full, they come again later
 *     eh_inbox_stop(inbox);               // no longer leading: forgets what is in flight
 */
#ifndef EVENHAND_INBOX_INBOX_H
#define EVENHAND_INBOX_INBOX_H

#include "redis/link.h"
#include "redis/stream_id.h"

struct eh_inbox_entry {
    struct eh_stream_id id;
    bool seen_before;    /* an earlier process may have handed it over: look it up */
    uint32_t deliveries; /* of entries read from the pending list; else 1 */
    char encoding;       /* 'm', 'j', or 0: no message; `reason` says why */
    const char *reason; /* "trimmed", "field `x`: entries have exactly one field, `m` or `j`", … */
    struct eh_str body; /* value of the one field; without encoding: all fields and values */
    uint64_t body_size; /* full size; body holds at most EH_MESSAGE_MAX + 1 bytes of it */
};

enum eh_inbox_doubt_kind {
    EH_INBOX_SKIPPED, /* the group stood behind unread entries: from .. to; they are taken */
    EH_INBOX_BACK,    /* the group stood at `to`, and had been at `from` */
    EH_INBOX_BEYOND,  /* the group stood at `from`, behind the end of the stream at `to` */
    EH_INBOX_OLDER,   /* the stream ends at `to`, and we had come to `from` */
    EH_INBOX_MISSING  /* entries that nobody knows are gone: from .. to */
};

struct eh_inbox_doubt {
    enum eh_inbox_doubt_kind kind;
    struct eh_stream_id from, to;
    uint64_t count;  /* of what is missing; 0: not known */
    const char *why; /* the group could not be set back; else "" */
};

struct eh_inbox_callbacks {
    /* Takes entries in order of id; they live until the callback returns. A callback may set the
     * room, say what is done, stop and start; it must not free the inbox. */
    void (*on_entries)(void *context, const struct eh_inbox_entry *, size_t count);
    /* up: the link stands and the group is there. lost: the stream or group was gone and was made
     * anew. */
    void (*on_state)(void *context, bool up, bool lost, const char *why);
    /* Told at each look: the id with which the stream ends, as Redis says. May be NULL. */
    void (*on_end)(void *context, struct eh_stream_id end);
    /* Told once after each (re)connect: the end of the stream was read. May be NULL. */
    void (*on_read)(void *context);
    /* Told when a release that did nothing may be asked for again. May be NULL. */
    void (*on_releasable)(void *context);
    /* Told when a position that Redis says disagrees with what we know. May be NULL. */
    void (*on_doubt)(void *context, const struct eh_inbox_doubt *);
};

struct eh_inbox;

struct eh_inbox_options {
    struct event_base *base;
    const struct eh_redis_address *address;
    const char *key;
    int64_t keep;                               /* entries that stay when they are done; 0: all */
    struct eh_redis_link *writes;               /* the caller's: for XACK and XTRIM */
    const struct eh_inbox_callbacks *callbacks; /* copied */
    void *context;
};
int eh_inbox_new(const struct eh_inbox_options *, struct eh_inbox **ret,
                 struct eh_error *) EH_MUST_CHECK;
void eh_inbox_free(struct eh_inbox *);

/* low: lowest id that may not be committed yet (sweep begins here). high: highest id ever
 * committed; ids above it that come for the first time are not `seen_before`. */
void eh_inbox_start(struct eh_inbox *, struct eh_stream_id low, struct eh_stream_id high);
void eh_inbox_stop(struct eh_inbox *);

/* How many further entries may be handed over (0 stops reading). Called by the app as it fills and
 * empties; the inbox never has more than this asked of Redis. */
void eh_inbox_set_room(struct eh_inbox *, size_t entries);

/* Acknowledges these entries, which are committed or known already. Then trims up to the lowest id
 * in flight or unread, and keeps `keep` entries more. Never trims an entry that is not
 * acknowledged. */
void eh_inbox_done(struct eh_inbox *, const struct eh_stream_id *, size_t count);
/* An entry that waits on the stream until it is released (held.h): it is neither in flight nor
 * done. */
struct eh_inbox_hold {
    struct eh_stream_id id;
    struct eh_key ticket; /* identity of the ticket that it is, or is about */
    struct eh_key team;   /* of a ticket: eh_key_of_text() of its team */
    bool is_ticket;
};
void eh_inbox_hold(struct eh_inbox *, const struct eh_inbox_hold *, size_t count);
/* The ticket came to the desk: entries about it that wait may go. */
void eh_inbox_wake(struct eh_inbox *, struct eh_key ticket);
/* Room for held tickets: `tickets` of any team, the oldest first, and beyond them so many of each
 * of these teams. */
struct eh_inbox_part {
    struct eh_key team;
    size_t tickets;
};
struct eh_inbox_room {
    size_t tickets;
    struct eh_inbox_part *parts; /* counted down; may be NULL */
    size_t part_count;
};
/* Releases the held tickets that there is room for, and the entries about them or about tickets
 * that came. All come again by on_entries(), in order. settled: no further entry will be held for a
 * ticket that came already. Does nothing while entries are read again; on_releasable() tells when
 * that is over. */
void eh_inbox_release(struct eh_inbox *, const struct eh_inbox_room *, bool settled);
size_t eh_inbox_waiting_of(const struct eh_inbox *, struct eh_key team); /* held tickets of it */
struct eh_inbox_waiting {
    size_t tickets, others;
    bool woken; /* some of the others may go */
};
struct eh_inbox_waiting eh_inbox_waiting(const struct eh_inbox *);
bool eh_inbox_held_full(const struct eh_inbox *); /* EH_INBOX_HELD_MAX wait: nothing new is read */
/* Whether all that stood on the stream when the link came up last is done, or is held and about
 * tickets that did not come yet. */
bool eh_inbox_caught_up(const struct eh_inbox *);
/* The lowest id that is in flight or not read yet. The head row keeps it as its low-water mark. */
struct eh_stream_id eh_inbox_low(const struct eh_inbox *);

#endif

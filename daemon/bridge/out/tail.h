/*
 * tail: reads the outbox from a number on, on a connection of its own, and goes on for ever.
 *
 * The numbers of the outbox have no holes, so that whoever keeps the last one needs no consumer
 * group, which would be gone with the stream. A stream that was lost is waited for; entries that
 * were trimmed before they were read are told; so is a stream that has only lower numbers, and
 * stays so: it is another log's.
 *
 *     const struct eh_tail_options options = {
 *         .base = base, .address = &address, .key = "evenhand:{main}:outbox", .after = 17,
 *         .on_entry = on_entry, .on_caught_up = on_caught_up, .on_gap = on_gap, .context = out};
 *     r = eh_tail_new(&options, &tail, &error);
 *     …on_entry(out, 18, entry, true) returns 0: the next one; below 0: there is no room…
 *     eh_tail_turn(tail);                          // there is room again
 *     eh_tail_free(tail);
 */
#ifndef EVENHAND_BRIDGE_OUT_TAIL_H
#define EVENHAND_BRIDGE_OUT_TAIL_H

#include <jansson.h>

#include "redis/link.h"

#define EH_TAIL_PAGE     100  /* entries of one reply */
#define EH_TAIL_BLOCK_MS 4000 /* Redis waits so long for a new one; below EH_REDIS_REPLY_S */
#define EH_TAIL_BEHIND_S 60   /* a stream with lower numbers alone is believed after this */

struct eh_tail_options {
    struct event_base *base;
    const struct eh_redis_address *address;
    const char *key; /* copied */
    uint64_t after;  /* the last number that was read */
    /* `entry`: borrowed; NULL: it cannot be read. `from_before`: it stood there when we came. */
    int (*on_entry)(void *context, uint64_t seq, json_t *entry, bool from_before);
    void (*on_caught_up)(void *context); /* once: all that stood there was read */
    void (*on_gap)(void *context, uint64_t first, uint64_t last); /* these are gone */
    void (*on_other_log)(void *context); /* everything from the first entry on is read next */
    void (*on_state)(void *context, bool up, const char *why); /* NULL: nobody is told */
    void *context;
    int64_t behind_s; /* 0: EH_TAIL_BEHIND_S */
};

struct eh_tail;
int eh_tail_new(const struct eh_tail_options *, struct eh_tail **ret,
                struct eh_error *) EH_MUST_CHECK;
void eh_tail_free(struct eh_tail *); /* NULL allowed; no callbacks any more */
void eh_tail_turn(struct eh_tail *);
uint64_t eh_tail_at(const struct eh_tail *); /* the last number that was taken */
bool eh_tail_up(const struct eh_tail *);
/* Why it cannot be read, or NULL; NULL allowed. */
const char *eh_tail_trouble(const struct eh_tail *);

#endif

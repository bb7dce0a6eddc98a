/*
 * feed: puts messages on the inbox stream, and says when each is there.
 *
 *     const struct eh_feed_options options = {
 *         .base = base, .address = &address, .key = "evenhand:{main}:inbox"};
 *     struct eh_feed *feed;
 *     r = eh_feed_new(&options, &feed, &error);
 *     r = eh_feed_put(feed, message, on_put, request);        // a JSON object; borrowed
 *     …on_put(request, 0) once it is on the stream…
 *     eh_feed_free(feed);
 */
#ifndef EVENHAND_BRIDGE_IN_FEED_H
#define EVENHAND_BRIDGE_IN_FEED_H

#include <event2/event.h>
#include <jansson.h>

#include "redis/link.h"

#define EH_FEED_WAITING_MAX 2048  /* messages whose answer is owed */
#define EH_FEED_ENTRY_MAX   65536 /* bytes of one, as evenhandd takes it */

/* r: 0, or -EH_EUNAVAILABLE: it may be on the stream or not; -EH_ERANGE, too large. */
typedef void eh_feed_fn(void *context, int r);

struct eh_feed_options {
    struct event_base *base;
    const struct eh_redis_address *address;
    const char *key;                          /* of the stream; outlives the feed */
    void (*on_state)(void *context, bool up); /* NULL: nobody is told */
    void *context;
};

struct eh_feed;
int eh_feed_new(const struct eh_feed_options *, struct eh_feed **ret,
                struct eh_error *) EH_MUST_CHECK;
/* -EH_EUNAVAILABLE: Redis is not there; -EH_EFULL: too much waits; -EH_ERANGE: the message is too
 * large. The callback is not called then. */
int eh_feed_put(struct eh_feed *, const json_t *message, eh_feed_fn *, void *context) EH_MUST_CHECK;
bool eh_feed_up(const struct eh_feed *);
/* NULL: it is up, and takes messages as far as is known. */
const char *eh_feed_trouble(const struct eh_feed *);
uint64_t eh_feed_count(const struct eh_feed *); /* messages that are on the stream */
void eh_feed_free(struct eh_feed *);            /* NULL allowed; no callbacks any more */

#endif

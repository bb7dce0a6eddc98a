/*
 * live: server-sent events: tells browsers that what they show has moved.
 *
 *     struct eh_live *live;
 *     r = eh_live_new(base, &live, &error);
 *     eh_live_add(live, request, "ana", version);   // takes the request over
 *     eh_live_tell(live, version);
 *     eh_live_free(live);
 *
 * All readers are told within half a second, but not at once: each fetches its page then, and what
 * evenhandd answers them would come between the tickets that it deals.
 *
 * A reader is let go after some minutes and comes again by itself: so one that never reads, and one
 * whose session is over, is not kept.
 */
#ifndef EVENHAND_WEB_LIVE_LIVE_H
#define EVENHAND_WEB_LIVE_LIVE_H

#include "http/server.h"

#define EH_LIVE_READERS_MAX 512 /* in all */
#define EH_LIVE_PERSON_MAX  16  /* of one person: a further one takes the place of their oldest */
#define EH_LIVE_SLICES      10  /* many readers are told in so many parts ... */
#define EH_LIVE_SLICE_MS    50  /* ... with so long between them ... */
#define EH_LIVE_SLICE_LEAST 8   /* ... and so many at least at a time */
#define EH_LIVE_BEAT_S      15  /* a sign of life, which shows who has left */
#define EH_LIVE_S           600 /* until a reader has to come again */
#define EH_LIVE_AGAIN_MS    1000
#define EH_LIVE_LATER_MS    60000 /* ... of one that gave its place to a newer one */

struct eh_live;
int eh_live_new(struct event_base *, struct eh_live **ret, struct eh_error *) EH_MUST_CHECK;
/* Answers the request with events, the first of which is the version; or that there is no room. */
void eh_live_add(struct eh_live *, struct eh_http_request *, const char *person, uint64_t version);
void eh_live_tell(struct eh_live *, uint64_t version);
unsigned eh_live_count(const struct eh_live *);
/* Drops all readers; the caller frees the server afterwards. */
void eh_live_free(struct eh_live *); /* NULL allowed */

#endif

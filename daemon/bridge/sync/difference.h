/*
 * difference: what evenhand has to be told so that it knows what the helpdesk says. Pure: no clock,
 * no links.
 *
 *     const struct eh_view sides = {
 *         .held = held, .said = &said, .connection = connection, .now_ms = now_us / 1000};
 *     struct eh_difference difference;
 *     eh_difference_find(&sides, &difference);
 *     for (unsigned i = 0; i < difference.count; i++)
 *         r = eh_feed_put(feed, difference.messages[i], on_put, context);
 *     eh_difference_done(&difference);
 */
#ifndef EVENHAND_BRIDGE_SYNC_DIFFERENCE_H
#define EVENHAND_BRIDGE_SYNC_DIFFERENCE_H

#include "bridge/sync/held.h"
#include "bridge/sync/said.h"

#define EH_DIFFERENCE_MAX 4 /* messages at most, in the order in which they have to come */

struct eh_view {
    const struct eh_held *held; /* not UNKNOWN */
    const struct eh_said *said;
    const struct eh_connection *connection;
    int64_t now_ms; /* wall clock: a helpdesk whose clock is ahead says no time */
    bool in_flight; /* an owner is being set just now, or was set after this was said */
};

struct eh_difference {
    json_t *messages[EH_DIFFERENCE_MAX];
    unsigned count;
    int64_t outcome_ms; /* `at` of an outcome among them; 0: it has none */
    bool set_back;      /* guard: the owner has to be set to what evenhand wants */
    bool in_doubt;      /* another owner was said while ours is being set: look behind that */
    bool stale;         /* older than what is known: nothing follows */
    bool reported;      /* a message `owner` is among them */
    bool pauses;        /* that it waits for the customer, or no more, is among them */
    bool theirs;        /* whose it is they say: an entry that says the same is done already */
};

void eh_difference_find(const struct eh_view *, struct eh_difference *ret);
void eh_difference_done(struct eh_difference *);

#endif

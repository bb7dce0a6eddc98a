/*
 * webhook: takes webhooks: who sent one is verified, its payload goes through the profile's `in`,
 * and what that yields to the owner. 204 is said when all that has to be is on the stream.
 *
 *     const struct eh_webhooks_options options = {
 *         .base = base, .connection = connection, .profile = profile, .map = map,
 *         .take = on_value, .context = app};
 *     struct eh_webhooks *hooks;
 *     r = eh_webhooks_new(&options, &hooks, &error);
 *     …on_value(app, value, taking) for each value; later eh_taking_done(taking, r)…
 *     eh_webhooks_free(hooks);
 *
 * What is the helpdesk's fault, or somebody else's, is answered by 4xx; what is ours, or passes by
 * itself, by 503 with Retry-After: some helpdesks never send again what was answered by 4xx.
 */
#ifndef EVENHAND_BRIDGE_IN_WEBHOOK_H
#define EVENHAND_BRIDGE_IN_WEBHOOK_H

#include <event2/event.h>

#include "bridge/map/map.h"
#include "bridge/profile/connection.h"
#include "bridge/profile/profile.h"

#define EH_WEBHOOK_BODY_MAX      (1u << 20) /* bytes */
#define EH_WEBHOOK_CONNECTIONS   512
#define EH_WEBHOOK_BACKLOG       4096 /* that wait to be accepted, where the system lets them */
#define EH_WEBHOOK_WORK_S        10   /* then it is answered 503 */
#define EH_WEBHOOK_RETRY_AFTER_S 5    /* what a 503 says */

/* A payload whose values are being taken. */
struct eh_taking;
/* Of each value once. r: 0: whatever follows from it is done; -EH_EINVAL: it is wrong, and the
 * payload is kept aside; any other: it is to be sent again. */
void eh_taking_done(struct eh_taking *, int r);

struct eh_webhooks_options {
    struct event_base *base;
    const struct eh_connection *connection;
    const struct eh_profile *profile;
    struct eh_map *map;
    /* A value of `in`; borrowed. Calls eh_taking_done() once, now or later. */
    void (*take)(void *context, const json_t *value, struct eh_taking *);
    /* Why nothing can be taken just now, or NULL. */
    const char *(*closed)(void *context);
    const char *(*why)(void *context); /* what was wrong with the last value; NULL: nobody says */
    void *context;
};

struct eh_webhook_counts {
    uint64_t taken;      /* answered 204 */
    uint64_t repeated;   /* ... of these: a delivery that was taken before */
    uint64_t unverified; /* answered 403 */
    uint64_t malformed;  /* no JSON: 400 */
    uint64_t unmapped;   /* `in` failed, or yielded nothing or what is wrong; 204, kept aside */
    uint64_t deferred;   /* 503 */
};

struct eh_webhooks;
int eh_webhooks_new(const struct eh_webhooks_options *, struct eh_webhooks **ret,
                    struct eh_error *) EH_MUST_CHECK;
const struct eh_webhook_counts *eh_webhooks_counts(const struct eh_webhooks *);
const char *eh_webhooks_last_error(const struct eh_webhooks *); /* or "" */
void eh_webhooks_free(struct eh_webhooks *);                    /* NULL allowed */

#endif

/*
 * rights: whether this user of Redis may do what evenhandd will ask of it sooner or later.
 *
 * Some commands are needed only once in a while, and then at a bad moment: XGROUP CREATE when a
 * stream is lost, XCLAIM when a desk is full. So each is sent once, with arguments that change
 * nothing; Redis looks at rights before it looks at arguments.
 *
 *     r = eh_redis_rights_ask(link, &keys, on_answer, app);   // the link is up
 *     …on_answer(app, NULL): all is allowed; otherwise what is not, and what to do…
 */
#ifndef EVENHAND_REDIS_RIGHTS_H
#define EVENHAND_REDIS_RIGHTS_H

#include "redis/link.h"

struct eh_redis_keys {
    const char *inbox, *outbox, *dead;
};

/* The sentence lives until the callback returns. Not called when the link goes away before. */
typedef void eh_redis_rights_fn(void *context, const char *refusal);

/* The keys are copied. -EH_EUNAVAILABLE: the link is not up; -EH_ENOMEM. */
int eh_redis_rights_ask(struct eh_redis_link *, const struct eh_redis_keys *,
                        eh_redis_rights_fn *on_answer, void *context) EH_MUST_CHECK;

#endif

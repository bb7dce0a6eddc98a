/*
 * link: one hiredis connection on the event loop that is always being had again.
 *
 * Connects (Unix socket or IP literal only: getaddrinfo would block), AUTHs when told to, watches
 * connect and reply with its own timers (10 s), backs off 100 ms doubling to 5 s with jitter.
 *
 *     struct eh_redis_link *writes;
 *     const struct eh_redis_link_options options = {base, &address, "write", on_state, app};
 *     r = eh_redis_link_new(&options, &writes, &error);
 *     eh_redis_link_start(writes);
 *     eh_redis_command(writes, got_reply, request, argc, argv, argvlen);
 *
 * Every command's callback is called once: with the reply, or NULL when the link went away. Replies
 * live until the callback returns. Callbacks may send, reset, stop and free the link: what would
 * pull it away below them happens on the next turn of the loop.
 */
#ifndef EVENHAND_REDIS_LINK_H
#define EVENHAND_REDIS_LINK_H

#include <event2/event.h>
#include <hiredis/hiredis.h>

#include <evenhand/base/base.h>

#define EH_REDIS_REPLY_MAX (8u << 20) /* bytes of one reply; above it the link is dropped */
#define EH_REDIS_REPLY_S   10         /* for the oldest command without an answer */

struct eh_redis_address {
    char path[108]; /* Unix socket, or "" */
    char host[64];  /* IP literal */
    int port;
    char user[64], password[256]; /* "" : no AUTH */
};

/* "/path", "unix:/path", "1.2.3.4:6379", "[::1]:6379"; host names are refused and why is said. */
int eh_redis_address_parse(struct eh_str, struct eh_redis_address *ret,
                           struct eh_error *) EH_MUST_CHECK;

struct eh_redis_link;
typedef void eh_redis_state_fn(void *context, bool up, const char *why);
typedef void eh_redis_reply_fn(void *context, const redisReply *reply);

struct eh_redis_link_options {
    struct event_base *base;
    const struct eh_redis_address *address; /* copied */
    const char *name;                       /* "write": for people */
    eh_redis_state_fn *on_state;
    void *context;
};
int eh_redis_link_new(const struct eh_redis_link_options *, struct eh_redis_link **ret,
                      struct eh_error *) EH_MUST_CHECK;
void eh_redis_link_free(struct eh_redis_link *); /* no callbacks any more */
void eh_redis_link_start(struct eh_redis_link *);
void eh_redis_link_stop(struct eh_redis_link *);                   /* pending callbacks get NULL */
void eh_redis_link_reset(struct eh_redis_link *, const char *why); /* drop and connect again */
struct event_base *eh_redis_link_base(const struct eh_redis_link *);
bool eh_redis_link_up(const struct eh_redis_link *);
const char *eh_redis_link_last_error(const struct eh_redis_link *); /* never NULL */
/* The link went away last because a reply was above EH_REDIS_REPLY_MAX: ask for less. */
bool eh_redis_link_overflowed(const struct eh_redis_link *);

/* -EH_EUNAVAILABLE when not up (the callback is not called then). The time of a command counts from
 * when it is the oldest. The callback may be NULL. */
int eh_redis_command(struct eh_redis_link *, eh_redis_reply_fn *, void *context, int argc,
                     const char *const *argv, const size_t *lengths) EH_MUST_CHECK;
/* Callbacks of this context will not be called any more: before the context goes away. */
void eh_redis_forget(struct eh_redis_link *, const void *context);

#endif

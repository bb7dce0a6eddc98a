/*
 * reply: replies of Redis as hiredis reads them, in memory of their own and within a ceiling.
 *
 * hiredis asks for two pieces of memory a string and frees each. Here a reply with all that is in
 * it stands in one arena, until the next reply of the same reader begins. A reply above
 * EH_REDIS_REPLY_MAX ends the connection, and so does one there is no memory for.
 *
 *     struct eh_redis_replies replies = {0};       // outlives the reader
 *     eh_redis_replies_attach(&replies, ac->c.reader);
 *     …
 *     eh_redis_replies_done(&replies);
 */
#ifndef EVENHAND_REDIS_REPLY_H
#define EVENHAND_REDIS_REPLY_H

#include <hiredis/hiredis.h>

#include <evenhand/base/base.h>

struct eh_redis_replies {
    redisReplyObjectFunctions functions;
    struct eh_arena arena;
    size_t bytes;    /* of the reply being read */
    bool overflowed; /* one was above the ceiling; set back by whoever asks */
};

void eh_redis_replies_attach(struct eh_redis_replies *, redisReader *);
void eh_redis_replies_done(struct eh_redis_replies *); /* safe on a zeroed one */

#endif

/* reply: what hiredis calls to make its replies. See redis_reply.h. */
#include "redis/reply.h"

#include "redis/link.h"

#define KEPT_BYTES_MAX (1u << 20) /* of memory for the next reply */

static void begin(struct eh_redis_replies *replies)
{
    if (replies->arena.held > KEPT_BYTES_MAX)
        eh_arena_done(&replies->arena);
    eh_arena_reset(&replies->arena);
    replies->bytes = 0;
}

/* A reply of `type` where its parent expects it. `more`: bytes it is going to hold. */
static redisReply *make(const redisReadTask *task, int type, size_t more)
{
    struct eh_redis_replies *replies = task->privdata;
    if (!task->parent)
        begin(replies);
    replies->bytes += more + sizeof(redisReply);
    if (replies->bytes > EH_REDIS_REPLY_MAX) {
        replies->overflowed = true;
        return NULL;
    }
    redisReply *reply = eh_arena_alloc(&replies->arena, sizeof *reply);
    if (!reply)
        return NULL;
    reply->type = type;
    if (task->parent) {
        redisReply *parent = task->parent->obj;
        parent->element[task->idx] = reply;
    }
    return reply;
}

static void *make_string(const redisReadTask *task, char *text, size_t size)
{
    struct eh_redis_replies *replies = task->privdata;
    redisReply *reply = make(task, task->type, size);
    if (!reply)
        return NULL;
    reply->str = eh_arena_alloc(&replies->arena, size + 1);
    if (!reply->str)
        return NULL;
    memcpy(reply->str, text, size);
    reply->len = size;
    return reply;
}

static void *make_array(const redisReadTask *task, int elements)
{
    struct eh_redis_replies *replies = task->privdata;
    size_t count = elements > 0 ? (size_t)elements : 0;
    redisReply *reply = make(task, REDIS_REPLY_ARRAY, count * sizeof *reply->element);
    if (!reply)
        return NULL;
    reply->element = eh_arena_alloc(&replies->arena, count * sizeof *reply->element);
    if (!reply->element)
        return NULL;
    reply->elements = count;
    return reply;
}

static void *make_integer(const redisReadTask *task, long long value)
{
    redisReply *reply = make(task, REDIS_REPLY_INTEGER, 0);
    if (reply)
        reply->integer = value;
    return reply;
}

/* The task only knows what it is a nil of. */
static void *make_nil(const redisReadTask *task)
{
    return make(task, REDIS_REPLY_NIL, 0);
}

/* The next reply takes the memory back. */
static void leave(void *reply)
{
    (void)reply;
}

void eh_redis_replies_attach(struct eh_redis_replies *replies, redisReader *reader)
{
    replies->functions =
        (redisReplyObjectFunctions){make_string, make_array, make_integer, make_nil, leave};
    reader->fn = &replies->functions;
    reader->privdata = replies;
}

void eh_redis_replies_done(struct eh_redis_replies *replies)
{
    eh_arena_done(&replies->arena);
}

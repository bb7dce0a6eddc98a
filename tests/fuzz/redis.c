/*
 * fuzz/redis: any bytes as what Redis answers, read by hiredis into our replies, and each reply as
 * everything that the inbox takes one for.
 */
#include "fuzz.h"
#include "inbox/entry.h"
#include "redis/reply.h"

#include <evenhand/wire/message.h>

static void check_entry(const redisReply *reply, struct eh_arena *arena)
{
    struct eh_inbox_entry entry;
    if (!eh_inbox_entry_read(reply, arena, &entry))
        return;
    eh_require(entry.body.size <= EH_MESSAGE_MAX + 1 && entry.body.size <= entry.body_size);
    eh_require(entry.encoding || (entry.reason && entry.reason[0]));
    eh_require(!entry.reason || eh_utf8_valid(eh_str(entry.reason), NULL));
}

static void check_entries(const redisReply *list, struct eh_arena *arena)
{
    struct eh_stream_id id;
    for (size_t i = 0; list && list->type == REDIS_REPLY_ARRAY && i < list->elements; i++)
        check_entry(list->element[i], arena);
    (void)eh_inbox_last_of(list, &id);
}

static void check_id(const redisReply *reply)
{
    struct eh_stream_id id, again;
    char text[EH_STREAM_ID_TEXT_MAX];
    if (!eh_stream_id_read(reply, &id))
        return;
    redisReply printed = {.type = REDIS_REPLY_STRING, .str = text};
    printed.len = eh_stream_id_print(id, text);
    eh_require(eh_stream_id_read(&printed, &again) && again.ms == id.ms && again.no == id.no);
}

static void check_reply(const redisReply *reply)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_stream_id id;
    uint32_t deliveries;
    check_id(reply);
    check_entry(reply, &arena);
    check_entries(reply, &arena);
    check_entries(eh_inbox_entries_of(reply), &arena);
    (void)eh_inbox_last_delivered(reply, "evenhand", &id);
    (void)eh_inbox_pending_read(reply, &id, &deliveries);
    for (size_t i = 0; reply->type == REDIS_REPLY_ARRAY && i < reply->elements; i++) {
        check_id(reply->element[i]);
        (void)eh_inbox_pending_read(reply->element[i], &id, &deliveries);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct eh_redis_replies replies = {0};
    redisReader *reader = redisReaderCreate();
    void *reply = NULL;
    eh_require(reader);
    eh_redis_replies_attach(&replies, reader);
    size_t half = size / 2; /* in two pieces, as it may come */
    redisReaderFeed(reader, (const char *)data, half);
    while (redisReaderGetReply(reader, &reply) == REDIS_OK && reply)
        check_reply(reply);
    if (!reader->err)
        redisReaderFeed(reader, (const char *)data + half, size - half);
    while (!reader->err && redisReaderGetReply(reader, &reply) == REDIS_OK && reply)
        check_reply(reply);
    redisReaderFree(reader);
    eh_redis_replies_done(&replies);
    return 0;
}

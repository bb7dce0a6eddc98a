/* floor_redis: from stream entries to tickets, and from committed tickets to outbox entries. */
#include "floor.h"

#include <msgpack.h>
#include <stdlib.h>

#define GROUP    "floor"
#define CONSUMER "floor"

void floor_make_group(struct link *link, struct eh_str inbox)
{
    struct eh_str make[] = {eh_str("XGROUP"), eh_str("CREATE"), inbox,
                            eh_str(GROUP),    eh_str("0"),      eh_str("MKSTREAM")};
    redisReply *reply = link_ask(link, 6, make);
    if (reply->type == REDIS_REPLY_ERROR)
        bench_die("XGROUP: %s", reply->str);
    freeReplyObject(reply);
}

void floor_ask(struct link *link, struct eh_str inbox)
{
    char count[16];
    size_t size = eh_format(count, sizeof count, "%d", FLOOR_BATCH_MAX);
    struct eh_str ask[] = {eh_str("XREADGROUP"), eh_str("GROUP"),
                           eh_str(GROUP),        eh_str(CONSUMER),
                           eh_str("COUNT"),      eh_str_n(count, size),
                           eh_str("BLOCK"),      eh_str("0"),
                           eh_str("STREAMS"),    inbox,
                           eh_str(">")};
    link_command(link, 11, ask);
    link_flush(link);
}

static struct eh_str text_of(msgpack_object value)
{
    if (value.type != MSGPACK_OBJECT_STR)
        bench_die("a ticket's text is no string");
    return eh_str_n(value.via.str.ptr, value.via.str.size);
}

static void take_field(struct floor_ticket *ticket, struct eh_str key, msgpack_object value)
{
    if (eh_str_equal(key, eh_str("id")))
        ticket->id = text_of(value);
    else if (eh_str_equal(key, eh_str("team")))
        ticket->team = text_of(value);
    else if (eh_str_equal(key, eh_str("kind")))
        ticket->kind = text_of(value);
    else if (eh_str_equal(key, eh_str("value")))
        ticket->value = value.via.i64;
}

static void decode_message(const redisReply *body, struct floor_ticket *ticket)
{
    static msgpack_unpacked unpacked;
    size_t at = 0;
    if (msgpack_unpack_next(&unpacked, body->str, body->len, &at) != MSGPACK_UNPACK_SUCCESS ||
        unpacked.data.type != MSGPACK_OBJECT_MAP)
        bench_die("an inbox entry is no msgpack map");
    msgpack_object_map map = unpacked.data.via.map;
    for (uint32_t i = 0; i < map.size; i++)
        take_field(ticket, text_of(map.ptr[i].key), map.ptr[i].val);
}

void floor_decode(redisReply *reply, struct floor_batch *ret)
{
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 1)
        bench_die("XREADGROUP: %s", reply->type == REDIS_REPLY_ERROR ? reply->str : "no array");
    const redisReply *entries = reply->element[0]->element[1];
    ret->reply = reply;
    ret->count = (uint32_t)entries->elements;
    for (uint32_t i = 0; i < ret->count; i++) {
        const redisReply *entry = entries->element[i];
        ret->tickets[i].stream_id = eh_str_n(entry->element[0]->str, entry->element[0]->len);
        decode_message(entry->element[1]->element[1], &ret->tickets[i]);
    }
}

struct eh_str floor_rep(uint64_t number, char buffer[16])
{
    return eh_str_n(buffer, eh_format(buffer, 16, "rep-%d", (int)(number % FLOOR_REPS)));
}

static void acknowledge(struct link *link, struct eh_str inbox, const struct floor_batch *batch)
{
    static struct eh_str argv[3 + FLOOR_BATCH_MAX];
    argv[0] = eh_str("XACK");
    argv[1] = inbox;
    argv[2] = eh_str(GROUP);
    for (uint32_t i = 0; i < batch->count; i++)
        argv[3 + i] = batch->tickets[i].stream_id;
    link_command(link, 3 + batch->count, argv);
}

static void put_text(msgpack_packer *pack, struct eh_str text)
{
    msgpack_pack_str(pack, text.size);
    msgpack_pack_str_body(pack, text.data, text.size);
}

static void put_notice(msgpack_packer *pack, const struct floor_ticket *ticket, uint64_t number)
{
    char rep[16];
    msgpack_pack_map(pack, 5);
    put_text(pack, eh_str("type"));
    put_text(pack, eh_str("assigned"));
    put_text(pack, eh_str("seq"));
    msgpack_pack_uint64(pack, number);
    put_text(pack, eh_str("id"));
    put_text(pack, ticket->id);
    put_text(pack, eh_str("team"));
    put_text(pack, ticket->team);
    put_text(pack, eh_str("rep"));
    put_text(pack, floor_rep(number, rep));
}

void floor_publish(struct link *link, struct eh_str inbox, struct eh_str outbox,
                   struct floor_batch *batch)
{
    msgpack_sbuffer body;
    msgpack_sbuffer_init(&body);
    msgpack_packer pack;
    msgpack_packer_init(&pack, &body, msgpack_sbuffer_write);
    acknowledge(link, inbox, batch);
    for (uint32_t i = 0; i < batch->count; i++) {
        msgpack_sbuffer_clear(&body);
        put_notice(&pack, &batch->tickets[i], batch->first + i);
        struct eh_str xadd[] = {eh_str("XADD"), outbox, eh_str("*"), eh_str("m"),
                                eh_str_n(body.data, body.size)};
        link_command(link, 5, xadd);
    }
    msgpack_sbuffer_destroy(&body);
    freeReplyObject(batch->reply);
    batch->reply = NULL;
}

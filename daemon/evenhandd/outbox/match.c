/* match: compares notices and dead letters with the entries in Redis. See match.h. */
#include "outbox/match.h"

#include "redis/stream_id.h"

static struct eh_str text_of(const redisReply *reply)
{
    return reply->type == REDIS_REPLY_STRING ? eh_str_n(reply->str, (size_t)reply->len)
                                             : (struct eh_str){NULL, 0};
}

/* Bytes of a whole number as msgpack writes it. */
static size_t number_size(uint8_t first)
{
    switch (first) {
    case 0xcc:
    case 0xd0:
        return 2;
    case 0xcd:
    case 0xd1:
        return 3;
    case 0xce:
    case 0xd2:
        return 5;
    case 0xcf:
    case 0xd3:
        return 9;
    default:
        return 1;
    }
}

/* The bytes of a key and its number in an encoded notice; empty: the key is not there. */
static struct eh_str pair_in(struct eh_str notice, const char *key, bool json)
{
    char name[16];
    size_t size = json ? eh_format(name, sizeof name, "\"%s\":", key)
                       : eh_format(name, sizeof name, "%c%s", 0xa0 + (int)strlen(key), key);
    const char *at = notice.size ? memmem(notice.data, notice.size, name, size) : NULL;
    if (!at)
        return (struct eh_str){NULL, 0};
    const char *end = notice.data + notice.size, *stop = at + size;
    if (json)
        while (stop < end && *stop >= '0' && *stop <= '9')
            stop++;
    else if (stop < end)
        stop += number_size((uint8_t)*stop);
    return eh_str_n(at, (size_t)((stop < end ? stop : end) - at));
}

/* Whether two encoded notices are the same decision. Earlier forms had no `input`. */
static bool same(struct eh_str ours, struct eh_str theirs, bool json)
{
    struct eh_str input = pair_in(theirs, "input", json);
    return eh_str_equal(ours, theirs) ||
           (eh_str_equal(pair_in(ours, "at", json), pair_in(theirs, "at", json)) &&
            (input.size == 0 || eh_str_equal(pair_in(ours, "input", json), input)));
}

static bool is_notice(const struct eh_notice *notice, const redisReply *fields)
{
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    if (fields->type != REDIS_REPLY_ARRAY || fields->elements != 2)
        return false;
    bool json = eh_str_equal(text_of(fields->element[0]), eh_str("j"));
    if (!json && !eh_str_equal(text_of(fields->element[0]), eh_str("m")))
        return false;
    int r = json ? eh_notice_to_json(notice, &bytes) : eh_notice_to_msgpack(notice, &bytes);
    return r == 0 && !bytes.failed &&
           same(eh_str_n((const char *)bytes.data, bytes.size), text_of(fields->element[1]), json);
}

static struct eh_str field_of(const redisReply *fields, const char *name)
{
    for (size_t i = 0; fields->type == REDIS_REPLY_ARRAY && i + 1 < fields->elements; i += 2)
        if (eh_str_equal(text_of(fields->element[i]), eh_str(name)))
            return text_of(fields->element[i + 1]);
    return (struct eh_str){NULL, 0};
}

static bool is_dead(const struct eh_dead_entry *dead, const redisReply *fields)
{
    return eh_str_equal(dead->reason, field_of(fields, "reason")) &&
           eh_str_equal(dead->stream_id, field_of(fields, "stream_id"));
}

/* Reads number and fields of an entry. False: the reply is no entry. */
static bool entry_read(const redisReply *entry, uint64_t *ret_number, const redisReply **ret_fields)
{
    struct eh_stream_id id;
    if (entry->type != REDIS_REPLY_ARRAY || entry->elements != 2 ||
        !eh_stream_id_read(entry->element[0], &id))
        return false;
    *ret_number = id.ms;
    *ret_fields = entry->element[1];
    return id.no == 0;
}

bool eh_outbox_match(const struct eh_outbox_batch *batch, const redisReply *reply,
                     uint64_t *ret_seq)
{
    size_t at = 0;
    for (size_t i = 0; reply->type == REDIS_REPLY_ARRAY && i < reply->elements; i++) {
        const redisReply *fields;
        *ret_seq = 0;
        if (!entry_read(reply->element[i], ret_seq, &fields))
            return false;
        while (at < batch->notice_count && batch->notices[at].seq < *ret_seq)
            at++;
        if (at == batch->notice_count || batch->notices[at].seq != *ret_seq ||
            !is_notice(&batch->notices[at], fields))
            return false;
    }
    return true;
}

bool eh_outbox_match_dead(const struct eh_outbox_batch *batch, const redisReply *reply,
                          uint64_t *ret_input)
{
    size_t at = 0;
    for (size_t i = 0; reply->type == REDIS_REPLY_ARRAY && i < reply->elements; i++) {
        const redisReply *fields;
        *ret_input = 0;
        if (!entry_read(reply->element[i], ret_input, &fields))
            return false;
        while (at < batch->dead_count && batch->dead[at].input < *ret_input)
            at++;
        if (at == batch->dead_count || batch->dead[at].input != *ret_input ||
            !is_dead(&batch->dead[at], fields))
            return false;
    }
    return true;
}

/* ---- XINFO STREAM */

static void end_read(const redisReply *entry, uint64_t *ret_number, bool *ret_foreign)
{
    const redisReply *fields;
    if (entry->type == REDIS_REPLY_ARRAY && !entry_read(entry, ret_number, &fields))
        *ret_foreign = true;
}

static void row_read(const redisReply *name, const redisReply *value, struct eh_outbox_found *ret,
                     bool *ret_known)
{
    struct eh_stream_id last;
    if (eh_str_equal(text_of(name), eh_str("last-generated-id")) &&
        eh_stream_id_read(value, &last)) {
        ret->last = last.ms;
        ret->foreign = ret->foreign || last.no > 0;
        *ret_known = true;
    } else if (eh_str_equal(text_of(name), eh_str("length")) &&
               value->type == REDIS_REPLY_INTEGER) {
        ret->length = (uint64_t)value->integer;
    } else if (eh_str_equal(text_of(name), eh_str("first-entry"))) {
        end_read(value, &ret->first, &ret->foreign);
    } else if (eh_str_equal(text_of(name), eh_str("last-entry"))) {
        end_read(value, &ret->top, &ret->foreign);
    }
}

/* last-generated-id outlives XDEL and XTRIM, unlike the last entry. */
bool eh_outbox_found_read(const redisReply *reply, struct eh_outbox_found *ret)
{
    bool known = false;
    *ret = (struct eh_outbox_found){0};
    if (reply->type == REDIS_REPLY_ERROR)
        return strstr(reply->str, "no such key") != NULL;
    ret->there = reply->type == REDIS_REPLY_ARRAY;
    for (size_t i = 0; ret->there && i + 1 < reply->elements; i += 2)
        row_read(reply->element[i], reply->element[i + 1], ret, &known);
    return known;
}

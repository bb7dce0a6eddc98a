/* entry: from redisReply to entry; whatever is no message gets a reason. */
#include "inbox/entry.h"

#include <evenhand/wire/message.h>

#include <inttypes.h>
#include <stdio.h>

#define REASON_MAX     160     /* bytes */
#define DELIVERIES_MAX 1000000 /* a larger number is taken as this one */
#define REASON_FIELD   64      /* bytes of a foreign field name shown in a reason */

static struct eh_str text_of(const redisReply *reply)
{
    return reply->type == REDIS_REPLY_STRING ? eh_str_n(reply->str, reply->len)
                                             : (struct eh_str){NULL, 0};
}

static uint64_t size_of_fields(const redisReply *fields)
{
    uint64_t size = 0;
    for (size_t i = 0; i < fields->elements; i++)
        size += text_of(fields->element[i]).size + (i > 0);
    return size;
}

/* "field=value field=value", cut at EH_MESSAGE_MAX bytes. */
static struct eh_str dump_fields(const redisReply *fields, uint64_t size, struct eh_arena *arena)
{
    size_t limit = size < EH_MESSAGE_MAX ? (size_t)size : EH_MESSAGE_MAX;
    char *out = eh_arena_alloc(arena, limit + 1);
    if (!out)
        return (struct eh_str){NULL, 0};
    size_t used = 0;
    for (size_t i = 0; i < fields->elements && used < limit; i++) {
        struct eh_str text = text_of(fields->element[i]);
        if (i > 0)
            out[used++] = i % 2 ? '=' : ' ';
        size_t part = text.size < limit - used ? text.size : limit - used;
        if (part > 0)
            memcpy(out + used, text.data, part);
        used += part;
    }
    return eh_str_n(out, used);
}

/* Names the field that is one too many or unknown. The name is cleaned, so that it cannot disturb a
 * reader. */
static const char *foreign_reason(const redisReply *fields, struct eh_arena *arena)
{
    struct eh_str name = text_of(fields->element[0]);
    bool known = name.size == 1 && (name.data[0] == 'm' || name.data[0] == 'j');
    if (known && fields->elements > 2)
        name = text_of(fields->element[2]);
    char shown[REASON_FIELD + 1];
    size_t size = name.size < REASON_FIELD ? name.size : REASON_FIELD;
    for (size_t i = 0; i < size; i++)
        shown[i] = name.data[i] >= ' ' && name.data[i] < 0x7f ? name.data[i] : '?';
    shown[size] = 0;
    char *reason = eh_arena_alloc(arena, REASON_MAX);
    if (!reason)
        return "entries have exactly one field, `m` or `j`";
    snprintf(reason, REASON_MAX, "field `%s`: entries have exactly one field, `m` or `j`", shown);
    return reason;
}

static const char *large_reason(uint64_t size, struct eh_arena *arena)
{
    char *reason = eh_arena_alloc(arena, REASON_MAX);
    if (!reason)
        return "entry above 65536 bytes";
    snprintf(reason, REASON_MAX, "entry of %" PRIu64 " bytes: at most %d are taken", size,
             EH_MESSAGE_MAX);
    return reason;
}

static void fields_read(const redisReply *fields, struct eh_arena *arena,
                        struct eh_inbox_entry *entry)
{
    struct eh_str name = text_of(fields->element[0]);
    bool known = name.size == 1 && (name.data[0] == 'm' || name.data[0] == 'j');
    if (fields->elements != 2 || !known) {
        entry->body_size = size_of_fields(fields);
        entry->body = dump_fields(fields, entry->body_size, arena);
        entry->reason = foreign_reason(fields, arena);
        return;
    }
    struct eh_str body = text_of(fields->element[1]);
    entry->body = body;
    entry->body_size = body.size;
    if (body.size > EH_MESSAGE_MAX) {
        entry->body.size = EH_MESSAGE_MAX;
        entry->reason = large_reason(body.size, arena);
        return;
    }
    entry->encoding = name.data[0];
}

bool eh_inbox_entry_read(const redisReply *reply, struct eh_arena *arena,
                         struct eh_inbox_entry *ret)
{
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements < 2)
        return false;
    struct eh_inbox_entry entry = {.deliveries = 1};
    if (!eh_stream_id_read(reply->element[0], &entry.id))
        return false;
    const redisReply *fields = reply->element[1];
    if (fields->type != REDIS_REPLY_ARRAY || fields->elements == 0)
        entry.reason = "trimmed";
    else
        fields_read(fields, arena, &entry);
    *ret = entry;
    return true;
}

const redisReply *eh_inbox_entries_of(const redisReply *reply)
{
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 1)
        return NULL;
    const redisReply *stream = reply->element[0];
    if (stream->type != REDIS_REPLY_ARRAY || stream->elements != 2 ||
        stream->element[1]->type != REDIS_REPLY_ARRAY)
        return NULL;
    return stream->element[1];
}

static bool id_at(const redisReply *entries, bool last, struct eh_stream_id *ret)
{
    if (!entries || entries->type != REDIS_REPLY_ARRAY || entries->elements == 0)
        return false;
    const redisReply *entry = entries->element[last ? entries->elements - 1 : 0];
    return entry->type == REDIS_REPLY_ARRAY && entry->elements > 0 &&
           eh_stream_id_read(entry->element[0], ret);
}

bool eh_inbox_first_of(const redisReply *entries, struct eh_stream_id *ret)
{
    return id_at(entries, false, ret);
}

bool eh_inbox_last_of(const redisReply *entries, struct eh_stream_id *ret)
{
    return id_at(entries, true, ret);
}

bool eh_inbox_pending_read(const redisReply *row, struct eh_stream_id *ret_id,
                           uint32_t *ret_deliveries)
{
    if (row->type != REDIS_REPLY_ARRAY || row->elements < 4 ||
        row->element[3]->type != REDIS_REPLY_INTEGER || !eh_stream_id_read(row->element[0], ret_id))
        return false;
    long long count = row->element[3]->integer;
    *ret_deliveries = count < 0 ? 0 : count > DELIVERIES_MAX ? DELIVERIES_MAX : (uint32_t)count;
    return true;
}

static bool is_text(const redisReply *reply, const char *text)
{
    return eh_str_equal(text_of(reply), eh_str(text));
}

bool eh_inbox_last_delivered(const redisReply *reply, const char *group, struct eh_stream_id *ret)
{
    for (size_t i = 0; reply->type == REDIS_REPLY_ARRAY && i < reply->elements; i++) {
        const redisReply *row = reply->element[i];
        bool ours = false;
        const redisReply *last = NULL;
        for (size_t k = 0; row->type == REDIS_REPLY_ARRAY && k + 1 < row->elements; k += 2) {
            if (is_text(row->element[k], "name"))
                ours = is_text(row->element[k + 1], group);
            else if (is_text(row->element[k], "last-delivered-id"))
                last = row->element[k + 1];
        }
        if (ours && last)
            return eh_stream_id_read(last, ret);
    }
    return false;
}

static void end_read(const redisReply *entry, struct eh_stream_id *ret)
{
    if (entry->type == REDIS_REPLY_ARRAY && entry->elements > 0)
        (void)!eh_stream_id_read(entry->element[0], ret);
}

bool eh_inbox_info_read(const redisReply *reply, struct eh_inbox_info *ret)
{
    bool known = false;
    *ret = (struct eh_inbox_info){0};
    for (size_t i = 0; reply->type == REDIS_REPLY_ARRAY && i + 1 < reply->elements; i += 2) {
        const redisReply *name = reply->element[i], *value = reply->element[i + 1];
        if (is_text(name, "last-generated-id"))
            known = eh_stream_id_read(value, &ret->end);
        else if (is_text(name, "max-deleted-entry-id"))
            (void)!eh_stream_id_read(value, &ret->deleted);
        else if (is_text(name, "first-entry"))
            end_read(value, &ret->first);
        else if (is_text(name, "last-entry"))
            end_read(value, &ret->last);
        else if (is_text(name, "entries-added") && value->type == REDIS_REPLY_INTEGER) {
            ret->counted = value->integer >= 0;
            ret->added = (uint64_t)value->integer;
        }
    }
    return known;
}

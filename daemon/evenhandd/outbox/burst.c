/* burst: commands for entries, and the comparison with what is there. */
#include "outbox/burst.h"

#include <inttypes.h>
#include <stdio.h>

#include "redis/stream_id.h"

#define NUMBER_TEXT_MAX 32

void eh_burst_clear(struct eh_burst *burst)
{
    eh_bytes_clear(&burst->bytes);
    burst->bytes.failed = false;
    burst->count = 0;
    burst->first_seq = burst->last_seq = burst->first_dead = burst->last_dead = 0;
}

bool eh_burst_has_room(const struct eh_burst *burst)
{
    return burst->count < EH_BURST_ITEMS_MAX && burst->bytes.size < EH_BURST_BYTES_MAX;
}

static struct eh_burst_item *add(struct eh_burst *burst, bool dead, uint64_t number)
{
    eh_require(burst->count < EH_BURST_ITEMS_MAX);
    struct eh_burst_item *item = &burst->items[burst->count];
    *item = (struct eh_burst_item){.dead = dead, .number = number};
    return item;
}

/* Adds a name or value to the item. Its bytes are in the buffer already, from `from` on. */
static void part_add(struct eh_burst *burst, struct eh_burst_item *item, unsigned part, size_t from)
{
    item->at[part] = (uint32_t)from;
    item->size[part] = (uint32_t)(burst->bytes.size - from);
    item->pairs = (uint8_t)(part / 2 + 1);
}

static void part_put(struct eh_burst *burst, struct eh_burst_item *item, unsigned part,
                     struct eh_str text)
{
    size_t from = burst->bytes.size;
    eh_bytes_put(&burst->bytes, text.data, text.size);
    part_add(burst, item, part, from);
}

int eh_burst_add_notice(struct eh_burst *burst, const struct eh_notice *notice, bool json)
{
    struct eh_burst_item *item = add(burst, false, notice->seq);
    part_put(burst, item, 0, eh_str(json ? "j" : "m"));
    size_t from = burst->bytes.size;
    int r = json ? eh_notice_to_json(notice, &burst->bytes)
                 : eh_notice_to_msgpack(notice, &burst->bytes);
    if (r < 0)
        return r;
    if (burst->bytes.failed)
        return -EH_ENOMEM;
    part_add(burst, item, 1, from);
    if (!burst->first_seq)
        burst->first_seq = notice->seq;
    burst->last_seq = notice->seq;
    burst->count++;
    return 0;
}

/* Puts the body; for a body that is not kept its size and its digest in hexadecimal. */
static void body_put(struct eh_burst *burst, struct eh_burst_item *item, unsigned part,
                     const struct eh_dead_entry *dead)
{
    char size[NUMBER_TEXT_MAX], hex[EH_HEX_TEXT(EH_DEAD_DIGEST_BYTES)];
    if (dead->sha256.size != EH_DEAD_DIGEST_BYTES) {
        part_put(burst, item, part, eh_str("body"));
        part_put(burst, item, part + 1, dead->body);
        return;
    }
    snprintf(size, sizeof size, "%" PRIu64, dead->size);
    eh_hex_print(dead->sha256.data, EH_DEAD_DIGEST_BYTES, hex);
    const struct eh_str parts[] = {eh_str("size"), eh_str(size), eh_str("sha256"), eh_str(hex)};
    for (unsigned i = 0; i < 4; i++)
        part_put(burst, item, part + i, parts[i]);
}

int eh_burst_add_dead(struct eh_burst *burst, const struct eh_dead_entry *dead)
{
    struct eh_burst_item *item = add(burst, true, dead->input);
    char at[NUMBER_TEXT_MAX];
    snprintf(at, sizeof at, "%" PRId64, dead->at_ms);
    const struct eh_str parts[] = {eh_str("reason"), dead->reason, eh_str("stream_id"),
                                   dead->stream_id,  eh_str("at"), eh_str(at)};
    unsigned count = sizeof parts / sizeof *parts;
    for (unsigned i = 0; i < count; i++)
        part_put(burst, item, i, parts[i]);
    body_put(burst, item, count, dead);
    if (burst->bytes.failed)
        return -EH_ENOMEM;
    if (!burst->first_dead)
        burst->first_dead = dead->input;
    burst->last_dead = dead->input;
    burst->count++;
    return 0;
}

static int item_send(const struct eh_burst *burst, const struct eh_burst_item *item,
                     struct eh_redis_link *link, const char *key, eh_redis_reply_fn *fn,
                     void *context)
{
    char id[EH_STREAM_ID_TEXT_MAX];
    size_t id_size = eh_stream_id_print((struct eh_stream_id){item->number, 0}, id);
    const char *argv[4 + 2 * EH_BURST_FIELDS] = {"XADD", key};
    size_t lengths[4 + 2 * EH_BURST_FIELDS] = {4, strlen(key)};
    int count = 2;
    if (item->dead ? burst->dead_there : burst->outbox_there) {
        argv[count] = "NOMKSTREAM";
        lengths[count++] = strlen("NOMKSTREAM");
    }
    argv[count] = id;
    lengths[count++] = id_size;
    for (unsigned i = 0; i < item->pairs * 2u; i++, count++) {
        argv[count] = (const char *)burst->bytes.data + item->at[i];
        lengths[count] = item->size[i];
    }
    return eh_redis_command(link, fn, context, count, argv, lengths);
}

static int trim_send(struct eh_redis_link *link, const char *key, int64_t keep,
                     eh_redis_reply_fn *fn, void *context)
{
    if (keep <= 0)
        return 0;
    char text[NUMBER_TEXT_MAX];
    snprintf(text, sizeof text, "%" PRId64, keep);
    const char *argv[] = {"XTRIM", key, "MAXLEN", "~", text};
    return eh_redis_command(link, fn, context, 5, argv, NULL);
}

static int trim_send_below(struct eh_redis_link *link, const char *key, uint64_t from,
                           eh_redis_reply_fn *fn, void *context)
{
    char id[EH_STREAM_ID_TEXT_MAX];
    if (from == 0)
        return 0;
    eh_stream_id_print((struct eh_stream_id){from, 0}, id);
    const char *argv[] = {"XTRIM", key, "MINID", "=", id};
    return eh_redis_command(link, fn, context, 5, argv, NULL);
}

size_t eh_burst_item_bytes(const struct eh_burst_item *item)
{
    size_t bytes = 0;
    for (unsigned i = 0; i < item->pairs * 2u; i++)
        bytes += item->size[i];
    return bytes;
}

int eh_burst_send(const struct eh_burst *burst, const struct eh_burst_way *way)
{
    const char *multi[] = {"MULTI"}, *exec[] = {"EXEC"};
    int r = eh_redis_command(way->link, way->on_queued, way->context, 1, multi, NULL);
    for (size_t i = 0; r == 0 && i < burst->count; i++)
        r = item_send(burst, &burst->items[i], way->link,
                      burst->items[i].dead ? way->dead_key : way->outbox_key, way->on_queued,
                      way->context);
    if (r == 0)
        r = trim_send(way->link, way->outbox_key, way->trim.outbox_keep, way->on_queued,
                      way->context);
    if (r == 0)
        r = trim_send(way->link, way->dead_key, way->trim.dead_keep, way->on_queued, way->context);
    if (r == 0)
        r = trim_send_below(way->link, way->dead_key, way->trim.dead_from, way->on_queued,
                            way->context);
    return r < 0 ? r : eh_redis_command(way->link, way->on_exec, way->context, 1, exec, NULL);
}

int eh_burst_ask(const struct eh_burst *burst, struct eh_redis_link *link, const char *key,
                 bool dead, eh_redis_reply_fn *fn, void *context)
{
    char from[EH_STREAM_ID_TEXT_MAX], to[EH_STREAM_ID_TEXT_MAX];
    uint64_t first = dead ? burst->first_dead : burst->first_seq;
    uint64_t last = dead ? burst->last_dead : burst->last_seq;
    eh_stream_id_print((struct eh_stream_id){first, 0}, from);
    eh_stream_id_print((struct eh_stream_id){last, 0}, to);
    const char *argv[] = {"XRANGE", key, from, to};
    return eh_redis_command(link, fn, context, 4, argv, NULL);
}

static bool item_matches(const struct eh_burst *burst, const struct eh_burst_item *item,
                         const redisReply *entry)
{
    char id[EH_STREAM_ID_TEXT_MAX];
    eh_stream_id_print((struct eh_stream_id){item->number, 0}, id);
    if (entry->type != REDIS_REPLY_ARRAY || entry->elements != 2 ||
        entry->element[0]->type != REDIS_REPLY_STRING || strcmp(entry->element[0]->str, id) != 0)
        return false;
    const redisReply *fields = entry->element[1];
    if (fields->type != REDIS_REPLY_ARRAY || fields->elements != item->pairs * 2u)
        return false;
    for (unsigned i = 0; i < item->pairs * 2u; i++) {
        const redisReply *part = fields->element[i];
        if (part->type != REDIS_REPLY_STRING || (size_t)part->len != item->size[i] ||
            memcmp(part->str, burst->bytes.data + item->at[i], item->size[i]) != 0)
            return false;
    }
    return true;
}

bool eh_burst_matches(const struct eh_burst *burst, bool dead, const redisReply *reply)
{
    if (reply->type != REDIS_REPLY_ARRAY)
        return false;
    size_t at = 0;
    for (size_t i = 0; i < burst->count; i++) {
        if (burst->items[i].dead != dead)
            continue;
        if (at >= reply->elements || !item_matches(burst, &burst->items[i], reply->element[at++]))
            return false;
    }
    return at == reply->elements;
}

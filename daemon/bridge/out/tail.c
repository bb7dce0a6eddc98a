/*
 * tail: one command is under way at a time. See tail.h.
 *
 *     READING ──▶ (nothing is there) ──▶ WAITING ──▶ (nothing came) ──▶ LOOKING: what are its
 * numbers? ▲                                  │ │                            │ └───────── (a page
 * came) ──────────┘ └────────────────────────────┘
 *
 * XREAD and XRANGE are all it needs: what a helpdesk's user of Redis may do.
 */
#include "bridge/out/tail.h"

#include <stdlib.h>

#include <evenhand/wire/notice.h>

#include "host/bounded.h"
#include "host/clock.h"
#include "host/log.h"
#include "redis/stream_id.h"

#define REFUSAL_MAX 120 /* bytes of what Redis says */

enum tail_state { TAIL_READING, TAIL_WAITING, TAIL_LOOKING };

struct eh_tail {
    struct eh_tail_options options;
    char key[256];
    struct eh_redis_link *link;
    enum tail_state state;
    bool busy;      /* a command is under way */
    bool full;      /* an entry was not taken: it is read again */
    bool caught_up; /* all that stood there at the start was read */
    uint64_t at;
    int64_t behind_since_us;         /* 0: it is not behind */
    char trouble[EH_ERROR_TEXT_MAX]; /* what Redis said to the last command, or "" */
    bool has_any;                    /* LOOKING: the stream has an entry at all */
};

static void tail_pump(struct eh_tail *tail);

/* ---- An entry. */

static struct eh_str text_of(const redisReply *reply)
{
    return reply->type == REDIS_REPLY_STRING ? eh_str_n(reply->str, reply->len)
                                             : (struct eh_str){NULL, 0};
}

/* NULL: it cannot be read. */
static json_t *body_read(struct eh_str form, struct eh_str body)
{
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    json_t *entry = NULL;
    int r = -EH_EPARSE;
    if (eh_str_equal(form, eh_str("j"))) {
        r = eh_bounded_json(body, &entry, NULL);
    } else if (eh_str_equal(form, eh_str("m"))) {
        r = eh_notice_msgpack_to_json(body, &text, NULL);
        if (r == 0)
            r = eh_bounded_json(eh_str_n((const char *)text.data, text.size), &entry, NULL);
    }
    return r == 0 ? entry : NULL;
}

/* False: it is no entry of ours. */
static bool entry_read(const redisReply *reply, uint64_t *ret_seq, json_t **ret)
{
    struct eh_stream_id id;
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements < 2 ||
        !eh_stream_id_read(reply->element[0], &id))
        return false;
    const redisReply *fields = reply->element[1];
    bool whole = fields->type == REDIS_REPLY_ARRAY && fields->elements >= 2;
    *ret_seq = id.ms;
    *ret = whole ? body_read(text_of(fields->element[0]), text_of(fields->element[1])) : NULL;
    return true;
}

/* False: there is no room for it. */
static bool entry_take(struct eh_tail *tail, const redisReply *reply)
{
    const struct eh_tail_options *o = &tail->options;
    uint64_t seq;
    json_t *entry;
    if (!entry_read(reply, &seq, &entry) || seq <= tail->at)
        return true;
    if (!entry)
        eh_log_limited(EH_LOG_WARNING, "outbox-entry", "%s: entry %llu cannot be read", tail->key,
                       (unsigned long long)seq);
    if (tail->at > 0 && seq > tail->at + 1) {
        o->on_gap(o->context, tail->at + 1, seq - 1);
        tail->at = seq - 1;
    }
    int r = o->on_entry(o->context, seq, entry, !tail->caught_up);
    json_decref(entry);
    if (r == 0)
        tail->at = seq;
    tail->full = r < 0;
    return r == 0;
}

/* ---- Replies. */

static const redisReply *entries_of(const redisReply *reply)
{
    const redisReply *stream =
        reply->type == REDIS_REPLY_ARRAY && reply->elements == 1 ? reply->element[0] : NULL;
    bool whole = stream && stream->type == REDIS_REPLY_ARRAY && stream->elements == 2 &&
                 stream->element[1]->type == REDIS_REPLY_ARRAY;
    return whole ? stream->element[1] : NULL;
}

/* False: there is nothing to go on with. */
static bool reply_sound(struct eh_tail *tail, const redisReply *reply)
{
    tail->busy = false;
    if (!reply)
        return false; /* the link tells when it is back */
    if (reply->type != REDIS_REPLY_ERROR) {
        tail->trouble[0] = '\0';
        return true;
    }
    bool denied = reply->str && strncmp(reply->str, "NOPERM", 6) == 0;
    eh_format(tail->trouble, sizeof tail->trouble, "%s: cannot be read: %.*s%s", tail->key,
              REFUSAL_MAX, reply->str ? reply->str : "",
              denied ? "; give the bridge's user XREAD and XRANGE of this stream" : "");
    eh_text_tidy(tail->trouble, strlen(tail->trouble));
    eh_log_limited(EH_LOG_ERROR, "outbox-read", "%s", tail->trouble);
    eh_redis_link_reset(tail->link, "the outbox cannot be read");
    return false;
}

static void catch_up(struct eh_tail *tail)
{
    if (tail->caught_up)
        return;
    tail->caught_up = true;
    tail->options.on_caught_up(tail->options.context);
}

static void on_read(void *context, const redisReply *reply)
{
    struct eh_tail *tail = context;
    bool waited = tail->state == TAIL_WAITING;
    if (!reply_sound(tail, reply))
        return;
    const redisReply *entries = entries_of(reply);
    tail->state = entries ? TAIL_READING : waited ? TAIL_LOOKING : TAIL_WAITING;
    if (entries)
        tail->behind_since_us = 0;
    else
        catch_up(tail);
    for (size_t i = 0; entries && i < entries->elements; i++)
        if (!entry_take(tail, entries->element[i]))
            return;
    tail_pump(tail);
}

/* The stream has entries, and all of them are below where we are. */
static void behind_note(struct eh_tail *tail)
{
    const struct eh_tail_options *o = &tail->options;
    int64_t now_us = eh_clock_monotonic_us();
    int64_t most_us = (o->behind_s ? o->behind_s : EH_TAIL_BEHIND_S) * INT64_C(1000000);
    if (tail->behind_since_us == 0)
        tail->behind_since_us = now_us;
    if (now_us - tail->behind_since_us < most_us)
        return;
    eh_log(EH_LOG_WARNING,
           "%s: ends before %llu, which was read from it: it is another log's, and is read from "
           "its first entry",
           tail->key, (unsigned long long)tail->at);
    tail->at = 0;
    tail->behind_since_us = 0;
    tail->caught_up = false;
    o->on_other_log(o->context);
}

static void on_look_here(void *context, const redisReply *reply)
{
    struct eh_tail *tail = context;
    if (!reply_sound(tail, reply))
        return;
    bool is_here = reply->type == REDIS_REPLY_ARRAY && reply->elements > 0;
    if (tail->has_any && !is_here)
        behind_note(tail);
    else
        tail->behind_since_us = 0;
    tail->state = tail->at == 0 ? TAIL_READING : TAIL_WAITING;
    tail_pump(tail);
}

static void on_look_any(void *context, const redisReply *reply)
{
    struct eh_tail *tail = context;
    if (reply && reply->type == REDIS_REPLY_ARRAY)
        tail->has_any = reply->elements > 0;
}

/* ---- Commands. */

static void id_put(uint64_t seq, char ret[EH_STREAM_ID_TEXT_MAX])
{
    eh_stream_id_print((struct eh_stream_id){seq, 0}, ret);
}

static int read_send(struct eh_tail *tail)
{
    char id[EH_STREAM_ID_TEXT_MAX], count[16], block[16];
    id_put(tail->at, id);
    eh_format(count, sizeof count, "%d", EH_TAIL_PAGE);
    eh_format(block, sizeof block, "%d", EH_TAIL_BLOCK_MS);
    const char *wait[] = {"XREAD", "COUNT", count, "BLOCK", block, "STREAMS", tail->key, id};
    const char *read[] = {"XREAD", "COUNT", count, "STREAMS", tail->key, id};
    return tail->state == TAIL_WAITING ? eh_redis_command(tail->link, on_read, tail, 8, wait, NULL)
                                       : eh_redis_command(tail->link, on_read, tail, 6, read, NULL);
}

static int look_send(struct eh_tail *tail)
{
    char id[EH_STREAM_ID_TEXT_MAX];
    id_put(tail->at, id);
    const char *any[] = {"XRANGE", tail->key, "-", "+", "COUNT", "1"};
    const char *here[] = {"XRANGE", tail->key, id, "+", "COUNT", "1"};
    tail->has_any = false;
    int r = eh_redis_command(tail->link, on_look_any, tail, 6, any, NULL);
    return r < 0 ? r : eh_redis_command(tail->link, on_look_here, tail, 6, here, NULL);
}

static void tail_pump(struct eh_tail *tail)
{
    if (tail->busy || tail->full || !eh_redis_link_up(tail->link))
        return;
    tail->busy = true;
    int r = tail->state == TAIL_LOOKING && tail->at > 0 ? look_send(tail) : read_send(tail);
    if (r < 0)
        eh_redis_link_reset(tail->link, "cannot send"); /* on_link goes on */
}

static void on_link(void *context, bool up, const char *why)
{
    struct eh_tail *tail = context;
    const struct eh_tail_options *o = &tail->options;
    tail->busy = false;
    tail->state = TAIL_READING;
    if (o->on_state)
        o->on_state(o->context, up, why);
    if (up)
        tail_pump(tail);
}

/* ---- Its life. */

int eh_tail_new(const struct eh_tail_options *options, struct eh_tail **ret, struct eh_error *error)
{
    struct eh_tail *tail = calloc(1, sizeof *tail);
    if (!tail)
        return eh_error_set(error, EH_ENOMEM, "outbox: out of memory");
    tail->options = *options;
    tail->at = options->after;
    eh_format(tail->key, sizeof tail->key, "%s", options->key);
    const struct eh_redis_link_options link = {options->base, options->address, "outbox", on_link,
                                               tail};
    int r = eh_redis_link_new(&link, &tail->link, error);
    if (r < 0) {
        free(tail);
        return r;
    }
    eh_redis_link_start(tail->link);
    *ret = tail;
    return 0;
}

void eh_tail_free(struct eh_tail *tail)
{
    if (!tail)
        return;
    eh_redis_link_free(tail->link);
    free(tail);
}

void eh_tail_turn(struct eh_tail *tail)
{
    tail->full = false;
    tail_pump(tail);
}

uint64_t eh_tail_at(const struct eh_tail *tail)
{
    return tail->at;
}

bool eh_tail_up(const struct eh_tail *tail)
{
    return eh_redis_link_up(tail->link);
}

const char *eh_tail_trouble(const struct eh_tail *tail)
{
    return tail && tail->trouble[0] ? tail->trouble : NULL;
}

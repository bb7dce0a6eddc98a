/* entries: pages of XRANGE. See entries.h. */
#include "entries.h"

#include <hiredis/hiredis.h>

static int page_refused(const struct eh_entries *e, struct eh_error *error)
{
    const redisReply *reply = e->page;
    const char *why = reply ? reply->str : e->stream->redis->errstr;
    bool denied = reply && (strncmp(why, "NOPERM", 6) == 0 || strncmp(why, "NOAUTH", 6) == 0);
    return eh_error_set(error, denied ? EH_EDENIED : EH_EUNAVAILABLE, "redis %s: %.*s",
                        e->stream->address, (int)strcspn(why, "\r\n"), why);
}

/* Takes the reply as the page. */
static int page_take(struct eh_entries *e, redisReply *reply, struct eh_error *error)
{
    freeReplyObject(e->page);
    e->page = reply;
    e->at = e->count = 0;
    if (!reply || reply->type != REDIS_REPLY_ARRAY)
        return page_refused(e, error);
    e->count = reply->elements;
    return 0;
}

static int page_read(struct eh_entries *e, struct eh_error *error)
{
    char from[EH_ENTRY_ID_TEXT + 1];
    eh_format(from, sizeof from, "(%s", e->after[0] ? e->after : "0-0");
    return page_take(e,
                     redisCommand(e->stream->redis, "XRANGE %s %s + COUNT %d", e->stream->key, from,
                                  EH_ENTRIES_PAGE),
                     error);
}

static struct eh_str reply_text(const redisReply *reply)
{
    bool text = reply->type == REDIS_REPLY_STRING && reply->str;
    return text ? eh_str_n(reply->str, (size_t)reply->len) : eh_str(NULL);
}

static struct eh_entry entry_of(const redisReply *reply)
{
    struct eh_entry entry = {0};
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2)
        return entry;
    const redisReply *fields = reply->element[1];
    entry.id = reply_text(reply->element[0]);
    if (fields->type == REDIS_REPLY_ARRAY && fields->elements == 2) {
        entry.field = reply_text(fields->element[0]);
        entry.body = reply_text(fields->element[1]);
    }
    return entry;
}

static int page_give(struct eh_entries *e, struct eh_entry *ret)
{
    const redisReply *page = e->page;
    if (e->at >= e->count)
        return 0;
    *ret = entry_of(page->element[e->at++]);
    eh_format(e->after, sizeof e->after, "%.*s", EH_STR_ARG(ret->id));
    return 1;
}

int eh_entries_next(struct eh_entries *e, struct eh_entry *ret, struct eh_error *error)
{
    int r = e->at >= e->count ? page_read(e, error) : 0;
    return r < 0 ? r : page_give(e, ret);
}

int eh_entries_last(struct eh_entries *e, struct eh_entry *ret, struct eh_error *error)
{
    int r = page_take(e, redisCommand(e->stream->redis, "XREVRANGE %s + - COUNT 1", e->stream->key),
                      error);
    r = r < 0 ? r : page_give(e, ret);
    e->after[0] = '\0';
    e->at = e->count;
    return r;
}

void eh_entries_done(struct eh_entries *e)
{
    freeReplyObject(e->page);
    *e = (struct eh_entries){0};
}

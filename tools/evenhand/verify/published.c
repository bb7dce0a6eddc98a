/* published: the outbox in Redis beside the log. See published.h. */
#include "published.h"

#include <hiredis/hiredis.h>

#define NUMBER_MAX 48 /* bytes of an entry's id */

/* For "%llu". */
static unsigned long long big(uint64_t number)
{
    return number;
}

static int no_answer(const struct eh_published *p, const redisReply *reply, struct eh_error *error)
{
    const char *why = reply ? reply->str : p->stream.redis->errstr;
    bool denied = reply && (strncmp(why, "NOPERM", 6) == 0 || strncmp(why, "NOAUTH", 6) == 0);
    return eh_error_set(error, denied ? EH_EDENIED : EH_EUNAVAILABLE, "redis %s: %.*s",
                        p->stream.address, (int)strcspn(why, "\r\n"), why);
}

/* "812-0" as 812; 0: no number of ours. */
static uint64_t number_of(const redisReply *id)
{
    int64_t number;
    size_t size = id && id->type == REDIS_REPLY_STRING ? (size_t)id->len : 0;
    bool ours = size > 2 && strcmp(id->str + size - 2, "-0") == 0 &&
                eh_integer_parse(eh_str_n(id->str, size - 2), &number, NULL) == 0 && number > 0;
    return ours ? (uint64_t)number : 0;
}

static const redisReply *entry_of(const struct eh_published *p)
{
    return ((const redisReply *)p->page)->element[p->at];
}

static int stray(const redisReply *id, const char *what, struct eh_error *error)
{
    return eh_error_set(error, EH_ECORRUPT, "outbox entry %.*s: %s", (int)id->len, id->str, what);
}

/* The page's next entry becomes the next one. */
static int step(struct eh_published *p, struct eh_error *error)
{
    const redisReply *entry = entry_of(p);
    if (entry->type != REDIS_REPLY_ARRAY || entry->elements != 2)
        return eh_error_set(error, EH_ECORRUPT, "outbox: an entry cannot be read");
    uint64_t number = number_of(entry->element[0]);
    if (number == 0 || number <= p->next)
        return stray(entry->element[0], "its id is no number of the log", error);
    p->next = number > p->last ? 0 : number;
    return 0;
}

static int read_page(struct eh_published *p, struct eh_error *error)
{
    char from[NUMBER_MAX];
    eh_format(from, sizeof from, "(%llu-0", big(p->next));
    freeReplyObject(p->page);
    p->at = p->count = 0;
    p->page = redisCommand(p->stream.redis, "XRANGE %s %s + COUNT %d", p->stream.key, from,
                           EH_PUBLISHED_PAGE);
    const redisReply *reply = p->page;
    if (!reply || reply->type != REDIS_REPLY_ARRAY)
        return no_answer(p, reply, error);
    p->count = reply->elements;
    if (p->count > 0)
        return step(p, error);
    p->next = 0;
    return 0;
}

static int advance(struct eh_published *p, struct eh_error *error)
{
    return ++p->at < p->count ? step(p, error) : read_page(p, error);
}

/* The number of the last entry; 0: there is none. */
static int find_last(struct eh_published *p, struct eh_error *error)
{
    redisReply *reply = redisCommand(p->stream.redis, "XREVRANGE %s + - COUNT 1", p->stream.key);
    bool some = reply && reply->type == REDIS_REPLY_ARRAY && reply->elements == 1 &&
                reply->element[0]->type == REDIS_REPLY_ARRAY && reply->element[0]->elements == 2;
    int r = reply && reply->type == REDIS_REPLY_ARRAY ? 0 : no_answer(p, reply, error);
    if (some) {
        p->last = number_of(reply->element[0]->element[0]);
        if (p->last == 0)
            r = stray(reply->element[0]->element[0], "its id is no number of the log", error);
    }
    freeReplyObject(reply);
    return r;
}

int eh_published_open(const char *address, const char *desk, struct eh_published *ret,
                      struct eh_error *error)
{
    char key[EH_STREAM_KEY_MAX];
    *ret = (struct eh_published){.scratch = EH_BYTES_INIT};
    eh_format(key, sizeof key, "evenhand:{%s}:outbox", desk);
    int r = eh_stream_open(address, key, &ret->stream);
    if (r != EH_EXIT_DONE) { /* it has said why */
        *ret = (struct eh_published){.scratch = EH_BYTES_INIT};
        return r == EH_EXIT_USAGE    ? -EH_EINVAL
               : r == EH_EXIT_DENIED ? -EH_EDENIED
                                     : -EH_EUNAVAILABLE;
    }
    r = find_last(ret, error);
    return r == 0 && ret->last > 0 ? read_page(ret, error) : r;
}

void eh_published_close(struct eh_published *p)
{
    freeReplyObject(p->page);
    eh_bytes_done(&p->scratch);
    if (p->stream.redis)
        eh_stream_close(&p->stream);
    p->page = NULL;
}

/* ---- One effect. */

static struct eh_notice notice_of(const struct eh_effect *e, const struct eh_input *in,
                                  char inbox[NUMBER_MAX])
{
    size_t size = e->stream_ms || e->stream_no ? eh_format(inbox, NUMBER_MAX, "%llu-%llu",
                                                           big(e->stream_ms), big(e->stream_no))
                                               : 0;
    return (struct eh_notice){.type = e->type,
                              .seq = e->seq,
                              .source = e->source,
                              .id = e->id,
                              .team = e->team,
                              .rep = e->rep,
                              .was = e->was,
                              .why = e->why,
                              .at_ms = in->at_us / 1000,
                              .input = in->no,
                              .inbox = eh_str_n(inbox, size)};
}

static int compare_entry(struct eh_published *p, const struct eh_effect *e,
                         const struct eh_input *in, struct eh_error *error)
{
    char inbox[NUMBER_MAX];
    const redisReply *id = entry_of(p)->element[0], *fields = entry_of(p)->element[1];
    const struct eh_notice notice = notice_of(e, in, inbox);
    bool one =
        fields->type == REDIS_REPLY_ARRAY && fields->elements == 2 && fields->element[0]->len == 1;
    bool json = one && fields->element[0]->str[0] == 'j';
    if (!one || (!json && fields->element[0]->str[0] != 'm'))
        return stray(id, "its fields are not those of an entry", error);
    eh_bytes_clear(&p->scratch);
    int r =
        json ? eh_notice_to_json(&notice, &p->scratch) : eh_notice_to_msgpack(&notice, &p->scratch);
    if (r < 0)
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    const redisReply *body = fields->element[1];
    p->compared++;
    if ((size_t)body->len == p->scratch.size &&
        memcmp(body->str, p->scratch.data, p->scratch.size) == 0)
        return 0;
    if (!json)
        return stray(id, "it says something else than the log gives", error);
    return eh_error_set(error, EH_ECORRUPT, "outbox entry %.*s: says %.*s, the log gives %.*s",
                        (int)id->len, id->str, (int)body->len, body->str, (int)p->scratch.size,
                        (const char *)p->scratch.data);
}

static int take_effect(struct eh_published *p, const struct eh_effect *e, const struct eh_input *in,
                       bool compared, struct eh_error *error)
{
    if (p->next == 0) {
        p->unpublished++;
        return 0;
    }
    if (p->next > e->seq)
        return p->begun ? eh_error_set(error, EH_ECORRUPT,
                                       "outbox entry %llu-0: is missing, and entry %llu-0 is there",
                                       big(e->seq), big(p->next))
                        : 0;
    int r = compared ? compare_entry(p, e, in, error) : 0;
    p->begun = true;
    return r < 0 ? r : advance(p, error);
}

int eh_published_compare(struct eh_published *p, const struct eh_input *in,
                         const struct eh_effects *effects, bool compared, struct eh_error *error)
{
    int r = 0;
    for (uint32_t i = 0; r == 0 && p->stream.redis && i < effects->count; i++)
        r = take_effect(p, &effects->items[i], in, compared, error);
    return r;
}

int eh_published_skip(struct eh_published *p, uint64_t seq, struct eh_error *error)
{
    int r = 0;
    while (r == 0 && p->stream.redis && p->next > 0 && p->next <= seq) {
        p->begun = true;
        r = advance(p, error);
    }
    return r;
}

int eh_published_end(struct eh_published *p, struct eh_error *error)
{
    if (!p->stream.redis || p->next == 0)
        return 0;
    return eh_error_set(error, EH_ECORRUPT, "outbox entry %llu-0: the log has none of that number",
                        big(p->next));
}

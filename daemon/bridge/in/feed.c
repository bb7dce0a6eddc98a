/* feed: one XADD a message, on a link of its own. */
#include "bridge/in/feed.h"

#include <stdlib.h>

#include "host/log.h"

#define REFUSAL_MAX 120 /* bytes of what Redis says */

struct put {
    struct eh_feed *feed;
    eh_feed_fn *fn;
    void *context;
    struct put *next, **link;
};

struct eh_feed {
    struct eh_feed_options options;
    struct eh_redis_link *link;
    struct put *puts;
    unsigned waiting;
    uint64_t count;
    char refusal[EH_ERROR_TEXT_MAX]; /* what Redis said to the last message, and what to do */
};

static void put_free(struct put *put)
{
    *put->link = put->next;
    if (put->next)
        put->next->link = put->link;
    put->feed->waiting--;
    free(put);
}

static const char *remedy(const char *said)
{
    static const struct {
        const char *begins, *text;
    } known[] = {
        {"OOM", "; give Redis more memory"},
        {"READONLY", "; this is a replica: `redis` has to name the primary"},
        {"NOPERM", "; give the bridge's user XADD of this stream"},
        {"MISCONF", "; Redis cannot write to its disk"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strncmp(said, known[i].begins, strlen(known[i].begins)) == 0)
            return known[i].text;
    return "";
}

static void note_refusal(struct eh_feed *feed, const redisReply *reply)
{
    const char *said = reply->str ? reply->str : "";
    eh_format(feed->refusal, sizeof feed->refusal, "%s: takes no message: %.*s%s",
              feed->options.key, REFUSAL_MAX, said, remedy(said));
    eh_text_tidy(feed->refusal, strlen(feed->refusal));
    eh_log_limited(EH_LOG_WARNING, "feed", "%s", feed->refusal);
}

static void on_reply(void *context, const redisReply *reply)
{
    struct put *put = context;
    struct eh_feed *feed = put->feed;
    eh_feed_fn *fn = put->fn;
    void *whose = put->context;
    bool there = reply && reply->type == REDIS_REPLY_STRING;
    if (there)
        feed->refusal[0] = 0;
    else if (reply)
        note_refusal(feed, reply);
    feed->count += there;
    put_free(put);
    fn(whose, there ? 0 : -EH_EUNAVAILABLE);
}

static void on_state(void *context, bool up, const char *why)
{
    struct eh_feed *feed = context;
    eh_log(up ? EH_LOG_INFO : EH_LOG_WARNING, "redis: %s", why);
    if (up)
        feed->refusal[0] = 0;
    if (feed->options.on_state)
        feed->options.on_state(feed->options.context, up);
}

int eh_feed_new(const struct eh_feed_options *options, struct eh_feed **ret, struct eh_error *error)
{
    struct eh_feed *feed = calloc(1, sizeof *feed);
    if (!feed)
        return eh_error_set(error, EH_ENOMEM, "redis: out of memory");
    feed->options = *options;
    const struct eh_redis_link_options link = {options->base, options->address, "bridge-in",
                                               on_state, feed};
    int r = eh_redis_link_new(&link, &feed->link, error);
    if (r < 0) {
        free(feed);
        return r;
    }
    eh_redis_link_start(feed->link);
    *ret = feed;
    return 0;
}

static int send_put(struct eh_feed *feed, struct put *put, const char *text, size_t size)
{
    const char *argv[] = {"XADD", feed->options.key, "*", "j", text};
    const size_t lengths[] = {4, strlen(feed->options.key), 1, 1, size};
    return eh_redis_command(feed->link, on_reply, put, 5, argv, lengths);
}

static struct put *put_new(struct eh_feed *feed, eh_feed_fn *fn, void *context)
{
    struct put *put = calloc(1, sizeof *put);
    if (!put)
        return NULL;
    *put = (struct put){feed, fn, context, feed->puts, &feed->puts};
    if (put->next)
        put->next->link = &put->next;
    feed->puts = put;
    feed->waiting++;
    return put;
}

int eh_feed_put(struct eh_feed *feed, const json_t *message, eh_feed_fn *fn, void *context)
{
    if (feed->waiting >= EH_FEED_WAITING_MAX)
        return -EH_EFULL;
    char *text = json_dumps(message, JSON_COMPACT);
    size_t size = text ? strlen(text) : 0;
    struct put *put = text && size <= EH_FEED_ENTRY_MAX ? put_new(feed, fn, context) : NULL;
    int r = put                        ? send_put(feed, put, text, size)
            : size > EH_FEED_ENTRY_MAX ? -EH_ERANGE
                                       : -EH_ENOMEM;
    if (put && r < 0)
        put_free(put);
    free(text);
    return r;
}

bool eh_feed_up(const struct eh_feed *feed)
{
    return eh_redis_link_up(feed->link);
}

const char *eh_feed_trouble(const struct eh_feed *feed)
{
    if (feed->refusal[0])
        return feed->refusal;
    return eh_feed_up(feed) ? NULL : eh_redis_link_last_error(feed->link);
}

uint64_t eh_feed_count(const struct eh_feed *feed)
{
    return feed->count;
}

void eh_feed_free(struct eh_feed *feed)
{
    if (!feed)
        return;
    eh_redis_link_free(feed->link);
    while (feed->puts)
        put_free(feed->puts);
    free(feed);
}

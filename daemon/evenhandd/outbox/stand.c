/* stand: up to which numbers Redis has the streams, and whether its entries are rows of PostgreSQL.
 */
#include "outbox/private.h"

#include <inttypes.h>

#include "host/log.h"

/* Reads an answer of XINFO STREAM. False: publishing cannot go on with it. */
static bool reply_read_last(struct eh_outbox *outbox, const char *key, const redisReply *reply,
                            uint64_t head, struct eh_outbox_found *ret)
{
    if (!reply || outbox->state != OUTBOX_ASKING)
        return false;
    if (!eh_outbox_found_read(reply, ret)) {
        outbox_rest(outbox, OUTBOX_UNKNOWN,
                    reply->type == REDIS_REPLY_ERROR ? reply->str : "odd reply of XINFO");
        return false;
    }
    if (ret->last > head || ret->foreign) {
        outbox_alarm(outbox, key, ret->last, "an entry that is not ours stands");
        return false;
    }
    return true;
}

static void got_last_seq(void *context, const redisReply *reply)
{
    struct eh_outbox *outbox = context;
    if (!reply_read_last(outbox, outbox->outbox_key, reply, outbox->head_seq, &outbox->found))
        return;
    outbox->published_seq = outbox->found.last;
    outbox->outbox_there = outbox->found.there;
}

/* Looks for missing entries. Numbers are gapless and only the oldest are trimmed: an entry that is
 * missing below the last number ever given was deleted by somebody, or never written. Redis takes
 * no lower number any more, so it cannot be put back. */
static void found_look_for_hole(struct eh_outbox *outbox)
{
    const struct eh_outbox_found *found = &outbox->found;
    uint64_t first = found->length ? found->first : found->last;
    uint64_t wanted = found->length ? found->last + 1 - found->first : found->last > 0;
    outbox->hole[0] = 0;
    if (found->length == wanted)
        return;
    eh_format(outbox->hole, sizeof outbox->hole,
              "%s: entries are missing from %llu to %llu: somebody deleted them or moved its last "
              "id; readers see it by `seq`, and find what is missing in the view assignment",
              outbox->outbox_key, (unsigned long long)first, (unsigned long long)found->last);
}

static void outbox_begin_ready(struct eh_outbox *outbox)
{
    uint64_t keep = (uint64_t)outbox->keep;
    outbox_drop_proof(outbox);
    if (keep > 0 && outbox->head_seq > keep && outbox->published_seq < outbox->head_seq - keep) {
        eh_log(EH_LOG_WARNING,
               "outbox: entries %" PRIu64 " to %" PRIu64 " are gone from Redis and "
               "older than outbox_keep: not published again",
               outbox->published_seq + 1, outbox->head_seq - keep);
        outbox->published_seq = outbox->head_seq - keep;
    }
    outbox->state = OUTBOX_READY;
    outbox->pump(outbox);
}

static uint64_t found_prove_from(const struct eh_outbox_found *found)
{
    uint64_t from = found->top > EH_OUTBOX_PROVED ? found->top + 1 - EH_OUTBOX_PROVED : 1;
    return from > found->first ? from : found->first;
}

static void got_proof(void *context, const redisReply *reply)
{
    struct eh_outbox *outbox = context;
    uint64_t seq = outbox->found.top;
    if (!reply || outbox->state != OUTBOX_PROVING)
        return;
    if (reply->type == REDIS_REPLY_ERROR)
        outbox_rest(outbox, OUTBOX_UNKNOWN, reply->str);
    else if (!eh_outbox_match(outbox->proof, reply, &seq))
        outbox_alarm(outbox, outbox->outbox_key, seq, "other content than ours stands");
}

static void got_dead_proof(void *context, const redisReply *reply)
{
    struct eh_outbox *outbox = context;
    uint64_t input = outbox->found_dead.top;
    if (!reply || outbox->state != OUTBOX_PROVING)
        return;
    if (reply->type == REDIS_REPLY_ERROR)
        outbox_rest(outbox, OUTBOX_UNKNOWN, reply->str);
    else if (!eh_outbox_match_dead(outbox->proof, reply, &input))
        outbox_alarm(outbox, outbox->dead_key, input, "other content than ours stands");
    else
        outbox_begin_ready(outbox);
}

static int range_ask(struct eh_outbox *outbox, const char *key, uint64_t from, uint64_t to,
                     eh_redis_reply_fn *fn)
{
    char low[EH_STREAM_ID_TEXT_MAX], high[EH_STREAM_ID_TEXT_MAX];
    eh_stream_id_print((struct eh_stream_id){from, 0}, low);
    eh_stream_id_print((struct eh_stream_id){to, UINT64_MAX}, high);
    const char *argv[] = {"XRANGE", key, low, high};
    return eh_redis_command(outbox->link, fn, outbox, 4, argv, NULL);
}

void outbox_compare(struct eh_outbox *outbox)
{
    if (range_ask(outbox, outbox->outbox_key, found_prove_from(&outbox->found), outbox->found.top,
                  got_proof) < 0 ||
        range_ask(outbox, outbox->dead_key, outbox->found_dead.top, outbox->found_dead.top,
                  got_dead_proof) < 0)
        eh_redis_link_reset(outbox->link, "cannot send");
}

/* If Redis does not allow the question, dead letters from before are not counted. */
static void got_dead_bytes(void *context, const redisReply *reply)
{
    struct eh_outbox *outbox = context;
    bool known = reply && reply->type == REDIS_REPLY_INTEGER && reply->integer > 0;
    outbox->dead_found_bytes = known ? (uint64_t)reply->integer : 0;
}

static void got_last_dead(void *context, const redisReply *reply)
{
    struct eh_outbox *outbox = context;
    if (!reply_read_last(outbox, outbox->dead_key, reply, outbox->head_dead, &outbox->found_dead))
        return;
    outbox->published_dead = outbox->found_dead.last;
    outbox->dead_there = outbox->found_dead.there;
    outbox_weigh_found(outbox);
    found_look_for_hole(outbox);
    if (outbox->found.top == 0 && outbox->found_dead.top == 0) {
        outbox_begin_ready(outbox);
        return;
    }
    outbox->state = OUTBOX_PROVING;
    outbox->on_want(outbox->context, found_prove_from(&outbox->found),
                    outbox->found_dead.top ? outbox->found_dead.top : outbox->head_dead + 1);
}

void outbox_ask_last(struct eh_outbox *outbox)
{
    const char *seq[] = {"XINFO", "STREAM", outbox->outbox_key};
    const char *dead[] = {"XINFO", "STREAM", outbox->dead_key};
    const char *bytes[] = {"MEMORY", "USAGE", outbox->dead_key};
    outbox->state = OUTBOX_ASKING;
    outbox->recheck = false;
    if (eh_redis_command(outbox->link, got_last_seq, outbox, 3, seq, NULL) < 0 ||
        eh_redis_command(outbox->link, got_dead_bytes, outbox, 3, bytes, NULL) < 0 ||
        eh_redis_command(outbox->link, got_last_dead, outbox, 3, dead, NULL) < 0)
        eh_redis_link_reset(outbox->link, "cannot send");
}

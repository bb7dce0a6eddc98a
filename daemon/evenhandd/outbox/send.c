/* send: sends one burst. Where Redis says that its numbers are there already, their entries are
 * read and compared.
 */
#include "outbox/private.h"

#define TRIM_EVERY 1000 /* entries between two trims */

static void burst_succeeded(struct eh_outbox *outbox)
{
    const struct eh_burst *burst = outbox->burst;
    if (burst->last_seq > outbox->published_seq)
        outbox->published_seq = burst->last_seq;
    if (burst->last_dead > outbox->published_dead)
        outbox->published_dead = burst->last_dead;
    outbox->outbox_there = outbox->outbox_there || burst->last_seq > 0;
    outbox->dead_there = outbox->dead_there || burst->last_dead > 0;
    outbox_weigh_burst(outbox);
    outbox->rest_ms = OUTBOX_REST_MIN_MS;
    outbox->state = OUTBOX_READY;
    outbox->pump(outbox);
}

static void got_check(struct eh_outbox *outbox, bool dead, const redisReply *reply)
{
    if (!reply || outbox->state != OUTBOX_CHECKING)
        return;
    const struct eh_burst *burst = outbox->burst;
    if (reply->type == REDIS_REPLY_ERROR)
        outbox_rest(outbox, OUTBOX_READY, reply->str);
    else if (!eh_burst_matches(burst, dead, reply))
        outbox_alarm(outbox, dead ? outbox->dead_key : outbox->outbox_key,
                     dead ? burst->first_dead : burst->first_seq, "other content than ours stands");
}

static void got_dead_check(void *context, const redisReply *reply)
{
    struct eh_outbox *outbox = context;
    got_check(outbox, true, reply);
    if (reply && outbox->state == OUTBOX_CHECKING)
        burst_succeeded(outbox);
}

static void got_seq_check(void *context, const redisReply *reply)
{
    struct eh_outbox *outbox = context;
    got_check(outbox, false, reply);
    if (reply && outbox->state == OUTBOX_CHECKING && !outbox->burst->last_dead)
        burst_succeeded(outbox);
}

/* Reads the entries that have our numbers, to compare them with the burst. */
static void burst_check(struct eh_outbox *outbox)
{
    const struct eh_burst *burst = outbox->burst;
    int r = 0;
    outbox->state = OUTBOX_CHECKING;
    if (burst->last_seq)
        r = eh_burst_ask(burst, outbox->link, outbox->outbox_key, false, got_seq_check, outbox);
    if (r == 0 && burst->last_dead)
        r = eh_burst_ask(burst, outbox->link, outbox->dead_key, true, got_dead_check, outbox);
    if (r < 0)
        eh_redis_link_reset(outbox->link, "cannot send");
}

static void on_queued(void *context, const redisReply *reply)
{
    struct eh_outbox *outbox = context;
    if (reply && reply->type == REDIS_REPLY_ERROR && !outbox->refusal[0]) {
        eh_format(outbox->refusal, sizeof outbox->refusal, "%s", reply->str);
        eh_text_tidy(outbox->refusal, strlen(outbox->refusal));
    }
}

static const char *exec_first_error(const redisReply *reply, bool *ret_only_equal)
{
    const char *first = NULL;
    *ret_only_equal = true;
    for (size_t i = 0; i < reply->elements; i++) {
        const redisReply *part = reply->element[i];
        if (part->type != REDIS_REPLY_ERROR)
            continue;
        bool equal = strstr(part->str, "equal or smaller") != NULL;
        if (!first || (*ret_only_equal && !equal))
            first = part->str;
        *ret_only_equal = *ret_only_equal && equal;
    }
    return first;
}

/* A stream that was there is gone (FLUSHALL, DEL): nothing was added to it. */
static bool exec_stream_gone(const redisReply *reply)
{
    for (size_t i = 0; i < reply->elements; i++)
        if (reply->element[i]->type == REDIS_REPLY_NIL)
            return true;
    return false;
}

static void got_exec(void *context, const redisReply *reply)
{
    struct eh_outbox *outbox = context;
    if (!reply || outbox->state != OUTBOX_SENDING)
        return; /* nobody knows whether it was done: after the next connect Redis is asked */
    if (reply->type != REDIS_REPLY_ARRAY) {
        if (strncmp(outbox->refusal, "READONLY", 8) == 0)
            eh_redis_link_reset(outbox->link, outbox->refusal); /* the primary is elsewhere now */
        outbox_rest(outbox, OUTBOX_READY,
                    outbox->refusal[0]                 ? outbox->refusal
                    : reply->type == REDIS_REPLY_ERROR ? reply->str
                                                       : "EXEC did nothing");
        return;
    }
    bool only_equal;
    const char *error = exec_first_error(reply, &only_equal);
    if (exec_stream_gone(reply)) {
        outbox_drop_current(outbox); /* it comes again with the entries before it */
        outbox_rest(outbox, OUTBOX_UNKNOWN, "a stream of ours is gone; publishing it again");
    } else if (!error)
        burst_succeeded(outbox);
    else if (only_equal)
        burst_check(outbox);
    else
        outbox_alarm(outbox, outbox->outbox_key, outbox->burst->first_seq, error);
}

void outbox_send_burst(struct eh_outbox *outbox)
{
    struct eh_burst_way way = {.link = outbox->link,
                               .outbox_key = outbox->outbox_key,
                               .dead_key = outbox->dead_key,
                               .trim.dead_from = outbox_dead_from(outbox),
                               .on_queued = on_queued,
                               .on_exec = got_exec,
                               .context = outbox};
    for (size_t i = 0; i < outbox->burst->count; i++)
        outbox->burst->items[i].dead ? outbox->dead_since_trim++ : outbox->since_trim++;
    if (outbox->since_trim >= TRIM_EVERY && outbox->keep > 0) {
        way.trim.outbox_keep = outbox->keep;
        outbox->since_trim = 0;
    }
    if (outbox->dead_since_trim >= TRIM_EVERY) {
        way.trim.dead_keep = EH_DEAD_KEEP;
        outbox->dead_since_trim = 0;
    }
    outbox->state = OUTBOX_SENDING;
    outbox->burst->outbox_there = outbox->outbox_there;
    outbox->burst->dead_there = outbox->dead_there;
    outbox->refusal[0] = 0;
    if (eh_burst_send(outbox->burst, &way) < 0)
        eh_redis_link_reset(outbox->link, "cannot send a batch"); /* half a MULTI must not stay */
}

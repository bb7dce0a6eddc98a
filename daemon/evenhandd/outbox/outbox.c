/*
 * outbox: publishing. One thing under way at a time.
 *
 *   UNKNOWN -> ASKING -> PROVING -> READY                  (what stands there beside PostgreSQL's)
 *   READY -> SENDING -> READY …                            (CHECKING when Redis says "equal or
 * smaller")
 *                          |-> WANTING -> READY            (rows read again from PostgreSQL)
 *   any -> RESTING -> back                                 (Redis refused: the same again, later)
 *   any -> ALARM                                           (somebody else wrote: until the next
 * link)
 */
#include "outbox/outbox.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>

#include "redis/stream_id.h"
#include "host/log.h"
#include "outbox/burst.h"
#include "outbox/match.h"

#define REST_MIN_MS 100
#define REST_MAX_MS 5000
#define TRIM_EVERY  1000 /* entries between two trims */

enum state { UNKNOWN, ASKING, PROVING, READY, WANTING, SENDING, CHECKING, RESTING, ALARM };

/* When so many bytes of dead letters had been published, the next one was this. Tells where to trim
 * so that at most EH_DEAD_BYTES_MAX stay. */
#define DEAD_MARK_BYTES (1u << 20)
#define DEAD_MARKS      (EH_DEAD_BYTES_MAX / DEAD_MARK_BYTES + 2)
#define DEAD_ENTRY_MORE 64 /* bytes Redis has for an entry beside its names and values, some */
struct dead_mark {
    uint64_t input, bytes;
};

/* A committed batch and where the numbers stood before it. */
struct live {
    struct eh_outbox_batch *batch;
    uint64_t before_seq, before_dead;
};

struct eh_outbox {
    struct eh_redis_link *link;
    char outbox_key[256], dead_key[256];
    bool json;
    int64_t keep;
    eh_outbox_want_fn *on_want;
    void *context;

    enum state state, after_rest;
    bool started;
    bool recheck;                 /* ask where Redis stands as soon as nothing is under way */
    uint64_t head_seq, head_dead; /* committed */
    uint64_t published_seq, published_dead;   /* in Redis */
    bool outbox_there, dead_there;            /* the streams exist, as far as we know */
    struct eh_outbox_found found, found_dead; /* when they were asked last */
    struct eh_outbox_batch *proof;            /* the rows they are compared with */
    uint64_t wanted_dead;                     /* head_dead when on_want was called */
    unsigned wants;                           /* pages asked for and not answered */
    struct live queue[EH_OUTBOX_PENDING_MAX];
    size_t queued;
    struct eh_outbox_batch *current;
    bool current_is_page;
    struct eh_burst *burst;
    uint64_t since_trim, dead_since_trim;
    uint64_t dead_found_bytes;         /* of dead letters from before */
    uint64_t dead_bytes, dead_trimmed; /* published, and of them trimmed */
    struct dead_mark dead_marks[DEAD_MARKS];
    size_t dead_mark_count; /* ever; the ring holds the last DEAD_MARKS */
    char refusal[200];
    char alarm[EH_ERROR_TEXT_MAX], hole[EH_ERROR_TEXT_MAX];
    struct event *timer;
    unsigned rest_ms;
};

static void pump(struct eh_outbox *outbox);

static void drop_current(struct eh_outbox *outbox)
{
    eh_outbox_batch_free(outbox->current);
    outbox->current = NULL;
}

static void drop_oldest(struct eh_outbox *outbox)
{
    eh_outbox_batch_free(outbox->queue[0].batch);
    outbox->queued--;
    memmove(outbox->queue, outbox->queue + 1, outbox->queued * sizeof outbox->queue[0]);
}

static void drop_proof(struct eh_outbox *outbox)
{
    eh_outbox_batch_free(outbox->proof);
    outbox->proof = NULL;
}

static void drop_all(struct eh_outbox *outbox)
{
    drop_current(outbox);
    drop_proof(outbox);
    while (outbox->queued > 0)
        drop_oldest(outbox);
}

static void rest(struct eh_outbox *outbox, enum state after, const char *why)
{
    eh_log_limited(EH_LOG_WARNING, "outbox", "outbox: %s; trying again", why);
    outbox->state = RESTING;
    outbox->after_rest = after;
    struct timeval delay = {.tv_sec = outbox->rest_ms / 1000,
                            .tv_usec = (suseconds_t)(outbox->rest_ms % 1000) * 1000};
    event_add(outbox->timer, &delay);
    outbox->rest_ms = outbox->rest_ms * 2 < REST_MAX_MS ? outbox->rest_ms * 2 : REST_MAX_MS;
}

static void alarm_and_stop(struct eh_outbox *outbox, const char *key, uint64_t number,
                           const char *what)
{
    eh_format(
        outbox->alarm, sizeof outbox->alarm,
        "%s: %s at %llu-0: publishing stopped; find out who writes there (or whether the database "
        "was restored, or is another one), delete the stream, then restart",
        key, what, (unsigned long long)number);
    outbox->state = ALARM;
    drop_all(outbox);
}

static void on_timer(evutil_socket_t fd, short events, void *argument)
{
    (void)fd, (void)events;
    struct eh_outbox *outbox = argument;
    if (outbox->state != RESTING)
        return;
    outbox->state = outbox->after_rest;
    pump(outbox);
}

/* ---- How much the dead letters weigh. */

static void mark_dead(struct eh_outbox *outbox, uint64_t input)
{
    outbox->dead_marks[outbox->dead_mark_count++ % DEAD_MARKS] =
        (struct dead_mark){input, outbox->dead_bytes};
}

/* What stands there from before lies under the first mark. */
static void weigh_found(struct eh_outbox *outbox)
{
    outbox->dead_bytes = outbox->dead_found_bytes;
    outbox->dead_trimmed = outbox->dead_mark_count = 0;
    mark_dead(outbox, outbox->found_dead.last + 1);
}

static void weigh_burst(struct eh_outbox *outbox)
{
    const struct eh_burst *burst = outbox->burst;
    for (size_t i = 0; i < burst->count; i++) {
        const struct eh_burst_item *item = &burst->items[i];
        const struct dead_mark *last =
            &outbox->dead_marks[(outbox->dead_mark_count - 1) % DEAD_MARKS];
        if (!item->dead)
            continue;
        if (outbox->dead_bytes - last->bytes >= DEAD_MARK_BYTES)
            mark_dead(outbox, item->number);
        outbox->dead_bytes += eh_burst_item_bytes(item) + DEAD_ENTRY_MORE;
    }
}

/* Where the dead letters begin that may stay; 0: all may. */
static uint64_t dead_from(struct eh_outbox *outbox)
{
    size_t held = outbox->dead_mark_count < DEAD_MARKS ? outbox->dead_mark_count : DEAD_MARKS;
    if (outbox->dead_bytes - outbox->dead_trimmed <= EH_DEAD_BYTES_MAX)
        return 0;
    for (size_t i = outbox->dead_mark_count - held; i < outbox->dead_mark_count; i++) {
        const struct dead_mark *mark = &outbox->dead_marks[i % DEAD_MARKS];
        if (outbox->dead_bytes - mark->bytes > EH_DEAD_BYTES_MAX)
            continue;
        outbox->dead_trimmed = mark->bytes;
        return mark->input;
    }
    return 0;
}

/* ---- Where Redis stands. */

/* False: nothing to go on with. */
static bool read_last(struct eh_outbox *outbox, const char *key, const redisReply *reply,
                      uint64_t head, struct eh_outbox_found *ret)
{
    if (!reply || outbox->state != ASKING)
        return false;
    if (!eh_outbox_found_read(reply, ret)) {
        rest(outbox, UNKNOWN, reply->type == REDIS_REPLY_ERROR ? reply->str : "odd reply of XINFO");
        return false;
    }
    if (ret->last > head || ret->foreign) {
        alarm_and_stop(outbox, key, ret->last, "an entry that is not ours stands");
        return false;
    }
    return true;
}

static void got_last_seq(void *context, const redisReply *reply)
{
    struct eh_outbox *outbox = context;
    if (!read_last(outbox, outbox->outbox_key, reply, outbox->head_seq, &outbox->found))
        return;
    outbox->published_seq = outbox->found.last;
    outbox->outbox_there = outbox->found.there;
}

/* Numbers are gapless and only the oldest are trimmed: what is missing up to the last one ever
 * given was deleted by somebody, or never written. Redis takes nothing below that number any more,
 * so it cannot be put back. */
static void look_for_hole(struct eh_outbox *outbox)
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

static void begin_ready(struct eh_outbox *outbox)
{
    uint64_t keep = (uint64_t)outbox->keep;
    drop_proof(outbox);
    if (keep > 0 && outbox->head_seq > keep && outbox->published_seq < outbox->head_seq - keep) {
        eh_log(EH_LOG_WARNING,
               "outbox: entries %" PRIu64 " to %" PRIu64 " are gone from Redis and "
               "older than outbox_keep: not published again",
               outbox->published_seq + 1, outbox->head_seq - keep);
        outbox->published_seq = outbox->head_seq - keep;
    }
    outbox->state = READY;
    pump(outbox);
}

/* ---- What stands there, beside PostgreSQL's rows. */

static uint64_t prove_from(const struct eh_outbox_found *found)
{
    uint64_t from = found->top > EH_OUTBOX_PROVED ? found->top + 1 - EH_OUTBOX_PROVED : 1;
    return from > found->first ? from : found->first;
}

static const char OTHER[] = "other content than ours stands";

static void got_proof(void *context, const redisReply *reply)
{
    struct eh_outbox *outbox = context;
    uint64_t seq = outbox->found.top;
    if (!reply || outbox->state != PROVING)
        return;
    if (reply->type == REDIS_REPLY_ERROR)
        rest(outbox, UNKNOWN, reply->str);
    else if (!eh_outbox_match(outbox->proof, reply, &seq))
        alarm_and_stop(outbox, outbox->outbox_key, seq, OTHER);
}

static void got_dead_proof(void *context, const redisReply *reply)
{
    struct eh_outbox *outbox = context;
    uint64_t input = outbox->found_dead.top;
    if (!reply || outbox->state != PROVING)
        return;
    if (reply->type == REDIS_REPLY_ERROR)
        rest(outbox, UNKNOWN, reply->str);
    else if (!eh_outbox_match_dead(outbox->proof, reply, &input))
        alarm_and_stop(outbox, outbox->dead_key, input, OTHER);
    else
        begin_ready(outbox);
}

static int ask_range(struct eh_outbox *outbox, const char *key, uint64_t from, uint64_t to,
                     eh_redis_reply_fn *fn)
{
    char low[EH_STREAM_ID_TEXT_MAX], high[EH_STREAM_ID_TEXT_MAX];
    eh_stream_id_print((struct eh_stream_id){from, 0}, low);
    eh_stream_id_print((struct eh_stream_id){to, UINT64_MAX}, high);
    const char *argv[] = {"XRANGE", key, low, high};
    return eh_redis_command(outbox->link, fn, outbox, 4, argv, NULL);
}

static void compare(struct eh_outbox *outbox)
{
    if (ask_range(outbox, outbox->outbox_key, prove_from(&outbox->found), outbox->found.top,
                  got_proof) < 0 ||
        ask_range(outbox, outbox->dead_key, outbox->found_dead.top, outbox->found_dead.top,
                  got_dead_proof) < 0)
        eh_redis_link_reset(outbox->link, "cannot send");
}

/* Of a Redis that does not let its user ask, what stood there before is not counted. */
static void got_dead_bytes(void *context, const redisReply *reply)
{
    struct eh_outbox *outbox = context;
    bool known = reply && reply->type == REDIS_REPLY_INTEGER && reply->integer > 0;
    outbox->dead_found_bytes = known ? (uint64_t)reply->integer : 0;
}

static void got_last_dead(void *context, const redisReply *reply)
{
    struct eh_outbox *outbox = context;
    if (!read_last(outbox, outbox->dead_key, reply, outbox->head_dead, &outbox->found_dead))
        return;
    outbox->published_dead = outbox->found_dead.last;
    outbox->dead_there = outbox->found_dead.there;
    weigh_found(outbox);
    look_for_hole(outbox);
    if (outbox->found.top == 0 && outbox->found_dead.top == 0) {
        begin_ready(outbox);
        return;
    }
    outbox->state = PROVING;
    outbox->wants++;
    outbox->on_want(outbox->context, prove_from(&outbox->found),
                    outbox->found_dead.top ? outbox->found_dead.top : outbox->head_dead + 1);
}

static void ask_last(struct eh_outbox *outbox)
{
    const char *seq[] = {"XINFO", "STREAM", outbox->outbox_key};
    const char *dead[] = {"XINFO", "STREAM", outbox->dead_key};
    const char *bytes[] = {"MEMORY", "USAGE", outbox->dead_key};
    outbox->state = ASKING;
    outbox->recheck = false;
    if (eh_redis_command(outbox->link, got_last_seq, outbox, 3, seq, NULL) < 0 ||
        eh_redis_command(outbox->link, got_dead_bytes, outbox, 3, bytes, NULL) < 0 ||
        eh_redis_command(outbox->link, got_last_dead, outbox, 3, dead, NULL) < 0)
        eh_redis_link_reset(outbox->link, "cannot send");
}

/* ---- One burst. */

static void burst_succeeded(struct eh_outbox *outbox)
{
    const struct eh_burst *burst = outbox->burst;
    if (burst->last_seq > outbox->published_seq)
        outbox->published_seq = burst->last_seq;
    if (burst->last_dead > outbox->published_dead)
        outbox->published_dead = burst->last_dead;
    outbox->outbox_there = outbox->outbox_there || burst->last_seq > 0;
    outbox->dead_there = outbox->dead_there || burst->last_dead > 0;
    weigh_burst(outbox);
    outbox->rest_ms = REST_MIN_MS;
    outbox->state = READY;
    pump(outbox);
}

static void got_check(struct eh_outbox *outbox, bool dead, const redisReply *reply)
{
    if (!reply || outbox->state != CHECKING)
        return;
    const struct eh_burst *burst = outbox->burst;
    if (reply->type == REDIS_REPLY_ERROR)
        rest(outbox, READY, reply->str);
    else if (!eh_burst_matches(burst, dead, reply))
        alarm_and_stop(outbox, dead ? outbox->dead_key : outbox->outbox_key,
                       dead ? burst->first_dead : burst->first_seq,
                       "other content than ours stands");
}

static void got_dead_check(void *context, const redisReply *reply)
{
    struct eh_outbox *outbox = context;
    got_check(outbox, true, reply);
    if (reply && outbox->state == CHECKING)
        burst_succeeded(outbox);
}

static void got_seq_check(void *context, const redisReply *reply)
{
    struct eh_outbox *outbox = context;
    got_check(outbox, false, reply);
    if (reply && outbox->state == CHECKING && !outbox->burst->last_dead)
        burst_succeeded(outbox);
}

/* Is what stands under our numbers what we would have written? */
static void check(struct eh_outbox *outbox)
{
    const struct eh_burst *burst = outbox->burst;
    int r = 0;
    outbox->state = CHECKING;
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

static const char *first_error(const redisReply *reply, bool *ret_only_equal)
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
static bool stream_gone(const redisReply *reply)
{
    for (size_t i = 0; i < reply->elements; i++)
        if (reply->element[i]->type == REDIS_REPLY_NIL)
            return true;
    return false;
}

static void got_exec(void *context, const redisReply *reply)
{
    struct eh_outbox *outbox = context;
    if (!reply || outbox->state != SENDING)
        return; /* outcome unknown: the next link asks where Redis stands */
    if (reply->type != REDIS_REPLY_ARRAY) {
        if (strncmp(outbox->refusal, "READONLY", 8) == 0)
            eh_redis_link_reset(outbox->link, outbox->refusal); /* the primary is elsewhere now */
        rest(outbox, READY,
             outbox->refusal[0]                 ? outbox->refusal
             : reply->type == REDIS_REPLY_ERROR ? reply->str
                                                : "EXEC did nothing");
        return;
    }
    bool only_equal;
    const char *error = first_error(reply, &only_equal);
    if (stream_gone(reply)) {
        drop_current(outbox); /* it comes again with what went before it */
        rest(outbox, UNKNOWN, "a stream of ours is gone; publishing it again");
    } else if (!error)
        burst_succeeded(outbox);
    else if (only_equal)
        check(outbox);
    else
        alarm_and_stop(outbox, outbox->outbox_key, outbox->burst->first_seq, error);
}

static void send_burst(struct eh_outbox *outbox)
{
    struct eh_burst_way way = {.link = outbox->link,
                               .outbox_key = outbox->outbox_key,
                               .dead_key = outbox->dead_key,
                               .trim.dead_from = dead_from(outbox),
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
    outbox->state = SENDING;
    outbox->burst->outbox_there = outbox->outbox_there;
    outbox->burst->dead_there = outbox->dead_there;
    outbox->refusal[0] = 0;
    if (eh_burst_send(outbox->burst, &way) < 0)
        eh_redis_link_reset(outbox->link, "cannot send a batch"); /* half a MULTI must not stay */
}

/* ---- What comes next. */

/* Fills the burst from the current batch with what Redis does not have yet. */
static int fill_burst(struct eh_outbox *outbox)
{
    const struct eh_outbox_batch *batch = outbox->current;
    struct eh_burst *burst = outbox->burst;
    uint64_t next = outbox->published_seq + 1;
    int r = 0;
    eh_burst_clear(burst);
    for (size_t i = 0; r == 0 && i < batch->notice_count && eh_burst_has_room(burst); i++) {
        if (batch->notices[i].seq < next)
            continue;
        if (batch->notices[i].seq > next)
            return -EH_ENOTFOUND;
        r = eh_burst_add_notice(burst, &batch->notices[i], outbox->json);
        next++;
    }
    for (size_t i = 0; r == 0 && i < batch->dead_count && eh_burst_has_room(burst); i++)
        if (batch->dead[i].input > outbox->published_dead)
            r = eh_burst_add_dead(burst, &batch->dead[i]);
    return r;
}

/* All of the current batch is in Redis. A page that was not full went to the end as it then was. */
static void finish_current(struct eh_outbox *outbox)
{
    const struct eh_outbox_batch *batch = outbox->current;
    uint64_t dead = outbox->current_is_page
                        ? (batch->dead_count < EH_OUTBOX_PAGE ? outbox->wanted_dead : 0)
                        : batch->head_dead;
    if (dead > outbox->published_dead)
        outbox->published_dead = dead;
    drop_current(outbox);
}

static void want(struct eh_outbox *outbox)
{
    outbox->state = WANTING;
    outbox->wants++;
    outbox->wanted_dead = outbox->head_dead;
    outbox->on_want(outbox->context, outbox->published_seq + 1, outbox->published_dead + 1);
}

/* True: a burst is on its way, or there will be another try. */
static bool send_current(struct eh_outbox *outbox)
{
    int r = fill_burst(outbox);
    if (r < 0) {
        drop_current(outbox);
        rest(outbox, READY,
             r == -EH_ENOTFOUND ? "PostgreSQL gave rows with a hole"
                                : "a batch could not be encoded");
        return true;
    }
    if (outbox->burst->count > 0) {
        send_burst(outbox);
        return true;
    }
    finish_current(outbox);
    return false;
}

static bool take_live(struct eh_outbox *outbox)
{
    const struct live *oldest = &outbox->queue[0];
    if (outbox->queued == 0 || oldest->before_seq > outbox->published_seq ||
        oldest->before_dead > outbox->published_dead)
        return false;
    outbox->current = oldest->batch;
    outbox->current_is_page = false;
    outbox->queue[0].batch = NULL;
    drop_oldest(outbox);
    return true;
}

static void pump(struct eh_outbox *outbox)
{
    if (!outbox->started || !eh_redis_link_up(outbox->link))
        return;
    if (outbox->state == READY && outbox->recheck) {
        drop_current(outbox); /* PostgreSQL has it */
        outbox->state = UNKNOWN;
    }
    if (outbox->state == UNKNOWN) {
        ask_last(outbox);
        return;
    }
    while (outbox->state == READY) {
        if (outbox->current) {
            if (send_current(outbox))
                return;
        } else if (!take_live(outbox)) {
            if (outbox->published_seq < outbox->head_seq ||
                outbox->published_dead < outbox->head_dead)
                want(outbox);
            return;
        }
    }
}

/* ---- What the owner calls. */

int eh_outbox_new(const struct eh_outbox_options *options, struct eh_outbox **ret,
                  struct eh_error *error)
{
    struct eh_outbox *outbox = calloc(1, sizeof *outbox);
    if (!outbox)
        return eh_error_set(error, EH_ENOMEM, "outbox: out of memory");
    outbox->burst = calloc(1, sizeof *outbox->burst);
    outbox->timer = event_new(eh_redis_link_base(options->writes), -1, 0, on_timer, outbox);
    eh_require(outbox->burst && outbox->timer);
    outbox->link = options->writes;
    snprintf(outbox->outbox_key, sizeof outbox->outbox_key, "%s", options->outbox_key);
    snprintf(outbox->dead_key, sizeof outbox->dead_key, "%s", options->dead_key);
    outbox->json = options->json;
    outbox->keep = options->keep > 0 ? options->keep : 0;
    outbox->on_want = options->on_want;
    outbox->context = options->context;
    outbox->rest_ms = REST_MIN_MS;
    *ret = outbox;
    return 0;
}

void eh_outbox_free(struct eh_outbox *outbox)
{
    if (!outbox)
        return;
    eh_outbox_stop(outbox);
    event_free(outbox->timer);
    eh_bytes_done(&outbox->burst->bytes);
    free(outbox->burst);
    free(outbox);
}

void eh_outbox_start(struct eh_outbox *outbox, uint64_t head_seq, uint64_t head_dead)
{
    eh_outbox_stop(outbox);
    outbox->started = true;
    outbox->head_seq = head_seq;
    outbox->head_dead = head_dead;
    pump(outbox);
}

void eh_outbox_stop(struct eh_outbox *outbox)
{
    eh_redis_forget(outbox->link, outbox);
    event_del(outbox->timer);
    drop_all(outbox);
    outbox->started = false;
    outbox->state = UNKNOWN;
    outbox->alarm[0] = outbox->hole[0] = 0;
    outbox->rest_ms = REST_MIN_MS;
    outbox->recheck = false;
    outbox->wants = 0;
    outbox->published_seq = outbox->published_dead = 0;
}

void eh_outbox_publish(struct eh_outbox *outbox, struct eh_outbox_batch *batch)
{
    struct live live = {batch, outbox->head_seq, outbox->head_dead};
    if (batch->head_seq > outbox->head_seq)
        outbox->head_seq = batch->head_seq;
    if (batch->head_dead > outbox->head_dead)
        outbox->head_dead = batch->head_dead;
    if (!outbox->started || outbox->state == ALARM) {
        eh_outbox_batch_free(batch);
        return;
    }
    if (outbox->queued == EH_OUTBOX_PENDING_MAX)
        drop_oldest(outbox);
    outbox->queue[outbox->queued++] = live;
    pump(outbox);
}

void eh_outbox_page(struct eh_outbox *outbox, struct eh_outbox_batch *batch)
{
    if (outbox->wants > 0)
        outbox->wants--;
    if (outbox->state == PROVING && outbox->wants == 0) {
        outbox->proof = batch;
        if (batch)
            compare(outbox);
        else
            rest(outbox, UNKNOWN, "committed rows could not be read from PostgreSQL");
        return;
    }
    if (outbox->state != WANTING || outbox->wants > 0) { /* asked for before the link was lost */
        eh_outbox_batch_free(batch);
        return;
    }
    bool moves = batch && (batch->notice_count > 0 || batch->dead_count > 0 ||
                           outbox->published_seq >= outbox->head_seq);
    if (!moves) {
        eh_outbox_batch_free(batch);
        rest(outbox, READY, "committed rows could not be read from PostgreSQL");
        return;
    }
    outbox->current = batch;
    outbox->current_is_page = true;
    outbox->state = READY;
    pump(outbox);
}

void eh_outbox_recheck(struct eh_outbox *outbox)
{
    outbox->recheck = true;
    pump(outbox);
}

void eh_outbox_link_state(struct eh_outbox *outbox, bool up)
{
    event_del(outbox->timer);
    drop_current(outbox); /* PostgreSQL has it */
    drop_proof(outbox);
    outbox->state = UNKNOWN;
    outbox->alarm[0] = 0;
    if (up)
        pump(outbox);
}

bool eh_outbox_idle(const struct eh_outbox *outbox)
{
    return outbox->state == READY && !outbox->current && outbox->queued == 0 &&
           outbox->published_seq >= outbox->head_seq && outbox->published_dead >= outbox->head_dead;
}

uint64_t eh_outbox_published(const struct eh_outbox *outbox)
{
    return outbox->published_seq;
}

const char *eh_outbox_alarm(const struct eh_outbox *outbox)
{
    return outbox->alarm[0] ? outbox->alarm : NULL;
}

const char *eh_outbox_hole(const struct eh_outbox *outbox)
{
    return outbox->hole[0] ? outbox->hole : NULL;
}

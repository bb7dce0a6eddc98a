/*
 * outbox: publishing. One thing is under way at a time.
 *
 *   UNKNOWN -> ASKING -> PROVING -> READY    what stands in Redis, beside PostgreSQL's (stand.c)
 *   READY -> SENDING -> READY                (send.c; CHECKING when Redis says "equal or smaller")
 *   READY -> WANTING -> READY                rows are read again from PostgreSQL
 *   any -> RESTING -> back                   Redis refused: the same again, later (rest.c)
 *   any -> ALARM                             somebody else wrote: until the next link
 */
#include "outbox/private.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- What comes next. */

/* Fills the burst from the current batch with what Redis does not have yet. */
static int burst_fill(struct eh_outbox *outbox)
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

/* All of the current batch is in Redis. A page that is not full was the last one when it was read.
 */
static void current_finish(struct eh_outbox *outbox)
{
    const struct eh_outbox_batch *batch = outbox->current;
    uint64_t dead = outbox->current_is_page
                        ? (batch->dead_count < EH_OUTBOX_PAGE ? outbox->wanted_dead : 0)
                        : batch->head_dead;
    if (dead > outbox->published_dead)
        outbox->published_dead = dead;
    outbox_drop_current(outbox);
}

static void page_want(struct eh_outbox *outbox)
{
    outbox->state = OUTBOX_WANTING;
    outbox->wanted_dead = outbox->head_dead;
    outbox->on_want(outbox->context, outbox->published_seq + 1, outbox->published_dead + 1);
}

/* Sends the next burst. True: it is on its way, or will be tried again. */
static bool current_send(struct eh_outbox *outbox)
{
    int r = burst_fill(outbox);
    if (r < 0) {
        outbox_drop_current(outbox);
        outbox_rest(outbox, OUTBOX_READY,
                    r == -EH_ENOTFOUND ? "PostgreSQL gave rows with a hole"
                                       : "a batch could not be encoded");
        return true;
    }
    if (outbox->burst->count > 0) {
        outbox_send_burst(outbox);
        return true;
    }
    current_finish(outbox);
    return false;
}

static bool live_take(struct eh_outbox *outbox)
{
    const struct outbox_live *oldest = &outbox->queue[0];
    if (outbox->queued == 0 || oldest->before_seq > outbox->published_seq ||
        oldest->before_dead > outbox->published_dead)
        return false;
    outbox->current = oldest->batch;
    outbox->current_is_page = false;
    outbox->queue[0].batch = NULL;
    outbox_drop_oldest(outbox);
    return true;
}

static void outbox_pump(struct eh_outbox *outbox)
{
    if (!outbox->started || !eh_redis_link_up(outbox->link))
        return;
    if (outbox->state == OUTBOX_READY && outbox->recheck) {
        outbox_drop_current(outbox); /* PostgreSQL has it */
        outbox->state = OUTBOX_UNKNOWN;
    }
    if (outbox->state == OUTBOX_UNKNOWN) {
        outbox_ask_last(outbox);
        return;
    }
    while (outbox->state == OUTBOX_READY) {
        if (outbox->current) {
            if (current_send(outbox))
                return;
        } else if (!live_take(outbox)) {
            if (outbox->published_seq < outbox->head_seq ||
                outbox->published_dead < outbox->head_dead)
                page_want(outbox);
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
    eh_require(outbox->burst);
    outbox->link = options->writes;
    outbox->pump = outbox_pump;
    outbox_timer_init(outbox);
    snprintf(outbox->outbox_key, sizeof outbox->outbox_key, "%s", options->outbox_key);
    snprintf(outbox->dead_key, sizeof outbox->dead_key, "%s", options->dead_key);
    outbox->json = options->json;
    outbox->keep = options->keep > 0 ? options->keep : 0;
    outbox->on_want = options->on_want;
    outbox->context = options->context;
    outbox->rest_ms = OUTBOX_REST_MIN_MS;
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
    outbox_pump(outbox);
}

void eh_outbox_stop(struct eh_outbox *outbox)
{
    eh_redis_forget(outbox->link, outbox);
    event_del(outbox->timer);
    outbox_drop_all(outbox);
    outbox->started = false;
    outbox->state = OUTBOX_UNKNOWN;
    outbox->alarm[0] = outbox->hole[0] = 0;
    outbox->rest_ms = OUTBOX_REST_MIN_MS;
    outbox->recheck = false;
    outbox->published_seq = outbox->published_dead = 0;
}

void eh_outbox_publish(struct eh_outbox *outbox, struct eh_outbox_batch *batch)
{
    struct outbox_live live = {batch, outbox->head_seq, outbox->head_dead};
    if (batch->head_seq > outbox->head_seq)
        outbox->head_seq = batch->head_seq;
    if (batch->head_dead > outbox->head_dead)
        outbox->head_dead = batch->head_dead;
    if (!outbox->started || outbox->state == OUTBOX_ALARM) {
        eh_outbox_batch_free(batch);
        return;
    }
    if (outbox->queued == EH_OUTBOX_PENDING_MAX)
        outbox_drop_oldest(outbox);
    outbox->queue[outbox->queued++] = live;
    outbox_pump(outbox);
}

void eh_outbox_page(struct eh_outbox *outbox, struct eh_outbox_batch *batch)
{
    if (outbox->state == OUTBOX_PROVING) {
        outbox->proof = batch;
        if (batch)
            outbox_compare(outbox);
        else
            outbox_rest(outbox, OUTBOX_UNKNOWN, "committed rows could not be read from PostgreSQL");
        return;
    }
    if (outbox->state != OUTBOX_WANTING) { /* asked for before the link was lost */
        eh_outbox_batch_free(batch);
        return;
    }
    bool moves = batch && (batch->notice_count > 0 || batch->dead_count > 0 ||
                           outbox->published_seq >= outbox->head_seq);
    if (!moves) {
        eh_outbox_batch_free(batch);
        outbox_rest(outbox, OUTBOX_READY, "committed rows could not be read from PostgreSQL");
        return;
    }
    outbox->current = batch;
    outbox->current_is_page = true;
    outbox->state = OUTBOX_READY;
    outbox_pump(outbox);
}

void eh_outbox_recheck(struct eh_outbox *outbox)
{
    outbox->recheck = true;
    outbox_pump(outbox);
}

void eh_outbox_link_state(struct eh_outbox *outbox, bool up)
{
    event_del(outbox->timer);
    outbox_drop_current(outbox); /* PostgreSQL has it */
    outbox_drop_proof(outbox);
    outbox->state = OUTBOX_UNKNOWN;
    outbox->alarm[0] = 0;
    if (up)
        outbox_pump(outbox);
}

bool eh_outbox_idle(const struct eh_outbox *outbox)
{
    return outbox->state == OUTBOX_READY && !outbox->current && outbox->queued == 0 &&
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

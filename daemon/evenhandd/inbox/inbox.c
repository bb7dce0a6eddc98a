/*
 * inbox: its phases, its link, and what its owner calls. One command is under way at a time; room
 * pulls, replies push on.
 *
 *   GROUP -> PENDING_LIST <-> PENDING_READ -> SWEEP_INFO, STREAM_INFO -> SWEEP_READ -> LIVE
 *               ^                                                            ^           |
 *               |                                         what lies between two reads    |
 *               |                                                            +-----------+
 *               +------------- every 5 s ------------------------------------------------+
 *
 * A file for each: group (here), pending, sweep, live. take.c hands over what they read, look.c
 * judges what Redis says of positions, ack.c and trim.c see to what is committed, hold.c to what
 * waits on the stream.
 */
#include "inbox/private.h"

#include <stdio.h>
#include <stdlib.h>

#include "host/clock.h"

#define INFO_AGAIN_US                                                                              \
    60000000 /* until XINFO STREAM is asked again after an answer that was too large */

/* ---- GROUP */

static void got_group(void *context, const redisReply *reply)
{
    struct eh_inbox *inbox = context;
    bool existed =
        reply && reply->type == REDIS_REPLY_ERROR && eh_inbox_reply_begins(reply, "BUSYGROUP");
    if (existed)
        inbox->busy = false;
    else if (!eh_inbox_answered(inbox, reply))
        return;
    bool lost = !existed && inbox->had_group;
    if (lost) { /* the new group delivers all entries of the stream, from 0 */
        inbox->floor = inbox->next = (struct eh_stream_id){0, 0};
        eh_inbox_held_clear(&inbox->held);
    } else if (inbox->swept)
        inbox->floor = eh_inbox_low(inbox);
    inbox->had_group = inbox->up = true;
    inbox->swept = inbox->rechecking = inbox->look.based = inbox->read_all = false;
    inbox->page_after = (struct eh_stream_id){0, 0};
    eh_inbox_enter(inbox, EH_INBOX_PENDING_LIST);
    unsigned run = inbox->run;
    inbox->callbacks.on_state(inbox->context, true, lost,
                              lost ? "the stream or its group was gone and was made anew" : "");
    if (run == inbox->run)
        eh_inbox_pump(inbox);
}

static void group_send(struct eh_inbox *inbox)
{
    const char *argv[] = {"XGROUP", "CREATE", inbox->key, EH_INBOX_GROUP_NAME, "0", "MKSTREAM"};
    eh_inbox_ask(inbox, got_group, 6, argv);
}

/* ---- The link, and what the owner calls. */

/* After a reply that was too large fewer entries are asked for. A single entry that is too large is
 * named and not read. */
static void overflow_learn(struct eh_inbox *inbox)
{
    if (inbox->phase == EH_INBOX_STREAM_INFO) {
        inbox->look.info_after_us = eh_clock_monotonic_us() + INFO_AGAIN_US;
        return;
    }
    if (inbox->asked > 1) {
        inbox->count_cap = inbox->asked > 16 ? inbox->asked / 16 : 1;
        return;
    }
    inbox->count_cap = 1;
    inbox->oversize = inbox->phase == EH_INBOX_PENDING_READ || inbox->phase == EH_INBOX_SWEEP_READ;
    if (inbox->phase == EH_INBOX_PENDING_READ)
        inbox->oversize_id = inbox->page[inbox->page_at].id;
}

static void on_link(void *context, bool up, const char *why)
{
    struct eh_inbox *inbox = context;
    if (!inbox->started)
        return;
    if (up) {
        eh_inbox_enter(inbox, EH_INBOX_GROUP);
        eh_inbox_pump(inbox);
        return;
    }
    if (eh_redis_link_overflowed(inbox->reads))
        overflow_learn(inbox);
    inbox->busy = false;
    bool sweeping = inbox->phase == EH_INBOX_SWEEP_READ;
    if (inbox->swept)
        inbox->floor = eh_inbox_low(inbox);
    else if (sweeping)
        inbox->floor = inbox->sweep_from; /* all entries below were handed over: the sweep does not
                                             begin anew */
    inbox->resuming = inbox->resuming || sweeping;
    inbox->swept = inbox->look.based = inbox->read_all = false;
    inbox->releasing = false; /* the whole pending list is read again */
    if (!inbox->up)
        return;
    inbox->up = false;
    inbox->callbacks.on_state(inbox->context, false, false, why);
}

static eh_inbox_sender_fn *const senders[] = {
    [EH_INBOX_GROUP] = group_send,
    [EH_INBOX_PENDING_LIST] = eh_inbox_send_pending_list,
    [EH_INBOX_PENDING_READ] = eh_inbox_send_pending,
    [EH_INBOX_SWEEP_INFO] = eh_inbox_send_sweep_info,
    [EH_INBOX_STREAM_INFO] = eh_inbox_send_stream_info,
    [EH_INBOX_SWEEP_READ] = eh_inbox_send_sweep,
    [EH_INBOX_SET_BACK] = eh_inbox_send_set_back,
    [EH_INBOX_LIVE] = eh_inbox_send_new,
};

int eh_inbox_new(const struct eh_inbox_options *options, struct eh_inbox **ret,
                 struct eh_error *error)
{
    struct eh_inbox *inbox = calloc(1, sizeof *inbox);
    if (!inbox)
        return eh_error_set(error, EH_ENOMEM, "inbox: out of memory");
    const struct eh_redis_link_options reads = {options->base, options->address, "inbox", on_link,
                                                inbox};
    int r = eh_redis_link_new(&reads, &inbox->reads, error);
    if (r < 0) {
        free(inbox);
        return r;
    }
    snprintf(inbox->key, sizeof inbox->key, "%s", options->key);
    inbox->writes = options->writes;
    inbox->callbacks = *options->callbacks;
    inbox->context = options->context;
    inbox->senders = senders;
    inbox->count_cap = EH_INBOX_COUNT_MAX;
    inbox->keep = options->keep > 0 ? (uint64_t)options->keep : 0;
    eh_inbox_ack_init(inbox, options->base);
    eh_inbox_trim_init(inbox, options->base);
    *ret = inbox;
    return 0;
}

void eh_inbox_free(struct eh_inbox *inbox)
{
    if (!inbox)
        return;
    eh_inbox_stop(inbox);
    eh_redis_link_free(inbox->reads);
    eh_inbox_ack_done(inbox);
    eh_inbox_trim_done(inbox);
    eh_inbox_set_free_items(&inbox->set);
    eh_inbox_held_done(&inbox->held);
    eh_arena_done(&inbox->arena);
    free(inbox);
}

void eh_inbox_start(struct eh_inbox *inbox, struct eh_stream_id low, struct eh_stream_id high)
{
    if (inbox->started)
        return;
    inbox->started = true;
    inbox->floor = inbox->next = low;
    inbox->high = high;
    inbox->had_group = high.ms > 0 || high.no > 0;
    eh_redis_link_start(inbox->reads);
}

void eh_inbox_stop(struct eh_inbox *inbox)
{
    inbox->run++;
    inbox->started = inbox->up = inbox->busy = inbox->swept = inbox->oversize = false;
    inbox->resuming = inbox->look.based = inbox->read_all = false;
    inbox->room = 0;
    inbox->page_count = inbox->page_at = 0;
    eh_inbox_enter(inbox, EH_INBOX_GROUP);
    eh_redis_forget(inbox->reads, inbox);
    eh_redis_link_stop(inbox->reads);
    eh_redis_forget(inbox->writes, inbox);
    eh_inbox_ack_stop(inbox);
    eh_inbox_trim_stop(inbox);
    eh_inbox_set_clear(&inbox->set);
    eh_inbox_held_clear(&inbox->held);
    inbox->releasing = inbox->release_refused = false;
}

void eh_inbox_set_room(struct eh_inbox *inbox, size_t entries)
{
    inbox->room = entries < EH_INBOX_ROOM_MAX ? entries : EH_INBOX_ROOM_MAX;
    if (inbox->room > 0)
        eh_inbox_pump(inbox);
}

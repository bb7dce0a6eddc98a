/*
 * trim: XTRIM of what is acknowledged.
 *
 * Our own count says how far to trim, because anybody can move the group. Before each trim Redis is
 * asked, on the same connection, for the lowest pending id: a stale leader may hold entries that we
 * have not seen. From that id on nothing is trimmed. A group that stands before the last entry that
 * we were handed was moved, or is of another stream: then nothing is trimmed.
 */
#include "inbox/private.h"

#include <sys/time.h>

#include "host/clock.h"

#define TRIM_EVERY_US 100000 /* at most one trim in this time … */
#define TRIM_ACKS     1000   /* … or for so many acknowledged entries */

static void mark_low(struct eh_inbox *inbox, struct eh_stream_id low)
{
    uint64_t step = inbox->keep / (EH_INBOX_MARKS / 2) + 1;
    if (inbox->mark_count > 0 &&
        inbox->acked - inbox->marks[(inbox->mark_count - 1) % EH_INBOX_MARKS].acked < step)
        return;
    inbox->marks[inbox->mark_count++ % EH_INBOX_MARKS] = (struct eh_inbox_mark){low, inbox->acked};
}

/* The newest mark with at least `keep` acknowledged since then. */
static bool keep_bound(const struct eh_inbox *inbox, struct eh_stream_id *ret)
{
    size_t held = inbox->mark_count < EH_INBOX_MARKS ? inbox->mark_count : EH_INBOX_MARKS;
    for (size_t i = 1; i <= held; i++) {
        const struct eh_inbox_mark *mark = &inbox->marks[(inbox->mark_count - i) % EH_INBOX_MARKS];
        if (inbox->acked - mark->acked >= inbox->keep) {
            *ret = mark->low;
            return true;
        }
    }
    return false;
}

static void bound_lower(struct eh_stream_id *bound, struct eh_stream_id other)
{
    if (eh_stream_id_compare(other, *bound) < 0)
        *bound = other;
}

static void trim_end(struct eh_inbox *inbox)
{
    inbox->trimming = false;
    inbox->trimmed_us = eh_clock_monotonic_us();
    if (inbox->trim_due)
        eh_inbox_trim_consider(inbox);
}

static void got_trim(void *context, const redisReply *reply)
{
    struct eh_inbox *inbox = context;
    if (reply && reply->type != REDIS_REPLY_ERROR)
        inbox->trimmed_below = inbox->trim_below;
    trim_end(inbox);
}

static void got_group_state(void *context, const redisReply *reply)
{
    struct eh_inbox *inbox = context;
    struct eh_stream_id last;
    inbox->trim_known = reply && eh_inbox_last_delivered(reply, EH_INBOX_GROUP_NAME, &last) &&
                        eh_stream_id_compare(eh_stream_id_after(last), inbox->trim_below) >= 0;
}

/* [count, lowest, highest, consumers] */
static void got_pending_bounds(void *context, const redisReply *reply)
{
    struct eh_inbox *inbox = context;
    struct eh_stream_id lowest;
    if (!reply || reply->type != REDIS_REPLY_ARRAY || reply->elements < 2 || !inbox->trim_known ||
        !inbox->swept) {
        trim_end(inbox);
        return;
    }
    if (eh_stream_id_read(reply->element[1], &lowest))
        bound_lower(&inbox->trim_below, lowest);
    char bound[EH_STREAM_ID_TEXT_MAX];
    eh_stream_id_print(inbox->trim_below, bound);
    const char *argv[] = {"XTRIM", inbox->key, "MINID", "=", bound};
    if (eh_stream_id_compare(inbox->trim_below, inbox->trimmed_below) == 0 ||
        eh_redis_command(inbox->writes, got_trim, inbox, 5, argv, NULL) < 0)
        trim_end(inbox);
}

static void trim_begin(struct eh_inbox *inbox)
{
    struct eh_stream_id bound = eh_inbox_low(inbox);
    inbox->trim_due = false;
    inbox->acked_at_trim = inbox->acked;
    mark_low(inbox, bound);
    if (inbox->keep > 0 && !keep_bound(inbox, &bound))
        return;
    inbox->trim_below = bound;
    inbox->trim_known = false;
    const char *info[] = {"XINFO", "GROUPS", inbox->key};
    const char *pending[] = {"XPENDING", inbox->key, EH_INBOX_GROUP_NAME};
    if (eh_redis_command(inbox->writes, got_group_state, inbox, 3, info, NULL) < 0)
        return;
    inbox->trimming =
        eh_redis_command(inbox->writes, got_pending_bounds, inbox, 3, pending, NULL) == 0;
}

void eh_inbox_trim_consider(struct eh_inbox *inbox)
{
    inbox->trim_due = true;
    if (inbox->trimming || !inbox->swept || !inbox->started)
        return;
    int64_t wait_us = inbox->trimmed_us + TRIM_EVERY_US - eh_clock_monotonic_us();
    if (wait_us <= 0 || inbox->acked - inbox->acked_at_trim >= TRIM_ACKS) {
        trim_begin(inbox);
        return;
    }
    struct timeval delay = {.tv_usec =
                                (suseconds_t)(wait_us < TRIM_EVERY_US ? wait_us : TRIM_EVERY_US)};
    event_add(inbox->trim_timer, &delay);
}

static void on_trim_timer(evutil_socket_t fd, short events, void *argument)
{
    (void)fd, (void)events;
    struct eh_inbox *inbox = argument;
    if (inbox->trim_due)
        eh_inbox_trim_consider(inbox);
}

void eh_inbox_trim_init(struct eh_inbox *inbox, struct event_base *base)
{
    inbox->trim_timer = event_new(base, -1, 0, on_trim_timer, inbox);
    eh_require(inbox->trim_timer);
}

void eh_inbox_trim_swept(struct eh_inbox *inbox)
{
    if (inbox->trim_due)
        eh_inbox_trim_consider(inbox);
}

void eh_inbox_trim_stop(struct eh_inbox *inbox)
{
    event_del(inbox->trim_timer);
    inbox->trimming = inbox->trim_due = inbox->trim_known = false;
    inbox->mark_count = 0;
    inbox->trimmed_below = (struct eh_stream_id){0, 0};
}

void eh_inbox_trim_done(struct eh_inbox *inbox)
{
    event_free(inbox->trim_timer);
}

/*
 * ack: XACK what is committed, then XTRIM what is acknowledged; XCLAIM what is held.
 *
 * How far to trim is our own knowledge, since where the group stands anybody can change. Before
 * each trim Redis itself is asked, on the same connection, for the lowest pending id: a stale
 * leader may hold entries that we have not seen, and nothing from there on is trimmed. Where the
 * group stands behind what we were handed it is another stream or was moved: nothing is trimmed
 * then.
 */
#include "inbox/private.h"

#include <stdlib.h>
#include <sys/time.h>

#define ACK_IDS_MAX   1000   /* ids in one XACK */
#define TRIM_EVERY_US 100000 /* at most one trim in this time … */
#define RETRY_US      100000 /* until an XACK without an answer is sent again */
#define CLAIM_IDS_MAX 250    /* ids in one XCLAIM */
#define TRIM_ACKS     1000   /* … or for so many acknowledged entries */

struct eh_inbox_ack {
    struct eh_inbox_ack *next;
    size_t count;
    struct eh_stream_id ids[];
};

static void consider_trim(struct eh_inbox *inbox);

/* ---- Trimming. */

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

static void lower(struct eh_stream_id *bound, struct eh_stream_id other)
{
    if (eh_stream_id_compare(other, *bound) < 0)
        *bound = other;
}

static void end_of_trim(struct eh_inbox *inbox)
{
    inbox->trimming = false;
    inbox->trimmed_us = eh_inbox_now_us();
    if (inbox->trim_due)
        consider_trim(inbox);
}

static void got_trim(void *context, const redisReply *reply)
{
    struct eh_inbox *inbox = context;
    if (reply && reply->type != REDIS_REPLY_ERROR)
        inbox->trimmed_below = inbox->trim_below;
    end_of_trim(inbox);
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
        end_of_trim(inbox);
        return;
    }
    if (eh_stream_id_read(reply->element[1], &lowest))
        lower(&inbox->trim_below, lowest);
    char bound[EH_STREAM_ID_TEXT_MAX];
    eh_stream_id_print(inbox->trim_below, bound);
    const char *argv[] = {"XTRIM", inbox->key, "MINID", "=", bound};
    if (eh_stream_id_compare(inbox->trim_below, inbox->trimmed_below) == 0 ||
        eh_redis_command(inbox->writes, got_trim, inbox, 5, argv, NULL) < 0)
        end_of_trim(inbox);
}

static void begin_trim(struct eh_inbox *inbox)
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

/* Now, when enough was acknowledged or enough time went by; else when the timer says so. */
static void consider_trim(struct eh_inbox *inbox)
{
    inbox->trim_due = true;
    if (inbox->trimming || !inbox->swept || !inbox->started)
        return;
    int64_t wait_us = inbox->trimmed_us + TRIM_EVERY_US - eh_inbox_now_us();
    if (wait_us <= 0 || inbox->acked - inbox->acked_at_trim >= TRIM_ACKS) {
        begin_trim(inbox);
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
        consider_trim(inbox);
}

/* ---- Acknowledging. */

static struct eh_inbox_ack *shift_ack(struct eh_inbox_acks *list)
{
    struct eh_inbox_ack *ack = list->head;
    list->head = ack->next;
    if (!list->head)
        list->tail = NULL;
    ack->next = NULL;
    return ack;
}

static void append_ack(struct eh_inbox_acks *list, struct eh_inbox_ack *ack)
{
    if (list->tail)
        list->tail->next = ack;
    else
        list->head = ack;
    list->tail = ack;
}

static void try_later(struct eh_inbox *inbox, struct eh_inbox_ack *ack)
{
    struct timeval delay = {.tv_usec = RETRY_US};
    append_ack(&inbox->unsent, ack);
    event_add(inbox->ack_timer, &delay);
}

static void got_ack(void *context, const redisReply *reply)
{
    struct eh_inbox *inbox = context;
    struct eh_inbox_ack *ack = shift_ack(&inbox->sent);
    if (!reply || reply->type != REDIS_REPLY_INTEGER) {
        try_later(inbox, ack);
        return;
    }
    bool remember = !inbox->swept && inbox->set.acking < EH_INBOX_ACKING_MAX / 2;
    eh_inbox_set_acked(&inbox->set, ack->ids, ack->count, remember);
    free(ack);
    consider_trim(inbox);
    eh_inbox_pump(inbox); /* reading may have paused for EH_INBOX_ACKING_MAX */
}

static int send_xack(struct eh_inbox *inbox, const struct eh_inbox_ack *ack)
{
    char(*texts)[EH_STREAM_ID_TEXT_MAX] = malloc(ack->count * sizeof *texts);
    const char **argv = malloc((ack->count + 3) * sizeof *argv);
    eh_require(texts && argv);
    argv[0] = "XACK", argv[1] = inbox->key, argv[2] = EH_INBOX_GROUP_NAME;
    for (size_t i = 0; i < ack->count; i++) {
        eh_stream_id_print(ack->ids[i], texts[i]);
        argv[i + 3] = texts[i];
    }
    int r = eh_redis_command(inbox->writes, got_ack, inbox, (int)ack->count + 3, argv, NULL);
    free(argv);
    free(texts);
    return r;
}

static void send_ack(struct eh_inbox *inbox, struct eh_inbox_ack *ack)
{
    if (send_xack(inbox, ack) < 0)
        try_later(inbox, ack);
    else
        append_ack(&inbox->sent, ack);
}

static void on_ack_timer(evutil_socket_t fd, short events, void *argument)
{
    (void)fd, (void)events;
    struct eh_inbox *inbox = argument;
    struct eh_inbox_acks again = inbox->unsent;
    inbox->unsent = (struct eh_inbox_acks){NULL, NULL};
    while (again.head)
        send_ack(inbox, shift_ack(&again));
}

/* Takes up to ACK_IDS_MAX ids that may be acknowledged; returns how many of `ids` it went through.
 */
static size_t ack_some(struct eh_inbox *inbox, const struct eh_stream_id *ids, size_t count)
{
    size_t part = count < ACK_IDS_MAX ? count : ACK_IDS_MAX;
    struct eh_inbox_ack *ack = malloc(sizeof *ack + part * sizeof *ack->ids);
    eh_require(ack);
    ack->next = NULL;
    ack->count = 0;
    for (size_t i = 0; i < part; i++)
        if (eh_inbox_set_done(&inbox->set, ids[i]))
            ack->ids[ack->count++] = ids[i];
    inbox->acked += ack->count;
    if (ack->count > 0)
        send_ack(inbox, ack);
    else
        free(ack);
    return part;
}

void eh_inbox_done(struct eh_inbox *inbox, const struct eh_stream_id *ids, size_t count)
{
    for (size_t at = 0; at < count;)
        at += ack_some(inbox, ids + at, count - at);
}

/* ---- What is held. */

static void got_claim(void *context, const redisReply *reply)
{
    (void)context, (void)reply; /* where it is not taken, an entry is tried once too often */
}

static void forgive_some(struct eh_inbox *inbox, const struct eh_inbox_hold *hold, size_t count)
{
    char texts[CLAIM_IDS_MAX][EH_STREAM_ID_TEXT_MAX];
    const char *argv[CLAIM_IDS_MAX + 8] = {"XCLAIM", inbox->key, EH_INBOX_GROUP_NAME,
                                           EH_INBOX_CONSUMER, "0"};
    int argc = 5;
    for (size_t i = 0; i < count; i++) {
        eh_stream_id_print(hold[i].id, texts[i]);
        argv[argc++] = texts[i];
    }
    argv[argc++] = "RETRYCOUNT";
    argv[argc++] = "0";
    argv[argc++] = "JUSTID";
    (void)!eh_redis_command(inbox->writes, got_claim, inbox, argc, argv, NULL);
}

void eh_inbox_forgive(struct eh_inbox *inbox, const struct eh_inbox_hold *hold, size_t count)
{
    for (size_t at = 0; at < count; at += CLAIM_IDS_MAX)
        forgive_some(inbox, hold + at, count - at < CLAIM_IDS_MAX ? count - at : CLAIM_IDS_MAX);
}

void eh_inbox_ack_init(struct eh_inbox *inbox, struct event_base *base)
{
    inbox->trim_timer = event_new(base, -1, 0, on_trim_timer, inbox);
    inbox->ack_timer = event_new(base, -1, 0, on_ack_timer, inbox);
    eh_require(inbox->trim_timer && inbox->ack_timer);
}

void eh_inbox_ack_swept(struct eh_inbox *inbox)
{
    if (inbox->trim_due)
        consider_trim(inbox);
}

void eh_inbox_ack_stop(struct eh_inbox *inbox)
{
    eh_redis_forget(inbox->writes, inbox);
    while (inbox->sent.head)
        free(shift_ack(&inbox->sent));
    while (inbox->unsent.head)
        free(shift_ack(&inbox->unsent));
    event_del(inbox->trim_timer);
    event_del(inbox->ack_timer);
    inbox->trimming = inbox->trim_due = inbox->trim_known = false;
    inbox->mark_count = 0;
    inbox->trimmed_below = (struct eh_stream_id){0, 0};
}

void eh_inbox_ack_done(struct eh_inbox *inbox)
{
    event_free(inbox->trim_timer);
    event_free(inbox->ack_timer);
}

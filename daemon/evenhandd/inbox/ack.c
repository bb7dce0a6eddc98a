/* ack: XACK of what is committed, again and again until Redis has answered. */
#include "inbox/private.h"

#include <stdlib.h>
#include <sys/time.h>

#define ACK_IDS_MAX 1000   /* ids in one XACK */
#define RETRY_US    100000 /* until an XACK without an answer is sent again */

struct eh_inbox_ack {
    struct eh_inbox_ack *next;
    size_t count;
    struct eh_stream_id ids[];
};

static struct eh_inbox_ack *acks_shift(struct eh_inbox_acks *list)
{
    struct eh_inbox_ack *ack = list->head;
    list->head = ack->next;
    if (!list->head)
        list->tail = NULL;
    ack->next = NULL;
    return ack;
}

static void acks_append(struct eh_inbox_acks *list, struct eh_inbox_ack *ack)
{
    if (list->tail)
        list->tail->next = ack;
    else
        list->head = ack;
    list->tail = ack;
}

static void ack_try_later(struct eh_inbox *inbox, struct eh_inbox_ack *ack)
{
    struct timeval delay = {.tv_usec = RETRY_US};
    acks_append(&inbox->unsent, ack);
    event_add(inbox->ack_timer, &delay);
}

static void got_ack(void *context, const redisReply *reply)
{
    struct eh_inbox *inbox = context;
    struct eh_inbox_ack *ack = acks_shift(&inbox->sent);
    if (!reply || reply->type != REDIS_REPLY_INTEGER) {
        ack_try_later(inbox, ack);
        return;
    }
    bool remember = !inbox->swept && inbox->set.acking < EH_INBOX_ACKING_MAX / 2;
    eh_inbox_set_acked(&inbox->set, ack->ids, ack->count, remember);
    free(ack);
    eh_inbox_trim_consider(inbox);
    eh_inbox_pump(inbox); /* reading may have paused for EH_INBOX_ACKING_MAX */
}

static int xack_send(struct eh_inbox *inbox, const struct eh_inbox_ack *ack)
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

static void ack_send(struct eh_inbox *inbox, struct eh_inbox_ack *ack)
{
    if (xack_send(inbox, ack) < 0)
        ack_try_later(inbox, ack);
    else
        acks_append(&inbox->sent, ack);
}

static void on_ack_timer(evutil_socket_t fd, short events, void *argument)
{
    (void)fd, (void)events;
    struct eh_inbox *inbox = argument;
    struct eh_inbox_acks again = inbox->unsent;
    inbox->unsent = (struct eh_inbox_acks){NULL, NULL};
    while (again.head)
        ack_send(inbox, acks_shift(&again));
}

/* Acknowledges up to ACK_IDS_MAX of the ids. Returns how many of `ids` it went through. */
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
        ack_send(inbox, ack);
    else
        free(ack);
    return part;
}

void eh_inbox_done(struct eh_inbox *inbox, const struct eh_stream_id *ids, size_t count)
{
    for (size_t at = 0; at < count;)
        at += ack_some(inbox, ids + at, count - at);
}

void eh_inbox_ack_init(struct eh_inbox *inbox, struct event_base *base)
{
    inbox->ack_timer = event_new(base, -1, 0, on_ack_timer, inbox);
    eh_require(inbox->ack_timer);
}

void eh_inbox_ack_stop(struct eh_inbox *inbox)
{
    while (inbox->sent.head)
        free(acks_shift(&inbox->sent));
    while (inbox->unsent.head)
        free(acks_shift(&inbox->unsent));
    event_del(inbox->ack_timer);
}

void eh_inbox_ack_done(struct eh_inbox *inbox)
{
    event_free(inbox->ack_timer);
}

/* rest: the end of a step that failed: it is tried again after a while, or publishing stops.
 */
#include "outbox/private.h"

#include <sys/time.h>

#include "host/log.h"

#define REST_MAX_MS 5000

void outbox_drop_current(struct eh_outbox *outbox)
{
    eh_outbox_batch_free(outbox->current);
    outbox->current = NULL;
}

void outbox_drop_oldest(struct eh_outbox *outbox)
{
    eh_outbox_batch_free(outbox->queue[0].batch);
    outbox->queued--;
    memmove(outbox->queue, outbox->queue + 1, outbox->queued * sizeof outbox->queue[0]);
}

void outbox_drop_proof(struct eh_outbox *outbox)
{
    eh_outbox_batch_free(outbox->proof);
    outbox->proof = NULL;
}

void outbox_drop_all(struct eh_outbox *outbox)
{
    outbox_drop_current(outbox);
    outbox_drop_proof(outbox);
    while (outbox->queued > 0)
        outbox_drop_oldest(outbox);
}

void outbox_rest(struct eh_outbox *outbox, enum outbox_state after, const char *why)
{
    eh_log_limited(EH_LOG_WARNING, "outbox", "outbox: %s; trying again", why);
    outbox->state = OUTBOX_RESTING;
    outbox->after_rest = after;
    struct timeval delay = {.tv_sec = outbox->rest_ms / 1000,
                            .tv_usec = (suseconds_t)(outbox->rest_ms % 1000) * 1000};
    event_add(outbox->timer, &delay);
    outbox->rest_ms = outbox->rest_ms * 2 < REST_MAX_MS ? outbox->rest_ms * 2 : REST_MAX_MS;
}

void outbox_alarm(struct eh_outbox *outbox, const char *key, uint64_t number, const char *what)
{
    eh_format(
        outbox->alarm, sizeof outbox->alarm,
        "%s: %s at %llu-0: publishing stopped; find out who writes there (or whether the database "
        "was restored, or is another one), delete the stream, then restart",
        key, what, (unsigned long long)number);
    outbox->state = OUTBOX_ALARM;
    outbox_drop_all(outbox);
}

static void on_timer(evutil_socket_t fd, short events, void *argument)
{
    (void)fd, (void)events;
    struct eh_outbox *outbox = argument;
    if (outbox->state != OUTBOX_RESTING)
        return;
    outbox->state = outbox->after_rest;
    outbox->pump(outbox);
}

void outbox_timer_init(struct eh_outbox *outbox)
{
    outbox->timer = event_new(eh_redis_link_base(outbox->link), -1, 0, on_timer, outbox);
    eh_require(outbox->timer);
}

/*
 * pending: entries that were delivered to us and not acknowledged.
 *
 * XPENDING says which ids are pending, and how often they were delivered, without raising that
 * count; bodies are read only where something is pending that is not in flight.
 */
#include "inbox/private.h"

#include <stdio.h>

#include "host/clock.h"

#define RECHECK_US   5000000 /* how often pending list and positions are looked at again ... */
#define RECHECK_HELD 10000   /* ... and so much more seldom for each so many entries held */

static void pending_end(struct eh_inbox *inbox)
{
    bool released = inbox->releasing && inbox->swept;
    if (!inbox->releasing)
        inbox->pending_read_us = eh_clock_monotonic_us();
    inbox->releasing = false;
    eh_inbox_enter(inbox, released ? EH_INBOX_LIVE : EH_INBOX_SWEEP_INFO);
    inbox->rechecking = false;
}

static void got_pending_list(void *context, const redisReply *reply)
{
    struct eh_inbox *inbox = context;
    if (!eh_inbox_answered(inbox, reply))
        return;
    inbox->page_count = inbox->page_at = 0;
    for (size_t i = 0; reply->type == REDIS_REPLY_ARRAY && i < reply->elements; i++) {
        struct eh_inbox_pending *pending = &inbox->page[inbox->page_count];
        if (inbox->page_count < EH_INBOX_PAGE &&
            eh_inbox_pending_read(reply->element[i], &pending->id, &pending->deliveries))
            inbox->page_count++;
    }
    if (inbox->page_count == 0)
        pending_end(inbox);
    else
        eh_inbox_enter(inbox, EH_INBOX_PENDING_READ);
    eh_inbox_pump(inbox);
}

void eh_inbox_send_pending_list(struct eh_inbox *inbox)
{
    char from[EH_STREAM_ID_TEXT_MAX + 1] = "-";
    char count[16];
    if (eh_stream_id_compare(inbox->page_after, (struct eh_stream_id){0, 0}) > 0) {
        from[0] = '(';
        eh_stream_id_print(inbox->page_after, from + 1);
    }
    snprintf(count, sizeof count, "%d", EH_INBOX_PAGE);
    const char *argv[] = {"XPENDING", inbox->key, EH_INBOX_GROUP_NAME, from,
                          "+",        count,      EH_INBOX_CONSUMER};
    eh_inbox_ask(inbox, got_pending_list, 7, argv);
}

static void got_pending(void *context, const redisReply *reply)
{
    struct eh_inbox *inbox = context;
    if (!eh_inbox_answered(inbox, reply))
        return;
    const redisReply *list = eh_inbox_entries_of(reply);
    struct eh_stream_id last = inbox->page[inbox->page_count - 1].id;
    if (!eh_inbox_take_all(inbox, list, &last))
        return;
    if (eh_stream_id_compare(last, inbox->page[inbox->page_at].id) < 0)
        last = inbox->page[inbox->page_at].id;
    while (inbox->page_at < inbox->page_count &&
           eh_stream_id_compare(inbox->page[inbox->page_at].id, last) <= 0)
        inbox->page_at++;
    eh_inbox_pump(inbox);
}

/* Reads from the first to the last pending id that is not in flight, as far as there is room. */
void eh_inbox_send_pending(struct eh_inbox *inbox)
{
    size_t at = inbox->page_at, last = inbox->page_count;
    while (at < inbox->page_count && eh_inbox_at_hand(inbox, inbox->page[at].id))
        at++;
    inbox->page_at = at;
    if (at == inbox->page_count) {
        struct eh_stream_id last_id = inbox->page[inbox->page_count - 1].id;
        bool is_highest = eh_stream_id_compare(eh_stream_id_after(last_id), last_id) == 0;
        bool all_released =
            inbox->releasing && eh_stream_id_compare(last_id, inbox->released_to) >= 0;
        inbox->page_after = last_id;
        if (inbox->page_count < EH_INBOX_PAGE || is_highest || all_released)
            pending_end(inbox);
        else
            eh_inbox_enter(inbox, EH_INBOX_PENDING_LIST);
        eh_inbox_pump(inbox);
        return;
    }
    size_t count = eh_inbox_count_now(inbox);
    if (count == 0)
        return;
    if (inbox->oversize && eh_stream_id_compare(inbox->oversize_id, inbox->page[at].id) == 0) {
        inbox->oversize = false;
        if (eh_inbox_take_oversize(inbox, inbox->oversize_id))
            eh_inbox_pump(inbox);
        return;
    }
    while (eh_inbox_at_hand(inbox, inbox->page[last - 1].id))
        last--;
    inbox->asked = count < last - at ? count : last - at;
    char from[EH_STREAM_ID_TEXT_MAX], asked[24];
    eh_stream_id_print(eh_stream_id_before(inbox->page[at].id), from);
    snprintf(asked, sizeof asked, "%zu", inbox->asked);
    const char *argv[] = {"XREADGROUP",      "GROUP",    EH_INBOX_GROUP_NAME,
                          EH_INBOX_CONSUMER, "COUNT",    asked,
                          "STREAMS",         inbox->key, from};
    eh_inbox_ask(inbox, got_pending, 9, argv);
}

void eh_inbox_reread_pending(struct eh_inbox *inbox, struct eh_stream_id after)
{
    inbox->rechecking = true;
    inbox->page_after = after;
    eh_inbox_enter(inbox, EH_INBOX_PENDING_LIST);
    eh_inbox_pump(inbox);
}

bool eh_inbox_recheck_due(const struct eh_inbox *inbox)
{
    int64_t held = (int64_t)(inbox->held.tickets + inbox->held.others);
    return eh_clock_monotonic_us() - inbox->pending_read_us >
           RECHECK_US * (1 + held / RECHECK_HELD);
}

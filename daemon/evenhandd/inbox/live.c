/* live: entries that nobody was handed yet: XREADGROUP waits for them. */
#include "inbox/private.h"

#include <stdio.h>

#define BLOCK_MS      "1000"
#define HELD_BLOCK_MS "50" /* while entries are or may be held: room may come at any time */

/* Looks for entries between the last one and this. Somebody may have moved the group on, or have
 * read from it; only the content of the stream tells. An id below the last one may be of another
 * stream. */
static void go_on_behind(struct eh_inbox *inbox, struct eh_stream_id first,
                         struct eh_stream_id last)
{
    int order = eh_stream_id_compare(first, inbox->next);
    if (order < 0)
        eh_inbox_tell(inbox, EH_INBOX_BACK, eh_stream_id_before(inbox->next), first);
    if (order == 0) {
        inbox->next = eh_stream_id_after(last);
        return;
    }
    inbox->sweep_from = order < 0 ? (struct eh_stream_id){0, 0} : inbox->next;
    inbox->sweep_to = eh_stream_id_before(first);
    inbox->sweep_next = eh_stream_id_after(last);
    eh_inbox_enter(inbox, EH_INBOX_SWEEP_READ);
}

/* Redis had less than was asked for: nothing stands behind it. */
static void note_end(struct eh_inbox *inbox)
{
    if (inbox->read_all)
        return;
    inbox->read_all = true;
    inbox->end_at = inbox->next;
    if (inbox->callbacks.on_read)
        inbox->callbacks.on_read(inbox->context);
}

static void got_new(void *context, const redisReply *reply)
{
    struct eh_inbox *inbox = context;
    if (!eh_inbox_answered(inbox, reply))
        return;
    const redisReply *list = eh_inbox_entries_of(reply);
    struct eh_stream_id first, last;
    bool any = eh_inbox_first_of(list, &first) && eh_inbox_last_of(list, &last);
    if (!eh_inbox_take_all(inbox, list, &last))
        return;
    if (any)
        go_on_behind(inbox, first, last);
    if (inbox->phase == EH_INBOX_LIVE && (!any || list->elements < inbox->asked))
        note_end(inbox);
    eh_inbox_pump(inbox);
}

/* Without it, what waits would go on waiting until the next entry comes. */
static void tell_releasable(struct eh_inbox *inbox)
{
    inbox->release_refused = false;
    if (inbox->callbacks.on_releasable)
        inbox->callbacks.on_releasable(inbox->context);
    eh_inbox_pump(inbox);
}

void eh_inbox_send_new(struct eh_inbox *inbox)
{
    if (inbox->releasing) {
        eh_inbox_reread_pending(inbox, eh_stream_id_before(inbox->released_from));
        return;
    }
    if (inbox->release_refused) {
        tell_releasable(inbox);
        return;
    }
    if (eh_inbox_recheck_due(inbox)) {
        eh_inbox_reread_pending(inbox, (struct eh_stream_id){0, 0});
        return;
    }
    inbox->asked = eh_inbox_held_full(inbox) ? 0 : eh_inbox_count_now(inbox);
    if (inbox->asked == 0)
        return;
    bool held = inbox->held.tickets + inbox->held.others + inbox->set.count > 0;
    char count[24];
    snprintf(count, sizeof count, "%zu", inbox->asked);
    const char *argv[] = {"XREADGROUP",
                          "GROUP",
                          EH_INBOX_GROUP_NAME,
                          EH_INBOX_CONSUMER,
                          "COUNT",
                          count,
                          "BLOCK",
                          held ? HELD_BLOCK_MS : BLOCK_MS,
                          "STREAMS",
                          inbox->key,
                          ">"};
    eh_inbox_ask(inbox, got_new, 11, argv);
}

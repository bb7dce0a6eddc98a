/*
 * sweep: entries that the group was handed and that are neither pending nor known: XRANGE reads
 * what lies between two entries that were handed over one after the other.
 */
#include "inbox/private.h"

#include <stdio.h>

/* All entries up to sweep_to were handed over. So far we have come, wherever the group stands. */
static void sweep_end(struct eh_inbox *inbox)
{
    inbox->next = inbox->sweep_next;
    if (!inbox->swept)
        eh_inbox_look_swept(inbox);
    inbox->swept = true;
    inbox->resuming = false;
    eh_inbox_enter(inbox, inbox->look.beyond ? EH_INBOX_SET_BACK : EH_INBOX_LIVE);
    eh_inbox_set_forget_remembered(&inbox->set);
    eh_inbox_trim_swept(inbox);
}

static void got_sweep(void *context, const redisReply *reply)
{
    struct eh_inbox *inbox = context;
    if (!eh_inbox_answered(inbox, reply))
        return;
    struct eh_stream_id last = inbox->sweep_to;
    bool more = reply->type == REDIS_REPLY_ARRAY && reply->elements > 0;
    if (more && inbox->swept && eh_stream_id_compare(inbox->sweep_from, inbox->next) >= 0)
        eh_inbox_tell(inbox, EH_INBOX_SKIPPED, inbox->sweep_from, inbox->sweep_to);
    if (!eh_inbox_take_all(inbox, more ? reply : NULL, &last))
        return;
    if (!more || eh_stream_id_compare(last, inbox->sweep_to) >= 0)
        sweep_end(inbox);
    else
        inbox->sweep_from = eh_stream_id_after(last);
    eh_inbox_pump(inbox);
}

static void got_oversize_id(void *context, const redisReply *reply)
{
    struct eh_inbox *inbox = context;
    if (!eh_inbox_answered(inbox, reply))
        return;
    struct eh_stream_id id;
    inbox->oversize = false;
    if (eh_stream_id_read(reply, &id)) {
        inbox->sweep_from = eh_stream_id_after(id);
        if (!eh_inbox_take_oversize(inbox, id))
            return;
    }
    eh_inbox_pump(inbox);
}

void eh_inbox_send_sweep(struct eh_inbox *inbox)
{
    if (eh_stream_id_compare(inbox->sweep_from, inbox->sweep_to) > 0) {
        sweep_end(inbox);
        eh_inbox_pump(inbox);
        return;
    }
    inbox->asked = eh_inbox_count_now(inbox);
    if (inbox->asked == 0)
        return;
    char from[EH_STREAM_ID_TEXT_MAX], to[EH_STREAM_ID_TEXT_MAX], count[24];
    eh_stream_id_print(inbox->sweep_from, from);
    eh_stream_id_print(inbox->sweep_to, to);
    snprintf(count, sizeof count, "%zu", inbox->asked);
    if (inbox->oversize) { /* no pending list has it: only a script can tell its id without its body
                            */
        const char *script = "local e = redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[2], 'COUNT', 1)"
                             " return e[1] and e[1][1]";
        const char *argv[] = {"EVAL", script, "1", inbox->key, from, to};
        eh_inbox_ask(inbox, got_oversize_id, 6, argv);
        return;
    }
    const char *argv[] = {"XRANGE", inbox->key, from, to, "COUNT", count};
    eh_inbox_ask(inbox, got_sweep, 6, argv);
}

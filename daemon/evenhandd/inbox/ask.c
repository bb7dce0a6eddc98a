/*
 * ask: one command at a time on the link that reads, and its answer. Each phase has a sender, which
 * asks for what comes next.
 */
#include "inbox/private.h"

void eh_inbox_pump(struct eh_inbox *inbox)
{
    if (inbox->started && !inbox->busy && !inbox->handing_over && eh_redis_link_up(inbox->reads))
        inbox->senders[inbox->phase](inbox);
}

void eh_inbox_enter(struct eh_inbox *inbox, enum eh_inbox_phase phase)
{
    inbox->phase = phase;
}

/* Redis refused a command. If stream or group are gone they are made anew; else the link begins
 * again, with its backoff. */
static void reply_refused(struct eh_inbox *inbox, const redisReply *reply)
{
    if (eh_inbox_reply_begins(reply, "NOGROUP") || eh_inbox_reply_begins(reply, "UNBLOCKED") ||
        strstr(reply->str, "no such key")) {
        eh_inbox_enter(inbox, EH_INBOX_GROUP);
        eh_inbox_pump(inbox);
        return;
    }
    eh_redis_link_reset(inbox->reads, reply->str);
}

void eh_inbox_ask(struct eh_inbox *inbox, eh_redis_reply_fn *fn, int argc, const char *const *argv)
{
    if (eh_redis_command(inbox->reads, fn, inbox, argc, argv, NULL) < 0) {
        eh_redis_link_reset(inbox->reads, "cannot send");
        return;
    }
    inbox->busy = true;
}

bool eh_inbox_answered(struct eh_inbox *inbox, const redisReply *reply)
{
    inbox->busy = false;
    if (!reply || !inbox->started)
        return false;
    if (reply->type == REDIS_REPLY_ERROR) {
        reply_refused(inbox, reply);
        return false;
    }
    return true;
}

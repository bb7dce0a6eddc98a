/*
 * hold: entries that wait on the stream for room on the desk. XCLAIM sets their number of
 * deliveries back, because it is not their fault that they wait. held.h says when they go.
 */
#include "inbox/private.h"

#define CLAIM_IDS_MAX 250 /* ids in one XCLAIM */

static void got_claim(void *context, const redisReply *reply)
{
    (void)context, (void)reply; /* where Redis refuses it, an entry is tried once too often */
}

static void hold_forgive_some(struct eh_inbox *inbox, const struct eh_inbox_hold *hold,
                              size_t count)
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

/* Sets the deliveries of held entries back. They are known to decode, and intake.c suspects entries
 * that were delivered often. */
static void hold_forgive(struct eh_inbox *inbox, const struct eh_inbox_hold *hold, size_t count)
{
    for (size_t at = 0; at < count; at += CLAIM_IDS_MAX)
        hold_forgive_some(inbox, hold + at,
                          count - at < CLAIM_IDS_MAX ? count - at : CLAIM_IDS_MAX);
}

bool eh_inbox_held_full(const struct eh_inbox *inbox)
{
    return inbox->held.tickets + inbox->held.others + inbox->set.count >= EH_INBOX_HELD_MAX;
}

void eh_inbox_hold(struct eh_inbox *inbox, const struct eh_inbox_hold *hold, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        eh_require(eh_inbox_held_add(&inbox->held, &hold[i]) == 0);
        (void)eh_inbox_set_done(&inbox->set, hold[i].id);
        eh_inbox_set_acked(&inbox->set, &hold[i].id, 1, false);
    }
    hold_forgive(inbox, hold, count);
}

void eh_inbox_wake(struct eh_inbox *inbox, struct eh_key ticket)
{
    eh_require(eh_inbox_held_wake(&inbox->held, ticket) == 0);
}

void eh_inbox_release(struct eh_inbox *inbox, const struct eh_inbox_room *room, bool settled)
{
    bool reading_pending =
        inbox->phase == EH_INBOX_PENDING_LIST || inbox->phase == EH_INBOX_PENDING_READ;
    if (inbox->releasing || reading_pending || !inbox->swept || !inbox->started) {
        inbox->release_refused = inbox->started;
        return;
    }
    inbox->releasing =
        eh_inbox_held_release(&inbox->held, room, &inbox->released_from, &inbox->released_to);
    if (settled)
        eh_inbox_held_forget_woken(&inbox->held);
    if (inbox->releasing)
        eh_inbox_pump(inbox);
}

size_t eh_inbox_waiting_of(const struct eh_inbox *inbox, struct eh_key team)
{
    return eh_inbox_held_of(&inbox->held, team);
}

struct eh_inbox_waiting eh_inbox_waiting(const struct eh_inbox *inbox)
{
    return (struct eh_inbox_waiting){.tickets = inbox->held.tickets,
                                     .others = inbox->held.others,
                                     .woken = inbox->held.woken.used > 0};
}

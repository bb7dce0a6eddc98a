/*
 * take: entries of a reply are handed over: which of them are new, how often each was delivered,
 * and how many the next read asks for.
 */
#include "inbox/private.h"

#include <stdlib.h>

#define READ_BYTES      (4u << 20) /* what one read should bring at most */
#define OVERSIZE_REASON "entry above 8 MiB: at most 65536 bytes are taken"

bool eh_inbox_at_hand(const struct eh_inbox *inbox, struct eh_stream_id id)
{
    return eh_inbox_set_has(&inbox->set, id) || eh_inbox_held_has(&inbox->held, id);
}

size_t eh_inbox_count_now(const struct eh_inbox *inbox)
{
    if (inbox->set.acking >= EH_INBOX_ACKING_MAX)
        return 0;
    return inbox->room < inbox->count_cap ? inbox->room : inbox->count_cap;
}

struct handover {
    struct eh_inbox_entry *entries;
    size_t count, bytes;
};

static bool entry_seen_before(const struct eh_inbox *inbox, struct eh_stream_id id)
{
    return inbox->phase != EH_INBOX_LIVE || eh_stream_id_compare(id, inbox->high) <= 0;
}

static uint32_t entry_deliveries(const struct eh_inbox *inbox, struct eh_stream_id id)
{
    size_t low = 0, high = inbox->page_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = eh_stream_id_compare(inbox->page[middle].id, id);
        if (order == 0)
            return inbox->page[middle].deliveries + 1;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return 2;
}

/* Whether an entry was handed over already. While live, an id in flight comes again when the group
 * was made anew: with the same content it is the same entry, with other content another one. In
 * other phases the id decides. */
static bool entry_known(const struct eh_inbox *inbox, const struct eh_inbox_entry *entry,
                        uint64_t hash)
{
    if (inbox->phase == EH_INBOX_LIVE)
        return eh_inbox_set_has_same(&inbox->set, entry->id, hash);
    return eh_inbox_at_hand(inbox, entry->id);
}

static void entry_take(struct eh_inbox *inbox, struct eh_inbox_entry *entry, struct handover *over)
{
    uint64_t hash = eh_inbox_hash(entry->body);
    over->bytes += entry->body_size;
    eh_inbox_look_count(inbox, entry->id);
    if (entry_known(inbox, entry, hash))
        return;
    eh_require(eh_inbox_set_add(&inbox->set, entry->id, hash) == 0);
    entry->seen_before = entry_seen_before(inbox, entry->id);
    if (inbox->phase == EH_INBOX_PENDING_READ)
        entry->deliveries = entry_deliveries(inbox, entry->id);
    over->entries[over->count++] = *entry;
}

/* Calls on_entries. False: the callback stopped the inbox. */
static bool entries_hand_over(struct eh_inbox *inbox, const struct handover *over)
{
    unsigned run = inbox->run;
    for (size_t i = 0; i < over->count; i++)
        if (eh_stream_id_compare(over->entries[i].id, inbox->high) > 0)
            inbox->high = over->entries[i].id;
    inbox->room -= over->count < inbox->room ? over->count : inbox->room;
    inbox->handing_over = true;
    if (over->count > 0)
        inbox->callbacks.on_entries(inbox->context, over->entries, over->count);
    inbox->handing_over = false;
    return run == inbox->run && inbox->started;
}

/* Lets the next read ask for as many entries as should fit, and for at most twice as many as this
 * one. */
static void size_learn(struct eh_inbox *inbox, size_t count, size_t bytes)
{
    size_t average = count > 0 ? bytes / count : 0;
    size_t fits = average > 0 ? READ_BYTES / average : EH_INBOX_COUNT_MAX;
    size_t cap = inbox->count_cap * 2;
    cap = cap < fits ? cap : fits;
    inbox->count_cap = cap < 1 ? 1 : cap > EH_INBOX_COUNT_MAX ? EH_INBOX_COUNT_MAX : cap;
}

bool eh_inbox_take_all(struct eh_inbox *inbox, const redisReply *list,
                       struct eh_stream_id *ret_last)
{
    eh_arena_reset(&inbox->arena);
    struct handover over = {0};
    size_t count = list ? list->elements : 0;
    over.entries = eh_arena_alloc(&inbox->arena, (count + 1) * sizeof *over.entries);
    eh_require(over.entries);
    for (size_t i = 0; i < count; i++) {
        struct eh_inbox_entry entry;
        if (!eh_inbox_entry_read(list->element[i], &inbox->arena, &entry))
            continue;
        *ret_last = entry.id;
        entry_take(inbox, &entry, &over);
    }
    if (count > 0)
        size_learn(inbox, count, over.bytes);
    return entries_hand_over(inbox, &over);
}

bool eh_inbox_take_oversize(struct eh_inbox *inbox, struct eh_stream_id id)
{
    struct eh_inbox_entry out,
        entry = {
            .id = id, .deliveries = 1, .reason = OVERSIZE_REASON, .body_size = EH_REDIS_REPLY_MAX};
    struct handover over = {.entries = &out};
    entry_take(inbox, &entry, &over);
    return entries_hand_over(inbox, &over);
}

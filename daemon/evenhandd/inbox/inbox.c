/*
 * inbox: reading. Phases, one command under way at a time; room pulls, replies push on.
 *
 *   GROUP -> PENDING_LIST <-> PENDING_READ -> SWEEP_INFO, STREAM_INFO -> SWEEP_READ -> LIVE
 *               ^                                                            ^           |
 *               |                                         what lies between two reads    |
 *               |                                                            +-----------+
 *               +------------- every 5 s ------------------------------------------------+
 *
 * XPENDING says which ids are pending, and how often they were delivered, without raising that
 * count; bodies are read only where something is pending that is not in flight. What Redis says of
 * positions is judged in look.c; acknowledging and trimming are in ack.c.
 */
#include "inbox/private.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define BLOCK_MS        "1000"
#define HELD_BLOCK_MS   "50"     /* while entries are held: room for them may come at any time */
#define RECHECK_US      5000000  /* how often pending list and positions are looked at again ... */
#define RECHECK_HELD    10000    /* ... and so much more seldom for each so many entries held */
#define INFO_AGAIN_US   60000000 /* until XINFO STREAM is asked again that answered with too much */
#define COUNT_MAX       1024     /* entries asked for at once */
#define READ_BYTES      (4u << 20) /* what one read should bring at most */
#define OVERSIZE_REASON "entry above 8 MiB: at most 65536 bytes are taken"

int64_t eh_inbox_now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void eh_inbox_enter(struct eh_inbox *inbox, enum eh_inbox_phase phase)
{
    inbox->phase = phase;
}

static bool begins(const redisReply *reply, const char *word)
{
    return strncmp(reply->str, word, strlen(word)) == 0;
}

/* Stream or group gone: make it anew. Anything else: have the link again, with its backoff. */
static void refused(struct eh_inbox *inbox, const redisReply *reply)
{
    if (begins(reply, "NOGROUP") || begins(reply, "UNBLOCKED") ||
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
        refused(inbox, reply);
        return false;
    }
    return true;
}

/* Nothing is to be asked of Redis for it. */
static bool at_hand(const struct eh_inbox *inbox, struct eh_stream_id id)
{
    return eh_inbox_set_has(&inbox->set, id) || eh_inbox_held_has(&inbox->held, id);
}

/* How many entries to ask for now. */
static size_t count_now(const struct eh_inbox *inbox)
{
    if (inbox->set.acking >= EH_INBOX_ACKING_MAX)
        return 0;
    return inbox->room < inbox->count_cap ? inbox->room : inbox->count_cap;
}

/* ---- Handing over. */

struct handover {
    struct eh_inbox_entry *entries;
    size_t count, bytes;
};

static bool seen_before(const struct eh_inbox *inbox, struct eh_stream_id id)
{
    return inbox->phase != EH_INBOX_LIVE || eh_stream_id_compare(id, inbox->high) <= 0;
}

static uint32_t deliveries_of(const struct eh_inbox *inbox, struct eh_stream_id id)
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

/* Live, an id in flight with the same content is our own again (the group was made anew); with
 * other content it is another entry. Elsewhere the id decides. */
static bool known(const struct eh_inbox *inbox, const struct eh_inbox_entry *entry, uint64_t hash)
{
    if (inbox->phase == EH_INBOX_LIVE)
        return eh_inbox_set_has_same(&inbox->set, entry->id, hash);
    return at_hand(inbox, entry->id);
}

static void take(struct eh_inbox *inbox, struct eh_inbox_entry *entry, struct handover *over)
{
    uint64_t hash = eh_inbox_hash(entry->body);
    over->bytes += entry->body_size;
    eh_inbox_look_count(inbox, entry->id);
    if (known(inbox, entry, hash))
        return;
    eh_require(eh_inbox_set_add(&inbox->set, entry->id, hash) == 0);
    entry->seen_before = seen_before(inbox, entry->id);
    if (inbox->phase == EH_INBOX_PENDING_READ)
        entry->deliveries = deliveries_of(inbox, entry->id);
    over->entries[over->count++] = *entry;
}

/* Calls back; false when the callback stopped the inbox. */
static bool hand_over(struct eh_inbox *inbox, const struct handover *over)
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

/* The next read asks for as many as should fit, and at most for twice as many as this one. */
static void learn_size(struct eh_inbox *inbox, size_t count, size_t bytes)
{
    size_t average = count > 0 ? bytes / count : 0;
    size_t fits = average > 0 ? READ_BYTES / average : COUNT_MAX;
    size_t cap = inbox->count_cap * 2;
    cap = cap < fits ? cap : fits;
    inbox->count_cap = cap < 1 ? 1 : cap > COUNT_MAX ? COUNT_MAX : cap;
}

/* Entries of a reply, in order. *ret_last: the last id in it. False: stopped meanwhile. */
static bool take_all(struct eh_inbox *inbox, const redisReply *list, struct eh_stream_id *ret_last)
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
        take(inbox, &entry, &over);
    }
    if (count > 0)
        learn_size(inbox, count, over.bytes);
    return hand_over(inbox, &over);
}

/* An entry Redis cannot even show us within EH_REDIS_REPLY_MAX. */
static bool take_oversize(struct eh_inbox *inbox, struct eh_stream_id id)
{
    struct eh_inbox_entry out,
        entry = {
            .id = id, .deliveries = 1, .reason = OVERSIZE_REASON, .body_size = EH_REDIS_REPLY_MAX};
    struct handover over = {.entries = &out};
    take(inbox, &entry, &over);
    return hand_over(inbox, &over);
}

/* ---- GROUP */

static void got_group(void *context, const redisReply *reply)
{
    struct eh_inbox *inbox = context;
    bool existed = reply && reply->type == REDIS_REPLY_ERROR && begins(reply, "BUSYGROUP");
    if (existed)
        inbox->busy = false;
    else if (!eh_inbox_answered(inbox, reply))
        return;
    bool lost = !existed && inbox->had_group;
    if (lost) { /* the new group delivers whatever is there, from 0 */
        inbox->floor = inbox->next = (struct eh_stream_id){0, 0};
        eh_inbox_held_clear(&inbox->held);
    } else if (inbox->swept)
        inbox->floor = eh_inbox_low(inbox);
    inbox->had_group = inbox->up = true;
    inbox->swept = inbox->rechecking = inbox->look.based = false;
    inbox->page_after = (struct eh_stream_id){0, 0};
    eh_inbox_enter(inbox, EH_INBOX_PENDING_LIST);
    unsigned run = inbox->run;
    inbox->callbacks.on_state(inbox->context, true, lost,
                              lost ? "the stream or its group was gone and was made anew" : "");
    if (run == inbox->run)
        eh_inbox_pump(inbox);
}

static void send_group(struct eh_inbox *inbox)
{
    const char *argv[] = {"XGROUP", "CREATE", inbox->key, EH_INBOX_GROUP_NAME, "0", "MKSTREAM"};
    eh_inbox_ask(inbox, got_group, 6, argv);
}

/* ---- PENDING */

static void end_of_pending(struct eh_inbox *inbox)
{
    bool released = inbox->releasing && inbox->swept;
    if (!inbox->releasing)
        inbox->pending_read_us = eh_inbox_now_us();
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
        end_of_pending(inbox);
    else
        eh_inbox_enter(inbox, EH_INBOX_PENDING_READ);
    eh_inbox_pump(inbox);
}

static void send_pending_list(struct eh_inbox *inbox)
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
    if (!take_all(inbox, list, &last))
        return;
    if (eh_stream_id_compare(last, inbox->page[inbox->page_at].id) < 0)
        last = inbox->page[inbox->page_at].id;
    while (inbox->page_at < inbox->page_count &&
           eh_stream_id_compare(inbox->page[inbox->page_at].id, last) <= 0)
        inbox->page_at++;
    eh_inbox_pump(inbox);
}

/* Reads from the first pending id that is not in flight to the last such one, as far as room goes.
 */
static void send_pending(struct eh_inbox *inbox)
{
    size_t at = inbox->page_at, last = inbox->page_count;
    while (at < inbox->page_count && at_hand(inbox, inbox->page[at].id))
        at++;
    inbox->page_at = at;
    if (at == inbox->page_count) {
        struct eh_stream_id last_id = inbox->page[inbox->page_count - 1].id;
        bool is_highest = eh_stream_id_compare(eh_stream_id_after(last_id), last_id) == 0;
        bool all_released =
            inbox->releasing && eh_stream_id_compare(last_id, inbox->released_to) >= 0;
        inbox->page_after = last_id;
        if (inbox->page_count < EH_INBOX_PAGE || is_highest || all_released)
            end_of_pending(inbox);
        else
            eh_inbox_enter(inbox, EH_INBOX_PENDING_LIST);
        eh_inbox_pump(inbox);
        return;
    }
    size_t count = count_now(inbox);
    if (count == 0)
        return;
    if (inbox->oversize && eh_stream_id_compare(inbox->oversize_id, inbox->page[at].id) == 0) {
        inbox->oversize = false;
        if (take_oversize(inbox, inbox->oversize_id))
            eh_inbox_pump(inbox);
        return;
    }
    while (at_hand(inbox, inbox->page[last - 1].id))
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

/* ---- SWEEP */

/* What is there up to sweep_to is handed over: that is how far we have come, wherever the group
 * stands. */
void eh_inbox_end_sweep(struct eh_inbox *inbox)
{
    inbox->next = inbox->sweep_next;
    if (!inbox->swept)
        eh_inbox_look_swept(inbox);
    inbox->swept = true;
    inbox->resuming = false;
    eh_inbox_enter(inbox, inbox->look.beyond ? EH_INBOX_SET_BACK : EH_INBOX_LIVE);
    eh_inbox_set_forget_remembered(&inbox->set);
    eh_inbox_ack_swept(inbox);
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
    if (!take_all(inbox, more ? reply : NULL, &last))
        return;
    if (!more || eh_stream_id_compare(last, inbox->sweep_to) >= 0)
        eh_inbox_end_sweep(inbox);
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
        if (!take_oversize(inbox, id))
            return;
    }
    eh_inbox_pump(inbox);
}

static void send_sweep(struct eh_inbox *inbox)
{
    if (eh_stream_id_compare(inbox->sweep_from, inbox->sweep_to) > 0) {
        eh_inbox_end_sweep(inbox);
        eh_inbox_pump(inbox);
        return;
    }
    inbox->asked = count_now(inbox);
    if (inbox->asked == 0)
        return;
    char from[EH_STREAM_ID_TEXT_MAX], to[EH_STREAM_ID_TEXT_MAX], count[24];
    eh_stream_id_print(inbox->sweep_from, from);
    eh_stream_id_print(inbox->sweep_to, to);
    snprintf(count, sizeof count, "%zu", inbox->asked);
    if (inbox->oversize) { /* it is in nobody's pending list: only a script can tell its id alone */
        const char *script = "local e = redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[2], 'COUNT', 1)"
                             " return e[1] and e[1][1]";
        const char *argv[] = {"EVAL", script, "1", inbox->key, from, to};
        eh_inbox_ask(inbox, got_oversize_id, 6, argv);
        return;
    }
    const char *argv[] = {"XRANGE", inbox->key, from, to, "COUNT", count};
    eh_inbox_ask(inbox, got_sweep, 6, argv);
}

/* ---- LIVE */

/* Only content tells whether something lay between what came before and this: somebody may have
 * moved the group on, or have read from it. What goes back may be another stream. */
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

static void got_new(void *context, const redisReply *reply)
{
    struct eh_inbox *inbox = context;
    if (!eh_inbox_answered(inbox, reply))
        return;
    const redisReply *list = eh_inbox_entries_of(reply);
    struct eh_stream_id first, last;
    bool any = eh_inbox_first_of(list, &first) && eh_inbox_last_of(list, &last);
    if (!take_all(inbox, list, &last))
        return;
    if (any)
        go_on_behind(inbox, first, last);
    eh_inbox_pump(inbox);
}

static void reread_pending(struct eh_inbox *inbox, struct eh_stream_id after)
{
    inbox->rechecking = true;
    inbox->page_after = after;
    eh_inbox_enter(inbox, EH_INBOX_PENDING_LIST);
    eh_inbox_pump(inbox);
}

static bool recheck_due(const struct eh_inbox *inbox)
{
    int64_t held = (int64_t)(inbox->held.tickets + inbox->held.others);
    return eh_inbox_now_us() - inbox->pending_read_us > RECHECK_US * (1 + held / RECHECK_HELD);
}

bool eh_inbox_held_full(const struct eh_inbox *inbox)
{
    return inbox->held.tickets + inbox->held.others + inbox->set.count >= EH_INBOX_HELD_MAX;
}

static void send_new(struct eh_inbox *inbox)
{
    if (inbox->releasing) {
        reread_pending(inbox, eh_stream_id_before(inbox->released_from));
        return;
    }
    if (recheck_due(inbox)) {
        reread_pending(inbox, (struct eh_stream_id){0, 0});
        return;
    }
    inbox->asked = eh_inbox_held_full(inbox) ? 0 : count_now(inbox);
    if (inbox->asked == 0)
        return;
    bool held = inbox->held.tickets + inbox->held.others > 0;
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

void eh_inbox_pump(struct eh_inbox *inbox)
{
    static void (*const senders[])(struct eh_inbox *) = {
        [EH_INBOX_GROUP] = send_group,
        [EH_INBOX_PENDING_LIST] = send_pending_list,
        [EH_INBOX_PENDING_READ] = send_pending,
        [EH_INBOX_SWEEP_INFO] = eh_inbox_send_sweep_info,
        [EH_INBOX_STREAM_INFO] = eh_inbox_send_stream_info,
        [EH_INBOX_SWEEP_READ] = send_sweep,
        [EH_INBOX_SET_BACK] = eh_inbox_send_set_back,
        [EH_INBOX_LIVE] = send_new,
    };
    if (inbox->started && !inbox->busy && !inbox->handing_over && eh_redis_link_up(inbox->reads))
        senders[inbox->phase](inbox);
}

/* ---- The link, and what the owner calls. */

/* A reply was too large: ask for fewer; a single entry that is too large is named instead of read.
 */
static void learn_overflow(struct eh_inbox *inbox)
{
    if (inbox->phase == EH_INBOX_STREAM_INFO) {
        inbox->look.info_after_us = eh_inbox_now_us() + INFO_AGAIN_US;
        return;
    }
    if (inbox->asked > 1) {
        inbox->count_cap = inbox->asked > 16 ? inbox->asked / 16 : 1;
        return;
    }
    inbox->count_cap = 1;
    inbox->oversize = inbox->phase == EH_INBOX_PENDING_READ || inbox->phase == EH_INBOX_SWEEP_READ;
    if (inbox->phase == EH_INBOX_PENDING_READ)
        inbox->oversize_id = inbox->page[inbox->page_at].id;
}

static void on_link(void *context, bool up, const char *why)
{
    struct eh_inbox *inbox = context;
    if (!inbox->started)
        return;
    if (up) {
        eh_inbox_enter(inbox, EH_INBOX_GROUP);
        eh_inbox_pump(inbox);
        return;
    }
    if (eh_redis_link_overflowed(inbox->reads))
        learn_overflow(inbox);
    inbox->busy = false;
    bool sweeping = inbox->phase == EH_INBOX_SWEEP_READ;
    if (inbox->swept)
        inbox->floor = eh_inbox_low(inbox);
    else if (sweeping)
        inbox->floor = inbox->sweep_from; /* all below was handed over: do not begin again */
    inbox->resuming = inbox->resuming || sweeping;
    inbox->swept = inbox->look.based = false;
    inbox->releasing = false; /* the whole pending list is read again */
    if (!inbox->up)
        return;
    inbox->up = false;
    inbox->callbacks.on_state(inbox->context, false, false, why);
}

struct eh_inbox *eh_inbox_new(struct event_base *base, const struct eh_redis_address *address,
                              const char *key, int64_t keep, struct eh_redis_link *writes,
                              const struct eh_inbox_callbacks *callbacks, void *context)
{
    struct eh_inbox *inbox = calloc(1, sizeof *inbox);
    eh_require(inbox);
    snprintf(inbox->key, sizeof inbox->key, "%s", key);
    inbox->writes = writes;
    inbox->callbacks = *callbacks;
    inbox->context = context;
    inbox->count_cap = COUNT_MAX;
    inbox->keep = keep > 0 ? (uint64_t)keep : 0;
    inbox->reads = eh_redis_link_new(base, address, "inbox", on_link, inbox);
    eh_inbox_ack_init(inbox, base);
    return inbox;
}

void eh_inbox_free(struct eh_inbox *inbox)
{
    if (!inbox)
        return;
    eh_inbox_stop(inbox);
    eh_redis_link_free(inbox->reads);
    eh_inbox_ack_done(inbox);
    eh_inbox_set_free_items(&inbox->set);
    eh_inbox_held_done(&inbox->held);
    eh_arena_done(&inbox->arena);
    free(inbox);
}

void eh_inbox_start(struct eh_inbox *inbox, struct eh_stream_id low, struct eh_stream_id high)
{
    if (inbox->started)
        return;
    inbox->started = true;
    inbox->floor = inbox->next = low;
    inbox->high = high;
    inbox->had_group = high.ms > 0 || high.no > 0;
    eh_redis_link_start(inbox->reads);
}

void eh_inbox_stop(struct eh_inbox *inbox)
{
    inbox->run++;
    inbox->started = inbox->up = inbox->busy = inbox->swept = inbox->oversize = false;
    inbox->resuming = inbox->look.based = false;
    inbox->room = 0;
    inbox->page_count = inbox->page_at = 0;
    eh_inbox_enter(inbox, EH_INBOX_GROUP);
    eh_redis_forget(inbox->reads, inbox);
    eh_redis_link_stop(inbox->reads);
    eh_inbox_ack_stop(inbox);
    eh_inbox_set_clear(&inbox->set);
    eh_inbox_held_clear(&inbox->held);
    inbox->releasing = false;
}

void eh_inbox_set_room(struct eh_inbox *inbox, size_t entries)
{
    inbox->room = entries < EH_INBOX_ROOM_MAX ? entries : EH_INBOX_ROOM_MAX;
    if (inbox->room > 0)
        eh_inbox_pump(inbox);
}

struct eh_stream_id eh_inbox_low(const struct eh_inbox *inbox)
{
    struct eh_stream_id low = inbox->swept ? inbox->next : inbox->floor, in_flight, held;
    if (eh_inbox_set_lowest(&inbox->set, &in_flight) && eh_stream_id_compare(in_flight, low) < 0)
        low = in_flight;
    if (eh_inbox_held_lowest(&inbox->held, &held) && eh_stream_id_compare(held, low) < 0)
        low = held;
    if (inbox->releasing && eh_stream_id_compare(inbox->released_from, low) < 0)
        low = inbox->released_from;
    return low;
}

/* ---- What waits on the stream. */

void eh_inbox_hold(struct eh_inbox *inbox, const struct eh_inbox_hold *hold, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        eh_require(eh_inbox_held_add(&inbox->held, hold[i].id, hold[i].ticket, hold[i].is_ticket) ==
                   0);
        (void)eh_inbox_set_done(&inbox->set, hold[i].id);
        eh_inbox_set_acked(&inbox->set, &hold[i].id, 1, false);
    }
    eh_inbox_forgive(inbox, hold, count);
}

void eh_inbox_wake(struct eh_inbox *inbox, struct eh_key ticket)
{
    eh_require(eh_inbox_held_wake(&inbox->held, ticket) == 0);
}

void eh_inbox_release(struct eh_inbox *inbox, size_t tickets, bool settled)
{
    bool reading_pending =
        inbox->phase == EH_INBOX_PENDING_LIST || inbox->phase == EH_INBOX_PENDING_READ;
    if (inbox->releasing || reading_pending || !inbox->swept || !inbox->started)
        return;
    inbox->releasing =
        eh_inbox_held_release(&inbox->held, tickets, &inbox->released_from, &inbox->released_to);
    if (settled)
        eh_inbox_held_forget_woken(&inbox->held);
    if (inbox->releasing)
        eh_inbox_pump(inbox);
}

struct eh_inbox_waiting eh_inbox_waiting(const struct eh_inbox *inbox)
{
    return (struct eh_inbox_waiting){.tickets = inbox->held.tickets,
                                     .others = inbox->held.others,
                                     .woken = inbox->held.woken.used > 0};
}

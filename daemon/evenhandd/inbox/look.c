/*
 * look: where Redis says that the stream and its group stand, held against what we have seen.
 *
 * The look comes after each (re)connect and every 5 s. Anybody may move a group (XGROUP SETID),
 * delete entries or put another stream in this one's place. So no position is believed: all entries
 * up to the group's position are read, a position behind the end of the stream is set back, and
 * on_doubt is told what does not agree.
 */
#include "inbox/private.h"

#include "host/clock.h"

static const struct eh_stream_id zero = {0, 0};

static struct eh_stream_id later(struct eh_stream_id a, struct eh_stream_id b)
{
    return eh_stream_id_compare(a, b) > 0 ? a : b;
}

static void tell(struct eh_inbox *inbox, const struct eh_inbox_doubt *doubt)
{
    if (inbox->callbacks.on_doubt)
        inbox->callbacks.on_doubt(inbox->context, doubt);
}

void eh_inbox_tell(struct eh_inbox *inbox, enum eh_inbox_doubt_kind kind, struct eh_stream_id from,
                   struct eh_stream_id to)
{
    struct eh_inbox_doubt doubt = {.kind = kind, .from = from, .to = to, .why = ""};
    if (kind == EH_INBOX_BACK)
        inbox->look.based = false; /* entries will be read twice */
    tell(inbox, &doubt);
}

/* ---- How many came. */

void eh_inbox_look_count(struct eh_inbox *inbox, struct eh_stream_id id)
{
    bool reading = inbox->phase == EH_INBOX_LIVE || inbox->phase == EH_INBOX_SWEEP_READ;
    if (inbox->swept && reading && eh_stream_id_compare(id, inbox->next) >= 0)
        inbox->look.counted++;
}

/* Once all entries are read, as many must have come as were ever added. `entries-added` counts on
 * through XDEL and XTRIM. `entries-read` and `lag` are wrong after them, and are not used. */
static void compare_counts(struct eh_inbox *inbox)
{
    struct eh_inbox_look *look = &inbox->look;
    const struct eh_inbox_info *info = &look->info;
    struct eh_stream_id end = look->info.end;
    bool all = eh_stream_id_compare(look->delivered, end) == 0 &&
               (!inbox->swept || eh_stream_id_compare(inbox->next, eh_stream_id_after(end)) == 0);
    if (!info->counted || !all)
        return;
    if (look->based && info->added > look->base && info->added - look->base > look->counted) {
        struct eh_inbox_doubt doubt = {.kind = EH_INBOX_MISSING,
                                       .from = eh_stream_id_after(look->base_end),
                                       .to = end,
                                       .count = info->added - look->base - look->counted,
                                       .why = ""};
        tell(inbox, &doubt);
    }
    look->based = true;
    look->base = info->added;
    look->base_end = end;
    look->counted = 0;
}

/* ---- What does not agree. */

/* Looks for entries that are gone and that come after the last one that was handed out. */
static void look_for_missing(struct eh_inbox *inbox)
{
    const struct eh_inbox_look *look = &inbox->look;
    struct eh_stream_id read = inbox->swept ? eh_stream_id_before(inbox->next) : inbox->high;
    struct eh_stream_id gone = look->info.deleted;
    if (!look->beyond)
        read = later(read, look->delivered);
    if (eh_stream_id_compare(look->info.last, look->info.end) < 0)
        gone = look->info.end;
    if (eh_stream_id_compare(gone, read) > 0)
        eh_inbox_tell(inbox, EH_INBOX_MISSING, eh_stream_id_after(read), gone);
}

static bool is_older(const struct eh_inbox *inbox)
{
    return inbox->look.known && eh_stream_id_compare(inbox->look.info.end, inbox->high) < 0;
}

static void judge(struct eh_inbox *inbox)
{
    struct eh_inbox_look *look = &inbox->look;
    look->beyond = look->known && eh_stream_id_compare(look->delivered, look->info.end) > 0;
    if (!look->known)
        return;
    if (inbox->callbacks.on_end)
        inbox->callbacks.on_end(inbox->context, look->info.end);
    if (!inbox->swept && is_older(inbox))
        eh_inbox_tell(inbox, EH_INBOX_OLDER, inbox->high, look->info.end);
    look_for_missing(inbox);
    compare_counts(inbox);
}

/* The first sweep is over. Entries that the group was handed and that are gone were trimmed,
 * perhaps not by us. */
void eh_inbox_look_swept(struct eh_inbox *inbox)
{
    if (eh_stream_id_compare(inbox->sweep_to, inbox->high) <= 0)
        return;
    eh_inbox_tell(inbox, EH_INBOX_MISSING, eh_stream_id_after(inbox->high), inbox->sweep_to);
    inbox->high = inbox->sweep_to;
}

/* ---- From where to read again. */

static bool was_trimmed_already(const struct eh_inbox *inbox)
{
    return inbox->look.known && eh_stream_id_compare(inbox->look.info.first, zero) > 0 &&
           eh_stream_id_compare(inbox->look.info.first, inbox->trimmed_below) < 0;
}

/* A stream that keeps nothing is read again from its beginning: it is short, or it is another one.
 */
static struct eh_stream_id first_from(const struct eh_inbox *inbox)
{
    if (inbox->resuming && !is_older(inbox))
        return inbox->sweep_from;
    return inbox->keep == 0 || is_older(inbox) ? zero : inbox->floor;
}

static struct eh_stream_id next_from(struct eh_inbox *inbox)
{
    struct eh_stream_id came = eh_stream_id_before(inbox->next);
    if (eh_stream_id_compare(inbox->look.delivered, came) < 0) {
        eh_inbox_tell(inbox, EH_INBOX_BACK, came, inbox->look.delivered);
        return zero;
    }
    if (was_trimmed_already(inbox)) {
        eh_inbox_tell(inbox, EH_INBOX_SKIPPED, inbox->look.info.first,
                      eh_stream_id_before(inbox->trimmed_below));
        return zero;
    }
    return inbox->next;
}

static void begin_sweep(struct eh_inbox *inbox)
{
    judge(inbox);
    inbox->sweep_from = inbox->swept ? next_from(inbox) : first_from(inbox);
    inbox->sweep_to = inbox->look.beyond ? inbox->look.info.end : inbox->look.delivered;
    inbox->sweep_next = eh_stream_id_after(inbox->sweep_to);
    eh_inbox_enter(inbox, EH_INBOX_SWEEP_READ);
    eh_inbox_pump(inbox);
}

/* ---- Asking. The group first: the end of the stream only moves on. */

static void got_sweep_info(void *context, const redisReply *reply)
{
    struct eh_inbox *inbox = context;
    if (!eh_inbox_answered(inbox, reply))
        return;
    bool there = eh_inbox_last_delivered(reply, EH_INBOX_GROUP_NAME, &inbox->look.delivered);
    eh_inbox_enter(inbox, there ? EH_INBOX_STREAM_INFO : EH_INBOX_GROUP); /* destroyed meanwhile */
    eh_inbox_pump(inbox);
}

void eh_inbox_send_sweep_info(struct eh_inbox *inbox)
{
    const char *argv[] = {"XINFO", "GROUPS", inbox->key};
    eh_inbox_ask(inbox, got_sweep_info, 3, argv);
}

static bool is_forbidden(const redisReply *reply)
{
    return reply && reply->type == REDIS_REPLY_ERROR && strncmp(reply->str, "NOPERM", 6) == 0;
}

static void got_stream_info(void *context, const redisReply *reply)
{
    struct eh_inbox *inbox = context;
    if (is_forbidden(reply))
        inbox->busy = false;
    else if (!eh_inbox_answered(inbox, reply))
        return;
    inbox->look.known = eh_inbox_info_read(reply, &inbox->look.info);
    begin_sweep(inbox);
}

/* The answer holds the first and the last entry, however large they are. */
void eh_inbox_send_stream_info(struct eh_inbox *inbox)
{
    const char *argv[] = {"XINFO", "STREAM", inbox->key};
    if (eh_clock_monotonic_us() >= inbox->look.info_after_us) {
        eh_inbox_ask(inbox, got_stream_info, 3, argv);
        return;
    }
    inbox->look.known = false;
    begin_sweep(inbox);
}

/* If Redis refuses to set the group back, the sweep of each look reads new entries. */
static void got_set_back(void *context, const redisReply *reply)
{
    struct eh_inbox *inbox = context;
    if (is_forbidden(reply))
        inbox->busy = false;
    else if (!eh_inbox_answered(inbox, reply))
        return;
    struct eh_inbox_doubt doubt = {.kind = EH_INBOX_BEYOND,
                                   .from = inbox->look.delivered,
                                   .to = inbox->sweep_to,
                                   .why = is_forbidden(reply) ? reply->str : ""};
    inbox->look.beyond = false;
    eh_inbox_enter(inbox, EH_INBOX_LIVE);
    tell(inbox, &doubt);
    eh_inbox_pump(inbox);
}

void eh_inbox_send_set_back(struct eh_inbox *inbox)
{
    char to[EH_STREAM_ID_TEXT_MAX];
    eh_stream_id_print(inbox->sweep_to, to);
    const char *argv[] = {"XGROUP", "SETID", inbox->key, EH_INBOX_GROUP_NAME, to};
    eh_inbox_ask(inbox, got_set_back, 5, argv);
}

/*
 * intake: from entries of the stream to items of a batch: decoded, identified, ready to be looked
 * up.
 *
 * Nothing is refused here for good: what is no message becomes an UNPARSED input, so that its dead
 * letter is as exactly-once as everything else.
 */
#include "lead/app_private.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/faults.h"

#define SUSPECT_DELIVERIES 4           /* from here on a decoder is tried in a child first ... */
#define SUSPECT_CPU_S      2           /* ... which may compute so long, however busy the machine */
#define SUSPECT_MS         10000       /* ... and live so long */
#define SUSPECT_SPACE      (1ul << 30) /* what we are taken to have where nothing tells */
#define SUSPECT_MEMORY     (64u << 20) /* ... and map so much beyond what we have */

int app_decode(char encoding, struct eh_str body, struct eh_arena *arena, struct eh_message *ret,
               struct eh_error *error)
{
    eh_fault_decoder(body);
    return encoding == 'm' ? eh_message_from_msgpack(body, arena, ret, error)
                           : eh_message_from_json(body, arena, ret, error);
}

/* Bytes of address space we have. */
static size_t address_space(void)
{
    unsigned long pages = 0;
    FILE *statm = fopen("/proc/self/statm", "re");
    bool read = statm && fscanf(statm, "%lu", &pages) == 1;
    if (statm)
        fclose(statm);
    return read ? pages * (size_t)sysconf(_SC_PAGESIZE) : SUSPECT_SPACE;
}

static void try_decoder(char encoding, struct eh_str body, size_t memory_max)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_message message;
    const struct itimerval most = {.it_value.tv_sec = SUSPECT_CPU_S};
    (void)!eh_child_confine(getpid(), memory_max);
    setitimer(ITIMER_PROF, &most, NULL);
    (void)!app_decode(encoding, body, &arena, &message, NULL);
}

/* Its wait status; a child that does not end is killed. */
static int wait_for(pid_t child)
{
    int status = 0, end = pidfd_open(child, 0);
    struct pollfd ended = {.fd = end, .events = POLLIN};
    if (end < 0 || poll(&ended, 1, SUSPECT_MS) != 1)
        kill(child, SIGKILL);
    if (end >= 0)
        close(end);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    return status;
}

/* An entry that keeps coming back may be what kills us: see in a child whether it does. */
static bool kills_decoder(char encoding, struct eh_str body)
{
    size_t memory_max = address_space() + SUSPECT_MEMORY;
    pid_t child = fork();
    if (child < 0)
        return false;
    if (child == 0) {
        try_decoder(encoding, body, memory_max);
        _exit(0);
    }
    return WIFSIGNALED(wait_for(child));
}

static void unparsed(struct eh_message *m, struct eh_str reason)
{
    eh_require(reason.data != NULL);
    *m = (struct eh_message){.type = EH_MESSAGE_UNPARSED, .reason = reason};
    m->has = EH_FIELD_BIT(EH_FIELD_REASON);
}

static void read_entry(struct eh_app *app, struct eh_arena *arena,
                       const struct eh_inbox_entry *entry, struct eh_item *item)
{
    struct eh_error error = {0};
    struct eh_message *m = &item->input.message;
    int r = 0;
    if (!entry->encoding)
        unparsed(m, eh_arena_str(arena, eh_str(entry->reason)));
    else if (entry->deliveries >= SUSPECT_DELIVERIES && kills_decoder(entry->encoding, item->body))
        unparsed(m, eh_str("the entry kills its decoder; it was tried in a child process"));
    else if ((r = app_decode(entry->encoding, item->body, arena, m, &error)) < 0)
        unparsed(m, eh_arena_str(arena, eh_str(error.text)));
    else if (m->type == EH_MESSAGE_SIGNAL && !app->config->stream_signals)
        unparsed(m, eh_str("signals are taken over the admin socket only (stream_signals: off)"));
    eh_require(r != -EH_ENOMEM); /* that is no fault of the entry's: it comes again */
}

static void take_entry(struct eh_app *app, const struct eh_inbox_entry *entry)
{
    struct eh_batch *b = app_filling(app);
    struct eh_item *item = b ? eh_batch_add(b) : NULL;
    eh_require(item != NULL); /* the inbox hands over no more than it was given room for */
    struct eh_input *in = &item->input;
    in->origin = EH_ORIGIN_STREAM;
    eh_input_set_stream_id(in, entry->id);
    item->body = eh_arena_str(&b->arena, entry->body);
    eh_require(item->body.data != NULL);
    item->encoding = entry->encoding;
    item->seen_before = entry->seen_before;
    read_entry(app, &b->arena, entry, item);
    if (entry->seen_before) {
        eh_input_identify(in);
        item->former = in->identity;
    }
    eh_salts_draw(in);
    eh_input_identify(in);
    item->wants_identity = in->message.type == EH_MESSAGE_TICKET || entry->seen_before ||
                           eh_message_has(&in->message, EH_FIELD_EVENT);
    if (entry->seen_before)
        item->entry = eh_entry_identity(entry->id.ms, entry->id.no, item->body);
    b->bytes += item->body.size;
}

void app_take_entries(void *context, const struct eh_inbox_entry *entries, size_t count)
{
    struct eh_app *app = context;
    for (size_t i = 0; i < count; i++)
        take_entry(app, &entries[i]);
    app_set_room(app);
    app_wake(app);
}

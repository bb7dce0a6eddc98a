/*
 * wait: asks the daemon what became of the entries that were put on the stream.
 *
 * Entries and messages are in the same order, so one walk over both is enough. An entry that is
 * decided and not listed repeated an earlier message.
 */
#include <time.h>

#include "client/http.h"
#include "client/object.h"
#include "push.h"
#include "term/bar.h"
#include "term/say.h"

#define PAUSE_MIN_US INT64_C(20000)
#define PAUSE_MAX_US INT64_C(500000)
#define STALL_S      60 /* seconds without progress after which the user is told */

struct waiting {
    const struct eh_cli *cli;
    const struct eh_messages *messages;
    const struct eh_entry_id *ids;
    const char *source;
    struct eh_fates *fates;
    size_t known;               /* items with a known fate: the first so many */
    struct eh_entry_id decided; /* all entries below it are decided */
    bool failed;                /* the last question was not answered */
};

static int entry_id_compare(struct eh_entry_id a, struct eh_entry_id b)
{
    return a.ms != b.ms ? (a.ms < b.ms ? -1 : 1) : a.no < b.no ? -1 : a.no > b.no;
}

static bool entry_id_read(const char *text, struct eh_entry_id *ret)
{
    return text && eh_entry_id_read(text, ret);
}

static enum eh_fate fate_of(const char *became)
{
    static const struct {
        const char *name;
        enum eh_fate fate;
    } names[] = {{"taken", EH_FATE_TAKEN},
                 {"refused", EH_FATE_REFUSED},
                 {"parked", EH_FATE_PENDING},
                 {"older", EH_FATE_OLDER},
                 {"repeated", EH_FATE_REPEATED}};
    for (size_t i = 0; became && i < sizeof names / sizeof *names; i++)
        if (strcmp(became, names[i].name) == 0)
            return names[i].fate;
    return EH_FATE_NONE;
}

static void waiting_set(struct waiting *w, enum eh_fate fate, const char *reason)
{
    eh_fates_set(w->fates, w->messages->items[w->known++].line, fate, reason);
}

/* Marks items below `id` as repeated: the answer did not list them. */
static void waiting_pass_over(struct waiting *w, struct eh_entry_id id)
{
    while (w->known < w->messages->count && entry_id_compare(w->ids[w->known], id) < 0)
        waiting_set(w, EH_FATE_REPEATED, NULL);
}

/* Takes the fates of a page, up to the first entry that is not decided. */
static void waiting_take_page(struct waiting *w, const json_t *page)
{
    size_t i;
    json_t *entry;
    struct eh_entry_id id, end = w->decided;
    const char *after = eh_object_text(page, "after");
    json_array_foreach(json_object_get(page, "entries"), i, entry)
    {
        if (!entry_id_read(eh_object_text(entry, "id"), &id) ||
            entry_id_compare(id, w->decided) >= 0)
            continue;
        waiting_pass_over(w, id);
        if (w->known < w->messages->count && entry_id_compare(w->ids[w->known], id) == 0)
            waiting_set(w, fate_of(eh_object_text(entry, "became")),
                        eh_object_text(entry, "reason"));
    }
    if (after && entry_id_read(after, &id) &&
        entry_id_compare(id, end) <
            0) /* there are more pages: entries behind the last one are not known yet */
        end = id;
    waiting_pass_over(w, end);
}

static bool waiting_ask(struct waiting *w)
{
    EH_AUTO(eh_answer) struct eh_answer answer = {0};
    char path[EH_CLI_PATH];
    struct eh_entry_id from = w->ids[w->known], to = w->ids[w->messages->count - 1];
    if (!eh_path(path, "/v1/entries?from=%s&to=%s", eh_entry_id_text(from).text,
                 eh_entry_id_text(to).text) ||
        (w->source && !eh_path_add(path, "&source=", w->source)))
        return false;
    if (!eh_http_try(w->cli, path, &answer) ||
        !entry_id_read(eh_object_text(answer.json, "decided_before"), &w->decided))
        return false;
    waiting_take_page(w, answer.json);
    return true;
}

static void sleep_us(int64_t us)
{
    struct timespec t = {us / 1000000, us % 1000000 * 1000};
    nanosleep(&t, NULL);
}

static int waiting_say_stalled(const struct waiting *w)
{
    size_t left = w->messages->count - w->known;
    if (w->failed)
        return eh_say(w->cli, EH_EXIT_UNAVAILABLE,
                      "%zu of %zu messages were sent and cannot be known of: %s does not answer; "
                      "push the file again, nothing is doubled",
                      left, w->messages->count, w->cli->socket);
    return eh_say(w->cli, EH_EXIT_UNAVAILABLE,
                  "%zu of %zu messages still wait on the stream; `evenhand status` says why; push "
                  "the file again later to see what became of them, nothing is doubled",
                  left, w->messages->count);
}

int eh_push_wait(const struct eh_cli *cli, const struct eh_messages *messages,
                 const struct eh_entry_id *ids, const char *source, struct eh_fates *fates)
{
    struct waiting w = {
        .cli = cli, .messages = messages, .ids = ids, .source = source, .fates = fates};
    struct eh_bar bar, stall;
    int64_t pause_us = PAUSE_MIN_US;
    eh_bar_start(&bar, "decided");
    eh_bar_start(&stall, "");
    while (w.known < messages->count) {
        size_t before = w.known;
        struct eh_entry_id decided = w.decided;
        w.failed = !waiting_ask(&w);
        if (w.known > before || entry_id_compare(decided, w.decided) != 0) {
            eh_bar_start(&stall, "");
            pause_us = PAUSE_MIN_US;
        } else if (eh_bar_took_us(&stall) > STALL_S * INT64_C(1000000)) {
            eh_bar_end(&bar);
            return waiting_say_stalled(&w);
        }
        eh_bar_show(&bar, w.known, messages->count);
        if (w.known == before) {
            sleep_us(pause_us);
            pause_us = pause_us * 2 < PAUSE_MAX_US ? pause_us * 2 : PAUSE_MAX_US;
        }
    }
    eh_bar_end(&bar);
    return EH_EXIT_DONE;
}

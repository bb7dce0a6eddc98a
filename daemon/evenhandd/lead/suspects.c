/*
 * suspects: an entry that was delivered several times and never acknowledged may be what kills the
 * daemon. A child process tries to decode such an entry first; the loop goes on meanwhile.
 *
 * The suspect and the entries behind it wait here in the order of the stream. The inbox reads no
 * more until all of them are taken. The room that the inbox had bounds how many there are.
 */
#include "lead/intake.h"
#include "lead/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "host/loop.h"

#define SUSPECT_DELIVERIES 4           /* from so many on a child tries the decoder first */
#define SUSPECT_CPU_S      2           /* of processor time that the child may use */
#define SUSPECT_MS         10000       /* that the child may live */
#define SUSPECT_SPACE      (1ul << 30) /* bytes: the space of the daemon, if /proc does not say */
#define SUSPECT_MEMORY     (64u << 20) /* bytes that the child may map beyond that */

struct waiting_entry {
    struct eh_inbox_entry entry; /* its texts are in the arena */
    struct waiting_entry *next;
};

struct eh_suspects {
    struct eh_arena arena;
    struct waiting_entry *first, **end; /* the first one is being tried */
    struct eh_child *child;
};

/* ---- The child. */

/* Bytes of address space that this process has. */
static size_t address_space(void)
{
    unsigned long pages = 0;
    FILE *statm = fopen("/proc/self/statm", "re");
    bool read = statm && fscanf(statm, "%lu", &pages) == 1;
    if (statm)
        fclose(statm);
    return read ? pages * (size_t)sysconf(_SC_PAGESIZE) : SUSPECT_SPACE;
}

static void suspect_decode(void *context)
{
    const struct eh_inbox_entry *entry = context;
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_message message;
    (void)!app_decode(entry->encoding, entry->body, &arena, &message, NULL);
}

static void on_end(void *context, const struct eh_child_result *);

/* False: no child could be started. */
static bool suspect_try(struct eh_app *app, struct eh_inbox_entry *entry)
{
    const struct eh_child_options options = {
        .work = suspect_decode,
        .work_context = entry,
        .bounds = {.memory_max = address_space() + SUSPECT_MEMORY,
                   .at_most_ms = SUSPECT_MS,
                   .cpu_s = SUSPECT_CPU_S},
        .on_end = on_end,
        .context = app};
    return eh_child_new(app->services.base, &options, &app->suspects.waiting->child, NULL) == 0;
}

/* ---- Entries that wait. */

static bool is_suspect(const struct eh_inbox_entry *entry)
{
    return entry->encoding && entry->deliveries >= SUSPECT_DELIVERIES;
}

static void entry_add(struct eh_app *app, const struct eh_inbox_entry *entry)
{
    struct eh_suspects *s = app->suspects.waiting;
    struct waiting_entry *w = eh_arena_alloc(&s->arena, sizeof *w);
    eh_require(w); /* the next start reads all of them again */
    *w = (struct waiting_entry){.entry = *entry};
    if (entry->reason) {
        w->entry.reason = eh_arena_str(&s->arena, eh_str(entry->reason)).data;
        eh_require(w->entry.reason);
    }
    w->entry.body = eh_arena_str(&s->arena, entry->body);
    eh_require(w->entry.body.data);
    *s->end = w;
    s->end = &w->next;
    app_hold_apart(app, ++app->suspects.count, app->suspects.bytes += entry->body.size);
}

static void entry_take_first(struct eh_app *app, bool kills)
{
    struct eh_suspects *s = app->suspects.waiting;
    struct waiting_entry *w = s->first;
    app_take_entry(app, &w->entry, kills);
    s->first = w->next;
    if (!s->first)
        s->end = &s->first;
    app_hold_apart(app, --app->suspects.count, app->suspects.bytes -= w->entry.body.size);
}

/* Takes the waiting entries up to the next suspect, which a child then tries. A suspect is taken
 * untried when no child could be started. */
static void entries_take(struct eh_app *app)
{
    struct eh_suspects *s = app->suspects.waiting;
    while (s->first && !(is_suspect(&s->first->entry) && suspect_try(app, &s->first->entry)))
        entry_take_first(app, false);
    if (!s->first)
        app_suspects_forget(app);
    app_set_room(app);
    app_wake(app);
}

static void on_end(void *context, const struct eh_child_result *result)
{
    struct eh_app *app = context;
    app->suspects.waiting->child = NULL;
    entry_take_first(app, result->end != EH_CHILD_EXITED);
    entries_take(app);
}

static void suspects_begin(struct eh_app *app)
{
    app->suspects.waiting = calloc(1, sizeof *app->suspects.waiting);
    eh_require(app->suspects.waiting);
    app->suspects.waiting->end = &app->suspects.waiting->first;
}

void app_take_entries(void *context, const struct eh_inbox_entry *entries, size_t count)
{
    struct eh_app *app = context;
    bool tried = app->suspects.waiting != NULL;
    eh_loop_note("other", "");
    for (size_t i = 0; i < count; i++) {
        if (!app->suspects.waiting && is_suspect(&entries[i]))
            suspects_begin(app);
        if (app->suspects.waiting)
            entry_add(app, &entries[i]);
        else
            app_take_entry(app, &entries[i], false);
    }
    eh_loop_note("entries", "");
    if (app->suspects.waiting && !tried) {
        entries_take(app);
        return;
    }
    app_set_room(app);
    app_wake(app);
}

void app_suspects_forget(struct eh_app *app)
{
    struct eh_suspects *s = app->suspects.waiting;
    if (!s)
        return;
    eh_child_free(s->child);
    eh_arena_done(&s->arena);
    free(s);
    app->suspects = (struct eh_suspect_entries){.waiting = NULL};
    app_hold_apart(app, 0, 0);
}

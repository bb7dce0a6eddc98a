/*
 * cursor: up to which number of the outbox everything is done, on disk.
 *
 * Written to a new file, fsynced and renamed by a child process, for a disk may take its time. What
 * was moved meanwhile goes with the next child, and there is a pause between two: after a crash the
 * cursor is behind, and what it says again is done again, after the owner was read.
 *
 *     const struct eh_cursor_options options = {
 *         .base = base, .folder = "/var/lib/evenhand-bridge/help", .before_fd = parked_fd};
 *     r = eh_cursor_new(&options, &cursor, &error);
 *     uint64_t seq = eh_cursor_at(cursor);             // 0: there is none yet
 *     eh_cursor_move(cursor, 17);
 *     eh_cursor_free(cursor);                          // writes it, and waits
 *
 * What the cursor passes over must be on disk before: `before_fd` is fsynced first.
 */
#ifndef EVENHAND_BRIDGE_OUT_CURSOR_H
#define EVENHAND_BRIDGE_OUT_CURSOR_H

#include <event2/event.h>

#include <evenhand/base/base.h>

#define EH_CURSOR_FILE     "cursor"
#define EH_CURSOR_PAUSE_MS 200   /* between two writes */
#define EH_CURSOR_REST_MS  5000  /* after one that failed */
#define EH_CURSOR_WRITE_MS 60000 /* a disk may take so long, then its child is killed */

struct eh_cursor_options {
    struct event_base *base;
    const char *folder;
    int before_fd; /* < 0: none */
    /* NULL: nobody is told. One line, or NULL: it can be written again. */
    void (*on_trouble)(void *context, const char *why);
    void *context;
};

struct eh_cursor;
/* A file that is torn is as if there were none, and the log says so. -EH_EUNAVAILABLE: it is there
 * and cannot be read; -EH_ENOMEM. */
int eh_cursor_new(const struct eh_cursor_options *, struct eh_cursor **ret,
                  struct eh_error *) EH_MUST_CHECK;
uint64_t eh_cursor_at(const struct eh_cursor *);
bool eh_cursor_was_torn(const struct eh_cursor *);
/* Never goes back by itself: a number below the one that stands changes nothing. */
void eh_cursor_move(struct eh_cursor *, uint64_t seq);
/* Everything from the first entry on is read again: another outbox stands there. */
void eh_cursor_restart(struct eh_cursor *);
uint64_t eh_cursor_on_disk(const struct eh_cursor *);
void eh_cursor_free(struct eh_cursor *); /* NULL allowed */

#endif

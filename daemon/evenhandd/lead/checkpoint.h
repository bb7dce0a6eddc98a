/*
 * checkpoint: lines on a file outside PostgreSQL, each with the hash of the log at some moment, so
 * that nobody can rewrite or cut off the log unseen. Keep copies where the database's owner cannot
 * write.
 *
 * One line each, appended and synced (evenhand/draw/checkpoint.h). Behind a line that was torn, the
 * next one begins on a line of its own.
 *
 *     r = eh_checkpoint_append(path, &checkpoint, &error);
 *     r = eh_checkpoint_last(path, &checkpoint, &error);   // 1: that is the last whole one
 *
 * A line is some 110 bytes; with one every ten minutes the file grows by 6 MB a year.
 */
#ifndef EVENHAND_LEAD_CHECKPOINT_H
#define EVENHAND_LEAD_CHECKPOINT_H

#include <evenhand/draw/checkpoint.h>

/* Makes the file (mode 0640) when it is not there. Blocks until the line is on disk: not for
 * the loop (checkpoints.c). */
int eh_checkpoint_append(const char *path, const struct eh_checkpoint *,
                         struct eh_error *) EH_MUST_CHECK;

/* The last line that is whole, among the last EH_CHECKPOINT_LOOK_BACK bytes: 1, or 0: there is
 * none. -EH_EUNAVAILABLE: the file cannot be read. */
#define EH_CHECKPOINT_LOOK_BACK 4096
int eh_checkpoint_last(const char *path, struct eh_checkpoint *ret,
                       struct eh_error *) EH_MUST_CHECK;

#endif

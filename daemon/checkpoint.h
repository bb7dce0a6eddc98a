/*
 * checkpoint: what the log was at some moments, on a file outside PostgreSQL, so that nobody can
 * rewrite or cut off the log unseen. Keep copies of it where the database's owner cannot write.
 *
 * One line each, appended and synced: input, state digest and chain hash, in hexadecimal.
 *
 *     r = eh_checkpoint_append(path, input, digest, &chain, &error);
 *
 * A line is some 110 bytes; with one every ten minutes the file grows by 6 MB a year.
 */
#ifndef EVENHAND_DAEMON_CHECKPOINT_H
#define EVENHAND_DAEMON_CHECKPOINT_H

#include <evenhand/draw/hash.h>

/* The last one. */
struct eh_checkpoint {
    uint64_t input;
    int64_t at_us; /* monotonic */
};

/* Makes the file (mode 0640) when it is not there. Blocks until the line is on disk. */
int eh_checkpoint_append(const char *path, uint64_t input, struct eh_key digest,
                         const struct eh_chain *, struct eh_error *) EH_MUST_CHECK;

#endif

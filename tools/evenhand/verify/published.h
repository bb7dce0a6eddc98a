/*
 * published: compares the outbox in Redis with the log: each entry has to be the effect of its
 * number, in the bytes that evenhandd writes, and no entry between the first and the last may be
 * missing.
 *
 *     r = eh_published_open(cli, address, "main", &published, &error);   // before the log is read
 *     …for each input that was decided again:…
 *     r = eh_published_compare(&published, &in, &effects, desk, true, &error);
 *     …behind the last:…
 *     r = eh_published_end(&published, &error);
 *     eh_published_close(&published);
 *
 * Entries published after the opening are not compared: the snapshot of the log may not have their
 * effects. The oldest entries may be gone: the daemon trims the stream.
 */
#ifndef EVENHAND_TOOLS_VERIFY_PUBLISHED_H
#define EVENHAND_TOOLS_VERIFY_PUBLISHED_H

#include <evenhand/engine/engine.h>

#include "redis/entries.h"

struct eh_published {
    struct eh_stream stream; /* not open when nothing is to be compared */
    struct eh_entries entries;
    struct eh_entry entry; /* the next one */
    uint64_t next, last;   /* numbers of the next entry (0: none) and of the last at opening */
    uint64_t compared, unpublished;
    uint64_t accounts_other; /* entries with an account that the desk in force does not give */
    bool begun;              /* an entry was met: from here on none may be missing */
    struct eh_bytes scratch, account;
};

/* -EH_EUNAVAILABLE, -EH_EDENIED, -EH_EINVAL: the stream cannot be read. When the error has no text,
 * the reason has been said on stderr. */
int eh_published_open(const struct eh_cli *, const char *address, const char *desk,
                      struct eh_published *ret, struct eh_error *) EH_MUST_CHECK;
/* -EH_ECORRUPT with a sentence that names the entry. `compared` false: the entries are only read.
 * `desk`: in force after the input, or NULL. The account of an entry comes from that desk, or from
 * a later desk that came before the entry was published. */
int eh_published_compare(struct eh_published *, const struct eh_input *, const struct eh_effects *,
                         const struct eh_desk *desk, bool compared,
                         struct eh_error *) EH_MUST_CHECK;
/* Call before the first effect. Entries up to this number are skipped. */
int eh_published_skip(struct eh_published *, uint64_t seq, struct eh_error *) EH_MUST_CHECK;
int eh_published_end(struct eh_published *, struct eh_error *) EH_MUST_CHECK;
void eh_published_close(struct eh_published *);

#endif

/*
 * match: whether entries that stand in Redis are what PostgreSQL has under their numbers.
 *
 * An earlier evenhandd may have written another form of the same notice, so what must agree is when
 * it was decided and by which input; a stream of another desk, or of a log that was restored, has
 * something else there.
 *
 *     if (!eh_outbox_match(batch, from, reply)) …      // of XRANGE; every entry of it has a row
 */
#ifndef EVENHAND_OUTBOX_MATCH_H
#define EVENHAND_OUTBOX_MATCH_H

#include "outbox/outbox.h"

/* Entries of the outbox; *ret_seq is the first that is another. */
bool eh_outbox_match(const struct eh_outbox_batch *, const redisReply *, uint64_t *ret_seq);
/* Entries of the dead letters; *ret_input likewise. */
bool eh_outbox_match_dead(const struct eh_outbox_batch *, const redisReply *, uint64_t *ret_input);

/* What XINFO STREAM says of a stream. */
struct eh_outbox_found {
    bool there;
    uint64_t last;       /* ever given */
    uint64_t first, top; /* of the entries that are there; 0: none are */
    uint64_t length;
    bool foreign; /* an id that is none of ours */
};
/* False: it is no answer to XINFO STREAM. */
bool eh_outbox_found_read(const redisReply *, struct eh_outbox_found *ret);

#endif

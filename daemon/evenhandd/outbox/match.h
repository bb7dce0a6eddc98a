/*
 * match: whether entries that stand in Redis are what PostgreSQL has under their numbers.
 *
 * An earlier evenhandd may have written another form of the same notice. So only two things have to
 * agree: when it was decided, and by which input. A stream of another desk, or of a log that was
 * restored, differs in them.
 *
 *     if (!eh_outbox_match(batch, from, reply)) …      // of XRANGE; every entry of it has a row
 */
#ifndef EVENHAND_OUTBOX_MATCH_H
#define EVENHAND_OUTBOX_MATCH_H

#include "outbox/outbox.h"

/* Compares entries of the outbox. False: *ret_seq is the first that differs. */
bool eh_outbox_match(const struct eh_outbox_batch *, const redisReply *, uint64_t *ret_seq);
/* Compares entries of the dead letters. False: *ret_input is the first that differs. */
bool eh_outbox_match_dead(const struct eh_outbox_batch *, const redisReply *, uint64_t *ret_input);

/* What XINFO STREAM says of a stream. */
struct eh_outbox_found {
    bool there;
    uint64_t last;       /* the last number ever given */
    uint64_t first, top; /* of the entries that are there; 0: none are */
    uint64_t length;
    bool foreign; /* an id that is none of ours */
};
/* False: the reply is no answer to XINFO STREAM. */
bool eh_outbox_found_read(const redisReply *, struct eh_outbox_found *ret);

#endif

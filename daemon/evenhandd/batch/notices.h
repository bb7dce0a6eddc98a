/*
 * notices: what is published of committed batches: notices, and the entries that were refused.
 *
 *     struct eh_outbox_batch *told = eh_batch_notices(batch);     // a copy
 *     eh_outbox_publish(outbox, told);                            // takes it over
 */
#ifndef EVENHAND_BATCH_NOTICES_H
#define EVENHAND_BATCH_NOTICES_H

#include <evenhand/draw/hash.h>
#include <evenhand/wire/notice.h>

#include "redis/stream_id.h"

#define EH_OUTBOX_PAGE 1000 /* notices asked for at once when catching up */

#define EH_DEAD_DIGEST_BYTES 32 /* SHA-256: people can check it with sha256sum */
struct eh_dead_entry {
    uint64_t input;
    struct eh_str reason, stream_id, body; /* stream_id "ms-no" or empty */
    struct eh_str sha256;                  /* of a body that is not kept, 32 bytes; empty: it is */
    uint64_t size;                         /* ... and how many bytes it had */
    bool salted;                 /* its identity in the log is a hash of its bytes behind ... */
    uint8_t salt[EH_SALT_BYTES]; /* ... this salt */
    int64_t at_ms;
};

/* Committed rows, in order; freed with eh_outbox_batch_free (arena and all). */
struct eh_outbox_batch {
    struct eh_arena arena; /* owns every text below */
    struct eh_notice *notices;
    size_t notice_count;
    struct eh_dead_entry *dead;
    size_t dead_count;
    uint64_t head_seq;  /* last seq committed with this batch (also when it has no notices) */
    uint64_t head_dead; /* input of the last dead letter ever committed */
};
int eh_outbox_batch_new(struct eh_outbox_batch **ret, struct eh_error *) EH_MUST_CHECK;
void eh_outbox_batch_free(struct eh_outbox_batch *);

struct eh_batch;
/* Copies the notices and dead letters of a committed batch into one for the outbox. They have to be
 * published: without memory for them the process ends, and publishes them after the next start. */
struct eh_outbox_batch *eh_batch_notices(const struct eh_batch *);

/* A copy of a text. Without memory the process ends, as in eh_batch_notices(). */
struct eh_str eh_batch_kept(struct eh_arena *, struct eh_str);

/* "ms-no", or empty for 0-0. */
struct eh_str eh_batch_stream_id(struct eh_arena *, struct eh_stream_id);

#endif

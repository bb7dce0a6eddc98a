/*
 * outbox: publishes what was committed, each sequence number once, in order, without a hole.
 *
 * A batch is one MULTI / XADD outbox <seq>-0 … / XADD dead <input>-0 … / XTRIM / EXEC on the write
 * link; the next batch is never sent before this EXEC succeeded. On (re)connect it reads the last
 * id of both streams, then publishes what PostgreSQL has beyond them (asked for page by page with
 * on_want), then goes live. A stream is believed only if its last EH_OUTBOX_PROVED entries are
 * rows of PostgreSQL. Entries that somebody deleted from among ours cannot be put back;
 * eh_outbox_hole() tells of them. It keeps at most EH_OUTBOX_PENDING_MAX live batches; when
 * Redis is away or slower than that it drops them and reads them from PostgreSQL again later: the
 * rows are there. "ID equal or smaller" counts as done only after XRANGE shows our own content. An
 * id above our maximum means that somebody else wrote there: it stops, and says so
 * (eh_outbox_alarm). After a lost stream at most `keep` entries are published again.
 *
 *     eh_outbox_start(outbox, head_seq, last_dead_input);
 *     eh_outbox_publish(outbox, batch);           // after COMMIT; takes the batch over
 *     …on_want(from_seq, from_dead, max) was asked, and PostgreSQL answered:…
 *     eh_outbox_page(outbox, batch);
 */
#ifndef EVENHAND_OUTBOX_OUTBOX_H
#define EVENHAND_OUTBOX_OUTBOX_H

#include "batch/notices.h"
#include "redis/link.h"

#define EH_OUTBOX_PENDING_MAX 8           /* live batches waiting for Redis */
#define EH_OUTBOX_PROVED      100         /* entries compared at each start and reconnect */
#define EH_DEAD_KEEP          100000      /* entries of :dead kept in Redis; PostgreSQL keeps all */
#define EH_DEAD_BYTES_MAX     (64u << 20) /* ... and bytes of their names and values */

/* Asks for a page from PostgreSQL: notices with seq >= from_seq and dead letters with input >=
 * from_dead_input, at most EH_OUTBOX_PAGE of each, in order. The answer is eh_outbox_page(). When
 * it asks again before that, only the last question is to be answered. */
typedef void eh_outbox_want_fn(void *context, uint64_t from_seq, uint64_t from_dead_input);

struct eh_outbox;
struct eh_outbox_options {
    struct eh_redis_link *writes; /* the caller's */
    const char *outbox_key, *dead_key;
    bool json;    /* or MessagePack */
    int64_t keep; /* notices that stay in Redis; 0: all */
    eh_outbox_want_fn *on_want;
    void *context;
};
int eh_outbox_new(const struct eh_outbox_options *, struct eh_outbox **ret,
                  struct eh_error *) EH_MUST_CHECK;
void eh_outbox_free(struct eh_outbox *);
void eh_outbox_start(struct eh_outbox *, uint64_t head_seq, uint64_t head_dead);
void eh_outbox_stop(struct eh_outbox *);
void eh_outbox_publish(struct eh_outbox *, struct eh_outbox_batch *); /* takes it over */
void eh_outbox_page(struct eh_outbox *, struct eh_outbox_batch *);    /* NULL: could not be read */
/* To be called when the write link came up or went away. */
void eh_outbox_link_state(struct eh_outbox *, bool up);
/* Asks Redis again where the streams stand; for when the inbox saw that its own was lost. */
void eh_outbox_recheck(struct eh_outbox *);
bool eh_outbox_idle(const struct eh_outbox *); /* all that was committed is published */
uint64_t eh_outbox_published(const struct eh_outbox *);
const char *eh_outbox_alarm(const struct eh_outbox *); /* one line, or NULL */
const char *eh_outbox_hole(const struct eh_outbox *);  /* the same */

#endif

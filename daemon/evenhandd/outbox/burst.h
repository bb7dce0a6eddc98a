/*
 * burst: one MULTI … EXEC of outbox and dead-letter entries, and the proof that they are
 * ours.
 *
 * A burst holds the bytes of its commands, so that the same can be sent again and compared with
 * what Redis has.
 *
 *     eh_burst_clear(&burst);
 *     while (eh_burst_has_room(&burst))
 *         eh_burst_add_notice(&burst, notice, json);
 *     const struct eh_burst_way way = {
 *         link, outbox_key, dead_key, trim, on_queued, on_exec, outbox};
 *     eh_burst_send(&burst, &way);
 */
#ifndef EVENHAND_OUTBOX_BURST_H
#define EVENHAND_OUTBOX_BURST_H

#include "outbox/outbox.h"

#define EH_BURST_BYTES_MAX (2u << 20) /* entries are added up to this, then it is full */
#define EH_BURST_ITEMS_MAX (2 * EH_OUTBOX_PAGE)
#define EH_BURST_FIELDS    5 /* most pairs of an entry */

struct eh_burst_item {
    bool dead;       /* into the dead stream */
    uint64_t number; /* entry id <number>-0 */
    uint8_t pairs;
    uint32_t at[2 * EH_BURST_FIELDS], size[2 * EH_BURST_FIELDS]; /* in bytes */
};

struct eh_burst {
    struct eh_bytes bytes;
    struct eh_burst_item items[EH_BURST_ITEMS_MAX];
    size_t count;
    uint64_t first_seq, last_seq, first_dead, last_dead; /* 0: none */
    /* The streams are known to be there. If one is gone, nothing is added (XADD NOMKSTREAM answers
     * nil): lower numbers could never be added afterwards. */
    bool outbox_there, dead_there;
};

struct eh_burst_trim {
    int64_t outbox_keep, dead_keep; /* 0: do not trim */
    uint64_t dead_from;             /* dead letters below this one are trimmed; 0: none */
};

void eh_burst_clear(struct eh_burst *);
bool eh_burst_has_room(const struct eh_burst *);
size_t eh_burst_item_bytes(const struct eh_burst_item *); /* bytes of its names and values */
int eh_burst_add_notice(struct eh_burst *, const struct eh_notice *, bool json) EH_MUST_CHECK;
int eh_burst_add_dead(struct eh_burst *, const struct eh_dead_entry *) EH_MUST_CHECK;
/* Where a burst goes, and who is told of it. */
struct eh_burst_way {
    struct eh_redis_link *link;
    const char *outbox_key, *dead_key;
    struct eh_burst_trim trim;
    eh_redis_reply_fn *on_queued; /* each +QUEUED or error */
    eh_redis_reply_fn *on_exec;   /* the reply of EXEC */
    void *context;
};
int eh_burst_send(const struct eh_burst *, const struct eh_burst_way *) EH_MUST_CHECK;
/* Asks Redis for its entries in the range of the burst. */
int eh_burst_ask(const struct eh_burst *, struct eh_redis_link *, const char *key, bool dead,
                 eh_redis_reply_fn *, void *context) EH_MUST_CHECK;
/* Whether a reply of XRANGE holds every entry of the burst, byte for byte. */
bool eh_burst_matches(const struct eh_burst *, bool dead, const redisReply *);

#endif

/*
 * floor: the bare loop that evenhandd is measured against. What anybody would write who had to move
 * tickets from Redis through PostgreSQL back to Redis durably, as fast as one connection to each
 * allows, and had nothing to decide, to recognise, to recall, to prove or to recover.
 *
 * XREADGROUP of up to FLOOR_BATCH_MAX → the msgpack's id, team, kind and value → one transaction of
 * `unnest` inserts in a pipeline → after COMMIT XACK and XADD. While one transaction is in flight
 * the next batch is read and sent behind it.
 */
#ifndef EVENHAND_BENCH_FLOOR_H
#define EVENHAND_BENCH_FLOOR_H

#include <libpq-fe.h>

#include "link.h"

#define FLOOR_BATCH_MAX 1000
#define FLOOR_DEPTH     2 /* transactions in flight */
#define FLOOR_REPS      10

struct floor_ticket {
    struct eh_str stream_id, id, team, kind; /* point into the batch's reply */
    int64_t value;
};

struct floor_batch {
    redisReply *reply; /* owns the text */
    uint64_t first;    /* number of its first ticket */
    uint32_t count;
    struct floor_ticket tickets[FLOOR_BATCH_MAX];
};

/* floor_redis.c */
void floor_make_group(struct link *, struct eh_str inbox);
void floor_ask(struct link *, struct eh_str inbox);       /* XREADGROUP, blocking */
void floor_decode(redisReply *, struct floor_batch *ret); /* takes the reply over */
void floor_publish(struct link *, struct eh_str inbox, struct eh_str outbox, struct floor_batch *);
struct eh_str floor_rep(uint64_t number, char buffer[16]);

/* floor_rows.c */
PGconn *floor_connect(const char *conninfo, bool one_table);
void floor_send(PGconn *, const struct floor_batch *, bool one_table);
/* The oldest transaction in flight is committed. */
bool floor_committed(PGconn *);

#endif

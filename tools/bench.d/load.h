/*
 * load: what tools/bench puts on the stream, and what it sees come out.
 *
 * Producer and consumer are one process with one clock. The producer never waits for replies; the
 * consumer is a blocked XREAD on the outbox, asked again as soon as it answered.
 */
#ifndef EVENHAND_BENCH_LOAD_H
#define EVENHAND_BENCH_LOAD_H

#include "link.h"

#define LOAD_TICKETS_MAX 10000000
#define LOAD_STALL_S     30 /* nothing came out for so long: give up */

struct load {
    struct link in, out;
    struct eh_str inbox, outbox, team,
        prefix;       /* prefix: of ticket ids; other entries are skipped */
    char last_id[48]; /* of the outbox */
    uint32_t tickets; /* how many there will be */
    uint32_t sent, seen;
    int64_t *due_ns;   /* by ticket: the moment it was to be sent; NULL: nobody asks */
    int64_t *delay_ns; /* by ticket: from then to its outbox entry; -1: not seen yet */
    int64_t last_seen_ns;
};

/* load_ticket.c: the messages. */
void load_put_ticket(struct load *, uint32_t number); /* one XADD into `in` */
/* Number of the ticket that an outbox entry's message is about, or -1. */
int64_t load_ticket_of(const struct load *, const char *message, size_t size);

/* load.c: the consumer's half. */
void load_ask(struct load *);          /* the next XREAD */
void load_take_replies(struct load *); /* of the producer's link: counts nothing, refuses errors */
void load_take_entries(struct load *); /* of the consumer's link */

/* load_rate.c */
void load_rate(struct load *, uint32_t per_s, uint32_t seconds);

#endif

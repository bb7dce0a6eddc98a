/*
 * link: one Redis connection of the bench programs. Commands gather in a buffer and leave in large
 * writes; replies are taken one by one. Nothing blocks; whoever uses it polls the descriptor.
 *
 * A bench has nobody to report to but its caller: whatever goes wrong ends the program with one
 * line.
 *
 *     struct link link;
 *     link_open(&link, "/tmp/redis.sock");
 *     link_command(&link, 2, (struct eh_str[]){eh_str("DEL"), eh_str("key")});
 *     link_flush(&link);                        // as much as the socket takes
 *     …poll(): POLLIN, and POLLOUT while link_unsent()…
 *     link_read(&link);
 *     redisReply *reply;
 *     while ((reply = link_reply(&link))) …freeReplyObject(reply)…
 */
#ifndef EVENHAND_BENCH_LINK_H
#define EVENHAND_BENCH_LINK_H

#include <hiredis/hiredis.h>
#include <poll.h>

#include <evenhand/base/base.h>

struct link {
    int fd;
    redisReader *reader;
    struct eh_bytes out;
    size_t sent; /* bytes of out that the socket has taken */
};

void link_open(struct link *, const char *path);
void link_close(struct link *);
void link_command(struct link *, size_t argc, const struct eh_str *argv);
void link_flush(struct link *);
bool link_unsent(const struct link *);
short link_events(const struct link *); /* for poll(): what it waits for */
void link_read(struct link *);
redisReply *link_reply(struct link *); /* NULL: none complete; the caller frees it */
/* Sends what is there and waits for one reply. Only where nothing else is outstanding. */
redisReply *link_ask(struct link *, size_t argc, const struct eh_str *argv);

/* What the programs share besides. */
_Noreturn void bench_die(const char *format, ...) EH_PRINTF(1, 2);
int64_t bench_now_ns(void); /* CLOCK_MONOTONIC */

#endif

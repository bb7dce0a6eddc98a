/*
 * redis_bench: a private redis-server in a folder of its own, an event loop, and a second, plain
 * connection to do to Redis what others would do.
 *
 *     struct bench bench;
 *     bench_open(&bench);
 *     bench_redis(&bench, "XADD %s * j {}", BENCH_INBOX);
 *     cr_assert(bench_until(&bench, is_so, &bench));   // runs the loop, bounded
 *     bench_close(&bench);
 */
#ifndef EVENHAND_TESTS_REDIS_BENCH_H
#define EVENHAND_TESTS_REDIS_BENCH_H

#include <sys/types.h>

#include <event2/event.h>
#include <hiredis/hiredis.h>

#include "redis/link.h"

#define BENCH_INBOX  "evenhand:{main}:inbox"
#define BENCH_OUTBOX "evenhand:{main}:outbox"
#define BENCH_DEAD   "evenhand:{main}:dead"
#define BENCH_WAIT_S 120 /* bound of every wait: it ends what hangs */

struct bench {
    char folder[64];
    pid_t server;
    struct event_base *base;
    struct eh_redis_address address;
    redisContext *other;
};

void bench_open(struct bench *);
void bench_close(struct bench *);
void bench_kill_server(struct bench *); /* kill -9 */
void bench_start_server(struct bench *);
/* Runs a command on the plain connection; refuses an error reply. Freed by the next call. */
const redisReply *bench_redis(struct bench *, const char *format, ...);
/* Turns the loop until the condition holds; false after BENCH_WAIT_S. */
bool bench_until(struct bench *, bool (*condition)(void *), void *context);
void bench_run_ms(struct bench *, int ms);

#endif

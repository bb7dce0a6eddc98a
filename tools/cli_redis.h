/*
 * cli_redis: a plain connection to Redis and windows of XADD over it.
 *
 *     struct eh_stream stream;
 *     int r = eh_stream_open("unix:/run/redis.sock", "evenhand:{main}:inbox", &stream);
 *     eh_stream_add(&stream, 'm', body);         // up to EH_STREAM_WINDOW of them
 *     r = eh_stream_flush(&stream, &taken);      // waits for all answers
 *     eh_stream_close(&stream);
 *
 * What goes wrong is said on stderr and comes back as an exit code. When Redis wants a password:
 * EVENHAND_REDIS_PASSWORD and, if it is not the default user's, EVENHAND_REDIS_USER.
 */
#ifndef EVENHAND_TOOLS_CLI_REDIS_H
#define EVENHAND_TOOLS_CLI_REDIS_H

#include "evenhand.h"

#define EH_STREAM_WINDOW     500 /* entries sent before their answers are read */
#define EH_STREAM_CONNECT_S  5
#define EH_STREAM_ANSWER_S   30
#define EH_STREAM_KEY_MAX    128 /* bytes with terminator */
#define EH_REDIS_ADDRESS_MAX 256 /* bytes with terminator */

struct redisContext;

struct eh_stream {
    struct redisContext *redis;
    char address[EH_REDIS_ADDRESS_MAX];
    char key[EH_STREAM_KEY_MAX];
    size_t pending; /* added, answers not read yet */
};

/* Where Redis listens: "/path", "unix:/path", "host:port", "[::1]:6379"; port 0 is a path. */
bool eh_redis_address(const char *address, char ret_host[EH_REDIS_ADDRESS_MAX], int *ret_port);

int eh_stream_open(const char *address, const char *key, struct eh_stream *ret) EH_MUST_CHECK;
void eh_stream_add(struct eh_stream *, char field, struct eh_str body);
/* *ret_taken: how many of the pending ones, in order, Redis took. */
int eh_stream_flush(struct eh_stream *, size_t *ret_taken) EH_MUST_CHECK;
void eh_stream_close(struct eh_stream *);

#endif

/*
 * stream: a plain connection to Redis and windows of XADD over it.
 *
 *     struct eh_stream stream;
 *     int r = eh_stream_open(cli, "unix:/run/redis.sock", "evenhand:{main}:inbox", &stream);
 *     eh_stream_add(&stream, 'm', body);         // up to EH_STREAM_WINDOW of them
 *     r = eh_stream_flush(&stream, &taken, ids); // waits for all answers
 *     eh_stream_close(&stream);
 *
 * Functions that return int return an exit code; an error has been said on stderr.
 * $EVENHAND_REDIS_PASSWORD is the password, $EVENHAND_REDIS_USER the user; without it the default
 * user.
 */
#ifndef EVENHAND_TOOLS_REDIS_STREAM_H
#define EVENHAND_TOOLS_REDIS_STREAM_H

#include "command.h"

#define EH_STREAM_WINDOW     500 /* entries sent before their answers are read */
#define EH_STREAM_CONNECT_S  5
#define EH_STREAM_ANSWER_S   30
#define EH_STREAM_KEY_MAX    128 /* bytes with terminator */
#define EH_REDIS_ADDRESS_MAX 256 /* bytes with terminator */

struct redisContext;

/* The id of an entry: "1700000000000-5". */
struct eh_entry_id {
    uint64_t ms, no;
};
struct eh_entry_id_text {
    char text[44];
};
bool eh_entry_id_read(const char *text, struct eh_entry_id *ret);
struct eh_entry_id_text eh_entry_id_text(struct eh_entry_id);

struct eh_stream {
    const struct eh_cli *cli; /* its form of errors is used */
    struct redisContext *redis;
    char address[EH_REDIS_ADDRESS_MAX];
    char key[EH_STREAM_KEY_MAX];
    size_t pending; /* added, answers not read yet */
};

/* Where Redis listens: "/path", "unix:/path", "host:port", "[::1]:6379"; port 0 is a path. */
bool eh_redis_address(const char *address, char ret_host[EH_REDIS_ADDRESS_MAX], int *ret_port);

int eh_stream_open(const struct eh_cli *, const char *address, const char *key,
                   struct eh_stream *ret) EH_MUST_CHECK;
void eh_stream_add(struct eh_stream *, char field, struct eh_str body);
/* *ret_taken: how many of the pending ones, in order, Redis took, and ret_ids their ids. */
int eh_stream_flush(struct eh_stream *, size_t *ret_taken,
                    struct eh_entry_id ret_ids[EH_STREAM_WINDOW]) EH_MUST_CHECK;
void eh_stream_close(struct eh_stream *);

#endif

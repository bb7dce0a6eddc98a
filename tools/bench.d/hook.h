/*
 * hook: webhooks that tools/bench sends to a bridge, each of a ticket of its own, as the profile
 * `generic` takes them.
 *
 * Open loop, as load.h: a webhook's time runs from the moment it was to be sent to its answer, also
 * when all connections were busy then.
 *
 *     struct hook hook = {.secret = secret, .prefix = "p-", .webhooks = 1000};
 *     hook_open(&hook, "/run/evenhand-bridge/help.hook", 32);
 *     hook_rate(&hook, 100);
 *     hook_close(&hook);
 */
#ifndef EVENHAND_BENCH_HOOK_H
#define EVENHAND_BENCH_HOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define HOOK_WEBHOOKS_MAX    10000000
#define HOOK_CONNECTIONS_MAX 20000
#define HOOK_STALL_S         60 /* nothing was answered for so long: give up */
#define HOOK_REQUEST_MAX     1024
#define HOOK_ANSWER_MAX      4096

struct hook_link {
    int fd; /* -1: not connected */
    bool busy, connecting;
    uint32_t webhook; /* that it carries */
    size_t size, sent;
    char request[HOOK_REQUEST_MAX];
    size_t got;
    char answer[HOOK_ANSWER_MAX];
    struct hook_link *next; /* of the idle ones */
};

struct hook {
    const char *secret, *prefix;
    uint32_t webhooks; /* how many there will be */
    struct sockaddr_storage to;
    socklen_t to_size;
    int epoll;
    struct hook_link *links, *idle;
    uint32_t link_count;
    int64_t *due_ns;  /* by webhook */
    int64_t *took_ns; /* in the order of the answers: 204 alone */
    uint32_t sent, ended;
    uint32_t taken, deferred, other, broken; /* 204, 503, another status, no answer */
};

/* hook_link.c: connections, which stay open. */
void hook_open(struct hook *, const char *address, uint32_t connections);
void hook_send(struct hook *, uint32_t webhook); /* there has to be an idle one */
void hook_wait(struct hook *, int64_t most_ns);  /* takes what comes meanwhile */
void hook_close(struct hook *);

/* hook_text.c: the bytes of a request; returns their count. */
size_t hook_request(const struct hook *, uint32_t webhook, char *to, size_t size);

/* hook.c */
void hook_rate(struct hook *, uint32_t per_s); /* on a schedule */
void hook_crowd(struct hook *);                /* all at once */

#endif

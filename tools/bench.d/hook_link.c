/* hook_link: HTTP over many connections, one webhook at a time on each. */
#include "hook.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/un.h>
#include <unistd.h>

#include "link.h"

#define EVENTS 256

static void listen_for(struct hook *hook, struct hook_link *link, int what)
{
    struct epoll_event event = {.events = (uint32_t)what, .data.ptr = link};
    epoll_ctl(hook->epoll, EPOLL_CTL_MOD, link->fd, &event);
}

static void connection_dial(struct hook *hook, struct hook_link *link)
{
    struct epoll_event event = {.events = EPOLLOUT, .data.ptr = link};
    link->fd = socket(hook->to.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (link->fd < 0)
        bench_die("a socket: %s", strerror(errno));
    link->connecting = true;
    if (connect(link->fd, (struct sockaddr *)&hook->to, hook->to_size) < 0 &&
        errno != EINPROGRESS) {
        close(link->fd);
        link->fd = -1;
        return;
    }
    epoll_ctl(hook->epoll, EPOLL_CTL_ADD, link->fd, &event);
}

/* ---- The end of a webhook. */

static void connection_end(struct hook *hook, struct hook_link *link, int status, bool keep)
{
    if (status == 204)
        hook->took_ns[hook->taken++] = bench_now_ns() - hook->due_ns[link->webhook];
    hook->deferred += status == 503;
    hook->broken += status == 0;
    hook->other += status != 204 && status != 503 && status != 0;
    hook->ended++;
    link->busy = false;
    link->next = hook->idle;
    hook->idle = link;
    if (keep)
        return;
    close(link->fd);
    link->fd = -1;
}

static void connection_break(struct hook *hook, struct hook_link *link)
{
    if (link->busy) {
        connection_end(hook, link, 0, false);
    } else { /* an idle one that was closed is dialled again when it is needed */
        close(link->fd);
        link->fd = -1;
    }
}

/* ---- Bytes. */

static void connection_write(struct hook *hook, struct hook_link *link)
{
    while (link->sent < link->size) {
        ssize_t n =
            send(link->fd, link->request + link->sent, link->size - link->sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN) {
            listen_for(hook, link, EPOLLIN | EPOLLOUT);
            return;
        }
        if (n < 0) {
            connection_break(hook, link);
            return;
        }
        link->sent += (size_t)n;
    }
    listen_for(hook, link, EPOLLIN);
}

/* Whether the answer is whole; sets its status, and whether the connection stays. */
static bool answer_is_whole(const struct hook_link *link, int *ret_status, bool *ret_keep)
{
    const char *end = strstr(link->answer, "\r\n\r\n");
    if (!end || sscanf(link->answer, "HTTP/1.1 %d", ret_status) != 1)
        return false;
    const char *length = strcasestr(link->answer, "\r\nContent-Length:");
    size_t body = length && length < end ? strtoul(length + 17, NULL, 10) : 0;
    *ret_keep = !strcasestr(link->answer, "\r\nConnection: close");
    return link->got >= (size_t)(end + 4 - link->answer) + body;
}

static void connection_read(struct hook *hook, struct hook_link *link)
{
    int status = 0;
    bool keep = false;
    ssize_t n = recv(link->fd, link->answer + link->got, HOOK_ANSWER_MAX - 1 - link->got, 0);
    if (n < 0 && errno == EAGAIN)
        return;
    if (n <= 0 || !link->busy) {
        connection_break(hook, link);
        return;
    }
    link->got += (size_t)n;
    link->answer[link->got] = 0;
    if (answer_is_whole(link, &status, &keep))
        connection_end(hook, link, status, keep);
}

static void connection_happens(struct hook *hook, struct hook_link *link, uint32_t what)
{
    if (link->fd < 0)
        return;
    if (what & (EPOLLERR | EPOLLHUP) && link->connecting) {
        connection_break(hook, link);
        return;
    }
    if (what & EPOLLOUT) {
        link->connecting = false;
        connection_write(hook, link);
    }
    if (link->fd >= 0 && what & (EPOLLIN | EPOLLHUP))
        connection_read(hook, link);
}

/* ---- What hook.c calls. */

void hook_send(struct hook *hook, uint32_t webhook)
{
    struct hook_link *link = hook->idle;
    hook->idle = link->next;
    link->busy = true;
    link->webhook = webhook;
    link->sent = link->got = 0;
    link->size = hook_request(hook, webhook, link->request, sizeof link->request);
    hook->sent++;
    if (link->fd < 0)
        connection_dial(hook, link);
    else if (!link->connecting)
        connection_write(hook, link);
    if (link->fd < 0 && link->busy)
        connection_end(hook, link, 0, true);
}

void hook_wait(struct hook *hook, int64_t most_ns)
{
    struct epoll_event events[EVENTS];
    const struct timespec most = {most_ns / 1000000000, most_ns % 1000000000};
    int count = epoll_pwait2(hook->epoll, events, EVENTS, &most, NULL);
    for (int i = 0; i < count; i++)
        connection_happens(hook, events[i].data.ptr, events[i].events);
}

/* 127.0.0.1:8399 */
static void address_read_ip(struct hook *hook, const char *text)
{
    struct sockaddr_in *ip = (struct sockaddr_in *)&hook->to;
    char host[INET_ADDRSTRLEN];
    const char *colon = strrchr(text, ':');
    eh_format(host, sizeof host, "%.*s", colon ? (int)(colon - text) : 0, text);
    ip->sin_family = AF_INET;
    ip->sin_port = htons((uint16_t)atoi(colon ? colon + 1 : ""));
    if (inet_pton(AF_INET, host, &ip->sin_addr) != 1)
        bench_die("%s: neither a path nor an address like 127.0.0.1:8399", text);
    hook->to_size = sizeof *ip;
}

static void address_read(struct hook *hook, const char *text)
{
    struct sockaddr_un *path = (struct sockaddr_un *)&hook->to;
    if (text[0] != '/') {
        address_read_ip(hook, text);
        return;
    }
    if (strlen(text) >= sizeof path->sun_path)
        bench_die("%s: too long for a Unix socket", text);
    path->sun_family = AF_UNIX;
    strcpy(path->sun_path, text);
    hook->to_size = sizeof *path;
}

void hook_open(struct hook *hook, const char *address, uint32_t connections)
{
    address_read(hook, address);
    hook->epoll = epoll_create1(EPOLL_CLOEXEC);
    hook->links = calloc(connections, sizeof *hook->links);
    hook->due_ns = calloc(hook->webhooks, sizeof *hook->due_ns);
    hook->took_ns = calloc(hook->webhooks, sizeof *hook->took_ns);
    if (hook->epoll < 0 || !hook->links || !hook->due_ns || !hook->took_ns)
        bench_die("out of memory");
    hook->link_count = connections;
    for (uint32_t i = 0; i < connections; i++) {
        hook->links[i].fd = -1;
        hook->links[i].next = hook->idle;
        hook->idle = &hook->links[i];
    }
}

void hook_close(struct hook *hook)
{
    for (uint32_t i = 0; i < hook->link_count; i++)
        if (hook->links[i].fd >= 0)
            close(hook->links[i].fd);
    close(hook->epoll);
    free(hook->links);
    free(hook->due_ns);
    free(hook->took_ns);
}

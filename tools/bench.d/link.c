/* link: RESP over a Unix socket, non-blocking, in large writes. */
#include "link.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define READ_CHUNK (256 * 1024)

void bench_die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(1);
}

int64_t bench_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

void link_open(struct link *link, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path)
        bench_die("%s: too long for a Unix socket", path);
    memcpy(address.sun_path, path, strlen(path));
    *link = (struct link){.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    if (link->fd < 0 || connect(link->fd, (struct sockaddr *)&address, sizeof address) < 0)
        bench_die("%s: %s", path, strerror(errno));
    fcntl(link->fd, F_SETFL, O_NONBLOCK);
    link->reader = redisReaderCreate();
    if (!link->reader)
        bench_die("out of memory");
    link->reader->maxbuf = 0; /* keep the buffer between replies */
}

void link_close(struct link *link)
{
    close(link->fd);
    redisReaderFree(link->reader);
    eh_bytes_done(&link->out);
}

void link_command(struct link *link, size_t argc, const struct eh_str *argv)
{
    eh_bytes_put_text(&link->out, "*%zu\r\n", argc);
    for (size_t i = 0; i < argc; i++) {
        eh_bytes_put_text(&link->out, "$%u\r\n", argv[i].size);
        eh_bytes_put(&link->out, argv[i].data, argv[i].size);
        eh_bytes_put(&link->out, "\r\n", 2);
    }
    if (link->out.failed)
        bench_die("out of memory");
}

bool link_unsent(const struct link *link)
{
    return link->sent < link->out.size;
}

short link_events(const struct link *link)
{
    return link_unsent(link) ? POLLIN | POLLOUT : POLLIN;
}

void link_flush(struct link *link)
{
    while (link_unsent(link)) {
        ssize_t n =
            send(link->fd, link->out.data + link->sent, link->out.size - link->sent, MSG_NOSIGNAL);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (n < 0)
            bench_die("Redis: %s", strerror(errno));
        link->sent += (size_t)n;
    }
    eh_bytes_clear(&link->out);
    link->sent = 0;
}

void link_read(struct link *link)
{
    static char chunk[READ_CHUNK];
    ssize_t n = recv(link->fd, chunk, sizeof chunk, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0)
        bench_die("Redis: %s", n < 0 ? strerror(errno) : "closed the connection");
    if (redisReaderFeed(link->reader, chunk, (size_t)n) != REDIS_OK)
        bench_die("Redis: %s", link->reader->errstr);
}

redisReply *link_reply(struct link *link)
{
    void *reply = NULL;
    if (redisReaderGetReply(link->reader, &reply) != REDIS_OK)
        bench_die("Redis: %s", link->reader->errstr);
    return reply;
}

redisReply *link_ask(struct link *link, size_t argc, const struct eh_str *argv)
{
    link_command(link, argc, argv);
    for (;;) {
        link_flush(link);
        redisReply *reply = link_reply(link);
        if (reply)
            return reply;
        struct pollfd wait = {.fd = link->fd, .events = link_events(link)};
        poll(&wait, 1, -1);
        if (wait.revents & (POLLIN | POLLHUP))
            link_read(link);
    }
}

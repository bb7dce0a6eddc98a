/*
 * web_kit: a server on the loopback that answers raw bytes, for tests of what asks it. A thread a
 * connection; the path says how it answers (web_kit_answer), and each request is counted.
 *
 *     static struct web_kit kit;
 *     web_kit_begin(&kit);
 *     …ask kit.url…
 *     web_kit_end(&kit);
 */
#ifndef EVENHAND_TESTS_WEB_KIT_H
#define EVENHAND_TESTS_WEB_KIT_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <criterion/criterion.h>

#define WEB_KIT_SEEN 256

struct web_kit {
    int listens;
    atomic_bool ends;
    char url[64];
    pthread_t thread;
    pthread_mutex_t lock;
    unsigned requests, at_once, most_at_once, refusals; /* refusals: so many 401 for /session */
    char seen[WEB_KIT_SEEN][512];                       /* first line, and body behind a newline */
    char last[4096];                                    /* the last request, whole */
};

struct web_kit_connection {
    struct web_kit *kit;
    int fd;
};

static inline void web_kit_put(int fd, const char *text)
{
    (void)!send(fd, text, strlen(text), MSG_NOSIGNAL);
}

static inline void web_kit_flood(int fd, const char *head, const char *piece, int pieces)
{
    web_kit_put(fd, head);
    for (int i = 0; i < pieces; i++)
        web_kit_put(fd, piece);
}

static inline void web_kit_reset(int fd)
{
    const struct linger linger = {1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

/* One byte each 0.2 s, until the end. */
static inline void web_kit_drip(struct web_kit *kit, int fd)
{
    web_kit_put(fd, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    while (!kit->ends && send(fd, " ", 1, MSG_NOSIGNAL) == 1)
        usleep(200000);
}

static inline void web_kit_wait(struct web_kit *kit)
{
    while (!kit->ends)
        usleep(10000);
}

/* False: the connection is to be closed. */
static inline bool web_kit_answer(struct web_kit *kit, int fd, const char *request)
{
    static char piece[16385];
    const char *path = strchr(request, ' ') + 1;
    if (!piece[0])
        memset(piece, 'x', sizeof piece - 1);
    if (strncmp(path, "/half", 5) == 0)
        web_kit_put(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"half");
    else if (strncmp(path, "/reset", 6) == 0)
        web_kit_reset(fd);
    else if (strncmp(path, "/silence", 8) == 0)
        web_kit_wait(kit);
    else if (strncmp(path, "/drip", 5) == 0)
        web_kit_drip(kit, fd);
    else if (strncmp(path, "/big", 4) == 0)
        web_kit_flood(fd, "HTTP/1.1 200 OK\r\n\r\n", piece, 65);
    else if (strncmp(path, "/mebi", 5) == 0)
        web_kit_flood(fd, "HTTP/1.1 200 OK\r\nContent-Length: 1048576\r\n\r\n", piece, 64);
    else if (strncmp(path, "/heads", 6) == 0)
        web_kit_flood(fd, "HTTP/1.1 200 OK\r\n", "X-Long: 0123456789012345678901234567890\r\n",
                      2000);
    else if (strncmp(path, "/elsewhere", 10) == 0)
        web_kit_put(fd, "HTTP/1.1 302 Found\r\nLocation: "
                        "http://127.0.0.2:9/there\r\nContent-Length: 0\r\n\r\n");
    else if (strncmp(path, "/here", 5) == 0)
        web_kit_put(fd, "HTTP/1.1 302 Found\r\nLocation: /ok\r\nContent-Length: 0\r\n\r\n");
    else
        return true;
    return false;
}

/* What /ok and its like say. */
static inline const char *web_kit_say(struct web_kit *kit, const char *request)
{
    const char *path = strchr(request, ' ') + 1;
    if (strncmp(path, "/login", 6) == 0)
        return "HTTP/1.1 302 Found\r\nLocation: /ok\r\nSet-Cookie: lang=en; Path=/\r\n"
               "Set-Cookie: SID=abc123; HttpOnly\r\nContent-Length: 0\r\n\r\n";
    if (strncmp(path, "/busy", 5) == 0 && kit->requests == 1)
        return "HTTP/1.1 429 Slow\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n";
    if (strncmp(path, "/away", 5) == 0 && kit->requests < 4)
        return "HTTP/1.1 503 Away\r\nContent-Length: 0\r\n\r\n";
    if (strncmp(path, "/session", 8) == 0 &&
        (kit->refusals > 0 || !strstr(request, "SID=abc123"))) {
        kit->refusals -= kit->refusals > 0 ? 1 : 0;
        return "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n";
    }
    return "HTTP/1.1 200 OK\r\nX-Word: said\r\nContent-Length: 13\r\n\r\n{\"done\":true}";
}

static inline void web_kit_note(struct web_kit *kit, const char *request, const char *body)
{
    const char *end = strstr(request, "\r\n");
    if (kit->requests < WEB_KIT_SEEN)
        snprintf(kit->seen[kit->requests], sizeof kit->seen[0], "%.*s\n%.200s",
                 (int)(end - request), request, body);
    snprintf(kit->last, sizeof kit->last, "%.4000s", request);
    kit->requests++;
}

/* One request that has come whole; its size; 0: more is to come. */
static inline size_t web_kit_whole(const char *text)
{
    const char *end = strstr(text, "\r\n\r\n"), *size = strcasestr(text, "content-length:");
    if (!end)
        return 0;
    size_t whole = (size_t)(end + 4 - text) + (size && size < end ? (size_t)atoi(size + 15) : 0);
    return strlen(text) >= whole ? whole : 0;
}

static inline bool web_kit_serve(struct web_kit *kit, int fd, const char *request)
{
    char say[512];
    pthread_mutex_lock(&kit->lock);
    web_kit_note(kit, request, strstr(request, "\r\n\r\n") + 4);
    if (++kit->at_once > kit->most_at_once)
        kit->most_at_once = kit->at_once;
    snprintf(say, sizeof say, "%s", web_kit_say(kit, request));
    pthread_mutex_unlock(&kit->lock);
    bool stays = web_kit_answer(kit, fd, request);
    if (strstr(request, "/slow"))
        usleep(20000);
    pthread_mutex_lock(&kit->lock);
    kit->at_once--;
    pthread_mutex_unlock(&kit->lock);
    if (stays)
        web_kit_put(fd, say);
    return stays;
}

static inline void *web_kit_connection_run(void *context)
{
    struct web_kit_connection *connection = context;
    static __thread char text[65536];
    size_t size = 0;
    for (ssize_t n; (n = recv(connection->fd, text + size, sizeof text - 1 - size, 0)) > 0;) {
        size += (size_t)n;
        text[size] = '\0';
        if (web_kit_whole(text) == 0)
            continue;
        size = 0;
        if (!web_kit_serve(connection->kit, connection->fd, text))
            break;
    }
    close(connection->fd);
    free(connection);
    return NULL;
}

static inline void *web_kit_run(void *context)
{
    struct web_kit *kit = context;
    for (int fd; (fd = accept(kit->listens, NULL, NULL)) >= 0;) {
        struct web_kit_connection *connection = malloc(sizeof *connection);
        pthread_t thread;
        *connection = (struct web_kit_connection){kit, fd};
        pthread_create(&thread, NULL, web_kit_connection_run, connection);
        pthread_detach(thread);
    }
    return NULL;
}

static inline void web_kit_begin(struct web_kit *kit)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    memset(kit, 0, sizeof *kit);
    pthread_mutex_init(&kit->lock, NULL);
    kit->listens = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_eq(bind(kit->listens, (struct sockaddr *)&address, size), 0);
    cr_assert_eq(listen(kit->listens, 64), 0);
    cr_assert_eq(getsockname(kit->listens, (struct sockaddr *)&address, &size), 0);
    snprintf(kit->url, sizeof kit->url, "http://127.0.0.1:%d", ntohs(address.sin_port));
    pthread_create(&kit->thread, NULL, web_kit_run, kit);
}

static inline void web_kit_end(struct web_kit *kit)
{
    kit->ends = true;
    shutdown(kit->listens, SHUT_RDWR);
    pthread_join(kit->thread, NULL);
    close(kit->listens);
}

#endif

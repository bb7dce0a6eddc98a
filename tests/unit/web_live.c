/*
 * web_live: an answer that goes on reaches who reads it, drops who does not, and forgets who has
 * left; readers of what moved are bounded, of a person and in all.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "web/live/live.h"

#define ROUNDS_MAX 20000
#define ASK        "GET /%s HTTP/1.1\r\nHost: x\r\n\r\n"

static struct event_base *base;
static struct eh_http_server *server;
static struct eh_live *live;
static struct eh_http_request *kept; /* a stream that the test writes to */
static char folder[] = "/tmp/eh-web-live-XXXXXX", path[64];
static char said[65536];

/* /NAME listens for what moved as this person; /stream is the test's own; /plain has an end. */
static void on_ask(void *context, struct eh_http_request *request)
{
    (void)context;
    const struct eh_http_answer answer = {.status = 200, .content_type = "text/plain"};
    if (strcmp(request->path, "/plain") == 0) {
        eh_http_answer(request, &answer);
    } else if (strcmp(request->path, "/stream") == 0) {
        kept = request;
        eh_http_stream_begin(request, &answer);
    } else {
        eh_live_add(live, request, request->path + 1, 7);
    }
}

static void on_late(void *context, struct eh_http_request *request)
{
    (void)context;
    cr_assert_fail("%s: an answer that goes on is not late", request->path);
}

static const struct eh_http_owner owner = {
    .name = "test", .methods = "GET", .ask = on_ask, .late = on_late};
static struct eh_http_limits limits = {EH_HTTP_LIMITS_USUAL, .work_s = 1};

static void start(void)
{
    struct eh_error error = {0};
    struct rlimit files;
    cr_assert_eq(getrlimit(RLIMIT_NOFILE, &files), 0);
    files.rlim_cur = files.rlim_max < 4096 ? files.rlim_max : 4096;
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &files), 0);
    cr_assert(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/s", folder);
    limits.connections_max = 1024;
    base = event_base_new();
    const struct eh_http_options options = {base, &owner, &limits, NULL};
    const struct eh_http_address address = {.text = path, .setting = "listen"};
    cr_assert_eq(eh_live_new(base, &live, &error), 0, "%s", error.text);
    cr_assert_eq(eh_http_server_new(&options, &server, &error), 0, "%s", error.text);
    cr_assert_eq(eh_http_server_listen(server, &address, &error), 0, "%s", error.text);
}

static void stop(void)
{
    if (kept)
        eh_http_stream_end(kept);
    eh_live_free(live);
    eh_http_server_free(server);
    event_base_free(base);
    rmdir(folder);
}

TestSuite(web_live, .init = start, .fini = stop, .timeout = 600);

static int client(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char text[128];
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    cr_assert_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    cr_assert_eq(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    snprintf(text, sizeof text, ASK, name);
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    return fd;
}

static void turn(void)
{
    event_base_loop(base, EVLOOP_NONBLOCK);
}

/* Turns of the loop until `part` was told, or the connection ended: false. */
static bool is_told(int fd, const char *part)
{
    size_t size = 0;
    for (;;) {
        turn();
        struct pollfd ready = {fd, POLLIN, 0};
        poll(&ready, 1, 1);
        ssize_t got = read(fd, said + size, sizeof said - 1 - size);
        if (got == 0 || (got < 0 && errno != EAGAIN))
            return false;
        size += got > 0 ? (size_t)got : 0;
        said[size] = '\0';
        if (strstr(said, part))
            return true;
    }
}

static void wait_for_stream(void)
{
    for (int i = 0; i < ROUNDS_MAX && !kept; i++)
        turn();
    cr_assert(kept);
}

Test(web_live, pieces_come_as_they_are_sent_and_the_connection_goes_on)
{
    int fd = client("stream");
    wait_for_stream();
    cr_assert(is_told(fd, "\r\n\r\n"));
    cr_assert(strstr(said, "HTTP/1.1 200 OK\r\n") && strstr(said, "chunked"), "%s", said);
    cr_assert(eh_http_stream_send(kept, eh_str("one")));
    cr_assert(is_told(fd, "3\r\none\r\n"));
    usleep(1200000); /* past work_s */
    turn();
    cr_assert(eh_http_stream_send(kept, eh_str("two")));
    cr_assert(is_told(fd, "3\r\ntwo\r\n"));
    eh_http_stream_end(kept);
    kept = NULL;
    cr_assert(is_told(fd, "0\r\n\r\n"));
    char text[64];
    snprintf(text, sizeof text, ASK, "plain");
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    cr_assert(is_told(fd, "HTTP/1.1 200 OK"));
    close(fd);
}

Test(web_live, who_does_not_read_is_dropped)
{
    static const char piece[1000];
    int fd = client("stream"), sent = 0;
    wait_for_stream();
    while (eh_http_stream_send(kept, eh_str_n(piece, sizeof piece)) && ++sent < ROUNDS_MAX)
        turn();
    cr_assert_lt(sent, ROUNDS_MAX);
    cr_assert_gt(sent, EH_HTTP_STREAM_BEHIND_MAX / (int)sizeof piece);
    cr_assert_not(eh_http_stream_send(kept, eh_str("more")));
    eh_http_stream_end(kept);
    kept = NULL;
    cr_assert_null(server->connections);
    close(fd);
}

Test(web_live, who_has_left_is_noticed)
{
    int fd = client("stream");
    wait_for_stream();
    close(fd);
    int rounds = 0;
    while (eh_http_stream_send(kept, eh_str("x")) && ++rounds < ROUNDS_MAX)
        turn();
    cr_assert_lt(rounds, ROUNDS_MAX);
    eh_http_stream_end(kept);
    kept = NULL;
    cr_assert_null(server->connections);
}

Test(web_live, a_reader_is_told_the_version_and_what_moved)
{
    int fd = client("ana");
    cr_assert(is_told(fd, "event: moved\ndata: 7\n\n"));
    eh_live_tell(live, 8);
    cr_assert(is_told(fd, "event: moved\ndata: 8\n\n"));
    cr_assert_eq(eh_live_count(live), 1);
    close(fd);
    for (int i = 0; i < ROUNDS_MAX && eh_live_count(live) > 0; i++) {
        eh_live_tell(live, 9 + (uint64_t)i);
        turn();
    }
    cr_assert_eq(eh_live_count(live), 0);
}

Test(web_live, the_oldest_reader_of_a_person_goes)
{
    int fds[EH_LIVE_PERSON_MAX + 1], other = client("ben");
    cr_assert(is_told(other, "data: 7"));
    for (int i = 0; i <= EH_LIVE_PERSON_MAX; i++) {
        fds[i] = client("ana");
        cr_assert(is_told(fds[i], "data: 7"));
    }
    cr_assert_eq(eh_live_count(live), EH_LIVE_PERSON_MAX + 1);
    cr_assert(is_told(fds[0], "0\r\n\r\n"));
    cr_assert(strstr(said, "retry: 60000\n"), "%s", said);
    eh_live_tell(live, 8);
    cr_assert(is_told(fds[1], "data: 8"));
    cr_assert(is_told(other, "data: 8"));
    for (int i = 0; i <= EH_LIVE_PERSON_MAX; i++)
        close(fds[i]);
    close(other);
}

Test(web_live, many_readers_are_told_in_parts_and_each_of_the_newest)
{
    enum { MANY = 4 * EH_LIVE_SLICE_LEAST };
    int fds[MANY];
    char name[24];
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "p%d", i);
        fds[i] = client(name);
        cr_assert(is_told(fds[i], "data: 7"));
    }
    eh_live_tell(live, 8);
    eh_live_tell(live, 9); /* only the first part has heard of 8 */
    for (int i = MANY - 1; i >= 0; i--) {
        cr_assert(is_told(fds[i], "data: 9"));
        cr_assert_eq(strstr(said, "data: 8") != NULL, i < EH_LIVE_SLICE_LEAST, "%d: %s", i, said);
        close(fds[i]);
    }
}

Test(web_live, readers_in_all_have_a_bound)
{
    int fds[EH_LIVE_READERS_MAX];
    char name[24];
    for (int i = 0; i < EH_LIVE_READERS_MAX; i++) {
        snprintf(name, sizeof name, "p%d", i);
        fds[i] = client(name);
        cr_assert(is_told(fds[i], "data: 7"));
    }
    int more = client("more");
    cr_assert(is_told(more, "too many pages are open"));
    cr_assert(strstr(said, "HTTP/1.1 503"), "%s", said);
    close(more);
    more = client("p7"); /* takes the place of nobody: there is no room */
    cr_assert(is_told(more, "too many pages are open"));
    close(more);
    for (int i = 0; i < EH_LIVE_READERS_MAX; i++)
        close(fds[i]);
}

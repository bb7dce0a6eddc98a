/*
 * http_server: a server of daemon/http that any program may have: where it listens, what it takes,
 * whom it turns away, and how long it waits.
 */
#include <criterion/criterion.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/error.h"
#include "http/server.h"

#define CONNECTIONS 3
#define BODY_MAX    2000

static struct event_base *base;
static struct eh_http_server *server;
static struct eh_http_request *kept; /* not answered yet */
static char said[8192];              /* what the client was told */

static void keep_or_answer(void *context, struct eh_http_request *request)
{
    (void)context;
    struct eh_http_refusal fault;
    if (eh_http_fault(request, &fault)) {
        eh_http_refuse(request, &fault);
    } else if (strcmp(request->path, "/later") == 0) {
        kept = request;
    } else if (strcmp(request->path, "/wrong") == 0) {
        eh_http_error(request, -EH_EUNAVAILABLE, "body", "Redis is away");
    } else {
        const struct eh_http_header second = {"X-Second", "2", NULL};
        const struct eh_http_header first = {"Retry-After", "1", &second};
        const struct eh_http_answer answer = {
            .status = 204, .cache = "max-age=60", .headers = &first};
        eh_http_answer(request, &answer);
    }
}

static void too_late(void *context, struct eh_http_request *request)
{
    (void)context;
    kept = NULL;
    eh_http_error(request, EH_EUNAVAILABLE, NULL, "not answered in time");
}

static const struct eh_http_owner owner = {
    .name = "test", .methods = "GET, POST", .ask = keep_or_answer, .late = too_late};
static const struct eh_http_limits limits = {EH_HTTP_LIMITS_USUAL, .work_s = 1};
static struct eh_http_limits own_limits;
static char places[2][40]; /* of a port that was free */
static const struct eh_http_address tcp[] = {{.text = places[0], .setting = "listen"},
                                             {.text = places[1], .setting = "listen"}};

/* Two ports that nobody has; kept until both are known. */
static void ports_find(void)
{
    int fds[2];
    for (int i = 0; i < 2; i++) {
        struct sockaddr_in address = {.sin_family = AF_INET,
                                      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        socklen_t size = sizeof address;
        fds[i] = socket(AF_INET, SOCK_STREAM, 0);
        cr_assert_eq(bind(fds[i], (struct sockaddr *)&address, size), 0);
        cr_assert_eq(getsockname(fds[i], (struct sockaddr *)&address, &size), 0);
        snprintf(places[i], sizeof places[i], "127.0.0.1:%d", ntohs(address.sin_port));
    }
    close(fds[0]);
    close(fds[1]);
}

static void start(void)
{
    struct eh_error error;
    ports_find();
    own_limits = limits;
    own_limits.connections_max = CONNECTIONS;
    own_limits.body_max = BODY_MAX;
    base = event_base_new();
    const struct eh_http_options options = {base, &owner, &own_limits, NULL};
    cr_assert_eq(eh_http_server_new(&options, &server, &error), 0, "%s", error.text);
}

static void stop(void)
{
    if (kept)
        eh_http_request_drop(kept);
    eh_http_server_free(server);
    event_base_free(base);
}

TestSuite(http_server, .init = start, .fini = stop, .timeout = 600);

static int client(void)
{
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    cr_assert_eq(getsockname(server->socket.fd, (struct sockaddr *)&address, &size), 0);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    cr_assert_eq(connect(fd, (struct sockaddr *)&address, size), 0);
    cr_assert_eq(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    return fd;
}

static void listen_tcp(void)
{
    struct eh_error error;
    cr_assert_eq(eh_http_server_listen(server, &tcp[0], &error), 0, "%s", error.text);
}

static void send_text(int fd, const char *text)
{
    cr_assert_eq(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

/* Turns of the loop until `part` was told, or the connection ended: false. */
static bool is_told(int fd, const char *part)
{
    size_t size = 0;
    for (;;) {
        event_base_loop(base, EVLOOP_NONBLOCK);
        struct pollfd ready = {fd, POLLIN, 0};
        poll(&ready, 1, 1);
        ssize_t got = recv(fd, said + size, sizeof said - 1 - size, 0);
        if (got == 0 || (got < 0 && errno != EAGAIN))
            return false;
        size += got > 0 ? (size_t)got : 0;
        said[size] = '\0';
        if (strstr(said, part))
            return true;
    }
}

static bool ask(int fd, const char *text, const char *part)
{
    send_text(fd, text);
    return is_told(fd, part);
}

Test(http_server, answers_over_tcp_with_the_headers_it_was_given)
{
    listen_tcp();
    int fd = client();
    cr_assert(ask(fd, "POST /in HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}", "\r\n\r\n"));
    cr_expect(strstr(said, "HTTP/1.1 204 No Content\r\n"), "%s", said);
    cr_expect(strstr(said, "Cache-Control: max-age=60\r\nRetry-After: 1\r\nX-Second: 2\r\n"), "%s",
              said);
    close(fd);
}

Test(http_server, errors_have_one_form)
{
    listen_tcp();
    int fd = client();
    cr_expect(ask(fd, "GET /wrong HTTP/1.1\r\nHost: x\r\n\r\n",
                  "{\"error\":{\"code\":\"unavailable\",\"message\":\"Redis is away\","
                  "\"field\":\"body\"}}\n"));
    cr_expect(strstr(said, "503 Service Unavailable"), "%s", said);
    cr_expect(ask(fd, "PUT /in HTTP/1.1\r\nHost: x\r\n\r\n",
                  "{\"error\":{\"code\":\"method\",\"message\":\"only GET and POST are taken\","
                  "\"field\":null}}\n"));
    cr_expect(strstr(said, "Allow: GET, POST\r\n"), "%s", said);
    close(fd);
}

static void expect_body(size_t size, const char *part)
{
    char text[BODY_MAX + 200];
    int fd = client();
    int head = snprintf(text, sizeof text,
                        "POST /in HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n\r\n", size);
    memset(text + head, 'x', size);
    text[(size_t)head + size] = '\0';
    cr_expect(ask(fd, text, part), "%zu bytes: %s", size, said);
    close(fd);
}

Test(http_server, a_body_is_taken_up_to_its_bound)
{
    listen_tcp();
    expect_body(BODY_MAX, "204 No Content");
    expect_body(BODY_MAX + 1, "\"message\":\"the body is over 2000 bytes\"");
}

Test(http_server, connections_over_the_cap_are_told_so)
{
    listen_tcp();
    const char *request = "GET /in HTTP/1.1\r\nHost: x\r\n\r\n";
    int fds[CONNECTIONS];
    for (int i = 0; i < CONNECTIONS; i++) {
        fds[i] = client();
        cr_assert(ask(fds[i], request, "204"));
    }
    int one_more = client();
    cr_expect(
        ask(one_more, request, "\"message\":\"too many connections; try again in a moment\""));
    cr_expect(strstr(said, "Retry-After: 1\r\n"), "%s", said);
    cr_expect_not(is_told(one_more, "…"), "it stays");
    close(one_more);
    close(fds[0]);
    while (server->welcome == CONNECTIONS)
        event_base_loop(base, EVLOOP_ONCE);
    fds[0] = client();
    cr_expect(ask(fds[0], request, "204"));
    for (int i = 0; i < CONNECTIONS; i++)
        close(fds[i]);
}

Test(http_server, a_crowd_waits_to_be_accepted_where_the_owner_wants_that)
{
    const char *request = "GET /in HTTP/1.1\r\nHost: x\r\n\r\n";
    int fds[2 * CONNECTIONS];
    own_limits.crowd_waits = true;
    listen_tcp();
    for (int i = 0; i < 2 * CONNECTIONS; i++) {
        fds[i] = client();
        send_text(fds[i], i == 0 ? "GET /later HTTP/1.1\r\nHost: x\r\n\r\n" : "G");
    }
    while (!kept)
        event_base_loop(base, EVLOOP_ONCE);
    event_base_loop(base, EVLOOP_NONBLOCK);
    cr_expect(server->full);
    cr_expect_eq(server->accepted, CONNECTIONS);
    struct eh_http_request *first = kept;
    kept = NULL;
    eh_http_answer(first, &(struct eh_http_answer){.status = 204});
    cr_expect(is_told(fds[0], "Connection: close\r\n"), "it makes room: %s", said);
    for (int i = 1; i < 2 * CONNECTIONS; i++) {
        cr_expect(ask(fds[i], request + 1, "204"), "%d: %s", i, said);
        cr_expect_leq(server->accepted, CONNECTIONS);
        close(fds[i]);
    }
    close(fds[0]);
    while (server->accepted > 0)
        event_base_loop(base, EVLOOP_ONCE);
    cr_expect_not(server->full);
}

Test(http_server, a_request_that_nobody_answers_has_a_deadline)
{
    listen_tcp();
    int fd = client();
    cr_expect(ask(fd, "GET /later HTTP/1.1\r\nHost: x\r\n\r\n", "not answered in time"));
    cr_expect_eq(server->late, 1);
    close(fd);
}

Test(http_server, a_server_that_closes_answers_what_it_owes)
{
    listen_tcp();
    int fd = client();
    send_text(fd, "GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
    while (!kept)
        event_base_loop(base, EVLOOP_ONCE);
    eh_http_server_close(server);
    struct eh_http_request *request = kept;
    kept = NULL;
    eh_http_answer(request, &(struct eh_http_answer){.status = 204});
    cr_expect(is_told(fd, "\r\n\r\n"));
    cr_expect(strstr(said, "Connection: close\r\n"), "%s", said);
    close(fd);
}

/* ---- Addresses. */

Test(http_server, listens_on_addresses_with_a_port_alone)
{
    static const char *const wrong[] = {
        "127.0.0.1:", "127.0.0.1:65536", "localhost:8399", "[::1]",      "::1",
        "1.2.3:80",   ":8399",           "[::1:80",        "127.0.0.1:0"};
    struct eh_error error;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const struct eh_http_address address = {.text = wrong[i], .setting = "listen"};
        cr_expect_eq(eh_http_server_listen(server, &address, &error), -EH_EINVAL, "%s", wrong[i]);
        cr_expect_eq(strncmp(error.text, "listen: ", 8), 0, "%s", error.text);
    }
}

Test(http_server, an_address_that_is_taken_is_a_conflict)
{
    listen_tcp();
    struct eh_http_socket second;
    struct eh_error error;
    cr_expect_eq(eh_http_socket_open(&tcp[0], &second, &error), -EH_ECONFLICT);
}

Test(http_server, several_listen_side_by_side)
{
    struct eh_http_server *other;
    struct eh_error error;
    const struct eh_http_options options = {base, &owner, &own_limits, NULL};
    cr_assert_eq(eh_http_server_new(&options, &other, &error), 0);
    listen_tcp();
    cr_assert_eq(eh_http_server_listen(other, &tcp[1], &error), 0);
    eh_http_server_close(server); /* the first of two in their list, then the last */
    eh_http_server_free(other);
}

/* ---- Codes. */

Test(http_server, codes_have_an_http_status)
{
    static const struct {
        int code, status;
    } expected[] = {
        {EH_EINVAL, 400},    {EH_ERANGE, 400},    {EH_EPARSE, 400}, {EH_EDENIED, 403},
        {EH_ENOTFOUND, 404}, {EH_ECONFLICT, 409}, {EH_EFULL, 429},  {EH_EUNAVAILABLE, 503},
        {EH_ENOMEM, 503},    {EH_ECORRUPT, 500},  {12345, 500}};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        cr_assert_eq(eh_http_status_of(expected[i].code), expected[i].status);
        cr_assert_eq(eh_http_status_of(-expected[i].code), expected[i].status);
        cr_assert_not_null(eh_http_code_name(expected[i].code));
    }
}

/* ---- evhttp's own pages. */

static void expect_page(const char *before, const char *after_begins)
{
    struct evbuffer *buffer = evbuffer_new();
    evbuffer_add_printf(buffer, "%s", before);
    evbuffer_freeze(buffer, 1); /* as after a bufferevent's first write */
    eh_http_page_mend(server, buffer);
    evbuffer_unfreeze(buffer, 1);
    char text[2048];
    ssize_t size = evbuffer_copyout(buffer, text, sizeof text - 1);
    text[size < 0 ? 0 : size] = '\0';
    cr_assert(strncmp(text, after_begins, strlen(after_begins)) == 0, "%s", text);
    evbuffer_free(buffer);
}

Test(http_server, pages_of_evhttp_become_json_and_nothing_else_does)
{
    expect_page("HTTP/1.1 413 Too\r\nContent-Type: text/html\r\n\r\n<HTML>",
                "HTTP/1.1 413 Content Too Large\r\nContent-Type: application/json\r\n");
    expect_page("HTTP/1.0 501 No\r\nContent-Type: text/html\r\n\r\n<HTML>",
                "HTTP/1.1 405 Method Not Allowed\r\n");
    static const char *const others[] = {
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 400 Bad\r\nContent-Type: application/json\r\n\r\n\r\nContent-Type: text/html\r\n",
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n",
        "HTTP/1.1 413 Too\r\nContent-Type: text/html\r\n",
        "x",
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        expect_page(others[i], others[i]);
}

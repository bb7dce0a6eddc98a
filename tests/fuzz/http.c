/*
 * fuzz/http: any bytes on a connection to the admin socket, asked by an operator.
 *
 * The API runs with an app made of an engine that stays as it is, so an input means the same each
 * time. Whatever comes, the connection ends, every answer is HTTP, and nothing is left behind.
 */
#include <errno.h>
#include <fcntl.h>

#include "../unit/admin_kit.h"
#include "fuzz.h"

#define ROUNDS_MAX 100000 /* turns of the loop for one input */

static const char desk[] =
    "desk: main\ncurrency: EUR\ntime_zone: Europe/Oslo\nkinds: {order: {points: 2}}\n"
    "reps: [{id: ana}, {id: bob}]\n"
    "teams: [{id: sales, reps: [ana, bob], policy: random, managers: [maja]}]\n";

static struct eh_app app;
static struct eh_admin *admin;
static char folder[] = "/tmp/eh-fuzz-XXXXXX", path[64];

static void setup(struct kit *k)
{
    kit_send(k, "{'type':'ticket','id':'T/1','team':'sales','kind':'order','owner':'ana'}");
    kit_send(k, "{'type':'ticket','id':'T2','team':'sales','kind':'order','owner':'bob'}");
}

static void end(void)
{
    app_stop(&app, admin);
    rmdir(folder);
}

static void begin(void)
{
    eh_require(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/s", folder);
    admin = app_start(&app, path, desk, setup, STEADY);
    atexit(end);
}

static int connect_client(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, path, sizeof path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    eh_require(fd >= 0);
    eh_require(connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
    eh_require(fcntl(fd, F_SETFL, O_NONBLOCK) == 0);
    return fd;
}

/* One turn of the loop, without the rests that large answers cost. */
static void turn(void)
{
    if (event_pending(admin->rest, EV_TIMEOUT, NULL))
        event_active(admin->rest, EV_TIMEOUT, 1);
    event_base_loop(app.base, EVLOOP_NONBLOCK);
}

/* Sends what goes out now; true when all has gone, or nobody takes it any more. */
static bool send_some(int fd, const uint8_t *data, size_t size, size_t *at)
{
    ssize_t n = *at < size ? send(fd, data + *at, size - *at, MSG_NOSIGNAL) : 0;
    if (n > 0)
        *at += (size_t)n;
    bool done = *at == size || (n < 0 && errno != EAGAIN);
    if (done)
        shutdown(fd, SHUT_WR);
    return done;
}

/* Reads what is there; true at the end. Notes the first bytes of all. */
static bool read_some(int fd, char first[8], size_t *got)
{
    char buffer[65536];
    ssize_t n = recv(fd, buffer, sizeof buffer, 0);
    for (ssize_t i = 0; i < n && *got < 7; i++)
        first[(*got)++] = buffer[i];
    return n == 0 || (n < 0 && errno != EAGAIN);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!admin)
        begin();
    int fd = connect_client();
    size_t at = 0, got = 0, rounds = 0;
    char first[8] = "";
    bool sent = false, ended = false;
    while (!ended) {
        sent = sent || send_some(fd, data, size, &at);
        turn();
        ended = read_some(fd, first, &got);
        eh_require(rounds++ < ROUNDS_MAX);
    }
    close(fd);
    while (admin->server->connections) {
        turn();
        eh_require(rounds++ < ROUNDS_MAX);
    }
    eh_require(got == 0 || strncmp(first, "HTTP/", 5) == 0);
    eh_require(!admin->requests && admin->pending == 0 && admin->connection_count == 0);
    return 0;
}

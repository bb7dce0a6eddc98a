/* redis_bench: starts, stops and asks a private redis-server. */
#include "redis_bench.h"

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <criterion/criterion.h>

static redisReply *last_reply;

/* There only under the sanitizers; criterion does not fail a test for leaks by itself. */
int __lsan_do_recoverable_leak_check(void) __attribute__((weak));

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void connect_other(struct bench *bench)
{
    double until = now_s() + BENCH_WAIT_S;
    while (now_s() < until) {
        if (bench->other)
            redisFree(bench->other);
        bench->other = redisConnectUnix(bench->address.path);
        redisReply *reply =
            bench->other && !bench->other->err ? redisCommand(bench->other, "PING") : NULL;
        bool ready = reply && reply->type == REDIS_REPLY_STATUS;
        freeReplyObject(reply);
        if (ready)
            return;
        usleep(20000);
    }
    cr_assert_fail("redis-server did not come up");
}

void bench_start_server(struct bench *bench)
{
    bench->server = fork();
    cr_assert_geq(bench->server, 0);
    if (bench->server == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        int null = open("/dev/null", O_RDWR);
        dup2(null, STDIN_FILENO);
        dup2(null, STDOUT_FILENO);
        dup2(null, STDERR_FILENO);
        execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", bench->address.path,
               "--dir", bench->folder, "--save", "", "--appendonly", "yes", "--appendfsync",
               "always", NULL);
        _exit(127);
    }
    connect_other(bench);
}

void bench_kill_server(struct bench *bench)
{
    if (bench->server > 0) {
        kill(bench->server, SIGKILL);
        waitpid(bench->server, NULL, 0);
    }
    bench->server = 0;
}

void bench_open(struct bench *bench)
{
    *bench = (struct bench){.folder = "/tmp/evenhand-redis-XXXXXX"};
    signal(SIGPIPE, SIG_IGN);
    cr_assert(mkdtemp(bench->folder));
    snprintf(bench->address.path, sizeof bench->address.path, "%s/redis.sock", bench->folder);
    bench->base = event_base_new();
    bench_start_server(bench);
}

void bench_close(struct bench *bench)
{
    char command[128];
    freeReplyObject(last_reply);
    last_reply = NULL;
    redisFree(bench->other);
    bench_kill_server(bench);
    event_base_free(bench->base);
    snprintf(command, sizeof command, "rm -r -- %s", bench->folder);
    bench->base = NULL;
    cr_expect_eq(system(command), 0);
    if (__lsan_do_recoverable_leak_check)
        cr_expect_eq(__lsan_do_recoverable_leak_check(), 0, "memory leaks");
}

const redisReply *bench_redis(struct bench *bench, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    freeReplyObject(last_reply);
    last_reply = redisvCommand(bench->other, format, args);
    va_end(args);
    cr_assert(last_reply, "%s: %s", format, bench->other->errstr);
    cr_assert_neq(last_reply->type, REDIS_REPLY_ERROR, "%s: %s", format, last_reply->str);
    return last_reply;
}

static void on_tick(evutil_socket_t fd, short events, void *argument)
{
    (void)fd, (void)events, (void)argument;
}

static bool never(void *context)
{
    (void)context;
    return false;
}

static bool turn_until(struct bench *bench, bool (*condition)(void *), void *context, double until)
{
    struct timeval tick = {.tv_usec = 5000};
    struct event *timer = event_new(bench->base, -1, EV_PERSIST, on_tick, NULL);
    event_add(timer, &tick);
    bool holds = condition(context);
    while (!holds && now_s() < until) {
        event_base_loop(bench->base, EVLOOP_ONCE);
        holds = condition(context);
    }
    event_free(timer);
    return holds;
}

bool bench_until(struct bench *bench, bool (*condition)(void *), void *context)
{
    return turn_until(bench, condition, context, now_s() + BENCH_WAIT_S);
}

void bench_run_ms(struct bench *bench, int ms)
{
    (void)turn_until(bench, never, NULL, now_s() + ms / 1000.0);
}

/*
 * loop: see loop.h. This file is compiled only with the build's option `faults`. One process has
 * one loop, so what is measured stands in statics.
 */
#include "host/loop.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include <evenhand/base/base.h>

#define LOOP_NAME_MAX  64
#define LOOP_NAMES_MAX 32
#define LOOP_LINE_MAX  160

struct loop_work {
    char name[LOOP_NAME_MAX];
    int64_t us;
};

static int loop_file = -1;                          /* < 0: nothing is measured */
static int64_t loop_began_us, loop_noted_us;        /* 0: no turn has begun */
static struct loop_work loop_works[LOOP_NAMES_MAX]; /* of this turn */
static size_t loop_work_count;

static int64_t cpu_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

/* The row of a name; the last row stands for all names without a row. */
static struct loop_work *work_of(const char *name)
{
    for (size_t i = 0; i < loop_work_count; i++)
        if (strcmp(loop_works[i].name, name) == 0)
            return &loop_works[i];
    if (loop_work_count == LOOP_NAMES_MAX)
        return &loop_works[LOOP_NAMES_MAX - 1];
    struct loop_work *work = &loop_works[loop_work_count++];
    *work = (struct loop_work){.us = 0};
    eh_format(work->name, sizeof work->name, "%s", name);
    return work;
}

void eh_loop_note(const char *room, const char *what)
{
    char name[LOOP_NAME_MAX];
    if (loop_file < 0)
        return;
    int64_t now_us = cpu_us();
    eh_format(name, sizeof name, "%s%s%s", room, *what ? ":" : "", what);
    work_of(name)->us += now_us - loop_noted_us;
    loop_noted_us = now_us;
}

static void turn_tell(int64_t took_us)
{
    char line[LOOP_LINE_MAX];
    const struct loop_work *most = loop_works;
    for (size_t i = 1; i < loop_work_count; i++)
        if (loop_works[i].us > most->us)
            most = &loop_works[i];
    int size = snprintf(line, sizeof line, "cpu_us=%lld most=%s most_us=%lld\n", (long long)took_us,
                        most->name, (long long)most->us);
    (void)!write(loop_file, line, (size_t)size);
}

static void turn_begin(void)
{
    loop_began_us = loop_noted_us = cpu_us();
    loop_work_count = 0;
}

static void turn_end(void)
{
    int64_t took_us = cpu_us() - loop_began_us;
    eh_loop_note("other", "");
    if (took_us >= EH_LOOP_TOLD_US)
        turn_tell(took_us);
}

/* libevent's way to wait: called in place of the C library's. */
int epoll_wait(int fd, struct epoll_event *events, int max, int timeout_ms)
{
    static int (*wait_of_libc)(int, struct epoll_event *, int, int);
    if (!wait_of_libc) {
        *(void **)&wait_of_libc = dlsym(RTLD_NEXT, "epoll_wait");
        eh_require(wait_of_libc);
    }
    if (loop_file < 0)
        return wait_of_libc(fd, events, max, timeout_ms);
    if (loop_began_us > 0)
        turn_end();
    else
        (void)!write(loop_file, EH_LOOP_MEASURED, sizeof EH_LOOP_MEASURED - 1);
    int n = wait_of_libc(fd, events, max, timeout_ms);
    int saved = errno;
    turn_begin();
    errno = saved;
    return n;
}

int eh_loop_dispatch(struct event_base *base)
{
    const char *path = getenv("EVENHAND_TURNS");
    if (path && loop_file < 0)
        loop_file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
    return event_base_dispatch(base);
}

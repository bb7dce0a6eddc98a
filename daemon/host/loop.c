/*
 * loop: see loop.h. This file is compiled only with the build's option `faults`. One process has
 * one loop, so what is measured stands in statics.
 */
#include "host/loop.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <evenhand/base/base.h>

#define NAME_MAX_BYTES 64
#define LINE_MAX_BYTES 160

static int turns_file = -1; /* < 0: nothing is measured */
static int64_t noted_us, most_us;
static char most_name[NAME_MAX_BYTES];

static int64_t cpu_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

void eh_loop_note(const char *room, const char *what)
{
    if (turns_file < 0)
        return;
    int64_t now_us = cpu_us(), took_us = now_us - noted_us;
    noted_us = now_us;
    if (took_us <= most_us)
        return;
    most_us = took_us;
    eh_format(most_name, sizeof most_name, "%s%s%s", room, *what ? ":" : "", what);
}

static void turn_tell(int64_t took_us)
{
    char line[LINE_MAX_BYTES];
    int size = snprintf(line, sizeof line, "cpu_us=%lld most=%s most_us=%lld\n", (long long)took_us,
                        most_name, (long long)most_us);
    (void)!write(turns_file, line, (size_t)size);
}

static int turn(struct event_base *base)
{
    int64_t began_us = cpu_us();
    noted_us = began_us;
    most_us = 0;
    int r = event_base_loop(base, EVLOOP_ONCE);
    eh_loop_note("other", "");
    int64_t took_us = cpu_us() - began_us;
    if (took_us >= EH_LOOP_TOLD_US)
        turn_tell(took_us);
    return r;
}

int eh_loop_dispatch(struct event_base *base)
{
    const char *path = getenv("EVENHAND_TURNS");
    if (path && turns_file < 0)
        turns_file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
    if (turns_file < 0)
        return event_base_dispatch(base);
    int r;
    do
        r = turn(base);
    while (r == 0 && !event_base_got_break(base) && !event_base_got_exit(base));
    return r;
}

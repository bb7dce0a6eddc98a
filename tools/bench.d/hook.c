/* hook: webhooks on a schedule, or all at once, and how long each took. */
#include "hook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "figures.h"
#include "link.h"

#define GRID_NS 250000 /* as in load_rate.c */

static void check_stall(const struct hook *hook, uint32_t *ended, int64_t *since_ns)
{
    int64_t now = bench_now_ns();
    if (hook->ended != *ended || hook->sent == hook->ended) {
        *ended = hook->ended;
        *since_ns = now;
    }
    if (now - *since_ns > HOOK_STALL_S * INT64_C(1000000000))
        bench_die("only %u of %u webhooks were answered", hook->ended, hook->webhooks);
}

static int64_t until_due_ns(const struct hook *hook)
{
    if (hook->sent == hook->webhooks || !hook->idle)
        return 1000000000;
    int64_t wait_ns = hook->due_ns[hook->sent] - bench_now_ns();
    return wait_ns > 0 ? wait_ns : 0;
}

static void run(struct hook *hook)
{
    uint32_t ended = 0;
    int64_t since_ns = bench_now_ns();
    while (hook->ended < hook->webhooks) {
        int64_t now = bench_now_ns();
        while (hook->idle && hook->sent < hook->webhooks && hook->due_ns[hook->sent] <= now)
            hook_send(hook, hook->sent);
        hook_wait(hook, until_due_ns(hook));
        check_stall(hook, &ended, &since_ns);
    }
}

void hook_rate(struct hook *hook, uint32_t per_s)
{
    prctl(PR_SET_TIMERSLACK, 1);
    int64_t start = bench_now_ns() + 1000000;
    for (uint32_t i = 0; i < hook->webhooks; i++) {
        int64_t exact = (int64_t)i * 1000000000 / per_s;
        hook->due_ns[i] =
            start + (per_s > 1000000000 / GRID_NS ? exact / GRID_NS * GRID_NS : exact);
    }
    run(hook);
}

void hook_crowd(struct hook *hook)
{
    int64_t now = bench_now_ns();
    for (uint32_t i = 0; i < hook->webhooks; i++)
        hook->due_ns[i] = now;
    run(hook);
}

static void show(struct hook *hook)
{
    bench_sort(hook->took_ns, hook->taken);
    printf("{\"webhooks\": %u, \"taken\": %u, \"deferred\": %u, \"other\": %u, \"broken\": %u, "
           "\"p50_us\": %.1f, \"p99_us\": %.1f, \"p999_us\": %.1f, \"max_us\": %.1f}\n",
           hook->webhooks, hook->taken, hook->deferred, hook->other, hook->broken,
           bench_percentile_us(hook->took_ns, hook->taken, 500),
           bench_percentile_us(hook->took_ns, hook->taken, 990),
           bench_percentile_us(hook->took_ns, hook->taken, 999),
           bench_percentile_us(hook->took_ns, hook->taken, 1000));
}

static uint32_t number(const char *text, uint32_t most)
{
    int64_t value;
    if (eh_integer_parse(eh_str(text), &value, NULL) < 0 || value < 1 || value > most)
        bench_die("%s: a number from 1 to %u is wanted", text, most);
    return (uint32_t)value;
}

static void raise_descriptors(uint32_t count)
{
    struct rlimit most;
    if (getrlimit(RLIMIT_NOFILE, &most) == 0 && most.rlim_cur < count + 64) {
        most.rlim_cur = count + 64 < most.rlim_max ? count + 64 : most.rlim_max;
        setrlimit(RLIMIT_NOFILE, &most);
    }
}

/* The secret is none: it comes in the environment all the same, as secrets do. */
static const char *secret(void)
{
    const char *text = getenv("HOOK_SECRET");
    if (!text)
        bench_die("HOOK_SECRET has to be set");
    return text;
}

int main(int argc, char **argv)
{
    bool is_crowd = argc == 5 && strcmp(argv[3], "crowd") == 0;
    if (!is_crowd && !(argc == 7 && strcmp(argv[3], "rate") == 0))
        bench_die("usage: bench-hook ADDRESS PREFIX {rate N SECONDS CONNECTIONS | crowd WEBHOOKS}");
    uint32_t first = number(argv[4], HOOK_WEBHOOKS_MAX);
    uint32_t count = is_crowd ? first : number(argv[6], HOOK_CONNECTIONS_MAX);
    struct hook hook = {.secret = secret(),
                        .prefix = argv[2],
                        .webhooks = is_crowd ? first : first * number(argv[5], 600)};
    if (count > HOOK_CONNECTIONS_MAX || hook.webhooks > HOOK_WEBHOOKS_MAX)
        bench_die("too many");
    raise_descriptors(count);
    hook_open(&hook, argv[1], count);
    if (is_crowd)
        hook_crowd(&hook);
    else
        hook_rate(&hook, first);
    show(&hook);
    hook_close(&hook);
}

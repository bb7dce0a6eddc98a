/*
 * child: a program beside the loop: what it printed, how it ended, and that no bound is passed.
 */
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "host/child.h"

#define OUTPUT_MAX 100000
#define MEMORY_MAX (96u << 20)
#define HANGS_MS   600000 /* more than any of them takes */

TestSuite(child, .timeout = 600);

struct seen {
    struct event_base *base;
    int calls, end, exit_code;
    char output[OUTPUT_MAX + 1];
    size_t size;
};

static void on_end(void *context, const struct eh_child_result *result)
{
    struct seen *seen = context;
    seen->calls++;
    seen->end = (int)result->end;
    seen->exit_code = result->exit_code;
    seen->size = evbuffer_get_length(result->output);
    evbuffer_remove(result->output, seen->output, OUTPUT_MAX);
    event_base_loopbreak(seen->base);
}

static struct eh_child *start(struct seen *seen, const char *script, struct eh_str input,
                              int64_t at_most_ms)
{
    char *const argv[] = {(char *)"/bin/sh", (char *)"-c", (char *)script, NULL};
    char *const environment[] = {(char *)"WORD=said", NULL};
    struct eh_child *child = NULL;
    struct eh_error error = {0};
    *seen = (struct seen){.base = event_base_new()};
    const struct eh_child_options options = {
        .argv = argv,
        .environment = environment,
        .input = input,
        .bounds = {.output_max = OUTPUT_MAX, .memory_max = MEMORY_MAX, .at_most_ms = at_most_ms},
        .on_end = on_end,
        .context = seen};
    cr_assert_eq(eh_child_new(seen->base, &options, &child, &error), 0, "%s", error.text);
    return child;
}

static void run_with(struct seen *seen, const char *script, struct eh_str input, int64_t at_most_ms)
{
    start(seen, script, input, at_most_ms);
    event_base_dispatch(seen->base);
    cr_expect_eq(seen->calls, 1);
    cr_expect_eq(waitpid(-1, NULL, WNOHANG), -1); /* nobody is left */
    event_base_free(seen->base);
}

static void run(struct seen *seen, const char *script, int64_t at_most_ms)
{
    run_with(seen, script, eh_str(NULL), at_most_ms);
}

Test(child, prints_and_ends)
{
    static struct seen seen;
    run(&seen, "echo $WORD; exit 3", HANGS_MS);
    cr_expect_eq(seen.end, EH_CHILD_EXITED);
    cr_expect_eq(seen.exit_code, 3);
    cr_expect_str_eq(seen.output, "said\n");
}

Test(child, reads_what_it_is_given)
{
    static struct seen seen;
    static char input[3 * 65536]; /* more than a pipe holds */
    memset(input, 'x', sizeof input);
    run_with(&seen, "wc -c", eh_str_n(input, sizeof input), HANGS_MS);
    cr_expect_eq(seen.exit_code, 0);
    cr_expect_str_eq(seen.output, "196608\n");
    run(&seen, "wc -c", HANGS_MS);
    cr_expect_str_eq(seen.output, "0\n");
}

Test(child, prints_as_much_as_it_may)
{
    static struct seen seen;
    run(&seen, "head -c 100000 /dev/zero", HANGS_MS);
    cr_expect_eq(seen.end, EH_CHILD_EXITED);
    cr_expect_eq(seen.size, OUTPUT_MAX);
}

Test(child, that_prints_too_much_is_killed)
{
    static struct seen seen;
    run(&seen, "exec cat /dev/zero", HANGS_MS);
    cr_expect_eq(seen.end, EH_CHILD_TALKATIVE);
    cr_expect_eq(seen.size, 0);
}

Test(child, that_takes_too_long_is_killed)
{
    static struct seen seen;
    run(&seen, "exec sleep 3600", 50);
    cr_expect_eq(seen.end, EH_CHILD_LATE);
}

Test(child, that_is_killed_by_another_says_so)
{
    static struct seen seen;
    run(&seen, "kill -9 $$", HANGS_MS);
    cr_expect_eq(seen.end, EH_CHILD_KILLED);
    cr_expect_eq(seen.exit_code, -1);
}

Test(child, that_closes_its_output_is_waited_for)
{
    static struct seen seen;
    run(&seen, "exec >&-; sleep 0.1; exit 5", HANGS_MS);
    cr_expect_eq(seen.end, EH_CHILD_EXITED);
    cr_expect_eq(seen.exit_code, 5);
}

Test(child, gets_no_descriptor_of_ours)
{
    static struct seen seen;
    cr_assert_neq(dup2(STDERR_FILENO, 77), -1);
    run(&seen, "[ -e /proc/self/fd/77 ] && echo open; exit 0", HANGS_MS);
    cr_expect_eq(seen.size, 0);
}

Test(child, is_as_urgent_as_we_are_until_it_is_put_back)
{
    static struct seen seen;
    run(&seen, "sleep 0.1; nice", HANGS_MS); /* by then it would be */
    cr_expect_eq(atoi(seen.output), getpriority(PRIO_PROCESS, 0), "%s", seen.output);
    struct eh_child *child =
        start(&seen, "until [ $(nice) -ge 10 ]; do :; done", eh_str(NULL), HANGS_MS);
    eh_child_put_back(child);
    event_base_dispatch(seen.base);
    cr_expect_eq(seen.end, EH_CHILD_EXITED);
    event_base_free(seen.base);
}

/* Bounds are set once it runs: it waits until it has them. */
#define BOUNDED "until [ $(cat /proc/self/oom_score_adj) = 1000 ]; do :; done; sleep 0.1; "

Test(child, goes_first_when_memory_runs_out_and_leaves_no_core)
{
    static struct seen seen;
    run(&seen, BOUNDED "cat /proc/self/oom_score_adj; ulimit -c", HANGS_MS);
    cr_expect_str_eq(seen.output, "1000\n0\n");
}

/* A sanitizer maps terabytes: there children have no such bound. */
#if defined(__has_feature)
#define SANITIZED __has_feature(address_sanitizer)
#elif defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif
#if !SANITIZED
Test(child, maps_no_more_than_it_may)
{
    static struct seen seen;
    run(&seen, BOUNDED "ulimit -v", HANGS_MS);
    cr_expect_eq(atoi(seen.output), (int)(MEMORY_MAX >> 10), "%s", seen.output);
    run(&seen, BOUNDED "head -c 50M /dev/zero | tail -n 1 | wc -c", HANGS_MS); /* kept in memory */
    cr_expect_str_eq(seen.output, "52428800\n");
    run(&seen, BOUNDED "head -c 500M /dev/zero | tail -n 1 | wc -c", HANGS_MS);
    cr_expect_str_neq(seen.output, "524288000\n");
}
#endif

Test(child, given_up_is_gone_and_silent)
{
    static struct seen seen;
    struct eh_child *child = start(&seen, "exec sleep 3600", eh_str(NULL), HANGS_MS);
    eh_child_free(child);
    event_base_dispatch(seen.base);
    cr_expect_eq(seen.calls, 0);
    cr_expect_eq(waitpid(-1, NULL, WNOHANG), -1);
    event_base_free(seen.base);
    eh_child_free(NULL);
}

Test(child, that_is_not_there_is_an_error)
{
    char *const argv[] = {(char *)"/nowhere/evenhand", NULL};
    struct eh_child *child = NULL;
    struct eh_error error = {0};
    struct event_base *base = event_base_new();
    const struct eh_child_options options = {
        .argv = argv, .environment = environ, .bounds = {1, MEMORY_MAX, 1, 0}, .on_end = on_end};
    cr_expect_eq(eh_child_new(base, &options, &child, &error), -EH_EUNAVAILABLE);
    cr_expect_null(child);
    cr_expect_str_eq(error.text, "/nowhere/evenhand: cannot be started: No such file or directory");
    event_base_free(base);
}

/* ---- A function of ours. */

static void work_returns(void *context)
{
    (void)context;
}

static void work_aborts(void *context)
{
    (void)context;
    abort();
}

static void work_sleeps(void *context)
{
    (void)context;
    for (;;)
        pause();
}

static void work_computes(void *context)
{
    (void)context;
    for (volatile unsigned i = 0;; i++)
        continue;
}

static int end_of(eh_child_work_fn *work, int64_t at_most_ms)
{
    static struct seen seen;
    seen = (struct seen){.base = event_base_new(), .end = -1};
    struct eh_child *child = NULL;
    struct eh_error error = {0};
    const struct eh_child_options options = {
        .work = work,
        .bounds = {.memory_max = SIZE_MAX / 2, .at_most_ms = at_most_ms, .cpu_s = 1},
        .on_end = on_end,
        .context = &seen};
    cr_assert_eq(eh_child_new(seen.base, &options, &child, &error), 0, "%s", error.text);
    event_base_dispatch(seen.base);
    event_base_free(seen.base);
    return seen.end;
}

Test(child, a_function_runs_in_a_fork_and_its_end_is_told)
{
    cr_expect_eq(end_of(work_returns, HANGS_MS), EH_CHILD_EXITED);
    cr_expect_eq(end_of(work_aborts, HANGS_MS), EH_CHILD_KILLED);
    cr_expect_eq(end_of(work_computes, HANGS_MS), EH_CHILD_KILLED);
    cr_expect_eq(end_of(work_sleeps, 50), EH_CHILD_LATE);
}

/*
 * child: see child.h. A pipe carries the output; a pidfd tells of the end of a program, a pipe that
 * nothing else has open that of a function. Both are events like any other, so no SIGCHLD handler
 * is needed and nothing ever waits.
 */
#include "host/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/sanitized.h"

#define READ_CHUNK 65536
#define NICENESS   10
#define OOM_SCORE  "1000" /* oom_score_adj: before everybody else in our memory cgroup */

struct eh_child {
    pid_t pid; /* 0: not started, or collected */
    int output_fd, end_fd;
    struct event *readable, *ended, *deadline;
    struct evbuffer *output;
    size_t output_max;
    bool late, talkative;
    eh_child_fn *on_end;
    void *context;
};

void eh_child_free(struct eh_child *child)
{
    if (!child)
        return;
    struct event *events[] = {child->readable, child->ended, child->deadline};
    for (size_t i = 0; i < sizeof events / sizeof *events; i++)
        if (events[i])
            event_free(events[i]);
    if (child->pid > 0) { /* SIGKILL cannot be refused, so this wait is short */
        kill(child->pid, SIGKILL);
        waitpid(child->pid, NULL, 0);
    }
    if (child->output_fd >= 0)
        close(child->output_fd);
    if (child->end_fd >= 0)
        close(child->end_fd);
    if (child->output)
        evbuffer_free(child->output);
    free(child);
}

/* Reads the output so far; kills the child when it printed more than it may. */
static void output_read(struct eh_child *child)
{
    int n;
    do {
        n = evbuffer_read(child->output, child->output_fd, READ_CHUNK);
        if (evbuffer_get_length(child->output) > child->output_max) {
            child->talkative = true;
            kill(child->pid, SIGKILL);
        }
        if (child->talkative)
            evbuffer_drain(child->output, evbuffer_get_length(child->output));
    } while (n > 0);
    if (n == 0 && child->readable) /* its end of the pipe is closed */
        event_del(child->readable);
}

static void on_readable(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    output_read(context);
}

static void on_deadline(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct eh_child *child = context;
    child->late = true;
    kill(child->pid, SIGKILL);
}

static void on_ended(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct eh_child *child = context;
    int status = 0;
    if (waitpid(child->pid, &status, WNOHANG) != child->pid) {
        event_add(child->ended, NULL); /* the event came too early: waits again */
        return;
    }
    output_read(child);
    child->pid = 0;
    struct eh_child_result result = {
        .end = child->talkative    ? EH_CHILD_TALKATIVE
               : child->late       ? EH_CHILD_LATE
               : WIFEXITED(status) ? EH_CHILD_EXITED
                                   : EH_CHILD_KILLED,
        .exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1,
        .output = child->output,
    };
    child->on_end(child->context, &result);
    eh_child_free(child);
}

/* ---- Bounds. */

/* Lets the kernel kill the child first. If /proc cannot be written, the kernel chooses by size;
 * that is no reason to refuse the child. */
static void go_first(pid_t pid)
{
    char path[64];
    eh_format(path, sizeof path, "/proc/%d/oom_score_adj", (int)pid);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    (void)!write(fd, OOM_SCORE, sizeof OOM_SCORE - 1);
    close(fd);
}

/* It may map no more than `memory_max` bytes (0: no bound), leaves no core, and goes first when
 * memory runs out. 0 or an errno. */
static int confine(pid_t pid, size_t memory_max)
{
    const struct rlimit memory = {memory_max, memory_max}, core = {0, 0};
    go_first(pid);
    if (prlimit(pid, RLIMIT_CORE, &core, NULL) < 0)
        return errno;
    if (memory_max > 0 && !EH_SANITIZED && prlimit(pid, RLIMIT_AS, &memory, NULL) < 0)
        return errno;
    return 0;
}

/* ---- Starting. */

/* A file without a name that holds the input, read from its beginning; < 0: errno says why. */
static int input_file(struct eh_str input)
{
    int fd = memfd_create("input", MFD_CLOEXEC);
    for (size_t at = 0; fd >= 0 && at < input.size;) {
        ssize_t n = pwrite(fd, input.data + at, input.size - at, (off_t)at);
        if (n < 0) {
            close(fd);
            return -1;
        }
        at += (size_t)n;
    }
    return fd;
}

static int files_set_up(posix_spawn_file_actions_t *files, int input_fd, int output_fd)
{
    int r = posix_spawn_file_actions_adddup2(files, input_fd, STDIN_FILENO);
    if (r == 0)
        r = posix_spawn_file_actions_adddup2(files, output_fd, STDOUT_FILENO);
    if (r == 0)
        r = posix_spawn_file_actions_addclosefrom_np(files, STDERR_FILENO + 1);
    return r;
}

/* Sets signals as a program expects them, whatever this process does with its own. */
static int signals_set_up(posix_spawnattr_t *attributes)
{
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    int r = posix_spawnattr_setsigdefault(attributes, &all);
    if (r == 0)
        r = posix_spawnattr_setsigmask(attributes, &none);
    if (r == 0)
        r = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    return r;
}

/* 0 or an errno. */
static int spawn(struct eh_child *child, char *const *argv, char *const *environment, int input_fd,
                 int output_fd)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    int r = files_set_up(&files, input_fd, output_fd);
    if (r == 0)
        r = signals_set_up(&attributes);
    if (r == 0)
        r = posix_spawn(&child->pid, argv[0], &files, &attributes, argv, environment);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    if (r != 0)
        child->pid = 0;
    return r;
}

/* 0 or an errno. */
static int program_start(struct eh_child *child, const struct eh_child_options *options,
                         int output_fd)
{
    int input_fd = input_file(options->input);
    if (input_fd < 0)
        return errno;
    int r = spawn(child, options->argv, options->environment, input_fd, output_fd);
    close(input_fd);
    return r;
}

/* Runs in the fork. A signal must not reach the loop's handlers, which write into a pipe that the
 * parent reads. A stop of the daemon signals all of its processes: the function ends all the same.
 * It has the parent's links to the servers open, so it ends when the parent is killed. */
static void function_run(const struct eh_child_options *options, pid_t parent, int output_fd)
{
    static const int handled[] = {SIGTERM, SIGINT, SIGHUP};
    const struct itimerval most = {.it_value.tv_sec = options->bounds.cpu_s};
    for (size_t i = 0; i < sizeof handled / sizeof *handled; i++)
        signal(handled[i], SIG_IGN);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
        _exit(1);
    dup2(output_fd, STDOUT_FILENO);
    (void)!confine(getpid(), options->bounds.memory_max);
    setitimer(ITIMER_PROF, &most, NULL);
    options->work(options->work_context);
    _exit(0);
}

/* 0 or an errno. The fork alone keeps the other end of end_fd: valgrind knows no pidfd. */
static int function_start(struct eh_child *child, const struct eh_child_options *options,
                          int output_fd)
{
    int alive[2];
    if (pipe2(alive, O_CLOEXEC) < 0)
        return errno;
    child->end_fd = alive[0];
    pid_t parent = getpid(), pid = fork();
    if (pid == 0)
        function_run(options, parent, output_fd);
    int r = pid < 0 ? errno : 0;
    close(alive[1]);
    child->pid = pid < 0 ? 0 : pid;
    return r;
}

/* 0 or an errno. */
static int start(struct eh_child *child, const struct eh_child_options *options)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return errno;
    child->output_fd = ends[0];
    evutil_make_socket_nonblocking(ends[0]);
    int r = options->work ? function_start(child, options, ends[1])
                          : program_start(child, options, ends[1]);
    close(ends[1]);
    if (r != 0 || options->work)
        return r;
    child->end_fd = pidfd_open(child->pid, 0);
    if (child->end_fd < 0)
        return errno;
    return confine(child->pid, options->bounds.memory_max);
}

static int watch(struct eh_child *child, struct event_base *base, int64_t at_most_ms)
{
    struct timeval most = {at_most_ms / 1000, at_most_ms % 1000 * 1000};
    child->readable = event_new(base, child->output_fd, EV_READ | EV_PERSIST, on_readable, child);
    child->ended = event_new(base, child->end_fd, EV_READ, on_ended, child);
    child->deadline = event_new(base, -1, 0, on_deadline, child);
    bool ok = child->readable && child->ended && child->deadline &&
              event_add(child->readable, NULL) == 0 && event_add(child->ended, NULL) == 0 &&
              event_add(child->deadline, &most) == 0;
    return ok ? 0 : ENOMEM;
}

int eh_child_new(struct event_base *base, const struct eh_child_options *options,
                 struct eh_child **ret, struct eh_error *error)
{
    const char *name = options->work ? "fork" : options->argv[0];
    struct eh_child *child = calloc(1, sizeof *child);
    if (!child)
        return eh_error_set(error, EH_ENOMEM, "%s: out of memory", name);
    *child = (struct eh_child){.output_fd = -1,
                               .end_fd = -1,
                               .output = evbuffer_new(),
                               .output_max = options->bounds.output_max,
                               .on_end = options->on_end,
                               .context = options->context};
    int r = child->output ? start(child, options) : ENOMEM;
    if (r == 0)
        r = watch(child, base, options->bounds.at_most_ms);
    if (r != 0) {
        eh_child_free(child);
        return eh_error_set(error, EH_EUNAVAILABLE, "%s: cannot be started: %s", name,
                            evutil_socket_error_to_string(r));
    }
    *ret = child;
    return 0;
}

void eh_child_put_back(struct eh_child *child)
{
    setpriority(PRIO_PROCESS, (id_t)child->pid, NICENESS);
}

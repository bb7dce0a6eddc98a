/*
 * cursor: see cursor.h. The file has one line with the number twice: half a line has it once, or
 * another one.
 */
#include "bridge/out/cursor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "host/child.h"
#include "host/log.h"

#define LINE_MAX_SIZE 64
#define PATH_SIZE     512

struct eh_cursor {
    struct event_base *base;
    char folder[PATH_SIZE];
    int before_fd;
    void (*on_trouble)(void *context, const char *why);
    void *context;
    uint64_t seq, writing, written;
    bool torn, stale; /* stale: what is on disk is not `seq` */
    bool troubled;
    struct eh_child *child;
    struct event *timer; /* until the next write */
};

static void path_of(const struct eh_cursor *cursor, const char *ending, char ret[PATH_SIZE + 32])
{
    eh_format(ret, PATH_SIZE + 32, "%s/" EH_CURSOR_FILE "%s", cursor->folder, ending);
}

/* ---- Reading. */

/* "17 17\n" and nothing else. */
static bool line_read(struct eh_str line, uint64_t *ret)
{
    char whole[LINE_MAX_SIZE], text[LINE_MAX_SIZE];
    if (line.size == 0 || line.size >= sizeof text)
        return false;
    eh_format(text, sizeof text, "%.*s", EH_STR_ARG(line));
    uint64_t seq = strtoull(text, NULL, 10);
    size_t size = eh_format(whole, sizeof whole, "%llu %llu\n", (unsigned long long)seq,
                            (unsigned long long)seq);
    if (!eh_str_equal(line, eh_str_n(whole, size)))
        return false;
    *ret = seq;
    return true;
}

static int cursor_read(struct eh_cursor *cursor, struct eh_error *error)
{
    char path[PATH_SIZE + 32], text[LINE_MAX_SIZE];
    path_of(cursor, "", path);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 && errno == ENOENT)
        return 0;
    ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof text);
    int why = errno;
    if (fd >= 0)
        close(fd);
    if (size < 0)
        return eh_error_set(error, EH_EUNAVAILABLE, "%s: %s; make it readable for our user", path,
                            strerror(why));
    cursor->torn = !line_read(eh_str_n(text, (size_t)size), &cursor->seq);
    if (cursor->torn)
        eh_log(EH_LOG_WARNING, "%s: is torn; the outbox is read again from its first entry", path);
    cursor->written = cursor->seq;
    return 0;
}

/* ---- Writing. */

static const char *line_put(int fd, uint64_t seq)
{
    char line[LINE_MAX_SIZE];
    size_t size = eh_format(line, sizeof line, "%llu %llu\n", (unsigned long long)seq,
                            (unsigned long long)seq);
    ssize_t written = write(fd, line, size);
    if (written == (ssize_t)size && fsync(fd) == 0)
        return NULL;
    return written < 0 || written == (ssize_t)size ? strerror(errno) : "the disk is full";
}

static const char *folder_sync(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return strerror(errno);
    const char *why = fsync(fd) == 0 ? NULL : strerror(errno);
    close(fd);
    return why;
}

/* NULL: it stands on the disk. */
static const char *cursor_put(const struct eh_cursor *cursor, uint64_t seq)
{
    char path[PATH_SIZE + 32], fresh[PATH_SIZE + 32];
    path_of(cursor, "", path);
    path_of(cursor, ".new", fresh);
    if (cursor->before_fd >= 0 && fsync(cursor->before_fd) != 0)
        return strerror(errno);
    int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return strerror(errno);
    const char *why = line_put(fd, seq);
    close(fd);
    if (!why && rename(fresh, path) != 0)
        why = strerror(errno);
    return why ? why : folder_sync(cursor->folder);
}

/* In the child. What it prints is why it failed. */
static void child_work(void *context)
{
    const struct eh_cursor *cursor = context;
    const char *why = cursor_put(cursor, cursor->writing);
    if (why)
        (void)!write(STDOUT_FILENO, why, strlen(why));
}

static void trouble(struct eh_cursor *cursor, const char *why)
{
    char line[EH_ERROR_TEXT_MAX];
    eh_format(line, sizeof line, "%s/" EH_CURSOR_FILE ": cannot be written: %s", cursor->folder,
              why ? why : "");
    if (why && !cursor->troubled)
        eh_log(EH_LOG_ERROR, "%s", line);
    if (cursor->on_trouble && (why || cursor->troubled))
        cursor->on_trouble(cursor->context, why ? line : NULL);
    cursor->troubled = why != NULL;
}

static void arm(struct eh_cursor *cursor, int ms)
{
    const struct timeval wait = {ms / 1000, ms % 1000 * 1000};
    event_add(cursor->timer, &wait);
}

static void on_end(void *context, const struct eh_child_result *result)
{
    struct eh_cursor *cursor = context;
    char why[EH_ERROR_TEXT_MAX];
    ssize_t size = evbuffer_copyout(result->output, why, sizeof why - 1);
    why[size > 0 ? size : 0] = '\0';
    cursor->child = NULL;
    if (result->end != EH_CHILD_EXITED || result->exit_code != 0)
        eh_format(why, sizeof why, "what writes it was killed%s",
                  result->end == EH_CHILD_LATE ? ": the disk did not answer" : "");
    trouble(cursor, *why ? why : NULL);
    if (*why)
        cursor->stale = true;
    else
        cursor->written = cursor->writing;
    arm(cursor, *why ? EH_CURSOR_REST_MS : EH_CURSOR_PAUSE_MS);
}

static void write_begin(struct eh_cursor *cursor)
{
    struct eh_error error = {0};
    const struct eh_child_options options = {
        .work = child_work,
        .work_context = cursor,
        .bounds = {.output_max = EH_ERROR_TEXT_MAX, .at_most_ms = EH_CURSOR_WRITE_MS},
        .on_end = on_end,
        .context = cursor};
    cursor->writing = cursor->seq;
    cursor->stale = false;
    if (eh_child_new(cursor->base, &options, &cursor->child, &error) == 0)
        return;
    trouble(cursor, error.text);
    cursor->stale = true;
    arm(cursor, EH_CURSOR_REST_MS);
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct eh_cursor *cursor = context;
    if (cursor->stale)
        write_begin(cursor);
}

/* ---- Its life. */

int eh_cursor_new(const struct eh_cursor_options *options, struct eh_cursor **ret,
                  struct eh_error *error)
{
    struct eh_cursor *cursor = calloc(1, sizeof *cursor);
    if (!cursor)
        return eh_error_set(error, EH_ENOMEM, "cursor: out of memory");
    *cursor = (struct eh_cursor){.base = options->base,
                                 .before_fd = options->before_fd,
                                 .on_trouble = options->on_trouble,
                                 .context = options->context};
    int r = 0;
    if (eh_format(cursor->folder, sizeof cursor->folder, "%s", options->folder) >= PATH_SIZE)
        r = eh_error_set(error, EH_ERANGE, "%s: the path is too long", options->folder);
    cursor->timer = event_new(options->base, -1, 0, on_timer, cursor);
    if (r == 0 && !cursor->timer)
        r = eh_error_set(error, EH_ENOMEM, "cursor: out of memory");
    if (r == 0)
        r = cursor_read(cursor, error);
    if (r < 0) {
        eh_cursor_free(cursor);
        return r;
    }
    *ret = cursor;
    return 0;
}

uint64_t eh_cursor_at(const struct eh_cursor *cursor)
{
    return cursor->seq;
}

bool eh_cursor_was_torn(const struct eh_cursor *cursor)
{
    return cursor->torn;
}

uint64_t eh_cursor_on_disk(const struct eh_cursor *cursor)
{
    return cursor->written;
}

static void write_soon(struct eh_cursor *cursor)
{
    cursor->stale = true;
    if (!cursor->child && !event_pending(cursor->timer, EV_TIMEOUT, NULL))
        arm(cursor, EH_CURSOR_PAUSE_MS);
}

void eh_cursor_move(struct eh_cursor *cursor, uint64_t seq)
{
    if (seq <= cursor->seq)
        return;
    cursor->seq = seq;
    write_soon(cursor);
}

void eh_cursor_restart(struct eh_cursor *cursor)
{
    cursor->seq = 0;
    write_soon(cursor);
}

void eh_cursor_free(struct eh_cursor *cursor)
{
    if (!cursor)
        return;
    bool under_way = cursor->child != NULL;
    eh_child_free(cursor->child);
    const char *why = cursor->stale || under_way ? cursor_put(cursor, cursor->seq) : NULL;
    if (why)
        trouble(cursor, why);
    if (cursor->timer)
        event_free(cursor->timer);
    free(cursor);
}

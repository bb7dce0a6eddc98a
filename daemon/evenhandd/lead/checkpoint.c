/* checkpoint: one line more on the file of checkpoints, and the last one on it. See checkpoint.h.
 */
#include "lead/checkpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/faults.h"

static int fail(struct eh_error *error, const char *path, const char *why)
{
    return eh_error_set(error, EH_EUNAVAILABLE,
                        "checkpoint_file %s: %s; until it can be written, nobody can tell whether "
                        "the log's end was cut off",
                        path, why);
}

/* Whether the file ends in the middle of a line. */
static bool ends_torn(int fd, off_t size)
{
    char last;
    return size > 0 && pread(fd, &last, 1, size - 1) == 1 && last != '\n';
}

/* Appends all of the line or nothing. NULL: done; else what failed. */
static const char *append(int fd, const char *line, size_t size)
{
    struct stat before;
    char text[EH_CHECKPOINT_LINE_MAX + 1];
    if (fstat(fd, &before) != 0)
        return strerror(errno);
    size_t fresh = ends_torn(fd, before.st_size) ? 1 : 0;
    text[0] = '\n';
    memcpy(text + fresh, line, size);
    size += fresh;
    ssize_t written = write(fd, text, size);
    eh_fault_disk();
    if (written == (ssize_t)size && fsync(fd) == 0)
        return NULL;
    const char *why = written < 0 ? strerror(errno) : "the disk is full";
    if (ftruncate(fd, before.st_size) != 0)
        return "is left with half a line";
    return why;
}

int eh_checkpoint_append(const char *path, const struct eh_checkpoint *checkpoint,
                         struct eh_error *error)
{
    char line[EH_CHECKPOINT_LINE_MAX];
    size_t size = eh_checkpoint_print(checkpoint, line);
    int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (fd < 0)
        return fail(error, path, strerror(errno));
    const char *why = append(fd, line, size);
    if (close(fd) != 0 && !why)
        why = strerror(errno);
    return why ? fail(error, path, why) : 0;
}

/* ---- The last one. */

/* The last whole line of a text, which may begin in the middle of one. */
static int last_find(struct eh_str text, struct eh_checkpoint *ret)
{
    while (text.size > 0) {
        const char *before = memrchr(text.data, '\n', text.size);
        uint32_t at = before ? (uint32_t)(before - text.data) + 1 : 0;
        struct eh_str line = eh_str_n(text.data + at, text.size - at);
        if (eh_checkpoint_read(line, ret) == EH_CHECKPOINT_WHOLE)
            return 1;
        text.size = at > 0 ? at - 1 : 0;
    }
    return 0;
}

int eh_checkpoint_last(const char *path, struct eh_checkpoint *ret, struct eh_error *error)
{
    char text[EH_CHECKPOINT_LOOK_BACK];
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT)
        return 0;
    if (fd < 0)
        return fail(error, path, strerror(errno));
    off_t from = 0;
    ssize_t size = -1;
    if (fstat(fd, &st) == 0) {
        from = st.st_size > (off_t)sizeof text ? st.st_size - (off_t)sizeof text : 0;
        size = pread(fd, text, sizeof text, from);
    }
    const char *why = size < 0 ? strerror(errno) : NULL;
    close(fd);
    return why ? fail(error, path, why) : last_find(eh_str_n(text, (size_t)size), ret);
}

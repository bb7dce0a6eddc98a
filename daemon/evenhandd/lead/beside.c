/*
 * beside: reads a file that stands beside the desk file.
 */
#include "lead/beside.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <evenhand/wire/holidays_file.h>

#define FOLDER_BYTES 4096

static int file_refuse(struct eh_str name, int code, const char *what, struct eh_error *error)
{
    return eh_error_set(error, code, "%.*s: %s; put it beside the desk file", EH_STR_ARG(name),
                        what);
}

/* Whatever else than a file stands there must not be waited for. */
static int file_open(const char *path, struct eh_str name, struct eh_error *error)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return file_refuse(name, EH_ENOTFOUND, strerror(errno), error);
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        return fd;
    close(fd);
    return file_refuse(name, EH_EINVAL, "this is no file", error);
}

int eh_beside_read(void *folder, struct eh_str name, struct eh_arena *arena, struct eh_str *ret,
                   struct eh_error *error)
{
    char path[FOLDER_BYTES + EH_HOLIDAYS_NAME_MAX];
    char *text = eh_arena_alloc(arena, EH_HOLIDAYS_TEXT_MAX + 1);
    size_t size = 0;
    ssize_t n;
    if (!text)
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    eh_format(path, sizeof path, "%s/%.*s", (const char *)folder, EH_STR_ARG(name));
    int fd = file_open(path, name, error);
    if (fd < 0)
        return fd;
    while ((n = read(fd, text + size, EH_HOLIDAYS_TEXT_MAX + 1 - size)) > 0)
        size += (size_t)n;
    int saved = errno;
    close(fd);
    if (n < 0)
        return file_refuse(name, EH_EUNAVAILABLE, strerror(saved), error);
    *ret = eh_str_n(text, size);
    return 0;
}

/* memory_file: bytes as a file with a path, for parsers that open one. */
#ifndef TESTS_FUZZ_MEMORY_FILE_H
#define TESTS_FUZZ_MEMORY_FILE_H

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include <evenhand/base/base.h>

struct memory_file {
    int fd;
    char path[32];
};

static inline void memory_file_open(struct memory_file *file, const uint8_t *data, size_t size)
{
    file->fd = memfd_create("fuzz", MFD_CLOEXEC);
    eh_require(file->fd >= 0);
    for (size_t at = 0; at < size;) {
        ssize_t written = write(file->fd, data + at, size - at);
        eh_require(written > 0);
        at += (size_t)written;
    }
    eh_format(file->path, sizeof file->path, "/proc/self/fd/%d", file->fd);
}

static inline void memory_file_close(struct memory_file *file)
{
    close(file->fd);
}

#endif

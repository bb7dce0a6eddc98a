/* aside: appends a line, and begins a new file when the old one is large. */
#include "bridge/in/aside.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/log.h"

void eh_aside_init(struct eh_aside *aside, const char *folder)
{
    *aside = (struct eh_aside){0};
    eh_format(aside->path, sizeof aside->path, "%s/" EH_ASIDE_FILE, folder);
}

static char *line_of(int64_t now_us, const char *why, struct eh_str body)
{
    char at[EH_DECIMAL_TEXT_MAX];
    size_t bad_at;
    eh_time_print(now_us, at);
    const char *text = eh_utf8_valid(body, &bad_at) ? body.data : NULL;
    json_t *line = json_pack("{s:s, s:s, s:s%}", "at", at, "why", why, "body", text ? text : "",
                             text ? (size_t)body.size : (size_t)0);
    char *ret = json_dumps(line, JSON_COMPACT);
    json_decref(line);
    return ret;
}

static void begin_anew(const char *path, int fd)
{
    struct stat st;
    char old[320];
    eh_format(old, sizeof old, "%s.1", path);
    if (fstat(fd, &st) == 0 && st.st_size > EH_ASIDE_BYTES_MAX)
        (void)rename(path, old);
}

static bool append(const char *path, char *line)
{
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    size_t size = strlen(line);
    line[size] = '\n'; /* where the NUL stood: it is written by its length */
    bool written = fd >= 0 && write(fd, line, size + 1) == (ssize_t)(size + 1);
    if (fd >= 0) {
        begin_anew(path, fd);
        close(fd);
    }
    return written;
}

void eh_aside_put(struct eh_aside *aside, int64_t now_us, const char *why, struct eh_str body)
{
    char *line = line_of(now_us, why, body);
    aside->count++;
    if (!line || !append(aside->path, line))
        eh_log_limited(EH_LOG_WARNING, "aside", "%s: cannot be written: %s", aside->path,
                       strerror(errno));
    free(line);
}

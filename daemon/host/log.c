/*
 * log: one line an event, to stderr; under systemd to the journal.
 *
 * The only state of its own is the level, where lines go, and a small table of what was limited: a
 * process has one log.
 */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include "host/log.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <systemd/sd-journal.h>

#define LINE_MAX_BYTES 2048 /* longer lines are cut */
#define ESCAPED_MAX    12   /* bytes of one character as it is shown, with terminator */
#define LIMIT_S        10
#define LIMIT_KEYS     32 /* literals in the code; beyond it lines are not limited */

struct limited {
    const char *key;
    int64_t last_s;
    unsigned long kept_back;
};

static struct {
    enum eh_log_level level;
    bool journal;
    struct limited limited[LIMIT_KEYS];
} eh_log_state = {.level = EH_LOG_INFO};

static const struct {
    enum eh_log_level level;
    const char *name;
} levels[] = {{EH_LOG_ERROR, "error"},
              {EH_LOG_WARNING, "warning"},
              {EH_LOG_INFO, "info"},
              {EH_LOG_DEBUG, "debug"}};

/* JOURNAL_STREAM is "device:inode" of the journal's socket; it is ours only if stderr is still it.
 */
static bool stderr_is_journal(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    uintmax_t device, inode;
    struct stat found;
    return stream && sscanf(stream, "%ju:%ju", &device, &inode) == 2 &&
           fstat(STDERR_FILENO, &found) == 0 && found.st_dev == device && found.st_ino == inode;
}

void eh_log_open(enum eh_log_level level)
{
    eh_log_state.level = level;
    eh_log_state.journal = stderr_is_journal();
}

int eh_log_level_from_name(struct eh_str name)
{
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
        if (eh_str_equal(name, eh_str(levels[i].name)))
            return levels[i].level;
    return -EH_ENOTFOUND;
}

static const char *level_name(enum eh_log_level level)
{
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
        if (levels[i].level == level)
            return levels[i].name;
    return "info";
}

/* Controls, and bytes that are no text, become \xNN, so that nobody's text can make a line of its
 * own; other characters that a screen does not show become \u{NNNN}. */
static size_t escape_one(struct eh_str text, char ret[ESCAPED_MAX])
{
    uint32_t point = 0;
    size_t size = eh_utf8_next(text, &point);
    if (size < 2 && (size == 0 || eh_utf8_hidden(point)))
        eh_format(ret, ESCAPED_MAX, "\\x%02x", (unsigned)(uint8_t)*text.data);
    else if (eh_utf8_hidden(point))
        eh_format(ret, ESCAPED_MAX, "\\u{%04x}", point);
    else
        eh_format(ret, ESCAPED_MAX, "%.*s", (int)size, text.data);
    return size ? size : 1;
}

static void escape(struct eh_str text, char ret[LINE_MAX_BYTES])
{
    size_t used = 0;
    while (text.size > 0 && used + ESCAPED_MAX < LINE_MAX_BYTES) {
        size_t size = escape_one(text, ret + used);
        used += strlen(ret + used);
        text = eh_str_n(text.data + size, text.size - size);
    }
    ret[used] = 0;
}

static void line_write(enum eh_log_level level, const char *text)
{
    char line[LINE_MAX_BYTES], stamp[32], whole[LINE_MAX_BYTES + 64];
    escape(eh_str(text), line);
    if (eh_log_state.journal) {
        sd_journal_send("MESSAGE=%s", line, "PRIORITY=%d", (int)level, NULL);
        return;
    }
    struct timespec now;
    struct tm utc;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", &utc);
    int size = snprintf(whole, sizeof whole, "%s.%03ldZ %s %s\n", stamp, now.tv_nsec / 1000000,
                        level_name(level), line);
    if (size > 0 && write(STDERR_FILENO, whole, (size_t)size) < 0)
        return; /* there is nowhere left to say so */
}

void eh_log_say(const char *text)
{
    char line[LINE_MAX_BYTES];
    escape(eh_str(text), line);
    fprintf(stderr, "evenhandd: %s\n", line);
}

static void log_v(enum eh_log_level level, unsigned long kept_back, const char *format,
                  va_list args)
{
    char text[LINE_MAX_BYTES];
    int size = vsnprintf(text, sizeof text, format, args);
    if (size < 0)
        return;
    size_t used = (size_t)size < sizeof text ? (size_t)size : sizeof text - 1;
    if (kept_back > 0)
        snprintf(text + used, sizeof text - used, " kept_back=%lu", kept_back);
    line_write(level, text);
}

void eh_log(enum eh_log_level level, const char *format, ...)
{
    if (level > eh_log_state.level)
        return;
    va_list args;
    va_start(args, format);
    log_v(level, 0, format, args);
    va_end(args);
}

/* Whether a line may be written. False: it is kept back. */
static bool limit(const char *key, unsigned long *ret_kept_back)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    for (size_t i = 0; i < LIMIT_KEYS; i++) {
        struct limited *limited = &eh_log_state.limited[i];
        if (!limited->key)
            *limited = (struct limited){.key = key, .last_s = (int64_t)now.tv_sec - LIMIT_S};
        if (strcmp(limited->key, key) != 0)
            continue;
        if (now.tv_sec - limited->last_s < LIMIT_S) {
            limited->kept_back++;
            return false;
        }
        *ret_kept_back = limited->kept_back;
        limited->kept_back = 0;
        limited->last_s = now.tv_sec;
        return true;
    }
    return true;
}

void eh_log_limited(enum eh_log_level level, const char *key, const char *format, ...)
{
    unsigned long kept_back = 0;
    if (level > eh_log_state.level || !limit(key, &kept_back))
        return;
    va_list args;
    va_start(args, format);
    log_v(level, kept_back, format, args);
    va_end(args);
}

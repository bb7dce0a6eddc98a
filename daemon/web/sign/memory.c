/*
 * memory: files "used-NONCE.TIME" and "ended-HASH.TIME", times in microseconds since 1970. The
 * list of the latter is read again when the folder has changed.
 */
#include "web/sign/memory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "host/log.h"

#define HASH_BYTES 16
#define YOUNG_S    2 /* a folder that changed so lately may change again within the same stamp */
#define NAME_BYTES 128

struct ended {
    uint8_t hash[HASH_BYTES];
    int64_t until_us;
};

struct eh_memory {
    int folder;
    struct timespec seen; /* the folder's time when it was read */
    bool known;
    struct ended *ended;
    unsigned ended_count;
};

static void hash_of(struct eh_str name, uint8_t ret[HASH_BYTES])
{
    crypto_generichash(ret, HASH_BYTES, (const uint8_t *)name.data, name.size, NULL, 0);
}

int eh_memory_new(const char *folder, struct eh_memory **ret, struct eh_error *error)
{
    struct eh_memory *memory = calloc(1, sizeof *memory);
    if (memory)
        memory->ended = calloc(EH_MEMORY_ENDED_MAX, sizeof *memory->ended);
    if (!memory || !memory->ended) {
        free(memory);
        return eh_error_set(error, EH_ENOMEM, "state: out of memory");
    }
    memory->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (memory->folder < 0 || faccessat(memory->folder, ".", W_OK | X_OK, 0) < 0) {
        int r = eh_error_set(error, errno == EACCES ? EH_EDENIED : EH_EUNAVAILABLE, "state: %s: %s",
                             folder, strerror(errno));
        eh_memory_free(memory);
        return r;
    }
    *ret = memory;
    return 0;
}

/* 0: made; -EH_ECONFLICT: it is there. */
static int make_file(struct eh_memory *memory, const char *name)
{
    int fd = openat(memory->folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno == EEXIST ? -EH_ECONFLICT : -EH_EUNAVAILABLE;
    close(fd);
    return fsync(memory->folder) == 0 ? 0 : -EH_EUNAVAILABLE;
}

int eh_memory_use(struct eh_memory *memory, const struct eh_token *token)
{
    char nonce[EH_HEX_TEXT(EH_TOKEN_NONCE_BYTES)], name[NAME_BYTES];
    eh_hex_print(token->nonce, sizeof token->nonce, nonce);
    eh_format(name, sizeof name, "used-%s.%lld", nonce, (long long)token->made_us);
    return make_file(memory, name);
}

int eh_memory_end(struct eh_memory *memory, struct eh_str name, int64_t now_us,
                  struct eh_error *error)
{
    uint8_t hash[HASH_BYTES];
    char text[EH_HEX_TEXT(HASH_BYTES)], file[NAME_BYTES];
    hash_of(name, hash);
    eh_hex_print(hash, sizeof hash, text);
    eh_format(file, sizeof file, "ended-%s.%lld", text, (long long)now_us);
    int r = make_file(memory, file);
    return r == 0 || r == -EH_ECONFLICT
               ? 0
               : eh_error_set(error, EH_EUNAVAILABLE, "state: %s cannot be made: %s", file,
                              strerror(errno));
}

/* ---- What is there. */

/* The time behind the '.' of a file's name; < 0: it is none of ours. */
static int64_t time_of(const char *file)
{
    int64_t time;
    const char *dot = strchr(file, '.');
    return dot && eh_integer_parse(eh_str(dot + 1), &time, NULL) == 0 ? time : -1;
}

static void take_ended(struct eh_memory *memory, const char *file)
{
    struct ended *ended = &memory->ended[memory->ended_count];
    int64_t until = time_of(file);
    if (until < 0 || memory->ended_count == EH_MEMORY_ENDED_MAX ||
        eh_hex_read(eh_str(file + strlen("ended-")), ended->hash, HASH_BYTES) != 2 * HASH_BYTES)
        return;
    ended->until_us = until;
    memory->ended_count++;
}

typedef void file_fn(struct eh_memory *, const char *file, int64_t now_us);

static int each_file(struct eh_memory *memory, file_fn *fn, int64_t now_us)
{
    int fd = openat(memory->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    if (!folder) {
        if (fd >= 0)
            close(fd);
        return -EH_EUNAVAILABLE;
    }
    for (const struct dirent *entry; (entry = readdir(folder));)
        fn(memory, entry->d_name, now_us);
    closedir(folder);
    return 0;
}

static void on_file(struct eh_memory *memory, const char *file, int64_t now_us)
{
    (void)now_us;
    if (strncmp(file, "ended-", strlen("ended-")) == 0)
        take_ended(memory, file);
}

static bool is_current(const struct eh_memory *memory, const struct stat *status)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return memory->known && memory->seen.tv_sec == status->st_mtim.tv_sec &&
           memory->seen.tv_nsec == status->st_mtim.tv_nsec &&
           now.tv_sec - status->st_mtim.tv_sec > YOUNG_S;
}

static bool look(struct eh_memory *memory)
{
    struct stat status;
    if (fstat(memory->folder, &status) < 0)
        return false;
    if (is_current(memory, &status))
        return true;
    memory->ended_count = 0;
    memory->seen = status.st_mtim;
    memory->known = each_file(memory, on_file, 0) == 0;
    return memory->known;
}

bool eh_memory_is_ended(struct eh_memory *memory, const char *name, int64_t made_us)
{
    uint8_t hash[HASH_BYTES];
    if (!look(memory) || memory->ended_count == EH_MEMORY_ENDED_MAX) {
        eh_log_limited(
            EH_LOG_ERROR, "memory",
            "the state folder cannot be read, or has more than %d ended sessions: nobody "
            "can be let in",
            EH_MEMORY_ENDED_MAX - 1);
        return true;
    }
    hash_of(eh_str(name), hash);
    for (unsigned i = 0; i < memory->ended_count; i++)
        if (memcmp(memory->ended[i].hash, hash, HASH_BYTES) == 0 &&
            made_us <= memory->ended[i].until_us)
            return true;
    return false;
}

static void sweep_file(struct eh_memory *memory, const char *file, int64_t now_us)
{
    bool used = strncmp(file, "used-", strlen("used-")) == 0;
    bool ended = strncmp(file, "ended-", strlen("ended-")) == 0;
    int64_t time = time_of(file), keep_s = used ? EH_SIGN_LINK_S : EH_SIGN_SESSION_S;
    if ((used || ended) && time >= 0 && now_us - time > (keep_s + EH_SIGN_SLACK_S) * 1000000)
        unlinkat(memory->folder, file, 0);
}

void eh_memory_sweep(struct eh_memory *memory, int64_t now_us)
{
    (void)!each_file(memory, sweep_file, now_us);
}

void eh_memory_free(struct eh_memory *memory)
{
    if (!memory)
        return;
    if (memory->folder >= 0)
        close(memory->folder);
    free(memory->ended);
    free(memory);
}

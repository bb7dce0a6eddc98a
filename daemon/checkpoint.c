/* checkpoint: one line more on the file of checkpoints. See checkpoint.h. */
#include "checkpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static int fail(struct eh_error *error, const char *path, const char *why)
{
    return eh_error_set(error, EH_EUNAVAILABLE,
                        "checkpoint_file %s: %s; until it can be written, nobody can tell whether "
                        "the log's end was cut off",
                        path, why);
}

static void put_hex(char *to, const uint8_t *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < size; i++) {
        to[2 * i] = digits[bytes[i] >> 4];
        to[2 * i + 1] = digits[bytes[i] & 15];
    }
    to[2 * size] = 0;
}

/* All of the line or nothing of it. */
static const char *append(int fd, const char *line, size_t size)
{
    struct stat before;
    if (fstat(fd, &before) != 0)
        return strerror(errno);
    ssize_t written = write(fd, line, size);
    if (written == (ssize_t)size && fsync(fd) == 0)
        return NULL;
    const char *why = written < 0 ? strerror(errno) : "the disk is full";
    if (ftruncate(fd, before.st_size) != 0)
        return "is left with half a line";
    return why;
}

int eh_checkpoint_append(const char *path, uint64_t input, struct eh_key digest,
                         const struct eh_chain *chain, struct eh_error *error)
{
    uint8_t bytes[16];
    char digest_hex[33], chain_hex[2 * EH_CHAIN_BYTES + 1], line[160];
    eh_key_bytes(digest, bytes);
    put_hex(digest_hex, bytes, sizeof bytes);
    put_hex(chain_hex, chain->hash, sizeof chain->hash);
    size_t size = eh_format(line, sizeof line, "%llu %s %s\n", (unsigned long long)input,
                            digest_hex, chain_hex);
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (fd < 0)
        return fail(error, path, strerror(errno));
    const char *why = append(fd, line, size);
    if (close(fd) != 0 && !why)
        why = strerror(errno);
    return why ? fail(error, path, why) : 0;
}

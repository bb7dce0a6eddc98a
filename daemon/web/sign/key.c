/* key: a file of 32 bytes that nobody else may read. */
#include "web/sign/key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

static int write_whole(int fd, const struct eh_sign_key *key)
{
    bool written = write(fd, key->bytes, sizeof key->bytes) == (ssize_t)sizeof key->bytes;
    bool kept = fsync(fd) == 0;
    return close(fd) == 0 && written && kept ? 0 : -EH_EUNAVAILABLE;
}

/* Written beside its place and linked to it, so that nobody ever reads half a key. A key that
 * somebody else put there in the meantime stays. */
static int make(const char *path, struct eh_error *error)
{
    char beside[300];
    struct eh_sign_key key;
    if (eh_format(beside, sizeof beside, "%s.%d", path, (int)getpid()) >= sizeof beside)
        return eh_error_set(error, EH_EINVAL, "key_file: %s: the path is too long", path);
    int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return eh_error_set(error, EH_EUNAVAILABLE, "key_file: %s: cannot be made: %s", path,
                            strerror(errno));
    randombytes_buf(key.bytes, sizeof key.bytes);
    int r = write_whole(fd, &key);
    explicit_bzero(&key, sizeof key);
    if (r == 0 && link(beside, path) < 0 && errno != EEXIST)
        r = -EH_EUNAVAILABLE;
    int why = errno;
    unlink(beside);
    return r < 0 ? eh_error_set(error, EH_EUNAVAILABLE, "key_file: %s: cannot be written: %s", path,
                                strerror(why))
                 : 0;
}

static int take(int fd, const char *path, struct eh_sign_key *ret, struct eh_error *error)
{
    uint8_t bytes[EH_SIGN_KEY_BYTES + 1];
    struct stat status;
    int r = 0;
    if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode))
        r = eh_error_set(error, EH_EINVAL, "key_file: %s: is no file", path);
    else if (status.st_mode & 077)
        r = eh_error_set(error, EH_EDENIED,
                         "key_file: %s: others may read it; remove it, and all sign in again",
                         path);
    else if (read(fd, bytes, sizeof bytes) != EH_SIGN_KEY_BYTES)
        r = eh_error_set(error, EH_EPARSE, "key_file: %s: is not a key of 32 bytes", path);
    else
        memcpy(ret->bytes, bytes, sizeof ret->bytes);
    explicit_bzero(bytes, sizeof bytes);
    return r;
}

int eh_sign_key_load(const char *path, struct eh_sign_key *ret, struct eh_error *error)
{
    if (sodium_init() < 0)
        return eh_error_set(error, EH_EUNAVAILABLE, "libsodium cannot start");
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY);
    if (fd < 0 && errno == ENOENT) {
        int r = make(path, error);
        if (r < 0)
            return r;
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY);
    }
    if (fd < 0)
        return eh_error_set(error, errno == EACCES ? EH_EDENIED : EH_EUNAVAILABLE,
                            "key_file: %s: %s", path, strerror(errno));
    int r = take(fd, path, ret, error);
    close(fd);
    return r;
}

void eh_sign_key_done(struct eh_sign_key *key)
{
    explicit_bzero(key, sizeof *key);
}

/* place: no file is overwritten, and what was begun is taken away again. */
#include "bridge/commands/place.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

static void folder_of(const char *path, char *ret, size_t size)
{
    const char *slash = strrchr(path, '/');
    eh_format(ret, size, "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
}

int eh_place_check(const struct eh_place *files, size_t count, struct eh_error *error)
{
    char folder[300];
    for (size_t i = count; i-- > 0;) { /* the one that counts is named first */
        if (access(files[i].path, F_OK) == 0)
            return eh_error_set(error, EH_ECONFLICT,
                                "%s: is there already, and nothing was changed; remove it, or give "
                                "another name: --name NAME",
                                files[i].path);
        folder_of(files[i].path, folder, sizeof folder);
        if (access(folder, W_OK | X_OK) < 0)
            return eh_error_set(error, EH_EDENIED, "%s: cannot be written to: %s", folder,
                                strerror(errno));
    }
    return 0;
}

/* The bridge runs as a user of its own, who has to read a secret that nobody else may. */
static int owner_give(int fd, const struct eh_place *file)
{
    char folder[300];
    struct stat st;
    folder_of(file->path, folder, sizeof folder);
    const struct passwd *user = geteuid() == 0 ? getpwnam(EH_BRIDGE_USER) : NULL;
    if (!user || stat(folder, &st) < 0 || st.st_gid != user->pw_gid)
        return 0;
    return fchown(fd, file->secret ? user->pw_uid : (uid_t)-1, user->pw_gid);
}

static int fill(int fd, const struct eh_place *file)
{
    size_t size = strlen(file->text);
    if (write(fd, file->text, size) != (ssize_t)size ||
        fchmod(fd, file->secret ? 0600 : 0640) < 0 || owner_give(fd, file) < 0 || fsync(fd) < 0)
        return errno ? -errno : -EIO;
    return 0;
}

static int place_one(const struct eh_place *file, struct eh_error *error)
{
    int fd = open(file->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                  file->secret ? 0600 : 0640);
    errno = fd < 0 ? errno : 0;
    int why = fd < 0 ? -errno : fill(fd, file);
    if (fd >= 0)
        close(fd);
    if (fd >= 0 && why < 0)
        unlink(file->path);
    if (why == 0)
        return 0;
    return eh_error_set(error, why == -EACCES ? EH_EDENIED : EH_ECONFLICT, "%s: %s", file->path,
                        strerror(-why));
}

int eh_place(const struct eh_place *files, size_t count, struct eh_error *error)
{
    sigset_t all, before;
    int r = 0;
    size_t i = 0;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before); /* Ctrl-C waits for the whole */
    while (r == 0 && i < count) {
        r = place_one(&files[i], error);
        i += r == 0;
    }
    while (r < 0 && i > 0)
        unlink(files[--i].path);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return r;
}

/*
 * socket: bind, owner and mode of the admin socket, and what to do about one left behind.
 */
#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <event2/util.h>
#include <systemd/sd-daemon.h>

#include "admin/http/socket.h"
#include "host/log.h"

#define BACKLOG      128
#define SOCKET_MODE  0660
#define GROUP_BUFFER 65536 /* bytes of one entry of the group database */

static int address_of(const char *path, struct sockaddr_un *ret, struct eh_error *error)
{
    size_t size = strlen(path);
    if (size == 0)
        return eh_error_set(error, EH_EINVAL, "admin_socket: no path given");
    if (size > EH_SOCKET_PATH_MAX)
        return eh_error_set(error, EH_ERANGE,
                            "admin_socket: %s has %zu bytes and a socket's path has room for %d; "
                            "choose a shorter folder",
                            path, size, EH_SOCKET_PATH_MAX);
    memset(ret, 0, sizeof *ret);
    ret->sun_family = AF_UNIX;
    memcpy(ret->sun_path, path, size);
    return 0;
}

/* 0: somebody answers there; else the errno of connect. */
static int probe(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return errno;
    int r = connect(fd, (const struct sockaddr *)address, sizeof *address) < 0 ? errno : 0;
    close(fd);
    return r;
}

static int remove_stale(const struct sockaddr_un *address, struct eh_error *error)
{
    const char *path = address->sun_path;
    struct stat status;
    if (lstat(path, &status) < 0)
        return errno == ENOENT ? 0
                               : eh_error_set(error, EH_EUNAVAILABLE, "admin_socket: %s: %s", path,
                                              strerror(errno));
    if (!S_ISSOCK(status.st_mode))
        return eh_error_set(error, EH_ECONFLICT,
                            "admin_socket: %s is there and is no socket; remove it or choose "
                            "another path",
                            path);
    int r = probe(address);
    if (r == 0 || r == EAGAIN) /* EAGAIN: alive, with a full backlog */
        return eh_error_set(error, EH_ECONFLICT,
                            "admin_socket: %s is in use by a running program; stop it or choose "
                            "another path",
                            path);
    if (r == ECONNREFUSED)
        r = unlink(path) < 0 && errno != ENOENT ? errno : 0;
    return r == 0 || r == ENOENT
               ? 0
               : eh_error_set(error, EH_EUNAVAILABLE, "admin_socket: %s: %s", path, strerror(r));
}

/* Whoever may not pass the folder never reaches the socket. A warning and no refusal: an access
 * list, which is not looked at, may let the group in. */
static void look_at_folder(const char *path, const char *name, gid_t gid)
{
    char folder[EH_SOCKET_PATH_MAX + 1];
    struct stat status;
    const char *slash = strrchr(path, '/');
    size_t size = slash && slash != path ? (size_t)(slash - path) : 1;
    memcpy(folder, slash ? path : ".", size);
    folder[size] = '\0';
    if (stat(folder, &status) < 0 || status.st_mode & S_IXOTH ||
        (status.st_gid == gid && status.st_mode & S_IXGRP))
        return;
    eh_log(EH_LOG_WARNING,
           "admin_group: group %s may not pass %s, so it cannot reach the socket there; chmod o+x "
           "the folder (in a unit: RuntimeDirectoryMode=0711)",
           name, folder);
}

int eh_admin_group_find(const char *name, gid_t *ret, struct eh_error *error)
{
    struct group group, *found = NULL;
    char *buffer = malloc(GROUP_BUFFER);
    int r = buffer ? getgrnam_r(name, &group, buffer, GROUP_BUFFER, &found) : ENOMEM;
    if (found)
        *ret = found->gr_gid;
    free(buffer);
    return found ? 0
                 : eh_error_set(error, EH_ENOTFOUND, "admin_group: group %s: %s", name,
                                r ? strerror(r) : "there is none of this name");
}

static int give_to_group(const char *path, const char *name, struct eh_error *error)
{
    gid_t gid = 0;
    int r = *name ? eh_admin_group_find(name, &gid, error) : 0;
    if (r < 0 || !*name)
        return r;
    if (chown(path, (uid_t)-1, gid) < 0)
        return eh_error_set(error, EH_EDENIED,
                            "admin_group: %s cannot be given to group %s: %s; the daemon's user "
                            "has to be in it",
                            path, name, strerror(errno));
    look_at_folder(path, name, gid);
    return 0;
}

static int bind_and_listen(int fd, const struct sockaddr_un *address, const char *group,
                           struct eh_error *error)
{
    const char *path = address->sun_path;
    mode_t before = umask(0117); /* 0660 from its first moment on */
    int r = bind(fd, (const struct sockaddr *)address, sizeof *address);
    int code = errno;
    umask(before);
    if (r < 0)
        return eh_error_set(error, EH_EUNAVAILABLE, "admin_socket: bind %s: %s", path,
                            strerror(code));
    r = give_to_group(path, group, error);
    if (r == 0 && listen(fd, BACKLOG) < 0)
        r = eh_error_set(error, EH_EUNAVAILABLE, "admin_socket: listen on %s: %s", path,
                         strerror(errno));
    if (r < 0)
        unlink(path);
    return r;
}

static int open_own(const struct eh_config *config, struct eh_admin_socket *out,
                    struct eh_error *error)
{
    struct sockaddr_un address;
    int r = address_of(config->admin_socket, &address, error);
    if (r == 0)
        r = remove_stale(&address, error);
    if (r < 0)
        return r;

    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return eh_error_set(error, EH_EUNAVAILABLE, "admin_socket: %s", strerror(errno));
    r = bind_and_listen(fd, &address, config->admin_group, error);
    if (r < 0) {
        close(fd);
        return r;
    }
    struct stat status;
    out->fd = fd;
    memcpy(out->path, config->admin_socket, sizeof out->path);
    if (lstat(out->path, &status) == 0) {
        out->device = status.st_dev;
        out->inode = status.st_ino;
    }
    return 0;
}

int eh_admin_socket_open(const struct eh_config *config, struct eh_admin_socket *ret,
                         struct eh_error *error)
{
    struct eh_admin_socket out = {.fd = -1};
    if (sd_listen_fds(0) > 0) {
        if (sd_is_socket_unix(SD_LISTEN_FDS_START, SOCK_STREAM, 1, NULL, 0) <= 0)
            return eh_error_set(error, EH_EINVAL,
                                "the first socket systemd handed over is no listening Unix "
                                "stream socket");
        out.fd = SD_LISTEN_FDS_START;
        evutil_make_socket_nonblocking(out.fd);
    } else {
        int r = open_own(config, &out, error);
        if (r < 0)
            return r;
    }
    *ret = out;
    return 0;
}

int eh_admin_socket_look(const struct eh_config *config, dev_t device, ino_t inode,
                         struct eh_error *error)
{
    const char *path = config->admin_socket;
    struct stat status;
    gid_t group = 0;
    if (lstat(path, &status) < 0 || status.st_dev != device || status.st_ino != inode)
        return eh_error_set(error, EH_ENOTFOUND, "admin_socket: %s is gone", path);
    int r = *config->admin_group ? eh_admin_group_find(config->admin_group, &group, error) : 0;
    if (r < 0)
        return eh_error_set(error, EH_EUNAVAILABLE, "admin_group: %s is not to be found",
                            config->admin_group);
    bool owner = !*config->admin_group || status.st_gid == group;
    mode_t mode = (status.st_mode & 07777) | SOCKET_MODE;
    if ((status.st_mode & SOCKET_MODE) == SOCKET_MODE && owner)
        return 0; /* it may be wider: that is somebody's wish */
    if ((!owner && chown(path, (uid_t)-1, group) < 0) || chmod(path, mode) < 0)
        return eh_error_set(error, EH_EDENIED,
                            "admin_socket: somebody changed owner or mode of %s, and they cannot "
                            "be set again: %s",
                            path, strerror(errno));
    eh_log(EH_LOG_WARNING, "admin_socket %s: owner and mode are set again", path);
    return 0;
}

void eh_admin_socket_remove(const char *path, dev_t device, ino_t inode)
{
    struct stat status;
    if (*path && lstat(path, &status) == 0 && status.st_dev == device && status.st_ino == inode)
        unlink(path);
}
